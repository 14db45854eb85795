//! What happens around the node's run: failure, retries, time limit.

use leptos::prelude::*;
use reporunner_model::{Edit, NodeFlags, OnError, limits};

use super::form::{Form, use_form};
use super::header::PlainLine;
use crate::kit::{Select, Switch};

fn change(form: Form, label: &str, change: impl FnOnce(&mut NodeFlags)) {
    let Some(mut flags) = form.node.with_untracked(|node| node.as_ref().map(|n| n.flags.clone()))
    else {
        return;
    };
    let before = flags.clone();
    change(&mut flags);
    if flags != before {
        form.editor.send_edit(label, vec![Edit::SetFlags { id: form.id(), flags }]);
    }
}

const ON_ERROR: &[(OnError, &str, &str)] = &[
    (OnError::StopWorkflow, "stop", "Stop the run"),
    (OnError::ContinueRegularOutput, "regular", "Go on from the normal output"),
    (OnError::ContinueErrorOutput, "error", "Go on from an output for errors"),
];

/// A switch with its words.
#[component]
pub(super) fn SwitchLine(
    /// What it switches.
    label: &'static str,
    /// One sentence about it.
    #[prop(optional)]
    help: &'static str,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Whether it cannot be switched.
    read_only: bool,
    /// What a person wants it to be.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <div class="rr-param rr-param--inline">
            <div class="rr-param__head"><span class="rr-param__label">{label}</span></div>
            <div class="rr-param__control">
                <Switch on label=Signal::stored(label.to_owned()) disabled=Signal::stored(read_only) on_change/>
            </div>
            {(!help.is_empty()).then(|| view! { <p class="rr-param__help">{help}</p> })}
        </div>
    }
}

/// The part of the panel.
#[component]
pub(super) fn Flags() -> impl IntoView {
    let form = use_form();
    let off = form.read_only();
    let flags = Memo::new(move |_| {
        form.node.with(|node| node.as_ref().map(|node| node.flags.clone()).unwrap_or_default())
    });
    let options: Vec<(String, String)> = ON_ERROR
        .iter()
        .map(|(_, value, words)| ((*value).to_owned(), (*words).to_owned()))
        .collect();
    let on_error = Signal::derive(move || {
        let now = flags.with(|flags| flags.on_error);
        let found = ON_ERROR.iter().find(|(known, ..)| *known == now);
        found.map(|(_, value, _)| (*value).to_owned()).unwrap_or_default()
    });
    let pick = move |picked: String| {
        let found = ON_ERROR.iter().find(|(_, value, _)| *value == picked);
        if let Some((chosen, ..)) = found.filter(|_| !off) {
            change(form, "Set what happens on failure", |flags| flags.on_error = *chosen);
        }
    };
    view! {
        <div class="rr-form">
            <div class="rr-param">
                <div class="rr-param__head"><span class="rr-param__label">"When it fails"</span></div>
                <Select options=Signal::stored(options) value=on_error label="When it fails" on_pick=pick/>
            </div>
            <SwitchLine
                label="Try again when it fails"
                on=Signal::derive(move || flags.with(|flags| flags.retry_on_fail))
                read_only=off
                on_change=move |on| change(form, "Set retries", |flags| flags.retry_on_fail = on)
            />
            <Show when=move || flags.with(|flags| flags.retry_on_fail)><Retries flags/></Show>
            <SwitchLine
                label="Look at the first item only"
                on=Signal::derive(move || flags.with(|flags| flags.execute_once))
                read_only=off
                on_change=move |on| change(form, "Set first item only", |flags| flags.execute_once = on)
            />
            <SwitchLine
                label="Always give an item"
                help="Gives one empty item where it would give none, so that what follows runs."
                on=Signal::derive(move || flags.with(|flags| flags.always_output_data))
                read_only=off
                on_change=move |on| change(form, "Set always an item", |flags| flags.always_output_data = on)
            />
            <TimeLimit flags/>
        </div>
    }
}

/// How often and how soon it is tried again.
#[component]
fn Retries(
    /// The node's flags.
    flags: Memo<NodeFlags>,
) -> impl IntoView {
    let form = use_form();
    let tries = Signal::derive(move || {
        flags.with(|flags| flags.max_tries.unwrap_or(limits::TRIES_DEFAULT)).to_string()
    });
    let wait = Signal::derive(move || {
        flags
            .with(|flags| flags.wait_between_tries.unwrap_or(limits::TRY_WAIT_DEFAULT_MS))
            .to_string()
    });
    let set_tries = Callback::new(move |text: String| {
        if let Ok(tries) = text.trim().parse::<u32>() {
            let tries = tries.clamp(limits::TRIES_MIN, limits::TRIES_MAX);
            change(form, "Set tries", |flags| flags.max_tries = Some(tries));
        }
    });
    let set_wait = Callback::new(move |text: String| {
        if let Ok(wait) = text.trim().parse::<u64>() {
            let wait = wait.min(limits::TRY_WAIT_MAX_MS);
            change(form, "Set the wait between tries", |flags| {
                flags.wait_between_tries = Some(wait)
            });
        }
    });
    view! {
        <div class="rr-form__pair">
            <PlainLine
                label="Tries in all"
                value=tries
                read_only=form.read_only()
                help=format!("{} to {}", limits::TRIES_MIN, limits::TRIES_MAX)
                on_send=set_tries
            />
            <PlainLine
                label="Wait between them, ms"
                value=wait
                read_only=form.read_only()
                help=format!("At most {}", limits::TRY_WAIT_MAX_MS)
                on_send=set_wait
            />
        </div>
    }
}

/// How long it may take.
#[component]
fn TimeLimit(
    /// The node's flags.
    flags: Memo<NodeFlags>,
) -> impl IntoView {
    let form = use_form();
    let value = Signal::derive(move || {
        flags.with(|flags| flags.timeout_ms.map(|ms| ms.to_string()).unwrap_or_default())
    });
    let send = Callback::new(move |text: String| {
        let text = text.trim();
        let limit = text.parse::<u64>().ok().filter(|limit| *limit > 0);
        if text.is_empty() || limit.is_some() {
            change(form, "Set the time limit", |flags| flags.timeout_ms = limit);
        }
    });
    view! {
        <PlainLine
            label="Ends after, ms"
            value
            placeholder="no limit"
            read_only=form.read_only()
            help="A run of this node that takes longer is ended and counts as failed."
            on_send=send
        />
    }
}
