//! Which values merge by part: what a node type's description says about the document's shape.
//!
//! Read once when a value is born; after that the document itself shows what it is.

use std::collections::BTreeMap;

use reporunner_model::{Catalog, NodeDescription, Property, PropertyKind, TypeName};

/// How a value stands in the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// One register: a string, a number, or opaque JSON.
    Register,
    /// Text that merges by character.
    Text,
    /// An object that merges by key. Keys that are not named are registers.
    Map(BTreeMap<String, Shape>),
    /// A list of records that merges by record and key.
    Records(BTreeMap<String, Shape>),
}

/// The shape of every value whose description is not known.
pub(crate) const REGISTER: &Shape = &Shape::Register;

impl Shape {
    /// The shape of the value at `key` of this one.
    pub(crate) fn field(&self, key: &str) -> &Shape {
        match self {
            Self::Map(fields) | Self::Records(fields) => fields.get(key).unwrap_or(REGISTER),
            Self::Register | Self::Text => REGISTER,
        }
    }

    fn of_kind(kind: &PropertyKind) -> Shape {
        let records = |key: &str, fields| {
            Shape::Map(BTreeMap::from([(key.to_owned(), Shape::Records(fields))]))
        };
        match kind {
            PropertyKind::LongText | PropertyKind::Code { .. } => Shape::Text,
            PropertyKind::Collection { fields, .. } | PropertyKind::Group { fields } => {
                Shape::Map(fields_of(fields))
            }
            PropertyKind::Records { key, fields, .. } => records(key, fields_of(fields)),
            PropertyKind::Conditions => records("conditions", BTreeMap::new()),
            PropertyKind::Assignments => records("assignments", BTreeMap::new()),
            _ => Shape::Register,
        }
    }

    /// Two properties may share a key (one for each version of a type): the shape that holds both.
    fn join(self, other: Shape) -> Shape {
        match (self, other) {
            (Self::Map(mut ours), Self::Map(theirs)) => {
                for (key, shape) in theirs {
                    let joined = match ours.remove(&key) {
                        Some(own) => own.join(shape),
                        None => shape,
                    };
                    ours.insert(key, joined);
                }
                Self::Map(ours)
            }
            (map @ (Self::Map(_) | Self::Records(_)), _) => map,
            (_, map @ (Self::Map(_) | Self::Records(_))) => map,
            (Self::Text, _) | (_, Self::Text) => Self::Text,
            (Self::Register, Self::Register) => Self::Register,
        }
    }
}

fn fields_of(properties: &[Property]) -> BTreeMap<String, Shape> {
    let mut fields = BTreeMap::new();
    for property in properties {
        let shape = Shape::of_kind(&property.kind);
        let joined = match fields.remove(&property.name) {
            Some(other) => Shape::join(other, shape),
            None => shape,
        };
        fields.insert(property.name.clone(), joined);
    }
    fields
}

/// The shape of the parameters of a type.
fn of_params(description: Option<&NodeDescription>) -> Shape {
    Shape::Map(description.map(|d| fields_of(&d.properties)).unwrap_or_default())
}

/// Shapes that were worked out already.
pub(crate) struct Shapes<'c> {
    catalog: &'c Catalog,
    known: BTreeMap<TypeName, std::rc::Rc<Shape>>,
}

impl<'c> Shapes<'c> {
    pub(crate) fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, known: BTreeMap::new() }
    }

    /// The shape of the parameters of `node_type`.
    pub(crate) fn params(&mut self, node_type: &TypeName) -> std::rc::Rc<Shape> {
        if let Some(shape) = self.known.get(node_type) {
            return shape.clone();
        }
        let shape = std::rc::Rc::new(of_params(self.catalog.get(node_type)));
        self.known.insert(node_type.clone(), shape.clone());
        shape
    }
}
