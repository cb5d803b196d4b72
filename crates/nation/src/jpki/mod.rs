//! A model of the authority behind the Individual Number Card, and of who holds which card.
//!
//! | file in the nation's folder | what |
//! |---|---|
//! | `jpki/ca-1.der` … `jpki/ca-3.der` | three generations of the authority, all of one name |
//! | `jpki/ca-1.key` … | their keys (PKCS #8, mode 0600) |
//! | `jpki/ca-signing-1.key` … | keys of the authority for signatures, made when a card needs them |
//! | `jpki/terminal-model.key` | admits terminals in the model of 特定機関認証, made when first needed (mode 0600) |
//! | `jpki/keys/` | the keys of cards that were asked for, one a certificate (mode 0600) |
//! | `jpki/state.json` | what happened since: revocations and re-issues |
//!
//! Who has a card, when it was issued, whether it expired, was lost or issued anew follows from the seed ([`Register`]).
//! Keys cannot follow from a seed: they come from the cryptographic library, once, when first needed ([`Authority`]). So the
//! same nation has the same serial numbers everywhere, and other keys on every machine.
//!
//! Nothing here is a real certificate: names say `JPKI-TEST`, policies are those of test cards.

mod authority;
mod error;
mod files;
mod holder;
mod plan;
mod register;
mod serial;
mod token;

pub use authority::{Authority, PersonCard, SigningCertificate, Situation};
pub use error::{Error, Result};
pub use holder::{Holder, Insurance};
pub use plan::{Generation, STORY_PEOPLE};
pub use register::{CertificateId, Issued, Register};

/// Folder of the authority in the nation's folder.
pub const FOLDER: &str = "jpki";
