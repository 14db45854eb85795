//! Encrypting and decrypting: a passphrase with an authenticated cipher, or an RSA key pair.
//!
//! What a passphrase encrypted is base64 of a version, the salt of the key, the nonce, and the
//! text with its tag. Only this node reads it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::NonZeroU32;

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::pbkdf2;
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reporunner_model::NodeError;
use reporunner_node::give_way;

/// How the parts of an encrypted text lie.
const VERSION: u8 = 1;
const SALT: usize = 16;
/// Rounds from a passphrase to a key (OWASP: PBKDF2 with HMAC-SHA256).
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("it is not zero");
/// Most keys that one run of the node makes: whoever sends the values chooses how many it takes.
const MOST_KEYS: usize = 1_000;
/// Bytes of the longest key.
const LONGEST: usize = 32;

/// The ciphers, with what they are called.
pub(super) const CIPHERS: &[(&str, &str)] = &[
    ("aes-256-gcm", "AES-256-GCM"),
    ("aes-192-gcm", "AES-192-GCM"),
    ("aes-128-gcm", "AES-128-GCM"),
    ("chacha20-poly1305", "ChaCha20-Poly1305"),
];

/// Encrypts and decrypts with passphrases. A key takes a moment to make and serves all items.
#[derive(Default)]
pub(super) struct Passphrases {
    /// The salt of what is encrypted in this run of the node.
    salt: Option<[u8; SALT]>,
    keys: HashMap<(String, String, [u8; SALT]), [u8; LONGEST]>,
}

impl Passphrases {
    /// Encrypts a text.
    pub(super) async fn encrypt(
        &mut self,
        cipher: &str,
        passphrase: &str,
        text: &str,
    ) -> Result<String, NodeError> {
        let salt = match self.salt {
            Some(salt) => salt,
            None => *self.salt.insert(random()?),
        };
        let key = self.key(cipher, passphrase, salt).await?;
        let nonce: [u8; aead::NONCE_LEN] = random()?;
        let mut sealed = text.as_bytes().to_vec();
        let head = head(&salt);
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(&head),
            &mut sealed,
        )
        .map_err(|_| NodeError::new("The text is too long to be encrypted"))?;
        Ok(STANDARD.encode([&head[..], &nonce, &sealed].concat()))
    }

    /// Decrypts what [`Self::encrypt`] gave.
    pub(super) async fn decrypt(
        &mut self,
        cipher: &str,
        passphrase: &str,
        text: &str,
    ) -> Result<String, NodeError> {
        let mut bytes = decoded(text)?;
        let start = 1 + SALT + aead::NONCE_LEN;
        if bytes.len() < start || bytes[0] != VERSION {
            return Err(NodeError::new("The value is nothing that this node encrypted")
                .hint(
                    "Give the text that Encrypt made, with the same mode. What n8n encrypted by a \
                     passphrase cannot be read here.",
                )
                .about(&["value"]));
        }
        let salt: [u8; SALT] = bytes[1..=SALT].try_into().expect("so many bytes are there");
        let nonce: [u8; aead::NONCE_LEN] =
            bytes[1 + SALT..start].try_into().expect("so many bytes are there");
        let key = self.key(cipher, passphrase, salt).await?;
        let opened = key.open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(&head(&salt)),
            &mut bytes[start..],
        );
        plain(opened.map_err(|_| not_decrypted())?)
    }

    async fn key(
        &mut self,
        cipher: &str,
        passphrase: &str,
        salt: [u8; SALT],
    ) -> Result<LessSafeKey, NodeError> {
        let algorithm = match cipher {
            "aes-256-gcm" => &aead::AES_256_GCM,
            "aes-192-gcm" => &aead::AES_192_GCM,
            "aes-128-gcm" => &aead::AES_128_GCM,
            "chacha20-poly1305" => &aead::CHACHA20_POLY1305,
            other => {
                return Err(NodeError::new(format!("There is no cipher {other}"))
                    .hint("Choose one of the list, such as aes-256-gcm.")
                    .about(&["cipher"]));
            }
        };
        let of = (cipher.to_owned(), passphrase.to_owned(), salt);
        let made = self.keys.len();
        let bytes = match self.keys.entry(of) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if made >= MOST_KEYS => {
                let message = format!("The items need more than {MOST_KEYS} keys");
                return Err(NodeError::new(message).hint(
                    "Each key takes a moment to make. Decrypt them in smaller batches, or encrypt \
                     them together: what one run of the node encrypts has one key.",
                ));
            }
            Entry::Vacant(free) => {
                give_way().await;
                // No two ciphers have the same key.
                let salt = [&salt[..], cipher.as_bytes()].concat();
                let mut key = [0; LONGEST];
                let hash = pbkdf2::PBKDF2_HMAC_SHA256;
                pbkdf2::derive(hash, ROUNDS, &salt, passphrase.as_bytes(), &mut key);
                free.insert(key)
            }
        };
        let key = UnboundKey::new(algorithm, &bytes[..algorithm.key_len()])
            .expect("the key is as long as its cipher asks");
        Ok(LessSafeKey::new(key))
    }
}

