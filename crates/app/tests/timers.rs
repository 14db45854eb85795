//! Workflows that start by the clock, on a clock that the test moves.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reporunner_app::{Answer, Host, Stay, ask, connect};
use reporunner_model::{
    Clock, Edit, EditBatch, EditId, Monotonic, Node, NodeId, Point, RunMode, Timestamp, TypeName,
    WorkflowId,
};
use reporunner_net::{ListenOptions, ServerResponse, plain};
use reporunner_protocol::*;
use reporunner_store::{OpenOptions, Store};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};

/// 2026-11-25 06:00:30 UTC.
const START: i64 = 1_795_586_430_000;
const MINUTE: i64 = 60_000;

/// A clock that stands still until the test moves it. Pauses of less than a second end at once.
struct TestClock {
    wall: Mutex<Timestamp>,
    passed: watch::Sender<u64>,
}

impl TestClock {
    fn new(at: i64) -> Arc<Self> {
        Arc::new(Self { wall: Mutex::new(Timestamp(at)), passed: watch::channel(0).0 })
    }

    /// Time passes.
    fn pass(&self, ms: i64) {
        self.set(ms);
        self.passed.send_modify(|passed| *passed += ms.unsigned_abs() * 1000);
    }

    /// Somebody sets the wall clock.
    fn set(&self, ms: i64) {
        let mut wall = self.wall.lock().expect("nobody panicked");
        *wall = wall.plus_ms(ms);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.wall.lock().expect("nobody panicked")
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(*self.passed.borrow())
    }

    fn sleep_until(&self, until: Monotonic) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        let mut passed = self.passed.subscribe();
        if until.micros_since(self.monotonic()) < 1_000_000 {
            return Box::pin(std::future::ready(()));
        }
        Box::pin(async move {
            // Without the clock nothing is left that waits for it.
            let _ = passed.wait_for(|passed| *passed >= until.0).await;
        })
    }
}

/// An app on a folder and a clock.
struct Desk {
    answer: Arc<dyn Answer>,
    clock: Arc<TestClock>,
    events: broadcast::Receiver<Event>,
}

impl Desk {
    async fn open(folder: &TempDir, at: i64) -> Self {
        let clock = TestClock::new(at);
        let mut host = Host::machine();
        host.clock = clock.clone();
        host.timezone = "UTC".to_owned();
        let answer = connect(folder.path(), host, Stay::Long).await.expect("the folder opens");
        let events = answer.events();
        Self { answer, clock, events }
    }

    async fn ask<C: Command>(&self, command: C) -> C::Reply {
        ask(&*self.answer, command)
            .await
            .unwrap_or_else(|failure| panic!("{}: {failure:?}", C::NAME))
    }

    /// A live workflow that starts by these parameters.
    async fn live(&self, params: Value) -> WorkflowId {
        self.live_by("scheduleTrigger", "1.2", params).await
    }

    /// A live workflow that starts by a trigger of this type.
    async fn live_by(&self, kind: &str, version: &str, params: Value) -> WorkflowId {
        let id = self.made(kind, version, params).await;
        let state = self.ask(SetLive { id: id.clone(), live: true }).await;
        assert_eq!(state.trouble, None);
        id
    }

    /// A workflow with a trigger of this type.
    async fn made(&self, kind: &str, version: &str, params: Value) -> WorkflowId {
        let id = self.ask(CreateWorkflow { name: "Clockwork".to_owned() }).await;
        let mut node = Node::new(NodeId::new("timer"), TypeName::new(kind), version, "Timer");
        node.position = Point::new(0.0, 0.0);
        node.params = params.as_object().expect("an object").clone();
        let edits = vec![Edit::AddNode { node: Box::new(node) }];
        let batch =
            EditBatch { id: EditId::new("e1"), label: "Add".to_owned(), edits, author: None };
        self.ask(EditWorkflow { id: id.clone(), batch }).await;
        id
    }

