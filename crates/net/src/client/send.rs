//! Sending: each hop is checked, redirects are followed here.

use std::error::Error as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::Method;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::{Host, Position, Url};

use super::resolve::{AllRefused, NoSuchHost};
use super::{Body, Client, Error, Part, PartContent, Request, Response, host_of};

/// Headers that go to the host they were meant for only.
const PRIVATE: [HeaderName; 4] =
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST];
/// Headers that follow from the body and the connection. A wrong one would let a request hide in
/// the body of another.
const FRAMING: [HeaderName; 4] =
    [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE];

impl Client {
    /// Sends a request and gives the head of the answer. Any status is an answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let pool = self.pool(&request)?;
        let mut url = parse(&request.url)?;
        let mut method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Error::BadRequest(format!("{} is no method", request.method)))?;
        let mut headers = header_map(&request.headers)?;
        let mut body = request.body;
        let began = Instant::now();
        let host = |url: &Url| host_of(url.as_str());
        let proxy = request.proxy.as_ref().filter(|_| self.shared.stand_in.is_none());
        if let Some(proxy) = proxy {
            self.check(&proxy_url(proxy)?, false)?;
        }
        for _ in 0..=request.max_redirects {
            self.check(&url, true)?;
            if proxy.is_some() {
                self.check_names_behind_proxy(&url).await?;
            }
            let mut builder = self.begin(&pool, &method, &url).headers(headers.clone());
            if let Some(timeout) = request.timeout {
                let left = timeout.saturating_sub(began.elapsed());
                if left == Duration::ZERO {
                    return Err(Error::TimedOut(host(&url)));
                }
                builder = builder.timeout(left);
            }
            builder = with_body(builder, &body)?;
            let answer = builder.send().await.map_err(|error| explain(&error, &url))?;
            let Some(next) = redirect(&answer, &url).filter(|_| request.max_redirects > 0) else {
                return Ok(self.response(answer, &url));
            };
            // RFC 9110, section 15.4: 303 asks for GET; 301 and 302 are answered the same way
            // where a body was posted, as every browser does.
            let status = answer.status().as_u16();
            if status == 303 || (matches!(status, 301 | 302) && method == Method::POST) {
                method = if method == Method::HEAD { method } else { Method::GET };
                body = Body::Empty;
                headers.remove(header::CONTENT_TYPE);
            }
            if next.origin() != url.origin() {
                PRIVATE.iter().for_each(|name| drop(headers.remove(name)));
            }
            url = next;
        }
        Err(Error::TooManyRedirects(host(&url)))
    }

    /// A request to `url`, or to whoever answers in its place.
    fn begin(&self, pool: &reqwest::Client, method: &Method, url: &Url) -> reqwest::RequestBuilder {
        let Some(port) = self.shared.stand_in else {
            return pool.request(method.clone(), url.clone());
        };
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let forwarded = format!("proto={};host=\"{host}\"", url.scheme());
        let mut here = url.clone();
        // An address of the web takes each of these.
        let _ = here.set_scheme("http");
        let _ = here.set_ip_host(Ipv4Addr::LOCALHOST.into());
        let _ = here.set_port(Some(port));
        pool.request(method.clone(), here).header(header::FORWARDED, forwarded)
    }

    /// The answer as if it came from `url`: what the way from a stand-in adds is not told.
    fn response(&self, answer: reqwest::Response, url: &Url) -> Response {
        let status = answer.status();
        let hidden = |name: &HeaderName| *name == header::DATE || FRAMING.contains(name);
        let headers = answer
            .headers()
            .iter()
            .filter(|(name, _)| self.shared.stand_in.is_none() || !hidden(name))
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Response {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            headers,
            url: url.to_string(),
            body: answer.bytes_stream().boxed(),
        }
    }

    /// Checks what is known before connecting; names are checked when they are resolved.
    fn check(&self, url: &Url, listed: bool) -> Result<(), Error> {
        let refused = |refusal| Error::Refused { host: host_of(url.as_str()), refusal };
        let reach = &self.shared.reach;
        match url.host() {
            Some(Host::Ipv4(address)) => reach.check_address(address.into()).map_err(refused)?,
            Some(Host::Ipv6(address)) => reach.check_address(address.into()).map_err(refused)?,
            Some(Host::Domain(_)) => {}
            None => return Err(Error::BadUrl(url.to_string())),
        }
        if !listed {
            return Ok(());
        }
        reach.check_host(url.host_str().unwrap_or_default()).map_err(refused)
    }

    /// A proxy resolves the name itself, so what it means is looked up here first. A name that
    /// only the proxy knows goes through where the local network is allowed.
    async fn check_names_behind_proxy(&self, url: &Url) -> Result<(), Error> {
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        let reach = &self.shared.reach;
        let found: Vec<SocketAddr> = match tokio::net::lookup_host((name, 0)).await {
            Ok(found) => found.collect(),
            Err(_) if reach.lan => return Ok(()),
            Err(_) => return Err(Error::NoSuchHost(name.to_owned())),
        };
        let refused = |refusal| Error::Refused { host: name.to_owned(), refusal };
        found.into_iter().try_for_each(|address| reach.check_address(address.ip())).map_err(refused)
    }
}

