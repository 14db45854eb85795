//! Feeds from a real server on loopback: their entries, and which of them are new.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use reporunner_model::{OnError, RunMode};
use reporunner_net::{ListenOptions, Server, ServerResponse, plain};
use serde_json::{Value, json};

use crate::http::{answer, serve};
use crate::set::block;
use crate::support::{Bench, case};

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>T</title>
         {items}</channel></rss>"
    )
}

/// The entries that a feed gives.
#[track_caller]
fn gives(options: Value, feed: impl Into<ServerResponse>, expect: Value) {
    let params = json!({ "url": "$URL/feed", "options": options });
    let feed = feed.into();
    let (result, _) =
        serve(&Bench::new(), case("rssFeedRead", "1.2", params), move |_, _| feed.clone());
    let items: Value =
        result.unwrap().outputs[0].iter().map(|i| Value::from(i.json.clone())).collect();
    assert_eq!(items, expect);
}

fn xml(text: &str) -> ServerResponse {
    answer(200, "application/rss+xml", text)
}

#[test]
fn entries_of_rss_keep_their_own_names_and_get_common_ones() {
    let item = "<item><title><![CDATA[A & B]]></title><link>http://h/1</link>
        <guid isPermaLink=\"false\">id-1</guid><dc:creator>Ada</dc:creator>
        <pubDate>Thu, 09 Feb 2023 14:40:00 +0100</pubDate>
        <description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;amp; three&lt;/p&gt;</description>
        <enclosure url=\"http://h/1.mp3\" length=\"3\" type=\"audio/mpeg\"/>
        <category>x</category><category domain=\"d\">y</category><mine>m</mine></item>";
    let entry = json!({
        "creator": "Ada", "title": "A & B", "link": "http://h/1", "dc:creator": "Ada",
        "pubDate": "Thu, 09 Feb 2023 14:40:00 +0100", "isoDate": "2023-02-09T13:40:00.000Z",
        "content": "<p>One</p><p>Two &amp; three</p>", "contentSnippet": "One\nTwo & three",
        "guid": "id-1", "categories": ["x", { "$": { "domain": "d" }, "_": "y" }],
        "enclosure": { "url": "http://h/1.mp3", "length": "3", "type": "audio/mpeg" }
    });
    gives(json!({}), xml(&rss(item)), json!([entry]));
    let mut with_mine = entry;
    with_mine["mine"] = json!("m");
    gives(json!({ "customFields": "mine, none" }), xml(&rss(item)), json!([with_mine]));
}

#[test]
fn entries_of_atom_and_rdf() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title>
        <entry><title type=\"html\">A</title><id>urn:1</id>
        <link rel=\"self\" href=\"http://h/self\"/><link rel=\"alternate\" href=\"http://h/1\"/>
        <updated>2023-02-09T13:40:00Z</updated><author><name>Ada</name></author>
        <summary>S</summary><content type=\"html\">&lt;b&gt;C&lt;/b&gt;</content></entry>
        <entry><title>B</title><link href=\"http://h/2\"/></entry></feed>";
    gives(
        json!({}),
        xml(atom),
        json!([
            { "title": "A", "link": "http://h/1", "pubDate": "2023-02-09T13:40:00.000Z",
              "author": "Ada", "content": "<b>C</b>", "contentSnippet": "C", "summary": "S",
              "id": "urn:1", "isoDate": "2023-02-09T13:40:00.000Z" },
            { "title": "B", "link": "http://h/2" }
        ]),
    );
    let rdf = "<rdf:RDF xmlns:rdf=\"r\"><channel/><item rdf:about=\"http://h/1\"><title>A</title>
        <dc:date>2023-02-09</dc:date></item></rdf:RDF>";
    let entry = json!({ "title": "A", "date": "2023-02-09", "dc:date": "2023-02-09",
        "rdf:about": "http://h/1", "isoDate": "2023-02-09T00:00:00.000Z" });
    gives(json!({}), xml(rdf), json!([entry]));
}

#[test]
fn episodes_of_a_podcast() {
    let feed = "<rss version=\"2.0\" xmlns:itunes=\"i\"><channel><item><title>A</title>
        <itunes:duration>61</itunes:duration><itunes:image href=\"http://h/i.png\"/></item>
        </channel></rss>";
    let itunes = json!({ "duration": "61", "image": "http://h/i.png" });
    gives(json!({}), xml(feed), json!([{ "title": "A", "itunes": itunes }]));
}

#[test]
fn feeds_that_are_not_quite_xml_are_read() {
    let item = "<item><title>Q&A &nbsp;& more</title><link>http://h/?a=1&b=2</link></item>";
    let entry = json!({ "title": "Q&A &nbsp;& more", "link": "http://h/?a=1&b=2" });
    gives(json!({}), xml(&rss(item)), json!([entry]));
    let latin =
        b"<?xml version='1.0' encoding='ISO-8859-1'?><rss><channel><item><title>\xe9</title>\
        </item></channel></rss>";
    let latin = ServerResponse { body: latin.to_vec().into(), ..xml("") };
    gives(json!({}), latin, json!([{ "title": "é" }]));
}

