//! Where one starts: the examples on a first run, and three ways under the list.

use leptos::prelude::*;
use reporunner_protocol::{AddExample, Example, ListExamples};

use super::strings::text;
use super::{actions, import};
use crate::kit::{Button, ButtonKind, Dialog, FailureNote, Icon, Loading};
use crate::route::{self, Route};
use crate::state::{AppState, Load, use_app};

fn use_examples(app: AppState) -> RwSignal<Load<Vec<Example>>> {
    let examples = RwSignal::new(Load::Waiting);
    leptos::task::spawn_local(async move {
        let answer = app.backend.call(ListExamples {}).await;
        examples.try_set(answer.into());
    });
    examples
}

/// What one sees while there is no workflow.
#[component]
pub(super) fn FirstRun() -> impl IntoView {
    let app = use_app();
    view! {
        <main class="rr-page rr-welcome" data-region=text::TITLE tabindex="-1">
            <img class="rr-welcome__logo" src="icon.svg" width="56" height="56" alt=""/>
            <h1 class="rr-welcome__title">{text::WELCOME}</h1>
            <p class="rr-welcome__text">{text::WELCOME_TEXT}</p>
            <div class="rr-welcome__actions">
                <Button kind=ButtonKind::Primary icon="plus" keys="M+N" on_press=move |_| actions::create(app)>
                    {text::NEW}
                </Button>
                <Button icon="import" on_press=move |_| import::choose_file(app)>"Import a file"</Button>
                <Button icon="clipboard" on_press=move |_| import::paste(app)>"Paste"</Button>
            </div>
            <Examples/>
        </main>
    }
}

/// The examples as cards.
#[component]
fn Examples() -> impl IntoView {
    let app = use_app();
    let examples = use_examples(app);
    view! {
        {move || match examples.get() {
            Load::Waiting => view! { <Loading what="Loading the examples…"/> }.into_any(),
            Load::Failed(failure) => view! { <FailureNote failure/> }.into_any(),
            Load::Ready(all) => view! {
                <div class="rr-examples" role="list" aria-label="Examples">
                    {all.into_iter().map(|example| view! { <Card example/> }).collect_view()}
                </div>
            }
            .into_any(),
        }}
    }
}

#[component]
fn Card(
    /// The example.
    example: Example,
) -> impl IntoView {
    let app = use_app();
    let busy = RwSignal::new(false);
    let name = example.name.clone();
    let on_press = move |_| {
        let name = name.clone();
        busy.set(true);
        leptos::task::spawn_local(async move {
            let added = app.ask(AddExample { name }).await;
            busy.try_set(false);
            if let Some(id) = added {
                route::go(&Route::editor(id));
            }
        });
    };
    let types = example.types.into_iter().take(6);
    view! {
        <div role="listitem">
            <button type="button" class="rr-example" disabled=move || busy.get() on:click=on_press>
                <b class="rr-example__title">{example.title}</b>
                <span class="rr-example__text">{example.summary}</span>
                <span class="rr-example__steps">
                    {types.map(|name| view! { <crate::kit::Tile node_type=name size="s"/> }).collect_view()}
                </span>
            </button>
        </div>
    }
}

/// Three ways to start, under the list.
#[component]
pub(super) fn Starts() -> impl IntoView {
    let app = use_app();
    let open = RwSignal::new(false);
    view! {
        <div class="rr-starts">
            <button type="button" class="rr-start" on:click=move |_| open.set(true)>
                <Icon name="sparkles"/>
                <span>
                    <b>"Start from an example"</b>
                    <span>"They open ready to try, on your own machine."</span>
                </span>
            </button>
            <button type="button" class="rr-start" on:click=move |_| import::paste(app)>
                <Icon name="file-json"/>
                <span>
                    <b>"Bring a workflow from n8n"</b>
                    <span>"Drop its JSON anywhere here, or paste it."</span>
                </span>
            </button>
            <a class="rr-start" href=Route::Trash.hash()>
                <Icon name="trash-2"/>
                <span>
                    <b>"Look into the trash"</b>
                    <span>"Deleted workflows stay for 30 days."</span>
                </span>
            </a>
        </div>
        <Dialog open title="Start from an example" size="l" on_close=move |()| open.set(false)>
            <div class="rr-dialog__part"><Examples/></div>
        </Dialog>
    }
}