/// The address of a proxy; `host:port` alone means HTTP, as for the library behind.
fn proxy_url(text: &str) -> Result<Url, Error> {
    let bad = || Error::BadRequest(format!("{text} is no proxy"));
    let text = text.trim();
    let url =
        if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    let url = url.map_err(|_| bad())?;
    // Other schemes would leave the host unparsed, an address among them.
    let known = url.has_host() && matches!(url.scheme(), "http" | "https");
    if known { Ok(url) } else { Err(bad()) }
}

fn parse(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text.trim()).map_err(|_| Error::BadUrl(text.to_owned()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(Error::BadUrl(text.to_owned())),
    }
}

fn header_map(list: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        let bad = || {
            Error::BadRequest(format!("the header {name} has a name or value that cannot be sent"))
        };
        let name = HeaderName::try_from(name.trim()).map_err(|_| bad())?;
        if FRAMING.contains(&name) {
            continue;
        }
        headers.append(name, HeaderValue::from_str(value).map_err(|_| bad())?);
    }
    Ok(headers)
}

fn with_body(
    builder: reqwest::RequestBuilder,
    body: &Body,
) -> Result<reqwest::RequestBuilder, Error> {
    Ok(match body {
        Body::Empty => builder,
        Body::Bytes(bytes) => builder.body(bytes.clone()),
        Body::Multipart(parts) => {
            let mut form = reqwest::multipart::Form::new();
            for Part { name, content } in parts {
                form = match content {
                    PartContent::Text(text) => form.text(name.clone(), text.clone()),
                    PartContent::File { bytes, file_name, mime_type } => {
                        let part = reqwest::multipart::Part::stream(bytes.clone())
                            .file_name(file_name.clone())
                            .mime_str(mime_type)
                            .map_err(|_| {
                                Error::BadRequest(format!("{mime_type} is no content type"))
                            })?;
                        form.part(name.clone(), part)
                    }
                };
            }
            builder.multipart(form)
        }
    })
}

fn redirect(answer: &reqwest::Response, from: &Url) -> Option<Url> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers().get(reqwest::header::LOCATION)?;
    let next = from.join(location.to_str().ok()?).ok()?;
    matches!(next.scheme(), "http" | "https").then_some(next)
}

fn explain(error: &reqwest::Error, url: &Url) -> Error {
    let host = host_of(url.as_str());
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(AllRefused(refusal)) = inner.downcast_ref() {
            return Error::Refused { host, refusal: refusal.clone() };
        }
        if inner.is::<NoSuchHost>() {
            return Error::NoSuchHost(host);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        Error::TimedOut(host)
    } else if error.is_connect() {
        Error::Unreachable { host, reason: innermost(error) }
    } else if error.is_builder() {
        Error::BadRequest(innermost(error))
    } else {
        Error::Broken { host, reason: innermost(error) }
    }
}

/// What the last error of the chain says: the system's own words.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}
