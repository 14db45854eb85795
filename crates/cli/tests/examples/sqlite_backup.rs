//! A backup of a SQLite database that keeps the last seven.

use crate::process::Folder;
use crate::{check_expected, copied, run_file};

#[test]
fn a_backup_is_made_and_the_oldest_go() {
    let folder = Folder::new();
    let copy = copied("sqlite-backup", &folder);
    check_expected("sqlite-backup", &run_file(&folder, &copy));
    let backups = copy.join("backups");
    let names = || {
        let files = std::fs::read_dir(&backups).expect("the folder was made").flatten();
        let mut names: Vec<_> =
            files.map(|file| file.file_name().into_string().expect("text")).collect();
        names.sort();
        names
    };
    let made = names();
    assert_eq!(made.len(), 1, "nothing but the copy is there: {made:?}");
    for day in 1..=8 {
        std::fs::copy(copy.join("shop.db"), backups.join(format!("2020-01-0{day} 030000.db")))
            .expect("an older copy");
    }
    std::fs::write(backups.join("notes.txt"), "mine").expect("written");
    let ran = run_file(&folder, &copy);
    assert_eq!(ran.json()["status"], "succeeded", "{}", ran.stdout);
    let left = names();
    let databases: Vec<_> = left.iter().filter(|name| name.ends_with(".db")).collect();
    assert_eq!(databases.len(), 7, "{left:?}");
    assert!(left.contains(&made[0]) && left.contains(&"notes.txt".to_owned()), "{left:?}");
    assert!(*left[0] >= *"2020-01-03", "the oldest went: {left:?}");
}
