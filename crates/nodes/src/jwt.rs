//! JWT: tokens signed, checked and read (RFC 7519).
//!
//! Keys stand among the parameters until there are credentials.

use async_trait::async_trait;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, TokenData};
use reporunner_model::{Item, NodeDescription, NodeError, NodeGroup, Property, PropertyKind};
use reporunner_node::{Context, Node, Output, Values};
use serde_json::{Map, Value, json};

use crate::form::{self, describe, texts};
use crate::items::{Input, fail_or_go_on, option_flag, option_number, option_text};
use crate::js;

pub(crate) struct Jwt;

#[async_trait]
impl Node for Jwt {
    fn description(&self) -> NodeDescription {
        NodeDescription {
            summary: "Signs, checks and reads JSON web tokens.".to_owned(),
            help: "- **Sign** makes a token of claims: who it is for, until when, and anything \
                   else you want to say.\n- **Verify** checks the signature and the times of a \
                   token and gives its claims. A token that fails stops the node.\n- **Decode** \
                   only reads a token. Never trust what it says: anybody can write one.\n\n\
                   HS256 and its like take a secret, all others a key in PEM form: the private \
                   key to sign, the public key to verify."
                .to_owned(),
            aliases: texts(&["token", "auth", "bearer", "sign", "verify", "claims"]),
            properties: properties(),
            subtitles: texts(&["{operation}"]),
            example: form::example(json!({
                "operation": "decode",
                "token": "={{ $json.token }}",
            })),
            ..describe("jwt", "JWT", NodeGroup::Data, "shield-check", 265)
        }
    }

    async fn run(&self, context: &mut Context) -> Result<Output, NodeError> {
        let input = Input::take(context, 0);
        let now = context.handles.clock.now().0.div_euclid(1000);
        let mut out = Vec::with_capacity(input.items().len());
        for index in 0..input.items().len() {
            match context.values(index).and_then(|values| one(&values, now)) {
                Ok(json) => out.push(Item::from_json(json).paired(index, 0)),
                Err(error) => out.push(fail_or_go_on(context, error, index)?),
            }
        }
        Ok(Output::one(out))
    }
}

const ALGORITHMS: &[(&str, &str)] = &[
    ("HS256", "HS256"),
    ("HS384", "HS384"),
    ("HS512", "HS512"),
    ("RS256", "RS256"),
    ("RS384", "RS384"),
    ("RS512", "RS512"),
    ("PS256", "PS256"),
    ("PS384", "PS384"),
    ("PS512", "PS512"),
    ("ES256", "ES256"),
    ("ES384", "ES384"),
];

fn properties() -> Vec<Property> {
    let on = |property: Property, operations: &[&str]| property.show_when("operation", operations);
    let sign = ["sign"];
    let both = ["sign", "verify"];
    let key = PropertyKind::Text { multiline: true, secret: true };
    vec![
        Property::choice(
            "operation",
            "Do",
            &[("sign", "Sign"), ("verify", "Verify"), ("decode", "Decode")],
        )
        .fixed(),
        on(Property::new("secret", "Secret or key", key), &both)
            .required()
            .help("A secret for HS256 and its like, else a key in PEM form."),
        on(Property::toggle("useJson", "Write the claims as JSON", false), &sign),
        on(
            Property::collection(
                "claims",
                "Claims",
                "Add claim",
                vec![
                    Property::text("audience", "Audience"),
                    Property::number("expiresIn", "Good for how many seconds", 3600.0),
                    Property::text("issuer", "Issuer"),
                    Property::text("jwtid", "Number of the token"),
                    Property::number("notBefore", "Good after how many seconds", 0.0),
                    Property::text("subject", "Subject"),
                ],
            )
            .show_if("useJson", false),
            &sign,
        ),
        on(form::json("claimsJson", "Claims", "{}").show_if("useJson", true), &sign),
        on(form::json("headerClaims", "Fields of the header", "{}"), &sign),
        on(Property::text("token", "Token").required(), &["verify", "decode"]),
        form::options(vec![
            Property::choice("algorithm", "Algorithm", ALGORITHMS),
            Property::text("kid", "Key id"),
            Property::toggle("complete", "Give header and signature too", true),
            Property::toggle("ignoreExpiration", "Take expired tokens", true),
            Property::toggle("ignoreNotBefore", "Take tokens before their time", true),
            Property::number("clockTolerance", "Seconds that clocks may differ", 0.0),
        ]),
    ]
}

