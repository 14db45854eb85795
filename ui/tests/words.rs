//! Addresses lead where they were made, and moments and lengths read as a person writes them.

use reporunner_model::{RunId, Timestamp, WorkflowId};
use reporunner_ui::route::{Route, Tab};
use reporunner_ui::time;

#[track_caller]
fn round_trip(route: Route, hash: &str) {
    assert_eq!(route.hash(), hash);
    assert_eq!(Route::parse(hash), route, "an address leads back to its page");
}

#[test]
fn addresses_name_pages() {
    let id = WorkflowId::new("4tY/ü x");
    round_trip(Route::Home, "#/");
    round_trip(Route::Trash, "#/trash");
    round_trip(Route::editor(id.clone()), "#/w/4tY%2F%C3%BC%20x");
    round_trip(Route::Workflow { id, tab: Tab::Versions }, "#/w/4tY%2F%C3%BC%20x/versions");
    round_trip(Route::Runs, "#/runs");
    round_trip(Route::Run { id: RunId::new("r1") }, "#/runs/r1");
    round_trip(Route::Settings, "#/settings");
}

#[test]
fn an_address_of_no_page_is_said_to_be_none() {
    assert_eq!(Route::parse(""), Route::Home);
    assert_eq!(Route::parse("#/w"), Route::Unknown);
    assert_eq!(Route::parse("#/w/%ff%"), Route::editor(WorkflowId::new("\u{fffd}%")));
    assert_eq!(Route::parse("#/nowhere/at/all"), Route::Unknown);
}

#[track_caller]
fn ago(seconds: i64, words: &str) {
    let now = Timestamp(1_800_000_000_000);
    assert_eq!(time::ago(now.plus_ms(-seconds * 1000), now), words);
}

#[test]
fn moments_are_told_by_their_age() {
    ago(0, "just now");
    ago(-5, "just now");
    ago(46, "1 min ago");
    ago(150, "3 min ago");
    ago(3_600, "1 h ago");
    ago(86_400, "Yesterday");
    ago(6 * 86_400, "6 days ago");
    ago(800 * 86_400, "2 years ago");
}

#[test]
fn lengths_and_sizes_are_short() {
    assert_eq!(time::length(0), "under 1 ms");
    assert_eq!(time::length(1_800), "1.8 ms");
    assert_eq!(time::length(240_000), "240 ms");
    assert_eq!(time::length(1_250_000), "1.2 s");
    assert_eq!(time::length(200_000_000), "3 min 20 s");
    assert_eq!(time::bytes(999), "999 B");
    assert_eq!(time::bytes(48_300_000), "48.3 MB");
    assert_eq!(time::count(1, "run"), "1 run");
    assert_eq!(time::count(12_345, "run"), "12,345 runs");
}
