//! What can be wrong with an archive, a report of one person, an item of it — and the words for it.

use serde::Serialize;

/// How much a fault costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultScope {
    /// Nothing of the archive is taken.
    Archive,
    /// This person is set aside; the others are taken.
    Person,
    /// This item is set aside; the rest of the person is taken.
    Item,
    /// Everything is taken; somebody should look at it.
    Note,
}

/// Defines the codes with scope and words in one table, so that none can be forgotten.
macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $scope:ident, $ja:literal, $en:literal;)+) => {
        /// What is wrong. The code is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FaultCode { $($(#[$doc])* $name,)+ }

        impl FaultCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $code,)+ } }

            /// How much it costs, where it is not said otherwise: a fault of text inside an item costs the item alone.
            pub const fn scope(self) -> FaultScope { match self { $(Self::$name => FaultScope::$scope,)+ } }

            /// What is wrong and the way out, in Japanese.
            pub const fn words(self) -> &'static str { match self { $(Self::$name => $ja,)+ } }

            /// The same in English.
            pub const fn words_en(self) -> &'static str { match self { $(Self::$name => $en,)+ } }
        }
    };
}

faults! {
    /// The file could not be read.
    Io = "io", Archive, "ファイルを最後まで読めませんでした。もう一度お試しください",
        "the file could not be read to its end";
    /// Neither a ZIP archive nor XML.
    NotAnArchive = "not_an_archive", Archive, "健診のアーカイブ（ZIP）でもXMLでもありません。ファイルを確かめてください",
        "neither a ZIP archive nor XML";
    /// The directory at the end is missing or does not fit.
    ArchiveTruncated = "archive_truncated", Archive, "アーカイブが途中で終わっているか壊れています。もう一度受け取ってください",
        "the archive ends in the middle or is damaged";
    /// The archive has several volumes.
    ArchiveSplit = "archive_split", Archive, "分割されたアーカイブです。一つのファイルにして渡してください",
        "the archive is split into volumes";
    /// More than the limits allow.
    ArchiveTooLarge = "archive_too_large", Archive, "アーカイブが大きすぎます。分けて渡してください",
        "the archive is larger than the limits";
    /// Files in it share their bytes: a way to make bombs, never made by honest programs.
    ArchiveOverlap = "archive_overlap", Archive, "アーカイブ内のファイルが重なり合っています。作り直してください",
        "files of the archive overlap";
    /// Unpacks to far more than it holds.
    ZipBomb = "zip_bomb", Person, "展開すると異常に大きくなるファイルです。読み込みません",
        "the file unpacks to far more than it should";
    /// Longer than the limit.
    FileTooLarge = "file_too_large", Person, "ファイルが大きすぎます", "the file is larger than the limit";
    /// Locked with a password.
    Encrypted = "encrypted", Person, "暗号化されています。パスワードなしで渡してください", "the file is encrypted";
    /// Packed in a way other than deflate or stored.
    Method = "compression_method", Person, "この圧縮方式には対応していません。標準のZIP（deflate）で作り直してください",
        "compression method other than deflate or stored";
    /// A name that leads out of the archive.
    UnsafeName = "unsafe_name", Person, "ファイル名がアーカイブの外を指しています。読み込みません",
        "the name leads out of the archive";
    /// A link instead of a file.
    Link = "link", Person, "ファイルではなくリンクです。読み込みません", "a link, not a file";
    /// The same name twice.
    DuplicateName = "duplicate_name", Person, "同じ名前のファイルが二つあります。先の方だけを読みました",
        "the same name stands twice; only the first was read";
    /// Directory and file disagree, or the checksum does not fit.
    Damaged = "damaged", Person, "ファイルが壊れています（大きさかチェックサムが合いません）。もう一度受け取ってください",
        "size or checksum does not fit";
    /// Nothing in the file.
    EmptyFile = "empty_file", Person, "ファイルが空です", "the file is empty";
    /// An encoding other than UTF-8 or Shift_JIS, or one that contradicts itself.
    Encoding = "encoding", Person, "文字コードがUTF-8ではありません", "the encoding is not UTF-8";
    /// Bytes that are no characters of the encoding.
    Undecodable = "undecodable", Person, "文字コードとして読めないバイトがあります", "bytes that are no characters of the encoding";
    /// Not well-formed XML.
    Malformed = "malformed", Person, "XMLとして正しくありません", "not well-formed XML";
    /// Ends in the middle.
    Truncated = "truncated", Person, "XMLが途中で終わっています", "the XML ends in the middle";
    /// A document type declaration.
    Doctype = "doctype", Person, "文書型宣言（DOCTYPE）は使えません", "a document type declaration";
    /// An entity other than the five of XML and numeric ones.
    Entity = "entity", Person, "使えない実体参照があります", "an entity other than the five of XML";
    /// A control character.
    ControlCharacter = "control_character", Person, "制御文字が入っています", "there is a control character";
    /// A processing instruction.
    ProcessingInstruction = "processing_instruction", Person, "処理命令は使えません", "a processing instruction";
    /// Nested deeper than the limit.
    TooDeep = "too_deep", Person, "要素の入れ子が深すぎます", "nested deeper than the limit";
    /// More elements than the limit.
    TooManyElements = "too_many_elements", Person, "要素が多すぎます", "more elements than the limit";
    /// More items than the limit.
    TooManyItems = "too_many_items", Person, "検査項目が多すぎます", "more items than the limit";
    /// A text longer than the limit.
    TextTooLong = "text_too_long", Person, "値が長すぎます", "longer than the limit";
    /// The root is no `ClinicalDocument` of HL7.
    WrongRoot = "wrong_root", Person, "健診結果（ClinicalDocument）ではありません", "the root is not an HL7 ClinicalDocument";
    /// 保健指導 and the like.
    NotACheckup = "not_a_checkup", Person, "健診結果以外の報告区分です。読み込みません", "the report is not one of a checkup";
    /// An element or attribute that must be there is not.
    Missing = "missing", Person, "必要な要素または属性がありません", "an element or attribute is missing";
    /// An element twice where one may stand.
    DuplicateElement = "duplicate_element", Person, "一つだけのはずの要素が複数あります", "an element stands more than once";
    /// A value that must be there is not.
    Empty = "empty", Person, "値が入っていません", "the value is missing";
    /// A character that cannot stand in this value.
    Character = "character", Person, "使えない文字が入っています", "a character that does not belong there";
    /// Too few or too many digits or characters.
    Length = "length", Person, "桁数がちがいます", "wrong number of digits or characters";
    /// The check digit does not fit.
    CheckDigit = "check_digit", Person, "検査番号が合いません", "the check digit does not fit";
    /// The leading digits name nothing that exists.
    Kind = "kind", Person, "はじめの数字に当たる制度や都道府県がありません", "the leading digits name nothing that exists";
    /// A day that does not exist.
    NoSuchDay = "no_such_day", Person, "ない日付です", "no such day";
    /// Not a code of the table.
    UnknownCode = "unknown_code", Person, "コード表にない値です", "not a code of the table";
    /// Born after the checkup.
    BornLater = "born_later", Person, "生年月日が実施日より後です", "born after the day of the checkup";
    /// The same person, day and kind of report stood in an earlier file.
    DuplicatePerson = "duplicate_person", Person, "同じ人の同じ日の健診結果が先のファイルにあります。先の方だけを読みました",
        "the same person and day stands in an earlier file; only that was read";
    /// The code of an item has not the form of one.
    ItemCode = "item_code", Item, "項目コードが17桁ではありません", "not an item code of 17 characters";
    /// The type of the value is not the one of the item.
    ValueType = "value_type", Item, "値の型がこの項目のものとちがいます", "the value is not of the item's type";
    /// Not a number.
    NotANumber = "not_a_number", Item, "数値として読めません", "not a number";
    /// Below zero.
    Negative = "negative", Item, "値が負です", "the value is negative";
    /// A number without a unit.
    UnitMissing = "unit_missing", Item, "単位がありません", "the unit is missing";
    /// Another unit than the item has.
    UnitDiffers = "unit_differs", Item, "単位がこの項目のものとちがいます。換算はしません", "not the unit of the item; nothing is converted";
    /// Not one of the answers of the item.
    UnknownAnswer = "unknown_answer", Item, "この項目にない回答です", "not an answer of the item";
    /// 未実施 and a value at once.
    NotDoneWithValue = "not_done_with_value", Item, "未実施なのに値があります", "not done, yet there is a value";
    /// The same item twice.
    DuplicateItem = "duplicate_item", Item, "同じ項目が二つあります。先の方だけを読みました", "the item stands twice; only the first was read";
    /// The value says that there is none.
    NoValue = "no_value", Note, "値がないと書かれています（nullFlavor）。項目は読みませんでした", "the value is null";
    /// Neither L, N nor H.
    UnknownJudgement = "unknown_judgement", Note, "基準値判定が L・N・H のどれでもありません。判定なしとして読みました",
        "the judgement is none of L, N, H and was left out";
    /// The reference range cannot be read, or is in another unit.
    RangeUnreadable = "range_unreadable", Note, "基準値を読めません。基準値なしとして読みました", "the reference range was left out";
    /// No item at all.
    NoItems = "no_items", Note, "検査項目がありません", "there are no items";
    /// The archive has no index.
    IndexMissing = "index_missing", Note, "目録（ix08）がありません", "the archive has no index";
    /// The index cannot be read.
    IndexUnreadable = "index_unreadable", Note, "目録（ix08）を読めません。健診結果は読みました", "the index cannot be read; the reports were";
    /// The index tells another number of files.
    RecordCount = "record_count", Note, "目録の総ファイル数と実際のファイル数が合いません。足りないファイルがないか確かめてください",
        "the index tells another number of files";
    /// Nobody in it.
    NoPeople = "no_people", Note, "健診結果のファイル（DATA/h…xml）がありません", "the archive has no reports";
}

