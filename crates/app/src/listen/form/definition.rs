//! What a form shows and asks for, read from a node's evaluated parameters. Parameter names and
//! their meaning are n8n's (docs.n8n.io, n8n Form Trigger and n8n Form).
//!
//! It neither draws the form nor checks what was sent.

use serde_json::Value;

/// What the name of a field's input begins with; its place follows.
pub(super) const INPUT: &str = "field-";

/// A form.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Form {
    pub(super) title: String,
    /// HTML of the workflow's author.
    pub(super) description: String,
    pub(super) button: String,
    pub(super) fields: Vec<Field>,
    /// Whether the foot names Reporunner.
    pub(super) named: bool,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// What the item calls it.
    pub(super) name: String,
    /// What a person reads.
    pub(super) label: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) placeholder: String,
    /// What it holds at first.
    pub(super) default: String,
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Text,
    Textarea,
    Number,
    Email,
    Password,
    Date,
    /// One of several, from a list that opens.
    Dropdown(Vec<String>),
    /// One of several, all in sight.
    Radio(Vec<String>),
    /// Any of several.
    Checkboxes {
        options: Vec<String>,
        least: usize,
        most: Option<usize>,
    },
    File {
        several: bool,
        accept: Vec<String>,
    },
    /// What it always holds; empty where the address says it.
    Hidden(String),
    Html(String),
}

impl Form {
    /// Reads the parameters of a node of `version`: a Form Trigger, a Form or a Wait.
    pub(super) fn read(params: &Value, version: f64) -> Self {
        let option = |name: &str| params.pointer(&format!("/options/{name}"));
        let either = |name: &str| {
            let own = text(params.get(name));
            if own.is_empty() { text(option(name)) } else { own }
        };
        let fields = match text(params.get("defineForm")).as_str() {
            "json" => listed(params.get("jsonOutput")),
            _ => records(params.pointer("/formFields/values")),
        };
        let button = text(option("buttonLabel"));
        Self {
            title: either("formTitle"),
            description: either("formDescription"),
            button: if button.trim().is_empty() { "Submit".to_owned() } else { button },
            fields: fields.iter().map(|field| Field::read(field, version)).collect(),
            named: !matches!(option("appendAttribution"), Some(Value::Bool(false))),
        }
    }

    /// Whether it has a field for files.
    pub(super) fn takes_files(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File { .. }))
    }

    /// Whether an input is one for files.
    pub(super) fn is_file(&self, input: &str) -> bool {
        let at = input.strip_prefix(INPUT).and_then(|at| at.parse::<usize>().ok());
        let field = at.and_then(|at| self.fields.get(at));
        field.is_some_and(|field| matches!(field.kind, Kind::File { .. }))
    }

    /// What tells this form from an older one with other fields.
    pub(super) fn shape(&self) -> String {
        let fields = self.fields.iter();
        let shape = fields.map(|field| (&field.name, std::mem::discriminant(&field.kind)));
        format!("{:?}", shape.collect::<Vec<_>>())
    }
}

impl Field {
    fn read(field: &Value, version: f64) -> Self {
        let get = |name: &str| text(field.get(name));
        let on = |name: &str| field.get(name).is_some_and(is_on);
        let kind = match get("fieldType").as_str() {
            "textarea" => Kind::Textarea,
            "number" => Kind::Number,
            "email" => Kind::Email,
            "password" => Kind::Password,
            "date" => Kind::Date,
            "dropdown" if on("multiselect") => {
                Kind::Checkboxes { options: options(field), least: 0, most: None }
            }
            "dropdown" => Kind::Dropdown(options(field)),
            "radio" => Kind::Radio(options(field)),
            "checkbox" => checkboxes(field),
            "file" => Kind::File {
                several: field.get("multipleFiles").is_none_or(is_on),
                accept: accepted(&get("acceptFileTypes")),
            },
            "hiddenField" => Kind::Hidden(get("fieldValue")),
            "html" => Kind::Html(get("html")),
            _ => Kind::Text,
        };
        let (label, own) = (get("fieldLabel"), get("fieldName"));
        let name = match kind {
            Kind::Html(_) => get("elementName"),
            Kind::Hidden(_) if !own.is_empty() => own,
            _ if version >= 2.4 && !own.is_empty() => own,
            _ if !label.is_empty() => label.clone(),
            _ => own,
        };
        let required = on("requiredField");
        Self {
            label: if label.is_empty() { name.clone() } else { label },
            name,
            required,
            kind,
            placeholder: get("placeholder"),
            default: get("defaultValue"),
        }
    }

    /// What it holds at first: several values for boxes, one or none else.
    pub(super) fn first_values(&self) -> Vec<String> {
        match &self.kind {
            Kind::Checkboxes { .. } => {
                let chosen = self.default.split(',').map(|value| value.trim().to_owned());
                chosen.filter(|value| !value.is_empty()).collect()
            }
            // A date with a time, as a date field of the editor gives it.
            Kind::Date => vec![self.default.chars().take(10).collect()],
            _ => vec![self.default.clone()],
        }
    }
}

fn checkboxes(field: &Value) -> Kind {
    let number = |name: &str| {
        let value = field.get(name)?;
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        (number >= 0.0).then_some(number as usize)
    };
    let (least, most) = match text(field.get("limitSelection")).as_str() {
        "exact" => {
            let exact = number("numberOfSelections").unwrap_or(1);
            (exact, Some(exact))
        }
        "range" => (number("minSelections").unwrap_or(0), number("maxSelections").or(Some(1))),
        _ => (0, None),
    };
    Kind::Checkboxes { options: options(field), least, most }
}

fn options(field: &Value) -> Vec<String> {
    let options = records(field.pointer("/fieldOptions/values"));
    let options = options.iter().map(|option| text(option.get("option")));
    options.filter(|option| !option.is_empty()).collect()
}

/// `.jpg, png, image/*` as `.jpg`, `.png`, `image/*`.
fn accepted(list: &str) -> Vec<String> {
    let types = list.split(',').map(|entry| entry.trim().to_ascii_lowercase());
    let dotted = |entry: String| {
        if entry.starts_with('.') || entry.contains('/') { entry } else { format!(".{entry}") }
    };
    types.filter(|entry| !entry.is_empty()).map(dotted).collect()
}

/// A list that may stand as its JSON text.
fn listed(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        other => records(other),
    }
}

fn records(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// A text; numbers and the like as they are written.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub(super) fn is_on(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}
