use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An HTTP client with a bearer token, if it signed in.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// Status, headers and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    pub(crate) fn data(&self) -> &Value {
        &self.body["data"]
    }

    pub(crate) fn id(&self) -> i64 {
        self.body["data"]["id"].as_i64().unwrap_or_else(|| panic!("no id in {:#}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The pointers of its faults, in order.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        self.body["errors"]
            .as_array()
            .map_or_else(Vec::new, |errors| errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect())
    }
}

impl Client {
    pub(crate) fn anonymous(base: &str) -> Self {
        // The server closes what was idle for five seconds, which must not meet a request on its way.
        let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().unwrap();
        Self { http, base: base.to_owned(), token: None }
    }

    pub(crate) async fn sign_in(base: &str, identifier: &str, password: &str) -> Self {
        let client = Self::anonymous(base);
        let login = json!({"identifier": identifier, "password": password});
        let answer = client.post("/api/auth/login", &login).await.expect(200);
        client.with_token(answer.data()["access_token"].as_str().unwrap())
    }

    /// Signs in as a browser does; answers the cookie and the token for writes.
    pub(crate) async fn open_session(&self, identifier: &str, password: &str) -> (String, String) {
        let login = json!({"identifier": identifier, "password": password});
        let opened = self.post("/api/auth/session", &login).await.expect(201);
        let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
        (cookie, opened.data()["csrf_token"].as_str().unwrap().to_owned())
    }

    /// Asks as a browser does, with a cookie.
    pub(crate) async fn get_with_cookie(&self, path: &str, cookie: &str) -> Answer {
        Self::send(self.request(Method::GET, path).header("Cookie", cookie)).await
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base)).header("Accept-Language", "en");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: not JSON: {text}"))
        };
        Answer { status, headers, body }
    }

    /// Asks for it again and again until it is so; answers what it is then.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            let found = self.get(path).await.expect(200).data().clone();
            if is_so(&found) {
                return found;
            }
            assert!(Instant::now() < deadline, "{found:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// An empty schedule of the demonstration company, for the first day of a team's demand.
    pub(crate) async fn schedule_of_a_day(&self) -> i64 {
        let demand = self.get("/api/demands/").await.expect(200).data()[0].clone();
        let (team, first) = (&demand["team_id"], &demand["valid_from"]);
        let schedule = json!({"team_id": team, "starts_on": first, "ends_on": first});
        self.post("/api/schedules/", &schedule).await.expect(201).id()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, if_match: Option<&str>, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).json(body);
        Self::send(match if_match {
            Some(tag) => request.header("If-Match", tag),
            None => request,
        })
        .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path)).await
    }
}
