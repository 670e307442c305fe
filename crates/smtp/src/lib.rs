//! [`Mailer`] over SMTP (RFC 5321), with TLS by rustls.
//!
//! A mail counts as sent once the server has taken it over. What it refuses for good (a 5yz reply) is refused; everything
//! else may go better later.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use scheduling_domain::mail::Mail;
use scheduling_domain::ports::{MailError, Mailer};
use thiserror::Error;

/// The longest wait for the server.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From its first byte on, usually at port 465.
    Implicit,
    /// By STARTTLS, usually at port 587; a server without it is refused.
    StartTls,
    /// Not at all: for a relay on the same machine.
    None,
}

/// Where mails are handed over, and in whose name.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server's host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// User and password, where the server wants them.
    pub credentials: Option<(String, String)>,
    /// The sender, such as `HR <hr@example.com>`.
    pub from: String,
}

impl fmt::Debug for SmtpSettings {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Settings that cannot be used.
#[derive(Debug, Error)]
pub enum SmtpSettingsError {
    /// The sender is no address.
    #[error("the sender is not an e-mail address")]
    From(#[source] lettre::address::AddressError),
    /// TLS cannot be used with this host.
    #[error("the host cannot be used")]
    Host(#[source] smtp::Error),
}

/// Hands mails to an SMTP server.
#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Prepares a connection without opening it.
    pub fn try_new(settings: &SmtpSettings) -> Result<Self, SmtpSettingsError> {
        let SmtpSettings { host, port, tls, credentials, from } = settings;
        let from = from.parse().map_err(SmtpSettingsError::From)?;
        let builder = match tls {
            SmtpTls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(host).map_err(SmtpSettingsError::Host)?,
            SmtpTls::StartTls => {
                AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host).map_err(SmtpSettingsError::Host)?
            }
            SmtpTls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
        };
        let builder = builder.port(*port).timeout(Some(PATIENCE));
        let builder = match credentials.clone() {
            Some((user, password)) => builder.credentials(Credentials::new(user, password)),
            None => builder,
        };
        Ok(Self { transport: builder.build(), from })
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        // An error here would quote the address, which has no place in a log.
        let to: Mailbox = mail.to.reveal().parse().map_err(|_| MailError::Refused("the address is none".into()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.reveal().to_owned())
            .map_err(|error| MailError::Refused(error.into()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(error.into())),
            Err(error) => Err(MailError::Unavailable(error.into())),
        }
    }
}
