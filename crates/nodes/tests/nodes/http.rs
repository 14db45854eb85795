//! HTTP Request against a real server on loopback.

use std::sync::{Arc, Mutex};

use reporunner_model::OnError;
use reporunner_net::{ListenOptions, Server, ServerRequest, ServerResponse, plain};
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, Case, case};

/// Runs a case whose URLs begin with `$URL` against a server that answers with `handler`, and
/// gives what the node gave and what the server was asked.
pub(crate) fn serve(
    bench: &Bench,
    case: Case,
    handler: impl Fn(&ServerRequest, usize) -> ServerResponse + Send + Sync + 'static,
) -> (Result<reporunner_node::Output, reporunner_model::NodeError>, Vec<ServerRequest>) {
    block(async {
        let seen: Arc<Mutex<Vec<ServerRequest>>> = Arc::default();
        let kept = Arc::clone(&seen);
        let server = Server::bind(0, ListenOptions::default()).await.unwrap();
        let url = format!("http://127.0.0.1:{}", server.port());
        let router = plain(1 << 20, move |request| {
            let mut seen = kept.lock().unwrap();
            seen.push(request.clone());
            let response = handler(&request, seen.len() - 1);
            async move { response }
        });
        let text = case.params.to_string().replace("$URL", &url);
        let case = Case { params: serde_json::from_str(&text).unwrap(), ..case };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(router, async {
            let _ = stopped.await;
        }));
        let result = bench.run(case).await;
        drop(stop);
        serving.abort();
        let seen = seen.lock().unwrap().clone();
        (result, seen)
    })
}

pub(crate) fn answer(status: u16, kind: &str, body: &str) -> ServerResponse {
    ServerResponse {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.to_owned().into(),
        ..ServerResponse::default()
    }
}

pub(crate) fn ok(value: &Value) -> ServerResponse {
    answer(200, "application/json", &value.to_string())
}

/// The JSON of the items that a request gives for this answer.
#[track_caller]
fn gives(version: &str, params: Value, response: ServerResponse, expect: Value) {
    let case = case("httpRequest", version, params.clone());
    let (result, _) = serve(&Bench::new(), case, move |_, _| response.clone());
    let output = result.unwrap_or_else(|error| panic!("{params}: {error:?}"));
    let items: Value = output.outputs[0].iter().map(|i| Value::from(i.json.clone())).collect();
    assert_eq!(items, expect, "{params}");
}

/// The request that these parameters make.
#[track_caller]
fn sends(version: &str, params: Value) -> ServerRequest {
    let case = case("httpRequest", version, params).items(json!([{ "id": 7, "s": "a b" }]));
    let (result, mut seen) = serve(&Bench::new(), case, |_, _| ok(&json!({})));
    result.unwrap();
    seen.remove(0)
}

#[test]
fn answers_become_items_by_their_type() {
    let url = json!({ "url": "$URL/x" });
    gives("4.2", url.clone(), ok(&json!({ "a": 1 })), json!([{ "a": 1 }]));
    gives(
        "4.2",
        url.clone(),
        ok(&json!([{ "a": 1 }, { "a": 2 }])),
        json!([{ "a": 1 }, { "a": 2 }]),
    );
    gives("4.2", url.clone(), ok(&json!(["x"])), json!([{ "data": "x" }]));
    gives("4.2", url.clone(), answer(200, "text/html", "<p>"), json!([{ "data": "<p>" }]));
    gives("4.2", url.clone(), answer(204, "", ""), json!([{ "data": "" }]));
    let latin = ServerResponse {
        body: vec![0xe9].into(),
        ..answer(200, "text/plain; charset=\"latin1\"", "")
    };
    gives("4.2", url, latin, json!([{ "data": "é" }]));
    let full = json!({ "url": "$URL", "options": { "response": { "response": {
        "fullResponse": true, "responseFormat": "text", "outputPropertyName": "t" } } } });
    let (result, _) = serve(&Bench::new(), case("httpRequest", "4.2", full), |_, _| {
        answer(202, "text/plain", "hi")
    });
    let item = result.unwrap().outputs.remove(0).remove(0);
    assert_eq!(item.json["t"], "hi");
    assert_eq!(item.json["statusCode"], 202);
    assert_eq!(item.json["headers"]["content-type"], "text/plain");
}

