//! The mail server, and where the links in mails lead.

use std::str::FromStr;

use url::Url;

use super::{Environment, Gathered, Reader, Secret};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// By STARTTLS.
    StartTls,
    /// From the first byte on.
    Implicit,
    /// Not at all.
    None,
}

impl FromStr for MailTls {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Implicit),
            "none" => Ok(Self::None),
            _ => Err(()),
        }
    }
}

/// The mail server.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Who we are there, where it asks.
    pub user: Option<String>,
    /// The password for it.
    pub password: Option<Secret>,
    /// In whose name mails are sent.
    pub from: String,
}

impl Reader<'_> {
    /// The server that the settings name, if any.
    pub(super) fn mail_server(&mut self) -> Option<MailServer> {
        let host = self.text("smtp.host")?.to_owned();
        let tls = self.parse("smtp.tls", "one of starttls, tls, none", MailTls::StartTls);
        Some(MailServer {
            host,
            port: self.optional_number("smtp.port", 1, u16::MAX).unwrap_or(587),
            tls,
            user: self.text("smtp.user").map(str::to_owned),
            password: self.secret("smtp.password"),
            from: self.text("smtp.from").unwrap_or_default().to_owned(),
        })
    }

    /// Where people reach the service, without a slash at its end.
    pub(super) fn public_url(&mut self) -> Option<String> {
        let text = self.text("public_url")?;
        if !Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            self.refuse("public_url", "an address of the form https://hr.example.com");
        }
        Some(text.trim_end_matches('/').to_owned())
    }
}

/// Adds a fault for everything that a mail server needs beside its host.
pub(super) fn check(
    server: Option<&MailServer>,
    public_url: Option<&str>,
    environment: Environment,
    gathered: &Gathered,
    faults: &mut Vec<String>,
) {
    let Some(server) = server else { return };
    let origin = gathered.get("smtp.host").map_or_else(String::new, |given| format!(" ({})", given.origin));
    if !server.from.contains('@') {
        faults.push(format!("smtp.host{origin} needs smtp.from: the sender, such as HR <hr@example.com>"));
    }
    if public_url.is_none() {
        faults.push(format!("smtp.host{origin} needs public_url: links in mails begin with it"));
    }
    if server.user.is_some() != server.password.is_some() {
        faults.push("smtp.user and smtp.password belong together: give both or neither".to_owned());
    }
    let is_near = matches!(server.host.as_str(), "localhost" | "127.0.0.1" | "::1");
    if environment != Environment::Development && server.tls == MailTls::None && !is_near {
        faults.push(format!(
            "smtp.tls is none, and mails open accounts: {} needs starttls or tls for any other machine",
            environment.as_str()
        ));
    }
}
