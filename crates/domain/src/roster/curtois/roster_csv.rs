//! Rosters as the benchmark exchanges them: `employee,day,shift`.

use std::collections::HashSet;
use std::fmt::Write;

use super::parse::exactly;
use super::{Instance, ParseError, ParseReason};
use crate::roster::Placement;

const HEADER: &str = "employee,day,shift";

impl Instance {
    /// Reads a roster of this instance; its header is optional, blank lines and `#` comments are skipped.
    ///
    /// The placements refer to [`Instance::to_problem`].
    pub fn parse_roster(&self, text: &str) -> Result<Vec<Placement>, ParseError> {
        let mut placements = Vec::new();
        let mut seen = HashSet::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || (placements.is_empty() && line == HEADER) {
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let [employee, day, kind] = exactly(number, &fields)?;
            let person = self.staff_position(employee, number)?;
            let shift = self.shift_index(self.parse_day(day, number)?, self.kind_position(kind, number)?);
            if !seen.insert((person, shift)) {
                return Err(ParseReason::Duplicate(line.to_owned()).at(number));
            }
            placements.push(Placement { person, shift, pinned: false });
        }
        Ok(placements)
    }

    /// Writes a roster of this instance, ordered by employee, then day. Placements outside the instance are left out.
    pub fn write_roster(&self, placements: &[Placement]) -> String {
        let mut ordered = placements.to_vec();
        ordered.sort_unstable();
        let mut text = format!("{HEADER}\n");
        for placement in ordered {
            let kinds = self.shift_kinds.len();
            let (day, kind) = (placement.shift / kinds, placement.shift % kinds);
            if let (Some(someone), Some(kind), true) =
                (self.staff.get(placement.person), self.shift_kinds.get(kind), day < usize::from(self.days))
            {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{},{day},{}", someone.id, kind.id);
            }
        }
        text
    }
}
