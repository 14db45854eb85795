//! Where imported nodes go: as the file says, spread, and none on top of another.
//!
//! How far a workflow is spread is `layout`'s to say; that an unmoved node goes out with the file's
//! numbers is `kept`'s.

use std::collections::BTreeMap;

use reporunner_model::{Node, NodeId, Point, Port, card_height, limits, ports_of};

use super::{Entry, Import};
use crate::layout::{self, Placed};

impl Import<'_> {
    /// Puts each node where the file says, spread, and lower where another card is in the way.
    pub(super) fn place(&mut self, entries: &[Entry<'_>], scale: f64, placed: &mut Placed) {
        let heights = self.heights();
        for entry in entries.iter().filter(|entry| !entry.is_note()) {
            let id = NodeId::new(&*entry.id);
            if let (Some(place), Some(own)) = (entry.place, self.workflow.nodes.get_mut(&id)) {
                let height = heights.get(&id).copied().unwrap_or(limits::NODE_HEIGHT);
                own.position = placed.place(Point::new(place.x * scale, place.y), height);
            }
        }
    }

    /// How tall the cards are, by the ports that types and wires need.
    fn heights(&self) -> BTreeMap<NodeId, f64> {
        let mut used: BTreeMap<&NodeId, usize> = BTreeMap::new();
        for key in self.workflow.edges.keys().filter(|key| key.kind.is_main()) {
            for (id, port) in [(&key.from, key.from_port), (&key.to, key.to_port)] {
                let most = used.entry(id).or_default();
                *most = (*most).max(port + 1);
            }
        }
        let height = |node: &Node| {
            let mut ports = ports_of(self.catalog.get(&node.node_type), node);
            let wired = used.get(&node.id).copied().unwrap_or_default();
            let more = wired.saturating_sub(ports.outputs.len());
            ports.outputs.extend(std::iter::repeat_n(Port::main(""), more));
            card_height(&ports)
        };
        self.workflow.nodes.values().map(|node| (node.id.clone(), height(node))).collect()
    }

    /// Gives places, below the others, to nodes that the file gives none.
    pub(super) fn place_the_rest(&mut self, entries: &[Entry<'_>], placed: &mut Placed) {
        let rest: Vec<NodeId> = entries
            .iter()
            .filter(|entry| entry.place.is_none() && !entry.is_note())
            .map(|entry| NodeId::new(&*entry.id))
            .collect();
        if rest.is_empty() {
            return;
        }
        let pairs = self.workflow.edges.keys().map(|key| (key.from.clone(), key.to.clone()));
        let columns = layout::columns(&rest, &pairs.collect::<Vec<_>>());
        let (start, heights) = (placed.below(), self.heights());
        for id in rest {
            let column = columns.get(&id).copied().unwrap_or_default() as f64;
            let step = limits::NODE_WIDTH + 4.0 * limits::GRID;
            let height = heights.get(&id).copied().unwrap_or(limits::NODE_HEIGHT);
            let place = placed.place(Point::new(start.x + column * step, start.y), height);
            if let Some(own) = self.workflow.nodes.get_mut(&id) {
                own.position = place;
            }
        }
    }
}
