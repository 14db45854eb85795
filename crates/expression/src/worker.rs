//! The program that runs in a sandbox child: JavaScript for what is not evaluated natively.
//!
//! Each request gets a realm of its own, so nothing that one leaves behind is seen by the next.
//! Dates and extension methods are the native ones, reached through one host function that takes
//! and gives text. There is nothing else of the host in a realm: no files, no network, no process.

mod host;
mod realm;

use reporunner_model::limits::WORKER_MEMORY_BYTES;
use reporunner_sandbox::child::{self, Limits};

use crate::request::{Answer, Response, unpack};
use crate::{ErrorKind, ExpressionError};

/// Serves requests on the standard streams until the parent closes them. Gives the exit code.
///
/// Call it first thing, before any thread starts.
pub fn main_loop() -> i32 {
    let limits = Limits { memory_bytes: WORKER_MEMORY_BYTES, ..Limits::default() };
    if child::harden(limits).is_err() {
        return 70;
    }
    match child::serve(limits, |request| answer(&request)) {
        Ok(()) => 0,
        Err(_) => 74,
    }
}

/// The answer to one request.
fn answer(request: &[u8]) -> Vec<u8> {
    let error = match unpack(request) {
        Some((head, body)) => match realm::run(&head, body) {
            Ok(answer) => return answer.into_bytes(),
            Err(error) => error,
        },
        None => ExpressionError::new(
            ErrorKind::Worker,
            "The worker was sent something else than a request",
        ),
    };
    let response =
        Response { answers: vec![Answer { v: None, e: Some(error) }], ..Response::default() };
    serde_json::to_vec(&response).unwrap_or_default()
}
