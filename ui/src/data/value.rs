//! One value by itself, whole, in a dialog.

use leptos::prelude::*;
use reporunner_protocol::GetValue;
use serde_json::Value;

use super::Shared;
use crate::browser;
use crate::kit::{Button, Dialog, FailureNote, Loading};
use crate::state::Load;
use crate::time::grouped;

/// Longest text that is put on the page, characters; all of it can be copied.
const SHOWN: usize = 200_000;

/// Shows the value that is opened.
#[component]
pub(super) fn ValueDialog() -> impl IntoView {
    let shared = expect_context::<Shared>();
    let app = shared.editor.app;
    let loaded = RwSignal::new(Load::<String>::Waiting);
    Effect::new(move || {
        let Some((at, item, path)) = shared.opened.get() else { return };
        loaded.set(Load::Waiting);
        leptos::task::spawn_local(async move {
            let answer = app.backend.call(GetValue { at, item, path }).await;
            let text = answer.map(|value| match value {
                Value::String(text) => text,
                other => serde_json::to_string_pretty(&other).unwrap_or_default(),
            });
            loaded.try_set(text.into());
        });
    });
    let title = Signal::derive(move || {
        shared.opened.with(|opened| match opened {
            Some((_, item, path)) => format!("{} of item {}", path.join("."), grouped(item + 1)),
            None => String::new(),
        })
    });
    let open = Signal::derive(move || shared.opened.with(Option::is_some));
    let close = move || shared.opened.set(None);
    let copy = move |_| {
        let Some(text) = loaded.with_untracked(|loaded| loaded.ready().cloned()) else { return };
        leptos::task::spawn_local(async move {
            if browser::copy_text(&text).await {
                app.toast("The value is copied");
            }
        });
    };
    view! {
        <Dialog open title size="l" on_close=move |()| close()>
            <div class="rr-dialog__part rr-value">
                {move || match loaded.get() {
                    Load::Waiting => view! { <Loading what="Reading the value…"/> }.into_any(),
                    Load::Failed(failure) => view! { <FailureNote failure/> }.into_any(),
                    Load::Ready(text) => text_of(&text).into_any(),
                }}
            </div>
            <footer class="rr-dialog__foot">
                <Button icon="copy" on_press=copy>"Copy"</Button>
                <Button on_press=move |_| close()>"Close"</Button>
            </footer>
        </Dialog>
    }
}

fn text_of(text: &str) -> impl IntoView + use<> {
    let length = text.chars().count();
    let shown: String = text.chars().take(SHOWN).collect();
    view! {
        <pre class="rr-value__text" tabindex="0">{shown}</pre>
        {(length > SHOWN).then(|| view! {
            <p class="rr-param__help">
                {format!("The first {} of {} characters. Copy gives all of it.", grouped(SHOWN), grouped(length))}
            </p>
        })}
    }
}
