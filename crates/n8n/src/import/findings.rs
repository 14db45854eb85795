//! What an import finds out about the workflow once it is there, and what to do next.

use reporunner_model::{ExecutionOrder, Node};
use serde_json::{Map, Value};

use super::Import;
use crate::report::{CredentialReport, ExpressionReport, Fidelity, Warning, WarningKind};

/// Integers above this are not exact in JavaScript.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Import<'_> {
    /// Looks through the nodes.
    pub(super) fn find(&mut self, file: &Map<String, Value>, reads: &mut dyn FnMut(&str) -> bool) {
        self.expressions(reads);
        self.credentials();
        let mut at = Vec::new();
        if let Some(path) = large_number(&Value::Object(file.clone()), &mut at) {
            let message = format!("A number at {} is too large to be exact.", path.join("."));
            self.warn(WarningKind::LargeNumber, None, message);
        }
        self.next_for_nodes();
    }

    /// Looks through what is about the workflow as a whole.
    pub(super) fn find_in_settings(&mut self, file: &Map<String, Value>) {
        if !self.workflow.nodes.is_empty() && !self.has_trigger() {
            let message = "Nothing starts the workflow. Add a trigger to run it.".to_owned();
            self.warn(WarningKind::NoTrigger, None, message);
        }
        let setting = |key: &str| file.get("settings").and_then(|settings| settings.get(key));
        let named = |key: &str| setting(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (order, error_workflow) = (named("executionOrder"), named("errorWorkflow"));
        if !matches!(order.as_str(), "" | "v0" | "v1") {
            let message =
                format!("The execution order {order:?} is not known. The legacy one is used.");
            self.warn(WarningKind::Setting, None, message);
        }
        self.next_for_workflow(file, &error_workflow);
    }

    fn expressions(&mut self, reads: &mut dyn FnMut(&str) -> bool) {
        let mut all: Vec<ExpressionReport> = Vec::new();
        for node in self.workflow.nodes.values() {
            let mut path = Vec::new();
            for (key, value) in &node.params {
                path.push(key.clone());
                walk(value, &mut path, &mut |text, path| {
                    let (node, parameter) = (node.id.clone(), path.to_vec());
                    let (text, read) = (text.to_owned(), reads(text));
                    all.push(ExpressionReport { node, parameter, text, read });
                });
                path.pop();
            }
        }
        self.report.expressions = all.len();
        self.report.expressions_read = all.iter().filter(|found| found.read).count();
        for unread in all.iter().filter(|found| !found.read) {
            let name = self.workflow.nodes.get(&unread.node).map_or("", |node| &node.name);
            let place = unread.parameter.join(".");
            self.report.warnings.push(Warning {
                kind: WarningKind::Expression,
                node: Some(unread.node.clone()),
                parameter: unread.parameter.clone(),
                message: format!("{name}: the expression in {place} cannot be read."),
            });
        }
        self.report.expression_list = all;
    }

    fn credentials(&mut self) {
        let of = |node: &Node| -> Vec<CredentialReport> {
            let one = |(kind, name): (&String, &String)| CredentialReport {
                node: node.id.clone(),
                kind: kind.clone(),
                name: name.clone(),
            };
            node.creds.iter().map(one).collect()
        };
        self.report.credentials = self.workflow.nodes.values().flat_map(of).collect();
    }

    fn next_for_nodes(&mut self) {
        let mut next = Vec::new();
        let names = |fidelity| -> Vec<&str> {
            let nodes = self.report.nodes.iter().filter(|node| node.fidelity == fidelity);
            nodes.map(|node| node.name.as_str()).collect()
        };
        let stubs = names(Fidelity::Stub);
        if !stubs.is_empty() {
            next.push(format!(
                "Replace what has no counterpart here, or switch it off: {}.",
                some_of(&stubs)
            ));
        }
        let creds: Vec<String> = self
            .workflow
            .nodes
            .values()
            .flat_map(|node| node.creds.keys().map(move |kind| format!("{} ({kind})", node.name)))
            .collect();
        if !creds.is_empty() {
            let creds: Vec<&str> = creds.iter().map(String::as_str).collect();
            next.push(format!("Choose credentials for {}.", some_of(&creds)));
        }
        self.report.next = next;
    }

    fn next_for_workflow(&mut self, file: &Map<String, Value>, error_workflow: &str) {
        let next = &mut self.report.next;
        if self.workflow.settings.execution_order == ExecutionOrder::V0
            && self.workflow.nodes.len() > 1
        {
            let named = file.get("settings").is_some_and(|s| s.get("executionOrder").is_some());
            let why = if named { "as the file asks" } else { "since the file names none" };
            next.push(format!(
                "Branches run in n8n's legacy order, {why}. Choose another order in the settings \
                 once you have looked at them."
            ));
        }
        if !error_workflow.is_empty() {
            next.push("Choose in the settings which workflow is told of failures.".to_owned());
        }
        if file.get("active").and_then(Value::as_bool) == Some(true) {
            next.push("It was active in n8n. Switch it on here, and off there.".to_owned());
        }
    }
}

/// The first few, and how many more there are.
pub(super) fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Calls `see` with every expression and where it stands.
fn walk(value: &Value, path: &mut Vec<String>, see: &mut dyn FnMut(&str, &[String])) {
    let mut below = |step: String, value: &Value| {
        path.push(step);
        walk(value, path, see);
        path.pop();
    };
    match value {
        Value::String(text) if text.starts_with('=') => see(text, path),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| below(at.to_string(), value));
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key.clone(), value)),
        _ => {}
    }
}

/// Where the first number stands that is not exact in JavaScript.
fn large_number(value: &Value, at: &mut Vec<String>) -> Option<Vec<String>> {
    let mut below = |step: String, value: &Value| {
        at.push(step);
        let found = large_number(value, at);
        at.pop();
        found
    };
    match value {
        Value::Number(number) => {
            let size = number.as_f64().unwrap_or_default().abs();
            (size > EXACT && size.fract() == 0.0).then(|| at.clone())
        }
        Value::Array(list) => {
            list.iter().enumerate().find_map(|(index, value)| below(index.to_string(), value))
        }
        Value::Object(map) => map.iter().find_map(|(key, value)| below(key.clone(), value)),
        _ => None,
    }
}
