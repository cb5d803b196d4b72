//! What the pages show, as values: templates only place them.

pub(crate) mod answer;
mod certificate;
pub(crate) mod charts;
pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod consents;
pub(crate) mod dates;
pub(crate) mod disaster;
pub(crate) mod kiosk;
pub(crate) mod open;
pub(crate) mod pages;
mod recalled;
pub(crate) mod records;
pub(crate) mod scan;
pub(crate) mod secondary_use;
pub(crate) mod shell;
pub(crate) mod statement;
pub(crate) mod status;
