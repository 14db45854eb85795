//! The store through its public surface, with real files.

mod crash;
mod damage;
mod documents;
mod full_disk;
mod memory;
mod opening;
mod payloads;
mod runs;
mod small_tables;
mod user_database;
mod workflows;
mod writing;

use std::collections::BTreeSet;
use std::path::Path;

use reporunner_model::{AuthorId, Item, RunId, RunMode, RunStatus, Timestamp, WorkflowId};
use reporunner_store::{Change, Listing, NewRun, OpenOptions, Store, WorkflowRow};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[track_caller]
fn open(folder: &Path) -> Store {
    Store::open(folder, OpenOptions::at(Timestamp(1_000))).expect("the folder opens")
}

fn workflow(id: &str, name: &str) -> WorkflowRow {
    WorkflowRow {
        id: WorkflowId::new(id),
        document: format!("doc-{id}"),
        listing: Listing { name: name.to_owned(), ..Listing::default() },
        created: Timestamp(1),
        edited: Timestamp(1),
        deleted: None,
        live: false,
        imported: false,
        foreign_id: None,
        published: None,
        view: None,
    }
}

fn tags(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn change(number: u64, size: usize) -> Change {
    let mut random = Random(number);
    Change {
        hash: number.to_be_bytes().to_vec(),
        author: AuthorId::new("ada"),
        seq: number,
        at: Timestamp(number as i64),
        bytes: (0..size).map(|_| random.below(256) as u8).collect(),
    }
}

fn run(id: &str, workflow: &str, started: i64) -> NewRun {
    NewRun {
        id: RunId::new(id),
        workflow: WorkflowId::new(workflow),
        workflow_name: format!("Workflow {workflow}"),
        version: None,
        content_hash: "h".to_owned(),
        content: None,
        mode: RunMode::Production,
        status: RunStatus::Running,
        trigger: "Start".to_owned(),
        parent: None,
        started: Timestamp(started),
        owner: None,
    }
}

fn item(number: usize) -> Item {
    let value = serde_json::json!({ "n": number, "text": format!("row {number}"), "z": 1, "a": 2 });
    Item::from_value(value)
}

/// Numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
