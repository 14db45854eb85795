//! Runs that are cancelled while a step is hard at work.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use reporunner_model::{RunId, RunStatus, limits};
use reporunner_node::SqlStatement;
use serde_json::json;

use crate::support::{Bench, Doing, Hand, item, soon, workflow};

fn statement(sql: &str) -> Vec<SqlStatement> {
    vec![SqlStatement { sql: sql.to_owned(), ..SqlStatement::default() }]
}

/// Fills a table for minutes, with the database's lock held.
const ENDLESS: &str = "INSERT INTO t WITH RECURSIVE n(x) AS \
    (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";

async fn check_stopped(timeout_ms: Option<u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let arrived = Arc::clone(&hand);
    let doing: Doing = Box::new(move |context| {
        let (sql, arrived) = (Arc::clone(&context.handles.sql), Arc::clone(&arrived));
        Box::pin(async move {
            sql.run("t.db", statement("CREATE TABLE IF NOT EXISTS t (x)"), true).await?;
            if arrived.begun.fetch_add(1, Ordering::SeqCst) == 0 {
                sql.run("t.db", statement(ENDLESS), true).await?;
            }
            let done = sql.run("t.db", statement("INSERT INTO t VALUES (1)"), true).await?;
            Ok(vec![item(json!({ "changed": done[0].changed }))])
        })
    });
    let steps = [("begin", "start", json!({})), ("sql", "do", json!({}))];
    let mut workflow = workflow(&steps, &[("begin", "sql")]);
    for node in workflow.nodes.values_mut() {
        node.flags.timeout_ms = timeout_ms;
    }
    let bench = Bench::doing(folder.path(), &hand, Some(doing));
    let handle = bench.runner.start(bench.request("long", &workflow)).expect("it starts");
    soon(async {
        while hand.begun() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let began = Instant::now();
    if timeout_ms.is_none() {
        bench.runner.cancel(&RunId::new("long"), "for the test").expect("it runs");
    }
    let ended = soon(handle.ended()).await.expect("it ends");
    assert_ne!(ended.status, RunStatus::Succeeded);
    // The lock is free again: the statement is not at work any more.
    let handle = bench.runner.start(bench.request("after", &workflow)).expect("it starts");
    let after = soon(handle.ended()).await.expect("it ends");
    assert_eq!(after.status, RunStatus::Succeeded, "{:?}", after.error);
    assert!(began.elapsed().as_millis() < u128::from(limits::CANCEL_MS), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_broken_off_when_its_run_is_cancelled() {
    check_stopped(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_broken_off_at_the_time_limit_of_its_node() {
    check_stopped(Some(500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_with_many_items_is_stopped_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let hand = Hand::new();
    let bench = Bench::open(folder.path(), &hand);
    let steps = [("begin", "start", json!({})), ("step", "wait", json!({}))];
    let workflow = workflow(&steps, &[("begin", "step")]);
    let mut request = bench.request("r", &workflow);
    // So many that the step has a thread of its own.
    request.options.input = Some(Arc::new(vec![item(json!({})); 5_000]));
    let handle = bench.runner.start(request).expect("it starts");
    hand.arrived().await;
    bench.runner.cancel(&RunId::new("r"), "for the test").expect("it runs");
    assert_eq!(soon(handle.ended()).await.map(|e| e.status), Some(RunStatus::Cancelled));
    soon(async {
        while hand.dropped.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
