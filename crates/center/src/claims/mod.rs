//! Claims in, health records out.
//!
//! ```text
//! file ─ reading thread: wire::claims, wire::history ─▶ chunks ─▶ whose, who pays (domain) ─▶ store, one commit a chunk
//!                                                              while the chunk before is stored
//! ```
//!
//! A claim is found to be somebody's by the numbers that it names and the birth date, as a question of a window is; who pays
//! is decided for its days of service ([`domain::claim_routing`]). What fits nobody is kept with the reason, shown to
//! nobody, and looked at [`again`] when the register of its card changed. The same claim again changes nothing; one that says something else replaces all entries of the earlier one in one
//! statement; a withdrawn one loses them.
//!
//! Two claims are the same when institution, kind, month, card, branch, in- or outpatient and — in pharmacies — prescriber
//! are the same; of several such in one file that say different things, each is one of its own, by its place among them.
//!
//! A claim that is made again after it was sent back (返戻再請求) names the earlier one by its 検索番号; where that is another
//! by the rule above — its card was corrected — the earlier one is withdrawn in the same transaction.
//!
//! Files come from the operator's command ([`ClaimImporter`]) or from institutions (`submitted`), which are told what became
//! of each claim.
//!
//! The entries of one claim are one text in one row, JSON without names of fields (`stored`, [decision 0028](../../../docs/decisions/0028-a-claim-is-one-row.md)); a
//! record is put together when it is read ([`records`]), and that is when drugs get their names, by the newest master.

pub mod again;
mod import;
pub mod masters;
mod prepare;
pub mod records;
mod report;
mod stored;
pub(crate) mod submitted;
mod take;

pub use import::{ClaimImporter, ClaimsError};
pub use prepare::{Prepared, Preparer, Preparing};
pub use report::{ClaimNote, ClaimsReport, Outcome};
