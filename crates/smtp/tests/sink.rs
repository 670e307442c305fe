//! Mails to a server that takes or refuses them, on a port of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

use scheduling_domain::mail::Mail;
use scheduling_domain::personal::Personal;
use scheduling_domain::ports::{MailError, Mailer};
use scheduling_smtp::{SmtpMailer, SmtpSettings, SmtpSettingsError, SmtpTls};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Takes one mail, answering a recipient with `verdict`; answers everything that was said to it.
async fn sink(verdict: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sink\r\n").await.unwrap();
        let (mut heard, mut in_data) = (String::new(), false);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap() == 0 {
                return heard;
            }
            heard.push_str(&line);
            let command = line.trim_end();
            let reply = match command {
                "." if in_data => {
                    in_data = false;
                    "250 taken"
                }
                _ if in_data => continue,
                "DATA" => {
                    in_data = true;
                    "354 go on"
                }
                "QUIT" => "221 bye",
                _ if command.starts_with("RCPT") => verdict,
                _ => "250 sink",
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
        }
    });
    (port, heard)
}

fn mailer(port: u16) -> SmtpMailer {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        credentials: None,
        from: "人力资源 <hr@example.com>".to_owned(),
    };
    SmtpMailer::try_new(&settings).unwrap()
}

fn a_mail() -> Mail {
    Mail {
        to: Personal::new("wang.fang@example.com"),
        subject: "欢迎".to_owned(),
        text: Personal::new("Open https://hr.example.com/password#token=1.abc\n"),
    }
}

#[tokio::test]
async fn a_mail_reaches_the_server() {
    let (port, heard) = sink("250 taken").await;
    mailer(port).send(&a_mail()).await.unwrap();
    let heard = heard.await.unwrap();
    for part in [
        "MAIL FROM:<hr@example.com>",
        "RCPT TO:<wang.fang@example.com>",
        "Subject: =?utf-8?b?5qyi6L+O?=",
        "Content-Type: text/plain; charset=utf-8",
        "https://hr.example.com/password#token=1.abc",
    ] {
        assert!(heard.contains(part), "{part} is missing in\n{heard}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_told_from_one_for_now() {
    for (verdict, is_final) in [("550 nobody here", true), ("451 try later", false)] {
        let (port, _heard) = sink(verdict).await;
        let refused = mailer(port).send(&a_mail()).await.unwrap_err();
        assert_eq!(matches!(refused, MailError::Refused(_)), is_final, "{verdict}: {refused:?}");
    }
}

#[tokio::test]
async fn without_a_server_a_mail_may_go_later() {
    // Bound, so that nobody else takes the port, and never listened on.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    assert!(matches!(mailer(port).send(&a_mail()).await, Err(MailError::Unavailable(_))));
}

#[tokio::test]
async fn a_sender_that_is_none_is_refused() {
    let settings = SmtpSettings {
        host: "localhost".to_owned(),
        port: 25,
        tls: SmtpTls::None,
        credentials: Some(("user".to_owned(), "secret".to_owned())),
        from: "nobody".to_owned(),
    };
    assert!(matches!(SmtpMailer::try_new(&settings), Err(SmtpSettingsError::From(_))));
    assert!(!format!("{settings:?}").contains("secret"));
}
