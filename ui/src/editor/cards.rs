//! What floats over a corner of the canvas: why a run failed, and the call that is waited for.

use leptos::prelude::*;
use reporunner_model::{NodeError, NodeId, RunStatus};

use super::context::EditorContext;
use super::desk::use_desk;
use super::run_view::Listening;
use crate::browser;
use crate::kit::{Button, ButtonKind, Icon, IconButton, Spinner};
use crate::time;

/// The cards.
#[component]
pub(super) fn Cards() -> impl IntoView {
    view! {
        <div class="rr-cards">
            <FailCard/>
            <ListeningCard/>
        </div>
    }
}

/// Why the run that is shown failed.
#[derive(Debug, Clone, PartialEq)]
struct Cause {
    run: reporunner_model::RunId,
    node: Option<NodeId>,
    title: String,
    error: NodeError,
}

fn cause(editor: EditorContext) -> Option<Cause> {
    editor.run.with(|run| {
        let run = run.as_ref().filter(|run| run.summary.status == RunStatus::Failed)?;
        let error = run.summary.error.as_ref()?;
        let node_run = error.node.as_ref().and_then(|node| run.latest(node));
        let detail = node_run.and_then(|run| run.error.clone()).unwrap_or_else(|| {
            let plain = NodeError::new(error.message.clone());
            match &error.hint {
                Some(hint) => plain.hint(hint.clone()),
                None => plain,
            }
        });
        let detail = if detail.message.trim().is_empty() {
            NodeError { message: "It gave no message".to_owned(), ..detail }
        } else {
            detail
        };
        let items: usize = node_run.map_or(0, |run| run.input_counts.iter().sum());
        let name = if error.node_name.is_empty() { "The run" } else { &error.node_name };
        let title = match detail.item {
            Some(item) if items > 1 => format!("{name} failed on item {} of {items}", item + 1),
            _ => format!("{name} failed"),
        };
        Some(Cause { run: run.summary.id.clone(), node: error.node.clone(), title, error: detail })
    })
}

#[component]
fn FailCard() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let cause = Memo::new(move |_| cause(editor));
    // A failing run opens its node, once.
    Effect::new(move |before: Option<Option<reporunner_model::RunId>>| {
        let now = cause.get();
        let run = now.as_ref().map(|cause| cause.run.clone());
        if let Some(cause) = now
            && before.flatten().as_ref() != Some(&cause.run)
            && desk.failure_seen.get_untracked().as_ref() != Some(&cause.run)
        {
            editor.announce(format!("{}. {}", cause.title, cause.error.message));
            if let Some(node) = cause.node {
                desk.open_node(node);
            }
        }
        run
    });
    let shown =
        move || cause.get().filter(|cause| desk.failure_seen.get().as_ref() != Some(&cause.run));
    let card = move |cause: Cause| {
        let run = cause.run;
        let item = cause.error.item;
        let node = StoredValue::new(cause.node);
        let open = move |_| {
            if let Some(node) = node.get_value() {
                desk.open_node(node);
            }
            if let Some(item) = item {
                editor.item.set(item);
            }
        };
        let see = if item.is_some() { "See the item" } else { "Open the node" };
        view! {
            <section class="rr-card rr-card--fail" data-floats="" role="alert">
                <header class="rr-card__head">
                    <b>{cause.title}</b>
                    <IconButton icon="x" label="Put away" on_press=move |_| desk.failure_seen.set(Some(run.clone()))/>
                </header>
                <p class="rr-card__text rr-text">{format!("{}.", crate::inspector::said(&cause.error.message).trim_end_matches('.'))}</p>
                {cause.error.hint.map(|hint| view! {
                    <p class="rr-card__hint rr-text"><Icon name="wrench"/><span>{hint}</span></p>
                })}
                <div class="rr-card__foot">
                    <Show when=move || node.with_value(Option::is_some)>
                        <Button icon="search" on_press=open>{see}</Button>
                    </Show>
                    <Show when=move || !editor.read_only>
                        <Button kind=ButtonKind::Quiet icon="play" on_press=move |_| editor.start_run(Default::default(), None)>
                            "Run again"
                        </Button>
                    </Show>
                </div>
            </section>
        }
    };
    view! { {move || shown().map(card)} }
}

#[component]
fn ListeningCard() -> impl IntoView {
    let editor = use_desk().editor;
    view! {
        {move || editor.listening.get().map(|listening| view! { <Waits listening/> })}
    }
}

#[component]
fn Waits(
    /// What is waited for.
    listening: Listening,
) -> impl IntoView {
    let editor = use_desk().editor;
    let name = editor.document.with_untracked(|document| {
        let node = document.workflow().nodes.get(&listening.node);
        node.map_or_else(|| "the webhook".to_owned(), |node| node.name.clone())
    });
    let left = RwSignal::new(String::new());
    count_down(left, listening.until.0);
    let address = listening.address.clone();
    let on_copy = move |_| {
        let address = address.clone();
        leptos::task::spawn_local(async move {
            if browser::copy_text(&address).await {
                editor.announce("Address copied");
            } else {
                editor.app.toast("The clipboard cannot be written from here; select the address");
            }
        });
    };
    let is_form = listening.address.contains("/form-test/");
    let (waiting, first) = if is_form {
        let first = "Open the address in a browser. The first answer starts the run.";
        (format!("Waiting for {name} to be filled in"), first)
    } else {
        (format!("Waiting for a call to {name}"), "The first call starts the run.")
    };
    view! {
        <section class="rr-card rr-card--wait" data-floats="" role="status">
            <header class="rr-card__head">
                <Spinner/>
                <b class="rr-grow">{waiting}</b>
                <span class="rr-num rr-card__left">{move || left.get()}</span>
            </header>
            <div class="rr-card__address">
                <code class="rr-text">{listening.address}</code>
                <IconButton icon="copy" label="Copy the address" on_press=on_copy/>
            </div>
            <p class="rr-card__text">{first}</p>
            <div class="rr-card__foot">
                <Button on_press=move |_| editor.stop()>"Cancel"</Button>
            </div>
        </section>
    }
}

/// Shows the time left until `until` each second, as long as somebody looks.
fn count_down(left: RwSignal<String>, until: i64) {
    let seconds = (until - time::now().0).max(0) / 1000;
    let text = format!("{}:{:02} left", seconds / 60, seconds % 60);
    if left.try_set(text).is_none() && seconds > 0 {
        time::after(1_000, move || count_down(left, until));
    }
}
