//! One try of one node: its parameters, its context, its outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reporunner_engine::{Outcome, Task};
use reporunner_expression::{Evaluator, ExpressionError, Frame, STATIC_DATA, Script as Source};
use reporunner_model::{Effect, ErrorOrigin, Items, NodeError, RunMode};
use reporunner_node::{
    Context, Earlier, Evaluate, Handles, Node, NodeState, Output, RunInfo, Script, ScriptCall,
    ScriptMode, ScriptResult, Wait,
};
use serde_json::{Map, Value};

use crate::handles::{Children, StoredMemory};
use crate::session::Session;

/// Items from which on a node gets a thread of its own, so that a run that computes can still be
/// ended and others go on meanwhile.
const MANY_ITEMS: usize = 1_000;

/// The work as it is polled by the run: in place, or on a thread of its own where it is much.
/// Gives none where the thread broke off.
pub(crate) fn apart<T: Send + 'static>(
    items: usize,
    work: impl Future<Output = T> + Send + 'static,
) -> BoxFuture<'static, Option<T>> {
    if items < MANY_ITEMS {
        return Box::pin(work.map(Some));
    }
    let runtime = tokio::runtime::Handle::current();
    let thread = tokio::task::spawn_blocking(move || runtime.block_on(work));
    Box::pin(async move { thread.await.ok() })
}

pub(crate) fn broke_off() -> Outcome {
    let error = NodeError::new("the node broke off: a fault of Reporunner")
        .hint("Report it with the workflow that shows it.");
    Outcome::Failed { error }
}

/// A node whose parameters are known, about to do its work.
pub(crate) struct Ready {
    node: Arc<dyn Node>,
    context: Context,
}

impl Ready {
    /// What it will do outside.
    pub(crate) fn effect(&self) -> Effect {
        let said = std::panic::catch_unwind(AssertUnwindSafe(|| self.node.effect(&self.context)));
        said.unwrap_or(Effect::Outside)
    }

    /// Whether it may be repeated after a crash all the same.
    pub(crate) fn finds_what_it_did(&self) -> bool {
        self.node.finds_what_it_did()
    }

    /// How much it has to do.
    pub(crate) fn items(&self) -> usize {
        if self.node.computes() {
            return usize::MAX;
        }
        self.context.inputs.iter().map(|items| items.len()).sum()
    }

    pub(crate) async fn perform(mut self) -> Outcome {
        let ran = AssertUnwindSafe(self.node.run(&mut self.context)).catch_unwind().await;
        match ran {
            Ok(Ok(Output { wait: Some(Wait { until, again, note }), .. })) => {
                Outcome::Waiting { until, again, note: note.to_value() }
            }
            Ok(Ok(output)) => Outcome::Outputs {
                outputs: output.outputs.into_iter().map(Arc::new).collect(),
                hints: output.hints,
            },
            Ok(Err(error)) => Outcome::Failed { error },
            Err(_) => broke_off(),
        }
    }
}

