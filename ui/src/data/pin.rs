//! Pinned data: items that stand in for what a node gives while a person runs the draft.

use leptos::prelude::*;
use reporunner_model::{Edit, Item, NodeId, limits};
use reporunner_protocol::{Failure, GetItems, GetValue, ItemsAt};
use serde_json::Value;

use super::Shared;
use crate::codemirror::{CodeEditor, EditorHandle, Setup, Typed};
use crate::inspector::json_trouble;
use crate::kit::{Button, ButtonKind, Dialog, IconButton};
use crate::time::count;

/// Most items that a pin takes from a run.
const MOST: usize = 20_000;

/// The buttons of pinned data.
#[component]
pub(super) fn PinTools(
    /// Where the shown output is.
    at: Memo<Option<ItemsAt>>,
    /// The node.
    node: Memo<Option<NodeId>>,
) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let editor = shared.editor;
    let pinned = Memo::new(move |_| {
        let id = node.get()?;
        editor.document.with(|document| document.workflow().pins.get(&id).map(Vec::len))
    });
    let busy = RwSignal::new(false);
    let editing = RwSignal::new(None::<String>);
    let toggle = move |_| {
        let Some(id) = node.get_untracked() else { return };
        if pinned.get_untracked().is_some() {
            editor.send_edit("Take the pin off", vec![Edit::SetPin { id, items: None }]);
            return;
        }
        let Some(at) = at.get_untracked() else {
            editor.app.toast("Run the node first: a pin keeps what it gave");
            return;
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            let items = all_items(shared, at).await;
            busy.try_set(false);
            match items {
                Ok(items) => pin(shared, id, items),
                Err(failure) => editor.app.fail(&failure),
            }
        });
    };
    let edit = move |_| {
        let Some(id) = node.get_untracked() else { return };
        let pins = editor.document.with_untracked(|d| d.workflow().pins.get(&id).cloned());
        let at = at.get_untracked();
        leptos::task::spawn_local(async move {
            let items = match (pins, at) {
                (Some(pins), _) => pins,
                (None, Some(at)) => match all_items(shared, at).await {
                    Ok(items) => items,
                    Err(failure) => return editor.app.fail(&failure),
                },
                (None, None) => Vec::new(),
            };
            editing.try_set(Some(as_text(&items)));
        });
    };
    let label = Signal::derive(move || match pinned.get() {
        Some(items) => format!("Take the pin off: {} stand in for this node", count(items, "item")),
        None => "Pin: these items stand in for the node in your runs".to_owned(),
    });
    let pressed = Signal::derive(move || pinned.get().is_some());
    let icon = Signal::derive(move || if pressed.get() { "pin-off" } else { "pin" }.to_owned());
    (!editor.read_only).then(|| view! {
        <IconButton icon=icon label pressed disabled=Signal::from(busy) keys="P" on_press=toggle/>
        <IconButton icon="pencil" label="Edit the pinned data" on_press=edit/>
        <PinDialog editing node/>
    })
}

fn pin(shared: Shared, id: NodeId, items: Vec<Item>) {
    let editor = shared.editor;
    let label = format!("Pin {}", count(items.len(), "item"));
    editor.send_edit(label.clone(), vec![Edit::SetPin { id, items: Some(items) }]);
    editor.announce(label);
}

/// All items of an output, page by page, whole.
async fn all_items(shared: Shared, at: ItemsAt) -> Result<Vec<Item>, Failure> {
    let app = shared.editor.app;
    let mut items: Vec<Item> = Vec::new();
    loop {
        let (offset, limit) = (items.len(), limits::ROWS_PER_PAGE);
        let command = GetItems { at: at.clone(), offset, limit, search: None };
        let page = app.backend.call(command).await?;
        let count = page.items.len();
        for (index, mut item) in page.indexes.into_iter().zip(page.items) {
            // A page cuts long texts; those items are read whole.
            if page.cut && has_cut(&item) {
                let whole = GetValue { at: at.clone(), item: index, path: Vec::new() };
                if let Value::Object(json) = app.backend.call(whole).await? {
                    item.json = json;
                }
            }
            item.paired_item = None;
            items.push(item);
        }
        if count < limit || items.len() >= page.total {
            return Ok(items);
        }
        if items.len() >= MOST {
            app.toast(format!("The first {} are taken", count_words(items.len())));
            return Ok(items);
        }
    }
}

