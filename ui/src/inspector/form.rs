//! What the fields of one node's form share, and the place of one value in it.
//!
//! A [`Spot`] reads one parameter and sends its edits; how it is shown is its field's business.

use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Edit, FormValues, Node, NodeId, Property, PropertyKind, Shown, TextPath};
use reporunner_protocol::{Complete, GetSchema, SchemaField};
use serde_json::Value;

use super::paths;
use super::previews::Previews;
use super::strings::said;
use super::template;
use crate::codemirror::{Completer, Typed, diff};
use crate::data::{self, FieldOf};
use crate::editor::context::EditorContext;

/// What the fields of a form share. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The open workflow.
    pub(super) editor: EditorContext,
    /// The node, followed.
    pub(super) node: Memo<Option<Node>>,
    /// Values of expressions.
    pub(super) previews: Previews,
    /// The field whose text is in the large editor.
    pub(super) popped: RwSignal<Option<Spot>>,
    id: StoredValue<NodeId>,
    properties: StoredValue<Arc<Vec<Property>>>,
}

/// The form that a field is in.
pub(super) fn use_form() -> Form {
    expect_context::<Form>()
}

impl Form {
    /// The form of node `id`.
    pub(super) fn new(editor: EditorContext, id: NodeId, properties: Arc<Vec<Property>>) -> Self {
        let node = {
            let id = id.clone();
            editor.node(move || Some(id.clone()))
        };
        let previews = Previews::new(editor, id.clone());
        Self {
            editor,
            node,
            previews,
            popped: RwSignal::new(None),
            id: StoredValue::new(id),
            properties: StoredValue::new(properties),
        }
    }

    /// Which node it is.
    pub(super) fn id(self) -> NodeId {
        self.id.get_value()
    }

    /// What the form asks for at the top.
    pub(super) fn properties(self) -> Arc<Vec<Property>> {
        self.properties.get_value()
    }

    /// Whether nothing can be changed.
    pub(super) fn read_only(self) -> bool {
        self.editor.read_only
    }

    /// Sets the value at `path`; none removes it.
    pub(super) fn set(self, label: String, path: &[String], value: Option<Value>) {
        let edits = self.node.with_untracked(|node| {
            let node = node.as_ref()?;
            if paths::value_in(&node.params, path) == value.as_ref() {
                return None;
            }
            Some(self.properties.with_value(|all| paths::edits_for(node, all, path, value)))
        });
        if let Some(edits) = edits {
            self.editor.send_edit(label, edits);
        }
    }

    /// Puts a record of the list at `path` before another, or at the end.
    pub(super) fn move_record(self, path: &[String], record: &str, before: Option<&str>) {
        let edit = Edit::MoveRecord {
            id: self.id(),
            path: path.to_vec(),
            record: record.to_owned(),
            before: before.map(str::to_owned),
        };
        let first = self.node.with_untracked(|node| {
            let node = node.as_ref()?;
            self.properties.with_value(|all| paths::settle_default(node, all, path))
        });
        let edits = first.into_iter().chain([edit]).collect();
        self.editor.send_edit("Change the order", edits);
    }

    /// Whether `property`, a field of the object at `scope`, is shown now.
    pub(super) fn is_shown(
        self,
        property: &Property,
        siblings: &[Property],
        scope: &[String],
    ) -> bool {
        self.node.with(|node| {
            let Some(node) = node else { return false };
            self.properties.with_value(|all| {
                let values = FormValues::of(node, all).within(scope, siblings);
                values.shown(property) != Shown::No
            })
        })
    }

    /// Completions for this node's expressions.
    pub(super) fn completer(self) -> Completer {
        let editor = self.editor;
        Callback::new(move |text: String| -> crate::codemirror::CompletionAnswer {
            let node = self.id.try_get_value().unwrap_or_default();
            let item = editor.item.try_get_untracked().unwrap_or_default();
            let workflow = editor.workflow_id();
            Box::pin(async move {
                let command = Complete { workflow, node, text, item };
                editor.app.backend.call(command).await.unwrap_or_default()
            })
        })
    }

    /// The fields that the node's first input has, as far as a run showed.
    pub(super) async fn fields(self) -> Vec<FieldOf> {
        let Some(source) = data::direct_input(self.editor, &self.id()) else { return Vec::new() };
        let schema = self.editor.app.backend.call(GetSchema { at: source }).await;
        let field = |field: SchemaField| FieldOf::direct(field.path, field.example);
        schema.unwrap_or_default().into_iter().map(field).collect()
    }
}

/// The place of one value in a form. Copies are the same place.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    /// The form.
    pub(super) form: Form,
    /// What is set there; none where nothing is.
    pub(super) value: Memo<Option<Value>>,
    place: StoredValue<Place>,
}

struct Place {
    path: Vec<String>,
    property: Arc<Property>,
    dom_id: String,
}

impl Spot {
    /// The place at `path`, described by `property`.
    pub(super) fn new(form: Form, property: Arc<Property>, path: Vec<String>) -> Self {
        let value = {
            let path = path.clone();
            Memo::new(move |_| {
                form.node.with(|node| {
                    node.as_ref().and_then(|node| paths::value_in(&node.params, &path).cloned())
                })
            })
        };
        let dom_id = format!("rr-p-{}", paths::as_attribute(&path));
        Self { form, value, place: StoredValue::new(Place { path, property, dom_id }) }
    }

