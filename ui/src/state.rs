//! What the whole interface shares: the backend, what it said about itself, settings, the
//! catalog, the page shown, toasts, the open menu and dialog, and what is spoken.
//!
//! The open workflow is not here: see `document` and `editor::context`.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use reporunner_model::{Catalog, WorkflowId};
use reporunner_protocol::{
    Command, Event, Failure, GetCatalog, GetSettings, Hello, ImportReport, MachineSettings,
    PROTOCOL_VERSION, SaveLocation, SetSettings, Theme, Welcome,
};

use crate::backend::{Backend, Report};
use crate::kit::{OpenMenu, Prompt};
use crate::route::{self, Route};

/// How long what is to be said waits for more, milliseconds.
const SAY_AFTER_MS: i32 = 400;
/// Most things that are said together.
const SAID_MOST: usize = 4;

/// Something that is fetched.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// On its way.
    Waiting,
    /// Here.
    Ready(T),
    /// It did not come.
    Failed(Failure),
}

impl<T> Load<T> {
    /// What came.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<Result<T, Failure>> for Load<T> {
    fn from(result: Result<T, Failure>) -> Self {
        result.map_or_else(Self::Failed, Self::Ready)
    }
}

/// Whether a toast reports something good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What was asked for was done.
    Plain,
    /// Something failed.
    Bad,
}

/// A short message at the edge of the window.
#[derive(Clone)]
pub struct Toast {
    /// Its number.
    pub id: u64,
    /// What happened.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// How it looks.
    pub tone: Tone,
    /// A button and what it does.
    pub action: Option<(String, Callback<()>)>,
}

/// Takes every event of the backend.
type Listener = Callback<Arc<Event>>;

/// The shared state. Copies are the same state.
#[derive(Clone, Copy)]
pub struct AppState {
    /// The way to the backend.
    pub backend: Backend,
    /// The page shown.
    pub route: RwSignal<Route>,
    /// What the backend said about itself.
    pub welcome: RwSignal<Load<Welcome>>,
    /// Every node type.
    pub catalog: RwSignal<Arc<Catalog>>,
    /// Settings of this machine.
    pub settings: RwSignal<MachineSettings>,
    /// Whether the connection is lost and being tried again.
    pub lost: RwSignal<bool>,
    /// Whether that is because the server knows this session no more.
    pub session_ended: RwSignal<bool>,
    /// The workflows with edits that the disk refused, and why; they are tried again.
    pub unsaved: RwSignal<BTreeMap<WorkflowId, Failure>>,
    /// Counts up when the connection came back: what was loaded may be old.
    pub epoch: RwSignal<u64>,
    /// The toasts shown, oldest first.
    pub toasts: RwSignal<Vec<Toast>>,
    /// What a screen reader says next.
    pub spoken: RwSignal<String>,
    /// The menu that is open.
    pub menu: RwSignal<Option<OpenMenu>>,
    /// The question that is open.
    pub prompt: RwSignal<Option<Prompt>>,
    /// Whether the dialog with all keys is open.
    pub keys_open: RwSignal<bool>,
    /// The report of an import that is open, and of which workflow it is.
    pub report: RwSignal<Option<(WorkflowId, ImportReport)>>,
    listeners: StoredValue<Vec<(u64, Listener)>>,
    next: StoredValue<u64>,
    to_say: StoredValue<Vec<String>>,
}

/// The shared state, from anywhere below the root.
pub fn use_app() -> AppState {
    expect_context::<AppState>()
}

impl AppState {
    /// Makes the state, starts listening and loads what everything needs. Called once.
    pub fn start() -> Self {
        let app = Self {
            backend: Backend::connect(),
            route: route::watch(),
            welcome: RwSignal::new(Load::Waiting),
            catalog: RwSignal::new(Arc::default()),
            settings: RwSignal::new(MachineSettings::default()),
            lost: RwSignal::new(false),
            session_ended: RwSignal::new(false),
            unsaved: RwSignal::new(BTreeMap::new()),
            epoch: RwSignal::new(0),
            toasts: RwSignal::new(Vec::new()),
            spoken: RwSignal::new(String::new()),
            menu: RwSignal::new(None),
            prompt: RwSignal::new(None),
            keys_open: RwSignal::new(false),
            report: RwSignal::new(None),
            listeners: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            to_say: StoredValue::new(Vec::new()),
        };
        app.backend.listen(move |report| app.heard(report));
        let system_dark = crate::browser::watch_dark();
        Effect::new(move || {
            show_theme(app.settings.with(|settings| settings.theme), system_dark.get());
        });
        if Backend::is_window() {
            Effect::new(move || app.keep_location());
        }
        app.load();
        app
    }

