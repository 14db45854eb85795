//! Crypto: hashes, keyed hashes, signatures, random values, encrypted texts.

mod cipher;
pub(crate) mod digest;
mod keys;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use jsonwebtoken::{Algorithm, EncodingKey};
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property, PropertyKind};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

use self::cipher::Passphrases;
use self::digest::Digest;
use crate::field_path::FieldPath;
use crate::form::{describe, example, texts};
use crate::items::{Input, fail_or_go_on};
use crate::{binary, js};

pub(crate) struct Crypto;

const V1: &[f64] = &[1.0];
const V2: &[f64] = &[2.0];

#[async_trait]
impl Node for Crypto {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Hashes, signs, encrypts, and makes random values.".to_owned(),
            help: "- **Hash** gives the fingerprint of a text or of an item's file, for example \
                   to compare contents or to send an e-mail address without showing it.\n- \
                   **HMAC** is a hash with a secret, as many services sign their webhooks.\n- \
                   **Sign** signs a text with an RSA private key in PEM form.\n- **Generate** \
                   makes a UUID or a random text.\n- **Encrypt** and **Decrypt** go by a passphrase, or \
                   by a pair of RSA keys for short texts. What a passphrase encrypted only this \
                   node reads, with the same cipher; nobody can change it unseen.\n\n**Keys** \
                   come from variables of this machine, `cryptoHmacSecret`, \
                   `cryptoSignPrivateKey`, `cryptoPassphrase`, `cryptoPublicKey` and \
                   `cryptoPrivateKey`, unless the node names others: a key in a workflow would \
                   travel with it. A key in PEM form may stand on one line, with `\\n` for its \
                   line breaks.\n\nMD5 and SHA1 are only there for services \
                   that ask for them; they protect nothing."
                .to_owned(),
            aliases: texts(&["hash", "sha256", "md5", "hmac", "uuid", "random", "secret", "sign", "encrypt", "decrypt", "aes"]),
            versions: texts(&["1", "2"]),
            properties: properties(),
            subtitles: texts(&["{action} {type}", "{action}"]),
            example: example(json!({
                "action": "hash",
                "type": "SHA256",
                "value": "={{ $json.email }}",
                "dataPropertyName": "emailHash",
            })),
            ..describe("crypto", "Crypto", NodeGroup::Data, "fingerprint", 265)
        }
    }

    fn computes(&self) -> bool {
        true
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut passphrases = Passphrases::default();
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let mut item = input.item(index);
            let made = match context.values(index) {
                Ok(values) => value(context, &values, (index, &item), &mut passphrases)
                    .await
                    .map(|value| (FieldPath::new(&values.text("dataPropertyName"), true), value)),
                Err(error) => Err(error),
            };
            out.push(match made {
                Ok((field, value)) => {
                    field.set(&mut item.json, Value::String(value));
                    item.error = None;
                    item.paired(index, 0)
                }
                Err(error) => fail_or_go_on(context, error, index)?,
            });
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let on = |property: Property, actions: &[&str]| property.show_when("action", actions);
    let secret = |name: &str, label: &str| {
        let kind = PropertyKind::Text { multiline: name == "privateKey", secret: true };
        Property::new(name, label, kind).required().versions(V1)
    };
    let keyed = ["hash", "hmac"];
    let mut all = vec![
        Property::choice(
            "action",
            "Do",
            &[("hash", "Hash"), ("hmac", "HMAC"), ("sign", "Sign"), ("generate", "Generate")],
        )
        .fixed()
        .versions(V1),
        Property::choice(
            "action",
            "Do",
            &[
                ("hash", "Hash"),
                ("hmac", "HMAC"),
                ("sign", "Sign"),
                ("generate", "Generate"),
                ("encrypt", "Encrypt"),
                ("decrypt", "Decrypt"),
            ],
        )
        .fixed()
        .versions(V2),
        on(Property::toggle("binaryData", "Of the item's file", false), &keyed),
        on(
            Property::text("binaryPropertyName", "File of the item")
                .default_value("data")
                .required()
                .show_if("binaryData", true),
            &keyed,
        ),
        on(Property::choice("type", "Kind", digest::CHOICES), &keyed)
            .default_value("MD5")
            .versions(V1),
        on(Property::choice("type", "Kind", digest::CHOICES), &keyed)
            .default_value("SHA256")
            .versions(V2),
        on(Property::text("value", "Text").show_if("binaryData", false), &keyed),
        on(Property::text("value", "Text"), &["sign", "encrypt", "decrypt"]),
        Property::text("dataPropertyName", "Put it in the field").default_value("data").required(),
        on(secret("secret", "Secret"), &["hmac"]),
        on(
            Property::choice(
                "algorithm",
                "Kind of signature",
                &[
                    ("RSA-SHA256", "RSA-SHA256"),
                    ("RSA-SHA384", "RSA-SHA384"),
                    ("RSA-SHA512", "RSA-SHA512"),
                ],
            ),
            &["sign"],
        ),
        on(secret("privateKey", "Private key"), &["sign"]),
        on(
            Property::choice("encoding", "Written as", &[("hex", "Hex"), ("base64", "Base64")]),
            &["hash", "hmac", "sign"],
        ),
    ];
    all.extend(generating());
    all.extend(encrypting().map(|property| property.versions(V2)));
    all
}