#[test]
fn files_become_files_of_the_item() {
    for (options, kind) in [
        (json!({}), "image/png"),
        (json!({ "response": { "response": { "responseFormat": "file" } } }), "image/png"),
    ] {
        let bench = Bench::new();
        let params = json!({ "url": "$URL/a/photo.png?x=1", "options": options });
        let case = case("httpRequest", "4.2", params);
        let (result, _) = serve(&bench, case, move |_, _| answer(200, kind, "PNG"));
        let item = result.unwrap().outputs.remove(0).remove(0);
        let file = &item.binary.unwrap()["data"];
        assert_eq!(file.file_name.as_deref(), Some("photo.png"));
        assert_eq!(file.file_extension.as_deref(), Some("png"));
        assert_eq!(file.mime_type, "image/png");
        assert_eq!(bench.content(file), "PNG");
    }
}

#[test]
fn queries_are_written_as_asked() {
    for (version, params, expect) in [
        (
            "4.2",
            json!({ "sendQuery": true, "queryParameters": { "parameters": [
                { "name": "q", "value": "={{ $json.s }}" }, { "name": "n", "value": 1 }
            ] } }),
            "q=a%20b&n=1",
        ),
        (
            "4.2",
            json!({ "sendQuery": true, "specifyQuery": "json", "jsonQuery": "{\"a\":[1,2]}" }),
            "a%5B0%5D=1&a%5B1%5D=2",
        ),
        (
            "4.2",
            json!({ "sendQuery": true, "specifyQuery": "json", "jsonQuery": { "a": [1, 2] },
                "options": { "queryParameterArrays": "repeat" } }),
            "a=1&a=2",
        ),
        (
            "2",
            json!({ "queryParametersUi": { "parameter": [{ "name": "a", "value": 1 }] } }),
            "a=1",
        ),
    ] {
        let mut params = params;
        params["url"] = json!("$URL/x");
        assert_eq!(sends(version, params).query, expect);
    }
    let request = sends("4.2", json!({ "url": "=$URL/x/{{ $json.id }}?z=1" }));
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/x/7", "z=1"));
}

#[test]
fn bodies_are_sent_as_asked() {
    for (body, kind, expect) in [
        (
            json!({ "specifyBody": "json", "jsonBody": "={ \"id\": {{ $json.id }} }" }),
            "application/json",
            "{\"id\":7}",
        ),
        (
            json!({ "bodyParameters": { "parameters": [
                { "name": "a", "value": "={{ $json.id }}" }, { "name": "b", "value": "t" }
            ] } }),
            "application/json",
            "{\"a\":7,\"b\":\"t\"}",
        ),
        (
            json!({ "contentType": "form-urlencoded", "bodyParameters": { "parameters": [
                { "name": "a", "value": "x y&z" }
            ] } }),
            "application/x-www-form-urlencoded",
            "a=x%20y%26z",
        ),
        (
            json!({ "contentType": "form-urlencoded", "specifyBody": "string", "body": "a=1" }),
            "application/x-www-form-urlencoded",
            "a=1",
        ),
        (
            json!({ "contentType": "raw", "rawContentType": "text/css", "body": "p{}" }),
            "text/css",
            "p{}",
        ),
    ] {
        let mut params = json!({ "method": "POST", "url": "$URL", "sendBody": true });
        params.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap());
        let request = sends("4.2", params);
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("content-type"), Some(kind), "{body}");
        assert_eq!(request.body, expect, "{body}");
    }
}

#[test]
fn files_are_sent_alone_and_in_forms() {
    let bench = Bench::new();
    let item = bench.item_with("CONTENT", "a.txt");
    let send = |body: Value| {
        let mut params = json!({ "method": "PUT", "url": "$URL", "sendBody": true });
        params.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap());
        let case = Case { inputs: vec![vec![item.clone()]], ..case("httpRequest", "4.2", params) };
        let (result, mut seen) = serve(&bench, case, |_, _| ok(&json!({})));
        result.map(|_| seen.remove(0))
    };
    let alone = send(json!({ "contentType": "binaryData", "inputDataFieldName": "data" })).unwrap();
    assert_eq!(alone.body, "CONTENT");
    let form = send(json!({ "contentType": "multipart-form-data", "bodyParameters": {
        "parameters": [
            { "name": "t", "value": "text" },
            { "parameterType": "formBinaryData", "name": "f", "inputDataFieldName": "data" }
        ] } }))
    .unwrap();
    let text = String::from_utf8(form.body.to_vec()).unwrap();
    assert!(form.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert!(text.contains("name=\"t\"") && text.contains("text"), "{text}");
    assert!(text.contains("filename=\"a.txt\"") && text.contains("CONTENT"), "{text}");
    let gone = send(json!({ "contentType": "binaryData", "inputDataFieldName": "nope" }));
    let error = gone.unwrap_err();
    assert_eq!(error.message, "The item has no file called \"nope\"");
    assert_eq!(error.hint.unwrap(), "It has: data.");
}

