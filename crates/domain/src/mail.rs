//! Mails to people: what they are about while they wait, and what they say once they are sent.

use std::str::FromStr;

use crate::id::UserId;
use crate::personal::Personal;
use jiff::Timestamp;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// Somebody has an account now and chooses a password.
    Invitation,
    /// Somebody has forgotten their password and chooses another.
    PasswordReset,
}

impl MailKind {
    /// The stable name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }
}

impl FromStr for MailKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Invitation, Self::PasswordReset].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// A mail that is to be sent. It waits without an address and a text: whether there is an account, and which token opens
/// it, is found when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMail {
    /// What it is about.
    pub kind: MailKind,
    /// The user name or e-mail that was given; perhaps nobody's.
    pub identifier: Personal,
    /// Tag of the language that whoever asked for it reads (BCP 47).
    pub language: String,
}

/// A mail whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMail {
    /// Its number within the organization.
    pub id: i64,
    /// How often it was tried before.
    pub attempts: u32,
    /// What is to be sent.
    pub mail: PendingMail,
}

/// A mail as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: Personal,
    /// Its subject.
    pub subject: String,
    /// What it says. It may open an account, so it is as secret as a password.
    pub text: Personal,
}

/// A token with which somebody chooses a password; opaque, and stored as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordToken {
    /// Whose.
    pub user_id: UserId,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}