    /// Where it is.
    pub(super) fn path(self) -> Vec<String> {
        self.place.with_value(|place| place.path.clone())
    }

    /// What it is.
    pub(super) fn property(self) -> Arc<Property> {
        self.place.with_value(|place| Arc::clone(&place.property))
    }

    /// Id of its control on the page.
    pub(super) fn dom_id(self) -> String {
        self.place.with_value(|place| place.dom_id.clone())
    }

    /// What it is called.
    pub(super) fn label(self) -> String {
        self.place.with_value(|place| place.property.label.clone())
    }

    /// What holds there: what is set, else the default.
    pub(super) fn effective(self) -> Value {
        self.value.get().unwrap_or_else(|| self.default())
    }

    /// The same, without following it.
    pub(super) fn effective_now(self) -> Value {
        self.value.get_untracked().unwrap_or_else(|| self.default())
    }

    fn default(self) -> Value {
        self.place.with_value(|place| place.property.default.clone())
    }

    /// Its value as text.
    pub(super) fn text(self) -> Signal<String> {
        Signal::derive(move || plain(&self.effective()))
    }

    /// Its expression's text, empty where it is none.
    pub(super) fn expression(self) -> Signal<String> {
        Signal::derive(move || {
            template::expression_text(&self.effective()).unwrap_or_default().to_owned()
        })
    }

    /// Whether an expression stands there.
    pub(super) fn is_expression(self) -> bool {
        template::expression_text(&self.effective()).is_some()
    }

    /// Sets it.
    pub(super) fn set(self, value: Value) {
        let known =
            self.place.try_with_value(|place| (place.path.clone(), place.property.label.clone()));
        if let Some((path, label)) = known {
            self.form.set(format!("Set {label}"), &path, Some(value));
        }
    }

    /// Sets it to JSON that was typed: it stays text where it is text, and a value where it is one.
    pub(super) fn set_json(self, text: &str) {
        let was_text = self.effective_now().is_string();
        let parsed = (!was_text).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
        self.set(parsed.unwrap_or_else(|| Value::from(text)));
    }

    /// Takes over what was typed into a text that merges by character.
    pub(super) fn splice(self, typed: &Typed, mark: &str) {
        let Some((path, label)) =
            self.place.try_with_value(|place| (place.path.clone(), place.property.label.clone()))
        else {
            return;
        };
        let (before, text) = (format!("{mark}{}", typed.before), format!("{mark}{}", typed.text));
        let is_there = self.value.try_get_untracked().flatten().is_some_and(|now| now == before);
        let Some(change) = diff(&before, &text).filter(|_| is_there) else {
            self.form.set(format!("Write {label}"), &path, Some(Value::from(text)));
            return;
        };
        let place = TextPath::Param { id: self.form.id(), path };
        let edit = Edit::SpliceText {
            text: place,
            at: change.at,
            remove: change.remove,
            insert: change.insert,
        };
        self.form.editor.send_edit(format!("Write {label}"), vec![edit]);
    }

    /// Whether its text merges by character.
    pub(super) fn merges(self) -> bool {
        self.place.with_value(|place| {
            matches!(place.property.kind, PropertyKind::LongText | PropertyKind::Code { .. })
        })
    }

    /// What is wrong with it: from the workflow's check and from the last run.
    pub(super) fn complaints(self) -> Vec<(String, Option<String>)> {
        let path = self.path();
        let id = self.form.id();
        let is_composite = self.place.with_value(|place| {
            matches!(
                place.property.kind,
                PropertyKind::Conditions | PropertyKind::Assignments | PropertyKind::Json
            )
        });
        let mine = |at: &[String]| {
            !at.is_empty() && (at == path || (is_composite && at.starts_with(&path)))
        };
        let mut found: Vec<(String, Option<String>)> = self.form.editor.document.with(|document| {
            let problems = document.problems.iter();
            let about = problems.filter(|p| p.node.as_ref() == Some(&id) && mine(&p.parameter));
            about.map(|problem| (problem.message.clone(), None)).collect()
        });
        let failed = self.form.editor.run.with(|run| {
            let run = run.as_ref()?;
            let error = run.latest(&id)?.error.as_ref()?;
            let fresh = !run.stale.contains(&id) && mine(&error.parameter);
            fresh.then(|| (said(&error.message), error.hint.clone()))
        });
        found.extend(failed);
        found
    }
}

/// A value as the text of a field.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        Value::Number(number) => number_text(number),
        Value::Bool(yes) => yes.to_string(),
    }
}

/// A number as people write it: a whole one without `.0`.
fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::plain;

    #[track_caller]
    fn check(value: Value, text: &str) {
        assert_eq!(plain(&value), text, "{value}");
    }

    #[test]
    fn whole_numbers_have_no_point() {
        check(json!(1.0), "1");
        check(json!(-20.0), "-20");
        check(json!(0.5), "0.5");
        check(json!(9_007_199_254_740_993_i64), "9007199254740993");
        check(json!(1e300), "1e+300");
        check(json!(true), "true");
        check(json!(null), "");
    }
}
