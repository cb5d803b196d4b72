//! Licences and banned crates, read from `deny.toml` and held against what cargo compiles.
//!
//! `deny.toml` stays valid for cargo-deny; this does the two checks that matter daily without anyone installing it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::Finding;
use crate::run;
use crate::tree::Tree;

const LINE_FORMAT: &str = "{p}|{l}";
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// An outside crate as cargo tells it.
struct Package {
    name: String,
    license: String,
    /// Names of the crates that depend on it.
    users: BTreeSet<String>,
}

#[derive(Default)]
struct Policy {
    allowed: BTreeSet<String>,
    exceptions: BTreeMap<String, BTreeSet<String>>,
    /// Banned crate, and the users that may have it all the same.
    banned: BTreeMap<String, BTreeSet<String>>,
}

pub fn check(root: &Path, tree: &Tree) -> Result<Vec<Finding>> {
    let deny = tree.text("deny.toml").context("deny.toml is missing")?.parse().context("deny.toml")?;
    let policy = Policy::read(&deny);
    ensure!(!policy.allowed.is_empty(), "deny.toml allows no licence at all");
    Ok(policy.findings(&resolved(root)?))
}

impl Policy {
    fn read(deny: &toml::Table) -> Self {
        let rows = |section: &str, key: &str| {
            let rows = deny.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array);
            rows.cloned().unwrap_or_default()
        };
        let named = |row: &toml::Value, list: &str| {
            let name = row.get("crate").and_then(toml::Value::as_str)?.to_owned();
            Some((name, strings(row.get(list))))
        };
        Self {
            allowed: rows("licenses", "allow").iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            exceptions: rows("licenses", "exceptions").iter().filter_map(|row| named(row, "allow")).collect(),
            banned: rows("bans", "deny").iter().filter_map(|row| named(row, "wrappers")).collect(),
        }
    }

    fn findings(&self, packages: &[Package]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for package in packages {
            let exception = self.exceptions.get(&package.name);
            let accepts = |name: &str| self.allowed.contains(name) || exception.is_some_and(|list| list.contains(name));
            if !is_accepted(&package.license, &accepts) {
                let message =
                    format!("`{}` is under `{}`, which deny.toml does not allow", package.name, package.license);
                findings.push(Finding::new("Cargo.lock", message));
            }
            if let Some(wrappers) = self.banned.get(&package.name) {
                for user in package.users.difference(wrappers) {
                    findings.push(Finding::new(
                        "Cargo.lock",
                        format!("`{}` is banned, and `{user}` uses it", package.name),
                    ));
                }
            }
        }
        findings
    }
}

