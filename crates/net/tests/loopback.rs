//! The client and the server, over real sockets.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get, post};
use reporunner_net::{
    Body, Client, Error, ListenOptions, Part, PartContent, Reach, Request, Server,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn routes() -> Router {
    Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route(
            "/echo",
            any(|headers: HeaderMap, body: Bytes| async move {
                let kind = headers.get(header::CONTENT_TYPE).cloned();
                let kind = kind.map(|kind| kind.to_str().unwrap_or_default().to_owned());
                let auth = headers.contains_key(header::AUTHORIZATION);
                format!("{kind:?} {auth} {}", String::from_utf8_lossy(&body))
            }),
        )
        .route(
            "/see/{code}",
            post(|Path(code): Path<u16>| async move {
                let status = StatusCode::from_u16(code).expect("a status");
                (status, [(header::LOCATION, "/echo")]).into_response()
            }),
        )
        .route("/round", get(|| async { Redirect::temporary("/round") }))
        .route(
            "/slow-round",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Redirect::temporary("/slow-round")
            }),
        )
        .route("/inside", get(|| async { Redirect::temporary("http://169.254.169.254/") }))
        .route(
            "/bomb",
            get(|| async {
                // Four million zeroes in four kilobytes.
                let body = include_bytes!("data/zeroes.gz").as_slice();
                ([(header::CONTENT_ENCODING, "gzip")], body)
            }),
        )
        .route("/big", get(|| async { vec![b'x'; 100_000] }))
}

/// Serves the routes until the test ends.
async fn start(options: ListenOptions) -> u16 {
    let server = Server::bind(0, options).await.expect("a free port");
    let port = server.port();
    tokio::spawn(server.serve(routes(), std::future::pending()));
    port
}

fn get_request(port: u16, path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: format!("http://127.0.0.1:{port}{path}"),
        max_redirects: 5,
        ..Request::default()
    }
}

