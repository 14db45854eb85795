//! One field: label, control, what its expression gives, help and complaints.
//!
//! Decides which control shows a property; each control is a file of its own.

use std::sync::Arc;

use leptos::ev::{DragEvent, KeyboardEvent};
use leptos::prelude::*;
use reporunner_model::{Property, PropertyKind};
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::assignments::Assignments;
use super::choices::{ChoiceControl, MultiChoiceControl, ToggleControl};
use super::code::{CodeControl, JsonControl};
use super::conditions::Conditions;
use super::expression::ExpressionControl;
use super::form::{Form, Spot, use_form};
use super::insert::{InsertField, append_names};
use super::nested::{Collection, Group};
use super::path::PathControl;
use super::popout::PopOutButton;
use super::records::Records;
use super::template;
use super::text::{DateControl, NumberControl, TextControl};
use super::which_workflow::WorkflowControl;
use super::{paths, strings};
use crate::browser;
use crate::codemirror::EditorHandle;
use crate::data::Dragged;
use crate::kit::{Icon, IconButton};

/// What a field keeps while it is on the page. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Workbench {
    /// The editor of code or expression that the field shows.
    pub(super) editor: EditorHandle,
    /// Where the caret goes when the next expression editor is made.
    pub(super) caret: StoredValue<Option<usize>>,
    /// What the field held in the other of its modes.
    pub(super) other: StoredValue<Option<Value>>,
}

impl Workbench {
    pub(super) fn new() -> Self {
        Self {
            editor: EditorHandle::new(),
            caret: StoredValue::new(None),
            other: StoredValue::new(None),
        }
    }

    /// Makes an expression of what was typed, and goes on there.
    pub(super) fn begin_expression(self, spot: Spot, text: &str, caret: usize) {
        self.caret.set_value(Some(caret));
        spot.set(template::expression(text));
    }
}

/// The fields of one object, each shown when its conditions hold.
#[component]
pub(super) fn Properties(
    /// The fields.
    properties: Arc<Vec<Property>>,
    /// Path of the object.
    scope: Vec<String>,
) -> impl IntoView {
    let form = use_form();
    let one = |index: usize, property: &Property| {
        let (property, scope, siblings) =
            (Arc::new(property.clone()), scope.clone(), Arc::clone(&properties));
        let path = paths::join(&scope, &property.name);
        // Of several shapes of one parameter only the first that fits is there.
        let shown = Memo::new(move |_| {
            let earlier =
                siblings[..index].iter().filter(|other| other.name == siblings[index].name);
            form.is_shown(&siblings[index], &siblings, &scope)
                && !earlier.into_iter().any(|other| form.is_shown(other, &siblings, &scope))
        });
        view! {
            {move || shown.get().then(|| {
                view! { <Field property=Arc::clone(&property) path=path.clone()/> }
            })}
        }
    };
    properties.iter().enumerate().map(|(index, property)| one(index, property)).collect_view()
}

/// One field.
#[component]
pub(super) fn Field(
    /// What it is.
    property: Arc<Property>,
    /// Where its value is.
    path: Vec<String>,
    /// Takes the field out of its collection.
    #[prop(optional_no_strip)]
    on_remove: Option<Callback<()>>,
) -> AnyView {
    let form = use_form();
    let spot = Spot::new(form, Arc::clone(&property), path);
    match &property.kind {
        PropertyKind::Notice => view! {
            <p class="rr-param__notice"><Icon name="info"/><span>{property.label.clone()}</span></p>
        }
        .into_any(),
        PropertyKind::Group { fields } => {
            view! { <Group spot fields=fields.clone() on_remove/> }.into_any()
        }
        PropertyKind::Collection { fields, add } => {
            view! { <Collection spot fields=fields.clone() add=add.clone()/> }.into_any()
        }
        PropertyKind::Records { key, fields, add } => {
            view! { <Records spot key=key.clone() fields=fields.clone() add=add.clone() on_remove/> }
                .into_any()
        }
        PropertyKind::Conditions => view! { <Conditions spot/> }.into_any(),
        PropertyKind::Assignments => view! { <Assignments spot/> }.into_any(),
        _ => view! { <Single spot on_remove/> }.into_any(),
    }
}

/// A field with one control.
#[component]
fn Single(
    /// Where its value is.
    spot: Spot,
    /// Takes the field out of its collection.
    on_remove: Option<Callback<()>>,
) -> impl IntoView {
    let bench = Workbench::new();
    let property = spot.property();
    let expression = Memo::new(move |_| spot.is_expression());
    let is_toggle = matches!(property.kind, PropertyKind::Toggle);
    let inline = move || is_toggle && !expression.get();
    let label_for = (!is_toggle).then(|| spot.dom_id());
    view! {
        <Frame spot bench inline=Signal::derive(inline)>
            <div class="rr-param__head">
                <label class="rr-param__label" for=label_for.clone() id=format!("{}-label", spot.dom_id())>
                    {property.label.clone()}
                </label>
                <Show when={let required = property.required; move || required}>
                    <span class="rr-param__required" data-tip="The node needs it">"needed"</span>
                </Show>
                <span class="rr-grow"></span>
                <Tools spot bench expression/>
                {on_remove.map(|on_remove| view! {
                    <IconButton icon="x" label="Take it away" on_press=move |_| on_remove.run(())/>
                })}
            </div>
            <div class="rr-param__control">{move || control(spot, bench, expression.get())}</div>
        </Frame>
    }
}

