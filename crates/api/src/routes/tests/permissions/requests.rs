//! A request for each operation of the document, right in everything but perhaps who sends it.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::super::PASSWORD;
use super::Subject;

/// The operation asked of `subject`. A change names a version that nothing has, so that whoever may make it is told so and
/// nothing is changed; `nth` keeps apart what has to be unique.
pub(in super::super) fn request(
    method: &str,
    path: &str,
    operation: &Value,
    subject: &Subject,
    nth: i64,
) -> TestRequest {
    let id = operation["operationId"].as_str().unwrap();
    let takes = |name: &str| {
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.any(|parameter| parameter["name"] == name)
    };
    let query = match (takes("dry_run"), takes("per_page"), takes("seconds")) {
        (true, ..) => "?dry_run=true",
        (_, true, _) => "?per_page=100",
        (.., true) => "?seconds=1",
        _ => "",
    };
    let mut request = TestRequest::with_uri(&format!("{}{query}", filled(path, subject)));
    request = request.method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap());
    if takes("If-Match") {
        request = request.insert_header((header::IF_MATCH, "\"999\""));
    }
    if operation.get("requestBody").is_some() { request.set_json(body(id, subject, nth)) } else { request }
}

/// The path with the subject's ids in it.
pub(super) fn filled(path: &str, subject: &Subject) -> String {
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split('/') {
        let belongs_to = segments.last().cloned().unwrap_or_default();
        let is_theirs = segments.len() > 4;
        segments.push(match (segment.starts_with('{'), belongs_to.as_str()) {
            (false, _) => segment.to_owned(),
            (true, "sites") => subject.site.to_string(),
            (true, "teams") => subject.team.to_string(),
            (true, "positions") => subject.position.to_string(),
            (true, "skills") if is_theirs => subject.grant.to_string(),
            (true, "skills") => subject.skill.to_string(),
            (true, "shift-templates") => subject.template.to_string(),
            (true, "rule-sets") => subject.rule_set.to_string(),
            (true, "sessions") => subject.session.to_string(),
            (true, "users") => subject.account.to_string(),
            (true, "api-keys") => subject.api_key.to_string(),
            (true, "employees") => subject.employee.to_string(),
            (true, "contracts") => subject.contract.to_string(),
            (true, "availability") => subject.availability.to_string(),
            (true, "demands") => subject.demand.to_string(),
            (true, "schedules") => subject.schedule.to_string(),
            (true, "shifts") => subject.shift.to_string(),
            (true, "assignments") => subject.assignment.to_string(),
            (true, "optimizations") => subject.optimization.to_string(),
            (true, other) => panic!("{path}: say which id follows /{other}/"),
        });
    }
    segments.join("/")
}

/// A body that the operation takes.
fn body(id: &str, subject: &Subject, nth: i64) -> Value {
    // What a caller may not see is asked about; what it only has to exist is taken from where it does.
    let unique = format!("new-{nth}");
    let year = 2100 + nth;
    match id {
        "createSite" => json!({ "name": unique, "time_zone": "UTC" }),
        "createTeam" => json!({ "name": unique, "site_id": 1 }),
        "createPosition" | "createSkill" | "createRuleSet" => json!({ "name": unique }),
        "createShiftTemplate" => json!({
            "code": unique, "name": unique, "site_id": 1, "position_id": 1, "starts": "08:00", "ends": "16:00",
        }),
        "createDemand" => json!({
            "team_id": subject.team, "template_id": 1, "valid_from": "2026-01-01", "heads": { "target": 1 },
        }),
        "createEmployee" => json!({
            "number": unique, "full_name": unique, "team_id": subject.team, "hired_on": "2025-01-01",
        }),
        "createEmployeeContract" => json!({ "starts_on": format!("{year}-01-01"), "ends_on": format!("{year}-12-31") }),
        "createEmployeeSkill" => json!({ "skill_id": 1, "valid_from": format!("{year}-01-01") }),
        "createEmployeeAvailability" => json!({ "kind": "unavailable", "valid_from": "2025-01-01" }),
        "createSchedule" => json!({
            "team_id": subject.team, "starts_on": format!("{year}-01-01"), "ends_on": format!("{year}-01-07"),
        }),
        "createShift" => json!({
            "schedule_id": subject.schedule, "label": "D", "position_id": 1, "on": "2026-01-06",
            "starts": "08:00", "ends": "16:00",
        }),
        "createAssignment" => json!({ "employee_id": subject.colleague }),
        "createOptimization" => json!({ "schedule_id": subject.schedule }),
        "createUser" => json!({
            "username": unique, "email": format!("{unique}@example.com"), "password": PASSWORD,
        }),
        "createApiKey" => json!({
            "name": unique, "scopes": ["schedules:read"], "expires_at": "2026-06-30T00:00:00Z",
        }),
        "updateUser" => json!({ "full_name": "Renamed" }),
        "enrolTotp" => json!({ "password": PASSWORD }),
        "confirmTotp" => json!({ "code": "000000" }),
        "replaceRecoveryCodes" | "removeTotp" => json!({ "password": PASSWORD, "code": "000000" }),
        "logout" => json!({ "refresh_token": "none" }),
        id if id.starts_with("update") => json!({}),
        other => panic!("say what a body of {other} looks like"),
    }
}
