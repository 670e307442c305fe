//! Between a roster in the problem form and the assignments that a run proposes.

use std::collections::{BTreeSet, HashMap};

use scheduling_domain::id::ShiftId;
use scheduling_domain::optimization::ProposedAssignment;
use scheduling_domain::roster::{PersonIndex, Placement, ShiftIndex};

use crate::roster::Roster;

/// Where a search starts: from what the run had when it was put back, else from the draft, so that nothing changes that need
/// not. What is pinned or another schedule's stays.
pub(super) fn start(roster: &Roster, proposal: &[ProposedAssignment]) -> Vec<Placement> {
    if proposal.is_empty() {
        return roster.placements.clone();
    }
    let own = own_shifts(roster);
    let stays = roster.placements.iter().filter(|placement| placement.pinned || !own.contains_key(&placement.shift));
    let mut start: Vec<Placement> = stays.copied().collect();
    let taken: BTreeSet<_> = start.iter().map(|placement| (placement.person, placement.shift)).collect();
    let proposed = proposal.iter().filter_map(|proposed| cell(roster, proposed));
    let free = proposed.filter(|cell| !taken.contains(cell));
    start.extend(free.map(|(person, shift)| Placement { person, shift, pinned: false }));
    start
}

/// What was found on the schedule's own shifts, in ids.
pub(super) fn proposal(roster: &Roster, placements: &[Placement]) -> Vec<ProposedAssignment> {
    let own = own_shifts(roster);
    let proposed = placements.iter().filter_map(|placement| {
        let shift_id = *own.get(&placement.shift)?;
        let employee_id = roster.problem.people.get(placement.person)?.id;
        Some(ProposedAssignment { shift_id, employee_id })
    });
    let mut proposal: Vec<ProposedAssignment> = proposed.collect();
    proposal.sort_unstable();
    proposal
}

/// Where a proposed assignment stands in the problem; none when the shift or the person is not there.
pub(super) fn cell(roster: &Roster, proposed: &ProposedAssignment) -> Option<(PersonIndex, ShiftIndex)> {
    roster.person(proposed.employee_id).zip(roster.place(proposed.shift_id))
}

/// The schedule's own shifts by where they stand in the problem.
fn own_shifts(roster: &Roster) -> HashMap<ShiftIndex, ShiftId> {
    roster.shifts.iter().filter_map(|shift| Some((roster.place(shift.id)?, shift.id))).collect()
}
