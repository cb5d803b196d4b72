//! Who is insured, in the words of the insurer.

use crate::code::Sex;
use crate::{Date, date};
use serde::{Deserialize, Serialize};

/// The person of one coverage as the insurer registered them. Names keep their original Unicode with variation
/// selectors. `Debug` is blank: a person never shows in a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Person {
    /// 氏名, a full-width space between family and given name.
    pub name: String,
    /// 氏名(その他): 通称, or the legal name where the card shows the 通称.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_of_other: Option<String>,
    /// 氏名カナ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<String>,
    /// 氏名カナ(その他).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_of_other_kana: Option<String>,
    /// 性別1.
    pub sex1: Sex,
    /// 性別2 (on the back of the card).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex2: Option<Sex>,
    /// 生年月日.
    #[serde(with = "date::as_text")]
    pub birthdate: Date,
    /// 住所.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 郵便番号 `123-4567`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_number: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}
