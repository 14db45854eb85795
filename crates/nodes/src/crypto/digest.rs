//! The hash functions that nodes offer, by the names that workflows use.

use hmac::{Hmac, Mac};
use sha2::Digest as _;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

/// What forms offer.
pub(crate) const CHOICES: &[(&str, &str)] = &[
    ("SHA256", "SHA256"),
    ("SHA384", "SHA384"),
    ("SHA512", "SHA512"),
    ("SHA3-256", "SHA3-256"),
    ("SHA3-384", "SHA3-384"),
    ("SHA3-512", "SHA3-512"),
    ("SHA1", "SHA1"),
    ("MD5", "MD5"),
];

/// Calls a macro of one type with the type that belongs to a digest.
macro_rules! with_type {
    ($digest:expr, $one:ident) => {
        match $digest {
            Digest::Md5 => $one!(md5::Md5),
            Digest::Sha1 => $one!(sha1::Sha1),
            Digest::Sha224 => $one!(sha2::Sha224),
            Digest::Sha256 => $one!(sha2::Sha256),
            Digest::Sha384 => $one!(sha2::Sha384),
            Digest::Sha512 => $one!(sha2::Sha512),
            Digest::Sha3_224 => $one!(sha3::Sha3_224),
            Digest::Sha3_256 => $one!(sha3::Sha3_256),
            Digest::Sha3_384 => $one!(sha3::Sha3_384),
            Digest::Sha3_512 => $one!(sha3::Sha3_512),
        }
    };
}

impl Digest {
    /// By its name: `SHA256`, `sha3-512`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "MD5" => Self::Md5,
            "SHA1" => Self::Sha1,
            "SHA224" => Self::Sha224,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            "SHA512" => Self::Sha512,
            "SHA3-224" => Self::Sha3_224,
            "SHA3-256" => Self::Sha3_256,
            "SHA3-384" => Self::Sha3_384,
            "SHA3-512" => Self::Sha3_512,
            _ => return None,
        })
    }

    /// The hash of some bytes.
    pub(crate) fn hash(self, content: &[u8]) -> Vec<u8> {
        macro_rules! hash {
            ($type:ty) => {
                <$type>::digest(content).to_vec()
            };
        }
        with_type!(self, hash)
    }

    /// The hash of some bytes with a secret (RFC 2104).
    pub(crate) fn keyed(self, secret: &[u8], content: &[u8]) -> Vec<u8> {
        macro_rules! keyed {
            ($type:ty) => {{
                let mut mac = <Hmac<$type> as Mac>::new_from_slice(secret)
                    .expect("HMAC takes keys of any length");
                mac.update(content);
                mac.finalize().into_bytes().to_vec()
            }};
        }
        with_type!(self, keyed)
    }
}
