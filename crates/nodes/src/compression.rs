//! Compression: files packed into an archive, and taken out of one.

mod pack;
mod unpack;

use async_trait::async_trait;
use bytes::Bytes;
use indexmap::IndexMap;
use reporunner_model::{BinaryRef, Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::json;

use crate::binary;
use crate::form::{describe, example, texts};
use crate::items::{Input, fail_or_go_on};

pub(crate) struct Compression;

const V1: &[f64] = &[1.0];
const V1_1: &[f64] = &[1.1];

/// A file with the name it has.
struct Named {
    name: String,
    content: Bytes,
}

#[async_trait]
impl Node for Compression {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Packs files into an archive, and unpacks archives.".to_owned(),
            help: "- **Compress** packs the files of an item into one zip or tar archive, or \
                   each by itself with gzip. Name several files with commas between.\n- \
                   **Decompress** unpacks zip, gzip, tar and tar.gz. The files are in the item \
                   as `file_0`, `file_1` and so on.\n\nThe archive or the files take the place \
                   of the files that the item had."
                .to_owned(),
            aliases: texts(&["zip", "gzip", "tar", "archive", "unzip", "extract", "pack"]),
            versions: texts(&["1", "1.1"]),
            properties: properties(),
            subtitles: texts(&["{operation}"]),
            example: example(json!({
                "operation": "compress",
                "binaryPropertyName": "data",
                "outputFormat": "zip",
                "fileName": "files.zip",
            })),
            ..describe("compression", "Compression", NodeGroup::Files, "layers", 150)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let item = input.item(index);
            match one(context, item, index).await {
                Ok(item) => out.push(item.paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let compress = |property: Property| property.show_when("operation", &["compress"]);
    let formats: &[(&str, &str)] =
        &[("zip", "Zip"), ("gzip", "Gzip"), ("tar", "Tar"), ("targz", "Tar with gzip")];
    let archives: &[&str] = &["zip", "tar", "targz"];
    let name = || Property::text("fileName", "File name").placeholder("files.zip");
    let field = || {
        Property::text("binaryPropertyOutput", "Name for the file in the item")
            .default_value("data")
    };
    vec![
        Property::choice(
            "operation",
            "Do",
            &[("decompress", "Decompress"), ("compress", "Compress")],
        )
        .fixed(),
        Property::text("binaryPropertyName", "Files of the item")
            .default_value("data")
            .required()
            .help("Names with commas between."),
        compress(Property::choice("outputFormat", "Format", formats)),
        compress(name().show_when("outputFormat", archives)),
        compress(field().show_when("outputFormat", archives)),
        compress(name().show_when("outputFormat", &["gzip"]).versions(V1_1)),
        compress(field().show_when("outputFormat", &["gzip"]).versions(V1_1)),
        compress(
            Property::text("outputPrefix", "Names of the files begin with")
                .default_value("data")
                .show_when("outputFormat", &["gzip"])
                .versions(V1),
        ),
        Property::text("outputPrefix", "Names of the files begin with")
            .default_value("file_")
            .show_when("operation", &["decompress"]),
    ]
}

async fn one(context: &Context, item: Item, index: usize) -> Result<Item, NodeError> {
    let values = context.values(index)?;
    let names = values.names("binaryPropertyName");
    if names.is_empty() {
        return Err(NodeError::new("No file is named")
            .hint("Name the file of the item, usually data.")
            .about(&["binaryPropertyName"]));
    }
    let mut files = Vec::new();
    for name in &names {
        let file = binary::of(&item, name).map_err(|e| e.about(&["binaryPropertyName"]))?;
        let content = context.handles.binary.get(file).await?;
        files.push(Named { name: file.file_name.clone().unwrap_or_default(), content });
    }
    let made = match values.text("operation").as_str() {
        "compress" => compress(&values, files)?,
        _ => decompress(&values, files)?,
    };
    let mut binary: IndexMap<String, BinaryRef> = IndexMap::new();
    for (key, file) in made {
        let name = Some(file.name.as_str()).filter(|name| !name.is_empty());
        let known = name.is_some_and(|name| mime_guess::from_path(name).first_raw().is_some());
        let mime = (!known).then(|| binary::sniff(&file.content));
        let stored = context.handles.binary.put(file.content.clone(), name, mime).await?;
        binary.insert(key, binary::named(stored, name, mime));
    }
    Ok(Item { json: item.json, binary: Some(Box::new(binary)), ..Item::default() })
}

type Keyed = Vec<(String, Named)>;

fn compress(values: &Values<'_>, files: Vec<Named>) -> Result<Keyed, NodeError> {
    let format = values.text("outputFormat");
    let key = values.text("binaryPropertyOutput");
    let name = values.text("fileName");
    let named = |extension: &str| match name.is_empty() {
        true => format!("data.{extension}"),
        false => name.clone(),
    };
    let archive = |name: String, content: Vec<u8>| {
        vec![(key.clone(), Named { name, content: content.into() })]
    };
    Ok(match format.as_str() {
        "zip" => archive(named("zip"), pack::zip(&files)?),
        "tar" => archive(named("tar"), pack::tar(&files)?),
        "targz" => archive(named("tar.gz"), pack::gzip(&pack::tar(&files)?)?),
        "gzip" => {
            let single = values.version() > 1.0;
            let prefix = values.text("outputPrefix");
            let mut made = Vec::new();
            for (index, file) in files.iter().enumerate() {
                let own = format!("{}.gz", file.name);
                let own = if single && !name.is_empty() { name.clone() } else { own };
                let key = match (single, index) {
                    (true, 0) => key.clone(),
                    (true, index) => format!("{key}_{index}"),
                    (false, index) => format!("{prefix}{index}"),
                };
                made.push((key, Named { name: own, content: pack::gzip(&file.content)?.into() }));
            }
            made
        }
        other => {
            return Err(NodeError::new(format!("Archives of the kind {other} cannot be made"))
                .hint("Choose a format of the list.")
                .about(&["outputFormat"]));
        }
    })
}

fn decompress(values: &Values<'_>, files: Vec<Named>) -> Result<Keyed, NodeError> {
    let prefix = values.text("outputPrefix");
    let mut found = Vec::new();
    let mut room = crate::unpacked::MOST_BYTES;
    for file in &files {
        found.extend(unpack::files(file, &mut room).map_err(|e| e.about(&["binaryPropertyName"]))?);
    }
    Ok(found.into_iter().enumerate().map(|(n, file)| (format!("{prefix}{n}"), file)).collect())
}
