//! Feature flags: what is being tried out, switched in the settings or by `REPORUNNER_FLAGS`.

/// One thing that can be switched on before it is settled. Removed once it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureFlag {
    /// Its name in settings and in `REPORUNNER_FLAGS`.
    pub name: &'static str,
    /// What the settings call it.
    pub label: &'static str,
    /// Whether it is on where nobody said.
    pub default: bool,
    /// The version that brought it.
    pub since: &'static str,
    /// Why it is a flag.
    pub why: &'static str,
}

/// Every flag there is.
pub const FEATURE_FLAGS: &[FeatureFlag] = &[FeatureFlag {
    name: "canvas-minimap",
    label: "Map of the whole canvas",
    default: true,
    since: "0.1.0",
    why: "the minimap may cover nodes on small screens",
}];
