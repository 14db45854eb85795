//! Webhook and Respond to Webhook.

use reporunner_node::{Answer, AnswerBody};
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

#[test]
fn a_webhook_gives_its_request_on() {
    let request = json!([{ "headers": {}, "query": {}, "body": { "a": 1 } }]);
    let params = json!({ "httpMethod": "POST", "path": "x" });
    let got = block(Bench::new().json(case("webhook", "2", params).items(request.clone())));
    assert_eq!(got, json!([request]));
}

#[test]
fn several_methods_have_an_output_each() {
    let params = json!({ "multipleMethods": true, "httpMethod": ["GET", "POST"], "path": "x" });
    let items = json!([{ "httpMethod": "POST" }]);
    let got = block(Bench::new().json(case("webhook", "2", params).items(items)));
    assert_eq!(got, json!([[], [{ "httpMethod": "POST" }]]));
}

fn answer(version: &str, params: Value, items: Value) -> (Answer, Value) {
    let bench = Bench::new();
    let got = block(bench.json(case("respondToWebhook", version, params).items(items)));
    let answer = bench.answers.lock().unwrap().remove(0);
    (answer, got)
}

#[test]
fn the_answer_is_what_was_chosen() {
    let items = json!([{ "a": 1 }, { "a": 2 }]);
    for (params, status, expect) in [
        (json!({}), 200, json!({ "a": 1 })),
        (json!({ "respondWith": "allIncomingItems" }), 200, items.clone()),
        (
            json!({ "options": { "responseKey": "x.y", "responseCode": 201 } }),
            201,
            json!({ "x": { "y": { "a": 1 } } }),
        ),
        (
            json!({ "respondWith": "json", "responseBody": "={ \"got\": {{ $json.a }} }" }),
            200,
            json!({ "got": 1 }),
        ),
        (json!({ "respondWith": "text", "responseBody": "=n {{ $json.a }}" }), 200, json!("n 1")),
        (json!({ "respondWith": "noData" }), 200, json!(null)),
        (json!({ "respondWith": "redirect", "redirectURL": "https://x" }), 307, json!(null)),
        (
            json!({ "respondWith": "redirect", "redirectURL": "https://x",
                "options": { "responseCode": 303 } }),
            303,
            json!(null),
        ),
    ] {
        let (answer, passed) = answer("1.1", params.clone(), items.clone());
        assert_eq!(answer.status, status, "{params}");
        let body = match answer.body {
            AnswerBody::Json(value) => value,
            AnswerBody::Text(text) => Value::String(text),
            _ => Value::Null,
        };
        assert_eq!(body, expect, "{params}");
        assert_eq!(passed, json!([items]), "the items go on");
    }
}

#[test]
fn headers_and_a_second_output() {
    let params = json!({ "enableResponseOutput": true, "options": { "responseHeaders": {
        "entries": [{ "name": "X-A", "value": "b" }] } } });
    let (answer, passed) = answer("1.4", params, json!([{ "a": 1 }]));
    assert_eq!(answer.headers, [("X-A".to_owned(), "b".to_owned())]);
    assert_eq!(
        passed,
        json!([
            [{ "a": 1 }],
            [{ "response": { "body": { "a": 1 }, "headers": { "x-a": "b" }, "statusCode": 200 } }]
        ])
    );
}

#[test]
fn a_redirect_fits_into_a_header() {
    let params = json!({ "respondWith": "redirect", "redirectURL": " https://x/é a\r\nX: y" });
    let (answer, _) = answer("1.1", params, json!([{}]));
    let location = ("location".to_owned(), "https://x/%C3%A9%20a%0D%0AX:%20y".to_owned());
    assert_eq!(answer.headers, [location]);
}

#[test]
fn options_of_a_webhook_are_not_the_node_s_business() {
    let params = json!({ "path": "x", "options": {
        "onlyRunIf": "={{ $('Nobody').item.json.x }}",
        "responseHeaders": { "entries": [{ "name": "a", "value": "={{ $fail.here() }}" }] } } });
    let got = block(Bench::new().json(case("webhook", "2", params).items(json!([{ "a": 1 }]))));
    assert_eq!(got, json!([[{ "a": 1 }]]));
}

#[test]
fn mistakes_are_named() {
    for (params, message) in [
        (
            json!({ "respondWith": "json", "responseBody": "{" }),
            "The JSON to answer with is malformed",
        ),
        (json!({ "options": { "responseCode": 99 } }), "99 is no HTTP status to answer with"),
        (json!({ "options": { "responseCode": 100 } }), "100 is no HTTP status to answer with"),
        (
            json!({ "respondWith": "jwt", "payload": "{}" }),
            "Answers as signed tokens need a secret, which cannot be kept yet",
        ),
        (json!({ "respondWith": "binary" }), "The first item has no file to answer with"),
    ] {
        let error = block(Bench::new().run(case("respondToWebhook", "1.1", params))).unwrap_err();
        assert_eq!(error.message, message);
    }
}
