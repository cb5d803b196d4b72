//! The national side: checks, bulk files, insurer feeds, enrolment, access log.

pub mod check;
pub mod feed;
pub mod limits;
pub mod store;
