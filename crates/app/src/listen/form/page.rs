//! The pages of forms as HTML: without scripts, nothing loaded from elsewhere, errors at their
//! fields. It checks nothing and knows no run.

use std::fmt::Write;

use reporunner_model::BinaryRef;
use reporunner_net::ServerResponse;

use super::definition::{Field, Form, Kind};
use super::markup::{escaped, harmless, harmless_text};
use super::sent::{Sent, Wrong, input_name};
use crate::ids;

const STYLE: &str = include_str!("page.css");

/// The input that holds a page's ticket.
pub(super) const TICKET: &str = "_page";

/// A form to be filled in.
#[derive(Default)]
pub(super) struct Sheet<'f> {
    pub(super) form: Option<&'f Form>,
    /// What it is known by when it comes back.
    pub(super) ticket: String,
    /// What was sent before, where it is given back.
    pub(super) sent: Option<&'f Sent>,
    pub(super) wrongs: &'f [Wrong],
    /// Said above the form, where it is given back for another reason.
    pub(super) notice: &'f str,
    /// Values for fields from the address, by field.
    pub(super) given: Vec<Option<Vec<String>>>,
    /// Whether a person tries the workflow out.
    pub(super) test: bool,
}

/// How a page without a form looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Done,
    Busy,
    Failed,
    Plain,
}

/// A page that says something.
#[derive(Debug, Clone)]
pub(super) struct Say<'s> {
    pub(super) mood: Mood,
    pub(super) title: &'s str,
    /// Text; HTML of the workflow's author where `rich`.
    pub(super) text: &'s str,
    pub(super) rich: bool,
    /// A link as a button: its words and where it goes.
    pub(super) link: Option<(&'s str, &'s str)>,
    /// The title of the browser's tab, where it is another.
    pub(super) tab: &'s str,
}

impl<'s> Say<'s> {
    /// A page with a title and a text.
    pub(super) fn new(mood: Mood, title: &'s str, text: &'s str) -> Self {
        Self { mood, title, text, rich: false, link: None, tab: "" }
    }
}

/// A form as an answer.
pub(super) fn sheet(status: u16, sheet: &Sheet<'_>) -> ServerResponse {
    let Some(form) = sheet.form else { return whole(status, "", "") };
    let mut body = String::from("<div class=\"card\">");
    if sheet.test {
        body.push_str("<div class=\"note\"><p>A trial: what you send runs the workflow once, in the editor.</p></div>");
    }
    push_notice(&mut body, form, sheet);
    let title = if form.title.is_empty() { "Form" } else { &form.title };
    push(&mut body, format_args!("<h1>{}</h1>", escaped(title)));
    if !form.description.is_empty() {
        let about = harmless_text(&form.description);
        push(&mut body, format_args!("<div class=\"about rich\">{about}</div>"));
    }
    let kind = if form.takes_files() { " enctype=\"multipart/form-data\"" } else { "" };
    push(&mut body, format_args!("<form method=\"post\"{kind} accept-charset=\"utf-8\">"));
    let ticket = escaped(&sheet.ticket);
    push(&mut body, format_args!("<input type=\"hidden\" name=\"{TICKET}\" value=\"{ticket}\">"));
    let first_wrong = sheet.wrongs.first().map(|wrong| wrong.field);
    for (at, field) in form.fields.iter().enumerate() {
        let wrong = sheet.wrongs.iter().find(|wrong| wrong.field == at);
        let drawn = Drawn {
            at,
            field,
            values: values_of(at, field, sheet),
            kept: sheet.sent.map(|sent| sent.files(at).collect()).unwrap_or_default(),
            wrong: wrong.map(|wrong| wrong.words.as_str()),
            focus: first_wrong == Some(at),
        };
        drawn.push(&mut body);
    }
    push(
        &mut body,
        format_args!("<button type=\"submit\">{}</button></form>", escaped(&form.button)),
    );
    body.push_str("</div>");
    if form.named {
        body.push_str("<footer>Made with Reporunner</footer>");
    }
    whole(status, title, &body)
}

