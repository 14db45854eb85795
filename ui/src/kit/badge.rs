//! Small marks: a count or word in a pill, a key.

use leptos::prelude::*;

/// What colour a badge has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BadgeKind {
    /// Neutral.
    #[default]
    Plain,
    /// Done.
    Ok,
    /// Failed.
    Fail,
}

impl BadgeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Ok => "ok",
            Self::Fail => "fail",
        }
    }
}

/// A count or a word in a pill.
#[component]
pub(crate) fn Badge(
    /// Its colour.
    #[prop(optional, into)]
    kind: Signal<BadgeKind>,
    /// What it says.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || format!("rr-badge rr-badge--{}", kind.get().as_str())>{children()}</span>
    }
}

/// Keys, as they are on this machine.
#[component]
pub(crate) fn Kbd(
    /// The keys as in the keymap (`M+K`).
    #[prop(into)]
    keys: String,
) -> impl IntoView {
    view! { <kbd class="rr-kbd">{super::key_text(&keys)}</kbd> }
}
