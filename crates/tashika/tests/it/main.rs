//! Whole systems made of the real binary: joined, killed, cut off, looked at in a browser. One test binary, one module
//! a subject. Tests whose names begin with `fault_` break something on purpose.

mod browser;
mod chart_software;
mod charts;
mod checkups;
mod claims_page;
mod export;
mod fault_bulk;
mod fault_center;
mod fault_claims;
mod fault_clock;
mod fault_offline;
mod fault_steps;
mod fault_terminal;
mod jpki;
mod personal_certificate;
mod receipt_computer;
mod record_files;
mod record_page;
mod records;
mod stack;
