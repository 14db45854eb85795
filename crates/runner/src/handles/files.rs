//! Files in the folders that a workflow may use.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use globset::GlobBuilder;
use reporunner_model::{BinaryRef, ErrorOrigin, NodeError};
use reporunner_node::{FileEntry, Files};

use super::Place;
use super::binary::{StoredBinaries, from_io, off_thread};

/// Files written so far, so that two steps that write the same one at the same time do not write
/// into each other's.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Most files that one pattern may give.
const MOST_FILES: usize = 10_000;

/// Files on disk, where the place allows.
#[derive(Clone)]
pub(crate) struct AllowedFiles {
    place: Place,
    binaries: StoredBinaries,
}

impl AllowedFiles {
    pub(crate) fn new(place: Place, binaries: StoredBinaries) -> Self {
        Self { place, binaries }
    }

    fn read_now(&self, path: &str) -> Result<BinaryRef, NodeError> {
        let path = self.place.resolve(path)?;
        let mut file = File::open(&path).map_err(|error| explain(&path, &error))?;
        if file.metadata().is_ok_and(|meta| meta.is_dir()) {
            return Err(
                a_folder(&path).hint("Give the path of a file, or a pattern such as folder/*.csv.")
            );
        }
        let mut writer = self.binaries.writer()?;
        copy(&mut file, &mut writer, &path)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        self.binaries.finish(writer, name.as_deref(), None)
    }

    fn write_now(
        &self,
        path: &str,
        content: &mut dyn Read,
        append: bool,
    ) -> Result<FileEntry, NodeError> {
        let path = self.place.resolve(path)?;
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|error| explain(folder, &error))?;
        if append {
            let mut file = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .map_err(|error| explain(&path, &error))?;
            copy(content, &mut file, &path)?;
            return entry(&path);
        }
        // Written beside it and renamed, so that nobody ever sees half a file.
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()));
        let written = File::create(&beside)
            .map_err(|error| explain(&beside, &error))
            .and_then(|mut file| {
                copy(content, &mut file, &path)?;
                file.sync_all().map_err(|error| explain(&path, &error))
            })
            .and_then(|()| fs::rename(&beside, &path).map_err(|error| explain(&path, &error)));
        if let Err(error) = written {
            // What could not be written whole must not stay.
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        entry(&path)
    }

    fn rename_now(&self, from: &str, to: &str, replace: bool) -> Result<FileEntry, NodeError> {
        let (source, target) = (self.of_itself(from)?, self.place.resolve(to)?);
        if fs::symlink_metadata(&source).map_err(|error| explain(&source, &error))?.is_dir() {
            return Err(a_folder(&source));
        }
        if source.canonicalize().is_ok_and(|leads_to| leads_to == target) {
            let (source, target) = (source.display(), target.display());
            let message = format!("{source} and {target} are the same file");
            return Err(NodeError::new(message)
                .hint("Give another path, or copy the file.")
                .from_origin(ErrorOrigin::Outside));
        }
        let folder = target.parent().unwrap_or(&target);
        fs::create_dir_all(folder).map_err(|error| explain(folder, &error))?;
        if !replace {
            // Taking the name first, so that of two that want it at the same time one gets it.
            File::create_new(&target).map_err(|error| explain(&target, &error))?;
        }
        let moved = fs::rename(&source, &target);
        let moved = match moved {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                self.move_across(&source, &target)
            }
            moved => moved.map_err(|error| explain(&target, &error)),
        };
        if let Err(error) = moved {
            if !replace {
                // The name was taken for a file that does not come.
                let _ = fs::remove_file(&target);
            }
            return Err(error);
        }
        entry(&target)
    }

    /// Moves a file to another disk.
    fn move_across(&self, source: &Path, target: &Path) -> Result<(), NodeError> {
        let mut file = File::open(source).map_err(|error| explain(source, &error))?;
        self.write_now(&target.to_string_lossy(), &mut file, false)?;
        fs::remove_file(source).map_err(|error| explain(source, &error))
    }

    fn remove_now(&self, path: &str) -> Result<(), NodeError> {
        let path = self.of_itself(path)?;
        if fs::symlink_metadata(&path).map_err(|error| explain(&path, &error))?.is_dir() {
            return Err(a_folder(&path));
        }
        fs::remove_file(&path).map_err(|error| explain(&path, &error))
    }

    /// The path of a file or a link itself: the links to its folder are followed, it is not.
    fn of_itself(&self, path: &str) -> Result<PathBuf, NodeError> {
        let written = Path::new(path);
        let Some(name) = written.file_name() else { return self.place.resolve(path) };
        let folder = written.parent().map_or_else(String::new, |at| at.to_string_lossy().into());
        let folder = if folder.is_empty() { ".".to_owned() } else { folder };
        let own = self.place.resolve(&folder)?.join(name);
        // What a link leads to must be allowed too, or the link is none of this workflow's.
        self.place.permit(&own)?;
        Ok(own)
    }

    fn list_now(&self, pattern: &str) -> Result<Vec<FileEntry>, NodeError> {
        let has_wildcard = |text: &str| text.contains(['*', '?', '[', '{']);
        if !has_wildcard(pattern) {
            let path = self.place.resolve(pattern)?;
            return if path.is_file() { Ok(vec![entry(&path)?]) } else { Ok(Vec::new()) };
        }
        // The part before the first wildcard is an ordinary path and decides what is allowed.
        let fixed: PathBuf = Path::new(pattern)
            .components()
            .take_while(|part| !has_wildcard(&part.as_os_str().to_string_lossy()))
            .collect();
        let rest: PathBuf =
            Path::new(pattern).components().skip(fixed.components().count()).collect();
        if rest.components().any(|part| matches!(part, Component::ParentDir)) {
            return Err(NodeError::new(format!("{pattern} steps back after a wildcard")));
        }
        let start = if fixed.as_os_str().is_empty() { ".".into() } else { fixed.to_string_lossy() };
        let root = self.place.resolve(&start)?;
        let glob = GlobBuilder::new(&rest.to_string_lossy())
            .literal_separator(true)
            .build()
            .map_err(|error| {
                NodeError::new(format!("{pattern} is no valid pattern: {}", error.kind()))
            })?
            .compile_matcher();
        let mut found = Vec::new();
        walk(&root, &root, &mut |path, relative| {
            if glob.is_match(relative) && self.place.permit(path).is_ok() {
                found.push(path.to_owned());
            }
            found.len() <= MOST_FILES
        });
        if found.len() > MOST_FILES {
            return Err(NodeError::new(format!("{pattern} matches more than {MOST_FILES} files"))
                .hint("Use a narrower pattern."));
        }
        found.sort();
        found.iter().map(|path| entry(path)).collect()
    }
}