/// A fault with its place. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupFault {
    /// The file in the archive, or the file itself; empty when the archive as a whole is meant.
    pub file: String,
    /// XPath of the element or attribute; empty when the file as a whole is meant.
    pub path: String,
    /// Line in the file; 0 when the file as a whole is meant.
    pub line: u64,
    /// How much it costs.
    pub scope: FaultScope,
    /// A stable code, for programs.
    pub code: &'static str,
    /// In Japanese, with its place and the way out.
    pub message: String,
    /// In English.
    pub message_en: String,
}

impl CheckupFault {
    pub(super) fn new(code: FaultCode, scope: FaultScope, file: &str, path: String, line: u64) -> Self {
        let place = match (file, path.as_str(), line) {
            ("", _, _) => String::new(),
            (file, "", 0) => format!("{file}: "),
            (file, path, line) => format!("{file} {line}行目 {path}: "),
        };
        let place_en = match (file, path.as_str(), line) {
            ("", _, _) => String::new(),
            (file, "", 0) => format!("{file}: "),
            (file, path, line) => format!("{file} line {line} {path}: "),
        };
        Self {
            file: file.to_owned(),
            line,
            scope,
            code: code.as_str(),
            message: format!("{place}{}。", code.words()),
            message_en: format!("{place_en}{}", code.words_en()),
            path,
        }
    }

    /// A file that cannot be opened.
    pub fn unreadable(file: &str) -> Box<Self> {
        Box::new(Self::of_file(FaultCode::Io, file))
    }

    /// A fault of a whole file.
    pub(super) fn of_file(code: FaultCode, file: &str) -> Self {
        Self::new(code, code.scope(), file, String::new(), 0)
    }
}

impl std::fmt::Display for CheckupFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message_en)
    }
}

impl std::error::Error for CheckupFault {}
