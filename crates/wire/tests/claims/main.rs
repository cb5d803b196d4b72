//! Claims: that files of all four kinds from both sides are read as they are meant, that what is wrong is named at its
//! place and nothing valid is dropped, and that what is written strictly comes back byte for byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod files;
mod hostile;
mod kinds;
mod round_trip;
mod sample;
