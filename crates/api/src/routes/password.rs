//! `/api/auth/password…`: choosing a password with a token from a mail.

use actix_web::HttpRequest;
use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::auth::{self, ChoosePasswordError, PasswordResetRequest};
use scheduling_app::users::{self, InviteUserError};
use scheduling_domain::id::UserId;
use scheduling_domain::organization::DEFAULT_SLUG;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::{Anonymous, Caller};
use super::fields::{Field, NewPassword, Text};
use crate::http::{Accepted, Code, Context, Id, JsonBody, NoContent, OrganizationSlug, Problem, Result, resource};

/// Whose password is forgotten.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PasswordResetBody {
    /// User name or e-mail.
    #[schemars(example = &"wang.xiaoming@example.com")]
    identifier: Text<1, 254>,
}

/// The password that somebody has chosen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChoosePasswordBody {
    /// From the mail; it is good once.
    token: Text<1, 512>,
    /// What the account signs in with from now on: at least 15 characters, or 8 beside a second factor, and not what a
    /// guesser tries first.
    password: NewPassword,
}

/// A mail goes out, if there is anybody to send it to.
#[derive(Debug, Serialize, JsonSchema)]
struct MailAccepted {}

/// Ask for a mail to reset a password
///
/// Answers the same, and after the same time, whether or not there is such an account. The mail's token is good for 30
/// minutes, once.
#[api_v2_operation(tags("auth"), operation_id = "requestPasswordReset")]
async fn request_reset(
    anonymous: Anonymous,
    organization: OrganizationSlug,
    request: HttpRequest,
    body: JsonBody<PasswordResetBody>,
) -> Result<Accepted<MailAccepted>> {
    let JsonBody(PasswordResetBody { identifier }) = body;
    let asked = PasswordResetRequest {
        organization: organization.0.unwrap_or_else(|| DEFAULT_SLUG.to_owned()),
        identifier: identifier.plain(),
        language: Context::of(&request).language.tag().to_owned(),
        origin: anonymous.origin,
    };
    auth::request_password_reset(&anonymous.app, &asked).await?;
    Ok(Accepted::new(MailAccepted {}))
}

/// Choose a password with a token from a mail
///
/// Every session of the account ends, and so does every other such token.
#[api_v2_operation(tags("auth"), operation_id = "choosePassword")]
async fn choose(anonymous: Anonymous, body: JsonBody<ChoosePasswordBody>) -> Result<NoContent> {
    let JsonBody(ChoosePasswordBody { token, password }) = body;
    auth::choose_password(&anonymous.app, &token.plain(), &password.plain(), &anonymous.origin).await?;
    Ok(NoContent)
}

/// Invite somebody again
///
/// For accounts that have no password yet. The mail's token is good for seven days, once; the one before is good no more.
#[api_v2_operation(tags("users"), operation_id = "inviteUser")]
async fn invite(caller: Caller, id: Id<UserId>, request: HttpRequest) -> Result<Accepted<MailAccepted>> {
    let language = Context::of(&request).language.tag();
    users::invite_user(&caller.app, &caller.actor, id.0, language).await?;
    Ok(Accepted::new(MailAccepted {}))
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/auth/password-reset").post(request_reset))
        .service(resource("/api/auth/password").post(choose))
        .service(resource("/api/users/{id}/invitation").post(invite));
}

impl From<ChoosePasswordError> for Problem {
    fn from(error: ChoosePasswordError) -> Self {
        match error {
            ChoosePasswordError::InvalidToken => Code::InvalidPasswordToken.into(),
            ChoosePasswordError::Invalid(faults) => faults.into(),
            ChoosePasswordError::Hashing(error) => error.into(),
            ChoosePasswordError::Store(error) => error.into(),
        }
    }
}

impl From<InviteUserError> for Problem {
    fn from(error: InviteUserError) -> Self {
        match error {
            InviteUserError::NotFound => Code::NotFound.into(),
            InviteUserError::Forbidden => Code::Forbidden.into(),
            InviteUserError::Accepted => Code::InvitationAccepted.into(),
            InviteUserError::NoMail => Code::MailNotConfigured.into(),
            InviteUserError::Store(error) => error.into(),
        }
    }
}