impl Session {
    /// Makes a task ready: evaluates its parameters. The future owns what it needs, so that the
    /// session may go on meanwhile.
    pub(crate) fn ready(
        &self,
        task: Task,
        state: NodeState,
    ) -> impl Future<Output = Result<Ready, Outcome>> + Send + 'static {
        let prepared = Arc::clone(&self.prepared);
        let evaluator = Arc::clone(&self.shared.evaluator);
        let frame = Arc::new(self.frame(&task, &task.inputs));
        let whole = match &task.seen {
            Some(seen) => Arc::new(self.frame(&task, seen)),
            None => Arc::clone(&frame),
        };
        let run = self.run_info(&task);
        let handles = self.handles(&frame, &run, self.children(&task));
        async move {
            let step = prepared.step(task.node);
            let Some((node, description)) = &step.kind else {
                let error = NodeError::new("the node's type is unknown");
                return Err(Outcome::Failed { error });
            };
            let resolved = AssertUnwindSafe(step.parameters.resolve(&whole, &evaluator));
            let params = resolved.catch_unwind().await.map_err(|_| broke_off())?;
            let context = Context {
                node: Arc::clone(&prepared.plan.node(task.node).node),
                description: Arc::clone(description),
                inputs: task.inputs,
                params,
                run,
                handles,
                state,
            };
            Ok(Ready { node: Arc::clone(node), context })
        }
    }

    fn frame(&self, task: &Task, inputs: &[Items]) -> Frame {
        let planned = self.prepared.plan.node(task.node);
        let name = Arc::clone(&self.prepared.step(task.node).name);
        let mut inputs = inputs.to_vec();
        let mut sources: Vec<_> =
            task.sources.iter().map(|source| source.map(|s| self.source(s))).collect();
        let main = task.main_input;
        if main > 0 && main < inputs.len() {
            inputs.swap(0, main);
            if main < sources.len() {
                sources.swap(0, main);
            }
        }
        Frame {
            data: self.data.clone(),
            node: name,
            node_id: planned.node.id.to_string(),
            node_version: planned.node.type_version(),
            run_index: task.run_index,
            inputs,
            sources,
            ambient: self.notes.shown_in(&self.ambient),
            now: self.shared.clock.now(),
            extra: Map::new(),
        }
    }

    fn run_info(&self, task: &Task) -> RunInfo {
        let workflow = &self.prepared.workflow;
        let node = &self.prepared.plan.node(task.node).node.id;
        RunInfo {
            workflow: workflow.id.clone(),
            workflow_name: workflow.name.clone(),
            run: self.id.clone(),
            mode: self.mode,
            run_index: task.run_index,
            attempt: task.attempt,
            timezone: self.timezone.clone(),
            now: self.shared.clock.now(),
            idempotency_key: format!("{}-{node}-{}", self.id, task.run_index),
        }
    }

    fn handles(&self, frame: &Arc<Frame>, run: &RunInfo, children: Children) -> Arc<Handles> {
        let memory = Arc::new(StoredMemory {
            store: self.shared.store.clone(),
            clock: Arc::clone(&self.shared.clock),
            workflow: run.workflow.clone(),
            node: frame.node_id.clone(),
            writer: run.idempotency_key.clone(),
        });
        let expressions = Arc::new(Expressions {
            frame: Arc::clone(frame),
            evaluator: Arc::clone(&self.shared.evaluator),
            memory: Arc::clone(&memory),
            // What a person tries out does not change what live runs go by.
            keeps: self.mode != RunMode::Manual,
        });
        Arc::new(Handles {
            http: Arc::clone(&self.http) as _,
            files: Arc::clone(&self.files) as _,
            sql: Arc::clone(&self.sql) as _,
            binary: Arc::clone(&self.binaries) as _,
            mail: Arc::clone(&self.mail) as _,
            commands: Arc::clone(&self.commands) as _,
            script: Arc::clone(&expressions) as _,
            evaluate: Arc::clone(&expressions) as _,
            respond: Arc::clone(&self.respond),
            earlier: Arc::clone(&expressions) as _,
            notes: Arc::clone(&self.notes) as _,
            memory,
            workflows: Arc::new(children),
            clock: Arc::clone(&self.shared.clock),
        })
    }
}

/// Expressions and scripts against what a node sees, and what it was given before.
struct Expressions {
    frame: Arc<Frame>,
    evaluator: Arc<Evaluator>,
    memory: Arc<StoredMemory>,
    /// Whether what scripts leave for the next run is kept.
    keeps: bool,
}

#[async_trait]
impl Evaluate for Expressions {
    async fn late(
        &self,
        value: &Value,
        item: usize,
        variables: Map<String, Value>,
    ) -> Result<Value, NodeError> {
        let mut frame = Frame::clone(&self.frame);
        let names = variables.into_iter();
        frame.extra.extend(names.map(|(key, value)| {
            let name = key.strip_prefix('$').map(str::to_owned);
            (name.unwrap_or(key), value)
        }));
        let resolved = self.evaluator.resolve(value, &frame, item).await;
        resolved.map_err(ExpressionError::into_node_error)
    }
}

impl Earlier for Expressions {
    fn input(&self, run: usize, input: usize) -> Option<Items> {
        let source = self.frame.record()?.runs.get(run)?.sources.get(input)?.as_ref()?;
        let given = self.frame.data.node(&source.node)?.runs.get(source.run_index)?;
        given.outputs.get(source.output).cloned()
    }
}

#[async_trait]
impl Script for Expressions {
    async fn run(&self, call: ScriptCall) -> Result<ScriptResult, NodeError> {
        let script = Source {
            code: &call.code,
            mode: match call.mode {
                ScriptMode::AllItems => reporunner_expression::ScriptMode::RunOnceForAllItems,
                ScriptMode::EachItem => reporunner_expression::ScriptMode::RunOnceForEachItem,
            },
            deadline: call.timeout_ms.map(Duration::from_millis),
        };
        let known = match call.code.contains("getWorkflowStaticData") {
            true => Some(self.memory.static_data()?),
            false => None,
        };
        let mut frame = Arc::clone(&self.frame);
        if let Some(known) = &known {
            Arc::make_mut(&mut frame).extra.insert(STATIC_DATA.to_owned(), known.clone());
        }
        let output = self.evaluator.run_script(&script, &frame).await.map_err(script_error)?;
        if let Some(left) = output.static_data
            && self.keeps
            && known.as_ref() != Some(&left)
        {
            self.memory.set_static_data(left).await?;
        }
        Ok(ScriptResult { items: output.items, logs: output.console })
    }
}

fn script_error(error: ExpressionError) -> NodeError {
    let mut error = error.into_node_error();
    if error.origin == ErrorOrigin::Expression {
        error.origin = ErrorOrigin::Script;
    }
    error
}
