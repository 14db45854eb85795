//! What nodes remember from one run of their workflow to the next, in the store.

use std::sync::Arc;

use async_trait::async_trait;
use reporunner_model::{Clock, NodeError, WorkflowId};
use reporunner_node::{Memory, MemoryScope};
use reporunner_store::{MemoryKey, Store};
use serde_json::{Map, Value};

use super::from_store;

/// The memory of one node run.
pub(crate) struct StoredMemory {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) workflow: WorkflowId,
    pub(crate) node: String,
    /// The same for every try of this node run and no other.
    pub(crate) writer: String,
}

impl StoredMemory {
    fn key(&self, scope: MemoryScope) -> MemoryKey {
        MemoryKey {
            workflow: self.workflow.clone(),
            scope: match scope {
                MemoryScope::Node => self.node.clone(),
                MemoryScope::Workflow => String::new(),
            },
            writer: self.writer.clone(),
        }
    }
}

/// Name of what scripts leave for the next run.
const STATIC: &str = "static";

impl StoredMemory {
    /// Where scripts leave what they keep: apart from what the node itself remembers, which can be
    /// forgotten alone.
    fn static_keys(&self) -> [(&'static str, MemoryKey); 2] {
        let key = |scope| MemoryKey { scope, ..self.key(MemoryScope::Workflow) };
        [("global", key(STATIC.to_owned())), ("node", key(format!("{STATIC} {}", self.node)))]
    }

    /// What scripts of earlier runs left, as this node run found it: `global` and `node`.
    pub(crate) fn static_data(&self) -> Result<Value, NodeError> {
        let mut all = Map::new();
        for (kind, whose) in self.static_keys() {
            let known = self.store.read(|db| db.memory(&whose, STATIC));
            let known = known.map_err(|error| from_store(&error))?;
            all.insert(kind.to_owned(), known.unwrap_or_else(|| Value::Object(Map::new())));
        }
        Ok(Value::Object(all))
    }

    /// Keeps it for the runs that follow.
    pub(crate) async fn set_static_data(&self, mut left: Value) -> Result<(), NodeError> {
        let (at, keys) = (self.clock.now(), self.static_keys());
        let written = self.store.write(move |tx| {
            for (kind, whose) in keys {
                let value = left.get_mut(kind).map(Value::take).unwrap_or_default();
                tx.set_memory(&whose, STATIC, &value, at)?;
            }
            Ok(())
        });
        written.await.map_err(|error| from_store(&error))
    }
}

#[async_trait]
impl Memory for StoredMemory {
    async fn see(
        &self,
        scope: MemoryScope,
        keys: Vec<String>,
        most: usize,
    ) -> Result<Vec<bool>, NodeError> {
        let (whose, at) = (self.key(scope), self.clock.now());
        let written = self.store.write(move |tx| tx.see_in_memory(&whose, &keys, most, at));
        written.await.map_err(|error| from_store(&error))
    }

    async fn get(&self, scope: MemoryScope, name: &str) -> Result<Option<Value>, NodeError> {
        let whose = self.key(scope);
        self.store.read(|db| db.memory(&whose, name)).map_err(|error| from_store(&error))
    }

    async fn set(&self, scope: MemoryScope, name: &str, value: Value) -> Result<(), NodeError> {
        let (whose, at, name) = (self.key(scope), self.clock.now(), name.to_owned());
        let written = self.store.write(move |tx| tx.set_memory(&whose, &name, &value, at));
        written.await.map_err(|error| from_store(&error))
    }

    async fn forget(&self, scope: MemoryScope) -> Result<(), NodeError> {
        let whose = self.key(scope);
        let written = self.store.write(move |tx| tx.forget_memory(&whose));
        written.await.map_err(|error| from_store(&error))
    }
}
