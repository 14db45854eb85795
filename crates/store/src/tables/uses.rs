//! Who needs which payload and which file. A payload without a use is removed with its last one;
//! a file is removed by the store after that was committed.

use crate::codec::get;
use crate::{BinaryId, Db, Error, Owner, Result, Tx};

// An owner is a number: that of its run, or below zero that of a row in `owners`.
pub(crate) const V1: &str = "
CREATE TABLE owners (num INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE payload_uses (
    owner INTEGER NOT NULL, payload INTEGER NOT NULL, PRIMARY KEY (owner, payload)) WITHOUT ROWID;
CREATE INDEX payload_uses_by_payload ON payload_uses (payload);
CREATE TABLE binary_uses (
    owner INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (owner, hash)) WITHOUT ROWID;
CREATE INDEX binary_uses_by_hash ON binary_uses (hash);";

impl Db<'_> {
    /// Whether anything needs a file.
    pub fn binary_in_use(&self, id: &BinaryId) -> Result<bool> {
        let sql = "SELECT 1 FROM binary_uses WHERE hash = ? LIMIT 1";
        Ok(self.value::<i64>(sql, [id.as_bytes()])?.is_some())
    }
}

impl Tx<'_> {
    /// Says that `owner` needs a file. Payloads say so by themselves for the files they name.
    pub fn use_binary(&self, owner: &Owner, id: &BinaryId) -> Result<()> {
        let owner = self.owner_num(owner)?;
        self.use_binary_num(owner, id)
    }

    pub(crate) fn use_binary_num(&self, owner: i64, id: &BinaryId) -> Result<()> {
        self.exec(
            "INSERT OR IGNORE INTO binary_uses (owner, hash) VALUES (?, ?)",
            (owner, id.as_bytes()),
        )?;
        Ok(())
    }

    /// Takes back all that `owner` needs. Gives the files that nobody needs any more.
    pub fn release(&self, owner: &Owner) -> Result<Vec<BinaryId>> {
        match self.find_owner(owner)? {
            Some(num) => self.release_num(num),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn release_num(&self, owner: i64) -> Result<Vec<BinaryId>> {
        self.exec(
            "DELETE FROM payloads WHERE num IN (
                SELECT payload FROM payload_uses AS mine WHERE owner = ?1 AND NOT EXISTS (
                    SELECT 1 FROM payload_uses AS other
                    WHERE other.payload = mine.payload AND other.owner <> ?1))",
            [owner],
        )?;
        self.exec("DELETE FROM payload_uses WHERE owner = ?", [owner])?;
        let orphans = self.all(
            "SELECT hash FROM binary_uses AS mine WHERE owner = ?1 AND NOT EXISTS (
                SELECT 1 FROM binary_uses AS other
                WHERE other.hash = mine.hash AND other.owner <> ?1)",
            [owner],
            |row| Ok(BinaryId::from_bytes(get(row, "hash")?)),
        )?;
        self.exec("DELETE FROM binary_uses WHERE owner = ?", [owner])?;
        if owner < 0 {
            self.exec("DELETE FROM owners WHERE num = ?", [-owner])?;
        }
        Ok(orphans)
    }

    /// The number of `owner`, made where it has none yet. A run has to be there.
    pub(crate) fn owner_num(&self, owner: &Owner) -> Result<i64> {
        if let Some(num) = self.find_owner(owner)? {
            return Ok(num);
        }
        match name(owner) {
            Ok(name) => {
                self.exec("INSERT INTO owners (name) VALUES (?)", [name])?;
                Ok(-self.conn.last_insert_rowid())
            }
            Err(run) => Err(Error::missing("run", run)),
        }
    }

    fn find_owner(&self, owner: &Owner) -> Result<Option<i64>> {
        match name(owner) {
            Ok(name) => {
                let num: Option<i64> =
                    self.value("SELECT num FROM owners WHERE name = ?", [name])?;
                Ok(num.map(|num| -num))
            }
            Err(run) => self.value("SELECT num FROM runs WHERE id = ?", [run]),
        }
    }
}

/// The name of an owner in `owners`, or the id of a run.
fn name(owner: &Owner) -> std::result::Result<String, &str> {
    match owner {
        Owner::Run(run) => Err(run.as_str()),
        Owner::Version(version) => Ok(format!("version/{version}")),
        Owner::Workflow(workflow) => Ok(format!("workflow/{workflow}")),
    }
}