async fn text(client: &Client, request: Request) -> (u16, String) {
    let mut answer = client.send(request).await.expect("an answer");
    let body = answer.bytes(1_000_000).await.expect("a body");
    (answer.status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_request_is_answered() {
    let port = start(ListenOptions::default()).await;
    let client = Client::new(Reach::local_user());
    assert_eq!(text(&client, get_request(port, "/hello")).await, (200, "hello".to_owned()));
    assert_eq!(text(&client, get_request(port, "/nothing")).await.0, 404);
}

#[tokio::test]
async fn redirects_keep_or_drop_the_body_as_the_standard_says() {
    let port = start(ListenOptions::default()).await;
    let client = Client::new(Reach::local_user());
    for (code, expected) in [
        (301, "None true "),
        (302, "None true "),
        (303, "None true "),
        (307, "Some(\"text/plain\") true body"),
        (308, "Some(\"text/plain\") true body"),
    ] {
        let request = Request {
            method: "POST".to_owned(),
            body: Body::Bytes("body".into()),
            headers: vec![
                ("Content-Type".to_owned(), "text/plain".to_owned()),
                ("Authorization".to_owned(), "secret".to_owned()),
            ],
            ..get_request(port, &format!("/see/{code}"))
        };
        assert_eq!(text(&client, request).await, (200, expected.to_owned()), "{code}");
    }
    let unfollowed = Request { max_redirects: 0, ..get_request(port, "/round") };
    assert_eq!(text(&client, unfollowed).await.0, 307);
    let round = client.send(get_request(port, "/round")).await;
    assert!(matches!(round, Err(Error::TooManyRedirects(_))));
}

#[tokio::test]
async fn every_hop_is_checked() {
    let port = start(ListenOptions::default()).await;
    let result = Client::new(Reach::local_user()).send(get_request(port, "/inside")).await;
    assert!(matches!(result, Err(Error::Refused { .. })), "a redirect must not lead inside");
    let name = Request { url: format!("http://localhost:{port}/hello"), ..get_request(port, "") };
    let result = Client::new(Reach::public()).send(name).await;
    assert!(matches!(result, Err(Error::Refused { .. })), "the resolved address is checked");
}

#[tokio::test]
async fn multipart_carries_fields_and_files() {
    let port = start(ListenOptions::default()).await;
    let file = PartContent::File {
        bytes: "a,b".into(),
        file_name: "t.csv".to_owned(),
        mime_type: "text/csv".to_owned(),
    };
    let parts = vec![
        Part { name: "field".to_owned(), content: PartContent::Text("value".to_owned()) },
        Part { name: "file".to_owned(), content: file },
    ];
    let request = Request {
        method: "POST".to_owned(),
        body: Body::Multipart(parts),
        ..get_request(port, "/echo")
    };
    let (_, echoed) = text(&Client::new(Reach::local_user()), request).await;
    for piece in ["multipart/form-data; boundary=", "name=\"field\"", "value", "t.csv", "a,b"] {
        assert!(echoed.contains(piece), "{piece} is missing in {echoed}");
    }
}

#[tokio::test]
async fn limits_and_failures_are_told_apart() {
    let port = start(ListenOptions::default()).await;
    let client = Client::new(Reach::local_user());
    let mut big = client.send(get_request(port, "/big")).await.expect("an answer");
    assert!(matches!(big.bytes(1_000).await, Err(Error::TooLarge(1_000))));
    // A port that was free a moment ago and is closed again.
    let closed = Server::bind(0, ListenOptions::default()).await.expect("a port").port();
    let result = client.send(get_request(closed, "/")).await;
    assert!(matches!(result, Err(Error::Unreachable { .. })), "{:?}", result.err());
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent_port = silent.local_addr().expect("an address").port();
    let request =
        Request { timeout: Some(Duration::from_millis(100)), ..get_request(silent_port, "/") };
    assert!(matches!(client.send(request).await, Err(Error::TimedOut(_))));
}

#[tokio::test]
async fn time_is_for_all_hops_together() {
    let port = start(ListenOptions::default()).await;
    // Ten hops, each within the limit alone.
    let request = Request {
        timeout: Some(Duration::from_millis(600)),
        max_redirects: 10,
        ..get_request(port, "/slow-round")
    };
    let result = Client::new(Reach::local_user()).send(request).await;
    assert!(matches!(result, Err(Error::TimedOut(_))), "{:?}", result.err());
}

#[tokio::test]
async fn headers_cannot_misstate_the_body() {
    let port = start(ListenOptions::default()).await;
    let client = Client::new(Reach::local_user());
    for (name, value) in [
        ("Content-Length", "1"),
        ("Content-Length", "1000"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
    ] {
        let request = Request {
            method: "POST".to_owned(),
            body: Body::Bytes("body".into()),
            headers: vec![(name.to_owned(), value.to_owned())],
            ..get_request(port, "/echo")
        };
        let (status, echoed) = text(&client, request).await;
        assert_eq!((status, echoed.as_str()), (200, "None false body"), "{name}: {value}");
    }
    for (name, value) in [("X\r\nY", "1"), ("X", "1\r\nY: 2"), ("", "1"), ("X Y", "1")] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let result = client.send(Request { headers, ..get_request(port, "/echo") }).await;
        assert!(matches!(result, Err(Error::BadRequest(_))), "{name:?}: {value:?}");
    }
}

/// Other clients are served while slow ones hold what they may.
#[tokio::test]
async fn slow_clients_do_not_stop_others() {
    let options = ListenOptions {
        header_timeout: Duration::from_secs(30),
        connections_per_address: 50,
        ..ListenOptions::default()
    };
    let port = start(options).await;
    let mut slow = Vec::new();
    for number in 0..40 {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        let head = &b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"[..number + 10];
        connection.write_all(head).await.expect("it takes a little");
        slow.push(connection);
    }
    let client = Client::new(Reach::local_user());
    for _ in 0..20 {
        assert_eq!(text(&client, get_request(port, "/hello")).await.0, 200);
    }
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_then_cuts_off() {
    let options = ListenOptions { drain: Duration::from_millis(300), ..ListenOptions::default() };
    let server = Server::bind(0, options).await.expect("a free port");
    let port = server.port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(routes(), async move {
        let _ = stopped.await;
    }));
    // A request that never ends, and one connection that is idle.
    let mut endless = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";
    endless.write_all(head).await.expect("sent");
    let client = Client::new(Reach::local_user());
    assert_eq!(text(&client, get_request(port, "/hello")).await.0, 200);
    stop.send(()).expect("it serves");
    let ended = tokio::time::timeout(Duration::from_secs(10), serving).await;
    ended.expect("it stops in time").expect("without a panic");
    let refused = TcpStream::connect(("127.0.0.1", port)).await;
    assert!(refused.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_bomb_stops_at_the_limit() {
    let port = start(ListenOptions::default()).await;
    let client = Client::new(Reach::local_user());
    let mut bomb = client.send(get_request(port, "/bomb")).await.expect("an answer");
    assert!(matches!(bomb.bytes(100_000).await, Err(Error::TooLarge(100_000))));
    let mut whole = client.send(get_request(port, "/bomb")).await.expect("an answer");
    assert_eq!(whole.bytes(5_000_000).await.expect("it fits").len(), 4_000_000, "it is unpacked");
}

#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let options =
        ListenOptions { header_timeout: Duration::from_millis(200), ..ListenOptions::default() };
    let port = start(options).await;
    let mut slow = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    slow.write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\n").await.expect("it takes a little");
    let mut answer = Vec::new();
    // Ends only when the server closes the connection.
    let _ = slow.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "an unfinished head gets no answer");
}

#[tokio::test]
async fn a_silent_body_is_cut_off() {
    let options =
        ListenOptions { body_idle: Duration::from_millis(200), ..ListenOptions::default() };
    let port = start(options).await;
    let mut slow = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    slow.write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        .await
        .expect("it takes a little");
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "half a body is no body: {answer}");
}

#[tokio::test]
async fn one_address_gets_so_many_connections() {
    let options = ListenOptions { connections_per_address: 2, ..ListenOptions::default() };
    let port = start(options).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        connection.write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
        let mut first = [0; 12];
        connection.read_exact(&mut first).await.expect("answered");
        assert_eq!(&first, b"HTTP/1.1 200");
        open.push(connection);
    }
    let mut third = TcpStream::connect(("127.0.0.1", port)).await.expect("accepted by the system");
    let mut answer = Vec::new();
    let _ = third.write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let _ = third.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "the third connection is closed without an answer");
}

