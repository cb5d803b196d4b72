//! Rules about pages: links, names, the crate list, error pages, decisions.

use std::collections::BTreeSet;

use super::Finding;
use super::manifests::{member_manifests, package_name};
use super::rust;
use crate::tree::Tree;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const GLOSSARY: &str = "docs/GLOSSARY.md";
const RECORD: &str = "crates/wire/src/api/record.rs";
const ERROR_PAGES: &str = "docs/errors/";

/// Where problem codes are declared, one row each: `Variant = "code", 422,`.
const PROBLEM_CODES: &str = "crates/wire/src/api/problem.rs";

/// Each reader of an error page finds a line of their own, in both languages.
const PARTS_OF_AN_ERROR_PAGE: &[&str] =
    &["- 意味:", "- 窓口:", "- 販売元:", "- 実施機関:", "- Meaning:", "- Desk:", "- Vendor:", "- Operator:"];

pub fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, page) in tree.with_extension("md") {
        for (line, target) in targets(page) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) =
                target.split_once('#').map_or((target.as_str(), None), |(file, heading)| (file, Some(heading)));
            let resolved = if file.is_empty() { path.to_owned() } else { resolve(path, file) };
            if !tree.exists(&resolved) {
                findings.push(Finding::at(path, line, format!("link to `{target}` leads nowhere")));
            } else if let (Some(heading), Some(text)) = (heading, tree.text(&resolved))
                && is_page(&resolved)
                && !headings(text).contains(heading)
            {
                findings.push(Finding::at(path, line, format!("`{resolved}` has no heading `#{heading}`")));
            }
        }
    }
    findings
}

/// Paths in code spans, such as `crates/domain/src/lib.rs`: the walkthroughs live by them.
pub fn named_paths(tree: &Tree) -> Vec<Finding> {
    let looks_like_path = |span: &str| {
        let rooted =
            ["crates/", "docs/", "xtask/", "fuzz/", ".ci/", ".cargo/"].iter().any(|start| span.starts_with(start));
        rooted && span.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'))
    };
    let mut findings = Vec::new();
    for (path, page) in tree.with_extension("md") {
        for (line, text) in prose(page) {
            for span in text.split('`').skip(1).step_by(2).filter(|span| looks_like_path(span)) {
                if !tree.exists(span) {
                    findings.push(Finding::at(path, line, format!("`{span}` does not exist")));
                }
            }
        }
    }
    findings
}

/// Crates are the rows of a table whose first cell is a bold or linked code span: "| `domain` | …".
pub fn crate_list(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.text(ARCHITECTURE) else {
        return vec![Finding::new(ARCHITECTURE, "the page is missing")];
    };
    let listed: BTreeSet<String> = section(page, "## Crates").filter_map(first_cell_code).collect();
    let members: BTreeSet<String> = member_manifests(tree).iter().map(|(_, manifest)| package_name(manifest)).collect();
    let missing =
        members.difference(&listed).map(|name| format!("crate `{name}` is not in the table under `## Crates`"));
    let extra = listed.difference(&members).map(|name| format!("`{name}` is in the table and not in the workspace"));
    missing.chain(extra).map(|message| Finding::new(ARCHITECTURE, message)).collect()
}

pub fn error_pages(tree: &Tree) -> Vec<Finding> {
    let Some(source) = tree.text(PROBLEM_CODES) else {
        return vec![Finding::new(PROBLEM_CODES, "problem codes are expected here")];
    };
    let codes = problem_codes(source);
    let pages: BTreeSet<String> = tree
        .with_extension("md")
        .filter_map(|(path, _)| path.strip_prefix(ERROR_PAGES)?.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name != "README")
        .collect();
    let mut findings = Vec::new();
    if codes.is_empty() {
        findings.push(Finding::new(PROBLEM_CODES, "no row `Variant = \"code\", 422,` found: has the list moved?"));
    }
    for code in codes.difference(&pages) {
        findings.push(Finding::new(
            format!("{ERROR_PAGES}{code}.md"),
            "the code has no page: what it means, and what each reader does",
        ));
    }
    for page in pages.difference(&codes) {
        findings.push(Finding::new(format!("{ERROR_PAGES}{page}.md"), "no problem has this code"));
    }
    for page in &pages {
        let path = format!("{ERROR_PAGES}{page}.md");
        let text = tree.text(&path).unwrap_or_default();
        for part in PARTS_OF_AN_ERROR_PAGE {
            if !text.contains(part) {
                findings.push(Finding::new(path.clone(), format!("the page lacks `{part}`")));
            }
        }
    }
    findings
}

