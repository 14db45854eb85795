//! Folders that live workflows watch.
//!
//! The system tells that something happened; what it was is found by looking through the folder
//! and comparing with the look before, so that nothing hangs on the order or the number of what
//! the system tells. What happens while nothing runs is not noticed.

mod rule;
mod tree;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use reporunner_engine::Options;
use reporunner_model::{
    Clock, Item, Monotonic, Node, NodeId, RunMode, StartFrom, Timestamp, VersionId, WorkflowId,
};
use reporunner_protocol::Event;
use reporunner_runner::{Error, Prepared, RunRequest};
use reporunner_store::Published;
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::App;
use crate::failure::{of_disk, of_runner};
use crate::lock::lock;
use rule::Rule;
use tree::{Change, Found, Look, Tree, changes, look};

/// The type of the nodes that watch.
const WATCH_FOLDER: &str = "localFileTrigger";
/// What happens within this time is looked at together.
const TOGETHER: Duration = Duration::from_millis(100);
/// Time between two looks where nobody tells of changes.
const LOOK: Duration = Duration::from_secs(1);
/// Time after which is looked whatever the system tells.
const ANYHOW: Duration = Duration::from_secs(60);
/// A file that has not grown for so long is written to its end, milliseconds (n8n: the same).
const WRITTEN_MS: i64 = 2_000;

/// Key of when the disk was last asked whether it takes anything.
const ASKED_DISK: &str = "asked-disk";

/// What live workflows watch.
#[derive(Default)]
pub(crate) struct Watches(Mutex<HashMap<WorkflowId, Watched>>);

/// What a published version watches.
struct Watched {
    version: VersionId,
    nodes: HashMap<NodeId, Watching>,
}

/// A watch that goes on.
struct Watching {
    /// By what it goes now. It ends when this is dropped.
    rule: watch::Sender<Arc<Rule>>,
    /// Gives what it knew when it ended.
    task: JoinHandle<Watch>,
}

impl Watching {
    async fn end(self) -> Option<Watch> {
        let Self { rule, task } = self;
        drop(rule);
        // One that broke off has told so.
        task.await.ok()
    }
}

/// One node that watches.
struct Watch {
    app: Weak<App>,
    prepared: Arc<Prepared>,
    version: VersionId,
    node: NodeId,
    rule: Arc<Rule>,
    rules: watch::Receiver<Arc<Rule>>,
    /// What the last look found.
    tree: Arc<Tree>,
    /// What the last look could not read.
    unread: BTreeSet<PathBuf>,
    /// Files that are being written: what happened to them, how they were, and since when.
    unfinished: BTreeMap<PathBuf, (&'static str, Found, Timestamp)>,
    /// What happened and started nothing, since the disk refused: it is tried again.
    late: Vec<Change>,
    told: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    /// The folder that the system tells of: one that is made anew in its place is another.
    listens_at: Option<Identity>,
}

/// What tells a folder from another one with its name: device, number, and when it was made, since
/// numbers are given again.
type Identity = (u64, u64, Option<SystemTime>);

impl App {
    /// Watches for a published version in place of what was watched before. What this version
    /// watched already goes on, by the folders that are allowed now; a watch of another version
    /// hands over what it held back. Gives what cannot be watched.
    pub(crate) async fn set_watches(
        &self,
        id: &WorkflowId,
        published: &Published,
        prepared: &Arc<Prepared>,
    ) -> Vec<String> {
        let version = &published.version;
        let before = lock(&self.watches.0).remove(id);
        let is_this = before.as_ref().is_some_and(|watched| watched.version == *version);
        let mut before = before.map(|watched| watched.nodes).unwrap_or_default();
        let (mut going, mut troubles) = (HashMap::new(), Vec::new());
        let nodes = prepared.workflow.nodes.values();
        let watching: Vec<_> =
            nodes.filter(|node| node.on && node.node_type.as_str() == WATCH_FOLDER).collect();
        for node in &watching {
            let rule = Rule::of(node, self.place(id, &self.settings()));
            let known = before.remove(&node.id);
            match (rule, known) {
                (Err(failure), _) => troubles.push(failure.message),
                (Ok(rule), Some(watching)) if is_this => {
                    watching.rule.send_replace(Arc::new(rule));
                    going.insert(node.id.clone(), watching);
                }
                (Ok(rule), _) if !rule.root.is_dir() => {
                    troubles.push(rule.no_folder(node).message);
                }
                (Ok(rule), known) => {
                    let earlier = match known {
                        Some(known) => known.end().await.filter(|was| rule.is_as(&was.rule)),
                        None => None,
                    };
                    let watching = self.watch(node, rule, (version, prepared), earlier).await;
                    going.insert(node.id.clone(), watching);
                }
            }
        }
        if !watching.is_empty() {
            let watched = Watched { version: version.clone(), nodes: going };
            lock(&self.watches.0).insert(id.clone(), watched);
        }
        troubles
    }

