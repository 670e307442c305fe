//! Text → [`Instance`]. Sections may come in any order, since names are resolved once all rows are known.

use super::{Cover, Instance, ParseError, ParseReason, Request, ShiftKind, Staff};

const HORIZON: &str = "SECTION_HORIZON";
const SHIFTS: &str = "SECTION_SHIFTS";
const STAFF: &str = "SECTION_STAFF";
const DAYS_OFF: &str = "SECTION_DAYS_OFF";
const ON_REQUESTS: &str = "SECTION_SHIFT_ON_REQUESTS";
const OFF_REQUESTS: &str = "SECTION_SHIFT_OFF_REQUESTS";
const COVER: &str = "SECTION_COVER";
const SECTIONS: [&str; 7] = [HORIZON, SHIFTS, STAFF, DAYS_OFF, ON_REQUESTS, OFF_REQUESTS, COVER];

/// Ten years; far beyond the benchmark, and small enough that no date overflows.
const MAX_DAYS: i64 = 3660;
const DAY_MINUTES: i64 = 1440;
const MAX_COUNT: i64 = 10_000_000;
const MAX_WEIGHT: i64 = 1_000_000_000;

impl Instance {
    /// Reads an instance; the first line that is wrong is named.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let sections = Sections::split(text)?;
        let days = sections.days()?;
        let shift_kinds = sections.shift_kinds()?;
        let staff = sections.staff(&shift_kinds)?;
        let mut instance = Self { days, shift_kinds, staff, cover: Vec::new() };
        sections.days_off(&mut instance)?;
        sections.requests(&mut instance, ON_REQUESTS, true)?;
        sections.requests(&mut instance, OFF_REQUESTS, false)?;
        instance.cover = sections.cover(&instance)?;
        Ok(instance)
    }

    pub(super) fn kind_position(&self, id: &str, line: usize) -> Result<usize, ParseError> {
        position(&self.shift_kinds, id).ok_or_else(|| ParseReason::UnknownShift(id.to_owned()).at(line))
    }

    pub(super) fn staff_position(&self, id: &str, line: usize) -> Result<usize, ParseError> {
        let found = self.staff.iter().position(|someone| someone.id == id);
        found.ok_or_else(|| ParseReason::UnknownEmployee(id.to_owned()).at(line))
    }

    pub(super) fn parse_day(&self, text: &str, line: usize) -> Result<u16, ParseError> {
        number("day", text, 0, i64::from(self.days) - 1, line)
    }

    fn staff_mut(&mut self, id: &str, line: usize) -> Result<&mut Staff, ParseError> {
        let found = self.staff.iter_mut().find(|someone| someone.id == id);
        found.ok_or_else(|| ParseReason::UnknownEmployee(id.to_owned()).at(line))
    }
}

fn position(kinds: &[ShiftKind], id: &str) -> Option<usize> {
    kinds.iter().position(|kind| kind.id == id)
}

/// A row's line number and fields.
type Row<'a> = (usize, Vec<&'a str>);

struct Sections<'a> {
    rows: [Vec<Row<'a>>; SECTIONS.len()],
    last_line: usize,
}

