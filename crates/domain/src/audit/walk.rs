use thiserror::Error;

use super::{AuditLink, AuditRecord};
use crate::id::OrganizationId;

/// What is wrong with a chain, and with which event it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Tampering {
    /// The next event has another number than the next one: some were removed or numbered anew.
    #[error("event {expected} is missing: event {found} follows instead")]
    Missing {
        /// The number that should follow.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// An event's hash does not follow from its fields and the event before: it was changed, moved or put in.
    #[error("event {sequence} was changed, moved or put in")]
    Altered {
        /// Its number.
        sequence: i64,
    },
    /// The chain is shorter than somebody knows it was: its last events were removed.
    #[error("event {} and all after it are missing: there were {known}", last + 1)]
    Truncated {
        /// The last event that is there.
        last: i64,
        /// How many there were.
        known: i64,
    },
    /// The chain goes on after where the store says that it ends, or ends with another hash.
    #[error("event {sequence} is not what the store says the chain ends with")]
    NotTheEnd {
        /// The last event that is there.
        sequence: i64,
    },
    /// The event is sound by itself and not the one that somebody noted down: the chain was written anew.
    #[error("event {sequence} has another hash than the one noted down: it or an event before it was rewritten")]
    Rewritten {
        /// The number that was noted down.
        sequence: i64,
    },
}

/// A walk along an organization's chain from its first event.
#[derive(Debug, Clone)]
pub struct AuditWalk {
    organization: OrganizationId,
    noted: Option<AuditLink>,
    at: AuditLink,
}

impl AuditWalk {
    /// Before the first event. `noted` is a link that somebody noted down on an earlier walk, outside of the store.
    pub fn new(organization: OrganizationId, noted: Option<AuditLink>) -> Self {
        Self { organization, noted, at: AuditLink::START }
    }

    /// The last event that was found sound.
    pub fn at(&self) -> AuditLink {
        self.at
    }

    /// Looks at the next event.
    pub fn step(&mut self, record: &AuditRecord) -> Result<(), Tampering> {
        let next = self.at.next(self.organization, &record.event);
        let sequence = record.link.sequence;
        if sequence != next.sequence {
            return Err(Tampering::Missing { expected: next.sequence, found: sequence });
        }
        if record.link.hash != next.hash {
            return Err(Tampering::Altered { sequence });
        }
        if self.noted.is_some_and(|noted| noted.sequence == sequence && noted.hash != next.hash) {
            return Err(Tampering::Rewritten { sequence });
        }
        self.at = next;
        Ok(())
    }

    /// Compares where the walk ended with where the store says the chain ends. `None` where the chain has grown since
    /// the last step: walk on.
    pub fn end(&self, head: AuditLink) -> Option<Result<(), Tampering>> {
        let last = self.at.sequence;
        if last < head.sequence {
            return None;
        }
        if let Some(noted) = self.noted.filter(|noted| last < noted.sequence) {
            return Some(Err(Tampering::Truncated { last, known: noted.sequence }));
        }
        Some(if self.at == head { Ok(()) } else { Err(Tampering::NotTheEnd { sequence: last }) })
    }
}
