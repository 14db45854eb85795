//! A field's text in a large editor of its own, over the page.
//!
//! It writes to the same place as the field's own control; nothing is kept here.

use leptos::html;
use leptos::prelude::*;
use reporunner_model::PropertyKind;
use serde_json::Value;

use super::code::name_of;
use super::expression::preview;
use super::form::{Spot, use_form};
use super::template;
use crate::codemirror::{CodeEditor, EditorHandle, Setup, Typed, units};
use crate::kit::{Button, Dialog, IconButton};

/// Whether a field has enough text for a large editor.
pub(super) fn has_room_for(spot: Spot) -> bool {
    matches!(
        spot.property().kind,
        PropertyKind::Text { secret: false, .. }
            | PropertyKind::LongText
            | PropertyKind::Code { .. }
            | PropertyKind::Json
    )
}

/// The button that opens the large editor. A line of fixed text has no need of one.
#[component]
pub(super) fn PopOutButton(
    /// Where the text is.
    spot: Spot,
    /// Whether it is an expression now.
    expression: Memo<bool>,
) -> impl IntoView {
    let long = !matches!(spot.property().kind, PropertyKind::Text { multiline: false, .. });
    let open = move |_| spot.form.popped.set(Some(spot));
    has_room_for(spot).then(|| {
        view! {
            <Show when=move || long || expression.get()>
                <IconButton class="rr-param__insert" icon="maximize-2" label="Open in a large editor" on_press=open/>
            </Show>
        }
    })
}

/// Takes over what was typed, as the field's own control does.
fn take_over(spot: Spot, expression: bool, typed: &Typed) {
    if spot.merges() {
        spot.splice(typed, if expression { "=" } else { "" });
    } else if expression {
        spot.set(template::expression(&typed.text));
    } else if matches!(spot.property().kind, PropertyKind::Json) {
        spot.set_json(&typed.text);
    } else {
        spot.set(Value::from(typed.text.as_str()));
    }
}

/// The large editor; there is one of these in a form.
#[component]
pub(super) fn PopOut() -> impl IntoView {
    let form = use_form();
    let popped = form.popped;
    let title =
        Signal::derive(move || popped.get().map(|spot: Spot| spot.label()).unwrap_or_default());
    let open = Signal::derive(move || popped.with(Option::is_some));
    let close = move || popped.set(None);
    view! {
        <Dialog open title size="xl" on_close=move |()| close()>
            {move || popped.get_untracked().map(|spot| view! { <Large spot/> })}
            <footer class="rr-dialog__foot">
                <span class="rr-param__help rr-grow">"What you write is kept as you go."</span>
                <Button on_press=move |_| close()>"Done"</Button>
            </footer>
        </Dialog>
    }
}

/// The editor, and under it what an expression gives.
#[component]
fn Large(
    /// Where the text is.
    spot: Spot,
) -> impl IntoView {
    let property = spot.property();
    let expression = untrack(|| spot.is_expression());
    let language = match &property.kind {
        PropertyKind::Code { language } if !expression => name_of(*language),
        PropertyKind::Json if !expression => "json",
        _ => "",
    };
    let prose = language.is_empty() && !expression;
    let setup = Setup {
        language,
        expression,
        single_line: false,
        label: property.label.clone(),
        placeholder: property.placeholder.clone(),
    };
    let value = if expression { spot.expression() } else { spot.text() };
    let text = value.get_untracked();
    let caret = Some(units(&text));
    let live = RwSignal::new(text);
    let element = NodeRef::<html::Div>::new();
    let full = Signal::derive(move || format!("={}", live.get()));
    let result = expression.then(|| spot.form.previews.follow(full, element));
    let complete = (expression || language == "javascript").then(|| spot.form.completer());
    let on_typed = Callback::new(move |typed: Typed| take_over(spot, expression, &typed));
    view! {
        <div class="rr-dialog__part rr-popout" node_ref=element>
            <div class="rr-codebox rr-codebox--popout" class=("rr-codebox--prose", prose)>
                <CodeEditor
                    value
                    setup
                    read_only=spot.form.read_only()
                    handle=EditorHandle::new()
                    caret
                    complete
                    on_typed
                    on_text=Some(Callback::new(move |text| live.set(text)))
                />
            </div>
            {result.map(|result| view! {
                <div class="rr-expr rr-popout__value">
                    {move || result.get().map(|(result, item)| preview(result, item))}
                </div>
            })}
        </div>
    }
}
