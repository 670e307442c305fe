//! What use cases leave behind of what was done.

use scheduling_app::assignments::{assign_employee, unassign_employee};
use scheduling_app::auth::{SignOut, refresh, sign_in, sign_out};
use scheduling_app::{Call, catalogue, schedules, users};
use scheduling_conformance::build::{a_skill, an_employee};
use scheduling_domain::audit::{AuditEvent, AuditFilter};
use scheduling_domain::employee::Employee;
use scheduling_domain::personal::Personal;
use scheduling_domain::skill::Skill;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, asked, fresh, nth, unproved};

/// The events so far, the newest last.
async fn events(house: &House) -> Vec<AuditEvent> {
    let found =
        house.app.store.audit().list_after(house.organization, &AuditFilter::default(), 0, 10_000).await.unwrap();
    found.into_iter().map(|record| record.event).collect()
}

pub(crate) async fn last(house: &House) -> AuditEvent {
    events(house).await.pop().unwrap()
}

fn read(json: Option<&String>) -> Value {
    json.map_or(Value::Null, |json| serde_json::from_str(json).unwrap())
}

#[tokio::test]
async fn a_change_says_who_what_when_and_from_where() {
    let house = House::build().await;
    let call = Call::new(&house.admin);
    let skill = fresh(catalogue::create(&house.app, &call, &a_skill("Sewing")).await.unwrap());
    let made = last(&house).await;
    assert_eq!(
        (made.operation.as_str(), made.object_kind.as_str(), made.via.as_str()),
        ("skill.create", "skill", "command_line")
    );
    assert_eq!(made.object_id, Some(skill.id.into()));
    assert_eq!(made.user_id, Some(house.admin.user_id.into()));
    assert_eq!(made.at, skill.created_at);
    assert_eq!(
        (read(made.before.as_ref()), read(made.after.as_ref())),
        (Value::Null, json!({ "name": "Sewing", "description": "" }))
    );

    let call = Call::new(&house.admin);
    let edit = |skill: &mut Skill| skill.name = "Knitting".to_owned();
    fresh(catalogue::update(&house.app, &call, skill.id, None, &edit).await.unwrap());
    let changed = last(&house).await;
    assert_eq!(changed.operation, "skill.update");
    assert_eq!(read(changed.before.as_ref()), json!({ "name": "Sewing", "description": "" }));
    assert_eq!(read(changed.after.as_ref()), json!({ "name": "Knitting", "description": "" }));

    fresh(catalogue::delete::<Skill>(&house.app, &Call::new(&house.admin), skill.id, None).await.unwrap());
    let gone = last(&house).await;
    assert_eq!((gone.operation.as_str(), gone.after), ("skill.delete", None));
}

#[tokio::test]
async fn what_changes_nothing_leaves_nothing() {
    let house = House::build().await;
    let before = events(&house).await.len();
    let tried = Call::new(&house.admin).dry_run(true);
    catalogue::create(&house.app, &tried, &a_skill("Sewing")).await.unwrap();
    catalogue::create(&house.app, &Call::new(&house.admin), &a_skill(" ")).await.unwrap_err();
    let same = |_: &mut Employee| {};
    catalogue::update(&house.app, &Call::new(&house.admin), house.person(0), None, &same).await.unwrap();
    assert_eq!(events(&house).await.len(), before);
}

