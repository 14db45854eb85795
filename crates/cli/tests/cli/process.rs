//! The `reporunner` that this test run built, as a child process.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_reporunner");

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A data folder that goes with the test.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    data: PathBuf,
}

/// What a command gave.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        Self { folder, data }
    }

    /// The same with the data elsewhere.
    pub(crate) fn with_data_at(data: PathBuf) -> Self {
        Self { data, ..Self::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path of text").to_owned()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        command.env("REPORUNNER_DATA", self.data()).env_remove("REPORUNNER_LOG");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Self::ran(self.command().args(arguments))
    }

    /// The same with all that is logged on standard error.
    pub(crate) fn run_logging(&self, arguments: &[&str]) -> Ran {
        Self::ran(self.command().args(arguments).env("REPORUNNER_LOG", "info"))
    }

    fn ran(command: &mut Command) -> Ran {
        let output = command.output().expect("the binary starts");
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts `serve` on free ports, without waiting for anything.
    pub(crate) fn spawn_serve(&self) -> Child {
        self.command()
            .args(["serve", "--port", "0", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts")
    }

    /// What `serve` says for people where another one has the folder; it is ended again.
    pub(crate) fn second_serve(&self) -> String {
        let mut command = self.command();
        command.args(["serve", "--port", "0"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        let said: Vec<_> = out.lines().take(3).map(|line| line.expect("text")).collect();
        child.kill().expect("it runs");
        child.wait().expect("it ended");
        said.join("\n")
    }

    /// Starts `serve` on free ports and waits until it listens.
    pub(crate) fn serve(&self) -> Serve {
        let mut child = self.spawn_serve();
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        if line.is_empty() {
            let mut why = String::new();
            child.stderr.take().expect("it is piped").read_to_string(&mut why).expect("text");
            panic!("serve did not start: {why}");
        }
        let said: Value = serde_json::from_str(&line).expect("one line of JSON");
        let link = said["link"].as_str().expect("a link").to_owned();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut serve = Serve { child, runtime, socket: None, next: 0 };
        serve.connect(&link);
        serve
    }
}

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A running `serve` with a connection to it, as a browser has one.
pub(crate) struct Serve {
    pub(crate) child: Child,
    runtime: tokio::runtime::Runtime,
    socket: Option<Socket>,
    next: u64,
}

impl Serve {
    fn connect(&mut self, link: &str) {
        let socket = self.runtime.block_on(async {
            let client = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client");
            let entered = client.get(link).send().await.expect("an answer");
            assert_eq!(entered.status(), 303, "the link lets in");
            let cookie = entered.headers()["set-cookie"].to_str().expect("text");
            let cookie = cookie.split(';').next().expect("a pair").to_owned();
            let address = link.split("/?").next().expect("a base").replace("http://", "ws://");
            let mut request = format!("{address}/rpc").into_client_request().expect("a request");
            request.headers_mut().insert("cookie", cookie.parse().expect("a header"));
            tokio_tungstenite::connect_async(request).await.expect("a socket").0
        });
        self.socket = Some(socket);
    }

    /// Asks one command and gives its reply; fails where it failed.
    #[track_caller]
    pub(crate) fn ask(&mut self, request: Value) -> Value {
        self.outcome(request).expect("a reply").expect("it works")
    }

    /// Asks one command and gives its reply or its failure. None where the server went away.
    pub(crate) fn outcome(&mut self, request: Value) -> Option<Result<Value, Value>> {
        let id = self.send(request)?;
        loop {
            let (answered, outcome) = self.receive()?;
            if answered == id {
                return Some(outcome);
            }
        }
    }

    /// Asks without waiting; gives the number that the answer will have.
    pub(crate) fn send(&mut self, request: Value) -> Option<u64> {
        self.next += 1;
        let id = self.next;
        let socket = self.socket.as_mut().expect("it is connected");
        let text = json!({ "id": id, "request": request }).to_string();
        self.runtime.block_on(async { socket.send(Message::text(text)).await.ok() })?;
        Some(id)
    }

    /// The next answer with its number. None where there comes none any more.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Option<(u64, Result<Value, Value>)> {
        let socket = self.socket.as_mut().expect("it is connected");
        let answer = async {
            loop {
                let Message::Text(text) = socket.next().await?.ok()? else { continue };
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                let id = frame["id"].as_u64().unwrap_or_default();
                match frame["kind"].as_str() {
                    Some("reply") => return Some((id, Ok(frame["reply"].clone()))),
                    Some("failure") => return Some((id, Err(frame["failure"].clone()))),
                    _ => {}
                }
            }
        };
        self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, answer).await.expect("an answer in time")
        })
    }

    /// Waits until a run of this workflow is over, and gives its summary.
    #[track_caller]
    pub(crate) fn ended_run(&mut self, workflow: &str) -> Value {
        let socket = self.socket.as_mut().expect("it is connected");
        let ended = async {
            loop {
                let message = socket.next().await.expect("it lives on").expect("a message");
                let Message::Text(text) = message else { continue };
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                let run = &frame["event"]["run"];
                let is_over = ["succeeded", "failed", "cancelled"].map(Value::from);
                if run["workflow"] == workflow && is_over.contains(&run["status"]) {
                    return run.clone();
                }
            }
        };
        self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, ended).await.expect("a run that ends in time")
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process the hard way, at once.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // One that ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts JSON and gives status and body.
#[track_caller]
pub(crate) fn post(url: &str, body: &Value) -> (u16, Value) {
    try_post(url, body).expect("an answer")
}

/// Posts JSON and gives status and body. None where no answer came.
pub(crate) fn try_post(url: &str, body: &Value) -> Option<(u16, Value)> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let answer = reqwest::Client::new()
            .post(url)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    })
}
