//! The repository's own rules, as one tested program. Each rule says what it wants and why; `cargo xtask tidy --list`
//! prints them. Add a rule: write `fn(&Tree) -> Vec<Finding>` with tests beside it, and name it in [`RULES`].

mod docs;
mod licences;
mod manifests;
pub mod migrations;
mod rust;
mod source;
mod walls;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use crate::tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, PartialEq)]
pub struct Finding {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, message: message.into() }
    }

    fn at(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

struct Rule {
    name: &'static str,
    why: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "arrows", why: "a crate uses only the crates that the design lets it use", check: manifests::arrows },
    Rule {
        name: "manifests",
        why: "lints and versions are decided once, in the root manifest",
        check: manifests::inherited,
    },
    Rule {
        name: "walls",
        why: "SQL stays in the stores, TLS in trust and kit, the reader in card",
        check: walls::walls,
    },
    Rule { name: "length", why: "a file is one subject: at most 600 lines of Rust", check: source::length },
    Rule {
        name: "unfinished",
        why: "what is committed works: no todo!, no ignored test, no note to do it later",
        check: source::unfinished,
    },
    Rule { name: "dead-files", why: "a Rust file that no module names is never compiled", check: source::dead_files },
    Rule { name: "test-headers", why: "a test file opens with what it proves and how", check: source::test_headers },
    Rule {
        name: "black-circle",
        why: "a name is never shown as ●: fold the character and keep the original",
        check: source::black_circle,
    },
    Rule {
        name: "machine-paths",
        why: "nothing may depend on where one machine keeps its files",
        check: source::machine_paths,
    },
    Rule { name: "links", why: "a relative link in a page leads to a file and a heading", check: docs::links },
    Rule { name: "named-paths", why: "a file named in a page exists", check: docs::named_paths },
    Rule {
        name: "crate-list",
        why: "docs/ARCHITECTURE.md lists exactly the workspace's crates",
        check: docs::crate_list,
    },
    Rule {
        name: "error-pages",
        why: "each problem code has its page in docs/errors, and each page its code",
        check: docs::error_pages,
    },
    Rule { name: "glossary", why: "one term, one name: each element of the record has its row", check: docs::glossary },
    Rule {
        name: "decisions",
        why: "decisions are numbered without gaps and say how to reverse them",
        check: docs::decisions,
    },
    Rule {
        name: "migrations",
        why: "migrations only grow: numbered without gaps, never edited once frozen",
        check: migrations::check,
    },
];

/// Checks everything and prints every finding; an error if there is any.
pub fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let mut count = 0;
    for rule in RULES {
        for finding in (rule.check)(&tree) {
            println!("{finding} [{}]", rule.name);
            count += 1;
        }
    }
    for finding in licences::check(root, &tree)? {
        println!("{finding} [licences]");
        count += 1;
    }
    if count > 0 {
        bail!("{count} findings; `cargo xtask tidy --list` says why each rule is there");
    }
    println!("tidy: {} rules hold", RULES.len() + 1);
    Ok(())
}

/// Prints each rule with its reason.
pub fn list() {
    for rule in RULES {
        println!("{:<14} {}", rule.name, rule.why);
    }
    println!("{:<14} outside crates: licences and bans as deny.toml lists them", "licences");
}
