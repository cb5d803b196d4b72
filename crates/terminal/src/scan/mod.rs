//! The code of a personal certificate (資格確認書) at the window, whichever way it comes.
//!
//! | page | what |
//! |---|---|
//! | [`typed`] | what a scanner types as a keyboard, put right where the keyboard's settings spoiled it |
//! | [`photo`] | a photo or a frame of the camera |
//!
//! Both give a text. Who it is about, and whether that still stands, is read by `trust::personal_certificate` and decided in
//! `domain::personal_certificate`.

pub(crate) mod photo;
pub(crate) mod typed;