fn one(values: &Values<'_>, now: i64) -> Result<Map<String, Value>, NodeError> {
    match values.text("operation").as_str() {
        "sign" => sign(values, now),
        "verify" => verify(values, now),
        "decode" => {
            let token = token(values)?;
            let data = jsonwebtoken::dangerous::insecure_decode(&token).map_err(refused)?;
            Ok(shown(values, data, &token))
        }
        other => Err(NodeError::new(format!("There is no operation {other}"))
            .hint("Choose one of the list.")
            .about(&["operation"])),
    }
}

fn algorithm(values: &Values<'_>) -> Result<Algorithm, NodeError> {
    let name = option_text(values, "options.algorithm").unwrap_or_else(|| "HS256".to_owned());
    name.parse().map_err(|_| {
        NodeError::new(format!("Tokens cannot be signed by {name}"))
            .hint("Choose an algorithm of the list.")
            .about(&["options", "algorithm"])
    })
}

fn key(values: &Values<'_>) -> Result<String, NodeError> {
    let key = values.required("secret").map_err(|_| {
        NodeError::new("There is no secret or key")
            .hint("Fill in *Secret or key*; credentials of imported workflows come without them.")
            .about(&["secret"])
    })?;
    Ok(if key.contains("-----BEGIN") { key.replace("\\n", "\n") } else { key })
}

fn sign(values: &Values<'_>, now: i64) -> Result<Map<String, Value>, NodeError> {
    let algorithm = algorithm(values)?;
    let key = key(values)?;
    let bytes = key.as_bytes();
    let key = match algorithm.family() {
        AlgorithmFamily::Hmac => Ok(EncodingKey::from_secret(bytes)),
        AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(bytes),
        _ => EncodingKey::from_ec_pem(bytes),
    };
    let key = key.map_err(unusable)?;
    let mut header = Header::new(algorithm);
    header.kid = option_text(values, "options.kid");
    for (name, value) in object(values, "headerClaims")? {
        // What the algorithm is, is said in one place only.
        if !matches!(name.as_str(), "alg" | "typ" | "kid") {
            header.extras.insert(name, value);
        }
    }
    let claims = if values.flag("useJson") {
        let mut claims = object(values, "claimsJson")?;
        claims.entry("iat").or_insert(now.into());
        claims
    } else {
        standard_claims(values, now)
    };
    let token = jsonwebtoken::encode(&header, &claims, &key).map_err(unusable)?;
    Ok(js::object("token", Value::String(token)))
}

fn standard_claims(values: &Values<'_>, now: i64) -> Map<String, Value> {
    let mut claims = Map::new();
    for (option, claim) in
        [("audience", "aud"), ("issuer", "iss"), ("jwtid", "jti"), ("subject", "sub")]
    {
        if let Some(text) = option_text(values, &format!("claims.{option}")) {
            claims.insert(claim.to_owned(), Value::String(text));
        }
    }
    claims.insert("iat".to_owned(), now.into());
    for (option, claim) in [("expiresIn", "exp"), ("notBefore", "nbf")] {
        if let Some(seconds) = option_number(values, &format!("claims.{option}")) {
            claims.insert(claim.to_owned(), (now + seconds as i64).into());
        }
    }
    claims
}