#[tokio::test]
async fn a_stand_in_answers_for_every_host_and_is_told_whom_it_stands_for() {
    let router = Router::new().fallback(|headers: HeaderMap, uri: axum::http::Uri| async move {
        let meant = headers.get(header::FORWARDED).and_then(|value| value.to_str().ok());
        let auth = headers.contains_key(header::AUTHORIZATION);
        format!("{} {uri} {auth}", meant.unwrap_or_default()).into_response()
    });
    let server = Server::bind(0, ListenOptions::default()).await.expect("a free port");
    let client = Client::answered_at(server.port(), Reach::public());
    tokio::spawn(server.serve(router, std::future::pending()));
    let ask = |url: &str| Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        proxy: Some("http://nobody.invalid".to_owned()),
        ..Request::default()
    };
    let request = ask("https://me:secret@shop.invalid:8443/orders?page=2");
    let mut answer = client.send(request).await.expect("an answer");
    let body = answer.bytes(1_000).await.expect("a body");
    assert_eq!(body, r#"proto=https;host="shop.invalid:8443" /orders?page=2 true"#);
    assert_eq!(answer.url, "https://me:secret@shop.invalid:8443/orders?page=2");
    let told: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, ["content-type"], "what the way here added is not told");
    let refused = client.send(ask("http://169.254.169.254/")).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "what may be reached still counts");
}
