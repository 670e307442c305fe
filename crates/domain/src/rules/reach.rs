/// How far around a changed working day a rule looks, so that a caller can load only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// These many days before and after.
    Days {
        /// Days before the changed one.
        before: u32,
        /// Days after it.
        after: u32,
    },
    /// The whole planned period.
    Period,
}

impl Reach {
    /// Only the changed day itself.
    pub const SAME_DAY: Self = Self::Days { before: 0, after: 0 };

    /// As many days on both sides.
    pub const fn around(days: u32) -> Self {
        Self::Days { before: days, after: days }
    }

    /// The farther of the two, on each side.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Days { before, after }, Self::Days { before: b, after: a }) => {
                Self::Days { before: before.max(b), after: after.max(a) }
            }
            _ => Self::Period,
        }
    }
}
