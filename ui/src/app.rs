//! The root: shared state, the page that the address names, and what floats over every page.

use leptos::prelude::*;

use crate::kit::{
    Button, Empty, FailureNote, Loading, MenuHost, PromptHost, ToastHost, TooltipHost,
};
use crate::route::{self, Route, Tab};
use crate::shell::{Banner, LiveRegion, Rail, warn_before_leaving, watch_keys};
use crate::state::{AppState, Load};

/// The whole interface.
#[component]
pub(crate) fn App() -> impl IntoView {
    let app = AppState::start();
    provide_context(app);
    watch_keys(app);
    warn_before_leaving();
    view! {
        <div class="rr-app">
            <Rail/>
            <div class="rr-app__main">
                <Banner/>
                <Page/>
            </div>
        </div>
        <crate::home::DropAnywhere/>
        <ToastHost/>
        <PromptHost/>
        <crate::editor::KeysDialog/>
        <MenuHost/>
        <TooltipHost/>
        <LiveRegion/>
    }
}

/// The page that the address names, once the backend has answered.
#[component]
fn Page() -> impl IntoView {
    let app = crate::state::use_app();
    let ready = Memo::new(move |_| match app.welcome.get() {
        Load::Waiting => Load::Waiting,
        Load::Ready(_) => Load::Ready(()),
        Load::Failed(failure) => Load::Failed(failure),
    });
    view! {
        {move || match ready.get() {
            Load::Waiting => view! { <Loading what="Opening your workflows…"/> }.into_any(),
            Load::Failed(failure) => {
                view! { <FailureNote failure on_retry=move |()| app.load()/> }.into_any()
            }
            Load::Ready(()) => view! { <Routed/> }.into_any(),
        }}
    }
}

#[component]
fn Routed() -> impl IntoView {
    let app = crate::state::use_app();
    // Another tab of the same workflow is no other page.
    let page = Memo::new(move |_| match app.route.get() {
        Route::Workflow { id, .. } => Route::editor(id),
        other => other,
    });
    let tab = Signal::derive(move || match app.route.get() {
        Route::Workflow { tab, .. } => tab,
        _ => Tab::Editor,
    });
    move || match page.get() {
        Route::Home => view! { <crate::home::Home/> }.into_any(),
        Route::Trash => view! { <crate::home::Trash/> }.into_any(),
        Route::Workflow { id, .. } => view! { <crate::editor::WorkflowPage id tab/> }.into_any(),
        Route::Runs => view! { <crate::runs::RunsPage/> }.into_any(),
        Route::Run { id } => view! { <crate::editor::RunPage id/> }.into_any(),
        Route::Settings => view! { <crate::settings::SettingsPage/> }.into_any(),
        Route::Bench => view! { <crate::bench::Bench/> }.into_any(),
        Route::Unknown => view! { <Lost/> }.into_any(),
    }
}

#[component]
fn Lost() -> impl IntoView {
    view! {
        <Empty icon="search" title="There is nothing at this address">
            <Button on_press=move |_| route::go(&Route::Home)>"Show all workflows"</Button>
        </Empty>
    }
}
