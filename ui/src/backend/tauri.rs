//! The backend behind the window: Tauri's IPC. The only file that knows Tauri.

use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use reporunner_model::PathKind;
use reporunner_protocol::{Code, Event, Failure, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{Answer, Dragged, Report, Transport};
use crate::browser::{from_js, to_js};

/// The name under which the window reports.
const EVENT: &str = "reporunner://event";

/// The name under which it tells what is dragged onto it.
const DRAGGED: &str = "reporunner://dragged";

/// The window's backend.
pub(super) struct Tauri;

/// Whether this page runs in the window.
pub(super) fn is_here() -> bool {
    global().is_some()
}

fn global() -> Option<JsValue> {
    let window = web_sys::window()?;
    let tauri = Reflect::get(&window, &"__TAURI__".into()).ok()?;
    tauri.is_object().then_some(tauri)
}

/// Calls `path` (such as `core.invoke`) below Tauri's global with two arguments.
fn call(path: [&str; 2], first: &str, second: &JsValue) -> Result<Promise, JsValue> {
    let tauri = global().ok_or_else(|| JsValue::from_str("Tauri is not here"))?;
    let part = Reflect::get(&tauri, &path[0].into())?;
    let function: Function = Reflect::get(&part, &path[1].into())?.dyn_into()?;
    function.call2(&part, &first.into(), second)?.dyn_into()
}

/// Calls a command of the window with named arguments.
async fn invoke(command: &str, arguments: &[(&str, JsValue)]) -> Result<JsValue, Failure> {
    let broken = |cause: JsValue| {
        from_js::<Failure>(&cause).unwrap_or_else(|| {
            Failure::new(Code::Internal, format!("The window did not answer: {cause:?}"))
                .hint("Close the window and open it again")
        })
    };
    let named = Object::new();
    for (name, value) in arguments {
        Reflect::set(&named, &(*name).into(), value).map_err(broken)?;
    }
    let promise = call(["core", "invoke"], command, &named).map_err(broken)?;
    JsFuture::from(promise).await.map_err(broken)
}

async fn ask(request: Request) -> Result<Vec<u8>, Failure> {
    let reply = invoke("rpc", &[("request", to_js(&request))]).await?;
    Ok(js_sys::Uint8Array::new(&reply).to_vec())
}

/// Passes on what is dragged onto the window, as long as the page is there.
pub(super) fn on_dragged(listener: Rc<dyn Fn(Dragged)>) {
    let on_event = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let payload = Reflect::get(&message, &"payload".into()).unwrap_or(JsValue::NULL);
        if let Some(dragged) = from_js::<Dragged>(&payload) {
            listener(dragged);
        }
    });
    // Where it cannot be heard, files can still be chosen.
    let _ = call(["event", "listen"], DRAGGED, &on_event.into_js_value());
}

/// Lets the person choose a path in the system's dialog.
pub(super) async fn choose_path(kind: PathKind, start: &str) -> Result<Option<String>, Failure> {
    let arguments = [("kind", to_js(&kind)), ("start", start.into())];
    Ok(invoke("choose_path", &arguments).await?.as_string())
}

impl Transport for Tauri {
    fn ask(&self, request: Request) -> Answer {
        Box::pin(ask(request))
    }

    fn listen(&self, listener: Rc<dyn Fn(Report)>) {
        let heard = listener.clone();
        let on_event = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
            let payload = Reflect::get(&message, &"payload".into()).unwrap_or(JsValue::NULL);
            if let Some(event) = from_js::<Event>(&payload) {
                heard(Report::Event(Box::new(event)));
            }
        });
        // The listener lives as long as the page.
        let listening = call(["event", "listen"], EVENT, &on_event.into_js_value());
        wasm_bindgen_futures::spawn_local(async move {
            let heard = match listening {
                Ok(promise) => JsFuture::from(promise).await,
                Err(cause) => Err(cause),
            };
            if let Err(cause) = heard {
                web_sys::console::error_2(&"events of the window do not arrive".into(), &cause);
            }
            listener(Report::Connected);
        });
    }
}
