//! Every operation of the document × role × relation to what it is about, as the table of permissions declares it.

mod fields;
pub(super) mod requests;
pub(super) mod subjects;

use jiff::SignedDuration;
use scheduling_app::Actor;
use scheduling_app::auth::{Credential, authenticate};
use scheduling_app::permissions::{Access, Action, Object, Operation, Relation, access, action, in_scope, may_ever};
use scheduling_domain::id::{OrganizationId, TypedId, UserId};
use scheduling_domain::origin::{Origin, Via};
use scheduling_domain::scope::Scope;
use scheduling_domain::session::{SessionGrant, SessionKind, SessionSpan};
use serde_json::{Value, json};

use super::{Answer, Server, authorized};
use crate::http::document;
use crate::routes::routes;
use requests::request;
use subjects::{Company, Subject};

/// Who asks.
struct Caller<'a> {
    name: &'static str,
    /// None for somebody who has not signed in.
    signed_in: Option<(String, Actor)>,
    /// What is asked about, by its relation to them.
    about: [(Case, &'a Subject); 4],
}

/// How what is asked about stands to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Own,
    SameTeam,
    OtherTeam,
    OtherOrganization,
}

/// What is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The action was allowed; whether it could be done then is another matter.
    Allowed,
    /// A list that has the subject in it, or has it not.
    Listed(bool),
    /// A refusal with this status.
    Refused(u16),
    /// A refusal that says no more than what is said of what does not exist.
    UnknownReference,
}

impl Expected {
    fn is_met(self, answer: &Answer, subject: &Value) -> bool {
        match self {
            // 409 and 412 are about the state of a thing, and are told to those who may change it; so are wrong codes, and
            // 429 when there were too many of them.
            Self::Allowed => {
                matches!(answer.status, 200..=204 | 409 | 412 | 429) || answer.body["errors"][0]["code"] == "wrong_code"
            }
            Self::Listed(is_there) => {
                let mut listed = answer.data().as_array().into_iter().flatten();
                answer.status == 200 && listed.any(|one| one["id"] == *subject) == is_there
            }
            Self::Refused(status) => answer.status == status,
            Self::UnknownReference => {
                let codes = answer.body["errors"].as_array().into_iter().flatten();
                answer.status == 422 && codes.into_iter().all(|fault| fault["code"] == "unknown_reference")
            }
        }
    }
}

/// What the table says.
fn expected(caller: &Caller<'_>, action: &Action, path: &str, case: Case) -> Expected {
    let Some((_, actor)) = &caller.signed_in else { return Expected::Refused(401) };
    let Action { id, operation, object } = *action;
    if !in_scope(actor, operation) {
        return Expected::Refused(403);
    }
    let relation = match (object, case) {
        (Object::Own, _) | (Object::Account | Object::Person, Case::Own) => Relation::Own,
        (Object::Shared | Object::Account, _) | (_, Case::OtherTeam | Case::OtherOrganization) => Relation::Other,
        (_, Case::Own | Case::SameTeam) => Relation::OwnTeam,
    };
    // The schedules here were never published.
    let operation = if operation == Operation::ReadPublished { Operation::ReadDraft } else { operation };
    let access = access(actor, operation, relation);
    let is_foreign = case == Case::OtherOrganization;
    if id.starts_with("list") && !path.contains('{') && operation != Operation::OwnSession {
        return match id {
            "listSchedules" => Expected::Listed(access == Access::Allowed && !is_foreign),
            _ if !may_ever(actor, operation) => Expected::Refused(403),
            // Events are about none of the subjects.
            "listAuditEvents" => Expected::Allowed,
            _ => Expected::Listed(access == Access::Allowed && !is_foreign),
        };
    }
    let names_subject = path.contains('{') || matches!(object, Object::Team | Object::InSchedule);
    match (access, object) {
        _ if is_foreign && path.contains('{') => Expected::Refused(404),
        (Access::Allowed, _) if is_foreign && names_subject => Expected::UnknownReference,
        (Access::Allowed, _) => Expected::Allowed,
        (Access::Invisible, Object::InSchedule) => Expected::UnknownReference,
        (Access::Invisible, _) if path.contains('{') => Expected::Refused(404),
        (Access::Forbidden | Access::Invisible, _) => Expected::Refused(403),
    }
}

