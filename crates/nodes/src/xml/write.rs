//! JSON as XML text, as xml2js's builder writes it.

use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use reporunner_model::NodeError;
use serde_json::{Map, Value};

use crate::js;

/// How it is written.
pub(crate) struct Options {
    pub(crate) attributes: String,
    pub(crate) text: String,
    pub(crate) cdata: bool,
    pub(crate) headless: bool,
    pub(crate) root: String,
}

/// An element before it is written.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

enum Child {
    Text(String),
    Element(Element),
}

pub(crate) fn document(json: &Map<String, Value>, options: &Options) -> Result<String, NodeError> {
    let root = match json.iter().next() {
        Some((name, value)) if json.len() == 1 && options.root == "root" => {
            element(name, value, options)?
        }
        _ => fields(Element::new(&options.root)?, json, options)?,
    };
    let memory = "writing to memory does not fail";
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    if !options.headless {
        let decl = BytesDecl::new("1.0", Some("UTF-8"), Some("yes"));
        writer.write_event(Event::Decl(decl)).expect(memory);
    }
    write(&mut writer, &root, options.cdata).expect(memory);
    Ok(String::from_utf8(writer.into_inner()).expect("only text was written"))
}

impl Element {
    fn new(name: &str) -> Result<Self, NodeError> {
        let fine = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let first = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
        if !name.starts_with(first) || !name.chars().all(fine) {
            return Err(NodeError::new(format!("{name:?} cannot be the name of an XML element"))
                .hint("Rename the field: letters, digits, `-`, `_` and dots, a letter first.")
                .about(&["mode"]));
        }
        Ok(Self { name: name.to_owned(), attributes: Vec::new(), children: Vec::new() })
    }

    fn with_text(mut self, text: String) -> Self {
        if !text.is_empty() {
            self.children.push(Child::Text(text));
        }
        self
    }
}

fn element(name: &str, value: &Value, options: &Options) -> Result<Element, NodeError> {
    let element = Element::new(name)?;
    match value {
        Value::Object(map) => fields(element, map, options),
        // A list within a list has no names: the fields of its elements stand side by side.
        Value::Array(list) => list.iter().try_fold(element, |element, entry| match entry {
            Value::Object(map) => fields(element, map, options),
            other => Ok(element.with_text(plain(other))),
        }),
        other => Ok(element.with_text(plain(other))),
    }
}

fn fields(
    mut into: Element,
    map: &Map<String, Value>,
    options: &Options,
) -> Result<Element, NodeError> {
    for (key, value) in map {
        match value {
            Value::Object(attributes) if *key == options.attributes => {
                let pairs = attributes.iter().map(|(name, value)| (name.clone(), plain(value)));
                into.attributes.extend(pairs);
            }
            _ if *key == options.text => into = into.with_text(plain(value)),
            Value::Array(list) => {
                for entry in list {
                    into.children.push(Child::Element(element(key, entry, options)?));
                }
            }
            value => into.children.push(Child::Element(element(key, value, options)?)),
        }
    }
    Ok(into)
}

fn plain(value: &Value) -> String {
    if value.is_null() { String::new() } else { js::text(value) }
}

fn write(writer: &mut Writer<Vec<u8>>, element: &Element, cdata: bool) -> std::io::Result<()> {
    let mut start = BytesStart::new(element.name.as_str());
    for (name, value) in &element.attributes {
        start.push_attribute((name.as_str(), value.as_str()));
    }
    if element.children.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    for child in &element.children {
        match child {
            Child::Text(text) if cdata && text.contains(['&', '<', '>']) => {
                for part in BytesCData::escaped(text) {
                    writer.write_event(Event::CData(part))?;
                }
            }
            Child::Text(text) => {
                let escaped = quick_xml::escape::partial_escape(text.as_str());
                let escaped = escaped.replace('\r', "&#xD;");
                writer.write_event(Event::Text(BytesText::from_escaped(escaped)))?;
            }
            Child::Element(inner) => write(writer, inner, cdata)?,
        }
    }
    writer.write_event(Event::End(BytesEnd::new(element.name.as_str())))
}
