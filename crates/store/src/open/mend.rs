//! Makes a damaged data folder work again and says what was lost.
//!
//! The damaged database stays where it is until its successor is complete and synced, then steps
//! aside under another name; it is never deleted. A crash at any point leaves one of the two.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use reporunner_model::Timestamp;
use rusqlite::Connection;

use super::{DATABASE, RESERVE, backup, check, salvage, wal};
use crate::{Error, Result};

/// What was damaged when a folder was opened, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What was wrong.
    pub why: String,
    /// Where the damaged file is now.
    pub set_aside: Option<PathBuf>,
    /// When the backup was made that filled the gaps; none where there was none.
    pub backup: Option<Timestamp>,
    /// Rows read from the damaged database.
    pub rows: u64,
    /// Tables of which a part could not be read.
    pub torn: Vec<String>,
    /// Rows that were read but were not what had been written.
    pub removed: u64,
}

const MENDING: &str = "reporunner.db.mending";
const SOURCE: &str = "reporunner.db.reading";
const MODEL: &str = "reporunner.db.model";
const MENDED: &str = "reporunner.db.mended";

/// Finishes what an earlier mending left when it was cut off after the hard part.
pub(super) fn finish_earlier(folder: &Path, now: Timestamp) -> Result<Option<Recovery>> {
    if !folder.join(MENDED).exists() {
        return Ok(None);
    }
    let set_aside = swap(folder, now)?;
    Ok(Some(Recovery {
        why: "an earlier mending was cut off and is finished now".to_owned(),
        set_aside,
        backup: None,
        rows: 0,
        torn: Vec::new(),
        removed: 0,
    }))
}

/// Puts a new database in the place of the damaged one, with all that can be saved in it.
pub(super) fn mend(folder: &Path, why: &str, now: Timestamp) -> Result<Recovery> {
    tracing::info!(why, "the database is damaged and is being mended");
    let _ = fs::remove_file(folder.join(RESERVE));
    let mended = build(folder, why, now);
    for name in [MENDING, SOURCE] {
        clear(&folder.join(name));
    }
    let mut recovery = mended?;
    recovery.set_aside = swap(folder, now)?;
    Ok(recovery)
}

/// The database is whole but its log is not: keeps a copy of the log before it is carried over.
pub(super) fn keep_log(folder: &Path, now: Timestamp) -> Result<Recovery> {
    let log = wal::path(&folder.join(DATABASE));
    let aside = folder.join(format!("{DATABASE}.corrupt-{}-wal", now.0));
    fs::copy(&log, &aside).map_err(|error| Error::file(&aside, &error))?;
    Ok(Recovery {
        why: "the newest changes in the log could not be read".to_owned(),
        set_aside: Some(aside),
        backup: None,
        rows: 0,
        torn: vec!["log".to_owned()],
        removed: 0,
    })
}

fn build(folder: &Path, why: &str, now: Timestamp) -> Result<Recovery> {
    let file = folder.join(MENDING);
    let base = backup::newest_whole(folder);
    let mut mended = attempt(folder, &file, base.as_ref().map(|(path, _)| path.as_path()), now);
    if !matches!(mended, Ok(_) | Err(Error::DiskFull)) {
        // What was read made the new database unusable: take the backup alone.
        clear(&file);
        let db = start_from(&file, base.as_ref().map(|(path, _)| path.as_path()), now)?;
        mended = finish(db).map(|()| salvage::Salvaged::nothing());
    }
    let salvaged = mended?;
    backup::sync(&file)?;
    let target = folder.join(MENDED);
    fs::rename(&file, &target).map_err(|error| Error::file(&target, &error))?;
    Ok(Recovery {
        why: why.to_owned(),
        set_aside: None,
        backup: base.map(|(_, at)| at),
        rows: salvaged.rows,
        torn: salvaged.torn.iter().map(|&table| table.to_owned()).collect(),
        removed: salvaged.removed,
    })
}

fn attempt(
    folder: &Path,
    file: &Path,
    base: Option<&Path>,
    now: Timestamp,
) -> Result<salvage::Salvaged> {
    clear(file);
    let db = start_from(file, base, now)?;
    let salvaged = match copy_source(folder)? {
        Some(source) => {
            mend_schema(&source, folder, now)?;
            salvage::salvage(&source, &db)?
        }
        None => salvage::Salvaged::nothing(),
    };
    finish(db)?;
    Ok(salvaged)
}

