use scheduling_domain::roster::{PersonIndex, ShiftIndex};
use thiserror::Error;

/// Why a problem cannot be searched at all. A roster that cannot be legal is no such reason: it has a best, too.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SolveError {
    /// Neither steps nor time bound the run.
    #[error("the budget has no bound")]
    NoBudget,
    /// The planned period has no day.
    #[error("the planned period has no day")]
    EmptyPeriod,
    /// The planned period and what surrounds it are longer than the search can hold.
    #[error("the horizon has {days} days, more than {limit}")]
    HorizonTooLong {
        /// Days from the first shift or planned day to the last.
        days: usize,
        /// The most that can be held.
        limit: usize,
    },
    /// A placement names a person that the problem does not have.
    #[error("placement {placement} names person {person}, who is not in the problem")]
    UnknownPerson {
        /// Position in the given placements.
        placement: usize,
        /// The person it names.
        person: PersonIndex,
    },
    /// A placement names a shift that the problem does not have.
    #[error("placement {placement} names shift {shift}, which is not in the problem")]
    UnknownShift {
        /// Position in the given placements.
        placement: usize,
        /// The shift it names.
        shift: ShiftIndex,
    },
    /// A shift ends before it starts.
    #[error("shift {shift} does not end after it starts")]
    ShiftEndsBeforeStart {
        /// The shift.
        shift: ShiftIndex,
    },
    /// A weight is below zero or too big.
    #[error("weight {weight} in {place} is not between 0 and {limit}")]
    WeightOutOfRange {
        /// The weight.
        weight: i64,
        /// Where it stands.
        place: String,
        /// The biggest that can be held.
        limit: i64,
    },
    /// All costs together could overflow.
    #[error("the costs could add up to more than {limit}")]
    CostsTooLarge {
        /// The most that can be held.
        limit: i64,
    },
    /// More shifts on one day than the search can hold.
    #[error("{shifts} shifts on one day, more than {limit}")]
    TooManyShiftsOnOneDay {
        /// How many.
        shifts: usize,
        /// The most that can be held.
        limit: usize,
    },
}
