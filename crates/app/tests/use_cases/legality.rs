//! Whatever edits come, what is stored is legal.

use proptest::prelude::*;
use scheduling_app::Call;
use scheduling_app::assignments::{NewAssignment, assign_employee, unassign_employee};
use scheduling_app::schedules::{check_schedule, generate_shifts};
use scheduling_app::shifts::{delete_shift, update_shift};
use scheduling_domain::assignment::AssignmentFilter;
use scheduling_domain::rules::{Phase, Verdict};
use scheduling_domain::shift::{Shift, ShiftFilter};

use crate::house::House;

#[derive(Debug, Clone)]
enum Edit {
    Assign { employee: usize, shift: usize, consents: bool },
    Unassign { assignment: usize },
    Move { shift: usize, hours: i64, longer: i64 },
    Delete { shift: usize },
    Generate,
}

fn an_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (0..4_usize, any::<prop::sample::Index>(), any::<bool>())
            .prop_map(|(employee, shift, consents)| Edit::Assign { employee, shift: shift.index(16), consents }),
        1 => (0..8_usize).prop_map(|assignment| Edit::Unassign { assignment }),
        3 => (0..16_usize, -30..30_i64, -3..4_i64)
            .prop_map(|(shift, hours, longer)| Edit::Move { shift, hours, longer }),
        1 => (0..16_usize).prop_map(|shift| Edit::Delete { shift }),
        1 => Just(Edit::Generate),
    ]
}

/// Tries an edit; what comes of it is not asked.
async fn attempt(house: &House, schedule: scheduling_domain::id::ScheduleId, edit: &Edit) {
    let (app, store) = (&house.app, &house.app.store);
    let shifts = store.shifts().list_all(house.organization, &ShiftFilter::default()).await.unwrap();
    match edit {
        Edit::Assign { employee, shift, consents } => {
            let Some(shift) = shifts.get(*shift) else { return };
            let consent_note = consents.then(|| "agreed".to_owned());
            let new = NewAssignment { consent_note, ..house.on(*employee, shift.id) };
            let _ = assign_employee(app, &Call::new(&house.manager), &new).await;
        }
        Edit::Unassign { assignment } => {
            let all = store.assignments().list_all(house.organization, &AssignmentFilter::default()).await.unwrap();
            let Some(one) = all.get(*assignment) else { return };
            unassign_employee(app, &Call::new(&house.manager), one.id, one.version).await.unwrap();
        }
        Edit::Move { shift, hours, longer } => {
            let Some(shift) = shifts.get(*shift) else { return };
            let (from, until) = (*hours, hours + longer);
            let edit = |shift: &mut Shift| {
                shift.starts_at += jiff::SignedDuration::from_hours(from);
                shift.ends_at += jiff::SignedDuration::from_hours(until);
            };
            let call = Call::new(&house.manager);
            let _ = update_shift(app, &call, shift.id, shift.version, &edit, Some("agreed")).await;
        }
        Edit::Delete { shift } => {
            let Some(shift) = shifts.get(*shift) else { return };
            let _ = delete_shift(app, &Call::new(&house.manager), shift.id, shift.version).await;
        }
        Edit::Generate => {
            generate_shifts(app, &Call::new(&house.manager), schedule).await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_leaves_a_blocking_violation(edits in prop::collection::vec(an_edit(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let house = House::build().await;
            let (draft, _) = house.draft().await;
            for edit in &edits {
                attempt(&house, draft.id, edit).await;
                let check = check_schedule(&house.app, &house.manager, draft.id).await.unwrap();
                let illegal: Vec<_> = check
                    .findings
                    .iter()
                    .filter(|finding| finding.verdict == Verdict::Block && finding.phase == Phase::Always)
                    .collect();
                assert!(illegal.is_empty(), "after {edit:?}: {illegal:?}");
            }
        });
    }
}
