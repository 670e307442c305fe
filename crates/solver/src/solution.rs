use std::ops::{Add, AddAssign, Sub, SubAssign};

use scheduling_domain::roster::Placement;

/// What a breach that is counted in days, heads, shifts, skills or weekends weighs against one of so many minutes: as much
/// as a whole shift.
pub const STEP: i64 = 480;

/// What a roster is worth; lower is better, `hard` before `soft`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score {
    /// By how much blocking rules are broken, over all of them: minutes as such, anything else as [`STEP`] minutes each;
    /// 0 when the roster is legal.
    pub hard: i64,
    /// Points that the other rules, the wishes and the missed heads cost.
    pub soft: i64,
}

impl Score {
    /// Nothing broken, nothing to pay.
    pub const ZERO: Self = Self { hard: 0, soft: 0 };

    pub(crate) const fn of_hard(hard: i64) -> Self {
        Self { hard, soft: 0 }
    }

    pub(crate) const fn of_soft(soft: i64) -> Self {
        Self { hard: 0, soft }
    }

    pub(crate) const fn times(self, by: i64) -> Self {
        Self { hard: self.hard * by, soft: self.soft * by }
    }
}

impl Add for Score {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self { hard: self.hard + other.hard, soft: self.soft + other.soft }
    }
}

impl AddAssign for Score {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Score {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        Self { hard: self.hard - other.hard, soft: self.soft - other.soft }
    }
}

impl SubAssign for Score {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl std::iter::Sum for Score {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::ZERO, Add::add)
    }
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Who works what, ordered by person, then shift. What was pinned or lies outside the period is among it, as given.
    pub placements: Vec<Placement>,
    /// What that is worth.
    pub score: Score,
    /// Moves tried, over all walkers.
    pub steps: u64,
    /// How the winning walker's best fell.
    pub trace: Vec<TracePoint>,
}

/// A walker's best, from a step on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TracePoint {
    /// Moves the walker had tried.
    pub steps: u64,
    /// Its best then.
    pub best: Score,
}
