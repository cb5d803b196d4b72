//! Why a message cannot be read, where, and what to do.

/// What is wrong. The text form is stable and goes into files, `TSK-E-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OqsErrorCode {
    /// Nothing in the file.
    Empty,
    /// The file ends in the middle: perhaps it is still being written.
    Truncated,
    /// The file could not be read from the disk.
    Io,
    /// Longer than the limit.
    TooLarge,
    /// A single tag, comment or text is longer than the limit.
    TokenTooLong,
    /// The declared encoding is neither UTF-8 nor Shift_JIS.
    EncodingUnknown,
    /// The declared encoding is not the one that this folder is configured for.
    EncodingMismatch,
    /// Bytes that are no characters of the encoding.
    Undecodable,
    /// A control character that XML does not allow.
    ControlCharacter,
    /// Not well-formed XML.
    Malformed,
    /// A document type declaration: never needed, often an attack.
    Doctype,
    /// An entity other than the five of XML and numeric ones.
    Entity,
    /// A processing instruction.
    ProcessingInstruction,
    /// Nested deeper than the limit.
    TooDeep,
    /// An element name longer than the limit.
    NameTooLong,
    /// The root is not `XmlMsg`.
    WrongRoot,
    /// An element that must be there is not.
    MissingElement,
    /// An element twice where one may stand.
    DuplicateElement,
    /// A text longer than the limit.
    TextTooLong,
    /// An element inside an element that holds only text.
    UnexpectedChild,
    /// More elements in one record than the limit.
    TooManyElements,
    /// More entries in one list than the limit.
    TooManyEntries,
    /// More people in one file than the limit.
    TooManyUnits,
}

