//! A child for the tests of the pool: does what its request says. Not shipped.

use std::io::Read;

use reporunner_sandbox::child::{self, Limits};

fn main() {
    let limits = Limits { memory_bytes: 256 * 1024 * 1024, ..Limits::default() };
    child::harden(limits).expect("the test machine lets a process give up its rights");
    child::serve(limits, answer).expect("the parent reads and writes whole messages");
}

fn answer(request: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&request).into_owned();
    let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
    match word {
        "loop" => loop {
            std::hint::black_box(0);
        },
        "abort" => std::process::abort(),
        "exit" => std::process::exit(3),
        "long" => vec![b'x'; rest.parse().expect("a length")],
        "memory" => {
            let bytes: usize = rest.parse().expect("a length");
            let mut held = Vec::<u8>::new();
            format!("{:?}", held.try_reserve_exact(bytes).is_ok()).into_bytes()
        }
        "probe" => probe(rest).into_bytes(),
        _ => request,
    }
}

/// Tries one thing a child must not be able to do, and says what came of it.
fn probe(name: &str) -> String {
    let outcome = match name {
        "read-file" => std::fs::read("/etc/passwd").map(|_| ()),
        "write-file" => std::fs::write("/tmp/reporunner-sandbox-canary", b"x"),
        "make-folder" => std::fs::create_dir("/tmp/reporunner-sandbox-folder"),
        "remove-file" => std::fs::remove_file("/tmp/reporunner-sandbox-victim"),
        "rename-file" => std::fs::rename("/tmp/reporunner-sandbox-victim", "/tmp/reporunner-b"),
        "list-folder" => std::fs::read_dir("/").map(|_| ()),
        "tcp" => std::net::TcpStream::connect("127.0.0.1:9").map(|_| ()),
        "listen" => std::net::TcpListener::bind("127.0.0.1:0").map(|_| ()),
        "udp" => std::net::UdpSocket::bind("127.0.0.1:0").map(|_| ()),
        "exec" => std::process::Command::new("/bin/true").status().map(|_| ()),
        "thread" => std::thread::Builder::new().spawn(|| ()).map(|_| ()),
        "own-status" => std::fs::File::open("/proc/self/status")
            .and_then(|mut file| file.read_to_string(&mut String::new()))
            .map(|_| ()),
        "environment" => {
            return format!("{:?}", std::env::vars_os().collect::<Vec<_>>());
        }
        other => return format!("no probe {other}"),
    };
    match outcome {
        Ok(()) => "allowed".to_owned(),
        // "Refused" by a peer would mean that the connection was tried.
        Err(error) => format!("denied {:?}", error.kind()),
    }
}
