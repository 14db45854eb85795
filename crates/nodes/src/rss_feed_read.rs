//! RSS Read: the entries of an RSS or Atom feed as items.
//!
//! How a feed's elements become fields is `feed`'s; it remembers nothing: RSS Feed Trigger does.

pub(crate) mod feed;

use std::sync::LazyLock;

use async_trait::async_trait;
use regex::bytes::Regex;
use reporunner_model::{Effect, Item, NodeDescription, NodeError, NodeGroup, Property};
use reporunner_node::{Context, HttpRequest, HttpResponse, Node, Output};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::http_request::{decode, refused};
use crate::items::{Input, fail_or_go_on, option_flag, paired_with_all};

pub(crate) struct RssFeedRead;

/// What is asked for, in the order in which it is liked.
const ACCEPT: &str = "application/rss+xml, application/atom+xml;q=0.9, application/rdf+xml;q=0.8, \
                      application/xml;q=0.7, text/xml;q=0.7, */*;q=0.5";
/// Some servers refuse a request that does not say what program sends it.
const AGENT: &str = concat!("Reporunner/", env!("CARGO_PKG_VERSION"));
/// Redirects that are followed.
const REDIRECTS: u32 = 10;

#[async_trait]
impl Node for RssFeedRead {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Gives the entries of an RSS or Atom feed.".to_owned(),
            help: "Each entry becomes an item, in the feed's own order: its title, link, date, \
                   author and text. `isoDate` is the date in a form that sorts; `contentSnippet` \
                   is the text without HTML.\n\nIt gives all entries each time. **RSS Feed \
                   Trigger** starts a workflow with the new ones only; **Remove Duplicates** \
                   keeps what earlier runs have not seen.\n\nFields that are not among these are \
                   given where their names stand under *Further fields*, such as \
                   `media:thumbnail`."
                .to_owned(),
            aliases: texts(&["feed", "atom", "news", "blog", "podcast", "xml"]),
            versions: texts(&["1", "1.1", "1.2"]),
            properties: properties(),
            subtitles: texts(&["{url}"]),
            effect: Effect::Idempotent,
            example: form::example(json!({ "url": "https://blog.rust-lang.org/feed.xml" })),
            ..describe("rssFeedRead", "RSS Read", NodeGroup::Network, "rss", 24)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let count = input.items().len();
        // The first version read one feed, whatever came in.
        let once = context.node.type_version() < 1.1;
        let mut out = Vec::new();
        for index in 0..if once { count.min(1) } else { count } {
            let entries = match read(context, index).await {
                Ok(entries) => entries,
                Err(error) => {
                    out.push(fail_or_go_on(context, error, index)?);
                    continue;
                }
            };
            out.extend(entries.into_iter().map(|entry| {
                let mut item = Item::from_json(entry).paired(index, 0);
                if once && count > 1 {
                    item.paired_item = paired_with_all(count);
                }
                item
            }));
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    vec![
        Property::text("url", "URL").required().placeholder("https://example.com/feed.xml"),
        form::options(vec![
            Property::text("customFields", "Further fields")
                .placeholder("media:thumbnail, source")
                .help("Names of elements of an entry, separated by commas."),
            Property::toggle("ignoreSSL", "Accept any certificate", false)
                .help("Anyone in between can then read and change what is sent."),
        ]),
    ]
}

async fn read(context: &Context, index: usize) -> Result<Vec<Map<String, Value>>, NodeError> {
    let values = context.values(index)?;
    let url = values.required("url")?;
    let custom = values.names("options.customFields");
    let insecure = option_flag(&values, "options.ignoreSSL").unwrap_or(false);
    fetch(context, &url, insecure, &custom).await.map_err(|error| error.about(&["url"]))
}

/// The entries of the feed at `url`.
pub(crate) async fn fetch(
    context: &Context,
    url: &str,
    allow_invalid_certificates: bool,
    custom: &[String],
) -> Result<Vec<Map<String, Value>>, NodeError> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: url.trim().to_owned(),
        headers: vec![header("accept", ACCEPT), header("user-agent", AGENT)],
        max_redirects: REDIRECTS,
        allow_invalid_certificates,
        ..HttpRequest::default()
    };
    let response = context.handles.http.send(request).await?;
    if !(200..300).contains(&response.status) {
        return Err(refused(context, "GET", &response).await);
    }
    feed::entries(&text(&response), custom)
}

/// The text of an answer, in the charset that its head names, else in the one that the document
/// names.
fn text(response: &HttpResponse) -> String {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^[^<]*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"#)
            .expect("it is written here")
    });
    let kind = response.header("content-type").unwrap_or_default();
    if kind.to_ascii_lowercase().contains("charset=") {
        return decode(&response.body, kind);
    }
    let named = NAMED.captures(&response.body).and_then(|found| found.get(1));
    let label = named.and_then(|label| std::str::from_utf8(label.as_bytes()).ok());
    crate::binary::decode(&response.body, label.unwrap_or("utf-8"))
}
