//! Digests of text, as hexadecimal.

use base64::Engine as _;
use sha2::Digest;

use crate::eval::Stop;

/// The digest by its name; MD5 where none is given.
pub(super) fn digest(text: &str, algorithm: Option<&str>) -> Result<String, Stop> {
    let bytes = text.as_bytes();
    Ok(match algorithm.unwrap_or("md5").to_ascii_lowercase().as_str() {
        "base64" => base64::engine::general_purpose::STANDARD.encode(bytes),
        "md5" => hex(&md5::Md5::digest(bytes)),
        "sha1" => hex(&sha1::Sha1::digest(bytes)),
        "sha224" => hex(&sha2::Sha224::digest(bytes)),
        "sha256" => hex(&sha2::Sha256::digest(bytes)),
        "sha384" => hex(&sha2::Sha384::digest(bytes)),
        "sha512" => hex(&sha2::Sha512::digest(bytes)),
        "sha3" => hex(&sha3::Sha3_512::digest(bytes)),
        other => {
            return Err(Stop::failed(format!(
                "Unknown algorithm {other}. Available algorithms are: md5, sha1, sha224, sha256, sha384, sha512, sha3 and base64"
            )));
        }
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
