//! A line for a whole number of the workflow or a node, such as how many runs may be under way.
//!
//! What is no number stays in the field with what is wrong until it is mended or taken back; it is
//! never stored.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::text::Draft;

/// Which whole numbers a line takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    /// Smallest allowed.
    pub(super) least: u64,
    /// Largest allowed.
    pub(super) most: u64,
    /// Whether it may be empty, which means no number.
    pub(super) or_nothing: bool,
}

impl Whole {
    /// What a text means.
    fn read(self, text: &str) -> Result<Option<u64>, String> {
        let text = text.trim();
        if text.is_empty() && self.or_nothing {
            return Ok(None);
        }
        let fits = |number: &u64| (self.least..=self.most).contains(number);
        let number = text.parse::<u64>().ok().filter(fits);
        number.map(Some).ok_or_else(|| {
            let nothing = if self.or_nothing { ", or nothing" } else { "" };
            // A limit that nobody reaches is none to be told of.
            let most = match self.most {
                most if most < u64::from(u32::MAX) => format!("to {most}"),
                _ => "up".to_owned(),
            };
            format!("Give a whole number from {} {most}{nothing}.", self.least)
        })
    }
}

/// A line for a whole number.
#[component]
pub(super) fn WholeNumberLine(
    /// What it is.
    #[prop(into)]
    label: String,
    /// What is stored, as text.
    #[prop(into)]
    value: Signal<String>,
    /// What it takes.
    takes: Whole,
    /// Grey text while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// Whether it takes no typing.
    read_only: bool,
    /// One sentence under it.
    #[prop(optional, into)]
    help: String,
    /// The number that was typed.
    #[prop(into)]
    on_send: Callback<Option<u64>>,
) -> impl IntoView {
    let send = move |text: String| {
        if let Ok(number) = takes.read(&text)
            && value.try_get_untracked().is_some_and(|now| takes.read(&now) != Ok(number))
        {
            on_send.run(number);
        }
    };
    let draft = Draft::new(Callback::new(send));
    let shown = draft.shown(value);
    // What is stored is not judged here: it may be empty where several nodes differ.
    let typed = move || draft.is_typing().then(|| shown.get());
    let wrong = Memo::new(move |_| typed().and_then(|text| takes.read(&text).err()));
    let on_blur = move |_| {
        if wrong.with_untracked(Option::is_none) {
            draft.flush();
        }
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => on_blur(()),
        "Escape" if wrong.with_untracked(Option::is_some) => {
            event.prevent_default();
            event.stop_propagation();
            draft.forget();
        }
        _ => {}
    };
    view! {
        <label class="rr-param" class=("rr-param--wrong", move || wrong.with(Option::is_some))>
            <span class="rr-param__head"><span class="rr-param__label">{label}</span></span>
            <span class="rr-field" class=("rr-field--wrong", move || wrong.with(Option::is_some))>
                <input
                    class="rr-field__input rr-num"
                    inputmode="numeric"
                    placeholder=placeholder
                    autocomplete="off"
                    readonly=read_only
                    prop:value=move || shown.get()
                    aria-invalid=move || wrong.with(Option::is_some).to_string()
                    on:input=move |event| draft.type_in(event_target_value(&event))
                    on:blur=move |_| on_blur(())
                    on:keydown=on_key
                />
            </span>
            {(!help.is_empty()).then(|| view! { <p class="rr-param__help">{help}</p> })}
            {move || wrong.get().map(|words| view! { <p class="rr-param__wrong" role="alert">{words}</p> })}
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::Whole;

    #[track_caller]
    fn check(takes: Whole, text: &str, expected: Option<Option<u64>>) {
        assert_eq!(takes.read(text).ok(), expected, "{text}");
    }

    #[test]
    fn only_whole_numbers_within_the_limits_are_meant() {
        let takes = Whole { least: 1, most: 10, or_nothing: true };
        check(takes, " 3 ", Some(Some(3)));
        check(takes, "", Some(None));
        for wrong in ["abc", "-1", "0", "1.5", "11", "3 runs"] {
            check(takes, wrong, None);
        }
        check(Whole { or_nothing: false, ..takes }, "", None);
        let told = takes.read("99").unwrap_err();
        assert_eq!(told, "Give a whole number from 1 to 10, or nothing.");
        let told = Whole { most: u64::from(u32::MAX), ..takes }.read("x").unwrap_err();
        assert_eq!(told, "Give a whole number from 1 up, or nothing.");
    }
}
