//! The one accept loop: loopback only, with limits that a slow or greedy client cannot stretch.
//!
//! The framework's own loop has no limit on how long a request's head may take
//! (tokio-rs/axum issue 2741), so connections are served here.

mod body;
mod idle;
mod plain;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use reporunner_model::limits;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

pub use body::{BodyError, RequestBody};
use idle::IdleLimit;
pub use plain::{ServerRequest, ServerResponse, plain, streamed};

/// What a client may hold open.
#[derive(Debug, Clone)]
pub struct ListenOptions {
    /// Time for a request's head.
    pub header_timeout: Duration,
    /// Longest silence while a request's body arrives.
    pub body_idle: Duration,
    /// Connections from one address.
    pub connections_per_address: usize,
    /// Time that requests under way get when the server stops.
    pub drain: Duration,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_millis(limits::HEADER_TIMEOUT_MS),
            body_idle: Duration::from_millis(limits::BODY_IDLE_MS),
            connections_per_address: limits::CONNECTIONS_PER_ADDRESS,
            drain: Duration::from_millis(limits::CANCEL_MS),
        }
    }
}

/// A listening socket on loopback.
pub struct Server {
    listener: TcpListener,
    port: u16,
    options: ListenOptions,
}

type Open = Arc<Mutex<HashMap<IpAddr, usize>>>;

impl Server {
    /// Listens on 127.0.0.1 at `port`; 0 takes a free one.
    ///
    /// # Errors
    /// Where the port is taken.
    pub async fn bind(port: u16, options: ListenOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port, options })
    }

    /// The port it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves `router` until `stop` ends, then lets requests under way end for a while.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let open = Open::default();
        let tasks = TaskTracker::new();
        let stopping = CancellationToken::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, from) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, most likely: connections that end give some back.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let Some(place) = Place::take(&open, from.ip(), self.options.connections_per_address)
            else {
                continue;
            };
            let (router, options) = (router.clone(), self.options.clone());
            let stopping = stopping.clone();
            tasks.spawn(async move {
                connection((stream, from), router, options, stopping).await;
                drop(place);
            });
        }
        stopping.cancel();
        tasks.close();
        // Whoever is not done by then is cut off.
        let _ = tokio::time::timeout(self.options.drain, tasks.wait()).await;
    }
}

async fn connection(
    (stream, from): (TcpStream, SocketAddr),
    router: Router,
    options: ListenOptions,
    stopping: CancellationToken,
) {
    // Small answers shall not wait for more to come.
    let _ = stream.set_nodelay(true);
    let body_idle = options.body_idle;
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(|body| Body::new(IdleLimit::new(body, body_idle)));
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let result = tokio::select! {
        result = &mut served => result,
        () = stopping.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// One of the connections that an address may have.
struct Place {
    open: Open,
    address: IpAddr,
}

impl Place {
    fn take(open: &Open, address: IpAddr, most: usize) -> Option<Self> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Self { open: Arc::clone(open), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}
