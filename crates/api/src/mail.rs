//! What mails say, and where they go when there is no mail server.

use async_trait::async_trait;
use scheduling_app::mail::{MailWriter, Message};
use scheduling_domain::mail::{Mail, MailKind};
use scheduling_domain::ports::{MailError, Mailer};

use crate::http::Language;

/// Writes mails from the message catalogues.
#[derive(Debug, Clone)]
pub(crate) struct CatalogueWriter {
    /// What links begin with.
    pub(crate) public_url: String,
}

impl MailWriter for CatalogueWriter {
    fn write(&self, message: &Message<'_>) -> (String, String) {
        let language = Language::of_tag(message.language);
        let (kind, hours, minutes) = match message.kind {
            MailKind::Invitation => ("mail-invitation", message.life.as_hours(), 0),
            MailKind::PasswordReset => ("mail-password_reset", 0, message.life.as_mins()),
        };
        let name = if message.full_name.is_empty() { message.username } else { message.full_name };
        let args = [
            ("name", name.to_owned()),
            ("username", message.username.to_owned()),
            // Behind the `#`, so that no server on the way logs it.
            ("link", format!("{}/password#token={}", self.public_url, message.token)),
            ("days", (hours / 24).to_string()),
            ("minutes", minutes.to_string()),
        ];
        (language.title(kind).unwrap_or_default(), language.text(kind, &args).unwrap_or_default())
    }
}

/// The mail server of a developer's machine: the log. The only place where a mail's token is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogMailer;

#[async_trait]
impl Mailer for LogMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        tracing::info!(subject = mail.subject, text = mail.text.reveal(), "a mail, since there is no mail server");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use scheduling_app::mail::{INVITATION_LIFE, PASSWORD_RESET_LIFE};

    use super::*;

    fn written(kind: MailKind, language: &str) -> String {
        let life = if kind == MailKind::Invitation { INVITATION_LIFE } else { PASSWORD_RESET_LIFE };
        let message = Message { kind, language, full_name: "王芳", username: "wang.fang", token: "1.abc", life };
        let writer = CatalogueWriter { public_url: "https://hr.example.com".to_owned() };
        let (subject, text) = writer.write(&message);
        format!("{subject}\n\n{text}")
    }

    #[test]
    fn mails_are_written_in_both_languages() {
        for kind in [MailKind::Invitation, MailKind::PasswordReset] {
            for language in ["zh-CN", "en"] {
                insta::assert_snapshot!(format!("{}_{language}", kind.as_str()), written(kind, language));
            }
        }
    }
}
