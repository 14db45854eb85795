//! Forms of several pages: the browser goes on, the run waits, also over a restart, and the last
//! page says how it ended.

use std::time::Duration;

use reporunner_model::{Edge, EdgeKey, Edit, NodeId, RunStatus};
use reporunner_protocol::*;
use serde_json::{Value, json};

use crate::forms::{FORM, form, item, ticket};
use crate::support::{Desk, Got, Step};

fn page(title: &str, label: &str) -> Value {
    json!({ "operation": "page", "options": { "formTitle": title },
        "formFields": { "values": [{ "fieldLabel": label, "requiredField": true }] } })
}

/// A form, a page about what was typed, and whatever follows.
async fn wizard(desk: &Desk, more: Vec<Step>) {
    let mut steps = vec![
        form(json!([{ "fieldLabel": "Name" }]), json!({})),
        ("second", "form", "2.5", page("=Hello, {{ $json.Name }}", "Size")),
    ];
    steps.extend(more);
    desk.live(steps).await;
}

/// Goes where an answer sends the browser.
async fn follow(desk: &Desk, got: &Got) -> (String, Got) {
    assert_eq!(got.status, 303, "{}", got.text());
    let to = got.header("location")[0].to_owned();
    assert!(to.starts_with("/form-waiting/"), "{to}");
    let page = desk.call(&format!("GET {to}"), &[], b"").await;
    (to, page)
}

/// Sends the first page and goes on to the second.
async fn begin(desk: &Desk) -> (String, Got) {
    let first = desk.call("GET /form/contact", &[], b"").await;
    let body = format!("_page={}&field-0=Ada", ticket(&first));
    let sent = desk.post("/form/contact", FORM, &body).await;
    follow(desk, &sent).await
}

