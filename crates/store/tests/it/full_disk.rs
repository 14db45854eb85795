//! No space left: writes fail visibly, nothing is half there, deleting works, then writing again.

use std::process::Command;

use reporunner_store::{Error, Owner, Payload, RunQuery};

use super::*;

fn add_run(store: &Store, number: usize) -> Result<(), Error> {
    let mut random = Random(number as u64);
    let text: String = (0..60_000).map(|_| (b'a' + random.below(26) as u8) as char).collect();
    let payload = Payload::of_items(&[Item::from_value(serde_json::json!({ "t": text }))])?;
    let mut row = run(&format!("r{number}"), "w", number as i64);
    row.status = RunStatus::Succeeded;
    store
        .write(move |tx| {
            tx.insert_run(&row)?;
            tx.put_payload(&Owner::Run(row.id.clone()), &payload).map(|_| ())
        })
        .wait()
}

/// Fills the store, then checks what a person can still do.
fn live_through_it(store: &Store) {
    assert!(!store.is_full());
    let mut kept = 0;
    let error = loop {
        match add_run(store, kept) {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 10_000, "the disk never fills up");
    };
    assert!(matches!(error, Error::DiskFull), "{error:?}");
    assert!(error.hint().unwrap().contains("Free some space"));
    assert!(store.is_full(), "it is a state of the folder");
    let count = || store.read(|db| db.count_runs(&RunQuery::default())).unwrap();
    assert_eq!(count(), kept as u64, "a failed write leaves nothing, an answered one stays");
    let small = store.write(|tx| tx.set_variable("after", "1")).wait();
    assert!(matches!(small, Ok(()) | Err(Error::DiskFull)), "{small:?}");

    let ids = (0..kept / 2).map(|number| RunId::new(format!("r{number}"))).collect();
    assert_eq!(store.delete_runs(ids).expect("deleting works when full"), (kept / 2) as u64);
    store.vacuum().expect("so does giving the space back");
    add_run(store, 100_000).expect("and then there is room again");
    assert!(!store.is_full());
    assert_eq!(count(), (kept - kept / 2 + 1) as u64);
}

#[test]
fn a_full_database() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions::at(Timestamp(0)).max_database_bytes(4 << 20);
    let store = Store::open(folder.path(), options).unwrap();
    live_through_it(&store);
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.recovery(), None);
}

/// A file system of its own; needs the right to mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(megabytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_file_system() {
    // Where nothing may be mounted, the limit of the database above stands for it.
    let Some(disk) = Small::mount(24) else { return };
    let folder = disk.0.path().join("data");
    let store = open(&folder);
    live_through_it(&store);
    let mut file = store.binary_writer().unwrap();
    let written = std::io::copy(&mut std::io::repeat(1), &mut file).unwrap_err();
    assert_eq!(written.kind(), std::io::ErrorKind::StorageFull);
    drop(file);
    drop(store);
    let store = open(&folder);
    assert_eq!(store.recovery(), None, "a full disk damages nothing");
    drop(store);
    // Full to the last byte, then started: it opens, and deleting makes room.
    let _ = std::fs::remove_file(folder.join("reserve.bin"));
    let filler = disk.0.path().join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    let _ = std::io::copy(&mut std::io::repeat(1), &mut file);
    drop(file);
    match Store::open(&folder, OpenOptions::at(Timestamp(0))) {
        Ok(_) | Err(Error::DiskFull) => {}
        Err(error) => panic!("{error:?}"),
    }
    std::fs::remove_file(&filler).unwrap();
    let store = open(&folder);
    assert_eq!(store.recovery(), None);
}
