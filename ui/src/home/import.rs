//! Brings workflows in: a chosen file, a file dropped anywhere on the window, or pasted text.

use leptos::prelude::*;
use reporunner_protocol::{ImportReport, ImportWorkflow, Imported};
use wasm_bindgen::prelude::*;
use web_sys::{DataTransfer, File, FileList, HtmlInputElement};

use crate::backend::{Backend, Dragged, DroppedFile};
use crate::browser;
use crate::kit::{Icon, Prompt, PromptField};
use crate::route::{self, Route};
use crate::state::{AppState, use_app};

/// Lets a person choose files.
pub(super) fn choose_file(app: AppState) {
    let Ok(element) = document().create_element("input") else { return };
    let input: HtmlInputElement = element.unchecked_into();
    input.set_type("file");
    input.set_multiple(true);
    input.set_accept(".json,application/json");
    let chosen = input.clone();
    let on_change = Closure::once_into_js(move || take(app, chosen.files()));
    let _ = input.add_event_listener_with_callback("change", on_change.unchecked_ref());
    input.click();
}

/// Lets a person paste the text of a file.
pub(super) fn paste(app: AppState) {
    app.prompt.set(Some(Prompt {
        title: "Paste a workflow".to_owned(),
        text: None,
        field: Some(PromptField {
            label: "JSON of a workflow, ours or n8n's".to_owned(),
            value: String::new(),
            placeholder: "{ \"nodes\": [ … ] }".to_owned(),
            lines: true,
            may_be_empty: false,
        }),
        confirm: "Import".to_owned(),
        danger: false,
        on_confirm: Callback::new(move |text: String| {
            leptos::task::spawn_local(async move {
                bring(app, text, None, true).await;
            });
        }),
    }));
}

fn take(app: AppState, files: Option<FileList>) {
    let Some(files) = files else { return };
    let all: Vec<File> = (0..files.length()).filter_map(|at| files.get(at)).collect();
    leptos::task::spawn_local(async move {
        let mut read = Vec::new();
        for file in all {
            read.push(DroppedFile { name: file.name(), text: browser::file_text(&file).await });
        }
        bring_all(app, read).await;
    });
}

async fn bring_all(app: AppState, files: Vec<DroppedFile>) {
    let alone = files.len() == 1;
    for DroppedFile { name, text } in files {
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        match text {
            Some(text) => bring(app, text, Some((stem, name)), alone).await,
            None => app.toast(format!("{name} could not be read")),
        }
    }
}

/// Brings a text in; where it is a file's, with what the workflow is called if it says nothing, and
/// the file's name.
async fn bring(app: AppState, text: String, file: Option<(String, String)>, open: bool) {
    let (name, file) = file.unzip();
    let imported = match app.backend.call(ImportWorkflow { text, name }).await {
        Ok(imported) => imported,
        Err(mut failure) => {
            // Of several files it must be told which.
            if let Some(file) = file {
                let rest = failure.message.strip_prefix("the file");
                failure.message = match rest {
                    Some(rest) => format!("“{file}”{rest}"),
                    None => format!("“{file}”: {}", failure.message),
                };
            }
            return app.fail(&failure);
        }
    };
    let Imported { id, name, report } = imported;
    // A file of ours comes over whole: there is nothing to report.
    let told = !report.nodes.is_empty();
    let words = words(&name, &report);
    let show = move || {
        let report = report.clone();
        app.report.set(told.then(|| (id.clone(), report)));
        route::go(&Route::editor(id.clone()));
    };
    match (open, told) {
        (true, true) => {
            show();
            app.announce(words);
        }
        (true, false) => {
            show();
            app.toast(words);
        }
        (false, true) => app.toast_with(words, "See the report", Callback::new(move |()| show())),
        (false, false) => app.toast(words),
    }
}

/// Says how faithful an import is.
fn words(name: &str, report: &ImportReport) -> String {
    let mut words = format!("{name} is here");
    if report.stubs > 0 {
        words += &format!(", {} cannot run yet", crate::time::count(report.stubs, "node"));
    }
    if report.bad_expressions > 0 {
        let bad = crate::time::count(report.bad_expressions, "expression");
        words += &format!(", {bad} could not be read");
    }
    words
}

fn has_files(event: &web_sys::DragEvent) -> bool {
    let kinds = event.data_transfer().map(|transfer: DataTransfer| transfer.types());
    kinds.is_some_and(|kinds| kinds.includes(&JsValue::from_str("Files"), 0))
}

/// Takes files dropped anywhere on the window, and text pasted outside a field.
#[component]
pub(crate) fn DropAnywhere() -> impl IntoView {
    let app = use_app();
    // Enter and leave come for every element on the way, so they are counted.
    let depth = RwSignal::new(0_i32);
    Backend::on_dragged(move |dragged| match dragged {
        Dragged::Over => drop(depth.try_set(1)),
        Dragged::Gone => drop(depth.try_set(0)),
        Dragged::Dropped(files) => {
            depth.try_set(0);
            leptos::task::spawn_local(bring_all(app, files));
        }
    });
    let handles = [
        window_event_listener(leptos::ev::dragenter, move |event| {
            if has_files(&event) {
                depth.update(|depth| *depth += 1);
            }
        }),
        window_event_listener(leptos::ev::dragleave, move |event| {
            if has_files(&event) {
                depth.update(|depth| *depth = (*depth - 1).max(0));
            }
        }),
        window_event_listener(leptos::ev::dragover, |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        }),
        window_event_listener(leptos::ev::drop, move |event| {
            if has_files(&event) {
                event.prevent_default();
                depth.set(0);
                take(app, event.data_transfer().and_then(|transfer| transfer.files()));
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    let pasted = window_event_listener(leptos::ev::paste, move |event| {
        let data = event.clipboard_data().and_then(|data| data.get_data("text").ok());
        let text = data.unwrap_or_default();
        let on_home = matches!(app.route.get_untracked(), Route::Home);
        if on_home
            && text.trim_start().starts_with(['{', '['])
            && !browser::takes_typing(event.target())
        {
            event.prevent_default();
            leptos::task::spawn_local(async move {
                bring(app, text, None, true).await;
            });
        }
    });
    on_cleanup(move || pasted.remove());
    view! {
        <Show when=move || { depth.get() > 0 }>
            <div class="rr-drop" role="status">
                <Icon name="file-json"/>
                <b>"Drop to import"</b>
                <span>"Workflow files of Reporunner and of n8n"</span>
            </div>
        </Show>
    }
}
