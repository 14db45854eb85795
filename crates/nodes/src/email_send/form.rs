//! What the form of Send Email asks for.

use reporunner_model::{Effect, NodeDescription, NodeGroup, Property};
use serde_json::json;

use crate::form::{self, describe, texts};

const FIRST: &[f64] = &[1.0];
const CURRENT: &[f64] = &[2.0, 2.1];

pub(super) fn description() -> NodeDescription {
    NodeDescription {
        summary: "Sends a mail by an SMTP server.".to_owned(),
        help: "Sends one mail for each item. Several addresses stand with commas between; `Ada \
               <ada@example.org>` has a name too.\n\n**The server** is named here, or once for all \
               such nodes in *Settings, Variables*: `smtpHost`, `smtpPort`, `smtpUser`, \
               `smtpPassword`, and `smtpSecurity` (`tls`, `starttls`, `ifOffered` or `none`). \
               Imported workflows run that way without a change. A password is never written into \
               the node, where it would travel with the workflow: take it from a variable, \
               `{{ $vars.smtpPassword }}`.\n\n- **Files**: the names that files have in the item, \
               such as `data`. One that the HTML shows by `cid:data` is put in its place, others \
               are attached.\n- A mail that was sent twice after a failure has the same id."
            .to_owned(),
        aliases: texts(&["mail", "smtp", "e-mail", "message", "notify", "alert"]),
        versions: texts(&["1", "2", "2.1"]),
        properties: properties(),
        subtitles: texts(&["{toEmail}"]),
        effect: Effect::Outside,
        example: form::example(json!({
            "fromEmail": "Reporunner <reports@example.org>",
            "toEmail": "ada@example.org",
            "subject": "The report of today",
            "emailFormat": "text",
            "text": "It is done.",
            "server": { "host": "mail.example.org", "port": 587,
                        "user": "reports@example.org", "password": "={{ $vars.smtpPassword }}" }
        })),
        ..describe("emailSend", "Send Email", NodeGroup::Network, "mail", 208)
    }
}

fn properties() -> Vec<Property> {
    let mut all = vec![
        Property::text("fromEmail", "From").required().placeholder("Ada <ada@example.org>"),
        Property::text("toEmail", "To").required().placeholder("bo@example.org, cy@example.org"),
        Property::text("ccEmail", "Copy to").versions(FIRST),
        Property::text("bccEmail", "Hidden copy to").versions(FIRST),
        Property::text("subject", "Subject"),
        form::long("text", "Text").versions(FIRST),
        form::long("html", "HTML").versions(FIRST),
        Property::text("attachments", "Files").placeholder("data").versions(FIRST),
    ];
    let formats = &[("text", "Text"), ("html", "HTML"), ("both", "Both")];
    let format = |version: f64, default: &str| {
        Property::choice("emailFormat", "Format", formats)
            .default_value(default)
            .versions(&[version])
    };
    all.extend([format(2.0, "text"), format(2.1, "html")]);
    let body = |name: &str, label: &str| {
        form::long(name, label).versions(CURRENT).show_when("emailFormat", &[name, "both"])
    };
    all.extend([body("text", "Text"), body("html", "HTML")]);
    all.push(server());
    all.push(form::options(options(false)).versions(FIRST));
    all.push(form::options(options(true)).versions(CURRENT));
    all
}

fn server() -> Property {
    Property::collection(
        "server",
        "Server",
        "Add server setting",
        vec![
            Property::text("host", "Host").placeholder("mail.example.org"),
            Property::number("port", "Port", 587.0).between(1.0, 65_535.0),
            Property::choice(
                "security",
                "Secured by",
                &[
                    ("auto", "What goes with the port"),
                    ("tls", "TLS from the start (465)"),
                    ("starttls", "STARTTLS (587)"),
                    ("ifOffered", "STARTTLS where it is offered"),
                    ("none", "Nothing"),
                ],
            ),
            Property::text("user", "User"),
            Property::text("password", "Password")
                .placeholder("={{ $vars.smtpPassword }}")
                .help("From a variable of this machine; never the password itself."),
        ],
    )
    .help("Where it is left out, the variables smtpHost, smtpPort, smtpUser and smtpPassword do.")
}

fn options(current: bool) -> Vec<Property> {
    let mut options = Vec::new();
    if current {
        options.extend([
            Property::text("attachments", "Files")
                .placeholder("data")
                .help("Names of the item's files; those that the HTML shows are put in there."),
            Property::text("fileAttachments", "Files, always attached").placeholder("data"),
            Property::text("ccEmail", "Copy to"),
            Property::text("bccEmail", "Hidden copy to"),
        ]);
    }
    options.extend([
        Property::text("replyTo", "Answers go to"),
        Property::toggle("allowUnauthorizedCerts", "Accept any certificate", false)
            .help("Anyone in between can then read the mail and the password."),
    ]);
    options
}
