//! Made-up items, previews and completions.

use reporunner_model::{BinaryRef, Item, value_at};
use reporunner_protocol::*;
use serde_json::{Value, json};

use super::runs::FakeRun;

fn item(index: usize) -> Item {
    let lines = [3, 1, 7, 2, 5][index % 5];
    let email = format!("buyer{}@example.{}", 1042 + index, ["org", "com", "net"][index % 3]);
    let city = ["Berlin", "Lyon", "Turin"][index % 3];
    let total = f64::from([12990, 1800, 41235, 6410, 23000][index % 5]) / 100.0;
    let lines: Vec<Value> =
        (0..lines).map(|line| json!({ "sku": format!("S-{line}"), "count": line + 1 })).collect();
    let value = json!({
        "order_id": format!("A-{}", 1042 + index),
        "customer": {
            "email": email,
            "city": city,
        },
        "items": lines,
        "total": total,
        "paid": !index.is_multiple_of(4),
    });
    let mut item = Item::from_json(value.as_object().cloned().unwrap_or_default());
    if index.is_multiple_of(3) {
        let (invoice, picture) = (INVOICE.len() as u64, PICTURE.len() as u64);
        let file = |id: &str, name: &str, mime: &str, bytes: u64| BinaryRef {
            id: id.to_owned(),
            mime_type: mime.to_owned(),
            file_name: Some(name.to_owned()),
            bytes,
            ..BinaryRef::default()
        };
        let files = [
            ("invoice".to_owned(), file("invoice", "invoice.csv", "text/csv", invoice)),
            ("picture".to_owned(), file("picture", "label.svg", "image/svg+xml", picture)),
        ];
        item.binary = Some(Box::new(files.into_iter().collect()));
    }
    item
}

const INVOICE: &str = "sku,count,price\nS-0,3,43.30\nS-1,1,18.00\n";
const PICTURE: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='160' height='80'><rect \
    width='160' height='80' rx='8' fill='#6e56cf'/><circle cx='80' cy='40' r='22' fill='#fff'/></svg>";

/// A made-up file.
pub(super) fn file(command: &GetFile) -> Result<FilePart, Failure> {
    let text = match command.id.as_str() {
        "invoice" => INVOICE,
        "picture" => PICTURE,
        _ => return Err(Failure::new(Code::NotFound, "The file is not there")),
    };
    let base64 = web_sys::window().and_then(|window| window.btoa(text).ok()).unwrap_or_default();
    Ok(FilePart { bytes: text.len() as u64, base64 })
}

pub(super) fn page(run: &FakeRun, command: &GetItems) -> ItemsPage {
    let node = run.nodes.iter().find(|node| node.node == command.at.node);
    let counts = node.map(|node| match command.at.side {
        Side::Input => node.input_counts.clone(),
        Side::Output => node.output_counts.clone(),
    });
    let all = counts.and_then(|counts| counts.get(command.at.port).copied()).unwrap_or(0);
    let search = command.search.clone().unwrap_or_default();
    let hit =
        |index: &usize| search.is_empty() || json!(item(*index)).to_string().contains(&search);
    let matching: Vec<usize> = (0..all).filter(hit).collect();
    let indexes: Vec<usize> =
        matching.iter().copied().skip(command.offset).take(command.limit).collect();
    let items = indexes.iter().map(|index| item(*index)).collect();
    ItemsPage { total: matching.len(), indexes, items, cut: false, pending: false }
}

pub(super) fn value(command: &GetValue) -> Value {
    let whole = Value::from(item(command.item).json);
    value_at(&whole, &command.path).cloned().unwrap_or(Value::Null)
}

pub(super) fn schema() -> Vec<SchemaField> {
    let field = |path: &[&str], kind: &str, example: &str| SchemaField {
        path: path.iter().map(|step| (*step).to_owned()).collect(),
        types: vec![kind.to_owned()],
        example: example.to_owned(),
        count: 200,
    };
    vec![
        field(&["order_id"], "string", "A-1042"),
        field(&["customer"], "object", "{…}"),
        field(&["customer", "email"], "string", "buyer1042@example.org"),
        field(&["customer", "city"], "string", "Berlin"),
        field(&["items"], "list", "[3]"),
        field(&["items", "[]", "sku"], "string", "S-0"),
        field(&["items", "[]", "count"], "number", "1"),
        field(&["total"], "number", "129.9"),
        field(&["paid"], "boolean", "false"),
    ]
}

pub(super) fn preview(command: &Preview) -> Vec<PreviewResult> {
    let data = Value::from(item(command.item).json);
    command.values.iter().map(|value| evaluate(value, &data)).collect()
}

/// Plain paths below `$json` only; that is enough to look at.
fn evaluate(value: &Value, data: &Value) -> PreviewResult {
    let text = value.as_str().unwrap_or_default();
    let inner = text.trim_start_matches('=').trim();
    let inner = inner.strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}"));
    let Some(path) = inner.map(str::trim).and_then(|inner| inner.strip_prefix("$json.")) else {
        return PreviewResult::Wrong {
            message: "Only paths below $json are known here".to_owned(),
            hint: None,
        };
    };
    let length = path.strip_suffix(".length");
    let steps: Vec<String> = length.unwrap_or(path).split('.').map(str::to_owned).collect();
    let found = value_at(data, &steps).cloned().unwrap_or(Value::Null);
    let found = match (&found, length) {
        (Value::Array(list), Some(_)) => Value::from(list.len()),
        (Value::String(text), Some(_)) => Value::from(text.len()),
        _ => found,
    };
    let type_name = match &found {
        Value::Null => "nothing",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    PreviewResult::Value { value: found, type_name: type_name.to_owned() }
}

pub(super) fn complete(command: &Complete) -> Vec<Completion> {
    let word: String = {
        let tail =
            command.text.chars().rev().take_while(|c| c.is_alphanumeric() || "$_".contains(*c));
        tail.collect::<Vec<_>>().into_iter().rev().collect()
    };
    let after_dot = command.text.trim_end_matches(word.as_str()).ends_with("$json.");
    let fields = item(command.item).json;
    let mut all: Vec<(String, CompletionKind, String)> = Vec::new();
    if after_dot {
        all.extend(
            fields
                .iter()
                .map(|(key, value)| (key.clone(), CompletionKind::Field, value.to_string())),
        );
    } else {
        for name in ["$json", "$now", "$node", "$vars", "$execution"] {
            all.push((name.to_owned(), CompletionKind::Variable, String::new()));
        }
    }
    all.into_iter()
        .filter(|(label, ..)| label.starts_with(&word))
        .map(|(label, kind, detail)| Completion {
            insert: label.clone(),
            replace: word.encode_utf16().count(),
            detail: detail.chars().take(40).collect(),
            label,
            kind,
        })
        .collect()
}
