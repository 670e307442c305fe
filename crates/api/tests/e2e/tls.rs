//! The service answers over TLS, and its certificate is replaced while it runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client};
use tempfile::TempDir;

use crate::support::Backend;

/// An authority, and certificates that it has signed for this machine.
struct Authority {
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let authority = Self { folder: TempDir::new().unwrap() };
        let name = ["-subj", "/CN=Tests", "-keyout", "ca.key", "-out", "ca.pem"];
        authority.openssl(&[&["req", "-x509", "-days", "1"], &NEW_KEY[..], &name].concat());
        authority
    }

    /// A certificate and its key.
    fn issue(&self) -> (PathBuf, PathBuf) {
        let request = ["-subj", "/CN=service", "-keyout", "service.key", "-out", "request.pem"];
        self.openssl(&[&["req"], &NEW_KEY[..], &request].concat());
        std::fs::write(self.path("names"), "subjectAltName=DNS:service,IP:127.0.0.1\n").unwrap();
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "1",
            "-extfile",
            "names",
            "-out",
            "service.pem",
        ]);
        (self.path("service.pem"), self.path("service.key"))
    }

    fn openssl(&self, arguments: &[&str]) {
        let mut command = Command::new("openssl");
        let status = command.args(arguments).current_dir(&self.folder).stderr(Stdio::null()).status().unwrap();
        assert!(status.success());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self) -> String {
        text(&self.path("ca.pem"))
    }

    /// A client that trusts it and nobody else, and keeps no connection.
    fn client(&self) -> Client {
        let certificate = Certificate::from_pem(&std::fs::read(self.path("ca.pem")).unwrap()).unwrap();
        Client::builder().tls_certs_only([certificate]).pool_max_idle_per_host(0).build().unwrap()
    }
}

const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

async fn answers(client: &Client, address: &str) -> bool {
    client.get(format!("{address}/health/live")).send().await.is_ok_and(|answer| answer.status() == 200)
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An embedded backend whose service shows the certificate at two places of its own, and these.
fn encrypted(authority: &Authority) -> (Backend, PathBuf, PathBuf) {
    let backend = Backend::embedded();
    let [certificate, key] = ["shown.pem", "shown.key"].map(|name| PathBuf::from(backend.write(name, "")));
    copy(authority.issue(), (&certificate, &key));
    let backend = backend
        .with("HR_TLS_CERTIFICATE_FILE", text(&certificate))
        .with("HR_TLS_KEY_FILE", text(&key))
        .with("HR_TLS_CA_FILE", authority.file())
        .with("HR_LOG_FORMAT", "json");
    (backend, certificate, key)
}

fn copy(from: (PathBuf, PathBuf), to: (&Path, &Path)) {
    std::fs::copy(from.0, to.0).unwrap();
    std::fs::copy(from.1, to.1).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_replaced_while_the_service_runs() {
    let [first, second, third] = [(); 3].map(|()| Authority::new());
    let (backend, certificate, key) = encrypted(&first);
    let server = backend.serve();
    assert!(server.base.starts_with("https://"));
    assert!(answers(&first.client(), &server.base).await);
    assert!(!answers(&second.client(), &server.base).await, "another authority is no good");
    let in_the_clear = server.base.replace("https://", "http://");
    assert!(!answers(&Client::new(), &in_the_clear).await, "nothing is answered in the clear");

    copy(second.issue(), (&certificate, &key));
    until("the new certificate", async || answers(&second.client(), &server.base).await).await;
    assert!(!answers(&first.client(), &server.base).await);

    // A half-written file, then a certificate whose key is another's: the one before stays.
    std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nMIIB").unwrap();
    until("the complaint", async || server.log().contains("shown.pem holds no certificate in PEM form")).await;
    assert!(answers(&second.client(), &server.base).await);
    std::fs::copy(third.issue().0, &certificate).unwrap();
    until("the complaint", async || server.log().contains("shown.key is not that of the certificate in")).await;
    assert!(answers(&second.client(), &server.base).await);

    copy(third.issue(), (&certificate, &key));
    until("the third certificate", async || answers(&third.client(), &server.base).await).await;
    let log = server.stop();
    assert_eq!(log.matches("a new certificate is shown from now on").count(), 2, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_of_their_own_address_are_encrypted_too() {
    let authority = Authority::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let backend = encrypted(&authority).0.with("HR_METRICS_LISTEN", free.to_string());
    let server = backend.serve();
    let client = authority.client();
    let answer = client.get(format!("https://{free}/metrics")).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("system_memory_usage_bytes"));
    assert!(client.get(format!("http://{free}/metrics")).send().await.is_err());
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_check_knows_the_service_by_its_authority() {
    let [authority, other] = [(); 2].map(|()| Authority::new());
    let (backend, ..) = encrypted(&authority);
    let server = backend.serve();
    let healthcheck = |more: &[&str]| {
        let address = ["healthcheck", "--address", &server.base];
        backend.command(&[&address, more].concat()).run()
    };
    let found = healthcheck(&["--ca-file", &authority.file()]).expect_ok();
    assert_eq!(found.stdout(), "healthy\n");
    for more in [&["--ca-file", &other.file()][..], &[]] {
        let found = healthcheck(more);
        assert_eq!(found.code(), Some(1), "{more:?}");
        assert!(found.stderr().contains("invalid peer certificate"), "{}", found.stderr());
    }
    let found = healthcheck(&["--ca-file", "/not/there.pem"]);
    assert_eq!(found.code(), Some(2));
    assert!(found.stderr().contains("/not/there.pem cannot be read"), "{}", found.stderr());

    // From the configuration alone, as in a container.
    let listen = server.base.trim_start_matches("https://").replace("127.0.0.1", "0.0.0.0");
    let mut command = backend.command(&["healthcheck"]);
    command.0.env("HR_LISTEN", listen);
    assert_eq!(command.run().expect_ok().stdout(), "healthy\n");
    server.stop();
}

#[test]
fn what_cannot_be_shown_is_told_at_the_start() {
    let [authority, other] = [(); 2].map(|()| Authority::new());
    let (certificate, key) = authority.issue();
    let (_, strange) = other.issue();
    let start = |certificate: &str, key: &str| {
        let backend = Backend::embedded().with("HR_TLS_CERTIFICATE_FILE", certificate).with("HR_TLS_KEY_FILE", key);
        let refused = backend.command(&["serve", "--listen", "127.0.0.1:0"]).run();
        assert_eq!(refused.code(), Some(2), "{}", refused.stderr());
        refused.stderr()
    };
    let (certificate, key, strange) = (text(&certificate), text(&key), text(&strange));
    for (files, expected) in [
        ((&certificate, &strange), format!("the key in {strange} is not that of the certificate in {certificate}")),
        ((&certificate, &certificate), format!("{certificate} holds no private key in PEM form")),
        ((&key, &key), format!("{key} holds no certificate in PEM form")),
        ((&certificate, &"/not/there".to_owned()), "/not/there cannot be read".to_owned()),
    ] {
        let said = start(files.0, files.1);
        assert!(said.contains(&expected) && said.contains("HR_TLS_KEY_FILE"), "{said}");
    }
}
