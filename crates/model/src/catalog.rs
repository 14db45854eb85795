//! Descriptions of node types, as plain data: what the form, the ports and the document need.
//!
//! A description never says how a node runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{FormValues, Node, Port, Shown, TypeName};

/// Every node type there is. Built once and passed to whoever needs it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Catalog {
    /// The types by their name.
    pub types: BTreeMap<TypeName, NodeDescription>,
}

impl Catalog {
    /// The catalog of these descriptions.
    pub fn new(descriptions: impl IntoIterator<Item = NodeDescription>) -> Self {
        Self { types: descriptions.into_iter().map(|d| (d.name.clone(), d)).collect() }
    }

    /// The description of a type.
    pub fn get(&self, name: &TypeName) -> Option<&NodeDescription> {
        self.types.get(name)
    }
}

/// What a node type is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeDescription {
    /// Its name in workflows (`httpRequest`).
    pub name: TypeName,
    /// What people call it (`HTTP Request`).
    pub label: String,
    /// What it does, one sentence.
    pub summary: String,
    /// How to use it, Markdown.
    pub help: String,
    /// Where the picker lists it.
    pub group: NodeGroup,
    /// Other words people search it by.
    pub aliases: Vec<String>,
    /// How it looks.
    pub appearance: Appearance,
    /// Versions that exist, decimal text, oldest first. New nodes get the last.
    pub versions: Vec<String>,
    /// Its inputs.
    pub inputs: PortRule,
    /// Its outputs, without the error output.
    pub outputs: PortRule,
    /// Inputs without which it never runs. Where none is named, items on any input will do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_inputs: Vec<RequiredInputs>,
    /// What the form asks for.
    pub properties: Vec<Property>,
    /// The line under its name on the canvas: text with `{parameter}` in it, the first whose
    /// parameters are all set.
    pub subtitles: Vec<String>,
    /// What it does to the world outside the process.
    pub effect: Effect,
    /// Example parameters, ready to run.
    pub example: Map<String, Value>,
}

/// Where the picker lists a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeGroup {
    /// Starts a run.
    Trigger,
    /// Decides where items go.
    Flow,
    /// Changes items.
    Data,
    /// Files on this machine.
    Files,
    /// The network and services.
    Network,
    /// Databases.
    Database,
    /// Scripts.
    Code,
    /// Everything else.
    Other,
}

/// How a type looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    /// Name of its icon in the sprite (Lucide names).
    pub icon: String,
    /// Hue of its tile, degrees.
    pub hue: u16,
}

/// What running a node does to the world outside the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing: it may be computed again after a crash.
    #[default]
    Pure,
    /// It reads, or writes the same thing again: safe to repeat.
    Idempotent,
    /// It may change something each time it runs.
    Outside,
}

/// Inputs that a node with several needs before it runs at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredInputs {
    /// Their indices.
    pub inputs: Vec<usize>,
    /// When they are needed: all must hold. Empty means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<Show>,
}

/// Which ports a type has, where that may depend on parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "rule")]
pub enum PortRule {
    /// Always these.
    Fixed {
        /// The ports.
        ports: Vec<Port>,
    },
    /// One for each record of a list.
    Records {
        /// Path to the list.
        path: Vec<String>,
        /// Key of the record's field that names the port.
        label: String,
        /// A port after them where the parameter at `extra_path` equals `extra_value`.
        #[serde(default)]
        extra: Option<ExtraPort>,
    },
    /// As many as a number says.
    Count {
        /// Path to the number.
        path: Vec<String>,
        /// Ports where it is not set.
        default: usize,
        /// Text before each number in the labels.
        label: String,
    },
    /// By the value of a parameter.
    Choice {
        /// Path to the parameter.
        path: Vec<String>,
        /// Rule for each value, as text.
        cases: Vec<(String, PortRule)>,
        /// Rule for any other.
        default: Box<PortRule>,
    },
}

/// A port that is there only while a parameter has a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtraPort {
    /// Path to the parameter.
    pub path: Vec<String>,
    /// The value it must have.
    pub value: Value,
    /// The port's name.
    pub label: String,
    /// Path to a parameter that names it instead, where it is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub label_path: Vec<String>,
}

impl PortRule {
    /// No ports.
    pub fn none() -> Self {
        Self::Fixed { ports: Vec::new() }
    }

    /// One unnamed port for items.
    pub fn one() -> Self {
        Self::Fixed { ports: vec![Port::main("")] }
    }

    /// Named ports for items.
    pub fn named(labels: &[&str]) -> Self {
        Self::Fixed { ports: labels.iter().map(|label| Port::main(label)).collect() }
    }
}

