//! Runs: pages, owners, node runs, journal, removal.

use reporunner_model::{NodeId, NodeRun, NodeRunState};
use reporunner_store::{
    Error, JournalEntry, NodeRunRow, Owner, Payload, Retention, RunChange, RunQuery,
};
use serde_json::json;

use super::*;

const STATUSES: [RunStatus; 7] = [
    RunStatus::Queued,
    RunStatus::Running,
    RunStatus::Waiting,
    RunStatus::Succeeded,
    RunStatus::Failed,
    RunStatus::Cancelled,
    RunStatus::Unknown,
];
const MODES: [RunMode; 3] = [RunMode::Manual, RunMode::Production, RunMode::Child];

/// 300 runs of three workflows; several begin in the same millisecond.
fn many(store: &Store) -> Vec<NewRun> {
    let mut random = Random(42);
    let rows: Vec<NewRun> = (0..300)
        .map(|number| {
            let mut row = run(
                &format!("r{number}"),
                &format!("w{}", random.below(3)),
                random.below(60) as i64,
            );
            row.status = STATUSES[random.below(7) as usize];
            row.mode = MODES[random.below(3) as usize];
            row
        })
        .collect();
    let stored = rows.clone();
    store.write(move |tx| stored.iter().try_for_each(|row| tx.insert_run(row))).wait().unwrap();
    rows
}

#[test]
fn pages_together_are_the_whole_list() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let rows = many(&store);
    let mut random = Random(1);
    for case in 0..60 {
        let coin = |random: &mut Random| random.below(2) == 0;
        let query = RunQuery {
            workflow: coin(&mut random).then(|| WorkflowId::new(format!("w{}", random.below(3)))),
            statuses: (0..random.below(4)).map(|_| STATUSES[random.below(7) as usize]).collect(),
            mode: coin(&mut random).then(|| MODES[random.below(3) as usize]),
            from: coin(&mut random).then(|| Timestamp(random.below(30) as i64)),
            until: coin(&mut random).then(|| Timestamp(30 + random.below(40) as i64)),
            limit: 1 + random.below(40) as usize,
            ..RunQuery::default()
        };
        let mut expected: Vec<(i64, usize, &str)> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| query.workflow.as_ref().is_none_or(|id| *id == row.workflow))
            .filter(|(_, row)| query.statuses.is_empty() || query.statuses.contains(&row.status))
            .filter(|(_, row)| query.mode.is_none_or(|mode| mode == row.mode))
            .filter(|(_, row)| query.from.is_none_or(|from| row.started >= from))
            .filter(|(_, row)| query.until.is_none_or(|until| row.started < until))
            .map(|(number, row)| (row.started.0, number, row.id.as_str()))
            .collect();
        expected.sort_by(|a, b| b.cmp(a));
        let expected: Vec<&str> = expected.into_iter().map(|(_, _, id)| id).collect();

        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = RunQuery { after, ..query.clone() };
            let page = store.read(|db| db.runs(&page)).unwrap();
            assert!(page.runs.len() <= query.limit);
            seen.extend(page.runs.into_iter().map(|row| row.id.to_string()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "case {case}: {query:?}");
        // The same status twice in a query counts once.
        let mut distinct = query.clone();
        distinct.statuses.sort_by_key(|status| status.as_str());
        distinct.statuses.dedup();
        let count = store.read(|db| db.count_runs(&distinct)).unwrap();
        assert_eq!(count, expected.len() as u64);
    }
}

#[test]
fn text_finds_runs() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store
        .write(|tx| {
            for (id, search) in [("r1", "order 4711 refused"), ("r2", "order 42"), ("r3", "")] {
                tx.insert_run(&run(id, "w", 1))?;
                let change = RunChange {
                    status: Some(RunStatus::Failed),
                    search: (!search.is_empty()).then(|| search.to_owned()),
                    ..RunChange::default()
                };
                tx.update_run(&RunId::new(id), &change)?;
            }
            Ok(())
        })
        .wait()
        .unwrap();
    let check = |search: &str, expected: &[&str]| {
        let query = RunQuery { search: search.to_owned(), ..RunQuery::default() };
        let mut found: Vec<String> = store
            .read(|db| db.runs(&query))
            .unwrap()
            .runs
            .into_iter()
            .map(|row| row.id.to_string())
            .collect();
        found.sort();
        assert_eq!(found, expected, "search {search:?}");
    };
    check("order", &["r1", "r2"]);
    check("4711 refused", &["r1"]);
    check("42", &["r2"]);
    check("workflow", &["r1", "r2", "r3"]);
    check("nothing of it", &[]);
    store.write(|tx| tx.insert_run(&run("live", "w", 9))).wait().unwrap();
    check("flow", &["live", "r1", "r2", "r3"]);
    check("order work", &["r1", "r2"]);
    store.write(|tx| tx.delete_runs(&[RunId::new("live")])).wait().unwrap();
    let query = RunQuery { search: "flow".to_owned(), ..RunQuery::default() };
    assert_eq!(store.read(|db| db.count_runs(&query)).unwrap(), 4, "a live run stays");
    let end = RunChange { status: Some(RunStatus::Succeeded), ..Default::default() };
    store.write(move |tx| tx.update_run(&RunId::new("live"), &end)).wait().unwrap();
    check("flow", &["live", "r1", "r2", "r3"]);
    store.delete_runs(vec![RunId::new("live")]).unwrap();
    store.delete_runs(vec![RunId::new("r1")]).unwrap();
    check("order", &["r2"]);
}

