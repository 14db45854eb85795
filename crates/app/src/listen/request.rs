//! A webhook's request as an item: `headers`, `params`, `query`, `body` and files, as n8n's
//! Webhook node gives it (docs.n8n.io, Webhook).

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use indexmap::IndexMap;
use reporunner_model::{BinaryRef, Item, limits};
use reporunner_net::{BodyError, RequestBody, ServerRequest, ServerResponse};
use reporunner_store::{Store, WebhookKind};
use serde_json::{Map, Value, json};

use super::answer::{later, refuse};
use super::multipart::{FormError, Multipart, PartHead, Piece};
use super::pairs::{self, TooMany};
use super::routes::Route;
use super::save::{Files, Saving};

/// A JSON body larger than this is parsed on a thread of its own, bytes.
const LARGE: usize = 256 * 1024;
/// Bytes of all fields of a form's page, without its files.
const FORM_BYTES: usize = 1 << 20;

/// What came with a request.
pub(super) struct Received {
    pub(super) item: Item,
    /// Belong to the request until its run has ended.
    pub(super) files: Files,
}

/// The data and the files of a body.
struct Content {
    body: Value,
    named: IndexMap<String, BinaryRef>,
    files: Files,
}

/// Reads a request that came to a route.
pub(super) async fn receive(
    request: ServerRequest,
    body: RequestBody,
    params: Map<String, Value>,
    (route, base): (&Route, &str),
    store: &Store,
) -> Result<Received, ServerResponse> {
    let query = pairs::query(&request.query).map_err(|TooMany| too_many())?;
    let content = Reader { request: &request, route, store }.read(body).await?;
    let (mode, prefix) = match route.kind {
        WebhookKind::Test => ("test", super::TEST),
        WebhookKind::Waiting => ("production", super::WAITING),
        _ => ("production", super::PRODUCTION),
    };
    let mut json = Map::new();
    let tells_method = route.door.tells_method.then(|| request.method.clone());
    json.insert("headers".to_owned(), Value::Object(headers(request.headers)));
    json.insert("params".to_owned(), Value::Object(params));
    json.insert("query".to_owned(), Value::Object(query));
    json.insert("body".to_owned(), content.body);
    json.insert("webhookUrl".to_owned(), format!("{base}/{prefix}/{}", route.path).into());
    json.insert("executionMode".to_owned(), mode.into());
    if let Some(method) = tells_method {
        // Which of its outputs the node uses.
        json.insert("httpMethod".to_owned(), method.into());
    }
    let binary = (!content.named.is_empty()).then(|| Box::new(content.named));
    Ok(Received {
        item: Item { json: json.into(), binary, ..Item::default() },
        files: content.files,
    })
}

/// The headers as Node.js gives them: a name that comes again is joined, or its first value counts.
pub(super) fn headers(headers: Vec<(String, String)>) -> Map<String, Value> {
    const ONCE: [&str; 8] = [
        "authorization",
        "content-length",
        "content-type",
        "from",
        "host",
        "referer",
        "user-agent",
        "proxy-authorization",
    ];
    let mut map = Map::new();
    for (name, value) in headers {
        let value = if name == "cookie" {
            let Some(foreign) = foreign_cookies(&value) else { continue };
            foreign
        } else {
            value
        };
        match map.get_mut(&name) {
            Some(Value::String(before)) if !ONCE.contains(&name.as_str()) => {
                before.push_str(if name == "cookie" { "; " } else { ", " });
                before.push_str(&value);
            }
            Some(_) => {}
            None => drop(map.insert(name, Value::String(value))),
        }
    }
    map
}

/// Cookies without those of our own interface, which a browser sends to every port of a host.
fn foreign_cookies(header: &str) -> Option<String> {
    let pairs = header.split(';').map(str::trim);
    let foreign: Vec<&str> = pairs.filter(|pair| !pair.starts_with("reporunner-")).collect();
    (!foreign.is_empty()).then(|| foreign.join("; "))
}