async fn only_run(desk: &Desk) -> RunSummary {
    let mut runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

#[tokio::test]
async fn the_browser_goes_from_page_to_page() {
    let desk = Desk::new().await;
    let last = json!({ "operation": "completion", "completionTitle": "Thank you",
        "completionMessage": "=A {{ $('second').item.json.Size }} one for <b>{{ $('form').item.json.Name }}</b>" });
    wizard(&desk, vec![("last", "form", "2.5", last)]).await;
    let (to, second) = begin(&desk).await;
    assert_eq!(second.status, 200);
    assert!(second.text().contains("<h1>Hello, Ada</h1>"), "{}", second.text());
    let back = desk.post(&to, FORM, format!("_page={}&field-0=", ticket(&second))).await;
    assert_eq!(back.status, 422);
    assert!(back.text().contains("Fill this in."));
    let body = format!("_page={}&field-0=large", ticket(&back));
    let sent = desk.post(&to, FORM, &body).await;
    let (over, done) = follow(&desk, &sent).await;
    assert!(done.text().contains("<h1>Thank you</h1>"), "{}", done.text());
    assert!(done.text().contains("A large one for <b>Ada</b>"), "{}", done.text());
    let (second, _) = item(&desk, "second").await;
    assert_eq!(second["Size"], "large");
    assert_eq!(second["formMode"], "production");
    assert!(second["submittedAt"].is_string());
    assert_eq!(only_run(&desk).await.status, RunStatus::Succeeded);
    // Back and once more, and a reload.
    let twice = desk.post(&to, FORM, &body).await;
    let (_, done) = follow(&desk, &twice).await;
    assert!(done.text().contains("<h1>Thank you</h1>"));
    let reload = desk.call(&format!("GET {over}"), &[], b"").await;
    assert!(reload.text().contains("<h1>Thank you</h1>"));
    assert_eq!(only_run(&desk).await.status, RunStatus::Succeeded);
}

#[tokio::test]
async fn a_page_has_from_the_first_what_it_leaves_out() {
    let desk = Desk::new().await;
    let options = json!({ "appendAttribution": false, "buttonLabel": "Go on" });
    desk.live(vec![
        form(json!([{ "fieldLabel": "Name" }]), json!({ "options": options })),
        ("second", "form", "2.5", json!({ "operation": "page" })),
        ("third", "form", "2.5", json!({ "operation": "page", "defineForm": "json",
            "jsonOutput": "[{\"fieldLabel\":\"n {{ 1 + 1 }}\"},{\"fieldType\":\"date\",\"fieldLabel\":\"Day\"}]",
            "options": { "buttonLabel": "Done" } })),
    ])
    .await;
    let (to, second) = begin(&desk).await;
    for part in ["<h1>Contact &amp; us</h1>", ">Go on</button>"] {
        assert!(second.text().contains(part), "{part} in {}", second.text());
    }
    assert!(!second.text().contains("Made with"), "{}", second.text());
    let sent = desk.post(&to, FORM, format!("_page={}", ticket(&second))).await;
    let (_, third) = follow(&desk, &sent).await;
    for part in [">Done</button>", ">n {{ 1 + 1 }}</label>", "type=\"date\" id=\"f1\""] {
        assert!(third.text().contains(part), "{part} in {}", third.text());
    }
}

#[tokio::test]
async fn a_page_waits_over_a_restart() {
    let desk = Desk::new().await;
    let last = json!({ "operation": "completion", "respondWith": "showText",
        "responseText": "=Done with {{ $json.Size }}" });
    wizard(&desk, vec![("last", "form", "2.5", last)]).await;
    let (to, second) = begin(&desk).await;
    let desk = desk.again().await;
    assert_eq!(only_run(&desk).await.status, RunStatus::Waiting);
    let same = desk.call(&format!("GET {to}"), &[], b"").await;
    assert_eq!(ticket(&same), ticket(&second), "a page that is open stays good");
    assert!(same.text().contains("<h1>Hello, Ada</h1>"), "{}", same.text());
    let sent = desk.post(&to, FORM, format!("_page={}&field-0=small", ticket(&second))).await;
    let (over, done) = follow(&desk, &sent).await;
    assert!(done.text().contains("Done with small"), "{}", done.text());
    let desk = desk.again().await;
    let done = desk.call(&format!("GET {over}"), &[], b"").await;
    assert!(done.text().contains("Done with small"), "{}", done.text());
}

#[tokio::test]
async fn a_run_in_memory_has_pages_too() {
    let desk = Desk::new().await;
    let last = json!({ "operation": "completion", "completionTitle": "Thank you" });
    let steps = vec![
        form(json!([{ "fieldLabel": "Name" }]), json!({})),
        ("second", "form", "2.5", page("=Hello, {{ $json.Name }}", "Size")),
        ("last", "form", "2.5", last),
    ];
    let id = desk.draw(steps).await;
    let memory = Edit::SetSetting { key: "durability".to_owned(), value: Some(json!("memory")) };
    desk.edit(&id, vec![memory]).await;
    desk.ask(SetLive { id, live: true }).await;
    let (to, second) = begin(&desk).await;
    assert!(second.text().contains("<h1>Hello, Ada</h1>"), "{}", second.text());
    let sent = desk.post(&to, FORM, format!("_page={}&field-0=x", ticket(&second))).await;
    let (_, done) = follow(&desk, &sent).await;
    assert!(done.text().contains("<h1>Thank you</h1>"), "{}", done.text());
    let runs = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs;
    assert!(runs.is_empty(), "no record is kept: {runs:?}");
}

#[tokio::test]
async fn a_page_that_was_sent_is_not_sent_for_the_next() {
    let desk = Desk::new().await;
    wizard(&desk, vec![("third", "form", "2.5", page("Third", "Colour"))]).await;
    let (to, second) = begin(&desk).await;
    let body = format!("_page={}&field-0=large", ticket(&second));
    let sent = desk.post(&to, FORM, &body).await;
    let (_, third) = follow(&desk, &sent).await;
    assert!(third.text().contains("<h1>Third</h1>"), "{}", third.text());
    let twice = desk.post(&to, FORM, &body).await;
    let (_, page) = follow(&desk, &twice).await;
    assert!(page.text().contains("<h1>Third</h1>"), "it waits on: {}", page.text());
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let foreign = ["Origin: https://a.example", kind];
    let got = desk.call(&format!("POST {to}"), &foreign, body.as_bytes()).await;
    assert_eq!(got.status, 403);
    let sent = desk.post(&to, FORM, format!("_page={}&field-0=red", ticket(&page))).await;
    let (_, done) = follow(&desk, &sent).await;
    assert!(done.text().contains("Your response has been recorded"), "{}", done.text());
    let (third, _) = item(&desk, "third").await;
    assert_eq!(third["Colour"], "red");
}

#[tokio::test]
async fn a_run_that_fails_or_is_gone_says_what_to_do() {
    let desk = Desk::new().await;
    let fails = json!({ "errorMessage": "the secret of the house" });
    wizard(&desk, vec![("stop", "stopAndError", "1", fails)]).await;
    let (to, second) = begin(&desk).await;
    let sent = desk.post(&to, FORM, format!("_page={}&field-0=x", ticket(&second))).await;
    let (over, page) = follow(&desk, &sent).await;
    assert!(page.text().contains("Something went wrong"), "{}", page.text());
    assert!(!page.text().contains("secret"), "only who tries it out is told why");
    let run = only_run(&desk).await.id;
    desk.ask(DeleteRuns { filter: RunFilter::default(), runs: Some(vec![run]) }).await;
    let gone = desk.call(&format!("GET {over}"), &[], b"").await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("No form waits here"));
    let forged = format!("GET {}x", to.trim_end_matches(|c| c != '-'));
    assert_eq!(desk.call(&forged, &[], b"").await.status, 404);
}

