//! Just enough Rust lexing to tell code from comments, literals and tests.
//!
//! A full parser would be slower to compile than the rest of xtask together; what the rules need is only to know
//! whether a word stands in code that ships. Masked text keeps its length in lines, so line numbers stay true.

/// Whether the whole file is test code by its place or name.
pub fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/")
        || path.starts_with("crates/testkit/")
        || path.starts_with("fuzz/")
        || path.starts_with("xtask/")
        || matches!(name, "tests.rs" | "test_util.rs")
        || name.ends_with("_tests.rs")
}

/// Source with comments and the insides of string and character literals blanked.
pub fn code(source: &str) -> String {
    mask(source, true)
}

/// Source with comments blanked and literals kept.
pub fn without_comments(source: &str) -> String {
    mask(source, false)
}

/// Masked source with items under `#[cfg(test)]` blanked as well. `shown` is the text to blank, `code` its fully
/// masked twin, in which braces can be counted.
pub fn without_tests(shown: &str, code: &str) -> String {
    let mut out = shown.as_bytes().to_vec();
    let mut from = 0;
    while let Some(found) = code.get(from..).and_then(|rest| rest.find("#[cfg(test)]")) {
        let start = from + found;
        let end = item_end(code.as_bytes(), start + "#[cfg(test)]".len());
        blank(&mut out[start..end]);
        from = end;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Lines (from 1) on which `word` stands as a whole identifier.
pub fn lines_with_word(text: &str, word: &str) -> Vec<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let holds = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            !line[..at].chars().next_back().is_some_and(is_part)
                && !line[at + word.len()..].chars().next().is_some_and(is_part)
        })
    };
    text.lines().enumerate().filter(|(_, line)| holds(line)).map(|(index, _)| index + 1).collect()
}

/// End of the item that starts after an attribute: the `;` or the closing brace at depth zero.
fn item_end(code: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code[from..].iter().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from + offset + 1;
                }
            }
            b';' if depth == 0 => return from + offset + 1,
            _ => {}
        }
    }
    code.len()
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn mask(source: &str, literals_too: bool) -> String {
    let bytes = source.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (len, is_comment) = if rest.starts_with(b"//") {
            (rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()), true)
        } else if rest.starts_with(b"/*") {
            (block_comment_len(rest), true)
        } else if rest[0] == b'"' {
            (string_len(rest), false)
        } else if rest[0] == b'\'' {
            (char_len(rest), false)
        } else if starts_word(bytes, at) {
            (raw_string_len(rest), false)
        } else {
            (1, false)
        };
        let len = len.clamp(1, rest.len());
        if is_comment {
            blank(&mut out[at..at + len]);
        } else if literals_too && len > 2 {
            blank(&mut out[at + 1..at + len - 1]);
        }
        at += len;
    }
    String::from_utf8(out).unwrap_or_default()
}

fn starts_word(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'r' && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'_')
        || bytes[at] == b'r' && at > 0 && matches!(bytes[at - 1], b'b' | b'c')
}

fn block_comment_len(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn string_len(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A character literal, or 1 when the quote begins a lifetime.
fn char_len(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return rest.iter().skip(3).position(|byte| *byte == b'\'').map_or(1, |end| end + 4);
    }
    let text = String::from_utf8_lossy(&rest[..rest.len().min(8)]);
    let mut chars = text.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some(inside), Some('\'')) => inside.len_utf8() + 2,
        _ => 1,
    }
}

/// `r"…"` or `r#"…"#`, or 1 when the `r` is only a letter.
fn raw_string_len(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return 1;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let inside = &rest[2 + hashes..];
    inside
        .windows(close.len())
        .position(|window| window == close)
        .map_or(rest.len(), |end| 2 + hashes + end + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_kept() {
        let source = "let a = \"todo!()\"; // todo!()\n/* todo!() /* x */ */ let b = 'x';\nlet c: &'static str = r#\"to\"do!\"#;";
        let masked = code(source);
        assert!(!masked.contains("todo") && !masked.contains("do!"), "{masked}");
        assert!(masked.contains("let b =") && masked.contains("&'static str"));
        assert_eq!(masked.lines().count(), 3);
        assert!(without_comments(source).contains("\"todo!()\"") && !without_comments(source).contains("// todo"));
    }

    #[test]
    fn escaped_quotes_do_not_end_a_literal() {
        let masked = code(r#"let a = "x\"y"; let q = '\''; let z = '\u{25cf}'; sqlx"#);
        assert!(!masked.contains('y') && !masked.contains("25cf") && masked.ends_with("sqlx"), "{masked}");
    }

    #[test]
    fn test_items_are_blanked_and_what_follows_is_kept() {
        let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { if x { y } }\n}\nfn c() {}\n#[cfg(test)]\nuse d;\nfn e() {}\n";
        let masked = code(source);
        let shown = without_tests(&masked, &masked);
        assert!(shown.contains("fn a") && shown.contains("fn c") && shown.contains("fn e"));
        assert!(!shown.contains("fn b") && !shown.contains("use d"));
    }

    #[test]
    fn a_word_is_found_only_whole() {
        assert_eq!(lines_with_word("tokio_rustls::x\nuse rustls::y;\nrustls_pki", "rustls"), [2]);
    }
}
