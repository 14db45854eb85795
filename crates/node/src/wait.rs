//! What a node says that waits: until when, and for what. Keeping it until then is the runner's.

use reporunner_model::{RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a node that waits says about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wait {
    /// When it goes on by itself; none: only when somebody wakes it.
    pub until: Option<Timestamp>,
    /// Whether it runs again then. If not, it passes its first input on.
    pub again: bool,
    /// For what it waits.
    pub note: WaitNote,
}

/// For what a node waits: what whoever wakes it has to know.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WaitNote {
    /// For its time.
    #[default]
    Time,
    /// For a call of the run's address.
    Call {
        /// The method that it takes, in capitals.
        method: String,
        /// What comes after the address.
        suffix: String,
        /// The node's options about calls, as they were when it began to wait.
        options: Map<String, Value>,
    },
    /// For a form that somebody sends.
    Form(Box<FormWait>),
    /// For the end of a run that it asked for.
    Child(RunId),
}

/// A form that a run waits for, worked out when it came to wait: the same after a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormWait {
    /// What comes after the address.
    pub suffix: String,
    /// When the wait began, which tells it from an earlier one of the same node.
    pub since: Timestamp,
    /// Version of the form's parameters, as the Form Trigger counts them.
    pub version: f64,
    /// Who may send it, as the node's parameter says; empty: as the Form Trigger has it.
    #[serde(default)]
    pub authentication: String,
    /// What is answered, as the node's parameter says; empty: the next page.
    #[serde(default)]
    pub response_mode: String,
    /// The node's parameters, which say what is asked.
    pub form: Value,
}

impl WaitNote {
    /// As it is kept.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("it is plain data")
    }

    /// Whether another note is about the same wait, of the same node: each form is another, the
    /// others are alike.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Form(one), Self::Form(other)) => one.since == other.since,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// As it was kept, by this build or an older one. What cannot be read waits for its time.
    pub fn of_value(value: &Value) -> Self {
        Self::deserialize(value).ok().or_else(|| earlier(value)).unwrap_or_default()
    }
}

/// A call as builds up to November 2026 kept it; all else they kept as it is kept now.
fn earlier(value: &Value) -> Option<WaitNote> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if text("resume")? != "webhook" {
        return None;
    }
    Some(WaitNote::Call {
        method: text("method").unwrap_or_default().to_owned(),
        suffix: text("suffix").unwrap_or_default().to_owned(),
        options: value.get("options").and_then(Value::as_object).cloned().unwrap_or_default(),
    })
}
