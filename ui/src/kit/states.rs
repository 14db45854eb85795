//! What a page shows while it has nothing to show: loading, empty, failed.

use leptos::prelude::*;
use reporunner_protocol::Failure;

use super::{Button, Icon};

/// A turning mark.
#[component]
pub(crate) fn Spinner() -> impl IntoView {
    view! { <Icon name="loader-circle" class="rr-spin"/> }
}

/// Something is on its way. Shown only after a moment, so that quick answers do not flicker.
#[component]
pub(crate) fn Loading(
    /// What is on its way.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    view! {
        <div class="rr-state rr-state--loading" role="status">
            <Spinner/>
            <span>{what}</span>
        </div>
    }
}

/// There is nothing; says so, and the one thing to do next.
#[component]
pub(crate) fn Empty(
    /// An icon.
    #[prop(into)]
    icon: String,
    /// What there is not.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(optional, into)]
    text: String,
    /// A button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="rr-state">
            <Icon name=icon class="rr-state__icon"/>
            <b class="rr-state__title">{title}</b>
            <span class="rr-state__text">{text}</span>
            {children.map(|children| children())}
        </div>
    }
}

/// Something failed; says what, and offers to try again.
#[component]
pub(crate) fn FailureNote(
    /// What failed.
    failure: Failure,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <div class="rr-state rr-state--failed" role="alert">
            <Icon name="circle-alert" class="rr-state__icon"/>
            <b class="rr-state__title">{crate::state::sentence(&failure.message)}</b>
            <span class="rr-state__text">{failure.hint}</span>
            {on_retry.map(|on_retry| view! {
                <Button icon="refresh-cw" on_press=move |_| on_retry.run(())>"Try again"</Button>
            })}
        </div>
    }
}
