//! Requests per second of login-protected reads and writes, beside a bare actix handler with the same payload and beside
//! `pgbench` (`-S` for reads, `-N` for writes), all in one run on as many connections. Run by `make bench`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "a report for people, which ends at the first surprise"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use actix_web::{App, HttpResponse, HttpServer, web};
use scheduling_postgres::testing::TestDatabase;

const CONNECTIONS: &str = "16";
const SECONDS: &str = "5";
const ROUNDS: usize = 3;
const PASSWORD: &str = "correct horse battery staple";

struct Service {
    child: Child,
    base: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary(data: &str, database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hr-scheduling"));
    command.args(arguments).env("HR_DATA_DIR", data).env("DATABASE_URL", database);
    command.env("HR_REQUESTS_PER_SECOND", "0").env("HR_ANONYMOUS_REQUESTS_PER_SECOND", "0");
    command.env("REDIS_URL", std::env::var("TEST_REDIS_URL").expect("run by `make bench`"));
    command
}

fn start(data: &str, database: &str) -> Service {
    assert!(binary(data, database, &["migrate"]).status().unwrap().success());
    let create = ["admin", "create", "--username", "admin", "--email", "admin@example.com", "--password-stdin"];
    let mut admin = binary(data, database, &create).stdin(Stdio::piped()).spawn().unwrap();
    admin.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(admin.wait().unwrap().success());
    assert!(binary(data, database, &["seed", "demo", "--seed", "1"]).status().unwrap().success());

    let mut serve = binary(data, database, &["serve", "--listen", "127.0.0.1:0"]);
    // Logs are written, as in production, and read by nobody here.
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base = loop {
        let line = lines.next().expect("the server says where it listens").unwrap();
        if let Some(start) = line.find("http://127.0.0.1:") {
            break line[start..].chars().take_while(|c| !c.is_whitespace()).collect::<String>();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    Service { child, base: base.trim_end_matches('/').to_owned() }
}

/// Serves `payload` from a handler that does nothing else; never returns to its caller's thread.
fn serve_bare(payload: String) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let payload = web::Data::new(payload);
            let server = HttpServer::new(move || {
                App::new().app_data(payload.clone()).default_service(web::to(|payload: web::Data<String>| async move {
                    HttpResponse::Ok().content_type("application/json").body(payload.get_ref().clone())
                }))
            });
            let server = server.bind("127.0.0.1:0").unwrap();
            sender.send(format!("http://{}", server.addrs()[0])).unwrap();
            server.run().await.unwrap();
        });
    });
    receiver.recv().unwrap()
}

/// How often Redis was asked to look up or keep an answer; each asking is one round trip.
fn redis_round_trips() -> f64 {
    let url = std::env::var("TEST_REDIS_URL").expect("run by `make bench`");
    let address = url.trim_start_matches("redis://").split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"INFO commandstats\r\nQUIT\r\n").unwrap();
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let calls = lines.filter_map(|line| {
        let (command, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        // The scripts' own commands are counted beside them, and cost no round trip.
        let is_asked = matches!(command, "evalsha" | "eval" | "unlink" | "ping");
        is_asked.then(|| rest.split(',').next().unwrap().parse::<f64>().unwrap())
    });
    calls.sum()
}

/// Each request of this script makes a skill of a name of its own.
const WRITES: &str = r#"
local start, count = os.time() .. "-" .. tostring({}):sub(8), 0
request = function()
  count = count + 1
  local body = string.format('{"name": "Skill %s-%d"}', start, count)
  return wrk.format("POST", nil, {["Authorization"] = wrk.headers["Authorization"], ["Content-Type"] = "application/json"}, body)
end
"#;

/// Requests per second, and requests in all, as `wrk` counts them; every answer must be a success.
fn wrk(url: &str, token: &str, script: Option<&str>) -> (f64, f64) {
    let header = format!("Authorization: Bearer {token}");
    let output = Command::new("wrk")
        .args(["-t1", "-c", CONNECTIONS, "-d", &format!("{SECONDS}s"), "-H", &header])
        .args(script.map(|path| ["-s", path]).into_iter().flatten())
        .arg(url)
        .output()
        .expect("wrk is there (Debian's package wrk)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{text}");
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("wrk reports").trim();
    let all = text.lines().find_map(|line| line.split_once(" requests in ")).expect("wrk reports").0.trim();
    (rate.parse().unwrap(), all.parse().unwrap())
}

/// Transactions per second of `pgbench`, prepared, with ten times 100,000 rows: `-S` reads one, `-N` changes one and adds one.
fn pgbench(database: &str, kind: &str) -> f64 {
    let run = [kind, "-M", "prepared", "-j", "1", "-c", CONNECTIONS, "-T", SECONDS, database];
    let output = Command::new("pgbench").args(run).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap_or_else(|| panic!("{text}"));
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create_empty());
    let peer = runtime.block_on(TestDatabase::create_empty());
    let data = tempfile::tempdir().unwrap();
    let service = start(data.path().to_str().unwrap(), &database.url());
    let init = Command::new("pgbench").args(["-i", "-q", "-s", "10", &peer.url()]).stderr(Stdio::null()).status();
    assert!(init.unwrap().success());

    let http = reqwest::Client::new();
    let (token, payloads) = runtime.block_on(async {
        let login = serde_json::json!({"identifier": "admin", "password": PASSWORD});
        let answer = http.post(format!("{}/api/auth/login", service.base)).json(&login).send().await.unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        let token = answer["data"]["access_token"].as_str().unwrap().to_owned();
        let mut payloads = Vec::new();
        for path in ["/api/users/1", "/api/users/?per_page=20", "/api/employees/1", "/api/employees/?per_page=20"] {
            let answer = http.get(format!("{}{path}", service.base)).bearer_auth(&token).send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            payloads.push((path, answer.text().await.unwrap()));
        }
        (token, payloads)
    });

    println!("{CONNECTIONS} connections, {SECONDS} s each, median of {ROUNDS} rounds\n");
    println!("Accounts are read through the cache, employees from the database.\n");
    println!("| read | requests/s | bare handler | of bare | pgbench -S | of pgbench | Redis round trips a request |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (path, payload) in payloads {
        let bare = serve_bare(payload);
        let (mut ours, mut theirs, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (before, mut requests) = (redis_round_trips(), 0.0);
        for _ in 0..ROUNDS {
            let (rate, all) = wrk(&format!("{}{path}", service.base), &token, None);
            ours.push(rate);
            requests += all;
            theirs.push(wrk(&bare, &token, None).0);
            rows.push(pgbench(&peer.url(), "-S"));
        }
        let (ours, theirs, rows) = (median(ours), median(theirs), median(rows));
        let trips = (redis_round_trips() - before) / requests;
        let (of_bare, of_rows) = (ours / theirs, ours / rows);
        println!("| `{path}` | {ours:.0} | {theirs:.0} | {of_bare:.2} | {rows:.0} | {of_rows:.2} | {trips:.2} |");
    }
    let script = data.path().join("writes.lua");
    std::fs::write(&script, WRITES).unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(wrk(&format!("{}/api/skills/", service.base), &token, script.to_str()).0);
        theirs.push(pgbench(&peer.url(), "-N"));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("\nWrites of one organization, each with its event in the audit chain, which they take turns at.\n");
    println!("| write | requests/s | pgbench -N | of pgbench |");
    println!("|---|--:|--:|--:|");
    println!("| `POST /api/skills/` | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
}