/// The buttons beside a field's label: insert a field, switch between value and expression.
#[component]
pub(super) fn Tools(
    /// Where the value is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// Whether it is an expression now.
    expression: Memo<bool>,
) -> impl IntoView {
    let allowed = spot.property().expression && !spot.form.read_only();
    let toggle = move |_| switch_mode(spot, bench);
    let large = view! { <PopOutButton spot expression/> };
    let tools = allowed.then(|| view! {
        <InsertField spot bench/>
        <button
            type="button"
            class="rr-fx"
            aria-pressed=move || expression.get().to_string()
            aria-label=format!("{}: expression", spot.label())
            data-tip=move || if expression.get() { strings::TO_FIXED } else { strings::TO_EXPRESSION }
            on:click=toggle
        >
            "fx"
        </button>
    });
    (large, tools)
}

/// From value to expression and back. What does not fit is kept for the way back.
fn switch_mode(spot: Spot, bench: Workbench) {
    bench.editor.flush();
    let now = spot.effective_now();
    let text = template::expression_text(&now).map(str::to_owned);
    let kept = bench.other.try_update_value(|other| other.replace(now.clone())).flatten();
    match text {
        None => {
            let text = match kept.as_ref().and_then(|kept| template::expression_text(kept)) {
                Some(kept) if template::fixed_from_text(kept).is_none() => kept.to_owned(),
                _ => template::text_from_fixed(&now),
            };
            let caret = crate::codemirror::units(&text);
            bench.begin_expression(spot, &text, caret);
        }
        Some(text) => spot.set(fixed(spot, &text, kept)),
    }
}

/// An expression's text as a value of the spot's kind.
fn fixed(spot: Spot, text: &str, kept: Option<Value>) -> Value {
    let property = spot.property();
    let kept = kept.filter(|kept| template::expression_text(kept).is_none());
    let found = template::fixed_from_text(text);
    let fallback = || kept.unwrap_or_else(|| property.default.clone());
    match &property.kind {
        PropertyKind::Number { .. } => match found {
            Some(Value::Number(number)) => Value::Number(number),
            Some(Value::String(text)) => serde_json::from_str::<serde_json::Number>(text.trim())
                .map_or_else(|_| fallback(), Value::Number),
            _ => fallback(),
        },
        PropertyKind::Toggle => match found {
            Some(Value::Bool(on)) => Value::Bool(on),
            _ => fallback(),
        },
        PropertyKind::Choice { options } => {
            let known = found.filter(|found| options.iter().any(|option| option.value == *found));
            known.unwrap_or_else(fallback)
        }
        PropertyKind::MultiChoice { .. } => fallback(),
        // Text takes any text: nothing is lost.
        _ => found.filter(Value::is_string).unwrap_or_else(|| Value::from(text)),
    }
}

/// The control that shows the value.
pub(super) fn control(spot: Spot, bench: Workbench, expression: bool) -> AnyView {
    if expression {
        return view! { <ExpressionControl spot bench/> }.into_any();
    }
    if let Some(kind) = spot.property().path {
        return view! { <PathControl spot bench kind/> }.into_any();
    }
    if spot.property().workflow {
        return view! { <WorkflowControl spot/> }.into_any();
    }
    match &spot.property().kind {
        PropertyKind::Text { multiline, secret } => {
            view! { <TextControl spot bench multiline=*multiline secret=*secret/> }.into_any()
        }
        PropertyKind::Fields => {
            view! { <TextControl spot bench multiline=false secret=false/> }.into_any()
        }
        PropertyKind::LongText => view! { <CodeControl spot bench language=None/> }.into_any(),
        PropertyKind::Code { language } => {
            view! { <CodeControl spot bench language=Some(*language)/> }.into_any()
        }
        PropertyKind::Json => view! { <JsonControl spot bench/> }.into_any(),
        PropertyKind::Number { min, max } => {
            view! { <NumberControl spot bench min=*min max=*max/> }.into_any()
        }
        PropertyKind::Toggle => view! { <ToggleControl spot/> }.into_any(),
        PropertyKind::Choice { options } => {
            view! { <ChoiceControl spot options=options.clone()/> }.into_any()
        }
        PropertyKind::MultiChoice { options } => {
            view! { <MultiChoiceControl spot options=options.clone()/> }.into_any()
        }
        PropertyKind::DateTime => view! { <DateControl spot bench/> }.into_any(),
        _ => ().into_any(),
    }
}