/// A page without a form as an answer.
pub(super) fn say(status: u16, say: &Say<'_>) -> ServerResponse {
    let mut body = String::from("<div class=\"card\" role=\"status\">");
    let (class, drawing) = match say.mood {
        Mood::Done => ("ok", "<path d=\"M20 6 9 17l-5-5\"/>"),
        Mood::Busy => ("busy", "<path d=\"M21 12a9 9 0 1 1-6.219-8.56\"/>"),
        Mood::Failed => ("fail", "<path d=\"M12 8v5m0 4v.01\"/>"),
        Mood::Plain => ("", "<path d=\"M12 16v-5m0-4v.01\"/>"),
    };
    push(
        &mut body,
        format_args!(
            "<div class=\"mark {class}\"><svg viewBox=\"0 0 24 24\" fill=\"none\" \
             stroke=\"currentColor\" stroke-width=\"2.5\" stroke-linecap=\"round\" \
             stroke-linejoin=\"round\" aria-hidden=\"true\">{drawing}</svg></div>"
        ),
    );
    if !say.title.is_empty() {
        push(&mut body, format_args!("<h1>{}</h1>", escaped(say.title)));
    }
    if !say.text.is_empty() {
        let text = if say.rich { harmless_text(say.text) } else { escaped(say.text) };
        push(&mut body, format_args!("<div class=\"about rich\">{text}</div>"));
    }
    if let Some((words, to)) = say.link {
        let (words, to) = (escaped(words), escaped(to));
        push(&mut body, format_args!("<a class=\"button\" href=\"{to}\">{words}</a>"));
    }
    body.push_str("</div>");
    let tab = [say.tab, say.title, "Form"].into_iter().find(|text| !text.is_empty());
    whole(status, tab.unwrap_or_default(), &body)
}

/// Headers under which a page shows itself and nothing else: no script, nothing loaded but
/// pictures, in no frame, sent to no other site.
pub(super) fn guarded(response: &mut ServerResponse, nonce: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; img-src https: data:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        ("content-security-policy", policy.as_str()),
        ("cache-control", "no-store"),
        // Another site is not told the address; the page's own posts say where they come from.
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ];
    response.headers.extend(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

fn whole(status: u16, title: &str, body: &str) -> ServerResponse {
    let nonce = ids::text();
    let title = escaped(title);
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    );
    let mut response = ServerResponse { status, body: page.into(), ..ServerResponse::default() };
    let html = ("content-type".to_owned(), "text/html; charset=utf-8".to_owned());
    response.headers.push(html);
    guarded(&mut response, &nonce);
    response
}

fn push(body: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = body.write_fmt(arguments);
}

/// What is said above a form that is given back.
fn push_notice(body: &mut String, form: &Form, sheet: &Sheet<'_>) {
    if !sheet.notice.is_empty() {
        let notice = escaped(sheet.notice);
        push(body, format_args!("<div class=\"note\" role=\"alert\"><p>{notice}</p></div>"));
    }
    if sheet.wrongs.is_empty() {
        return;
    }
    let words = match sheet.wrongs.len() {
        1 => "One field needs another look.".to_owned(),
        several => format!("{several} fields need another look."),
    };
    push(body, format_args!("<div class=\"note fail\" role=\"alert\"><p>{words}</p><ul>"));
    for Wrong { field, .. } in sheet.wrongs {
        let label = form.fields.get(*field).map_or("", |field| &field.label);
        push(body, format_args!("<li><a href=\"#f{field}\">{}</a></li>", escaped(label)));
    }
    body.push_str("</ul></div>");
}

/// What a field holds: what was sent, else what the address says, else what it begins with.
fn values_of(at: usize, field: &Field, sheet: &Sheet<'_>) -> Vec<String> {
    if let Some(sent) = sheet.sent {
        return sent.shown(at);
    }
    sheet.given.get(at).cloned().flatten().unwrap_or_else(|| field.first_values())
}

/// A field on its way into the page.
struct Drawn<'f> {
    at: usize,
    field: &'f Field,
    values: Vec<String>,
    kept: Vec<&'f BinaryRef>,
    wrong: Option<&'f str>,
    focus: bool,
}

