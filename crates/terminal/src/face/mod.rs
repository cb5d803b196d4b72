//! Is the person before the camera the one on the card's photo?
//!
//! Pictures come from two places: the photo of the card (JPEG 2000, opened with 照合番号B) and the kiosk's camera, whose
//! frames the kiosk's page sends to this terminal on this machine. They are held in memory until the next one comes, and
//! nowhere else: no file, no log line, no request that leaves the terminal holds any of them, nor the numbers that the
//! models make of them.
//!
//! | page | what |
//! |---|---|
//! | [`picture`] | pictures, and the card's JPEG 2000 |
//! | [`matcher`] | [`FaceMatcher`]: what a kiosk asks, whoever answers it |
//! | [`onnx`] | the answer of two models in ONNX, run in this process |
//! | [`check`] | from frames to "the same", "another", or "turn your head": threshold, tries, liveness |
//!
//! The models are not ours and none is shipped: `[face]` in terminal.toml names the files. What they have to be like is
//! written in `docs/FACE.md`.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in pictures of a few thousand pixels a side"
)]

pub mod check;
pub mod matcher;
pub mod onnx;
pub mod picture;

pub use check::{FaceCheck, FaceStep, Side};
pub use matcher::{Embedding, Face, FaceError, FaceMatcher};
pub use onnx::OnnxFaces;
pub use picture::{Picture, PictureError, Point};