/// What is around a control: the place to drop a field, help and complaints.
#[component]
pub(super) fn Frame(
    /// Where the value is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// Whether label and control share a line.
    #[prop(optional, into)]
    inline: Signal<bool>,
    /// Label and control.
    children: Children,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let property = spot.property();
    let takes = takes_drops(spot.form, &property);
    let on_over = move |event: DragEvent| {
        if takes && Dragged::is_in(&event) {
            event.prevent_default();
            event.stop_propagation();
            over.set(true);
        }
    };
    let on_drop = move |event: DragEvent| {
        over.set(false);
        if let Some(dragged) = Dragged::from_event(&event).filter(|_| takes) {
            event.prevent_default();
            event.stop_propagation();
            let at = (f64::from(event.client_x()), f64::from(event.client_y()));
            take(spot, bench, &dragged, Some(at));
        }
    };
    // `=` makes an expression of what takes no typing; what takes typing sees to it itself.
    let on_key = move |event: KeyboardEvent| {
        let can = takes && spot.property().expression && !untrack(|| spot.is_expression());
        if can && event.key() == "=" && !browser::takes_typing(event.target()) {
            event.prevent_default();
            event.stop_propagation();
            switch_mode(spot, bench);
        }
    };
    let help = property.help.clone();
    view! {
        <div
            class="rr-param"
            class=("rr-param--inline", move || inline.get())
            class=("rr-param--drops", takes)
            class=("rr-param--over", move || over.get())
            class=("rr-param--wrong", move || !spot.complaints().is_empty())
            data-param=paths::as_attribute(&spot.path())
            on:dragover:capture=on_over
            on:dragleave=move |_| over.set(false)
            on:drop:capture=on_drop
            on:keydown=on_key
        >
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="rr-param__help">{help}</p> })}
            <Complaints spot/>
        </div>
    }
}

/// What is wrong with a value.
#[component]
pub(super) fn Complaints(
    /// Where the value is.
    spot: Spot,
) -> impl IntoView {
    move || {
        let one = |(message, hint): (String, Option<String>)| {
            view! {
                <p class="rr-param__wrong" role="alert">
                    <Icon name="circle-alert"/>
                    <span>{strings::sentence(&message)}{hint.map(|hint| view! { <em>{format!(" {}", strings::sentence(&hint))}</em> })}</span>
                </p>
            }
        };
        spot.complaints().into_iter().map(one).collect_view()
    }
}

/// What is in the field on the page, and where its caret is (at the end where it has none).
fn typed_now(spot: Spot) -> Option<(String, usize)> {
    let element = document().get_element_by_id(&spot.dom_id())?;
    let focused = document().active_element().as_ref() == Some(&element);
    let (text, caret) = match element.dyn_into::<web_sys::HtmlInputElement>() {
        Ok(input) => (input.value(), input.selection_start()),
        Err(other) => {
            let area = other.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
            (area.value(), area.selection_start())
        }
    };
    let caret = caret.ok().flatten().filter(|_| focused);
    Some((text, caret.map_or(usize::MAX, |caret| caret as usize)))
}

fn takes_drops(form: Form, property: &Property) -> bool {
    let names = matches!(property.kind, PropertyKind::Fields | PropertyKind::Code { .. });
    (property.expression || names) && !form.read_only()
}

/// Puts a field of the data into the value: at the place in an expression, else in its stead.
pub(super) fn take(spot: Spot, bench: Workbench, dragged: &Dragged, at: Option<(f64, f64)>) {
    let property = spot.property();
    let now = spot.effective_now();
    let is_expression = template::expression_text(&now).is_some();
    match &property.kind {
        PropertyKind::Fields if !is_expression => {
            spot.set(Value::from(append_names(now.as_str().unwrap_or_default(), &dragged.name)));
        }
        PropertyKind::Code { .. } => {
            bench.editor.insert_plain(&dragged.code, at);
        }
        _ if is_expression => {
            bench.editor.insert(&dragged.code, at);
        }
        kind => {
            let keeps = matches!(kind, PropertyKind::Text { .. } | PropertyKind::LongText);
            // What is typed stays, also what is not sent yet.
            let (text, caret) = typed_now(spot).filter(|_| keeps).unwrap_or_else(|| {
                let text = if keeps { now.as_str().unwrap_or_default() } else { "" };
                (text.to_owned(), usize::MAX)
            });
            let (text, caret) = template::with_code(&text, caret, &dragged.code);
            bench.other.set_value(Some(now));
            bench.begin_expression(spot, &text, caret);
        }
    }
    spot.form.editor.announce(format!("{} is used in {}", dragged.name, property.label));
}
