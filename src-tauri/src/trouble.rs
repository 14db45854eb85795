//! What a person sees where the window cannot open: why, and what to do.

use reporunner_protocol::Failure;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// Says why the window does not open, and ends when that was read.
pub(crate) fn show(failure: &Failure, context: tauri::Context) -> anyhow::Result<()> {
    let text = match &failure.hint {
        Some(hint) => format!("{}.\n\n{hint}", failure.message.trim_end_matches('.')),
        None => failure.message.clone(),
    };
    let builder = tauri::Builder::default().plugin(tauri_plugin_dialog::init()).setup(move |app| {
        say(app.handle(), text);
        Ok(())
    });
    crate::display::build(builder, context)?.run(|_, event| {
        // There is no window; the dialog is all there is, and it ends the program itself.
        if let tauri::RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}

fn say(app: &AppHandle, text: String) {
    let handle = app.clone();
    app.dialog()
        .message(text)
        .title("Reporunner cannot open its data folder")
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}
