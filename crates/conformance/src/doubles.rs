//! The node types that exist for tests only.

use async_trait::async_trait;
use reporunner_model::{
    Appearance, Effect, Item, NodeDescription, NodeError, NodeGroup, PortRule, Property, TypeName,
};
use reporunner_node::{Context, Node, Output};
use serde_json::{Map, Value, json};

fn describe(name: &str, versions: &[&str]) -> NodeDescription {
    NodeDescription {
        name: TypeName::from(name),
        label: name.to_owned(),
        summary: String::new(),
        help: String::new(),
        group: NodeGroup::Other,
        aliases: Vec::new(),
        appearance: Appearance { icon: "circle".to_owned(), hue: 0 },
        versions: versions.iter().map(|version| (*version).to_owned()).collect(),
        inputs: PortRule::one(),
        outputs: PortRule::one(),
        required_inputs: Vec::new(),
        properties: Vec::new(),
        subtitles: Vec::new(),
        effect: Effect::Pure,
        example: Map::new(),
    }
}

/// Gives the items that its parameter `data` holds.
pub(crate) struct TestData(pub(crate) &'static str);

#[async_trait]
impl Node for TestData {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            properties: vec![Property::text("data", "Data")],
            ..describe(self.0, &["1"])
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let items = match context.node.params.get("data") {
            Some(Value::Array(list)) => list.iter().map(|data| item(data.clone())).collect(),
            Some(data) => vec![item(data.clone())],
            None => Vec::new(),
        };
        Ok(Output::one(items))
    }
}

/// The fields of an item, whatever they are called: `json` is a field like others here.
fn item(fields: Value) -> Item {
    match fields {
        Value::Object(fields) => Item::from_json(fields),
        other => Item::from_value(other),
    }
}

/// Says which version it has, and what its parameter says, whose default is the version.
pub(crate) struct VersionTest;

#[async_trait]
impl Node for VersionTest {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            properties: vec![Property::text("versionTest", "Version")],
            ..describe("versionTest", &["1", "2"])
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let version = json!(context.node.type_version() as i64);
        let parameter = context.node.params.get("versionTest").unwrap_or(&version);
        Ok(Output::one(vec![Item::from_value(
            json!({ "versionFromNode": version, "versionFromParameter": parameter }),
        )]))
    }
}
