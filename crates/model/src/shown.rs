//! Which properties of a form are shown: the one rule, for the form, the check of a workflow and
//! the run alike.
//!
//! Pure. It reads values as they are written; an expression is not evaluated here, so what hangs
//! on one is said to depend.

use serde_json::{Map, Value};

use crate::{Node, Property, PropertyKind, Show, value_at};

/// How deep a default may hang on another default that hangs on a condition.
const DEPTH: usize = 8;

/// Whether a property is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Its conditions hold.
    Yes,
    /// A condition does not hold, whatever the expressions give.
    No,
    /// It hangs on what an expression gives. It can be set, and counts where it is set.
    Depends,
}

/// What the conditions of a form ask: values that are set, and defaults where none are.
#[derive(Debug, Clone, Copy)]
pub struct FormValues<'f> {
    params: &'f Map<String, Value>,
    version: f64,
    properties: &'f [Property],
    siblings: &'f [Property],
    scope: &'f [String],
}

impl<'f> FormValues<'f> {
    /// The values of a node whose type asks for `properties`.
    pub fn of(node: &'f Node, properties: &'f [Property]) -> Self {
        Self::new(&node.params, node.type_version(), properties)
    }

    /// These parameters, for a node of `version`.
    pub fn new(params: &'f Map<String, Value>, version: f64, properties: &'f [Property]) -> Self {
        Self { params, version, properties, siblings: &[], scope: &[] }
    }

    /// The same, for fields of the object at `scope`, which asks for `siblings`: conditions ask a
    /// sibling first, then the node's parameters.
    #[must_use]
    pub fn within(self, scope: &'f [String], siblings: &'f [Property]) -> Self {
        Self { scope, siblings, ..self }
    }

    /// Whether `property` is shown among these values.
    pub fn shown(self, property: &Property) -> Shown {
        self.all(&property.show, DEPTH)
    }

    /// Whether all of these conditions hold.
    pub(crate) fn hold(self, conditions: &[Show]) -> Shown {
        self.all(conditions, DEPTH)
    }

    fn all(self, conditions: &[Show], depth: usize) -> Shown {
        let mut found = Shown::Yes;
        for show in conditions {
            match self.one(show, depth) {
                Shown::No => return Shown::No,
                Shown::Depends => found = Shown::Depends,
                Shown::Yes => {}
            }
        }
        found
    }

    fn one(self, show: &Show, depth: usize) -> Shown {
        let Some(first) = show.path.first() else { return Shown::Yes };
        let version = Value::from(self.version);
        let value = if first == "@version" { Some(&version) } else { self.asked(show, depth) };
        if value.and_then(Value::as_str).is_some_and(|text| text.starts_with('=')) {
            return Shown::Depends;
        }
        let is = |wanted: &Value| same(wanted, value.unwrap_or(&Value::Null));
        if show.values.iter().any(is) == show.not { Shown::No } else { Shown::Yes }
    }

    /// The value that a condition asks for.
    fn asked(self, show: &Show, depth: usize) -> Option<&'f Value> {
        let (first, rest) = show.path.split_first()?;
        let is_sibling =
            !self.scope.is_empty() && self.siblings.iter().any(|sibling| sibling.name == *first);
        if is_sibling {
            let object = value_in(self.params, self.scope);
            let set = object.and_then(|object| value_at(object.get(first)?, rest));
            return set.or_else(|| self.default_among(self.siblings, &show.path, depth));
        }
        let set = value_in(self.params, &show.path);
        set.or_else(|| self.default_among(self.properties, &show.path, depth))
    }

    /// What holds at `path` where nothing is set. Of several shapes of one parameter, the one
    /// that is shown.
    pub fn default_at(self, path: &[String]) -> Option<&'f Value> {
        self.default_among(self.properties, path, DEPTH)
    }

    fn default_among(
        self,
        properties: &'f [Property],
        path: &[String],
        depth: usize,
    ) -> Option<&'f Value> {
        let (first, rest) = path.split_first()?;
        let default = |property: &'f Property| {
            value_at(&property.default, rest).or_else(|| match &property.kind {
                PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => {
                    self.default_among(fields, rest, depth)
                }
                _ => None,
            })
        };
        let named = || properties.iter().filter(|property| property.name == *first);
        let is_shown =
            |property: &&Property| depth == 0 || self.all(&property.show, depth - 1) != Shown::No;
        let fitting = named().filter(is_shown).find_map(default);
        fitting.or_else(|| named().find_map(default))
    }
}

/// The value at `path` among these parameters.
fn value_in<'v>(params: &'v Map<String, Value>, path: &[String]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    value_at(params.get(first)?, rest)
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
