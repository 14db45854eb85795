//! The one command of the window, and the dialogs that only it has: saving a file, choosing a path.

use std::sync::Arc;

use reporunner_app::Answer;
use reporunner_model::PathKind;
use reporunner_protocol::{Code, Failure, Request};
use tauri::ipc::Response;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use crate::MAIN;

/// Answers one command of the protocol, with the reply's JSON as bytes: the interface reads them
/// without a way through JavaScript's values.
#[tauri::command]
pub(crate) async fn rpc(
    window: WebviewWindow,
    answer: State<'_, Arc<dyn Answer>>,
    request: Request,
) -> Result<Response, Failure> {
    only_main(&window)?;
    let reply = answer.answer(request).await?;
    let json = serde_json::to_vec(&reply).map_err(|error| {
        Failure::new(Code::Internal, format!("the reply cannot be written: {error}"))
    })?;
    Ok(Response::new(json))
}

/// Asks where to save `text` and saves it there. False where the person changed their mind.
#[tauri::command]
pub(crate) async fn save_file(
    window: WebviewWindow,
    name: String,
    text: String,
) -> Result<bool, Failure> {
    only_main(&window)?;
    let (sender, chosen) = tokio::sync::oneshot::channel();
    window.dialog().file().set_file_name(name).save_file(move |path| {
        // The window may have closed meanwhile.
        let _ = sender.send(path);
    });
    let Some(path) = chosen.await.ok().flatten().and_then(|path| path.into_path().ok()) else {
        return Ok(false);
    };
    tokio::fs::write(&path, text).await.map(|()| true).map_err(|error| {
        Failure::new(Code::NotSaved, format!("{} could not be written: {error}", path.display()))
            .hint("Choose another folder.")
    })
}

/// Asks for a path on this machine, beginning in the folder `start` where that is there. None
/// where the person changed their mind.
#[tauri::command]
pub(crate) async fn choose_path(
    window: WebviewWindow,
    kind: PathKind,
    start: String,
) -> Result<Option<String>, Failure> {
    only_main(&window)?;
    let (sender, chosen) = tokio::sync::oneshot::channel();
    // The window may have closed meanwhile.
    let tell = move |path| drop(sender.send(path));
    let mut dialog = window.dialog().file().set_parent(&window);
    if std::path::Path::new(&start).is_dir() {
        dialog = dialog.set_directory(start);
    }
    match kind {
        PathKind::File => dialog.set_title("Choose a file").pick_file(tell),
        PathKind::NewFile => dialog.set_title("Choose or name a file").save_file(tell),
        PathKind::Folder => dialog.set_title("Choose a folder").pick_folder(tell),
    }
    let Some(path) = chosen.await.ok().flatten().and_then(|path| path.into_path().ok()) else {
        return Ok(None);
    };
    path.into_os_string().into_string().map(Some).map_err(|path| {
        Failure::new(Code::Invalid, format!("{} is no text", path.display()))
            .hint("Workflows name files by text; rename that file or folder.")
    })
}

fn only_main(window: &WebviewWindow) -> Result<(), Failure> {
    if window.label() == MAIN {
        Ok(())
    } else {
        Err(Failure::new(Code::Forbidden, "this window may not ask the backend"))
    }
}