#[tokio::test]
async fn the_browser_waits_for_the_end_of_the_workflow() {
    let desk = Desk::new().await;
    let text = json!({ "values": { "formSubmittedText": "=Noted, {{ $json.Name }}" } });
    let params = json!({ "responseMode": "lastNode", "options": { "respondWithOptions": text } });
    let file = json!({ "operation": "toText", "sourceProperty": "Name" });
    desk.live(vec![
        form(json!([{ "fieldLabel": "Name" }]), params),
        ("file", "convertToFile", "1.1", file),
    ])
    .await;
    let (to, done) = begin(&desk).await;
    assert!(done.text().contains("<h1>Noted, Ada</h1>"), "{}", done.text());
    assert_eq!(only_run(&desk).await.status, RunStatus::Succeeded);
    let none = desk.call(&format!("GET {to}?file"), &[], b"").await;
    assert!(none.text().contains("Noted"), "there is no file to take");
}

#[tokio::test]
async fn a_last_page_may_hand_out_a_file() {
    let desk = Desk::new().await;
    let file = json!({ "operation": "toText", "sourceProperty": "Size",
        "options": { "fileName": "si\u{e9}ze.txt" } });
    let last = json!({ "operation": "completion", "respondWith": "returnBinary",
        "completionTitle": "Here it is", "inputDataFieldName": "data" });
    wizard(&desk, vec![("file", "convertToFile", "1.1", file), ("last", "form", "2.5", last)])
        .await;
    let (to, second) = begin(&desk).await;
    let sent = desk.post(&to, FORM, format!("_page={}&field-0=large", ticket(&second))).await;
    let (_, done) = follow(&desk, &sent).await;
    assert!(
        done.text().contains("Here it is") && done.text().contains("href=\"?file\""),
        "{}",
        done.text()
    );
    let file = desk.call(&format!("GET {to}?file"), &[], b"").await;
    assert_eq!(file.text(), "large");
    let said = file.header("content-disposition")[0];
    assert_eq!(said, "attachment; filename=\"si_ze.txt\"; filename*=UTF-8''si%C3%A9ze.txt");
}

