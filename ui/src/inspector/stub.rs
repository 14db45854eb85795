//! What the panel shows of a node whose type is not here: what it is, what it keeps, what one can
//! do. Its parameters are shown as they are and are not edited: nothing here knows what they mean.

use leptos::prelude::*;
use reporunner_canvas::Command;
use reporunner_model::{Edit, Node, ports_of};

use super::form::use_form;
use crate::codemirror::{CodeEditor, EditorHandle, Setup};
use crate::editor::{perform, use_desk};
use crate::kit::{Button, Icon};
use crate::time::count;

const STOPS: &str =
    "Reporunner does not have this node type yet. A run that comes here stops and says so.";
const SERVES: &str = "Reporunner does not have this node type yet. It serves the node that it \
                      hangs from, and is not run by itself.";

/// The node.
#[component]
pub(super) fn Stub() -> impl IntoView {
    let form = use_form();
    let node = form.node;
    let kept = move || node.with(|node| node.as_ref().map(kept).unwrap_or_default());
    let json = Signal::derive(move || {
        node.with(|node| {
            let params = node.as_ref().map(|node| &node.params);
            params.and_then(|params| serde_json::to_string_pretty(params).ok()).unwrap_or_default()
        })
    });
    let serves = Memo::new(move |_| {
        node.with(|node| {
            let ports = node.as_ref().map(|node| ports_of(None, node));
            ports.is_some_and(|ports| ports.outputs.iter().all(|port| !port.kind.is_main()))
        })
    });
    let empty = Memo::new(move |_| {
        node.with(|node| node.as_ref().is_none_or(|node| node.params.is_empty()))
    });
    let setup = Setup { language: "json", label: "Parameters".to_owned(), ..Setup::default() };
    view! {
        <div class="rr-stub">
            <p class="rr-param__notice">
                <Icon name="circle-dashed"/>
                <span>{move || if serves.get() { SERVES } else { STOPS }}</span>
            </p>
            <Choices/>
        </div>
        <div class="rr-param">
            <div class="rr-param__head"><span class="rr-param__label">"What it keeps"</span></div>
            <p class="rr-stub__kept rr-text">{kept}</p>
        </div>
        <Show when=move || !empty.get()>
            <div class="rr-param">
                <div class="rr-param__head">
                    <span class="rr-param__label">"Parameters"</span>
                    <span class="rr-grow"></span>
                    <span class="rr-badge">"read only"</span>
                </div>
                <div class="rr-codebox rr-codebox--stub">
                    <CodeEditor value=json setup=setup.clone() read_only=true handle=EditorHandle::new()
                        on_typed=Callback::new(|_| {})/>
                </div>
            </div>
        </Show>
    }
}

/// What one can do with it.
#[component]
fn Choices() -> impl IntoView {
    let form = use_form();
    let desk = use_desk();
    let on = Memo::new(move |_| form.node.with(|node| node.as_ref().is_some_and(|node| node.on)));
    let flip = move |_| {
        let (id, now) = (form.id(), on.get_untracked());
        let label = if now { "Switch off" } else { "Switch on" };
        form.editor.send_edit(label, vec![Edit::SetOn { id, on: !now }]);
    };
    (!form.read_only()).then(|| {
        view! {
            <div class="rr-stub__do">
                <Button icon="repeat" keys="R" tip="Puts another node in its place, with its wires"
                    on_press=move |_| perform(desk, Command::Replace)>"Replace"</Button>
                <Button icon="power" tip="A node that is off passes its input on" on_press=flip>
                    {move || if on.get() { "Switch off" } else { "Switch on" }}
                </Button>
            </div>
        }
    })
}

/// What an export of the node will have again, in words.
fn kept(node: &Node) -> String {
    let mut parts = Vec::new();
    if !node.params.is_empty() {
        parts.push(count(node.params.len(), "parameter"));
    }
    let creds = node.creds.iter().map(|(kind, name)| format!("the credential “{name}” ({kind})"));
    parts.extend(creds);
    parts.push("its place, wires and settings".to_owned());
    let (last, first) = parts.split_last().expect("there is always its place");
    let all =
        if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
    format!("{}, version {}: {all}. Exported for n8n, it is as it was.", node.node_type, node.v)
}

#[cfg(test)]
mod tests {
    use reporunner_model::{NodeId, TypeName};

    use super::*;

    #[test]
    fn what_is_kept_is_said_in_words() {
        let mut node =
            Node::new(NodeId::new("a"), TypeName::new("n8n-nodes-base.slack"), "2.1", "Slack");
        let bare = "n8n-nodes-base.slack, version 2.1: its place, wires and settings. Exported for \
                    n8n, it is as it was.";
        assert_eq!(kept(&node), bare);
        node.params.insert("text".to_owned(), "hi".into());
        node.creds.insert("slackApi".to_owned(), "Team".to_owned());
        assert!(
            kept(&node).contains(
                "1 parameter, the credential “Team” (slackApi) and its place, wires and settings."
            ),
            "{}",
            kept(&node)
        );
    }
}
