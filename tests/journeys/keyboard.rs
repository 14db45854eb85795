//! By keyboard alone: only keys are sent, and the focus is where they took it.

use crate::browser::Browser;
use crate::person::{CONTROL, ENTER, ESCAPE, TAB};
use crate::processes::Folder;

/// From the first screen to a finished run of an example.
#[tokio::test]
async fn an_example_runs() {
    let folder = Folder::new();
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.sees("What shall run by itself?").await;
    person.tabs_to("A CSV of sales to a report by region").await;
    person.types_key(ENTER).await;
    person.sees("Sales report by region").await;
    person.sees("Tidy").await;
    person.chord(CONTROL, ENTER).await;
    person.sees("Done").await;
    browser.close().await;
}

/// Two nodes are drawn, wired by that, filled in, run, looked at and taken back.
#[tokio::test]
async fn a_workflow_is_drawn_and_runs() {
    let folder = Folder::new();
    let (_serve, browser) = Browser::on(&folder).await;
    let person = &browser.person;
    person.sees("What shall run by itself?").await;
    person.tabs_to("New workflow").await;
    person.types_key(ENTER).await;
    for node in ["manual trigger", "edit fields"] {
        person.has_focus_on("Workflow canvas").await;
        person.types("n").await;
        person.has_focus_on("Search nodes").await;
        person.types(node).await;
        person.types_key(ENTER).await;
    }
    person.has_focus_on("Workflow canvas").await;
    person.sees("Edit Fields").await;
    // The form of the node that was added last, which is selected.
    person.types_key(ENTER).await;
    person.tabs_to("Add a field").await;
    person.types_key(ENTER).await;
    person.has_focus_on("Name of the field").await;
    person.types("greeting").await;
    person.types_key(TAB).await;
    person.types_key(TAB).await;
    person.types("good morning").await;
    person.chord(CONTROL, ENTER).await;
    person.sees("Done").await;
    person.sees("good morning").await;
    person.types_key(ESCAPE).await;
    person.has_focus_on("Workflow canvas").await;
    person.chord(CONTROL, 'z').await;
    person.hears("Undone").await;
    browser.close().await;
    let runs = folder.run_json(&["executions", "--json"]);
    assert_eq!(runs[0]["status"], "succeeded", "what was drawn by keys ran: {runs}");
}
