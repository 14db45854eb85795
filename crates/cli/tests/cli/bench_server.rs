//! A small real HTTP server on loopback. Every third page fails when it is asked for first.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

pub(crate) struct PageServer {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl PageServer {
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Requests so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Serves until the test process ends.
pub(crate) fn start() -> PageServer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::new(AtomicUsize::new(0));
    let failed = Arc::new(Mutex::new(HashSet::new()));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (count, failed) = (Arc::clone(&count), Arc::clone(&failed));
            std::thread::spawn(move || serve(stream, &count, &failed));
        }
    });
    PageServer { port, asked }
}

fn serve(stream: TcpStream, count: &AtomicUsize, failed: &Mutex<HashSet<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        count.fetch_add(1, Ordering::SeqCst);
        let number: usize =
            path.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        let shaky =
            number.is_multiple_of(3) && failed.lock().expect("the lock").insert(path.clone());
        let (status, body) = match (shaky, number) {
            (true, _) => ("503 Service Unavailable", "try again".to_owned()),
            (false, 20) => ("404 Not Found", "no such page".to_owned()),
            _ => ("200 OK", format!("page {number}")),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if (&stream).write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
