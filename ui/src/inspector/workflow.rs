//! What can be written and set about the workflow as a whole.

use leptos::prelude::*;
use reporunner_model::{Durability, Edit, ExecutionOrder, TextPath, Workflow};
use reporunner_protocol::{ListWorkflows, WorkflowFilter};
use serde_json::{Value, json};

use super::flags::SwitchLine;
use super::header::PlainLine;
use super::strings;
use super::whole_number::{Whole, WholeNumberLine};
use crate::codemirror::{CodeEditor, EditorHandle, Setup, Typed, diff};
use crate::editor::context::{EditorContext, use_editor};
use crate::kit::{Icon, Segmented, Select};

/// A number of something, or no limit.
const SOME: Whole = Whole { least: 1, most: u32::MAX as u64, or_nothing: true };

/// What the workflow is: description and tags.
#[component]
pub(super) fn About() -> impl IntoView {
    let editor = use_editor();
    view! {
        {if editor.read_only {
            view! { <Written/> }.into_any()
        } else {
            view! {
                <Description/>
                <Tags/>
            }
            .into_any()
        }}
        <p class="rr-insp__hint">
            <Icon name="mouse-pointer-click"/><span>{strings::NOTHING}</span>
        </p>
    }
}

/// How it runs and what is kept.
#[component]
pub(super) fn Settings() -> impl IntoView {
    view! {
        <div class="rr-form">
            <Running/>
            <Triggered/>
            <Keeping/>
        </div>
    }
}

fn part<T: PartialEq + Clone + Send + Sync + 'static>(
    editor: EditorContext,
    read: impl Fn(&Workflow) -> T + Send + Sync + 'static,
) -> Signal<T> {
    Memo::new(move |_| editor.document.with(|document| read(document.workflow()))).into()
}

fn set(editor: EditorContext, key: &str, value: Value) {
    let edit = Edit::SetSetting { key: key.to_owned(), value: Some(value) };
    editor.send_edit("Change the workflow's settings", vec![edit]);
}

/// Description and tags as they are, where there are any: nothing can be changed.
#[component]
fn Written() -> impl IntoView {
    let editor = use_editor();
    let text = part(editor, |workflow| workflow.description.trim().to_owned());
    let tags = part(editor, |workflow| workflow.tags.clone());
    let chip = |tag: String| view! { <span class="rr-tagchip">{tag}</span> };
    view! {
        <Show when=move || text.with(|text| !text.is_empty())>
            <div class="rr-param">
                <div class="rr-param__head"><span class="rr-param__label">"Description"</span></div>
                <p class="rr-insp__written rr-text">{move || text.get()}</p>
            </div>
        </Show>
        <Show when=move || tags.with(|tags| !tags.is_empty())>
            <div class="rr-param">
                <div class="rr-param__head"><span class="rr-param__label">"Tags"</span></div>
                <div class="rr-tagchips rr-tagchips--plain">
                    {move || tags.get().into_iter().map(chip).collect_view()}
                </div>
            </div>
        </Show>
    }
}

#[component]
fn Description() -> impl IntoView {
    let editor = use_editor();
    let value = part(editor, |workflow| workflow.description.clone());
    let on_typed = Callback::new(move |typed: Typed| {
        if let Some(change) = diff(&typed.before, &typed.text) {
            let edit = Edit::SpliceText {
                text: TextPath::Description,
                at: change.at,
                remove: change.remove,
                insert: change.insert,
            };
            editor.send_edit("Describe the workflow", vec![edit]);
        }
    });
    let setup = Setup {
        label: "Description".to_owned(),
        placeholder: "What it is for".to_owned(),
        ..Setup::default()
    };
    view! {
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"Description"</span></div>
            <div class="rr-codebox rr-codebox--prose">
                <CodeEditor value setup read_only=false handle=EditorHandle::new() on_typed/>
            </div>
        </div>
    }
}

#[component]
fn Tags() -> impl IntoView {
    let editor = use_editor();
    let tags = part(editor, |workflow| workflow.tags.clone());
    let typed = RwSignal::new(String::new());
    let change = move |tag: String, on: bool| {
        editor.send_edit("Change the tags", vec![Edit::SetTag { tag, on }]);
    };
    let add = move || {
        let tag = typed.get_untracked().trim().to_owned();
        if !tag.is_empty() {
            typed.set(String::new());
            change(tag, true);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" || event.key() == "," {
            event.prevent_default();
            add();
        }
    };
    let chip = move |tag: String| {
        let mine = tag.clone();
        view! {
            <span class="rr-tagchip">
                {tag.clone()}
                <button type="button" aria-label=format!("Take the tag {tag} away")
                    on:click=move |_| change(mine.clone(), false)><Icon name="x"/></button>
            </span>
        }
    };
    view! {
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"Tags"</span></div>
            <div class="rr-tagchips">
                {move || tags.get().into_iter().map(chip).collect_view()}
                <input
                    class="rr-tagchips__input"
                    aria-label="Add a tag"
                    placeholder="Add a tag"
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                    on:keydown=on_key
                    on:blur=move |_| add()
                />
            </div>
        </div>
    }
}

