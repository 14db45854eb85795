//! Mail to a real SMTP server on loopback, with and without encryption.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex};

use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig, response};
use reporunner_model::NodeError;
use reporunner_net::Reach;
use reporunner_node::{MailSecurity, MailSent, MailServer, Message};
use serde_json::json;

use crate::support::{Bench, Doing, Hand, item, soon, workflow};

/// What the server was told, line by line, and the mails it got.
#[derive(Debug, Default)]
struct Told {
    said: Vec<String>,
    mail: String,
}

/// A server that takes mail for everybody but nobody@x.org.
#[derive(Clone, Default)]
struct Taker {
    told: Arc<Mutex<Told>>,
}

impl Taker {
    fn note(&self, text: String) {
        self.told.lock().expect("nobody panicked").said.push(text);
    }
}

impl Handler for Taker {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        self.note(format!("from {from}"));
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        self.note(format!("to {to}"));
        if to.contains("nobody") { response::NO_MAILBOX } else { response::OK }
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        let mut told = self.told.lock().expect("nobody panicked");
        told.mail.push_str(&String::from_utf8_lossy(line));
        Ok(())
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        self.note(format!("user {user}"));
        if password == "secret" { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}

/// Starts a server and gives its port and what it is told.
fn serve(folder: &Path, tls: bool, auth: bool) -> (u16, Arc<Mutex<Told>>) {
    let taker = Taker::default();
    let told = Arc::clone(&taker.told);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    let mut server = Server::new(taker);
    server.with_name("mail.test").with_tcp_listener(listener);
    if tls {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a key");
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).expect("it is written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("it is written");
        let text = |path: &Path| path.to_str().expect("text").to_owned();
        let ssl = SslConfig::SelfSigned { cert_path: text(&cert), key_path: text(&key) };
        server.with_ssl(ssl).expect("the certificate is read");
    }
    if auth {
        server.with_auth(AuthMechanism::Plain);
    }
    // It lives as long as the test's process.
    std::thread::spawn(move || server.serve().is_ok());
    (port, told)
}

fn by(port: u16, security: MailSecurity) -> MailServer {
    MailServer {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        user: None,
        password: String::new(),
        allow_invalid_certificates: true,
    }
}

fn message() -> Message {
    Message {
        from: "Ada <ada@x.org>".to_owned(),
        to: "bo@x.org, Cy <cy@x.org>,".to_owned(),
        bcc: "dee@x.org".to_owned(),
        subject: "Grüße\r\nX-Evil: yes".to_owned(),
        text: Some("Hello".to_owned()),
        key: "run-node-0".to_owned(),
        ..Message::default()
    }
}

/// Sends a message from a step of a run.
async fn send(
    folder: &Path,
    reach: Reach,
    server: MailServer,
    message: Message,
) -> Result<MailSent, NodeError> {
    let sent: Arc<Mutex<Option<MailSent>>> = Arc::default();
    let kept = Arc::clone(&sent);
    let doing: Doing = Box::new(move |context| {
        let handles = Arc::clone(&context.handles);
        let (server, mut message, kept) = (server.clone(), message.clone(), Arc::clone(&kept));
        Box::pin(async move {
            if message.html.is_some() {
                let file = handles.binary.put("PNG".into(), Some("logo.png"), Some("image/png"));
                let file = file.await?;
                message.inline = vec![("logo".to_owned(), file.clone())];
                message.files = vec![file];
            }
            let sent = handles.mail.send(&server, message).await?;
            *kept.lock().expect("nobody panicked") = Some(sent);
            Ok(vec![item(json!({}))])
        })
    });
    let mut bench = Bench::doing(folder, &Hand::new(), Some(doing));
    bench.place.reach = reach;
    let steps = [("begin", "start", json!({})), ("mail", "do", json!({}))];
    let workflow = workflow(&steps, &[("begin", "mail")]);
    let handle = bench.runner.start(bench.request("r", &workflow)).expect("it starts");
    let ended = soon(handle.ended()).await.expect("it ends");
    match ended.error {
        Some(error) => Err(error),
        None => Ok(sent.lock().expect("nobody panicked").take().expect("it was sent")),
    }
}

#[tokio::test]
async fn a_mail_reaches_everybody_with_each_way_to_secure_it() {
    for (tls, security) in [
        (false, MailSecurity::None),
        (false, MailSecurity::IfOffered),
        (true, MailSecurity::IfOffered),
        (true, MailSecurity::StartTls),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (port, told) = serve(folder.path(), tls, false);
        let sent = send(folder.path(), Reach::local_user(), by(port, security), message()).await;
        let sent = sent.unwrap_or_else(|error| panic!("{tls} {security:?}: {error:?}"));
        assert_eq!(sent.from, "ada@x.org");
        assert_eq!(sent.to, ["bo@x.org", "cy@x.org", "dee@x.org"]);
        assert!(sent.response.starts_with("250"), "{}", sent.response);
        let told = told.lock().expect("nobody panicked");
        assert_eq!(told.said, ["from ada@x.org", "to bo@x.org", "to cy@x.org", "to dee@x.org"]);
        assert!(told.mail.contains(&format!("Message-ID: {}", sent.id)), "{}", told.mail);
        assert!(!told.mail.contains("\nX-Evil"), "a subject makes no header: {}", told.mail);
        assert!(!told.mail.contains("dee@x.org"), "nobody sees the hidden copy");
        assert!(told.mail.contains("\r\n\r\nHello\r\n"), "{}", told.mail);
    }
}

#[tokio::test]
async fn a_connection_is_not_made_less_private_than_it_shall_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bare, told) = serve(folder.path(), false, false);
    let error =
        send(folder.path(), Reach::local_user(), by(bare, MailSecurity::StartTls), message());
    assert!(error.await.is_err(), "the server does not offer it");
    assert!(told.lock().expect("nobody panicked").said.is_empty());
    let folder = tempfile::tempdir().expect("a folder");
    let (secure, told) = serve(folder.path(), true, false);
    let mut strict = by(secure, MailSecurity::StartTls);
    strict.allow_invalid_certificates = false;
    let error = send(folder.path(), Reach::local_user(), strict, message()).await;
    let error = error.expect_err("nobody vouches for the certificate");
    assert!(error.message.contains("certificate"), "{error:?}");
    assert!(told.lock().expect("nobody panicked").said.is_empty());
}

