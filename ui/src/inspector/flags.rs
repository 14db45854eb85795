//! What happens around the node's run: failure, retries, time limit.

use leptos::prelude::*;
use reporunner_model::{Edit, NodeFlags, NodeId, OnError, limits};

use super::whole_number::{Whole, WholeNumberLine};
use crate::editor::context::{EditorContext, use_editor};
use crate::kit::{Select, Switch};

/// The nodes whose flags are shown, with their flags. One, or several that share a form.
pub(super) type Flagged = Memo<Vec<(NodeId, NodeFlags)>>;

/// The flags of these nodes. Copies are the same.
#[derive(Clone, Copy)]
struct Shared {
    editor: EditorContext,
    nodes: Flagged,
}

impl Shared {
    /// Changes the flags of all.
    fn change(self, label: &str, change: impl Fn(&mut NodeFlags)) {
        let edits = self.nodes.with_untracked(|nodes| {
            let changed = nodes.iter().filter_map(|(id, before)| {
                let mut flags = before.clone();
                change(&mut flags);
                (flags != *before).then(|| Edit::SetFlags { id: id.clone(), flags })
            });
            changed.collect::<Vec<_>>()
        });
        self.editor.send_edit(label, edits);
    }

    /// What all have alike; none where they differ.
    fn alike<T: PartialEq>(self, read: impl Fn(&NodeFlags) -> T) -> Option<T> {
        self.nodes.with(|nodes| {
            let mut all = nodes.iter().map(|(_, flags)| read(flags));
            let first = all.next()?;
            all.all(|other| other == first).then_some(first)
        })
    }

    /// A number that all have alike as text; empty where none is set or they differ.
    fn number(self, read: fn(&NodeFlags) -> Option<u64>) -> Signal<String> {
        Signal::derive(move || {
            let number = self.alike(read).flatten();
            number.map(|number| number.to_string()).unwrap_or_default()
        })
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
    /// Whether some have it on and some off.
    #[prop(optional, into)]
    mixed: Signal<bool>,
    /// Whether it cannot be switched.
    read_only: bool,
    /// What a person wants it to be.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <div class="rr-param rr-param--inline">
            <div class="rr-param__head">
                <span class="rr-param__label">{label}</span>
                <Show when=move || mixed.get()><span class="rr-badge">"some"</span></Show>
            </div>
            <div class="rr-param__control">
                <Switch on label=Signal::stored(label.to_owned()) disabled=Signal::stored(read_only) on_change/>
            </div>
            {(!help.is_empty()).then(|| view! { <p class="rr-param__help">{help}</p> })}
        </div>
    }
}

/// What is on or off of all, and whether they differ.
fn switch(shared: Shared, read: fn(&NodeFlags) -> bool) -> (Signal<bool>, Signal<bool>) {
    let alike = Memo::new(move |_| shared.alike(read));
    let on = Signal::derive(move || alike.get() == Some(true));
    (on, Signal::derive(move || alike.get().is_none()))
}

/// The part of the panel.
#[component]
pub(super) fn Flags(
    /// The nodes.
    nodes: Flagged,
    /// Whether nothing can be changed.
    read_only: bool,
) -> impl IntoView {
    let shared = Shared { editor: use_editor(), nodes };
    let (retry, retry_mixed) = switch(shared, |flags| flags.retry_on_fail);
    let (once, once_mixed) = switch(shared, |flags| flags.execute_once);
    let (always, always_mixed) = switch(shared, |flags| flags.always_output_data);
    view! {
        <div class="rr-form">
            <WhenItFails shared read_only/>
            <SwitchLine
                label="Try again when it fails"
                on=retry
                mixed=retry_mixed
                read_only
                on_change=move |on| shared.change("Set retries", |flags| flags.retry_on_fail = on)
            />
            <Show when=move || retry.get()><Retries shared read_only/></Show>
            <SwitchLine
                label="Look at the first item only"
                help="The other items are left out, as if they had not come."
                on=once
                mixed=once_mixed
                read_only
                on_change=move |on| shared.change("Set first item only", |flags| flags.execute_once = on)
            />
            <SwitchLine
                label="Always give an item"
                help="Gives one empty item where it would give none, so that what follows runs."
                on=always
                mixed=always_mixed
                read_only
                on_change=move |on| shared.change("Set always an item", |flags| flags.always_output_data = on)
            />
            <TimeLimit shared read_only/>
        </div>
    }
}