/// What a body of fields and files may hold.
struct Takes<'t> {
    /// Bytes of all that are no files.
    field_bytes: usize,
    /// Whether a file is kept, by the name of its input and the fields before it; else it is read
    /// and forgotten.
    file: &'t (dyn Fn(&str, &Map<String, Value>) -> bool + Sync),
}

/// Reads a form that came from a page of ours: its fields, its files by the names of their inputs,
/// and what keeps those. `takes_file` says of an input and the fields before it whether its file
/// is kept.
pub(super) async fn receive_form(
    request: &ServerRequest,
    mut body: RequestBody,
    store: &Store,
    takes_file: &(dyn Fn(&str, &Map<String, Value>) -> bool + Sync),
) -> Result<(Map<String, Value>, Vec<(String, BinaryRef)>, Files), ServerResponse> {
    let header = request.header("content-type").unwrap_or_default();
    let kind = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut files = Files::new(store);
    match kind.as_str() {
        "multipart/form-data" => {
            let takes = Takes { field_bytes: FORM_BYTES, file: takes_file };
            let parts = parts(header, body, (store, &mut files), takes).await?;
            Ok((parts.fields, parts.files, files))
        }
        "application/x-www-form-urlencoded" => {
            let bytes = body.whole(FORM_BYTES).await.map_err(|error| not_read(&error))?;
            let fields = pairs::form(&bytes).map_err(|TooMany| too_many())?;
            Ok((fields, Vec::new(), files))
        }
        _ => Err(refuse(415, "The body is no form.", "Send the form from its page.")),
    }
}

/// Reads one body.
struct Reader<'a> {
    request: &'a ServerRequest,
    route: &'a Route,
    store: &'a Store,
}

impl Reader<'_> {
    async fn read(&self, mut body: RequestBody) -> Result<Content, ServerResponse> {
        let coding = self.request.header("content-encoding").unwrap_or_default().trim();
        if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
            let message = format!("Bodies in the coding {coding} are not read.");
            let mut refused = refuse(415, &message, "Send the body as it is.");
            refused.headers.push(("accept-encoding".to_owned(), "identity".to_owned()));
            return Err(refused);
        }
        let header = self.request.header("content-type").unwrap_or_default();
        let kind = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let empty =
            || Content { body: json!({}), named: IndexMap::new(), files: Files::new(self.store) };
        if kind == "multipart/form-data" {
            return self.form(header, body, empty()).await;
        }
        let is_xml = kind.ends_with("/xml") || kind.ends_with("+xml");
        let is_json = kind == "application/json" || kind.ends_with("+json");
        let is_form = kind == "application/x-www-form-urlencoded";
        let is_read = is_json || is_form || is_xml || kind == "text/plain";
        let mut content = empty();
        if self.route.door.body_is_file || !is_read {
            self.file(&kind, body, &mut content).await?;
            return Ok(content);
        }
        let bytes = body.whole(limits::BODY_BYTES).await.map_err(|error| not_read(&error))?;
        if self.route.door.raw_body && !bytes.is_empty() {
            let mut saving = Saving::new(self.store);
            saving.add(&bytes).await.map_err(|error| not_saved(&error))?;
            let saved = saving.finish(&mut content.files, "data", Some(&kind)).await;
            content.named.insert("data".to_owned(), saved.map_err(|error| not_saved(&error))?);
        }
        if bytes.is_empty() {
            return Ok(content);
        }
        content.body = if is_json {
            json_of(bytes, header).await?
        } else if is_form {
            Value::Object(pairs::form(&bytes).map_err(|TooMany| too_many())?)
        } else {
            Value::String(text(&bytes, header)?)
        };
        Ok(content)
    }

    /// A body that is one file.
    async fn file(
        &self,
        kind: &str,
        mut body: RequestBody,
        content: &mut Content,
    ) -> Result<(), ServerResponse> {
        fits(&body)?;
        let (mut saving, mut total) = (Saving::new(self.store), 0);
        while let Some(piece) = body.piece().await.map_err(|error| not_read(&error))? {
            count(&mut total, piece.len(), limits::UPLOAD_BYTES)?;
            saving.add(&piece).await.map_err(|error| not_saved(&error))?;
        }
        if total == 0 {
            return Ok(());
        }
        let given = self.request.header("content-disposition").map(pairs::parameters);
        let name = given.and_then(|given| pairs::file_name(&given));
        let kind = if kind.is_empty() { "application/octet-stream" } else { kind };
        let saved = saving
            .finish(&mut content.files, name.as_deref().unwrap_or("data"), Some(kind))
            .await
            .map_err(|error| not_saved(&error))?;
        let key = self.route.door.file_name.clone().unwrap_or_else(|| "data".to_owned());
        content.named.insert(key, saved);
        Ok(())
    }

    /// A form: fields are data, files are files.
    async fn form(
        &self,
        header: &str,
        body: RequestBody,
        mut content: Content,
    ) -> Result<Content, ServerResponse> {
        let takes = Takes { field_bytes: limits::BODY_BYTES, file: &|_, _| true };
        let parts = parts(header, body, (self.store, &mut content.files), takes).await?;
        content.named = named(parts.files, self.route.door.file_name.as_deref());
        content.body = Value::Object(parts.fields);
        Ok(content)
    }
}

