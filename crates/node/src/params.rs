//! Parameters as a node sees them: values, with the description's defaults where nothing is set.

use std::borrow::Cow;
use std::sync::Arc;

use reporunner_model::{
    FormValues, NodeDescription, NodeError, Property, PropertyKind, Shown, record_id,
};
use serde_json::{Map, Value};

/// The evaluated parameters of one node run.
#[derive(Clone)]
pub enum Params {
    /// The same for every item, since no expression is among them.
    Same(Map<String, Value>),
    /// One set for each item of the input.
    PerItem(Arc<dyn ItemParams>),
}

/// Parameters that differ between items. They are put together when they are read: a hundred
/// thousand items do not need a hundred thousand copies of what they share.
pub trait ItemParams: Send + Sync {
    /// The parameters for item `index`; past the last item, those of the last.
    ///
    /// # Errors
    /// The error of an expression that failed on this item.
    fn at(&self, index: usize) -> Result<Map<String, Value>, NodeError>;
}

impl ItemParams for Vec<Result<Map<String, Value>, NodeError>> {
    fn at(&self, index: usize) -> Result<Map<String, Value>, NodeError> {
        self.get(index).or_else(|| self.last()).cloned().unwrap_or_else(|| Ok(Map::new()))
    }
}

impl Params {
    /// The parameters for item `index`. Past the last item, those of the last.
    ///
    /// # Errors
    /// The error of an expression that failed on this item.
    pub fn at(&self, index: usize) -> Result<Cow<'_, Map<String, Value>>, NodeError> {
        match self {
            Self::Same(map) => Ok(Cow::Borrowed(map)),
            Self::PerItem(items) => items.at(index).map(Cow::Owned),
        }
    }

    /// Whether every item has the same parameters.
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }
}

/// The parameters for one item, read by dotted path with defaults.
#[derive(Debug, Clone)]
pub struct Values<'p> {
    map: Cow<'p, Map<String, Value>>,
    description: &'p NodeDescription,
    version: f64,
}

impl<'p> Values<'p> {
    /// Reads `map` with the defaults of `description` for nodes of `version`.
    pub fn new(
        map: Cow<'p, Map<String, Value>>,
        description: &'p NodeDescription,
        version: f64,
    ) -> Self {
        Self { map, description, version }
    }

    /// All values that are set.
    pub fn all(&self) -> &Map<String, Value> {
        &self.map
    }

    /// The value at a dotted path, as it is set.
    pub fn raw(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(f, r)| (f, Some(r)));
        below(self.map.get(first)?, rest)
    }

    /// The value at a dotted path, else its default.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.raw(path).or_else(|| self.default(path))
    }

    /// The value at a dotted path, else its default, else null.
    pub fn value(&self, path: &str) -> Value {
        self.get(path).cloned().unwrap_or(Value::Null)
    }

    /// Text; numbers and booleans as they print; empty where nothing is set.
    pub fn text(&self, path: &str) -> String {
        match self.get(path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            // A whole number prints without its fraction, as JavaScript's does.
            Some(Value::Number(number)) => match number.as_f64() {
                Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
                _ => number.to_string(),
            },
            Some(other) => other.to_string(),
        }
    }

    /// Text that is not empty.
    ///
    /// # Errors
    /// Where nothing is set, with the property's label.
    pub fn required(&self, path: &str) -> Result<String, NodeError> {
        let text = self.text(path);
        if text.trim().is_empty() {
            let label = self.property(path).map_or(path, |property| property.label.as_str());
            return Err(NodeError::new(format!("{label} is empty"))
                .hint(format!("Fill in {label}."))
                .about(&path.split('.').collect::<Vec<_>>()));
        }
        Ok(text)
    }

    /// A number; text is read as one.
    pub fn number(&self, path: &str) -> Option<f64> {
        match self.get(path)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether it is on; the texts `true` and `false` count.
    pub fn flag(&self, path: &str) -> bool {
        match self.get(path) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// The records of a list such as `assignments.assignments`; empty where nothing is set. A
    /// single record counts as a list of one.
    pub fn records(&self, path: &str) -> Vec<&Map<String, Value>> {
        match self.get(path) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).collect(),
            Some(Value::Object(map)) => vec![map],
            _ => Vec::new(),
        }
    }

    /// Names separated by commas, or a list of texts; trimmed, empty ones left out.
    pub fn names(&self, path: &str) -> Vec<String> {
        let names: Vec<&str> = match self.get(path) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => text.split(',').collect(),
            _ => Vec::new(),
        };
        let names = names.into_iter().map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }

    /// Version of the node's type.
    pub fn version(&self) -> f64 {
        self.version
    }

    fn property(&self, path: &str) -> Option<&'p Property> {
        let mut properties: &'p [Property] = &self.description.properties;
        let mut found = None;
        for step in path.split('.') {
            // Several properties may share a name, each shown in another case; the first that is
            // shown by the values that are set is the one meant.
            let mut named = properties.iter().filter(|property| property.name == step);
            let property =
                named.clone().find(|property| self.shown(property)).or_else(|| named.next())?;
            found = Some(property);
            properties = match &property.kind {
                PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => fields,
                _ => &[],
            };
        }
        found
    }

    fn shown(&self, property: &Property) -> bool {
        let values = FormValues::new(&self.map, self.version, &self.description.properties);
        values.shown(property) != Shown::No
    }

    fn default(&self, path: &str) -> Option<&'p Value> {
        if let Some(property) = self.property(path) {
            return Some(&property.default);
        }
        // The path may lead into a default value (`assignments.assignments`).
        let (first, rest) = path.split_once('.')?;
        below(&self.property(first)?.default, Some(rest))
    }
}

/// The value at a dotted path below `value`.
fn below<'v>(value: &'v Value, rest: Option<&str>) -> Option<&'v Value> {
    let Some(rest) = rest else { return Some(value) };
    rest.split('.').try_fold(value, |value, step| match value {
        Value::Object(map) => map.get(step),
        Value::Array(list) => match step.strip_prefix('#') {
            Some(id) => list.iter().find(|record| record_id(record) == Some(id)),
            None => list.get(step.parse::<usize>().ok()?),
        },
        _ => None,
    })
}
