//! A real HTTP server on loopback that counts what was done to it, by path. The request with a
//! given number can be kept without an answer, so that whoever sent it is killed meanwhile.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Longest wait for a request.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Seen {
    effects: BTreeMap<String, usize>,
    requests: usize,
    keep: Option<usize>,
    /// Whether every answer waits.
    hold: bool,
}

#[derive(Clone)]
pub(crate) struct EffectsServer {
    port: u16,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl EffectsServer {
    /// Serves until the test process ends.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, seen: Arc::default() };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        server
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on: no answer to the request that comes after `after` more.
    pub(crate) fn keep(&self, after: Option<usize>) {
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.keep = after.map(|after| seen.requests + after + 1);
    }

    /// From now on: no answer before this is called with false.
    #[allow(dead_code, reason = "not every test binary holds answers back")]
    pub(crate) fn hold(&self, hold: bool) {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).hold = hold;
        self.seen.1.notify_all();
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).requests
    }

    /// Waits until there were so many requests.
    #[track_caller]
    pub(crate) fn wait_for(&self, requests: usize) {
        let seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited =
            self.seen.1.wait_timeout_while(seen, PATIENCE, |seen| seen.requests < requests);
        let (seen, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "{} of {requests} requests came", seen.requests);
    }

    /// How often each path was asked for.
    pub(crate) fn effects(&self) -> BTreeMap<String, usize> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).effects.clone()
    }

    fn serve(&self, mut stream: TcpStream) {
        let Ok(handle) = stream.try_clone() else { return };
        let mut reader = BufReader::new(handle);
        while let Some(path) = read_request(&mut reader) {
            let kept = {
                let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
                seen.requests += 1;
                *seen.effects.entry(path).or_default() += 1;
                seen.keep == Some(seen.requests)
            };
            self.seen.1.notify_all();
            let seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.seen.1.wait_while(seen, |seen| seen.hold));
            if kept {
                // Ends when the other side is gone.
                let _ = reader.read(&mut [0]);
                return;
            }
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"ok\":true}";
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// The path of the next request, once its body is here too.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(path)
}
