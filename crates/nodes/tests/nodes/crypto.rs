//! Crypto, JWT and TOTP against published vectors (FIPS 180, FIPS 202, RFC 4231, jwt.io), what
//! OpenSSL signs, and codes worked out from RFC 6238.

use serde_json::{Value, json};

use crate::set::block;
use crate::support::{Bench, case};

/// An RSA key of 2048 bits that was made for these tests and is used nowhere.
const RSA_PRIVATE: &str = include_str!("keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
const EC_PRIVATE: &str = include_str!("keys/ec.pem");
const EC_PUBLIC: &str = include_str!("keys/ec.pub.pem");

#[track_caller]
fn crypto(version: &str, params: Value, expect: &str) {
    let got = block(Bench::new().json(case("crypto", version, params.clone())));
    assert_eq!(got[0][0]["data"], expect, "{params}");
}

#[test]
fn hashes_are_those_of_the_standards() {
    let abc = |kind: &str| json!({ "action": "hash", "type": kind, "value": "abc" });
    for (kind, expect) in [
        ("MD5", "900150983cd24fb0d6963f7d28e17f72"),
        ("SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("SHA3-256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    ] {
        crypto("1", abc(kind), expect);
        crypto("2", abc(kind), expect);
    }
    crypto("1", json!({ "value": "abc" }), "900150983cd24fb0d6963f7d28e17f72");
    let base64 = json!({ "type": "SHA1", "value": "abc", "encoding": "base64" });
    crypto("2", base64, "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
}

#[test]
fn a_keyed_hash_is_that_of_rfc_4231() {
    let params = json!({ "action": "hmac", "type": "SHA256", "secret": "Jefe",
        "value": "what do ya want for nothing?" });
    crypto("1", params, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    let error = block(Bench::new().run(case("crypto", "2", json!({ "action": "hmac" }))));
    assert_eq!(error.unwrap_err().parameter, ["keys", "hmacSecret"]);
    let params = json!({ "action": "hmac", "value": "what do ya want for nothing?" });
    let expect = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let mut bench = Bench::new();
    bench.vars.insert("cryptoHmacSecret".to_owned(), json!("Jefe"));
    assert_eq!(block(bench.json(case("crypto", "2", params)))[0][0]["data"], expect);
}

#[test]
fn a_file_is_hashed_as_it_is() {
    let bench = Bench::new();
    let mut case = case("crypto", "2", json!({ "binaryData": true }));
    case.inputs = vec![vec![bench.item_with(vec![0xff, 0x00], "x.bin")]];
    let got = block(bench.json(case));
    let expect = "ea5dbf9596d187e9500f23e9a680109475341cf4e81f7e043f7d97152c10772f";
    assert_eq!(got[0][0]["data"], expect);
}

#[test]
fn signatures_are_those_that_openssl_makes() {
    let params = |algorithm: &str, key: &str| {
        json!({ "action": "sign", "value": "hello", "algorithm": algorithm, "privateKey": key,
            "encoding": "base64" })
    };
    // `printf hello | openssl dgst -sha256 -sign rsa.pem | base64 -w0`
    let expect = include_str!("keys/hello.sha256.sig").trim();
    crypto("1", params("RSA-SHA256", RSA_PRIVATE), expect);
    crypto("1", params("sha256WithRSAEncryption", &RSA_PRIVATE.replace('\n', "\\n")), expect);
    for (algorithm, key, parameter) in
        [("RSA-SM3", RSA_PRIVATE, "algorithm"), ("RSA-SHA256", "no key", "privateKey")]
    {
        let error = block(Bench::new().run(case("crypto", "1", params(algorithm, key))));
        assert_eq!(error.unwrap_err().parameter, [parameter]);
    }
}

#[test]
fn random_values_have_their_form_and_differ() {
    let one = |params: Value| {
        let got = block(Bench::new().json(case("crypto", "1", params)));
        got[0][0]["data"].as_str().unwrap().to_owned()
    };
    for (kind, length) in [("uuid", 36), ("hex", 7), ("ascii", 50), ("base64", 33)] {
        let params = json!({ "action": "generate", "encodingType": kind, "stringLength": length });
        let (first, second) = (one(params.clone()), one(params));
        assert_eq!(first.len(), length, "{kind}");
        assert_ne!(first, second, "{kind}");
    }
    let uuid = one(json!({ "action": "generate" }));
    assert_eq!(&uuid[14..15], "4", "the version of {uuid}");
}

async fn jwt(params: Value) -> Result<Value, reporunner_model::NodeError> {
    let output = Bench::new().run(case("jwt", "1", params)).await?;
    Ok(Value::from(output.outputs[0][0].json.clone()))
}

#[test]
fn a_signed_token_is_verified_by_the_other_key() {
    for (algorithm, private, public) in [
        ("HS256", "secret", "secret"),
        ("HS512", "secret", "secret"),
        ("RS256", RSA_PRIVATE, RSA_PUBLIC),
        ("PS384", RSA_PRIVATE, RSA_PUBLIC),
        ("ES256", EC_PRIVATE, EC_PUBLIC),
    ] {
        let claims = json!({ "subject": "ada", "expiresIn": 60 });
        let signed = block(jwt(json!({ "operation": "sign", "secret": private, "claims": claims,
            "headerClaims": "{\"x\": 1}", "options": { "algorithm": algorithm, "kid": "k" } })));
        let token = signed.unwrap()["token"].clone();
        let verify = |token: &Value, secret: &str| {
            let options = json!({ "algorithm": algorithm, "complete": true });
            block(jwt(json!({ "operation": "verify", "secret": secret, "token": token,
                "options": options })))
        };
        let data = verify(&token, public).unwrap();
        let expect = json!({ "sub": "ada", "iat": 1_700_000_000, "exp": 1_700_000_060 });
        assert_eq!(data["payload"], expect, "{algorithm}");
        let header = json!({ "typ": "JWT", "alg": algorithm, "kid": "k", "x": 1 });
        assert_eq!(data["header"], header, "{algorithm}");
        let mut broken = token.as_str().unwrap().to_owned();
        let last = if broken.ends_with('A') { "BAAA" } else { "AAAA" };
        broken.replace_range(broken.len() - 4.., last);
        let error = verify(&json!(broken), public).unwrap_err();
        assert_eq!(error.message, "The token's signature is wrong", "{algorithm}");
    }
}

/// The example of jwt.io: HS256 with `your-256-bit-secret`.
const KNOWN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6Ikp\
    vaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

#[test]
fn a_known_token_is_read_and_verified() {
    let expect = json!({ "sub": "1234567890", "name": "John Doe", "iat": 1_516_239_022 });
    let decoded = block(jwt(json!({ "operation": "decode", "token": KNOWN }))).unwrap();
    assert_eq!(decoded, json!({ "payload": expect }));
    let verify = |secret: &str, token: &str| {
        block(jwt(json!({ "operation": "verify", "secret": secret, "token": token })))
    };
    let bearer = format!("Bearer {KNOWN}");
    assert_eq!(verify("your-256-bit-secret", &bearer).unwrap()["payload"], expect);
    assert_eq!(verify("other", KNOWN).unwrap_err().parameter, ["token"]);
    assert_eq!(verify("", KNOWN).unwrap_err().parameter, ["secret"]);
    assert_eq!(verify("x", "a.b").unwrap_err().message, "This is no token");
}

#[test]
fn times_of_tokens_are_checked() {
    let token = |claims: &str| {
        let params = json!({ "operation": "sign", "secret": "s", "useJson": true,
            "claimsJson": claims });
        block(jwt(params)).unwrap()["token"].clone()
    };
    let (old, early) = (token("{\"exp\": 1699999990}"), token("{\"nbf\": 1700000010}"));
    let verify = |token: &Value, options: Value| {
        block(jwt(json!({ "operation": "verify", "secret": "s", "token": token,
            "options": options })))
    };
    assert_eq!(verify(&old, json!({})).unwrap_err().message, "The token has expired");
    assert_eq!(verify(&early, json!({})).unwrap_err().message, "The token is not good yet");
    for (token, options) in [
        (&old, json!({ "ignoreExpiration": true })),
        (&old, json!({ "clockTolerance": 11 })),
        (&early, json!({ "ignoreNotBefore": true })),
        (&early, json!({ "clockTolerance": 10 })),
    ] {
        assert!(verify(token, options.clone()).is_ok(), "{options}");
    }
}

#[test]
fn one_time_codes_are_those_of_the_rfc() {
    // RFC 6238's secret; the codes were worked out from the RFC with Python's hmac.
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let code = |secret: &str, options: Value| {
        let params = json!({ "secret": secret, "options": options });
        block(Bench::new().run(case("totp", "1", params)))
            .map(|output| Value::from(output.outputs[0][0].json.clone()))
    };
    for (options, token, rest) in CODES {
        let options: Value = serde_json::from_str(options).unwrap();
        let expect = json!({ "token": token, "secondsRemaining": rest });
        assert_eq!(code(secret, options).unwrap(), expect);
    }
    let address = format!("otpauth://totp/x?secret={secret}&issuer=y");
    assert_eq!(code(&address, json!({})).unwrap()["token"], CODES[0].1);
    assert_eq!(code("1", json!({})).unwrap_err().parameter, ["secret"]);
}

/// Options, the code at 1700000000 seconds, and how long it is good for.
const CODES: [(&str, &str, u64); 4] = [
    ("{}", "921300", 10),
    (r#"{"digits":8}"#, "81921300", 10),
    (r#"{"algorithm":"SHA256","period":60}"#, "855935", 40),
    (r#"{"algorithm":"SHA3-512"}"#, "236089", 10),
];

/// What version 2 gives with these variables, for each text.
fn with_keys(vars: Value, params: Value, texts: &[&str]) -> Result<Vec<String>, String> {
    let mut bench = Bench::new();
    bench.vars = vars.as_object().cloned().unwrap();
    let items: Vec<_> = texts.iter().map(|text| json!({ "text": text })).collect();
    let mut all = json!({ "value": "={{ $json.text }}" });
    for (name, value) in params.as_object().unwrap() {
        all[name] = value.clone();
    }
    let ran = block(bench.run(case("crypto", "2", all).items(items.into())));
    let text = |item: &reporunner_model::Item| item.json["data"].as_str().unwrap().to_owned();
    ran.map(|output| output.outputs[0].iter().map(text).collect()).map_err(|error| error.message)
}

#[test]
fn what_a_passphrase_encrypted_it_decrypts() {
    let vars = json!({ "cryptoPassphrase": "correct horse", "other": "battery" });
    let texts = ["", "h\u{e9}llo", &"x".repeat(10_000)];
    for cipher in ["aes-256-gcm", "aes-192-gcm", "aes-128-gcm", "chacha20-poly1305"] {
        let params = |action: &str| json!({ "action": action, "cipher": cipher });
        let sealed = with_keys(vars.clone(), params("encrypt"), &texts).unwrap();
        let sealed: Vec<&str> = sealed.iter().map(String::as_str).collect();
        assert!(sealed[2].len() > 13_000 && !sealed[2].contains("xxxxxxxx"), "{cipher}");
        let opened = with_keys(vars.clone(), params("decrypt"), &sealed).unwrap();
        assert_eq!(opened, texts, "{cipher}");
    }
    let encrypt = json!({ "action": "encrypt" });
    let sealed = with_keys(vars.clone(), encrypt.clone(), &["secret"]).unwrap().remove(0);
    let again = with_keys(vars.clone(), encrypt, &["secret"]).unwrap().remove(0);
    assert_ne!(sealed, again, "nobody sees that two texts are the same");
    let mut changed = sealed.clone().into_bytes();
    changed[60] = if changed[60] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for (params, text, expect) in [
        (json!({}), changed.as_str(), "cannot be decrypted"),
        (json!({ "cipher": "chacha20-poly1305" }), &sealed, "cannot be decrypted"),
        (json!({ "cipher": "rot13" }), &sealed, "no cipher rot13"),
        (json!({ "keys": { "encryptionPassphrase": "={{ $vars.other }}" } }), &sealed, "cannot be"),
        (
            json!({ "keys": { "encryptionPassphrase": "=correct horse" } }),
            &sealed,
            "workflow itself",
        ),
        (
            json!({ "keys": { "encryptionPassphrase": "correct horse" } }),
            &sealed,
            "workflow itself",
        ),
        (json!({}), "?", "no base64"),
        (json!({}), "AAAA", "nothing that this node encrypted"),
    ] {
        let mut params = params;
        params["action"] = json!("decrypt");
        let error = with_keys(vars.clone(), params.clone(), &[text]).unwrap_err();
        assert!(error.contains(expect), "{params}: {error}");
    }
}

/// Encrypted by `openssl pkeyutl` with OAEP and SHA-256 for the key of these tests.
const BY_OPENSSL: &str = "WL69AhnSiHnhmUWQHCpvUqDLUOK3QzjyFn78yYIJT7chUIhVRQOxACandJRywIgguhyKfykDfSd6x2KEblDn\
     bhBdPfYJiYtKTPze2JsIuyTY7VO23Io/1PJE8OhJx9qeeAMnQVUnaeifpA2NhJJUBCkF4zKiPdt/WMoSQSFw\
     JC56F/SMh+yOXJyIa1b1+hEOAe+VJalBLfkt8dvOO1CbEWYTrCuUfU/kMAAeo0cnMkU9CPN1NK4oD+5til4f\
     Oel0g4aA3jvfg+5PSm17W8M58o8qR88zYyPfHV+KumzWSL/6EKQ2nwFe/kb96WqDgBHhlqWfsL4+E8Ig0aJO\
     tZV+AA==";

#[test]
fn what_a_public_key_encrypted_the_private_one_decrypts() {
    let one_line = RSA_PRIVATE.replace('\n', "\\n");
    let vars = json!({ "cryptoPublicKey": RSA_PUBLIC, "cryptoPrivateKey": one_line });
    let params = |action: &str| json!({ "action": action, "mode": "asymmetric" });
    let opened = with_keys(vars.clone(), params("decrypt"), &[BY_OPENSSL]).unwrap();
    assert_eq!(opened, ["a text from elsewhere"]);
    let sealed = with_keys(vars.clone(), params("encrypt"), &["h\u{e9}llo"]).unwrap().remove(0);
    let opened = with_keys(vars.clone(), params("decrypt"), &[&sealed]).unwrap();
    assert_eq!(opened, ["h\u{e9}llo"]);
    let long = "x".repeat(191);
    let error = with_keys(vars, params("encrypt"), &[&long]).unwrap_err();
    assert!(error.contains("191 bytes are too many"), "{error}");
    let wrong = json!({ "cryptoPublicKey": EC_PUBLIC, "cryptoPrivateKey": "no key" });
    for (action, expect) in [("encrypt", "public key cannot"), ("decrypt", "private key cannot")] {
        let error = with_keys(wrong.clone(), params(action), &[&sealed]).unwrap_err();
        assert!(error.contains(expect), "{action}: {error}");
    }
}