#[component]
fn Running() -> impl IntoView {
    let editor = use_editor();
    let off = editor.read_only;
    let order = part(editor, |workflow| match workflow.settings.execution_order {
        ExecutionOrder::Concurrent => "concurrent".to_owned(),
        ExecutionOrder::V1 => "v1".to_owned(),
        ExecutionOrder::V0 => "v0".to_owned(),
    });
    let orders: Vec<(String, String)> = [
        ("concurrent", "Branches at the same time"),
        ("v1", "One branch after the other, topmost first"),
        ("v0", "As n8n did before its version 1"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()))
    .into();
    let zone = part(editor, |workflow| workflow.settings.timezone.clone());
    let here = editor.app.welcome.with_untracked(|welcome| {
        welcome.ready().map(|welcome| welcome.timezone.clone()).unwrap_or_default()
    });
    let set_zone = Callback::new(move |text: String| set(editor, "timezone", json!(text.trim())));
    let limit = part(editor, |workflow| match workflow.settings.execution_timeout {
        0 => String::new(),
        seconds => seconds.to_string(),
    });
    let set_limit = Callback::new(move |seconds: Option<u64>| {
        set(editor, "executionTimeout", json!(seconds.unwrap_or_default()));
    });
    let pick = move |picked: String| {
        if !off {
            set(editor, "executionOrder", json!(picked));
        }
    };
    view! {
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"Order of branches"</span></div>
            <Select options=Signal::stored(orders) value=order label="Order of branches" on_pick=pick/>
            <p class="rr-param__help">"What runs first where a node leads to several. The first is the fastest; the others are for workflows that count on an order."</p>
        </div>
        <PlainLine label="Time zone" value=zone placeholder=format!("{here}, as this machine")
            read_only=off help="For dates in expressions and for schedules. A name such as Europe/Berlin." on_send=set_zone/>
        <WholeNumberLine label="A run ends after, seconds" value=limit takes=SOME placeholder="no limit"
            read_only=off help="A run that takes longer is ended and counts as stopped." on_send=set_limit/>
    }
}

/// What its triggers start, and who is told where that fails.
#[component]
fn Triggered() -> impl IntoView {
    let editor = use_editor();
    let off = editor.read_only;
    let most = part(editor, |workflow| match workflow.settings.max_runs {
        0 => String::new(),
        runs => runs.to_string(),
    });
    let set_most = Callback::new(move |runs: Option<u64>| {
        set(editor, "maxRuns", json!(runs.unwrap_or_default()));
    });
    let others = RwSignal::new(Vec::<(String, String)>::new());
    leptos::task::spawn_local(async move {
        let filter = WorkflowFilter::default();
        if let Ok(list) = editor.app.backend.call(ListWorkflows { filter }).await {
            let list = list.into_iter().map(|other| (other.id.to_string(), other.name));
            others.try_set(list.collect());
        }
    });
    let told =
        part(editor, |workflow| workflow.settings.error_workflow.clone().unwrap_or_default());
    let options = Signal::derive(move || {
        let mut all = vec![(String::new(), "nothing".to_owned())];
        all.extend(others.get());
        let told = told.get();
        // An import names it by the id that it had where it came from.
        if all.iter().all(|(id, _)| *id != told) {
            all.push((told.clone(), format!("{told}, as the imported file says")));
        }
        all
    });
    let pick = move |picked: String| {
        if !off {
            let value = (!picked.is_empty()).then(|| json!(picked));
            let edit = Edit::SetSetting { key: "errorWorkflow".to_owned(), value };
            editor.send_edit("Change the workflow's settings", vec![edit]);
        }
    };
    view! {
        <WholeNumberLine label="Runs at once" value=most takes=SOME placeholder="any number"
            read_only=off help="How many its triggers have under way at most. Those beyond wait in a queue, first come first served." on_send=set_most/>
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"When a live run fails, start"</span></div>
            <Select options value=told label="When a live run fails, start" on_pick=pick/>
            <p class="rr-param__help">"The other workflow begins with an Error Trigger, which gives what failed, where and why."</p>
        </div>
    }
}

#[component]
fn Keeping() -> impl IntoView {
    let editor = use_editor();
    let off = editor.read_only;
    let durability = part(editor, |workflow| match workflow.settings.durability {
        Durability::Durable => "durable".to_owned(),
        Durability::Memory => "memory".to_owned(),
    });
    let kinds: Vec<(String, String)> = [("durable", "every step on disk"), ("memory", "in memory")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into();
    let pick = move |picked: String| {
        if !off {
            set(editor, "durability", json!(picked));
        }
    };
    let in_memory = move || durability.with(|kind| kind == "memory");
    view! {
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"While it runs, keep"</span></div>
            <Segmented options=Signal::stored(kinds) value=durability label="While it runs, keep" look="box" on_pick=pick/>
            <p class="rr-param__help">
                {move || if in_memory() {
                    "Fastest. A run that is cut off by a crash is lost."
                } else {
                    "A run that is cut off goes on where it was."
                }}
            </p>
        </div>
        <SwitchLine
            label="Keep runs that succeed"
            help="With what every node gave, until they are older than the settings allow."
            on=part(editor, |workflow| workflow.settings.save_success)
            read_only=off
            on_change=move |on| set(editor, "saveSuccess", json!(on))
        />
        <SwitchLine
            label="Keep runs that fail"
            help="To see what went wrong, and to run them again."
            on=part(editor, |workflow| workflow.settings.save_failure)
            read_only=off
            on_change=move |on| set(editor, "saveFailure", json!(on))
        />
    }
}
