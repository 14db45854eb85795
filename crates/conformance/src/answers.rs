//! The server that answers the requests of cases in place of the services they are meant for.
//!
//! It listens on loopback and speaks real HTTP: the product's own client sends, only the address
//! is another. What it answers is the case's to say; it knows no service.

mod recorded;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use reporunner_net::{Client, ListenOptions, Reach, Server, ServerRequest, ServerResponse, plain};
use serde_json::{Value, json};

use recorded::Recorded;

/// Largest body that is read, bytes.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// The server, and what it is asked in the case under way.
pub(crate) struct Answers {
    state: Arc<Mutex<State>>,
    port: u16,
}

#[derive(Default)]
struct State {
    script: Script,
    seen: Vec<Value>,
}

/// What requests are answered with.
#[derive(Default)]
enum Script {
    /// Nothing: no request is expected.
    #[default]
    Nothing,
    /// This, whatever is asked.
    Always(ServerResponse),
    /// What was recorded for each.
    Recorded(Recorded),
}

impl Answers {
    /// Starts to listen.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let server = Server::bind(0, ListenOptions::default())
            .await
            .context("no port for the server that answers requests")?;
        let port = server.port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let router = plain(BODY_BYTES, move |request| {
            let answer = answer(&mut lock(&shared), &request, port);
            async { answer }
        });
        tokio::spawn(server.serve(router, std::future::pending()));
        Ok(Self { state, port })
    }

    /// A client whose requests come here.
    pub(crate) fn client(&self, reach: Reach) -> Client {
        Client::answered_at(self.port, reach)
    }

    /// Answers from now on as `case` says; where every request has the same answer, that is
    /// `always`.
    pub(crate) fn begin(&self, case: &Value, always: Option<&Value>) {
        let script = match &case["http"] {
            Value::Array(recorded) => Script::Recorded(Recorded::new(recorded)),
            Value::Object(_) => Script::Always(recorded::json_answer(200, always)),
            _ => Script::Nothing,
        };
        *lock(&self.state) = State { script, seen: Vec::new() };
    }

    /// What was asked since, in order.
    pub(crate) fn take(&self) -> Vec<Value> {
        std::mem::take(&mut lock(&self.state).seen)
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &mut State, request: &ServerRequest, port: u16) -> ServerResponse {
    let asked = Asked::read(request, port);
    state.seen.push(asked.to_json());
    match &mut state.script {
        Script::Always(answer) => answer.clone(),
        Script::Recorded(recorded) => recorded.answer(&asked),
        Script::Nothing => unexpected(),
    }
}

/// The answer where none is known.
fn unexpected() -> ServerResponse {
    let body = "no answer is recorded for this request\n";
    ServerResponse { status: 501, body: body.into(), ..ServerResponse::default() }
}

/// A request as a case speaks of it.
struct Asked {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Asked {
    fn read(request: &ServerRequest, port: u16) -> Self {
        let forwarded = request.headers.iter().rfind(|(name, _)| name == "forwarded");
        let meant = forwarded.map_or("", |(_, value)| value.as_str());
        let part = |name: &str| {
            let mut parts = meant.split(';').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim_matches('"'))
        };
        // A request that names its host itself is meant for that one.
        let ours = format!("127.0.0.1:{port}");
        let host = request.header("host").filter(|host| *host != ours);
        let host = host.unwrap_or_else(|| part("host"));
        let mut url = format!("{}://{host}{}", part("proto"), request.path);
        if !request.query.is_empty() {
            url.push('?');
            url.push_str(&request.query);
        }
        let is_ours = |name: &str| matches!(name, "forwarded" | "host" | "content-length");
        let headers = request.headers.iter().filter(|(name, _)| !is_ours(name)).cloned();
        // Text stays text, also where it could be read as a JSON number.
        let text = String::from_utf8_lossy(&request.body);
        let body = serde_json::from_str(&text).ok();
        let body = body.filter(|body: &Value| body.is_object() || body.is_array());
        Self {
            method: request.method.clone(),
            url,
            headers: headers.collect(),
            body: body.unwrap_or_else(|| Value::String(text.into_owned())),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn to_json(&self) -> Value {
        let headers = self.headers.iter().cloned().map(|(name, value)| (name, json!(value)));
        let headers = Value::Object(headers.collect());
        json!({ "method": self.method, "url": self.url, "body": self.body, "headers": headers })
    }
}
