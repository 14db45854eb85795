//! Mentions of nodes in templates and code, and renaming them.

use reporunner_expression::{Template, references, rename};

#[test]
fn mentions_are_found_in_every_form() {
    let check = |text: &str, expected: &[&str]| assert_eq!(references(text), expected, "{text}");
    check("={{ $('A').item.json.x }} {{ $node[\"B\"].json }}", &["A", "B"]);
    check("={{ $node.C.json.a + $items('D', 0)[0] }}", &["C", "D"]);
    check("={{ $( `E` ).first() }}", &["E"]);
    check("={{ `${$('F').item.json.x}` }}", &["F"]);
    check("={{ $('It\\'s').item }}", &["It's"]);
    check("={{ \"$('quoted')\" }} and $('prose')", &[]);
    check("={{ $('A' + x).item }} {{ $nodeId }}", &[]);
    check("const a = $('G').all(); // $('comment')", &["G"]);
    check("plain text", &[]);
}

#[test]
fn renaming_rewrites_mentions_only() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(rename(text, "Old", "New \"x\" 'y'").as_deref(), expected, "{text}");
    };
    check("={{ $('Old').item }}", Some("={{ $('New \"x\" \\'y\\'').item }}"));
    check("={{ $node[\"Old\"].json }}", Some("={{ $node[\"New \\\"x\\\" 'y'\"].json }}"));
    check("={{ $node.Old.json }}", Some("={{ $node[\"New \\\"x\\\" 'y'\"].json }}"));
    check(
        "=Old {{ $('Old').first() }} Old {{ 'Old' }}",
        Some("=Old {{ $('New \"x\" \\'y\\'').first() }} Old {{ 'Old' }}"),
    );
    check("return $items(\"Old\")", Some("return $items(\"New \\\"x\\\" 'y'\")"));
    check("={{ $('Older').item }}", None);
    check("={{ $json.Old }}", None);
    assert_eq!(
        rename("={{ $node.Old.json }}", "Old", "Fresh").as_deref(),
        Some("={{ $node.Fresh.json }}")
    );
}

#[test]
fn renaming_there_and_back_gives_the_same_text() {
    let text = "={{ $('Old').item.json.a }}-{{ $node[\"Old\"].json.b }}-{{ $items('Old') }}";
    for name in ["A", "with 'quotes'", "with \"both\" 'kinds'", "back\\slash", "日本"] {
        let there = rename(text, "Old", name).expect("it is mentioned");
        assert_eq!(references(&there), [name], "{there}");
        assert_eq!(rename(&there, name, "Old").as_deref(), Some(text), "{there}");
    }
}

#[test]
fn what_is_cut_off_is_told_from_what_is_whole() {
    let check = |text: &str, expected: bool| {
        assert_eq!(Template::parse(text).is_whole(), expected, "{text}");
    };
    for whole in [
        "={{ $json.a }}",
        "=Hello {{ $json.name }}, {{ $now.toISO() }}",
        "={{ }}",
        "=no segment",
        "={{ (() => { for (const x of $input.all()) { if (x) return x; } })() }}",
        "={{ new Intl.NumberFormat('de-DE', { style: 'currency' }).format($json.x) }}",
        "={{ class { static a = 1 } }}",
        "={{ $json.a.replace(/[({]/g, '\"') }}",
        "={{ async () => { await x; i++ } }}",
        "={{ label: [...$json.list, .5] /* ( */ }}",
    ] {
        check(whole, true);
    }
    for broken in [
        "={{ $json. }}",
        "={{ $json.a + }}",
        "={{ foo($json.a }}",
        "={{ $json.a) }}",
        "={{ [1, 2) }}",
        "={{ 'never closed }}",
        "={{ * 3 }}",
        "={{ $json.a ? 1 : }}",
        "={{ x => }}",
    ] {
        check(broken, false);
    }
}
