//! `/api/users/`: accounts.

use actix_web::HttpRequest;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::Call;
use scheduling_app::users::{self, CreateUserError, GetUserError, NewUser, UpdateUserError, UserPatch};
use scheduling_domain::id::{TeamId, UserId};
use scheduling_domain::record::Record;
use scheduling_domain::user::{Role, User, UserFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Stored, settled};
use super::caller::Caller;
use super::fields::{Choice, Field, List, NewPassword, Patch, Ref, Search, Secret, Text, refs};
use super::refusal::{duplicate, stale};
use crate::http::{
    Body, Code, Context, Created, Id, Idempotent, JsonBody, Listed, OptionalIfMatch, Paged, Problem, Result, resource,
};

/// A new account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateUserBody {
    /// Unique in the organization, whatever its case; without white space and `@`.
    #[schemars(example = &"wang.xiaoming")]
    #[schemars(extend("format" = "username"))]
    username: Text<1, 50>,
    /// Unique in the organization, whatever its case.
    #[schemars(example = &"wang.xiaoming@example.com")]
    #[schemars(extend("format" = "email"))]
    email: Text<3, 254>,
    /// What it signs in with: at least 15 characters, and not what a guesser tries first. Without one, an invitation to
    /// choose one is sent by mail.
    #[serde(default)]
    password: Option<NewPassword>,
    /// Name for people.
    #[serde(default)]
    full_name: Text<0, 100>,
    /// What it may do in the large.
    #[serde(default = "employee")]
    role: Choice<Role>,
    /// For managers: the teams they run.
    #[serde(default)]
    team_ids: List<Ref<TeamId>, 100>,
    /// An inactive account cannot sign in.
    #[serde(default = "active")]
    is_active: bool,
}

fn employee() -> Choice<Role> {
    Choice(Role::Employee)
}

fn active() -> bool {
    true
}

/// Changes to an account; what is absent stays. Everybody may change their own name and password; administrators may
/// change everything.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct UpdateUserBody {
    /// Unique in the organization, whatever its case; without white space and `@`.
    #[schemars(extend("format" = "username"))]
    username: Patch<Text<1, 50>>,
    /// Unique in the organization, whatever its case.
    #[schemars(extend("format" = "email"))]
    email: Patch<Text<3, 254>>,
    /// What it signs in with from now on: at least 15 characters, or 8 beside a second factor, and not what a guesser
    /// tries first. All its sessions end.
    password: Patch<NewPassword>,
    /// The password until now; asked of those who change their own password or e-mail address.
    current_password: Patch<Secret<1, 1024>>,
    /// Name for people.
    full_name: Patch<Text<0, 100>>,
    /// What it may do in the large. When it changes, all its sessions end.
    role: Patch<Choice<Role>>,
    /// For managers: the teams they run; replaces the list.
    team_ids: Patch<List<Ref<TeamId>, 100>>,
    /// Whether it may sign in. When it may no longer, all its sessions end.
    is_active: Patch<bool>,
}

/// Which accounts are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserQuery {
    /// Part of the user name or full name, whatever its case; for administrators, of the e-mail, too.
    search: Option<Search>,
    /// Only with this role.
    role: Option<Choice<Role>>,
    /// Only active or only inactive ones.
    is_active: Option<bool>,
}

/// An account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub(super) struct UserView {
    /// Unique in the organization.
    username: String,
    /// Unique in the organization. Masked, as in `z***@example.com`, for all but themself, the managers of their team and
    /// administrators.
    email: String,
    /// Name for people; may be empty.
    full_name: String,
    /// What it may do in the large.
    role: Choice<Role>,
    /// For managers: the teams they run.
    team_ids: Vec<Ref<TeamId>>,
    /// An inactive account cannot sign in.
    is_active: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User { username, email, full_name, role, team_ids, is_active } = user;
        Self { username, email, full_name, role: Choice(role), team_ids: refs(team_ids), is_active }
    }
}

impl From<CreateUserBody> for User {
    fn from(body: CreateUserBody) -> Self {
        Self {
            username: body.username.plain(),
            email: body.email.plain(),
            full_name: body.full_name.plain(),
            role: body.role.plain(),
            team_ids: body.team_ids.plain(),
            is_active: body.is_active,
        }
    }
}

