//! Bytes by scope and name, for rooms that keep a little state of their own: the undo journal of a
//! document and author, for one. What is in them is their writer's business.

use crate::codec::{get, pack, unpack};
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE blobs (
    scope TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (scope, name));";

impl Db<'_> {
    /// Every blob of `scope`, by name.
    pub fn blobs(&self, scope: &str) -> Result<Vec<(String, Vec<u8>)>> {
        self.all("SELECT name, body FROM blobs WHERE scope = ? ORDER BY name", [scope], |row| {
            Ok((get(row, "name")?, unpack(&get::<Vec<u8>>(row, "body")?, "a blob")?))
        })
    }
}

impl Tx<'_> {
    /// Sets the blob `name` of `scope`.
    pub fn set_blob(&self, scope: &str, name: &str, bytes: &[u8]) -> Result<()> {
        self.exec(
            "INSERT INTO blobs (scope, name, body) VALUES (?, ?, ?)
             ON CONFLICT (scope, name) DO UPDATE SET body = excluded.body",
            (scope, name, pack(bytes)),
        )?;
        Ok(())
    }

    /// Removes the blob `name` of `scope`.
    pub fn remove_blob(&self, scope: &str, name: &str) -> Result<()> {
        self.exec("DELETE FROM blobs WHERE scope = ? AND name = ?", (scope, name))?;
        Ok(())
    }
}
