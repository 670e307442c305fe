//! Accounts: who may sign in, as what.

mod contacts;
mod create_administrator;
mod create_invited_user;
mod create_user;
mod find_operator;
mod get_user;
mod invite_user;
mod list_users;
mod me;
mod reset_password;
mod update_user;

pub use create_administrator::{CreateAdministratorError, create_administrator};
pub use create_invited_user::create_invited_user;
pub use create_user::{CreateUserError, NewUser, create_user};
pub use find_operator::find_operator;
pub use get_user::{GetUserError, get_user};
pub use invite_user::{InviteUserError, invite_user};
pub use list_users::list_users;
pub use me::{Me, me};
pub use reset_password::{ResetPasswordError, reset_password};
pub use update_user::{UpdateUserError, UserPatch, update_user};

use scheduling_domain::fault::Faults;
use scheduling_domain::ports::StoreError;
use scheduling_domain::record::Entity;
use scheduling_domain::team::Team;
use scheduling_domain::user::User;

use crate::auth::{Password, password_fault};
use crate::reader::Reader;

/// Everything wrong with a new account and the password it is given, by themselves.
fn own_faults(user: &User, password: Option<&Password>) -> Faults {
    let mut faults = user.validate().err().unwrap_or_default();
    if let Some(fault) = password.and_then(|password| password_fault(password, user, false, "/password")) {
        faults.push(fault);
    }
    faults
}

/// Adds a fault for each team that is not there.
async fn check_teams(user: &User, reader: &mut Reader<'_>, faults: &mut Faults) -> Result<(), StoreError> {
    reader.require_each::<Team>(faults, "/team_ids", &user.team_ids).await
}
