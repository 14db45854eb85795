//! Short forms for writing descriptions.

use reporunner_model::{
    Appearance, Effect, Language, NodeDescription, NodeGroup, PortRule, Property, PropertyKind,
    TypeName,
};
use serde_json::{Map, Value};

/// A description with one input, one output and nothing to fill in.
pub(crate) fn describe(
    name: &str,
    label: &str,
    group: NodeGroup,
    icon: &str,
    hue: u16,
) -> NodeDescription {
    NodeDescription {
        name: TypeName::from(name),
        label: label.to_owned(),
        summary: String::new(),
        help: String::new(),
        group,
        aliases: Vec::new(),
        appearance: Appearance { icon: icon.to_owned(), hue },
        versions: vec!["1".to_owned()],
        inputs: PortRule::one(),
        outputs: PortRule::one(),
        required_inputs: Vec::new(),
        properties: Vec::new(),
        subtitles: Vec::new(),
        effect: Effect::Pure,
        example: Map::new(),
    }
}

/// Owned texts.
pub(crate) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Example parameters, written as a JSON object.
pub(crate) fn example(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A script or query.
pub(crate) fn code(name: &str, label: &str, language: Language) -> Property {
    Property::new(name, label, PropertyKind::Code { language }).fixed().late()
}

/// JSON text or value.
pub(crate) fn json(name: &str, label: &str, default: &str) -> Property {
    Property::new(name, label, PropertyKind::Json).default_value(default)
}

/// Names of item fields.
pub(crate) fn fields(name: &str, label: &str) -> Property {
    Property::new(name, label, PropertyKind::Fields)
}

/// Several lines of text.
pub(crate) fn long(name: &str, label: &str) -> Property {
    Property::new(name, label, PropertyKind::Text { multiline: true, secret: false })
}

/// A group of fields that is always there.
pub(crate) fn group(name: &str, label: &str, fields: Vec<Property>) -> Property {
    Property::new(name, label, PropertyKind::Group { fields })
}

/// Options, added when wanted.
pub(crate) fn options(fields: Vec<Property>) -> Property {
    Property::collection("options", "Options", "Add option", fields)
}
