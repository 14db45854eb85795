//! This machine: what it says of itself and how it is set.

use std::collections::{BTreeMap, BTreeSet};

use reporunner_model::{AuthorId, WorkflowId};
use serde::{Deserialize, Serialize};

/// Who and what answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// See [`crate::PROTOCOL_VERSION`].
    pub protocol: u32,
    /// Version of the program.
    pub version: String,
    /// The person whose edits these are.
    pub author: AuthorId,
    /// Their name.
    pub author_name: String,
    /// The data folder.
    pub folder: String,
    /// Whether the folder can be read only, with the reason.
    pub read_only: Option<String>,
    /// Why nothing can be saved for now, and what to do, while the disk is full.
    pub disk_full: Option<String>,
    /// What was lost or mended when the folder was opened, for a person.
    pub notices: Vec<String>,
    /// Whether there has never been a workflow here.
    pub first_run: bool,
    /// The workflow that the person was in when the window was last closed, if it is still there.
    pub location: Option<WorkflowId>,
    /// The machine's time zone, an IANA name.
    pub timezone: String,
    /// Where webhooks listen, `http://127.0.0.1:5680`; none where they cannot.
    pub webhook_base: Option<String>,
    /// Why they do not listen at the port of the settings, where that cannot be had.
    pub webhook_port_taken: Option<PortTaken>,
    /// Feature flags that are on.
    pub flags: BTreeSet<String>,
}

/// A port that webhooks could not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortTaken {
    /// The port of the settings.
    pub wanted: u16,
    /// The one that is used instead; none where none could be had.
    pub used: Option<u16>,
    /// Why it could not be had, and what to do: whole sentences for a person.
    pub why: String,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the mouse moves the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointerStyle {
    /// The wheel pans, a drag on empty canvas selects.
    #[default]
    Trackpad,
    /// A drag on empty canvas pans, the wheel zooms.
    Mouse,
}

/// Settings of this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineSettings {
    /// Light or dark.
    pub theme: Theme,
    /// How the mouse moves the canvas.
    pub pointer: PointerStyle,
    /// What the person is called.
    pub author_name: String,
    /// Days that runs are kept.
    pub retention_days: u32,
    /// Size budget of runs, bytes.
    pub retention_bytes: u64,
    /// Port of the webhook server; 0 takes a free one.
    pub webhook_port: u16,
    /// Folders that workflows may read and write.
    pub allowed_folders: Vec<String>,
    /// Hosts that workflows may reach; empty means all.
    pub allowed_hosts: Vec<String>,
    /// Whether workflows may reach this machine itself.
    pub allow_loopback: bool,
    /// Whether workflows may reach the local network.
    pub allow_lan: bool,
    /// Workflows that may run commands of the shell, with all rights of the person.
    pub command_workflows: Vec<WorkflowId>,
    /// What `$vars` holds.
    pub variables: BTreeMap<String, String>,
    /// Waits longer than this leave the memory, seconds.
    pub rest_after_s: u32,
    /// Feature flags that differ from their default.
    pub flags: BTreeMap<String, bool>,
}

impl Default for MachineSettings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            pointer: PointerStyle::default(),
            author_name: String::new(),
            retention_days: reporunner_model::limits::RETENTION_DAYS,
            retention_bytes: reporunner_model::limits::RETENTION_BYTES,
            webhook_port: reporunner_model::limits::WEBHOOK_PORT,
            allowed_folders: Vec::new(),
            allowed_hosts: Vec::new(),
            allow_loopback: true,
            allow_lan: true,
            command_workflows: Vec::new(),
            variables: BTreeMap::new(),
            rest_after_s: (reporunner_model::limits::REST_AFTER_MS / 1000) as u32,
            flags: BTreeMap::new(),
        }
    }
}

/// How much disk is used, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageUse {
    /// The database.
    pub database: u64,
    /// Binaries.
    pub binaries: u64,
    /// Number of runs kept.
    pub runs: u64,
}
