//! Mail by SMTP. The library dials by itself, so it gets an address that `net` resolved and allowed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Mailboxes, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use reporunner_model::{BinaryRef, Clock, ErrorOrigin, NodeError};
use reporunner_net::Reach;
use reporunner_node::{Binary, Mail, MailSecurity, MailSent, MailServer, Message};

use super::binary::StoredBinaries;
use super::http::explain as explain_net;
use crate::lock::lock;

/// Longest wait for one answer of a server.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Servers whose connections are kept within a run.
const SERVERS: usize = 8;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Mail for nodes.
pub(crate) struct SmtpMail {
    reach: Reach,
    binaries: StoredBinaries,
    clock: Arc<dyn Clock>,
    /// Connections are used again for the next message.
    servers: Mutex<HashMap<MailServer, Transport>>,
}

impl SmtpMail {
    pub(crate) fn new(reach: Reach, binaries: StoredBinaries, clock: Arc<dyn Clock>) -> Self {
        Self { reach, binaries, clock, servers: Mutex::default() }
    }

    async fn transport(&self, server: &MailServer) -> Result<Transport, NodeError> {
        if let Some(known) = lock(&self.servers).get(server) {
            return Ok(known.clone());
        }
        let addresses = reporunner_net::resolve(&self.reach, &server.host, server.port).await;
        let addresses = addresses.map_err(|error| explain_net(&error))?;
        let mut last = None;
        for address in addresses {
            let transport = open(server, address.ip().to_string())?;
            match transport.test_connection().await {
                Ok(true) => {
                    let mut servers = lock(&self.servers);
                    if servers.len() >= SERVERS {
                        servers.clear();
                    }
                    servers.insert(server.clone(), transport.clone());
                    return Ok(transport);
                }
                Ok(false) => {}
                Err(error) => last = Some(error),
            }
        }
        Err(match last {
            Some(error) => explain(server, &error),
            None => NodeError::new(format!("{} is not ready for mail", server.host)).retryable(),
        })
    }

    /// The content of a file with its name and type.
    async fn file(&self, file: &BinaryRef) -> Result<(Vec<u8>, String, ContentType), NodeError> {
        let content = self.binaries.get(file).await?.to_vec();
        let name = file.file_name.clone().unwrap_or_else(|| "file".to_owned());
        let kind = ContentType::parse(&file.mime_type);
        let unknown = || ContentType::parse("application/octet-stream").expect("it is a type");
        Ok((content, name, kind.unwrap_or_else(|_| unknown())))
    }

    /// The message with its text, as HTML and without, and what the HTML shows.
    async fn letter(&self, message: &Message) -> Result<Body, NodeError> {
        let plain = || SinglePart::plain(message.text.clone().unwrap_or_default());
        let Some(html) = &message.html else { return Ok(Body::Single(plain())) };
        let html = SinglePart::html(html.clone());
        let html = if message.inline.is_empty() {
            Body::Single(html)
        } else {
            let mut related = MultiPart::related().singlepart(html);
            for (name, file) in &message.inline {
                let (content, file_name, kind) = self.file(file).await?;
                let shown = Attachment::new_inline_with_name(name.clone(), file_name);
                related = related.singlepart(shown.body(content, kind));
            }
            Body::Multi(related)
        };
        if message.text.is_none() {
            return Ok(html);
        }
        let both = MultiPart::alternative().singlepart(plain());
        Ok(Body::Multi(match html {
            Body::Single(html) => both.singlepart(html),
            Body::Multi(html) => both.multipart(html),
        }))
    }

    async fn compose(&self, message: &Message) -> Result<lettre::Message, NodeError> {
        let head = head(message, self.clock.now().0)?;
        let mut body = self.letter(message).await?;
        if !message.files.is_empty() {
            let mut mixed = match body {
                Body::Single(part) => MultiPart::mixed().singlepart(part),
                Body::Multi(part) => MultiPart::mixed().multipart(part),
            };
            for file in &message.files {
                let (content, name, kind) = self.file(file).await?;
                mixed = mixed.singlepart(Attachment::new(name).body(content, kind));
            }
            body = Body::Multi(mixed);
        }
        let made = match body {
            Body::Single(part) => head.singlepart(part),
            Body::Multi(part) => head.multipart(part),
        };
        made.map_err(|error| NodeError::new(format!("the mail cannot be written: {error}")))
    }
}

/// What a message holds.
enum Body {
    Single(SinglePart),
    Multi(MultiPart),
}

