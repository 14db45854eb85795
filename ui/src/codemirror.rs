//! The editor for code, expressions and long text: CodeMirror 6 behind `ui/web/editor.js`, loaded
//! when the first field needs it.
//!
//! Holds what is being typed and gives it up after a short pause or when the field is left. A change
//! from elsewhere moves in under what is typed. It knows no workflow and evaluates nothing.

mod splice;

pub(crate) use splice::{Splice, diff, units, up_to};

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use reporunner_protocol::Completion;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::browser;

/// A pause in typing after which the text is given up, milliseconds.
pub(crate) const TYPING_PAUSE_MS: i32 = 250;

#[wasm_bindgen(raw_module = "./editor-late.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn load() -> Result<JsValue, JsValue>;
    fn create(parent: &web_sys::HtmlElement, options: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = applyChanges)]
    fn apply_changes(handle: &JsValue, changes: &JsValue);
    #[wasm_bindgen(js_name = text)]
    fn text_of(handle: &JsValue) -> String;
    #[wasm_bindgen(js_name = setReadOnly)]
    fn set_read_only(handle: &JsValue, read_only: bool);
    fn focus(handle: &JsValue);
    fn destroy(handle: &JsValue);
    #[wasm_bindgen(js_name = insertAt)]
    fn insert_at(handle: &JsValue, code: &str, text: &str, x: f64, y: f64);
    #[wasm_bindgen(js_name = setCaret)]
    fn set_caret(handle: &JsValue, at: usize);
    #[wasm_bindgen(js_name = markError)]
    fn mark_error(handle: &JsValue, from: usize, to: usize, message: &str);
    #[wasm_bindgen(js_name = clearErrors)]
    fn clear_errors(handle: &JsValue);
}

/// How an editor is set up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setup {
    /// `javascript`, `json`, `markdown`, `python`, `sql`; empty for plain text.
    pub(crate) language: &'static str,
    /// Whether `{{ }}` holes are coloured and completed.
    pub(crate) expression: bool,
    /// Whether it holds one line.
    pub(crate) single_line: bool,
    /// Grey text while it is empty.
    pub(crate) placeholder: String,
    /// What it is, read out.
    pub(crate) label: String,
}

/// Gives what may come after a text.
pub(crate) type Completer = Callback<String, CompletionAnswer>;

/// Completions on their way.
pub(crate) type CompletionAnswer =
    std::pin::Pin<Box<dyn std::future::Future<Output = Vec<Completion>>>>;

/// What was typed since the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    /// The text it was typed into.
    pub(crate) before: String,
    /// The text now.
    pub(crate) text: String,
}

/// The way to an editor on the page; nothing happens while it is not there.
#[derive(Clone, Copy)]
pub(crate) struct EditorHandle {
    inner: StoredValue<Option<Rc<Inner>>, LocalStorage>,
}

impl EditorHandle {
    /// A handle to an editor that is put on the page later.
    pub(crate) fn new() -> Self {
        Self { inner: StoredValue::new_local(None) }
    }

    fn with<T>(self, work: impl FnOnce(&Inner) -> T) -> Option<T> {
        let inner = self.inner.try_get_value().flatten()?;
        Some(work(&inner))
    }

    /// Puts text where the pointer is, or at the caret. `{{ }}` are put around it outside of a hole.
    pub(crate) fn insert(self, code: &str, at: Option<(f64, f64)>) -> bool {
        let (x, y) = at.unwrap_or((f64::NAN, f64::NAN));
        let text = format!("{{{{ {code} }}}}");
        self.with(|inner| insert_at(&inner.view, code, &text, x, y)).is_some()
    }

    /// Puts text as it is where the pointer is, or at the caret.
    pub(crate) fn insert_plain(self, text: &str, at: Option<(f64, f64)>) -> bool {
        let (x, y) = at.unwrap_or((f64::NAN, f64::NAN));
        self.with(|inner| insert_at(&inner.view, text, text, x, y)).is_some()
    }

    /// Underlines a part as wrong; none takes the mark away.
    pub(crate) fn mark(self, wrong: Option<(usize, usize, String)>) {
        self.with(|inner| match wrong {
            Some((from, to, message)) => mark_error(&inner.view, from, to, &message),
            None => clear_errors(&inner.view),
        });
    }

    /// Gives up what was typed, now.
    pub(crate) fn flush(self) {
        self.with(Inner::flush);
    }
}

struct Inner {
    view: JsValue,
    /// The text of the document as far as it is known here.
    known: RefCell<String>,
    /// What is in the editor.
    text: RefCell<String>,
    /// Counts what was typed, so that only the last pause gives up the text.
    turn: Cell<u64>,
    on_typed: Callback<Typed>,
}

impl Inner {
    fn flush(&self) {
        let text = self.text.borrow().clone();
        let before = self.known.replace(text.clone());
        if before != text {
            self.on_typed.run(Typed { before, text });
        }
    }

