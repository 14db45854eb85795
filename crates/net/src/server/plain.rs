//! Requests and answers as plain values, for those who know no web framework.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::body::{BodyError, RequestBody};
use crate::pieces::pieces;

/// A request, with its whole body where that was read.
#[derive(Debug, Clone, Default)]
pub struct ServerRequest {
    /// Method in capitals.
    pub method: String,
    /// Path with its leading slash, as it was sent.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// Headers with lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty where it is still to be read.
    pub body: Bytes,
    /// The address at the other end of the connection.
    pub from: Option<IpAddr>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct ServerResponse {
    /// Status code. One that announces another answer cannot be the answer: it becomes 500.
    pub status: u16,
    /// Headers in order. What cannot be a header is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// A file that is the body in place of the bytes; it is sent whole.
    pub file: Option<Arc<File>>,
}

impl ServerRequest {
    /// The first header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Routes that give every request to `handler`; a body of more than `most` bytes is refused.
pub fn plain<F, R>(most: usize, handler: F) -> Router
where
    F: Fn(ServerRequest) -> R + Send + Sync + 'static,
    R: Future<Output = ServerResponse> + Send + 'static,
{
    let handler = Arc::new(handler);
    streamed(move |mut request, mut body| {
        let handler = Arc::clone(&handler);
        async move {
            request.body = match body.whole(most).await {
                Ok(body) => body,
                Err(error) => return refused(&error),
            };
            handler(request).await
        }
    })
}

/// Routes that give every request to `handler` as soon as its head is there, and let that read the
/// body as it likes.
pub fn streamed<F, R>(handler: F) -> Router
where
    F: Fn(ServerRequest, RequestBody) -> R + Send + Sync + 'static,
    R: Future<Output = ServerResponse> + Send + 'static,
{
    let handler = Arc::new(handler);
    Router::new().fallback(move |request: Request| {
        let handler = Arc::clone(&handler);
        async move {
            let (parts, body) = request.into_parts();
            let waits = parts.headers.contains_key(header::EXPECT);
            write(handler(head(parts), RequestBody::new(body, waits)).await)
        }
    })
}

/// Headers that say how a body is framed.
const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "connection", "upgrade"];

fn head(parts: Parts) -> ServerRequest {
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    ServerRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: Bytes::new(),
        from,
    }
}

fn refused(error: &BodyError) -> ServerResponse {
    let status = match error {
        BodyError::TooLarge(_) => 413,
        BodyError::Broken(_) => 408,
    };
    ServerResponse { status, body: format!("{error}\n").into(), ..ServerResponse::default() }
}

fn write(answer: ServerResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if status.is_informational() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let empty = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let (body, length) = match answer.file {
        _ if empty => (Body::empty(), None),
        Some(file) => {
            let (pieces, length) = pieces(file);
            (Body::from_stream(pieces), length)
        }
        None => (Body::from(answer.body), None),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(answer.headers.len());
    for (name, value) in answer.headers {
        // How the body is framed is the server's to say.
        if FRAMING.iter().any(|framing| framing.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    response
}
