//! HTTP requests through the one client.

use std::io::Write;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reporunner_model::{BinaryRef, ErrorOrigin, NodeError, limits};
use reporunner_net::{Body, Client, Error, Part, PartContent, Request, Response};
use reporunner_node::{
    Binary, Http, HttpBody, HttpRequest, HttpResponse, PartContent as NodePartContent,
};

use super::binary::{StoredBinaries, from_io};

/// Longest exchange where the node sets no limit.
const TIMEOUT: Duration = Duration::from_secs(300);
/// Largest answer that is kept in memory, bytes; a larger one is saved as a file.
const MEMORY_BYTES: usize = 4 * limits::BODY_BYTES;

/// HTTP for nodes.
#[derive(Clone)]
pub(crate) struct NetHttp {
    client: Client,
    binaries: StoredBinaries,
}

impl NetHttp {
    pub(crate) fn new(client: Client, binaries: StoredBinaries) -> Self {
        Self { client, binaries }
    }

    async fn body(&self, body: HttpBody) -> Result<Body, NodeError> {
        Ok(match body {
            HttpBody::Empty => Body::Empty,
            HttpBody::Bytes(bytes) => Body::Bytes(bytes),
            HttpBody::Binary(binary) => Body::Bytes(self.binaries.get(&binary).await?),
            HttpBody::Multipart(parts) => {
                let mut sent = Vec::with_capacity(parts.len());
                for part in parts {
                    let content = match part.content {
                        NodePartContent::Text(text) => PartContent::Text(text),
                        NodePartContent::Binary(binary) => self.file_part(&binary).await?,
                    };
                    sent.push(Part { name: part.name, content });
                }
                Body::Multipart(sent)
            }
        })
    }

    async fn file_part(&self, binary: &BinaryRef) -> Result<PartContent, NodeError> {
        Ok(PartContent::File {
            bytes: self.binaries.get(binary).await?,
            file_name: binary.file_name.clone().unwrap_or_else(|| "file".to_owned()),
            mime_type: match binary.mime_type.as_str() {
                "" => "application/octet-stream".to_owned(),
                known => known.to_owned(),
            },
        })
    }

    async fn save(&self, answer: &mut Response) -> Result<BinaryRef, NodeError> {
        let announced = answer.headers.iter().find(|(key, _)| key == "content-length");
        let announced: Option<u64> = announced.and_then(|(_, text)| text.parse().ok());
        if announced.is_some_and(|bytes| bytes > limits::SAVED_ANSWER_BYTES) {
            return Err(too_large_to_save());
        }
        let mut bytes = 0_u64;
        let mut writer = self.binaries.writer()?;
        while let Some(piece) = answer.chunk().await.map_err(|error| explain(&error))? {
            bytes += piece.len() as u64;
            if bytes > limits::SAVED_ANSWER_BYTES {
                return Err(too_large_to_save());
            }
            writer.write_all(&piece).map_err(|error| from_io("the answer", &error))?;
        }
        let header = |name: &str| {
            answer.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        let mime_type = header("content-type").and_then(|kind| kind.split(';').next());
        let name = header("content-disposition")
            .and_then(disposition_name)
            .or_else(|| last_segment(&answer.url));
        self.binaries.finish(writer, name.as_deref(), mime_type.map(str::trim))
    }
}

#[async_trait]
impl Http for NetHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NodeError> {
        let save = request.save_body;
        let sent = Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: self.body(request.body).await?,
            timeout: Some(request.timeout_ms.map_or(TIMEOUT, Duration::from_millis)),
            max_redirects: request.max_redirects,
            allow_invalid_certificates: request.allow_invalid_certificates,
            proxy: request.proxy,
        };
        let mut answer = self.client.send(sent).await.map_err(|error| explain(&error))?;
        let (body, saved) = if save {
            (Bytes::new(), Some(self.save(&mut answer).await?))
        } else {
            (answer.bytes(MEMORY_BYTES).await.map_err(|error| explain(&error))?, None)
        };
        Ok(HttpResponse {
            status: answer.status,
            status_text: answer.reason.to_owned(),
            headers: answer.headers,
            url: answer.url,
            body,
            saved,
        })
    }
}

fn too_large_to_save() -> NodeError {
    let most = limits::SAVED_ANSWER_BYTES / (1024 * 1024);
    NodeError::new(format!("the answer is larger than {most} MiB"))
        .from_origin(ErrorOrigin::Limit)
        .hint("Ask the service for a part of it, or fetch the file with another program.")
}

pub(super) fn explain(error: &Error) -> NodeError {
    let said = NodeError::new(error.to_string()).from_origin(ErrorOrigin::Outside);
    let hint = match error {
        Error::BadUrl(_) => Some("Give an address that starts with http:// or https://."),
        Error::Refused { refusal, .. } => refusal.hint(),
        Error::NoSuchHost(_) => Some("Check the spelling of the host, and the connection."),
        Error::Unreachable { .. } => Some("Check that the service runs, and its port."),
        Error::TimedOut(_) => Some("Try again, or raise the timeout in the node's options."),
        Error::TooManyRedirects(_) => Some("Raise the number of redirects in the node's options."),
        Error::TooLarge(_) => Some("Ask for the response as a file."),
        Error::BadRequest(_) | Error::Broken { .. } => None,
    };
    let said = match hint {
        Some(hint) => said.hint(hint),
        None => said,
    };
    if error.is_transient() { said.retryable() } else { said }
}

/// The file name in a `Content-Disposition` header (RFC 6266).
fn disposition_name(header: &str) -> Option<String> {
    let names = header.split(';').filter_map(|part| part.trim().split_once('='));
    let (_, name) = names.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("filename"))?;
    let name = name.trim().trim_matches('"').rsplit(['/', '\\']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let name = path.splitn(4, '/').nth(3)?.rsplit('/').next()?;
    name.contains('.').then(|| name.to_owned())
}
