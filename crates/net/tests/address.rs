//! Which addresses are reached: a table.

use std::net::IpAddr;

use reporunner_net::{Client, Error, Reach, Request};

#[track_caller]
fn check(reach: &Reach, address: &str, allowed: bool) {
    let address: IpAddr = address.parse().expect("the table holds addresses");
    assert_eq!(reach.check_address(address).is_ok(), allowed, "{address} with {reach:?}");
}

#[test]
fn public_reach_stays_outside() {
    let denied = [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "169.254.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "192.88.99.1",
        "168.63.129.16",
        "100.100.100.200",
        "fd20:ce::254",
        "::ffff:0:127.0.0.1",
        "::ffff:0:0",
        "2002:c0a8:101::1",
        "64:ff9b::c0a8:101",
    ];
    for address in denied {
        check(&Reach::public(), address, false);
    }
    let allowed = [
        "1.1.1.1",
        "93.184.216.34",
        "172.15.0.1",
        "172.32.0.1",
        "100.128.0.1",
        "11.0.0.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ];
    for address in allowed {
        check(&Reach::public(), address, true);
    }
}

#[test]
fn the_local_user_reaches_all_but_link_local() {
    let reach = Reach::local_user();
    for address in ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fd12::1", "::ffff:127.0.0.1"] {
        check(&reach, address, true);
    }
    for address in ["169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::ffff:169.254.1.1"]
        .into_iter()
        .chain(["100.100.100.200", "168.63.129.16", "fd20:ce::254", "64:ff9b::a9fe:a9fe"])
    {
        check(&reach, address, false);
    }
}

#[test]
fn listed_hosts_only() {
    let hosts = vec!["api.example.org".to_owned(), "*.internal.test".to_owned()];
    let reach = Reach { hosts, ..Reach::local_user() };
    for (host, allowed) in [
        ("api.example.org", true),
        ("API.example.org.", true),
        ("evil-api.example.org", false),
        ("api.example.org.evil.test", false),
        ("a.internal.test", true),
        ("b.a.internal.test", true),
        ("internal.test", false),
        ("notinternal.test", false),
    ] {
        assert_eq!(reach.check_host(host).is_ok(), allowed, "{host}");
    }
}

/// However an address is written, it is the address that counts.
#[tokio::test]
async fn spellings_of_loopback_are_refused() {
    let client = Client::new(Reach::public());
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://user:pass@127.0.0.1/",
        "http://127。0。0。1/",
        "http://169.254.169.254/latest/meta-data/",
    ] {
        let request = Request { method: "GET".into(), url: url.into(), ..Request::default() };
        let result = client.send(request).await;
        let refused =
            matches!(result, Err(Error::Refused { .. } | Error::NoSuchHost(_) | Error::BadUrl(_)));
        assert!(refused, "{url} was not refused: {:?}", result.err());
    }
    for url in ["file:///etc/passwd", "gopher://x/", "ftp://x/", "javascript:alert(1)", "x"] {
        let request = Request { method: "GET".into(), url: url.into(), ..Request::default() };
        assert!(matches!(client.send(request).await, Err(Error::BadUrl(_))), "{url}");
    }
}

/// A proxy is an address that is connected to, and it must not be the way round the check.
#[tokio::test]
async fn proxies_are_checked_like_any_address() {
    let client = Client::new(Reach::public());
    for (url, proxy) in [
        ("http://1.1.1.1/", "http://127.0.0.1:3128"),
        ("http://1.1.1.1/", "127.0.0.1:3128"),
        ("http://1.1.1.1/", "http://[::1]:3128"),
        ("http://1.1.1.1/", "http://localhost:3128"),
        ("http://1.1.1.1/", "http://user:pass@169.254.169.254/"),
        ("http://localhost/", "http://1.1.1.1:3128"),
        ("http://127.0.0.1/", "http://1.1.1.1:3128"),
    ] {
        let request = Request {
            method: "GET".into(),
            url: url.into(),
            proxy: Some(proxy.into()),
            timeout: Some(std::time::Duration::from_secs(5)),
            ..Request::default()
        };
        let result = client.send(request).await;
        let refused = matches!(result, Err(Error::Refused { .. }));
        assert!(refused, "{url} through {proxy} was not refused: {:?}", result.err());
    }
    for proxy in ["socks5://10.0.0.1:1080", "file:///etc/passwd", "", "://"] {
        let request = Request {
            method: "GET".into(),
            url: "http://1.1.1.1/".into(),
            proxy: Some(proxy.into()),
            ..Request::default()
        };
        let result = client.send(request).await;
        assert!(matches!(result, Err(Error::BadRequest(_))), "{proxy:?}: {:?}", result.err());
    }
}
