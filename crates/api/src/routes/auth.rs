//! `/api/auth/…`: signing in and out, and who one is.

use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::auth::{self, RefreshError, SignIn, SignInError, SignOut, SignedIn, Tokens};
use scheduling_app::users::{self, Me};
use scheduling_domain::id::EmployeeId;
use scheduling_domain::organization::DEFAULT_SLUG;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Stored;
use super::caller::{Anonymous, Caller};
use super::fields::{Field, Ref, Secret, Text};
use super::user::UserView;
use crate::http::{Body, Code, Device, JsonBody, OrganizationSlug, Problem, Result, resource};

/// What somebody signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// User name or e-mail.
    #[schemars(example = &"admin")]
    identifier: Text<1, 254>,
    /// Their password.
    password: Secret<1, 1024>,
    /// Where the account has a second factor: what the authenticator app shows, or a recovery code.
    #[serde(default)]
    code: Option<Text<6, 40>>,
    /// Whether the session outlives the day.
    #[serde(default)]
    remember_me: bool,
}

/// What a session goes on with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Refresh")]
struct RefreshBody {
    /// From the last sign-in or refresh; it is good once.
    refresh_token: Text<1, 512>,
}

/// Which session ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Logout")]
struct LogoutBody {
    /// A refresh token of the session that ends; every session of the account when absent.
    #[serde(default)]
    refresh_token: Option<Text<1, 512>>,
}

/// What a session is.
#[derive(Serialize, JsonSchema)]
struct TokenResponse {
    /// For the `Authorization: Bearer` header.
    access_token: String,
    /// To be exchanged for the next pair, once, at `/api/auth/refresh`.
    refresh_token: String,
    /// Life of the access token in seconds.
    #[schemars(range(min = 1))]
    expires_in: i64,
    /// `Bearer`.
    token_type: &'static str,
}

impl From<Tokens> for TokenResponse {
    fn from(tokens: Tokens) -> Self {
        let Tokens { access_token, refresh_token, expires_in_seconds } = tokens;
        Self { access_token, refresh_token, expires_in: expires_in_seconds, token_type: "Bearer" }
    }
}

/// The caller's account.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Me")]
struct MeView {
    #[serde(flatten)]
    user: Stored<UserView>,
    /// The employee whose account it is, if anybody's.
    employee_id: Option<Ref<EmployeeId>>,
}

impl Login {
    /// The sign-in being asked for, from where it is asked.
    pub(super) fn asked(self, organization: OrganizationSlug, anonymous: &Anonymous, device: &Device) -> SignIn {
        let Self { identifier, password, code, remember_me } = self;
        SignIn {
            organization: organization.0.unwrap_or_else(|| DEFAULT_SLUG.to_owned()),
            identifier: identifier.plain(),
            password: password.plain(),
            code: code.plain(),
            remember_me,
            device: device.token.clone(),
            origin: anonymous.origin.clone(),
            user_agent: anonymous.user_agent.clone(),
        }
    }
}

/// Nothing more to say.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SignedOut {}

/// Sign in
///
/// Answers the same, and after the same time, whether the account is unknown or the password is wrong. Guesses are slowed
/// down for each account and address; a device that has signed in before is known by its cookie and keeps tries of its own.
#[api_v2_operation(tags("auth"), operation_id = "login")]
async fn login(
    anonymous: Anonymous,
    organization: OrganizationSlug,
    device: Device,
    body: JsonBody<Login>,
) -> Result<Body<TokenResponse>> {
    let asked = body.0.asked(organization, &anonymous, &device);
    let SignedIn { tokens, device_token } = auth::sign_in(&anonymous.app, &asked).await?;
    Ok(Body::new(tokens.into()).cookie(device.cookie(&device_token)))
}

/// Exchange a refresh token for the next pair
///
/// A refresh token is good once. When it comes again within ten seconds, as after a lost reply, it is answered the same;
/// later, or when its successor has been used, the whole session ends.
#[api_v2_operation(tags("auth"), operation_id = "refresh")]
async fn refresh(anonymous: Anonymous, body: JsonBody<RefreshBody>) -> Result<Body<TokenResponse>> {
    let JsonBody(RefreshBody { refresh_token }) = body;
    let tokens = auth::refresh(&anonymous.app, &refresh_token.plain(), &anonymous.origin).await?;
    Ok(Body::new(tokens.into()))
}

/// Sign out
///
/// Ends the session of the refresh token, its access tokens too; without one, every session of the account. What has ended
/// is refused by every instance from the next request on.
#[api_v2_operation(tags("auth"), operation_id = "logout")]
async fn logout(caller: Caller, body: JsonBody<LogoutBody>) -> Result<Body<SignedOut>> {
    let JsonBody(LogoutBody { refresh_token }) = body;
    let refresh_token = refresh_token.plain();
    let which = refresh_token.as_deref().map_or(SignOut::Everywhere, SignOut::Here);
    auth::sign_out(&caller.app, &caller.actor, which).await?;
    Ok(Body::new(SignedOut {}).farewell())
}

/// Show one's own account
#[api_v2_operation(tags("auth"), operation_id = "showMe")]
async fn me(caller: Caller) -> Result<Body<MeView>> {
    let Me { user, employee_id } = users::me(&caller.app, &caller.actor).await?;
    let version = user.version;
    Ok(Body::new(MeView { user: user.into(), employee_id: employee_id.map(Ref) }).version(version))
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/auth/login").post(login))
        .service(resource("/api/auth/refresh").post(refresh))
        .service(resource("/api/auth/logout").post(logout))
        .service(resource("/api/auth/me").get(me));
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => Code::WrongCredentials.into(),
            SignInError::SecondFactorRequired => Code::SecondFactorRequired.into(),
            SignInError::WrongCode => Code::WrongCode.into(),
            SignInError::TooManyAttempts(error) => error.into(),
            SignInError::Hashing(error) => error.into(),
            SignInError::Seal(_) | SignInError::Token(_) => Self::internal(error),
            SignInError::Sessions(error) => error.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Refused => Code::InvalidRefreshToken.into(),
            RefreshError::Token(_) => Self::internal(error),
            RefreshError::Store(error) => error.into(),
        }
    }
}