impl OqsErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::Truncated,
        Self::Io,
        Self::TooLarge,
        Self::TokenTooLong,
        Self::EncodingUnknown,
        Self::EncodingMismatch,
        Self::Undecodable,
        Self::ControlCharacter,
        Self::Malformed,
        Self::Doctype,
        Self::Entity,
        Self::ProcessingInstruction,
        Self::TooDeep,
        Self::NameTooLong,
        Self::WrongRoot,
        Self::MissingElement,
        Self::DuplicateElement,
        Self::TextTooLong,
        Self::UnexpectedChild,
        Self::TooManyElements,
        Self::TooManyEntries,
        Self::TooManyUnits,
    ];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// Whether only the record in which it stands is lost; everything else ends the reading of the file.
    pub const fn spares_the_file(self) -> bool {
        matches!(
            self,
            Self::DuplicateElement
                | Self::TextTooLong
                | Self::UnexpectedChild
                | Self::TooManyElements
                | Self::TooManyEntries
                | Self::MissingElement
        )
    }

    /// Whether the file may only be unfinished, so that waiting a moment and reading again can help.
    pub const fn may_be_unfinished(self) -> bool {
        matches!(self, Self::Empty | Self::Truncated | Self::Io)
    }

    /// Code, Japanese, English.
    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Empty => ("TSK-E-EMPTY", "ファイルが空です", "the file is empty"),
            Self::Truncated => ("TSK-E-TRUNCATED", "ファイルが途中で終わっています", "the file ends in the middle"),
            Self::Io => ("TSK-E-IO", "ファイルを読み込めません", "the file cannot be read"),
            Self::TooLarge => ("TSK-E-TOO-LARGE", "ファイルが大きすぎます", "the file is larger than the limit"),
            Self::TokenTooLong => {
                ("TSK-E-TOKEN-TOO-LONG", "一つのタグまたは値が長すぎます", "a tag or text is longer than the limit")
            }
            Self::EncodingUnknown => (
                "TSK-E-ENCODING-UNKNOWN",
                "文字コードは UTF-8 か Shift_JIS にしてください",
                "the encoding is neither UTF-8 nor Shift_JIS",
            ),
            Self::EncodingMismatch => (
                "TSK-E-ENCODING-MISMATCH",
                "XML宣言の文字コードが、設定またはファイルの先頭の印と一致しません",
                "the declared encoding is not the configured one, or contradicts the byte-order mark",
            ),
            Self::Undecodable => (
                "TSK-E-UNDECODABLE",
                "宣言された文字コードで読めない文字があります",
                "bytes that are no characters of the encoding",
            ),
            Self::ControlCharacter => {
                ("TSK-E-CONTROL-CHARACTER", "使えない制御文字があります", "a control character that XML does not allow")
            }
            Self::Malformed => ("TSK-E-MALFORMED", "XMLの書き方が正しくありません", "not well-formed XML"),
            Self::Doctype => ("TSK-E-DOCTYPE", "DOCTYPE宣言は使えません", "a document type declaration is not allowed"),
            Self::Entity => {
                ("TSK-E-ENTITY", "定義されていない実体参照があります", "an entity that is not one of the five of XML")
            }
            Self::ProcessingInstruction => {
                ("TSK-E-PROCESSING-INSTRUCTION", "処理命令は使えません", "a processing instruction is not allowed")
            }
            Self::TooDeep => {
                ("TSK-E-TOO-DEEP", "要素の入れ子が深すぎます", "elements are nested deeper than the limit")
            }
            Self::NameTooLong => {
                ("TSK-E-NAME-TOO-LONG", "要素名が長すぎます", "an element name is longer than the limit")
            }
            Self::WrongRoot => {
                ("TSK-E-WRONG-ROOT", "最上位の要素は XmlMsg でなければなりません", "the root element must be XmlMsg")
            }
            Self::MissingElement => {
                ("TSK-E-MISSING-ELEMENT", "必要な要素がありません", "an element that must be there is missing")
            }
            Self::DuplicateElement => ("TSK-E-DUPLICATE-ELEMENT", "同じ要素が2回あります", "an element stands twice"),
            Self::TextTooLong => ("TSK-E-TEXT-TOO-LONG", "値が長すぎます", "a text is longer than the limit"),
            Self::UnexpectedChild => (
                "TSK-E-UNEXPECTED-CHILD",
                "値だけの要素の中に別の要素があります",
                "an element inside an element that holds only text",
            ),
            Self::TooManyElements => {
                ("TSK-E-TOO-MANY-ELEMENTS", "1件の中の要素が多すぎます", "too many elements in one record")
            }
            Self::TooManyEntries => {
                ("TSK-E-TOO-MANY-ENTRIES", "繰り返し項目が多すぎます", "too many entries in a list")
            }
            Self::TooManyUnits => {
                ("TSK-E-TOO-MANY-UNITS", "1ファイルの件数が上限を超えています", "too many units in one file")
            }
        }
    }
}

impl std::fmt::Display for OqsErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A message that cannot be read: what, and where. Never holds a value of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} at line {line}, column {column}, in /{path}")]
pub struct OqsError {
    /// What is wrong.
    pub code: OqsErrorCode,
    /// Line in the file, from 1.
    pub line: u64,
    /// Column in the line, in characters, from 1.
    pub column: u64,
    /// The elements in which it stands, such as `XmlMsg/MessageBody/QualificationConfirmSearchInfo`.
    pub path: String,
}

impl OqsError {
    /// In Japanese, with the place.
    pub fn message(&self) -> String {
        let (_, japanese, _) = self.code.texts();
        let at = format!("{}行目 {}文字目", self.line, self.column);
        if self.path.is_empty() {
            format!("{japanese}（{at}）。")
        } else {
            format!("{japanese}（{at}、{}）。", self.path)
        }
    }

    /// In English, with the place.
    pub fn message_en(&self) -> String {
        let (_, _, english) = self.code.texts();
        format!("{english} (line {}, column {}, /{})", self.line, self.column, self.path)
    }
}

/// Something that was left aside without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it was.
    pub kind: WarningKind,
    /// Line in the file, from 1.
    pub line: u64,
    /// The element, with its path.
    pub path: String,
}

/// What was left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// An element that this interface does not have.
    UnknownElement,
    /// Text between elements, where none belongs.
    StrayText,
}
