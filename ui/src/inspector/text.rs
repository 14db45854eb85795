//! Lines to type in: text, numbers, dates.
//!
//! What is typed is held for a short pause, then sent. An `=` first, or `{{`, makes an expression.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::{Property, PropertyKind};
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::field::Workbench;
use super::form::Spot;
use super::template;
use crate::codemirror::TYPING_PAUSE_MS;

/// What is being typed and not sent yet. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    typed: RwSignal<Option<String>>,
    turn: StoredValue<u64>,
    send: Callback<String>,
}

impl Draft {
    /// A draft that is given to `send` after a pause, when the field is left, or with the field.
    pub(super) fn new(send: Callback<String>) -> Self {
        let draft = Self { typed: RwSignal::new(None), turn: StoredValue::new(0), send };
        on_cleanup(move || draft.flush());
        draft
    }

    /// The text to show: what is typed, else `value`.
    pub(super) fn shown(self, value: Signal<String>) -> Signal<String> {
        Signal::derive(move || self.typed.get().unwrap_or_else(|| value.get()))
    }

    /// Whether something was typed that is not taken over yet.
    pub(super) fn is_typing(self) -> bool {
        self.typed.with(Option::is_some)
    }

    /// Takes a change.
    pub(super) fn type_in(self, text: String) {
        self.typed.set(Some(text));
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        crate::time::after(TYPING_PAUSE_MS, move || {
            if self.turn.try_get_value() == Some(turn) {
                self.send_now();
            }
        });
    }

    /// Sends what was typed and shows what is stored.
    pub(super) fn flush(self) {
        self.send_now();
        if self.typed.try_get_untracked().flatten().is_some() {
            self.typed.set(None);
        }
    }

    /// Forgets what was typed.
    pub(super) fn forget(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.typed.set(None);
    }

    fn send_now(self) {
        if let Some(text) = self.typed.try_get_untracked().flatten() {
            self.send.run(text);
        }
    }
}

/// Where the caret of a text input is, UTF-16 units.
fn caret_of(event: &web_sys::Event) -> usize {
    let target = event.target();
    let input = target.as_ref().and_then(|t| t.dyn_ref::<web_sys::HtmlInputElement>());
    let area = target.as_ref().and_then(|t| t.dyn_ref::<web_sys::HtmlTextAreaElement>());
    let at = input.and_then(|input| input.selection_start().ok().flatten());
    let at = at.or_else(|| area.and_then(|area| area.selection_start().ok().flatten()));
    at.map_or(usize::MAX, |at| at as usize)
}

/// Takes a change of a fixed field: as an expression where it means one, else as a draft.
fn on_typed(spot: Spot, bench: Workbench, draft: Draft, event: &web_sys::Event) {
    let text = event_target_value(event);
    if spot.property().expression
        && let Some((text, caret)) = template::typed_expression(&text, caret_of(event))
    {
        draft.forget();
        bench.begin_expression(spot, &text, caret);
        return;
    }
    draft.type_in(text);
}

/// A line or several lines of text.
#[component]
pub(super) fn TextControl(
    /// Where the text is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// Whether it is several lines high.
    multiline: bool,
    /// Whether it is not shown.
    secret: bool,
) -> impl IntoView {
    let draft = Draft::new(Callback::new(move |text: String| spot.set(Value::from(text))));
    let shown = draft.shown(spot.text());
    let property = spot.property();
    let on_input = move |event: web_sys::Event| on_typed(spot, bench, draft, &event);
    let off = spot.form.read_only();
    if multiline {
        return view! {
            <textarea
                class="rr-area rr-param__area"
                id=spot.dom_id()
                aria-label=property.label.clone()
                rows="4"
                spellcheck="false"
                readonly=off
                placeholder=property.placeholder.clone()
                prop:value=move || shown.get()
                on:input=on_input
                on:blur=move |_| draft.flush()
            ></textarea>
        }
        .into_any();
    }
    view! {
        <span class="rr-field">
            <input
                class="rr-field__input"
                id=spot.dom_id()
                aria-label=property.label.clone()
                type=if secret { "password" } else { "text" }
                autocomplete="off"
                spellcheck="false"
                readonly=off
                placeholder=property.placeholder.clone()
                prop:value=move || shown.get()
                on:input=on_input
                on:blur=move |_| draft.flush()
                on:keydown=move |event: KeyboardEvent| if event.key() == "Enter" { draft.flush() }
            />
        </span>
    }
    .into_any()
}