    /// Loads what everything needs.
    pub fn load(self) {
        leptos::task::spawn_local(async move {
            let loaded = self.load_shared().await;
            if let Ok(welcome) = &loaded
                && self.welcome.with_untracked(|known| known.ready().is_none())
            {
                self.begin(welcome);
            }
            self.welcome.set(loaded.into());
        });
    }

    /// What every page needs before it is shown. All of it is asked for at once.
    async fn load_shared(self) -> Result<Welcome, Failure> {
        let (welcome, catalog, settings) = futures_util::join!(
            self.backend.call(Hello {}),
            self.backend.call(GetCatalog {}),
            self.backend.call(GetSettings {}),
        );
        let welcome = welcome?;
        if welcome.protocol != PROTOCOL_VERSION {
            let other = welcome.protocol;
            let message = format!(
                "This interface speaks version {PROTOCOL_VERSION}, the program speaks version \
                 {other}"
            );
            return Err(Failure::new(reporunner_protocol::Code::Internal, message)
                .hint("Load the page again; if that does not help, restart Reporunner"));
        }
        let catalog = catalog?;
        // Panels that are open keep what they have where nothing changed.
        if self.catalog.with_untracked(|known| **known != catalog) {
            self.catalog.set(Arc::new(catalog));
        }
        self.settings.set(settings?);
        Ok(welcome)
    }

    /// What happens once, and not at each reconnect: notices are told, and the window goes where it
    /// was closed.
    fn begin(self, welcome: &Welcome) {
        for notice in &welcome.notices {
            self.toast(notice.clone());
        }
        let at_the_list = self.route.with_untracked(|route| *route == Route::Home);
        if let Some(id) = welcome.location.clone().filter(|_| at_the_list && Backend::is_window()) {
            let place = Route::editor(id);
            // At once, so that the list is not drawn first.
            self.route.set(place.clone());
            route::go(&place);
        }
    }

    /// Tells the backend where the person is.
    fn keep_location(self) {
        if self.welcome.with(|known| known.ready().is_none()) {
            return;
        }
        let workflow = match self.route.get() {
            Route::Workflow { id, .. } => Some(id),
            Route::Home => None,
            _ => return,
        };
        leptos::task::spawn_local(async move {
            // A place that is not kept costs one click, which is no reason for a message.
            let _ = self.backend.call(SaveLocation { workflow }).await;
        });
    }

    fn heard(self, report: Report) {
        match report {
            Report::Lost => self.lost.set(true),
            Report::SessionEnded => {
                self.lost.set(true);
                self.session_ended.set(true);
            }
            Report::Connected => {
                let again = self.lost.get_untracked();
                self.lost.set(false);
                self.session_ended.set(false);
                if again {
                    self.load();
                    self.epoch.update(|epoch| *epoch += 1);
                }
            }
            Report::Event(event) => {
                match event.as_ref() {
                    Event::SettingsChanged { settings } => self.settings.set((**settings).clone()),
                    Event::DiskChanged { full } => {
                        self.welcome_again(|welcome| welcome.disk_full.clone_from(full));
                    }
                    Event::WebhooksMoved { base, taken } => self.welcome_again(|welcome| {
                        welcome.webhook_base.clone_from(base);
                        welcome.webhook_port_taken.clone_from(taken);
                    }),
                    Event::Notice { message, hint } => {
                        self.push(message.clone(), hint.clone(), Tone::Plain, None);
                    }
                    _ => {}
                }
                let event: Arc<Event> = Arc::from(event);
                for (_, listener) in self.listeners.get_value() {
                    listener.run(event.clone());
                }
            }
        }
    }

    /// Changes what the backend said of itself.
    fn welcome_again(self, change: impl FnOnce(&mut Welcome)) {
        self.welcome.update(|welcome| {
            if let Load::Ready(welcome) = welcome {
                change(welcome);
            }
        });
    }

