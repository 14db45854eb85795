//! What surrounds every page: the rail, the banner of a lost connection, the live region, and F6.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use reporunner_model::WorkflowId;
use reporunner_protocol::{Failure, Theme};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::browser;
use crate::kit::{Icon, IconButton, MenuAction, MenuItem, OpenMenu, Prompt, Spinner, anchor_of};
use crate::route::{self, Route};
use crate::state::{AppState, sentence, use_app};

/// Key under which the workflow opened last is kept, one for each data folder; none before the
/// folder is known.
fn last_key(app: AppState) -> Option<String> {
    app.welcome.with(|welcome| Some(format!("last-workflow {}", welcome.ready()?.folder)))
}

/// Keeps which workflow was opened last; none where that is not there any more.
pub(crate) fn keep_last(app: AppState, id: Option<&WorkflowId>) {
    if let Some(key) = untrack(|| last_key(app)) {
        browser::keep(&key, id.map_or("", WorkflowId::as_str));
    }
}

/// The places of the house, at the left edge.
#[component]
pub(crate) fn Rail() -> impl IntoView {
    let app = use_app();
    let last = Memo::new(move |_| {
        if let Route::Workflow { id, .. } = app.route.get() {
            return Some(id);
        }
        browser::kept(&last_key(app)?).and_then(|id| id.parse().ok())
    });
    let editor = move || last.get().map(|id| Route::editor(id).hash());
    let initial = move || {
        let name = app.settings.with(|settings| settings.author_name.clone());
        name.chars().next().map_or_else(|| "·".to_owned(), |first| first.to_uppercase().to_string())
    };
    view! {
        <nav class="rr-rail" aria-label="Places" data-region="Places">
            <a class="rr-rail__logo" href="#/" aria-label="Reporunner, all workflows">
                <img src="icon.svg" width="28" height="28" alt=""/>
            </a>
            <Place icon="house" label="Workflows" href=Signal::derive(|| Some("#/".to_owned()))
                on=Signal::derive(move || matches!(app.route.get(), Route::Home | Route::Trash))/>
            <Place icon="workflow" label="Editor" href=Signal::derive(editor)
                on=Signal::derive(move || matches!(app.route.get(), Route::Workflow { .. }))/>
            <Place icon="history" label="Runs" href=Signal::derive(|| Some("#/runs".to_owned()))
                on=Signal::derive(move || matches!(app.route.get(), Route::Runs | Route::Run { .. }))/>
            <span class="rr-rail__gap"></span>
            <Place icon="settings" label="Settings" href=Signal::derive(|| Some("#/settings".to_owned()))
                on=Signal::derive(move || app.route.get() == Route::Settings)/>
            <button
                type="button"
                class="rr-rail__person"
                aria-haspopup="menu"
                aria-label="You"
                data-tip=move || app.settings.with(|settings| settings.author_name.clone())
                on:click=move |event| person_menu(app, &event)
            >
                <span class="rr-avatar">{initial}</span>
            </button>
        </nav>
    }
}

#[component]
fn Place(
    /// Its icon.
    icon: &'static str,
    /// Its name.
    label: &'static str,
    /// Where it is; none where there is nothing yet.
    href: Signal<Option<String>>,
    /// Whether it is shown.
    on: Signal<bool>,
) -> impl IntoView {
    view! {
        <Show when=move || href.with(Option::is_some)>
            <a
                class="rr-rail__place"
                href=move || href.get()
                aria-label=label
                data-tip=label
                aria-current=move || on.get().then_some("page")
            >
                <Icon name=icon/>
            </a>
        </Show>
    }
}

fn person_menu(app: AppState, event: &web_sys::MouseEvent) {
    let settings = app.settings.get_untracked();
    let theme = |words: &str, theme: Theme| -> MenuItem {
        let pick = Callback::new(move |()| app.change_settings(|settings| settings.theme = theme));
        MenuAction::new(words, pick).checked(settings.theme == theme).into()
    };
    let name = settings.author_name.clone();
    let rename = Callback::new(move |()| {
        let then = Callback::new(move |name: String| {
            app.change_settings(|settings| settings.author_name = name);
        });
        app.prompt.set(Some(Prompt::text(
            "What are you called?",
            "Your name",
            &name,
            "Save",
            then,
        )));
    });
    let items = vec![
        MenuAction::new("Change your name…", rename).icon("user").into(),
        MenuAction::new("Keyboard shortcuts", Callback::new(move |()| app.keys_open.set(true)))
            .icon("keyboard")
            .keys("?")
            .into(),
        MenuItem::Line,
        MenuItem::Heading("Theme".to_owned()),
        theme("As the system", Theme::System),
        theme("Light", Theme::Light),
        theme("Dark", Theme::Dark),
    ];
    app.menu.set(Some(OpenMenu::new("You", anchor_of(event), items)));
}

const RECONNECTING: &str =
    "Reconnecting. What you change is kept and saved as soon as the connection is back.";
