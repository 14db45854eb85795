//! What a person is told after a damaged data folder was mended, until the damaged file is gone;
//! and the workflows whose documents were saved while their lines in the list were not.

use std::path::PathBuf;
use std::sync::Arc;

use reporunner_collab::{Library, OpenDocument};
use reporunner_model::{Catalog, Timestamp};
use reporunner_protocol::{Code, Failure};
use reporunner_store::{ChangeRow, Listing, Recovery, Store, Tx, WorkflowQuery, WorkflowRow};
use serde::{Deserialize, Serialize};

use crate::Host;
use crate::failure::of_store;
use crate::listing::listing;

/// Key of what is remembered.
const MENDED: &str = "mended";

/// One mending, as it is remembered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mended {
    text: String,
    /// The damaged file. While it lies there the mending is told again.
    kept: Option<PathBuf>,
}

impl Mended {
    /// What to say of it; nothing once the damaged file is gone.
    pub(crate) fn notice(&self) -> Option<&str> {
        let gone = self.kept.as_ref().is_some_and(|file| !file.exists());
        (!gone).then_some(self.text.as_str())
    }
}

/// What came back into the list of workflows.
#[derive(Debug, Default)]
struct Adopted {
    names: Vec<String>,
    unreadable: usize,
}

/// Takes in what was just mended and gives every mending that is still to be told.
///
/// # Errors
/// Where the database cannot be read or written.
pub(crate) async fn take_in(
    store: &Store,
    catalog: &Arc<Catalog>,
    host: &Host,
) -> Result<Vec<Mended>, Failure> {
    let mut told: Vec<Mended> =
        store.read(|db| db.meta(MENDED)).map_err(of_store)?.unwrap_or_default();
    let before = told.len();
    // One without a file was told by the process that mended.
    told.retain(|mended| mended.kept.as_ref().is_some_and(|file| file.exists()));
    let recovery = store.recovery().cloned();
    let changed = recovery.is_some() || told.len() != before;
    if let Some(recovery) = recovery {
        let adopted = adopt(store, catalog, host.clock.now()).await?;
        let text = describe(&recovery, &adopted, host);
        tracing::info!("{text}");
        let kept = recovery.set_aside.map(|file| std::path::absolute(&file).unwrap_or(file));
        told.push(Mended { text, kept });
    }
    if changed && store.read_only().is_none() {
        let told = told.clone();
        store.write(move |tx| tx.set_meta(MENDED, &told)).await.map_err(of_store)?;
    }
    Ok(told)
}

/// Brings the list of workflows in line with the documents: those that only their documents know
/// of are listed, off; lines from a backup say what their documents say now.
async fn adopt(store: &Store, catalog: &Arc<Catalog>, now: Timestamp) -> Result<Adopted, Failure> {
    let (of, catalog) = (store.clone(), Arc::clone(catalog));
    let read = tokio::task::spawn_blocking(move || {
        let listed = of.read(|db| db.workflows(&WorkflowQuery::default()))?;
        let mut outdated = Vec::new();
        for row in &listed {
            // One that cannot be read says so when it is opened.
            let Some(found) = Found::read(&of, &row.document)? else { continue };
            let line = found.line(&catalog, row.listing.revision);
            if line.name != row.listing.name || line.summary != row.listing.summary {
                outdated.push((row.id.clone(), line, found.times(row.edited).1));
            }
        }
        let (mut lost, mut unreadable): (Vec<WorkflowRow>, _) = (Vec::new(), 0);
        for document in of.read(|db| db.unlisted_documents())? {
            let Some(found) = Found::read(&of, &document)? else {
                unreadable += 1;
                continue;
            };
            let id = found.open.document().id();
            // A workflow that has moved to another document leaves the former one behind.
            let is_known = of.read(|db| db.workflow(id))?.is_some();
            if !is_known && lost.iter().all(|row| row.id != *id) {
                lost.push(found.into_row(&catalog, now));
            }
        }
        Ok((outdated, lost, unreadable))
    });
    let (outdated, lost, unreadable) = read
        .await
        .map_err(|_| Failure::new(Code::Internal, "the mending broke off"))?
        .map_err(of_store)?;
    let names = lost.iter().map(|row| row.listing.name.clone()).collect();
    let write = move |tx: &Tx<'_>| {
        outdated.iter().try_for_each(|(id, line, edited)| tx.set_listing(id, line, *edited))?;
        lost.iter().try_for_each(|row| tx.insert_workflow(row))
    };
    store.write(write).await.map_err(of_store)?;
    Ok(Adopted { names, unreadable })
}

