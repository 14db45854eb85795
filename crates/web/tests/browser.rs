//! What a browser may and may not do, over a real socket.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use reporunner_app::{Answer, Host, Stay, connect};
use reporunner_net::{ListenOptions, Server};
use reporunner_protocol::{Event, Failure, FromClient, Hello, Request};
use reporunner_web::{Gatekeeper, router};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, broadcast};

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

struct Site {
    port: u16,
    gatekeeper: Arc<Gatekeeper>,
    _folder: TempDir,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let answer = connect(folder.path(), Host::machine(), Stay::Long).await.expect("it opens");
        Self::of(answer, folder).await
    }

    async fn of(answer: Arc<dyn Answer>, folder: TempDir) -> Self {
        let server = Server::bind(0, ListenOptions::default()).await.expect("a free port");
        let port = server.port();
        let gatekeeper = Arc::new(Gatekeeper::new(port));
        let routes = router(answer, Arc::clone(&gatekeeper));
        tokio::spawn(server.serve(routes, std::future::pending()));
        Self { port, gatekeeper, _folder: folder }
    }

    /// Sends a raw request and gives status and head of the answer.
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer);
        let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, head)
    }

    /// Comes in by a link and gives the cookie.
    async fn enter(&self) -> String {
        let link = self.gatekeeper.link().expect("a link");
        let path = link.split_once(&format!(":{}", self.port)).expect("a path").1.to_owned();
        let (status, head) = self.ask(&path, &[]).await;
        assert_eq!(status, 303, "{head}");
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.expect("a cookie");
        assert!(cookie.contains("httponly") && cookie.contains("samesite=strict"), "{cookie}");
        cookie.split(';').next().expect("a pair").to_owned()
    }
}

const UPGRADE: [(&str, &str); 4] = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[tokio::test]
async fn a_link_lets_in_once() {
    let site = Site::new().await;
    let link = site.gatekeeper.link().expect("a link");
    let path = link.split_once(&format!(":{}", site.port)).expect("a path").1.to_owned();
    assert_eq!(site.ask(&path, &[]).await.0, 303);
    assert_eq!(site.ask(&path, &[]).await.0, 403, "a link that was seen elsewhere is worthless");
    assert_eq!(site.ask("/?token=", &[]).await.0, 403);
    assert_eq!(site.ask("/?token=guess", &[]).await.0, 403);
}

#[tokio::test]
async fn the_protocol_needs_a_session() {
    let site = Site::new().await;
    assert_eq!(site.ask("/rpc", &UPGRADE).await.0, 401);
    let forged = format!("reporunner-{}=guess", site.port);
    let mut headers = UPGRADE.to_vec();
    headers.push(("Cookie", &forged));
    assert_eq!(site.ask("/rpc", &headers).await.0, 401);
}

#[tokio::test]
async fn only_our_own_names_and_pages_may_ask() {
    let site = Site::new().await;
    let cookie = site.enter().await;
    let port = site.port;
    for host in ["evil.test", "127.0.0.1", "127.0.0.1:1", "localhost.evil.test", "0.0.0.0:80", ""] {
        let status = site.ask("/", &[("Host", host), ("Cookie", &cookie)]).await.0;
        assert!(matches!(status, 400 | 421), "the host {host:?} was answered with {status}");
    }
    for origin in ["http://evil.test", "null", "https://127.0.0.1", "http://127.0.0.1:1", "file://"]
    {
        let mut headers = UPGRADE.to_vec();
        headers.extend([("Cookie", cookie.as_str()), ("Origin", origin)]);
        assert_eq!(site.ask("/rpc", &headers).await.0, 403, "the origin {origin:?}");
    }
    for name in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")]
    {
        let origin = format!("http://{name}");
        let headers = [("Host", name.as_str()), ("Origin", &origin), ("Cookie", &cookie)];
        assert_eq!(site.ask("/", &headers).await.0, 200, "our own name {name}");
    }
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let site = Site::new().await;
    for path in ["/", "/rpc", "/healthz", "/no/such/place", "/../../etc/passwd", "/style.css"] {
        let (_, head) = site.ask(path, &[]).await;
        for header in
            ["content-security-policy: default-src 'self'", "x-content-type-options: nosniff"]
        {
            assert!(head.contains(header), "{path} lacks {header}: {head}");
        }
        assert!(!head.contains("access-control-allow"), "nobody else may read {path}");
    }
}

/// Never answers; what it tells ends when a test says so.
struct Silent {
    asked: Notify,
    events: Mutex<Option<broadcast::Sender<Event>>>,
}

#[async_trait]
impl Answer for Silent {
    async fn answer(&self, _: Request) -> Result<Value, Failure> {
        self.asked.notify_one();
        std::future::pending().await
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        let events = self.events.lock().expect("whole");
        events.as_ref().expect("it still tells").subscribe()
    }
}

/// A text frame of a client; RFC 6455 wants it masked, and the mask may be zero.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 126);
    let mut frame = vec![0x81, 0x80 | length.expect("a short text"), 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[tokio::test]
async fn a_conversation_that_ends_closes_its_connection_whatever_is_unanswered() {
    let silent = Arc::new(Silent {
        asked: Notify::new(),
        events: Mutex::new(Some(broadcast::channel(1).0)),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::of(Arc::clone(&silent) as _, folder).await;
    let cookie = site.enter().await;
    let mut stream = TcpStream::connect(("127.0.0.1", site.port)).await.expect("a connection");
    let mut head = format!("GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", site.port);
    for (name, value) in UPGRADE.into_iter().chain([("Cookie", cookie.as_str())]) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await.expect("sent");
    let asked = FromClient { id: 1, request: Hello {}.into() };
    let asked = serde_json::to_string(&asked).expect("JSON");
    stream.write_all(&frame(&asked)).await.expect("sent");
    silent.asked.notified().await;
    drop(silent.events.lock().expect("whole").take());
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    ended.expect("it ends").expect("in order");
    let (head, frames) = String::from_utf8_lossy(&rest)
        .split_once("\r\n\r\n")
        .map(|(head, frames)| (head.to_owned(), frames.len()))
        .expect("a head");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(frames > 0, "with a word at parting");
}
