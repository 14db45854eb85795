//! Workflows as text.
//!
//! `a -> b -> c` draws wires; `a:1` leaves output 1, `1:m` ends at input 1. The first node named
//! is a manual trigger unless `triggers` says otherwise. Every other statement says something
//! about a node: see [`Graph::say`]. Statements end with `;` or a line's end. Nodes stand below
//! each other in the order in which they are named.

use std::collections::BTreeMap;

use reporunner_model::{
    Appearance, Catalog, Edge, EdgeKey, Effect, ExecutionOrder, Item, Node, NodeDescription,
    NodeGroup, NodeId, OnError, Point, Port, PortRule, RequiredInputs, TypeName, Workflow,
};

/// What a fake node does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// How often it fails before it works; all for ever.
    pub(crate) fails: usize,
    /// Item counts by output, one list for each run; the last one stays. None: it passes on the
    /// items of its main input.
    pub(crate) gives: Vec<Vec<usize>>,
    /// Milliseconds that a try takes.
    pub(crate) takes: u64,
    /// Whether its first item reports an error until `fails` is used up.
    pub(crate) reports: bool,
    /// Waits this long before it passes its input on.
    pub(crate) waits: Option<i64>,
    /// Is run again after each wait, and waits this often; 0: it passes its input on.
    pub(crate) polls: usize,
}

/// A workflow with what its nodes do.
#[derive(Debug, Clone)]
pub(crate) struct Graph {
    pub(crate) workflow: Workflow,
    pub(crate) catalog: Catalog,
    pub(crate) behaviours: BTreeMap<NodeId, Behaviour>,
}

impl Graph {
    /// Reads a workflow.
    pub(crate) fn parse(text: &str) -> Self {
        let mut graph = Self {
            workflow: Workflow::new("w".into(), "w", "UTC"),
            catalog: Catalog::default(),
            behaviours: BTreeMap::new(),
        };
        for statement in text.split([';', '\n']).map(str::trim).filter(|s| !s.is_empty()) {
            if statement.contains("->") {
                graph.wires(statement);
            } else {
                graph.say(statement);
            }
        }
        graph
    }

    fn wires(&mut self, chain: &str) {
        let ends: Vec<(usize, NodeId, usize)> =
            chain.split("->").map(|end| self.end(end.trim())).collect();
        for pair in ends.windows(2) {
            let (_, from, output) = &pair[0];
            let (input, to, _) = &pair[1];
            let key = EdgeKey::main(from.clone(), *output, to.clone(), *input);
            let order = format!("{:04}", self.workflow.edges.len());
            self.workflow.edges.insert(key, Edge { order });
            let inputs = &mut self.catalog.types.get_mut(&type_of(to)).expect("named").inputs;
            if let PortRule::Fixed { ports } = inputs {
                while ports.len() <= *input {
                    ports.push(Port::main(""));
                }
            }
        }
    }

    /// `input:name:output`, both numbers optional.
    fn end(&mut self, end: &str) -> (usize, NodeId, usize) {
        let (mut input, mut name, mut output) = (0, "", 0);
        for part in end.split(':') {
            match part.parse() {
                Ok(number) if name.is_empty() => input = number,
                Ok(number) => output = number,
                Err(_) => name = part,
            }
        }
        (input, self.node(name), output)
    }

    fn node(&mut self, name: &str) -> NodeId {
        let id = NodeId::new(name);
        if !self.workflow.nodes.contains_key(&id) {
            let first = self.workflow.nodes.is_empty();
            let mut node = Node::new(id.clone(), type_of(&id), "1", name);
            node.position = Point::new(0.0, self.workflow.nodes.len() as f64 * 100.0);
            if first {
                node.node_type = TypeName::from("manualTrigger");
                let group = NodeGroup::Trigger;
                self.describe(node.node_type.clone(), group);
            }
            self.describe(type_of(&id), NodeGroup::Data);
            self.workflow.nodes.insert(id.clone(), node);
            self.behaviours.insert(id.clone(), Behaviour { takes: 1, ..Behaviour::default() });
        }
        id
    }

    fn describe(&mut self, name: TypeName, group: NodeGroup) {
        let description = NodeDescription {
            label: name.to_string(),
            name: name.clone(),
            summary: String::new(),
            help: String::new(),
            group,
            aliases: Vec::new(),
            appearance: Appearance { icon: "box".to_owned(), hue: 0 },
            versions: vec!["1".to_owned()],
            inputs: PortRule::one(),
            outputs: PortRule::one(),
            required_inputs: Vec::new(),
            properties: Vec::new(),
            subtitles: Vec::new(),
            effect: Effect::Pure,
            example: serde_json::Map::new(),
        };
        self.catalog.types.insert(name, description);
    }

    fn say(&mut self, statement: &str) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let number = numbers.first().copied().unwrap_or_default();
        if words[0] == "order" {
            self.workflow.settings.execution_order = match words[1] {
                "v0" => ExecutionOrder::V0,
                "v1" => ExecutionOrder::V1,
                _ => ExecutionOrder::Concurrent,
            };
            return;
        }
        let id = self.node(words[0]);
        let behaviour = self.behaviours.get_mut(&id).expect("named");
        let node = self.workflow.nodes.get_mut(&id).expect("named");
        match words[1] {
            "fails" => behaviour.fails = if numbers.is_empty() { usize::MAX } else { number },
            "reports" => (behaviour.fails, behaviour.reports) = (number, true),
            "gives" => {
                let runs = words[2..].split(|word| *word == "then");
                behaviour.gives = runs
                    .map(|run| run.iter().map(|word| word.parse().expect("a count")).collect())
                    .collect();
            }
            "takes" => behaviour.takes = number as u64,
            "waits" => behaviour.waits = Some(number as i64),
            "polls" => (behaviour.waits, behaviour.polls) = (Some(number as i64), numbers[1]),
            "retries" => {
                node.flags.retry_on_fail = true;
                node.flags.max_tries = numbers.first().map(|tries| *tries as u32);
                node.flags.wait_between_tries = numbers.get(1).map(|wait| *wait as u64);
            }
            "continues" => node.flags.on_error = OnError::ContinueRegularOutput,
            "diverts" => node.flags.on_error = OnError::ContinueErrorOutput,
            "always" => node.flags.always_output_data = true,
            "once" => node.flags.execute_once = true,
            "limit" => node.flags.timeout_ms = Some(number as u64),
            "off" => node.on = false,
            "triggers" => {
                let name = TypeName::new(words.get(2).copied().unwrap_or("otherTrigger"));
                node.node_type = name.clone();
                self.describe(name, NodeGroup::Trigger);
            }
            "unknown" => node.node_type = TypeName::new(words[2]),
            "pinned" => {
                self.workflow.pins.insert(id, vec![Item::default(); number]);
            }
            "needs" => {
                let rule = RequiredInputs { inputs: numbers, show: Vec::new() };
                let description = self.catalog.types.get_mut(&type_of(&id)).expect("named");
                description.required_inputs = vec![rule];
            }
            "stands" => node.position = Point::new(numbers[0] as f64, numbers[1] as f64),
            other => panic!("nobody knows what {other:?} means in {statement:?}"),
        }
    }
}

fn type_of(id: &NodeId) -> TypeName {
    TypeName::new(format!("type-{id}"))
}