#[test]
fn a_run_changes_only_where_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let content = Payload::of_json(&json!({ "nodes": "n".repeat(1_000) })).unwrap();
    let mut row = run("r", "w", 5);
    row.content = Some(content);
    row.owner = Some("me".to_owned());
    row.parent = Some(RunId::new("p"));
    let id = row.id.clone();
    store.write(move |tx| tx.insert_run(&row)).wait().unwrap();
    let change = |change: RunChange| {
        let of_write = id.clone();
        store.write(move |tx| tx.update_run(&of_write, &change)).wait().unwrap();
        store.read(|db| db.run(&id)).unwrap().unwrap()
    };
    let row =
        change(RunChange { ms: Some(7), custom: Some(json!({ "k": 1 })), ..Default::default() });
    assert_eq!((row.ms, row.custom, row.status), (7, Some(json!({ "k": 1 })), RunStatus::Running));
    assert_eq!(row.owner.as_deref(), Some("me"));
    assert_eq!(row.parent, Some(RunId::new("p")));
    let row = change(RunChange {
        status: Some(RunStatus::Failed),
        finished: Some(Timestamp(12)),
        error: Some(json!({ "message": "no" })),
        ..Default::default()
    });
    assert_eq!((row.ms, row.owner, row.finished), (7, None, Some(Timestamp(12))));
    assert_eq!(row.error, Some(json!({ "message": "no" })));
    let kept = store.read(|db| db.json(&row.content.clone().unwrap())).unwrap();
    assert_eq!(kept["nodes"].as_str().unwrap().len(), 1_000);
    let nobody = store.write(|tx| tx.update_run(&RunId::new("?"), &RunChange::default())).wait();
    assert!(matches!(nobody, Err(Error::Missing { what: "run", .. })));
}

#[test]
fn a_run_that_is_not_over_is_taken_by_whoever_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(|tx| tx.insert_run(&run("r", "w", 0))).wait().unwrap();
    let claim = |owner: &'static str| {
        store.write(move |tx| tx.claim_run(&RunId::new("r"), owner)).wait().unwrap()
    };
    assert!(claim("a"));
    assert_eq!(store.read(|db| db.runs_of_others("a")).unwrap().len(), 0);
    assert!(claim("b"), "a is gone");
    assert_eq!(store.read(|db| db.runs_of_others("a")).unwrap().len(), 1);
    let end = RunChange { status: Some(RunStatus::Cancelled), ..Default::default() };
    store.write(move |tx| tx.update_run(&RunId::new("r"), &end)).wait().unwrap();
    assert!(!claim("b"), "it is over");
    assert_eq!(store.read(|db| db.runs_of_others("a")).unwrap().len(), 0);
}

fn node_run(node: &str, run_index: usize, sequence: usize) -> NodeRun {
    NodeRun {
        node: NodeId::new(node),
        run_index,
        sequence,
        state: NodeRunState::Succeeded,
        attempt: 1,
        started: Timestamp(3),
        micros: 1_500,
        sources: vec![None],
        input_counts: vec![1],
        output_counts: vec![600, 0],
        error: None,
        hints: vec!["look".to_owned()],
    }
}

