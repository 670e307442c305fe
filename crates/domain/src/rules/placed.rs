use crate::roster::{PersonIndex, Placement, Problem, ShiftIndex};

/// Placements, looked up from both sides. Each list is sorted and holds nothing twice.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// The shifts of each person.
    pub(super) rows: Vec<Vec<ShiftIndex>>,
    /// The people of each shift.
    pub(super) crews: Vec<Vec<PersonIndex>>,
}

impl Placed {
    /// A placement given twice counts once; one that points beyond the problem is left out.
    pub(super) fn new(problem: &Problem, placements: &[Placement]) -> Self {
        let mut placed =
            Self { rows: vec![Vec::new(); problem.people.len()], crews: vec![Vec::new(); problem.shifts.len()] };
        for placement in placements {
            if let (Some(row), Some(crew)) =
                (placed.rows.get_mut(placement.person), placed.crews.get_mut(placement.shift))
            {
                row.push(placement.shift);
                crew.push(placement.person);
            }
        }
        for list in placed.rows.iter_mut().chain(&mut placed.crews) {
            list.sort_unstable();
            list.dedup();
        }
        placed
    }

    /// Whether the problem has this person and this shift.
    pub(super) fn holds(&self, person: PersonIndex, shift: ShiftIndex) -> bool {
        person < self.rows.len() && shift < self.crews.len()
    }

    /// The shifts of a person; none for one beyond the problem.
    pub(super) fn row(&self, person: PersonIndex) -> &[ShiftIndex] {
        self.rows.get(person).map_or(&[], Vec::as_slice)
    }

    /// The people of a shift; none for one beyond the problem.
    pub(super) fn crew(&self, shift: ShiftIndex) -> &[PersonIndex] {
        self.crews.get(shift).map_or(&[], Vec::as_slice)
    }
}
