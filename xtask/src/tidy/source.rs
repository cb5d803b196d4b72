//! Rules about single source files.

use std::collections::BTreeSet;

use super::Finding;
use super::rust;
use crate::tree::Tree;

const RUST_FILE_LINES_MAX: usize = 600;

/// Written in halves so that this file does not break its own rule.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/fa", "rm/"), concat!("/tmp/", "bash_jobs"), concat!("/ro", "ot/")];

pub fn length(tree: &Tree) -> Vec<Finding> {
    let too_long = |(path, source): (&str, &str)| {
        let lines = source.lines().count();
        let generated = source.lines().take(5).any(|line| line.contains("@generated"));
        (lines > RUST_FILE_LINES_MAX && !generated)
            .then(|| Finding::new(path, format!("{lines} lines; at most {RUST_FILE_LINES_MAX}: split it by subject")))
    };
    tree.with_extension("rs").filter_map(too_long).collect()
}

pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.with_extension("rs") {
        let code = rust::code(source);
        for (index, line) in code.lines().enumerate() {
            let ignored = line.contains("#[ignore") || line.contains(", ignore)");
            if ignored {
                findings.push(Finding::at(
                    path,
                    index + 1,
                    "a test that does not run proves nothing: mend it or remove it",
                ));
            }
            for word in ["todo!", "unimplemented!", "dbg!"] {
                if line.contains(word) {
                    findings.push(Finding::at(path, index + 1, format!("`{word}` is not finished work")));
                }
            }
        }
        for (index, line) in source.lines().enumerate() {
            for word in [concat!("FIX", "ME"), concat!("XX", "X:"), concat!("TO", "DO:"), concat!("assert!(", "true)")]
            {
                if line.contains(word) {
                    findings.push(Finding::at(
                        path,
                        index + 1,
                        format!("`{word}`: do it, or open an issue and say so in prose"),
                    ));
                }
            }
        }
    }
    findings
}

/// Looks only for a `mod name` anywhere in the same crate: cheap, and enough to catch a forgotten file.
pub fn dead_files(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in tree.members() {
        let source_folder = format!("{member}/src/");
        let files: Vec<_> = tree.with_extension("rs").filter(|(path, _)| path.starts_with(&source_folder)).collect();
        let named: BTreeSet<String> = files.iter().flat_map(|(_, source)| modules_named(source)).collect();
        for (path, _) in &files {
            let module = module_of(path);
            if !matches!(module, "lib" | "main") && !path.contains("/bin/") && !named.contains(module) {
                findings
                    .push(Finding::new(*path, format!("no `mod {module}` in this crate: the file is never compiled")));
            }
        }
    }
    findings
}

fn modules_named(source: &str) -> Vec<String> {
    let code = rust::code(source);
    let after_mod = |line: &str| {
        let (_, rest) = line.split_once("mod ")?;
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some(name)
    };
    code.lines().filter_map(after_mod).collect()
}

fn module_of(path: &str) -> &str {
    let mut parts = path.trim_end_matches(".rs").rsplit('/');
    match parts.next() {
        Some("mod") => parts.next().unwrap_or_default(),
        Some(name) => name,
        None => path,
    }
}

pub fn test_headers(tree: &Tree) -> Vec<Finding> {
    let is_test = |path: &str| path.contains("/tests/") || path.starts_with("fuzz/fuzz_targets/");
    tree.with_extension("rs")
        .filter(|(path, source)| is_test(path) && !source.trim_start().starts_with("//!"))
        .map(|(path, _)| Finding::at(path, 1, "open with `//!`: what this file proves, and how"))
        .collect()
}

/// Ways to look for a `●` that another system sent, which is a fact of life.
const READS: &[&str] = &["matches!(", "contains(", "== '", "!= '"];

