//! Character sets: text out to a target that holds fewer characters, and back.
//!
//! Tashika keeps every name as it was registered, with its variants. Only where an output *must* be Shift_JIS, because the
//! program that reads it knows nothing else, a character that Shift_JIS lacks is folded to the standard character that a
//! Japanese reader takes for the same name — 髙 to 高, 𠮷 to 吉, é to e — and every fold is reported, so that whoever
//! writes the file can keep and show the original beside it. `●` is never written, and neither is a numeric reference;
//! a character for which nothing is known becomes the geta mark `〓`, which every Japanese printer means by it.
//!
//! * [`encode`] and [`Target`] — Shift_JIS with the fold; [`decode_shift_jis`] — strict decoding.
//! * [`fold_char`] — what stands for one character; [`common`] — a text in standard characters, to compare with.
//! * [`kana`] — half-width and full-width katakana for 氏名カナ.

mod fold;
pub mod kana;
mod shift_jis;

pub use fold::{FoldKind, GETA, common, fold_char};
pub use shift_jis::{Fold, Folded, Target, decode_shift_jis, encode, encode_into};