#[test]
fn node_runs_and_their_data() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = RunId::new("r");
    let payload = Payload::of_items(&(0..600).map(item).collect::<Vec<_>>()).unwrap();
    let at = payload.reference().clone();
    store
        .write(move |tx| {
            let id = RunId::new("r");
            tx.insert_run(&run("r", "w", 0))?;
            tx.put_payload(&Owner::Run(id.clone()), &payload)?;
            for (node, index, sequence) in [("a", 0, 0), ("b", 0, 1), ("a", 1, 2)] {
                let row = NodeRunRow {
                    record: node_run(node, index, sequence),
                    inputs: vec![None],
                    outputs: vec![Some(payload.reference().clone()), None],
                };
                tx.put_node_run(&id, &row)?;
            }
            let mut again = node_run("b", 0, 1);
            again.state = NodeRunState::Failed;
            tx.put_node_run(&id, &NodeRunRow { record: again, inputs: vec![], outputs: vec![] })
        })
        .wait()
        .unwrap();
    let rows = store.read(|db| db.node_runs(&id)).unwrap();
    let order: Vec<_> =
        rows.iter().map(|row| (row.record.node.as_str(), row.record.run_index)).collect();
    assert_eq!(order, [("a", 0), ("b", 0), ("a", 1)]);
    assert_eq!(rows[1].record.state, NodeRunState::Failed, "the newer record of a node run");
    assert_eq!(rows[0].record, node_run("a", 0, 0));
    let find =
        |index: Option<usize>| store.read(|db| db.node_run(&id, &"a".into(), index)).unwrap();
    assert_eq!(find(None).unwrap().record.run_index, 1, "the newest");
    assert_eq!(find(Some(0)).unwrap().outputs[0], Some(at.clone()));
    assert_eq!(find(Some(9)), None);
    assert_eq!(
        store.read(|db| db.items(&at, 590, 5)).unwrap().items,
        (590..595).map(item).collect::<Vec<_>>()
    );
    assert!(store.read(|db| db.run(&id)).unwrap().unwrap().bytes > 0);
    assert_eq!(store.read(|db| db.node_run_records(&id)).unwrap().len(), 3);
}

#[test]
fn the_journal_only_grows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = RunId::new("r");
    let entry = |number: usize| JournalEntry {
        kind: "step".to_owned(),
        at: Timestamp(number as i64),
        body: format!("{number}").repeat(200).into_bytes(),
    };
    let missing = store.write(move |tx| tx.add_journal(&RunId::new("?"), &[entry(1)])).wait();
    assert!(matches!(missing, Err(Error::Missing { .. })));
    let firsts: Vec<u64> = (0..3)
        .map(|round| {
            let job = move |tx: &reporunner_store::Tx<'_>| {
                if round == 0 {
                    tx.insert_run(&run("r", "w", 0))?;
                }
                tx.add_journal(&RunId::new("r"), &[entry(round * 2), entry(round * 2 + 1)])
            };
            store.write(job).wait().unwrap()
        })
        .collect();
    assert_eq!(firsts, [0, 2, 4]);
    let rows = store.read(|db| db.journal(&id, 0, 100)).unwrap();
    assert_eq!(rows.len(), 6);
    assert!(
        rows.iter().enumerate().all(|(idx, row)| row.seq == idx as u64 && row.entry == entry(idx))
    );
    let page = store.read(|db| db.journal(&id, 4, 1)).unwrap();
    assert_eq!((page.len(), page[0].seq), (1, 4));
    store.write(|tx| tx.clear_journal(&RunId::new("r"))).wait().unwrap();
    assert_eq!(store.read(|db| db.journal_len(&id)).unwrap(), 0);
}

/// `count` ended runs, a second apart, each with about `bytes` of data of its own.
fn with_data(store: &Store, count: usize, bytes: usize) {
    let mut random = Random(9);
    for number in 0..count {
        let text: String = (0..bytes).map(|_| (b'a' + random.below(26) as u8) as char).collect();
        let payload = Payload::of_items(&[Item::from_value(json!({ "t": text }))]).unwrap();
        let mut row = run(&format!("r{number}"), "w", number as i64 * 1_000);
        row.status = RunStatus::Succeeded;
        store
            .write(move |tx| {
                tx.insert_run(&row)?;
                tx.put_payload(&Owner::Run(row.id.clone()), &payload)?;
                tx.add_journal(
                    &row.id,
                    &[JournalEntry { kind: "k".into(), at: Timestamp(0), body: vec![1] }],
                )
            })
            .wait()
            .unwrap();
    }
}

