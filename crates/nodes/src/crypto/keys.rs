//! The keys of version 2, which n8n keeps in a credential. Here they come from variables of the
//! machine, so that none travels with a workflow.

use reporunner_expression::Template;
use reporunner_model::{NodeError, Property};
use reporunner_node::{Context, Values};
use serde_json::{Map, Value};

use crate::items::option_text;
use crate::js;

/// A key by its name in the node, the variable that stands for it, and its label.
struct Key {
    name: &'static str,
    variable: &'static str,
    label: &'static str,
}

const KEYS: [Key; 5] = [
    Key { name: "hmacSecret", variable: "cryptoHmacSecret", label: "Secret of HMAC" },
    Key { name: "signPrivateKey", variable: "cryptoSignPrivateKey", label: "Private key to sign" },
    Key { name: "encryptionPassphrase", variable: "cryptoPassphrase", label: "Passphrase" },
    Key { name: "encryptionPublicKey", variable: "cryptoPublicKey", label: "Public key" },
    Key { name: "encryptionPrivateKey", variable: "cryptoPrivateKey", label: "Private key" },
];

/// What the form asks for.
pub(super) fn property() -> Property {
    let fields = KEYS.iter().map(|key| {
        Property::text(key.name, key.label)
            .placeholder(&format!("={{{{ $vars.{} }}}}", key.variable))
            .help("From a variable of this machine; never the key itself.")
    });
    Property::collection("keys", "Keys", "Add key", fields.collect())
        .show_when("action", &["hmac", "sign", "encrypt", "decrypt"])
        .help(
            "Where they are left out, the variables cryptoHmacSecret, cryptoSignPrivateKey, \
             cryptoPassphrase, cryptoPublicKey and cryptoPrivateKey do.",
        )
}

/// A key: the node's own, else the one of this machine's variables.
pub(super) async fn key(
    context: &Context,
    values: &Values<'_>,
    index: usize,
    name: &'static str,
) -> Result<String, NodeError> {
    let Some(key) = KEYS.iter().find(|key| key.name == name) else {
        return Err(NodeError::new(format!("There is no key {name}")));
    };
    let written = context.node.params.get("keys").and_then(|keys| keys.get(name)?.as_str());
    if written.is_some_and(|text| !text.is_empty() && Template::parse(text).is_constant()) {
        return Err(NodeError::new(format!("{} stands in the workflow itself", key.label))
            .hint(format!(
                "Keep it in a variable of this machine (Settings, Variables) and write \
                 ={{{{ $vars.{} }}}} here.",
                key.variable
            ))
            .about(&["keys", name]));
    }
    if let Some(own) = option_text(values, &format!("keys.{name}")) {
        return Ok(own);
    }
    let asked = Value::from(format!("={{{{ $vars.{} }}}}", key.variable));
    let value = js::cell(&context.handles.evaluate.late(&asked, index, Map::new()).await?);
    if value.trim().is_empty() {
        return Err(NodeError::new(format!("{} is not set", key.label))
            .hint(format!(
                "Set the variable {} in Settings, Variables. A credential that was chosen in n8n \
                 is not used: accounts come with Connections.",
                key.variable
            ))
            .about(&["keys", name]));
    }
    Ok(value)
}