const ENDED: &str = "Reporunner was started again and does not know this page any more. Open the \
                     link that it printed in another tab: this one then goes on, and what you \
                     changed here is saved.";

/// Says that the connection is lost, or that nothing can be saved.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let app = use_app();
    let read_only = Memo::new(move |_| {
        app.welcome.with(|welcome| welcome.ready().and_then(|welcome| welcome.read_only.clone()))
    });
    // What the backend says of the disk says what becomes of open edits too.
    let unsaved = Memo::new(move |_| {
        let told = app.welcome.with(|welcome| welcome.ready()?.disk_full.clone());
        told.or_else(|| app.unsaved.with(|all| all.values().next().map(why_unsaved)))
    });
    view! {
        <Show when=move || app.lost.get()>
            <div class="rr-banner rr-banner--wait" role="status">
                <Spinner/>
                <span>{move || if app.session_ended.get() { ENDED } else { RECONNECTING }}</span>
            </div>
        </Show>
        {move || read_only.get().map(|reason| view! {
            <div class="rr-banner rr-banner--fail" role="alert">
                <Icon name="lock"/>
                <span>{format!("Nothing can be saved here: {reason}")}</span>
            </div>
        })}
        {move || unsaved.get().filter(|_| read_only.with(Option::is_none)).map(|why| view! {
            <div class="rr-banner rr-banner--fail" role="alert">
                <Icon name="triangle-alert"/>
                <span>{why}</span>
            </div>
        })}
    }
}

/// Why edits are not on disk and what to do about it.
pub(crate) fn why_unsaved(failure: &Failure) -> String {
    let mut words = sentence(&failure.message);
    if let Some(hint) = &failure.hint {
        words = format!("{words}. {}", sentence(hint));
    }
    format!("{words}. What you changed is kept in this window and saved as soon as it can be.")
}

/// The browser asks before a page with work that is not saved is closed, whatever it shows.
pub(crate) fn warn_before_leaving() {
    window_event_listener(leptos::ev::beforeunload, move |event| {
        if crate::editor::any_waits() {
            event.prevent_default();
        }
    });
}

/// What a screen reader says. Emptied after a moment, so that the same words can be said again.
#[component]
pub(crate) fn LiveRegion() -> impl IntoView {
    let app = use_app();
    Effect::new(move || {
        let text = app.spoken.get();
        if !text.is_empty() {
            crate::time::after(1_000, move || {
                if app.spoken.with_untracked(|now| *now == text) {
                    app.spoken.set(String::new());
                }
            });
        }
    });
    view! {
        <div class="rr-unseen" role="status" aria-live="polite">{move || app.spoken.get()}</div>
    }
}

/// F6 goes to the next region of the page, Shift+F6 to the one before; `?` lists the keys.
pub(crate) fn watch_keys(app: AppState) {
    window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.default_prevented() {
            return;
        }
        if event.key() == "F6" && !event.ctrl_key() && !event.alt_key() {
            event.prevent_default();
            next_region(if event.shift_key() { -1 } else { 1 });
        } else if event.key() == "?" && !browser::takes_typing(event.target()) {
            event.prevent_default();
            app.keys_open.set(true);
        }
    });
}

pub(crate) fn next_region(by: isize) {
    let Ok(found) = document().query_selector_all("[data-region]") else { return };
    let regions: Vec<HtmlElement> = (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok())
        .filter(|region| region.offset_width() > 0)
        .collect();
    let Some(count) = (!regions.is_empty()).then_some(regions.len() as isize) else { return };
    let active = document().active_element();
    let at = regions.iter().position(|region| region.contains(active.as_ref().map(|e| e.as_ref())));
    let next = at.map_or(0, |at| (at as isize + by).rem_euclid(count)) as usize;
    let region = &regions[next];
    let first = "a[href], button:not(:disabled), input:not(:disabled), \
                 [tabindex='0']:not([role='separator'])";
    let inner = region.query_selector(first).ok().flatten();
    let target = if region.tab_index() >= 0 { None } else { inner };
    let target = target.and_then(|inner| inner.dyn_into::<HtmlElement>().ok());
    let _ = target.unwrap_or_else(|| region.clone()).focus();
}

/// A page with a heading and a body that scrolls.
#[component]
pub(crate) fn PageFrame(
    /// Its heading.
    #[prop(into)]
    title: String,
    /// Buttons at the right of the heading.
    #[prop(optional)]
    actions: Option<Children>,
    /// Where the way back goes, and its words.
    #[prop(optional)]
    back: Option<(Route, &'static str)>,
    /// The body.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="rr-page" data-region=title tabindex="-1">
            <header class="rr-page__head">
                {back.map(|(route, words)| view! {
                    <IconButton icon="arrow-left" label=words on_press=move |_| route::go(&route)/>
                })}
                <h1 class="rr-page__title">{title.clone()}</h1>
                <span class="rr-grow"></span>
                {actions.map(|actions| actions())}
            </header>
            {children()}
        </main>
    }
}
