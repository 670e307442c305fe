use scheduling_app::Call;
use scheduling_app::assignments::assign_employee;
use scheduling_app::import::{ImportReport, Row, RowOutcome, import_shifts};
use scheduling_app::shifts::get_shift;
use scheduling_conformance::build::a_rule;
use scheduling_domain::record::Record;
use scheduling_domain::rule_set::{RuleSet, RuleSetFilter};
use scheduling_domain::rules::{RuleKind, Verdict};
use scheduling_domain::schedule::Schedule;
use scheduling_domain::shift::Shift;

use crate::house::{House, nth};

/// A row for a day shift with so many heads and no more.
fn row(line: u64, shift: &Shift, heads: u16) -> Row {
    let (on, heads) = (shift.on.to_string(), heads.to_string());
    let cells = [("template", "D"), ("on", &on), ("target", &heads), ("max", &heads)];
    Row { line, cells: cells.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec() }
}

/// Two people on the first day shift, which may have two, under a rule that a maximum of heads is kept.
async fn crowded(verdict: Verdict) -> (House, Record<Schedule>, Vec<Record<Shift>>) {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    for employee in [0, 1] {
        assign_employee(&house.app, &Call::new(&house.manager), &house.on(employee, nth(&shifts, "D", 0).id))
            .await
            .unwrap();
    }
    let mut uow = house.app.store.begin(house.organization).await.unwrap();
    let set = uow.rule_sets().list_all(&RuleSetFilter::default()).await.unwrap().remove(0);
    let rule = scheduling_domain::rules::Rule { verdict, ..a_rule("heads", RuleKind::HeadsPerShift) };
    let rules = RuleSet { rules: vec![rule], ..set.value };
    uow.rule_sets().update(set.id, set.version, &rules, house.app.now()).await.unwrap();
    uow.commit().await.unwrap();
    assert!(import(&house, &draft, &[row(2, nth(&shifts, "D", 0), 2)]).await.written);
    (house, draft, shifts)
}

async fn import(house: &House, draft: &Record<Schedule>, rows: &[Row]) -> ImportReport {
    import_shifts(&house.app, &house.manager, draft.id, rows, false).await.unwrap()
}

#[tokio::test]
async fn heads_that_a_crew_exceeds_are_refused_with_the_rule_that_stands_against_them() {
    for verdict in [Verdict::Block, Verdict::Consent] {
        let (house, draft, shifts) = crowded(verdict).await;
        let (full, empty) = (nth(&shifts, "D", 0), nth(&shifts, "D", 1));
        let report = import(&house, &draft, &[row(2, full, 1), row(3, empty, 2)]).await;
        let [(2, RowOutcome::Refused(faults)), (3, RowOutcome::Changed)] = &report.rows[..] else {
            panic!("{report:?}");
        };
        let faults: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(faults, [("/max", "heads_above_max")]);
        assert!(!report.written);
        let kept = get_shift(&house.app, &house.manager, empty.id).await.unwrap();
        assert_eq!(&kept, empty, "one bad row keeps all of them out");
    }
}

#[tokio::test]
async fn heads_that_only_cost_are_taken() {
    let (house, draft, shifts) = crowded(Verdict::Cost).await;
    let full = nth(&shifts, "D", 0);
    let report = import(&house, &draft, &[row(2, full, 1)]).await;
    assert_eq!((report.rows, report.written), (vec![(2, RowOutcome::Changed)], true));
    let changed = get_shift(&house.app, &house.manager, full.id).await.unwrap();
    assert_eq!(changed.heads.max, Some(1));
}
