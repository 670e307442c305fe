use jiff::ToSpan;
use jiff::civil::Date;

use crate::roster::{Problem, ShiftIndex};
use crate::rules::Window;

/// A working day, counted from the first one of the planned period; negative in history.
pub(super) type Day = i64;

/// What all kinds need to know of a problem, computed once.
pub(super) struct Frame<'a> {
    pub(super) problem: &'a Problem,
    /// First and last day about which something is known: the period, and what shifts lie around it.
    pub(super) known: (Day, Day),
    /// The day after the planned period.
    pub(super) end: Day,
    days: Vec<Day>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let first = problem.period.first;
        let days: Vec<Day> = problem.shifts.iter().map(|shift| days_between(first, shift.on)).collect();
        let end = days_between(first, problem.period.end);
        let known = days.iter().fold((0, end - 1), |(from, until), day| (from.min(*day), until.max(*day)));
        Self { problem, known, end, days }
    }

    /// The working day of a shift.
    pub(super) fn day_of(&self, shift: ShiftIndex) -> Option<Day> {
        self.days.get(shift).copied()
    }

    pub(super) fn day(&self, on: Date) -> Day {
        days_between(self.problem.period.first, on)
    }

    pub(super) fn date(&self, day: Day) -> Date {
        self.problem.period.first.saturating_add(day.days())
    }

    /// Whether a day belongs to the planned period.
    pub(super) fn plans(&self, day: Day) -> bool {
        (0..self.end).contains(&day)
    }

    /// First and last day of the window that a day lies in.
    pub(super) fn window(&self, per: Window, day: Day) -> (Day, Day) {
        match per {
            Window::Day => (day, day),
            Window::Week => {
                let on = self.date(day).weekday();
                let into = Day::from(on.since(self.problem.calendar.week_start));
                (day - into, day - into + 6)
            }
            Window::Month => {
                let on = self.date(day);
                (self.day(on.first_of_month()), self.day(on.last_of_month()))
            }
            Window::Period => (0, self.end - 1),
        }
    }

    /// Every window that the planned period touches, in order.
    pub(super) fn windows(&self, per: Window) -> impl Iterator<Item = (Day, Day)> + '_ {
        let start = (0 < self.end).then(|| self.window(per, 0));
        std::iter::successors(start, move |(_, last)| (last + 1 < self.end).then(|| self.window(per, last + 1)))
    }
}

fn days_between(first: Date, on: Date) -> Day {
    on.duration_since(first).as_hours() / 24
}
