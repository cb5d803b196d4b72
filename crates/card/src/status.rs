//! What the two status bytes of an answer mean.
//!
//! Some cards answer a locked PIN with `6984`, the standard says `6983`, and the query for tries says `63C0`: all three
//! are [`Meaning::Locked`], so that no caller can forget one.

use std::fmt;

/// The two status bytes, as one number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusWord(u16);

/// What a status word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Done.
    Ok,
    /// Done, and so many more bytes can be fetched with GET RESPONSE (0 means 256 or more).
    MoreData(u8),
    /// The end of the file came before as many bytes as were asked for.
    EndOfFile,
    /// The PIN was wrong, or its tries were asked for; so many tries are left, never 0.
    TriesLeft(u8),
    /// The PIN may be tried without limit.
    TriesUnlimited,
    /// The PIN is locked; only the municipality can unlock it.
    Locked,
    /// Something must be verified first.
    SecurityNotSatisfied,
    /// No such application or file.
    NotFound,
    /// No such record in the file.
    RecordNotFound,
    /// No such PIN or key.
    ReferenceNotFound,
    /// No file is selected, or not one of this kind.
    NoCurrentFile,
    /// The length of the data is wrong.
    WrongLength,
    /// Ask again for exactly so many bytes (0 means 256).
    AskFor(u8),
    /// The offset is behind the end of the file.
    OffsetOutside,
    /// Parameters that the card does not know.
    WrongParameters,
    /// The data is not what the card expects.
    WrongData,
    /// The card cannot do that now.
    ConditionsNotSatisfied,
    /// The card does not have this instruction.
    InstructionUnknown,
    /// The card does not know this class of instructions.
    ClassUnknown,
    /// A fault without a reason; some cards say it to the first command after power-on.
    Unspecified,
    /// Any other.
    Other,
}

/// Status words with one value each. Ranges (`61xx`, `63Cx`, `6Cxx`) are read in [`StatusWord::meaning`].
const TABLE: &[(u16, Meaning)] = &[
    (0x9000, Meaning::Ok),
    (0x6282, Meaning::EndOfFile),
    (0x6300, Meaning::TriesUnlimited),
    (0x6700, Meaning::WrongLength),
    (0x6982, Meaning::SecurityNotSatisfied),
    (0x6983, Meaning::Locked),
    (0x6984, Meaning::Locked),
    (0x6985, Meaning::ConditionsNotSatisfied),
    (0x6986, Meaning::NoCurrentFile),
    (0x6A80, Meaning::WrongData),
    (0x6A82, Meaning::NotFound),
    (0x6A83, Meaning::RecordNotFound),
    (0x6A86, Meaning::WrongParameters),
    (0x6A88, Meaning::ReferenceNotFound),
    (0x6B00, Meaning::OffsetOutside),
    (0x6D00, Meaning::InstructionUnknown),
    (0x6E00, Meaning::ClassUnknown),
    (0x6F00, Meaning::Unspecified),
];

impl StatusWord {
    /// `9000`.
    pub const OK: Self = Self(0x9000);

    /// From the number.
    pub const fn new(value: u16) -> Self {
        Self(value)
    }

    /// The number.
    pub const fn value(self) -> u16 {
        self.0
    }

    /// Whether it is `9000`.
    pub const fn is_ok(self) -> bool {
        self.0 == Self::OK.0
    }

    /// What it says.
    pub fn meaning(self) -> Meaning {
        let [high, low] = self.0.to_be_bytes();
        match (high, low) {
            (0x61, more) => Meaning::MoreData(more),
            (0x6C, right) => Meaning::AskFor(right),
            (0x63, 0xC0) => Meaning::Locked,
            (0x63, 0xC1..=0xCF) => Meaning::TriesLeft(low & 0x0F),
            _ => TABLE.iter().find(|(value, _)| *value == self.0).map_or(Meaning::Other, |(_, meaning)| *meaning),
        }
    }
}

impl Meaning {
    /// In words for the window.
    pub fn text_ja(self) -> &'static str {
        match self {
            Self::Ok | Self::MoreData(_) => "正常に終わりました",
            Self::EndOfFile | Self::OffsetOutside => "ファイルの終わりです",
            Self::TriesLeft(_) => "暗証番号が違います",
            Self::TriesUnlimited => "暗証番号の入力回数に制限はありません",
            Self::Locked => "暗証番号がロックされています。市区町村の窓口で再設定が必要です",
            Self::SecurityNotSatisfied => "暗証番号などの確認が済んでいません",
            Self::NotFound | Self::RecordNotFound | Self::ReferenceNotFound => "カードに該当する情報がありません",
            Self::NoCurrentFile
            | Self::WrongLength
            | Self::AskFor(_)
            | Self::WrongParameters
            | Self::WrongData
            | Self::InstructionUnknown
            | Self::ClassUnknown => "カードがこの操作を受け付けません",
            Self::ConditionsNotSatisfied => "カードが今はこの操作を受け付けません",
            Self::Unspecified | Self::Other => "カードが処理できませんでした",
        }
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_saying_locked_means_locked() {
        for value in [0x6983, 0x6984, 0x63C0] {
            assert_eq!(StatusWord::new(value).meaning(), Meaning::Locked, "{value:04X}");
        }
    }

    #[test]
    fn tries_are_counted_from_one() {
        for left in 1..=15_u8 {
            assert_eq!(StatusWord::new(0x63C0 | u16::from(left)).meaning(), Meaning::TriesLeft(left));
        }
        assert_eq!(StatusWord::new(0x6300).meaning(), Meaning::TriesUnlimited);
    }

    #[test]
    fn the_table_has_each_word_once_and_every_word_has_a_text() {
        let mut values: Vec<_> = TABLE.iter().map(|(value, _)| *value).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), TABLE.len());
        for value in 0..=u16::MAX {
            assert!(!StatusWord::new(value).meaning().text_ja().is_empty());
        }
    }

    #[test]
    fn ranges_carry_their_number() {
        assert_eq!(StatusWord::new(0x6110).meaning(), Meaning::MoreData(0x10));
        assert_eq!(StatusWord::new(0x6C07).meaning(), Meaning::AskFor(7));
        assert_eq!(StatusWord::new(0x1234).meaning(), Meaning::Other);
    }
}
