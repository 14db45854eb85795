//! Who may call a webhook: addresses, robots, pages of other sites. What the caller proves by a
//! secret is not asked here.

use std::net::IpAddr;

use reporunner_net::{ServerRequest, ServerResponse};

use super::answer::refuse;
use super::terms::Door;

/// Addresses with the same first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    first: u128,
    bits: u32,
    v4: bool,
}

/// The networks of a list. What is none is left out: it lets nobody in.
pub(super) fn networks(list: &str) -> Vec<Network> {
    list.split([',', ' ', '\n']).filter_map(|entry| Network::parse(entry.trim())).collect()
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (first, v4) = number(address.trim_matches(['[', ']']).parse().ok()?);
        let width = if v4 { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Self { first, bits: bits + (128 - width), v4 })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let (number, v4) = number(address);
        let rest = 128 - self.bits;
        v4 == self.v4 && (rest == 128 || (number ^ self.first) >> rest == 0)
    }
}

/// An address as a number, and whether it is one of the fourth version, in whatever form.
fn number(address: IpAddr) -> (u128, bool) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), true),
        IpAddr::V6(v6) => (u128::from(v6), false),
    }
}

/// The sites whose pages may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origins {
    Any,
    Only(Vec<String>),
}

impl Origins {
    pub(super) fn new(list: Option<&str>) -> Self {
        let Some(list) = list else { return Self::Any };
        let origins = list.split(',').map(|origin| origin.trim().trim_end_matches('/'));
        let origins: Vec<String> =
            origins.filter(|o| !o.is_empty()).map(str::to_ascii_lowercase).collect();
        if origins.is_empty() || origins.iter().any(|origin| origin == "*") {
            return Self::Any;
        }
        Self::Only(origins)
    }

    fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(origins) => origins.iter().any(|known| known.eq_ignore_ascii_case(origin)),
        }
    }
}

/// The refusal of a caller who may not call.
pub(super) fn refusal(door: &Door, request: &ServerRequest) -> Option<ServerResponse> {
    if let Some(networks) = &door.networks {
        let inside = |from: IpAddr| networks.iter().any(|network| network.contains(from));
        if !request.from.is_some_and(inside) {
            let hint = "The webhook's list of allowed addresses does not name yours.";
            return Some(refuse(403, "This address may not call the webhook.", hint));
        }
    }
    if door.ignore_bots && request.header("user-agent").is_some_and(is_bot) {
        let hint = "The webhook ignores robots and link previews.";
        return Some(refuse(403, "Robots may not call the webhook.", hint));
    }
    if request.header("origin").is_some_and(|origin| !door.origins.allow(origin)) {
        let hint = "The webhook's allowed origins do not name this page's.";
        return Some(refuse(403, "Pages of this origin may not call the webhook.", hint));
    }
    None
}

/// Says to a browser that the page may see the answer (Fetch: CORS protocol).
pub(super) fn let_page_see(response: &mut ServerResponse, door: &Door, origin: Option<&str>) {
    let Some(origin) = origin else { return };
    let mut header = |name: &str, value: &str| {
        response.headers.push((name.to_owned(), value.to_owned()));
    };
    header("vary", "Origin");
    if door.origins.allow(origin) {
        header("access-control-allow-origin", origin);
    }
}

/// The answer to a browser that asks before it calls. `door` is that of the method it means.
pub(super) fn preflight(
    request: &ServerRequest,
    methods: &[String],
    door: Option<&Door>,
) -> ServerResponse {
    let mut response = ServerResponse { status: 204, ..ServerResponse::default() };
    let methods = format!("OPTIONS, {}", methods.join(", "));
    response.headers.push(("allow".to_owned(), methods.clone()));
    let Some((origin, door)) = request.header("origin").zip(door) else { return response };
    let_page_see(&mut response, door, Some(origin));
    if !door.origins.allow(origin) {
        return response;
    }
    response.headers.push(("access-control-allow-methods".to_owned(), methods));
    response.headers.push(("access-control-max-age".to_owned(), "300".to_owned()));
    if let Some(asked) = request.header("access-control-request-headers") {
        response.headers.push(("access-control-allow-headers".to_owned(), asked.to_owned()));
    }
    response
}

/// Words in the names by which crawlers and link previews call themselves.
const BOTS: [&str; 20] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "whatsapp",
    "skypeuripreview",
    "slack-imgproxy",
    "embedly",
    "preview",
    "lighthouse",
    "headlesschrome",
    "mediapartners-google",
    "google-inspectiontool",
    "yandex",
    "vkshare",
    "scrapy",
    "unfurl",
];

fn is_bot(agent: &str) -> bool {
    // A phone's name, not a robot's.
    let agent = agent.to_ascii_lowercase().replace("cubot", "");
    BOTS.iter().any(|word| agent.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, address: &str, inside: bool) {
        let address: IpAddr = address.parse().expect("an address");
        let is_inside = networks(list).iter().any(|network| network.contains(address));
        assert_eq!(is_inside, inside, "{address} in {list:?}");
    }

    #[test]
    fn networks_hold_their_addresses() {
        check("127.0.0.1", "127.0.0.1", true);
        check("127.0.0.1", "127.0.0.2", false);
        check("10.0.0.0/8, 192.168.1.0/24", "192.168.1.77", true);
        check("10.0.0.0/8,192.168.1.0/24", "10.200.3.4", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("0.0.0.0/0", "8.8.8.8", true);
        check("0.0.0.0/0", "::1", false);
        check("127.0.0.1", "::ffff:127.0.0.1", true);
        check("fd00::/8", "fd12::1", true);
        check("::/0", "fe80::1", true);
        check("[::1]", "::1", true);
        check("127.0.0", "127.0.0.1", false);
        check("127.0.0.1/33", "127.0.0.1", false);
        check("nonsense", "127.0.0.1", false);
        check("", "127.0.0.1", false);
    }

    #[test]
    fn robots_are_told_from_browsers() {
        for (agent, is) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
            ("facebookexternalhit/1.1", true),
            ("Slackbot-LinkExpanding 1.0", true),
            ("WhatsApp/2.23", true),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", false),
            ("Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120 Mobile", false),
            ("curl/8.5.0", false),
            ("", false),
        ] {
            assert_eq!(is_bot(agent), is, "{agent}");
        }
    }
}
