//! Status lists: what was answered or given out earlier, does it still stand?
//!
//! * [`places`] — each coverage and each personal certificate gets a place of its own, drawn at random
//! * [`publish`] — several times a day the lists are made anew, signed and kept for whoever fetches them
//!
//! What strikes a place out is in the database itself: when the record of a coverage changes, a trigger strikes its old place
//! out in the same transaction (migration 0007), so that no way to change a record can forget it.

pub mod places;
pub mod publish;

pub use publish::{Publication, StatusLists};
