//! What a person sees once a form was sent and nothing more is asked: a text, another page, a
//! file. Parameter names are n8n's (docs.n8n.io, n8n Form: form ending).

use reporunner_model::BinaryRef;
use reporunner_net::ServerResponse;
use reporunner_node::{Answer, AnswerBody};
use reporunner_store::Store;
use serde_json::{Map, Value, json};

use super::definition::text;
use super::markup::is_web_address;
use super::page::{Mood, Say, guarded, say};
use crate::ids;
use crate::listen::answer;

/// What people read where the form says nothing else.
const SENT: &str = "Your response has been recorded";

/// The options of a trigger or a Wait that are about the end.
pub(super) const PARAMETERS: [&str; 2] = ["respondWithOptions", "formSubmittedText"];

/// The parameters of a last page.
const LAST_PAGE: [&str; 7] = [
    "respondWith",
    "redirectUrl",
    "completionTitle",
    "completionMessage",
    "responseText",
    "inputDataFieldName",
    "options",
];

/// How a form ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ending {
    /// A title, a text that may hold HTML, and the tab's title.
    Text {
        title: String,
        text: String,
        tab: String,
    },
    /// Nothing but a text.
    Bare(String),
    Redirect(String),
    /// The same as a text, with a file of the items to take along.
    File {
        title: String,
        text: String,
        name: String,
    },
}

/// The options of a node that are about the end, to be evaluated.
pub(super) fn asked(params: &Map<String, Value>) -> Value {
    let options = params.get("options").and_then(Value::as_object);
    let of = |name: &str| Some((name.to_owned(), options?.get(name)?.clone()));
    let asked: Map<_, _> = PARAMETERS.iter().filter_map(|name| of(name)).collect();
    json!({ "options": asked })
}

/// The parameters of a last page, to be evaluated.
pub(super) fn asked_last(params: &Map<String, Value>) -> Value {
    let of = |name: &&str| Some(((*name).to_owned(), params.get(*name)?.clone()));
    Value::Object(LAST_PAGE.iter().filter_map(of).collect())
}

impl Ending {
    /// Reads what [`asked`] gives.
    pub(super) fn of_options(asked: &Value) -> Self {
        let values = asked.pointer("/options/respondWithOptions/values");
        let value = |name: &str| values.and_then(|values| values.get(name));
        if text(value("respondWith")) == "redirect" {
            return Self::Redirect(text(value("redirectUrl")));
        }
        let words =
            value("formSubmittedText").or_else(|| asked.pointer("/options/formSubmittedText"));
        let words = words.map_or_else(|| SENT.to_owned(), |words| text(Some(words)));
        Self::Text { title: words, text: String::new(), tab: String::new() }
    }

    /// Reads what [`asked_last`] gives.
    pub(super) fn of_last_page(asked: &Value) -> Self {
        let value = |name: &str| text(asked.get(name));
        let tab = text(asked.pointer("/options/formTitle"));
        let (title, words) = (value("completionTitle"), value("completionMessage"));
        match value("respondWith").as_str() {
            "redirect" => Self::Redirect(value("redirectUrl")),
            "showText" => Self::Bare(value("responseText")),
            "returnBinary" => {
                let name = value("inputDataFieldName");
                let name = if name.is_empty() { "data".to_owned() } else { name };
                Self::File { title, text: words, name }
            }
            _ if title.is_empty() && words.is_empty() => {
                Self::Text { title: SENT.to_owned(), text: words, tab }
            }
            _ => Self::Text { title, text: words, tab },
        }
    }

    /// The page that shows it.
    pub(super) fn shown(&self) -> ServerResponse {
        match self {
            Self::Text { title, text, tab } => {
                let rich = Say { rich: true, tab, ..Say::new(Mood::Done, title, text) };
                say(200, &rich)
            }
            Self::Bare(text) => say(200, &Say { rich: true, ..Say::new(Mood::Done, "", text) }),
            Self::Redirect(address) => elsewhere(address),
            Self::File { title, text, .. } => {
                let link = Some(("Download the file", "?file"));
                say(200, &Say { rich: true, link, ..Say::new(Mood::Done, title, text) })
            }
        }
    }
}

/// A page that leads on. A redirect would not do: a browser follows none from a form to another
/// site where a page may send to its own only (W3C: CSP, form-action).
fn elsewhere(address: &str) -> ServerResponse {
    let address = address.trim();
    if !is_web_address(address) {
        return say(200, &Say::new(Mood::Done, SENT, ""));
    }
    let Ok(url) = url::Url::parse(address) else {
        return say(200, &Say::new(Mood::Done, SENT, ""));
    };
    let text = format!("You are taken to {}.", url.host_str().unwrap_or_default());
    let url = String::from(url);
    let link = Some(("Go on", url.as_str()));
    let mut page = say(200, &Say { link, ..Say::new(Mood::Done, SENT, &text) });
    page.headers.push(("refresh".to_owned(), format!("0; url={url}")));
    page
}

/// The answer of a Respond node to a form. Two fields of JSON lead a form's page, as in n8n.
pub(super) fn of_respond_node(given: Answer, store: &Store) -> ServerResponse {
    if let AnswerBody::Json(Value::Object(body)) = &given.body {
        if let Some(address) = body.get("redirectURL") {
            return elsewhere(&text(Some(address)));
        }
        if let Some(words) = body.get("formSubmittedText") {
            let title = text(Some(words));
            return Ending::Text { title, text: String::new(), tab: String::new() }.shown();
        }
    }
    let location = given.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    if let Some((_, address)) = location.filter(|_| (300..400).contains(&given.status)) {
        return elsewhere(address);
    }
    let mut response = answer::of_node(given, store);
    answer::shut_in(&mut response);
    response
}

/// A file to be taken along.
pub(super) fn download(file: &BinaryRef, store: &Store) -> ServerResponse {
    let mut response = answer::file(200, file, store);
    let name = file.file_name.as_deref().unwrap_or("file");
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' { c } else { '_' }).collect();
    let coded = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
    let coded = coded.replace('+', "%20");
    let said = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}");
    response.headers.push(("content-disposition".to_owned(), said));
    guarded(&mut response, &ids::text());
    response
}