    /// Waits until `total` runs have ended.
    async fn ended(&mut self, total: usize) {
        let ended = async {
            loop {
                let runs = self.ask(ListRuns { filter: RunFilter::default() }).await.runs;
                if runs.iter().filter(|run| run.status.is_final()).count() >= total {
                    break;
                }
                self.events.recv().await.expect("the app lives");
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.expect("runs end");
    }

    /// Waits until one more run has ended.
    async fn one_more_ended(&mut self) {
        let ended = async {
            loop {
                let event = self.events.recv().await.expect("the app lives");
                if matches!(event, Event::RunChanged { run } if run.status.is_final()) {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.expect("a run ends");
    }

    /// The slots that started a run, oldest first.
    async fn slots(&self) -> Vec<String> {
        let mut slots = Vec::new();
        for run in self.ask(ListRuns { filter: RunFilter::default() }).await.runs {
            assert_eq!(run.mode, RunMode::Production);
            let result = self.ask(GetRunResult { run: run.id }).await;
            let item = &result.nodes["Timer"][0].outputs[0][0];
            slots.push(item.json["timestamp"].as_str().expect("text")[11..16].to_owned());
        }
        slots.sort();
        slots
    }

    async fn close(self) {
        self.answer.close().await;
    }
}

fn each_minute(more: Value) -> Value {
    let mut params = json!({ "rule": { "interval": [
        { "id": "1", "field": "minutes", "minutesInterval": 1 }
    ] } });
    let object = params.as_object_mut().expect("an object");
    object.extend(more.as_object().expect("an object").clone());
    params
}

#[tokio::test]
async fn each_slot_starts_one_run_while_the_workflow_is_live() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let id = desk.live(each_minute(json!({}))).await;
    for total in 1..=3 {
        desk.clock.pass(MINUTE);
        desk.ended(total).await;
    }
    assert_eq!(desk.slots().await, ["06:01", "06:02", "06:03"]);
    desk.ask(SetLive { id: id.clone(), live: false }).await;
    desk.clock.pass(10 * MINUTE);
    desk.ask(SetLive { id, live: true }).await;
    desk.clock.pass(MINUTE);
    desk.ended(4).await;
    assert_eq!(desk.slots().await, ["06:01", "06:02", "06:03", "06:14"]);
    desk.close().await;
}

#[tokio::test]
async fn what_could_never_start_is_not_switched_on_and_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(&folder, START).await;
    let rule = |rule: Value| json!({ "rule": { "interval": [rule] } });
    for (params, path, words) in [
        (
            rule(json!({ "id": "1", "field": "days", "daysInterval": -5 })),
            "rule.interval.#1.daysInterval",
            "Days between: -5 is no number from 1 to 3650.",
        ),
        (
            rule(json!({ "id": "1", "field": "hours", "hoursInterval": "99abc" })),
            "rule.interval.#1.hoursInterval",
            "Hours between: 99abc is no number.",
        ),
        (
            rule(json!({ "field": "cronExpression", "expression": "every day" })),
            "rule",
            "is no cron pattern",
        ),
    ] {
        let id = desk.made("scheduleTrigger", "1.2", params).await;
        let problems = desk.ask(OpenWorkflow { id: id.clone() }).await.problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].parameter.join("."), path);
        assert!(problems[0].message.contains(words), "{problems:?}");
        let refused = ask(&*desk.answer, SetLive { id: id.clone(), live: true }).await;
        let failure = refused.expect_err("it could never start");
        assert!(failure.message.contains(words), "{failure:?}");
        assert_eq!(failure.hint.as_deref(), Some("Mend the trigger and switch it on then."));
        let listed = desk.ask(ListWorkflows { filter: WorkflowFilter::default() }).await;
        let listed = listed.iter().find(|listed| listed.id == id).expect("it is listed");
        assert_eq!((listed.state.live, listed.state.published, listed.problems), (false, false, 1));
    }
    desk.close().await;
}

/// A process that was away for ten minutes and a half starts these slots when it is back, and the
/// next one in its time.
async fn after_an_outage(more: Value, late: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(&folder, START).await;
    desk.live(each_minute(more)).await;
    desk.close().await;

    let mut desk = Desk::open(&folder, START + 10 * MINUTE).await;
    desk.ended(late.len()).await;
    desk.clock.pass(MINUTE);
    desk.ended(late.len() + 1).await;
    let mut expected = late.to_vec();
    expected.push("06:11");
    assert_eq!(desk.slots().await, expected);
    desk.close().await;
}

#[tokio::test]
async fn missed_slots_are_skipped() {
    after_an_outage(json!({}), &[]).await;
}

#[tokio::test]
async fn missed_slots_start_one_run_where_that_is_wanted() {
    after_an_outage(json!({ "misfirePolicy": "coalesce" }), &["06:10"]).await;
}

#[tokio::test]
async fn missed_slots_start_the_newest_where_all_are_wanted() {
    let more = json!({ "misfirePolicy": "all", "misfireLimit": 3 });
    after_an_outage(more, &["06:08", "06:09", "06:10"]).await;
}

#[tokio::test]
async fn a_wall_clock_that_is_set_repeats_no_slot() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    desk.live(each_minute(json!({}))).await;
    desk.clock.pass(MINUTE);
    desk.ended(1).await;
    desk.clock.set(-MINUTE);
    desk.clock.pass(MINUTE);
    desk.clock.pass(MINUTE);
    desk.ended(2).await;
    assert_eq!(desk.slots().await, ["06:01", "06:02"]);
    desk.close().await;
}

