//! A question with one answer: are you sure, or how is it called.

use leptos::prelude::*;

use super::{Button, ButtonKind, Dialog};
use crate::state::use_app;

/// A question.
#[derive(Clone)]
pub struct Prompt {
    /// What is asked.
    pub title: String,
    /// What to know before one answers.
    pub text: Option<String>,
    /// A line to fill in, where the answer is text.
    pub field: Option<PromptField>,
    /// Words on the button that goes on.
    pub confirm: String,
    /// Whether going on deletes something.
    pub danger: bool,
    /// What to do with the answer; empty text where no field was asked for.
    pub on_confirm: Callback<String>,
}

/// A line to fill in.
#[derive(Clone)]
pub struct PromptField {
    /// What it is.
    pub label: String,
    /// What it holds at first.
    pub value: String,
    /// Grey text while it is empty.
    pub placeholder: String,
    /// Whether it has several lines.
    pub lines: bool,
    /// Whether it may stay empty.
    pub may_be_empty: bool,
}

impl Prompt {
    /// Asks for a line of text.
    pub fn text(
        title: &str,
        label: &str,
        value: &str,
        confirm: &str,
        then: Callback<String>,
    ) -> Self {
        let field = PromptField {
            label: label.to_owned(),
            value: value.to_owned(),
            placeholder: String::new(),
            lines: false,
            may_be_empty: false,
        };
        Self {
            title: title.to_owned(),
            text: None,
            field: Some(field),
            confirm: confirm.to_owned(),
            danger: false,
            on_confirm: then,
        }
    }

    /// Asks whether to delete something.
    pub fn sure(title: &str, text: &str, confirm: &str, then: Callback<()>) -> Self {
        Self {
            title: title.to_owned(),
            text: Some(text.to_owned()),
            field: None,
            confirm: confirm.to_owned(),
            danger: true,
            on_confirm: Callback::new(move |_| then.run(())),
        }
    }
}

/// Shows the question that is open. There is one of these.
#[component]
pub(crate) fn PromptHost() -> impl IntoView {
    let app = use_app();
    let title = Signal::derive(move || {
        app.prompt
            .with(|prompt| prompt.as_ref().map(|prompt| prompt.title.clone()).unwrap_or_default())
    });
    let open = Signal::derive(move || app.prompt.with(Option::is_some));
    view! {
        <Dialog open title size="s" on_close=move |()| app.prompt.set(None)>
            {move || app.prompt.get_untracked().map(|prompt| view! { <Question prompt/> })}
        </Dialog>
    }
}

#[component]
fn Question(
    /// The question.
    prompt: Prompt,
) -> impl IntoView {
    let app = use_app();
    let field = prompt.field.clone();
    let may_be_empty = field.as_ref().is_none_or(|field| field.may_be_empty);
    let answer = RwSignal::new(field.as_ref().map(|field| field.value.clone()).unwrap_or_default());
    let on_confirm = prompt.on_confirm;
    let ready = move || may_be_empty || answer.with(|answer| !answer.trim().is_empty());
    let confirm = move || {
        if ready() {
            app.prompt.set(None);
            on_confirm.run(answer.get_untracked().trim().to_owned());
        }
    };
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        confirm();
    };
    let kind = if prompt.danger { ButtonKind::Danger } else { ButtonKind::Primary };
    view! {
        <form class="rr-prompt" on:submit=on_submit>
            {prompt.text.map(|text| view! { <p class="rr-prompt__text">{text}</p> })}
            {field.map(|field| view! { <Line field answer/> })}
            <footer class="rr-dialog__foot">
                <Button on_press=move |_| app.prompt.set(None)>"Cancel"</Button>
                <Button kind disabled=Signal::derive(move || !ready()) on_press=move |_| confirm()>
                    {prompt.confirm}
                </Button>
            </footer>
        </form>
    }
}

#[component]
fn Line(
    /// What is asked for.
    field: PromptField,
    /// What was typed.
    answer: RwSignal<String>,
) -> impl IntoView {
    let on_input = move |event: web_sys::Event| answer.set(event_target_value(&event));
    let on_focus =
        |event: web_sys::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    // The dialog is open before its content is there, so its own autofocus comes too early.
    let area = NodeRef::<leptos::html::Textarea>::new();
    let line = NodeRef::<leptos::html::Input>::new();
    Effect::new(move || {
        area.get().map(|area| area.focus());
        line.get().map(|line| line.focus());
    });
    let input = if field.lines {
        view! {
            <textarea
                node_ref=area
                class="rr-area"
                rows="8"
                spellcheck="false"
                placeholder=field.placeholder
                prop:value=move || answer.get()
                on:input=on_input
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <span class="rr-field">
                <input
                    node_ref=line
                    class="rr-field__input"
                    autocomplete="off"
                    placeholder=field.placeholder
                    prop:value=move || answer.get()
                    on:input=on_input
                    on:focus=on_focus
                />
            </span>
        }
        .into_any()
    };
    view! {
        <label class="rr-prompt__line">
            <span class="rr-prompt__label">{field.label}</span>
            {input}
        </label>
    }
}
