//! One process owns a data folder. The system drops the lock when that process ends, however it
//! ends; the file itself stays and means nothing.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::{Error, Result};

pub(super) const LOCK: &str = "lock";

/// What became of asking for the lock.
pub(crate) enum Taken {
    /// The folder is ours for as long as the file is open.
    Ours(File),
    /// Nothing can be written there; the lock is shared, where there is a file to lock.
    ReadOnly(String, Option<File>),
}

/// The process that took the lock last, which says something while somebody holds it.
pub fn owner(folder: &Path) -> Option<u32> {
    fs::read_to_string(folder.join(LOCK)).ok()?.trim().parse().ok()
}

pub(crate) fn take(folder: &Path) -> Result<Taken> {
    let path = folder.join(LOCK);
    let made = make_folder(folder).and_then(|()| {
        File::options().read(true).write(true).create(true).truncate(false).open(&path)
    });
    match made {
        Ok(mut file) => {
            lock_exclusive(&mut file)?;
            // Who it is, for the message that others see; the lock does not depend on it.
            let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            Ok(Taken::Ours(file))
        }
        Err(error) => match Error::file(&path, &error) {
            Error::ReadOnly { reason } => Ok(Taken::ReadOnly(reason, share(folder)?)),
            other => Err(other),
        },
    }
}

/// Shares the lock with others who only read, where there is a file to lock.
pub(crate) fn share(folder: &Path) -> Result<Option<File>> {
    let shared = File::open(folder.join(LOCK)).ok();
    if let Some(file) = &shared {
        lock_shared(file)?;
    }
    Ok(shared)
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn lock_exclusive(file: &mut File) -> Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => {
            let mut text = String::new();
            let read = file.rewind().and_then(|()| file.take(32).read_to_string(&mut text));
            let pid = read.ok().and_then(|_| text.trim().parse().ok());
            Err(Error::Locked { pid })
        }
        Err(fs::TryLockError::Error(error)) => Err(Error::file(Path::new(LOCK), &error)),
    }
}

fn lock_shared(file: &File) -> Result<()> {
    match file.try_lock_shared() {
        Err(fs::TryLockError::WouldBlock) => Err(Error::Locked { pid: None }),
        // A file system that cannot lock cannot be written here either.
        Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(()),
    }
}