#[tokio::test]
async fn a_slot_whose_next_time_was_not_stored_has_its_run_already() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    desk.live(each_minute(json!({ "misfirePolicy": "all" }))).await;
    desk.clock.pass(MINUTE);
    desk.ended(1).await;
    desk.close().await;

    // As after a crash between the run and the row.
    let slot = Timestamp(START + MINUTE / 2);
    let store = Store::open(folder.path(), OpenOptions::at(slot)).expect("the folder opens");
    let mut row = store.read(|db| db.schedules()).expect("rows").remove(0);
    row.next_fire = Some(slot);
    store.write(move |tx| tx.put_schedule(&row)).wait().expect("it is written");
    store.close();
    drop(store);

    let mut desk = Desk::open(&folder, START + MINUTE).await;
    desk.clock.pass(MINUTE);
    desk.ended(2).await;
    assert_eq!(desk.slots().await, ["06:01", "06:02"]);
    desk.close().await;
}

/// The titles that each kept run of a feed's trigger gave, in no order.
async fn titles(desk: &Desk) -> Vec<Vec<String>> {
    let mut titles = Vec::new();
    for run in desk.ask(ListRuns { filter: RunFilter::default() }).await.runs {
        let result = ask(&*desk.answer, GetRunResult { run: run.id }).await;
        // It may have gone meanwhile.
        let Ok(result) = result else { continue };
        let items = &result.nodes["Timer"][0].outputs[0];
        titles.push(items.iter().map(|item| item.json["title"].to_string()).collect());
    }
    titles
}

#[tokio::test]
async fn a_feed_is_looked_at_by_the_clock_and_only_what_is_new_leaves_a_run() {
    let feed = Arc::new(Mutex::new(Vec::from(["a"])));
    let server = reporunner_net::Server::bind(0, ListenOptions::default()).await;
    let server = server.expect("a port is free");
    let url = format!("http://127.0.0.1:{}/", server.port());
    let shown = Arc::clone(&feed);
    let router = plain(1 << 16, move |_| {
        let item =
            |title: &&str| format!("<item><title>{title}</title><guid>{title}</guid></item>");
        let items: String = shown.lock().expect("nobody panicked").iter().map(item).collect();
        let body = format!("<rss version=\"2.0\"><channel>{items}</channel></rss>");
        let response = ServerResponse { status: 200, body: body.into(), ..Default::default() };
        async move { response }
    });
    let serving = tokio::spawn(server.serve(router, std::future::pending()));

    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::open(&folder, START).await;
    let mut settings = desk.ask(GetSettings {}).await;
    settings.allow_loopback = true;
    desk.ask(SetSettings { settings }).await;
    desk.live_by("rssFeedReadTrigger", "1", json!({ "feedUrl": url })).await;
    // The first look finds what was there before; the third that nothing came since the second.
    for kept in [0, 1, 1] {
        desk.clock.pass(MINUTE);
        desk.one_more_ended().await;
        // A run that is not kept goes right after its end.
        let gone = async {
            while titles(&desk).await.len() != kept {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), gone).await.expect("idle runs go");
        *feed.lock().expect("nobody panicked") = Vec::from(["b", "a"]);
    }
    assert_eq!(titles(&desk).await, [["\"b\""]]);
    desk.close().await;
    serving.abort();
}
