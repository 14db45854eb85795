//! What the expressions of a form give on the chosen item.
//!
//! Asked for after a short pause, all at once, and only for fields in sight. The backend evaluates.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use reporunner_model::NodeId;
use reporunner_protocol::{Preview, PreviewResult};
use serde_json::Value;
use wasm_bindgen::JsCast;

use crate::editor::context::EditorContext;

/// A pause after which expressions are evaluated, milliseconds.
const PAUSE_MS: i32 = 120;

/// The previews of one form. Copies are the same.
#[derive(Clone, Copy)]
pub(super) struct Previews {
    editor: EditorContext,
    node: StoredValue<NodeId>,
    fields: StoredValue<Rc<Fields>, LocalStorage>,
}

#[derive(Default)]
struct Fields {
    all: RefCell<BTreeMap<u64, Field>>,
    next: Cell<u64>,
    /// Counts wishes, so that only the last of a burst is done.
    turn: Cell<u64>,
    /// Counts what the values depend on beside their text.
    epoch: Cell<u64>,
}

/// What an expression gave, and on which item.
pub(super) type Shown = (PreviewResult, usize);

struct Field {
    value: String,
    element: NodeRef<html::Div>,
    result: RwSignal<Option<Shown>>,
    asked: Option<(String, u64)>,
}

impl Previews {
    /// The previews of node `id`.
    pub(super) fn new(editor: EditorContext, id: NodeId) -> Self {
        let previews = Self {
            editor,
            node: StoredValue::new(id),
            fields: StoredValue::new_local(Rc::default()),
        };
        let basis = Memo::new(move |_| {
            let run = editor.run.with(|run| {
                run.as_ref()
                    .map(|run| (run.summary.id.clone(), run.summary.status, run.nodes.len()))
            });
            (editor.item.get(), run)
        });
        Effect::new(move || {
            // Read, not only tracked: a memo that nobody reads never finds out that it changed.
            basis.with(|_| ());
            previews.with(|fields| fields.epoch.set(fields.epoch.get() + 1));
            previews.schedule();
        });
        previews
    }

    fn with<T>(self, work: impl FnOnce(&Fields) -> T) -> Option<T> {
        let fields = self.fields.try_get_value()?;
        Some(work(&fields))
    }

    /// Follows a field: gives what its value gives, as long as the field is on the page.
    pub(super) fn follow(
        self,
        value: Signal<String>,
        element: NodeRef<html::Div>,
    ) -> RwSignal<Option<Shown>> {
        let result = RwSignal::new(None);
        let number = self.with(|fields| {
            fields.next.set(fields.next.get() + 1);
            let field = Field { value: value.get_untracked(), element, result, asked: None };
            fields.all.borrow_mut().insert(fields.next.get(), field);
            fields.next.get()
        });
        let number = number.unwrap_or_default();
        Effect::new(move || {
            let value = value.get();
            self.with(|fields| {
                if let Some(field) = fields.all.borrow_mut().get_mut(&number) {
                    field.value = value;
                }
            });
            self.schedule();
        });
        on_cleanup(move || {
            self.with(|fields| fields.all.borrow_mut().remove(&number));
        });
        result
    }

    /// Evaluates soon what is in sight and not known.
    pub(super) fn schedule(self) {
        let turn = self.with(|fields| {
            fields.turn.set(fields.turn.get() + 1);
            fields.turn.get()
        });
        crate::time::after(PAUSE_MS, move || {
            let last = self.with(|fields| fields.turn.get());
            if last.is_some() && last == turn {
                self.ask();
            }
        });
    }

    fn ask(self) {
        let Some(fields) = self.fields.try_get_value() else { return };
        let epoch = fields.epoch.get();
        let mut wanted: Vec<(u64, String)> = Vec::new();
        for (number, field) in fields.all.borrow_mut().iter_mut() {
            let now = (field.value.clone(), epoch);
            if field.asked.as_ref() != Some(&now) && is_in_sight(field.element) {
                wanted.push((*number, field.value.clone()));
                field.asked = Some(now);
            }
        }
        if wanted.is_empty() {
            return;
        }
        let item = self.editor.item.get_untracked();
        let command = Preview {
            workflow: self.editor.workflow_id(),
            node: self.node.get_value(),
            values: wanted.iter().map(|(_, value)| Value::from(value.as_str())).collect(),
            item,
        };
        leptos::task::spawn_local(async move {
            // A preview that cannot be had is nothing to bother anybody with.
            let Ok(results) = self.editor.app.backend.call(command).await else { return };
            for ((number, value), result) in wanted.into_iter().zip(results) {
                let field = fields.all.borrow();
                let asked = field.get(&number).filter(|field| field.asked == Some((value, epoch)));
                let signal = asked.map(|field| field.result);
                drop(field);
                if let Some(signal) = signal {
                    signal.try_set(Some((result, item)));
                }
            }
        });
    }
}

/// Whether any of the element can be seen in the window and in the part that scrolls.
fn is_in_sight(element: NodeRef<html::Div>) -> bool {
    let Some(element) = element.try_get_untracked().flatten() else { return false };
    let rect = element.get_bounding_client_rect();
    let frame = element.closest(".rr-insp__body").ok().flatten();
    let frame = frame.and_then(|frame| frame.dyn_into::<web_sys::Element>().ok());
    let (top, bottom) = frame.map_or((0.0, f64::MAX), |frame| {
        let rect = frame.get_bounding_client_rect();
        (rect.top(), rect.bottom())
    });
    rect.height() > 0.0 && rect.bottom() > top && rect.top() < bottom
}
