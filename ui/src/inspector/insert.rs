//! Putting a field of the data into a parameter by key: a menu of the fields there are.

use leptos::prelude::*;
use reporunner_model::PropertyKind;

use super::field::{Workbench, take};
use super::form::Spot;
use super::strings;
use crate::data::{Dragged, FieldOf};
use crate::kit::{IconButton, MenuAction, MenuItem, OpenMenu, anchor_of};

/// Most fields that the menu lists.
const LISTED: usize = 100;

/// The button that opens the menu.
#[component]
pub(super) fn InsertField(
    /// Where the value is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
) -> impl IntoView {
    let open = move |event: leptos::ev::MouseEvent| {
        let anchor = anchor_of(&event);
        leptos::task::spawn_local(async move {
            let fields = spot.form.fields().await;
            let app = spot.form.editor.app;
            if fields.is_empty() {
                app.toast(strings::NO_FIELDS);
                return;
            }
            let item = |field: FieldOf| -> MenuItem {
                let words = field.words();
                let dragged = field.dragged();
                let run = Callback::new(move |()| put(spot, bench, &dragged));
                MenuAction::new(words, run).into()
            };
            let mut items = vec![MenuItem::Heading("Fields of the input".to_owned())];
            items.extend(fields.into_iter().take(LISTED).map(item));
            app.menu.set(Some(OpenMenu::new("Insert a field", anchor, items)));
        });
    };
    let label = match spot.property().kind {
        PropertyKind::Fields => "Add a field's name",
        _ => "Insert a field of the data",
    };
    view! { <IconButton class="rr-param__insert" icon="braces" label menu=true on_press=open/> }
}

fn put(spot: Spot, bench: Workbench, dragged: &Dragged) {
    take(spot, bench, dragged, None);
}

/// A list of names with one more, once.
pub(super) fn append_names(names: &str, name: &str) -> String {
    let mut all: Vec<&str> =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if !all.contains(&name) {
        all.push(name);
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::append_names;

    #[test]
    fn a_name_is_listed_once() {
        assert_eq!(append_names("", "a"), "a");
        assert_eq!(append_names("a,b", "c"), "a, b, c");
        assert_eq!(append_names("a, b", "b"), "a, b");
    }
}
