//! Accounts, and what they sign in with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Faults};
use crate::id::{TeamId, UserId};
use crate::ports::{Queries, Repository, Store, UnitOfWork};
use crate::record::Entity;

/// What an account may do in the large; managers, only in their own teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Runs the teams named in [`User::team_ids`].
    Manager,
    /// Sees published rosters and their own things.
    Employee,
}

impl Role {
    /// The stable name, as stored and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Employee => "employee",
        }
    }
}

impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Admin, Self::Manager, Self::Employee].into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// An account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Unique in the organization, whatever its case.
    pub username: String,
    /// Unique in the organization, whatever its case.
    pub email: String,
    /// Name for people.
    pub full_name: String,
    /// What it may do in the large.
    pub role: Role,
    /// For managers: the teams they run. In order of id, without repeats.
    pub team_ids: Vec<TeamId>,
    /// An inactive account cannot sign in, and its tokens are void.
    pub is_active: bool,
}

impl fmt::Debug for User {
    /// Without the e-mail address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("username", &self.username)
            .field("role", &self.role)
            .field("team_ids", &self.team_ids)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

/// Whether text can stand as a user name: no white space, and no `@`, which tells e-mail addresses from user names.
pub fn is_username(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !text.contains('@')
}

/// Whether text has the shape of an e-mail address: one `@`, something on each side, no space.
pub fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.contains('@') && domain.split('.').all(|label| !label.is_empty())
        })
}

/// What a list of accounts can be narrowed by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UserFilter {
    /// Part of the user name, e-mail or full name, whatever its case.
    pub search: Option<String>,
    /// The search does not look into e-mail addresses.
    pub names_only: bool,
    /// Only with this role.
    pub role: Option<Role>,
    /// Only active or only inactive ones.
    pub is_active: Option<bool>,
}

impl Entity for User {
    type Id = UserId;
    type Filter = UserFilter;
    const KIND: &'static str = "user";

    fn validate(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        faults.check_name("/username", &self.username, 50);
        faults.require(is_username(&self.username), || Fault::new("/username", "invalid_username"));
        faults.require(is_email(&self.email), || Fault::new("/email", "invalid_email"));
        faults.check_text("/full_name", &self.full_name, 100);
        faults.require(self.role == Role::Manager || self.team_ids.is_empty(), || {
            Fault::new("/team_ids", "only_for_managers")
        });
        faults.into_result(())
    }
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self> {
        uow.users()
    }
    fn queries(store: &dyn Store) -> &dyn Queries<Self> {
        store.users()
    }
}

/// A password's hash in PHC form; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// What an account signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub user_id: UserId,
    /// None while no password has been set.
    pub password_hash: Option<PasswordHash>,
    /// Codes are asked for at its sign-ins, too.
    pub has_second_factor: bool,
    /// Rises whenever everything issued before must end; sessions carry it.
    pub token_epoch: i64,
}
