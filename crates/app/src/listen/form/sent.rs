//! What was sent: checked field by field, then the item that n8n's form nodes give
//! (docs.n8n.io, n8n Form Trigger: output).
//!
//! A browser checks much of it before; here nothing is taken on trust.

use indexmap::IndexMap;
use reporunner_model::{BinaryRef, Item, RunId};
use serde_json::{Map, Value, json};

use super::definition::{Field, Form, INPUT, Kind};

/// The values and files of a form that was sent, by the names of its inputs.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<(String, BinaryRef)>,
}

/// Most characters of a field that is no file.
const LONGEST: usize = 64_000;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) field: usize,
    pub(super) words: String,
}

/// The name of a field's input.
pub(super) fn input_name(field: usize) -> String {
    format!("{INPUT}{field}")
}

impl Sent {
    /// The values of a field that may be shown again: what is too long is not.
    pub(super) fn shown(&self, field: usize) -> Vec<String> {
        let mut values = self.values(field);
        values.retain(|value| !is_long(value));
        values
    }

    /// All values of a field, as they were typed.
    pub(super) fn values(&self, field: usize) -> Vec<String> {
        match self.fields.get(&input_name(field)) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.iter().map(plain).collect(),
            Some(one) => vec![plain(one)],
        }
    }

    /// The files of a field.
    pub(super) fn files(&self, field: usize) -> impl Iterator<Item = &BinaryRef> {
        let name = input_name(field);
        self.files.iter().filter(move |(input, _)| *input == name).map(|(_, file)| file)
    }

    /// One of the page's own values.
    pub(super) fn own(&self, name: &str) -> Option<String> {
        self.fields.get(name).map(plain)
    }

    /// The run that this starts, by the id that its page came with: the same for the same answer.
    pub(super) fn run(&self, page: &RunId) -> RunId {
        let mut hash = blake3::Hasher::new();
        hash.update(page.as_str().as_bytes());
        for (name, value) in &self.fields {
            hash.update(json!([name, value]).to_string().as_bytes());
        }
        for (name, file) in &self.files {
            hash.update(json!([name, file.file_name, file.id]).to_string().as_bytes());
        }
        let time = page.as_str().get(..11).unwrap_or(page.as_str());
        RunId::new(format!("{time}{}", &hash.finalize().to_hex()[..16]))
    }

    /// Everything that is wrong.
    pub(super) fn wrongs(&self, form: &Form) -> Vec<Wrong> {
        let fields = form.fields.iter().enumerate();
        fields
            .filter_map(|(at, field)| {
                let words = self.wrong(at, field)?;
                Some(Wrong { field: at, words })
            })
            .collect()
    }

    fn wrong(&self, at: usize, field: &Field) -> Option<String> {
        let values = self.values(at);
        let one = values.first().map(|value| value.trim()).unwrap_or_default();
        if values.iter().any(|value| is_long(value)) {
            return Some(format!("This is too long: at most {LONGEST} characters."));
        }
        match &field.kind {
            Kind::Hidden(_) | Kind::Html(_) => None,
            Kind::Checkboxes { options, least, most } => boxes(&values, options, field.required)
                .or_else(|| how_many(values.len(), *least, *most, field.required)),
            Kind::File { several, accept } => {
                let files: Vec<_> = self.files(at).collect();
                if files.is_empty() {
                    return field.required.then(|| "Choose a file.".to_owned());
                }
                if files.len() > 1 && !several {
                    return Some("Choose one file only.".to_owned());
                }
                let refused = files.into_iter().find(|file| !is_accepted(file, accept))?;
                let name = refused.file_name.as_deref().unwrap_or("The file");
                Some(format!("{name} is of another type. Accepted: {}.", accept.join(", ")))
            }
            _ if one.is_empty() => field.required.then(|| match &field.kind {
                Kind::Dropdown(_) | Kind::Radio(_) => "Choose one.".to_owned(),
                _ => "Fill this in.".to_owned(),
            }),
            Kind::Number => {
                number(one).is_none().then(|| "Enter a number, such as 12.5.".to_owned())
            }
            Kind::Email => (!is_email(one))
                .then(|| "Enter an e-mail address, such as ada@example.org.".to_owned()),
            Kind::Date => one
                .parse::<jiff::civil::Date>()
                .is_err()
                .then(|| "Enter a date, such as 2026-03-30.".to_owned()),
            Kind::Dropdown(options) | Kind::Radio(options) => {
                let known = options.iter().any(|option| option == one);
                (!known).then(|| "Choose one of the list.".to_owned())
            }
            Kind::Text | Kind::Textarea | Kind::Password => None,
        }
    }

    /// The item, without what is about the request.
    pub(super) fn item(&self, form: &Form) -> Item {
        let mut json = Map::new();
        let mut binary = IndexMap::new();
        for (at, field) in form.fields.iter().enumerate() {
            if field.name.is_empty() {
                continue;
            }
            let value = match &field.kind {
                Kind::File { several, .. } => self.file_value(at, field, *several, &mut binary),
                _ => self.value(at, field),
            };
            json.insert(field.name.clone(), value);
        }
        let binary = (!binary.is_empty()).then(|| Box::new(binary));
        Item { json: json.into(), binary, ..Item::default() }
    }

    fn value(&self, at: usize, field: &Field) -> Value {
        let values = self.values(at);
        let Some(one) = values.first() else {
            return match &field.kind {
                Kind::Checkboxes { .. } => json!([]),
                Kind::Hidden(always) if !always.is_empty() => always.as_str().into(),
                Kind::Html(html) => html.as_str().into(),
                _ => Value::Null,
            };
        };
        match &field.kind {
            Kind::Checkboxes { .. } => values.into(),
            Kind::Hidden(always) if !always.is_empty() => always.as_str().into(),
            Kind::Html(html) => html.as_str().into(),
            Kind::Number => number(one.trim()).map_or(Value::Null, as_json),
            Kind::Dropdown(_) | Kind::Radio(_) if one.is_empty() => Value::Null,
            Kind::Text | Kind::Email | Kind::Date => one.trim().into(),
            // A browser ends the lines of a text in two characters.
            Kind::Textarea => one.replace("\r\n", "\n").into(),
            _ => one.as_str().into(),
        }
    }

    /// What the item says of files; the files themselves go under the field's name, numbered
    /// where there may be several.
    fn file_value(
        &self,
        at: usize,
        field: &Field,
        several: bool,
        binary: &mut IndexMap<String, BinaryRef>,
    ) -> Value {
        let key: String =
            field.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut about = Vec::new();
        for (number, file) in self.files(at).enumerate() {
            about.push(json!({
                "filename": file.file_name,
                "mimetype": file.mime_type,
                "size": file.bytes,
            }));
            let key = if several { format!("{key}_{number}") } else { key.clone() };
            binary.insert(key, file.clone());
        }
        if several { about.into() } else { about.into_iter().next().unwrap_or_default() }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_long(value: &str) -> bool {
    value.len() > LONGEST && value.chars().nth(LONGEST).is_some()
}

fn boxes(values: &[String], options: &[String], required: bool) -> Option<String> {
    if values.is_empty() && required {
        return Some("Choose at least one.".to_owned());
    }
    let unknown = values.iter().any(|value| !options.contains(value));
    unknown.then(|| "Choose from the list.".to_owned())
}

fn how_many(chosen: usize, least: usize, most: Option<usize>, required: bool) -> Option<String> {
    if chosen == 0 && !required {
        return None;
    }
    let exact = most == Some(least);
    if exact && chosen != least {
        return Some(format!("Choose exactly {least}."));
    }
    if chosen < least {
        return Some(format!("Choose at least {least}."));
    }
    let most = most.filter(|most| chosen > *most)?;
    Some(format!("Choose at most {most}."))
}

/// A number as a browser sends it. What only Rust takes for one is none.
fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    text.parse::<f64>().ok().filter(|number| digits && number.is_finite())
}

