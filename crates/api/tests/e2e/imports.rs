use serde_json::json;

use crate::support::{Backend, Client, on_each_backend};

/// What an import said: everything, and the line that counts the rows.
fn import(backend: &Backend, arguments: &[&str]) -> (String, String) {
    let finished = backend.command(&[&["import"], arguments].concat()).run();
    let text = finished.stdout();
    let counts = text.lines().last().unwrap_or_default().to_owned();
    assert_eq!(finished.code(), Some(i32::from(!counts.contains(" 0 refused"))), "{text}{}", finished.stderr());
    (text, counts)
}

const DRY: &str = "nothing was written: this was a dry run";
const MEND: &str = "nothing was written: mend the rows above and import the file again";

/// A team whose rules keep a maximum of heads, with a template; answers the id of its schedule.
async fn a_schedule(admin: &Client) -> i64 {
    let site = admin.post("/api/sites/", &json!({"name": "S", "time_zone": "Asia/Shanghai"})).await.expect(201).id();
    let rules = json!({"name": "R", "rules": [{"key": "heads", "kind": "heads_per_shift", "verdict": "block"}]});
    let rules = admin.post("/api/rule-sets/", &rules).await.expect(201).id();
    let team = json!({"name": "Ward", "site_id": site, "rule_set_id": rules});
    let team = admin.post("/api/teams/", &team).await.expect(201).id();
    let position = admin.post("/api/positions/", &json!({"name": "Nurse"})).await.expect(201).id();
    let template = json!({
        "code": "D", "name": "Day", "site_id": site, "position_id": position, "starts": "08:00", "ends": "16:00",
    });
    admin.post("/api/shift-templates/", &template).await.expect(201);
    let schedule = json!({"team_id": team, "starts_on": "2027-03-01", "ends_on": "2027-03-07"});
    admin.post("/api/schedules/", &schedule).await.expect(201).id()
}

async fn people_and_shifts_come_from_files_and_are_judged(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let schedule = a_schedule(&admin).await;

    let people = "number,full_name,team,hired_on\nN1,李雷,Ward,2026-01-01\nN2,Han Meimei,Ward,2026-01-01\n";
    let people = backend.write("people.csv", people);
    let (_, counts) = import(&backend, &["employees", &people, "--dry-run"]);
    assert_eq!(counts, format!("2 new, 0 changed, 0 unchanged, 0 refused; {DRY}"));
    let (_, counts) = import(&backend, &["employees", &people]);
    assert_eq!(counts, "2 new, 0 changed, 0 unchanged, 0 refused; imported");
    let (_, counts) = import(&backend, &["employees", &people]);
    assert_eq!(counts, "0 new, 0 changed, 2 unchanged, 0 refused; imported");

    let shifts = |name: &str, rows: &str, flags: &[&str]| {
        let file = backend.write(name, &format!("template,on,target,max\n{rows}"));
        import(&backend, &[&["shifts", &file, "--schedule", &schedule.to_string()], flags].concat())
    };
    let bad = "D,2027-03-01,2,2\nX,2027-03-08,2,1\n";
    let (text, counts) = shifts("bad.csv", bad, &["--dry-run"]);
    let faults = "bad.csv:3: template: there is no shift_template X; on: must be from 2027-03-01 to 2027-03-07, not \
                  2027-03-08; max: must not be below the target";
    assert!(text.contains(&format!("{faults}\n")), "{text}");
    assert_eq!(counts, format!("1 new, 0 changed, 0 unchanged, 1 refused; {DRY}"));

    let good = "D,2027-03-01,2,2\nD,2027-03-02,1,2\n";
    let (_, counts) = shifts("good.csv", good, &[]);
    assert_eq!(counts, "2 new, 0 changed, 0 unchanged, 0 refused; imported");
    let (_, counts) = shifts("good.csv", good, &[]);
    assert_eq!(counts, "0 new, 0 changed, 2 unchanged, 0 refused; imported");

    let made = admin.get(&format!("/api/shifts/?schedule_id={schedule}")).await.expect(200);
    let shift = format!("/api/shifts/{}", made.data()[0]["id"]);
    for person in admin.get("/api/employees/").await.expect(200).data().as_array().unwrap() {
        let assignment = json!({"employee_id": person["id"]});
        admin.post(&format!("{shift}/assignments/"), &assignment).await.expect(201);
    }
    let (text, counts) = shifts("shrunk.csv", "D,2027-03-01,1,1\nD,2027-03-02,1,1\n", &[]);
    assert!(text.contains("shrunk.csv:2: max: D on 2027-03-01 has 2 people; at most 1 are allowed"), "{text}");
    assert_eq!(counts, format!("0 new, 1 changed, 0 unchanged, 1 refused; {MEND}"));
    assert_eq!(admin.get(&shift).await.expect(200).data()["heads"]["max"], 2);

    let (_, counts) = shifts("grown.csv", "D,2027-03-01,3,4\nD,2027-03-02,1,1\n", &[]);
    assert_eq!(counts, "0 new, 2 changed, 0 unchanged, 0 refused; imported");
}

on_each_backend!(people_and_shifts_come_from_files_and_are_judged);
