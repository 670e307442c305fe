//! `admin …`: what whoever sits at the machine may do without an account.

use std::io::{self, BufRead};

use scheduling_app::App;
use scheduling_app::auth::Password;
use scheduling_app::second_factor;
use scheduling_app::users::{
    self, CreateAdministratorError, NewUser, ResetPasswordError, create_administrator, find_operator,
};
use scheduling_domain::fault::Faults;
use scheduling_domain::id::{OrganizationId, UserId};
use scheduling_domain::user::{Role, User};

use super::args::{AccountArgs, CreateAdminArgs, ResetPasswordArgs};
use super::failure::{Exit, Failure};
use super::session::{Session, store_failure};
use super::{output, session};
use crate::causes::with_causes;
use crate::config::Sources;
use crate::http::Language;

/// Letters and digits that nobody mistakes for one another: 32 of them, 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789X";
const GROUPS: usize = 4;
const GROUP_LENGTH: usize = 5;

/// Makes an administrator, with the password from standard input or a generated one.
pub(super) fn create(sources: &Sources, arguments: &CreateAdminArgs) -> Result<Exit, Failure> {
    let given = if arguments.password_stdin { Some(read_password()?) } else { None };
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let password = match &given {
            Some(password) => password.clone(),
            None => generated_password()?,
        };
        let account = account(&arguments.username, &arguments.email, &arguments.full_name);
        let organization = match &arguments.organization {
            Some(slug) => {
                session::organization(session.app.store.as_ref(), slug, slug).await.map_err(|e| store_failure(&e))?
            }
            None => session.organization,
        };
        make(&session.app, organization, account, &password).await?;
        output::say(format_args!("administrator {} created", arguments.username));
        if given.is_none() {
            output::say(format_args!("password (shown only this once): {password}"));
        }
        Ok(Exit::Ok)
    })
}

/// Gives somebody the password from standard input or a generated one.
pub(super) fn reset_password(sources: &Sources, arguments: &ResetPasswordArgs) -> Result<Exit, Failure> {
    let given = if arguments.password_stdin { Some(read_password()?) } else { None };
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let (organization, user) = find(&session, &arguments.account).await?;
        let password = match &given {
            Some(password) => password.clone(),
            None => generated_password()?,
        };
        match users::reset_password(&session.app, organization, user, &Password::new(&password)).await {
            Ok(()) => {}
            Err(ResetPasswordError::Invalid(faults)) => {
                return Err(Failure::usage(format!("the password was not changed: {}", sentences(&faults))));
            }
            Err(error) => return Err(Failure::unavailable(with_causes(&error))),
        }
        output::say(format_args!("{} has another password; all their sessions have ended", arguments.account.username));
        if given.is_none() {
            output::say(format_args!("password (shown only this once): {password}"));
        }
        Ok(Exit::Ok)
    })
}

/// Removes somebody's second factor.
pub(super) fn reset_second_factor(sources: &Sources, arguments: &AccountArgs) -> Result<Exit, Failure> {
    session::run(sources, async |config| {
        let session = Session::open(&config).await?;
        let (organization, user) = find(&session, arguments).await?;
        let operator = find_operator(&session.app, organization).await.map_err(|error| store_failure(&error))?;
        let operator = operator.ok_or_else(|| Failure::usage("there is no active administrator to act for"))?;
        match second_factor::reset_second_factor(&session.app, &operator, user).await {
            Ok(true) => {}
            Ok(false) => return Err(Failure::usage(format!("{} has no second factor", arguments.username))),
            Err(error) => return Err(Failure::unavailable(with_causes(&error))),
        }
        output::say(format_args!(
            "{} has no second factor any more; all their sessions have ended",
            arguments.username
        ));
        Ok(Exit::Ok)
    })
}

async fn find(session: &Session, arguments: &AccountArgs) -> Result<(OrganizationId, UserId), Failure> {
    let store = session.app.store.as_ref();
    let organization = match &arguments.organization {
        None => session.organization,
        Some(slug) => match store.find_organization(slug).await.map_err(|error| store_failure(&error))? {
            Some(organization) => organization.id,
            None => return Err(Failure::usage(format!("there is no organization {slug}"))),
        },
    };
    let found = store.users().find_by_identifier(organization, &arguments.username).await;
    match found.map_err(|error| store_failure(&error))? {
        Some((user, _)) => Ok((organization, user.id)),
        None => Err(Failure::usage(format!("there is no account {}", arguments.username))),
    }
}

/// An administrator's account.
pub(super) fn account(username: &str, email: &str, full_name: &str) -> User {
    User {
        username: username.to_owned(),
        email: email.to_owned(),
        full_name: full_name.to_owned(),
        role: Role::Admin,
        team_ids: Vec::new(),
        is_active: true,
    }
}

/// Makes the account.
pub(super) async fn make(app: &App, organization: OrganizationId, user: User, password: &str) -> Result<(), Failure> {
    let username = user.username.clone();
    let new = NewUser { user, password: Password::new(password) };
    match create_administrator(app, organization, &new).await {
        Ok(_) => Ok(()),
        Err(CreateAdministratorError::Invalid(faults)) => {
            Err(Failure::usage(format!("the administrator was not created: {}", sentences(&faults))))
        }
        Err(CreateAdministratorError::Duplicate(field)) => {
            Err(Failure::usage(format!("{username} was not created: the {field} is taken; choose another")))
        }
        Err(CreateAdministratorError::Store(error)) => Err(store_failure(&error)),
        Err(error @ CreateAdministratorError::Hashing(_)) => Err(Failure::unavailable(with_causes(&error))),
    }
}

/// Faults in the words that clients of the API read.
pub(super) fn sentences(faults: &Faults) -> String {
    let sentence = |fault: &scheduling_domain::fault::Fault| {
        format!("{}: {}", fault.pointer.trim_start_matches('/'), Language::English.fault(fault))
    };
    faults.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("the password cannot be read from standard input: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::usage("standard input holds no password: pipe it in, as in printf %s \"$PASSWORD\" | …"));
    }
    Ok(password.to_owned())
}

/// A password of 100 random bits, easy to type.
pub(super) fn generated_password() -> Result<String, Failure> {
    let mut bytes = [0_u8; GROUPS * GROUP_LENGTH];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::unavailable(format!("the system gives no random numbers: {error}")))?;
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters.chunks(GROUP_LENGTH).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use scheduling_app::auth::password_fault;

    use super::*;

    #[test]
    fn generated_passwords_differ_and_are_long_enough() {
        let (one, other) = (generated_password().unwrap(), generated_password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 23);
        let user = account("admin", "admin@example.com", "Administrator");
        assert!(password_fault(&Password::new(one), &user, false, "/password").is_none());
    }

    #[test]
    fn no_letter_is_twice_in_the_alphabet() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), 32);
    }
}
