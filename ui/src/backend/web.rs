//! The backend behind a server: one WebSocket at `/rpc` of the page's own origin.
//!
//! A lost connection is tried again with growing pauses. What was asked and not answered fails as
//! `disconnected`: whoever asked knows whether asking again is right.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use reporunner_protocol::{Code, Event, Failure, FromClient, Request};
use serde::Deserialize;
use serde_json::value::RawValue;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, WebSocket};

use super::{Answer, Report, Transport};

/// First pause before the connection is tried again, milliseconds.
const PAUSE_FIRST_MS: i32 = 250;
/// Longest pause before the connection is tried again, milliseconds.
const PAUSE_LAST_MS: i32 = 8_000;

/// A server's backend.
pub(super) struct Web {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Default)]
struct Inner {
    socket: Option<WebSocket>,
    open: bool,
    next: u64,
    pause: i32,
    /// Questions asked before the connection was there.
    unsent: Vec<String>,
    waiting: HashMap<u64, Waiting>,
    listener: Option<Rc<dyn Fn(Report)>>,
}

#[derive(Default)]
struct Waiting {
    answer: Option<Result<Vec<u8>, Failure>>,
    waker: Option<Waker>,
}

/// A frame of the server (`reporunner_protocol::FromServer`), its reply not read yet.
#[derive(Deserialize)]
struct Arrived<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    reply: Option<&'a RawValue>,
    failure: Option<Failure>,
    event: Option<Event>,
}

impl Web {
    /// Opens the connection.
    pub(super) fn open() -> Self {
        let inner = Rc::new(RefCell::new(Inner { pause: PAUSE_FIRST_MS, ..Inner::default() }));
        connect(&inner);
        Self { inner }
    }
}

