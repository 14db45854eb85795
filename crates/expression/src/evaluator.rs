//! Resolves parameters and runs scripts: native first, the worker for the rest.
//!
//! The worker's calls are batched: one message for all items of a node that need it. Whether a
//! value may be computed again is the caller's to know; nothing is retried here.

use std::time::Duration;

use reporunner_model::Item;
use reporunner_model::limits::{CODE_MS, EXPRESSION_MS};
use reporunner_sandbox::{Error as SandboxError, Pool, PoolConfig};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::compiled::{Answers, Parts};
use crate::eval::Eval;
use crate::request::{Answer, Head, Response, Work, body, pack, pieces};
use crate::told::tell;
use crate::wire::decode;
use crate::{Compiled, ErrorKind, ExpressionError, Frame, Outcome, Refusal, Template};

/// Jobs that one message to the worker carries at most, so that a message stays small.
const JOBS: usize = 5_000;

/// Resolves expressions. Clones share the worker pool.
#[derive(Debug, Clone)]
pub struct Evaluator {
    pool: Pool,
    deadline: Duration,
}

/// When the code of a Code node runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScriptMode {
    /// Once, with all items.
    RunOnceForAllItems,
    /// For each item.
    RunOnceForEachItem,
}

/// The code of a Code node.
#[derive(Debug, Clone)]
pub struct Script<'s> {
    /// JavaScript: the body of an async function.
    pub code: &'s str,
    /// When it runs.
    pub mode: ScriptMode,
    /// How long it may take; [`CODE_MS`] where none is given.
    pub deadline: Option<Duration>,
}

/// What a script gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScriptOutput {
    /// The items it returned.
    pub items: Vec<Item>,
    /// What it printed, a line each.
    pub console: Vec<String>,
    /// What it noted about the run with `$execution.customData`.
    pub custom_data: Map<String, Value>,
    /// What it leaves for the next run of the workflow, where the frame had that of the last
    /// under [`STATIC_DATA`].
    pub static_data: Option<Value>,
}

/// The variable of a frame that holds what runs of the workflow leave each other: an object with
/// `global` and `node`. Scripts reach it by `$getWorkflowStaticData`.
pub const STATIC_DATA: &str = "staticData";

impl Evaluator {
    /// An evaluator with a pool of worker processes of this command line.
    pub fn new(worker: PoolConfig) -> Self {
        Self::with_pool(Pool::new(worker))
    }

    /// An evaluator on a pool that others use as well.
    pub fn with_pool(pool: Pool) -> Self {
        Self { pool, deadline: Duration::from_millis(EXPRESSION_MS) }
    }

    /// The same with another deadline for expressions, such as a preview's.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The pool of workers.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Resolves a tree of parameters for one item.
    pub async fn resolve(
        &self,
        parameters: &Value,
        frame: &Frame,
        item: usize,
    ) -> Result<Value, ExpressionError> {
        let compiled = Compiled::new(parameters);
        let mut values = self.resolve_items(&compiled, frame, &[item]).await;
        values.pop().unwrap_or_else(|| Ok(Value::Null))
    }

    /// One template for one item, with what an author wants to know about it.
    pub async fn preview(
        &self,
        template: &Template,
        frame: &Frame,
        item: usize,
    ) -> Result<Outcome, ExpressionError> {
        match template.evaluate(frame, item) {
            Ok(outcome) => Ok(outcome),
            Err(Refusal::Failed(error)) => Err(error),
            Err(Refusal::NeedsWorker(_)) => {
                let mut answers = self.ask(&[template], frame, &[(0, item)], false).await?;
                let answer = answers.pop().unwrap_or_default();
                match answer.e {
                    Some(error) => Err(error),
                    None => Ok(Outcome { value: answer.v, warning: None }),
                }
            }
        }
    }

