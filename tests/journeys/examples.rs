//! Each example, opened from the first screen and run, with what it needs around it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use serde_json::json;

use crate::browser::Browser;
use crate::processes::Folder;

#[tokio::test]
async fn the_sales_report_makes_its_file() {
    let folder = Folder::new();
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("button", "A CSV of sales to a report by region").await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    let report = folder.workflow_files("report.csv").pop().expect("the report was written");
    let report = std::fs::read_to_string(report).expect("it can be read");
    assert!(report.contains("North"), "the report names the regions: {report}");
    browser.close().await;
}

#[tokio::test]
async fn the_order_webhook_answers_whoever_calls() {
    let folder = Folder::new();
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("button", "A webhook that validates an order, stores it and answers").await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("webhook-test/orders").await;
    let doctor = folder.run_json(&["doctor", "--json"]);
    let base = doctor["webhooks"].as_str().expect("webhooks are served").to_owned();
    let order = json!({
        "customer": "ada@example.org",
        "items": [{ "sku": "LAMP", "quantity": 2, "price": 24.5 }],
    });
    let answer = post(&base, "/webhook-test/orders", &order.to_string());
    assert!(answer.starts_with("HTTP/1.1 201"), "the order was taken: {answer}");
    person.sees("Done").await;
    assert_eq!(folder.workflow_files("orders.db").len(), 1, "it lies in a database of its own");
    browser.close().await;
}

#[tokio::test]
async fn an_example_of_several_workflows_brings_them_all() {
    let folder = Folder::new();
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("button", "A workflow that two others call").await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    assert_eq!(folder.workflow_files("postage.csv").len(), 1, "the list was written");
    let workflows = folder.run_json(&["list", "--json"]);
    assert_eq!(workflows.as_array().map(Vec::len), Some(3), "both callers and what they call");
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs.as_array().map(Vec::len), Some(2), "the called one is listed too: {runs}");
    browser.close().await;
}

/// The example asks its own stand-in; here another server answers.
#[tokio::test]
async fn the_fan_out_asks_a_real_server() {
    let folder = Folder::new();
    let port = serve_ok();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("workflows-examples/fan-out");
    let workflow = std::fs::read_to_string(example.join("workflow.json")).expect("an example");
    let server = format!("$json.base ?? 'http://127.0.0.1:{port}' ??");
    let imported = folder.import("fan-out.json", &workflow.replace("$json.base ??", &server));
    let files = folder.data().join("files").join(imported["id"].as_str().expect("an id"));
    std::fs::create_dir_all(&files).expect("a folder");
    std::fs::copy(example.join("addresses.json"), files.join("addresses.json")).expect("copied");
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("*", imported["name"].as_str().expect("a name")).await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs[0]["status"], "succeeded", "every address was asked: {runs}");
    browser.close().await;
}

/// Sends a JSON body and gives the whole answer.
fn post(base: &str, path: &str, body: &str) -> String {
    let address = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("webhooks are listened for");
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

/// A server that has an answer for every address; gives its port.
fn serve_ok() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // A client that goes away ends its thread.
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let body = r#"{"ok":true}"#;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}
