//! Masters of codes, as far as a check asks them.

/// What a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// 傷病名, 7 digits.
    Diagnosis,
    /// 修飾語, 4 digits.
    Modifier,
    /// 診療行為, 9 digits.
    Procedure,
    /// 医薬品, 9 digits.
    Drug,
    /// 特定器材, 9 digits.
    Material,
    /// コメント, 9 digits.
    Comment,
    /// Any of 診療行為, 医薬品 and 特定器材, as coding data (CD) has them.
    Any,
}

/// Something that knows codes. A master drops old codes, so that an unknown one is a warning and never an error.
pub trait ClaimMaster {
    /// Whether the code exists. Answers true for a kind of which it holds nothing.
    fn knows(&self, kind: CodeKind, code: u64) -> bool;
}
