//! Crypto: hashes, keyed hashes, signatures, random values.
//!
//! Version 2 keeps its keys in credentials; until there are some, its keyed operations say so.

pub(crate) mod digest;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use jsonwebtoken::{Algorithm, EncodingKey};
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property, PropertyKind};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Value, json};

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
            summary: "Hashes, signs, and makes random values.".to_owned(),
            help: "- **Hash** gives the fingerprint of a text or of an item's file, for example \
                   to compare contents or to send an e-mail address without showing it.\n- \
                   **HMAC** is a hash with a secret, as many services sign their webhooks.\n- \
                   **Sign** signs a text with an RSA private key in PEM form.\n- **Generate** \
                   makes a UUID or a random text.\n\nMD5 and SHA1 are only there for services \
                   that ask for them; they protect nothing."
                .to_owned(),
            aliases: texts(&["hash", "sha256", "md5", "hmac", "uuid", "random", "secret", "sign"]),
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

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let mut item = input.item(index);
            let made = match context.values(index) {
                Ok(values) => value(context, &values, &item)
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
        .fixed(),
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
        on(Property::text("value", "Text"), &["sign"]),
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

async fn value(context: &Context, values: &Values<'_>, item: &Item) -> Result<String, NodeError> {
    let action = values.text("action");
    if values.version() >= 2.0 && !matches!(action.as_str(), "hash" | "generate") {
        return Err(NodeError::new(
            "The keys of this node are in credentials, which are not there yet",
        )
        .hint("Use version 1 of the node, which has the key among its parameters.")
        .about(&["action"]));
    }
    match action.as_str() {
        "hash" => {
            let content = content(context, values, item).await?;
            Ok(written(values, &digest(values)?.hash(&content)))
        }
        "hmac" => {
            let secret = values.text("secret");
            let content = content(context, values, item).await?;
            Ok(written(values, &digest(values)?.keyed(secret.as_bytes(), &content)))
        }
        "sign" => sign(values),
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

fn sign(values: &Values<'_>) -> Result<String, NodeError> {
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
    let pem = values.required("privateKey")?.replace("\\n", "\n");
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
