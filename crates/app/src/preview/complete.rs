//! What may come next in an expression: variables, nodes, fields of the data, methods.

use reporunner_expression::{ValueKind, methods_of};
use reporunner_protocol::{Complete, Completion, CompletionKind, Failure};
use serde_json::Value;

use crate::data::type_name;
use crate::{App, Caller};

/// Variables with what they are.
const VARIABLES: &[(&str, &str)] = &[
    ("$json", "the current item's data"),
    ("$input", "the items that came in"),
    ("$('…')", "what another node gave"),
    ("$now", "the current date and time"),
    ("$today", "midnight today"),
    ("$itemIndex", "number of the current item"),
    ("$vars", "variables of this machine"),
    ("$workflow", "this workflow"),
    ("$execution", "this run"),
    ("$prevNode", "the node that the data came from"),
    ("$binary", "the current item's files"),
    ("$runIndex", "earlier runs of this node"),
    ("$if", "one of two values"),
    ("$ifEmpty", "a value where another is empty"),
    ("$max", "the largest of several numbers"),
    ("$min", "the smallest of several numbers"),
    ("DateTime", "dates and times"),
    ("Math", "mathematics"),
    ("JSON", "reads and writes JSON"),
    ("Object", "keys, values, entries"),
];

impl App {
    /// What may come next in an expression.
    pub(crate) async fn complete(
        &self,
        _: &Caller,
        command: Complete,
    ) -> Result<Vec<Completion>, Failure> {
        let workflow = self.draft(&command.workflow).await?;
        let open = command.text.rsplit("{{").next().unwrap_or_default();
        let word_at = open
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .map_or(0, |at| at + open[at..].chars().next().map_or(1, char::len_utf8));
        let word = &open[word_at..];
        let before = &open[..word_at];
        let replace = word.encode_utf16().count();
        // Inside `$('` the names of nodes come.
        if let Some(quote) = before.rfind("$('").or_else(|| before.rfind("$(\""))
            && !before[quote + 3..].contains(['\'', '"'])
        {
            let typed = format!("{}{word}", &before[quote + 3..]);
            let replace = typed.encode_utf16().count();
            let names = workflow.nodes.values().filter(|node| node.id != command.node);
            let fitting = names.filter(|node| starts_like(&node.name, &typed));
            return Ok(fitting
                .map(|node| Completion {
                    label: node.name.clone(),
                    insert: node.name.replace('\'', "\\'"),
                    replace,
                    detail: String::new(),
                    kind: CompletionKind::Node,
                })
                .collect());
        }
        let Some(receiver) = before.trim_end().strip_suffix('.').map(str::trim_end) else {
            return Ok(variables(word, replace));
        };
        let receiver = chain(receiver.trim_end_matches('?'));
        let text = Value::String(format!("={{{{ {receiver} }}}}"));
        let frame = self.frame_of(workflow, command.node, vec![text.clone()]).await?;
        let Some(frame) = frame else { return Ok(Vec::new()) };
        let item = command.item.min(frame.items().len().saturating_sub(1));
        let value = self.previewer().resolve(&text, &frame, item).await;
        Ok(value.map_or_else(|_| Vec::new(), |value| members(&value, word, replace)))
    }
}

fn starts_like(name: &str, typed: &str) -> bool {
    name.to_lowercase().contains(&typed.to_lowercase())
}

fn variables(word: &str, replace: usize) -> Vec<Completion> {
    let fitting = VARIABLES.iter().filter(|(name, _)| starts_like(name, word));
    fitting
        .map(|(name, detail)| Completion {
            label: (*name).to_owned(),
            insert: name.replace('…', ""),
            replace,
            detail: (*detail).to_owned(),
            kind: CompletionKind::Variable,
        })
        .collect()
}

/// The fields of a value, then its methods.
fn members(value: &Value, word: &str, replace: usize) -> Vec<Completion> {
    let mut found = Vec::new();
    if let Value::Object(map) = value {
        for (key, value) in map.iter().filter(|(key, _)| starts_like(key, word)) {
            found.push(Completion {
                label: key.clone(),
                insert: key.clone(),
                replace,
                detail: type_name(value).to_owned(),
                kind: CompletionKind::Field,
            });
        }
    }
    let kind = match value {
        Value::String(_) => ValueKind::String,
        Value::Number(_) => ValueKind::Number,
        Value::Bool(_) => ValueKind::Boolean,
        Value::Array(_) => ValueKind::Array,
        Value::Object(_) => ValueKind::Object,
        Value::Null => return found,
    };
    for method in methods_of(kind).iter().filter(|method| starts_like(method.name, word)) {
        found.push(Completion {
            label: method.name.to_owned(),
            insert: format!("{}()", method.name),
            replace,
            detail: method.summary.to_owned(),
            kind: CompletionKind::Method,
        });
    }
    found
}

/// The member chain at the end of `text`: what stands before the dot that was typed.
fn chain(text: &str) -> &str {
    let (mut depth, mut start) = (0_u32, text.len());
    for (at, char) in text.char_indices().rev() {
        match char {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => break,
            '(' | '[' => depth -= 1,
            _ if depth > 0 => {}
            '.' | '_' | '$' | '?' => {}
            c if c.is_alphanumeric() => {}
            _ => break,
        }
        start = at;
    }
    &text[start..]
}
