//! Mails that bring somebody a token to choose a password with.
//!
//! Whoever wants one sent writes down in their transaction what it is about; the [`MailRelay`] of some process finds the
//! account, makes the token and hands the mail over. So a mail is sent only after the commit, none is lost with a process,
//! no token is stored but as a hash, and a request for an unknown account costs what one for a known account costs.

mod relay;
mod send_next;

pub use relay::MailRelay;
pub use send_next::{SendError, send_next};

use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use scheduling_domain::mail::MailKind;
use scheduling_domain::ports::Mailer;
use tokio::sync::Notify;

/// An invitation is good for so long.
pub const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A token to reset a password is good for so long.
pub const PASSWORD_RESET_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// What has to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// What about.
    pub kind: MailKind,
    /// Tag of the reader's language.
    pub language: &'a str,
    /// What they are called; perhaps empty.
    pub full_name: &'a str,
    /// What they sign in as.
    pub username: &'a str,
    /// Opens the account.
    pub token: &'a str,
    /// For how long.
    pub life: SignedDuration,
}

/// Puts messages into words.
pub trait MailWriter: Send + Sync {
    /// Subject and text.
    fn write(&self, message: &Message<'_>) -> (String, String);
}

/// The way out for mails.
#[derive(Clone)]
pub struct Post {
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) writer: Arc<dyn MailWriter>,
    called: Arc<Notify>,
}

impl Post {
    /// Mails are written by `writer` and handed over by `mailer`.
    pub fn new(mailer: Arc<dyn Mailer>, writer: Arc<dyn MailWriter>) -> Self {
        Self { mailer, writer, called: Arc::default() }
    }

    /// Tells this process's relay that a mail waits.
    pub(crate) fn call(&self) {
        self.called.notify_one();
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}
