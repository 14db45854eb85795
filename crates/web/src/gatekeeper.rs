//! Who may come in: the one-time link, the session cookie, and whether a request is our own.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, header};

/// Lets in whoever comes by the link, once.
pub struct Gatekeeper {
    hosts: Vec<String>,
    port: u16,
    links: Mutex<HashSet<String>>,
    sessions: Mutex<HashSet<String>>,
}

impl Gatekeeper {
    /// For a server on loopback at `port`.
    pub fn new(port: u16) -> Self {
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let hosts = names.iter().map(|name| format!("{name}:{port}")).collect();
        Self { hosts, port, links: Mutex::default(), sessions: Mutex::default() }
    }

    /// A link that works once.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn link(&self) -> Result<String, getrandom::Error> {
        let token = secret()?;
        lock(&self.links).insert(token.clone());
        Ok(format!("http://127.0.0.1:{}/?token={token}", self.port))
    }

    /// Takes a link's token for a session. None where it was used or never given out.
    pub(crate) fn admit(&self, token: &str) -> Option<String> {
        if !lock(&self.links).remove(token) {
            return None;
        }
        let session = secret().ok()?;
        lock(&self.sessions).insert(session.clone());
        Some(session)
    }

    pub(crate) fn cookie(&self, session: &str) -> String {
        format!("{}={session}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name())
    }

    /// Cookies do not tell ports apart, so the name does.
    fn cookie_name(&self) -> String {
        format!("reporunner-{}", self.port)
    }

    /// Whether the request carries a session of ours.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|p| p.split_once('='));
        let sessions = lock(&self.sessions);
        pairs.any(|(key, value)| key.trim() == name && sessions.contains(value.trim()))
    }

    /// Whether the request was made for one of our names: stops names that point here by DNS.
    pub(crate) fn is_own_host(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let first = hosts.next().and_then(|host| host.to_str().ok());
        hosts.next().is_none()
            && first.is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
    }

    /// Whether the page that asks, if it says so, is one of ours.
    pub(crate) fn is_own_origin(&self, headers: &HeaderMap) -> bool {
        headers.get_all(header::ORIGIN).iter().all(|origin| {
            let origin = origin.to_str().ok().and_then(|text| text.strip_prefix("http://"));
            origin.is_some_and(|host| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
        })
    }
}

/// 256 bits as hex.
fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
