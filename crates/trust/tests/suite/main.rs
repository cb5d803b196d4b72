//! Everything that `trust` promises, as tests. One program, because linking is slower than running.
//!
//! Time is fixed ([`sample::NOW`]), and what is random elsewhere is counted here; only private keys differ from run to
//! run.

mod authority;
mod codes;
mod jpki;
mod jpki_openssl;
mod jpki_revocation;
mod jpki_world;
mod merkle;
mod openssl;
mod peers;
mod personal_certificates;
mod proofs;
mod receipts;
mod sample;
mod seal;
mod status_lists;
mod tls;
mod world;
