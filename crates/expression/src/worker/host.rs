//! The one host function: native methods and dates for scripts. Text in, text out.

use std::sync::Arc;

use reporunner_model::{Item, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::eval::{Args, Eval, Res, Stop};
use crate::request::Head;
use crate::value::Val;
use crate::wire::{decode, encode};
use crate::{Ambient, Frame, WorkflowInfo};

/// What scripts reach of the host.
pub(super) struct Host {
    frame: Frame,
}

/// One call of a script.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase")]
enum Call {
    /// A method of a value.
    Method { on: Value, name: String, args: Vec<Value> },
    /// A member of a value.
    Member { on: Value, name: String },
    /// A function of a global.
    Static { class: String, name: String, args: Vec<Value> },
    /// A constant of a global.
    Constant { class: String, name: String },
    /// A query of JMESPath.
    Query { on: Value, query: String },
    /// The text of a value in a language.
    Compare { a: String, b: String },
}

impl Host {
    pub(super) fn new(head: &Head) -> Self {
        let mut ambient =
            Ambient::new(WorkflowInfo::default(), &head.timezone, Timestamp(head.now));
        if let Ok(zone) = jiff::tz::TimeZone::get(&head.system_timezone) {
            ambient.system_timezone = zone;
        }
        ambient.random = head.random;
        Self { frame: Frame::of_item(Item::default(), Arc::new(ambient)) }
    }

    /// `{v}` for a value, `{e}` for an error to show, `{t}` for one that scripts may catch, `{n}`
    /// where there is no such thing.
    pub(super) fn call(&self, request: &str) -> String {
        let answer = match serde_json::from_str::<Call>(request) {
            Ok(call) => {
                let eval = Eval::new(&self.frame, 0);
                match perform(&eval, call) {
                    Ok(value) => json!({ "v": encode(&value, 0) }),
                    Err(Stop::Error(error)) => json!({ "e": *error }),
                    Err(Stop::Thrown(message)) => json!({ "t": message }),
                    Err(Stop::Worker(_) | Stop::Short) => json!({ "n": true }),
                }
            }
            Err(error) => json!({ "t": error.to_string() }),
        };
        answer.to_string()
    }
}

fn perform<'a>(eval: &Eval<'a>, call: Call) -> Res<'a> {
    let values = |args: Vec<Value>| -> Vec<Val<'a>> {
        args.into_iter().map(|value| decode(eval, value)).collect()
    };
    match call {
        Call::Method { on, name, args } => {
            eval.call_method(&decode(eval, on), &name, &Args(&values(args)))
        }
        Call::Member { on, name } => eval.member(&decode(eval, on), &name),
        Call::Static { class, name, args } => eval.call_static(&class, &name, &Args(&values(args))),
        Call::Constant { class, name } => eval.static_member(&class, &name),
        Call::Query { on, query } => match search(&on, &query) {
            Ok(value) => Ok(decode(eval, value)),
            Err(message) => Stop::error(message),
        },
        Call::Compare { a, b } => Ok(Val::Number(f64::from(crate::methods::collate(&a, &b) as i8))),
    }
}

fn search(value: &Value, query: &str) -> Result<Value, String> {
    let query =
        jmespath::compile(query).map_err(|error| format!("Query is no JMESPath: {error}"))?;
    let variable = jmespath::Variable::from_json(&value.to_string())?;
    let found =
        query.search(variable).map_err(|error| format!("JMESPath query failed: {error}"))?;
    serde_json::from_str(&found.to_string()).map_err(|error| error.to_string())
}
