//! Half-width and full-width katakana.
//!
//! The interface writes 氏名カナ in half-width katakana with a half-width space; insurers' files hold either width, and
//! people write hiragana. A voiced kana is one character in full width and two in half width.

/// Full-width katakana from U+30A1 on, each with its half-width form.
const HALF: [&str; 86] = [
    "ｧ", "ｱ", "ｨ", "ｲ", "ｩ", "ｳ", "ｪ", "ｴ", "ｫ", "ｵ", "ｶ", "ｶﾞ", "ｷ", "ｷﾞ", "ｸ", "ｸﾞ", "ｹ", "ｹﾞ", "ｺ", "ｺﾞ", "ｻ", "ｻﾞ", "ｼ",
    "ｼﾞ", "ｽ", "ｽﾞ", "ｾ", "ｾﾞ", "ｿ", "ｿﾞ", "ﾀ", "ﾀﾞ", "ﾁ", "ﾁﾞ", "ｯ", "ﾂ", "ﾂﾞ", "ﾃ", "ﾃﾞ", "ﾄ", "ﾄﾞ", "ﾅ", "ﾆ", "ﾇ", "ﾈ", "ﾉ",
    "ﾊ", "ﾊﾞ", "ﾊﾟ", "ﾋ", "ﾋﾞ", "ﾋﾟ", "ﾌ", "ﾌﾞ", "ﾌﾟ", "ﾍ", "ﾍﾞ", "ﾍﾟ", "ﾎ", "ﾎﾞ", "ﾎﾟ", "ﾏ", "ﾐ", "ﾑ", "ﾒ", "ﾓ", "ｬ", "ﾔ", "ｭ",
    "ﾕ", "ｮ", "ﾖ", "ﾗ", "ﾘ", "ﾙ", "ﾚ", "ﾛ", "ﾜ", "ﾜ", "ｲ", "ｴ", "ｦ", "ﾝ", "ｳﾞ", "ｶ", "ｹ",
];

/// Katakana and what goes with it in half width; hiragana and full-width letters too. Anything else stays as it is.
///
/// ヮ, ヵ and ヶ have no small half-width form and become ﾜ, ｶ and ｹ; ヰ and ヱ become ｲ and ｴ, as 氏名カナ is written.
pub fn to_half_width(text: &str) -> String {
    let mut half = String::with_capacity(text.len());
    for c in text.chars() {
        // Hiragana U+3041-3096 lies exactly 0x60 below katakana.
        let katakana = match c {
            '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            _ => c,
        };
        match katakana {
            '\u{30A1}'..='\u{30F6}' => {
                let index = u32::from(katakana) - 0x30A1;
                half.push_str(HALF.get(index as usize).copied().unwrap_or_default());
            }
            'ヷ' => half.push_str("ﾜﾞ"),
            'ヸ' => half.push_str("ｲﾞ"),
            'ヹ' => half.push_str("ｴﾞ"),
            'ヺ' => half.push_str("ｦﾞ"),
            'ー' => half.push('ｰ'),
            '・' => half.push('･'),
            '゛' | '\u{3099}' => half.push('ﾞ'),
            '゜' | '\u{309A}' => half.push('ﾟ'),
            '。' => half.push('｡'),
            '、' => half.push('､'),
            '「' => half.push('｢'),
            '」' => half.push('｣'),
            '\u{3000}' => half.push(' '),
            // Full-width ASCII lies exactly 0xFEE0 above ASCII.
            '！'..='～' => half.push(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)),
            other => half.push(other),
        }
    }
    half
}

/// Half-width katakana in full width, a voiced kana as one character; anything else stays as it is.
pub fn to_full_width(text: &str) -> String {
    let mut full = String::with_capacity(text.len() * 2);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            'ｰ' => full.push('ー'),
            // ヮ shares this form and stands before it in the table, but is never what a name means.
            'ﾜ' if chars.peek() != Some(&'ﾞ') => full.push('ワ'),
            '\u{FF66}'..='\u{FF9D}' => {
                let pair = chars.peek().filter(|mark| matches!(**mark, 'ﾞ' | 'ﾟ')).map(|mark| format!("{c}{mark}"));
                let joined = pair.and_then(|pair| full_of(&pair));
                if joined.is_some() {
                    chars.next();
                }
                full.push(joined.or_else(|| full_of(c.encode_utf8(&mut [0; 4]))).unwrap_or(c));
            }
            '･' => full.push('・'),
            'ﾞ' => full.push('゛'),
            'ﾟ' => full.push('゜'),
            '｡' => full.push('。'),
            '､' => full.push('、'),
            '｢' => full.push('「'),
            '｣' => full.push('」'),
            ' ' => full.push('\u{3000}'),
            other => full.push(other),
        }
    }
    full
}

fn full_of(half: &str) -> Option<char> {
    // The first hit is the ordinary kana: the rare ones that share a half-width form come later in the table.
    let index = HALF.iter().position(|known| *known == half)?;
    char::from_u32(0x30A1 + u32::try_from(index).ok()?)
}
