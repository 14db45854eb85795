//! HTTP by hand: requests over kept connections, and a server that answers late.
//!
//! No library: what is measured is the other side, and this one must cost as little as it can.
//! It knows as much of HTTP/1.1 as the two ends of a benchmark need.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Connection {
    /// To `http://HOST:PORT`.
    pub(crate) fn open(base: &str) -> Result<Self> {
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(address).with_context(|| format!("no one at {address}"))?;
        stream.set_nodelay(true)?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader })
    }

    /// Sends a whole request and gives status and body of the answer.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.stream.write_all(request)?;
        let (first, length) = head(&mut self.reader)?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok((status.context("no status")?, body))
    }
}

/// The bytes of a request with a JSON body.
pub(crate) fn request(method: &str, path: &str, body: &Value) -> Vec<u8> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The first line and the length of the body.
fn head(reader: &mut impl BufRead) -> Result<(String, usize)> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        bail!("the other side closed");
    }
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let text = line.trim_end();
        if text.is_empty() {
            return Ok((first, length));
        }
        if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
}

/// Sends the same request over `connections` at once for `time`; gives answers a second.
pub(crate) fn load(base: &str, request: &[u8], connections: usize, time: Duration) -> Result<f64> {
    let answered = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                let answered = Arc::clone(&answered);
                scope.spawn(move || -> Result<()> {
                    let mut connection = Connection::open(base)?;
                    while began.elapsed() < time {
                        let (status, body) = connection.send(request)?;
                        if status != 200 {
                            bail!("answered {status}: {}", String::from_utf8_lossy(&body));
                        }
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker has no panic"))
    })?;
    Ok(answered.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64())
}

/// Serves `respond` on a port of its own until the process ends; gives the address.
pub(crate) fn serve(
    port: u16,
    respond: impl Fn(&str) -> (&'static str, Vec<u8>) + Send + Sync + 'static,
) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let base = format!("http://{}", listener.local_addr()?);
    let respond = Arc::new(respond);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let respond = Arc::clone(&respond);
            // A client that goes away ends its thread.
            std::thread::spawn(move || answer(stream, &*respond));
        }
    });
    Ok(base)
}

fn answer(
    mut stream: TcpStream,
    respond: &(impl Fn(&str) -> (&'static str, Vec<u8>) + ?Sized),
) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (first, length) = head(&mut reader)?;
        std::io::copy(&mut reader.by_ref().take(length as u64), &mut std::io::sink())?;
        let (kind, body) = respond(first.split(' ').nth(1).unwrap_or("/"));
        let status = if kind.is_empty() { "404 Not Found" } else { "200 OK" };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat())?;
    }
}
