//! How the errors of use cases are answered. Each match names every variant, so that a new one cannot be overlooked.

use scheduling_app::catalogue::{CreateError, DeleteError, GetError, ListError, UpdateError};
use scheduling_domain::fault::{Fault, Faults};
use scheduling_domain::record::Version;

use crate::http::{Code, OptionalIfMatch, Place, Problem};

/// A unique value is taken; `errors` says which.
pub(super) fn duplicate(field: &str) -> Problem {
    Problem::new(Code::Duplicate).faults(Place::Body, Faults::from(Fault::new(format!("/{field}"), "taken")))
}

/// Somebody wrote since; the current version is sent along.
pub(super) fn stale(Version(current): Version) -> Problem {
    Problem::new(Code::Stale).member("current_version", current)
}

/// Other records refer to it; `used_by` says which kind.
pub(super) fn in_use(by: &'static str) -> Problem {
    Problem::new(Code::InUse).member("used_by", by)
}

/// [`stale`] for who said which version they expect; who did not is asked to try again.
pub(super) fn unless_expected(expected: OptionalIfMatch, current: Version) -> Problem {
    match expected {
        OptionalIfMatch(Some(_)) => stale(current),
        OptionalIfMatch(None) => Code::Conflict.into(),
    }
}

impl From<GetError> for Problem {
    fn from(error: GetError) -> Self {
        match error {
            GetError::NotFound => Code::NotFound.into(),
            GetError::Forbidden => Code::Forbidden.into(),
            GetError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden => Code::Forbidden.into(),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::NotFound => Code::NotFound.into(),
            CreateError::Forbidden => Code::Forbidden.into(),
            CreateError::Invalid(faults) => faults.into(),
            CreateError::Duplicate(field) => duplicate(field),
            CreateError::Key(error) => error.into(),
            CreateError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::NotFound => Code::NotFound.into(),
            UpdateError::Forbidden => Code::Forbidden.into(),
            UpdateError::Stale { current } => stale(current),
            UpdateError::Invalid(faults) => faults.into(),
            UpdateError::Duplicate(field) => duplicate(field),
            UpdateError::Key(error) => error.into(),
            UpdateError::Store(error) => error.into(),
        }
    }
}

impl From<DeleteError> for Problem {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Code::NotFound.into(),
            DeleteError::Forbidden => Code::Forbidden.into(),
            DeleteError::Stale { current } => stale(current),
            DeleteError::InUse { by } => in_use(by),
            DeleteError::Key(error) => error.into(),
            DeleteError::Store(error) => error.into(),
        }
    }
}
