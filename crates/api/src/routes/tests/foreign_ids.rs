//! Whoever guesses ids of another organization, or of another team, reads nothing and changes nothing.

use std::collections::BTreeMap;

use actix_web::http::header::IF_MATCH;
use scheduling_app::Actor;
use scheduling_app::auth::{Credential, authenticate};
use scheduling_app::permissions::{Access, Action, Object, Operation, Relation, access, action};
use scheduling_app::users::create_administrator;
use scheduling_domain::id::TypedId;
use scheduling_domain::origin::{Origin, Via};
use scheduling_postgres::testing::TestDatabase;

use super::permissions::requests::request;
use super::permissions::subjects::{CANARY, Company, Subject};
use super::schedule::account;
use super::*;
use crate::http::document;

/// Everything that has an id has one up to this.
const KNOWN: u64 = 40;

/// An operation on what an id names.
struct Aim<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
    action: &'static Action,
}

impl Aim<'_> {
    /// The request for whatever has this id, with the version that what was never changed is in.
    fn at(&self, id: i64, nth: i64) -> TestRequest {
        let request = request(self.method, self.path, self.operation, &Subject::of(id), nth);
        let mut parameters = self.operation["parameters"].as_array().into_iter().flatten();
        let takes_version = parameters.any(|parameter| parameter["name"] == "If-Match");
        if takes_version { request.insert_header((IF_MATCH, "\"1\"")) } else { request }
    }
}

/// Every operation of the document with an id in its path.
fn aims(document: &Value) -> Vec<Aim<'_>> {
    let mut aims = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let action = action(operation["operationId"].as_str().unwrap());
            if let (Some(action), true) = (action, path.contains('{')) {
                aims.push(Aim { method, path, operation, action });
            }
        }
    }
    aims
}

/// Somebody to whom everything is foreign.
struct Guesser {
    token: String,
    actor: Actor,
    /// Whether that is because their organization is empty; else nothing of ours is theirs.
    is_outside: bool,
    /// Numbers of the accounts and sessions of all guessers.
    own: Vec<i64>,
}

impl Guesser {
    async fn of(server: &Server, client: Client<'_>, is_outside: bool) -> Self {
        let own =
            |answer: Answer| answer.data().as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
        let sessions: Vec<i64> = own(client.get("/api/auth/sessions/").await.expect(200));
        let token = client.token.unwrap();
        let origin = Origin { address: None, request_id: None, traceparent: None, via: Via::Credentials };
        let actor = authenticate(&server.app, &Credential::Bearer(token.clone()), origin).await.unwrap();
        let own = [sessions, vec![actor.user_id.get()]].concat();
        Self { token, actor, is_outside, own }
    }

    /// Whether all that the operation could be asked for is foreign to them.
    fn has_nothing_for(&self, action: &Action) -> bool {
        // No schedule here was published.
        let operation = match action.operation {
            Operation::ReadPublished => Operation::ReadDraft,
            other => other,
        };
        let is_of_others = matches!(action.object, Object::Person | Object::Schedule | Object::Draft);
        self.is_outside || is_of_others && access(&self.actor, operation, Relation::Other) != Access::Allowed
    }
}

/// Three of an organization that has nothing, and two of ours whom nobody's work concerns.
async fn guessers(server: &Server) -> Vec<Guesser> {
    let empty = server.app.store.create_organization("empty", "Empty").await.unwrap();
    create_administrator(&server.app, empty.id, &administrator("outsider")).await.unwrap();
    let outsider = server.sign_in_to("empty", "outsider").await;
    account(&outsider, "outside-manager", "manager", json!([])).await;
    account(&outsider, "outside-employee", "employee", json!([])).await;
    let admin = server.admin().await;
    account(&admin, "lonely-manager", "manager", json!([])).await;
    account(&admin, "lonely-employee", "employee", json!([])).await;
    let mut guessers = vec![
        Guesser::of(server, outsider, true).await,
        Guesser::of(server, server.sign_in_to("empty", "outside-manager").await, true).await,
        Guesser::of(server, server.sign_in_to("empty", "outside-employee").await, true).await,
        Guesser::of(server, server.sign_in("lonely-manager").await, false).await,
        Guesser::of(server, server.sign_in("lonely-employee").await, false).await,
    ];
    let own: Vec<i64> = guessers.iter().flat_map(|guesser| guesser.own.clone()).collect();
    for guesser in &mut guessers {
        guesser.own.clone_from(&own);
    }
    guessers
}

