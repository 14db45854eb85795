//! Mail: what a node says of a message and of the server that takes it.

use async_trait::async_trait;
use reporunner_model::{BinaryRef, NodeError};

/// Mail by a server that the workflow names.
#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands a message to a server and waits until it has taken it.
    ///
    /// # Errors
    /// Where an address is malformed, the server is not reached, not allowed, or refuses.
    async fn send(&self, server: &MailServer, message: Message) -> Result<MailSent, NodeError>;
}

/// A server that takes mail (SMTP).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub security: MailSecurity,
    /// Who sends, where the server wants to know.
    pub user: Option<String>,
    /// The password of that user.
    pub password: String,
    /// Whether a certificate that cannot be verified is accepted.
    pub allow_invalid_certificates: bool,
}

impl std::fmt::Debug for MailServer {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {:?} {:?}", self.host, self.port, self.security, self.user)
    }
}

/// How a connection to a mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailSecurity {
    /// Not at all.
    None,
    /// By STARTTLS where the server offers it.
    IfOffered,
    /// By STARTTLS, or not at all.
    StartTls,
    /// From the first byte on.
    Tls,
}

/// A message. Addresses are as people write them: `Ada <ada@example.org>, bo@example.org`.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Who it is from.
    pub from: String,
    /// Who it is to.
    pub to: String,
    /// Who gets a copy.
    pub cc: String,
    /// Who gets a copy that the others do not see.
    pub bcc: String,
    /// Who an answer goes to.
    pub reply_to: String,
    /// What it is about.
    pub subject: String,
    /// Its text.
    pub text: Option<String>,
    /// Its text as HTML.
    pub html: Option<String>,
    /// Files that the HTML shows, by the names under which it does (`cid:name`).
    pub inline: Vec<(String, BinaryRef)>,
    /// Files that come with it.
    pub files: Vec<BinaryRef>,
    /// What it is told from other messages by: the same when it is sent once more.
    pub key: String,
}

/// What became of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailSent {
    /// Its id, in angle brackets.
    pub id: String,
    /// What the server said.
    pub response: String,
    /// Who it is from, the address alone.
    pub from: String,
    /// Everybody it went to, the addresses alone.
    pub to: Vec<String>,
    /// Its size in bytes.
    pub bytes: usize,
}
