//! Data about nobody: people, addresses, identifiers, from a seed or by chance.
//!
//! Mail addresses and web addresses are below domains that are reserved for examples (RFC 2606),
//! card numbers have a valid check digit and a prefix that no bank has.

use reporunner_model::NodeError;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// What can be made up, with its labels.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("user", "People"),
    ("address", "Addresses"),
    ("latLong", "Coordinates"),
    ("creditCard", "Credit cards"),
    ("email", "Mail addresses"),
    ("ipv4", "IPv4 addresses"),
    ("ipv6", "IPv6 addresses"),
    ("macAddress", "MAC addresses"),
    ("nanoid", "Nano IDs"),
    ("url", "Web addresses"),
    ("uuid", "UUIDs"),
    ("semver", "Versions"),
];

pub(super) const ALPHABET: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const FIRST: &[&str] = &[
    "Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hanna", "Ivo", "Jun", "Kofi",
    "Lena", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sami", "Tova", "Uma", "Viktor",
    "Wanda", "Yara",
];
const LAST: &[&str] = &[
    "Alvarez", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito",
    "Jansen", "Kowalski", "Larsen", "Meyer", "Novak", "Okafor", "Park", "Rossi", "Silva", "Tanaka",
    "Vogel", "Weber", "Yilmaz",
];
const STREETS: &[&str] =
    &["Harbour Street", "Mill Lane", "Station Road", "Orchard Way", "Bridge Street", "Hill Road"];
const PLACES: &[(&str, &str, &str)] = &[
    ("Aarhus", "Midtjylland", "Denmark"),
    ("Bologna", "Emilia-Romagna", "Italy"),
    ("Gdansk", "Pomerania", "Poland"),
    ("Leipzig", "Saxony", "Germany"),
    ("Lyon", "Auvergne-Rhone-Alpes", "France"),
    ("Porto", "Norte", "Portugal"),
    ("Sapporo", "Hokkaido", "Japan"),
    ("Valencia", "Valencia", "Spain"),
];
const DOMAINS: &[&str] = &["example.com", "example.net", "example.org"];

/// A row of numbers that look drawn by lot.
pub(super) struct MadeUp {
    state: u64,
}

impl MadeUp {
    /// From a seed, or by chance where it is empty.
    pub(super) fn new(seed: &str) -> Result<Self, NodeError> {
        let mut bytes = [0_u8; 8];
        if seed.is_empty() {
            getrandom::fill(&mut bytes).map_err(|error| {
                NodeError::new("The machine gave no random numbers")
                    .detail(error.to_string())
                    .retryable()
            })?;
        } else {
            bytes.copy_from_slice(&Sha256::digest(seed.as_bytes())[..8]);
        }
        Ok(Self { state: u64::from_le_bytes(bytes) })
    }

    /// The next number (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let characters: Vec<char> = alphabet.chars().collect();
        if characters.is_empty() {
            return String::new();
        }
        (0..length).map(|_| *self.of(&characters)).collect()
    }

    /// One of a kind: an object.
    pub(super) fn one(&mut self, kind: &str, alphabet: &str, length: usize) -> Value {
        match kind {
            "address" => self.address(),
            "latLong" => json!({
                "latitude": self.degrees(90), "longitude": self.degrees(180)
            }),
            "creditCard" => self.card(),
            "email" => {
                let (first, last) = (*self.of(FIRST), *self.of(LAST));
                json!({ "email": self.mail(first, last), "confirmed": self.below(2) == 1 })
            }
            "ipv4" => {
                // The blocks for documentation (RFC 5737).
                let block = *self.of(&["192.0.2", "198.51.100", "203.0.113"]);
                json!({ "ip": format!("{block}.{}", 1 + self.below(254)) })
            }
            "ipv6" => {
                let mut group = || format!("{:x}", self.below(0x1_0000));
                let groups: Vec<String> = (0..6).map(|_| group()).collect();
                json!({ "ipv6": format!("2001:db8:{}", groups.join(":")) })
            }
            "macAddress" => {
                let mut byte = || format!("{:02x}", self.below(256));
                let bytes: Vec<String> = (0..5).map(|_| byte()).collect();
                json!({ "mac": format!("02:{}", bytes.join(":")) })
            }
            "nanoid" => json!({ "nanoId": self.text(alphabet, length) }),
            "url" => {
                let (word, domain) = (self.text("abcdefghijklmnopqrstuvwxyz", 8), self.of(DOMAINS));
                json!({ "url": format!("https://{word}.{domain}/") })
            }
            "uuid" => json!({ "uuid": self.uuid() }),
            "semver" => {
                let [major, minor, patch] = [10, 20, 50].map(|end| self.below(end));
                json!({ "version": format!("{major}.{minor}.{patch}") })
            }
            _ => self.person(),
        }
    }

    fn person(&mut self) -> Value {
        let (first, last) = (*self.of(FIRST), *self.of(LAST));
        json!({
            "uid": self.uuid(),
            "email": self.mail(first, last),
            "firstname": first,
            "lastname": last,
            "password": self.text(ALPHABET, 12),
        })
    }

    fn mail(&mut self, first: &str, last: &str) -> String {
        let number = self.below(100);
        let domain = self.of(DOMAINS);
        format!("{first}.{last}{number}@{domain}").to_lowercase()
    }

    fn address(&mut self) -> Value {
        let (city, county, country) = *self.of(PLACES);
        json!({
            "firstname": self.of(FIRST),
            "lastname": self.of(LAST),
            "street": format!("{} {}", 1 + self.below(199), self.of(STREETS)),
            "city": city,
            "zip": self.text("0123456789", 5),
            "state": county,
            "country": country,
        })
    }

    fn card(&mut self) -> Value {
        let mut number = format!("0000{}", self.text("0123456789", 11));
        let digits = number.bytes().rev().enumerate().map(|(at, digit)| {
            let digit = u32::from(digit - b'0');
            // Every second digit counts double, from the last before the check digit on (Luhn).
            let digit = if at % 2 == 0 { digit * 2 } else { digit };
            digit / 10 + digit % 10
        });
        let check = (10 - digits.sum::<u32>() % 10) % 10;
        number.push_str(&check.to_string());
        json!({
            "type": "Example",
            "number": number,
            "ccv": self.text("0123456789", 3),
            "exp": format!("{:02}/{}", 1 + self.below(12), 30 + self.below(10)),
            "holder_name": format!("{} {}", self.of(FIRST), self.of(LAST)),
        })
    }

    fn degrees(&mut self, most: u64) -> f64 {
        let micros = self.next() % (2 * most * 1_000_000);
        micros as f64 / 1e6 - most as f64
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let random = (u128::from(high) << 64) | u128::from(low);
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid().to_string()
    }
}

/// The fields of something made up.
pub(super) fn fields(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