fn start_from(file: &Path, base: Option<&Path>, now: Timestamp) -> Result<Connection> {
    if let Some(base) = base {
        fs::copy(base, file).map_err(|error| Error::file(file, &error))?;
    }
    backup::fresh(file, now)
}

fn finish(db: Connection) -> Result<()> {
    salvage::rebuild_search(&db)?;
    if let Some(why) = check::full(&db)? {
        return Err(Error::damaged(format!("the mended database ({why})")));
    }
    db.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// A copy of the damaged database and its log: reading it may write to it.
fn copy_source(folder: &Path) -> Result<Option<PathBuf>> {
    let (database, source) = (folder.join(DATABASE), folder.join(SOURCE));
    clear(&source);
    for (from, to) in [(wal::path(&database), wal::path(&source)), (database, source.clone())] {
        match fs::copy(&from, &to) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file(&to, &error)),
        }
    }
    Ok(source.exists().then_some(source))
}

/// Takes from a new database what is the same in every one of ours: the head, and where that is
/// not enough the pages that name the tables. The same steps make the same pages, so the tables
/// they point to are where they say.
fn mend_schema(source: &Path, folder: &Path, now: Timestamp) -> Result<()> {
    let model = folder.join(MODEL);
    clear(&model);
    let mended = backup::fresh(&model, now).and_then(|db| {
        patch(source, &model, &[])?;
        if !salvage::knows_its_tables(source) {
            let mut pages = db.prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")?;
            let pages = pages.query_map([], |row| row.get(0))?;
            patch(source, &model, &pages.collect::<std::result::Result<Vec<i64>, _>>()?)?;
        }
        Ok(())
    });
    clear(&model);
    mended
}

/// Copies the constant parts of the head and these pages from `model`.
fn patch(source: &Path, model: &Path, pages: &[i64]) -> Result<()> {
    const PAGE: usize = 4096;
    let write = || -> std::io::Result<()> {
        let mut from = File::open(model)?;
        let mut to = File::options().read(true).write(true).open(source)?;
        let size = to.metadata()?.len();
        let mut buffer = [0; PAGE];
        for number in pages {
            let at = (number.max(&1).unsigned_abs() - 1) * PAGE as u64;
            from.seek(SeekFrom::Start(at))?;
            from.read_exact(&mut buffer)?;
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&buffer)?;
        }
        from.rewind()?;
        from.read_exact(&mut buffer)?;
        // A log may lie beside it, the size is that of the file, and no page is free.
        buffer[18..20].copy_from_slice(&[2, 2]);
        buffer[28..32].copy_from_slice(&((size / PAGE as u64) as u32).to_be_bytes());
        for (at, length) in [(0, 24), (28, 12), (44, 4), (56, 4)] {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&buffer[at as usize..][..length])?;
        }
        // The size counts only while these two agree.
        for at in [24, 92] {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(&[0, 0, 0, 1])?;
        }
        Ok(())
    };
    write().map_err(|error| Error::file(source, &error))
}

/// Moves the damaged database aside and the mended one into its place.
fn swap(folder: &Path, now: Timestamp) -> Result<Option<PathBuf>> {
    let database = folder.join(DATABASE);
    let aside = free_name(folder, now);
    let mut kept = None;
    for (from, to) in [(wal::path(&database), wal::path(&aside)), (database.clone(), aside.clone())]
    {
        match fs::rename(&from, &to) {
            Ok(()) => kept = Some(aside.clone()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file(&from, &error)),
        }
    }
    let _ = fs::remove_file(format!("{}-shm", database.display()));
    fs::rename(folder.join(MENDED), &database).map_err(|error| Error::file(&database, &error))?;
    backup::sync(folder)?;
    Ok(kept)
}

fn free_name(folder: &Path, now: Timestamp) -> PathBuf {
    let name = |number: i64| folder.join(format!("{DATABASE}.corrupt-{number}"));
    (now.0..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(now.0))
}

fn clear(file: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(format!("{}{end}", file.display()));
    }
}