#[test]
fn age_and_budget_take_the_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    with_data(&store, 60, 40_000);
    store.write(|tx| tx.insert_run(&run("open", "w", -5))).wait().unwrap();
    // Closing carries the log over.
    drop(store);
    let store = open(folder.path());
    let file = folder.path().join("reporunner.db");
    let before = std::fs::metadata(&file).unwrap().len();

    let swept = store
        .sweep(Retention { before: Some(Timestamp(10_000)), bytes: None }, Timestamp(0))
        .unwrap();
    assert_eq!(swept.runs, 10, "those of the first ten seconds");
    assert!(store.read(|db| db.run(&RunId::new("open"))).unwrap().is_some(), "it is not over");
    assert!(store.read(|db| db.run(&RunId::new("r10"))).unwrap().is_some());

    let swept =
        store.sweep(Retention { before: None, bytes: Some(600_000) }, Timestamp(0)).unwrap();
    assert!(swept.runs > 0 && swept.bytes_after <= 600_000, "{swept:?}");
    let after = std::fs::metadata(&file).unwrap().len();
    assert!(after < before / 2, "the disk gets it back: {before} then {after}");
    let log =
        std::fs::metadata(folder.path().join("reporunner.db-wal")).map_or(0, |meta| meta.len());
    assert!(log <= 1 << 20, "the log is cut: {log}");
}

#[test]
fn deleting_what_matches_spares_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let rows = many(&store);
    let query = RunQuery { workflow: Some(WorkflowId::new("w1")), ..RunQuery::default() };
    let expected =
        rows.iter().filter(|row| row.workflow.as_str() == "w1" && row.status.is_final()).count()
            as u64;
    assert_eq!(store.delete_matching_runs(&query).unwrap(), expected);
    let left = store.read(|db| db.count_runs(&RunQuery::default())).unwrap();
    assert_eq!(left, 300 - expected);
    let open_only = RunQuery { statuses: vec![RunStatus::Running], ..RunQuery::default() };
    assert_eq!(store.delete_matching_runs(&open_only).unwrap(), 0, "a run under way stays");
}

#[test]
fn the_newest_runs_of_a_workflow() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    with_data(&store, 25, 10);
    store
        .write(|tx| {
            tx.update_run(&RunId::new("r24"), &RunChange { ms: Some(9), ..Default::default() })
        })
        .wait()
        .unwrap();
    let marks = store.read(|db| db.last_runs(&WorkflowId::new("w"), 20)).unwrap();
    assert_eq!(marks.len(), 20);
    assert_eq!((marks[19].ms, marks[0].ms), (9, 0), "newest last");
}

#[test]
fn a_run_at_rest_is_one_until_it_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let (id, other) = (RunId::new("r"), RunId::new("late"));
    let (first, second) = (id.clone(), other.clone());
    store
        .write(move |tx| {
            tx.insert_run(&run("r", "w", 1))?;
            tx.insert_run(&run("late", "w", 2))?;
            tx.rest_run(&first, Some(Timestamp(50)), &serde_json::json!({}))?;
            tx.rest_run(&second, Some(Timestamp(90)), &serde_json::json!({}))
        })
        .wait()
        .expect("it is written");
    let next = |now| store.read(|db| db.next_wait(Timestamp(now))).expect("it reads");
    assert_eq!(next(10), Some(Timestamp(50)));
    assert_eq!(next(60), Some(Timestamp(90)), "one that is due hides no other");
    let over = RunChange { status: Some(RunStatus::Unknown), ..RunChange::default() };
    store.write(move |tx| tx.update_run(&id, &over)).wait().expect("it is closed");
    let left = store.read(|db| db.waits()).expect("it reads");
    assert_eq!(left.iter().map(|row| &row.run).collect::<Vec<_>>(), [&other]);
}

#[test]
fn what_a_caller_may_look_up_stays_as_long_as_the_caller() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let over = RunChange { status: Some(RunStatus::Succeeded), ..RunChange::default() };
    let end = |id: &'static str| {
        let over = over.clone();
        store.write(move |tx| tx.update_run(&RunId::new(id), &over)).wait().expect("it ends");
    };
    let child = NewRun { parent: Some(RunId::new("caller")), ..run("child", "w", 2) };
    store
        .write(move |tx| {
            tx.insert_run(&run("caller", "w", 1))?;
            tx.insert_run(&child)
        })
        .wait()
        .expect("it is written");
    end("child");
    let delete = || store.delete_runs(vec![RunId::new("child")]).expect("it answers");
    let oldest = || store.read(|db| db.oldest_runs(None, 10)).expect("it reads").len();
    assert_eq!((oldest(), delete()), (0, 0), "its caller may ask for it");
    end("caller");
    assert_eq!((oldest(), delete()), (2, 1));
}