/// What is stored of a text in a field for numbers: the number, or the text where it is none. It
/// stays there, with what is wrong about it, until somebody mends or undoes it.
fn number_or_text(text: &str) -> Value {
    let trimmed = text.trim();
    serde_json::from_str::<serde_json::Number>(trimmed)
        .map_or_else(|_| Value::from(trimmed), Value::Number)
}

/// A number.
#[component]
pub(super) fn NumberControl(
    /// Where the number is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// Smallest allowed.
    min: Option<f64>,
    /// Largest allowed.
    max: Option<f64>,
) -> impl IntoView {
    let send = Callback::new(move |text: String| {
        if !text.trim().is_empty() {
            spot.set(number_or_text(&text));
        }
    });
    let draft = Draft::new(send);
    let shown = draft.shown(spot.text());
    // What is stored is judged with the rest of the workflow; this is for what is not sent yet,
    // and for numbers among other things, such as a value to set.
    let rule = Property::number("", "", 0.0);
    let rule = Property { kind: PropertyKind::Number { min, max }, ..rule };
    let wrong = Memo::new(move |_| rule.wrong_number(&number_or_text(&shown.get())));
    let trouble = move || wrong.get().filter(|_| spot.complaints().is_empty());
    let step = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" => 1.0,
            "ArrowDown" => -1.0,
            "Enter" => return draft.flush(),
            _ => return,
        };
        event.prevent_default();
        let now = shown.get_untracked().trim().parse::<f64>().unwrap_or_default();
        let next = (now + by).clamp(min.unwrap_or(f64::MIN), max.unwrap_or(f64::MAX));
        draft.type_in(format!("{next}"));
    };
    view! {
        <span class="rr-field" class=("rr-field--wrong", move || wrong.with(Option::is_some))>
            <input
                class="rr-field__input rr-num"
                id=spot.dom_id()
                aria-label=spot.label()
                inputmode="decimal"
                autocomplete="off"
                readonly=spot.form.read_only()
                prop:value=move || shown.get()
                aria-invalid=move || wrong.with(Option::is_some).to_string()
                on:input=move |event| on_typed(spot, bench, draft, &event)
                on:blur=move |_| draft.flush()
                on:keydown=step
            />
        </span>
        {move || trouble().map(|words| view! { <p class="rr-param__wrong" role="alert">{words}</p> })}
    }
}

/// A date and time. One with a zone, or that is no plain date, stays text.
#[component]
pub(super) fn DateControl(
    /// Where the date is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
) -> impl IntoView {
    let is_local = Memo::new(move |_| is_local(&spot.text().get()));
    let on_change = move |event: web_sys::Event| spot.set(Value::from(event_target_value(&event)));
    move || match is_local.get() {
        false => view! { <TextControl spot bench multiline=false secret=false/> }.into_any(),
        true => view! {
            <span class="rr-field">
                <input
                    class="rr-field__input rr-num"
                    id=spot.dom_id()
                    aria-label=spot.label()
                    type="datetime-local"
                    step="1"
                    readonly=spot.form.read_only()
                    prop:value=move || spot.text().get()
                    on:change=on_change
                />
            </span>
        }
        .into_any(),
    }
}

/// Whether a text is what a date field of the browser can show.
fn is_local(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let pattern = b"0000-00-00T00:00:00";
    let fits = |(byte, like): (&u8, &u8)| match like {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    };
    matches!(text.len(), 16 | 19) && text.as_bytes().iter().zip(pattern).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_for_a_number_is_kept() {
        assert_eq!(number_or_text(" 5 "), Value::from(5));
        assert_eq!(number_or_text("1.5"), Value::from(1.5));
        assert_eq!(number_or_text("-5"), Value::from(-5));
        assert_eq!(number_or_text("99abc"), Value::from("99abc"));
        assert_eq!(number_or_text("1e999"), Value::from("1e999"));
    }

    #[test]
    fn a_date_with_a_zone_stays_text() {
        assert!(is_local("") && is_local("2026-01-02T03:04") && is_local("2026-01-02T03:04:05"));
        assert!(!is_local("2026-01-02T03:04:05Z") && !is_local("tomorrow, perhaps"));
    }
}
