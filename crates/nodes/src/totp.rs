//! TOTP: the six digits that an authenticator app would show now (RFC 6238).

use async_trait::async_trait;
use reporunner_model::{NodeDescription, NodeError, NodeGroup, Property, PropertyKind};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::crypto::digest::Digest;
use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_number, option_text};

pub(crate) struct Totp;

#[async_trait]
impl Node for Totp {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Makes the one-time code of two-factor sign-in.".to_owned(),
            help: "Give the secret that the service showed when two-factor sign-in was set up: \
                   letters and digits of base32, or the whole `otpauth://` address of the \
                   picture.\n\nThe item gets the code as `token` and the seconds it is still \
                   good for as `secondsRemaining`. Nearly every service uses SHA1, six digits \
                   and 30 seconds."
                .to_owned(),
            aliases: texts(&["2fa", "otp", "authenticator", "one-time password", "code"]),
            properties: properties(),
            example: form::example(json!({ "secret": "JBSWY3DPEHPK3PXP" })),
            ..describe("totp", "TOTP", NodeGroup::Data, "key", 265)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let mut input = Input::take(context, 0);
        let now = context.handles.clock.now().0.max(0).unsigned_abs() / 1000;
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            let mut item = input.item(index);
            match context.values(index).and_then(|values| code(&values, now)) {
                Ok(code) => {
                    item.json.extend(code);
                    item.error = None;
                    out.push(item.paired(index, 0));
                }
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

fn properties() -> Vec<Property> {
    let secret = PropertyKind::Text { multiline: false, secret: true };
    vec![
        Property::choice("operation", "Do", &[("generateSecret", "Make the code")]).fixed(),
        Property::new("secret", "Secret", secret).required().placeholder("JBSWY3DPEHPK3PXP"),
        form::options(vec![
            Property::choice(
                "algorithm",
                "Hash",
                &[
                    ("SHA1", "SHA1"),
                    ("SHA224", "SHA224"),
                    ("SHA256", "SHA256"),
                    ("SHA384", "SHA384"),
                    ("SHA512", "SHA512"),
                    ("SHA3-224", "SHA3-224"),
                    ("SHA3-256", "SHA3-256"),
                    ("SHA3-384", "SHA3-384"),
                    ("SHA3-512", "SHA3-512"),
                ],
            ),
            Property::number("digits", "Digits", 6.0),
            Property::number("period", "Seconds that a code is good for", 30.0),
        ]),
    ]
}

fn code(values: &Values<'_>, now: u64) -> Result<Map<String, Value>, NodeError> {
    let secret = secret(&values.required("secret")?)?;
    let algorithm = option_text(values, "options.algorithm");
    let algorithm = algorithm.as_deref().unwrap_or("SHA1");
    let digest = Digest::named(algorithm).ok_or_else(|| {
        NodeError::new(format!("There is no hash {algorithm}"))
            .hint("Choose one of the list; services use SHA1 unless they say otherwise.")
            .about(&["options", "algorithm"])
    })?;
    let digits = option_number(values, "options.digits").unwrap_or(6.0).clamp(1.0, 9.0) as u32;
    let period = option_number(values, "options.period").unwrap_or(30.0).max(1.0) as u64;
    let mac = digest.keyed(&secret, &(now / period).to_be_bytes());
    // The last half byte says where the number begins (RFC 4226, section 5.3).
    let start = usize::from(mac.last().copied().unwrap_or_default() & 15);
    let number = mac.get(start..start + 4).map_or(0, |bytes| {
        bytes.iter().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff
    });
    let number = number % 10_u32.pow(digits);
    Ok(form::example(json!({
        "token": format!("{number:0width$}", width = digits as usize),
        "secondsRemaining": period - now % period,
    })))
}

fn secret(text: &str) -> Result<Vec<u8>, NodeError> {
    let text = text.trim();
    let inner = text.split_once("secret=").map_or(text, |(_, rest)| rest);
    let inner = inner.split('&').next().unwrap_or_default();
    let clean: String = inner
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-' && *c != '=')
        .collect::<String>()
        .to_ascii_uppercase();
    data_encoding::BASE32_NOPAD.decode(clean.as_bytes()).map_err(|error| {
        NodeError::new("The secret is no base32")
            .detail(error.to_string())
            .hint("It has the letters A to Z and the digits 2 to 7. Copy it once more.")
            .about(&["secret"])
    })
}
