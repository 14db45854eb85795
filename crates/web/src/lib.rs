//! The interface in a browser: its files, and the protocol over a WebSocket.
//!
//! Only a browser that came by the one-time link may ask anything, and only pages of this very
//! address. Use cases are elsewhere: this crate knows nothing but [`Answer`].

mod files;
mod gatekeeper;
mod socket;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use reporunner_app::Answer;
use serde::Deserialize;

pub use gatekeeper::Gatekeeper;

/// What the routes share.
#[derive(Clone)]
struct Shared {
    answer: Arc<dyn Answer>,
    gatekeeper: Arc<Gatekeeper>,
}

/// The routes of the interface, for a server that listens where `gatekeeper` says.
pub fn router(answer: Arc<dyn Answer>, gatekeeper: Arc<Gatekeeper>) -> Router {
    let shared = Shared { answer, gatekeeper };
    Router::new()
        .route("/", get(enter))
        .route("/rpc", get(socket::upgrade))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(get(files::serve))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

#[derive(Deserialize)]
struct Entry {
    token: Option<String>,
}

/// The page itself; with a token, the one-time way in.
async fn enter(State(shared): State<Shared>, Query(entry): Query<Entry>) -> Response {
    let Some(token) = entry.token else { return files::page() };
    match shared.gatekeeper.admit(&token) {
        Some(session) => {
            let mut response = Redirect::to("/").into_response();
            let cookie = shared.gatekeeper.cookie(&session);
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(header::SET_COOKIE, value);
            }
            response
        }
        None => (StatusCode::FORBIDDEN, files::used_link()).into_response(),
    }
}

/// Refuses what does not come from a page of this address, and hardens every answer.
async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&shared, &request) {
        Some((status, why)) => (status, why).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HARDENING {
        response.headers_mut().insert(name.clone(), HeaderValue::from_static(value));
    }
    response
}

fn refusal(shared: &Shared, request: &Request) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    if !shared.gatekeeper.is_own_host(headers) {
        return Some((StatusCode::MISDIRECTED_REQUEST, "This address is not served here.\n"));
    }
    if !shared.gatekeeper.is_own_origin(headers) {
        return Some((StatusCode::FORBIDDEN, "Only pages of this address may ask.\n"));
    }
    // The files hold nothing private; only the protocol needs a session.
    if request.uri().path() == "/rpc" && !shared.gatekeeper.knows(headers) {
        let why = "Open the link that `reporunner serve` printed.\n";
        return Some((StatusCode::UNAUTHORIZED, why));
    }
    None
}

const HARDENING: &[(header::HeaderName, &str)] = &[
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' \
         'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];