#[tokio::test]
async fn personal_fields_are_masked() {
    let house = House::build().await;
    let secret = |text: &str| Some(Personal::new(text));
    let employee = an_employee("E9", house.team.id);
    let employee = Employee { phone: secret("+86 138 0000 0000"), email: secret("e9@example.com"), ..employee };
    let employee = house.add(&employee).await;
    let call = Call::new(&house.admin);
    let edit = |employee: &mut Employee| employee.phone = Some(Personal::new("+86 139 1111 1111"));
    catalogue::update(&house.app, &call, employee.id, None, &edit).await.unwrap();
    let changed = last(&house).await;
    assert_eq!(read(changed.before.as_ref())["phone"], "***");
    assert_eq!(read(changed.after.as_ref())["phone"], "*** (changed)");
    assert_eq!(read(changed.after.as_ref())["email"], "***");
    let everything = format!("{:?}", events(&house).await);
    for hidden in ["138", "139 1111", "e9@example.com", PASSWORD, "argon2"] {
        assert!(!everything.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn a_judged_change_says_what_the_rules_said_and_why_it_was_made() {
    let house = House::build().await;
    let (_, shifts) = house.draft().await;
    let put = async |place: usize, note: Option<&str>| {
        let new = house.on(0, nth(&shifts, "D", place).id);
        let new = scheduling_app::assignments::NewAssignment { consent_note: note.map(str::to_owned), ..new };
        fresh(assign_employee(&house.app, &Call::new(&house.manager), &new).await.unwrap())
    };
    put(5, None).await;
    let plain = last(&house).await;
    assert_eq!((plain.operation.as_str(), plain.reason.as_deref()), ("assignment.create", None));
    // A second weekend takes consent.
    let second = put(12, Some("agreed by phone")).await;
    let consented = last(&house).await;
    assert_eq!(consented.verdict.as_deref(), Some("needs_consent"));
    assert_eq!(consented.reason.as_deref(), Some("agreed by phone"));
    let violations = read(consented.violations.as_ref());
    assert!(violations["first"].as_array().unwrap().iter().any(|one| one["rule"] == "one-weekend"), "{violations}");
    let id = second.assignment.id;
    unassign_employee(&house.app, &Call::new(&house.manager), id, second.assignment.version).await.unwrap();
    assert_eq!(last(&house).await.operation, "assignment.delete");
}

#[tokio::test]
async fn bulk_work_is_one_small_event() {
    let house = House::build().await;
    let (draft, shifts) = house.draft().await;
    let generated = last(&house).await;
    assert_eq!(generated.operation, "schedule.generate");
    let made = read(generated.after.as_ref())["made_shifts"].clone();
    assert_eq!((made["count"].as_u64(), made["ids"].as_array().map(Vec::len)), (Some(56), Some(50)));
    assert_eq!(shifts.len(), 56);
    schedules::delete_schedule(&house.app, &Call::new(&house.manager), draft.id, None).await.unwrap();
    let deleted = last(&house).await;
    assert_eq!((deleted.operation.as_str(), deleted.object_id), ("schedule.delete", Some(draft.id.into())));
}

#[tokio::test]
async fn signing_in_and_out_is_seen() {
    let house = House::build().await;
    let tokens = sign_in(&house.app, &asked("nurse", PASSWORD)).await.unwrap().tokens;
    let signed_in = last(&house).await;
    assert_eq!((signed_in.operation.as_str(), signed_in.via.as_str()), ("auth.sign_in", "credentials"));
    assert_eq!(signed_in.user_id, Some(house.employee.user_id.into()));
    assert_eq!(signed_in.address.as_deref(), Some("192.0.2.1"));

    refresh(&house.app, &tokens.refresh_token, &unproved()).await.unwrap();
    let actor = house.who(&tokens).await;
    sign_out(&house.app, &actor, SignOut::Everywhere).await.unwrap();
    let signed_out = last(&house).await;
    assert_eq!((signed_out.operation.as_str(), signed_out.via.as_str()), ("auth.sign_out", "access_token"));
}

#[tokio::test]
async fn a_new_password_is_seen_and_not_shown() {
    let house = House::build().await;
    let patch = users::UserPatch {
        password: Some(scheduling_app::auth::Password::new("another long password")),
        ..users::UserPatch::default()
    };
    users::update_user(&house.app, &Call::new(&house.admin), house.employee.user_id, None, &patch).await.unwrap();
    let changed = last(&house).await;
    assert_eq!(changed.operation, "user.update");
    assert_eq!(read(changed.after.as_ref())["password_changed"], true);
}

#[tokio::test]
async fn a_failed_sign_in_is_seen() {
    let house = House::build().await;
    let before = events(&house).await.len();
    for identifier in ["nurse", "my-password-in-the-wrong-field"] {
        sign_in(&house.app, &asked(identifier, "a wrong password")).await.unwrap_err();
    }
    // It is written beside the answer.
    let written = async {
        while events(&house).await.len() < before + 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), written).await.unwrap();
    let failed = events(&house).await.split_off(before);
    assert!(failed.iter().all(|event| event.operation == "auth.sign_in_failed" && event.user_id.is_none()));
    let mut accounts: Vec<_> = failed.iter().map(|event| event.object_id).collect();
    accounts.sort_unstable();
    assert_eq!(accounts, [None, Some(house.employee.user_id.into())]);
    assert!(!format!("{failed:?}").contains("wrong-field"));
}
