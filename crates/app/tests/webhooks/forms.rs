//! Forms: what their pages show, what they let through, what a run gets and how often it starts.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reporunner_app::Host;
use reporunner_model::{Clock, Edit, Monotonic, RunStatus, StartFrom, Timestamp};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::support::{Desk, Got, Step};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A Form Trigger at `/contact`.
pub(crate) fn form(fields: Value, more: Value) -> Step {
    let mut params = json!({ "formTitle": "Contact & us", "formFields": { "values": fields },
        "options": { "path": "contact" } });
    for (name, value) in more.as_object().into_iter().flatten() {
        match (name.as_str(), value.as_object()) {
            ("options", Some(options)) => {
                options.iter().for_each(|(k, v)| params["options"][k] = v.clone());
            }
            _ => params[name] = value.clone(),
        }
    }
    ("form", "formTrigger", "2.5", params)
}

/// The fields of most tests.
fn fields() -> Value {
    json!([
        { "fieldLabel": "Name", "requiredField": true },
        { "fieldLabel": "Mail", "fieldType": "email", "fieldName": "mail" },
        { "fieldLabel": "Age", "fieldType": "number" },
        { "fieldLabel": "Colours", "fieldType": "checkbox",
          "fieldOptions": { "values": [{ "option": "red" }, { "option": "blue" }] } },
        { "fieldType": "hiddenField", "fieldName": "source" },
        { "fieldType": "html", "html": "<h2>Read</h2><script>alert(1)</script>" },
    ])
}

/// The ticket that a page came with.
#[track_caller]
pub(crate) fn ticket(page: &Got) -> String {
    let html = page.text();
    let (_, after) = html.split_once("name=\"_page\" value=\"").expect("a page with a ticket");
    after.split('"').next().expect("a value").to_owned()
}

async fn runs(desk: &Desk) -> Vec<RunSummary> {
    desk.ask(ListRuns { filter: RunFilter::default() }).await.runs
}

/// The newest run's trigger item, once the run is over.
pub(crate) async fn item(desk: &Desk, node: &str) -> (Value, Value) {
    let run = runs(desk).await.first().expect("a run").id.clone();
    desk.ask(WaitRun { run: run.clone() }).await;
    let result = desk.ask(GetRunResult { run }).await;
    let last = result.nodes[node].last().expect("it ran");
    let item = &last.outputs[0][0];
    (Value::from(item.json.clone()), json!(item.binary))
}