    /// The value of a template told so that nothing is lost that JSON cannot say: `{ "$undefined":
    /// true }`, `{ "$number": "NaN" }`, `{ "$Date": text }`, `{ "$DateTime": text, "zone": name }`,
    /// `{ "$Duration": text }`.
    ///
    /// # Errors
    /// Where it has no value.
    pub async fn told(
        &self,
        template: &Template,
        frame: &Frame,
        item: usize,
    ) -> Result<Value, ExpressionError> {
        match template.told(frame, item) {
            Ok(value) => Ok(value),
            Err(Refusal::Failed(error)) => Err(error),
            Err(Refusal::NeedsWorker(_)) => {
                let mut answers = self.ask(&[template], frame, &[(0, item)], true).await?;
                let answer = answers.pop().unwrap_or_default();
                let value = answer.e.map_or_else(|| Ok(answer.v.unwrap_or_default()), Err)?;
                Ok(tell(&decode(&Eval::new(frame, item), value)))
            }
        }
    }

    /// Resolves parameters for these items of the frame, in their order.
    pub async fn resolve_items(
        &self,
        compiled: &Compiled,
        frame: &Frame,
        items: &[usize],
    ) -> Vec<Result<Value, ExpressionError>> {
        let parts = self.resolve_parts(compiled, frame, items).await;
        parts.into_iter().map(|parts| parts.map(|parts| compiled.assemble(&parts))).collect()
    }

    /// The values of the templates for these items of the frame, in their order;
    /// [`Compiled::assemble`] makes the parameters of them.
    pub async fn resolve_parts(
        &self,
        compiled: &Compiled,
        frame: &Frame,
        items: &[usize],
    ) -> Vec<Result<Parts, ExpressionError>> {
        let mut results = Vec::with_capacity(items.len());
        let mut open = Vec::new();
        for (at, item) in items.iter().enumerate() {
            results.push(match compiled.parts(frame, *item, &Answers::new()) {
                Ok(parts) => Ok(parts),
                Err(Refusal::Failed(error)) => Err(error),
                Err(Refusal::NeedsWorker(_)) => {
                    open.push(at);
                    Ok(Parts::default())
                }
            });
            // Other tasks of the runtime want their turn between thousands of items.
            if at % 4096 == 4095 {
                tokio::task::yield_now().await;
            }
        }
        if !open.is_empty() {
            self.resolve_open(compiled, frame, items, &open, &mut results).await;
        }
        results
    }

    /// Fills in the results that need the worker.
    async fn resolve_open(
        &self,
        compiled: &Compiled,
        frame: &Frame,
        items: &[usize],
        open: &[usize],
        results: &mut [Result<Parts, ExpressionError>],
    ) {
        let mut jobs = Vec::new();
        let mut owners = Vec::new();
        for at in open {
            match compiled.missing(frame, items[*at]) {
                Ok(templates) => {
                    for template in templates {
                        jobs.push((template, items[*at]));
                        owners.push(*at);
                    }
                }
                Err(Refusal::Failed(error)) => results[*at] = Err(error),
                Err(Refusal::NeedsWorker(why)) => results[*at] = Err(ExpressionError::failed(why)),
            }
        }
        let templates: Vec<&Template> = compiled.templates().iter().collect();
        let mut answered: std::collections::HashMap<usize, Answers> =
            open.iter().map(|at| (*at, Answers::new())).collect();
        for (jobs, owners) in jobs.chunks(JOBS).zip(owners.chunks(JOBS)) {
            let answers = match self.ask(&templates, frame, jobs, false).await {
                Ok(answers) => answers,
                Err(error) => {
                    owners.iter().for_each(|at| results[*at] = Err(error.clone()));
                    continue;
                }
            };
            for ((answer, (template, _)), at) in answers.into_iter().zip(jobs).zip(owners) {
                match answer.e {
                    Some(error) => results[*at] = Err(error),
                    None => {
                        answered.entry(*at).or_default().insert(*template, answer.v);
                    }
                }
            }
        }
        for (at, answers) in answered {
            if results[at].is_ok() {
                let parts = compiled.parts(frame, items[at], &answers);
                results[at] = parts.map_err(|refusal| match refusal {
                    Refusal::Failed(error) => error,
                    Refusal::NeedsWorker(why) => ExpressionError::failed(why),
                });
            }
        }
    }

