//! How faithful an import is: a sentence, what to do next, and a list that leads to the nodes.
//!
//! What the report says is the backend's; which of it is listed is `import_report/rows.rs`.

mod rows;

use leptos::prelude::*;
use reporunner_model::NodeId;
use reporunner_protocol::{GetImportReport, ImportReport};

use super::context::EditorContext;
use super::desk::{Desk, use_desk};
use crate::browser;
use crate::kit::{Button, ButtonKind, Dialog, Icon, Segmented, TextField, Tile, VirtualRows};
use crate::route::{self, Route, Tab};
use rows::{Part, Row, Tone, as_text, parts, rows, summary};

/// Height of a row, pixels.
const ROW: f64 = 52.0;
/// Least and most height of the list, pixels.
const LIST_LEAST: f64 = 156.0;
const LIST_MOST: f64 = 364.0;

/// Whether there is anything to report of the open workflow: it or a part of it came from n8n.
pub(super) fn is_foreign(editor: EditorContext) -> bool {
    editor.document.with_untracked(|document| {
        let workflow = document.workflow();
        workflow.orig.is_some() || workflow.nodes.values().any(|node| node.orig.is_some())
    })
}

/// Opens the report of the workflow as it is now.
pub(super) fn open(editor: EditorContext) {
    let id = editor.workflow_id();
    leptos::task::spawn_local(async move {
        super::outbox::settled(editor).await;
        if let Some(report) = editor.app.ask(GetImportReport { id: id.clone() }).await {
            editor.app.report.set(Some((id, report)));
        }
    });
}

/// The dialog, while the report that is open is this workflow's.
#[component]
pub(super) fn ImportReportDialog() -> impl IntoView {
    let desk = use_desk();
    let app = desk.editor.app;
    let id = desk.editor.workflow_id();
    let report = Memo::new(move |_| {
        app.report.with(|open| {
            open.as_ref().filter(|(of, _)| *of == id).map(|(_, report)| report.clone())
        })
    });
    let name =
        Memo::new(move |_| desk.editor.document.with(|document| document.workflow().name.clone()));
    let close = Callback::new(move |()| {
        app.report.set(None);
        desk.canvas.focus();
    });
    let look = Callback::new(move |()| {
        app.report.set(None);
        // The report may have been opened beside the canvas, from runs or versions.
        if desk.tab.get_untracked() != Tab::Editor {
            route::go(&Route::editor(desk.editor.workflow_id()));
        }
        desk.canvas.focus();
    });
    view! {
        <Dialog
            open=Signal::derive(move || report.with(Option::is_some))
            title=Signal::derive(move || format!("How {} came over", name.get()))
            size="l"
            on_close=close
        >
            {move || report.get().map(|report| view! { <Body report close=look/> })}
        </Dialog>
    }
}

#[component]
fn Body(
    /// What is reported.
    report: ImportReport,
    /// Closes the dialog and shows the canvas.
    close: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let sum = summary(&report);
    let next = report.next.clone();
    let text = StoredValue::new(as_text(&report));
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            if browser::copy_text(&text.get_value()).await {
                desk.editor.app.toast("The report is copied");
            }
        });
    };
    view! {
        <p class="rr-report__sum">{sum}</p>
        {(!next.is_empty()).then(|| view! {
            <section class="rr-report__next">
                <h3 class="rr-report__head">"What to do next"</h3>
                <ol>
                    {next.into_iter().map(|step| view! { <li class="rr-text">{step}</li> }).collect_view()}
                </ol>
            </section>
        })}
        <Found report close/>
        <footer class="rr-dialog__foot">
            <span class="rr-report__again">"You find this again in the workflow's menu."</span>
            <span class="rr-grow"></span>
            <Button kind=ButtonKind::Quiet icon="copy" on_press=copy>"Copy as text"</Button>
            <Button kind=ButtonKind::Primary on_press=move |_| close.run(())>"Look at the workflow"</Button>
        </footer>
    }
}

