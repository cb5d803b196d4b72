//! The crate arrows, read from the manifests, and what every manifest inherits from the root.

use toml::{Table, Value};

use super::Finding;
use crate::tree::Tree;

/// Who may use whom. Whatever is not written here is refused; `center` and `terminal` never meet.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("wire", &["domain"]),
    ("trust", &["domain"]),
    ("card", &["domain"]),
    ("kit", &["domain", "wire"]),
    ("center", &["kit", "trust", "wire", "domain"]),
    ("terminal", &["kit", "card", "trust", "wire", "domain"]),
    ("nation", &["card", "trust", "wire", "domain"]),
    ("tashika", &["center", "terminal", "nation", "kit", "card", "trust", "wire", "domain"]),
    ("testkit", &["domain", "trust", "kit"]),
    ("xtask", &[]),
];

/// The one crate that only tests may use.
const TESTS_ONLY: &str = "testkit";

/// Crates of the workspace that another crate names, by kind of dependency.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, manifest) in member_manifests(tree) {
        let name = package_name(&manifest);
        let Some((_, allowed)) = MAY_USE.iter().find(|(crate_name, _)| *crate_name == name) else {
            findings.push(Finding::new(path, format!("`{name}` has no row of arrows in xtask/src/tidy/manifests.rs")));
            continue;
        };
        for (kind, used) in dependencies(&manifest) {
            let ours = MAY_USE.iter().any(|(crate_name, _)| *crate_name == used);
            let in_tests = kind == "dev-dependencies";
            if ours && !allowed.contains(&used.as_str()) && !(in_tests && used == TESTS_ONLY) {
                findings.push(Finding::new(path.clone(), format!("`{name}` may not use `{used}` ({kind})")));
            }
        }
    }
    findings
}

/// Lints, package facts and versions come from the root.
pub fn inherited(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, manifest) in member_manifests(tree) {
        if !is_inherited(manifest.get("lints")) {
            findings.push(Finding::new(path.clone(), "write `[lints]` with `workspace = true`"));
        }
        let package = manifest.get("package");
        for fact in ["version", "edition", "rust-version", "license", "publish"] {
            if !is_inherited(package.and_then(|package| package.get(fact))) {
                findings.push(Finding::new(path.clone(), format!("write `{fact}.workspace = true` in `[package]`")));
            }
        }
        if package.and_then(|package| package.get("description")).is_none() {
            findings.push(Finding::new(path.clone(), "a crate says in `description` what it is for"));
        }
        for (kind, name, value) in dependency_values(&manifest) {
            if !is_inherited(Some(value)) {
                let message =
                    format!("`{name}` in `[{kind}]`: name it in the root and write `{name}.workspace = true`");
                findings.push(Finding::new(path.clone(), message));
            }
        }
    }
    findings
}

fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// Manifest path and content of every member of the workspace.
pub fn member_manifests(tree: &Tree) -> Vec<(String, Table)> {
    let read = |member: String| {
        let path = format!("{member}/Cargo.toml");
        let table = tree.text(&path)?.parse().ok()?;
        Some((path, table))
    };
    tree.members().into_iter().filter_map(read).collect()
}

pub fn package_name(manifest: &Table) -> String {
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    name.unwrap_or("?").to_owned()
}

/// (kind, crate) for every dependency, those behind `target.'cfg(…)'` included.
pub fn dependencies(manifest: &Table) -> Vec<(&'static str, String)> {
    dependency_values(manifest).into_iter().map(|(kind, name, _)| (kind, name)).collect()
}

fn dependency_values(manifest: &Table) -> Vec<(&'static str, String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table)));
    let mut found = Vec::new();
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in table.get(kind).and_then(Value::as_table).into_iter().flatten() {
                let real_name = value.get("package").and_then(Value::as_str).unwrap_or(name);
                found.push((kind, real_name.to_owned(), value));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[workspace]\nmembers = [\"crates/center\"]\n";

    fn center(dependencies: &str) -> String {
        let facts = "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
                     license.workspace = true\npublish.workspace = true\n";
        format!("[package]\nname = \"center\"\ndescription = \"d\"\n{facts}[lints]\nworkspace = true\n{dependencies}")
    }

    fn check(rule: fn(&Tree) -> Vec<Finding>, manifest: &str) -> Vec<String> {
        let tree = Tree::from([("Cargo.toml", ROOT), ("crates/center/Cargo.toml", manifest)]);
        rule(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_written_arrow_is_accepted() {
        let manifest = center(
            "[dependencies]\nkit.workspace = true\nserde.workspace = true\n[dev-dependencies]\ntestkit.workspace = true\n",
        );
        assert!(check(arrows, &manifest).is_empty() && check(inherited, &manifest).is_empty());
    }

    #[test]
    fn center_and_terminal_never_meet_not_even_in_tests() {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let found = check(arrows, &center(&format!("[{kind}]\nterminal.workspace = true\n")));
            assert_eq!(found.len(), 1, "{kind}: {found:?}");
            assert!(found[0].contains("may not use `terminal`"));
        }
    }

    #[test]
    fn a_renamed_dependency_is_seen_by_its_real_name() {
        let found = check(arrows, &center("[dependencies]\nwindow = { package = \"terminal\", workspace = true }\n"));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn the_test_crate_is_refused_outside_tests() {
        assert_eq!(check(arrows, &center("[dependencies]\ntestkit.workspace = true\n")).len(), 1);
    }

    #[test]
    fn a_crate_without_arrows_is_named() {
        let manifest = center("").replace("\"center\"", "\"annex\"");
        assert!(check(arrows, &manifest)[0].contains("no row of arrows"));
    }

    #[test]
    fn own_versions_and_missing_lints_are_named() {
        let manifest = center("[dependencies]\nserde = \"1\"\n").replace("[lints]\nworkspace = true\n", "");
        let found = check(inherited, &manifest);
        assert!(found.iter().any(|line| line.contains("`serde` in `[dependencies]`")), "{found:?}");
        assert!(found.iter().any(|line| line.contains("`[lints]`")));
    }

    #[test]
    fn a_package_fact_of_its_own_is_named() {
        let manifest = center("").replace("edition.workspace = true", "edition = \"2021\"");
        assert_eq!(check(inherited, &manifest).len(), 1);
    }
}
