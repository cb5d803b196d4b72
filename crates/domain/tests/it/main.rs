//! The rules of the room as tables of cases. One binary, one module a subject.

mod build;
mod consent;
mod eligibility;
mod identity;
mod offline;
mod person_search;
mod presence;
mod properties;
mod share;