#[tokio::test]
async fn a_server_knows_who_sends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, told) = serve(folder.path(), true, true);
    let mut server = by(port, MailSecurity::StartTls);
    server.user = Some("ada".to_owned());
    server.password = "secret".to_owned();
    send(folder.path(), Reach::local_user(), server.clone(), message()).await.expect("it is sent");
    assert_eq!(told.lock().expect("nobody panicked").said[0], "user ada");
    server.password = "wrong".to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let error = send(folder.path(), Reach::local_user(), server, message()).await;
    let error = error.expect_err("the password is wrong");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("password")), "{error:?}");
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
}

#[tokio::test]
async fn html_files_and_text_are_parts_of_one_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, told) = serve(folder.path(), false, false);
    let html = Some("<img src='cid:logo'>".to_owned());
    let message = Message { html, ..message() };
    let server = by(port, MailSecurity::None);
    send(folder.path(), Reach::local_user(), server, message).await.expect("it is sent");
    let mail = &told.lock().expect("nobody panicked").mail;
    let mut rest = mail.as_str();
    // In this order: mixed(alternative(plain, related(html, picture)), file).
    for part in [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "Content-ID: <logo>",
        "Content-Disposition: attachment; filename=\"logo.png\"",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part} is missing in {mail}"));
        rest = &rest[at + part.len()..];
    }
}

#[tokio::test]
async fn refusals_and_wrong_addresses_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, _) = serve(folder.path(), false, false);
    let plain = || by(port, MailSecurity::None);
    let public = Reach::public();
    let nobody = Message { to: "nobody@x.org".to_owned(), ..message() };
    let no_address = Message { to: "Bo".to_owned(), ..message() };
    let gone = MailServer { host: "127.0.0.1".to_owned(), port: 1, ..plain() };
    for (reach, server, message, says) in [
        (Reach::local_user(), plain(), nobody, "did not take the mail: permanent error (550)"),
        (Reach::local_user(), plain(), no_address, "\"Bo\" is no mail address"),
        (Reach::local_user(), gone, message(), "127.0.0.1 did not take the mail: Connection error"),
        (public, plain(), message(), "workflows may not reach this machine itself"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let error = send(folder.path(), reach, server, message).await.expect_err(says);
        assert!(error.message.contains(says), "{} where {says} was expected", error.message);
        assert!(error.hint.is_some(), "{says}");
    }
}