/// `●` in the literals of code that ships, unless the line only looks for it.
pub fn black_circle(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in tree.texts().filter(|(path, _)| path.starts_with("crates/") && !rust::is_test_file(path)) {
        let shown = match path.rsplit_once('.').map(|(_, extension)| extension) {
            Some("rs") => rust::without_tests(&rust::without_comments(source), &rust::code(source)),
            Some("html" | "js" | "css" | "txt" | "toml") => source.to_owned(),
            _ => continue,
        };
        for (index, line) in shown.lines().enumerate() {
            let writes = line.contains('●')
                || line.contains("\\u{25cf}")
                || line.contains("\\u{25CF}")
                || line.contains("&#9679;");
            if writes && !READS.iter().any(|look| line.contains(look)) {
                findings.push(Finding::at(
                    path,
                    index + 1,
                    "never write ●: fold the character (design §7) and keep the original",
                ));
            }
        }
    }
    findings
}

pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        for (index, line) in text.lines().enumerate() {
            if let Some(found) = MACHINE_PATHS.iter().find(|machine_path| is_absolute(line, machine_path)) {
                findings.push(Finding::at(path, index + 1, format!("`{found}` is a place on one machine")));
            }
        }
    }
    findings
}

/// Whether the path stands there from its root, and is not the middle of another (a folder further down with the same name).
fn is_absolute(line: &str, machine_path: &str) -> bool {
    let is_inside_path = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '*');
    line.match_indices(machine_path).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_inside_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_of_601_lines_is_too_long_unless_generated() {
        let long = "\n".repeat(601);
        let generated = format!("// @generated\n{long}");
        let tree = Tree::from([("a.rs", long.as_str()), ("b.rs", generated.as_str()), ("c.rs", &long[1..])]);
        assert_eq!(lines(&length(&tree)).len(), 1);
    }

    #[test]
    fn unfinished_work_is_named_and_talk_about_it_is_not() {
        let source = "fn a() { todo!() }\n// todo! would be wrong\nlet b = \"todo!\";\n#[ignore]\nfn c() {}\n";
        let found = lines(&unfinished(&Tree::from([("a.rs", source)])));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.rs:1:") && found[1].starts_with("a.rs:4:"));
    }

    #[test]
    fn a_file_without_a_module_is_dead() {
        let tree = Tree::from([
            ("Cargo.toml", "[workspace]\nmembers = [\"crates/a\"]"),
            ("crates/a/src/lib.rs", "pub mod live;\nmod folder;"),
            ("crates/a/src/live.rs", ""),
            ("crates/a/src/folder/mod.rs", ""),
            ("crates/a/src/dead.rs", ""),
        ]);
        let found = lines(&dead_files(&tree));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/a/src/dead.rs"));
    }

    #[test]
    fn a_test_file_opens_with_its_purpose() {
        let tree = Tree::from([
            ("crates/a/tests/x.rs", "use b;"),
            ("crates/a/tests/y.rs", "//! Proves y.\n"),
            ("crates/a/tests/suite/z.rs", ""),
        ]);
        assert_eq!(lines(&test_headers(&tree)).len(), 2);
    }

    #[test]
    fn the_black_circle_is_refused_in_code_and_accepted_in_tests_and_comments() {
        let source = "// never ●\nlet a = \"●\";\nlet b = text.contains('●');\n#[cfg(test)]\nmod tests { const C: &str = \"●\"; }\n";
        let tree = Tree::from([
            ("crates/a/src/lib.rs", source),
            ("crates/a/tests/x.rs", "\"●\""),
            ("crates/a/templates/p.html", "●"),
        ]);
        let found = lines(&black_circle(&tree));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/lib.rs:2:") && found[1].starts_with("crates/a/templates/p.html:1:"));
    }

    #[test]
    fn a_machine_path_is_refused_and_a_folder_of_that_name_is_not() {
        let bad = format!("see {}x", MACHINE_PATHS[0]);
        let good = format!("see docs{}x", MACHINE_PATHS[0]);
        let tree = Tree::from([("a.md", bad.as_str()), ("b.md", good.as_str())]);
        assert_eq!(lines(&machine_paths(&tree)).len(), 1);
    }
}
