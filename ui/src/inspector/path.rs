//! A path on the machine that runs the workflow: typed, or chosen in the system's dialog.
//!
//! Whether a workflow may use a path is the backend's to say; what is offered here is the folder
//! that would have to be allowed.

use leptos::prelude::*;
use reporunner_model::PathKind;
use serde_json::Value;

use super::field::Workbench;
use super::form::Spot;
use super::text::TextControl;
use crate::backend::Backend;
use crate::kit::{Button, Icon};
use crate::state::AppState;

/// Folder of the workflows' own files within the data folder, each by its workflow's id.
const OWN_FILES: &str = "files";

/// The control of a path.
#[component]
pub(super) fn PathControl(
    /// Where the path is.
    spot: Spot,
    /// What the field keeps.
    bench: Workbench,
    /// What it leads to.
    kind: PathKind,
) -> impl IntoView {
    let can_browse = Backend::chooses_paths() && !spot.form.read_only();
    view! {
        <div class="rr-path">
            <TextControl spot bench multiline=false secret=false/>
            {can_browse.then(|| view! {
                <Button icon="folder-open" on_press=move |_| browse(spot, kind)>"Browse…"</Button>
            })}
        </div>
        <Offer spot kind/>
    }
}

fn browse(spot: Spot, kind: PathKind) {
    let places = Places::now(spot);
    let typed = spot.text().get_untracked();
    let start = if is_whole(&typed) { folder_of(&typed, kind) } else { Some(places.own.as_str()) };
    let start = start.unwrap_or_default().to_owned();
    let app = spot.form.editor.app;
    leptos::task::spawn_local(async move {
        match Backend::choose_path(kind, &start).await {
            Ok(Some(path)) => spot.set(Value::from(places.shortened(&path))),
            Ok(None) => {}
            Err(failure) => app.fail(&failure),
        }
    });
}

/// Offers to allow the folder of a path that workflows may not reach.
#[component]
fn Offer(
    /// Where the path is.
    spot: Spot,
    /// What it leads to.
    kind: PathKind,
) -> impl IntoView {
    let app = spot.form.editor.app;
    let text = spot.text();
    let folder = Memo::new(move |_| {
        // What is allowed changes with the settings.
        app.settings.track();
        Places::now(spot).closed_folder(&text.get(), kind).filter(|_| !spot.form.read_only())
    });
    move || {
        folder.get().map(|folder| {
            let words = format!("Workflows may not use {folder} yet.");
            view! {
                <div class="rr-param__offer" role="status">
                    <Icon name="lock"/>
                    <span class="rr-text">{words}</span>
                    <Button on_press=move |_| allow(app, folder.clone())>"Allow this folder"</Button>
                </div>
            }
        })
    }
}

fn allow(app: AppState, folder: String) {
    leptos::task::spawn_local(async move {
        let added = folder.clone();
        match app.try_settings(move |settings| settings.allowed_folders.push(added)).await {
            Ok(()) => {
                let words = format!("Every workflow on this machine may use {folder} now");
                let undo = move |()| {
                    let gone = folder.clone();
                    app.change_settings(|settings| {
                        settings.allowed_folders.retain(|known| *known != gone);
                    });
                };
                app.toast_with(words, "Undo", Callback::new(undo));
            }
            Err(failure) => app.fail(&failure),
        }
    });
}

/// Where a workflow's files may lie.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    /// The data folder.
    data: String,
    /// The workflow's own folder in it.
    own: String,
    /// Folders that are allowed.
    allowed: Vec<String>,
}

impl Places {
    fn now(spot: Spot) -> Self {
        let editor = spot.form.editor;
        let welcome = editor.app.welcome;
        let data = welcome.with_untracked(|welcome| {
            welcome.ready().map(|welcome| welcome.folder.clone()).unwrap_or_default()
        });
        let allowed = editor.app.settings.with_untracked(|all| all.allowed_folders.clone());
        Self { own: format!("{data}/{OWN_FILES}/{}", editor.workflow_id()), data, allowed }
    }

