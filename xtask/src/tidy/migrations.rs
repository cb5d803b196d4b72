//! Migrations only grow.
//!
//! A crate's `migrations/` holds `0001_name.sql`, `0002_name.sql`, … without gaps. Where the engines need different SQL,
//! the file stands in a folder for each engine instead (`sqlite/0002_name.sql`, `postgres/0002_name.sql`), under one number.
//!
//! A migration that a database somewhere may already have run is *frozen*: its name and a fingerprint of its text stand
//! in `migrations.lock`. `cargo xtask gen` adds new files to the lock and never changes a line of it, so editing a frozen
//! migration takes a visible change of the lock in the same review, and ought to be a new migration instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Finding;
use crate::tree::Tree;

pub const LOCK_NAME: &str = "migrations.lock";

const LOCK_HEADER: &str =
    "# Frozen migrations: file and fingerprint (FNV-1a 64) of its text. Lines are only added, by `cargo xtask gen`.\n";

/// Migration files of one crate: path below `migrations/`, and text.
pub type Files = BTreeMap<String, String>;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, files) in folders(tree) {
        findings.extend(numbers(&files).into_iter().map(|message| Finding::new(folder.clone(), message)));
        findings.extend(frozen_ones(tree, &folder, &files));
    }
    findings
}

/// Every folder named `migrations`, with the `.sql` files below it.
pub fn folders(tree: &Tree) -> BTreeMap<String, Files> {
    let mut found: BTreeMap<String, Files> = BTreeMap::new();
    for (path, text) in tree.with_extension("sql") {
        if let Some((parent, name)) = path.split_once("/migrations/") {
            found.entry(format!("{parent}/migrations")).or_default().insert(name.to_owned(), text.to_owned());
        }
    }
    found
}

/// The lock's text with new migrations added at its end.
pub fn grown_lock(current: &str, files: &Files) -> String {
    let mut lock = if current.is_empty() { LOCK_HEADER.to_owned() } else { current.to_owned() };
    let known = frozen(current);
    let mut added: Vec<_> = files.iter().filter(|(name, _)| !known.contains_key(*name)).collect();
    added.sort_by_key(|(name, _)| (file_name(name), *name));
    for (name, text) in added {
        // Writing to a String cannot fail.
        let _ = writeln!(lock, "{name} {:016x}", fingerprint(text));
    }
    lock
}

/// What is wrong with the numbers, for each engine by itself.
fn numbers(files: &Files) -> Vec<String> {
    let engines: BTreeSet<&str> =
        files.keys().filter_map(|name| name.split_once('/')).map(|(engine, _)| engine).collect();
    let engines: Vec<Option<&str>> =
        if engines.is_empty() { vec![None] } else { engines.into_iter().map(Some).collect() };
    let mut wrong = Vec::new();
    for engine in engines {
        let belongs = |name: &&String| name.split_once('/').is_none_or(|(folder, _)| Some(folder) == engine);
        let mut names: Vec<&str> = files.keys().filter(belongs).map(|name| file_name(name)).collect();
        names.sort_unstable();
        let out_of_order =
            names.iter().enumerate().find(|(index, name)| !name.starts_with(&format!("{:04}_", index + 1)));
        if let Some((index, name)) = out_of_order {
            let engine = engine.unwrap_or("every engine");
            wrong.push(format!(
                "for {engine}, `{name}` stands where number {:04} is expected: four digits, no gaps",
                index + 1
            ));
        }
    }
    wrong
}

fn frozen_ones(tree: &Tree, folder: &str, files: &Files) -> Vec<Finding> {
    let lock_path = format!("{folder}/{LOCK_NAME}");
    let frozen = frozen(tree.text(&lock_path).unwrap_or_default());
    let mut findings = Vec::new();
    for (name, text) in files {
        match frozen.get(name) {
            Some(print) if *print != fingerprint(text) => {
                findings.push(Finding::new(format!("{folder}/{name}"), "frozen migration was edited: write a new one"));
            }
            Some(_) => {}
            None => {
                findings
                    .push(Finding::new(lock_path.clone(), format!("`{name}` is not frozen: run `cargo xtask gen`")));
            }
        }
    }
    for name in frozen.keys().filter(|name| !files.contains_key(*name)) {
        findings.push(Finding::new(lock_path.clone(), format!("frozen migration `{name}` is gone")));
    }
    findings
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn frozen(lock: &str) -> BTreeMap<String, u64> {
    let row = |line: &str| {
        let (name, print) = line.split_once(' ')?;
        Some((name.to_owned(), u64::from_str_radix(print.trim(), 16).ok()?))
    };
    lock.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
}

/// FNV-1a: guards against a careless edit, not against an attacker, and needs no dependency.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<const N: usize>(named: [(&str, &str); N]) -> Files {
        named.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn findings<const N: usize>(named: [(&str, &str); N], lock: &str) -> Vec<String> {
        let files = files(named);
        let tree = Tree::from([("crates/center/migrations/migrations.lock", lock)]);
        let frozen = frozen_ones(&tree, "crates/center/migrations", &files);
        numbers(&files).into_iter().chain(frozen.iter().map(ToString::to_string)).collect()
    }

    #[test]
    fn frozen_files_in_order_are_accepted_also_when_an_engine_has_its_own() {
        let named = [
            ("0001_start.sql", "a"),
            ("postgres/0002_log.sql", "b"),
            ("sqlite/0002_log.sql", "c"),
            ("0003_end.sql", "d"),
        ];
        let lock = grown_lock("", &files(named));
        assert_eq!(findings(named, &lock), Vec::<String>::new());
    }

    #[test]
    fn a_number_that_one_engine_lacks_is_named() {
        let named = [("0001_start.sql", "a"), ("postgres/0002_log.sql", "b"), ("sqlite/0003_log.sql", "c")];
        let found = findings(named, &grown_lock("", &files(named)));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("for sqlite, `0003_log.sql`"), "{found:?}");
    }

    #[test]
    fn an_edit_and_a_loss_and_a_newcomer_are_named() {
        let lock = grown_lock("", &files([("0001_start.sql", "create"), ("0002_more.sql", "alter")]));
        assert!(findings([("0001_start.sql", "other"), ("0002_more.sql", "alter")], &lock)[0].contains("was edited"));
        assert!(findings([("0001_start.sql", "create")], &lock)[0].contains("`0002_more.sql` is gone"));
        assert!(findings([("0001_start.sql", "create")], "")[0].contains("is not frozen"));
    }

    #[test]
    fn the_lock_grows_and_keeps_its_lines() {
        let first = grown_lock("", &files([("0001_start.sql", "create")]));
        let grown = grown_lock(&first, &files([("0001_start.sql", "changed"), ("0002_more.sql", "alter")]));
        assert!(grown.starts_with(&first) && grown.lines().count() == first.lines().count() + 1);
    }

    #[test]
    fn folders_are_found_with_what_is_below_them() {
        let tree = Tree::from([
            ("crates/a/migrations/0001_x.sql", ""),
            ("crates/a/migrations/sqlite/0002_y.sql", ""),
            ("b.sql", ""),
        ]);
        let found = folders(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found["crates/a/migrations"].len(), 2);
    }
}
