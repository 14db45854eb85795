//! A live workflow on a real app, and callers without a library's ideas of what a request is.

use std::sync::Arc;

use reporunner_app::{Answer, Host, Stay, ask, connect};
use reporunner_model::{
    Edge, EdgeKey, Edit, EditBatch, EditId, Node, NodeId, Point, TypeName, WorkflowId,
};
use reporunner_protocol::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An app on a folder of its own, with webhooks at a free port.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) answer: Arc<dyn Answer>,
    pub(crate) port: u16,
}

/// A node of a workflow in a test: id, type, version, parameters.
pub(crate) type Step = (&'static str, &'static str, &'static str, Value);

/// What a caller got.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Every value of a header.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::on(Host::machine()).await
    }

    pub(crate) async fn on(host: Host) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::at(folder, host).await
    }

    /// Does something while the data folder is away, which refuses as a full disk does.
    pub(crate) async fn without_disk<T>(&self, action: impl Future<Output = T>) -> T {
        let (folder, away) = (self.folder.path(), self.folder.path().with_extension("away"));
        std::fs::rename(folder, &away).expect("it moves");
        let done = action.await;
        // Some of its folders may have been made anew meanwhile.
        let _ = std::fs::remove_dir_all(folder);
        std::fs::rename(&away, folder).expect("it comes back");
        done
    }

    /// How many files of items lie on the disk.
    pub(crate) fn files_on_disk(&self) -> usize {
        let list = |folder: &std::path::Path| -> Vec<_> {
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|at| at.path()).collect()
        };
        list(&self.folder.path().join("binaries")).iter().map(|at| list(at).len()).sum()
    }

    /// The same after a restart.
    pub(crate) async fn again(self) -> Self {
        self.answer.close().await;
        Self::at(self.folder, Host::machine()).await
    }

    async fn at(folder: TempDir, host: Host) -> Self {
        let answer = connect(folder.path(), host, Stay::Long).await.expect("the folder opens");
        let mut desk = Self { folder, answer, port: 0 };
        let mut settings = desk.ask(GetSettings {}).await;
        settings.webhook_port = 0;
        desk.ask(SetSettings { settings }).await;
        let base = desk.ask(Hello {}).await.webhook_base.expect("it listens");
        desk.port = base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        desk
    }

    pub(crate) async fn ask<C: Command>(&self, command: C) -> C::Reply {
        ask(&*self.answer, command)
            .await
            .unwrap_or_else(|failure| panic!("{}: {failure:?}", C::NAME))
    }

    /// A workflow of these steps, each wired to the next.
    pub(crate) async fn draw(&self, steps: Vec<Step>) -> WorkflowId {
        let id = self.ask(CreateWorkflow { name: "Hook".to_owned() }).await;
        let mut edits = Vec::new();
        let mut before: Option<&str> = None;
        for (at, (name, kind, version, params)) in steps.into_iter().enumerate() {
            let mut node = Node::new(NodeId::new(name), TypeName::new(kind), version, name);
            node.position = Point::new(300.0 * at as f64, 0.0);
            if let Value::Object(mut params) = params {
                if params.remove("retry") == Some(json!(true)) {
                    node.flags.retry_on_fail = true;
                    node.flags.max_tries = Some(5);
                    node.flags.wait_between_tries = Some(5_000);
                }
                node.params = params;
            }
            edits.push(Edit::AddNode { node: Box::new(node) });
            if let Some(before) = before.replace(name) {
                let key = EdgeKey::main(NodeId::new(before), 0, NodeId::new(name), 0);
                edits.push(Edit::Connect { key, edge: Edge::default() });
            }
        }
        self.edit(&id, edits).await;
        id
    }

    pub(crate) async fn edit(&self, id: &WorkflowId, edits: Vec<Edit>) {
        let batch = EditBatch {
            id: EditId::new(format!("{:?}", std::time::Instant::now())),
            label: "Draw".to_owned(),
            edits,
            author: None,
        };
        self.ask(EditWorkflow { id: id.clone(), batch }).await;
    }

    /// The same, live.
    pub(crate) async fn live(&self, steps: Vec<Step>) -> WorkflowId {
        let id = self.draw(steps).await;
        let state = self.ask(SetLive { id: id.clone(), live: true }).await;
        assert_eq!(state.trouble, None);
        id
    }

    /// Sends a request: its first line without the version, its headers, its body.
    pub(crate) async fn call(&self, line: &str, headers: &[&str], body: &[u8]) -> Got {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens");
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
        if !body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let is_head = line.starts_with("HEAD");
        let (mut reading, mut writing) = stream.split();
        let send = async {
            writing.write_all(head.as_bytes()).await.expect("it takes the head");
            writing.write_all(body).await.expect("it takes the body");
        };
        let mut answer = Vec::new();
        let (_, read) = tokio::join!(send, reading.read_to_end(&mut answer));
        read.expect("an answer");
        parse(&answer, is_head)
    }

    /// Sends a body by POST of which the end comes only after something else was done.
    pub(crate) async fn post_slowly<T>(
        &self,
        path: &str,
        kind: &str,
        body: &str,
        meanwhile: impl Future<Output = T>,
    ) -> (Got, T) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens");
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Expect: 100-continue\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("it takes the head");
        // Said once the body is read: whatever is looked at before has been.
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut go_on).await.expect("it asks for the body");
        let done = meanwhile.await;
        stream.write_all(body.as_bytes()).await.expect("it takes the body");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        (parse(&answer, false), done)
    }

    /// Sends a body of this type by POST.
    pub(crate) async fn post(&self, path: &str, kind: &str, body: impl AsRef<[u8]>) -> Got {
        let kind = format!("Content-Type: {kind}");
        self.call(&format!("POST {path}"), &[&kind], body.as_ref()).await
    }
}

fn parse(answer: &[u8], is_head: bool) -> Got {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("the head ends");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    let mut got = Got { status, head, body: answer[end + 4..].to_vec() };
    if got.header("transfer-encoding") == ["chunked"] && !is_head {
        got.body = unchunked(&got.body);
    }
    got
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|w| w == b"\r\n").expect("a chunk's size");
        let size = std::str::from_utf8(&body[..end]).expect("hexadecimal");
        let size = usize::from_str_radix(size, 16).expect("hexadecimal");
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 4 + size..];
    }
}

/// A Webhook node alone: with `lastNode`, its answer is its item.
pub(crate) fn hook(params: Value) -> Step {
    ("hook", "webhook", "2", params)
}

/// The parameters of a webhook at `/x` that answers with its item.
pub(crate) fn echo(options: Value) -> Value {
    json!({ "httpMethod": "POST", "path": "x", "responseMode": "lastNode", "options": options })
}
