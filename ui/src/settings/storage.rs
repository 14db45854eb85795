//! How much disk is used, and freeing it.

use leptos::prelude::*;
use reporunner_protocol::{Failure, GetStorage, StorageUse, SweepNow};

use crate::kit::{Button, Spinner};
use crate::state::{Load, use_app};
use crate::time::{bytes, count};

/// How much is used.
#[component]
pub(super) fn Storage() -> impl IntoView {
    let app = use_app();
    let used = RwSignal::new(Load::<StorageUse>::Waiting);
    let sweeping = RwSignal::new(false);
    leptos::task::spawn_local(async move {
        let answer = app.backend.call(GetStorage {}).await;
        used.try_set(answer.into());
    });
    let sweep = move |_| {
        sweeping.set(true);
        leptos::task::spawn_local(async move {
            let before = used.with_untracked(|used| used.ready().copied());
            let answer: Result<StorageUse, Failure> = app.backend.call(SweepNow {}).await;
            sweeping.try_set(false);
            match answer {
                Ok(now) => {
                    let size = |used: StorageUse| used.database + used.binaries;
                    let freed = before.map_or(0, |before| size(before).saturating_sub(size(now)));
                    app.toast(format!("{} freed", bytes(freed)));
                    used.try_set(Load::Ready(now));
                }
                Err(failure) => app.fail(&failure),
            }
        });
    };
    let words = move || match used.get() {
        Load::Waiting => "Measuring…".to_owned(),
        Load::Failed(failure) => failure.message,
        Load::Ready(used) => format!(
            "{} of runs and workflows, {} of files, {}",
            bytes(used.database),
            bytes(used.binaries),
            count(used.runs as usize, "run")
        ),
    };
    view! {
        <div class="rr-settings__line">
            <div>
                <div class="rr-settings__label">"In use now"</div>
                <div class="rr-settings__help rr-num" role="status">{words}</div>
            </div>
            <div class="rr-settings__value">
                <Button icon="trash-2" disabled=sweeping on_press=sweep>
                    "Free what may go"
                    <Show when=move || sweeping.get()><Spinner/></Show>
                </Button>
            </div>
        </div>
    }
}
