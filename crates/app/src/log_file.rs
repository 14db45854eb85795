//! The log of a process that stays, in its data folder: two files of a limited size, so that it
//! never fills a disk. Nothing is sent anywhere.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use reporunner_model::limits;

/// Name of the file within the data folder.
const LOG: &str = "reporunner.log";
/// Name of the one before it.
const BEFORE: &str = "reporunner.old.log";

/// A file that starts anew when it is full; the one before it stays. It is opened with the first
/// line, so a folder that nobody complains about is left as it is.
struct LogFile {
    folder: PathBuf,
    open: Option<(File, u64)>,
}

impl LogFile {
    fn within(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: None }
    }

    /// The file with room for `bytes` more.
    fn with_room(&mut self, bytes: u64) -> io::Result<&mut (File, u64)> {
        let is_full = |known: u64| known > 0 && known + bytes > limits::LOG_BYTES;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open_file()?,
        };
        if is_full(open.1) {
            fs::rename(self.folder.join(LOG), self.folder.join(BEFORE))?;
            open = self.open_file()?;
        }
        Ok(self.open.insert(open))
    }

    fn open_file(&self) -> io::Result<(File, u64)> {
        let path = self.folder.join(LOG);
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let (file, bytes) = self.with_room(line.len() as u64)?;
        let written = file.write(line)?;
        *bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}

/// Starts logging to the terminal, and for a process that stays to its data folder too. What is
/// logged says `REPORUNNER_LOG`, else it is warnings and worse; of a single command only errors,
/// since it answers to a person by itself. Call it once.
pub fn start_log(folder: Option<&Path>) {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_env("REPORUNNER_LOG");
    let least = if folder.is_some() { "warn" } else { "error" };
    let file = folder.map(|folder| {
        fmt::layer().with_ansi(false).with_writer(Mutex::new(LogFile::within(folder)))
    });
    tracing_subscriber::registry()
        .with(filter.unwrap_or_else(|_| EnvFilter::new(least)))
        .with(fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr))
        .with(file)
        .init();
    if folder.is_some() {
        log_panics();
    }
}

/// Has every panic logged besides what is done with it already.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        before(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_starts_anew_and_keeps_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = vec![b'x'; 64 * 1024];
        let lines = limits::LOG_BYTES / line.len() as u64;
        // Opened anew in between, as after a restart.
        for _ in 0..5 {
            let mut log = LogFile::within(folder.path());
            for _ in 0..lines / 2 + 1 {
                log.write_all(&line).expect("written");
            }
        }
        let size = |name| fs::metadata(folder.path().join(name)).expect("it is there").len();
        assert!(size(LOG) <= limits::LOG_BYTES && size(BEFORE) <= limits::LOG_BYTES);
        assert!(size(BEFORE) > limits::LOG_BYTES / 2, "the one before is whole");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }
}
