//! The entries of a feed: RSS 0.9 to 2.0 (with RDF) and Atom.
//!
//! The names and values are those of rss-parser (github.com/rbren/rss-parser), which workflows were
//! written against: dates and names stay as the feed has them, beside their common forms. Crates
//! that read feeds give one shape of their own for all kinds and drop the rest, and with it the
//! fields that a person asks for by name.

use std::sync::LazyLock;

use dom_query::Document;
use jiff::tz::TimeZone;
use regex::Regex;
use reporunner_expression::Moment;
use reporunner_model::NodeError;
use serde_json::{Map, Value};

use crate::xml::{read, write};

/// Elements of an entry and the fields they become, in the order in which later ones win.
const RSS: &[(&str, &str)] = &[
    ("author", "creator"),
    ("dc:creator", "creator"),
    ("dc:date", "date"),
    ("dc:language", "language"),
    ("dc:rights", "rights"),
    ("dc:source", "source"),
    ("dc:title", "title"),
    ("title", "title"),
    ("link", "link"),
    ("pubDate", "pubDate"),
    ("author", "author"),
    ("summary", "summary"),
    ("content:encoded", "content:encoded"),
    ("enclosure", "enclosure"),
    ("dc:creator", "dc:creator"),
    ("dc:date", "dc:date"),
    ("comments", "comments"),
];

/// What a podcast says of an episode.
const PODCAST: &[&str] = &[
    "author",
    "subtitle",
    "summary",
    "explicit",
    "duration",
    "image",
    "episode",
    "season",
    "keywords",
    "episodeType",
];

/// The entries of the feed in `text`, newest first as feeds have them; `custom` names further
/// elements to give.
pub(crate) fn entries(text: &str, custom: &[String]) -> Result<Vec<Map<String, Value>>, NodeError> {
    let options = read::Options {
        lists: true,
        merge_attributes: false,
        lenient: true,
        ..read::Options::default()
    };
    let no_feed = || {
        NodeError::new("What came back is no feed")
            .hint("Give the address of the RSS or Atom feed, not of the page that links to it.")
    };
    let document = read::document(text, &options)
        .map_err(|error| NodeError { detail: error.detail, ..no_feed() })?;
    let root = |name: &str| document.get(name);
    if let Some(feed) = root("feed") {
        return Ok(all(feed, "entry").map(|entry| atom(entry, custom)).collect());
    }
    if let Some(rss) = root("rss") {
        let podcast = rss.get("$").and_then(|names| names.get("xmlns:itunes")).is_some();
        let channel = first(rss, "channel").ok_or_else(no_feed)?;
        return Ok(all(channel, "item").map(|item| self::rss(item, custom, podcast)).collect());
    }
    let rdf = root("rdf:RDF").ok_or_else(no_feed)?;
    Ok(all(rdf, "item").map(|item| self::rss(item, custom, false)).collect())
}

fn rss(item: &Value, custom: &[String], podcast: bool) -> Map<String, Value> {
    let mut entry = Map::new();
    for (from, to) in RSS {
        copy(item, from, to, &mut entry);
    }
    if let Some(Value::String(text)) = entry.get("content:encoded") {
        let snippet = snippet(text);
        entry.insert("content:encodedSnippet".to_owned(), Value::String(snippet));
    }
    if let Some(attributes) = first(item, "enclosure").and_then(|element| element.get("$")) {
        entry.insert("enclosure".to_owned(), attributes.clone());
    }
    if let Some(description) = first(item, "description") {
        put_content(description, &mut entry);
    }
    if let Some(guid) = first(item, "guid").and_then(text) {
        entry.insert("guid".to_owned(), Value::from(guid));
    }
    if let Some(about) = item.get("$").and_then(|attributes| attributes.get("rdf:about")) {
        entry.insert("rdf:about".to_owned(), about.clone());
    }
    if let Some(categories) = item.get("category") {
        entry.insert("categories".to_owned(), categories.clone());
    }
    for name in custom {
        copy(item, name, name, &mut entry);
    }
    put_date(&mut entry);
    if podcast {
        entry.insert("itunes".to_owned(), Value::Object(episode(item)));
    }
    entry
}