fn strings(list: Option<&toml::Value>) -> BTreeSet<String> {
    let list = list.and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Outside crates that are really compiled for our platform, with their users. (`cargo metadata` would also list what
/// is only mentioned behind features that nobody asks for.)
fn resolved(root: &Path) -> Result<Vec<Package>> {
    let mut tree = run::command(root, "cargo", &["tree", "--workspace", "--locked", "--target", PLATFORM]);
    tree.args(["--edges", "normal,build,dev", "--prefix", "depth", "--format", LINE_FORMAT]);
    Ok(packages(&run::output(&mut tree)?))
}

/// Reads lines such as `2serde v1.0.1|MIT`: depth, crate, licence. A crate that was shown before is shown again without
/// what is below it, so every edge is there.
fn packages(tree: &str) -> Vec<Package> {
    let mut found: BTreeMap<String, Package> = BTreeMap::new();
    let mut path: Vec<String> = Vec::new();
    for line in tree.lines() {
        let digits = line.chars().take_while(char::is_ascii_digit).count();
        let (Ok(depth), Some((id, license))) = (line[..digits].parse::<usize>(), line[digits..].split_once('|')) else {
            continue;
        };
        let name = id.split(' ').next().unwrap_or_default().to_owned();
        path.truncate(depth);
        // A crate of the workspace shows the folder that it lies in.
        if !id.contains(" (/") {
            let license = license.trim_end_matches(" (*)").to_owned();
            let package = found.entry(id.to_owned()).or_insert_with(|| Package {
                name: name.clone(),
                license,
                users: BTreeSet::new(),
            });
            package.users.extend(path.last().cloned());
        }
        path.push(name);
    }
    found.into_values().collect()
}

/// Whether an SPDX expression can be satisfied. `/` is the old way to write `OR`; `WITH` belongs to its licence.
fn is_accepted(expression: &str, accepts: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match words.last_mut() {
            Some(last) if word == "WITH" || last.ends_with(" WITH") => *last = format!("{last} {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    let mut words = words.into_iter().peekable();
    let accepted = any_of(&mut words, accepts);
    accepted && words.next().is_none()
}

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

fn any_of(words: &mut Words, accepts: &dyn Fn(&str) -> bool) -> bool {
    let mut accepted = all_of(words, accepts);
    while words.next_if(|word| word == "OR").is_some() {
        accepted |= all_of(words, accepts);
    }
    accepted
}

fn all_of(words: &mut Words, accepts: &dyn Fn(&str) -> bool) -> bool {
    let mut accepted = one(words, accepts);
    while words.next_if(|word| word == "AND").is_some() {
        accepted &= one(words, accepts);
    }
    accepted
}

fn one(words: &mut Words, accepts: &dyn Fn(&str) -> bool) -> bool {
    match words.next() {
        Some(word) if word == "(" => {
            let accepted = any_of(words, accepts);
            words.next_if(|word| word == ")").is_some() && accepted
        }
        Some(word) => accepts(&word),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions_are_read_with_their_precedence() {
        let accepts = |name: &str| matches!(name, "MIT" | "Unicode-3.0" | "Apache-2.0 WITH LLVM-exception");
        for good in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "MIT OR GPL-3.0 AND ISC",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_accepted(good, &accepts), "{good}");
        }
        for bad in ["GPL-3.0", "", "MIT AND GPL-3.0", "(MIT", "Apache-2.0", "(MIT OR ISC) AND GPL-3.0"] {
            assert!(!is_accepted(bad, &accepts), "{bad}");
        }
    }

    #[test]
    fn users_are_read_from_the_depths_of_the_tree() {
        let tree = "0center v0.1.0 (/x)|Apache-2.0\n1serde v1.0.0|MIT\n2syn v2.0.0 (proc-macro)|MIT\n\n0kit v0.1.0 (/y)|Apache-2.0\n1serde v1.0.0|MIT (*)\n";
        let found = packages(tree);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].users, BTreeSet::from(["center".to_owned(), "kit".to_owned()]));
        assert_eq!((found[1].name.as_str(), found[1].license.as_str()), ("syn", "MIT"));
        assert_eq!(found[1].users, BTreeSet::from(["serde".to_owned()]));
    }

    fn package(name: &str, license: &str, users: &[&str]) -> Package {
        Package {
            name: name.into(),
            license: license.into(),
            users: users.iter().map(|user| (*user).to_owned()).collect(),
        }
    }

    #[test]
    fn a_banned_crate_is_accepted_only_through_its_wrappers() {
        let deny = "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"webdriver\", allow = [\"MPL-2.0\"] }]\n\
                    [bans]\ndeny = [{ crate = \"rustls\", wrappers = [\"trust\"] }, { crate = \"openssl\" }]\n";
        let policy = Policy::read(&deny.parse().expect("valid TOML"));
        let fine = [package("rustls", "MIT", &["trust"]), package("webdriver", "MPL-2.0", &["fantoccini"])];
        assert!(policy.findings(&fine).is_empty());
        let bad = [
            package("rustls", "MIT", &["trust", "center"]),
            package("openssl", "MIT", &["x"]),
            package("y", "MPL-2.0", &[]),
        ];
        let found: Vec<_> = policy.findings(&bad).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("`center` uses it"));
    }
}