/// One thing a form asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// Key in the parameters.
    pub name: String,
    /// Label in the form.
    pub label: String,
    /// What kind of value it is.
    pub kind: PropertyKind,
    /// Value where nothing is set.
    #[serde(default)]
    pub default: Value,
    /// One sentence under the field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Grey text in the empty field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub placeholder: String,
    /// Whether the node cannot run without it.
    #[serde(default)]
    pub required: bool,
    /// When it is shown: all must hold. Empty means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<Show>,
    /// Whether the node evaluates it itself while it runs.
    #[serde(default)]
    pub late: bool,
    /// Whether an expression may stand in its place.
    #[serde(default = "yes")]
    pub expression: bool,
    /// What its text is a path of, where it is a path on the machine that runs the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathKind>,
    /// Whether its text is the id or the name of a workflow. What a list gave is an object in n8n's
    /// shape instead, with the id as `value` and the name as `cachedResultName`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub workflow: bool,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PathKind {
    /// A file that is there, or a pattern for such files.
    File,
    /// A file that may be made.
    NewFile,
    /// A folder.
    Folder,
}

fn yes() -> bool {
    true
}

/// One condition for a property to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Show {
    /// Path to the parameter that decides, from the node's parameters; `@version` is the version.
    pub path: Vec<String>,
    /// Values that count. For `@version`, numbers.
    pub values: Vec<Value>,
    /// Whether it must have none of them instead.
    #[serde(default)]
    pub not: bool,
}

/// What kind of value a property holds, in n8n's shapes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum PropertyKind {
    /// A line of text, a scalar in the document.
    Text {
        /// Whether the field is several lines high.
        #[serde(default)]
        multiline: bool,
        /// Whether it holds a secret and is not shown.
        #[serde(default)]
        secret: bool,
    },
    /// Long text that merges by character (a prompt): Automerge Text in the document.
    LongText,
    /// A script or query, Automerge Text in the document.
    Code {
        /// Its language.
        language: Language,
    },
    /// A number.
    Number {
        /// Smallest allowed.
        #[serde(default)]
        min: Option<f64>,
        /// Largest allowed.
        #[serde(default)]
        max: Option<f64>,
    },
    /// Yes or no.
    Toggle,
    /// One of several.
    Choice {
        /// What there is.
        options: Vec<Choice>,
    },
    /// Any of several, a list.
    MultiChoice {
        /// What there is.
        options: Vec<Choice>,
    },
    /// JSON text or value.
    Json,
    /// A date and time, ISO text.
    DateTime,
    /// Fields that are added when wanted: an object with the set ones only.
    Collection {
        /// The fields.
        fields: Vec<Property>,
        /// Text on the button that adds one.
        add: String,
    },
    /// A group of fields that is always there: an object.
    Group {
        /// The fields.
        fields: Vec<Property>,
    },
    /// A list of records: `{ key: [ {id, …}, … ] }`. A map by id in the document.
    Records {
        /// Key of the list within the value.
        key: String,
        /// Fields of a record.
        fields: Vec<Property>,
        /// Text on the button that adds one.
        add: String,
    },
    /// A filter: `{ options, conditions: [ {id, leftValue, operator, rightValue} ], combinator }`.
    Conditions,
    /// Fields to set: `{ assignments: [ {id, name, value, type} ] }`.
    Assignments,
    /// Names of item fields, separated by commas.
    Fields,
    /// Text that explains; no value.
    Notice,
}

/// The language of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// JavaScript.
    JavaScript,
    /// Python.
    Python,
    /// SQL.
    Sql,
    /// JSON.
    Json,
    /// HTML.
    Html,
    /// Markdown.
    Markdown,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored.
    pub value: Value,
    /// What is shown.
    pub label: String,
    /// One sentence about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

