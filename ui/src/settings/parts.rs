//! How the page of settings is laid out: parts, and lines of a label and a field.
//!
//! What is right is the backend's to say, numbers aside: what it refuses stays in the field with
//! its words below.

use leptos::prelude::*;

use reporunner_protocol::{Failure, MachineSettings};

use crate::kit::TextField;
use crate::state::{AppState, use_app};

/// A part with a heading.
#[component]
pub(super) fn Part(
    /// Its heading.
    title: &'static str,
    /// What it is about; may be empty.
    text: &'static str,
    /// Its lines.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="rr-settings__part" aria-label=title>
            <h2 class="rr-settings__title">{title}</h2>
            {(!text.is_empty()).then(|| view! { <p class="rr-settings__text">{text}</p> })}
            {children()}
        </section>
    }
}

/// A label with what is set.
#[component]
pub(super) fn Line(
    /// What it is.
    #[prop(into)]
    label: String,
    /// One sentence more; may be empty.
    #[prop(into)]
    help: String,
    /// What is set.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="rr-settings__line">
            <div>
                <div class="rr-settings__label">{label}</div>
                {(!help.is_empty()).then(|| view! { <div class="rr-settings__help">{help}</div> })}
            </div>
            <div class="rr-settings__value">{children()}</div>
        </div>
    }
}

/// A change that what was typed means.
pub(super) type Change = Box<dyn FnOnce(&mut MachineSettings)>;

/// What is wrong with what was typed, where anything is.
#[derive(Clone, Copy)]
pub(super) struct Trouble {
    app: AppState,
    words: RwSignal<Option<String>>,
}

impl Trouble {
    /// None so far.
    pub(super) fn none() -> Self {
        Self { app: use_app(), words: RwSignal::new(None) }
    }

    /// Whether there is any.
    pub(super) fn is_there(self) -> Signal<bool> {
        Signal::derive(move || self.words.with(Option::is_some))
    }

    /// Forgets it: the text is being changed.
    pub(super) fn forget(self) {
        self.words.set(None);
    }

    /// Makes the change, and calls `then` once it is kept. A refusal stands at the field.
    pub(super) fn attempt(self, change: Result<Change, String>, then: impl Fn() + 'static) {
        let change = match change {
            Ok(change) => change,
            Err(words) => return self.tell(words),
        };
        leptos::task::spawn_local(async move {
            match self.app.try_settings(change).await {
                Ok(()) => {
                    self.words.try_set(None);
                    then();
                }
                Err(failure) => self.tell(in_words(&failure)),
            }
        });
    }

    fn tell(self, words: String) {
        self.words.try_set(Some(words));
    }

    /// It, to be put under the field.
    pub(super) fn view(self) -> impl IntoView {
        move || {
            self.words
                .get()
                .map(|words| view! { <p class="rr-settings__wrong" role="alert">{words}</p> })
        }
    }
}

fn in_words(failure: &Failure) -> String {
    let mut letters = failure.message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let message = format!("{first}{}.", letters.as_str());
    match &failure.hint {
        Some(hint) => format!("{message} {hint}"),
        None => message,
    }
}

/// A line that is typed in.
#[component]
pub(super) fn TextLine(
    /// What it is.
    label: &'static str,
    /// One sentence more.
    help: &'static str,
    /// Whether it takes few letters, such as a number.
    #[prop(optional)]
    short: bool,
    /// What is set.
    value: Signal<String>,
    /// What was typed means this change, or is wrong for a reason.
    #[prop(into)]
    read: Callback<String, Result<Change, String>>,
) -> impl IntoView {
    let trouble = Trouble::none();
    // Counts up when what was typed is kept, so that the field shows how.
    let again = RwSignal::new(0_u64);
    let shown = Signal::derive(move || {
        again.track();
        value.get()
    });
    let commit = move |typed: String| {
        trouble.attempt(read.run(typed.trim().to_owned()), move || {
            again.try_update(|again| *again += 1);
        });
    };
    view! {
        <Line label help>
            <div class=if short { "rr-settings__number" } else { "rr-settings__text-line" }>
                <TextField label=label value=shown wrong=trouble.is_there() on_commit=commit/>
            </div>
            {trouble.view()}
        </Line>
    }
}

/// A whole number.
#[component]
pub(super) fn NumberLine(
    /// What it is.
    label: &'static str,
    /// One sentence more; may be empty.
    help: &'static str,
    /// What is set.
    value: Signal<u64>,
    /// Smallest allowed.
    least: u64,
    /// Largest allowed.
    most: u64,
    /// Sets a number within the limits.
    set: fn(&mut MachineSettings, u64),
) -> impl IntoView {
    let shown = Signal::derive(move || value.get().to_string());
    let read = move |typed: String| match typed.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => {
            Ok(Box::new(move |settings: &mut MachineSettings| set(settings, number)) as Change)
        }
        _ => Err(format!("Give a whole number from {least} to {most}.")),
    };
    view! { <TextLine label help short=true value=shown read/> }
}
