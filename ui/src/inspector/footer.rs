//! Running the node from its panel, and how long that took the last time.

use leptos::prelude::*;
use reporunner_model::{NodeRunState, StartFrom};

use super::form::use_form;
use crate::kit::{Button, ButtonKind, Icon};
use crate::time;

/// The foot of the panel.
#[component]
pub(super) fn Footer() -> impl IntoView {
    let form = use_form();
    let editor = form.editor;
    let running = Memo::new(move |_| editor.is_running());
    let to_here = move |_| editor.start_run(StartFrom::UpTo { node: form.id() }, None);
    let alone = move |_| editor.start_run(StartFrom::Only { node: form.id() }, None);
    let last = Memo::new(move |_| {
        let id = form.id();
        editor.run.with(|run| {
            let run = run.as_ref()?;
            let node = run.latest(&id)?;
            Some((node.state, node.micros, run.stale.contains(&id)))
        })
    });
    let time = move || {
        last.get().map(|(state, micros, stale)| {
            let (icon, class, words) = look(state);
            let time = time::length(micros);
            let tip = if stale { format!("{words}; changed since") } else { words.to_owned() };
            view! {
                <span class=format!("rr-insp__time rr-mark {class}") data-tip=tip>
                    <Icon name=icon/>
                    <span class="rr-num">{time}</span>
                    <span class="rr-unseen">{words}</span>
                </span>
            }
        })
    };
    let changeable = !editor.read_only;
    view! {
        <footer class="rr-insp__foot">
            {changeable.then(|| view! {
                <Show
                    when=move || running.get()
                    fallback=move || view! {
                        <Button icon="play" keys="Shift+Enter" on_press=to_here
                            tip="Runs what leads here, and this node">"Run to here"</Button>
                        <Button kind=ButtonKind::Quiet icon="flask-conical" on_press=alone
                            tip="Runs this node alone, on the input of the last run">"Run this node"</Button>
                    }
                >
                    <Button kind=ButtonKind::Danger icon="square" on_press=move |_| editor.stop()>"Stop"</Button>
                </Show>
            })}
            <span class="rr-grow"></span>
            {time}
        </footer>
    }
}

/// Icon, class and words of how a node stands.
fn look(state: NodeRunState) -> (&'static str, &'static str, &'static str) {
    use NodeRunState::*;
    match state {
        Queued => ("clock", "", "Waits for its turn"),
        Running => ("loader-circle", "rr-mark--running", "Runs"),
        Retrying => ("loader-circle", "rr-mark--waiting", "Tries again"),
        Waiting => ("circle-pause", "rr-mark--waiting", "Waits"),
        Succeeded => ("circle-check", "rr-mark--succeeded", "Done the last time"),
        Failed => ("circle-x", "rr-mark--failed", "Failed the last time"),
        Cancelled => ("square", "", "Stopped the last time"),
        Skipped => ("skip-forward", "", "Was off: passed its input on"),
        Pinned => ("pin", "rr-mark--waiting", "Its data came from the pin"),
        Unknown => ("circle-question-mark", "rr-mark--failed", "Was cut off"),
    }
}
