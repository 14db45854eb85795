//! Files that are dragged onto the window and dropped there.
//!
//! WebKitGTK gives a page nothing of such files, neither their names nor their content, so the shell
//! reads them and tells the page. What is in them is the page's and the backend's business.

use std::path::PathBuf;

use serde_json::{Value, json};
use tauri::{AppHandle, DragDropEvent, Emitter};

use crate::MAIN;

/// The name under which the window hears of them.
const EVENT: &str = "reporunner://dragged";

/// Tells the page what is dragged over it, and what was dropped.
pub(crate) fn tell(app: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => emit(app, json!("over")),
        DragDropEvent::Leave => emit(app, json!("gone")),
        DragDropEvent::Drop { paths, .. } => {
            let (app, paths) = (app.clone(), paths.clone());
            tauri::async_runtime::spawn(async move {
                let mut files = Vec::new();
                for path in paths {
                    files.push(read(path).await);
                }
                emit(&app, json!({ "dropped": files }));
            });
        }
        _ => {}
    }
}

/// A file by its name with its text; null where it is no text, or larger than any workflow.
async fn read(path: PathBuf) -> Value {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = tokio::task::spawn_blocking(move || reporunner_app::read_workflow_file(&path));
    let text = read.await.ok().and_then(Result::ok);
    json!({ "name": name, "text": text })
}

fn emit(app: &AppHandle, what: Value) {
    if let Err(error) = app.emit_to(MAIN, EVENT, what) {
        tracing::warn!(%error, "the window was not told of what is dragged onto it");
    }
}
