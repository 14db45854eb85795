//! A dialog over everything: the browser's own, which keeps the focus inside and closes on Esc.

use leptos::prelude::*;

use super::IconButton;

/// A dialog.
#[component]
pub(crate) fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// `s` 400, none 480, `l` 720 pixels wide.
    #[prop(optional)]
    size: &'static str,
    /// It was closed by Esc, by its cross or by a press beside it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it holds; made anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move || {
        let Some(element) = dialog.get() else { return };
        if open.get() && !element.open() {
            let _ = element.show_modal();
        } else if !open.get() && element.open() {
            element.close();
        }
    });
    let on_cancel = move |event: web_sys::Event| {
        event.prevent_default();
        on_close.run(());
    };
    let on_press = move |event: leptos::ev::PointerEvent| {
        // A press on the dialog element itself, not on what it holds, is one beside the dialog.
        if event.target() == event.current_target() {
            on_close.run(());
        }
    };
    let children = StoredValue::new(children);
    view! {
        <dialog
            class=format!("rr-dialog rr-dialog--{size}")
            aria-label=move || title.get()
            node_ref=dialog
            on:cancel=on_cancel
            on:pointerdown=on_press
            on:keydown=move |event| event.stop_propagation()
        >
            <Show when=move || open.get()>
                <div class="rr-dialog__body">
                    <header class="rr-dialog__head">
                        <h2 class="rr-dialog__title">{move || title.get()}</h2>
                        <IconButton icon="x" label="Close" on_press=move |_| on_close.run(())/>
                    </header>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </dialog>
    }
}
