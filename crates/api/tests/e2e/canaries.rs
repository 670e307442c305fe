//! Secrets go through every flow, and are found in nothing that others read: no log line at any level, no error report or
//! trace, no metric, no answer that refuses, no cache.

mod watch;

use reqwest::Method;
use serde_json::{Value, json};
use watch::{RedisMonitor, envelopes};

use crate::support::{ADMIN_PASSWORD, Answer, Backend, Client, StandIn, on_each_backend};

const PASSWORD: &str = "canary-password-6d0f2b7719";
const NEXT_PASSWORD: &str = "canary-password-after-it-41c8";
const WRONG_PASSWORD: &str = "canary-password-mistyped-90aa";
const STRAY_TOKEN: &str = "canary-token-astray-7be2";
const DATABASE_PASSWORD: &str = "canary-database-password-03d5";
const REDIS_PASSWORD: &str = "canary-redis-password-8f4e";
const SIGNING_KEY: &str = "canary-signing-key-2c6e0b9d5f1a48e7";
/// Reports name their project by it, so it is looked for elsewhere.
const SENTRY_KEY: &str = "5e417ca9a7c64d0c8d1f37a2b6e09c11";
const EMAIL: &str = "canary.e4711@mail.example";
const PHONE: &str = "+8613900471100";

/// Whether a value opens something, or is about somebody: people's data may stand in a cache, under a key that is not it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Secret,
    Personal,
}

/// What must not be found, and the refusals in which it is looked for.
struct Flows {
    anonymous: Client,
    admin: Client,
    canaries: Vec<(Kind, String)>,
    refusals: Vec<Answer>,
}

impl Flows {
    async fn begin(anonymous: Client) -> Self {
        let secrets = [
            ADMIN_PASSWORD,
            PASSWORD,
            NEXT_PASSWORD,
            WRONG_PASSWORD,
            STRAY_TOKEN,
            DATABASE_PASSWORD,
            REDIS_PASSWORD,
            SIGNING_KEY,
            SENTRY_KEY,
            "$argon2id$",
        ];
        let secrets = secrets.map(|text| (Kind::Secret, text.to_owned()));
        let canaries = [&secrets[..], &[EMAIL, PHONE].map(|text| (Kind::Personal, text.to_owned()))].concat();
        let mut flows = Self { admin: anonymous.clone(), anonymous, canaries, refusals: Vec::new() };
        flows.admin = flows.sign_in("admin", ADMIN_PASSWORD).await.0;
        flows
    }

    fn secret(&mut self, text: &str) {
        assert!(text.len() >= 16, "{text:?} would be found by chance");
        self.canaries.push((Kind::Secret, text.to_owned()));
    }

    /// Keeps a refusal, to be searched.
    fn refused(&mut self, answer: Answer) {
        assert!(answer.status >= 400, "{:#}", answer.body);
        self.refusals.push(answer);
    }

    async fn post(&mut self, client: &Client, path: &str, body: &Value) {
        let answer = client.post(path, body).await;
        self.refused(answer);
    }

    /// A signed-in client and its refresh token; both tokens are canaries from now on.
    async fn sign_in(&mut self, identifier: &str, password: &str) -> (Client, String) {
        let login = json!({"identifier": identifier, "password": password, "remember_me": true});
        let answer = self.anonymous.post("/api/auth/login", &login).await.expect(200);
        self.tokens(&answer)
    }

    fn tokens(&mut self, answer: &Answer) -> (Client, String) {
        let [access, refresh] =
            ["access_token", "refresh_token"].map(|name| answer.data()[name].as_str().unwrap().to_owned());
        // What makes them secret is their last part.
        for token in [&access, &refresh] {
            self.secret(token.rsplit('.').next().unwrap());
        }
        (self.anonymous.with_token(&access), refresh)
    }