impl Drawn<'_> {
    fn push(&self, body: &mut String) {
        match &self.field.kind {
            Kind::Hidden(always) => {
                let value = if always.is_empty() { self.value() } else { always };
                let (name, value) = (input_name(self.at), escaped(value));
                push(
                    body,
                    format_args!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"),
                );
            }
            Kind::Html(html) => {
                push(body, format_args!("<div class=\"field rich\">{}</div>", harmless(html)));
            }
            Kind::Radio(options) => self.push_boxes(body, options, "radio"),
            Kind::Checkboxes { options, .. } => self.push_boxes(body, options, "checkbox"),
            _ => {
                let (at, class) = (self.at, self.class());
                push(
                    body,
                    format_args!("<div class=\"{class}\"><label class=\"name\" for=\"f{at}\">"),
                );
                self.push_label(body);
                body.push_str("</label>");
                self.push_input(body);
                self.push_foot(body);
                body.push_str("</div>");
            }
        }
    }

    fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    fn class(&self) -> &'static str {
        if self.wrong.is_some() { "field wrong" } else { "field" }
    }

    fn push_label(&self, body: &mut String) {
        body.push_str(&escaped(&self.field.label));
        if self.field.required {
            body.push_str(" <span class=\"need\" aria-hidden=\"true\">*</span>");
        }
    }

    /// Attributes that every input has.
    fn common(&self, id: &str, required: bool) -> String {
        let name = input_name(self.at);
        let mut text = format!(" id=\"{id}\" name=\"{name}\"");
        if required {
            text.push_str(" required");
        }
        if self.wrong.is_some() {
            let _ = write!(text, " aria-invalid=\"true\" aria-describedby=\"e{}\"", self.at);
        }
        if self.focus {
            text.push_str(" autofocus");
        }
        text
    }

    fn push_input(&self, body: &mut String) {
        let id = format!("f{}", self.at);
        // A file that came is kept: the browser need not send it again.
        let required = self.field.required && self.kept.is_empty();
        let common = self.common(&id, required);
        let value = escaped(self.value());
        let grey = escaped(&self.field.placeholder);
        let kind = match &self.field.kind {
            Kind::Textarea => {
                // A line break right after the tag would be lost.
                let text = format_args!(
                    "<textarea{common} placeholder=\"{grey}\" rows=\"4\">\n{value}</textarea>"
                );
                return push(body, text);
            }
            Kind::Dropdown(options) => return self.push_select(body, &common, options),
            Kind::File { several, accept } => {
                let several = if *several { " multiple" } else { "" };
                let accept = match accept.as_slice() {
                    [] => String::new(),
                    types => format!(" accept=\"{}\"", escaped(&types.join(","))),
                };
                return push(body, format_args!("<input type=\"file\"{common}{several}{accept}>"));
            }
            Kind::Number => "number\" step=\"any",
            Kind::Email => "email",
            Kind::Password => "password\" autocomplete=\"off",
            Kind::Date => "date",
            _ => "text",
        };
        push(
            body,
            format_args!(
                "<input type=\"{kind}\"{common} value=\"{value}\" placeholder=\"{grey}\">"
            ),
        );
    }

    fn push_select(&self, body: &mut String, common: &str, options: &[String]) {
        push(body, format_args!("<select{common}><option value=\"\">Choose …</option>"));
        for option in options {
            let chosen = if *option == self.value() { " selected" } else { "" };
            push(body, format_args!("<option value=\"{0}\"{chosen}>{0}</option>", escaped(option)));
        }
        body.push_str("</select>");
    }

    fn push_boxes(&self, body: &mut String, options: &[String], kind: &str) {
        let (at, class) = (self.at, self.class());
        // A link from the list of errors leads to the group.
        push(body, format_args!("<fieldset class=\"{class}\" id=\"f{at}\"><legend>"));
        self.push_label(body);
        body.push_str("</legend>");
        for (number, option) in options.iter().enumerate() {
            let id = format!("f{at}-{number}");
            let required = kind == "radio" && self.field.required;
            let mut common = self.common(&id, required);
            if number > 0 {
                common = common.replace(" autofocus", "");
            }
            let chosen = if self.values.contains(option) { " checked" } else { "" };
            let option = escaped(option);
            push(
                body,
                format_args!(
                    "<label class=\"choice\" for=\"{id}\"><input type=\"{kind}\"{common} \
                     value=\"{option}\"{chosen}>{option}</label>"
                ),
            );
        }
        self.push_foot(body);
        body.push_str("</fieldset>");
    }

    fn push_foot(&self, body: &mut String) {
        if !self.kept.is_empty() {
            let names = self.kept.iter().map(|file| file.file_name.as_deref().unwrap_or("a file"));
            let names = escaped(&names.collect::<Vec<_>>().join(", "));
            push(
                body,
                format_args!("<p class=\"kept\">Kept: {names}. Choose again to replace.</p>"),
            );
        }
        if let Some(words) = self.wrong {
            let at = self.at;
            push(body, format_args!("<p class=\"error\" id=\"e{at}\">{}</p>", escaped(words)));
        }
    }
}
