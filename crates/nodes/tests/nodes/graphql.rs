//! GraphQL against a real server on loopback.

use reporunner_model::{Effect, OnError};
use reporunner_net::{ServerRequest, ServerResponse};
use serde_json::{Value, json};

use crate::http::{answer, ok, serve};
use crate::support::{Bench, case};

#[track_caller]
fn sends(version: &str, params: Value) -> ServerRequest {
    let mut params = params;
    params["endpoint"] = json!("$URL/graphql");
    let case = case("graphql", version, params).items(json!([{ "id": 7 }]));
    let (result, mut seen) = serve(&Bench::new(), case, |_, _| ok(&json!({ "data": { "a": 1 } })));
    let items = result.unwrap().outputs.remove(0);
    assert_eq!(Value::from(items[0].json.clone()), json!({ "data": { "a": 1 } }));
    seen.remove(0)
}

fn header<'r>(request: &'r ServerRequest, name: &str) -> &'r str {
    let found = request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

#[test]
fn a_query_goes_as_json_or_bare_by_version() {
    let query = json!({ "query": "{ a }" });
    let bare = sends("1", query.clone());
    assert_eq!(header(&bare, "content-type"), "application/graphql");
    assert_eq!(bare.body, "{ a }");
    let sent = sends("1.1", query);
    assert_eq!(header(&sent, "content-type"), "application/json");
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body, json!({ "query": "{ a }", "variables": {}, "operationName": null }));
}

#[test]
fn variables_are_an_object_or_its_text() {
    for variables in [json!("{\"id\": 7}"), json!("={{ ({ id: $json.id }) }}")] {
        let sent = sends(
            "1.1",
            json!({ "query": "query a { a }", "variables": variables, "operationName": "a",
                "headerParametersUi": { "parameter": [
                    { "name": "X-Key", "value": "k" }, { "name": "Accept", "value": "text/x" } ] } }),
        );
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(body["variables"], json!({ "id": 7 }), "{variables}");
        assert_eq!(body["operationName"], "a");
        assert_eq!((header(&sent, "x-key"), header(&sent, "accept")), ("k", "text/x"));
    }
    for (variables, says) in [(json!("={{ 1 }}"), "1"), (json!("{no"), "{no")] {
        let case = case(
            "graphql",
            "1.1",
            json!({ "endpoint": "http://127.0.0.1:1/", "query": "{ a }", "variables": variables }),
        );
        let (result, _) = serve(&Bench::new(), case, |_, _| ok(&json!({})));
        let error = result.unwrap_err();
        assert!(
            error.message.starts_with(&format!("Using variables failed:\n{says}\n")),
            "{error}"
        );
        assert_eq!(error.parameter, ["variables"]);
    }
}

#[test]
fn a_query_may_stand_in_the_url() {
    let sent = sends("1", json!({ "query": "{ a(b: \"c&d\") }", "requestMethod": "GET" }));
    assert_eq!(sent.method, "GET");
    assert_eq!(sent.query, "query=%7B%20a%28b%3A%20%22c%26d%22%29%20%7D");
    assert!(sent.body.is_empty());
}

/// What comes of an answer: the item, or the message of the failure.
#[track_caller]
fn gives(params: Value, response: ServerResponse, expect: Result<Value, &str>) {
    let mut params = params;
    params["endpoint"] = json!("$URL");
    params["query"] = json!("{ a }");
    let (result, _) =
        serve(&Bench::new(), case("graphql", "1.1", params), move |_, _| response.clone());
    match (result, expect) {
        (Ok(output), Ok(expect)) => {
            let items: Value =
                output.outputs[0].iter().map(|i| Value::from(i.json.clone())).collect();
            assert_eq!(items, expect);
        }
        (Err(error), Err(expect)) => assert_eq!(error.message, expect),
        (result, expect) => panic!("{result:?} where {expect:?} was expected"),
    }
}

#[test]
fn errors_of_the_server_fail_the_node_whatever_the_status() {
    let errors = json!({ "data": null, "errors": [{ "message": "no a" }, { "message": "no b" }] });
    gives(json!({}), ok(&errors), Err("no a, no b"));
    gives(json!({}), answer(400, "application/json", &errors.to_string()), Err("no a, no b"));
    gives(json!({}), ok(&json!({ "errors": [{}] })), Err("The server reports an error"));
    gives(json!({}), answer(200, "text/html", "<p>"), Err("The answer is no valid JSON"));
    let gone = answer(502, "text/plain", "down");
    gives(json!({}), gone, Err("The server answered 502 Bad Gateway"));
    let partly = json!({ "data": { "a": 1 }, "errors": [] });
    gives(
        json!({}),
        ok(&json!({ "data": { "a": 1 }, "errors": null })),
        Ok(json!([{ "data": { "a": 1 }, "errors": null }])),
    );
    // An empty list is a fault of the server's (the specification forbids it), and tells of one.
    gives(json!({}), ok(&partly), Err("The server reports an error"));
}

#[test]
fn an_answer_may_be_kept_as_text() {
    let text = json!({ "responseFormat": "string", "dataPropertyName": "raw" });
    gives(text, answer(200, "text/plain", "x, y"), Ok(json!([{ "raw": "x, y" }])));
}

#[test]
fn a_failed_item_does_not_stop_the_others_where_that_is_wanted() {
    let params = json!({ "endpoint": "$URL", "query": "{ a }" });
    let case = case("graphql", "1.1", params)
        .items(json!([{ "n": 1 }, { "n": 2 }]))
        .on_error(OnError::ContinueRegularOutput);
    let (result, seen) = serve(&Bench::new(), case, |_, turn| match turn {
        0 => ok(&json!({ "errors": [{ "message": "no" }] })),
        _ => ok(&json!({ "data": 1 })),
    });
    let items = result.unwrap().outputs.remove(0);
    assert_eq!((seen.len(), items.len()), (2, 2));
    let failed = items.iter().filter(|item| item.json.get("error") == Some(&json!("no")));
    assert_eq!(failed.count(), 1);
}

#[test]
fn only_queries_can_be_repeated_after_a_crash() {
    for (params, expect) in [
        (json!({ "query": "{ a }" }), Effect::Idempotent),
        (json!({ "query": "mutation { a }" }), Effect::Outside),
        (json!({ "query": "mutation { a }", "requestMethod": "GET" }), Effect::Idempotent),
    ] {
        assert_eq!(Bench::new().effect(case("graphql", "1.1", params.clone())), expect, "{params}");
    }
}
