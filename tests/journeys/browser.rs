//! A real Chromium, driven by its own driver.

use std::process::{Command, Stdio};

use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

use crate::person::Person;
use crate::processes::{Folder, Group, Serve};

/// A browser on a page.
pub(crate) struct Browser {
    pub(crate) person: Person,
    _profile: tempfile::TempDir,
    _driver: Group,
}

impl Browser {
    pub(crate) async fn open(link: &str) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("chromedriver");
        let mut driver = Group::spawn(command.arg("--port=0").stdout(Stdio::piped()));
        let port = driver.wait_for("started successfully on port ");
        let port = port.trim_end_matches('.').trim();
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--no-first-run".to_owned(),
            "--window-size=1440,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        let address = format!("http://127.0.0.1:{port}");
        let session = WebDriver::new(address, Capabilities::from(capabilities)).await;
        let session = session.expect("a browser session");
        session.goto(link).await.expect("the page opens");
        Self { person: Person::new(session), _profile: profile, _driver: driver }
    }

    /// On what a process serves that works in `folder`.
    pub(crate) async fn on(folder: &Folder) -> (Serve, Self) {
        let serve = folder.serve();
        let browser = Self::open(&serve.link).await;
        (serve, browser)
    }

    pub(crate) async fn close(self) {
        self.person.leaves().await;
    }
}
