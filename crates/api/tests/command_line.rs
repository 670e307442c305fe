//! The program as people call it: arguments, output, exit codes, and what it says when something is wrong.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and calls the program")]

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const INSTANCE: &str = "SECTION_HORIZON\n7\n\
    SECTION_SHIFTS\nD,480,\nN,600,D\n\
    SECTION_STAFF\nA,D=7|N=2,2400,960,5,2,2,1\nB,D=7|N=7,2400,960,5,2,2,1\n\
    SECTION_DAYS_OFF\nA,0\n\
    SECTION_SHIFT_ON_REQUESTS\nA,1,D,5\n\
    SECTION_SHIFT_OFF_REQUESTS\nB,2,N,3\n\
    SECTION_COVER\n1,D,1,100,1\n2,D,1,100,1\n";

/// A folder in which the program keeps its data.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hr-scheduling"));
        command.args(arguments).current_dir(self.path()).env_clear().env("HR_DATA_DIR", self.path().join("data"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn create_admin(&self, password: &str) -> Output {
        let arguments = ["admin", "create", "--username", "admin", "--email", "admin@example.com", "--password-stdin"];
        let mut child = self
            .command(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, exit: i32, parts: &[&str]) {
    let text = stderr(output);
    assert_eq!(code(output), exit, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
    assert_eq!(stdout(output), "");
}

#[test]
fn from_an_empty_folder_to_a_company() {
    let place = Place::new();
    let migrated = place.run(&["migrate"]);
    assert_eq!(code(&migrated), 0, "{}", stderr(&migrated));
    assert!(stdout(&migrated).contains("is up to date"));
    assert!(!stdout(&place.run(&["migrate"])).contains("applied"), "a second time changes nothing");

    let created = place.create_admin("correct horse battery staple");
    assert_eq!(code(&created), 0, "{}", stderr(&created));
    assert_refused(&place.create_admin("correct horse battery staple"), 2, &["taken"]);

    let seeded = place.run(&["seed", "demo", "--seed", "1", "--from", "2026-03-02"]);
    assert_eq!(code(&seeded), 0, "{}", stderr(&seeded));
    assert!(stdout(&seeded).contains("60 employees"));
    assert_refused(&place.run(&["seed", "demo"]), 2, &["has sites already"]);
}

#[test]
fn a_weak_password_is_refused_in_words() {
    let place = Place::new();
    assert_refused(&place.create_admin("short"), 2, &["password", "at least 15 characters"]);
    assert_refused(&place.create_admin(""), 2, &["standard input holds no password"]);
}

#[test]
fn whoever_sits_at_the_machine_resets_what_was_lost() {
    let place = Place::new();
    place.create_admin("correct horse battery staple");
    let reset = place.run(&["admin", "reset-password", "--username", "ADMIN@example.com"]);
    assert_eq!(code(&reset), 0, "{}", stderr(&reset));
    assert!(stdout(&reset).contains("password (shown only this once)"), "{}", stdout(&reset));
    assert_refused(&place.run(&["admin", "reset-password", "--username", "nobody"]), 2, &["no account nobody"]);
    let reset = place.run(&["admin", "reset-second-factor", "--username", "admin"]);
    assert_refused(&reset, 2, &["admin has no second factor"]);
}

#[test]
fn a_mail_server_needs_a_sender_and_an_address_for_links() {
    let place = Place::new();
    let output = place.command(&["migrate"]).env("HR_SMTP_HOST", "smtp.example.com").env("HR_SMTP_USER", "hr").output();
    assert_refused(&output.unwrap(), 2, &["smtp.from", "public_url", "smtp.password"]);
    let output = place.command(&["migrate"]).env("HR_SMTP_TLS", "perhaps").env("HR_SMTP_HOST", "localhost").output();
    assert_refused(&output.unwrap(), 2, &["HR_SMTP_TLS", "one of starttls, tls, none"]);
}

#[test]
fn a_solved_roster_is_judged_as_it_was_scored() {
    let place = Place::new();
    let (instance, roster) = (place.write("instance.txt", INSTANCE), place.path().join("roster.csv"));
    let roster = roster.to_str().unwrap();
    let arguments = ["solve", "--format", "curtois", &instance, "--steps", "200000", "--seed", "1", "--out", roster];
    let solved = place.run(&arguments);
    assert_eq!(code(&solved), 0, "{}", stderr(&solved));
    let first = std::fs::read(roster).unwrap();

    let checked = place.run(&["check", "--format", "curtois", &instance, roster]);
    assert_eq!((code(&checked), stdout(&checked)), (0, stdout(&solved)));

    place.run(&arguments);
    assert_eq!(std::fs::read(roster).unwrap(), first, "the same seed and steps give the same bytes");
}

#[test]
fn a_hard_violation_is_named_and_is_exit_code_1() {
    let place = Place::new();
    let instance = place.write("instance.txt", INSTANCE);
    let roster = place.write("roster.csv", "employee,day,shift\nA,0,D\nA,1,N\nA,2,D\n");
    let checked = place.run(&["check", "--format", "curtois", &instance, &roster]);
    let text = stdout(&checked);
    assert_eq!(code(&checked), 1, "{text}");
    assert!(text.contains("hard  A  day 0  work_on_day_off (days-off-1)"), "{text}");
    assert!(text.contains("forbidden_succession"), "{text}");
    assert!(text.lines().last().unwrap().starts_with("total "), "{text}");
}

#[test]
fn files_that_cannot_be_read_are_refused_by_name_and_line() {
    let place = Place::new();
    let instance = place.write("instance.txt", INSTANCE);
    let roster = place.write("roster.csv", "employee,day,shift\nZ,0,D\n");
    assert_refused(
        &place.run(&["check", "--format", "curtois", &instance, &roster]),
        2,
        &["roster.csv", "line 2", "Z"],
    );
    assert_refused(&place.run(&["check", "--format", "curtois", "/not/there", &roster]), 2, &["/not/there"]);
    assert_refused(&place.run(&["solve", "--format", "curtois", &roster]), 2, &["roster.csv", "line 1"]);
}

#[test]
fn the_port_of_another_program_is_left_alone() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_refused(&place.run(&["serve", "--listen", &address]), 3, &[&address, "--listen"]);
    assert!(!place.path().join("data").exists(), "nothing was touched");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    let file = place.write("file", "");
    assert_refused(&place.run(&["migrate", "--data-dir", &file]), 3, &[&file, "--data-dir"]);
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("data")).unwrap();
    place.write("data/hr-scheduling.db", &"no database, but a long enough file to be read as one ".repeat(30));
    assert_refused(&place.run(&["migrate"]), 3, &["is not a database"]);
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let place = Place::new();
    // Bound and never listened on: connections are refused.
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let url = format!("postgres://hr:topsecret@{address}/hr");
    let refused = place.run(&["migrate", "--database-url", &url]);
    assert_refused(&refused, 3, &[&address.to_string(), "DATABASE_URL"]);
    assert!(!stderr(&refused).contains("topsecret"));
}

#[test]
fn an_unusable_configuration_is_refused_whole() {
    let place = Place::new();
    let output = place
        .command(&["migrate"])
        .env("HR_ENV", "production")
        .env("HR_LISTEN", "nowhere")
        .env("HR_LISTN", "127.0.0.1:1")
        .output()
        .unwrap();
    assert_refused(&output, 2, &["JWT_SECRET_KEY", "HR_LISTEN", "did you mean HR_LISTEN?"]);
}

#[test]
fn the_configuration_is_shown_with_origins_and_without_secrets() {
    let place = Place::new();
    let shown = place
        .command(&["config", "show", "--database-url", "postgres://hr:topsecret@db/hr"])
        .env("JWT_SECRET_KEY", "topsecret-topsecret-topsecret-topsecret")
        .output()
        .unwrap();
    let text = stdout(&shown);
    assert_eq!(code(&shown), 0, "{}", stderr(&shown));
    assert!(text.contains("postgres://hr:***@db/hr") && text.contains("flag --database-url"), "{text}");
    assert!(text.contains("env JWT_SECRET_KEY") && !text.contains("topsecret"), "{text}");
}

#[test]
fn an_import_takes_all_rows_or_none() {
    let place = Place::new();
    place.create_admin("correct horse battery staple");
    place.run(&["seed", "demo", "--from", "2026-03-02"]);
    let bad = place.write(
        "bad.csv",
        "number,full_name,team,hired_on,email\n\
         N1,李雷,急诊 Emergency,2026-01-01,li@lanhai.example\n\
         N2,Han Meimei,Nowhere,2026-02-30,\n\
         N1,,急诊 Emergency,2026-01-01,li\n",
    );
    let refused = place.run(&["import", "employees", &bad]);
    let text = stdout(&refused);
    assert_eq!(code(&refused), 1, "{text}");
    assert!(text.contains("bad.csv:3: team: there is no team Nowhere; hired_on: is not a valid date"), "{text}");
    assert!(text.contains("bad.csv:4: number: is repeated; full_name: is required"), "{text}");
    assert!(text.contains("1 new, 0 changed, 0 unchanged, 2 refused; nothing was written"), "{text}");

    let good = place.write("good.csv", "number,full_name,team,hired_on\nN1,李雷,急诊 Emergency,2026-01-01\n");
    let dry = place.run(&["import", "employees", &good, "--dry-run"]);
    assert!(stdout(&dry).contains("line 2: new"), "{}", stdout(&dry));
    assert!(stdout(&place.run(&["import", "employees", &good])).contains("1 new, 0 changed, 0 unchanged"));
    assert!(stdout(&place.run(&["import", "employees", &good])).contains("0 new, 0 changed, 1 unchanged"));

    let strange = place.write("strange.csv", "number,colour\n1,red\n");
    assert_refused(&place.run(&["import", "employees", &strange]), 2, &["\"colour\" is unknown", "hired_on"]);
    let shifts = place.write("shifts.csv", "template,on,target\nWD,2026-03-02,3\n");
    assert_refused(&place.run(&["import", "shifts", &shifts, "--schedule", "7"]), 2, &["no schedule 7"]);
}

#[test]
fn what_was_done_is_verified() {
    let place = Place::new();
    place.create_admin("correct horse battery staple");
    place.run(&["seed", "demo", "--from", "2026-03-02"]);
    let sound = place.run(&["audit", "verify"]);
    let text = stdout(&sound);
    assert_eq!(code(&sound), 0, "{}", stderr(&sound));
    assert!(text.starts_with("default: 2 events, sound; to be noted down: 2:"), "{text}");
    let noted = text.trim().rsplit(' ').next().unwrap();
    let again = place.run(&["audit", "verify", "--organization", "default", "--expect", noted]);
    assert_eq!(code(&again), 0, "{}", stdout(&again));
    let other = format!("2:{}", "0".repeat(64));
    let rewritten = place.run(&["audit", "verify", "--organization", "default", "--expect", &other]);
    assert_eq!((code(&rewritten), stdout(&rewritten).contains("event 2 has another hash")), (1, true));
    assert_refused(&place.run(&["audit", "verify", "--organization", "nowhere"]), 2, &["no organization nowhere"]);
}

#[test]
fn a_service_that_is_not_there_is_not_healthy() {
    let place = Place::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_refused(&place.run(&["healthcheck", "--address", &free]), 1, &["not healthy"]);
}

#[test]
fn the_document_is_printed() {
    let printed = Place::new().run(&["openapi"]);
    assert!(stdout(&printed).contains("\"openapi\": \"3.1"), "{}", stderr(&printed));
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let text = stdout(&Place::new().run(&["--help"]));
    for word in
        ["serve", "migrate", "admin", "audit", "seed", "import", "solve", "check", "openapi", "healthcheck", "config"]
    {
        assert!(text.contains(&format!("\n  {word} ")), "{word} is not in {text}");
    }
    assert!(text.contains("Exit codes"), "{text}");
}
