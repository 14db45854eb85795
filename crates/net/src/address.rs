//! Which addresses may be reached.
//!
//! Ranges: IANA special-purpose address registries (RFC 6890), NAT64 (RFC 6052), 6to4 (RFC 3056),
//! Teredo (RFC 4380), SIIT (RFC 2765); the metadata services of the large clouds live on link-local
//! addresses, and on a few more that are named here (documentation of Azure's 168.63.129.16,
//! Alibaba's 100.100.100.200, EC2's `fd00:ec2::254`, Google's `fd20:ce::254`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Metadata services outside the link-local range.
const METADATA_V4: [Ipv4Addr; 2] =
    [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200)];

/// Where requests may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether this machine itself may be reached.
    pub loopback: bool,
    /// Whether the local network may be reached.
    pub lan: bool,
    /// Host names that may be reached, `*.example.org` for all below one; empty means all.
    pub hosts: Vec<String>,
}

impl Reach {
    /// Everything but link-local addresses: for what the local user made.
    pub fn local_user() -> Self {
        Self { loopback: true, lan: true, hosts: Vec::new() }
    }

    /// Public addresses only: for what came from elsewhere.
    pub fn public() -> Self {
        Self { loopback: false, lan: false, hosts: Vec::new() }
    }

    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// Why not.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        match address {
            IpAddr::V4(v4) => self.check_v4(v4),
            IpAddr::V6(v6) => self.check_v6(v6),
        }
    }

    /// Whether a host of this name may be reached.
    ///
    /// # Errors
    /// Where it is not on the list.
    pub fn check_host(&self, host: &str) -> Result<(), Refusal> {
        let host = host.trim_end_matches('.');
        let matches = |allowed: &String| match allowed.strip_prefix("*.") {
            Some(parent) => host.len().checked_sub(parent.len() + 1).is_some_and(|at| {
                host.as_bytes()[at] == b'.' && host[at + 1..].eq_ignore_ascii_case(parent)
            }),
            None => allowed.eq_ignore_ascii_case(host),
        };
        if self.hosts.is_empty() || self.hosts.iter().any(matches) {
            Ok(())
        } else {
            Err(Refusal::HostNotListed(host.to_owned()))
        }
    }

    fn check_v4(&self, address: Ipv4Addr) -> Result<(), Refusal> {
        let [a, b, c, _] = address.octets();
        if address.is_loopback() {
            return if self.loopback { Ok(()) } else { Err(Refusal::Loopback) };
        }
        if address.is_link_local() || METADATA_V4.contains(&address) {
            return Err(Refusal::LinkLocal);
        }
        let reserved = a == 0
            || a >= 224
            || (a, b, c) == (192, 0, 0)
            || (a, b, c) == (192, 0, 2)
            || (a, b, c) == (192, 88, 99)
            || (a, b, c) == (198, 51, 100)
            || (a, b, c) == (203, 0, 113);
        if reserved {
            return Err(Refusal::Reserved);
        }
        let shared = a == 100 && (64..128).contains(&b);
        let benchmark = a == 198 && (b == 18 || b == 19);
        if (address.is_private() || shared || benchmark) && !self.lan {
            return Err(Refusal::Lan);
        }
        Ok(())
    }

    fn check_v6(&self, address: Ipv6Addr) -> Result<(), Refusal> {
        let segments = address.segments();
        if let Some(v4) = address.to_ipv4_mapped() {
            return self.check_v4(v4);
        }
        if address.is_loopback() {
            return if self.loopback { Ok(()) } else { Err(Refusal::Loopback) };
        }
        let v4_in = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Ipv4Addr::new(a, b, c, d)
        };
        match segments {
            [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Err(Refusal::Reserved),
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => self.check_v4(v4_in(high, low)),
            [0x2002, high, low, ..] => self.check_v4(v4_in(high, low)),
            [0x64, 0xff9b, 1, ..]
            | [0x2001, 0, ..]
            | [0x2001, 0xdb8, ..]
            | [0x100, 0, 0, 0, ..] => Err(Refusal::Reserved),
            [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => {
                Err(Refusal::LinkLocal)
            }
            [first, ..] if first & 0xffc0 == 0xfe80 => Err(Refusal::LinkLocal),
            [first, ..] if first & 0xffc0 == 0xfec0 => Err(Refusal::Reserved),
            [first, ..] if first & 0xff00 == 0xff00 => Err(Refusal::Reserved),
            [first, ..] if first & 0xfe00 == 0xfc00 && !self.lan => Err(Refusal::Lan),
            _ => Ok(()),
        }
    }
}

/// Why an address is not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This machine itself.
    #[error("workflows may not reach this machine itself")]
    Loopback,
    /// The local network.
    #[error("workflows may not reach the local network")]
    Lan,
    /// Link-local, where clouds keep their metadata service.
    #[error("link-local addresses are never reached")]
    LinkLocal,
    /// No address that anybody has.
    #[error("the address is reserved")]
    Reserved,
    /// Not on the list of allowed hosts.
    #[error("the host {0} is not on the list of allowed hosts")]
    HostNotListed(String),
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Loopback => Some("Allow it in Settings, What workflows may reach, This machine."),
            Self::Lan => Some("Allow it in Settings, What workflows may reach, The local network."),
            Self::HostNotListed(_) => Some("Add it in Settings, What workflows may reach, Hosts."),
            Self::LinkLocal | Self::Reserved => None,
        }
    }
}
