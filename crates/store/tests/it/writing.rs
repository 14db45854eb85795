//! Jobs, groups, answers.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use reporunner_store::{Error, Written};

use super::*;

#[test]
fn many_jobs_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    // The first job holds the writer until all others wait, so the group is not left to luck.
    let (go, gate) = channel::<()>();
    let first = store.write(move |_| {
        gate.recv().ok();
        Ok(())
    });
    let jobs: Vec<Written<()>> = (0..400)
        .map(|number| store.write(move |tx| tx.set_variable(&format!("v{number}"), "x")))
        .collect();
    go.send(()).unwrap();
    first.wait().unwrap();
    for job in jobs {
        job.wait().unwrap();
    }
    let stats = store.writer_stats();
    assert_eq!(stats.jobs, 401);
    assert!(stats.commits <= 2, "401 jobs took {} commits", stats.commits);
    assert_eq!(store.read(|db| db.variables()).unwrap().len(), 400);
}

#[test]
fn a_job_that_fails_takes_nothing_else_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let good = store.write(|tx| tx.set_variable("before", "1"));
    let bad = store.write(|tx| {
        tx.set_variable("half", "1")?;
        tx.set_live(&WorkflowId::new("nobody"), true)
    });
    let worse = store.write(|tx| -> Result<(), Error> {
        tx.set_variable("quarter", "1")?;
        panic!("a bug in a job");
    });
    let after = store.write(|tx| tx.set_variable("after", "1"));
    good.wait().unwrap();
    assert!(matches!(bad.wait(), Err(Error::Missing { what: "workflow", .. })));
    assert!(matches!(worse.wait(), Err(Error::Panicked(text)) if text == "a bug in a job"));
    after.wait().unwrap();
    let kept: Vec<String> = store.read(|db| db.variables()).unwrap().into_keys().collect();
    assert_eq!(kept, ["after", "before"], "a failed job leaves nothing behind");
}

#[test]
fn an_answer_comes_after_its_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for number in 0..50 {
        store.write(move |tx| tx.set_variable("n", &number.to_string())).wait().unwrap();
        // Another connection sees only what is committed.
        let seen = store.read(|db| db.variables()).unwrap();
        assert_eq!(seen["n"], number.to_string());
    }
}

#[test]
fn answers_can_be_awaited() {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut written = pin!(store.write(|tx| tx.set_variable("key", "1")));
    let answer = loop {
        match written.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => break answer,
            Poll::Pending => std::thread::park(),
        }
    };
    answer.unwrap();
    assert_eq!(store.read(|db| db.variables()).unwrap()["key"], "1");
}

#[test]
fn a_reader_sees_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(|tx| tx.set_variable("a", "1")).wait().unwrap();
    store
        .read(|db| {
            let before = db.variables()?;
            store.write(|tx| tx.set_variable("a", "2")).wait()?;
            assert_eq!(db.variables()?, before, "a write during a read does not show in it");
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read(|db| db.variables()).unwrap()["a"], "2");
}

#[test]
fn a_job_that_waits_for_another_fails_instead_of_hanging() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let inner = store.clone();
    let nested = store.write(move |_| inner.write(|tx| tx.set_variable("inner", "1")).wait());
    assert!(matches!(nested.wait(), Err(Error::Panicked(_))));
    store.write(|tx| tx.set_variable("after", "1")).wait().unwrap();
}

#[test]
fn the_last_holder_may_be_a_job() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (go, gate) = channel::<()>();
    let held = store.clone();
    let job = store.write(move |tx| {
        gate.recv().ok();
        tx.set_variable("a", "1")?;
        drop(held);
        Ok(())
    });
    drop(store);
    go.send(()).unwrap();
    job.wait().unwrap();
    // The lock goes with the writer's thread, a moment later.
    let again = (0..1_000_000).find_map(|_| {
        std::thread::yield_now();
        Store::open(folder.path(), OpenOptions::at(Timestamp(0))).ok()
    });
    assert_eq!(again.expect("it opens").read(|db| db.variables()).unwrap()["a"], "1");
}

#[test]
fn jobs_sent_before_the_end_are_on_disk_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let jobs: Vec<Written<()>> = (0..200)
        .map(|number| store.write(move |tx| tx.set_variable(&format!("v{number}"), "x")))
        .collect();
    drop(store);
    for job in jobs {
        job.wait().unwrap();
    }
    assert_eq!(open(folder.path()).read(|db| db.variables()).unwrap().len(), 200);
}
