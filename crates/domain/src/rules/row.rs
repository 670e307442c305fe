use crate::roster::{Person, PersonIndex, PlannedShift, ShiftIndex};
use crate::rules::frame::{Day, Frame};

/// A shift in somebody's row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worked<'a> {
    pub(super) index: ShiftIndex,
    pub(super) day: Day,
    pub(super) shift: &'a PlannedShift,
}

/// All that one person works, history included. Built once and shared by all rules.
pub(super) struct Row<'a> {
    pub(super) index: PersonIndex,
    pub(super) person: &'a Person,
    by_start: Vec<Worked<'a>>,
    /// Not always the same order: sites in different zones may begin a working day at different instants.
    by_day: Vec<Worked<'a>>,
}

/// A person's work on some consecutive days, each with a shift.
#[derive(Clone, Copy)]
pub(super) struct Run<'r, 'a> {
    pub(super) first: Day,
    pub(super) last: Day,
    shifts: &'r [Worked<'a>],
}

impl Run<'_, '_> {
    pub(super) fn days(&self) -> i64 {
        self.last - self.first + 1
    }

    pub(super) fn shifts(&self) -> Vec<ShiftIndex> {
        indexes(self.shifts)
    }

    pub(super) fn first_shift(&self) -> Option<ShiftIndex> {
        self.shifts.first().map(|worked| worked.index)
    }

    pub(super) fn last_shift(&self) -> Option<ShiftIndex> {
        self.shifts.last().map(|worked| worked.index)
    }
}

impl<'a> Row<'a> {
    /// The row of a person who works `shifts`; indexes beyond the problem are left out.
    pub(super) fn new(frame: &Frame<'a>, index: PersonIndex, shifts: &[ShiftIndex]) -> Option<Self> {
        let worked = shifts.iter().filter_map(|index| {
            let shift = frame.problem.shifts.get(*index)?;
            Some(Worked { index: *index, day: frame.day_of(*index)?, shift })
        });
        Some(Self::of(index, frame.problem.people.get(index)?, worked.collect()))
    }

    /// The same person's row without the shifts that `sees` refuses.
    pub(super) fn only(&self, sees: impl Fn(&PlannedShift) -> bool) -> Self {
        Self::of(self.index, self.person, self.by_start.iter().filter(|worked| sees(worked.shift)).copied().collect())
    }

    fn of(index: PersonIndex, person: &'a Person, mut by_start: Vec<Worked<'a>>) -> Self {
        by_start.sort_unstable_by_key(|worked| (worked.shift.starts_at, worked.shift.ends_at, worked.index));
        let mut by_day = by_start.clone();
        by_day.sort_by_key(|worked| worked.day);
        Self { index, person, by_start, by_day }
    }

    /// The shifts in order of start.
    pub(super) fn by_start(&self) -> &[Worked<'a>] {
        &self.by_start
    }

    /// The shifts of the working days `first..=last`, in order.
    pub(super) fn within(&self, first: Day, last: Day) -> &[Worked<'a>] {
        let from = self.by_day.partition_point(|worked| worked.day < first);
        let until = self.by_day.partition_point(|worked| worked.day <= last);
        self.by_day.get(from..until).unwrap_or_default()
    }

    /// The days with work, each a run of one.
    pub(super) fn days(&self) -> impl Iterator<Item = Run<'_, 'a>> {
        self.chunks(0)
    }

    /// The longest runs of days with work.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run<'_, 'a>> {
        self.chunks(1)
    }

    fn chunks(&self, max_step: Day) -> impl Iterator<Item = Run<'_, 'a>> {
        let chunks = self.by_day.chunk_by(move |worked, next| next.day - worked.day <= max_step);
        chunks.filter_map(|shifts| Some(Run { first: shifts.first()?.day, last: shifts.last()?.day, shifts }))
    }
}

impl<'r, 'a> Run<'r, 'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &'r Worked<'a>> + use<'r, 'a> {
        self.shifts.iter()
    }
}

/// The people on one shift.
pub(super) struct Crew<'a> {
    pub(super) index: ShiftIndex,
    pub(super) day: Day,
    pub(super) shift: &'a PlannedShift,
    pub(super) heads: usize,
}

impl<'a> Crew<'a> {
    /// The crew of a shift; none for a shift beyond the problem.
    pub(super) fn new(frame: &Frame<'a>, index: ShiftIndex, people: &[PersonIndex]) -> Option<Self> {
        let shift = frame.problem.shifts.get(index)?;
        Some(Self { index, day: frame.day_of(index)?, shift, heads: people.len() })
    }
}

/// The indexes of some shifts, in their order.
pub(super) fn indexes(worked: &[Worked<'_>]) -> Vec<ShiftIndex> {
    worked.iter().map(|worked| worked.index).collect()
}
