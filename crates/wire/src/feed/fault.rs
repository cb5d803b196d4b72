//! What can be wrong with a file, with a line, with a value — and the words for it.

use std::io;

use crate::api::Refusal;
use crate::limits;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The file could not be read from the disk or the network.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    /// There is no first line, or it is not text.
    #[error("no readable header line")]
    NoHeader,
    /// Columns that the file must have and has not. All of them must be there: a file that lacks `DisqualificationDate`
    /// would otherwise open every coverage again.
    #[error("columns missing in the header: {}", .0.join(", "))]
    MissingColumns(Vec<&'static str>),
    /// A column name that stands in the header twice.
    #[error("column twice in the header: {0}")]
    DuplicateColumn(&'static str),
    /// More columns than the limit.
    #[error("more than {} columns", limits::FEED_MAX_COLUMNS)]
    TooManyColumns,
}

impl FeedError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::NoHeader => "no_header",
            Self::MissingColumns(_) => "missing_columns",
            Self::DuplicateColumn(_) => "duplicate_column",
            Self::TooManyColumns => "too_many_columns",
        }
    }

    /// In Japanese, for the person who made the file.
    pub fn message(&self) -> String {
        match self {
            Self::Io(_) => "ファイルを最後まで読めませんでした。もう一度送信してください。".to_owned(),
            Self::NoHeader => {
                "1行目に項目名がありません。文字コードと、1行目が項目名であることを確かめてください。".to_owned()
            }
            Self::MissingColumns(names) => format!("1行目に必要な項目名がありません: {}", names.join("、")),
            Self::DuplicateColumn(name) => format!("1行目に同じ項目名が2回あります: {name}"),
            Self::TooManyColumns => format!("項目の数が上限（{}）を超えています。", limits::FEED_MAX_COLUMNS),
        }
    }
}

/// Why one line is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// The line is longer than the limit.
    LineTooLong,
    /// The bytes are not text in the encoding of the file.
    Undecodable,
    /// A control character or NUL.
    ControlCharacter,
    /// A quote that does not open or close a whole field, or a line break inside quotes.
    Quoting,
    /// More or fewer fields than the header has.
    ColumnCount,
    /// A value that must be there is not.
    Empty,
    /// A character that cannot stand in this value.
    Character,
    /// Too few or too many digits.
    Length,
    /// More characters than the limit of this column.
    TooLong,
    /// The check digit does not fit.
    CheckDigit,
    /// The leading digits name nothing that exists.
    Kind,
    /// A day that does not exist.
    NoSuchDay,
    /// Not a code of the table.
    UnknownCode,
    /// Not of the form `a/b/c;a/b/c` of a list column.
    ListShape,
    /// A ratio other than 010, 020 or 030.
    Ratio,
    /// An amount of yen that is not a number, or absurdly large.
    Amount,
    /// Not a year and month.
    Month,
    /// The end lies before the beginning.
    PeriodReversed,
}

