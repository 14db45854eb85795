//! Random edits by several people: they end with the same valid workflow, whatever came first,
//! and undo is exact and leaves what others did alone.

use proptest::prelude::*;
use reporunner_model::{
    Edge, EdgeKey, Edit, NodeFlags, NodeId, Note, NoteId, Point, TextPath, Workflow,
};
use serde_json::{Value, json};

use crate::fixture::{Person, created, meet, move_to, node, rename, set, workflow};

/// One edit as numbers; what it becomes depends on the workflow it meets.
#[derive(Debug, Clone)]
struct Dice {
    kind: u8,
    which: usize,
    other: usize,
    value: u16,
}

fn dice() -> impl Strategy<Value = Dice> {
    (0u8..24, 0usize..8, 0usize..8, any::<u16>()).prop_map(|(kind, which, other, value)| Dice {
        kind,
        which,
        other,
        value,
    })
}

fn some_dice() -> impl Strategy<Value = Vec<Dice>> {
    proptest::collection::vec(dice(), 1..8)
}

impl Dice {
    /// The edit that these numbers mean for `workflow`; `mark` makes its values somebody's own.
    fn edit(&self, workflow: &Workflow, mark: &str) -> Option<Edit> {
        let nodes: Vec<&NodeId> = workflow.nodes.keys().collect();
        let pick = |at: usize| nodes.get(at % nodes.len().max(1)).copied();
        let (id, value) = (pick(self.which)?.clone(), format!("{mark}{}", self.value % 50));
        let path = ["url", "options.timeout", "options.body", "data", "code", "extra.deep"];
        let path = path[self.other % path.len()];
        let record = format!("headers.parameters.#h{}", self.other);
        Some(match self.kind {
            0..=3 => set(id.as_str(), path, json!(value)),
            4 => set(id.as_str(), path, None),
            5 => set(id.as_str(), "options", json!({ "timeout": value, "x": [value] })),
            6 => set(id.as_str(), &format!("{record}.value"), json!(value)),
            7 => set(id.as_str(), &record, json!({ "name": value })),
            8 => set(id.as_str(), &record, None),
            9 => set(id.as_str(), "headers", self.value.is_multiple_of(2).then(|| json!(value))),
            10 => {
                let (list, path) = records(workflow, &id)?;
                let at = |at: usize| list.get(at % list.len().max(1)).cloned();
                Edit::MoveRecord { id, path, record: at(self.which)?, before: at(self.other) }
            }
            11 | 12 => move_to(id.as_str(), f64::from(self.value), 0.5),
            13 => rename(id.as_str(), &format!("N{}", self.value % 4)),
            14 => Edit::RemoveNode { id },
            15 => Edit::AddNode { node: Box::new(node(&format!("{mark}x{}", self.other))) },
            16 | 17 => Edit::Connect {
                key: EdgeKey::main(id, self.which, pick(self.other)?.clone(), 0),
                edge: Edge { order: if self.value.is_multiple_of(2) { value } else { "".into() } },
            },
            18 => Edit::Disconnect { key: workflow.edges.keys().nth(self.other)?.clone() },
            19 => splice(workflow, &id, self.value, mark)?,
            20 => {
                let flags =
                    NodeFlags { max_tries: Some(self.value.into()), ..NodeFlags::default() };
                Edit::SetFlags { id, flags }
            }
            21 => {
                let note = Note { text: value, position: Point::new(1.0, 2.0), ..Note::default() };
                Edit::AddNote { id: NoteId::new(format!("{mark}n{}", self.other % 3)), note }
            }
            22 => {
                let id = workflow.notes.keys().nth(self.other % 3)?.clone();
                if self.value.is_multiple_of(3) {
                    Edit::RemoveNote { id }
                } else {
                    let text = Some(value);
                    Edit::SetNote { id, text, color: Some(2), position: None, size: None }
                }
            }
            _ => Edit::SetNodeNote { id, note: Some(value) },
        })
    }
}

fn records(workflow: &Workflow, id: &NodeId) -> Option<(Vec<String>, Vec<String>)> {
    let list = workflow.nodes.get(id)?.params.get("headers")?.get("parameters")?.as_array()?;
    let ids = list.iter().filter_map(reporunner_model::record_id).map(str::to_owned).collect();
    Some((ids, vec!["headers".to_owned(), "parameters".to_owned()]))
}

fn splice(workflow: &Workflow, id: &NodeId, value: u16, mark: &str) -> Option<Edit> {
    let length = workflow.nodes.get(id)?.params.get("code")?.as_str()?.encode_utf16().count();
    let at = usize::from(value) % (length + 1);
    let remove = usize::from(value / 7) % (length - at + 1);
    Some(Edit::SpliceText {
        text: TextPath::Param { id: id.clone(), path: vec!["code".to_owned()] },
        at,
        remove: remove.min(2),
        insert: mark.to_owned(),
    })
}