impl Property {
    /// A property of this kind.
    pub fn new(name: &str, label: &str, kind: PropertyKind) -> Self {
        let default = match &kind {
            PropertyKind::Toggle => Value::Bool(false),
            PropertyKind::Number { .. } => Value::from(0),
            PropertyKind::Choice { options } => {
                options.first().map_or(Value::Null, |choice| choice.value.clone())
            }
            PropertyKind::MultiChoice { .. } => Value::Array(Vec::new()),
            PropertyKind::Collection { .. }
            | PropertyKind::Group { .. }
            | PropertyKind::Records { .. }
            | PropertyKind::Conditions
            | PropertyKind::Assignments => Value::Object(Map::new()),
            PropertyKind::Notice => Value::Null,
            _ => Value::String(String::new()),
        };
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            default,
            help: String::new(),
            placeholder: String::new(),
            required: false,
            show: Vec::new(),
            late: false,
            expression: true,
            path: None,
            workflow: false,
        }
    }

    /// A line of text.
    pub fn text(name: &str, label: &str) -> Self {
        Self::new(name, label, PropertyKind::Text { multiline: false, secret: false })
    }

    /// A number.
    pub fn number(name: &str, label: &str, default: f64) -> Self {
        Self::new(name, label, PropertyKind::Number { min: None, max: None })
            .default_value(serde_json::Number::from_f64(default).map_or(Value::Null, Value::Number))
    }

    /// Yes or no.
    pub fn toggle(name: &str, label: &str, default: bool) -> Self {
        Self::new(name, label, PropertyKind::Toggle).default_value(default)
    }

    /// One of several, given as (value, label).
    pub fn choice(name: &str, label: &str, options: &[(&str, &str)]) -> Self {
        let options = options
            .iter()
            .map(|(value, label)| Choice {
                value: Value::from(*value),
                label: (*label).to_owned(),
                help: String::new(),
            })
            .collect();
        Self::new(name, label, PropertyKind::Choice { options })
    }

    /// A list of records under `key`.
    pub fn records(name: &str, label: &str, key: &str, add: &str, fields: Vec<Property>) -> Self {
        let kind = PropertyKind::Records { key: key.to_owned(), fields, add: add.to_owned() };
        Self::new(name, label, kind)
    }

    /// Fields that are added when wanted.
    pub fn collection(name: &str, label: &str, add: &str, fields: Vec<Property>) -> Self {
        Self::new(name, label, PropertyKind::Collection { fields, add: add.to_owned() })
    }

    /// The same with this default.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<Value>) -> Self {
        self.default = value.into();
        self
    }

    /// The same with this sentence under the field.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }

    /// The same with this grey text in the empty field.
    #[must_use]
    pub fn placeholder(mut self, text: &str) -> Self {
        text.clone_into(&mut self.placeholder);
        self
    }

    /// The same, and the node cannot run without it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, evaluated by the node itself.
    #[must_use]
    pub fn late(mut self) -> Self {
        self.late = true;
        self
    }

    /// The same, never an expression.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.expression = false;
        self
    }

    /// The same, a number from `min` to `max`.
    #[must_use]
    pub fn between(mut self, min: f64, max: f64) -> Self {
        self.kind = PropertyKind::Number { min: Some(min), max: Some(max) };
        self
    }

    /// The same, a number of at least `min`.
    #[must_use]
    pub fn at_least(mut self, min: f64) -> Self {
        self.kind = PropertyKind::Number { min: Some(min), max: None };
        self
    }

    /// The same, a path on the machine that runs the workflow.
    #[must_use]
    pub fn path(mut self, kind: PathKind) -> Self {
        self.path = Some(kind);
        self
    }

    /// The same, a workflow by its id or name.
    #[must_use]
    pub fn workflow(mut self) -> Self {
        self.workflow = true;
        self
    }

    /// The same, shown only while the parameter at `path` (dotted) has one of `values`.
    #[must_use]
    pub fn show_when(mut self, path: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| Value::from(*value)).collect();
        self.show.push(Show { path: dotted(path), values, not: false });
        self
    }

    /// The same, shown only while the toggle at `path` (dotted) is `on`.
    #[must_use]
    pub fn show_if(mut self, path: &str, on: bool) -> Self {
        self.show.push(Show { path: dotted(path), values: vec![Value::Bool(on)], not: false });
        self
    }

    /// The same, shown only for these versions of the type.
    #[must_use]
    pub fn versions(mut self, versions: &[f64]) -> Self {
        let values = versions.iter().map(|version| Value::from(*version)).collect();
        self.show.push(Show { path: dotted("@version"), values, not: false });
        self
    }

    /// Why `value`, as it is written, is no number that this property takes. None where it takes it,
    /// where nothing is written, and for an expression: what that gives is not known yet.
    pub fn wrong_number(&self, value: &Value) -> Option<String> {
        let PropertyKind::Number { min, max } = self.kind else { return None };
        let number = match value {
            Value::Number(number) => number.as_f64()?,
            Value::String(text) if text.trim().is_empty() || text.starts_with('=') => return None,
            Value::String(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => number,
                _ => return Some(format!("{} is no number.", text.trim())),
            },
            _ => return None,
        };
        match (min, max) {
            (Some(min), Some(max)) if !(min..=max).contains(&number) => {
                Some(format!("{number} is no number from {min} to {max}."))
            }
            (Some(min), None) if number < min => Some(format!("{number} is less than {min}.")),
            (None, Some(max)) if number > max => Some(format!("{number} is more than {max}.")),
            _ => None,
        }
    }

    /// Whether a node with these values shows this property, or may show it, where that hangs on
    /// an expression. `siblings` are the properties that stand beside it.
    pub fn is_shown(&self, node: &Node, siblings: &[Property]) -> bool {
        FormValues::of(node, siblings).shown(self) != Shown::No
    }
}

impl NodeDescription {
    /// The inputs without which `node`, of this type, never runs.
    pub fn required_inputs_of(&self, node: &Node) -> Vec<usize> {
        let rules = self.required_inputs.iter();
        let values = FormValues::of(node, &self.properties);
        // An input that may not be needed must not hold the node up.
        let active = rules.filter(|rule| values.hold(&rule.show) == Shown::Yes);
        let mut inputs: Vec<usize> = active.flat_map(|rule| rule.inputs.iter().copied()).collect();
        inputs.sort_unstable();
        inputs.dedup();
        inputs
    }
}

fn dotted(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}