    /// An account signs in, fails to, refreshes, is robbed, changes its password, signs out.
    async fn accounts(&mut self) {
        let admin = self.admin.clone();
        let account = json!({"username": "canary", "email": EMAIL, "password": PASSWORD, "full_name": "Canary"});
        let id = admin.post("/api/users/", &account).await.expect(201).id();
        self.post(&admin, "/api/users/", &account).await;
        let (canary, refresh) = self.sign_in(EMAIL, PASSWORD).await;
        self.post(&canary, "/api/users/", &account).await;
        let anonymous = self.anonymous.clone();
        for identifier in [EMAIL, "nobody", PASSWORD] {
            let login = json!({"identifier": identifier, "password": WRONG_PASSWORD});
            self.post(&anonymous, "/api/auth/login", &login).await;
        }

        let old = json!({"refresh_token": refresh});
        let answer = anonymous.post("/api/auth/refresh", &old).await.expect(200);
        let (_, refresh) = self.tokens(&answer);
        let answer = anonymous.post("/api/auth/refresh", &json!({"refresh_token": refresh})).await.expect(200);
        self.tokens(&answer);
        self.post(&anonymous, "/api/auth/refresh", &old).await;
        let ended = canary.get("/api/auth/me").await;
        self.refused(ended);
        let (canary, _) = self.sign_in(EMAIL, PASSWORD).await;
        self.post(&anonymous, "/api/auth/refresh", &json!({"refresh_token": STRAY_TOKEN})).await;

        let path = format!("/api/users/{id}");
        let wrong = json!({"password": NEXT_PASSWORD, "current_password": WRONG_PASSWORD});
        let refused = canary.patch(&path, None, &wrong).await;
        self.refused(refused);
        let change = json!({"password": NEXT_PASSWORD, "current_password": PASSWORD});
        canary.patch(&path, None, &change).await.expect(200);
        let ended = canary.get("/api/auth/me").await;
        self.refused(ended);
        let (canary, refresh) = self.sign_in("canary", NEXT_PASSWORD).await;
        canary.post("/api/auth/logout", &json!({"refresh_token": refresh})).await.expect(200);
        admin.patch(&path, None, &json!({"is_active": false})).await.expect(200);
        self.post(&anonymous, "/api/auth/login", &json!({"identifier": EMAIL, "password": NEXT_PASSWORD})).await;
    }

    /// A browser signs in and out, an integration gets a key, a second factor is set up.
    async fn other_ways_in(&mut self) {
        let (anonymous, admin) = (self.anonymous.clone(), self.admin.clone());
        let (cookie, csrf_token) = anonymous.open_session("admin", ADMIN_PASSWORD).await;
        self.secret(cookie.split_once('=').unwrap().1);
        self.secret(&csrf_token);
        anonymous.get_with_cookie("/api/auth/me", &cookie).await.expect(200);
        let write = |name: &'static str, token: &str| {
            let request = anonymous
                .request(Method::POST, "/api/skills/")
                .header("Cookie", &cookie)
                .header("Sec-Fetch-Site", "same-origin");
            Client::send(request.header("X-CSRF-Token", token).json(&json!({"name": name})))
        };
        write("Written in a browser", &csrf_token).await.expect(201);
        let forged = write("Forged", STRAY_TOKEN).await;
        self.refused(forged);
        let close = anonymous.request(Method::DELETE, "/api/auth/session").header("Cookie", &cookie);
        let close = close.header("Sec-Fetch-Site", "same-origin");
        Client::send(close.header("X-CSRF-Token", &csrf_token)).await.expect(200);
        let ended = anonymous.get_with_cookie("/api/auth/me", &cookie).await;
        self.refused(ended);

        let expires_at = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
        let key = json!({"name": "Payroll", "scopes": ["reference:read"], "expires_at": expires_at});
        let key = admin.post("/api/api-keys/", &key).await.expect(201);
        let secret = key.data()["secret"].as_str().unwrap().to_owned();
        self.secret(secret.rsplit('.').next().unwrap());
        let integration = anonymous.with_token(&secret);
        integration.get("/api/sites/").await.expect(200);
        self.post(&integration, "/api/skills/", &json!({"name": "Beyond its scope"})).await;
        admin.delete(&format!("/api/api-keys/{}", key.id())).await.expect(204);
        let revoked = integration.get("/api/sites/").await;
        self.refused(revoked);

