//! The versions of a workflow: named, published, and those kept by themselves.

use leptos::prelude::*;
use reporunner_protocol::{ListVersions, VersionKind, VersionSummary};

use super::commands::name_version;
use super::desk::use_desk;
use crate::kit::{Badge, BadgeKind, Button, ButtonKind, Empty, FailureNote, Icon, Loading};
use crate::state::Load;
use crate::time::{ago, count, moment, now};

/// The tab.
#[component]
pub(super) fn Versions() -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let list = RwSignal::new(Load::<Vec<VersionSummary>>::Waiting);
    let changes = Memo::new(move |_| editor.document.with(|document| document.state.clone()));
    Effect::new(move || {
        desk.versions.track();
        changes.track();
        let id = editor.workflow_id();
        leptos::task::spawn_local(async move {
            let answer = editor.app.backend.call(ListVersions { id }).await;
            list.try_set(answer.into());
        });
    });
    view! {
        <main class="rr-page" data-region="Versions" tabindex="-1">
            <header class="rr-page__head">
                <h1 class="rr-page__title">"Versions"</h1>
                <span class="rr-grow"></span>
                <Button kind=ButtonKind::Primary icon="flag" keys="M+S" on_press=move |_| name_version(desk)>
                    "Name this version"
                </Button>
            </header>
            {move || match list.get() {
                Load::Waiting => view! { <Loading what="Loading the versions…"/> }.into_any(),
                Load::Failed(failure) => view! { <FailureNote failure/> }.into_any(),
                Load::Ready(all) if all.is_empty() => view! {
                    <Empty icon="history" title="No version is kept yet"
                        text="Every edit is saved by itself. Name a version to come back to it, or publish to keep what triggers run."/>
                }
                .into_any(),
                Load::Ready(all) => view! {
                    <div class="rr-list rr-versions" role="list" aria-label="Versions">
                        {all.into_iter().map(|version| view! { <Line version/> }).collect_view()}
                    </div>
                }
                .into_any(),
            }}
        </main>
    }
}

#[component]
fn Line(
    /// The version.
    version: VersionSummary,
) -> impl IntoView {
    let desk = use_desk();
    let editor = desk.editor;
    let (icon, kind) = match version.kind {
        VersionKind::Auto => ("clock", "kept by itself"),
        VersionKind::Named => ("flag", "named"),
        VersionKind::Published => ("upload", "published"),
    };
    let id = version.id;
    // One that was kept by itself has no name.
    let title = match version.title.trim() {
        "" => format!("Version of {}", moment(version.at)),
        title => title.to_owned(),
    };
    let shown = title.clone();
    let restore = move |_| {
        editor.restore(id.clone());
        let undo = Callback::new(move |()| editor.undo());
        editor.app.toast_with(format!("The draft is again: {title}"), "Undo", undo);
    };
    view! {
        <div class="rr-list__row rr-list__row--version" role="listitem">
            <Icon name=icon/>
            <span class="rr-list__name">
                <b>{shown}</b>
                <span class="rr-list__sub">{format!("{kind} by {} · {}", version.by, count(version.nodes, "node"))}</span>
            </span>
            <span>
                <Show when=move || version.current>
                    <Badge kind=BadgeKind::Ok>"runs now"</Badge>
                </Show>
            </span>
            <span class="rr-list__edited" data-tip=moment(version.at)>{ago(version.at, now())}</span>
            <Button icon="rotate-ccw" on_press=restore>"Restore"</Button>
        </div>
    }
}
