//! One realm for one request: set up, filled with data, run to the end.

use reporunner_model::limits::WORKER_MEMORY_BYTES;
use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Runtime, Value};

use super::host::Host;
use crate::request::{Head, Work};
use crate::{ErrorKind, ExpressionError};

/// What scripts may allocate. Less than the process may, so that QuickJS says so first.
const SCRIPT_MEMORY_BYTES: usize = WORKER_MEMORY_BYTES / 8 * 5;
/// Stack of scripts. The main thread of a process has eight times as much.
const STACK_BYTES: usize = 1024 * 1024;

const PRELUDE: &str = include_str!("prelude.js");
const DATES: &str = include_str!("dates.js");
const DATA: &str = include_str!("data.js");
const RUN: &str = include_str!("run.js");

/// Runs a request. The answer is the text of a response.
pub(super) fn run(head: &Head, body: &str) -> Result<String, ExpressionError> {
    let runtime = Runtime::new().map_err(|_| out_of_memory())?;
    runtime.set_memory_limit(SCRIPT_MEMORY_BYTES);
    runtime.set_max_stack_size(STACK_BYTES);
    let context = Context::full(&runtime).map_err(|_| out_of_memory())?;
    context.with(|ctx| {
        let result = run_in(&ctx, head, body).catch(&ctx);
        result.map_err(|error| explain(&error))
    })
}

fn run_in<'js>(ctx: &Ctx<'js>, head: &Head, body: &str) -> rquickjs::Result<String> {
    let host = Host::new(head);
    let globals = ctx.globals();
    let call = Function::new(ctx.clone(), move |request: String| host.call(&request))?;
    // The parts of the prelude are functions that hand things to each other, so that nothing of
    // the machinery becomes a global that a script could reach.
    let shared = Object::new(ctx.clone())?;
    shared.set("host", call)?;
    shared.set("systemZone", head.system_timezone.as_str())?;
    if let Some(fixed) = head.random {
        shared.set("random", Function::new(ctx.clone(), move || fixed)?)?;
    }
    for part in [PRELUDE, DATES, DATA, RUN] {
        let mut options = EvalOptions::default();
        // Tells lines of the prelude from lines of the user's code.
        options.filename = Some("prelude".to_owned());
        let install: Function<'js> = ctx.eval_with_options(part, options)?;
        install.call::<_, ()>((shared.clone(), globals.clone()))?;
    }
    let data: Value<'js> = ctx.json_parse(body)?;
    let work = serde_json::to_string(&head.work).unwrap_or_default();
    let work: Value<'js> = ctx.json_parse(work)?;
    let start: Function<'js> = shared.get("start")?;
    match head.work {
        Work::Evaluate { .. } => start.call((data, work)),
        Work::Script { .. } => {
            start.call::<_, Value<'js>>((data, work))?;
            finish(ctx, &shared)
        }
    }
}

/// Runs jobs and timers until the script has settled.
fn finish<'js>(ctx: &Ctx<'js>, shared: &Object<'js>) -> rquickjs::Result<String> {
    let settled: Function<'js> = shared.get("settled")?;
    let next_timer: Function<'js> = shared.get("nextTimer")?;
    loop {
        while ctx.execute_pending_job() {}
        if let Some(answer) = settled.call::<_, Option<String>>(())? {
            return Ok(answer);
        }
        // Milliseconds until a timer fires; negative when nothing is left to wait for.
        let wait: f64 = next_timer.call((false,))?;
        if wait < 0.0 {
            let stuck: Function<'js> = shared.get("stuck")?;
            return stuck.call(());
        }
        std::thread::sleep(std::time::Duration::from_millis(wait as u64));
        next_timer.call::<_, f64>((true,))?;
    }
}

fn out_of_memory() -> ExpressionError {
    ExpressionError::new(ErrorKind::Limit, "The script needs too much memory")
        .hint("Work on fewer items at once, for example with Loop Over Items")
}

/// What went wrong outside of the user's own code, or where it could not even be told.
fn explain(error: &CaughtError<'_>) -> ExpressionError {
    let message = match error {
        CaughtError::Exception(exception) => exception.message().unwrap_or_default(),
        other => other.to_string(),
    };
    if message.contains("out of memory") || message.is_empty() || message == "null" {
        return out_of_memory();
    }
    ExpressionError::new(ErrorKind::Failed, message)
}
