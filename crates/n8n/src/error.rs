//! Why a file is no workflow.

use reporunner_model::limits;

/// Why an import was refused. A workflow that is merely broken is imported and reported on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Larger than any workflow.
    #[error("the file has {bytes} bytes, an import takes {limit}", limit = limits::IMPORT_BYTES)]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Nested more deeply than any workflow.
    #[error("the file is nested more than {limit} levels deep", limit = limits::JSON_DEPTH)]
    TooDeep,
    /// Not text.
    #[error("the file is neither UTF-8 nor UTF-16 text")]
    NotText,
    /// A file of another kind.
    #[error("the file is no workflow: it looks like {0}")]
    Other(&'static str),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// JSON that ends too early.
    #[error("the file is cut off: it ends in the middle, at line {line}, column {column}")]
    CutOff {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// Not JSON.
    #[error("the file is damaged: at line {line}, column {column} it is no JSON ({message})")]
    NotJson {
        /// What the reader stumbled over.
        message: String,
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A list of credentials.
    #[error("the file is a list of credentials, not a workflow")]
    Credentials,
    /// Several workflows.
    #[error("the file holds {0} workflows")]
    Several(usize),
    /// JSON, but no workflow.
    #[error("the file is no workflow: it has no list of nodes")]
    NoWorkflow,
    /// A part of it is not what that part is in a workflow.
    #[error("{place} of the file is {found}, not {wanted}")]
    WrongPart {
        /// Where in the file, as a path of names.
        place: &'static str,
        /// What is there.
        found: &'static str,
        /// What should be.
        wanted: &'static str,
    },
    /// More nodes than a workflow may have.
    #[error("the file has {count} nodes, a workflow holds {limit}", limit = limits::NODES)]
    TooManyNodes {
        /// How many.
        count: usize,
    },
}

impl ImportError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooManyNodes { .. } => {
                "Split the workflow in n8n and export the parts."
            }
            Self::TooDeep => "No workflow needs that. Get the file from where it came again.",
            Self::Empty | Self::CutOff { .. } | Self::NotJson { .. } => {
                "Get the file from where it came again: export or download the workflow once more."
            }
            Self::Other(_) | Self::NotText => "Choose a file that Reporunner or n8n exported.",
            Self::Credentials => {
                "Export a workflow. Credentials are entered in Reporunner under Credentials."
            }
            Self::Several(_) => "Export one workflow to a file (n8n: --separate).",
            Self::WrongPart { .. } => "Correct that place, or export the workflow again.",
            Self::NoWorkflow => "Choose a file that n8n's Download saved.",
        }
    }
}
