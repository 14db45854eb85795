//! RSS Feed Trigger: looks at a feed by the clock and starts the workflow with what is new in it.
//!
//! When it looks is `schedule`'s business. It remembers which entries it has seen; what was in the
//! feed when it looked for the first time is not new.

use std::collections::HashSet;

use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp as Instant;
use reporunner_model::{
    Effect, Item, NodeDescription, NodeError, NodeGroup, PortRule, Property, RunMode,
};
use reporunner_node::{Context, MemoryScope, Node, Output};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::form::{self, describe, texts};
use crate::{cron, rss_feed_read};

pub(crate) struct RssFeedTrigger;

/// Name of what it remembers.
const MEMORY: &str = "feed";
/// Entries that are remembered after they have left the feed.
const GONE: usize = 1_000;

#[async_trait]
impl Node for RssFeedTrigger {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Starts the workflow with the new entries of a feed.".to_owned(),
            help: "It looks at the feed at the times you set and starts the workflow where there \
                   is something new, with all new entries at once. What is in the feed when it \
                   looks for the first time does not count as new, nor does an entry that is \
                   changed later.\n\nThe workflow must be published and live. Entries that came \
                   while Reporunner was not running are found by the next look, as long as the \
                   feed still has them.\n\nRun by hand, it gives the first entry of the feed, so \
                   that there is something to build on. A look that finds nothing new leaves no \
                   run behind."
                .to_owned(),
            aliases: texts(&["feed", "atom", "news", "poll", "watch", "blog", "podcast"]),
            inputs: PortRule::none(),
            properties: vec![
                Property::records("pollTimes", "Look", "item", "Add time", cron::time())
                    .default_value(json!({ "item": [{ "mode": "everyMinute" }] })),
                Property::text("feedUrl", "Feed URL")
                    .required()
                    .placeholder("https://example.com/feed.xml"),
            ],
            subtitles: texts(&["{feedUrl}"]),
            effect: Effect::Idempotent,
            example: form::example(json!({
                "pollTimes": { "item": [{ "id": "1", "mode": "everyHour", "minute": 10 }] },
                "feedUrl": "https://blog.rust-lang.org/feed.xml"
            })),
            ..describe("rssFeedReadTrigger", "RSS Feed Trigger", NodeGroup::Trigger, "rss", 24)
        }
    }

    fn polls(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let url = context.values(0)?.required("feedUrl")?;
        let entries = rss_feed_read::fetch(context, &url, false, &[]).await;
        let entries = entries.map_err(|error| error.about(&["feedUrl"]))?;
        if context.run.mode == RunMode::Manual {
            let first = entries.into_iter().next().map(Item::from_json);
            return Ok(Output::one(first.into_iter().collect()));
        }
        let memory = &context.handles.memory;
        let known = memory.get(MemoryScope::Node, MEMORY).await?;
        let known: Option<Known> = known.and_then(|known| serde_json::from_value(known).ok());
        let first_look = Known::new(&url, context.run.now.0);
        let mut known = known.filter(|known| known.url == url).unwrap_or(first_look);
        let before = known.clone();
        let fresh = known.take_in(entries);
        if known != before {
            let value = serde_json::to_value(&known).expect("it is plain data");
            memory.set(MemoryScope::Node, MEMORY, value).await?;
        }
        Ok(Output::one(fresh.into_iter().map(Item::from_json).collect()))
    }
}

/// What is known of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Known {
    url: String,
    /// Entries of this moment, milliseconds since 1970, or before it are not new. None before the
    /// first look.
    after: Option<i64>,
    /// When the first look was.
    since: i64,
    /// The entries that were seen, those that were seen last at the end.
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seen(String, Option<i64>);

impl Known {
    fn new(url: &str, now: i64) -> Self {
        Self { url: url.to_owned(), after: None, since: now, seen: Vec::new() }
    }

    /// Takes in what the feed has now and gives what is new of it.
    fn take_in(&mut self, entries: Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
        let is_first = self.after.is_none();
        let mut after = self.after.unwrap_or(self.since);
        let seen: HashSet<&String> = self.seen.iter().map(|Seen(id, _)| id).collect();
        let (mut now, mut fresh) = (Vec::new(), Vec::new());
        for entry in entries {
            let (id, date) = (id(&entry), date(&entry));
            // A feed may grow at its end, too, by entries that are older than all of it.
            let is_new = !is_first && date.is_none_or(|date| date > after) && !seen.contains(&id);
            if now.iter().any(|Seen(known, _)| *known == id) {
                continue;
            }
            now.push(Seen(id, date));
            if is_new {
                fresh.push(entry);
            }
        }
        if is_first && let Some(newest) = now.iter().filter_map(|Seen(_, date)| *date).max() {
            after = newest.min(self.since);
        }
        let here: HashSet<&String> = now.iter().map(|Seen(id, _)| id).collect();
        let mut gone: Vec<Seen> =
            self.seen.iter().filter(|Seen(id, _)| !here.contains(id)).cloned().collect();
        for Seen(_, date) in gone.drain(..gone.len().saturating_sub(GONE)) {
            after = after.max(date.unwrap_or(i64::MIN));
        }
        gone.extend(now);
        self.seen = gone;
        self.after = Some(after);
        fresh
    }
}

/// What an entry is told from others by.
fn id(entry: &Map<String, Value>) -> String {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let said = text("guid").or_else(|| text("id")).or_else(|| text("link"));
    let said = said.map_or_else(|| Value::Object(entry.clone()).to_string(), str::to_owned);
    BASE64URL_NOPAD.encode(&Sha256::digest(said.as_bytes())[..12])
}

fn date(entry: &Map<String, Value>) -> Option<i64> {
    let date: Instant = entry.get("isoDate")?.as_str()?.parse().ok()?;
    Some(date.as_millisecond())
}