/// The parts of a multipart body.
async fn parts(
    header: &str,
    mut body: RequestBody,
    (store, files): (&Store, &mut Files),
    takes: Takes<'_>,
) -> Result<Parts, ServerResponse> {
    fits(&body)?;
    let mut form = Multipart::new(header).map_err(|error| no_form(&error))?;
    let mut parts = Parts::default();
    let mut total = 0;
    while let Some(bytes) = body.piece().await.map_err(|error| not_read(&error))? {
        count(&mut total, bytes.len(), limits::UPLOAD_BYTES)?;
        form.push(&bytes);
        while let Some(piece) = form.next().map_err(|error| no_form(&error))? {
            parts.take(piece, (store, &mut *files), &takes).await?;
        }
    }
    form.finish().map_err(|error| no_form(&error))?;
    Ok(parts)
}

/// The parts of a form so far.
#[derive(Default)]
struct Parts {
    fields: Map<String, Value>,
    files: Vec<(String, BinaryRef)>,
    /// Bytes of all fields.
    field_bytes: u64,
    count: usize,
    open: Option<Part>,
}

enum Part {
    Field(String, Vec<u8>),
    /// The last says whether nothing came yet.
    File(PartHead, Box<Saving>, bool),
}

impl Parts {
    async fn take(
        &mut self,
        piece: Piece,
        (store, files): (&Store, &mut Files),
        takes: &Takes<'_>,
    ) -> Result<(), ServerResponse> {
        match (piece, &mut self.open) {
            (Piece::Begin(head), _) => {
                self.count += 1;
                if self.count > limits::FORM_FIELDS {
                    return Err(too_many());
                }
                let is_file = head.file_name.is_some() || head.content_type.is_some();
                // A text with a type is a field still; so browsers and curl send JSON fields.
                let is_text = head.file_name.is_none()
                    && head.content_type.as_deref().is_some_and(|kind| {
                        kind.starts_with("text/plain") || kind.starts_with("application/json")
                    });
                if is_file && !is_text && !(takes.file)(&head.name, &self.fields) {
                    self.open = None;
                    return Ok(());
                }
                self.open = Some(if is_file && !is_text {
                    Part::File(head, Box::new(Saving::new(store)), true)
                } else {
                    Part::Field(head.name, Vec::new())
                });
            }
            (Piece::Content(bytes), Some(Part::Field(_, value))) => {
                count(&mut self.field_bytes, bytes.len(), takes.field_bytes as u64)?;
                value.extend_from_slice(&bytes);
            }
            (Piece::Content(bytes), Some(Part::File(_, saving, is_empty))) => {
                *is_empty = false;
                saving.add(&bytes).await.map_err(|error| not_saved(&error))?;
            }
            (Piece::End, _) => match self.open.take() {
                Some(Part::Field(name, value)) => {
                    let value = String::from_utf8_lossy(&value).into_owned();
                    pairs::add(&mut self.fields, name, Value::String(value));
                }
                // A form's file field that nothing was chosen for.
                Some(Part::File(PartHead { file_name: None, .. }, _, true)) => {}
                Some(Part::File(head, saving, _)) => {
                    let name = head.file_name.as_deref().unwrap_or("data");
                    let kind = head.content_type.as_deref();
                    let saved = saving.finish(files, name, kind).await;
                    self.files.push((head.name, saved.map_err(|error| not_saved(&error))?));
                }
                None => {}
            },
            (Piece::Content(_), None) => {}
        }
        Ok(())
    }
}