#[test]
fn headers_are_sent_once() {
    let request = sends(
        "4.2",
        json!({ "url": "$URL", "sendHeaders": true, "headerParameters": { "parameters": [
            { "name": "Accept", "value": "text/x" }, { "name": "X-Id", "value": "={{ $json.id }}" }
        ] } }),
    );
    assert_eq!(request.header("accept"), Some("text/x"));
    assert_eq!(request.header("x-id"), Some("7"));
    assert_eq!(request.headers.iter().filter(|(name, _)| name == "accept").count(), 1);
}

#[track_caller]
fn refused(status: u16, hint: &str, retryable: bool) {
    let body = "{\"error\":{\"message\":\"bad thing\"}}";
    let case = case("httpRequest", "4.2", json!({ "url": "$URL" }));
    let (result, _) =
        serve(&Bench::new(), case, move |_, _| answer(status, "application/json", body));
    let error = result.unwrap_err();
    assert!(error.message.starts_with(&format!("The server answered {status}")), "{error}");
    assert!(error.message.ends_with(": bad thing"), "{error}");
    assert_eq!(error.http_status, Some(status));
    assert_eq!(error.detail.as_deref(), Some(body));
    assert_eq!(error.item, Some(0));
    assert_eq!(error.retryable, retryable);
    let said = error.hint.unwrap();
    assert!(said.contains(hint), "{status}: {said}");
}

#[test]
fn refusals_say_what_to_do() {
    refused(400, "did not accept", false);
    refused(401, "credential", false);
    refused(403, "rights", false);
    refused(404, "nothing at this URL", false);
    refused(429, "Batching", true);
    refused(500, "problem of its own", true);
    refused(503, "problem of its own", true);
}

#[test]
fn an_answer_is_never_an_error_where_that_is_wished() {
    let params = json!({ "url": "$URL", "options": { "response": { "response": {
        "neverError": true } } } });
    gives("4.2", params, answer(404, "application/json", "{\"a\":1}"), json!([{ "a": 1 }]));
}

#[test]
fn malformed_parameters_and_answers_are_named() {
    for (params, message) in [
        (json!({ "url": "example.com" }), "\"example.com\" is no URL that can be called"),
        (json!({}), "URL is empty"),
        (
            json!({ "url": "$URL", "method": "POST", "sendBody": true, "specifyBody": "json",
                "jsonBody": "{ \"q\": 1, }" }),
            "The value in the \"JSON Body\" field is not valid JSON",
        ),
        (
            json!({ "url": "$URL", "options": { "response": { "response": {
                "responseFormat": "json" } } } }),
            "Response body is not valid JSON. Change \"Response Format\" to \"Text\"",
        ),
    ] {
        let case = case("httpRequest", "4.2", params);
        let (result, _) = serve(&Bench::new(), case, |_, _| answer(200, "text/html", "<html>"));
        assert_eq!(result.unwrap_err().message, message);
    }
}

#[test]
fn one_failed_item_does_not_stop_the_others() {
    let items: Value = (0..25).map(|i| json!({ "i": i })).collect();
    let case = case("httpRequest", "4.2", json!({ "url": "=$URL/{{ $json.i }}" }))
        .items(items)
        .on_error(OnError::ContinueRegularOutput);
    let (result, seen) = serve(&Bench::new(), case, |request, _| match request.path.as_str() {
        "/3" => answer(500, "text/plain", "no"),
        path => ok(&json!({ "path": path })),
    });
    let items = result.unwrap().outputs.remove(0);
    assert_eq!((items.len(), seen.len()), (25, 25));
    let error = &items[3].json["error"];
    assert_eq!((&error["status"], &error["code"]), (&json!(500), &json!("ERR_BAD_RESPONSE")));
    assert!(error["message"].as_str().is_some_and(|text| text.contains("500")), "{error}");
    assert_eq!(items[24].json["path"], "/24", "answers keep the items' order");
}

