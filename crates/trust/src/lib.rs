// SPDX-License-Identifier: Apache-2.0
//! Certificates and answer proofs: why a terminal may believe the center, why the center may believe a terminal, and why
//! anybody may believe a saved answer. No network, no clock, no files.
//!
//! # Two kinds of trust
//!
//! **Who is at the other end?** The center has an authority of its own ([`ca`]): a root that can be kept in a safe, and
//! an issuing key that signs certificates of 90 days. A terminal joins with a one-time code ([`enrol`]) that also pins
//! the root, makes its key itself, and renews by itself ([`renewal`]). Connections are TLS 1.3 with certificates on both
//! sides ([`tls`]); [`peer`] reads the facility out of a client's certificate, which the center compares with the
//! request ([`peer::Peer::may_ask_as`]).
//!
//! **Was this answer given?** Each answer leaves an access event ([`event`]), which becomes a leaf of a Merkle log
//! ([`merkle`]). A batch is appended at once and its head signed once ([`log`]); each answer carries a COSE Receipt
//! ([`receipt`]). Answer, event and receipt together are a small file that verifies offline ([`proof`]).
//!
//! **Does it still stand?** What was said earlier, and what a patient carries, is looked up in lists that the center signs
//! several times a day ([`status_list`]), with a key of its own ([`cwt`]). What a patient carries is
//! [`personal_certificate`], one QR code.
//!
//! [`patient_id`] is made out of an event: under it a patient is read after a check.
//!
//! [`seal`] is the fourth thing with a key: it encrypts columns on a terminal's disk.
//!
//! [`jpki`] judges what an Individual Number Card shows: certificates of another authority than ours, with RSA.
//!
//! # A batch of answers, as the center does it
//!
//! ```
//! use trust::event::{AccessEvent, salted_hash};
//! use trust::{keys::PrivateKey, log, merkle::{Frontier, leaf_hash}, proof::{ProofFile, ProofNumber}};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now: jiff::Timestamp = "2026-07-01T00:00:00Z".parse()?;
//! # let answer = r#"{"Verdict":"valid","MedicalInstitutionCode":"1310000017","RequestId":"01010101-0101-0101-0101-010101010101"}"#;
//! # let salt = [7; 16];
//! // Once, at `center init`: a key, a log, its first leaf.
//! let signer = log::LogSigner::new(log::LogId::FIRST, &PrivateKey::generate()?)?;
//! let mut edge = Frontier::open(&log::opening_entry(signer.id(), signer.public_key()));
//!
//! // For every answer of the batch: its event.
//! let event = AccessEvent {
//!     facility: domain::MedicalInstitutionCode::parse("1310000017")?,
//!     query_hash: salted_hash(&salt, b"the canonical query"),
//!     verdict: domain::Verdict::Valid,
//!     answer_hash: salted_hash(&salt, answer.as_bytes()),
//!     as_of_ms: 1_782_864_000_000,
//!     purpose: domain::Purpose::Check,
//!     request_id: [1; 16],
//!     salt,
//!     presence: None,
//!     decided_at_ms: None,
//! };
//! let entry = event.encode();
//!
//! // For the batch: append to a copy of the edge, commit entries and copy together, then sign.
//! let mut next = edge.clone();
//! let batch = next.append_batch(&[leaf_hash(&entry)])?;
//! // … INSERT the entries, UPDATE the edge to next.to_bytes(), COMMIT …
//! edge = next;
//! let head = signer.sign_head(batch.head(), now)?;
//!
//! // For every answer again: its receipt and its number.
//! let index = batch.first();
//! let receipt = head.receipt(&batch, index).ok_or("the leaf is in the batch")?;
//! let number = ProofNumber::new(signer.id(), index).ok_or("the log is not full")?;
//!
//! // Later, anywhere: the file proves itself.
//! let file = ProofFile::new(answer.to_owned(), entry, receipt, number).to_bytes();
//! assert_eq!(trust::proof::verify(&file, signer.public_key())?.event, event);
//! # Ok(())
//! # }
//! ```
//!
//! # Rules, and why
//!
//! * **Time and randomness are arguments**: serial numbers, salts, nonces, codes. Private keys are the exception; they come
//!   from the cryptographic library ([`keys`] says why).
//! * **P-256 everywhere.** One curve that every library, smart card and hardware module knows; keys made in microseconds.
//!   RSA only where the state's cards have it ([`jpki`]).
//! * **One spelling.** What is read from outside is written again and compared, so that no second form of the same thing
//!   is ever accepted. A proof that could be respelled is a proof about which two programs can disagree.
//! * **Rehearse, then sign.** No certificate is signed by a real key before the same bytes passed our own lint.
//! * **Nothing between the patient and the answer.** Appending and proving need the edge of the tree only: a few
//!   microseconds an answer, no look-up, and one signature for the batch. Consistency proofs, tiles and witnesses work
//!   from the stored leaves, later.
//! * **`rustls` types stay here and in `kit`.** Others pass the configurations on without naming them.
#![warn(missing_docs)]

mod base45;
pub mod ca;
mod cbor;
pub mod certificate;
mod cose;
pub mod cwt;
pub mod der;
pub mod enrol;
mod es256;
pub mod event;
pub mod jpki;
pub mod keys;
pub mod limits;
pub mod log;
pub mod merkle;
pub mod operator_event;
pub mod patient_id;
pub mod peer;
mod pem;
pub mod personal_certificate;
pub mod proof;
mod proof_number;
pub mod receipt;
pub mod renewal;
pub mod seal;
pub mod status_list;
pub mod status_places;
pub mod tls;

pub use certificate::{Certificate, CertificateChain, CertificateRequest, RevocationList, Serial, Validity};
pub use cwt::{CredentialKey, CredentialSigner, CwtError};
pub use enrol::{OneTimeCode, RootPin};
pub use keys::{PrivateKey, PublicKey};
pub use log::{LogId, LogPublicKey, LogSigner};
pub use peer::{Peer, PeerCertificate, TerminalId};
pub use pem::PemError;
pub use proof::{ProofFile, ProofNumber, VerifiedProof};
pub use seal::Sealer;
pub use status_list::{ListName, StatusList, StatusListError};
pub use status_places::PlaceKey;
