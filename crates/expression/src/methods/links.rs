//! Addresses in text: domains, mail addresses, links. Patterns, not a resolver.

use std::sync::LazyLock;

use regex::Regex;

static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^((xn--)?[a-z0-9\p{L}][a-z0-9\p{L}-]*\.)+(xn--)?[a-z\p{L}][a-z0-9\p{L}-]{1,62}(:[0-9]+)?$",
    )
});
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^[a-z0-9.!#$%&'*+/=?^_`{|}~\p{L}-]+@([a-z0-9\p{L}]([a-z0-9\p{L}-]*[a-z0-9\p{L}])?\.)+[a-z0-9\p{L}]{2,}$"#,
    )
});
static EMAIL_INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"[a-z0-9.!#$%&*+/=?^_`{|}~-]+@([a-z0-9\p{L}-]+\.)+[a-z0-9\p{L}]{2,}"#)
});
static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r"[a-z][a-z0-9+.-]*://[^\s/?#]+[^\s]*"));
static WHOLE_URL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(https?|ftp|file)://[^\s/?#]+([/?#]\S*)?$"));
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:mailto:)?(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[^@\s/?#]*@)?([a-z0-9_.\p{L}-]+)(?::[0-9]+)?(?:[/?#]\S*)?$",
    )
});

fn pattern(source: &str) -> Regex {
    Regex::new(&format!("(?i){source}")).expect("a fixed pattern compiles")
}

pub(super) fn is_domain(text: &str) -> bool {
    DOMAIN.is_match(text)
}

pub(super) fn is_email(text: &str) -> bool {
    EMAIL.is_match(text)
}

pub(super) fn is_url(text: &str) -> bool {
    WHOLE_URL.is_match(text)
}

pub(super) fn email_in(text: &str) -> Option<String> {
    EMAIL_INSIDE.find(text).map(|found| found.as_str().to_owned())
}

pub(super) fn url_in(text: &str) -> Option<String> {
    URL.find(text).map(|found| found.as_str().to_owned())
}

/// The host of a link, of a mail address, or the text where it is one.
pub(super) fn domain_in(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(found) = HOST.captures(text) {
        let host = found.get(1).map(|host| host.as_str())?;
        let scheme = text.contains("//");
        return (scheme || host.contains('.')).then(|| host.to_owned());
    }
    URL.find(text).and_then(|found| domain_in(found.as_str()))
}

/// The path of a link.
pub(super) fn path_in(text: &str) -> Option<String> {
    let found = URL.find(text)?.as_str();
    let (_, rest) = found.split_once("://")?;
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    let end = path.find(['?', '#']).unwrap_or(path.len());
    Some(if end == 0 { "/".to_owned() } else { path[..end].to_owned() })
}