/// One batch of what the numbers mean, as far as it fits.
fn play(person: &mut Person, dice: &[Dice], mark: &str) {
    let mut shown = person.document.workflow().clone();
    let mut edits = Vec::new();
    for dice in dice {
        let Some(edit) = dice.edit(&shown, mark) else { continue };
        if edit.apply(&mut shown).is_ok() {
            edits.push(edit);
        }
    }
    person.edit(edits);
}

fn check_valid(workflow: &Workflow) -> Result<(), TestCaseError> {
    for key in workflow.edges.keys() {
        let ends = [&key.from, &key.to].map(|end| workflow.nodes.contains_key(end));
        prop_assert_eq!(ends, [true, true], "no wire dangles: {}", key);
    }
    let mut names: Vec<&str> = workflow.nodes.values().map(|node| node.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    prop_assert_eq!(names.len(), workflow.nodes.len(), "every node has a name of its own");
    Ok(())
}

#[derive(Debug, Clone)]
enum Turn {
    Edit(usize, Vec<Dice>),
    Meet(usize, usize),
    Undo(usize),
    Redo(usize),
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        5 => (0usize..3, some_dice()).prop_map(|(who, dice)| Turn::Edit(who, dice)),
        2 => (0usize..3, 0usize..3).prop_map(|(one, two)| Turn::Meet(one, two)),
        1 => (0usize..3).prop_map(Turn::Undo),
        1 => (0usize..3).prop_map(Turn::Redo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn three_people_end_with_the_same_valid_workflow(
        turns in proptest::collection::vec(turn(), 1..14),
    ) {
        let document = created(&workflow());
        let start = document.heads();
        let mut people: Vec<Person> =
            ["i", "u", "e"].iter().map(|name| Person::new(name, &document)).collect();
        for turn in turns {
            match turn {
                Turn::Edit(who, dice) => play(&mut people[who], &dice, ["i", "u", "e"][who]),
                Turn::Meet(one, two) if one != two => {
                    let theirs = people[two].document.clone();
                    people[one].pull(&theirs, &start);
                }
                Turn::Meet(..) => {}
                Turn::Undo(who) => drop(people[who].undo()),
                Turn::Redo(who) => drop(people[who].redo()),
            }
        }
        let all: Vec<_> = people.iter().map(|person| person.document.clone()).collect();
        for (at, person) in people.iter_mut().enumerate() {
            for step in 1..3 {
                person.pull(&all[(at + step) % 3], &start);
            }
        }
        let [first, rest @ ..] = people.as_slice() else { unreachable!("there are three") };
        for person in rest {
            prop_assert_eq!(person.document.heads(), first.document.heads());
            prop_assert_eq!(person.document.workflow(), first.document.workflow());
        }
        check_valid(first.document.workflow())?;
        let saved = Person::new("later", &first.document);
        prop_assert_eq!(saved.document.workflow(), first.document.workflow());
    }

    #[test]
    fn all_steps_taken_back_give_the_start_and_made_again_the_end(
        batches in proptest::collection::vec(some_dice(), 1..6),
    ) {
        let mut person = Person::new("one", &created(&workflow()));
        let mut states = vec![person.document.workflow().clone()];
        for dice in &batches {
            let before = person.document.heads();
            play(&mut person, dice, "v");
            if person.document.heads() != before {
                states.push(person.document.workflow().clone());
            }
        }
        for state in states.iter().rev().skip(1) {
            person.undo();
            prop_assert_eq!(person.document.workflow(), state);
        }
        for state in states.iter().skip(1) {
            person.redo();
            prop_assert_eq!(person.document.workflow(), state);
        }
    }

    #[test]
    fn undo_leaves_in_place_what_another_person_did_since(
        ours in proptest::collection::vec(some_dice(), 1..4),
        theirs in some_dice(),
    ) {
        let mut one = Person::new("one", &created(&workflow()));
        let mut two = Person::new("two", &one.document);
        let parted = one.document.heads();
        for dice in &ours {
            play(&mut one, dice, "i");
        }
        meet(&mut one, &mut two, &parted);
        let parted = one.document.heads();
        play(&mut two, &theirs, "U");
        meet(&mut one, &mut two, &parted);
        let before = marks(one.document.workflow());
        while one.undo().is_some() {}
        let after = marks(one.document.workflow());
        for mark in &before {
            let count = |marks: &[String]| marks.iter().filter(|other| *other == mark).count();
            prop_assert_eq!(count(&before), count(&after), "{} is still there", mark);
        }
    }
}

/// Everything the second person wrote that is to be seen: strings that hold their mark.
fn marks(workflow: &Workflow) -> Vec<String> {
    fn walk(at: &str, value: &Value, marks: &mut Vec<String>) {
        match value {
            Value::String(text) if text.contains('U') => {
                let own: String = text.chars().filter(|c| *c == 'U').collect();
                marks.push(format!("{at}: {own}"));
            }
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| walk(&format!("{at}.{key}"), value, marks));
            }
            Value::Array(list) => {
                list.iter().for_each(|v| walk(&format!("{at}.{}", v["id"]), v, marks));
            }
            _ => {}
        }
    }
    let mut marks = Vec::new();
    let all = serde_json::to_value(workflow).expect("a workflow is plain data");
    walk("", &all, &mut marks);
    marks
}
