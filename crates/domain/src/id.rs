//! Typed identities, from one list. An id is a positive integer, unique within its organization.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Text or a number that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an id is an integer from 1 to 9223372036854775807")]
pub struct InvalidId;

/// What every typed id offers to code that is generic over entities.
pub trait TypedId: Copy + Eq + Ord + std::hash::Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Takes a stored or received number; refuses zero and negatives.
    fn try_new(raw: i64) -> Result<Self, InvalidId>;
    /// The number as stores and clients see it.
    fn get(self) -> i64;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl TypedId for $name {
            fn try_new(raw: i64) -> Result<Self, InvalidId> {
                if raw > 0 { Ok(Self(raw)) } else { Err(InvalidId) }
            }
            fn get(self) -> i64 {
                self.0
            }
        }

        impl From<NonZeroU32> for $name {
            fn from(raw: NonZeroU32) -> Self {
                Self(i64::from(raw.get()))
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;
            fn try_from(raw: i64) -> Result<Self, InvalidId> {
                Self::try_new(raw)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse::<i64>().map_err(|_| InvalidId).and_then(Self::try_new)
            }
        }
    )+};
}

ids! {
    /// An [`Organization`](crate::organization::Organization), the tenant.
    OrganizationId;
    /// A [`Site`](crate::site::Site).
    SiteId;
    /// A [`Team`](crate::team::Team).
    TeamId;
    /// A [`Position`](crate::position::Position).
    PositionId;
    /// A [`Skill`](crate::skill::Skill).
    SkillId;
    /// A [`SkillGrant`](crate::skill::SkillGrant).
    SkillGrantId;
    /// An [`Employee`](crate::employee::Employee).
    EmployeeId;
    /// A [`Contract`](crate::contract::Contract).
    ContractId;
    /// An [`Availability`](crate::availability::Availability).
    AvailabilityId;
    /// A [`ShiftTemplate`](crate::shift_template::ShiftTemplate).
    ShiftTemplateId;
    /// A [`Demand`](crate::demand::Demand).
    DemandId;
    /// A [`RuleSet`](crate::rule_set::RuleSet).
    RuleSetId;
    /// A [`User`](crate::user::User).
    UserId;
    /// A [`Schedule`](crate::schedule::Schedule).
    ScheduleId;
    /// A [`Publication`](crate::schedule::Publication).
    PublicationId;
    /// A [`Shift`](crate::shift::Shift).
    ShiftId;
    /// An [`Assignment`](crate::assignment::Assignment).
    AssignmentId;
    /// An [`Optimization`](crate::optimization::Optimization).
    OptimizationId;
    /// An [`OutboxEvent`](crate::ports::OutboxEvent).
    OutboxEventId;
    /// A [`Session`](crate::session::Session).
    SessionId;
    /// A [`RefreshToken`](crate::session::RefreshToken).
    RefreshTokenId;
    /// A key with which an integration asks.
    ApiKeyId;
}
