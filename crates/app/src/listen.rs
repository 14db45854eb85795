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
use reporunner_protocol::Event;
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

    async fn serve_webhooks(&self, port: u16) {
        let bound = match Server::bind(port, ListenOptions::default()).await {
            Ok(server) => Ok(server),
            // Somebody else has the port; a free one is better than none.
            Err(error) => {
                tracing::warn!(%error, port, "the webhook port is taken");
                self.bus.send(Event::Notice {
                    message: format!("Port {port} for webhooks is taken; another one is used"),
                    hint: Some("Choose a free port in Settings, Webhooks.".to_owned()),
                });
                Server::bind(0, ListenOptions::default()).await
            }
        };
        let Ok(server) = bound else { return };
        let base = format!("http://127.0.0.1:{}", server.port());
        *self.listeners.base.write().unwrap_or_else(PoisonError::into_inner) = Some(base);
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