fn episode(item: &Value) -> Map<String, Value> {
    let mut episode = Map::new();
    for name in PODCAST {
        copy(item, &format!("itunes:{name}"), name, &mut episode);
    }
    let image = first(item, "itunes:image").and_then(|image| image.get("$")?.get("href"));
    if let Some(address) = image {
        episode.insert("image".to_owned(), address.clone());
    }
    episode
}

fn atom(entry: &Value, custom: &[String]) -> Map<String, Value> {
    let mut out = Map::new();
    for name in custom {
        copy(entry, name, name, &mut out);
    }
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.insert(name.to_owned(), Value::from(value));
        }
    };
    put("title", first(entry, "title").and_then(text));
    put("link", alternate(entry));
    let time = |name: &str| first(entry, name).and_then(text).and_then(iso);
    put("pubDate", time("published").or_else(|| time("updated")).as_deref());
    let author = first(entry, "author").and_then(|author| text(first(author, "name")?));
    put("author", author);
    if let Some(content) = first(entry, "content") {
        put_content(content, &mut out);
    }
    if let Some(summary) = first(entry, "summary") {
        out.insert("summary".to_owned(), Value::String(content(summary)));
    }
    if let Some(id) = first(entry, "id").and_then(text) {
        out.insert("id".to_owned(), Value::from(id));
    }
    put_date(&mut out);
    out
}

/// The address of the entry itself: the link that says so, else the first.
fn alternate(entry: &Value) -> Option<&str> {
    let said = |link: &&Value| {
        link.get("$").and_then(|attributes| attributes.get("rel")?.as_str()) == Some("alternate")
    };
    let link = all(entry, "link").find(said).or_else(|| all(entry, "link").next())?;
    link.get("$")?.get("href")?.as_str()
}

/// Every element of a name.
fn all<'v>(parent: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    parent.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

fn first<'v>(parent: &'v Value, name: &str) -> Option<&'v Value> {
    all(parent, name).next()
}

/// The text of an element, with attributes or without.
fn text(element: &Value) -> Option<&str> {
    element.as_str().or_else(|| element.get("_")?.as_str())
}

/// Sets `to` to the text of the first element `from`; to all of it, where it has none.
fn copy(item: &Value, from: &str, to: &str, entry: &mut Map<String, Value>) {
    if let Some(element) = first(item, from) {
        let value = text(element).map_or_else(|| element.clone(), Value::from);
        entry.insert(to.to_owned(), value);
    }
}

/// The text of an element that may hold markup as elements.
fn content(element: &Value) -> String {
    if let Some(text) = text(element) {
        return text.to_owned();
    }
    let options = write::Options {
        attributes: "$".to_owned(),
        text: "_".to_owned(),
        cdata: false,
        headless: true,
        root: "div".to_owned(),
    };
    let map = element.as_object().cloned().unwrap_or_default();
    write::document(&map, &options).unwrap_or_default()
}

fn put_content(element: &Value, entry: &mut Map<String, Value>) {
    let content = content(element);
    entry.insert("contentSnippet".to_owned(), Value::String(snippet(&content)));
    entry.insert("content".to_owned(), Value::String(content));
}

/// The moment in `pubDate` or `date` as ISO 8601.
fn put_date(entry: &mut Map<String, Value>) {
    let said = entry.get("pubDate").or_else(|| entry.get("date"));
    if let Some(date) = said.and_then(Value::as_str).and_then(iso) {
        entry.insert("isoDate".to_owned(), Value::String(date));
    }
}

fn iso(text: &str) -> Option<String> {
    let moment = Moment::from_text(text.trim(), &TimeZone::UTC)?;
    let utc = moment.zoned().timestamp();
    Some(utc.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// What stands in some HTML, as text: a line for each block, no marks, no entities.
fn snippet(html: &str) -> String {
    static BLOCKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)([^\n])</?(?:h|br|p|ul|ol|li|blockquote|section|table|tr|div).*?>([^\n])")
            .expect("it is written here")
    });
    static MARKS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)<.*?>").expect("it is written here"));
    let lines = BLOCKS.replace_all(html, "$1\n$2");
    let plain = MARKS.replace_all(&lines, "");
    if !plain.contains('&') {
        return plain.trim().to_owned();
    }
    // Only its entities are left to be read; what looks like a mark now is text.
    let plain = plain.replace('<', "&lt;");
    Document::fragment(plain.as_str()).text().trim().to_owned()
}