fn generating() -> [Property; 2] {
    let on = |property: Property| property.show_when("action", &["generate"]);
    [
        on(Property::choice(
            "encodingType",
            "Kind",
            &[
                ("uuid", "UUID"),
                ("ascii", "Letters and digits"),
                ("hex", "Hex"),
                ("base64", "Base64"),
            ],
        )),
        on(Property::number("stringLength", "Length", 32.0)
            .show_when("encodingType", &["ascii", "base64", "hex"])),
    ]
}

fn encrypting() -> [Property; 3] {
    let on = |property: Property| property.show_when("action", &["encrypt", "decrypt"]);
    [
        on(Property::choice(
            "mode",
            "By",
            &[("symmetric", "A passphrase"), ("asymmetric", "A pair of RSA keys")],
        )
        .fixed()),
        on(Property::choice("cipher", "Cipher", cipher::CIPHERS)).show_when("mode", &["symmetric"]),
        keys::property(),
    ]
}

async fn value(
    context: &Context,
    values: &Values<'_>,
    (index, item): (usize, &Item),
    passphrases: &mut Passphrases,
) -> Result<String, NodeError> {
    let action = values.text("action");
    // The first version has its keys among its parameters.
    let first = values.version() < 2.0;
    let key = |name| keys::key(context, values, index, name);
    let text = || js::text(&values.value("value"));
    match action.as_str() {
        "hash" => {
            let content = content(context, values, item).await?;
            Ok(written(values, &digest(values)?.hash(&content)))
        }
        "hmac" => {
            let secret = if first { values.text("secret") } else { key("hmacSecret").await? };
            let content = content(context, values, item).await?;
            Ok(written(values, &digest(values)?.keyed(secret.as_bytes(), &content)))
        }
        "sign" if first => sign(values, &values.required("privateKey")?),
        "sign" => sign(values, &key("signPrivateKey").await?),
        "encrypt" if values.text("mode") == "asymmetric" => {
            cipher::encrypt_for(&key("encryptionPublicKey").await?, &text())
        }
        "encrypt" => {
            let passphrase = key("encryptionPassphrase").await?;
            passphrases.encrypt(&values.text("cipher"), &passphrase, &text()).await
        }
        "decrypt" if values.text("mode") == "asymmetric" => {
            cipher::decrypt_by(&key("encryptionPrivateKey").await?, &text())
        }
        "decrypt" => {
            let passphrase = key("encryptionPassphrase").await?;
            passphrases.decrypt(&values.text("cipher"), &passphrase, &text()).await
        }
        "generate" => generate(values),
        other => Err(NodeError::new(format!("There is no operation {other}"))
            .hint("Choose one of the list.")
            .about(&["action"])),
    }
}

