//! The one way to the backend: commands out, replies and events in.
//!
//! Which backend it is (the window's, a server's, or the in-memory one of development) is decided
//! once, here. Nobody else knows.

mod tauri;
mod web;

#[cfg(any(debug_assertions, feature = "fake"))]
pub mod fake;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use reporunner_model::PathKind;
use reporunner_protocol::{Code, Command, Event, Failure, Request};

/// The answer to a question, on its way: the reply as JSON. It is read once, into the command's own
/// reply, since the longest (the catalog) is read before anything is drawn.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, Failure>>>>;

/// What a backend reports without being asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Something happened.
    Event(Box<Event>),
    /// The connection was lost; it is being tried again.
    Lost,
    /// The server is there and knows this session no more; it is being tried again.
    SessionEnded,
    /// The connection is there (again): what was loaded may be old.
    Connected,
}

/// What is dragged onto the window from outside.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dragged {
    /// Files are over it.
    Over,
    /// They are no longer.
    Gone,
    /// They were dropped.
    Dropped(Vec<DroppedFile>),
}

/// A file that was dropped.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct DroppedFile {
    /// Its name.
    pub name: String,
    /// Its text; none where it cannot be read as one.
    pub text: Option<String>,
}

/// How questions travel.
pub trait Transport {
    /// Sends a question.
    fn ask(&self, request: Request) -> Answer;

    /// Passes every report to `listener` from now on. Called once.
    fn listen(&self, listener: Rc<dyn Fn(Report)>);
}

/// A handle to the backend; copies are the same backend.
#[derive(Clone, Copy)]
pub struct Backend {
    transport: StoredValue<Rc<dyn Transport>, LocalStorage>,
}

impl Backend {
    /// The backend of this page.
    pub fn connect() -> Self {
        #[cfg(any(debug_assertions, feature = "fake"))]
        if crate::browser::query("fake").is_some() {
            return Self::over(Rc::new(fake::Fake::new()));
        }
        if tauri::is_here() {
            return Self::over(Rc::new(tauri::Tauri));
        }
        Self::over(Rc::new(web::Web::open()))
    }

    /// Whether this page is the window's, which opens where it was closed.
    pub fn is_window() -> bool {
        tauri::is_here()
    }

    /// Whether the person can choose paths in the system's own dialog: in the window only, which
    /// is on the machine that runs the workflows.
    pub fn chooses_paths() -> bool {
        tauri::is_here()
    }

    /// Lets the person choose a path, beginning in the folder `start`; none where they changed
    /// their mind.
    ///
    /// # Errors
    /// Where there is no window, or it does not answer.
    pub async fn choose_path(kind: PathKind, start: &str) -> Result<Option<String>, Failure> {
        tauri::choose_path(kind, start).await
    }

    /// Passes on what is dragged onto the window from outside. Only the window needs it: a browser
    /// tells the page itself.
    pub fn on_dragged(listener: impl Fn(Dragged) + 'static) {
        if tauri::is_here() {
            tauri::on_dragged(Rc::new(listener));
        }
    }

    /// A backend over `transport`.
    pub fn over(transport: Rc<dyn Transport>) -> Self {
        Self { transport: StoredValue::new_local(transport) }
    }

    /// Asks and waits for the reply.
    pub async fn call<C: Command>(self, command: C) -> Result<C::Reply, Failure> {
        let transport = self.transport.get_value();
        let reply = transport.ask(command.into()).await?;
        serde_json::from_slice(&reply).map_err(|error| {
            Failure::new(Code::Internal, format!("The answer to {} makes no sense", C::NAME))
                .hint(format!("Restart Reporunner, both halves must be of one version. {error}"))
        })
    }

    /// Passes every report to `listener` from now on.
    pub fn listen(self, listener: impl Fn(Report) + 'static) {
        self.transport.get_value().listen(Rc::new(listener));
    }
}
