//! The programs of a journey, each ended with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A process with all that it started; the whole group ends when it is dropped.
pub(crate) struct Group(pub(crate) Child);

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(spawned.unwrap_or_else(|error| panic!("{name} does not start: {error}")))
    }

    /// The rest of the first line on standard output that holds `mark`.
    pub(crate) fn wait_for(&mut self, mark: &str) -> String {
        let out = self.0.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(out).lines();
        let found = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once(mark).map(|(_, rest)| rest.to_owned()));
        // Whoever writes more must not be stopped by a full or closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        found.unwrap_or_else(|| panic!("the process ended before it said {mark:?}"))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = rustix::process::Pid::from_raw(self.0.id().cast_signed()) {
            // One that ended already is as good.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

/// A program that this build made, beside the window's.
pub(crate) fn program(name: &str) -> PathBuf {
    let window = Path::new(env!("CARGO_BIN_EXE_reporunner-desktop"));
    window.parent().expect("programs lie in a folder").join(name)
}

/// A data folder that goes with the journey.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("reporunner"));
        command.env("REPORUNNER_DATA", self.data());
        command
    }

    pub(crate) fn run_json(&self, arguments: &[&str]) -> Value {
        let output = self.command().args(arguments).output().expect("reporunner starts");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stderr))
        })
    }

    pub(crate) fn import(&self, name: &str, text: &str) -> Value {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("written");
        self.run_json(&["import", path.to_str().expect("a path of text"), "--json"])
    }

    /// A file beside the data, in a folder of its own, which workflows may not use yet.
    pub(crate) fn file_beside(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.0.path().join("beside");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// The files of this name in the folders of the workflows.
    pub(crate) fn workflow_files(&self, name: &str) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.data().join("files")).expect("workflows have folders");
        let files = folders.flatten().map(|folder| folder.path().join(name));
        files.filter(|file| file.is_file()).collect()
    }

    pub(crate) fn serve(&self) -> Serve {
        let mut command = self.command();
        command.args(["serve", "--port", "0", "--json"]).stdout(Stdio::piped());
        let mut process = Group::spawn(&mut command);
        let rest = process.wait_for("\"link\":\"");
        let link = rest.split('"').next().expect("a link").to_owned();
        Serve { link, _process: process }
    }
}

/// A running `reporunner serve`.
pub(crate) struct Serve {
    pub(crate) link: String,
    _process: Group,
}

/// A port that nobody has.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