impl RowFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::LineTooLong,
        Self::Undecodable,
        Self::ControlCharacter,
        Self::Quoting,
        Self::ColumnCount,
        Self::Empty,
        Self::Character,
        Self::Length,
        Self::TooLong,
        Self::CheckDigit,
        Self::Kind,
        Self::NoSuchDay,
        Self::UnknownCode,
        Self::ListShape,
        Self::Ratio,
        Self::Amount,
        Self::Month,
        Self::PeriodReversed,
    ];

    /// The stable code. The codes that `domain` has too are the same words.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LineTooLong => "line_too_long",
            Self::Undecodable => "undecodable",
            Self::ControlCharacter => "control_character",
            Self::Quoting => "quoting",
            Self::ColumnCount => "column_count",
            Self::Empty => "empty",
            Self::Character => "character",
            Self::Length => "length",
            Self::TooLong => "too_long",
            Self::CheckDigit => "check_digit",
            Self::Kind => "kind",
            Self::NoSuchDay => "no_such_day",
            Self::UnknownCode => "unknown_code",
            Self::ListShape => "list_shape",
            Self::Ratio => "ratio",
            Self::Amount => "amount",
            Self::Month => "month",
            Self::PeriodReversed => "period_reversed",
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::LineTooLong => ("行が長すぎます", "the line is longer than the limit"),
            Self::Undecodable => {
                ("指定の文字コードとして読めません", "the bytes are not text in the encoding of the file")
            }
            Self::ControlCharacter => ("制御文字が入っています", "there is a control character"),
            Self::Quoting => (
                "引用符（\"）の使い方が正しくないか、項目の中に改行があります",
                "bad quoting, or a line break inside a field",
            ),
            Self::ColumnCount => ("項目の数が1行目と合いません", "the number of fields differs from the header"),
            Self::Empty => ("値が入っていません", "the value is missing"),
            Self::Character => ("使えない文字が入っています", "a character that does not belong there"),
            Self::Length => ("桁数がちがいます", "wrong number of digits or characters"),
            Self::TooLong => ("文字数が上限を超えています", "longer than the limit of this column"),
            Self::CheckDigit => ("検査番号が合いません", "the check digit does not fit"),
            Self::Kind => {
                ("はじめの数字に当たる制度や都道府県がありません", "the leading digits name nothing that exists")
            }
            Self::NoSuchDay => ("ない日付です", "no such day"),
            Self::UnknownCode => ("コード表にない値です", "not a code of the table"),
            Self::ListShape => ("繰り返し項目の形が正しくありません", "the list is not of the expected form"),
            Self::Ratio => ("割合は 010・020・030 のどれかです", "the ratio must be 010, 020 or 030"),
            Self::Amount => ("金額が正しくありません", "not an amount of yen"),
            Self::Month => ("年月が正しくありません", "not a year and month"),
            Self::PeriodReversed => ("終わりの日が始まりの日より前です", "the end lies before the beginning"),
        }
    }

    /// The refusal of a line; `column` is empty when the whole line is meant. Never holds the value.
    pub fn refusal(self, line: u64, column: &str) -> Refusal {
        let (ja, en) = self.words();
        let (message, message_en) = if column.is_empty() {
            (format!("{line}行目: {ja}。"), format!("line {line}: {en}"))
        } else {
            (format!("{line}行目 {}（{column}）: {ja}。", label(column)), format!("line {line}, {column}: {en}"))
        };
        Refusal { line, field: column.to_owned(), code: self.code().to_owned(), message, message_en }
    }
}

/// The Japanese name of a column.
fn label(column: &str) -> &'static str {
    match column {
        "InsurerNumber" => "保険者番号",
        "InsurerName" => "保険者名称",
        "InsuredCardSymbol" => "記号",
        "InsuredIdentificationNumber" => "番号",
        "InsuredBranchNumber" => "枝番",
        "PersonalNumber" => "個人番号",
        "RegistrationStatus" => "登録状況",
        "InsuredCardClassification" => "被保険者証区分",
        "PersonalFamilyClassification" => "本人・家族の別",
        "InsuredName" => "被保険者氏名",
        "Name" => "氏名",
        "NameOfOther" => "氏名（その他）",
        "NameKana" => "氏名カナ",
        "NameOfOtherKana" => "氏名カナ（その他）",
        "Sex1" => "性別1",
        "Sex2" => "性別2",
        "Birthdate" => "生年月日",
        "Address" => "住所",
        "PostNumber" => "郵便番号",
        "QualificationDate" => "資格取得年月日",
        "DisqualificationDate" => "資格喪失年月日",
        "ReasonOfLoss" => "資格喪失事由",
        "InsuredCertificateIssuanceDate" => "交付年月日",
        "InsuredCardValidDate" => "有効開始年月日",
        "InsuredCardExpirationDate" => "有効終了年月日",
        "InsuredPartialContributionRatio" => "一部負担金割合",
        "ElderlyRecipientCertificates" => "高齢受給者証",
        "LimitApplicationCertificates" => "限度額適用認定証",
        "SpecificDiseasesCertificates" => "特定疾病療養受療証",
        "MedicalTickets" => "医療券・調剤券",
        "QualificationConfirmationDate" => "資格確認日",
        "MedicalInstitutionCode" => "医療機関コード",
        "Kind" => "種別",
        "Id" => "規則の名前",
        "Severity" => "重さ",
        "Drugs" => "薬（ATCコード）",
        "Others" => "相手（ATCコードか病名）",
        "Limit" => "しきい値",
        "Within" => "日数",
        "Message" => "説明",
        "MessageEn" => "説明（英語）",
        "Document" => "出典の文書",
        "Section" => "出典の箇所",
        "Date" => "出典を確かめた日",
        "Names" => "製品名のはじめ",
        "Form" => "剤形",
        "NameEn" => "英名",
        "Atc" => "ATCコード",
        "Icd10" => "ICD-10",
        "DrugCode" => "医薬品コード",
        "DrugName" => "漢字名称",
        "ChangedOn" => "変更年月日",
        "AbolishedOn" => "廃止年月日",
        "Code" => "コード",
        _ => "項目",
    }
}
