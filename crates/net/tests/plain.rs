//! Requests and answers as plain values, over real sockets.

use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;
use std::time::Duration;

use reporunner_net::{
    BodyError, ListenOptions, RequestBody, Server, ServerRequest, ServerResponse, plain, streamed,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn serve(router: axum::Router) -> u16 {
    let server = Server::bind(0, ListenOptions::default()).await.expect("a free port");
    let port = server.port();
    tokio::spawn(server.serve(router, std::future::pending()));
    port
}

fn said(text: impl Into<String>) -> ServerResponse {
    ServerResponse { status: 200, body: text.into().into(), ..ServerResponse::default() }
}

/// Sends bytes and reads until the server closes.
async fn exchange(port: u16, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let (sent, read) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut answer));
    sent.expect("all of it is taken");
    read.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /p%20a?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_whole_body_has_a_limit() {
    let router = plain(10, async |request: ServerRequest| {
        let ServerRequest { method, path, query, body, from, .. } = request;
        said(format!("{method} {path} {query} {} {from:?}", body.len()))
    });
    let port = serve(router).await;
    let got = exchange(port, &post(b"0123456789")).await;
    assert!(got.ends_with("POST /p%20a q=1 10 Some(127.0.0.1)"), "{got}");
    let got = exchange(port, &post(b"0123456789a")).await;
    assert!(got.starts_with("HTTP/1.1 413 "), "{got}");
    let chunked = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n012345\r\n0\r\n\r\n";
    let got = exchange(port, chunked).await;
    assert!(got.starts_with("HTTP/1.1 413 "), "pieces count together: {got}");
}

#[tokio::test]
async fn an_unread_body_does_not_cost_the_answer() {
    let router = streamed(async |_: ServerRequest, body: RequestBody| {
        said(format!("announced {:?}", body.announced()))
    });
    let port = serve(router).await;
    let got = exchange(port, &post(&vec![b'x'; 20_000_000])).await;
    assert!(got.ends_with("announced Some(20000000)"), "{got}");
}

#[tokio::test]
async fn who_waits_for_a_word_gets_the_answer_instead() {
    let router =
        streamed(async |_: ServerRequest, mut body: RequestBody| match body.whole(10).await {
            Err(BodyError::TooLarge(10)) => said("too large"),
            other => said(format!("{other:?}")),
        });
    let port = serve(router).await;
    let request = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
    let got = exchange(port, request).await;
    assert!(got.starts_with("HTTP/1.1 200 ") && got.ends_with("too large"), "{got}");
}

#[tokio::test]
async fn a_body_can_be_read_in_pieces() {
    let router = streamed(async |_: ServerRequest, mut body: RequestBody| {
        let (mut total, mut largest) = (0, 0);
        while let Some(piece) = body.piece().await.expect("it arrives") {
            total += piece.len();
            largest = largest.max(piece.len());
        }
        said(format!("{total} {}", largest < total))
    });
    let port = serve(router).await;
    let got = exchange(port, &post(&vec![b'x'; 5_000_000])).await;
    assert!(got.ends_with("5000000 true"), "{got}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(tell)));
    let router = streamed(move |_: ServerRequest, mut body: RequestBody| {
        let tell = Arc::clone(&tell);
        async move {
            let read = body.whole(1000).await;
            let tell = tell.lock().expect("the lock").take().expect("one request");
            tell.send(matches!(read, Err(BodyError::Broken(_)))).expect("somebody waits");
            said("")
        }
    });
    let server = ListenOptions { body_idle: Duration::from_millis(50), ..ListenOptions::default() };
    let server = Server::bind(0, server).await.expect("a free port");
    let port = server.port();
    tokio::spawn(server.serve(router, std::future::pending()));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        .await
        .expect("it takes a part");
    assert!(told.await.expect("the reader is told"), "silence is an error");
}

#[tokio::test]
async fn a_file_is_sent_from_disk() {
    let mut file = tempfile::tempfile().expect("a file");
    let content: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    file.write_all(&content).expect("it is written");
    let file = Arc::new(file);
    let router = streamed(move |_: ServerRequest, _: RequestBody| {
        let mut at = &*file;
        at.seek(SeekFrom::Start(0)).expect("a real file");
        let file = Arc::clone(&file);
        async move { ServerResponse { status: 200, file: Some(file), ..ServerResponse::default() } }
    });
    let port = serve(router).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .expect("it takes the request");
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.expect("an answer");
    let end = got.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&got[..end]).to_ascii_lowercase();
    assert!(head.contains("content-length: 4000000"), "{head}");
    assert!(got[end + 4..] == content, "the bytes are the same");
}

#[tokio::test]
async fn answers_are_answers() {
    for (status, body, expect) in
        [(100, "x", "HTTP/1.1 500 "), (204, "x", "HTTP/1.1 204 "), (304, "x", "HTTP/1.1 304 ")]
    {
        let router = streamed(move |_: ServerRequest, _: RequestBody| async move {
            ServerResponse { status, body: body.into(), ..ServerResponse::default() }
        });
        let port = serve(router).await;
        let got = exchange(port, &post(b"")).await;
        assert!(got.starts_with(expect) && got.ends_with("\r\n\r\n"), "{status}: {got}");
    }
}
