//! The released product, as somebody uses it: a data folder, its commands, a process that serves.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::sh;

/// The build that `dist` makes too, so that both share what they compile.
pub(crate) fn build() -> Command {
    let mut cargo = sh::cargo();
    // Without the feature the window looks for a development server.
    cargo.args(["build", "--release", "--features", "tauri/custom-protocol"]).args(sh::SELECTION);
    cargo
}

/// A released program.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    Ok(sh::target_dir()?.join("release").join(name))
}

/// A data folder that goes when it is dropped.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("bench-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // Beside what is compiled: a real disk, where the system's temporary folder may be memory.
        let path = sh::target_dir()?.join(name);
        std::fs::create_dir_all(&path).context("no folder for the benchmark")?;
        Ok(Self { path })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// A file of the folder.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::write(&path, text)
            .with_context(|| format!("{} could not be written", path.display()))?;
        Ok(path)
    }

    /// `reporunner`, on this folder.
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(program("reporunner")?);
        command.env("REPORUNNER_DATA", self.data()).stdin(Stdio::null());
        Ok(command)
    }

    /// What a command prints with `--json`.
    pub(crate) fn json(&self, args: &[&str]) -> Result<Value> {
        let text = sh::output(self.command()?.args(args).arg("--json"))?;
        serde_json::from_str(&text).with_context(|| format!("{args:?} printed no JSON: {text}"))
    }

    /// Brings a workflow in and switches it on.
    pub(crate) fn publish(&self, name: &str, workflow: &Value) -> Result<()> {
        let file = self.file(&format!("{name}.json"), &workflow.to_string())?;
        let imported = self.json(&["import", file.to_str().context("a path of text")?])?;
        let id = imported["id"].as_str().context("an import names its workflow")?;
        self.json(&["publish", id]).map(drop)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left files cost disk, nothing else.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A process that ends with the value.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// The first line on standard output.
    pub(crate) fn first_line(&mut self) -> Result<String> {
        let out = self.0.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(out).lines();
        let line = lines.next().context("it ended without a word")??;
        std::thread::spawn(move || lines.for_each(drop));
        Ok(line)
    }

    /// Physical memory it alone holds, MiB (`Pss`, which shares libraries out fairly).
    pub(crate) fn memory(&self) -> Result<f64> {
        let path = format!("/proc/{}/smaps_rollup", self.0.id());
        let kib = number_after(&sh::read(Path::new(&path))?, "Pss:").context("no Pss")?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `reporunner serve` on a folder, with the address of its webhooks.
pub(crate) struct Serve {
    pub(crate) process: Running,
    pub(crate) webhooks: String,
}

impl Serve {
    pub(crate) fn start(folder: &Folder) -> Result<Self> {
        let mut command = folder.command()?;
        command.args(["serve", "--port", "0", "--json"]).stdout(Stdio::piped());
        let child = command.stderr(Stdio::null()).spawn().context("serve does not start")?;
        let mut process = Running(child);
        process.first_line()?;
        let doctor = folder.json(&["doctor"])?;
        let webhooks = doctor["webhooks"].as_str().context("no webhooks are served")?.to_owned();
        Ok(Self { process, webhooks })
    }
}

/// Runs a command to its end; gives the seconds it took and the most memory it held, MiB.
pub(crate) fn timed(command: &mut Command) -> Result<(f64, f64)> {
    let line = sh::shown(command);
    let began = std::time::Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().with_context(|| line.clone())?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak: f64 = 0.0;
    loop {
        let read = std::fs::read_to_string(&status).unwrap_or_default();
        peak = peak.max(number_after(&read, "VmHWM:").unwrap_or(0.0) / 1024.0);
        if let Some(ended) = child.try_wait()? {
            if !ended.success() {
                bail!("`{line}` failed ({ended})");
            }
            return Ok((began.elapsed().as_secs_f64(), peak));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn number_after(text: &str, key: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_whitespace().next()?.parse().ok()
}
