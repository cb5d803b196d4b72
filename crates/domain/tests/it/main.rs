//! The rules of the room as tables of cases. One binary, one module a subject.

mod build;
mod checkup;
mod checkup_owner;
mod claim_routing;
mod consent;
mod consented;
mod eligibility;
mod identity;
mod offline;
mod person_search;
mod personal_certificate;
mod presence;
mod properties;
mod scope;
mod share;
