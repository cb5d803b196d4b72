//! Somebody is here with a card: everything about it that the database need not know.
//!
//! ```text
//! challenge.rs   what the card is to sign: sealed with a key of the centers, kept nowhere
//! revocation.rs  whether a certificate was given up: OCSP, then the last list
//! reissue.rs     which certificate took the place of one that was given up
//! config.rs      which authorities are believed, and whom to ask
//! error.rs       why a card proves nothing
//! ```
//!
//! [`Presence::witness`] turns what a terminal sends into a [`Witness`]: challenge of this center, for this terminal, of
//! this minute; certificate by an authority that is believed; signature by the key in it; not given up; and what all
//! that is enough for, which [`domain::presence`] decides. What it cannot know is whether the challenge was used before
//! and whose card it is: that is decided in the transaction that answers ([`crate::check`]), so that a challenge is used
//! if and only if there was an answer.

pub mod challenge;
mod config;
mod error;
mod reissue;
pub mod revocation;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::presence::{
    CertificatePeriod, Evidence, Extent, KeyProof, PresenceNote, PresenceRefusal, Revocation, Showing, StaffWord,
    certificate_ends_soon, what_may_be_shown,
};
use domain::{Date, MedicalInstitutionCode, PresenceMeans, date};
use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::random::SharedRandom;
use trust::TerminalId;
use trust::jpki::{JpkiTrust, Period, PersonCertificate};
use wire::api::CardPresence;

pub use config::{CardSetupError, trust_of};
pub use error::PresenceError;

use crate::config::Card;
use crate::limits;
use crate::store::card::CardId;
use crate::store::presence::Nonce;
use crate::store::{Store, StoreError};
use challenge::{Challenge, Challenges};
use revocation::CardRevocation;

/// Somebody who is here with a card, as far as the card itself can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Which card.
    pub card: CardId,
    /// The challenge that was used for it.
    pub nonce: Nonce,
    /// How the patient was recognised.
    pub means: PresenceMeans,
    /// Whether the card signed.
    pub proof: KeyProof,
    /// What it is enough for.
    pub showing: Showing,
    /// Last day of the certificate in Japan.
    pub certificate_last_day: Date,
}

/// A card that lies on a reader, before it has signed anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// Which card.
    pub card: CardId,
    /// What it will be enough for.
    pub showing: Showing,
    /// Last day of the certificate in Japan.
    pub certificate_last_day: Date,
}

/// Makes challenges and judges cards. Shared behind an `Arc`.
#[derive(Debug)]
pub struct Presence {
    trust: Arc<JpkiTrust>,
    staff_word: StaffWord,
    challenges: Challenges,
    revocation: CardRevocation,
    clock: SharedClock,
    random: SharedRandom,
}

