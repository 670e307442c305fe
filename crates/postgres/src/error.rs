//! What the database says, as [`StoreError`].

use bb8::RunError;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error as DieselError;
use scheduling_domain::ports::StoreError;

use crate::columns::Corrupt;
use crate::connection::ConnectError;

pub(crate) type StoreResult<T> = Result<T, StoreError>;

impl From<Corrupt> for StoreError {
    fn from(corrupt: Corrupt) -> Self {
        Self::Backend(Box::new(corrupt))
    }
}

/// The store's word for a failed statement.
///
/// A unique violation that reaches this place was a race: the value was free when it was looked up, so the whole unit of
/// work is worth another try. Diesel keeps no SQLSTATE of what it has no kind for, so those few are told by their text.
pub(crate) fn failure(error: DieselError) -> StoreError {
    let DieselError::DatabaseError(kind, information) = &error else {
        return StoreError::Backend(Box::new(error));
    };
    match kind {
        DatabaseErrorKind::ForeignKeyViolation => {
            StoreError::Reference(information.constraint_name().unwrap_or_else(|| information.message()).to_owned())
        }
        DatabaseErrorKind::ExclusionViolation
        | DatabaseErrorKind::SerializationFailure
        | DatabaseErrorKind::UniqueViolation => StoreError::Conflict,
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
            StoreError::Unavailable(Box::new(error))
        }
        _ => match information.message() {
            "deadlock detected" => StoreError::Conflict,
            message if is_passing(message) => StoreError::Unavailable(Box::new(error)),
            _ => StoreError::Backend(Box::new(error)),
        },
    }
}

/// Whether waiting may help: the server is too busy, or about to go.
fn is_passing(message: &str) -> bool {
    ["canceling statement due to", "terminating connection due to", "the database system is"]
        .iter()
        .any(|start| message.starts_with(start))
}

/// The store's word for a pool that has no connection to give.
pub(crate) fn no_connection(error: RunError<ConnectError>) -> StoreError {
    StoreError::Unavailable(match error {
        RunError::User(error) => Box::new(error),
        RunError::TimedOut => Box::new(ConnectError::Busy),
    })
}
