//! Short messages at an edge of the window, with a way back where there is one.

use leptos::prelude::*;

use super::{Icon, IconButton};
use crate::route::{Route, Tab};
use crate::state::{Toast, Tone, use_app};

/// Shows the toasts. There is one of these.
#[component]
pub(crate) fn ToastHost() -> impl IntoView {
    let app = use_app();
    // Over a canvas they come from above: the tools are at its foot, the data below it.
    let on_canvas = move || {
        app.route.with(|route| {
            matches!(route, Route::Workflow { tab: Tab::Editor, .. } | Route::Run { .. })
        })
    };
    view! {
        <div class="rr-toasts" class=("rr-toasts--canvas", on_canvas) role="region" aria-label="Messages">
            <For each=move || app.toasts.get() key=|toast| toast.id let:toast>
                <ToastCard toast/>
            </For>
        </div>
    }
}

#[component]
fn ToastCard(
    /// The message.
    toast: Toast,
) -> impl IntoView {
    let app = use_app();
    let id = toast.id;
    let bad = toast.tone == Tone::Bad;
    let button = toast.action.map(|(words, action)| {
        let on_press = move |_| {
            app.dismiss(id);
            action.run(());
        };
        view! {
            <button type="button" class="rr-toast__action" on:click=on_press>{words}</button>
        }
    });
    view! {
        <div class="rr-toast" class=("rr-toast--bad", bad)>
            <Icon name=if bad { "circle-alert" } else { "info" } class="rr-toast__icon"/>
            <div class="rr-toast__words">
                <span>{toast.text}</span>
                {toast.hint.map(|hint| view! { <span class="rr-toast__hint">{hint}</span> })}
            </div>
            {button}
            <IconButton icon="x" label="Dismiss" on_press=move |_| app.dismiss(id)/>
        </div>
    }
}
