//! Pinned data: items that stand in for what a node gives while a person runs the draft.

use leptos::prelude::*;
use reporunner_model::{BinaryRef, Edit, Item, NodeId, limits, pin_count, pin_file};
use reporunner_protocol::{Code, Failure, GetItems, GetValue, ItemsAt, Side};
use serde_json::Value;

use super::Shared;
use crate::codemirror::{CodeEditor, EditorHandle, Setup, Typed};
use crate::editor::context::EditorContext;
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
        editor.document.with(|document| document.workflow().pins.get(&id).map(|pin| pin_count(pin)))
    });
    let busy = RwSignal::new(false);
    let editing = RwSignal::new(None::<String>);
    let toggle = move |_| {
        let Some(id) = node.get_untracked() else { return };
        // The output that is shown, which may be of another of the node's runs.
        let shown = at.get_untracked();
        busy.set(true);
        leptos::task::spawn_local(async move {
            toggle(editor, vec![(id, shown)]).await;
            busy.try_set(false);
        });
    };
    let edit = move |_| {
        let Some(id) = node.get_untracked() else { return };
        let pins = editor.document.with_untracked(|d| d.workflow().pins.get(&id).cloned());
        let at = at.get_untracked();
        leptos::task::spawn_local(async move {
            let items = match (pins, at) {
                (Some(pins), _) => match pin_file(&pins) {
                    None => pins,
                    Some(file) => match kept_items(editor, file).await {
                        Ok(items) => items,
                        Err(failure) => return editor.app.fail(&failure),
                    },
                },
                (None, Some(at)) => match all_items(editor, at).await {
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

/// Pins what these nodes gave in the run that is shown; takes the pins off where all have one.
pub(crate) fn toggle_pins(editor: EditorContext, nodes: impl IntoIterator<Item = NodeId>) {
    let shown = |id: &NodeId| {
        editor.run.with_untracked(|run| {
            let run = run.as_ref()?;
            let gave = &run.latest(id)?.output_counts;
            Some(ItemsAt {
                run: run.summary.id.clone(),
                node: id.clone(),
                run_index: None,
                side: Side::Output,
                port: gave.iter().position(|items| *items > 0)?,
            })
        })
    };
    let nodes: Vec<_> = nodes.into_iter().map(|id| (id.clone(), shown(&id))).collect();
    leptos::task::spawn_local(toggle(editor, nodes));
}

/// Pins the items at these places, or takes the pins off where all have one.
async fn toggle(editor: EditorContext, nodes: Vec<(NodeId, Option<ItemsAt>)>) {
    if nodes.is_empty() {
        editor.app.toast("Select a node first");
        return;
    }
    let has_pin = |id: &NodeId| {
        editor.document.with_untracked(|document| document.workflow().pins.contains_key(id))
    };
    let unpin = nodes.iter().all(|(id, _)| has_pin(id));
    let mut edits = Vec::new();
    let mut items = 0;
    for (id, at) in nodes {
        if unpin {
            edits.push(Edit::SetPin { id, items: None });
            continue;
        }
        let Some(at) = at.filter(|_| !has_pin(&id)) else { continue };
        match all_items(editor, at).await {
            Ok(all) => {
                items += all.len();
                edits.push(Edit::SetPin { id, items: Some(all) });
            }
            Err(failure) => return editor.app.fail(&failure),
        }
    }
    let label = match (edits.len(), unpin) {
        (0, _) => {
            editor
                .app
                .toast("There is nothing to pin: run the node first, a pin keeps what it gave");
            return;
        }
        (_, true) => "Take the pin off".to_owned(),
        (1, false) => format!("Pin {}", count(items, "item")),
        (nodes, false) => format!("Pin {} of {}", count(items, "item"), count(nodes, "node")),
    };
    editor.send_edit(label.clone(), edits);
    editor.announce(label);
}

fn pin(editor: EditorContext, id: NodeId, items: Vec<Item>) {
    let label = format!("Pin {}", count(items.len(), "item"));
    editor.send_edit(label.clone(), vec![Edit::SetPin { id, items: Some(items) }]);
    editor.announce(label);
}

/// All items of an output, page by page, whole.
async fn all_items(editor: EditorContext, at: ItemsAt) -> Result<Vec<Item>, Failure> {
    let app = editor.app;
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
                    item.json = json.into();
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

/// The items of a pin that is a file.
async fn kept_items(editor: EditorContext, file: &BinaryRef) -> Result<Vec<Item>, Failure> {
    let bytes = super::files::bytes(editor.app, file, None).await?;
    serde_json::from_slice(&bytes)
        .map_err(|_| Failure::new(Code::Internal, "The pinned data did not come as it was kept"))
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
        None => Value::from(item.json.clone()),
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
            pin(shared.editor, id, items);
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
                        caret=Some(0)
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
