//! What people do, done in a real browser and in the real window.
//!
//! Each journey has its own data folder, display and browser, and leaves nothing behind. With
//! `REPORUNNER_SCREENSHOTS` set to a folder, the journey through every screen keeps pictures there
//! (`cargo xtask screenshots`).

mod browser;
mod command_line;
mod examples;
mod keyboard;
mod person;
mod processes;
mod window;

use person::Person;
use processes::Folder;

/// A workflow that fails with a message of its own.
const CLOSED_SHOP: &str = r#"{
  "name": "Closed shop",
  "nodes": [
    {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {}},
    {"name": "Refuse", "type": "n8n-nodes-base.stopAndError", "typeVersion": 1, "position": [300, 0], "parameters": {"errorMessage": "the shop is closed"}}
  ],
  "connections": {"Start": {"main": [[{"node": "Refuse", "type": "main", "index": 0}]]}}
}"#;

const EXAMPLE: &str = "A CSV of sales to a report by region";

/// From the first screen to a finished run, by mouse.
async fn first_run(person: &Person) {
    person.sees("What shall run by itself?").await;
    person.clicks("button", EXAMPLE).await;
    person.sees("Sales report by region").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
}

/// The list knows the workflow and its run.
async fn finds_it_again(person: &Person) {
    person.sees("Sales report by region").await;
    person.sees("Started by hand").await;
}

#[tokio::test]
async fn by_mouse_in_a_browser_and_again_after_a_restart() {
    let folder = Folder::new();
    {
        let (_serve, browser) = browser::Browser::on(&folder).await;
        first_run(&browser.person).await;
        browser.close().await;
    }
    let (_serve, browser) = browser::Browser::on(&folder).await;
    finds_it_again(&browser.person).await;
    browser.close().await;
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs[0]["status"], "succeeded", "the run was recorded: {runs}");
}

#[tokio::test]
async fn a_failing_run_is_explained() {
    let folder = Folder::new();
    folder.import("closed.json", CLOSED_SHOP);
    let (_serve, browser) = browser::Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("*", "Closed shop").await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("the shop is closed").await;
    browser.close().await;
}

#[tokio::test]
async fn a_folder_that_is_closed_is_allowed_where_its_file_is_named() {
    let folder = Folder::new();
    let path = folder.file_beside("orders.csv", "id\n1\n");
    let path = path.to_str().expect("a path of text");
    let file = serde_json::json!({ "name": "Orders in", "nodes": [
        { "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
          "position": [0, 0], "parameters": {} },
        { "name": "Read orders", "type": "n8n-nodes-base.readWriteFile", "typeVersion": 1,
          "position": [300, 0], "parameters": { "operation": "read", "fileSelector": path } },
    ], "connections": { "Start": { "main": [[{ "node": "Read orders", "type": "main", "index": 0 }]] } } });
    folder.import("orders.json", &file.to_string());
    let (_serve, browser) = browser::Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("*", "Orders in").await;
    person.sees("Tidy").await;
    person.clicks("*", "Read orders").await;
    person.sees("Workflows may not use").await;
    person.clicks("button", "Allow this folder").await;
    person.hears("Every workflow on this machine may use").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    browser.close().await;
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs[0]["status"], "succeeded", "the file was read: {runs}");
}

/// A workflow of n8n's with a node that is not here.
const SHOP_MAIL: &str = r#"{
  "name": "Shop mail",
  "nodes": [
    {"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1, "position": [0, 0], "parameters": {}},
    {"name": "Write", "type": "n8n-nodes-base.set", "typeVersion": 3.4, "position": [200, 0], "parameters": {"assignments": {"assignments": [{"id": "a", "name": "text", "value": "={{ 'Hello' }}", "type": "string"}]}, "options": {}}},
    {"name": "Tell the team", "type": "n8n-nodes-base.slack", "typeVersion": 2.3, "position": [400, 0], "parameters": {"text": "={{ $json.text }}"}, "credentials": {"slackApi": {"id": "x", "name": "Team"}}}
  ],
  "connections": {
    "Start": {"main": [[{"node": "Write", "type": "main", "index": 0}]]},
    "Write": {"main": [[{"node": "Tell the team", "type": "main", "index": 0}]]}
  },
  "settings": {"executionOrder": "v1"}, "active": true
}"#;

#[tokio::test]
async fn a_file_of_n8ns_is_dropped_reported_on_and_run() {
    let folder = Folder::new();
    let (_serve, browser) = browser::Browser::on(&folder).await;
    let person = &browser.person;
    person.sees("What shall run by itself?").await;
    person.drops_file("shop-mail.json", SHOP_MAIL).await;
    person.sees("How Shop mail came over").await;
    person.sees("2 of 3 nodes run here.").await;
    person.sees("Choose credentials for Tell the team").await;
    // A line leads to its node: what it keeps is there to be read.
    person.clicks("button", "Tell the team").await;
    person.sees("Reporunner does not have this node type yet").await;
    person.clicks("button", "Run").await;
    person.sees("Tell the team failed").await;
    person.sees("slack").await;
    person.clicks("button", "Switch off").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    // The report can be read again.
    person.clicks("button", "More").await;
    person.clicks("*", "Import report").await;
    person.sees("How Shop mail came over").await;
    browser.close().await;
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs[0]["status"], "succeeded", "what is off lets the rest run: {runs}");
}

/// Home, editor, runs and settings, in both themes.
#[tokio::test]
async fn every_screen_in_both_themes() {
    let folder = Folder::new();
    folder.import("closed.json", CLOSED_SHOP);
    let (_serve, browser) = browser::Browser::on(&folder).await;
    let person = &browser.person;
    person.clicks("*", "Closed shop").await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("the shop is closed").await;
    person.clicks("a", "Workflows").await;
    person.clicks("button", "Start from an example").await;
    person.clicks("button", EXAMPLE).await;
    person.sees("Tidy").await;
    person.clicks("button", "Run").await;
    person.sees("Done").await;
    for theme in ["Light", "Dark"] {
        let picture = |screen: &str| format!("{screen}-{}", theme.to_lowercase());
        person.clicks("a", "Settings").await;
        person.clicks("button", theme).await;
        person.sees("Your name").await;
        person.takes_picture(&picture("settings")).await;
        person.clicks("a", "Runs").await;
        person.sees("the shop is closed").await;
        person.takes_picture(&picture("runs")).await;
        person.clicks("a", "Workflows").await;
        person.sees("2 workflows").await;
        person.takes_picture(&picture("home")).await;
        person.clicks("*", "Sales report by region").await;
        person.clicks("*", "Paid only").await;
        person.sees("Conditions").await;
        person.sees("Output").await;
        person.takes_picture(&picture("editor")).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn by_mouse_in_the_real_window_and_again_after_a_restart() {
    let folder = Folder::new();
    {
        let window = window::Window::open(&folder).await;
        first_run(&window.person).await;
        window.close().await;
    }
    // It opens where it was closed: in the workflow.
    let window = window::Window::open(&folder).await;
    window.person.sees("Tidy").await;
    window.person.clicks("a", "Workflows").await;
    finds_it_again(&window.person).await;
    window.close().await;
    // And now in the list.
    let window = window::Window::open(&folder).await;
    finds_it_again(&window.person).await;
    window.close().await;
}