/// The list with its filters.
#[component]
fn Found(
    /// What is reported.
    report: ImportReport,
    /// Closes the dialog and shows the canvas.
    close: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let part = RwSignal::new(Part::Nodes);
    let typed = RwSignal::new(String::new());
    let options: Vec<(String, String)> = parts(&report)
        .into_iter()
        .map(|(part, count)| {
            (part.key().to_owned(), format!("{} {}", part.words(), crate::time::grouped(count)))
        })
        .collect();
    // As high as the longest part needs, so that nothing moves when another is listed.
    let most = parts(&report).into_iter().map(|(_, count)| count).max().unwrap_or_default();
    let height = (most as f64 * ROW).clamp(LIST_LEAST, LIST_MOST);
    let report = StoredValue::new(report);
    let shown = Memo::new(move |_| {
        let wanted = typed.get().trim().to_lowercase();
        let all = report.with_value(|report| rows(report, part.get()));
        let called = |row: Row| desk.editor.app.catalog.with(|catalog| row.called(catalog));
        all.into_iter().map(called).filter(|row| row.has(&wanted)).collect::<Vec<Row>>()
    });
    let render = Callback::new(move |index: usize| {
        let row = shown.with(|rows| rows.get(index).cloned());
        row.map(|row| view! { <Line row desk close/> }.into_any()).unwrap_or_else(|| ().into_any())
    });
    view! {
        <div class="rr-report__tools">
            <Segmented options=Signal::stored(options) label="What is listed"
                value=Signal::derive(move || part.get().key().to_owned())
                on_pick=move |key: String| part.set(Part::of(&key))/>
            <TextField value=typed label="Search the report" placeholder="Search" icon="search" kind="search"
                on_input=move |text| typed.set(text)/>
        </div>
        <div class="rr-report__list" style:height=format!("{height}px")>
            {move || match shown.with(Vec::len) {
                0 => view! { <p class="rr-report__none">"Nothing here has that in it."</p> }.into_any(),
                // The rows in sight are made anew with their list: their places mean others now.
                _ => view! {
                    <VirtualRows count=Signal::derive(move || shown.with(Vec::len)) row=ROW
                        label="What came over" render/>
                }
                .into_any(),
            }}
        </div>
    }
}

#[component]
fn Line(
    /// What it says.
    row: Row,
    /// The page, to go to the node.
    desk: Desk,
    /// Closes the dialog and shows the canvas.
    close: Callback<()>,
) -> impl IntoView {
    let Row { node, node_type, title, detail, code, tone, state } = row;
    let tile = match node_type {
        Some(node_type) => {
            view! { <Tile node_type=Signal::stored(node_type) size="m"/> }.into_any()
        }
        None => view! { <span class="rr-report__mark"><Icon name="wrench"/></span> }.into_any(),
    };
    let class = format!("rr-report__state rr-report__state--{}", tone.as_str());
    let inner = view! {
        {tile}
        <span class="rr-report__words">
            <b>{title}</b>
            <span class="rr-report__detail" class=("rr-report__detail--code", code)>{detail}</span>
        </span>
        <span class=class><Icon name=icon_of(tone)/>{state}</span>
    };
    match node {
        Some(node) => {
            let go = move |_| leave_for(desk, close, node.clone());
            view! { <button type="button" class="rr-report__row" on:click=go>{inner}</button> }
                .into_any()
        }
        None => view! { <div class="rr-report__row">{inner}</div> }.into_any(),
    }
}

fn leave_for(desk: Desk, close: Callback<()>, node: NodeId) {
    close.run(());
    let here = desk
        .editor
        .document
        .with_untracked(|document| document.workflow().nodes.contains_key(&node));
    if here {
        desk.open_node(node);
    } else {
        desk.editor.app.toast("That node is not in the workflow any more");
    }
}

fn icon_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "circle-check",
        Tone::Look => "circle-alert",
        Tone::Missing => "circle-dashed",
        Tone::Bad => "circle-x",
        Tone::Choose => "key",
    }
}
