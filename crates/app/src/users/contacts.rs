//! Whose e-mail address an actor sees.

use std::collections::HashSet;

use scheduling_domain::employee::EmployeeFilter;
use scheduling_domain::id::UserId;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Record;
use scheduling_domain::user::{Role, User};

use crate::actor::Actor;
use crate::app::App;
use crate::permissions::{Access, Operation, Relation, access};

/// Whether the actor sees everybody's.
pub(super) fn sees_all_contacts(actor: &Actor) -> bool {
    access(actor, Operation::ReadContacts, Relation::Other) == Access::Allowed
}

/// Masks the addresses that the actor has no need of: all but their own, those of the teams they run, and, for
/// administrators, everybody's.
pub(super) async fn mask_contacts(
    app: &App,
    actor: &Actor,
    users: impl IntoIterator<Item = &mut Record<User>> + Send,
) -> Result<(), StoreError> {
    if sees_all_contacts(actor) {
        return Ok(());
    }
    let team = team_accounts(app, actor).await?;
    for user in users {
        let relation = if team.contains(&user.id) {
            Relation::OwnTeam
        } else if user.id == actor.user_id {
            Relation::Own
        } else {
            Relation::Other
        };
        if access(actor, Operation::ReadContacts, relation) != Access::Allowed {
            user.value.email = masked(&user.value.email);
        }
    }
    Ok(())
}

/// The accounts of the people in the teams that the actor runs.
async fn team_accounts(app: &App, actor: &Actor) -> Result<HashSet<UserId>, StoreError> {
    if actor.role != Role::Manager {
        return Ok(HashSet::new());
    }
    let team = EmployeeFilter { team_ids: Some(actor.team_ids.clone()), ..EmployeeFilter::default() };
    let people = app.store.employees().list_all(actor.organization, &team).await?;
    Ok(people.into_iter().filter_map(|employee| employee.user_id).collect())
}

/// `z***@example.com`: still an address in form, so that the field stays what it is.
fn masked(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_masked_address_keeps_its_first_letter_and_its_domain() {
        assert_eq!(masked("zhang.san@example.com"), "z***@example.com");
        assert_eq!(masked("王@example.com"), "王***@example.com");
    }
}