/// What happens on a failure.
#[component]
fn WhenItFails(
    /// The flags.
    shared: Shared,
    /// Whether nothing can be changed.
    read_only: bool,
) -> impl IntoView {
    let options: Vec<(String, String)> = ON_ERROR
        .iter()
        .map(|(_, value, words)| ((*value).to_owned(), (*words).to_owned()))
        .collect();
    let on_error = Signal::derive(move || {
        let now = shared.alike(|flags| flags.on_error);
        let found = ON_ERROR.iter().find(|(known, ..)| Some(*known) == now);
        found.map_or("They differ", |(_, value, _)| value).to_owned()
    });
    let pick = move |picked: String| {
        let found = ON_ERROR.iter().find(|(_, value, _)| *value == picked);
        if let Some((chosen, ..)) = found.filter(|_| !read_only) {
            shared.change("Set what happens on failure", |flags| flags.on_error = *chosen);
        }
    };
    view! {
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"When it fails"</span></div>
            <Select options=Signal::stored(options) value=on_error label="When it fails" on_pick=pick/>
        </div>
    }
}

/// How often and how soon it is tried again.
#[component]
fn Retries(
    /// The flags.
    shared: Shared,
    /// Whether nothing can be changed.
    read_only: bool,
) -> impl IntoView {
    let tries =
        shared.number(|flags| Some(u64::from(flags.max_tries.unwrap_or(limits::TRIES_DEFAULT))));
    let wait = shared
        .number(|flags| Some(flags.wait_between_tries.unwrap_or(limits::TRY_WAIT_DEFAULT_MS)));
    let some_tries = Whole {
        least: u64::from(limits::TRIES_MIN),
        most: u64::from(limits::TRIES_MAX),
        or_nothing: false,
    };
    let set_tries = Callback::new(move |tries: Option<u64>| {
        let tries = tries.and_then(|tries| u32::try_from(tries).ok());
        shared.change("Set tries", |flags| flags.max_tries = tries);
    });
    let some_wait = Whole { least: 0, most: limits::TRY_WAIT_MAX_MS, or_nothing: false };
    let set_wait = Callback::new(move |wait: Option<u64>| {
        shared.change("Set the wait between tries", |flags| flags.wait_between_tries = wait);
    });
    view! {
        <div class="rr-form__pair">
            <WholeNumberLine
                label="Tries in all"
                value=tries
                takes=some_tries
                read_only
                help=format!("{} to {}", limits::TRIES_MIN, limits::TRIES_MAX)
                on_send=set_tries
            />
            <WholeNumberLine
                label="Wait between them, ms"
                value=wait
                takes=some_wait
                read_only
                help=format!("At most {}", limits::TRY_WAIT_MAX_MS)
                on_send=set_wait
            />
        </div>
    }
}

/// How long it may take.
#[component]
fn TimeLimit(
    /// The flags.
    shared: Shared,
    /// Whether nothing can be changed.
    read_only: bool,
) -> impl IntoView {
    let value = shared.number(|flags| flags.timeout_ms);
    let takes = Whole { least: 1, most: u64::from(u32::MAX), or_nothing: true };
    let send = Callback::new(move |limit: Option<u64>| {
        shared.change("Set the time limit", |flags| flags.timeout_ms = limit);
    });
    view! {
        <WholeNumberLine
            label="Ends after, ms"
            value
            takes
            placeholder="no limit"
            read_only
            help="A run of this node that takes longer is ended and counts as failed."
            on_send=send
        />
    }
}