impl Transport for Web {
    fn ask(&self, request: Request) -> Answer {
        let mut inner = self.inner.borrow_mut();
        inner.next += 1;
        let id = inner.next;
        let text = match (FromClient { id, request }).encode() {
            Ok(text) => text,
            Err(failure) => return Box::pin(std::future::ready(Err(failure))),
        };
        inner.waiting.insert(id, Waiting::default());
        match (&inner.socket, inner.open) {
            (Some(socket), true) => send(socket, &text),
            _ => inner.unsent.push(text),
        }
        let shared = self.inner.clone();
        Box::pin(std::future::poll_fn(move |context| {
            let mut inner = shared.borrow_mut();
            let Some(waiting) = inner.waiting.get_mut(&id) else {
                return Poll::Ready(Err(disconnected()));
            };
            match waiting.answer.take() {
                Some(answer) => {
                    inner.waiting.remove(&id);
                    Poll::Ready(answer)
                }
                None => {
                    waiting.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }))
    }

    fn listen(&self, listener: Rc<dyn Fn(Report)>) {
        let open = self.inner.borrow().open;
        self.inner.borrow_mut().listener = Some(listener.clone());
        if open {
            listener(Report::Connected);
        }
    }
}

fn disconnected() -> Failure {
    Failure::new(Code::Disconnected, "The server is not reachable")
        .hint("See that reporunner serve still runs; the connection is tried again by itself")
}

fn send(socket: &WebSocket, text: &str) {
    // A socket that is just closing refuses; its close event answers the question.
    let _ = socket.send_with_str(text);
}

fn address() -> String {
    let location = web_sys::window().map(|window| window.location());
    let part = |get: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location.as_ref().and_then(|location| get(location).ok()).unwrap_or_default()
    };
    let scheme = if part(web_sys::Location::protocol) == "https:" { "wss" } else { "ws" };
    format!("{scheme}://{}/rpc", part(web_sys::Location::host))
}

fn connect(inner: &Rc<RefCell<Inner>>) {
    let Ok(socket) = WebSocket::new(&address()) else { return };
    let weak = Rc::downgrade(inner);
    on(&socket, "open", weak.clone(), |inner, _| opened(inner));
    on(&socket, "close", weak.clone(), |inner, _| closed(inner));
    on(&socket, "message", weak, |inner, event| {
        let text = event.unchecked_into::<MessageEvent>().data().as_string();
        if let Some(frame) = text.as_deref().and_then(|text| serde_json::from_str(text).ok()) {
            arrived(inner, frame);
        }
    });
    inner.borrow_mut().socket = Some(socket);
}

fn on(
    socket: &WebSocket,
    name: &str,
    inner: Weak<RefCell<Inner>>,
    handle: impl Fn(&Rc<RefCell<Inner>>, web_sys::Event) + 'static,
) {
    let closure = Closure::<dyn Fn(web_sys::Event)>::new(move |event| {
        if let Some(inner) = inner.upgrade() {
            handle(&inner, event);
        }
    });
    // Lives as long as its socket; a page opens few.
    let _ = socket.add_event_listener_with_callback(name, closure.into_js_value().unchecked_ref());
}

fn opened(inner: &Rc<RefCell<Inner>>) {
    let listener = {
        let mut inner = inner.borrow_mut();
        inner.open = true;
        inner.pause = PAUSE_FIRST_MS;
        let unsent = std::mem::take(&mut inner.unsent);
        if let Some(socket) = &inner.socket {
            unsent.iter().for_each(|text| send(socket, text));
        }
        inner.listener.clone()
    };
    if let Some(listener) = listener {
        listener(Report::Connected);
    }
}

fn closed(inner: &Rc<RefCell<Inner>>) {
    let (pause, wakers, listener) = {
        let mut inner = inner.borrow_mut();
        // A socket says nothing of why it was refused; a plain request does.
        if !std::mem::take(&mut inner.open)
            && let Some(listener) = inner.listener.clone()
        {
            leptos::task::spawn_local(async move {
                if is_refused().await {
                    listener(Report::SessionEnded);
                }
            });
        }
        inner.socket = None;
        inner.unsent.clear();
        let pause = inner.pause;
        inner.pause = (pause * 2).min(PAUSE_LAST_MS);
        let waiting = inner.waiting.values_mut().filter(|waiting| waiting.answer.is_none());
        let wakers: Vec<Waker> = waiting
            .filter_map(|waiting| {
                waiting.answer = Some(Err(disconnected()));
                waiting.waker.take()
            })
            .collect();
        (pause, wakers, inner.listener.clone())
    };
    wakers.into_iter().for_each(Waker::wake);
    if let Some(listener) = listener {
        listener(Report::Lost);
    }
    let weak = Rc::downgrade(inner);
    crate::time::after(pause, move || {
        if let Some(inner) = weak.upgrade() {
            connect(&inner);
        }
    });
}

/// Whether the server answers and does not know this session, such as after it was started anew.
async fn is_refused() -> bool {
    let Some(window) = web_sys::window() else { return false };
    let Ok(answer) = wasm_bindgen_futures::JsFuture::from(window.fetch_with_str("/rpc")).await
    else {
        return false;
    };
    let status = js_sys::Reflect::get(&answer, &"status".into()).ok();
    status.and_then(|status| status.as_f64()) == Some(401.0)
}

fn arrived(inner: &Rc<RefCell<Inner>>, frame: Arrived<'_>) {
    if let Some(event) = frame.event {
        let listener = inner.borrow().listener.clone();
        if let Some(listener) = listener {
            listener(Report::Event(Box::new(event)));
        }
    }
    let Some(id) = frame.id else { return };
    let answer = match frame.failure {
        Some(failure) => Err(failure),
        // A reply of `null` arrives as none.
        None => Ok(frame.reply.map_or("null", RawValue::get).as_bytes().to_vec()),
    };
    let waker = inner.borrow_mut().waiting.get_mut(&id).and_then(|waiting| {
        waiting.answer = Some(answer);
        waiting.waker.take()
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}
