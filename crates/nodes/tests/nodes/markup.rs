//! HTML, HTML Extract, Markdown and XML.

use reporunner_model::NodeError;
use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

fn run(node: &'static str, version: &str, params: Value, item: Value) -> Result<Value, NodeError> {
    let case = case(node, version, params).items(json!([item]));
    let output = block(Bench::new().run(case))?;
    Ok(output.outputs[0].iter().map(|item| Value::from(item.json.clone())).collect())
}

#[track_caller]
fn check(node: &'static str, version: &str, params: Value, item: Value, expect: Value) {
    let got = run(node, version, params.clone(), item).unwrap();
    assert_eq!(got, json!([expect]), "{params}");
}

const PAGE: &str = "<html><body><h1 class='t'>Big <b>news</b></h1><ul><li>a</li><li>b</li></ul>\
    <a href='/x' title='T'>link</a><input name='q' value='7'><select><option value='1'>one\
    </option><option value='2' selected>two</option></select><p>  x\n  y </p></body></html>";

fn extract(record: Value, options: Value) -> Value {
    json!({ "operation": "extractHtmlContent", "extractionValues": { "values": [record] },
        "options": options })
}

#[test]
fn values_are_taken_out_of_html() {
    for (record, expect) in [
        (json!({ "cssSelector": ".t" }), json!({ "k": "Big news" })),
        (json!({ "cssSelector": "h1", "returnValue": "html" }), json!({ "k": "Big <b>news</b>" })),
        (json!({ "cssSelector": "li", "returnArray": true }), json!({ "k": ["a", "b"] })),
        (json!({ "cssSelector": "li" }), json!({ "k": "ab" })),
        (
            json!({ "cssSelector": "a", "returnValue": "attribute", "attribute": "href" }),
            json!({ "k": "/x" }),
        ),
        (json!({ "cssSelector": "input", "returnValue": "value" }), json!({ "k": "7" })),
        (json!({ "cssSelector": "select", "returnValue": "value" }), json!({ "k": "2" })),
        (json!({ "cssSelector": ".none" }), json!({})),
        (json!({ "cssSelector": ".none", "returnArray": true }), json!({ "k": [] })),
        (json!({ "cssSelector": "p" }), json!({ "k": "  x\n  y " })),
        (json!({ "cssSelector": "<i>made</i>", "returnArray": true }), json!({ "k": ["made"] })),
    ] {
        let mut record = record;
        record["key"] = "k".into();
        let params = extract(record, json!({}));
        check("html", "1.1", params.clone(), json!({ "data": PAGE }), expect.clone());
        check("htmlExtract", "1", params, json!({ "data": PAGE }), expect);
    }
    let record = json!({ "key": "k", "cssSelector": "p" });
    for (options, expect) in
        [(json!({ "trimValues": true }), "x\n  y"), (json!({ "cleanUpText": true }), "x y")]
    {
        let params = extract(record.clone(), options);
        check("html", "1.1", params, json!({ "data": PAGE }), json!({ "k": expect }));
    }
}