#[test]
fn batches_pause_between_each_other() {
    let items: Value = (0..7).map(|i| json!({ "i": i })).collect();
    let params = json!({ "url": "$URL", "options": { "batching": { "batch": {
        "batchSize": 3, "batchInterval": 500 } } } });
    let bench = Bench::new();
    let (result, seen) =
        serve(&bench, case("httpRequest", "4.2", params).items(items), |_, _| ok(&json!({})));
    result.unwrap();
    assert_eq!(seen.len(), 7);
    assert_eq!(bench.clock.waited_ms(), 1000, "two pauses between three batches");
}

#[test]
fn redirects_are_followed_since_version_4() {
    let run = |version: &str, options: Value| {
        let params = json!({ "url": "$URL/a", "options": options });
        let case = case("httpRequest", version, params);
        let (result, seen) = serve(&Bench::new(), case, |request, _| match request.path.as_str() {
            "/a" => ServerResponse {
                headers: vec![("location".to_owned(), "/b".to_owned())],
                ..answer(302, "text/plain", "")
            },
            _ => ok(&json!({ "there": true })),
        });
        (result.unwrap().outputs[0][0].json.contains_key("there"), seen.len())
    };
    assert_eq!(run("4.2", json!({})), (true, 2));
    assert_eq!(run("3", json!({})), (false, 1));
    assert_eq!(
        run("3", json!({ "redirect": { "redirect": { "followRedirects": true } } })),
        (true, 2)
    );
    let off = json!({ "redirect": { "redirect": { "followRedirects": false } } });
    assert_eq!(run("4.2", off), (false, 1));
}

fn pages(
    pagination: Value,
    handler: fn(&ServerRequest, usize) -> ServerResponse,
) -> (Value, Vec<ServerRequest>, u64) {
    let bench = Bench::new();
    let params = json!({ "url": "$URL/list",
        "options": { "pagination": { "pagination": pagination } } });
    let (result, seen) = serve(&bench, case("httpRequest", "4.2", params), handler);
    let items = result.unwrap().outputs.remove(0);
    let json = items.into_iter().map(|item| Value::from(item.json)).collect();
    (json, seen, bench.clock.waited_ms())
}

#[test]
fn pages_are_asked_for_by_number_until_one_is_empty() {
    let (items, seen, waited) = pages(
        json!({ "paginationMode": "updateAParameterInEachRequest", "requestInterval": 10,
            "parameters": { "parameters": [
                { "name": "page", "value": "={{ $pageCount + 1 }}" },
                { "type": "headers", "name": "X-After", "value": "={{ $response.body[0].n }}" }
            ] } }),
        |_, index| ok(&if index < 2 { json!([{ "n": index }]) } else { json!([]) }),
    );
    assert_eq!(items, json!([{ "n": 0 }, { "n": 1 }]));
    let queries: Vec<_> = seen.iter().map(|request| request.query.as_str()).collect();
    assert_eq!(queries, ["page=1", "page=2", "page=3"]);
    assert_eq!(seen[0].header("x-after"), None, "before the first answer there is none");
    assert_eq!(seen[2].header("x-after"), Some("1"));
    assert_eq!(waited, 20);
}

#[test]
fn pages_are_followed_by_their_next_url() {
    let (items, seen, _) = pages(
        json!({ "paginationMode": "responseContainsNextURL",
            "nextURL": "={{ $response.body.next }}", "paginationCompleteWhen": "other",
            "completeExpression": "={{ !$response.body.next }}" }),
        |_, index| match index {
            0 => ok(&json!({ "n": 1, "next": "/list?c=2" })),
            _ => ok(&json!({ "n": 2 })),
        },
    );
    assert_eq!(items, json!([{ "n": 1, "next": "/list?c=2" }, { "n": 2 }]));
    assert_eq!(seen[1].query, "c=2");
}