    /// The document says `text` now.
    fn arrive(&self, text: &str) {
        if *self.known.borrow() == text {
            return;
        }
        let before = self.known.replace(text.to_owned());
        let Some(change) = diff(&before, text) else { return };
        let typed = diff(&before, &self.text.borrow());
        let change = match typed {
            None => Some(change),
            Some(typed) => splice::after(&change, &typed),
        };
        let Some(Splice { at, remove, insert }) = change else { return };
        let change = json!([{ "from": at, "to": at + remove, "insert": insert }]);
        apply_changes(&self.view, &browser::to_js(&change));
        *self.text.borrow_mut() = text_of(&self.view);
    }
}

/// An editor.
#[component]
pub(crate) fn CodeEditor(
    /// The text of the document.
    #[prop(into)]
    value: Signal<String>,
    /// How it is set up.
    setup: Setup,
    /// Whether it takes no typing.
    #[prop(optional, into)]
    read_only: Signal<bool>,
    /// The way to it.
    handle: EditorHandle,
    /// Whether it takes the focus at once, and where the caret goes.
    #[prop(optional_no_strip)]
    caret: Option<usize>,
    /// Gives completions.
    #[prop(optional_no_strip)]
    complete: Option<Completer>,
    /// What was typed, after a pause.
    on_typed: Callback<Typed>,
    /// Every change, at once.
    #[prop(optional_no_strip)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let closures = StoredValue::new_local(Vec::<JsValue>::new());
    root.on_load(move |element| {
        leptos::task::spawn_local(async move {
            let loaded = load().await;
            // The field may be gone by now.
            let (Some(text), Some(read_only), false) =
                (value.try_get_untracked(), read_only.try_get_untracked(), closures.is_disposed())
            else {
                return;
            };
            if let Err(cause) = loaded {
                web_sys::console::error_2(&"the editor did not load".into(), &cause);
                element.set_text_content(Some("The editor did not load. Open the field again."));
                return;
            }
            let (options, kept) = options(&setup, &text, read_only, handle, complete, on_text);
            closures.set_value(kept);
            let view = create(&element, &options);
            let inner = Inner {
                view,
                known: RefCell::new(text.clone()),
                text: RefCell::new(text),
                turn: Cell::new(0),
                on_typed,
            };
            if let Some(caret) = caret {
                focus(&inner.view);
                set_caret(&inner.view, caret);
            }
            handle.inner.set_value(Some(Rc::new(inner)));
        });
    });
    Effect::new(move || {
        let text = value.get();
        handle.with(|inner| inner.arrive(&text));
    });
    Effect::new(move || {
        let read_only = read_only.get();
        handle.with(|inner| set_read_only(&inner.view, read_only));
    });
    on_cleanup(move || {
        let inner = handle.inner.try_update_value(Option::take).flatten();
        if let Some(inner) = inner {
            inner.flush();
            destroy(&inner.view);
        }
    });
    view! { <div class="rr-code" node_ref=root></div> }
}

/// The options of `editor.js`, and what must live as long as the editor.
fn options(
    setup: &Setup,
    text: &str,
    read_only: bool,
    handle: EditorHandle,
    complete: Option<Completer>,
    on_text: Option<Callback<String>>,
) -> (JsValue, Vec<JsValue>) {
    let plain = json!({
        "doc": text,
        "language": setup.language,
        "expression": setup.expression,
        "singleLine": setup.single_line,
        "readOnly": read_only,
        "placeholder": setup.placeholder,
        "label": setup.label,
    });
    let options = browser::to_js(&plain);
    let mut kept = Vec::new();
    let mut put = |name: &str, function: JsValue| {
        let _ = js_sys::Reflect::set(&options, &name.into(), &function);
        kept.push(function);
    };
    let changed = move |_: JsValue, text: String| {
        handle.with(|inner| inner.text.replace(text.clone()));
        if let Some(on_text) = on_text {
            on_text.run(text);
        }
        let Some(inner) = handle.inner.try_get_value().flatten() else { return };
        inner.turn.set(inner.turn.get() + 1);
        let turn = inner.turn.get();
        crate::time::after(TYPING_PAUSE_MS, move || {
            if inner.turn.get() == turn && handle.inner.try_get_value().flatten().is_some() {
                inner.flush();
            }
        });
    };
    put("onChange", Closure::<dyn Fn(JsValue, String)>::new(changed).into_js_value());
    let left = move || handle.flush();
    put("onBlur", Closure::<dyn Fn()>::new(left).into_js_value());
    put("onEnter", Closure::<dyn Fn()>::new(left).into_js_value());
    if let Some(complete) = complete {
        let ask = move |text: String, place: usize| completions(complete, &text, place);
        put(
            "complete",
            Closure::<dyn Fn(String, usize) -> js_sys::Promise>::new(ask).into_js_value(),
        );
    }
    (options, kept)
}

fn completions(complete: Completer, text: &str, place: usize) -> js_sys::Promise {
    let head = up_to(text, place).to_owned();
    let answer = complete.run(head);
    wasm_bindgen_futures::future_to_promise(async move {
        let option = |found: Completion| -> Value {
            json!({
                "label": found.label,
                "apply": found.insert,
                "detail": found.detail,
                "type": found.kind,
                "from": place.saturating_sub(found.replace),
            })
        };
        let all: Vec<Value> = answer.await.into_iter().map(option).collect();
        Ok(browser::to_js(&all))
    })
}