async fn content(context: &Context, values: &Values<'_>, item: &Item) -> Result<Bytes, NodeError> {
    if !values.flag("binaryData") {
        let value = values.value("value");
        return Ok(if value.is_object() { value.to_string() } else { js::text(&value) }.into());
    }
    let name = values.text("binaryPropertyName");
    let file = binary::of(item, &name).map_err(|error| error.about(&["binaryPropertyName"]))?;
    context.handles.binary.get(file).await
}

fn digest(values: &Values<'_>) -> Result<Digest, NodeError> {
    let name = values.text("type");
    Digest::named(&name).ok_or_else(|| {
        NodeError::new(format!("There is no hash {name}"))
            .hint("Choose one of the list, such as SHA256.")
            .about(&["type"])
    })
}

fn written(values: &Values<'_>, bytes: &[u8]) -> String {
    match values.text("encoding").as_str() {
        "base64" => STANDARD.encode(bytes),
        _ => data_encoding::HEXLOWER.encode(bytes),
    }
}

fn sign(values: &Values<'_>, pem: &str) -> Result<String, NodeError> {
    let name = values.text("algorithm");
    let plain = name.to_ascii_lowercase().replace("withrsaencryption", "");
    let algorithm = match plain.strip_prefix("rsa-").unwrap_or(&plain) {
        "sha256" => Algorithm::RS256,
        "sha384" => Algorithm::RS384,
        "sha512" => Algorithm::RS512,
        _ => {
            return Err(NodeError::new(format!("Signatures of the kind {name} cannot be made"))
                .hint("RSA with SHA256, SHA384 and SHA512 are there.")
                .about(&["algorithm"]));
        }
    };
    let pem = pem.replace("\\n", "\n");
    let unusable = |error: jsonwebtoken::errors::Error| {
        NodeError::new("The private key cannot be used")
            .detail(error.to_string())
            .hint("Give an RSA key in PEM form, from BEGIN to END, without a passphrase.")
            .about(&["privateKey"])
    };
    let key = EncodingKey::from_rsa_pem(pem.trim().as_bytes()).map_err(unusable)?;
    let text = js::text(&values.value("value"));
    let signed = jsonwebtoken::crypto::sign(text.as_bytes(), &key, algorithm).map_err(unusable)?;
    let bytes = URL_SAFE_NO_PAD.decode(signed).expect("the signature was just encoded so");
    Ok(written(values, &bytes))
}

/// Longest random text; more is a mistake.
const LONGEST: usize = 65_536;

fn generate(values: &Values<'_>) -> Result<String, NodeError> {
    let kind = values.text("encodingType");
    if kind == "uuid" {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(no_random)?;
        return Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string());
    }
    let length = values.number("stringLength").unwrap_or(32.0).max(0.0) as usize;
    if length > LONGEST {
        return Err(NodeError::new(format!("A random text of {length} characters is too long"))
            .hint(format!("At most {LONGEST} are made."))
            .about(&["stringLength"]));
    }
    // Enough for every kind: a character of base64 or hex needs less than a byte, a letter one.
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(no_random)?;
    let text = match kind.as_str() {
        "base64" => STANDARD.encode(&bytes).replace(['+', '/', '='], ""),
        "ascii" => letters(&bytes),
        _ => data_encoding::HEXLOWER.encode(&bytes),
    };
    match text.len() < length {
        // So many signs were dropped from a short text that it fell short.
        true => generate(values),
        false => Ok(text.chars().take(length).collect()),
    }
}

/// A letter, a digit, `-` or `_` for each byte: 64 signs, so that none is likelier than another.
fn letters(bytes: &[u8]) -> String {
    const SET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bytes.iter().map(|byte| char::from(SET[usize::from(byte % 64)])).collect()
}

fn no_random(error: getrandom::Error) -> NodeError {
    NodeError::new("The system gave no random numbers").detail(error.to_string())
}