    /// Calls `listener` for every event until the current owner ends.
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) {
        let id = self.number();
        let listener = Callback::new(move |event: Arc<Event>| listener(&event));
        self.listeners.update_value(|all| all.push((id, listener)));
        on_cleanup(move || self.listeners.update_value(|all| all.retain(|(at, _)| *at != id)));
    }

    /// Asks the backend; a failure becomes a toast.
    pub async fn ask<C: Command>(self, command: C) -> Option<C::Reply> {
        match self.backend.call(command).await {
            Ok(reply) => Some(reply),
            Err(failure) => {
                self.fail(&failure);
                None
            }
        }
    }

    /// Changes the settings of this machine: at once here, then on disk.
    pub fn change_settings(self, change: impl FnOnce(&mut MachineSettings)) {
        let before = self.settings.get_untracked();
        let mut settings = before.clone();
        change(&mut settings);
        if settings == before {
            return;
        }
        self.settings.set(settings.clone());
        leptos::task::spawn_local(async move {
            if let Err(failure) = self.store_settings(settings, &before).await {
                self.fail(&failure);
                self.settings.set(before);
            }
        });
    }

    /// Changes the settings of this machine once the backend takes them: what was typed may be
    /// wrong.
    ///
    /// # Errors
    /// Where it was refused.
    pub async fn try_settings(
        self,
        change: impl FnOnce(&mut MachineSettings),
    ) -> Result<(), Failure> {
        let before = self.settings.get_untracked();
        let mut settings = before.clone();
        change(&mut settings);
        if settings == before { Ok(()) } else { self.store_settings(settings, &before).await }
    }

    async fn store_settings(
        self,
        settings: MachineSettings,
        before: &MachineSettings,
    ) -> Result<(), Failure> {
        let settings = self.backend.call(SetSettings { settings }).await?;
        let told = settings.webhook_port != before.webhook_port || settings.flags != before.flags;
        self.settings.set(settings);
        if told {
            self.greet().await;
        }
        Ok(())
    }

    /// Asks anew for what the backend said of itself: settings decide part of it.
    async fn greet(self) {
        if let Ok(welcome) = self.backend.call(Hello {}).await {
            self.welcome.set(Load::Ready(welcome));
        }
    }

    /// Shows a message.
    pub fn toast(self, text: impl Into<String>) {
        self.push(text.into(), None, Tone::Plain, None);
    }

    /// Shows a message with a button, such as Undo.
    pub fn toast_with(self, text: impl Into<String>, button: &str, action: Callback<()>) {
        self.push(text.into(), None, Tone::Plain, Some((button.to_owned(), action)));
    }

    /// Shows why something failed.
    pub fn fail(self, failure: &Failure) {
        self.push(sentence(&failure.message), failure.hint.clone(), Tone::Bad, None);
    }

    /// Says something to a screen reader.
    ///
    /// What comes within a moment is said together: a region that changes again before it was
    /// read is not read at all.
    pub fn announce(self, text: impl Into<String>) {
        let text = text.into();
        let first = self.to_say.try_update_value(|all| {
            let first = all.is_empty();
            all.retain(|other| *other != text);
            all.push(text);
            // Of a flood only its end is of use.
            let excess = all.len().saturating_sub(SAID_MOST);
            all.drain(..excess);
            first
        });
        if first == Some(true) {
            crate::time::after(SAY_AFTER_MS, move || {
                let all = self.to_say.try_update_value(std::mem::take).unwrap_or_default();
                let said: Vec<&str> = all.iter().map(|text| text.trim_end_matches('.')).collect();
                self.spoken.try_set(said.join(". "));
            });
        }
    }

    fn push(
        self,
        text: String,
        hint: Option<String>,
        tone: Tone,
        action: Option<(String, Callback<()>)>,
    ) {
        let id = self.number();
        self.announce(text.clone());
        // A button needs time to be reached, more words to be read.
        let long = tone == Tone::Bad || action.is_some() || hint.is_some();
        let ms = if long { 10_000 } else { 5_000 };
        self.toasts.update(|all| {
            all.retain(|toast| toast.text != text);
            all.push(Toast { id, text, hint, tone, action });
            let excess = all.len().saturating_sub(4);
            all.drain(..excess);
        });
        crate::time::after(ms, move || self.dismiss(id));
    }

    /// Takes a toast away.
    pub fn dismiss(self, id: u64) {
        if self.toasts.with_untracked(|all| all.iter().any(|toast| toast.id == id)) {
            self.toasts.update(|all| all.retain(|toast| toast.id != id));
        }
    }

    fn number(self) -> u64 {
        self.next.update_value(|next| *next += 1);
        self.next.get_value()
    }
}

/// A message as a sentence of its own: it begins with a capital.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// Puts the theme on the root element, and where the page's start finds it the next time.
fn show_theme(theme: Theme, system_dark: bool) {
    let word = match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    crate::browser::keep("theme", word);
    let Some(window) = web_sys::window() else { return };
    let dark = theme == Theme::Dark || (theme == Theme::System && system_dark);
    if let Some(root) = window.document().and_then(|document| document.document_element()) {
        let _ = root.class_list().toggle_with_force("dark", dark);
    }
}