/// A document as it was saved.
struct Found {
    open: OpenDocument,
    changes: Vec<ChangeRow>,
}

impl Found {
    /// None where nothing can be read of it.
    fn read(store: &Store, document: &str) -> reporunner_store::Result<Option<Self>> {
        let opened = Library::new(store.clone()).open(document, []);
        let Ok(Some(open)) = opened else { return Ok(None) };
        let (changes, _) = store.read(|db| db.changes_after(document, 0))?;
        Ok(Some(Self { open, changes }))
    }

    /// What the list shows of it, after at least `revision` changes.
    fn line(&self, catalog: &Catalog, revision: u64) -> Listing {
        let revision = revision.max(self.changes.len() as u64);
        listing(self.open.document().workflow(), catalog, revision)
    }

    /// When it was first and last changed, as far as changes are left that say so.
    fn times(&self, otherwise: Timestamp) -> (Timestamp, Timestamp) {
        let times = || self.changes.iter().map(|row| row.change.at);
        (times().min().unwrap_or(otherwise), times().max().unwrap_or(otherwise))
    }

    fn into_row(self, catalog: &Catalog, now: Timestamp) -> WorkflowRow {
        let (created, edited) = self.times(now);
        let document = self.open.document();
        WorkflowRow {
            id: document.id().clone(),
            document: self.open.id().to_owned(),
            listing: self.line(catalog, 1),
            created,
            edited,
            deleted: None,
            live: false,
            imported: document.workflow().orig.is_some(),
            foreign_id: None,
            published: None,
            view: None,
        }
    }
}

/// What happened, what was lost and where the damaged file is.
fn describe(recovery: &Recovery, adopted: &Adopted, host: &Host) -> String {
    let now = local_time(host.clock.now(), &host.timezone);
    // SQLite's own words may be several lines.
    let why: Vec<_> = recovery.why.split_whitespace().filter(|word| *word != "***").collect();
    let mut text =
        format!("The data folder was damaged ({}) and was mended on {now}.", why.join(" "));
    let lost = losses(recovery);
    if lost.is_empty() {
        text.push_str(" All that could be checked was recovered.");
    } else if recovery.torn == ["log"] {
        text.push_str(" The newest changes before that may be missing.");
    } else {
        let backup = match recovery.backup {
            Some(at) => format!(
                "the gaps were filled from the backup of {}",
                local_time(at, &host.timezone)
            ),
            None => "there was no backup to fill the gaps from".to_owned(),
        };
        text.push_str(&format!(
            " Of these a part could not be read: {}; {backup}, newer ones may be missing.",
            lost.join(", ")
        ));
    }
    if recovery.removed > 0 {
        let removed = recovery.removed;
        text.push_str(&format!(" {removed} records were not what had been written and left out."));
    }
    if !adopted.names.is_empty() {
        let names = adopted.names.join(", ");
        text.push_str(&format!(" Back in the list, switched off and not published: {names}."));
    }
    if adopted.unreadable > 0 {
        let number = adopted.unreadable;
        text.push_str(&format!(" {number} workflows could not be put together again."));
    }
    if let Some(kept) = &recovery.set_aside {
        text.push_str(&format!(
            " The damaged file was kept as {}; delete it once you miss nothing, and this is not \
             told again.",
            kept.display()
        ));
    }
    text
}

/// What the torn tables hold, for a person, each once.
fn losses(recovery: &Recovery) -> Vec<&'static str> {
    let mut lost: Vec<&'static str> = Vec::new();
    for table in &recovery.torn {
        let held = match table.as_str() {
            "workflows" => "the list of workflows",
            "changes" | "snapshots" | "blobs" => "the edits of workflows",
            "versions" => "published versions",
            "pins" => "pinned data",
            "meta" | "variables" | "local_data" | "owners" => "settings and variables",
            "webhooks" | "schedules" | "dedupe" => "what triggers know",
            "all" => "the whole database",
            _ => "executions and their data",
        };
        if !lost.contains(&held) {
            lost.push(held);
        }
    }
    lost
}

/// A time of day as the person's clock shows it.
fn local_time(at: Timestamp, zone: &str) -> String {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at.0) else { return at.0.to_string() };
    let moment = moment.in_tz(zone).unwrap_or_else(|_| moment.to_zoned(jiff::tz::TimeZone::UTC));
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
