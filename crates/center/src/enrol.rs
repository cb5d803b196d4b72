//! How terminals and insurers get their certificates: first by a one-time code, then by the certificate they have.
//!
//! Every way ends in the same three steps: put the certificate on record, sign it, keep the chain. The record comes first
//! so that no certificate can exist that nobody can revoke. If signing fails the record stays behind, unsigned, and harms
//! nobody.

use std::sync::Arc;

use jiff::Timestamp;
use kit::clock::SharedClock;
use kit::random::{self, SharedRandom};
use tracing::{info, warn};
use trust::ca::CaError;
use trust::certificate::CertificateError;
use trust::renewal::RenewalError;
use trust::{Certificate, CertificateChain, CertificateRequest, OneTimeCode, Peer, PublicKey, Serial, TerminalId};
use wire::api::Enrolled;

use crate::authority::{Authority, new_serial};
use crate::revocation::Revocations;
use crate::store::certificate::{Holder, IssuedCertificate};
use crate::store::facility::CodeUse;
use crate::store::issuance::Issued;
use crate::store::{Store, StoreError, Tx};

/// Why no certificate was given. The words of [`std::fmt::Display`] are for the log.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The code is wrong, used or too old; which of them stays here.
    #[error("the enrolment code was refused: {0}")]
    Code(&'static str),
    /// The request cannot be accepted.
    #[error("the certificate request was refused: {0}")]
    Request(CertificateError),
    /// The old certificate cannot be read.
    #[error("the old certificate cannot be read: {0}")]
    OldCertificate(CertificateError),
    /// The certificate cannot be renewed.
    #[error("the renewal was refused: {0}")]
    Renewal(#[from] RenewalError),
    /// The certificate that is to be renewed is on no record, or was revoked a moment ago.
    #[error("the renewal was refused: {0}")]
    NotOnRecord(&'static str),
    /// The facility or insurer is not on record.
    #[error("the holder is not on record")]
    HolderUnknown,
    /// The register is not there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate could not be signed.
    #[error("the certificate could not be signed: {0}")]
    Sign(#[from] CaError),
}

/// What every new member is told beside its certificate.
#[derive(Debug, Clone)]
pub struct Welcome {
    /// Addresses of the API, the preferred one first.
    pub api_urls: Vec<String>,
    /// Number of the log.
    pub log_id: String,
    /// Key of the log, PEM.
    pub log_public_key: String,
}

/// Gives certificates.
#[derive(Debug)]
pub struct Enrolment {
    store: Store,
    authority: Arc<Authority>,
    revocations: Arc<Revocations>,
    welcome: Welcome,
    clock: SharedClock,
    random: SharedRandom,
}

/// What is being issued, on record but not signed.
struct Draft {
    peer: Peer,
    name: String,
    serial: Serial,
}

impl Enrolment {
    /// Everything that issuing needs.
    pub fn new(
        store: Store,
        authority: Arc<Authority>,
        revocations: Arc<Revocations>,
        welcome: Welcome,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self { store, authority, revocations, welcome, clock, random }
    }

    /// By a one-time code.
    ///
    /// # Errors
    /// The code or the request is refused, or the register is not there.
    pub async fn enrol(&self, code: &str, csr: &str) -> Result<Enrolled, EnrolError> {
        // The request first: a code must not be used up by a program that makes bad requests.
        let request = CertificateRequest::from_pem(csr).map_err(EnrolError::Request)?;
        let code = OneTimeCode::parse(code).map_err(|_| EnrolError::Code("it is not of the right form"))?;
        let hash = code.secret_hash();
        let now = self.clock.now();
        let terminal_id = self.new_terminal_id();
        let serial = new_serial(&*self.random);
        let key_hash = hash_of(request.public_key());
        let step = self
            .store
            .tx("enrol", async |mut tx| {
                let holder = match tx.use_enrolment_code(&hash, now).await? {
                    CodeUse::Taken(holder) => holder,
                    CodeUse::Unknown => return Ok(Err(EnrolError::Code("nobody was given it"))),
                    CodeUse::Expired => return Ok(Err(EnrolError::Code("its time is over"))),
                    CodeUse::Used => {
                        let earlier = tx.certificate_of_code(&hash, now).await?;
                        return Ok(match earlier.filter(|earlier| is_same_again(earlier, &key_hash)) {
                            Some(earlier) => Ok(Step::Again(earlier)),
                            None => Err(EnrolError::Code("it was used before")),
                        });
                    }
                };
                let Some((peer, name)) = peer_of(&mut tx, &holder, &terminal_id).await? else {
                    return Ok(Err(EnrolError::HolderUnknown));
                };
                put_on_record(&mut tx, &peer, serial, &key_hash, now).await?;
                tx.note_code_certificate(&hash, serial.as_bytes()).await?;
                Ok(Ok(Step::Sign(Draft { peer, name, serial })))
            })
            .await?;
        match step? {
            Step::Sign(draft) => self.sign(draft, &request, now).await,
            Step::Again(earlier) => {
                info!(target: "issuance", "the answer to a used code was lost; the same certificate is given again");
                self.give_again(&earlier, &request, now).await
            }
        }
    }

    /// By a connection whose certificate still counts.
    ///
    /// # Errors
    /// The request is refused, the certificate is not on record, or the register is not there.
    pub async fn renew(&self, peer: &Peer, old: &Serial, csr: &str) -> Result<Enrolled, EnrolError> {
        let request = CertificateRequest::from_pem(csr).map_err(EnrolError::Request)?;
        self.renew_checked(peer, old, &request).await
    }

    /// By a certificate that has run out, and a signature of its key over the new request.
    ///
    /// # Errors
    /// The request, certificate or signature is refused, or the register is not there.
    pub async fn renew_expired(&self, csr: &str, old: &str, signature: &[u8]) -> Result<Enrolled, EnrolError> {
        let request = CertificateRequest::from_pem(csr).map_err(EnrolError::Request)?;
        let old = Certificate::from_pem(old).map_err(EnrolError::OldCertificate)?;
        let now = self.clock.now();
        let (authority, list) = (self.authority.issuing(), self.revocations.list());
        let holder = trust::renewal::check(authority, &list, &old, &request, signature, now)?;
        self.renew_checked(&holder.peer, &holder.serial, &request).await
    }

    async fn renew_checked(
        &self,
        peer: &Peer,
        old: &Serial,
        request: &CertificateRequest,
    ) -> Result<Enrolled, EnrolError> {
        let now = self.clock.now();
        let serial = new_serial(&*self.random);
        let key_hash = hash_of(request.public_key());
        let draft = self
            .store
            .tx("renew", async |mut tx| {
                // The table, not the copy in memory: it may have been revoked a second ago.
                match tx.issued_certificate(old.as_bytes()).await? {
                    None => return Ok(Err(EnrolError::NotOnRecord("the old certificate is on no record"))),
                    Some(issued) if issued.revoked => {
                        return Ok(Err(EnrolError::NotOnRecord("the old certificate was revoked")));
                    }
                    Some(_) => {}
                }
                let (holder, terminal_id) = holder_of(peer);
                let Some((peer, name)) = peer_of(&mut tx, &holder, &terminal_id).await? else {
                    return Ok(Err(EnrolError::HolderUnknown));
                };
                put_on_record(&mut tx, &peer, serial, &key_hash, now).await?;
                Ok(Ok(Draft { peer, name, serial }))
            })
            .await??;
        self.sign(draft, request, now).await
    }

    async fn sign(&self, draft: Draft, request: &CertificateRequest, now: Timestamp) -> Result<Enrolled, EnrolError> {
        let chain = self.authority.issue_client(&draft.peer, &draft.name, request, draft.serial, now)?;
        let expires_at = chain.leaf().validity().map_err(CaError::from)?.not_after;
        let pem = chain.to_pem();
        self.store
            .tx("keep_certificate", async |mut tx| {
                tx.keep_certificate_chain(draft.serial.as_bytes(), &pem, expires_at).await
            })
            .await?;
        Ok(self.enrolled(&draft.peer, draft.name, pem))
    }

    /// The certificate of a used code once more. If the center stopped between putting it on record and signing it, it
    /// is signed now.
    async fn give_again(
        &self,
        earlier: &Issued,
        request: &CertificateRequest,
        now: Timestamp,
    ) -> Result<Enrolled, EnrolError> {
        let terminal_id = earlier.terminal_id.clone();
        let named =
            self.store.read("holder", async |mut tx| peer_of(&mut tx, &earlier.holder, &terminal_id).await).await?;
        let (peer, name) = named.ok_or(EnrolError::HolderUnknown)?;
        if earlier.chain.is_empty() {
            let serial = Serial::from_bytes(&earlier.serial)
                .ok_or(EnrolError::NotOnRecord("the serial number on record is damaged"))?;
            return self.sign(Draft { peer, name, serial }, request, now).await;
        }
        // What is on record was signed by us; reading it again only guards against a damaged row.
        let chain = CertificateChain::from_pem(&earlier.chain).map_err(CaError::from)?;
        Ok(self.enrolled(&peer, name, chain.to_pem()))
    }

    fn enrolled(&self, peer: &Peer, name: String, certificate_chain: String) -> Enrolled {
        let number = match peer {
            Peer::Facility { code, .. } => code.to_string(),
            Peer::Insurer(number) => number.to_string(),
        };
        Enrolled {
            certificate_chain,
            root_certificate: self.authority.root().to_pem(),
            api_urls: self.welcome.api_urls.clone(),
            log_public_key: self.welcome.log_public_key.clone(),
            log_id: self.welcome.log_id.clone(),
            medical_institution_code: number,
            name,
        }
    }

    /// Eight random hexadecimal digits: enough to keep the terminals of one facility apart.
    fn new_terminal_id(&self) -> String {
        let number = u32::from_be_bytes(random::bytes(&*self.random));
        format!("{number:08x}")
    }

    /// What every new member is told.
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }
}

enum Step {
    Sign(Draft),
    Again(Issued),
}

fn is_same_again(earlier: &Issued, key_hash: &[u8; 32]) -> bool {
    let same = earlier.key_hash == key_hash && !earlier.revoked;
    if !same {
        warn!(target: "issuance", "a used enrolment code was offered for another key");
    }
    same
}

async fn put_on_record(
    tx: &mut Tx,
    peer: &Peer,
    serial: Serial,
    key_hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (holder, terminal_id) = holder_of(peer);
    let certificate = IssuedCertificate {
        serial: serial.as_bytes().to_vec(),
        holder,
        terminal_id,
        issued_at: now,
        // The day it will end, until the signed certificate says it to the second.
        expires_at: now.saturating_add(trust::limits::LEAF_LIFE).unwrap_or(Timestamp::MAX),
        revoked_at: None,
    };
    tx.add_certificate(&certificate).await?;
    tx.note_certificate_key(serial.as_bytes(), key_hash).await
}

fn holder_of(peer: &Peer) -> (Holder, String) {
    match peer {
        Peer::Facility { code, terminal_id } => (Holder::Facility(*code), terminal_id.to_string()),
        Peer::Insurer(number) => (Holder::Insurer(number.clone()), String::new()),
    }
}

/// Role and name for the certificate, if the holder is on record.
async fn peer_of(tx: &mut Tx, holder: &Holder, terminal_id: &str) -> Result<Option<(Peer, String)>, StoreError> {
    match holder {
        Holder::Facility(code) => {
            let terminal_id =
                TerminalId::parse(terminal_id).map_err(|error| StoreError::inconsistent("certificate", error))?;
            let facility = tx.facility(*code).await?;
            Ok(facility.map(|facility| (Peer::Facility { code: *code, terminal_id }, facility.name)))
        }
        Holder::Insurer(number) => {
            let name = tx.insurer_name(number).await?;
            Ok(name.map(|name| (Peer::Insurer(number.clone()), name)))
        }
    }
}

fn hash_of(key: &PublicKey) -> [u8; 32] {
    use aws_lc_rs::digest::{SHA256, digest};
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, &key.to_spki_der()).as_ref());
    out
}