    async fn watch(
        &self,
        node: &Node,
        rule: Rule,
        (version, prepared): (&VersionId, &Arc<Prepared>),
        earlier: Option<Watch>,
    ) -> Watching {
        let rule = Arc::new(rule);
        let (rule_of, rules) = watch::channel(Arc::clone(&rule));
        let mut watch = Watch {
            app: self.this.clone(),
            prepared: Arc::clone(prepared),
            version: version.clone(),
            node: node.id.clone(),
            tree: Arc::default(),
            unread: BTreeSet::new(),
            unfinished: BTreeMap::new(),
            late: Vec::new(),
            told: Arc::default(),
            watcher: None,
            listens_at: None,
            rule,
            rules,
        };
        // Listening before the first look: what happens in between is seen twice, not never.
        watch.listen();
        let first = watch.look().await;
        if !watch.rule.from_start {
            watch.tree = Arc::new(first);
        }
        if let Some(earlier) = earlier {
            watch.go_on_from(earlier);
        }
        Watching { rule: rule_of, task: tokio::spawn(watch.run()) }
    }

    /// Asks the disk whether it takes anything: a run is launched before it is known to be stored,
    /// and what is tried again must not begin each time.
    pub(crate) async fn ask_disk(&self) -> Result<(), Error> {
        let now = self.now();
        Ok(self.store.write(move |tx| tx.set_meta(ASKED_DISK, &now)).await?)
    }

    /// Goes by the folders that are allowed now.
    pub(crate) async fn renew_watches(&self) {
        let watching: Vec<_> = lock(&self.watches.0).keys().cloned().collect();
        for id in watching {
            let renewed = async {
                // Held, so that nobody switches it off meanwhile.
                let room = self.room(&id).await?;
                let published = room.published.as_ref().filter(|_| room.live);
                self.open_listeners(&id, published).await
            };
            if let Err(failure) = renewed.await {
                // Better nothing than what is not allowed any more.
                self.clear_watches(&id);
                tracing::warn!(%failure, workflow = %id, "a folder is not watched any more");
            }
        }
        self.bus.send(Event::WorkflowsChanged);
    }

    /// Watches no more for a workflow.
    pub(crate) fn clear_watches(&self, id: &WorkflowId) {
        lock(&self.watches.0).remove(id);
    }

    async fn fire_change(&self, watch: &Watch, change: &Change) -> Result<(), Error> {
        let path = change.path.to_string_lossy();
        let item = Item::from_value(json!({ "json": { "event": change.event, "path": path } }));
        let options = Options {
            start: StartFrom::Trigger { node: Some(watch.node.clone()) },
            input: Some(Arc::new(vec![item])),
            ..Options::default()
        };
        let durability = watch.prepared.workflow.settings.durability;
        let prepared = Arc::clone(&watch.prepared);
        let request = RunRequest {
            version: Some(watch.version.clone()),
            ..self.request(prepared, options, RunMode::Production, durability)
        };
        self.runner.start(request)?.stored().await
    }
}

impl Watch {
    /// Has the system tell of changes, where the rule wants that and the folder is there.
    fn listen(&mut self) {
        let root = identity(&self.rule.root).filter(|_| !self.rule.polls);
        if root.is_none() {
            self.watcher = None;
        } else if self.watcher.is_none() || self.listens_at != root {
            self.listens_at = root;
            let told = Arc::clone(&self.told);
            let tell = move |_: notify::Result<notify::Event>| told.notify_one();
            let mode = match self.rule.depth {
                Some(0) => RecursiveMode::NonRecursive,
                _ => RecursiveMode::Recursive,
            };
            let made = notify::recommended_watcher(tell).and_then(|mut watcher| {
                watcher.watch(&self.rule.root, mode)?;
                Ok(watcher)
            });
            // Without it the folder is looked through again and again.
            let failed =
                |error| tracing::warn!(%error, root = %self.rule.root.display(), "watching");
            self.watcher = made.map_err(failed).ok();
        }
    }

    /// Looks through the folder. What could not be read is taken to be as it was: a folder that is
    /// away for a moment would count as emptied, and as filled again when it is back.
    async fn look(&mut self) -> Tree {
        let (rule, before) = (Arc::clone(&self.rule), Arc::clone(&self.tree));
        let looked = tokio::task::spawn_blocking(move || look(&rule, &before)).await;
        let Ok(Look { tree, unread }) = looked else {
            tracing::error!(root = %self.rule.root.display(), "a look broke off");
            return Tree::clone(&self.tree);
        };
        for (path, error) in unread.iter().filter(|(path, _)| !self.unread.contains(*path)) {
            tracing::warn!(%error, path = %path.display(), "not looked at");
            if *path == self.rule.root {
                let (name, path) = (&self.prepared.workflow.name, path.display());
                self.notice(
                    format!("{name} cannot look into {path}: {error}"),
                    Some("What happens there meanwhile is noticed when it is back.".to_owned()),
                );
            }
        }
        self.unread = unread.into_keys().collect();
        tree
    }

    fn notice(&self, message: String, hint: Option<String>) {
        if let Some(app) = self.app.upgrade() {
            app.bus.send(Event::Notice { message, hint });
        }
    }