/// A number as JSON writes it in JavaScript: a whole one without a fraction.
fn as_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// Whether mail could go there (WHATWG: valid e-mail address, with less care for the letters).
fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    let is_host = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    !user.is_empty()
        && !user.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@')
        && host.split('.').all(is_host)
}

fn is_accepted(file: &BinaryRef, accept: &[String]) -> bool {
    let name = file.file_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let kind = file.mime_type.to_ascii_lowercase();
    accept.is_empty()
        || accept.iter().any(|accepted| match accepted.strip_suffix("/*") {
            Some(family) => kind.split('/').next() == Some(family),
            None if accepted.starts_with('.') => name.ends_with(accepted.as_str()),
            None => kind == *accepted,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(field: Value) -> Form {
        Form::read(&json!({ "formFields": { "values": [field] } }), 2.5)
    }

    fn sent(values: Value) -> Sent {
        let mut fields = Map::new();
        fields.insert(input_name(0), values);
        Sent { fields, files: Vec::new() }
    }

    /// What the item holds of one field, or what is said at it.
    #[track_caller]
    fn check(mut field: Value, values: Value, expect: Result<Value, &str>) {
        field["fieldLabel"] = "f".into();
        let (form, sent) = (form(field.clone()), sent(values.clone()));
        let wrongs = sent.wrongs(&form);
        let got = match wrongs.first() {
            Some(wrong) => Err(wrong.words.as_str()),
            None => Ok(Value::from(sent.item(&form).json)["f"].clone()),
        };
        assert_eq!(got, expect, "{field} {values}");
    }

    #[test]
    fn values_are_of_their_kind() {
        check(json!({}), json!(" a "), Ok(json!("a")));
        check(json!({}), json!(null), Ok(json!(null)));
        check(json!({ "requiredField": true }), json!("  "), Err("Fill this in."));
        check(json!({ "fieldType": "textarea" }), json!("a\r\nb "), Ok(json!("a\nb ")));
        check(json!({ "fieldType": "number" }), json!("12.5"), Ok(json!(12.5)));
        check(json!({ "fieldType": "number" }), json!(""), Ok(json!(null)));
        for text in ["x", "nan", "inf", "1e999", "1,5"] {
            let expect = Err("Enter a number, such as 12.5.");
            check(json!({ "fieldType": "number" }), json!(text), expect);
        }
        check(json!({ "fieldType": "email" }), json!("a@b.org"), Ok(json!("a@b.org")));
        for text in ["a", "@b", "a@", "a b@c", "a@b@c", "a@-b", "a@b..c"] {
            let expect = Err("Enter an e-mail address, such as ada@example.org.");
            check(json!({ "fieldType": "email" }), json!(text), expect);
        }
        check(json!({ "fieldType": "date" }), json!("2026-02-28"), Ok(json!("2026-02-28")));
        let expect = Err("Enter a date, such as 2026-03-30.");
        check(json!({ "fieldType": "date" }), json!("2026-02-30"), expect);
    }

    #[test]
    fn choices_are_of_the_list() {
        let options =
            json!({ "values": [{ "option": "a" }, { "option": "b, c" }, { "option": "d" }] });
        let field = |kind: &str, more: Value| {
            let mut field = json!({ "fieldType": kind, "fieldOptions": options });
            for (name, value) in more.as_object().into_iter().flatten() {
                field[name] = value.clone();
            }
            field
        };
        check(field("dropdown", json!({})), json!("b, c"), Ok(json!("b, c")));
        check(field("dropdown", json!({})), json!(""), Ok(json!(null)));
        check(field("radio", json!({})), json!("x"), Err("Choose one of the list."));
        check(field("radio", json!({ "requiredField": true })), json!(null), Err("Choose one."));
        check(field("checkbox", json!({})), json!(["a", "d"]), Ok(json!(["a", "d"])));
        check(field("checkbox", json!({})), json!("a"), Ok(json!(["a"])));
        check(field("checkbox", json!({})), json!(null), Ok(json!([])));
        check(field("checkbox", json!({})), json!(["x"]), Err("Choose from the list."));
        let exact = json!({ "limitSelection": "exact", "numberOfSelections": 2 });
        check(field("checkbox", exact.clone()), json!(["a"]), Err("Choose exactly 2."));
        check(field("checkbox", exact), json!(null), Ok(json!([])));
        let range = json!({ "limitSelection": "range", "minSelections": 1, "maxSelections": 2 });
        check(field("checkbox", range), json!(["a", "b, c", "d"]), Err("Choose at most 2."));
        check(field("dropdown", json!({ "multiselect": true })), json!(["a"]), Ok(json!(["a"])));
    }

    #[test]
    fn files_are_of_the_accepted_types() {
        let file = |name: &str, kind: &str| BinaryRef {
            file_name: Some(name.to_owned()),
            mime_type: kind.to_owned(),
            ..BinaryRef::default()
        };
        for (name, kind, accept, expect) in [
            ("a.PDF", "application/pdf", ".pdf", true),
            ("a.png", "image/png", "jpg, image/*", true),
            ("a.jpg", "image/jpeg", "jpg", true),
            ("a.exe", "image/png", ".png", false),
            ("a", "text/plain", "text/plain", true),
            ("a", "", "", true),
        ] {
            let form = form(json!({ "fieldType": "file", "fieldLabel": "My file",
                "acceptFileTypes": accept }));
            let files = vec![(input_name(0), file(name, kind))];
            let sent = Sent { fields: Map::new(), files };
            assert_eq!(sent.wrongs(&form).is_empty(), expect, "{name} {kind} {accept}");
            let item = sent.item(&form);
            let keys: Vec<_> = item.binary.iter().flat_map(|files| files.keys()).collect();
            assert_eq!(keys, ["My_file_0"]);
        }
    }
}
