//! The frames of a connection: questions with numbers, answers with the same, events.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Event, Failure, Request};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FromClient {
    /// Number of the question, made by the client.
    pub id: u64,
    /// The question.
    pub request: Request,
}

/// What a server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum FromServer {
    /// The reply to a question.
    Reply {
        /// Number of the question.
        id: u64,
        /// The command's reply as JSON.
        reply: Value,
    },
    /// Why a question could not be answered.
    Failure {
        /// Number of the question.
        id: u64,
        /// Why.
        failure: Failure,
    },
    /// Something happened.
    Event {
        /// What.
        event: Event,
    },
}