    /// Waits until there is something to look at: after `pause`, where one is given, else when the
    /// system tells. False where nobody wants to know any more.
    async fn wait(&mut self, pause: Option<Duration>, clock: &dyn Clock) -> bool {
        let until = |pause: Duration| Monotonic(clock.monotonic().0 + pause.as_micros() as u64);
        let renewed = match pause {
            Some(time) => tokio::select! {
                renewed = self.rules.changed() => Some(renewed),
                () = clock.sleep_until(until(time)) => None,
            },
            None => tokio::select! {
                renewed = self.rules.changed() => Some(renewed),
                () = self.told.notified() => {
                    clock.sleep_until(until(TOGETHER)).await;
                    None
                }
                () = clock.sleep_until(until(ANYHOW)) => None,
            },
        };
        if renewed.is_some() {
            self.rule = Arc::clone(&self.rules.borrow_and_update());
            self.watcher = None;
        }
        renewed.is_none_or(|renewed| renewed.is_ok())
    }

    /// Knows what the watch of the version before knew: what it had not told yet is told by this
    /// one, and what happened since it looked last.
    fn go_on_from(&mut self, earlier: Watch) {
        self.late = earlier.late;
        // One that tells of all that is there tells of what was held back, too.
        if !self.rule.from_start {
            (self.tree, self.unfinished) = (earlier.tree, earlier.unfinished);
        }
        self.told.notify_one();
    }

    /// Watches until nobody wants to know any more, and gives what it knew then.
    async fn run(mut self) -> Self {
        // The first look may have found what counts.
        let mut pause = match self.rule.from_start {
            true => Some(TOGETHER),
            false => self.watcher.is_none().then_some(LOOK),
        };
        loop {
            let Some(app) = self.app.upgrade().filter(|app| !app.is_closing()) else { return self };
            let clock = Arc::clone(&app.host.clock);
            drop(app);
            if !self.wait(pause.take(), &*clock).await {
                return self;
            }
            self.listen();
            let now = self.look().await;
            if self.rules.has_changed().is_err() {
                return self;
            }
            let happened = self.happened(now, clock.now());
            let Some(app) = self.app.upgrade().filter(|app| !app.is_closing()) else { return self };
            self.fire(&app, happened).await;
            let unfinished = !self.unfinished.is_empty() || !self.late.is_empty();
            if self.watcher.is_none() || unfinished {
                pause = Some(LOOK);
            }
        }
    }

    /// Starts a run for each change, those first that could not be stored before.
    async fn fire(&mut self, app: &App, mut happened: Vec<Change>) {
        let mut all = std::mem::take(&mut self.late);
        let was_refused = !all.is_empty();
        let held: HashSet<&Change> = all.iter().collect();
        happened.retain(|change| !held.contains(change));
        all.append(&mut happened);
        if was_refused && app.ask_disk().await.is_err_and(|error| of_disk(&error)) {
            self.late = all;
            return;
        }
        let mut all = all.into_iter();
        while let Some(change) = all.next() {
            let Err(error) = app.fire_change(self, &change).await else { continue };
            let stays = of_disk(&error);
            if !(stays && was_refused) {
                tracing::error!(%error, path = %change.path.display(), "a change started nothing");
                let (name, failure) = (&self.prepared.workflow.name, of_runner(error));
                let message = format!("{name} could not be started: {}", failure.message);
                self.notice(message, failure.hint);
            }
            if stays {
                self.late.push(change);
                self.late.extend(all);
                return;
            }
        }
    }

    /// What counts of what a look found.
    fn happened(&mut self, now: Tree, at: Timestamp) -> Vec<Change> {
        let mut all = changes(&self.tree, &now);
        if self.rule.when_written {
            all = self.written(all, &now, at);
        }
        self.tree = Arc::new(now);
        all.retain(|change| self.rule.events.iter().any(|event| event == change.event));
        all
    }

    /// Holds back what is being written, and gives what is not any more.
    fn written(&mut self, all: Vec<Change>, now: &Tree, at: Timestamp) -> Vec<Change> {
        let mut done = Vec::new();
        for change in all {
            match now.get(&change.path) {
                Some(file @ Found::File { .. }) => {
                    let before = self.unfinished.get(&change.path).map(|(event, ..)| *event);
                    let event = before.unwrap_or(change.event);
                    self.unfinished.insert(change.path, (event, *file, at));
                }
                _ => {
                    // One that was never told of needs no word that it is gone.
                    let began = self.unfinished.remove(&change.path).map(|(event, ..)| event);
                    if began != Some("add") {
                        done.push(change);
                    }
                }
            }
        }
        let over =
            |(_, _, since): &(&'static str, Found, Timestamp)| at.since(*since) >= WRITTEN_MS;
        let over = self.unfinished.extract_if(.., |_, held| over(held));
        done.extend(over.map(|(path, (event, ..))| Change { event, path }));
        done
    }
}

/// None where there is no folder.
fn identity(folder: &Path) -> Option<Identity> {
    let about = folder.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    Some((about.dev(), about.ino(), about.created().ok()))
}
