//! Watch Folder: starts a live workflow when files change. Watching is the app's business.

use async_trait::async_trait;
use reporunner_model::{
    Choice, NodeDescription, NodeError, NodeGroup, PathKind, PortRule, Property, PropertyKind,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Value, json};

use crate::form::{self, describe, example, texts};
use crate::items::Input;

pub(crate) struct WatchFolder;

#[async_trait]
impl Node for WatchFolder {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow when a file or a folder changes.".to_owned(),
            help: "The workflow must be published and live, and the folder one that workflows may \
                   read. Each change starts a run with its `event` (`add`, `change`, `unlink`, \
                   `addDir`, `unlinkDir`) and its `path`.\n\n\
                   - **Wait until written** holds a file back until its size has not changed for \
                   two seconds: for large files and slow copies.\n\
                   - **Look again and again** is for network drives, which tell of no changes.\n\
                   - What changes while Reporunner is not running starts nothing.\n\n\
                   To try it out, run it with an item such as `{ \"event\": \"add\", \"path\": \
                   \"/folder/file.pdf\" }`."
                .to_owned(),
            aliases: texts(&["local file trigger", "watch", "file", "directory", "new file"]),
            inputs: PortRule::none(),
            properties: properties(),
            subtitles: texts(&["{path}"]),
            example: example(json!({ "triggerOn": "folder", "path": "inbox", "events": ["add"] })),
            ..describe("localFileTrigger", "Watch Folder", NodeGroup::Trigger, "folder-search", 268)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        Ok(Output::one(Input::take(context, 0).into_items()))
    }
}

fn properties() -> Vec<Property> {
    let events = [
        ("add", "A file is added"),
        ("change", "A file changes"),
        ("unlink", "A file is removed"),
        ("addDir", "A folder is added"),
        ("unlinkDir", "A folder is removed"),
    ];
    let events = choices(events.map(|(value, label)| (value.into(), label)));
    vec![
        Property::choice(
            "triggerOn",
            "Watch",
            &[("folder", "What is in a folder"), ("file", "One file")],
        )
        .fixed(),
        Property::text("path", "File")
            .path(PathKind::File)
            .required()
            .fixed()
            .placeholder("inbox/list.csv")
            .help("This one file: patterns are not looked for.")
            .show_when("triggerOn", &["file"]),
        Property::text("path", "Folder")
            .path(PathKind::Folder)
            .required()
            .fixed()
            .placeholder("inbox")
            .show_when("triggerOn", &["folder"]),
        Property::new("events", "Start when", PropertyKind::MultiChoice { options: events })
            .default_value(json!([]))
            .fixed()
            .show_when("triggerOn", &["folder"]),
        form::options(options()).fixed(),
    ]
}

fn options() -> Vec<Property> {
    let depths = [
        (json!(-1), "All folders below"),
        (json!(0), "The folder alone"),
        (json!(1), "One folder down"),
        (json!(2), "Two folders down"),
        (json!(3), "Three folders down"),
        (json!(4), "Four folders down"),
        (json!(5), "Five folders down"),
    ];
    let depths = PropertyKind::Choice { options: choices(depths) };
    vec![
        Property::toggle("awaitWriteFinish", "Wait until written", false).fixed(),
        Property::new("depth", "How deep", depths).default_value(-1).fixed(),
        Property::toggle("followSymlinks", "Follow links", true).fixed(),
        Property::text("ignored", "Leave out").placeholder("**/*.tmp").fixed(),
        Property::choice(
            "ignoreMode",
            "Leave out what",
            &[("match", "Matches the pattern"), ("contain", "Has the text in its path")],
        )
        .fixed(),
        Property::toggle("ignoreInitial", "Leave out what is there already", true).fixed(),
        Property::toggle("usePolling", "Look again and again", false).fixed(),
    ]
}

fn choices<const N: usize>(options: [(Value, &str); N]) -> Vec<Choice> {
    let choice = |(value, label): (Value, &str)| Choice {
        value,
        label: label.to_owned(),
        help: String::new(),
    };
    options.into_iter().map(choice).collect()
}