    /// The path as it starts at the workflow's own folder, where it lies in it.
    fn shortened(&self, path: &str) -> String {
        match path.strip_prefix(&self.own).and_then(|rest| rest.strip_prefix('/')) {
            Some(below) if !below.is_empty() => below.to_owned(),
            _ => path.to_owned(),
        }
    }

    /// The folder that must be allowed before `path` can be used, where that may be offered.
    fn closed_folder(&self, path: &str, kind: PathKind) -> Option<String> {
        let path = path.trim();
        let climbs = path.split(['/', '\\']).any(|part| part == "..");
        if !is_whole(path) || climbs {
            return None;
        }
        let folder = folder_of(path, kind)?;
        let mut open = self.allowed.iter().chain([&self.own, &self.data]);
        // The data folder is closed for good, and all of a disk is too much for one click.
        let top = folder.trim_end_matches(['/', '\\']);
        let whole_disk = top.is_empty() || top.ends_with(':');
        (!whole_disk && !open.any(|known| lies_in(top, known))).then(|| top.to_owned())
    }
}

/// Whether a path says all of where it leads.
fn is_whole(path: &str) -> bool {
    let drive = path.as_bytes();
    path.starts_with('/')
        || (drive.len() > 2 && drive[0].is_ascii_alphabetic() && &drive[1..3] == b":\\")
}

/// The folder that a path leads into: before its last part, and before the first that is a
/// pattern.
fn folder_of(path: &str, kind: PathKind) -> Option<&str> {
    if kind == PathKind::Folder {
        return Some(path);
    }
    let fixed = path.find(['*', '?', '[', '{']).map_or(path, |at| &path[..at]);
    fixed.rfind(['/', '\\']).map(|at| &path[..at])
}

fn lies_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches(['/', '\\']);
    let below = path.strip_prefix(folder);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            data: "/home/a/data".to_owned(),
            own: "/home/a/data/files/w1".to_owned(),
            allowed: vec!["/srv/reports/".to_owned(), "D:\\in".to_owned()],
        }
    }

    #[track_caller]
    fn offers(path: &str, kind: PathKind, expected: Option<&str>) {
        assert_eq!(places().closed_folder(path, kind).as_deref(), expected, "{path}");
    }

    #[test]
    fn the_folder_of_a_closed_path_is_offered() {
        offers("/srv/other/a.csv", PathKind::File, Some("/srv/other"));
        offers("/srv/other/2026/*/a?.csv", PathKind::File, Some("/srv/other/2026"));
        offers("/srv/reports2/a.csv", PathKind::NewFile, Some("/srv/reports2"));
        offers("/srv/other/", PathKind::Folder, Some("/srv/other"));
        offers("C:\\out\\a.csv", PathKind::NewFile, Some("C:\\out"));
    }

    #[test]
    fn nothing_is_offered_where_it_is_open_or_must_stay_closed() {
        offers("/srv/reports/a.csv", PathKind::File, None);
        offers("/srv/reports/deep/*.csv", PathKind::File, None);
        offers("D:\\in\\a.csv", PathKind::File, None);
        offers("reports/a.csv", PathKind::File, None);
        offers("/home/a/data/files/w1/a.csv", PathKind::File, None);
        offers("/home/a/data/reporunner.db", PathKind::File, None);
        offers("/a.csv", PathKind::File, None);
        offers("/", PathKind::Folder, None);
        offers("/srv/reports/../other/a.csv", PathKind::File, None);
        offers("", PathKind::File, None);
    }

    #[test]
    fn a_path_in_the_own_folder_starts_there() {
        assert_eq!(places().shortened("/home/a/data/files/w1/in/a.csv"), "in/a.csv");
        assert_eq!(
            places().shortened("/home/a/data/files/w12/a.csv"),
            "/home/a/data/files/w12/a.csv"
        );
        assert_eq!(places().shortened("/srv/a.csv"), "/srv/a.csv");
    }
}
