use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::Client;

pub(crate) const ADMIN_PASSWORD: &str = "correct horse battery staple";

/// Where a server keeps its things; gone when dropped.
pub(crate) struct Backend {
    data: TempDir,
    environment: Vec<(&'static str, String)>,
    database: Option<scheduling_postgres::testing::TestDatabase>,
}

impl Backend {
    pub(crate) fn embedded() -> Self {
        Self { data: TempDir::new().unwrap(), environment: Vec::new(), database: None }
    }

    pub(crate) async fn postgres_and_redis() -> Self {
        let redis = std::env::var("TEST_REDIS_URL").expect("run by `make test`, which starts Redis");
        let database = scheduling_postgres::testing::TestDatabase::create_empty().await;
        let environment = vec![("DATABASE_URL", database.url()), ("REDIS_URL", redis)];
        Self { data: TempDir::new().unwrap(), environment, database: Some(database) }
    }

    /// Likewise, with one more setting; it beats an earlier one of that name.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// What a setting was given.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.environment.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The database, where it is one of a server.
    pub(crate) fn database(&self) -> Option<&scheduling_postgres::testing::TestDatabase> {
        self.database.as_ref()
    }

    /// The binary with this backend's settings and nothing else from the environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(arguments);
        command.0.env("HR_DATA_DIR", self.data.path());
        // Tests ask as fast as they can; those of the limits set their own.
        command.0.env("HR_REQUESTS_PER_SECOND", "0").env("HR_ANONYMOUS_REQUESTS_PER_SECOND", "0");
        command.0.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Migrated, with an administrator `admin` whose password is [`ADMIN_PASSWORD`].
    pub(crate) fn prepare(&self) {
        self.command(&["migrate"]).run_ok();
        self.command(&["admin", "create", "--username", "admin", "--email", "admin@example.com", "--password-stdin"])
            .run_with_input(ADMIN_PASSWORD)
            .expect_ok();
    }

    /// Likewise, with the demonstration company.
    pub(crate) fn prepare_demo(&self) {
        self.prepare();
        self.command(&["seed", "demo", "--seed", "1"]).run_ok();
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(self)
    }

    /// Leaves it a schema that only a newer version of the program knows.
    pub(crate) async fn outgrow(&self) {
        self.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").await;
    }

    /// Changes its database behind the program's back.
    pub(crate) async fn execute(&self, statement: &str) {
        if let Some(database) = &self.database {
            database.execute(statement).await;
        } else {
            let file = self.data.path().join("hr-scheduling.db");
            let mut file = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            file.batch_execute(statement).unwrap();
        }
    }

    /// The key with which its servers sign access tokens.
    pub(crate) fn signing_key(&self) -> String {
        std::fs::read_to_string(self.data.path().join("jwt.key")).unwrap().trim_end().to_owned()
    }

    /// A file beside its data.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.data.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// The binary, about to run.
pub(crate) struct Command(pub(crate) std::process::Command);

impl Command {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hr-scheduling"));
        command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    pub(crate) fn run(mut self) -> Finished {
        Finished(self.0.output().unwrap())
    }

    pub(crate) fn run_ok(self) -> Finished {
        self.run().expect_ok()
    }

    pub(crate) fn run_with_input(mut self, input: &str) -> Finished {
        let mut child = self.0.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Finished(child.wait_with_output().unwrap())
    }
}

/// What the binary left.
pub(crate) struct Finished(Output);

impl Finished {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn expect_ok(self) -> Self {
        assert!(self.0.status.success(), "{}\n{}\n{}", self.0.status, self.stdout(), self.stderr());
        self
    }
}

/// A running service; killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    logging: Option<JoinHandle<()>>,
    pub(crate) base: String,
}

impl Server {
    fn start(backend: &Backend) -> Self {
        let mut child = backend.command(&["serve", "--listen", "127.0.0.1:0"]).0.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((scheme, rest)) = line.split_once("://127.0.0.1:") {
                    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    let scheme = scheme.rsplit(' ').next().unwrap();
                    let _ = sender.send(format!("{scheme}://127.0.0.1:{port}"));
                }
            }
        });
        let log = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&log);
        let logging = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut written = written.lock().unwrap();
                written.push_str(&line);
                written.push('\n');
            }
        });
        let Ok(base) = receiver.recv_timeout(Duration::from_secs(60)) else {
            let _ = child.kill();
            let _ = logging.join();
            panic!("the server did not say where it listens:\n{}", log.lock().unwrap());
        };
        Self { child, log, logging: Some(logging), base }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A client that is signed in as the administrator.
    pub(crate) async fn admin(&self) -> Client {
        Client::sign_in(&self.base, "admin", ADMIN_PASSWORD).await
    }

    pub(crate) fn anonymous(&self) -> Client {
        Client::anonymous(&self.base)
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = std::process::Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Ends it as an operator would; answers what it logged.
    pub(crate) fn stop(mut self) -> String {
        self.signal("-TERM");
        assert_eq!(self.await_end(), Some(0));
        self.logging.take().unwrap().join().unwrap();
        self.log()
    }

    /// Waits for the end, at most half a minute.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.await_end()
    }

    fn await_end(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the server did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
