//! Errors of a log, mailed by a real SMTP server on loopback.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex};

use mailin_embedded::{Handler, Response, Server, response};
use serde_json::json;

use crate::{Opened, check_expected, gave};

/// Takes every mail and keeps whom it is for and what it says.
#[derive(Clone, Default)]
struct Letterbox(Arc<Mutex<Vec<(String, String)>>>);

impl Handler for Letterbox {
    fn rcpt(&mut self, to: &str) -> Response {
        self.0.lock().expect("nobody panicked").push((to.to_owned(), String::new()));
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        let mut mails = self.0.lock().expect("nobody panicked");
        mails.last_mut().expect("it is for somebody").1.push_str(&String::from_utf8_lossy(line));
        Ok(())
    }

    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        response::OK
    }
}

/// Starts a mail server and gives its port; it lives as long as the test's process.
fn serve(letterbox: &Letterbox) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    let mut server = Server::new(letterbox.clone());
    server.with_name("mail.test").with_tcp_listener(listener);
    std::thread::spawn(move || server.serve().is_ok());
    port
}

#[test]
fn errors_are_mailed_once_when_they_are_many() {
    let letterbox = Letterbox::default();
    let port = serve(&letterbox);
    let mails = || letterbox.0.lock().expect("nobody panicked").clone();
    let mut opened = Opened::new("log-alert");
    let mut settings = opened.serve.ask(json!({ "command": "GetSettings" }));
    settings["variables"] =
        json!({ "smtpHost": "127.0.0.1", "smtpPort": port.to_string(), "smtpSecurity": "none" });
    opened.serve.ask(json!({ "command": "SetSettings", "settings": settings }));
    check_expected("log-alert", &opened.run(&json!({ "to": "ada@example.org" })));
    let (to, text) = mails().pop().expect("a mail came");
    assert_eq!(to, "ada@example.org");
    assert!(text.contains("Subject: 4 errors in server.log"), "{text}");
    assert!(text.contains("order 1005: payment service did not answer"), "{text}");
    assert!(!text.contains("INFO"), "{text}");
    let log = opened.file("server.log");
    let mut lines = std::fs::read_to_string(&log).expect("the log");
    for (number, mails_by_then) in [(1, 1), (2, 1), (3, 2)] {
        lines.push_str(&format!("2026-04-02 09:00:0{number} ERROR the disk is full\n"));
        std::fs::write(&log, &lines).expect("written");
        let ran = opened.run(&json!({}));
        let new = gave(&ran, "Not told yet").as_array().map(Vec::len);
        assert_eq!(new, Some(number), "what was not mailed counts again");
        assert_eq!(mails().len(), mails_by_then, "after {number} new errors");
    }
}