        let enrolment = admin.post("/api/auth/totp/", &json!({"password": ADMIN_PASSWORD})).await.expect(200);
        self.secret(enrolment.data()["secret"].as_str().unwrap());
        self.post(&admin, "/api/auth/totp/confirm", &json!({"code": "000000"})).await;
        self.post(&admin, "/api/auth/totp/", &json!({"password": WRONG_PASSWORD})).await;
    }

    /// A person with an address and a telephone is written, read, changed, and written wrongly.
    async fn people(&mut self) {
        let admin = self.admin.clone();
        let site = json!({"name": "Site", "time_zone": "Asia/Shanghai"});
        let site = admin.post("/api/sites/", &site).await.expect(201).id();
        let team = json!({"name": "Team", "site_id": site});
        let team = admin.post("/api/teams/", &team).await.expect(201).id();
        let person = json!({
            "number": "E-1", "full_name": "Person", "email": EMAIL, "phone": PHONE, "team_id": team,
            "hired_on": "2026-01-01",
        });
        let created = admin.post("/api/employees/", &person).await.expect(201);
        let path = format!("/api/employees/{}", created.id());
        admin.patch(&path, None, &json!({"phone": PHONE, "email": EMAIL})).await.expect(200);
        admin.get("/api/employees/?search=Person").await.expect(200);
        self.post(&admin, "/api/employees/", &person).await;
        let mut wrong = person.clone();
        wrong["email"] = json!([EMAIL]);
        wrong["phone"] = json!(PHONE.repeat(5));
        self.post(&admin, "/api/employees/", &wrong).await;
        let refused = admin.patch(&path, Some("\"99\""), &json!({"phone": PHONE})).await;
        self.refused(refused);
    }

    /// Secrets where they do not belong.
    async fn mistakes(&mut self) {
        let anonymous = self.anonymous.clone();
        let login = |body: String, kind: &'static str| {
            Client::send(anonymous.request(Method::POST, "/api/auth/login").header("Content-Type", kind).body(body))
        };
        let json = "application/json";
        let long = format!("{{\"identifier\": \"{}\", \"password\": \"{PASSWORD}\"}}", PASSWORD.repeat(50_000));
        for answer in [
            login(format!("{{\"identifier\": \"{EMAIL}\", \"password\": \"{PASSWORD}\""), json).await,
            login(format!("{{\"identifier\": \"{EMAIL}\", \"password\": [\"{PASSWORD}\"]}}"), json).await,
            login(format!("{{\"password\": \"{PASSWORD}\", \"pin\": \"{STRAY_TOKEN}\"}}"), json).await,
            login(format!("\"{PASSWORD}\""), json).await,
            login(format!("identifier={EMAIL}&password={PASSWORD}"), "application/x-www-form-urlencoded").await,
            login(long, json).await,
        ] {
            self.refused(answer);
        }
        let admin = self.admin.clone();
        for query in [format!("token={STRAY_TOKEN}"), format!("page={PASSWORD}"), format!("role={EMAIL}")] {
            let answer = admin.get(&format!("/api/users/?{query}")).await;
            self.refused(answer);
        }
        for value in [format!("Bearer {STRAY_TOKEN}"), format!("Basic {PASSWORD}"), STRAY_TOKEN.to_owned()] {
            let request = anonymous.request(Method::GET, "/api/auth/me").header("Authorization", value);
            let request = request
                .header("Cookie", format!("hr_session={STRAY_TOKEN}"))
                .header("X-CSRF-Token", STRAY_TOKEN)
                .header("Referer", format!("https://hr.example/?token={STRAY_TOKEN}"))
                .header("User-Agent", STRAY_TOKEN)
                .header("X-Organization", STRAY_TOKEN);
            self.refused(Client::send(request).await);
        }
        // Only whoever wrote such a path reads it again.
        for path in [format!("/api/users/{STRAY_TOKEN}"), format!("/reset/{STRAY_TOKEN}?token={STRAY_TOKEN}")] {
            admin.get(&path).await.expect(404);
        }
        admin.get("/api/line%0D%0A%7B%22level%22:60%7D").await.expect(404);
    }

    /// The database refuses a person with a telephone, and its message quotes the row.
    async fn failures(&mut self, backend: &Backend) -> bool {
        let Some(database) = backend.database() else { return false };
        database.execute("ALTER TABLE employees ADD CONSTRAINT no_phone CHECK (phone IS NULL) NOT VALID").await;
        let admin = self.admin.clone();
        let team = admin.get("/api/teams/").await.expect(200).data()[0]["id"].clone();
        let person = json!({
            "number": "E-2", "full_name": "Person", "email": EMAIL, "phone": PHONE, "team_id": team,
            "hired_on": "2026-01-01",
        });
        let answer = admin.post("/api/employees/", &person).await.expect(500);
        self.refused(answer);
        true
    }

    /// Looks for each canary as text, and as the list of bytes that `Debug` makes of it.
    fn search(&self, place: &str, text: &str, kinds: &[Kind]) {
        for (_, canary) in self.canaries.iter().filter(|(kind, _)| kinds.contains(kind)) {
            let bytes = format!("{:?}", canary.as_bytes());
            for form in [canary.as_str(), bytes.trim_matches(['[', ']'])] {
                if let Some(line) = text.lines().find(|line| line.contains(form)) {
                    panic!("{canary} is in {place}: {line}");
                }
            }
        }
    }
}

