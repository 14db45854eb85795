//! The desktop shell: a window, one IPC command, the events.
//!
//! It holds no logic: every command goes to [`reporunner_app::Answer`], be it the app in this
//! process or the process that owns the data folder already.

mod rpc;
mod webkit;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use reporunner_app::{Answer, Host, Stay};
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

/// The label of the one window that may ask the backend.
const MAIN: &str = "main";
/// The name under which the window hears events.
const EVENT: &str = "reporunner://event";

/// Opens the window on the data folder and runs until it is closed.
///
/// # Errors
/// Where the data folder cannot be opened or the window system is missing.
pub fn run() -> anyhow::Result<()> {
    webkit::prepare()?;
    let folder = reporunner_app::data_folder(folder_argument())?;
    let opened = tauri::async_runtime::block_on(reporunner_app::connect(
        &folder,
        Host::machine(),
        Stay::Long,
    ));
    let answer: Arc<dyn Answer> = opened.map_err(|failure| {
        let hint = failure.hint.clone().unwrap_or_default();
        anyhow::Error::from(failure).context(hint)
    })?;
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![rpc::rpc, rpc::save_file])
        .setup(move |app| {
            forward_events(app.handle().clone(), &answer);
            app.manage(answer);
            WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
                .title("Reporunner")
                .inner_size(1440.0, 900.0)
                .min_inner_size(900.0, 600.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("the window could not be opened")
}

/// `--data DIR`, as on the command line of `reporunner`.
fn folder_argument() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip(1);
    arguments
        .find(|argument| argument == "--data")
        .and_then(|_| arguments.next())
        .map(PathBuf::from)
}

/// Brings the window to the front: what a second start does.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window that cannot be raised is still open.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

fn forward_events(app: AppHandle, answer: &Arc<dyn Answer>) {
    let mut events = answer.events();
    tauri::async_runtime::spawn(async move {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Err(error) = app.emit_to(MAIN, EVENT, &event) {
                        tracing::warn!(%error, "the window did not take an event");
                    }
                }
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the window fell behind"),
                Err(RecvError::Closed) => break,
            }
        }
    });
}
