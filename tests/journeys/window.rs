//! The real window on a display of its own, driven through WebKit's driver.

use std::process::{Command, Stdio};

use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

use crate::person::Person;
use crate::processes::{Folder, Group, free_port};

/// The desktop app on a virtual display with a session bus.
pub(crate) struct Window {
    pub(crate) person: Person,
    _driver: Group,
    _display: Group,
}

impl Window {
    pub(crate) async fn open(folder: &Folder) -> Self {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        let mut display = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let number = display.wait_for("");
        let port = free_port();
        let mut command = Command::new("dbus-run-session");
        command
            .args(["--", "WebKitWebDriver", &format!("--port={port}")])
            .env("DISPLAY", format!(":{}", number.trim()))
            // The window lets itself be driven only where it is asked to.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("NO_AT_BRIDGE", "1")
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Group::spawn(&mut command);
        reach(port).await;
        let data = folder.data();
        let options = json!({
            "binary": env!("CARGO_BIN_EXE_reporunner-desktop"),
            "args": ["--data", data.to_str().expect("a path of text")],
        });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), options);
        let address = format!("http://127.0.0.1:{port}");
        let session = WebDriver::new(address, Capabilities::from(capabilities)).await;
        let session = session.expect("a session in the window");
        Self { person: Person::new(session), _driver: driver, _display: display }
    }

    pub(crate) async fn close(self) {
        self.person.leaves().await;
    }
}

/// Ends when somebody listens at the port: the driver says nothing when it does.
async fn reach(port: u16) {
    let mut tries = tokio::time::interval(std::time::Duration::from_millis(50));
    for _ in 0..600 {
        tries.tick().await;
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return;
        }
    }
    panic!("the window's driver does not listen at port {port}");
}