#[test]
fn what_is_no_feed_says_so() {
    for (response, message) in [
        (answer(200, "text/html", "<html><body>hi</body></html>"), "What came back is no feed"),
        (answer(200, "text/html", "<p>hi<br>"), "What came back is no feed"),
        (answer(200, "text/html", ""), "What came back is no feed"),
        (answer(404, "text/plain", ""), "The server answered 404 Not Found"),
    ] {
        let params = json!({ "url": "$URL" });
        let case = case("rssFeedRead", "1.2", params).on_error(OnError::StopWorkflow);
        let (result, _) = serve(&Bench::new(), case, move |_, _| response.clone());
        assert_eq!(result.unwrap_err().message, message);
    }
}

#[test]
fn the_first_version_reads_one_feed_whatever_comes_in() {
    for (version, requests, pairs) in [("1", 1, 2), ("1.1", 2, 1)] {
        let params = json!({ "url": "$URL/{{ $json.n }}" });
        let case = case("rssFeedRead", version, params).items(json!([{ "n": 1 }, { "n": 2 }]));
        let (result, seen) =
            serve(&Bench::new(), case, |_, _| xml(&rss("<item><title>A</title></item>")));
        let items = result.unwrap().outputs.remove(0);
        assert_eq!((items.len(), seen.len()), (requests, requests), "version {version}");
        let pair = serde_json::to_value(&items[0].paired_item).unwrap();
        assert_eq!(pair.as_array().map_or(1, Vec::len), pairs, "version {version}: {pair}");
    }
}

/// Entries of a feed: title (and id), and further elements.
type Entries = &'static [(&'static str, &'static str)];

/// One look at a feed.
struct Look {
    path: &'static str,
    mode: RunMode,
    /// Whether it is the look before it once more, after a crash.
    again: bool,
    feed: Entries,
    expect: &'static [&'static str],
}

const fn look(feed: Entries, expect: &'static [&'static str]) -> Look {
    Look { path: "feed", mode: RunMode::Production, again: false, feed, expect }
}

/// Looks at a feed one time after another.
fn check(looks: &[Look]) {
    let bench = Bench::new();
    block(async {
        let now: Arc<Mutex<String>> = Arc::default();
        let server = Server::bind(0, ListenOptions::default()).await.unwrap();
        let url = format!("http://127.0.0.1:{}", server.port());
        let feed = Arc::clone(&now);
        let router = plain(1 << 20, move |_| {
            let response = xml(&feed.lock().unwrap());
            async move { response }
        });
        let serving = tokio::spawn(server.serve(router, std::future::pending()));
        for (number, look) in looks.iter().enumerate() {
            let item = |(title, more): &(&str, &str)| {
                format!("<item><title>{title}</title><guid>{title}</guid>{more}</item>")
            };
            *now.lock().unwrap() = rss(&look.feed.iter().map(item).collect::<String>());
            let params = json!({ "feedUrl": format!("{url}/{}", look.path) });
            let mut case = case("rssFeedReadTrigger", "1", params);
            case.mode = look.mode;
            if look.again {
                bench.turn.fetch_sub(1, Ordering::Relaxed);
            }
            let output = bench.run(case).await.unwrap();
            let titles: Vec<_> =
                output.outputs[0].iter().map(|item| item.json["title"].as_str().unwrap()).collect();
            assert_eq!(titles, look.expect, "look {number}");
        }
        serving.abort();
    });
}

const DAY_1: &str = "<pubDate>Wed, 01 Nov 2023 00:00:00 GMT</pubDate>";
const DAY_2: &str = "<pubDate>Thu, 02 Nov 2023 00:00:00 GMT</pubDate>";
const DAY_3: &str = "<pubDate>Fri, 03 Nov 2023 00:00:00 GMT</pubDate>";

#[test]
fn what_was_there_at_the_first_look_is_not_new() {
    check(&[
        look(&[("b", DAY_2), ("a", "")], &[]),
        look(&[("b", DAY_2), ("a", "")], &[]),
        look(&[("d", ""), ("c", DAY_3), ("b", DAY_2), ("a", "")], &["d", "c"]),
        look(&[("d", ""), ("c", DAY_3), ("b", DAY_2), ("a", "")], &[]),
        // It was hidden for a while, and an older one than all comes to light.
        look(&[], &[]),
        look(&[("d", ""), ("c", DAY_3), ("b", DAY_2), ("old", DAY_1)], &[]),
    ]);
    check(&[look(&[], &[]), look(&[("a", ""), ("a", "")], &["a"])]);
}

#[test]
fn a_look_that_is_repeated_after_a_crash_finds_the_same() {
    let found = || look(&[("b", ""), ("a", "")], &["b"]);
    check(&[look(&[("a", "")], &[]), found(), Look { again: true, ..found() }]);
}

#[test]
fn another_address_is_another_feed() {
    let other = |feed, expect| Look { path: "other", ..look(feed, expect) };
    check(&[
        look(&[("a", "")], &[]),
        other(&[("b", ""), ("a", "")], &[]),
        other(&[("c", ""), ("b", "")], &["c"]),
    ]);
}

#[test]
fn a_look_by_hand_gives_the_first_entry_and_remembers_nothing() {
    let by_hand = |feed, expect| Look { mode: RunMode::Manual, ..look(feed, expect) };
    check(&[
        by_hand(&[("b", DAY_2), ("a", DAY_1)], &["b"]),
        by_hand(&[("b", DAY_2), ("a", DAY_1)], &["b"]),
        by_hand(&[], &[]),
        look(&[("b", DAY_2), ("a", DAY_1)], &[]),
        look(&[("c", DAY_3)], &["c"]),
    ]);
}
