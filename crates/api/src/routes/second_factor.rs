//! `/api/auth/totp/`: codes of the time beside one's password.

use paperclip::actix::api_v2_operation;
use paperclip::actix::web::ServiceConfig;
use scheduling_app::second_factor::{
    self, Enrolment, SecondFactorError, SecondFactorStatus, confirm_second_factor, enrol_second_factor,
    remove_second_factor, reset_second_factor, show_second_factor,
};
use scheduling_domain::id::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::fields::{Field, Secret, Text};
use crate::http::{Body, Code, Id, JsonBody, NoContent, Problem, Result, resource};

/// What sets a second factor up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EnrolBody {
    /// One's password, once more.
    password: Secret<1, 1024>,
}

/// What confirms it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmBody {
    /// What the authenticator app shows.
    #[schemars(example = &"123456")]
    code: Text<6, 40>,
}

/// What changes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    /// One's password, once more.
    password: Secret<1, 1024>,
    /// What the authenticator app shows, or a recovery code.
    #[schemars(example = &"123456")]
    code: Text<6, 40>,
}

/// What goes into an authenticator app. It is shown this once.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TotpEnrolment")]
struct EnrolmentView {
    /// The secret in base 32, to be typed.
    secret: String,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    otpauth_uri: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(Enrolment { secret, uri }: Enrolment) -> Self {
        Self { secret, otpauth_uri: uri }
    }
}

/// Codes for when the authenticator app is lost. They are shown this once.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecoveryCodes")]
struct RecoveryCodesView {
    /// Each signs in once.
    recovery_codes: Vec<String>,
}

/// How one's second factor stands.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TotpStatus")]
struct StatusView {
    /// Codes are asked for at sign-ins.
    is_confirmed: bool,
    /// How many recovery codes are left.
    recovery_codes_left: u64,
}

/// Show how one's second factor stands
///
/// An administrator who has to set one up may ask, too.
#[api_v2_operation(tags("auth"), operation_id = "showTotp")]
async fn show(caller: Caller) -> Result<Body<StatusView>> {
    let SecondFactorStatus { is_confirmed, recovery_codes } = show_second_factor(&caller.app, &caller.actor).await?;
    Ok(Body::new(StatusView { is_confirmed, recovery_codes_left: recovery_codes }))
}

/// Set up a second factor
///
/// Answers a secret for an authenticator app (TOTP, RFC 6238). Codes are asked for once one has been confirmed.
#[api_v2_operation(tags("auth"), operation_id = "enrolTotp")]
async fn enrol(caller: Caller, body: JsonBody<EnrolBody>) -> Result<Body<EnrolmentView>> {
    let JsonBody(EnrolBody { password }) = body;
    let enrolment = enrol_second_factor(&caller.app, &caller.actor, &password.plain()).await?;
    Ok(Body::new(enrolment.into()))
}

/// Confirm a second factor
///
/// From now on each sign-in asks for a code. Answers ten recovery codes; each signs in once when the app is lost.
#[api_v2_operation(tags("auth"), operation_id = "confirmTotp")]
async fn confirm(caller: Caller, body: JsonBody<ConfirmBody>) -> Result<Body<RecoveryCodesView>> {
    let JsonBody(ConfirmBody { code }) = body;
    let recovery_codes = confirm_second_factor(&caller.app, &caller.actor, &code.plain()).await?;
    Ok(Body::new(RecoveryCodesView { recovery_codes }))
}

/// Make new recovery codes
///
/// The earlier ones are good no more.
#[api_v2_operation(tags("auth"), operation_id = "replaceRecoveryCodes")]
async fn replace(caller: Caller, body: JsonBody<ProofBody>) -> Result<Body<RecoveryCodesView>> {
    let JsonBody(ProofBody { password, code }) = body;
    let (password, code) = (password.plain(), code.plain());
    let recovery_codes = second_factor::replace_recovery_codes(&caller.app, &caller.actor, &password, &code).await?;
    Ok(Body::new(RecoveryCodesView { recovery_codes }))
}

/// Remove one's second factor
///
/// The password must be good enough without one: at least 15 characters.
#[api_v2_operation(tags("auth"), operation_id = "removeTotp")]
async fn remove(caller: Caller, body: JsonBody<ProofBody>) -> Result<NoContent> {
    let JsonBody(ProofBody { password, code }) = body;
    remove_second_factor(&caller.app, &caller.actor, &password.plain(), &code.plain()).await?;
    Ok(NoContent)
}

/// Reset somebody's second factor
///
/// For administrators, when somebody has lost their app and their recovery codes. All their sessions end.
#[api_v2_operation(tags("users"), operation_id = "resetTotp")]
async fn reset(caller: Caller, id: Id<UserId>) -> Result<NoContent> {
    reset_second_factor(&caller.app, &caller.actor, id.0).await?;
    Ok(NoContent)
}

/// Mounts the routes.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(resource("/api/auth/totp/").get(show).post(enrol).delete(remove))
        .service(resource("/api/auth/totp/confirm").post(confirm))
        .service(resource("/api/auth/totp/recovery-codes").post(replace))
        .service(resource("/api/users/{id}/totp").delete(reset));
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::NotFound => Code::NotFound.into(),
            SecondFactorError::Forbidden => Code::Forbidden.into(),
            SecondFactorError::Exists => Code::SecondFactorExists.into(),
            SecondFactorError::Invalid(faults) => faults.into(),
            SecondFactorError::TooManyAttempts(error) => error.into(),
            SecondFactorError::Hashing(error) => error.into(),
            SecondFactorError::Seal(_) | SecondFactorError::Random(_) => Self::internal(error),
            SecondFactorError::Store(error) => error.into(),
        }
    }
}