impl Presence {
    /// What judges cards as the settings say; none when no authority is configured.
    ///
    /// # Errors
    /// An authority's certificate or an address cannot be used, or the database cannot.
    pub async fn open(
        settings: &Card,
        staff_word: StaffWord,
        folder: &std::path::Path,
        store: Store,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Option<Self>, CardSetupError> {
        let Some(trust) = trust_of(settings, folder)? else { return Ok(None) };
        let trust = Arc::new(trust);
        let challenges = Challenges::of_center(&store, &*random, clock.now()).await?;
        let revocation =
            CardRevocation::new(settings, Arc::clone(&trust), store, Arc::clone(&clock), Arc::clone(&random))?;
        revocation.load().await?;
        Ok(Some(Self { trust, staff_word, challenges, revocation, clock, random }))
    }

    /// A challenge for this terminal.
    pub fn challenge(&self, facility: MedicalInstitutionCode, terminal: &TerminalId) -> Challenge {
        self.challenges.make(facility, terminal, self.clock.now(), &*self.random)
    }

    /// Judges a card that a terminal says is here.
    ///
    /// # Errors
    /// Why the card proves nothing. Nothing was looked up about a person.
    pub async fn witness(
        &self,
        shown: &CardPresence,
        facility: MedicalInstitutionCode,
        terminal: &TerminalId,
    ) -> Result<Witness, PresenceError> {
        let now = self.clock.now();
        let nonce = self.challenges.read(&shown.challenge, facility, terminal, now)?;
        let certificate = decoded(&shown.certificate).ok_or(PresenceError::Unreadable)?;
        let certificate = self.trust.verify(&certificate, now)?;
        let proof = proof(shown, &certificate)?;
        let means = shown.means.into();
        let (showing, certificate_last_day) = self.showing(&certificate, means, proof, now).await?;
        Ok(Witness { card: CardId::from(&certificate), nonce, means, proof, showing, certificate_last_day })
    }

    /// Judges a card that lies on a reader before anything was signed: what it will be enough for once it has.
    ///
    /// # Errors
    /// Why the card will be enough for nothing.
    pub async fn foresee(&self, certificate: &str) -> Result<Foreseen, PresenceError> {
        let now = self.clock.now();
        let certificate = decoded(certificate).ok_or(PresenceError::Unreadable)?;
        let certificate = self.trust.verify(&certificate, now)?;
        let (showing, certificate_last_day) =
            self.showing(&certificate, PresenceMeans::Pin, KeyProof::Signed, now).await?;
        Ok(Foreseen { card: CardId::from(&certificate), showing, certificate_last_day })
    }

    /// What a certificate that is believed is enough for, and its last day.
    async fn showing(
        &self,
        certificate: &PersonCertificate,
        means: PresenceMeans,
        proof: KeyProof,
        now: Timestamp,
    ) -> Result<(Showing, Date), PresenceError> {
        let period = period(certificate.period(now));
        // Cheap refusals first: nobody is asked about a card that shows nothing anyway.
        let unasked = Evidence { means, proof, period, revocation: Revocation::Good };
        what_may_be_shown(unasked, self.staff_word)?;
        let revocation = self.revocation.of(certificate).await;
        let mut showing = what_may_be_shown(Evidence { revocation, ..unasked }, self.staff_word)?;
        let last_day = date::in_japan(certificate.validity().not_after).date();
        if certificate_ends_soon(last_day, date::in_japan(now).date()) && period == CertificatePeriod::Within {
            showing.notes.push(PresenceNote::CertificateEndsSoon);
        }
        Ok((showing, last_day))
    }

    /// The same for 利用登録 and 解除, which change what a card means: it must have signed, be within its period, and be
    /// known as not given up.
    ///
    /// # Errors
    /// As [`Self::witness`].
    pub async fn strong_witness(
        &self,
        shown: &CardPresence,
        facility: MedicalInstitutionCode,
        terminal: &TerminalId,
    ) -> Result<Witness, PresenceError> {
        let witness = self.witness(shown, facility, terminal).await?;
        if witness.proof == KeyProof::OnlyRead {
            return Err(PresenceError::Refused(PresenceRefusal::NotSigned));
        }
        match witness.showing.extent {
            Extent::Everything => Ok(witness),
            Extent::EligibilityOnly if witness.showing.notes.contains(&PresenceNote::CertificateInGrace) => {
                Err(PresenceError::RunOut)
            }
            // Signed, so it is not the word of staff that limits it.
            Extent::EligibilityOnly => Err(PresenceError::RevocationNotKnown),
        }
    }

    /// Fetches the revocation lists, and takes over those that other centers on this database have fetched.
    ///
    /// # Errors
    /// The database. A list that could not be fetched is told in the log; the last one stays.
    pub async fn refresh_lists(&self) -> Result<(), StoreError> {
        self.revocation.refresh().await
    }
}

/// What a terminal sends as bytes.
fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.len() > limits::CARD_FIELD_CHARS_MAX {
        return None;
    }
    STANDARD.decode(text).ok()
}

/// Whether the card signed. A signature that is there and does not fit is refused, whatever else would be enough.
fn proof(shown: &CardPresence, certificate: &PersonCertificate) -> Result<KeyProof, PresenceError> {
    let Some(signature) = &shown.signature else { return Ok(KeyProof::OnlyRead) };
    let signature = decoded(signature).ok_or(PresenceError::Signature)?;
    if certificate.verify_signature(shown.challenge.as_bytes(), &signature) {
        Ok(KeyProof::Signed)
    } else {
        Err(PresenceError::Signature)
    }
}

fn period(period: Period) -> CertificatePeriod {
    match period {
        Period::NotYet => CertificatePeriod::NotYet,
        Period::Within => CertificatePeriod::Within,
        Period::Grace => CertificatePeriod::Grace,
        Period::Over => CertificatePeriod::Over,
    }
}