    /// Asks the worker for these jobs, each a template and an item; for tagged values or plain ones.
    async fn ask(
        &self,
        templates: &[&Template],
        frame: &Frame,
        jobs: &[(usize, usize)],
        tagged: bool,
    ) -> Result<Vec<Answer>, ExpressionError> {
        let used: std::collections::BTreeSet<usize> =
            jobs.iter().map(|(template, _)| *template).collect();
        for template in &used {
            templates[*template].segments().try_for_each(crate::references::allow)?;
        }
        let sources = used.iter().flat_map(|template| templates[*template].segments());
        let items: Vec<usize> = {
            let set: std::collections::BTreeSet<usize> =
                jobs.iter().map(|(_, item)| *item).collect();
            set.into_iter().collect()
        };
        let body = body(frame, sources, &items);
        // Templates that no job needs are not sent.
        let pieces = templates
            .iter()
            .enumerate()
            .map(|(at, template)| if used.contains(&at) { pieces(template) } else { Vec::new() });
        let templates = pieces.collect();
        let work = Work::Evaluate { templates, jobs: jobs.to_vec(), tagged };
        let message = pack(&Head::new(frame, work), &body);
        let response = self.call(&message, self.deadline, "The expression").await?;
        let count = response.answers.len();
        if count == jobs.len() {
            return Ok(response.answers);
        }
        // One answer for all is an error of the whole.
        match response.answers.into_iter().next() {
            Some(Answer { e: Some(error), .. }) => Err(error),
            _ => Err(ExpressionError::new(ErrorKind::Worker, "The worker gave no answer")),
        }
    }

    /// Runs the code of a Code node on the frame's items.
    pub async fn run_script(
        &self,
        script: &Script<'_>,
        frame: &Frame,
    ) -> Result<ScriptOutput, ExpressionError> {
        let items: Vec<usize> = (0..frame.items().len()).collect();
        // Scripts reach all their items by names that mean nothing in expressions.
        let data = body(frame, [script.code, "$input"].into_iter(), &items);
        let work = Work::Script { code: script.code.to_owned(), mode: script.mode };
        let message = pack(&Head::new(frame, work), &data);
        let deadline = script.deadline.unwrap_or(Duration::from_millis(CODE_MS));
        let response = self.call(&message, deadline, "The script").await?;
        let answer = response.answers.into_iter().next().unwrap_or_default();
        if let Some(error) = answer.e {
            return Err(error);
        }
        let items = serde_json::from_value(answer.v.unwrap_or_default()).map_err(|error| {
            ExpressionError::failed("Code doesn't return items properly").hint(error.to_string())
        })?;
        Ok(ScriptOutput {
            items,
            console: response.console,
            custom_data: response.custom_data,
            static_data: response.static_data,
        })
    }

    async fn call(
        &self,
        message: &[u8],
        deadline: Duration,
        what: &str,
    ) -> Result<Response, ExpressionError> {
        let answer =
            self.pool.call(message, deadline).await.map_err(|error| explain(&error, what))?;
        serde_json::from_slice(&answer).map_err(|error| {
            ExpressionError::new(
                ErrorKind::Limit,
                format!("{what} gave a value that can't be used"),
            )
            .hint(error.to_string())
        })
    }
}

fn explain(error: &SandboxError, what: &str) -> ExpressionError {
    match error {
        SandboxError::TimedOut(after) => ExpressionError::new(
            ErrorKind::Limit,
            format!("{what} was stopped after {} ms", after.as_millis()),
        )
        .hint("Look for a loop that does not end, or work on fewer items at once"),
        SandboxError::Crashed { status } => {
            ExpressionError::new(ErrorKind::Limit, format!("{what} ended its worker process")).hint(
                format!(
                    "It needed too much memory or stack ({status}); work on fewer items at once"
                ),
            )
        }
        SandboxError::RequestTooLarge { .. } | SandboxError::ResponseTooLarge { .. } => {
            ExpressionError::new(ErrorKind::Limit, error.to_string())
                .hint("Work on fewer items at once, for example with Loop Over Items")
        }
        SandboxError::Spawn { .. } => ExpressionError::new(ErrorKind::Worker, error.to_string())
            .hint("Check that the program is complete and that the system allows new processes"),
    }
}
