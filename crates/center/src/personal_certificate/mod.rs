//! 資格確認書 with a code: issued, listed, taken back, and drawn for paper and phones.
//!
//! | page | what |
//! |---|---|
//! | [`issue`] | give out, take back, list |
//! | [`page`] | the pages that are handed to a patient |
//!
//! What stands in one and who may have one is decided in [`domain::personal_certificate`]; it is signed in
//! [`trust::personal_certificate`].

pub mod issue;
pub mod page;
