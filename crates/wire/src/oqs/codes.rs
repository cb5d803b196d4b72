//! The code tables of the interface that a message itself is made of (OQSCD002–006). The tables that a decision is made
//! with live in [`domain::code`].

use crate::api::{ProblemCode, Verdict};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as it stands in a file.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value with this code.
            pub fn parse(code: &str) -> Option<Self> {
                match code.trim() { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// 照会区分 (OQSCD002).
    ReferenceClassification {
        /// マイナンバーカード
        Card = "1",
        /// 被保険者証情報
        InsuranceNumbers = "2",
    }
}

codes! {
    /// 処理結果区分 (OQSCD003), of the whole file.
    SegmentOfResult {
        /// 正常終了
        Normal = "1",
        /// 処理中: ask again later.
        Processing = "2",
        /// 異常終了: nothing of the file was done.
        Failed = "9",
    }
}

codes! {
    /// 処理結果状況 (OQSCD004), of one person.
    ProcessingResultStatus {
        /// 正常終了. A code beside it is additional information and no error.
        Normal = "1",
        /// エラー
        Error = "2",
    }
}

codes! {
    /// 文字コード識別 (OQSCD005). Agrees with the declaration of the file.
    CharacterCode {
        /// UTF-8
        Utf8 = "0",
        /// Shift_JIS
        ShiftJis = "1",
    }
}

codes! {
    /// FileCategory of a YZK or TKK request: in which form the record is wanted.
    FileCategory {
        /// A PDF file in the place of the XML file
        Pdf = "1",
        /// XML
        Xml = "2",
    }
}

codes! {
    /// 診療形態 (OQSCD028).
    MedicalTreatmentFlag {
        /// 外来
        Outpatient = "1",
        /// 訪問診療等
        Visiting = "2",
        /// オンライン診療等
        Online = "3",
        /// 救急時
        Emergency = "4",
    }
}

codes! {
    /// ResultCode of a YZK or TKK result. Public sources tell only that 1 is 正常 and everything else an error with its words
    /// in MessageContents; 2 and 9 are used as in OQSCD004 and OQSCD003.
    RecordResultCode {
        /// 正常
        Normal = "1",
        /// About this person or this request: nobody found, no consent, a field that cannot be read.
        Error = "2",
        /// Nothing could be asked.
        Failed = "9",
    }
}

codes! {
    /// 資格有効性 (OQSCD006).
    QualificationValidity {
        /// 有効
        Valid = "1",
        /// 無効
        Invalid = "2",
        /// 無効(新しい資格あり)
        InvalidNewCoverageExists = "3",
        /// 該当資格なし
        NotFound = "4",
        /// 複数該当
        Multiple = "5",
        /// 有効(未登録), 医療扶助 only
        ValidUnregistered = "6",
    }
}

impl QualificationValidity {
    /// The validity that says a verdict; none for [`Verdict::Undetermined`], for which the interface has no word.
    pub const fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Valid => Some(Self::Valid),
            Verdict::Invalid => Some(Self::Invalid),
            Verdict::InvalidNewCoverageExists => Some(Self::InvalidNewCoverageExists),
            Verdict::NotFound => Some(Self::NotFound),
            Verdict::Multiple => Some(Self::Multiple),
            Verdict::ValidUnregistered => Some(Self::ValidUnregistered),
            Verdict::Undetermined => None,
        }
    }
}

impl From<QualificationValidity> for Verdict {
    fn from(validity: QualificationValidity) -> Self {
        match validity {
            QualificationValidity::Valid => Self::Valid,
            QualificationValidity::Invalid => Self::Invalid,
            QualificationValidity::InvalidNewCoverageExists => Self::InvalidNewCoverageExists,
            QualificationValidity::NotFound => Self::NotFound,
            QualificationValidity::Multiple => Self::Multiple,
            QualificationValidity::ValidUnregistered => Self::ValidUnregistered,
        }
    }
}

/// Additional information: characters were written in another shape because the encoding lacks them.
pub const CHARACTER_FOLDED: &str = "TSK-I-CHARACTER-FOLDED";
/// Additional information: the answer is an earlier signed one, the line is down.
pub const SIGNED_COPY: &str = "TSK-I-SIGNED-COPY";
/// Additional information: the answer was read from a certificate that the patient carries, the line is down.
pub const CERTIFICATE: &str = "TSK-I-CERTIFICATE";
/// The terminal could neither ask nor tell.
pub const UNDETERMINED: &str = "TSK-E-UNDETERMINED";

/// Whoever the numbers name, the patient was not asked here what may be seen.
pub const CONSENT_NOT_ASKED: &str = "TSK-E-CONSENT-NOT-ASKED";
/// The patient did not agree, or took it back.
pub const NOT_CONSENTED: &str = "TSK-E-NOT-CONSENTED";
/// The patient agreed, and that has run out.
pub const CONSENT_EXPIRED: &str = "TSK-E-CONSENT-EXPIRED";
/// The numbers name nobody.
pub const NOT_FOUND: &str = "TSK-E-NOT-FOUND";
/// The numbers name several people.
pub const MULTIPLE: &str = "TSK-E-MULTIPLE";

/// The code of a hint, such as `TSK-H-BIRTHDATE-DIFFERS`.
pub fn hint_code(hint: &str) -> String {
    stable_code("TSK-H-", hint)
}

/// The code of an error, such as `TSK-E-CHECK-DIGIT`.
pub fn error_code(code: &str) -> String {
    stable_code("TSK-E-", code)
}

/// The code of a problem of the center, such as `TSK-E-FACILITY-MISMATCH`.
pub fn problem_code(code: ProblemCode) -> String {
    error_code(code.as_str())
}

fn stable_code(prefix: &str, word: &str) -> String {
    let mut code = String::from(prefix);
    code.extend(word.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_uppercase() }));
    code
}
