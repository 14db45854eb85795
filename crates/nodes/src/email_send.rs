//! Send Email: one mail for each item, by an SMTP server.
//!
//! It says what the mail is; writing and sending it is the handle's. A password never stands in the
//! workflow: it comes from a variable of the machine.

mod form;

use async_trait::async_trait;
use reporunner_model::{BinaryRef, Item, NodeDescription, NodeError};
use reporunner_node::{Context, MailSecurity, MailSent, MailServer, Message, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::binary;
use crate::items::{Input, fail_or_go_on, option_flag, option_text};
use crate::js;

pub(crate) struct EmailSend;

#[async_trait]
impl Node for EmailSend {
    fn description(&self) -> NodeDescription {
        form::description()
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let context = &*context;
        let mut out = Vec::with_capacity(input.items().len());
        for (index, item) in input.items().iter().enumerate() {
            match one(context, item, index).await {
                Ok(sent) => out.push(Item::from_json(given(sent)).paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

async fn one(context: &Context, item: &Item, index: usize) -> Result<MailSent, NodeError> {
    let values = context.values(index)?;
    // The form does not offer it, but an imported node may have it.
    if context.node.params.get("operation").and_then(Value::as_str) == Some("sendAndWait") {
        return Err(NodeError::new("A mail whose answer is waited for cannot be sent yet")
            .hint("Send the mail with a link to a webhook in it, and let Wait wait for its call.")
            .about(&["operation"]));
    }
    let message = message(context, &values, item, index)?;
    let server = server(context, &values, index).await?;
    context.handles.mail.send(&server, message).await
}

fn message(
    context: &Context,
    values: &Values<'_>,
    item: &Item,
    index: usize,
) -> Result<Message, NodeError> {
    let first = values.version() < 2.0;
    let option = |name: &str| match first {
        true => values.text(name),
        false => option_text(values, &format!("options.{name}")).unwrap_or_default(),
    };
    let format = values.text("emailFormat");
    let body = |name: &str| {
        let wanted =
            if first { !values.text(name).is_empty() } else { format == name || format == "both" };
        wanted.then(|| values.text(name))
    };
    let (text, html) = (body("text"), body("html"));
    let (mut inline, mut files) = (Vec::new(), Vec::new());
    for name in names(&option("attachments")) {
        let file = file(item, name)?;
        // What the HTML does not show would be seen nowhere.
        match html.as_deref().is_some_and(|html| html.contains(&format!("cid:{name}"))) {
            true => inline.push((name.to_owned(), file)),
            false => files.push(file),
        }
    }
    for name in names(&option("fileAttachments")) {
        files.push(file(item, name)?);
    }
    Ok(Message {
        from: values.required("fromEmail")?,
        to: values.required("toEmail")?,
        cc: option("ccEmail"),
        bcc: option("bccEmail"),
        reply_to: option_text(values, "options.replyTo").unwrap_or_default(),
        subject: values.text("subject"),
        text,
        html,
        inline,
        files,
        key: format!("{}-{index}", context.run.idempotency_key),
    })
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn file(item: &Item, name: &str) -> Result<BinaryRef, NodeError> {
    let file = binary::of(item, name).map_err(|error| error.about(&["options", "attachments"]))?;
    Ok(file.clone())
}

/// The server that the node names, else the one of this machine's variables.
async fn server(
    context: &Context,
    values: &Values<'_>,
    index: usize,
) -> Result<MailServer, NodeError> {
    refuse_written_password(context)?;
    let field = |name: &str| option_text(values, &format!("server.{name}"));
    let own = field("host").is_some();
    let (host, port, user, password, security) = if own {
        (field("host"), field("port"), field("user"), field("password"), field("security"))
    } else {
        let names = ["smtpHost", "smtpPort", "smtpUser", "smtpPassword", "smtpSecurity"];
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let asked = Value::from(format!("={{{{ $vars.{name} }}}}"));
            let value = context.handles.evaluate.late(&asked, index, Map::new()).await?;
            found.push(Some(js::cell(&value)).filter(|text| !text.trim().is_empty()));
        }
        let mut found = found.into_iter();
        let mut next = || found.next().flatten();
        (next(), next(), next(), next(), next())
    };
    let Some(host) = host else {
        return Err(NodeError::new("No mail server is set")
            .hint(
                "Name one under Server; or, once for all Send Email nodes, set the variables \
                 smtpHost, smtpPort, smtpUser and smtpPassword in Settings. A credential that was \
                 chosen in n8n is not used: accounts come with Connections.",
            )
            .about(&["server", "host"]));
    };
    let port = port_of(port.as_deref())?;
    let security = security_of(security.as_deref().unwrap_or_default(), port)?;
    Ok(MailServer {
        host: host.trim().to_owned(),
        port: port.unwrap_or(match security {
            MailSecurity::Tls => 465,
            MailSecurity::StartTls | MailSecurity::IfOffered => 587,
            MailSecurity::None => 25,
        }),
        security,
        user,
        password: password.unwrap_or_default(),
        allow_invalid_certificates: option_flag(values, "options.allowUnauthorizedCerts")
            .unwrap_or(false),
    })
}

/// A password in the workflow goes wherever the workflow goes, and stays in its history.
fn refuse_written_password(context: &Context) -> Result<(), NodeError> {
    let written = context.node.params.get("server").and_then(|server| server.get("password"));
    match written.and_then(Value::as_str) {
        Some(text) if !text.is_empty() && !text.starts_with('=') => {
            Err(NodeError::new("The password stands in the workflow itself")
                .hint(
                    "Keep it in a variable of this machine (Settings, Variables) and write \
                     ={{ $vars.smtpPassword }} here.",
                )
                .about(&["server", "password"]))
        }
        _ => Ok(()),
    }
}

fn port_of(text: Option<&str>) -> Result<Option<u16>, NodeError> {
    let Some(text) = text.map(str::trim).filter(|text| !matches!(*text, "" | "0")) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        NodeError::new(format!("{text:?} is no port"))
            .hint("As a rule it is 465 or 587.")
            .about(&["server", "port"])
    })
}

fn security_of(text: &str, port: Option<u16>) -> Result<MailSecurity, NodeError> {
    Ok(match (text, port) {
        ("tls", _) | ("" | "auto", Some(465)) => MailSecurity::Tls,
        ("starttls" | "" | "auto", _) => MailSecurity::StartTls,
        ("ifOffered", _) => MailSecurity::IfOffered,
        ("none", _) => MailSecurity::None,
        (other, _) => {
            return Err(NodeError::new(format!("{other:?} is no way to secure a connection"))
                .hint("It is tls, starttls, ifOffered or none.")
                .about(&["server", "security"]));
        }
    })
}

fn given(sent: MailSent) -> Map<String, Value> {
    let MailSent { id, response, from, to, bytes } = sent;
    let value = json!({
        "accepted": to, "rejected": [], "messageSize": bytes, "response": response,
        "envelope": { "from": from, "to": to }, "messageId": id
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
