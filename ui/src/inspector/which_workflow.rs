//! A workflow, chosen by name from those of this folder.
//!
//! What is stored is what n8n stores: the id alone in old versions of a node, else an object with
//! id and name. A workflow that is not here stays as it was written, and is shown by that.

use leptos::prelude::*;
use reporunner_protocol::{ListWorkflows, WorkflowFilter};
use serde_json::{Value, json};

use super::form::{Spot, plain};
use crate::kit::Select;

/// The version of a node that takes the id alone.
const ID_ALONE: &str = "1";

/// The control of a workflow.
#[component]
pub(super) fn WorkflowControl(
    /// Where it is named.
    spot: Spot,
) -> impl IntoView {
    let app = spot.form.editor.app;
    let known = RwSignal::new(Vec::<(String, String)>::new());
    leptos::task::spawn_local(async move {
        let filter = WorkflowFilter::default();
        if let Some(list) = app.ask(ListWorkflows { filter }).await {
            let named = list.into_iter().map(|found| (found.id.to_string(), found.name));
            known.try_set(named.collect());
        }
    });
    let named = Memo::new(move |_| Named::of(&spot.effective()));
    let value = Signal::derive(move || known.with(|known| named.with(|named| named.key(known))));
    let options = Signal::derive(move || {
        let mut all = known.get();
        let value = value.get();
        if all.iter().all(|(id, _)| *id != value) {
            all.insert(0, (value, named.with(Named::words)));
        }
        all
    });
    let on_pick = Callback::new(move |picked: String| {
        let name = known.with_untracked(|known| {
            known.iter().find(|(id, _)| *id == picked).map(|(_, name)| name.clone())
        });
        // What is not here is chosen already.
        if let Some(name) = name.filter(|_| !spot.form.read_only()) {
            let node = spot.form.node;
            let old = node.with_untracked(|node| node.as_ref().is_some_and(|at| at.v == ID_ALONE));
            spot.set(if old { Value::from(picked) } else { chosen(&picked, &name) });
        }
    });
    view! { <Select options value label=spot.label() on_pick/> }
}

/// What is stored of a workflow that was chosen from the list.
fn chosen(id: &str, name: &str) -> Value {
    json!({ "__rl": true, "mode": "list", "value": id, "cachedResultName": name })
}

/// How a workflow is named.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    /// By its id; what a person typed may be the name.
    id: String,
    /// By its name when it was chosen.
    name: Option<String>,
}

impl Named {
    fn of(value: &Value) -> Self {
        let Value::Object(chosen) = value else { return Self { id: plain(value), name: None } };
        let name = chosen.get("cachedResultName").and_then(Value::as_str);
        Self {
            id: chosen.get("value").map(plain).unwrap_or_default(),
            name: name.map(str::to_owned),
        }
    }

    /// The id of the one among `known` that is meant, as a run finds it: by id, else by name. Where
    /// there is none, what is written.
    fn key(&self, known: &[(String, String)]) -> String {
        let by_id = known.iter().find(|(id, _)| *id == self.id);
        let name = self.name.as_ref().unwrap_or(&self.id);
        let mut called_so = known.iter().filter(|(_, at)| at == name);
        // Of two that are called so, a run takes neither.
        let by_name = called_so.next().filter(|_| called_so.next().is_none());
        by_id.or(by_name).map_or_else(|| self.id.clone(), |(id, _)| id.clone())
    }

    /// What to show of one that is not here.
    fn words(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None if self.id.is_empty() => "Choose a workflow".to_owned(),
            None => self.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Named, chosen};

    #[track_caller]
    fn check(value: Value, key: &str, words: &str) {
        let known = [("a1", "Tidy"), ("b2", "Send"), ("c3", "a1"), ("d4", "Twin"), ("e5", "Twin")];
        let known = known.map(|(id, name)| (id.to_owned(), name.to_owned()));
        let named = Named::of(&value);
        assert_eq!((named.key(&known), named.words()), (key.to_owned(), words.to_owned()));
    }

    #[test]
    fn a_workflow_is_found_by_id_then_by_name() {
        check(json!("b2"), "b2", "b2");
        check(json!("Send"), "b2", "Send");
        // An id counts before a name.
        check(json!("a1"), "a1", "a1");
        check(chosen("a1", "What it was called"), "a1", "What it was called");
        check(json!({ "__rl": true, "mode": "id", "value": "b2" }), "b2", "b2");
        let elsewhere = json!({ "__rl": true, "value": "x9", "cachedResultName": "Send" });
        check(elsewhere, "b2", "Send");
    }

    #[test]
    fn one_that_is_not_here_is_shown_as_it_is_written() {
        check(json!(""), "", "Choose a workflow");
        check(json!("Elsewhere"), "Elsewhere", "Elsewhere");
        check(json!("Twin"), "Twin", "Twin");
        check(chosen("x9", "Elsewhere"), "x9", "Elsewhere");
    }
}
