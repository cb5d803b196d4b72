//! Secondary use: counts of people's records, made here and kept as they were given out.
//!
//! What may leave is decided in [`domain::secondary_use`]; who asked, who approved and what left is the work of
//! [`crate::admin::export`]. Here the claims of a month are read in the order of persons, a page at a time, and counted:
//! memory holds a page and the cells of one month, however many people there are.

mod count;
mod file;

pub use count::{CountError, count_month};
pub use file::{WriteError, Written, write_table};