#[test]
fn pages_end_at_a_status_or_a_limit() {
    let update = json!({ "parameters": [{ "name": "p", "value": "={{ $pageCount }}" }] });
    let (items, seen, _) = pages(
        json!({ "paginationCompleteWhen": "receiveSpecificStatusCodes",
            "statusCodesWhenComplete": "404, 410", "parameters": update }),
        |_, index| {
            if index == 2 { answer(404, "text/plain", "") } else { ok(&json!({ "i": index })) }
        },
    );
    assert_eq!((items, seen.len()), (json!([{ "i": 0 }, { "i": 1 }]), 3));
    let (_, seen, _) = pages(
        json!({ "limitPagesFetched": true, "maxRequests": 4, "parameters": update }),
        |_, index| ok(&json!({ "i": index })),
    );
    assert_eq!(seen.len(), 4);
}

#[test]
fn the_same_answer_again_and_again_is_an_endless_loop() {
    let params = json!({ "url": "$URL",
        "options": { "pagination": { "pagination": { "parameters": { "parameters": [] } } } } });
    let case = case("httpRequest", "4.2", params);
    let (result, seen) = serve(&Bench::new(), case, |_, _| ok(&json!({ "a": 1 })));
    assert_eq!(result.unwrap_err().message, "The same answer came 5 times in a row");
    assert_eq!(seen.len(), 5);
}

#[test]
fn versions_1_and_2_keep_a_list_in_one_item_unless_it_is_split() {
    let list = ok(&json!([{ "a": 1 }, { "a": 2 }]));
    let split = json!({ "url": "$URL", "options": { "splitIntoItems": true } });
    gives("2", split, list, json!([{ "a": 1 }, { "a": 2 }]));
    let text = json!({ "url": "$URL", "responseFormat": "string", "dataPropertyName": "t" });
    gives("1", text, answer(200, "text/plain", "hi"), json!([{ "t": "hi" }]));
    let request = sends(
        "2",
        json!({ "url": "$URL", "requestMethod": "POST", "jsonParameters": true,
            "bodyParametersJson": "={\"id\":{{ $json.id }}}" }),
    );
    assert_eq!(request.body, "{\"id\":7}");
}

#[test]
fn a_chosen_credential_that_is_not_used_is_said() {
    let params = json!({ "url": "$URL", "authentication": "genericCredentialType" });
    let (result, _) =
        serve(&Bench::new(), case("httpRequest", "4.2", params), |_, _| ok(&json!({})));
    assert!(result.unwrap().hints[0].contains("without credentials"));
}

#[test]
fn what_an_expression_leaves_undefined_is_not_sent() {
    let gone = json!({ "parameters": [
        { "name": "gone", "value": "={{ $json.nothing }}" },
        { "name": "there", "value": "={{ $json.s }}" },
        { "name": "empty", "value": "" },
    ] });
    let params = json!({ "url": "$URL", "method": "POST", "sendQuery": true, "sendBody": true,
        "sendHeaders": true, "queryParameters": gone, "bodyParameters": gone,
        "headerParameters": gone });
    let request = sends("4.2", params);
    assert_eq!(request.query, "there=a%20b&empty=");
    assert_eq!(request.body, r#"{"there":"a b","empty":""}"#);
    assert_eq!(request.header("gone"), None);
    assert_eq!(request.header("empty"), Some(""));
    let gone = json!({ "parameter": gone["parameters"] });
    let request = sends("1", json!({ "url": "$URL", "queryParametersUi": gone }));
    assert_eq!(request.query, "there=a%20b&empty=");
}

#[test]
fn the_first_versions_read_text_that_is_json() {
    let params = json!({ "url": "$URL", "responseFormat": "string" });
    for (version, text, expected) in [
        ("1", "{\"a\":1}", json!({ "a": 1 })),
        ("2", "{\"a\":1}", json!({ "a": 1 })),
        ("2", "{\"a\":", json!("{\"a\":")),
    ] {
        let response = answer(200, "application/json", text);
        gives(version, params.clone(), response, json!([{ "data": expected }]));
    }
    let params = json!({ "url": "$URL", "options": { "response": { "response": {
        "responseFormat": "text" } } } });
    let response = answer(200, "application/json", "{\"a\":1}");
    gives("4.2", params, response, json!([{ "data": "{\"a\":1}" }]));
}
