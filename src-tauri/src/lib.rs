//! The desktop shell: a window, one IPC command, the events.
//!
//! It holds no logic: every command goes to [`reporunner_app::Answer`], be it the app in this
//! process or the process that owns the data folder already.

mod arguments;
mod display;
mod dropped;
mod rpc;
mod trouble;
mod webkit;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use reporunner_app::{Answer, Host, Stay};
use tauri::{AppHandle, Emitter, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::arguments::Wanted;

/// The label of the one window that may ask the backend.
const MAIN: &str = "main";
/// The name under which the window hears events.
const EVENT: &str = "reporunner://event";

/// Reads the command line and does what it asks for: mostly, opens the window. Exit codes: 0 done,
/// 1 the window could not be opened, 2 bad use.
pub fn run() -> ExitCode {
    let folder = match arguments::read(std::env::args_os().skip(1)) {
        Wanted::Open(folder) => folder,
        Wanted::Help => return say(arguments::HELP),
        Wanted::Version => return say(concat!("reporunner-desktop ", env!("CARGO_PKG_VERSION"))),
        Wanted::Unknown(why) => {
            complain(format_args!("{why}\n  `reporunner-desktop --help` says what is."));
            return ExitCode::from(2);
        }
    };
    match open_folder(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> ExitCode {
    // Whoever closed the pipe has read enough.
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

fn complain(text: std::fmt::Arguments<'_>) {
    // There may be nobody left to read it, which is no reason to fail.
    let _ = writeln!(std::io::stderr(), "reporunner-desktop: {text}");
}

/// Opens the window on the data folder and runs until it is closed.
///
/// # Errors
/// Where the window system is missing. A data folder that cannot be opened is told in a dialog.
fn open_folder(named: Option<PathBuf>) -> anyhow::Result<()> {
    // Before anything of the folder is taken up.
    display::require()?;
    webkit::prepare()?;
    let context = tauri::generate_context!();
    let folder = match reporunner_app::data_folder(named) {
        Ok(folder) => folder,
        Err(failure) => return refuse(&failure, context),
    };
    reporunner_app::start_log(Some(&folder));
    let opened = tauri::async_runtime::block_on(reporunner_app::connect(
        &folder,
        Host::machine(),
        Stay::Long,
    ));
    match opened {
        Ok(answer) => open(answer, context),
        Err(failure) => refuse(&failure, context),
    }
}

fn refuse(failure: &reporunner_protocol::Failure, context: tauri::Context) -> anyhow::Result<()> {
    tracing::error!(%failure, "the window does not open");
    trouble::show(failure, context)
}

fn open(answer: Arc<dyn Answer>, context: tauri::Context) -> anyhow::Result<()> {
    let served = Arc::clone(&answer);
    let builder = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| show(app)))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![rpc::rpc, rpc::save_file, rpc::choose_path])
        .setup(move |app| {
            forward_events(app.handle().clone(), Arc::clone(&served));
            exit_when_asked(app.handle().clone());
            app.manage(served);
            WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
                .title("Reporunner")
                .inner_size(1440.0, 900.0)
                .min_inner_size(900.0, 600.0)
                .prevent_overflow()
                .build()?;
            Ok(())
        });
    let app = display::build(builder, context).inspect_err(|_| {
        // What it took up is left in order.
        tauri::async_runtime::block_on(answer.close());
    })?;
    app.run(move |app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::DragDrop(event), .. } => {
            dropped::tell(app, &event);
        }
        // The window is gone; what is under way ends in order before the process does.
        RunEvent::Exit => tauri::async_runtime::block_on(answer.close()),
        _ => {}
    });
    Ok(())
}

/// Ends in order where the system asks for it, at once where it asks again.
fn exit_when_asked(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        for code in [0, 130] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            match code {
                0 => app.exit(0),
                at_once => std::process::exit(at_once),
            }
        }
    });
}

/// Brings the window to the front: what a second start does.
fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window that cannot be raised is still open.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Passes on what happens. A window that has missed something loads afresh.
fn forward_events(app: AppHandle, answer: Arc<dyn Answer>) {
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
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "the window fell behind and loads afresh");
                    reload(&app);
                }
                // Another process owns the folder now, with a history of its own.
                Err(RecvError::Closed) => {
                    events = answer.events();
                    reload(&app);
                }
            }
        }
    });
}

fn reload(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(MAIN).map(|window| window.reload()) {
        tracing::warn!(%error, "the window could not load afresh");
    }
}