impl<'a> Sections<'a> {
    fn split(text: &'a str) -> Result<Self, ParseError> {
        let mut sections = Self { rows: Default::default(), last_line: 1 };
        let mut seen = [false; SECTIONS.len()];
        let mut current = None;
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let number = index + 1;
            sections.last_line = number;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with("SECTION_") {
                let known = SECTIONS.iter().position(|name| *name == line);
                match known.and_then(|section| seen.get_mut(section)) {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Err(ParseReason::Section(line.to_owned()).at(number)),
                }
                current = known;
                continue;
            }
            let rows = current.and_then(|section| sections.rows.get_mut(section));
            let rows = rows.ok_or(ParseReason::OutsideSection.at(number))?;
            rows.push((number, line.split(',').map(str::trim).collect()));
        }
        Ok(sections)
    }

    fn rows(&self, section: &'static str) -> impl Iterator<Item = &Row<'a>> {
        let found = SECTIONS.iter().zip(&self.rows).find(|(name, _)| **name == section);
        found.into_iter().flat_map(|(_, rows)| rows)
    }

    fn require<T>(&self, section: &'static str, rows: Vec<T>) -> Result<Vec<T>, ParseError> {
        if rows.is_empty() { Err(ParseReason::MissingSection(section).at(self.last_line)) } else { Ok(rows) }
    }

    fn days(&self) -> Result<u16, ParseError> {
        let (line, fields) =
            self.rows(HORIZON).next().ok_or(ParseReason::MissingSection(HORIZON).at(self.last_line))?;
        let [days] = exactly(*line, fields)?;
        number("days", days, 1, MAX_DAYS, *line)
    }

    fn shift_kinds(&self) -> Result<Vec<ShiftKind>, ParseError> {
        let mut kinds: Vec<ShiftKind> = Vec::new();
        for (line, fields) in self.rows(SHIFTS) {
            let [id, minutes, _] = exactly(*line, fields)?;
            if id.is_empty() || position(&kinds, id).is_some() {
                return Err(ParseReason::Duplicate(id.to_owned()).at(*line));
            }
            let minutes = number("minutes", minutes, 1, DAY_MINUTES, *line)?;
            kinds.push(ShiftKind { id: id.to_owned(), minutes, forbidden_next: Vec::new() });
        }
        // A shift may forbid one that is named further down, hence the second pass.
        for (index, (line, fields)) in self.rows(SHIFTS).enumerate() {
            let [_, _, forbidden] = exactly(*line, fields)?;
            let forbidden: Vec<usize> = list(forbidden)
                .map(|id| position(&kinds, id).ok_or_else(|| ParseReason::UnknownShift(id.to_owned()).at(*line)))
                .collect::<Result<_, _>>()?;
            if let Some(kind) = kinds.get_mut(index) {
                kind.forbidden_next = forbidden;
            }
        }
        self.require(SHIFTS, kinds)
    }

    fn staff(&self, kinds: &[ShiftKind]) -> Result<Vec<Staff>, ParseError> {
        let mut staff: Vec<Staff> = Vec::new();
        for (line, fields) in self.rows(STAFF) {
            let line = *line;
            let [id, max_shifts, limits @ ..] = exactly::<8>(line, fields)?;
            if id.is_empty() || staff.iter().any(|someone| someone.id == id) {
                return Err(ParseReason::Duplicate(id.to_owned()).at(line));
            }
            let [max_minutes, min_minutes, max_run, min_run, min_off, weekends] = limits;
            staff.push(Staff {
                id: id.to_owned(),
                max_shifts: list(max_shifts).map(|text| shift_limit(kinds, text, line)).collect::<Result<_, _>>()?,
                max_minutes: number("most minutes", max_minutes, 0, MAX_COUNT, line)?,
                min_minutes: number("least minutes", min_minutes, 0, MAX_COUNT, line)?,
                max_consecutive_shifts: number("most consecutive shifts", max_run, 0, MAX_COUNT, line)?,
                min_consecutive_shifts: number("least consecutive shifts", min_run, 0, MAX_COUNT, line)?,
                min_consecutive_days_off: number("least consecutive days off", min_off, 0, MAX_COUNT, line)?,
                max_weekends: number("most weekends", weekends, 0, MAX_COUNT, line)?,
                days_off: Vec::new(),
                requests: Vec::new(),
            });
        }
        self.require(STAFF, staff)
    }

    fn days_off(&self, instance: &mut Instance) -> Result<(), ParseError> {
        for (line, fields) in self.rows(DAYS_OFF) {
            let (id, days) = fields.split_first().ok_or(ParseReason::OutsideSection.at(*line))?;
            let days = days.iter().flat_map(|field| list(field));
            let days: Vec<u16> = days.map(|day| instance.parse_day(day, *line)).collect::<Result<_, _>>()?;
            let someone = instance.staff_mut(id, *line)?;
            someone.days_off.extend(days);
            someone.days_off.sort_unstable();
            someone.days_off.dedup();
        }
        Ok(())
    }

    fn requests(&self, instance: &mut Instance, section: &'static str, wanted: bool) -> Result<(), ParseError> {
        for (line, fields) in self.rows(section) {
            let [id, day, kind, weight] = exactly(*line, fields)?;
            let request = Request {
                day: instance.parse_day(day, *line)?,
                kind: instance.kind_position(kind, *line)?,
                wanted,
                weight: number("weight", weight, 0, MAX_WEIGHT, *line)?,
            };
            instance.staff_mut(id, *line)?.requests.push(request);
        }
        Ok(())
    }

    fn cover(&self, instance: &Instance) -> Result<Vec<Cover>, ParseError> {
        let mut seen = std::collections::BTreeSet::new();
        let rows = self.rows(COVER).map(|(line, fields)| {
            let [day, kind, target, under, over] = exactly(*line, fields)?;
            let cover = Cover {
                day: instance.parse_day(day, *line)?,
                kind: instance.kind_position(kind, *line)?,
                target: number("people wanted", target, 0, i64::from(u16::MAX), *line)?,
                under_weight: number("weight for under", under, 0, MAX_WEIGHT, *line)?,
                over_weight: number("weight for over", over, 0, MAX_WEIGHT, *line)?,
            };
            if seen.insert((cover.day, cover.kind)) {
                Ok(cover)
            } else {
                Err(ParseReason::Duplicate(format!("{day},{kind}")).at(*line))
            }
        });
        rows.collect()
    }
}

/// The items of a `|` list; none in an empty field.
fn list(field: &str) -> impl Iterator<Item = &str> {
    field.split('|').map(str::trim).filter(|item| !item.is_empty())
}

/// `D=14`.
fn shift_limit(kinds: &[ShiftKind], text: &str, line: usize) -> Result<(usize, u32), ParseError> {
    let (id, max) = text.split_once('=').unwrap_or((text, ""));
    let kind = position(kinds, id.trim()).ok_or_else(|| ParseReason::UnknownShift(id.to_owned()).at(line))?;
    Ok((kind, number("most shifts", max.trim(), 0, MAX_COUNT, line)?))
}

pub(super) fn exactly<'a, const N: usize>(line: usize, fields: &[&'a str]) -> Result<[&'a str; N], ParseError> {
    fields.try_into().map_err(|_| ParseReason::Fields { expected: N, found: fields.len() }.at(line))
}

fn number<T: TryFrom<i64>>(field: &'static str, text: &str, min: i64, max: i64, line: usize) -> Result<T, ParseError> {
    let value = text.parse::<i64>().ok().filter(|value| (min..=max).contains(value));
    let value = value.and_then(|value| T::try_from(value).ok());
    value.ok_or_else(|| ParseReason::Number { field, min, max, found: text.to_owned() }.at(line))
}
