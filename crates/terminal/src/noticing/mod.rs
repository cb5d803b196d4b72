//! Noticing that the center cannot be asked, that it can again, and whose fault it is.
//!
//! | page | what |
//! |---|---|
//! | [`standing`] | down and back without flapping: a pure machine of signs |
//! | [`local`] | what this machine says of its own network, out of `/proc` and `/sys` |
//! | [`diagnosis`] | from what was seen to whose fault it is, the evidence and the next step: a pure function |
//!
//! The signs themselves come from whoever asks the center (`asking`) and from the looks of `asking::probe`.

pub(crate) mod diagnosis;
pub(crate) mod local;
pub(crate) mod standing;
