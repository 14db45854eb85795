//! The words everything else is written in: workflow, node, edge, item, edit, description.
//!
//! Plain data and pure functions. Nothing here does I/O, reads a clock, draws randomness or knows
//! how a workflow is stored, merged, run or drawn.
#![deny(missing_docs)]

pub mod limits;

mod catalog;
mod clock;
mod diff;
mod edit;
mod event;
mod flags;
mod ids;
mod item;
mod param;
mod people;
mod pin;
mod ports;
mod run;
mod settings;
mod shown;
mod unknown;
mod validate;
mod workflow;

pub use catalog::{
    Appearance, Catalog, Choice, Effect, ExtraPort, Language, NodeDescription, NodeGroup, PathKind,
    PortRule, Property, PropertyKind, RequiredInputs, Show,
};
pub use clock::{Clock, Monotonic, Timestamp};
pub use diff::diff;
pub use edit::{ApplyError, Edit, EditBatch, TextPath};
pub use event::EventSink;
pub use flags::{FEATURE_FLAGS, FeatureFlag};
pub use ids::{
    AuthorId, EditId, NodeId, NoteId, ParseIdError, RunId, TypeName, VersionId, WorkflowId,
};
pub use item::{Binaries, BinaryRef, Fields, Item, Items, PairedItem, PairedSource};
pub use param::{ParamPath, record_id, value_at, value_at_mut};
pub use people::Role;
pub use pin::{PIN_MIME, pin_count, pin_file, pin_in_file};
pub use ports::{Port, PortKind, Ports, card_height, ports_of};
pub use run::{
    ErrorOrigin, NodeError, NodeRun, NodeRunState, RunMode, RunStatus, SourceRef, StartFrom,
};
pub use settings::{Durability, ExecutionOrder, WorkflowSettings};
pub use shown::{FormValues, Shown};
pub use unknown::unknown_parameters;
pub use validate::{Problem, ProblemKind, text_for_number, validate};
pub use workflow::{Edge, EdgeKey, Node, NodeFlags, Note, OnError, Point, Size, Workflow};