/// By turns one that is there and one from anywhere.
fn guessed(round: u64) -> i64 {
    let anywhere = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 1;
    i64::try_from(if round.is_multiple_of(2) { round / 2 % KNOWN + 1 } else { anywhere }).unwrap()
}

/// What a refusal says, but for when and where.
fn said(answer: Answer) -> (u16, Value) {
    let Answer { status, mut body, .. } = answer;
    for name in ["instance", "timestamp"] {
        body.as_object_mut().and_then(|body| body.remove(name));
    }
    (status, body)
}

/// All that somebody sees who may see everything of theirs.
async fn seen(client: &Client<'_>) -> BTreeMap<&'static str, Value> {
    let mut seen = BTreeMap::new();
    for list in [
        "/api/users/",
        "/api/api-keys/",
        "/api/auth/sessions/",
        "/api/sites/",
        "/api/teams/",
        "/api/positions/",
        "/api/skills/",
        "/api/employees/",
        "/api/shift-templates/",
        "/api/demands/",
        "/api/rule-sets/",
        "/api/schedules/",
        "/api/shifts/",
        "/api/optimizations/",
        "/api/audit/",
    ] {
        seen.insert(list, client.get(&format!("{list}?per_page=100")).await.expect(200).data().clone());
    }
    seen
}

async fn guess(mut server: Server, count: usize) {
    Company::found(&server).await;
    server.know_callers();
    let victims = server.sign_in_to("elsewhere", "theirs").await;
    let before = seen(&victims).await;
    assert!(before.values().filter(|list| list.to_string().contains(CANARY)).count() > 8, "{before:#?}");
    let guessers = guessers(&server).await;
    let document = document(routes);
    let aims = aims(&document);
    let aims: Vec<_> = guessers
        .iter()
        .flat_map(|guesser| aims.iter().map(move |aim| (guesser, aim)))
        .filter(|(guesser, aim)| guesser.has_nothing_for(aim.action))
        .collect();
    let mut nothing = Vec::new();
    for (guesser, aim) in &aims {
        nothing.push(said(server.send(authorized(aim.at(i64::MAX, 0), Some(&guesser.token))).await));
    }
    let (mut tried, mut read) = (0, Vec::new());
    'rounds: for round in 0.. {
        let id = guessed(round);
        for ((guesser, aim), (status, body)) in aims.iter().zip(&nothing) {
            if tried == count {
                break 'rounds;
            }
            if aim.action.object == Object::Account && guesser.own.contains(&id) {
                continue;
            }
            tried += 1;
            let answer = server.send(authorized(aim.at(id, 0), Some(&guesser.token))).await;
            let is_silent = matches!(answer.status, 403 | 404) && !answer.body.to_string().contains(CANARY);
            let answer = said(answer);
            // What is there is answered as what is not.
            if !is_silent || answer.0 != *status || answer.1 != *body {
                read.push(format!("{} {id} by {:?}: {}", aim.action.id, guesser.actor.role, answer.1));
            }
        }
    }
    assert!(read.is_empty(), "{} of {tried} guesses were answered: {:#?}", read.len(), read.first());
    assert_eq!(seen(&victims).await, before, "somebody changed what is not theirs");
}

#[actix_web::test]
async fn fifty_thousand_guesses_of_foreign_ids_read_nothing() {
    guess(Server::start().await, 50_000).await;
}

#[actix_web::test]
async fn guesses_of_foreign_ids_read_nothing_on_postgres() {
    let database = TestDatabase::create().await;
    guess(Server::on(database.store().await).await, 5_000).await;
}
