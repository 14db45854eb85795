//! Entries of feeds on one page.

use serde_json::json;

use crate::{Opened, check_expected, gave, web_server};

#[test]
fn new_entries_are_put_on_one_page() {
    let mut opened = Opened::new("rss-digest");
    opened.live();
    check_expected("rss-digest", &opened.run(&json!({})));
    let page = std::fs::read_to_string(opened.file("digest.md")).expect("the page");
    let titles = ["Sow beans in May", "A night train to Rome", "The new timetable"];
    let places = titles.map(|title| page.find(title).unwrap_or_else(|| panic!("{title}: {page}")));
    assert!(places.is_sorted(), "the newest first: {page}");
    assert_eq!(gave(&opened.run(&json!({})), "New entries only"), json!([]), "all were seen");
    let feeds = web_server::start(|asked| {
        if asked.path.contains("trains") {
            return (500, "text/plain", "out of order".to_owned());
        }
        let entry = "<item><title>Water at dawn</title><link>https://example.org/water</link>\
                     <pubDate>Tue, 05 May 2026 07:00:00 GMT</pubDate></item>";
        let feed = format!("<rss version=\"2.0\"><channel>{entry}</channel></rss>");
        (200, "application/rss+xml", feed)
    });
    opened.run(&json!({ "base": feeds }));
    let page = std::fs::read_to_string(opened.file("digest.md")).expect("the page");
    assert!(page.contains("Water at dawn") && !page.contains("Sow beans"), "{page}");
}
