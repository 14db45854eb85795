//! Requests and answers as plain values, for those who know no web framework.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// A request with its whole body.
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
    /// The body.
    pub body: Bytes,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct ServerResponse {
    /// Status code.
    pub status: u16,
    /// Headers in order. What cannot be a header is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
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
    Router::new().fallback(move |request: Request| {
        let handler = Arc::clone(&handler);
        async move {
            match read(request, most).await {
                Ok(request) => write(handler(request).await),
                Err(refused) => refused.into_response(),
            }
        }
    })
}

/// Headers that say how a body is framed.
const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "connection", "upgrade"];

async fn read(request: Request, most: usize) -> Result<ServerRequest, (StatusCode, String)> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, most).await.map_err(|error| {
        if error.to_string().contains("length limit") {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {most} bytes.\n"))
        } else {
            (StatusCode::REQUEST_TIMEOUT, "The body did not arrive.\n".to_owned())
        }
    })?;
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Ok(ServerRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    })
}

fn write(answer: ServerResponse) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        // How the body is framed is the server's to say.
        if FRAMING.iter().any(|framing| framing.eq_ignore_ascii_case(&name)) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
