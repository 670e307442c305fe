use serde_json::{Value, json};

use crate::support::{Backend, Client, on_each_backend};

const RACERS: usize = 1_000;
const CLIENTS: usize = 64;

/// A schedule with `count` shifts that all overlap, and one employee who can work any of them.
async fn overlapping_shifts(admin: &Client, count: usize) -> (Vec<i64>, i64) {
    let site = admin.post("/api/sites/", &json!({"name": "Race", "time_zone": "Asia/Shanghai"})).await.expect(201).id();
    let team = admin.post("/api/teams/", &json!({"name": "Race", "site_id": site})).await.expect(201).id();
    let position = admin.post("/api/positions/", &json!({"name": "Runner"})).await.expect(201).id();
    let employee = json!({"number": "R1", "full_name": "Wang Lei", "team_id": team, "hired_on": "2020-01-01"});
    let employee = admin.post("/api/employees/", &employee).await.expect(201).id();
    let schedule = json!({"team_id": team, "starts_on": "2027-03-01", "ends_on": "2027-03-28"});
    let schedule = admin.post("/api/schedules/", &schedule).await.expect(201).id();
    let mut shifts = Vec::new();
    for index in 0..count {
        let shift = json!({
            "schedule_id": schedule, "label": format!("S{index}"), "position_id": position, "on": "2027-03-03",
            "starts": format!("{:02}:{:02}", 8 + index % 4, index % 60), "ends": "18:00", "heads": {"target": 1},
        });
        shifts.push(admin.post("/api/shifts/", &shift).await.expect(201).id());
    }
    (shifts, employee)
}

async fn one_of_a_thousand_racing_assignments_wins(backend: Backend) {
    backend.prepare();
    let server = backend.serve();
    let admin = server.admin().await;
    let (shifts, employee) = overlapping_shifts(&admin, 20).await;

    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let (admin, shifts) = (admin.clone(), shifts.clone());
        clients.spawn(async move {
            let mut answers = Vec::new();
            for racer in (client..RACERS).step_by(CLIENTS) {
                let path = format!("/api/shifts/{}/assignments/", shifts[racer % shifts.len()]);
                answers.push(admin.post(&path, &json!({"employee_id": employee})).await);
            }
            answers
        });
    }
    let answers: Vec<_> = clients.join_all().await.into_iter().flatten().collect();

    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(answers.len(), RACERS);
    assert_eq!(winners.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    let winner = winners[0].data()["assignment"]["shift_id"].as_i64().unwrap();
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(loser.status, 409, "{:#}", loser.body);
        assert!(names(&loser.body, winner), "the winner {winner} is not named in {:#}", loser.body);
    }
}

/// Whether any violation, or the problem itself, names the shift.
fn names(problem: &Value, shift: i64) -> bool {
    let introduced = problem["data"]["verdict"]["introduced"].as_array();
    introduced.is_some_and(|violations| {
        violations
            .iter()
            .any(|violation| violation["shift_ids"].as_array().is_some_and(|ids| ids.contains(&json!(shift))))
    })
}

on_each_backend!(one_of_a_thousand_racing_assignments_wins);
