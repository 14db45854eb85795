//! The interface's files. A release build carries them, a debug build reads `ui/dist`.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

fn find(path: &str) -> Option<EmbeddedFile> {
    Files::get(path.trim_start_matches('/'))
}

/// The page. Every address of the interface is this page; it reads the address itself.
pub(crate) fn page() -> Response {
    match find("index.html") {
        Some(file) => respond("index.html", file),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response(),
    }
}

/// What somebody sees who opens a link for the second time.
pub(crate) fn used_link() -> Html<&'static str> {
    Html(USED_LINK)
}

pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    match find(path) {
        Some(file) => respond(path, file),
        // A file that is missing is missing; any other address is a place in the interface.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            StatusCode::NOT_FOUND.into_response()
        }
        None => page(),
    }
}

fn respond(path: &str, file: EmbeddedFile) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let body = match file.data {
        // What the program carries goes out from where it lies.
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    if let Ok(value) = HeaderValue::from_str(kind.as_ref()) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

const NOT_BUILT: &str = "<!doctype html><title>Reporunner</title><p>The interface was not built \
                         into this program. Run <code>cargo xtask ui</code> and start it again.";

const USED_LINK: &str = "<!doctype html><title>Reporunner</title><p>This link was used already. \
                         Start <code>reporunner serve</code> again for a new one.";
