use std::collections::BTreeMap;

use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::id::{EmployeeId, ShiftId};
use scheduling_domain::ports::{StoreError, UnitOfWork};
use scheduling_domain::record::Record;
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;

use crate::reader::Reader;
use crate::roster::{Assessment, Extent, assemble};

/// Who works some shifts, until the unit of work ends.
pub(crate) struct Crews(BTreeMap<ShiftId, Vec<EmployeeId>>);

impl Crews {
    /// Locks the shifts and then whoever works them, each in order of id.
    pub(crate) async fn lock(uow: &mut dyn UnitOfWork, shifts: Vec<ShiftId>) -> Result<Self, StoreError> {
        uow.shifts().lock(&shifts).await?;
        let filter = AssignmentFilter { shift_ids: Some(shifts), ..AssignmentFilter::default() };
        let mut crews: BTreeMap<ShiftId, Vec<EmployeeId>> = BTreeMap::new();
        for assignment in uow.assignments().list_all(&filter).await? {
            crews.entry(assignment.shift_id).or_default().push(assignment.employee_id);
        }
        let mut everybody: Vec<EmployeeId> = crews.values().flatten().copied().collect();
        everybody.sort_unstable();
        everybody.dedup();
        uow.assignments().lock_employees(&everybody).await?;
        Ok(Self(crews))
    }

    /// What the rules say if `stored`, which is locked, becomes as `wanted` under its crew.
    pub(crate) async fn assess(
        &self,
        uow: &mut dyn UnitOfWork,
        schedule: &Record<Schedule>,
        stored: &Record<Shift>,
        wanted: &Shift,
    ) -> Result<Assessment, StoreError> {
        let employees = self.0.get(&stored.id).map_or(&[][..], Vec::as_slice);
        let extent = Extent::Around { employees, shift: stored, moved_to: wanted.on };
        let roster = assemble(&mut Reader::Unit(uow), schedule, extent).await?;
        Ok(roster.assess_move(&Record { value: wanted.clone(), ..stored.clone() }))
    }
}
