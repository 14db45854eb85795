//! The inspector: what the selected node is and asks for, in the right pane.
//!
//! The form is made from the node type's description alone; no node type is known here. It shows
//! and sends edits; values of expressions come from the backend.

mod assignments;
mod choices;
mod code;
mod conditions;
mod expression;
mod field;
mod flags;
mod footer;
mod form;
mod header;
mod help;
mod insert;
mod last_run;
mod markdown;
mod nested;
mod notes;
mod operators;
mod path;
mod paths;
mod popout;
mod previews;
mod records;
mod several;
mod strings;
mod stub;
mod summary;
mod tabs;
mod template;
mod text;
mod which_workflow;
mod whole_number;
mod workflow;

pub(crate) use code::json_trouble;
pub(crate) use strings::said;
pub(crate) use template::{accessor, node_root};

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::{NodeId, PortRule, ProblemKind, unknown_parameters};

use crate::browser;
use crate::editor::context::use_editor;
use crate::kit::{Icon, IconButton};
use field::Properties;
use form::{Form, use_form};
use several::Several;
use summary::WorkflowPanel;
use tabs::{Body, Tabs};

/// The parts of a node's panel.
const PARTS: &[(&str, &str)] = &[
    ("parameters", "Parameters"),
    ("errors", "Errors and retries"),
    ("notes", "Notes"),
    ("help", "Help"),
];

/// The inspector of what is selected.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let editor = use_editor();
    let selected = editor.selected_node();
    let several = Memo::new(move |_| {
        editor.selection.with(|selection| selection.nodes.len() + selection.notes.len() > 1)
    });
    let part = RwSignal::new("parameters");
    let (workflow, selection) = (RwSignal::new("about"), RwSignal::new("selected"));
    let on_key = move |event: KeyboardEvent| {
        // What closes first (a list of completions, a search) takes the key for itself.
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            browser::focus(".rr-canvas");
        }
    };
    view! {
        <div class="rr-insp" on:keydown=on_key>
            {move || match selected.get() {
                Some(id) => view! { <NodePanel id part/> }.into_any(),
                None if several.get() => view! { <Several part=selection/> }.into_any(),
                None => view! { <WorkflowPanel part=workflow/> }.into_any(),
            }}
        </div>
    }
}

/// All about one node.
#[component]
fn NodePanel(
    /// Which.
    id: NodeId,
    /// The part shown; stays when another node is selected.
    part: RwSignal<&'static str>,
) -> impl IntoView {
    let editor = use_editor();
    let node_type = editor.document.with_untracked(|document| {
        document.workflow().nodes.get(&id).map(|node| node.node_type.clone())
    });
    let description = node_type
        .and_then(|name| editor.app.catalog.with_untracked(|catalog| catalog.get(&name).cloned()));
    let properties = description.as_ref().map(|found| found.properties.clone()).unwrap_or_default();
    let known = description.is_some();
    // Where nothing comes in there is nothing to drag.
    let has_input = description.as_ref().is_some_and(|found| found.inputs != PortRule::none());
    let form = Form::new(editor, id, Arc::new(properties));
    provide_context(form);
    let description = StoredValue::new(description);
    let previews = form.previews;
    let flags = Memo::new(move |_| {
        form.node.with(|node| {
            node.iter().map(|node| (node.id.clone(), node.flags.clone())).collect::<Vec<_>>()
        })
    });
    let read_only = editor.read_only;
    // What the type does not ask for, as far as it says anything.
    let unknown = Memo::new(move |_| {
        description.with_value(|description| {
            let node = form.node.get()?;
            let unknown = unknown_parameters(description.as_ref()?, &node);
            (!unknown.is_empty())
                .then(|| unknown.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(", "))
        })
    });
    let body = move || match part.get() {
        "errors" => view! { <flags::Flags nodes=flags read_only/> }.into_any(),
        "notes" => view! { <notes::Notes/> }.into_any(),
        "help" => view! { <help::Help description=description.get_value()/> }.into_any(),
        _ => view! { <Parameters known has_input unknown/> }.into_any(),
    };
    view! {
        <header::Header description=description.get_value()/>
        <Tabs tabs=PARTS chosen=part label="Parts of the node's panel"/>
        <Body chosen=part on_scroll=move |()| previews.schedule()>{body}</Body>
        <footer::Footer/>
        <popout::PopOut/>
    }
}

