//! The one HTTP client. Its types are ours; the library behind it does not show.

mod resolve;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use crate::{Reach, Refusal};

pub use resolve::resolve;

/// Longest time until a connection stands.
const CONNECT: Duration = Duration::from_secs(30);
/// What requests say they come from, unless they say something else: some services refuse those
/// that say nothing.
const USER_AGENT: &str = concat!("reporunner/", env!("CARGO_PKG_VERSION"));
/// Most connection pools kept.
const POOLS: usize = 32;

/// Sends requests to where a [`Reach`] allows. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    reach: Reach,
    /// The port here that answers in place of every host.
    stand_in: Option<u16>,
    /// Connection pools by what cannot be set for one request.
    pools: Mutex<HashMap<PoolKey, reqwest::Client>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct PoolKey {
    allow_invalid_certificates: bool,
    proxy: Option<String>,
}

/// One request.
#[derive(Default)]
pub struct Request {
    /// Method in capitals.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// Time for the whole exchange, the answer's body included.
    pub timeout: Option<Duration>,
    /// Redirects that are followed.
    pub max_redirects: u32,
    /// Whether certificates that cannot be verified are accepted.
    pub allow_invalid_certificates: bool,
    /// Proxy to go through, a URL.
    pub proxy: Option<String>,
}

/// A request's body. It can be sent again after a redirect.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// These bytes. Files are read before: where a server answers and closes before it has taken in
    /// the body, as with a redirect or a refusal, the library behind loses the answer more often
    /// while it waits for pieces than while it sends bytes that are there.
    Bytes(Bytes),
    /// `multipart/form-data`.
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// What it holds.
    pub content: PartContent,
}

/// What a part holds.
#[derive(Debug, Clone)]
pub enum PartContent {
    /// Text.
    Text(String),
    /// A file.
    File {
        /// What is in it.
        bytes: Bytes,
        /// Its name.
        file_name: String,
        /// Its content type.
        mime_type: String,
    },
}

/// The head of an answer; its body is read in pieces.
pub struct Response {
    /// Status code.
    pub status: u16,
    /// The standard reason for the status.
    pub reason: &'static str,
    /// Headers with lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// Where the answer came from in the end.
    pub url: String,
    body: BoxStream<'static, Result<Bytes, reqwest::Error>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL makes no sense.
    #[error("{0} is not a web address")]
    BadUrl(String),
    /// The request cannot be made.
    #[error("the request cannot be made: {0}")]
    BadRequest(String),
    /// The address is not allowed.
    #[error("{host} was not contacted: {refusal}")]
    Refused {
        /// The host.
        host: String,
        /// Why.
        refusal: Refusal,
    },
    /// The name does not exist.
    #[error("there is no host called {0}")]
    NoSuchHost(String),
    /// Nobody answered there.
    #[error("{host} could not be reached: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// It took too long.
    #[error("{0} did not answer in time")]
    TimedOut(String),
    /// More redirects than allowed.
    #[error("{0} redirected more often than allowed")]
    TooManyRedirects(String),
    /// The body is larger than allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The connection broke.
    #[error("the connection to {host} broke: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// What the system says.
        reason: String,
    },
}

impl Error {
    /// Whether the same request may work later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut(_) | Self::Broken { .. })
    }
}

impl Client {
    /// A client that reaches what `reach` allows.
    pub fn new(reach: Reach) -> Self {
        Self { shared: Arc::new(Shared { reach, stand_in: None, pools: Mutex::default() }) }
    }

    /// A client for trying workflows where no request may leave the machine: whatever address it
    /// is given, the server at `port` of this machine answers, in plain text and by no proxy.
    /// Nothing is resolved; the server reads in `Forwarded` (RFC 7239) whom the request was meant
    /// for.
    pub fn answered_at(port: u16, reach: Reach) -> Self {
        let stand_in = Some(port);
        Self { shared: Arc::new(Shared { reach, stand_in, pools: Mutex::default() }) }
    }

    fn pool(&self, request: &Request) -> Result<reqwest::Client, Error> {
        let key = PoolKey {
            allow_invalid_certificates: request.allow_invalid_certificates,
            proxy: request.proxy.clone().filter(|_| self.shared.stand_in.is_none()),
        };
        let mut pools = self.shared.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let bad = |error: reqwest::Error| Error::BadRequest(error.to_string());
        // A workflow may compute a proxy for each item; pools are not kept for all of them.
        if pools.len() >= POOLS {
            pools.clear();
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(key.allow_invalid_certificates)
            .dns_resolver(Arc::new(resolve::Checked(self.shared.reach.clone())));
        builder = match &key.proxy {
            Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy).map_err(bad)?),
            None => builder.no_proxy(),
        };
        let pool = builder.build().map_err(bad)?;
        pools.insert(key, pool.clone());
        Ok(pool)
    }
}

impl Response {
    /// The next piece of the body; none at its end.
    ///
    /// # Errors
    /// Where the connection breaks or time is up.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        use futures_util::StreamExt;
        let host = || host_of(&self.url);
        match self.body.next().await {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(error)) if error.is_timeout() => Err(Error::TimedOut(host())),
            Some(Err(error)) => {
                Err(Error::Broken { host: host(), reason: send::innermost(&error) })
            }
        }
    }

    /// The whole body, if it is no larger than `most` bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or why the body did not arrive.
    pub async fn bytes(&mut self, most: usize) -> Result<Bytes, Error> {
        let mut all = bytes::BytesMut::new();
        while let Some(piece) = self.chunk().await? {
            if all.len() + piece.len() > most {
                return Err(Error::TooLarge(most));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}

fn host_of(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
