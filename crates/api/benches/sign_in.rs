//! What a guesser can read from the time a sign-in takes, and what the owner of an account notices of an attack. Run by
//! `make bench`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    reason = "a report for people, which ends at the first surprise"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use scheduling_postgres::testing::TestDatabase;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
/// Accounts that are guessed at, and names of none.
const ACCOUNTS: u32 = 300;
const ATTACKERS: u32 = 32;
const ATTACK: Duration = Duration::from_secs(10);

struct Service {
    child: Child,
    base: String,
    http: reqwest::Client,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Service {
    fn start(data: &str, database: &str) -> Self {
        let binary = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_hr-scheduling"));
            command.args(arguments).env("HR_DATA_DIR", data).env("DATABASE_URL", database);
            command.env("REDIS_URL", std::env::var("TEST_REDIS_URL").expect("run by `make bench`"));
            command.env("HR_TRUSTED_PROXIES", "127.0.0.1");
            command
        };
        assert!(binary(&["migrate"]).status().unwrap().success());
        let create = ["admin", "create", "--username", "admin", "--email", "admin@example.com", "--password-stdin"];
        let mut admin = binary(&create).stdin(Stdio::piped()).spawn().unwrap();
        admin.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(admin.wait().unwrap().success());
        let mut serve = binary(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base = loop {
            let line = lines.next().expect("the server says where it listens").unwrap();
            if let Some(start) = line.find("http://127.0.0.1:") {
                break line[start..].chars().take_while(|c| !c.is_whitespace()).collect::<String>();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base: base.trim_end_matches('/').to_owned(), http: reqwest::Client::new() }
    }

    /// Signs in from the `address`-th of many addresses; answers the status, how long it took, and the body.
    async fn sign_in(&self, identifier: &str, password: &str, address: u32) -> (StatusCode, Duration, Value) {
        let started = Instant::now();
        let answer = self
            .http
            .post(format!("{}/api/auth/login", self.base))
            .header("x-forwarded-for", std::net::Ipv4Addr::from_bits(0x0b00_0000 + address).to_string())
            .json(&json!({ "identifier": identifier, "password": password }))
            .send()
            .await
            .unwrap();
        let (status, took) = (answer.status(), started.elapsed());
        (status, took, answer.json().await.unwrap())
    }

    async fn add_accounts(&self) {
        let (_, _, answer) = self.sign_in("admin", PASSWORD, 0).await;
        let token = answer["data"]["access_token"].as_str().unwrap().to_owned();
        for number in 0..ACCOUNTS {
            let name = format!("person{number}");
            let body = json!({ "username": name, "email": format!("{name}@example.com"), "password": PASSWORD });
            let answer = self.http.post(format!("{}/api/users/", self.base)).bearer_auth(&token).json(&body);
            assert_eq!(answer.send().await.unwrap().status(), StatusCode::CREATED);
        }
    }
}

/// The largest distance between the distributions of two samples (Kolmogorov and Smirnov), and the distance that two samples
/// of one distribution pass once in twenty times.
fn distance(one: &mut [f64], other: &mut [f64]) -> (f64, f64) {
    one.sort_by(f64::total_cmp);
    other.sort_by(f64::total_cmp);
    let share =
        |sample: &[f64], limit: f64| sample.partition_point(|value| *value <= limit) as f64 / sample.len() as f64;
    let largest = one.iter().chain(other.iter()).map(|limit| (share(one, *limit) - share(other, *limit)).abs());
    let (n, m) = (one.len() as f64, other.len() as f64);
    (largest.fold(0.0, f64::max), 1.358 * ((n + m) / (n * m)).sqrt())
}

fn percentile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// Wrong passwords at accounts that exist and at names of none, in turns.
async fn compare_known_and_unknown(service: &Service) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..2 {
        for number in 0..ACCOUNTS {
            let address = 1 + round * ACCOUNTS + number;
            let order = if number % 2 == 0 { ["person", "nobody"] } else { ["nobody", "person"] };
            for name in order {
                let (status, took, _) = service.sign_in(&format!("{name}{number}"), "a guess", address).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED);
                let sample = if name == "person" { &mut known } else { &mut unknown };
                sample.push(took.as_secs_f64() * 1_000.0);
            }
        }
    }
    let (distance, critical) = distance(&mut known, &mut unknown);
    println!("| wrong password | p50 ms | p90 ms | p99 ms |\n|---|--:|--:|--:|");
    for (name, sample) in [("known account", &known), ("unknown account", &unknown)] {
        let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|share| percentile(sample, share));
        println!("| {name} | {p50:.1} | {p90:.1} | {p99:.1} |");
    }
    let ratio = percentile(&known, 0.5) / percentile(&unknown, 0.5);
    println!(
        "\nmedian of known to unknown: {ratio:.3}; Kolmogorov-Smirnov distance {distance:.3}, of which {critical:.3}"
    );
    println!("is passed once in twenty times by samples of one distribution\n");
}

/// Guesses at one account and a spray over all, from ever new addresses, while its owner signs in again and again.
async fn sign_in_under_attack(service: &Arc<Service>) {
    let (stop, sent, looked_at) = (Arc::new(AtomicBool::new(false)), AtomicU32::new(1_000), AtomicU64::new(0));
    let (sent, looked_at) = (Arc::new(sent), Arc::new(looked_at));
    let attackers: Vec<_> = (0..ATTACKERS)
        .map(|attacker| {
            let (service, stop) = (Arc::clone(service), Arc::clone(&stop));
            let (sent, looked_at) = (Arc::clone(&sent), Arc::clone(&looked_at));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let number = sent.fetch_add(1, Ordering::Relaxed);
                    let is_spray = attacker % 2 == 0;
                    let name = if is_spray { format!("person{}", number % ACCOUNTS) } else { "admin".to_owned() };
                    let (status, ..) = service.sign_in(&name, "a guess", number).await;
                    if status == StatusCode::UNAUTHORIZED && !is_spray {
                        looked_at.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    let (started, mut took) = (Instant::now(), Vec::new());
    while started.elapsed() < ATTACK {
        let (status, time, _) = service.sign_in("admin", PASSWORD, 0).await;
        assert_eq!(status, StatusCode::OK, "the owner gets in");
        took.push(time.as_secs_f64() * 1_000.0);
    }
    stop.store(true, Ordering::Relaxed);
    for attacker in attackers {
        attacker.await.unwrap();
    }
    took.sort_by(f64::total_cmp);
    let rate = f64::from(sent.load(Ordering::Relaxed) - 1_000) / ATTACK.as_secs_f64();
    let looked_at = looked_at.load(Ordering::Relaxed);
    println!("under {rate:.0} guesses a second, of which {looked_at} at the owner's account were looked at:");
    let [p50, p99] = [0.5, 0.99].map(|share| percentile(&took, share));
    println!("the owner signs in within {p50:.0} ms (p50), {p99:.0} ms (p99); the bar is 1000 ms");
    assert!(looked_at <= 10);
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create_empty());
    let data = tempfile::tempdir().unwrap();
    let service = Arc::new(Service::start(data.path().to_str().unwrap(), &database.url()));
    runtime.block_on(async {
        service.add_accounts().await;
        compare_known_and_unknown(&service).await;
        sign_in_under_attack(&service).await;
    });
}