/// The form.
#[component]
fn Parameters(
    /// Whether the node's type is known here.
    known: bool,
    /// Whether items come in.
    has_input: bool,
    /// Parameters that the type does not ask for.
    unknown: Memo<Option<String>>,
) -> impl IntoView {
    let form = use_form();
    let properties = form.properties();
    let hint = match (properties.is_empty(), has_input) {
        (true, _) => Some("This node has nothing to set."),
        (false, true) => Some(strings::DRAG_HINT),
        (false, false) => None,
    };
    view! {
        <div class="rr-form">
            <RunTrouble/>
            <NodeProblems/>
            <Addresses/>
            {(!known).then(|| view! { <stub::Stub/> })}
            <Properties properties scope=Vec::new()/>
            {move || unknown.get().map(|names| view! {
                <p class="rr-param__notice">
                    <Icon name="info"/>
                    <span class="rr-text">{format!("This node does not know {names}. What stands there is kept, exported again, and does nothing here.")}</span>
                </p>
            })}
            {hint.filter(|_| known).map(|hint| view! {
                <p class="rr-insp__hint"><Icon name="lightbulb"/><span>{hint}</span></p>
            })}
        </div>
    }
}

/// Why the node failed the last time.
#[component]
fn RunTrouble() -> impl IntoView {
    let form = use_form();
    let editor = form.editor;
    let error = Memo::new(move |_| {
        let id = form.id();
        let error = editor.run.with(|run| {
            let run = run.as_ref().filter(|run| !run.stale.contains(&id))?;
            run.latest(&id)?.error.clone()
        });
        // A field that is shown says it itself.
        let properties = form.properties();
        error.filter(|error| match error.parameter.as_slice() {
            [name] => {
                let mine = properties.iter().filter(|property| property.name == *name);
                !mine.into_iter().any(|property| form.is_shown(property, &properties, &[]))
            }
            _ => true,
        })
    });
    move || {
        error.get().map(|error| view! {
        <div class="rr-insp__failed" role="alert">
            <Icon name="circle-x"/>
            <div>
                <b>{strings::sentence(&said(&error.message))}</b>
                {error.hint.map(|hint| view! { <p>{hint}</p> })}
                {error.item.map(|item| view! { <p class="rr-num">{format!("On item {}", item + 1)}</p> })}
            </div>
        </div>
    })
    }
}

/// What is wrong with the node as a whole.
#[component]
fn NodeProblems() -> impl IntoView {
    let form = use_form();
    let editor = form.editor;
    let problems = Memo::new(move |_| {
        let id = form.id();
        editor.document.with(|document| {
            let mine = document.problems.iter().filter(|problem| {
                // That a type is not here is said at length above.
                problem.kind != ProblemKind::UnknownType
                    && problem.node.as_ref() == Some(&id)
                    && problem.parameter.is_empty()
            });
            mine.map(|problem| problem.message.clone()).collect::<Vec<_>>()
        })
    });
    move || {
        let one = |message: String| {
            view! {
                <p class="rr-param__wrong"><Icon name="circle-alert"/><span>{message}</span></p>
            }
        };
        problems.get().into_iter().map(one).collect_view()
    }
}

/// The addresses of a webhook.
#[component]
fn Addresses() -> impl IntoView {
    let form = use_form();
    let editor = form.editor;
    let addresses = Memo::new(move |_| {
        let id = form.id();
        editor.document.with(|document| document.webhooks.get(&id).cloned())
    });
    // A caller who knows the port of the settings does not reach this node.
    let taken = Memo::new(move |_| {
        let welcome = editor.app.welcome;
        welcome.with(|welcome| Some(welcome.ready()?.webhook_port_taken.as_ref()?.why.clone()))
    });
    let line = move |words: &'static str, address: String| {
        let copied = address.clone();
        let copy = move |_| {
            let text = copied.clone();
            leptos::task::spawn_local(async move {
                if browser::copy_text(&text).await {
                    editor.app.toast("The address is copied");
                }
            });
        };
        view! {
            <div class="rr-address">
                <span class="rr-param__label">{words}</span>
                <div class="rr-address__line">
                    <code class="rr-address__text">{address}</code>
                    <IconButton icon="copy" label="Copy the address" on_press=copy/>
                </div>
            </div>
        }
    };
    move || {
        addresses.get().map(|found| {
            view! {
                {line("Address while testing", found.test)}
                {match found.published {
                    None => line("Address while live", found.production).into_any(),
                    Some(live) => view! {
                        {line("Address while live", live)}
                        <p class="rr-param__help">
                            {format!("The draft has another one, {}. It takes effect with Publish.", found.production)}
                        </p>
                    }
                    .into_any(),
                }}
                {taken.get().map(|why| view! {
                    <p class="rr-param__wrong"><Icon name="triangle-alert"/><span>{why}</span></p>
                })}
            }
        })
    }
}