/// The address of the newest run's form, once the run rests.
async fn resting_at(desk: &Desk) -> String {
    loop {
        let run = desk.ask(ListRuns { filter: RunFilter::default() }).await.runs.remove(0);
        if run.status == RunStatus::Waiting {
            let result = desk.ask(GetRunResult { run: run.id }).await;
            let item = Value::from(result.nodes["address"][0].outputs[0][0].json.clone());
            return item["url"].as_str().expect("an address").to_owned();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_wait_shows_a_form_to_somebody_else() {
    let desk = Desk::new().await;
    for (mode, text) in [("onReceived", "Thanks for red"), ("lastNode", "Thanks for red")] {
        let after = if mode == "onReceived" { "Thanks for red" } else { "=Thanks for {{ 'red' }}" };
        let params = json!({ "resume": "form", "formTitle": "=Approve {{ $json.Name }}",
            "responseMode": mode,
            "formFields": { "values": [{ "fieldLabel": "Answer", "fieldType": "radio",
                "fieldOptions": { "values": [{ "option": "yes" }, { "option": "no" }] } }] },
            "options": { "webhookSuffix": "boss",
                "respondWithOptions": { "values": { "formSubmittedText": after } } } });
        let address = json!({ "assignments": { "assignments": [{ "id": "a", "name": "url",
            "value": "={{ $execution.resumeFormUrl }}", "type": "string" }] },
            "includeOtherFields": true, "options": {} });
        let path = json!({ "options": { "path": mode } });
        desk.live(vec![
            form(json!([{ "fieldLabel": "Name" }]), path),
            ("address", "set", "3.4", address),
            ("wait", "wait", "1.1", params),
        ])
        .await;
        let sent = desk.post(&format!("/form/{mode}"), FORM, "field-0=Ada").await;
        assert_eq!(sent.status, 200, "whoever began it is done");
        let url = tokio::time::timeout(Duration::from_secs(30), resting_at(&desk)).await;
        let url = url.expect("the run rests");
        let path = url.split_once("/form-waiting/").expect("of a form").1;
        let to = format!("/form-waiting/{path}/boss");
        let other = desk.call(&format!("GET /form-waiting/{path}"), &[], b"").await;
        assert!(other.text().contains("not your turn"), "another ending: {}", other.text());
        let page = desk.call(&format!("GET {to}"), &[], b"").await;
        assert!(page.text().contains("<h1>Approve Ada</h1>"), "{}", page.text());
        let sent = desk.post(&to, FORM, format!("_page={}&field-0=yes", ticket(&page))).await;
        let done = if mode == "lastNode" { follow(&desk, &sent).await.1 } else { sent };
        assert!(done.text().contains(text), "{mode}: {}", done.text());
        let (answer, _) = item(&desk, "wait").await;
        assert_eq!(answer["Answer"], "yes", "{mode}");
    }
}

/// The addresses of the only run, as a step of it wrote them down once it waits.
async fn addresses(desk: &Desk) -> Value {
    loop {
        let run = only_run(desk).await;
        if run.status == RunStatus::Waiting {
            let result = desk.ask(GetRunResult { run: run.id }).await;
            break Value::from(result.nodes["address"][0].outputs[0][0].json.clone());
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_fills_a_form_in_cannot_answer_for_somebody_else() {
    let field = |name: &str| {
        json!({ "id": name, "name": name, "type": "string",
            "value": format!("={{{{ $execution.{name} }}}}") })
    };
    let address = json!({ "includeOtherFields": true, "options": {},
        "assignments": { "assignments": [field("resumeUrl"), field("resumeFormUrl")] } });
    let call = json!({ "resume": "webhook", "httpMethod": "GET",
        "options": { "webhookSuffix": "approve" } });
    let asked = json!({ "resume": "form", "formTitle": "Approve it",
        "formFields": { "values": [{ "fieldLabel": "Answer" }] } });
    for wait in [call, asked] {
        let desk = Desk::new().await;
        let params = json!({ "responseMode": "lastNode" });
        let first = form(json!([{ "fieldLabel": "Name" }]), params);
        desk.live(vec![
            first,
            ("address", "set", "3.4", address.clone()),
            ("wait", "wait", "1.1", wait.clone()),
        ])
        .await;
        let (to, page) = begin(&desk).await;
        assert!(page.text().contains("not your turn"), "{wait}: {}", page.text());
        let theirs = addresses(&desk).await;
        let call = to.replace("form-waiting", "webhook-waiting") + "/approve";
        assert_eq!(desk.call(&format!("GET {call}"), &[], b"").await.status, 404, "{wait}");
        desk.post(&to, FORM, "field-0=yes").await;
        assert_eq!(only_run(&desk).await.status, RunStatus::Waiting, "{wait}");
        let of = |name: &str| {
            let url = theirs[name].as_str().expect("an address");
            url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).expect("a path")
        };
        if wait["resume"] == "form" {
            let page = desk.call(&format!("GET {}", of("resumeFormUrl")), &[], b"").await;
            assert!(page.text().contains("<h1>Approve it</h1>"), "{}", page.text());
            let body = format!("_page={}&field-0=yes", ticket(&page));
            assert_eq!(desk.post(&of("resumeFormUrl"), FORM, &body).await.status, 200);
        } else {
            let call = format!("GET {}/approve", of("resumeUrl"));
            assert_eq!(desk.call(&call, &[], b"").await.status, 200);
        }
        let run = only_run(&desk).await.id;
        assert_eq!(desk.ask(WaitRun { run }).await.status, RunStatus::Succeeded, "{wait}");
    }
}

#[tokio::test]
async fn a_page_that_the_disk_refuses_comes_back_with_what_was_typed() {
    let desk = Desk::new().await;
    wizard(&desk, vec![]).await;
    let (to, second) = begin(&desk).await;
    // At rest: what has come for it goes to the disk first.
    let desk = desk.again().await;
    let body = format!("_page={}&field-0=large", ticket(&second));
    let refused = desk.without_disk(desk.post(&to, FORM, &body)).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("value=\"large\""), "{}", refused.text());
    let body = format!("_page={}&field-0=large", ticket(&refused));
    let sent = desk.post(&to, FORM, &body).await;
    let (_, done) = follow(&desk, &sent).await;
    assert!(done.text().contains("Your response has been recorded"), "{}", done.text());
    assert_eq!(item(&desk, "second").await.0["Size"], "large");
}

#[tokio::test]
async fn nobody_gets_the_kept_file_of_somebody_else() {
    let desk = Desk::new().await;
    let fields = json!({ "values": [{ "fieldLabel": "Size", "requiredField": true },
        { "fieldLabel": "Letter", "fieldType": "file" }] });
    let second = json!({ "operation": "page", "formFields": fields });
    desk.live(vec![
        // Its file has the same place among the fields.
        form(
            json!([{ "fieldLabel": "Name" }, { "fieldLabel": "Letter", "fieldType": "file" }]),
            json!({}),
        ),
        ("second", "form", "2.5", second),
    ])
    .await;
    let first = desk.call("GET /form/contact", &[], b"").await;
    let sent = desk.post("/form/contact", FORM, format!("_page={}", ticket(&first))).await;
    let (to, second) = follow(&desk, &sent).await;
    let kind = "multipart/form-data; boundary=XX";
    let part = |name: &str, content: &str| {
        format!("--XX\r\nContent-Disposition: form-data; name={name}\r\n\r\n{content}\r\n")
    };
    let file = part("\"field-1\"; filename=\"secret.pdf\"", "x");
    let body = part("\"_page\"", &ticket(&second)) + &file + "--XX--\r\n";
    let back = desk.post(&to, kind, &body).await;
    assert!(back.status == 422 && back.text().contains("Kept: secret.pdf"), "{}", back.text());
    let run = only_run(&desk).await.id;
    for key in [format!("{run} {}", ticket(&second)), ticket(&second)] {
        let got =
            desk.post("/form/contact", FORM, format!("_page={}", key.replace(' ', "+"))).await;
        assert!(got.status == 409 && !got.text().contains("secret.pdf"), "{}", got.text());
    }
}

#[tokio::test]
async fn an_answer_is_for_the_round_that_it_was_asked_in() {
    let desk = Desk::new().await;
    let id = desk
        .draw(vec![
            form(json!([{ "fieldLabel": "Name" }]), json!({})),
            ("second", "form", "2.5", page("Again", "Size")),
            ("back", "noOp", "1", json!({})),
        ])
        .await;
    let key = EdgeKey::main(NodeId::new("back"), 0, NodeId::new("second"), 0);
    desk.edit(&id, vec![Edit::Connect { key, edge: Edge::default() }]).await;
    assert_eq!(desk.ask(SetLive { id, live: true }).await.trouble, None);
    let (to, first) = begin(&desk).await;
    let body = |size: &str| format!("_page={}&field-0={size}", ticket(&first));
    // Looked at while the first round waits, and complete only in the second one.
    let (late, rest) = (body("late"), desk.post(&to, FORM, body("first")));
    let after = async {
        let got = rest.await;
        follow(&desk, &got).await.1
    };
    let (slow, second) = desk.post_slowly(&to, FORM, &late, after).await;
    assert_ne!(ticket(&second), ticket(&first), "it is another round");
    follow(&desk, &slow).await;
    let now = desk.call(&format!("GET {to}"), &[], b"").await;
    assert_eq!(ticket(&now), ticket(&second), "the second round waits on");
}
