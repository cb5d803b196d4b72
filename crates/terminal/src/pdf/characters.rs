//! Which characters a page holds. A font that the reader puts in the place of the named one has JIS X 0208 and what Windows
//! added to it; whatever else stands in a name is written as the standard character, and the document says so with the code
//! point of the original. Nothing vanishes, and nothing becomes a black spot.

use std::fmt::Write as _;

use wire::text::{Target, decode_shift_jis, encode};

/// What was written otherwise.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pairs: Vec<String>,
}

impl Notes {
    /// The text as it is written, each character one unit of UCS-2.
    pub(super) fn printable(&mut self, text: &str) -> String {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let folded = encode(&plain, Target::Cp932);
        for fold in folded.folds.iter().filter(|fold| fold.kind.is_worth_telling()) {
            let points: Vec<String> = fold.original.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
            let pair = format!("{}→「{}」", points.join(" "), fold.written);
            if !self.pairs.contains(&pair) {
                self.pairs.push(pair);
            }
        }
        decode_shift_jis(&folded.bytes).unwrap_or_default()
    }

    /// What has to be said since the last time; none where everything was written as it is.
    pub(super) fn take_told(&mut self) -> Option<String> {
        if self.pairs.is_empty() {
            return None;
        }
        let pairs = std::mem::take(&mut self.pairs);
        let mut told = "印刷用の字体にない文字を置き換えました: ".to_owned();
        let _ = write!(told, "{}。元の字は資格確認端末の画面で確認できます。", pairs.join("、"));
        Some(told)
    }
}

/// Widths of Helvetica from the space on, in thousandths of the height, as every reader of PDF has them.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Whether a character is written in the Latin font.
pub(super) const fn is_latin(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// Width of a character in thousandths of the height of the font.
pub(super) fn width_of(c: char) -> usize {
    match c {
        ' '..='~' => HELVETICA.get(c as usize - 32).map_or(1000, |width| usize::from(*width)),
        '｡'..='ﾟ' | '\u{A5}' | '\u{203E}' => 500,
        _ => 1000,
    }
}

/// Width of a text, in the same measure.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Breaks a text into lines of at most so many thousandths. Latin words stay whole where they fit into a line, no line begins
/// with a closing mark, and none ends with an opening one.
pub(super) fn lines(text: &str, width_max: usize) -> Vec<String> {
    let room = width_max.max(2_000);
    let mut found = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in words(text) {
        let wide = width(word);
        if used + wide <= room || (used > 0 && hangs(word)) {
            line.push_str(word);
            used += wide;
            continue;
        }
        if used > 0 {
            let opening = take_opening(&mut line);
            found.push(std::mem::replace(&mut line, opening));
            used = width(&line);
        }
        for c in word.trim_start_matches(' ').chars() {
            if used + width_of(c) > room {
                found.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += width_of(c);
        }
    }
    if !line.is_empty() || found.is_empty() {
        found.push(line);
    }
    found
}

/// Takes an opening mark off the end of a line, for the next one to begin with, unless the line is nothing else.
fn take_opening(line: &mut String) -> String {
    let opens = line.chars().count() > 1 && line.ends_with(['「', '（', '『', '【', '(', '［']);
    if opens { line.pop().map(String::from).unwrap_or_default() } else { String::new() }
}

/// Marks that stay on the line before, even beyond its end.
fn hangs(word: &str) -> bool {
    matches!(word, "、" | "。" | "，" | "．" | "）" | "」" | "』" | "】" | "ー" | "～")
}

/// Latin words with the space before them, and every other character by itself.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if is_latin(first) {
            let mut chars = rest.char_indices().skip(1);
            chars.find(|(_, c)| *c == ' ' || !is_latin(*c)).map_or(rest.len(), |(at, _)| at)
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    //! Proves that no character is lost, whatever a name holds, and that lines keep to their width.
    use super::*;

    #[test]
    fn a_rare_character_is_written_as_the_standard_one_and_told() {
        let mut notes = Notes::default();
        assert_eq!(notes.printable("髙﨑　花子"), "髙﨑　花子");
        assert!(notes.take_told().is_none());
        assert_eq!(notes.printable("𠮷田\u{0}渡邉\u{E0100}"), "吉田 渡邉");
        let told = notes.take_told().unwrap();
        assert!(told.contains("U+20BB7→「吉」") && told.contains("U+9089 U+E0100"), "{told}");
        assert_eq!(notes.printable("𪚥"), "〓");
        assert!(notes.take_told().unwrap().contains("U+2A6A5→「〓」"));
    }

    #[test]
    fn lines_keep_to_their_width_and_begin_with_no_closing_mark() {
        let text =
            "アムロジピン錠５ｍｇ「ＶＴＲＳ」 1日1錠 × 28日分、1日1回朝食後。Very-long-word-without-end-0123456789";
        for room in [5_000, 8_500, 12_000, 30_000] {
            let broken = lines(text, room);
            assert!(broken.iter().all(|line| width(line) <= room + 2_000), "{broken:?}");
            assert!(broken.iter().all(|line| !line.starts_with(['、', '。', '」'])), "{broken:?}");
            assert!(broken.iter().all(|line| !line.ends_with('「')), "{broken:?}");
            let joined: String = broken.concat().replace(' ', "");
            assert_eq!(joined, text.replace(' ', ""), "nothing is lost");
        }
        assert_eq!(lines("", 5_000), [""]);
    }
}