async fn sign_in(server: &Server, name: &'static str) -> Option<(String, Actor)> {
    known(server, server.sign_in(name).await.token?).await
}

/// A key of the manager's with these scopes.
async fn key(server: &Server, scopes: &[Scope]) -> Option<(String, Actor)> {
    known(server, server.sign_in("manager").await.key(scopes).await.token?).await
}

async fn known(server: &Server, token: String) -> Option<(String, Actor)> {
    let origin = Origin { address: None, request_id: None, traceparent: None, via: Via::Credentials };
    let actor = authenticate(&server.app, &Credential::Bearer(token.clone()), origin).await.unwrap();
    Some((token, actor))
}

/// A session to be ended: of the subject's account, or of the caller's own where only that can be asked for.
async fn session(server: &Server, caller: &Caller<'_>, id: &str, case: Case, subject: &Subject) -> i64 {
    let is_own = id == "endOwnSession" && case != Case::OtherOrganization;
    let account = match &caller.signed_in {
        Some((_, actor)) if is_own => actor.user_id,
        _ => UserId::try_new(subject.account).unwrap(),
    };
    let mut uow = server.app.store.begin(OrganizationId::try_new(subject.organization).unwrap()).await.unwrap();
    let now = server.app.now();
    let grant = SessionGrant {
        user_id: account,
        kind: SessionKind::Bearer,
        token_epoch: 0,
        address: None,
        user_agent: None,
        span: SessionSpan::fixed(now, now + SignedDuration::from_hours(1)),
    };
    let opened = uow.sessions().insert(&grant, now).await.unwrap();
    uow.commit().await.unwrap();
    opened.get()
}

#[actix_web::test]
async fn every_operation_answers_every_role_as_the_table_declares() {
    let server = Server::start().await;
    let company = Company::found(&server).await;
    let mut callers = [
        Caller { name: "admin", signed_in: sign_in(&server, "admin").await, about: company.of_admin() },
        Caller { name: "manager", signed_in: sign_in(&server, "manager").await, about: company.of_manager() },
        Caller { name: "employee", signed_in: sign_in(&server, "employee").await, about: company.of_employee() },
        Caller { name: "key", signed_in: key(&server, Scope::ALL).await, about: company.of_manager() },
        Caller {
            name: "narrow key",
            signed_in: key(&server, &[Scope::AccountsRead]).await,
            about: company.of_manager(),
        },
        Caller { name: "nobody", signed_in: None, about: company.of_employee() },
    ];
    let document = document(routes);
    let (mut asked, mut wrong) = (0, Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"] == json!([]) {
                continue;
            }
            let id = operation["operationId"].as_str().unwrap();
            let action = action(id).unwrap_or_else(|| panic!("the table of permissions lacks {id}"));
            for caller in &mut callers {
                for (case, subject) in caller.about {
                    asked += 1;
                    let ends = id.starts_with("close") || id.starts_with("end");
                    let subject = &Subject {
                        session: if ends { session(&server, caller, id, case, subject).await } else { 0 },
                        ..subject.clone()
                    };
                    let sent = request(method, path, operation, subject, asked);
                    let token = caller.signed_in.as_ref().map(|(token, _)| token.as_str());
                    let answer = server.send(authorized(sent, token)).await;
                    let expected = expected(caller, action, path, case);
                    if ends && caller.signed_in.is_some() && !caller.name.ends_with("key") {
                        caller.signed_in = sign_in(&server, caller.name).await;
                    }
                    if !expected.is_met(&answer, &subject.listed(id)) {
                        let Answer { status, body, .. } = answer;
                        let detail = (&body["detail"], &body["errors"]);
                        wrong.push(format!(
                            "{id} by {} on {case:?}: {expected:?}, answered {status} {detail:?}",
                            caller.name
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} answers are not as declared:\n{}", wrong.len(), wrong.join("\n"));
}
