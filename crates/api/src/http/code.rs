//! The kinds of problem that a client can meet, from one list.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $text:literal;)+) => {
        /// A kind of problem: a stable name, a status and a text in each language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// Every code, in the order of their statuses.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable name: `code` in a problem document and the key in the message catalogues.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The status that it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }
        }
    };
}

codes! {
    /// The request itself cannot be understood.
    BadRequest = BAD_REQUEST, "bad_request";
    /// The body is no JSON.
    InvalidJson = BAD_REQUEST, "invalid_json";
    /// The body has lists and objects within one another beyond what is read.
    JsonTooDeep = BAD_REQUEST, "json_too_deep";
    /// A header cannot be understood.
    MalformedHeader = BAD_REQUEST, "malformed_header";
    /// No valid access token.
    NotAuthenticated = UNAUTHORIZED, "not_authenticated";
    /// The access token was good once; refresh it.
    TokenExpired = UNAUTHORIZED, "token_expired";
    /// The refresh token is unknown, expired or was used before.
    InvalidRefreshToken = UNAUTHORIZED, "invalid_refresh_token";
    /// The token to choose a password with is unknown, expired or was used before.
    InvalidPasswordToken = UNAUTHORIZED, "invalid_password_token";
    /// Name or password is wrong; which one stays unsaid.
    WrongCredentials = UNAUTHORIZED, "wrong_credentials";
    /// The password is right, and the account asks for a code too.
    SecondFactorRequired = UNAUTHORIZED, "second_factor_required";
    /// The password is right, the code is not.
    WrongCode = UNAUTHORIZED, "wrong_code";
    /// The caller may not do this.
    Forbidden = FORBIDDEN, "forbidden";
    /// The caller's key does not have the scope that this takes; `scope` says which.
    InsufficientScope = FORBIDDEN, "insufficient_scope";
    /// The account has to set up a second factor before anything else.
    SecondFactorMissing = FORBIDDEN, "second_factor_missing";
    /// A write with a cookie that another site could have sent.
    Csrf = FORBIDDEN, "csrf";
    /// Nothing here, or nothing that the caller may know of.
    NotFound = NOT_FOUND, "not_found";
    /// The address exists, the method does not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed";
    /// The body took too long to arrive.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout";
    /// A unique value is taken.
    Duplicate = CONFLICT, "duplicate";
    /// The request contradicts the current data.
    Conflict = CONFLICT, "conflict";
    /// The last active administrator must stay one.
    LastAdministrator = CONFLICT, "last_administrator";
    /// There is a second factor already.
    SecondFactorExists = CONFLICT, "second_factor_exists";
    /// The account has as many API keys as it may.
    TooManyApiKeys = CONFLICT, "too_many_api_keys";
    /// Who is to be invited has a password already.
    InvitationAccepted = CONFLICT, "invitation_accepted";
    /// No mail can be sent.
    MailNotConfigured = CONFLICT, "mail_not_configured";
    /// Other records still refer to this one.
    InUse = CONFLICT, "in_use";
    /// A blocking rule forbids the change; `data` says which.
    BlockedByRules = CONFLICT, "blocked_by_rules";
    /// A rule asks for consent, and nobody says that it was given; `data` says which.
    ConsentRequired = CONFLICT, "consent_required";
    /// The team has another schedule for some of these days; `data.schedule_id` says which.
    ScheduleOverlaps = CONFLICT, "schedule_overlaps";
    /// What was published stays on record.
    AlreadyPublished = CONFLICT, "already_published";
    /// The optimiser works on the schedule; `data.optimization_id` says which run.
    BeingOptimized = CONFLICT, "being_optimized";
    /// The instance takes one profile at a time.
    BeingProfiled = CONFLICT, "being_profiled";
    /// The run has ended, so it cannot be cancelled.
    OptimizationEnded = CONFLICT, "optimization_ended";
    /// The run has no proposal that could be applied.
    NothingToApply = CONFLICT, "nothing_to_apply";
    /// The run proposes shifts or people that are gone since; `data` says which.
    ProposalOutdated = CONFLICT, "proposal_outdated";
    /// The first request with this idempotency key is not finished.
    IdempotencyInFlight = CONFLICT, "idempotency_in_flight";
    /// `If-Match` names another version than the current one.
    Stale = PRECONDITION_FAILED, "stale";
    /// The body is over the limit.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large";
    /// The query is over the limit.
    QueryTooLong = URI_TOO_LONG, "query_too_long";
    /// There are more header fields than the limit.
    TooManyHeaders = REQUEST_HEADER_FIELDS_TOO_LARGE, "too_many_headers";
    /// The body is not of the expected media type.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type";
    /// The request is readable, its content is not acceptable; `errors` has every fault.
    InvalidRequest = UNPROCESSABLE_ENTITY, "invalid_request";
    /// The idempotency key was used for another request.
    IdempotencyMismatch = UNPROCESSABLE_ENTITY, "idempotency_mismatch";
    /// `If-Match` is missing.
    PreconditionRequired = PRECONDITION_REQUIRED, "precondition_required";
    /// The caller asks too often.
    TooManyRequests = TOO_MANY_REQUESTS, "too_many_requests";
    /// As many runs of the optimiser wait as may.
    TooManyOptimizations = TOO_MANY_REQUESTS, "too_many_optimizations";
    /// Too many tries at an account or from an address.
    TooManyAttempts = TOO_MANY_REQUESTS, "too_many_attempts";
    /// Our fault.
    Internal = INTERNAL_SERVER_ERROR, "internal";
    /// Something that we need is away for the moment.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable";
    /// The sessions of browsers cannot be looked up for the moment; bearer tokens go on.
    SessionsUnavailable = SERVICE_UNAVAILABLE, "sessions_unavailable";
}

impl Code {
    /// The code with this stable name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The kind's address: `type` in a problem document.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.name())
    }

    /// The code for a status that some library chose.
    pub fn for_status(status: StatusCode) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.status() == status)
            .unwrap_or_else(|| if status.is_client_error() { Self::BadRequest } else { Self::Internal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_status_keeps_its_class() {
        assert_eq!(Code::for_status(StatusCode::NOT_FOUND), Code::NotFound);
        assert_eq!(Code::for_status(StatusCode::BAD_REQUEST), Code::BadRequest);
        assert_eq!(Code::for_status(StatusCode::IM_A_TEAPOT), Code::BadRequest);
        assert_eq!(Code::for_status(StatusCode::BAD_GATEWAY), Code::Internal);
    }
}
