//! The settings of a workflow that both sides know. The others are kept as they are.

use reporunner_model::{ExecutionOrder, WorkflowSettings};
use serde_json::{Map, Value};

/// Reads n8n's settings (docs.n8n.io, Workflow settings).
pub(crate) fn read(file: Option<&Map<String, Value>>) -> WorkflowSettings {
    let text = |key: &str| file.and_then(|file| file.get(key)).and_then(Value::as_str);
    let mut settings = WorkflowSettings::new("");
    // Absent means legacy, as in n8n's engine.
    settings.execution_order = match text("executionOrder") {
        Some("v1") => ExecutionOrder::V1,
        _ => ExecutionOrder::V0,
    };
    if let Some(zone) = text("timezone").filter(|zone| *zone != "DEFAULT" && !zone.starts_with('='))
    {
        zone.clone_into(&mut settings.timezone);
    }
    let timeout = file.and_then(|file| file.get("executionTimeout")).and_then(Value::as_u64);
    settings.execution_timeout = timeout.unwrap_or_default();
    settings.save_success = text("saveDataSuccessExecution") != Some("none");
    settings.save_failure = text("saveDataErrorExecution") != Some("none");
    settings
}

/// Writes the settings our way: what is n8n's default is left out.
pub(crate) fn write(settings: &WorkflowSettings) -> Map<String, Value> {
    let mut file = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        file.extend(value.map(|value| (key.to_owned(), value)));
    };
    let order = match settings.execution_order {
        ExecutionOrder::V0 => None,
        ExecutionOrder::V1 | ExecutionOrder::Concurrent => Some("v1"),
    };
    put("executionOrder", order.map(Value::from));
    let zone = &settings.timezone;
    put("timezone", (!zone.is_empty()).then(|| Value::from(zone.as_str())));
    let timeout = settings.execution_timeout;
    put("executionTimeout", (timeout > 0).then(|| Value::from(timeout)));
    let none = |keep: bool| (!keep).then(|| Value::from("none"));
    put("saveDataSuccessExecution", none(settings.save_success));
    put("saveDataErrorExecution", none(settings.save_failure));
    put("errorWorkflow", settings.error_workflow.as_deref().map(Value::from));
    file
}
