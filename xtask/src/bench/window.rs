//! How soon the window can be used, beside a blank one of the same toolkit.
//!
//! Both are started by WebKit's driver on a display without a screen, the same way, in turns.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::http::{self, Connection};
use super::product::{Folder, Running, program};
use super::{Goal, Report};
use crate::setup::{self, needs};

const ROUNDS: usize = 5;
/// A workflow in the list of them.
const ROW: &str = ".rr-list__row:not(.rr-list__row--head)";
/// A window that is not there by then has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts both in turns.
pub(crate) fn window(report: &mut Report) -> Result<()> {
    setup::ensure(needs::all())?;
    let screen = Screen::start()?;
    let folder = Folder::new()?;
    let file = folder.file("workflow.json", &super::graphs::three().to_string())?;
    folder.json(&["import", file.to_str().context("a path of text")?])?;
    let data = folder.data();
    let data = data.to_str().context("a path of text")?;
    let (blank, ours) = (program("examples/blank-window")?, program("reporunner-desktop")?);
    let args = ["--data", data];
    // From then on the window opens where it was closed, in this workflow.
    let by_the_list = screen.opens(&ours, &args, &[ROW, ".rr-node"])?;
    let (mut least_blank, mut least_ours) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        least_blank = least_blank.min(screen.opens(&blank, &[], &["#blank"])?);
        least_ours = least_ours.min(screen.opens(&ours, &args, &[".rr-node"])?);
    }
    report.add("a blank window", least_blank, "s", Goal::None);
    report.add("the window, the first time, by the list", by_the_list, "s", Goal::AtMost(2.5));
    report.add("the window, until its canvas can be used", least_ours, "s", Goal::AtMost(2.5));
    report.add("  against the blank one", least_ours / least_blank, "x", Goal::AtMost(2.0));
    Ok(())
}

/// A display, and the driver on it.
struct Screen {
    port: u16,
    _driver: Running,
    _display: Running,
}

impl Screen {
    fn start() -> Result<Self> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut display = Running(command.spawn().context("Xvfb does not start")?);
        let number = display.first_line()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "WebKitWebDriver", &format!("--port={port}")]);
        command.env("DISPLAY", format!(":{}", number.trim()));
        for (name, value) in [
            ("TAURI_AUTOMATION", "true"),
            ("TAURI_WEBVIEW_AUTOMATION", "true"),
            ("NO_AT_BRIDGE", "1"),
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ] {
            command.env(name, value);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let driver = Running(command.spawn().context("the driver does not start")?);
        let base = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        while Connection::open(&base).is_err() {
            if began.elapsed() > PATIENCE {
                bail!("WebKit's driver does not listen");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { port, _driver: driver, _display: display })
    }

    /// Seconds until the last of `steps` is in the window of `program`; those before are clicked.
    fn opens(&self, program: &Path, args: &[&str], steps: &[&str]) -> Result<f64> {
        let options = json!({ "binary": program, "args": args });
        let wanted = json!({ "webkitgtk:browserOptions": options });
        let began = Instant::now();
        let session =
            self.ask("POST", "", &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        let id = session["sessionId"].as_str().context("no session")?.to_owned();
        for (at, selector) in steps.iter().enumerate() {
            let find = json!({ "using": "css selector", "value": selector });
            let found = loop {
                match self.ask("POST", &format!("/{id}/element"), &find) {
                    Ok(found) => break found,
                    Err(_) if began.elapsed() < PATIENCE => {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    Err(error) => return Err(error.context(program.display().to_string())),
                }
            };
            if at + 1 < steps.len() {
                let element = found.as_object().and_then(|found| found.values().next()?.as_str());
                let element = element.context("an element has an id")?;
                self.ask("POST", &format!("/{id}/element/{element}/click"), &json!({}))?;
            }
        }
        let took = began.elapsed().as_secs_f64();
        self.ask("DELETE", &format!("/{id}"), &Value::Null)?;
        Ok(took)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let mut connection = Connection::open(&format!("http://127.0.0.1:{}", self.port))?;
        let request = http::request(method, &format!("/session{path}"), body);
        let (status, answer) = connection.send(&request)?;
        let answer: Value = serde_json::from_slice(&answer)?;
        if status != 200 {
            bail!("{}", answer["value"]["message"]);
        }
        Ok(answer["value"].clone())
    }
}
