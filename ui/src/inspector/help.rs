//! How the node's type is used, from its description.

use leptos::prelude::*;
use reporunner_model::{Edit, NodeDescription};
use serde_json::Value;

use super::form::use_form;
use super::markdown::{Block, Span, read};
use crate::kit::{Button, Empty};

/// The part of the panel.
#[component]
pub(super) fn Help(
    /// What the type is, where it is known.
    description: Option<NodeDescription>,
) -> AnyView {
    let form = use_form();
    let Some(description) = description else {
        return view! { <Empty icon="circle-help" title="There is no help for this type"/> }
            .into_any();
    };
    let example = description.example.clone();
    let has_example = !example.is_empty() && !form.read_only();
    let fill = move |_| {
        let value = Some(Value::Object(example.clone()));
        let edit = Edit::SetParam { id: form.id(), path: Vec::new(), value };
        form.editor.send_edit("Fill in the example", vec![edit]);
        form.editor.app.toast("The example is filled in");
    };
    let versions = match description.versions.as_slice() {
        [] | [_] => None,
        all => Some(format!("Versions: {}", all.join(", "))),
    };
    view! {
        <article class="rr-form rr-help rr-text">
            <h3>{description.label.clone()}</h3>
            {read(&description.help).into_iter().map(block).collect_view()}
            {versions.map(|words| view! { <p class="rr-param__help">{words}</p> })}
            {has_example.then(|| view! {
                <div><Button icon="wand-sparkles" on_press=fill>"Fill in the example"</Button></div>
            })}
        </article>
    }
    .into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Heading(spans) => view! { <h4>{line(spans)}</h4> }.into_any(),
        Block::Paragraph(spans) => view! { <p>{line(spans)}</p> }.into_any(),
        Block::List(points) => {
            let point = |spans| view! { <li>{line(spans)}</li> };
            view! { <ul>{points.into_iter().map(point).collect_view()}</ul> }.into_any()
        }
        Block::Code(code) => view! { <pre>{code}</pre> }.into_any(),
    }
}

fn line(spans: Vec<Span>) -> Vec<AnyView> {
    let one = |span| match span {
        Span::Text(text) => text.into_any(),
        Span::Strong(text) => view! { <b>{text}</b> }.into_any(),
        Span::Emphasis(text) => view! { <em>{text}</em> }.into_any(),
        Span::Code(text) => view! { <code>{text}</code> }.into_any(),
        Span::Link(words, address) => {
            view! { <a href=address target="_blank" rel="noreferrer noopener">{words}</a> }
                .into_any()
        }
    };
    spans.into_iter().map(one).collect()
}