const ALL: [Kind; 2] = [Kind::Secret, Kind::Personal];

/// What the commands say about themselves, on a configuration full of secrets.
fn commands(backend: &Backend) -> String {
    let people = format!("number,full_name,team,hired_on,email,phone\nE-7,Seven,Team,2026-01-01,{EMAIL},{PHONE}\n");
    let wrong = format!("{people}E-7,Seven,No team,2026-99-01,{EMAIL}{EMAIL},{}\n", PHONE.repeat(4));
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("people.csv");
    [people, wrong]
        .map(|text| {
            std::fs::write(&path, text).unwrap();
            backend.command(&["import", "employees", path.to_str().unwrap(), "--dry-run"]).run()
        })
        .into_iter()
        .chain([backend.command(&["config", "show"]).run(), backend.command(&["migrate"]).run()])
        .map(|finished| finished.stdout() + &finished.stderr())
        .collect()
}

async fn secrets_are_found_nowhere(backend: Backend) {
    let sentry = StandIn::start();
    let redis = RedisMonitor::start(&backend, "canary", REDIS_PASSWORD);
    let mut backend = backend
        .with("HR_LOG", "trace")
        .with("HR_LOG_FORMAT", "json")
        .with("JWT_SECRET_KEY", SIGNING_KEY)
        .with("SENTRY_DSN", format!("http://{SENTRY_KEY}@{}/1", sentry.address))
        .with("HR_SENTRY_TRACES_SAMPLE_RATE", "1");
    if let Some(url) =
        backend.setting("DATABASE_URL").map(|url| url.replacen(":hr_test@", &format!(":{DATABASE_PASSWORD}@"), 1))
    {
        assert!(url.contains(DATABASE_PASSWORD));
        backend = backend.with("DATABASE_URL", url);
    }
    if let Some(redis) = &redis {
        backend = backend.with("REDIS_URL", redis.url.clone());
    }
    backend.prepare();
    let server = backend.serve();
    let mut flows = Flows::begin(server.anonymous()).await;
    flows.accounts().await;
    flows.other_ways_in().await;
    flows.people().await;
    flows.mistakes().await;
    let said = commands(&backend);
    let has_failed = flows.failures(&backend).await;
    let metrics = reqwest::get(format!("{}/metrics", server.base)).await.unwrap().text().await.unwrap();
    let log = server.stop();

    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line["level"].is_u64()), "not a line: {line}");
    }
    assert!(log.contains("\"route\":\"/api/auth/login\"") && log.contains("wrong_credentials"));
    flows.search("the log", &log, &ALL);
    assert!(metrics.contains("http_requests_total{endpoint=\"/api/auth/login\""), "{metrics}");
    flows.search("the metrics", &metrics, &ALL);
    assert!(said.contains("jwt.secret_key") && said.contains("there is no team"), "{said}");
    flows.search("what commands say", &said, &ALL);
    for refusal in &flows.refusals {
        flows.search("a refusal", &format!("{:?}\n{}", refusal.headers, refusal.body), &ALL);
    }

    let (errors, others) = envelopes(&sentry);
    assert_eq!(errors.len(), usize::from(has_failed), "{errors:#?}");
    assert!(others.iter().any(|report| report.contains("\"transaction\"")), "no trace came");
    let reports = [errors, others].concat().concat().replace(SENTRY_KEY, "");
    flows.search("a report", &reports, &ALL);

    if let Some(redis) = redis {
        let commands = redis.stop();
        flows.search("a command of Redis", &commands.concat(), &[Kind::Secret]);
        let keys: Vec<&str> = commands.iter().filter_map(|command| command.split('"').nth(3)).collect();
        flows.search("a key of Redis", &keys.join("\n"), &ALL);
    }
}

on_each_backend!(secrets_are_found_nowhere);
