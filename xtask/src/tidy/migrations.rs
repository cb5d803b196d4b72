//! Migrations only grow.
//!
//! A folder of migrations holds `0001_name.sql`, `0002_name.sql`, … without gaps. A migration that a database somewhere
//! may already have run is *frozen*: its name and a fingerprint of its text stand in `migrations.lock` of that folder.
//! `cargo xtask gen` adds new files to the lock and never changes a line of it, so editing a frozen migration takes a
//! visible change of the lock in the same review, and ought to be a new migration instead.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Finding;
use crate::tree::Tree;

pub const LOCK_NAME: &str = "migrations.lock";

const LOCK_HEADER: &str = "# Frozen migrations: file name and fingerprint (FNV-1a 64) of its text. Lines are only added, by `cargo xtask gen`.\n";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, files) in folders(tree) {
        findings.extend(gaps(&folder, &files));
        findings.extend(edited(tree, &folder, &files));
    }
    findings
}

/// Migration files by folder: every `.sql` below a folder named `migrations`.
pub fn folders(tree: &Tree) -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in tree
        .with_extension("sql")
        .filter(|(path, _)| path.contains("/migrations/"))
    {
        if let Some((folder, name)) = path.rsplit_once('/') {
            found
                .entry(folder.to_owned())
                .or_default()
                .push((name.to_owned(), text.to_owned()));
        }
    }
    found
}

/// The lock's text with new migrations added at its end.
pub fn grown_lock(current: &str, files: &[(String, String)]) -> String {
    let mut lock = if current.is_empty() {
        LOCK_HEADER.to_owned()
    } else {
        current.to_owned()
    };
    let known = frozen(current);
    for (name, text) in files.iter().filter(|(name, _)| !known.contains_key(name)) {
        // Writing to a String cannot fail.
        let _ = writeln!(lock, "{name} {:016x}", fingerprint(text));
    }
    lock
}

fn gaps(folder: &str, files: &[(String, String)]) -> Vec<Finding> {
    let expect_number = |(index, (name, _)): (usize, &(String, String))| {
        let prefix = format!("{:04}_", index + 1);
        let message = format!("expected a name that begins with `{prefix}`: numbers have four digits and no gaps");
        (!name.starts_with(&prefix)).then(|| Finding::new(format!("{folder}/{name}"), message))
    };
    files.iter().enumerate().filter_map(expect_number).take(1).collect()
}

fn edited(tree: &Tree, folder: &str, files: &[(String, String)]) -> Vec<Finding> {
    let lock_path = format!("{folder}/{LOCK_NAME}");
    let frozen = frozen(tree.text(&lock_path).unwrap_or_default());
    let mut findings = Vec::new();
    for (name, text) in files {
        match frozen.get(name) {
            Some(print) if *print != fingerprint(text) => {
                findings.push(Finding::new(
                    format!("{folder}/{name}"),
                    "frozen migration was edited: write a new one",
                ));
            }
            Some(_) => {}
            None => findings.push(Finding::new(
                lock_path.clone(),
                format!("`{name}` is not frozen: run `cargo xtask gen`"),
            )),
        }
    }
    for name in frozen
        .keys()
        .filter(|name| !files.iter().any(|(file, _)| file == *name))
    {
        findings.push(Finding::new(
            lock_path.clone(),
            format!("frozen migration `{name}` is gone"),
        ));
    }
    findings
}

fn frozen(lock: &str) -> BTreeMap<String, u64> {
    let row = |line: &str| {
        let (name, print) = line.split_once(' ')?;
        Some((name.to_owned(), u64::from_str_radix(print.trim(), 16).ok()?))
    };
    lock.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(row)
        .collect()
}

/// FNV-1a: guards against a careless edit, not against an attacker, and needs no dependency.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "crates/center/migrations/sqlite";

    fn names(files: &[(&str, &str)], lock: &str) -> Vec<String> {
        let mut tree_files = vec![(format!("{FOLDER}/{LOCK_NAME}"), lock.to_owned())];
        tree_files.extend(
            files
                .iter()
                .map(|(name, text)| (format!("{FOLDER}/{name}"), (*text).to_owned())),
        );
        let tree = match tree_files.as_slice() {
            [a, b] => Tree::from([(a.0.as_str(), a.1.as_str()), (b.0.as_str(), b.1.as_str())]),
            [a, b, c] => Tree::from([
                (a.0.as_str(), a.1.as_str()),
                (b.0.as_str(), b.1.as_str()),
                (c.0.as_str(), c.1.as_str()),
            ]),
            _ => Tree::from([(tree_files[0].0.as_str(), tree_files[0].1.as_str())]),
        };
        check(&tree).iter().map(ToString::to_string).collect()
    }

    fn lock_of(files: &[(&str, &str)]) -> String {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        grown_lock("", &files)
    }

    #[test]
    fn frozen_files_in_order_are_accepted() {
        let files = [("0001_start.sql", "create"), ("0002_more.sql", "alter")];
        assert_eq!(names(&files, &lock_of(&files)), Vec::<String>::new());
    }

    #[test]
    fn a_gap_an_edit_and_a_loss_are_named() {
        let files = [("0001_start.sql", "create"), ("0003_more.sql", "alter")];
        assert!(names(&files, &lock_of(&files))[0].contains("`0002_`"));
        let edited = [("0001_start.sql", "create other")];
        assert!(names(&edited, &lock_of(&files[..1]))[0].contains("frozen migration was edited"));
        assert!(
            names(&files[..1], &lock_of(&files))
                .iter()
                .any(|line| line.contains("is gone"))
        );
    }

    #[test]
    fn the_lock_grows_and_keeps_its_lines() {
        let first = lock_of(&[("0001_start.sql", "create")]);
        let both = [
            ("0001_start.sql".to_owned(), "changed".to_owned()),
            ("0002_more.sql".to_owned(), "alter".to_owned()),
        ];
        let grown = grown_lock(&first, &both);
        assert!(grown.starts_with(&first) && grown.lines().count() == first.lines().count() + 1);
    }

    #[test]
    fn a_migration_outside_the_lock_is_named() {
        assert!(names(&[("0001_start.sql", "create")], "")[0].contains("is not frozen"));
    }
}