/// Second part of rows of the form `Variant = "kebab-case", 422,` in shipped code.
pub fn problem_codes(source: &str) -> BTreeSet<String> {
    let shown = rust::without_tests(&rust::without_comments(source), &rust::code(source));
    let code_of = |line: &str| {
        let (code, rest) = line.split_once(" = \"")?.1.split_once("\", ")?;
        let has_status =
            rest.split(',').next().is_some_and(|status| status.len() == 3 && status.parse::<u16>().is_ok());
        (has_status && code.chars().all(|c| c.is_ascii_lowercase() || c == '-')).then(|| code.to_owned())
    };
    shown.lines().filter_map(code_of).collect()
}

/// Every element of a record that a vendor may meet has its row in the glossary.
pub fn glossary(tree: &Tree) -> Vec<Finding> {
    let (page, source) = (tree.text(GLOSSARY).unwrap_or_default(), tree.text(RECORD).unwrap_or_default());
    let member = |line: &str| {
        let (name, _) = line.trim().strip_prefix("pub ")?.split_once(": ")?;
        name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_').then(|| pascal_case(name))
    };
    let missing = |element: &String| !page.contains(&format!("`{element}`"));
    let elements: BTreeSet<String> = source.lines().filter_map(member).filter(missing).collect();
    let message = |element: String| Finding::new(GLOSSARY, format!("the element `{element}` has no row"));
    elements.into_iter().map(message).collect()
}

fn pascal_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
    };
    name.split('_').map(capital).collect()
}

pub fn decisions(tree: &Tree) -> Vec<Finding> {
    let folder = "docs/decisions/";
    let pages: Vec<_> = tree
        .with_extension("md")
        .filter(|(path, _)| path.starts_with(folder) && !path.ends_with("README.md"))
        .collect();
    let mut findings = Vec::new();
    for (index, (path, text)) in pages.iter().enumerate() {
        let number = format!("{folder}{:04}-", index + 1);
        if !path.starts_with(&number) {
            findings.push(Finding::new(*path, format!("expected a name that begins with `{number}`")));
        }
        for heading in ["## Options", "## Choice", "## How to reverse it"] {
            if !text.contains(heading) {
                findings.push(Finding::new(*path, format!("a decision has the heading `{heading}`")));
            }
        }
    }
    findings
}

/// Lines under a heading, up to the next heading of the same level.
fn section<'a>(page: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    page.lines().skip_while(move |line| line.trim() != heading).skip(1).take_while(|line| !line.starts_with("## "))
}

fn first_cell_code(line: &str) -> Option<String> {
    let cell = line.strip_prefix('|')?.split('|').next()?;
    cell.split('`').nth(1).map(str::to_owned)
}

/// Lines outside fenced code, numbered from 1.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

/// Targets of `[text](target)` and `![alt](target)`, code spans excepted.
fn targets(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in prose(page) {
        let outside_code: String = text.split('`').step_by(2).collect::<Vec<_>>().join("x");
        for rest in outside_code.split("](").skip(1) {
            if let Some(target) = rest.split([')', ' ']).next() {
                found.push((line, target.trim_matches(['<', '>']).to_owned()));
            }
        }
    }
    found
}

fn is_page(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "md")
}

fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Anchors as GitHub makes them: lower case, punctuation dropped, spaces to hyphens.
fn headings(page: &str) -> BTreeSet<String> {
    let anchor = |title: &str| -> String {
        let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    prose(page)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| anchor(line.trim_start_matches('#')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_lead_to_files_and_headings() {
        let page = "[a](b.md) [c](b.md#two-words) [d](../README.md) [e](https://x) [f](#here)\n# Here\n`[g](gone.md)`\n```\n[h](gone.md)\n```\n";
        let good = Tree::from([("docs/a.md", page), ("docs/b.md", "# Two words!"), ("README.md", "")]);
        assert_eq!(lines(&links(&good)), Vec::<String>::new());
        let bad = Tree::from([("docs/a.md", "\n[a](gone.md) [b](#gone)\n")]);
        let found = lines(&links(&bad));
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("docs/a.md:2:"));
    }

    #[test]
    fn a_path_named_in_a_page_exists() {
        let tree = Tree::from([
            ("docs/a.md", "`crates/x/src/lib.rs` `crates/gone.rs` `crates/*/store`"),
            ("crates/x/src/lib.rs", ""),
        ]);
        assert_eq!(lines(&named_paths(&tree)), ["docs/a.md:1: `crates/gone.rs` does not exist"]);
    }

    #[test]
    fn the_crate_list_equals_the_workspace() {
        let root = "[workspace]\nmembers = [\"crates/a\", \"crates/b\"]";
        let page = "# A\n## Crates\n| crate | for |\n|---|---|\n| `a` | x |\n| `z` | y |\n## Next\n| `q` | |\n";
        let manifest = |name: &str| format!("[package]\nname = \"{name}\"");
        let (a, b) = (manifest("a"), manifest("b"));
        let tree = Tree::from([
            ("Cargo.toml", root),
            (ARCHITECTURE, page),
            ("crates/a/Cargo.toml", &a),
            ("crates/b/Cargo.toml", &b),
        ]);
        let found = lines(&crate_list(&tree));
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("`b` is not in the table") && found[1].contains("`z` is in the table"));
    }

    #[test]
    fn each_problem_code_has_a_page_with_a_part_for_each_reader() {
        let source = "codes! {\n  RateLimited = \"rate-limited\", 429,\n  Overloaded = \"overloaded\", 503,\n}\nconst NAME: &str = \"x\";\n";
        let page = PARTS_OF_AN_ERROR_PAGE.join("\n");
        let tree = Tree::from([
            (PROBLEM_CODES, source),
            ("docs/errors/rate-limited.md", page.as_str()),
            ("docs/errors/gone.md", ""),
        ]);
        let found = lines(&error_pages(&tree));
        assert!(found[0].starts_with("docs/errors/overloaded.md: the code has no page"), "{found:?}");
        assert!(found[1].starts_with("docs/errors/gone.md: no problem"));
        assert_eq!(found.len(), 2 + PARTS_OF_AN_ERROR_PAGE.len(), "{found:?}");
    }

    #[test]
    fn each_element_of_the_record_is_in_the_glossary() {
        let record = "pub struct X {\n    pub insurer_number: Option<String>,\n    pub remarks1: Option<String>,\n}\npub fn new() {}";
        let tree = Tree::from([(RECORD, record), (GLOSSARY, "| 保険者番号 | | `InsurerNumber` |")]);
        assert_eq!(lines(&glossary(&tree)), ["docs/GLOSSARY.md: the element `Remarks1` has no row"]);
    }

    #[test]
    fn decisions_have_numbers_without_gaps_and_a_way_back() {
        let page = "## Options\n## Choice\n## How to reverse it\n";
        let tree =
            Tree::from([("docs/decisions/0001-a.md", page), ("docs/decisions/0003-b.md", "## Options\n## Choice\n")]);
        assert_eq!(lines(&decisions(&tree)).len(), 2);
    }
}