#[async_trait]
impl Files for AllowedFiles {
    async fn read(&self, path: &str) -> Result<BinaryRef, NodeError> {
        let (this, path) = (self.clone(), path.to_owned());
        off_thread(move || this.read_now(&path)).await
    }

    async fn write(
        &self,
        path: &str,
        content: &BinaryRef,
        append: bool,
    ) -> Result<FileEntry, NodeError> {
        use reporunner_node::Binary;
        let (this, path) = (self.clone(), path.to_owned());
        if content.data.is_some() {
            let bytes = self.binaries.get(content).await?;
            return off_thread(move || this.write_now(&path, &mut &bytes[..], append)).await;
        }
        let mut file = self.binaries.open(content)?;
        off_thread(move || this.write_now(&path, &mut file, append)).await
    }

    async fn list(&self, pattern: &str) -> Result<Vec<FileEntry>, NodeError> {
        let (this, pattern) = (self.clone(), pattern.to_owned());
        off_thread(move || this.list_now(&pattern)).await
    }

    async fn rename(&self, from: &str, to: &str, replace: bool) -> Result<FileEntry, NodeError> {
        let (this, from, to) = (self.clone(), from.to_owned(), to.to_owned());
        off_thread(move || this.rename_now(&from, &to, replace)).await
    }

    async fn remove(&self, path: &str) -> Result<(), NodeError> {
        let (this, path) = (self.clone(), path.to_owned());
        off_thread(move || this.remove_now(&path)).await
    }
}

/// Visits every file below `folder` until `visit` says false. Links to folders are not followed.
fn walk(root: &Path, folder: &Path, visit: &mut dyn FnMut(&Path, &Path) -> bool) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return true };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    entries.iter().all(|entry| {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(root, &path, visit),
            Ok(_) if path.is_file() => visit(&path, path.strip_prefix(root).unwrap_or(&path)),
            _ => true,
        }
    })
}

fn copy(from: &mut dyn Read, to: &mut dyn Write, path: &Path) -> Result<(), NodeError> {
    io::copy(from, to).map(drop).map_err(|error| explain(path, &error))
}

fn a_folder(path: &Path) -> NodeError {
    NodeError::new(format!("{} is a folder", path.display())).hint("Give the path of a file.")
}

pub(super) fn entry(path: &Path) -> Result<FileEntry, NodeError> {
    let meta = fs::metadata(path).map_err(|error| explain(path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(FileEntry { path: path.to_string_lossy().into_owned(), name, bytes: meta.len() })
}

pub(super) fn explain(path: &Path, error: &io::Error) -> NodeError {
    let said = match error.kind() {
        io::ErrorKind::NotFound => NodeError::new(format!("{} is not there", path.display()))
            .hint("Check the path; relative paths start at the workflow's folder."),
        io::ErrorKind::PermissionDenied => {
            NodeError::new(format!("{} may not be opened", path.display()))
                .hint("Check the permissions of the file and its folder.")
        }
        io::ErrorKind::AlreadyExists => {
            NodeError::new(format!("{} is there already", path.display()))
                .hint("Give another path, or allow that it is replaced.")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            NodeError::new(format!("{} was not written: the disk is full", path.display()))
                .hint("Free some space and try again.")
        }
        _ => from_io(&path.display().to_string(), error),
    };
    said.from_origin(ErrorOrigin::Outside)
}
