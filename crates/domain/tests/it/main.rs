//! The rules of the room as tables of cases. One binary, one module a subject.

mod build;
mod eligibility;
mod identity;
mod properties;
mod share;
