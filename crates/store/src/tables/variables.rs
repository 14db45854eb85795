//! What `$vars` holds.

use std::collections::BTreeMap;

use crate::codec::get;
use crate::{Db, Result, Tx};

pub(crate) const V1: &str = "
CREATE TABLE variables (name TEXT NOT NULL UNIQUE, value TEXT NOT NULL);";

impl Db<'_> {
    /// Every variable.
    pub fn variables(&self) -> Result<BTreeMap<String, String>> {
        let rows = self.all("SELECT name, value FROM variables", [], |row| {
            Ok((get(row, "name")?, get(row, "value")?))
        })?;
        Ok(rows.into_iter().collect())
    }
}

impl Tx<'_> {
    /// Sets one variable.
    pub fn set_variable(&self, name: &str, value: &str) -> Result<()> {
        self.exec(
            "INSERT INTO variables (name, value) VALUES (?, ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )?;
        Ok(())
    }

    /// Puts `variables` in place of all there are.
    pub fn replace_variables(&self, variables: &BTreeMap<String, String>) -> Result<()> {
        self.exec("DELETE FROM variables", [])?;
        variables.iter().try_for_each(|(name, value)| self.set_variable(name, value))
    }
}
