use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A Redis of one test's own, to be stopped, killed and flushed; gone when dropped.
pub(crate) struct Redis {
    child: Option<Child>,
    port: u16,
    encrypted_port: u16,
    folder: TempDir,
    is_encrypted: bool,
}

impl Redis {
    pub(crate) fn start() -> Self {
        Self::start_on(TempDir::new().unwrap(), false)
    }

    /// One that listens for encrypted connections as well, with a certificate made for it.
    pub(crate) fn start_encrypted() -> Self {
        let folder = TempDir::new().unwrap();
        let mut openssl = std::process::Command::new("openssl");
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "1",
        ]);
        openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-out", "certificate.pem"]);
        assert!(openssl.current_dir(&folder).stderr(Stdio::null()).status().unwrap().success());
        Self::start_on(folder, true)
    }

    fn start_on(folder: TempDir, is_encrypted: bool) -> Self {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Self { child: None, port: free(), encrypted_port: free(), folder, is_encrypted };
        redis.restart();
        redis
    }

    pub(crate) fn url(&self) -> String {
        if self.is_encrypted {
            format!("rediss://localhost:{}/0", self.encrypted_port)
        } else {
            format!("redis://127.0.0.1:{}/0", self.port)
        }
    }

    /// What its encrypted connections are verified by.
    pub(crate) fn certificate(&self) -> String {
        self.folder.path().join("certificate.pem").display().to_string()
    }

    /// Starts it on the same port, empty.
    pub(crate) fn restart(&mut self) {
        let start = |program: &str| {
            let mut command = std::process::Command::new(program);
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &self.port.to_string()]);
            if self.is_encrypted {
                command.args(["--tls-port", &self.encrypted_port.to_string(), "--tls-cert-file", &self.certificate()]);
                command.arg("--tls-key-file").arg(self.folder.path().join("key.pem"));
                command.args(["--tls-auth-clients", "no", "--tls-ca-cert-file", &self.certificate()]);
            }
            command.arg("--dir").arg(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        self.child = Some(start("redis-server").or_else(|_| start("valkey-server")).expect("redis-server is there"));
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.command("PING") != "+PONG" {
            assert!(Instant::now() < deadline, "Redis did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends the process a signal, such as `-STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// The first line that it answers to a command; nothing while it is away.
    pub(crate) fn command(&self, command: &str) -> String {
        use std::io::{BufRead, BufReader, Write};
        let ask = || -> std::io::Result<String> {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(format!("{command}\r\n").as_bytes())?;
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line)?;
            Ok(line.trim_end().to_owned())
        };
        ask().unwrap_or_default()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