impl From<UpdateUserBody> for UserPatch {
    fn from(body: UpdateUserBody) -> Self {
        Self {
            username: body.username.plain(),
            email: body.email.plain(),
            full_name: body.full_name.plain(),
            role: body.role.plain(),
            team_ids: body.team_ids.plain(),
            is_active: body.is_active.plain(),
            password: body.password.plain(),
            current_password: body.current_password.plain(),
        }
    }
}

/// List accounts
///
/// Anybody who is signed in may.
#[api_v2_operation(tags("users"), operation_id = "listUsers")]
async fn list(caller: Caller, query: Paged<UserQuery>) -> Result<Listed<Stored<UserView>>> {
    let UserQuery { search, role, is_active } = query.filter;
    let filter = UserFilter { search: search.plain(), role: role.plain(), is_active, ..UserFilter::default() };
    let page = users::list_users(&caller.app, &caller.actor, &filter, query.page).await?;
    Ok(Listed(page.map(Stored::from)))
}

/// Create an account
///
/// Administrators only. Without a password, its owner is invited by mail to choose one.
#[api_v2_operation(tags("users"), operation_id = "createUser")]
async fn create(
    caller: Caller,
    key: Idempotent,
    body: JsonBody<CreateUserBody>,
    request: HttpRequest,
) -> Result<Created<Stored<UserView>>> {
    let JsonBody(mut body) = body;
    let password = body.password.take().plain();
    let user = User::from(body);
    let language = Context::of(&request).language.tag();
    let path = request.path().to_owned();
    let answer = |record: &Record<User>| {
        let location = format!("{path}/{}", record.id);
        Created::new(Stored::from(record.clone())).version(record.version).location(location)
    };
    let Some(password) = password else {
        return settled(&caller, key, answer, async |call| {
            users::create_invited_user(&caller.app, &call, &user, language).await
        })
        .await;
    };
    let new = NewUser { user, password };
    settled(&caller, key, answer, async |call| users::create_user(&caller.app, &call, &new).await).await
}

/// Show an account
///
/// Anybody who is signed in may.
#[api_v2_operation(tags("users"), operation_id = "showUser")]
async fn show(caller: Caller, id: Id<UserId>) -> Result<Body<Stored<UserView>>> {
    let record = users::get_user(&caller.app, &caller.actor, id.0).await?;
    let version = record.version;
    Ok(Body::new(Stored::from(record)).version(version))
}

/// Change an account
///
/// What is absent stays. People may change their own name, and their own password when they know the old one; the rest is
/// for administrators. With `If-Match`, only when nobody changed it since.
#[api_v2_operation(tags("users"), operation_id = "updateUser")]
async fn update(
    caller: Caller,
    id: Id<UserId>,
    expected: OptionalIfMatch,
    body: JsonBody<UpdateUserBody>,
) -> Result<Body<Stored<UserView>>> {
    let JsonBody(body) = body;
    let call = Call::new(&caller.actor);
    let settled = users::update_user(&caller.app, &call, id.0, expected.0, &body.into()).await?;
    Body::settled(settled, |record: &Record<User>| Body::new(Stored::from(record.clone())).version(record.version))
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/users/").get(list).post(create))
        .service(resource("/api/users/{id}").get(show).patch(update));
}

impl From<GetUserError> for Problem {
    fn from(error: GetUserError) -> Self {
        match error {
            GetUserError::NotFound => Code::NotFound.into(),
            GetUserError::Store(error) => error.into(),
        }
    }
}

impl From<CreateUserError> for Problem {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::Forbidden => Code::Forbidden.into(),
            CreateUserError::Invalid(faults) => faults.into(),
            CreateUserError::Duplicate(field) => duplicate(field),
            CreateUserError::Hashing(error) => error.into(),
            CreateUserError::Key(error) => error.into(),
            CreateUserError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateUserError> for Problem {
    fn from(error: UpdateUserError) -> Self {
        match error {
            UpdateUserError::NotFound => Code::NotFound.into(),
            UpdateUserError::Forbidden => Code::Forbidden.into(),
            UpdateUserError::Stale { current } => stale(current),
            UpdateUserError::Invalid(faults) => faults.into(),
            UpdateUserError::Duplicate(field) => duplicate(field),
            UpdateUserError::LastAdministrator => Code::LastAdministrator.into(),
            UpdateUserError::TooManyAttempts(error) => error.into(),
            UpdateUserError::Hashing(error) => error.into(),
            UpdateUserError::Key(error) => error.into(),
            UpdateUserError::Store(error) => error.into(),
        }
    }
}
