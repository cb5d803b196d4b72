//! What a scanner types. It is a keyboard to this machine, so the settings for keyboards change what it types: capitals
//! lock, the layout, Japanese input. What can be put right is put right (the signature tells whether it was), and staff are
//! told what to set.

use kit::text::Text;
use trust::personal_certificate::PREFIX;

/// A setting that spoiled what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Caps Lock is on.
    CapsLock,
    /// The scanner speaks another layout than the machine: English here, Japanese there, or the other way round.
    Layout,
    /// Japanese input is on and makes wide characters.
    JapaneseInput,
}

impl Setting {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::CapsLock => "scanner-caps-lock",
            Self::Layout => "scanner-layout",
            Self::JapaneseInput => "scanner-japanese-input",
        }
    }

    pub(crate) const fn text(self) -> Text {
        match self {
            Self::CapsLock => Text::new(
                "Caps Lock がオンのようです。オフにしてください。今回は読み取れた文字を直して使いました。",
                "Caps Lock seems to be on. Turn it off. This time the characters were put right.",
            ),
            Self::Layout => Text::new(
                "読み取り機のキーボード配列（日本語・英語）がこのパソコンと違います。読み取り機の設定を合わせてください。今回は読み取れた文字を直して使いました。",
                "The scanner's keyboard layout (Japanese or English) differs from this PC's. Set the scanner right. This time the characters were put right.",
            ),
            Self::JapaneseInput => Text::new(
                "日本語入力がオンのようです。半角/全角キーでオフにしてください。今回は読み取れた文字を直して使いました。",
                "Japanese input seems to be on. Turn it off. This time the characters were put right.",
            ),
        }
    }
}

/// What was meant.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) text: String,
    /// What has to be set right before the next one.
    pub(crate) settings: Vec<Setting>,
}

/// The code that a scanner meant to type.
pub(crate) fn put_right(typed: &str) -> Typed {
    let mut settings = Vec::new();
    // No code ends in a space: the last of its characters never stands for so much.
    let mut text: String = typed.trim().chars().map(narrow).collect();
    if text != typed.trim() {
        settings.push(Setting::JapaneseInput);
    }
    // Everything but the colon.
    let (letters, _) = PREFIX.split_at(PREFIX.len() - 1);
    if text.get(..letters.len()).is_some_and(|start| start == letters.to_lowercase()) {
        text = text.chars().map(swap_case).collect();
        settings.push(Setting::CapsLock);
    }
    let after = text.strip_prefix(letters).and_then(|rest| rest.chars().next());
    let meant: Option<fn(char) -> char> = match after {
        Some('+') => Some(english_typed_on_japanese),
        Some('\'') => Some(japanese_typed_on_english),
        Some(_) | None => None,
    };
    if let Some(meant) = meant {
        text = text.chars().map(meant).collect();
        settings.push(Setting::Layout);
    }
    Typed { text, settings }
}

/// Wide forms of ASCII, and the wide space.
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        // What Japanese input makes of the hyphen, the quotes and the tilde.
        '\u{30fc}' | '\u{2212}' | '\u{2010}' => '-',
        '\u{2019}' => '\'',
        '\u{201d}' => '"',
        '\u{301c}' => '~',
        other => other,
    }
}

const fn swap_case(character: char) -> char {
    if character.is_ascii_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() }
}

/// The keys of `:` `+` `*` on an English keyboard, as a Japanese one (JIS X 6002) reads them.
const fn english_typed_on_japanese(character: char) -> char {
    match character {
        '+' => ':',
        '~' => '+',
        '(' => '*',
        other => other,
    }
}

/// And the other way round.
const fn japanese_typed_on_english(character: char) -> char {
    match character {
        '\'' => ':',
        ':' => '+',
        '"' => '*',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "TSK1:A+B*C:D-E.F/G $%9";

    #[test]
    fn fault_what_the_settings_of_a_keyboard_spoil_is_put_right_and_named() {
        use Setting::{CapsLock, JapaneseInput, Layout};
        let wide: String = CODE
            .chars()
            .map(|c| if c == ' ' { '\u{3000}' } else { char::from_u32(u32::from(c) + 0xfee0).unwrap() })
            .collect();
        for (typed, settings) in [
            (CODE.to_owned(), vec![]),
            (format!("\t{CODE}\r\n"), vec![]),
            (CODE.to_lowercase(), vec![CapsLock]),
            ("TSK1+A~B(C+D-E.F/G $%9".to_owned(), vec![Layout]),
            ("TSK1'A:B\"C'D-E.F/G $%9".to_owned(), vec![Layout]),
            ("tsk1+a~b(c+d-e.f/g $%9".to_owned(), vec![CapsLock, Layout]),
            (wide, vec![JapaneseInput]),
        ] {
            assert_eq!(put_right(&typed), Typed { text: CODE.to_owned(), settings }, "{typed}");
        }
    }

    #[test]
    fn other_codes_stay_as_they_are() {
        for other in ["", "T", "https://example.jp/a+b", "4901234567894", "TSK", "TSK2+A", "あいう"] {
            assert_eq!(put_right(other).text, other);
        }
    }

    impl std::fmt::Debug for Typed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{:?} {:?}", self.text, self.settings)
        }
    }
}