#[tokio::test]
async fn a_form_is_a_page_that_can_do_no_harm() {
    let desk = Desk::new().await;
    let about = json!({ "formDescription": "Write <b>us</b><img src=x onerror=alert(1)>" });
    desk.live(vec![form(fields(), about)]).await;
    let page = desk.call("GET /form/contact?Name=A%22da&source=mail&Colours=blue", &[], b"").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    for part in [
        "<h1>Contact &amp; us</h1>",
        "Write <b>us</b><img>",
        "<label class=\"name\" for=\"f0\">Name",
        "id=\"f0\" name=\"field-0\" required value=\"A&quot;da\"",
        "type=\"email\" id=\"f1\"",
        "type=\"number\" step=\"any\" id=\"f2\"",
        "<fieldset class=\"field\" id=\"f3\"><legend>Colours",
        "value=\"blue\" checked>",
        "<input type=\"hidden\" name=\"field-4\" value=\"mail\">",
        "<h2>Read</h2>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(
        !html.contains("<script") && !html.contains("onerror") && !html.contains("red\" checked")
    );
    let policy = page.header("content-security-policy")[0];
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("cache-control"), ["no-store"]);
    assert!(runs(&desk).await.is_empty(), "looking at it starts nothing");
    let head = desk.call("HEAD /form/contact", &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for line in ["GET /form/other", "GET /webhook/contact", "GET /form-test/contact"] {
        assert_eq!(desk.call(line, &[], b"").await.status, 404, "{line}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_lost() {
    let desk = Desk::new().await;
    desk.live(vec![form(fields(), json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let body = format!(
        "_page={}&field-0=&field-1=ada%40&field-2=4%3Cx&field-3=blue&field-4=here",
        ticket(&page)
    );
    let back = desk.post("/form/contact", FORM, &body).await;
    assert_eq!(back.status, 422);
    let html = back.text();
    for part in [
        "3 fields need another look.",
        "<a href=\"#f0\">Name</a>",
        "aria-invalid=\"true\" aria-describedby=\"e0\" autofocus",
        "<p class=\"error\" id=\"e0\">Fill this in.</p>",
        "aria-describedby=\"e1\" value=\"ada@\"",
        "id=\"e2\">Enter a number, such as 12.5.</p>",
        "value=\"4&lt;x\"",
        "value=\"blue\" checked>",
        "name=\"field-4\" value=\"here\"",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(runs(&desk).await.is_empty());
    let body = format!("_page={}&field-0=+Ada+&field-2=36&field-4=here", ticket(&back));
    let done = desk.post("/form/contact?from=list", FORM, &body).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("<h1>Your response has been recorded</h1>"));
    let (mut json, _) = item(&desk, "form").await;
    let at = json.as_object_mut().and_then(|json| json.remove("submittedAt")).expect("a time");
    let at = at.as_str().expect("a text");
    assert!(at.len() >= 24 && at.as_bytes()[10] == b'T' && at.as_bytes()[19] == b'.', "{at}");
    let expect = json!({ "Name": "Ada", "mail": null, "Age": 36, "Colours": [], "source": "here",
        "formMode": "production", "formQueryParameters": { "from": "list" } });
    assert_eq!(json, expect);
}

fn multipart(ticket: &str, parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut body = String::new();
    for (name, file, content) in [("_page", None, ticket)].iter().chain(parts) {
        let file = file.map_or_else(String::new, |file| {
            format!("; filename=\"{file}\"\r\nContent-Type: application/pdf")
        });
        body.push_str(&format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
        ));
    }
    body + "--XX--\r\n"
}

#[tokio::test]
async fn files_become_files_and_stay_over_a_mistake() {
    let desk = Desk::new().await;
    let fields = json!([
        { "fieldLabel": "Name", "requiredField": true },
        { "fieldLabel": "My letter", "fieldType": "file", "multipleFiles": false,
          "acceptFileTypes": ".pdf", "requiredField": true },
        { "fieldLabel": "More", "fieldType": "file" },
    ]);
    desk.live(vec![form(fields, json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    assert!(page.text().contains("enctype=\"multipart/form-data\""));
    assert!(page.text().contains("accept=\".pdf\""));
    let kind = "multipart/form-data; boundary=XX";
    let send = async |ticket: &str, parts: &[(&str, Option<&str>, &str)]| {
        desk.post("/form/contact", kind, multipart(ticket, parts)).await
    };
    let page =
        send(&ticket(&page), &[("field-0", None, "Ada"), ("field-1", Some("a.exe"), "x")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("a.exe is of another type. Accepted: .pdf."));
    let page = send(
        &ticket(&page),
        &[
            ("field-0", None, ""),
            ("field-1", Some("a\u{e9}.pdf"), "first"),
            ("field-2", Some(""), ""),
        ],
    )
    .await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("Kept: a\u{e9}.pdf. Choose again to replace."), "{}", page.text());
    assert!(page.text().contains("type=\"file\" id=\"f1\" name=\"field-1\" accept"), "no need now");
    let done = send(
        &ticket(&page),
        &[
            ("field-0", None, "Ada"),
            ("field-1", Some(""), ""),
            ("field-2", Some("b.pdf"), "b"),
            ("field-2", Some("c.pdf"), "cc"),
        ],
    )
    .await;
    assert_eq!(done.status, 200, "{}", done.text());
    let (json, binary) = item(&desk, "form").await;
    let about = |name: &str, size: usize| json!({ "filename": name, "mimetype": "application/pdf", "size": size });
    assert_eq!(json["My letter"], about("a\u{e9}.pdf", 5));
    assert_eq!(json["More"], json!([about("b.pdf", 1), about("c.pdf", 2)]));
    let names: Vec<_> = binary.as_object().expect("files").keys().collect();
    assert_eq!(names, ["My_letter", "More_0", "More_1"]);
}

#[tokio::test]
async fn nothing_is_written_that_a_form_does_not_ask_for() {
    let desk = Desk::new().await;
    let fields = json!([{ "fieldLabel": "Name", "requiredField": true },
        { "fieldLabel": "Letter", "fieldType": "file" }]);
    desk.live(vec![form(fields, json!({}))]).await;
    desk.live(vec![form(
        json!([{ "fieldLabel": "Name", "requiredField": true }]),
        json!({ "options": { "path": "plain" } }),
    )])
    .await;
    let kind = ["Content-Type: multipart/form-data; boundary=XX", "Sec-Fetch-Site: same-origin"];
    for (path, input, good, files, status) in [
        ("contact", "field-1", true, 1, 422),
        ("contact", "field-1", false, 0, 409),
        ("contact", "field-0", true, 0, 422),
        ("contact", "other", true, 0, 422),
        ("plain", "field-0", true, 0, 422),
        ("plain", "field-1", true, 0, 422),
    ] {
        let page = desk.call(&format!("GET /form/{path}"), &[], b"").await;
        let ticket = if good { ticket(&page) } else { "x.y".to_owned() };
        let before = desk.files_on_disk();
        let content = format!("{path} {input} {good}").repeat(50_000);
        let body = multipart(&ticket, &[(input, Some("a.pdf"), &content)]);
        let got = desk.call(&format!("POST /form/{path}"), &kind, body.as_bytes()).await;
        assert_eq!(got.status, status, "{path} {input} {good}: {}", got.text());
        assert_eq!(desk.files_on_disk() - before, files, "{path} {input} {good}");
    }
}

#[tokio::test]
async fn nobody_sends_more_than_a_person_types() {
    let desk = Desk::new().await;
    let fields = json!([{ "fieldLabel": "Name" }, { "fieldLabel": "About",
        "fieldType": "textarea" }]);
    desk.live(vec![form(fields, json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let send = async |length: usize| {
        let body = format!("_page={}&field-0=Ada&field-1={}", ticket(&page), "'".repeat(length));
        desk.post("/form/contact", FORM, &body).await
    };
    let far = send(2_000_000).await;
    assert_eq!((far.status, far.text().len() < 20_000), (413, true));
    let parts = [("field-1", None, &*"x".repeat(2_000_000))];
    let kind = "multipart/form-data; boundary=XX";
    let far = desk.post("/form/contact", kind, multipart(&ticket(&page), &parts)).await;
    assert_eq!(far.status, 413);
    let long = send(64_001).await;
    assert_eq!(long.status, 422);
    let html = long.text();
    assert!(html.contains("This is too long: at most 64000 characters.") && html.len() < 20_000);
    assert!(html.contains("value=\"Ada\""), "the rest is not lost");
    assert_eq!(send(64_000).await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_starts_one_run() {
    let desk = Desk::new().await;
    desk.live(vec![form(json!([{ "fieldLabel": "Name" }]), json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let body = format!("_page={}&field-0=Ada", ticket(&page));
    let (first, second) = tokio::join!(
        desk.post("/form/contact", FORM, &body),
        desk.post("/form/contact", FORM, &body)
    );
    assert_eq!((first.status, second.status), (200, 200));
    item(&desk, "form").await;
    let third = desk.post("/form/contact", FORM, &body).await;
    assert!(third.text().contains("Your response has been recorded"));
    assert_eq!(runs(&desk).await.len(), 1);
    desk.post("/form/contact", FORM, body.replace("Ada", "Bob")).await;
    assert_eq!(runs(&desk).await.len(), 2, "going back and changing it is another answer");
    let page = desk.call("GET /form/contact", &[], b"").await;
    let body = format!("_page={}&field-0=Ada", ticket(&page));
    desk.post("/form/contact", FORM, &body).await;
    assert_eq!(runs(&desk).await.len(), 3, "another page is another answer");
}

#[tokio::test]
async fn a_form_with_a_kept_file_that_is_sent_twice_starts_one_run() {
    let desk = Desk::new().await;
    let fields = json!([{ "fieldLabel": "Name", "requiredField": true },
        { "fieldLabel": "Letter", "fieldType": "file", "multipleFiles": false }]);
    desk.live(vec![form(fields, json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let kind = "multipart/form-data; boundary=XX";
    let parts = [("field-0", None, ""), ("field-1", Some("a.pdf"), "first")];
    let back = desk.post("/form/contact", kind, multipart(&ticket(&page), &parts)).await;
    assert_eq!(back.status, 422);
    let body = multipart(&ticket(&back), &[("field-0", None, "Ada"), ("field-1", Some(""), "")]);
    let (first, second) = tokio::join!(
        desk.post("/form/contact", kind, &body),
        desk.post("/form/contact", kind, &body)
    );
    assert_eq!((first.status, second.status), (200, 200));
    let (_, binary) = item(&desk, "form").await;
    assert_eq!(binary["Letter"]["fileName"], "a.pdf");
    assert_eq!(desk.post("/form/contact", kind, &body).await.status, 200);
    assert_eq!(runs(&desk).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_not_stored_is_not_called_recorded() {
    let desk = Desk::new().await;
    desk.live(vec![form(json!([{ "fieldLabel": "Name" }]), json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let body = format!("_page={}&field-0=Ada", ticket(&page));
    for _ in 0..2 {
        let refused = desk.without_disk(desk.post("/form/contact", FORM, &body)).await;
        assert_eq!(refused.status, 503, "{}", refused.text());
    }
    for _ in 0..2 {
        let done = desk.post("/form/contact", FORM, &body).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(runs(&desk).await.len(), 1, "it is there once");
    }
    assert_eq!(item(&desk, "form").await.0["Name"], "Ada");
}

/// The clock of the machine, put forward by hand.
struct Ahead(Arc<dyn Clock>, AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now().plus_ms(self.1.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Monotonic {
        self.0.monotonic()
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.sleep_until(until)
    }
}

#[tokio::test]
async fn a_page_of_yesterday_starts_nothing_by_itself() {
    let machine = Host::machine();
    let clock = Arc::new(Ahead(Arc::clone(&machine.clock), AtomicI64::new(0)));
    let desk = Desk::on(Host { clock: clock.clone(), ..machine }).await;
    let id = desk.draw(vec![form(json!([{ "fieldLabel": "Name" }]), json!({}))]).await;
    let memory = Edit::SetSetting { key: "durability".to_owned(), value: Some(json!("memory")) };
    desk.edit(&id, vec![memory]).await;
    desk.ask(SetLive { id, live: true }).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let body = |name: &str| format!("_page={}&field-0={name}", ticket(&page));
    assert_eq!(desk.post("/form/contact", FORM, body("Ada")).await.status, 200);
    clock.1.store(25 * 3_600_000, Ordering::Relaxed);
    let old = desk.post("/form/contact", FORM, body("Ada")).await;
    assert_eq!(old.status, 409);
    assert!(old.text().contains("value=\"Ada\"") && ticket(&old) != ticket(&page));
    let again = format!("_page={}&field-0=Ada", ticket(&old));
    assert_eq!(desk.post("/form/contact", FORM, &again).await.status, 200);
}

#[tokio::test]
async fn what_does_not_come_from_the_form_is_refused() {
    let desk = Desk::new().await;
    desk.live(vec![form(json!([{ "fieldLabel": "Name" }]), json!({}))]).await;
    let page = desk.call("GET /form/contact", &[], b"").await;
    let good = format!("_page={}&field-0=Ada", ticket(&page));
    let kind = "Content-Type: application/x-www-form-urlencoded";
    for (headers, body, status) in [
        (vec!["Sec-Fetch-Site: cross-site", "Origin: https://a.example"], good.as_str(), 403),
        (vec!["Sec-Fetch-Site: same-site"], &good, 403),
        (vec!["Origin: https://a.example"], &good, 403),
        (vec!["Origin: null"], &good, 403),
        (vec!["Origin: http://localhost"], "field-0=Ada", 409),
        (vec!["Sec-Fetch-Site: same-origin"], "_page=x.y&field-0=Ada", 409),
        (vec!["Content-Length: 2000000000", "Expect: 100-continue"], "", 413),
        (vec!["Sec-Fetch-Site: same-origin", "Origin: http://localhost"], &good, 200),
    ] {
        let mut all = headers.clone();
        all.push(kind);
        let got = desk.call("POST /form/contact", &all, body.as_bytes()).await;
        assert_eq!(got.status, status, "{headers:?} {}", got.text());
        assert!(got.text().starts_with("<!doctype html>"), "a page: {headers:?}");
        if status == 409 {
            assert!(got.text().contains("value=\"Ada\""), "nothing is lost: {headers:?}");
        }
    }
    assert_eq!(runs(&desk).await.len(), 1);
    let got = desk.post("/form/contact", "text/plain", "x").await;
    assert_eq!(got.status, 415);
    let got = desk.post("/form/contact", "multipart/form-data; boundary=XX", "--XX\r\n").await;
    assert_eq!(got.status, 400);
    let got = desk.post("/form/contact", FORM, "field-0=curl").await;
    assert_eq!(got.status, 200, "what is no browser needs no page");
}

#[tokio::test]
async fn some_are_kept_out() {
    for (options, headers, status) in [
        (json!({ "ipWhitelist": "10.0.0.1" }), vec![], 403),
        (json!({ "ipWhitelist": "127.0.0.1" }), vec![], 200),
        (json!({ "ignoreBots": true }), vec!["User-Agent: Slackbot 1.0"], 403),
        (json!({ "ignoreBots": true }), vec!["User-Agent: Mozilla/5.0 Firefox/130"], 200),
    ] {
        let desk = Desk::new().await;
        desk.live(vec![form(json!([]), json!({ "options": options.clone() }))]).await;
        let got = desk.call("GET /form/contact", &headers, b"").await;
        assert_eq!(got.status, status, "{options} {headers:?}");
        assert!(got.text().starts_with("<!doctype html>"), "a page: {options}");
    }
}

#[tokio::test]
async fn a_trial_takes_one_answer() {
    let desk = Desk::new().await;
    let id = desk.draw(vec![form(json!([{ "fieldLabel": "Name" }]), json!({}))]).await;
    let start = StartRun {
        workflow: id.clone(),
        start: StartFrom::Default,
        input: None,
        options: RunOptions::default(),
    };
    let StartedRun::Listening { address, .. } = desk.ask(start).await else { panic!("it listens") };
    assert!(address.ends_with("/form-test/contact"), "{address}");
    let page = desk.call("GET /form-test/contact", &[], b"").await;
    assert!(page.text().contains("A trial"), "{}", page.text());
    let again = desk.call("GET /form-test/contact", &[], b"").await;
    assert_eq!(again.status, 200, "looking at it is no answer");
    let body = format!("_page={}&field-0=Ada", ticket(&page));
    assert_eq!(desk.post("/form-test/contact", FORM, &body).await.status, 200);
    assert_eq!(item(&desk, "form").await.0["formMode"], "test");
    let late = desk.post("/form-test/contact", FORM, &body).await;
    assert_eq!(late.status, 404);
    assert!(late.text().contains("press Run there"));
    let opened = desk.ask(OpenWorkflow { id }).await;
    let address = &opened.webhooks["form"];
    assert!(address.production.ends_with("/form/contact"), "{address:?}");
}

#[tokio::test]
async fn a_password_is_asked_for_and_never_in_the_workflow() {
    let desk = Desk::new().await;
    let mut settings = desk.ask(GetSettings {}).await;
    let secret = form(json!([]), json!({ "authentication": "basicAuth" }));
    let id = desk.draw(vec![secret]).await;
    let state = desk.ask(SetLive { id: id.clone(), live: true }).await;
    assert!(state.trouble.expect("it cannot open").contains("none is set"));
    settings.variables.insert("formUser".to_owned(), "ada".to_owned());
    settings.variables.insert("formPassword".to_owned(), "s:cret".to_owned());
    desk.ask(SetSettings { settings }).await;
    desk.ask(SetLive { id: id.clone(), live: false }).await;
    let state = desk.ask(SetLive { id, live: true }).await;
    assert_eq!(state.trouble, None);
    let got = desk.call("GET /form/contact", &[], b"").await;
    assert_eq!(got.status, 401);
    assert_eq!(got.header("www-authenticate"), ["Basic realm=\"Form\", charset=\"UTF-8\""]);
    for (secret, status) in [("YWRhOnM6Y3JldA==", 200), ("YWRhOng=", 401)] {
        let header = format!("Authorization: Basic {secret}");
        let got = desk.call("GET /form/contact", &[&header], b"").await;
        assert_eq!(got.status, status, "{secret}");
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let got = desk.call("POST /form/contact", &[&header, kind], b"a=b").await;
        assert_eq!(got.status, status, "{secret}");
    }
    for password in ["s:cret", "=s:cret"] {
        let written = json!({ "authentication": "basicAuth", "access": { "password": password } });
        let id = desk.draw(vec![form(json!([]), written)]).await;
        let state = desk.ask(SetLive { id, live: true }).await;
        let trouble = state.trouble.expect("it cannot open");
        assert!(trouble.contains("in the workflow itself"), "{password}: {trouble}");
    }
}

#[tokio::test]
async fn the_password_is_asked_on_every_page_and_goes_into_no_item() {
    let desk = Desk::new().await;
    let mut settings = desk.ask(GetSettings {}).await;
    settings.variables.insert("formUser".to_owned(), "ada".to_owned());
    settings.variables.insert("formPassword".to_owned(), "s:cret".to_owned());
    desk.ask(SetSettings { settings }).await;
    let params = json!({ "authentication": "basicAuth", "responseMode": "lastNode",
        "options": { "showHeaders": true, "ignoreBots": true } });
    let second = json!({ "operation": "page",
        "formFields": { "values": [{ "fieldLabel": "Size" }] } });
    desk.live(vec![
        form(json!([{ "fieldLabel": "Name" }]), params),
        ("second", "form", "2.5", second),
    ])
    .await;
    let (known, kind) = ("Authorization: Basic YWRhOnM6Y3JldA==", format!("Content-Type: {FORM}"));
    let post = async |path: &str, headers: &[&str], body: &str| {
        let headers = [headers, &[&kind]].concat();
        desk.call(&format!("POST {path}"), &headers, body.as_bytes()).await
    };
    let sent = post("/form/contact", &[known, "X-Of: me"], "field-0=Ada").await;
    let to = sent.header("location")[0].to_owned();
    let get = format!("GET {to}");
    let robot = "User-Agent: Slackbot 1.0";
    let asked = async || {
        for (headers, status) in [(vec![], 401), (vec![known, robot], 403), (vec![known], 200)] {
            let got = desk.call(&get, &headers, b"").await;
            assert_eq!(got.status, status, "{headers:?}: {}", got.text());
        }
    };
    asked().await;
    assert_eq!(post(&to, &[], "field-0=large").await.status, 401);
    assert_eq!(post(&to, &[known], "field-0=large").await.status, 303);
    let (first, _) = item(&desk, "form").await;
    assert_eq!(
        (&first["headers"]["x-of"], &first["headers"]["authorization"]),
        (&json!("me"), &json!(null))
    );
    // How it ended may be about what was typed.
    asked().await;
}

#[tokio::test]
async fn a_form_says_what_its_author_chose() {
    let text =
        |text: &str| json!({ "respondWithOptions": { "values": { "formSubmittedText": text } } });
    let redirect = |to: &str| {
        let values = json!({ "respondWith": "redirect", "redirectUrl": to });
        json!({ "respondWithOptions": { "values": values } })
    };
    let refresh = "0; url=https://example.com/thanks?n=1";
    for (options, expect, refreshes) in [
        (text("=Thanks, {{ $json.Name }}"), "Thanks, Ada", vec![]),
        (text("={{ $json.no.such }}"), "Your response", vec![]),
        (redirect("https://example.com/thanks?n=1"), "example.com", vec![refresh]),
        (redirect("javascript:alert(1)"), "Your response", vec![]),
        (
            redirect("https://example.com@evil.example/"),
            "You are taken to evil.example.",
            vec!["0; url=https://example.com@evil.example/"],
        ),
    ] {
        let desk = Desk::new().await;
        let fields = json!([{ "fieldLabel": "Name" }]);
        desk.live(vec![form(fields, json!({ "options": options.clone() }))]).await;
        let got = desk.post("/form/contact", FORM, "field-0=Ada").await;
        assert_eq!(got.status, 200, "{options}");
        assert!(got.text().contains(expect), "{options}: {}", got.text());
        assert_eq!(got.header("refresh"), refreshes, "{options}");
        item(&desk, "form").await;
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_worked_out_says_so() {
    let desk = Desk::new().await;
    let params = json!({ "formDescription": "={{ $('Nobody').item.json.x }}" });
    desk.live(vec![form(json!([]), params)]).await;
    let got = desk.call("GET /form/contact", &[], b"").await;
    assert_eq!(got.status, 500);
    assert!(got.text().contains("The form cannot be shown") && !got.text().contains("Nobody"));
}

#[tokio::test]
async fn an_older_form_answers_from_a_respond_node() {
    for (body, expect, refreshes) in [
        (json!({ "formSubmittedText": "Well done" }), "<h1>Well done</h1>", 0),
        (json!({ "redirectURL": "https://example.com/" }), "example.com", 1),
        (json!({ "n": 1 }), "{\"n\":1}", 0),
    ] {
        let desk = Desk::new().await;
        let params = json!({ "path": "contact", "responseMode": "responseNode",
            "formFields": { "values": [{ "fieldLabel": "Name" }] } });
        let answer = json!({ "respondWith": "json", "responseBody": body.to_string() });
        desk.live(vec![
            ("form", "formTrigger", "2", params),
            ("answer", "respondToWebhook", "1.1", answer),
        ])
        .await;
        let got = desk.post("/form/contact", FORM, "field-0=Ada").await;
        assert!(got.text().contains(expect), "{body}: {}", got.text());
        assert_eq!(got.header("refresh").len(), refreshes, "{body}");
        let run = runs(&desk).await.remove(0);
        assert_eq!(desk.ask(WaitRun { run: run.id }).await.status, RunStatus::Succeeded);
    }
}
