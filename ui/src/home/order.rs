//! The order of the list, and which rows are chosen. Pure.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use reporunner_model::WorkflowId;
use reporunner_protocol::WorkflowSummary;

use super::standing::Standing;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// What needs someone first.
    Standing,
    /// By name.
    Name,
    /// By what starts it.
    Trigger,
    /// The newest change first.
    Edited,
}

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// By what.
    pub(super) column: Column,
    /// Whether it is turned round.
    pub(super) reverse: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { column: Column::Edited, reverse: false }
    }
}

impl Order {
    /// The order after a press on a head.
    #[must_use]
    pub(super) fn pressed(self, column: Column) -> Self {
        Self { column, reverse: self.column == column && !self.reverse }
    }

    /// As a head tells it, where it sorts by `column`.
    pub(super) fn aria(self, column: Column) -> Option<&'static str> {
        // By change, the first order is the newest first.
        let falls = (column == Column::Edited) != self.reverse;
        (self.column == column).then_some(if falls { "descending" } else { "ascending" })
    }

    /// Sorts.
    pub(super) fn sort(self, list: &mut [WorkflowSummary]) {
        let name = |a: &WorkflowSummary, b: &WorkflowSummary| {
            a.name.to_lowercase().cmp(&b.name.to_lowercase())
        };
        list.sort_by(|a, b| {
            let order = match self.column {
                Column::Standing => rank(a).cmp(&rank(b)),
                Column::Name => Ordering::Equal,
                Column::Trigger => {
                    (!a.state.live).cmp(&!b.state.live).then_with(|| a.trigger.cmp(&b.trigger))
                }
                Column::Edited => b.edited.0.cmp(&a.edited.0),
            };
            let order = order.then_with(|| name(a, b));
            if self.reverse { order.reverse() } else { order }
        });
    }
}

fn rank(summary: &WorkflowSummary) -> u8 {
    match Standing::of(summary) {
        Standing::Failing => 0,
        Standing::Waiting => 1,
        Standing::Running => 2,
        Standing::Fine => 3,
        Standing::Off => 4,
    }
}

/// The rows from `from` to `to`, in the order of the list.
pub(super) fn between(
    list: &[WorkflowSummary],
    from: &WorkflowId,
    to: &WorkflowId,
) -> BTreeSet<WorkflowId> {
    let place = |id: &WorkflowId| list.iter().position(|summary| summary.id == *id);
    let (Some(a), Some(b)) = (place(from), place(to)) else { return BTreeSet::from([to.clone()]) };
    list[a.min(b)..=a.max(b)].iter().map(|summary| summary.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reporunner_model::{RunStatus, Timestamp};
    use reporunner_protocol::{RunMark, WorkflowState};

    fn workflow(name: &str, edited: i64, live: bool, last: RunStatus) -> WorkflowSummary {
        WorkflowSummary {
            id: name.into(),
            name: name.to_owned(),
            summary: String::new(),
            types: Vec::new(),
            nodes: 0,
            tags: BTreeSet::new(),
            trigger: format!("by {name}"),
            last_runs: vec![RunMark { status: last, ms: 1 }],
            problems: 0,
            edited: Timestamp(edited),
            state: WorkflowState { live, ..WorkflowState::default() },
            deleted: None,
        }
    }

    fn list() -> Vec<WorkflowSummary> {
        vec![
            workflow("b", 3, false, RunStatus::Succeeded),
            workflow("a", 1, true, RunStatus::Succeeded),
            workflow("C", 2, true, RunStatus::Failed),
        ]
    }

    #[track_caller]
    fn check(column: Column, reverse: bool, expect: &str) {
        let mut list = list();
        Order { column, reverse }.sort(&mut list);
        assert_eq!(list.iter().map(|s| s.name.as_str()).collect::<String>(), expect, "{column:?}");
    }

    #[test]
    fn rows_are_put_in_order() {
        check(Column::Name, false, "abC");
        check(Column::Name, true, "Cba");
        check(Column::Edited, false, "bCa");
        check(Column::Standing, false, "Cab");
        check(Column::Trigger, false, "Cab");
    }

    #[test]
    fn a_second_press_turns_it_round() {
        let name = Order::default().pressed(Column::Name);
        assert_eq!((name.column, name.reverse), (Column::Name, false));
        assert!(name.pressed(Column::Name).reverse && !name.pressed(Column::Edited).reverse);
        assert_eq!(name.aria(Column::Name), Some("ascending"));
        assert_eq!(name.aria(Column::Edited), None);
        assert_eq!(Order::default().aria(Column::Edited), Some("descending"));
    }

    #[test]
    fn a_range_goes_either_way() {
        let ids = |from: &str, to: &str| {
            between(&list(), &from.into(), &to.into())
                .into_iter()
                .map(|id| id.to_string())
                .collect::<String>()
        };
        assert_eq!(ids("b", "C"), "Cab");
        assert_eq!(ids("C", "a"), "Ca");
        assert_eq!(ids("gone", "a"), "a");
    }
}
