//! Webhooks: the server that listens for them.
//!
//! It has a port of its own and no other command: a page that reaches it can start a workflow
//! that listens, and nothing else. `open` says which addresses are open, `call` what happens when
//! one is called.

mod answer;
mod call;
mod form;
mod gate;
mod multipart;
mod open;
mod pairs;
mod request;
mod routes;
mod save;
mod terms;
mod waiting;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use reporunner_model::WorkflowId;
use reporunner_net::{ListenOptions, RequestBody, Server, ServerRequest, ServerResponse, streamed};
use reporunner_protocol::{Event, PortTaken};
use tokio::sync::oneshot;

use crate::App;
pub(crate) use form::FORM_TRIGGER;
use routes::Routes;
pub(crate) use terms::{methods_of, path_of};

/// Before the path of a production address.
const PRODUCTION: &str = "webhook";
/// Before the address of a run that waits.
const WAITING: &str = "webhook-waiting";
/// Before the path of a test address.
const TEST: &str = "webhook-test";

/// The webhook server and what it listens for.
#[derive(Default)]
pub(crate) struct Listeners {
    /// `http://127.0.0.1:PORT`, while it listens.
    base: RwLock<Option<String>>,
    /// Why that is not the port of the settings.
    taken: RwLock<Option<PortTaken>>,
    routes: RwLock<Routes>,
    /// Why a workflow that is live cannot start.
    troubles: RwLock<HashMap<WorkflowId, String>>,
    /// Whether all that is live is open.
    ready: AtomicBool,
    /// Forms that are under way.
    forms: form::Pending,
    stop: RwLock<Option<oneshot::Sender<()>>>,
}

impl Listeners {
    pub(crate) fn base(&self) -> Option<String> {
        self.base.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the port of the settings is not the one it listens at.
    pub(crate) fn port_taken(&self) -> Option<PortTaken> {
        self.taken.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes no request any more. Those under way get a while for their answers.
    pub(crate) fn stop(&self) {
        drop(self.stop.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    fn read_routes(&self) -> RwLockReadGuard<'_, Routes> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_routes(&self) -> RwLockWriteGuard<'_, Routes> {
        self.routes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Starts the server. Until [`App::open_webhooks`] it asks callers to come again.
    pub(crate) async fn bind_webhooks(&self) {
        self.serve_webhooks(self.settings().webhook_port).await;
    }

    /// Opens the addresses of all live workflows.
    pub(crate) async fn open_webhooks(&self) {
        self.open_live().await;
        self.listeners.ready.store(true, Ordering::Release);
    }

    /// Listens at another port from now on.
    pub(crate) async fn move_webhooks(&self, port: u16) {
        self.serve_webhooks(port).await;
    }

    fn webhooks_moved(&self, taken: Option<PortTaken>) {
        self.listeners.taken.write().unwrap_or_else(PoisonError::into_inner).clone_from(&taken);
        self.bus.send(Event::WebhooksMoved { base: self.listeners.base(), taken });
    }

    async fn serve_webhooks(&self, port: u16) {
        let (bound, refused) = match Server::bind(port, ListenOptions::default()).await {
            Ok(server) => (Ok(server), None),
            // Somebody else has the port; a free one is better than none.
            Err(error) => (Server::bind(0, ListenOptions::default()).await, Some(error)),
        };
        let used = bound.as_ref().ok().map(Server::port);
        let taken =
            refused.map(|error| PortTaken { wanted: port, used, why: why_taken(port, &error) });
        if let Some(taken) = &taken {
            tracing::info!(port, used, "{}", taken.why);
            self.bus.send(Event::Notice {
                message: match used {
                    Some(used) => format!("Webhooks listen at port {used}, not at {port}"),
                    None => format!("Webhooks cannot listen at port {port}"),
                },
                hint: Some(taken.why.clone()),
            });
        }
        let Ok(server) = bound else { return self.webhooks_moved(taken) };
        let base = format!("http://127.0.0.1:{}", server.port());
        *self.listeners.base.write().unwrap_or_else(PoisonError::into_inner) = Some(base);
        self.webhooks_moved(taken);
        let (stop, stopped) = oneshot::channel();
        let before =
            self.listeners.stop.write().unwrap_or_else(PoisonError::into_inner).replace(stop);
        // Dropping the sender of a former server stops it.
        drop(before);
        let app = self.this.clone();
        let router = streamed(move |request, body| called(app.clone(), request, body));
        tokio::spawn(server.serve(router, async move {
            let _ = stopped.await;
        }));
    }
}

/// Why a port cannot be had, and what to do.
fn why_taken(port: u16, error: &std::io::Error) -> String {
    let why = match error.kind() {
        std::io::ErrorKind::AddrInUse => "another program listens there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "the system does not allow it".to_owned(),
        _ => error.to_string(),
    };
    format!(
        "Port {port} cannot be had: {why}. End that program and start Reporunner again, or choose \
         another port in Settings, Webhooks."
    )
}

async fn called(app: Weak<App>, request: ServerRequest, body: RequestBody) -> ServerResponse {
    match app.upgrade() {
        Some(app) => app.called(request, body).await,
        None => answer::later("Reporunner is closing."),
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use crate::{App, Host};

    async fn status(port: u16) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        let request = b"GET /webhook/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.expect("it takes the request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let head = answer.to_ascii_lowercase();
        format!("{} {}", &answer[9..12], head.contains("\r\nretry-after: "))
    }

    #[tokio::test]
    async fn callers_come_again_while_it_starts() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(folder.path(), Host::machine()).await.expect("a fresh folder opens");
        app.serve_webhooks(0).await;
        let base = app.listeners.base().expect("it listens");
        let port = base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        assert_eq!(status(port).await, "503 true", "nothing is known yet");
        app.open_webhooks().await;
        assert_eq!(status(port).await, "404 false");
        app.leave().await;
        assert!(app.is_closing());
    }
}
