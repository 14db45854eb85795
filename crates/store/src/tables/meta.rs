//! Facts about the folder and its machine: the author's key, settings, the folder's own id.
//!
//! Values are JSON; what a key means is its writer's business.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{get_json, to_json};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE meta (key TEXT NOT NULL UNIQUE, value TEXT NOT NULL);";

impl Db<'_> {
    /// The value of `key`.
    pub fn meta<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.one("SELECT value FROM meta WHERE key = ?", [key], |row| get_json(row, "value"))
    }
}

impl Tx<'_> {
    /// Sets the value of `key`.
    pub fn set_meta(&self, key: &str, value: &impl Serialize) -> Result<()> {
        self.exec(
            "INSERT INTO meta (key, value) VALUES (?, ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, to_json(value)?),
        )?;
        Ok(())
    }
}
