//! What a cell can hold: each day's columns, numbered within the day and, globally, one day after another.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use scheduling_domain::id::{PositionId, ShiftTemplateId, SiteId};
use scheduling_domain::roster::{Problem, ShiftIndex};

use super::Given;
use crate::error::SolveError;

/// The column of a day off, on every day.
pub(crate) const OFF: u16 = 0;

/// Columns that a day can hold.
const COLUMN_LIMIT: usize = 32_000;

/// Where a kind has no column on a day.
const NONE: u16 = u16::MAX;

/// Shifts of one kind are the same work on different days: blocks of work move along a row by kind.
type Kind = (Option<ShiftTemplateId>, SiteId, PositionId, usize);

/// Each day's columns.
pub(crate) struct Columns {
    dates: Vec<Date>,
    planned: (usize, usize),
    /// Global number of each day's column 0, and at the end the number of all columns.
    starts: Vec<usize>,
    /// The shifts of each column: none when off, one mostly, several on a given day that holds several.
    shifts: Vec<Vec<ShiftIndex>>,
    /// The kind of each column; 0 for off and for given days that no other cell can copy.
    kinds: Vec<u16>,
    /// By day and kind, the column; 0 for kind 0.
    by_kind: Vec<u16>,
    kind_count: usize,
    /// The columns that only one given cell has.
    own: BTreeMap<(usize, usize), u16>,
    /// The column of each shift that has one.
    of_shift: Vec<u16>,
}

#[expect(clippy::indexing_slicing, reason = "days and columns come from these same tables")]
impl Columns {
    pub(crate) fn lay_out(problem: &Problem, given: &Given) -> Result<Self, SolveError> {
        let mut by_day: Vec<Vec<ShiftIndex>> = vec![Vec::new(); given.days];
        for (index, shift) in problem.shifts.iter().enumerate() {
            if shift.ends_at <= shift.starts_at {
                return Err(SolveError::ShiftEndsBeforeStart { shift: index });
            }
            if let Some(day) = given.day(shift.on).filter(|_| problem.period.contains(shift.on)) {
                by_day[day].push(index);
            }
        }
        let mut columns = Self {
            dates: std::iter::successors(Some(given.origin), |on| on.tomorrow().ok()).take(given.days).collect(),
            planned: given.planned,
            starts: Vec::with_capacity(given.days + 1),
            shifts: Vec::new(),
            kinds: Vec::new(),
            by_kind: Vec::new(),
            kind_count: 0,
            own: BTreeMap::new(),
            of_shift: vec![NONE; problem.shifts.len()],
        };
        let mut kinds: HashMap<Kind, u16> = HashMap::new();
        for (day, shifts) in by_day.iter().enumerate() {
            columns.starts.push(columns.shifts.len());
            columns.push(Vec::new(), 0);
            let mut seen: HashMap<_, usize> = HashMap::new();
            for &shift in shifts {
                let about = &problem.shifts[shift];
                let key = (about.template, about.site, about.position);
                let twin = seen.entry(key).or_default();
                let next = narrow(kinds.len() + 1);
                let kind = *kinds.entry((key.0, key.1, key.2, *twin)).or_insert(next);
                *twin += 1;
                columns.of_shift[shift] = narrow(columns.shifts.len() - columns.starts[day]);
                columns.push(vec![shift], kind);
            }
            for (&(person, _), shifts) in given.fixed.iter().filter(|((_, on), _)| *on == day) {
                if columns.is_planned(day) && shifts.len() == 1 {
                    continue;
                }
                columns.own.insert((person, day), narrow(columns.shifts.len() - columns.starts[day]));
                columns.push(shifts.clone(), 0);
            }
            let width = columns.shifts.len() - columns.starts[day];
            if width > COLUMN_LIMIT || kinds.len() > COLUMN_LIMIT {
                return Err(SolveError::TooManyShiftsOnOneDay { shifts: width.max(kinds.len()), limit: COLUMN_LIMIT });
            }
        }
        columns.starts.push(columns.shifts.len());
        columns.kind_count = kinds.len() + 1;
        columns.index_kinds();
        Ok(columns)
    }

    fn push(&mut self, shifts: Vec<ShiftIndex>, kind: u16) {
        self.shifts.push(shifts);
        self.kinds.push(kind);
    }

    fn index_kinds(&mut self) {
        self.by_kind = vec![NONE; self.days() * self.kind_count];
        for day in 0..self.days() {
            for column in (0..self.width(day)).rev() {
                let kind = usize::from(self.kinds[self.starts[day] + column]);
                if kind != 0 || column == 0 {
                    self.by_kind[day * self.kind_count + kind] = narrow(column);
                }
            }
        }
    }

    /// Days of the horizon.
    pub(crate) fn days(&self) -> usize {
        self.dates.len()
    }

    /// The days that are planned, `[first, end)`.
    pub(crate) fn planned(&self) -> (usize, usize) {
        self.planned
    }

    /// Whether a day is planned.
    pub(crate) fn is_planned(&self, day: usize) -> bool {
        self.planned.0 <= day && day < self.planned.1
    }

    /// The date of a day.
    pub(crate) fn date(&self, day: usize) -> Date {
        self.dates[day]
    }

    /// How many columns all days have.
    pub(crate) fn total(&self) -> usize {
        self.shifts.len()
    }

    /// How many columns a day has.
    #[inline]
    pub(crate) fn width(&self, day: usize) -> usize {
        self.starts[day + 1] - self.starts[day]
    }

    /// The global numbers of a day's columns.
    pub(crate) fn of_day(&self, day: usize) -> std::ops::Range<usize> {
        self.starts[day]..self.starts[day + 1]
    }

    /// The global number of a day's column.
    #[inline]
    pub(crate) fn global(&self, day: usize, column: u16) -> usize {
        self.starts[day] + usize::from(column)
    }

    /// The shifts of a column, by its global number.
    pub(crate) fn shifts(&self, global: usize) -> &[ShiftIndex] {
        &self.shifts[global]
    }

    /// The same work on another day, if that day has it.
    #[inline]
    pub(crate) fn alike(&self, day: usize, column: u16, other: usize) -> Option<u16> {
        let kind = self.kinds[self.global(day, column)];
        if kind == 0 && column != OFF {
            return None;
        }
        let found = self.by_kind[other * self.kind_count + usize::from(kind)];
        (found != NONE).then_some(found)
    }

    /// The column of a shift that lies in the period.
    pub(crate) fn of_shift(&self, shift: ShiftIndex) -> Option<u16> {
        Some(self.of_shift[shift]).filter(|column| *column != NONE)
    }

    /// The column that only this cell has, when what is given there needs one.
    pub(crate) fn own(&self, person: usize, day: usize) -> Option<u16> {
        self.own.get(&(person, day)).copied()
    }
}

/// A number below [`COLUMN_LIMIT`], which is checked after each day; a bigger one never comes to use.
fn narrow(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(NONE - 1)
}