fn count_words(number: usize) -> String {
    count(number, "item")
}

fn has_cut(item: &Item) -> bool {
    fn cut(value: &Value) -> bool {
        match value {
            Value::String(text) => text.ends_with('…') && text.len() >= limits::CELL_BYTES,
            Value::Array(list) => list.iter().any(cut),
            Value::Object(map) => map.values().any(cut),
            _ => false,
        }
    }
    item.json.values().any(cut)
}

/// Items as a person edits them: plain objects where they have no files.
fn as_text(items: &[Item]) -> String {
    let plain = |item: &Item| match item.binary {
        None => Value::Object(item.json.clone()),
        Some(_) => serde_json::to_value(item).unwrap_or_default(),
    };
    let all: Vec<Value> = items.iter().map(plain).collect();
    if all.is_empty() {
        return "[\n  {}\n]".to_owned();
    }
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

/// What a person wrote as items; one object is one item.
fn from_text(text: &str) -> Result<Vec<Item>, String> {
    if let Some((trouble, _)) = json_trouble(text) {
        return Err(trouble);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => Ok(list.into_iter().map(Item::from_value).collect()),
        Ok(value @ Value::Object(_)) => Ok(vec![Item::from_value(value)]),
        _ => Err("Write a list of objects: [ { … }, { … } ].".to_owned()),
    }
}

/// The pinned data as JSON, to be changed.
#[component]
fn PinDialog(
    /// The text that it opens with; none while it is closed.
    editing: RwSignal<Option<String>>,
    /// The node.
    node: Memo<Option<NodeId>>,
) -> impl IntoView {
    let shared = expect_context::<Shared>();
    let text = RwSignal::new(String::new());
    Effect::new(move || {
        if let Some(first) = editing.get() {
            text.set(first);
        }
    });
    let trouble = Memo::new(move |_| text.with(|text| from_text(text).err()));
    let open = Signal::derive(move || editing.with(Option::is_some));
    let save = move |_| {
        let read = text.with_untracked(|text| from_text(text));
        if let (Ok(items), Some(id)) = (read, node.get_untracked()) {
            editing.set(None);
            pin(shared, id, items);
        }
    };
    let value = Signal::derive(move || editing.get().unwrap_or_default());
    view! {
        <Dialog open title=Signal::stored("Pinned data".to_owned()) size="l" on_close=move |()| editing.set(None)>
            <div class="rr-dialog__part rr-pinned">
                <p class="rr-param__help">
                    "These items stand in for what the node gives while you run the draft. Triggers ignore them."
                </p>
                <div class="rr-codebox rr-codebox--dialog">
                    <CodeEditor
                        value
                        setup=Setup { language: "json", label: "Pinned data as JSON".to_owned(), ..Setup::default() }
                        handle=EditorHandle::new()
                        on_typed=Callback::new(|_: Typed| ())
                        on_text=Some(Callback::new(move |now| text.set(now)))
                    />
                </div>
                {move || trouble.get().map(|words| view! { <p class="rr-param__wrong" role="alert">{words}</p> })}
            </div>
            <footer class="rr-dialog__foot">
                <Button on_press=move |_| editing.set(None)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary disabled=Signal::derive(move || trouble.with(Option::is_some)) on_press=save>
                    "Pin these"
                </Button>
            </footer>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_edited_as_plain_objects() {
        let items = from_text("[{ \"a\": 1 }, 5]").unwrap();
        assert_eq!(items[0].json["a"], 1);
        assert_eq!(items[1].json["value"], 5);
        assert_eq!(from_text(&as_text(&items)), Ok(items));
        assert_eq!(from_text("{ \"a\": 1 }").map(|items| items.len()), Ok(1));
        assert!(from_text("\"text\"").is_err() && from_text("[").is_err());
    }
}
