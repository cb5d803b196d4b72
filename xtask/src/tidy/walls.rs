//! Outside crates that only certain rooms may touch.

use super::Finding;
use super::manifests::{dependencies, member_manifests, package_name};
use super::rust;
use crate::tree::Tree;

struct Wall {
    /// Name as the manifest writes it.
    krate: &'static str,
    /// Crates whose manifest may name it.
    rooms: &'static [&'static str],
    /// Folder inside those crates to which the source is confined as well; empty when the whole crate may use it.
    folder: &'static str,
    /// Whether tests of those crates may use it outside the folder: to look behind the store's back, for instance.
    tests_too: bool,
}

const WALLS: &[Wall] = &[
    Wall { krate: "sqlx", rooms: &["center", "terminal"], folder: "/store/", tests_too: true },
    Wall { krate: "rustls", rooms: &["trust", "kit"], folder: "", tests_too: false },
    Wall { krate: "tokio-rustls", rooms: &["kit"], folder: "", tests_too: false },
    Wall { krate: "rten", rooms: &["terminal"], folder: "/face/", tests_too: false },
    Wall { krate: "rten-tensor", rooms: &["terminal"], folder: "/face/", tests_too: false },
    Wall { krate: "hayro-jpeg2000", rooms: &["terminal"], folder: "/face/", tests_too: false },
    Wall { krate: "pcsc", rooms: &["card"], folder: "", tests_too: false },
];

pub fn walls(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wall in WALLS {
        in_manifests(tree, wall, &mut findings);
        in_source(tree, wall, &mut findings);
    }
    findings
}

fn in_manifests(tree: &Tree, wall: &Wall, findings: &mut Vec<Finding>) {
    for (path, manifest) in member_manifests(tree) {
        let name = package_name(&manifest);
        let named = dependencies(&manifest).iter().any(|(_, used)| used == wall.krate);
        if named && !wall.rooms.contains(&name.as_str()) {
            findings.push(Finding::new(path, format!("only {} may depend on `{}`", wall.rooms.join(", "), wall.krate)));
        }
    }
}

fn in_source(tree: &Tree, wall: &Wall, findings: &mut Vec<Finding>) {
    let word = wall.krate.replace('-', "_");
    for (path, source) in tree.with_extension("rs").filter(|(path, _)| path.starts_with("crates/")) {
        let room = path.split('/').nth(1).unwrap_or_default();
        let is_lifted = wall.tests_too && rust::is_test_file(path);
        if wall.rooms.contains(&room) && (is_lifted || is_in_folder(path, wall.folder)) {
            continue;
        }
        for line in rust::lines_with_word(&rust::code(source), &word) {
            let place = if wall.folder.is_empty() { String::new() } else { format!(", under `{}`", wall.folder) };
            let message = format!("`{word}` belongs to {}{place}", wall.rooms.join(" and "));
            findings.push(Finding::at(path, line, message));
        }
    }
}

/// `store/` as a folder, or the module file of that name beside it.
fn is_in_folder(path: &str, folder: &str) -> bool {
    let module_file = format!("{}.rs", folder.trim_end_matches('/'));
    folder.is_empty() || path.contains(folder) || path.ends_with(&module_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
        walls(&Tree::from(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn sql_outside_the_store_is_named_with_its_line() {
        let found = check([("crates/center/src/api/check.rs", "use axum;\nuse sqlx::Row;\n")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/center/src/api/check.rs:2:"));
    }

    #[test]
    fn sql_in_the_two_stores_is_accepted_and_in_a_third_refused() {
        assert!(
            check([
                ("crates/center/src/store/tx.rs", "use sqlx::Row;"),
                ("crates/terminal/src/store/mod.rs", "sqlx::query()")
            ])
            .is_empty()
        );
        assert_eq!(check([("crates/nation/src/store/tx.rs", "use sqlx::Row;")]).len(), 1);
    }

    #[test]
    fn tests_of_the_two_houses_may_look_behind_the_store() {
        assert!(check([("crates/terminal/src/tests/sealed.rs", "use sqlx::Row;")]).is_empty());
        assert_eq!(check([("crates/wire/tests/x.rs", "use sqlx::Row;")]).len(), 1);
    }

    #[test]
    fn words_in_comments_and_strings_do_not_count() {
        assert!(check([("crates/center/src/lib.rs", "// sqlx lives in store\nlet a = \"sqlx\";")]).is_empty());
    }

    #[test]
    fn tls_types_outside_trust_and_kit_are_refused_tests_included() {
        assert_eq!(check([("crates/center/tests/tls.rs", "use rustls::ClientConfig;")]).len(), 1);
        assert!(check([("crates/trust/src/tls.rs", "use rustls::ClientConfig;")]).is_empty());
    }

    #[test]
    fn a_manifest_outside_the_wall_is_named() {
        let root = "[workspace]\nmembers = [\"crates/wire\"]\n";
        let wire = "[package]\nname = \"wire\"\n[dependencies]\npcsc.workspace = true\n";
        let found = check([("Cargo.toml", root), ("crates/wire/Cargo.toml", wire)]);
        assert_eq!(found, ["crates/wire/Cargo.toml: only card may depend on `pcsc`"]);
    }
}
