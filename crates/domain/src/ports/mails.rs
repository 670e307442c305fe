use std::error::Error;

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;

use crate::id::UserId;
use crate::mail::{DueMail, Mail, PasswordToken, PendingMail};
use crate::ports::StoreError;

/// Hands mails over to whoever delivers them.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. MUST answer `Ok` only when the next in line has taken it over.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Why a mail was not handed over.
#[derive(Debug, Error)]
pub enum MailError {
    /// Nobody takes this mail, now or later.
    #[error("the mail was refused")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// Nobody takes it at this moment.
    #[error("the mail could not be handed over")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Mails that wait to be sent.
#[async_trait]
pub trait PendingMailRepository: Send {
    /// Adds one that is due at once.
    async fn insert(&mut self, mail: &PendingMail, now: Timestamp) -> Result<(), StoreError>;

    /// Takes the mail that is due for the longest, and makes it due again at `retry_at`, should nothing be heard of it. MUST
    /// give a mail to one unit of work only, without waiting for those that others are taking.
    async fn claim_next(&mut self, now: Timestamp, retry_at: Timestamp) -> Result<Option<DueMail>, StoreError>;

    /// Forgets a mail; one that is not there is passed over.
    async fn delete(&mut self, id: i64) -> Result<(), StoreError>;

    /// Makes a mail due at another time.
    async fn postpone(&mut self, id: i64, due_at: Timestamp) -> Result<(), StoreError>;
}

/// Tokens with which people choose a password.
#[async_trait]
pub trait PasswordTokenRepository: Send {
    /// Adds one by its hash.
    async fn insert(&mut self, hash: &str, token: &PasswordToken, now: Timestamp) -> Result<(), StoreError>;

    /// MUST lock the row until the unit of work ends, so that a token is good once.
    async fn find_by_hash(&mut self, hash: &str) -> Result<Option<PasswordToken>, StoreError>;

    /// Ends all of an account's.
    async fn delete_of(&mut self, user: UserId) -> Result<(), StoreError>;
}