fn object(values: &Values<'_>, name: &str) -> Result<Map<String, Value>, NodeError> {
    let value = values.value(name);
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(Map::new());
    }
    match js::json(&value) {
        Ok(Value::Object(map)) => Ok(map),
        other => Err(NodeError::new("This is no JSON object")
            .detail(other.err().map(|error| error.to_string()).unwrap_or_default())
            .hint("Write it as { \"name\": \"value\" }.")
            .about(&[name])),
    }
}

fn token(values: &Values<'_>) -> Result<String, NodeError> {
    let token = values.required("token")?;
    let token = token.trim();
    Ok(token.strip_prefix("Bearer ").unwrap_or(token).trim().to_owned())
}

fn verify(values: &Values<'_>, now: i64) -> Result<Map<String, Value>, NodeError> {
    let algorithm = algorithm(values)?;
    let token = token(values)?;
    let key = key(values)?;
    let bytes = key.as_bytes();
    let key = match algorithm.family() {
        AlgorithmFamily::Hmac => Ok(DecodingKey::from_secret(bytes)),
        AlgorithmFamily::Rsa => DecodingKey::from_rsa_pem(bytes),
        _ => DecodingKey::from_ec_pem(bytes),
    };
    let mut validation = jsonwebtoken::Validation::new(algorithm);
    // The times are checked below, by the clock that the run is on.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = key.map_err(unusable)?;
    let data: TokenData<Map<String, Value>> =
        jsonwebtoken::decode(&token, &key, &validation).map_err(refused)?;
    times(values, &data.claims, now)?;
    Ok(shown(values, data, &token))
}

fn times(values: &Values<'_>, claims: &Map<String, Value>, now: i64) -> Result<(), NodeError> {
    let tolerance = option_number(values, "options.clockTolerance").unwrap_or(0.0);
    let flag = |name: &str| option_flag(values, &format!("options.{name}")).unwrap_or(false);
    let at = |claim: &str| claims.get(claim).and_then(Value::as_f64);
    let now = now as f64;
    if !flag("ignoreNotBefore") && at("nbf").is_some_and(|nbf| nbf > now + tolerance) {
        return Err(NodeError::new("The token is not good yet")
            .hint("It begins later; see its claim nbf.")
            .about(&["token"]));
    }
    if !flag("ignoreExpiration") && at("exp").is_some_and(|exp| now >= exp + tolerance) {
        return Err(NodeError::new("The token has expired")
            .hint("Ask for a new one; see its claim exp.")
            .about(&["token"]));
    }
    Ok(())
}

/// The claims, or with them what stands around.
fn shown(
    values: &Values<'_>,
    data: TokenData<Map<String, Value>>,
    token: &str,
) -> Map<String, Value> {
    if !option_flag(values, "options.complete").unwrap_or(false) {
        return js::object("payload", Value::Object(data.claims));
    }
    let header = serde_json::to_value(&data.header).unwrap_or_default();
    let signature = token.rsplit_once('.').map_or("", |(_, signature)| signature);
    form::example(json!({ "header": header, "payload": data.claims, "signature": signature }))
}

fn unusable(error: jsonwebtoken::errors::Error) -> NodeError {
    NodeError::new("The key cannot be used with this algorithm")
        .detail(error.to_string())
        .hint("Keys in PEM form begin with BEGIN and fit the algorithm: RSA for RS and PS, EC for ES.")
        .about(&["secret"])
}

fn refused(error: jsonwebtoken::errors::Error) -> NodeError {
    let (message, hint) = match error.kind() {
        ErrorKind::InvalidSignature => {
            ("The token's signature is wrong", "It was signed with another key, or changed.")
        }
        ErrorKind::InvalidAlgorithm => (
            "The token is signed by another algorithm",
            "Read its header with *Decode* and choose that algorithm in the options.",
        ),
        _ => ("This is no token", "A token has three parts with dots between them."),
    };
    NodeError::new(message).detail(error.to_string()).hint(hint).about(&["token"])
}
