//! Every method that completion offers is one that values have.

#[path = "support/frames.rs"]
mod frames;

use frames::{evaluator, frame, value};
use reporunner_expression::{ValueKind, methods_of};
use serde_json::json;

#[tokio::test]
async fn completion_offers_what_there_is() {
    let evaluator = evaluator();
    let frame = frame(json!({}));
    for (kind, example) in [
        (ValueKind::String, "'x'"),
        (ValueKind::Number, "(1)"),
        (ValueKind::Boolean, "true"),
        (ValueKind::Array, "[1]"),
        (ValueKind::Object, "({ a: 1 })"),
        (ValueKind::DateTime, "$now"),
        (ValueKind::Duration, "Duration.fromMillis(1)"),
    ] {
        for method in methods_of(kind) {
            let wanted = if method.signature.contains('(') { "function" } else { "" };
            let code = format!(
                "={{{{ (() => {{ for (;;) return typeof {example}.{} }})() }}}}",
                method.name
            );
            let found = value(&evaluator, &code, &frame).await.expect("it evaluates");
            assert_ne!(found, "undefined", "{kind:?}.{}", method.name);
            assert!(wanted.is_empty() || found == wanted, "{kind:?}.{} is {found}", method.name);
        }
    }
}
