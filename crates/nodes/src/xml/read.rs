//! XML text as JSON, in xml2js's shape. Entities that a document declares itself are not
//! followed, since a few lines of them can grow without end.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use reporunner_model::NodeError;
use serde_json::{Map, Value};

/// Deepest nesting that is read.
const DEEPEST: usize = 500;

/// How it is read.
pub(crate) struct Options {
    pub(crate) attributes: String,
    pub(crate) text: String,
    pub(crate) lists: bool,
    pub(crate) root: bool,
    pub(crate) drop_attributes: bool,
    pub(crate) merge_attributes: bool,
    pub(crate) normalize: bool,
    pub(crate) lower_names: bool,
    pub(crate) trim: bool,
    /// Whether an ampersand that begins no known entity stays as it is written.
    pub(crate) lenient: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            attributes: "$".to_owned(),
            text: "_".to_owned(),
            lists: false,
            root: true,
            drop_attributes: false,
            merge_attributes: true,
            normalize: false,
            lower_names: false,
            trim: false,
            lenient: false,
        }
    }
}

/// An element that is open.
#[derive(Default)]
struct Open {
    name: String,
    fields: Map<String, Value>,
    text: String,
    cdata: bool,
}

/// Reads a document.
pub(crate) fn document(text: &str, options: &Options) -> Result<Value, NodeError> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim());
    reader.config_mut().allow_dangling_amp = options.lenient;
    let mut open: Vec<Open> = Vec::new();
    let mut done: Option<Value> = None;
    loop {
        let at = reader.buffer_position();
        let wrong = |why: String| malformed(text, at, &why);
        match reader.read_event().map_err(|error| wrong(error.to_string()))? {
            Event::Start(_) | Event::Empty(_) if open.is_empty() && done.is_some() => {
                return Err(wrong("there is a second root element".to_owned()));
            }
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(wrong(format!("elements are nested more than {DEEPEST} deep")));
                }
                open.push(opened(&start, options).map_err(wrong)?);
            }
            Event::Empty(start) => {
                let element = opened(&start, options).map_err(wrong)?;
                close(element, &mut open, &mut done, options);
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| wrong("an end too many".to_owned()))?;
                close(element, &mut open, &mut done, options);
            }
            Event::Text(content) => {
                let content = content.xml_content(XmlVersion::Implicit1_0);
                match open.last_mut() {
                    Some(element) => element.text.push_str(&content),
                    None if content.trim().is_empty() => {}
                    None => return Err(wrong("there is text outside of the root".to_owned())),
                }
            }
            Event::CData(content) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&content.xml_content(XmlVersion::Implicit1_0));
                    element.cdata = true;
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = open.last_mut() {
                    resolve(&reference, options.lenient, &mut element.text).map_err(wrong)?;
                }
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(wrong("the text ends before its elements do".to_owned())),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    done.ok_or_else(|| malformed(text, 0, "there is no element in it"))
}

fn opened(start: &BytesStart<'_>, options: &Options) -> Result<Open, String> {
    let name = start.name();
    let name: &str = name.as_ref();
    let name = if options.lower_names { name.to_lowercase() } else { name.to_owned() };
    let mut element = Open { name, ..Open::default() };
    if options.drop_attributes {
        return Ok(element);
    }
    let mut apart = Map::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        let key: &str = attribute.key.as_ref();
        let value = Value::String(value.into_owned());
        if options.merge_attributes {
            put(&mut element.fields, key, value, options.lists);
        } else {
            apart.insert(key.to_owned(), value);
        }
    }
    if !apart.is_empty() {
        element.fields.insert(options.attributes.clone(), Value::Object(apart));
    }
    Ok(element)
}

/// The value of an element, given to the one around it.
fn close(element: Open, open: &mut [Open], done: &mut Option<Value>, options: &Options) {
    let Open { name, mut fields, mut text, cdata } = element;
    let blank = text.chars().all(char::is_whitespace) && !cdata;
    if !blank {
        if options.trim {
            text = text.trim().to_owned();
        }
        if options.normalize {
            text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
    let value = match (blank, fields.is_empty()) {
        (_, true) => Value::String(text),
        (true, false) => Value::Object(fields),
        (false, false) => {
            fields.insert(options.text.clone(), Value::String(text));
            Value::Object(fields)
        }
    };
    match open.last_mut() {
        Some(parent) => put(&mut parent.fields, &name, value, options.lists),
        None if options.root => *done = Some(Value::Object([(name, value)].into_iter().collect())),
        None => *done = Some(value),
    }
}

/// Sets a field; the second of a name makes it a list.
fn put(fields: &mut Map<String, Value>, key: &str, value: Value, lists: bool) {
    match fields.get_mut(key) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            let value = if lists { Value::Array(vec![value]) } else { value };
            fields.insert(key.to_owned(), value);
        }
    }
}

fn resolve(reference: &BytesRef<'_>, lenient: bool, text: &mut String) -> Result<(), String> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        text.push(c);
        return Ok(());
    }
    let name = reference.xml_content(XmlVersion::Implicit1_0);
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    match known {
        Some(known) => text.push_str(known),
        None if lenient => text.push_str(&format!("&{name};")),
        None => return Err(format!("the entity &{name}; is not known")),
    }
    Ok(())
}

fn malformed(text: &str, at: u64, why: &str) -> NodeError {
    let before = text.as_bytes().iter().take(usize::try_from(at).unwrap_or(usize::MAX));
    let line = before.filter(|byte| **byte == b'\n').count() + 1;
    NodeError::new("The XML is malformed")
        .detail(format!("Line {line}: {why}"))
        .hint("Check that the field holds XML, not HTML or JSON.")
}