/// Files by the names that items know them by: a field's own, numbered where it has several, or
/// the node's with a number.
fn named(files: Vec<(String, BinaryRef)>, given: Option<&str>) -> IndexMap<String, BinaryRef> {
    let times = |name: &str| files.iter().filter(|(other, _)| other == name).count();
    let keys: Vec<String> = files
        .iter()
        .enumerate()
        .map(|(at, (field, _))| {
            let before = files[..at].iter().filter(|(other, _)| other == field).count();
            let name = field.strip_suffix("[]").unwrap_or(field);
            let name = if name.trim().is_empty() { "data" } else { name };
            match given {
                Some(given) => format!("{given}{at}"),
                None if times(field) > 1 => format!("{name}{before}"),
                None => name.to_owned(),
            }
        })
        .collect();
    keys.into_iter().zip(files.into_iter().map(|(_, file)| file)).collect()
}

async fn json_of(bytes: Bytes, header: &str) -> Result<Value, ServerResponse> {
    let bytes = if charset(header)? == UTF_8 { bytes } else { text(&bytes, header)?.into() };
    let is_large = bytes.len() > LARGE;
    let parse = move || {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        serde_json::from_slice(text)
    };
    let parsed = if is_large { tokio::task::spawn_blocking(parse).await } else { Ok(parse()) };
    let parsed = parsed.map_err(|_| later("The body could not be read."))?;
    parsed.map_err(|error| {
        let message = format!("The body is no JSON: {error}");
        refuse(400, &message, "Send JSON, or the content type of what it is.")
    })
}

fn text(bytes: &[u8], header: &str) -> Result<String, ServerResponse> {
    Ok(charset(header)?.decode(bytes).0.into_owned())
}

fn charset(header: &str) -> Result<&'static Encoding, ServerResponse> {
    let given = pairs::parameters(header).into_iter().find(|(name, _)| name == "charset");
    let Some((_, label)) = given.filter(|(_, label)| !label.is_empty()) else { return Ok(UTF_8) };
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        refuse(415, &format!("The charset {label} is not known."), "Send the body in UTF-8.")
    })
}

fn fits(body: &RequestBody) -> Result<(), ServerResponse> {
    match body.announced().filter(|bytes| *bytes > limits::UPLOAD_BYTES) {
        Some(_) => Err(not_read(&BodyError::TooLarge(limits::UPLOAD_BYTES))),
        None => Ok(()),
    }
}

fn count(total: &mut u64, bytes: usize, most: u64) -> Result<(), ServerResponse> {
    *total += bytes as u64;
    if *total > most { Err(not_read(&BodyError::TooLarge(most))) } else { Ok(()) }
}

fn not_read(error: &BodyError) -> ServerResponse {
    match error {
        BodyError::TooLarge(most) => {
            let message = format!("The body is larger than {most} bytes.");
            refuse(413, &message, "Send less at once; large content goes as a file.")
        }
        BodyError::Broken(_) => refuse(408, "The body did not arrive.", "Send the request again."),
    }
}

fn not_saved(error: &reporunner_store::Error) -> ServerResponse {
    let hint = error.hint().unwrap_or("Send the request again.");
    refuse(507, &format!("A file of the body was not saved: {error}."), hint)
}

fn no_form(error: &FormError) -> ServerResponse {
    refuse(400, &format!("The body is no form: {error}."), "Let a library make the body.")
}

fn too_many() -> ServerResponse {
    let message = format!("There are more than {} fields.", limits::FORM_FIELDS);
    refuse(413, &message, "Send lists as JSON.")
}
