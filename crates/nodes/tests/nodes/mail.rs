//! Send Email: what mail it makes of an item, and by which server it goes.

use reporunner_model::{Item, NodeError};
use reporunner_node::{MailSecurity, MailServer, Message};
use serde_json::{Map, Value, json};

use crate::set::block;
use crate::support::{Bench, case};

fn params(more: Value) -> Value {
    let mut params = json!({
        "fromEmail": "a@x.org", "toEmail": "b@x.org",
        "server": { "host": "mail.x.org", "user": "u", "password": "={{ $vars.smtpPassword }}" }
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn send_by(
    bench: &Bench,
    version: &str,
    params: Value,
    item: Item,
) -> Result<(MailServer, Message), NodeError> {
    let mut case = case("emailSend", version, params);
    case.inputs = vec![vec![item]];
    block(bench.run(case))?;
    Ok(bench.mails.lock().unwrap().remove(0))
}

fn send(version: &str, more: Value, item: Item) -> Message {
    let mut bench = Bench::new();
    bench.vars = Map::from_iter([("smtpPassword".to_owned(), json!("secret"))]);
    send_by(&bench, version, params(more), item).unwrap().1
}

#[test]
fn the_body_follows_the_version_and_the_format() {
    let both = json!({ "text": "T", "html": "H" });
    for (version, format, expect) in [
        ("1", None, (Some("T"), Some("H"))),
        ("2", None, (Some("T"), None)),
        ("2.1", None, (None, Some("H"))),
        ("2.1", Some("text"), (Some("T"), None)),
        ("2", Some("both"), (Some("T"), Some("H"))),
    ] {
        let mut more = both.clone();
        if let Some(format) = format {
            more["emailFormat"] = json!(format);
        }
        let message = send(version, more, Item::default());
        assert_eq!(
            (message.text.as_deref(), message.html.as_deref()),
            expect,
            "{version} {format:?}"
        );
    }
    let message = send("1", json!({ "html": "H" }), Item::default());
    assert_eq!((message.text, message.html.as_deref()), (None, Some("H")));
}

#[test]
fn addresses_and_subject_come_from_where_the_version_has_them() {
    let lists = json!({ "ccEmail": "c@x.org", "bccEmail": "d@x.org", "replyTo": "e@x.org" });
    for version in ["1", "2.1"] {
        let mut more = json!({ "subject": "S", "options": lists });
        if version == "1" {
            more.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
        }
        let message = send(version, more, Item::default());
        let Message { from, to, cc, bcc, reply_to, subject, .. } = message;
        assert_eq!(
            [from, to, cc, bcc, reply_to, subject],
            ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org", "S"]
        );
    }
}

#[test]
fn files_are_shown_in_the_html_or_attached() {
    let bench = Bench::new();
    let mut item = bench.item_with("png", "p.png");
    let file = item.binary.as_ref().unwrap()["data"].clone();
    item.binary.as_mut().unwrap().insert("logo".to_owned(), file);
    let options = json!({ "attachments": "data, logo", "fileAttachments": "data" });
    let more = json!({ "html": "<img src='cid:logo'>", "options": options });
    let message = send("2.1", more, item.clone());
    assert_eq!(message.inline.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["logo"]);
    assert_eq!(message.files.len(), 2);
    let message = send("1", json!({ "attachments": "data" }), item.clone());
    assert_eq!((message.inline.len(), message.files.len()), (0, 1));
    let missing = params(json!({ "options": { "attachments": "none" } }));
    let error = send_by(&Bench::new(), "2.1", missing, item).unwrap_err();
    assert!(error.message.contains("none"), "{error}");
}

#[test]
fn the_server_is_the_nodes_or_that_of_the_machine() {
    let by = |host: &str, port, security, user: Option<&str>, password: &str| MailServer {
        host: host.to_owned(),
        port,
        security,
        user: user.map(str::to_owned),
        password: password.to_owned(),
        allow_invalid_certificates: false,
    };
    let vars = |list: Value| list.as_object().unwrap().clone();
    let machine = vars(
        json!({ "smtpHost": "m.org", "smtpPort": "465", "smtpUser": "me", "smtpPassword": "secret" }),
    );
    let plain = vars(json!({ "smtpHost": "m.org", "smtpSecurity": "none" }));
    let tls = MailSecurity::Tls;
    for (server, vars, expect) in [
        (json!({}), &machine, by("m.org", 465, tls, Some("me"), "secret")),
        (json!({}), &plain, by("m.org", 25, MailSecurity::None, None, "")),
        (json!({ "host": "n.org" }), &machine, by("n.org", 587, MailSecurity::StartTls, None, "")),
        (
            json!({ "host": "n.org", "port": 465, "user": "u", "password": "={{ $vars.smtpPassword }}" }),
            &machine,
            by("n.org", 465, tls, Some("u"), "secret"),
        ),
        (json!({ "host": "n.org", "security": "tls" }), &machine, by("n.org", 465, tls, None, "")),
        (
            json!({ "host": "n.org", "security": "ifOffered", "port": 2525 }),
            &machine,
            by("n.org", 2525, MailSecurity::IfOffered, None, ""),
        ),
    ] {
        let mut bench = Bench::new();
        bench.vars.clone_from(vars);
        let params = params(json!({ "server": server }));
        let (used, _) = send_by(&bench, "2.1", params, Item::default()).unwrap();
        assert!(used == expect, "{server}: {used:?} where {expect:?} was expected");
    }
}

#[test]
fn what_cannot_be_sent_says_why() {
    for (more, message) in [
        (json!({ "server": {} }), "No mail server is set"),
        (
            json!({ "server": { "host": "m", "password": "hunter2" } }),
            "The password stands in the workflow itself",
        ),
        (json!({ "server": { "host": "m", "port": "mail" } }), "\"mail\" is no port"),
        (
            json!({ "server": { "host": "m", "security": "ssl" } }),
            "\"ssl\" is no way to secure a connection",
        ),
        (json!({ "toEmail": "" }), "To is empty"),
        (
            json!({ "operation": "sendAndWait" }),
            "A mail whose answer is waited for cannot be sent yet",
        ),
    ] {
        let error = send_by(&Bench::new(), "2.1", params(more), Item::default()).unwrap_err();
        assert_eq!(error.message, message);
        assert!(error.hint.is_some(), "{message}");
    }
}

#[test]
fn each_item_sends_a_mail_of_its_own() {
    let bench = Bench::new();
    let params = params(json!({ "subject": "={{ $json.n }}", "server": { "host": "m" } }));
    let items = json!([{ "n": 1 }, { "n": 2 }]);
    let given = block(bench.json(case("emailSend", "2.1", params).items(items)))[0].clone();
    assert_eq!(given[1]["accepted"], json!(["b@x.org"]));
    assert_eq!(given[1]["envelope"], json!({ "from": "a@x.org", "to": ["b@x.org"] }));
    let mails = bench.mails.lock().unwrap();
    let subjects: Vec<&str> = mails.iter().map(|(_, mail)| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["1", "2"]);
    assert_ne!(mails[0].1.key, mails[1].1.key);
}