#[async_trait]
impl Mail for SmtpMail {
    async fn send(&self, server: &MailServer, message: Message) -> Result<MailSent, NodeError> {
        let mail = self.compose(&message).await?;
        let transport = self.transport(server).await?;
        let bytes = mail.formatted();
        let envelope = mail.envelope();
        let response = transport.send_raw(envelope, &bytes).await;
        let response = response.map_err(|error| explain(server, &error))?;
        let said: Vec<&str> = response.message().collect();
        Ok(MailSent {
            id: message_id(&message),
            response: format!("{} {}", response.code(), said.join(" ")).trim().to_owned(),
            from: envelope.from().map(ToString::to_string).unwrap_or_default(),
            to: envelope.to().iter().map(ToString::to_string).collect(),
            bytes: bytes.len(),
        })
    }
}

fn head(message: &Message, now_ms: i64) -> Result<MessageBuilder, NodeError> {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms.max(0).unsigned_abs());
    // A line break would begin another header.
    let subject: Vec<&str> = message.subject.lines().map(str::trim).collect();
    let from: Mailbox = message.from.trim().parse().map_err(|_| no_address(&message.from))?;
    let mut head = lettre::Message::builder()
        .from(from)
        .date(now)
        .message_id(Some(message_id(message)))
        .subject(subject.join(" "));
    for mailbox in mailboxes(&message.to)? {
        head = head.to(mailbox);
    }
    for mailbox in mailboxes(&message.cc)? {
        head = head.cc(mailbox);
    }
    for mailbox in mailboxes(&message.bcc)? {
        head = head.bcc(mailbox);
    }
    for mailbox in mailboxes(&message.reply_to)? {
        head = head.reply_to(mailbox);
    }
    Ok(head)
}

fn mailboxes(text: &str) -> Result<Mailboxes, NodeError> {
    // People end a list with a comma.
    let text = text.trim().trim_matches([',', ' ']);
    if text.is_empty() {
        return Ok(Mailboxes::new());
    }
    text.parse().map_err(|_| no_address(text))
}

fn no_address(text: &str) -> NodeError {
    NodeError::new(format!("{text:?} is no mail address"))
        .hint("Write ada@example.org or Ada <ada@example.org>; several stand with commas between.")
}

/// The same each time that a message is sent, so that whoever gets it twice can tell.
fn message_id(message: &Message) -> String {
    let domain = message.from.rsplit_once('@').map_or("", |(_, domain)| domain);
    let domain: String =
        domain.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    let domain = if domain.is_empty() { "localhost" } else { &domain };
    let key = blake3::hash(message.key.as_bytes()).to_hex();
    format!("<{}@{domain}>", &key[..32])
}

fn open(server: &MailServer, address: String) -> Result<Transport, NodeError> {
    let parameters = || {
        TlsParameters::builder(server.host.clone())
            .dangerous_accept_invalid_certs(server.allow_invalid_certificates)
            .dangerous_accept_invalid_hostnames(server.allow_invalid_certificates)
            .build()
            .map_err(|error| explain(server, &error))
    };
    let tls = match server.security {
        MailSecurity::None => Tls::None,
        MailSecurity::IfOffered => Tls::Opportunistic(parameters()?),
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::Tls => Tls::Wrapper(parameters()?),
    };
    let mut builder =
        Transport::builder_dangerous(address).port(server.port).tls(tls).timeout(Some(TIMEOUT));
    if let Some(user) = &server.user {
        builder = builder.credentials(Credentials::new(user.clone(), server.password.clone()));
    }
    Ok(builder.build())
}

fn explain(server: &MailServer, error: &lettre::transport::smtp::Error) -> NodeError {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        // The outer ones often say the inner ones too.
        let text = inner.to_string();
        if !why.contains(&text) {
            why = format!("{why}: {text}");
        }
        source = inner.source();
    }
    let code = error.status().map(|code| code.to_string());
    let hint = match code.as_deref() {
        Some("530" | "534" | "535") => {
            "Check the user and the password; some services want a \
                                        password made for programs."
        }
        Some("550" | "551" | "553" | "554") => {
            "Check the addresses, and whether this user may \
                                                send from that one."
        }
        Some(_) => "The server says why.",
        None if error.is_tls() => {
            "Check how the connection is secured: TLS from the start is \
                                   port 465 as a rule, STARTTLS 587."
        }
        None => "Check the name of the server, its port, and how the connection is secured.",
    };
    let said = NodeError::new(format!("{} did not take the mail: {why}", server.host))
        .from_origin(ErrorOrigin::Outside)
        .hint(hint);
    let may_pass = error.is_transient()
        || error.is_timeout()
        || !(error.is_response() || error.is_client() || error.is_tls() || error.is_permanent());
    if may_pass { said.retryable() } else { said }
}