/// What the tag vouches for besides the text.
fn head(salt: &[u8; SALT]) -> [u8; 1 + SALT] {
    let mut head = [VERSION; 1 + SALT];
    head[1..].copy_from_slice(salt);
    head
}

/// Encrypts a text for whoever has the private key (RSA-OAEP with SHA-256, RFC 8017).
pub(super) fn encrypt_for(public_key: &str, text: &str) -> Result<String, NodeError> {
    let der = der(public_key, "PUBLIC KEY")?;
    let key = PublicEncryptingKey::from_der(&der)
        .ok()
        .and_then(|key| OaepPublicEncryptingKey::new(key).ok());
    let key = key.ok_or_else(|| unusable("public"))?;
    let most = key.max_plaintext_size(&OAEP_SHA256_MGF1SHA256);
    if text.len() > most {
        return Err(NodeError::new(format!("{} bytes are too many for this key", text.len()))
            .hint(format!("At most {most} fit. Encrypt long texts by a passphrase."))
            .about(&["value"]));
    }
    let mut sealed = vec![0; key.ciphertext_size()];
    let sealed = key
        .encrypt(&OAEP_SHA256_MGF1SHA256, text.as_bytes(), &mut sealed, None)
        .map_err(|_| unusable("public"))?;
    Ok(STANDARD.encode(sealed))
}

/// Decrypts what [`encrypt_for`] gave.
pub(super) fn decrypt_by(private_key: &str, text: &str) -> Result<String, NodeError> {
    let der = der(private_key, "PRIVATE KEY")?;
    let key = PrivateDecryptingKey::from_pkcs8(&der)
        .ok()
        .and_then(|key| OaepPrivateDecryptingKey::new(key).ok());
    let key = key.ok_or_else(|| unusable("private"))?;
    let mut opened = vec![0; key.min_output_size()];
    let opened = key
        .decrypt(&OAEP_SHA256_MGF1SHA256, &decoded(text)?, &mut opened, None)
        .map_err(|_| not_decrypted())?;
    plain(opened)
}

/// The content of a PEM text (RFC 7468).
fn der(pem: &str, kind: &str) -> Result<Vec<u8>, NodeError> {
    let pem = pem.replace("\\n", "\n");
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let inner = pem.split_once(&begin).and_then(|(_, rest)| Some(rest.split_once(&end)?.0));
    let bytes = inner.and_then(|inner| {
        let inner: String = inner.split_whitespace().collect();
        STANDARD.decode(inner).ok()
    });
    bytes.ok_or_else(|| unusable(if kind == "PUBLIC KEY" { "public" } else { "private" }))
}

fn decoded(text: &str) -> Result<Vec<u8>, NodeError> {
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).map_err(|error| {
        NodeError::new("The value to decrypt is no base64")
            .detail(error.to_string())
            .hint("Give the text that Encrypt made, whole.")
            .about(&["value"])
    })
}

fn plain(bytes: &[u8]) -> Result<String, NodeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        NodeError::new("What was encrypted is no text").hint("Only texts can be decrypted here.")
    });
    text.map(str::to_owned)
}

fn random<const N: usize>() -> Result<[u8; N], NodeError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(super::no_random)?;
    Ok(bytes)
}

fn not_decrypted() -> NodeError {
    NodeError::new("The value cannot be decrypted")
        .hint("It was encrypted with another key or cipher, or was changed since.")
        .about(&["value"])
}

fn unusable(which: &str) -> NodeError {
    let begin = which.to_uppercase();
    NodeError::new(format!("The {which} key cannot be used")).hint(format!(
        "Give an RSA key in PEM form, from -----BEGIN {begin} KEY----- to its END line, without a \
         passphrase. `openssl pkcs8 -topk8 -nocrypt` makes one of an older private key."
    ))
}