#[test]
fn text_of_version_1_2_can_be_read() {
    let text = |html: &str, more: Value| {
        let mut record = json!({ "key": "k", "cssSelector": "#r" });
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let page = json!({ "data": format!("<div id='r'>{html}</div>") });
        run("html", "1.2", extract(record, json!({})), page).unwrap()[0]["k"].clone()
    };
    for (html, expect) in [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<a href='https://x.y'>here</a> it is", "here [https://x.y] it is"),
        ("<h2>Title</h2>text", "TITLE\n\ntext"),
        ("<ul><li>a</li><li>b</li></ul>", " * a\n * b"),
        ("<script>no</script> <b>bold</b>,\n plain", "bold, plain"),
    ] {
        assert_eq!(text(html, json!({})), expect, "{html}");
    }
    let long = text(&"word ".repeat(20), json!({}));
    let lines: Vec<_> = long.as_str().unwrap().lines().map(str::len).collect();
    assert_eq!(lines, [79, 19]);
    let skips = json!({ "skipSelectors": "img, .ad" });
    assert_eq!(text("a <img src='x'><i class='ad'>buy</i> b", skips), "a b");
    let missing = extract(json!({ "key": "k", "cssSelector": "#none" }), json!({}));
    check("html", "1.2", missing, json!({ "data": PAGE }), json!({ "k": "" }));
}

#[test]
fn every_page_of_a_list_becomes_an_item() {
    let params = extract(json!({ "key": "k", "cssSelector": "b" }), json!({}));
    let got = run("html", "1", params, json!({ "data": ["<b>1</b>", "<b>2</b>"] })).unwrap();
    assert_eq!(got, json!([{ "k": "1" }, { "k": "2" }]));
    for (selector, item, field) in
        [("b[", json!({ "data": PAGE }), "extractionValues"), ("b", json!({}), "dataPropertyName")]
    {
        let params = extract(json!({ "key": "k", "cssSelector": selector }), json!({}));
        assert_eq!(run("html", "1", params, item).unwrap_err().parameter[0], field);
    }
}

#[test]
fn a_template_is_filled_in_with_or_without_its_sign() {
    for html in ["<p>{{ $json.a }}</p>{{ $json.none }}", "=<p>{{ $json.a }}</p>{{ $json.none }}"] {
        check(
            "html",
            "1",
            json!({ "html": html }),
            json!({ "a": 5 }),
            json!({ "html": "<p>5</p>" }),
        );
    }
    let plain = json!({ "html": "<p>{ }</p>" });
    check("html", "1", plain, json!({}), json!({ "html": "<p>{ }</p>" }));
}

#[test]
fn items_become_one_html_table() {
    let params = json!({ "operation": "convertToHtmlTable",
        "options": { "capitalize": true, "customStyling": true, "caption": "C",
            "cellAttributes": "class=\"c\"" } });
    let items = json!([{ "first_name": "<Ada>" }, { "first_name": "Bob", "ok": true }]);
    let got = block(Bench::new().json(case("html", "1.2", params).items(items)));
    let expect = "<table><caption>C</caption><thead><tr><th>First Name</th><th>Ok</th></tr></thead>\
        <tbody><tr><td class=\"c\">&lt;Ada&gt;</td><td class=\"c\"></td></tr><tr><td class=\"c\">Bob\
        </td><td class=\"c\"><input type=\"checkbox\" checked=\"checked\"/></td></tr></tbody></table>";
    assert_eq!(got, json!([[{ "table": expect }]]));
}

#[track_caller]
fn markdown(mode: &str, text: &str, options: Value, expect: &str) {
    let field = if mode == "markdownToHtml" { "markdown" } else { "html" };
    let params = json!({ "mode": mode, field: text, "options": options });
    let got = run("markdown", "1", params, json!({ "a": 1 })).unwrap();
    assert_eq!(got[0]["data"], expect, "{text}");
    assert_eq!(got[0]["a"], 1, "the rest of the item stays");
}

#[test]
fn markdown_becomes_html() {
    let table = "| a | b |\n|---|:-:|\n| 1 | 2 |";
    for (text, options, expect) in [
        ("# A b!\n# A b!", json!({}), "<h1 id=\"ab\">A b!</h1>\n<h1 id=\"ab-1\">A b!</h1>"),
        ("#Tight", json!({ "noHeaderId": true }), "<h1>Tight</h1>"),
        (
            "# A b",
            json!({ "ghCompatibleHeaderId": true, "headerLevelStart": 2 }),
            "<h2 id=\"a-b\">A b</h2>",
        ),
        (
            "**b** *e* `c<d` ...",
            json!({}),
            "<p><strong>b</strong> <em>e</em> <code>c&lt;d</code> …</p>",
        ),
        ("- a\n- b\n  1. c", json!({}), "<ul>\n<li>a</li>\n<li>b<ol>\n<li>c</li></ol></li>\n</ul>"),
        ("> q", json!({}), "<blockquote>\n  <p>q</p>\n</blockquote>"),
        (
            "```js\na < b\n```",
            json!({}),
            "<pre><code class=\"js language-js\">a &lt; b\n</code></pre>",
        ),
        (
            "[x](u \"t\") ![i](s)",
            json!({ "openLinksInNewWindow": true }),
            "<p><a href=\"u\" title=\"t\" rel=\"noopener noreferrer\" target=\"_blank\">x</a> \
             <img src=\"s\" alt=\"i\" /></p>",
        ),
        (
            "see https://a.b/c.",
            json!({ "simplifiedAutoLink": true }),
            "<p>see <a href=\"https://a.b/c\">https://a.b/c</a>.</p>",
        ),
        ("a\nb", json!({ "simpleLineBreaks": true }), "<p>a<br />\nb</p>"),
        ("~~x~~", json!({ "strikethrough": true }), "<p><del>x</del></p>"),
        ("~~x~~", json!({}), "<p>~~x~~</p>"),
        (
            table,
            json!({ "tables": true }),
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th style=\"text-align:center;\">b</th>\n</tr>\n\
             </thead>\n<tbody>\n<tr>\n<td>1</td>\n<td style=\"text-align:center;\">2</td>\n</tr>\n\
             </tbody>\n</table>",
        ),
    ] {
        markdown("markdownToHtml", text, options, expect);
    }
}

#[test]
fn html_becomes_markdown() {
    for (html, options, expect) in [
        ("<h2>T</h2><p>a <b>b</b> <i>c</i></p>", json!({}), "## T\n\na **b** _c_"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", json!({}), "* a\n  * b\n* c"),
        ("<ol start=3><li>a</li><li>b</li></ol>", json!({ "bulletMarker": "-" }), "3. a\n4. b"),
        ("<a href='u' title='t'>x</a> <a href='v'>v</a>", json!({}), "[x](u \"t\") <v>"),
        (
            "<a href='u'>x</a><a href='u'>y</a>",
            json!({ "useLinkReferenceDefinitions": true }),
            "[x][1][y][1]\n\n[1]: u",
        ),
        ("<pre><code class='language-rs'>let a;\n</code></pre>", json!({}), "```rs\nlet a;\n```"),
        ("<pre>a\nb</pre>", json!({ "codeBlockStyle": "indented" }), "    a\n    b"),
        ("<blockquote><p>q</p><p>r</p></blockquote>", json!({}), "> q\n>\n> r"),
        ("a<br>b<hr>c", json!({}), "a  \nb\n\n---\n\nc"),
        ("1 * 2 _x_", json!({}), "1 \\* 2 \\_x\\_"),
        ("<img src='data:x' alt='d'><img src='s' alt='i'>", json!({}), "![i](s)"),
        (
            "<table><tr><th>a</th><th>bcd</th></tr><tr><td>1</td></tr></table>",
            json!({}),
            "| a   | bcd |\n| --- | --- |\n| 1   |     |",
        ),
        (
            "a1b",
            json!({ "textReplace": { "values": [
            { "pattern": "(\\d)", "replacement": "<$1>" }] } }),
            "a<1>b",
        ),
        ("<script>x</script><style>y</style>z", json!({}), "z"),
    ] {
        markdown("htmlToMarkdown", html, options, expect);
    }
    let broken = json!({ "html": "x", "options": { "textReplace": { "values": [
        { "pattern": "(" }] } } });
    let error = run("markdown", "1", broken, json!({})).unwrap_err();
    assert_eq!(error.parameter, ["options", "textReplace"]);
}

#[test]
fn pages_nested_without_end_are_read() {
    let page = format!("{}x", "<div>".repeat(2_000));
    let record = json!({ "key": "k", "cssSelector": "div" });
    check("html", "1.2", extract(record, json!({})), json!({ "data": page }), json!({ "k": "x" }));
    markdown("htmlToMarkdown", &page, json!({}), "x");
    let quotes = ">".repeat(5_000);
    let params = json!({ "mode": "markdownToHtml", "markdown": quotes });
    let html = run("markdown", "1", params, json!({})).unwrap();
    assert!(html[0]["data"].as_str().unwrap().len() < 4_000_000);
}

#[test]
fn xml_becomes_json() {
    let xml = "<?xml version='1.0'?><!-- c --><r a='1'><b>x &amp; &#65;</b><b><![CDATA[<y>]]></b>\
        <c/><d e='2'> z </d></r>";
    for (options, expect) in [
        (
            json!({}),
            json!({ "r": { "a": "1", "b": ["x & A", "<y>"], "c": "",
            "d": { "e": "2", "_": " z " } } }),
        ),
        (
            json!({ "mergeAttrs": false, "trim": true, "explicitRoot": false }),
            json!({ "$": { "a": "1" }, "b": ["x & A", "<y>"], "c": "",
                "d": { "$": { "e": "2" }, "_": "z" } }),
        ),
        (
            json!({ "ignoreAttrs": true, "explicitArray": true, "normalizeTags": true }),
            json!({ "r": { "b": ["x & A", "<y>"], "c": [""], "d": [" z "] } }),
        ),
    ] {
        check("xml", "1", json!({ "options": options }), json!({ "data": xml }), expect);
    }
    for (xml, line) in [("<a>\n<b></a>", 2), ("<a>&bomb;</a>", 1), ("no", 1), ("<a/><b/>", 1)] {
        let error = run("xml", "1", json!({}), json!({ "data": xml })).unwrap_err();
        let detail = error.detail.unwrap_or_default();
        assert!(detail.starts_with(&format!("Line {line}: ")), "{xml}: {detail}");
    }
    let deep = "<a>".repeat(100_000);
    assert!(run("xml", "1", json!({}), json!({ "data": deep })).is_err());
}

#[test]
fn json_becomes_xml() {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    for (item, options, expect) in [
        (
            json!({ "a": { "b": [1, "x<"], "c": null, "$": { "id": "7\"" } } }),
            json!({}),
            "<a id=\"7&quot;\">\n  <b>1</b>\n  <b>x&lt;</b>\n  <c/>\n</a>",
        ),
        (
            json!({ "a": true, "b": {} }),
            json!({ "rootName": "r" }),
            "<r>\n  <a>true</a>\n  <b/>\n</r>",
        ),
        (
            json!({ "a": { "_": "t & u", "$": { "k": 1 } } }),
            json!({ "cdata": true }),
            "<a k=\"1\"><![CDATA[t & u]]></a>",
        ),
    ] {
        let params = json!({ "mode": "jsonToxml", "options": options });
        check("xml", "1", params, item, json!({ "data": format!("{head}{expect}") }));
    }
    let headless = json!({ "mode": "jsonToxml", "options": { "headless": true } });
    check("xml", "1", headless, json!({ "a": 1 }), json!({ "data": "<a>1</a>" }));
    let params = json!({ "mode": "jsonToxml" });
    assert!(run("xml", "1", params, json!({ "a b": 1 })).is_err(), "no name of an element");
}
