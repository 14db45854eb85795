//! n8n's workflow JSON in and out.
//!
//! An import keeps the whole file: what the model has no word for stays beside the node or the
//! workflow as JSON text, and comes back out on export, as long as nobody changed what it says.
//! Nothing here runs a workflow, reads a credential or decides where a workflow is live.
#![deny(missing_docs)]

mod clipboard;
mod connections;
mod error;
mod export;
mod import;
mod kept;
mod layout;
mod looks;
mod node;
mod note;
mod records;
mod report;
mod review;
mod settings;
mod text;

pub use clipboard::{Pasted, export_nodes, import_nodes};
pub use error::ImportError;
pub use export::export;
pub use import::{Imported, import};
pub use report::{
    CredentialReport, ExpressionReport, Fidelity, NodeReport, Report, Warning, WarningKind,
};
pub use review::review;
pub use text::{decode, parse};
