//! Conditions: a left value, a comparison, a right value; all or any must hold.

use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Choice, Property, PropertyKind};
use serde_json::{Value, json};

use super::field::{Complaints, Frame, Tools, Workbench, control};
use super::form::{Spot, use_form};
use super::operators::{self, KINDS};
use super::paths;
use super::records::{List, RecordFrame};
use crate::browser;
use crate::kit::{
    Button, ButtonKind, Icon, MenuAction, MenuItem, OpenMenu, Segmented, Switch, anchor_of,
};

/// A filter.
#[component]
pub(super) fn Conditions(
    /// Where the filter is.
    spot: Spot,
) -> impl IntoView {
    let form = spot.form;
    let list = List::new(spot, "conditions");
    let base = StoredValue::new(spot.path());
    let add = move |_| {
        let is_there = |filter: &Value| filter.get("conditions").is_some();
        if is_there(&spot.effective_now()) {
            return list.add(operators::new_condition);
        }
        let mut filter = operators::new_filter();
        filter["conditions"] = json!([operators::new_condition(browser::node_id().as_str())]);
        spot.set(filter);
    };
    let combinator = Signal::derive(move || {
        let value = spot.effective();
        value.get("combinator").and_then(Value::as_str).unwrap_or("and").to_owned()
    });
    let options: Vec<(String, String)> = [("and", "all are met"), ("or", "any is met")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into();
    let pick = Callback::new(move |picked: String| {
        let path = base.with_value(|base| paths::join(base, "combinator"));
        form.set("Set how conditions combine".to_owned(), &path, Some(Value::from(picked)));
    });
    let label = format!("{}: how conditions combine", spot.label());
    view! {
        <fieldset class="rr-group rr-conditions" data-list=list.attribute() data-param=paths::as_attribute(&spot.path())>
            <legend class="rr-group__head"><span class="rr-param__label">{spot.label()}</span></legend>
            <Segmented options=Signal::stored(options) value=combinator label look="box" on_pick=pick/>
            <For each=move || list.steps.get() key=Clone::clone let:step>
                <Condition list step/>
            </For>
            <Show when=move || !form.read_only()>
                <Button kind=ButtonKind::Quiet icon="plus" on_press=add>"Add a condition"</Button>
            </Show>
            <CompareOptions spot/>
            <Complaints spot/>
        </fieldset>
    }
}

/// One condition.
#[component]
fn Condition(
    /// The list it is in.
    list: List,
    /// Its step.
    step: String,
) -> impl IntoView {
    let form = use_form();
    let path = list.record(&step);
    let place = |name: &str, label: &str, kind: PropertyKind| {
        let property = Property::new(name, label, kind);
        Spot::new(form, Arc::new(property), paths::join(&path, name))
    };
    let text = || PropertyKind::Text { multiline: false, secret: false };
    let left = place("leftValue", "Value", text());
    let operator = place("operator", "Comparison", PropertyKind::Json);
    let found = Memo::new(move |_| operators::find(&operator.effective()));
    let right_kind = Memo::new(move |_| {
        found.get().map_or(Some("any"), |(kind, operator)| operators::right_kind(kind, operator))
    });
    let right_path = StoredValue::new(paths::join(&path, "rightValue"));
    let right = move || match right_kind.get() {
        None => view! { <span class="rr-cond__nothing">"no value needed"</span> }.into_any(),
        Some(kind) => {
            let property = Property::new("rightValue", "Compared with", right_property(kind));
            let spot = Spot::new(form, Arc::new(property), right_path.get_value());
            view! { <Side spot/> }.into_any()
        }
    };
    view! {
        <RecordFrame list step noun="condition">
            <Side spot=left/>
            <div class="rr-cond">
                <OperatorButton operator found/>
                {right}
            </div>
        </RecordFrame>
    }
}

/// How the right value is typed in.
fn right_property(kind: &str) -> PropertyKind {
    match kind {
        "number" => PropertyKind::Number { min: None, max: None },
        "boolean" => {
            let choice = |value: bool, label: &str| Choice {
                value: Value::Bool(value),
                label: label.to_owned(),
                help: String::new(),
            };
            PropertyKind::Choice { options: vec![choice(true, "true"), choice(false, "false")] }
        }
        "dateTime" => PropertyKind::DateTime,
        _ => PropertyKind::Text { multiline: false, secret: false },
    }
}

/// One side of a comparison.
#[component]
pub(super) fn Side(
    /// Where its value is.
    spot: Spot,
) -> impl IntoView {
    let bench = Workbench::new();
    let expression = Memo::new(move |_| spot.is_expression());
    view! {
        <Frame spot bench>
            <div class="rr-side" aria-label=spot.label() role="group">
                <div class="rr-side__control">{move || control(spot, bench, expression.get())}</div>
                <div class="rr-side__tools"><Tools spot bench expression/></div>
            </div>
        </Frame>
    }
}

/// The comparison: a button with a menu by type.
#[component]
fn OperatorButton(
    /// Where the comparison is.
    operator: Spot,
    /// What it is, where it is known.
    found: Memo<Option<(&'static operators::Kind, &'static operators::Operator)>>,
) -> impl IntoView {
    let words = move || match found.get() {
        Some((_, operator)) => operator.label.to_owned(),
        None => {
            let value = operator.effective();
            value.get("operation").and_then(Value::as_str).unwrap_or("choose").to_owned()
        }
    };
    let kind = move || found.get().map_or("", |(kind, _)| kind.label);
    let open = move |event: leptos::ev::MouseEvent| {
        if operator.form.read_only() {
            return;
        }
        let now = found.get_untracked();
        let mut items = Vec::new();
        for kind in KINDS {
            items.push(MenuItem::Heading(kind.label.to_owned()));
            for choice in kind.operators {
                let run = Callback::new(move |()| operator.set(operators::stored(kind, choice)));
                let checked = now == Some((kind, choice));
                items.push(MenuAction::new(choice.label, run).checked(checked).into());
            }
        }
        let menu = OpenMenu::new("Comparison", anchor_of(&event), items);
        operator.form.editor.app.menu.set(Some(menu));
    };
    view! {
        <button
            type="button"
            class="rr-button rr-button--plain rr-select rr-cond__operator"
            aria-haspopup="menu"
            aria-label=move || format!("Comparison: {}, {}", kind(), words())
            data-tip=kind
            on:click=open
        >
            <span class="rr-select__words">{words}</span>
            <Icon name="chevron-down" class="rr-button__after"/>
        </button>
    }
}

/// How values are compared, where the node's own form does not say.
#[component]
fn CompareOptions(
    /// Where the filter is.
    spot: Spot,
) -> impl IntoView {
    let form = spot.form;
    let base = StoredValue::new(spot.path());
    let option = move |name: &str| {
        let value = spot.effective();
        value.get("options").and_then(|options| options.get(name)).cloned()
    };
    let set = move |name: &str, value: Value| {
        let path = base.with_value(|base| paths::join(&paths::join(base, "options"), name));
        form.set("Set how values are compared".to_owned(), &path, Some(value));
    };
    // The node's own switches override what is stored with the filter.
    let own = |name: &str| form.properties().iter().any(|property| property.name == name);
    let own_loose = own("looseTypeValidation");
    let case_set = Memo::new(move |_| {
        let path = ["options".to_owned(), "ignoreCase".to_owned()];
        form.node.with(|node| {
            node.as_ref().is_some_and(|node| paths::value_in(&node.params, &path).is_some())
        })
    });
    let case = Signal::derive(move || {
        let sensitive = option("caseSensitive") != Some(json!(false));
        if sensitive { "exactly" } else { "ignoring" }.to_owned()
    });
    let cases: Vec<(String, String)> = [("ignoring", "ignoring case"), ("exactly", "exactly")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into();
    let cases = Signal::stored(cases);
    let pick =
        Callback::new(move |picked: String| set("caseSensitive", json!(picked == "exactly")));
    let loose = Signal::derive(move || option("typeValidation") == Some(json!("loose")));
    let on_loose =
        move |on: bool| set("typeValidation", json!(if on { "loose" } else { "strict" }));
    view! {
        <Show when=move || !case_set.get()>
            <div class="rr-param">
                <span class="rr-param__label">"Compare text"</span>
                <Segmented options=cases value=case label="Compare text" look="box" on_pick=pick/>
            </div>
        </Show>
        {(!own_loose).then(|| view! {
            <div class="rr-param rr-param--inline">
                <div class="rr-param__head">
                    <span class="rr-param__label">"Convert types where needed"</span>
                </div>
                <div class="rr-param__control">
                    <Switch on=loose label=Signal::stored("Convert types where needed".to_owned())
                        disabled=Signal::stored(form.read_only()) on_change=on_loose/>
                </div>
            </div>
        })}
    }
}
