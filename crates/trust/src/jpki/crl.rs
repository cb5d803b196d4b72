//! Revocation lists of the card's authority (RFC 5280 5): read, verified and searched, and for the model also made.
//!
//! JPKI publishes under directory names, not under addresses: a certificate names the list that would hold it as
//! `CN=… CRLDP, OU=…, OU=CRL Distribution Points, …`. A list without such a name holds every revoked certificate of its
//! authority; verifiers get that one once a day. A list with a name answers only for certificates that carry the name.

use jiff::{SignedDuration, Timestamp};

use super::authority::CaCertificate;
use super::revocation::{Revocation, RevocationError, RevocationReason, extension, extensions};
use super::signed::Signed;
use super::{CaKeyId, CertificateSerial, JpkiTrust, PersonCertificate, RsaPrivateKey};
use crate::der::{self, Oid, Reader};
use crate::limits::{JPKI_CRL_AGE_MAX, JPKI_CRL_BYTES_MAX, JPKI_CRL_NAMES_MAX, REVOCATION_CLOCK_MAX};

const CRL_NUMBER: Oid = Oid::new(&[2, 5, 29, 20]);
const REASON_CODE: Oid = Oid::new(&[2, 5, 29, 21]);
const ISSUING_DISTRIBUTION_POINT: Oid = Oid::new(&[2, 5, 29, 28]);
const AUTHORITY_KEY_IDENTIFIER: Oid = Oid::new(&[2, 5, 29, 35]);
/// Version 2 is written as 1.
const VERSION_2: &[u8] = &[1];
/// Tag of a directory name among general names.
const DIRECTORY_NAME: u8 = der::context_constructed(4);

/// A revocation list whose signature holds.
#[derive(Clone)]
pub struct Crl {
    ca: CaKeyId,
    this_update: Timestamp,
    next_update: Timestamp,
    names: Vec<Vec<u8>>,
    /// Ordered by serial number.
    entries: Vec<(CertificateSerial, Revocation)>,
}

impl Crl {
    /// Reads a list, DER, and checks that one of the authorities signed it.
    ///
    /// # Errors
    /// Why it is not believed. Its age is not judged here: see [`Crl::is_usable`].
    pub fn read(der: &[u8], trust: &JpkiTrust) -> Result<Self, RevocationError> {
        if der.len() > JPKI_CRL_BYTES_MAX {
            return Err(RevocationError::Unreadable);
        }
        let signed = Signed::only(der)?;
        let mut list = Reader::only(signed.part, der::SEQUENCE)?;
        let version = list.positive()?;
        let algorithm = list.whole(der::SEQUENCE)?;
        if version != VERSION_2 || algorithm != signed.algorithm() {
            return Err(RevocationError::Unreadable);
        }
        let issuer = list.whole(der::SEQUENCE)?;
        let (this_update, next_update) = (list.time()?, list.time()?);
        let revoked = list.inside_if(der::SEQUENCE)?;
        let about = About::read(list.inside(der::context_constructed(0))?)?;
        list.end()?;

        let ca = trust
            .cas()
            .iter()
            .find(|ca| ca.name() == issuer && ca.key_id().as_bytes() == about.key_id)
            .ok_or(RevocationError::IssuerUnknown)?;
        // The entries are read only when the authority wrote them: they may be a million.
        if !signed.is_by(ca.key()) {
            return Err(RevocationError::Signature);
        }
        let entries = revoked.map_or(Ok(Vec::new()), entries)?;
        Ok(Self { ca: ca.key_id().clone(), this_update, next_update, names: about.names, entries })
    }

    /// When it was revoked and why, if it was.
    ///
    /// # Errors
    /// [`RevocationError::OtherCertificate`] when the list does not answer for this certificate: it is of another
    /// generation of the authority, or published under a name that the certificate does not carry.
    pub fn look_up(&self, certificate: &PersonCertificate) -> Result<Option<Revocation>, RevocationError> {
        let named = |point: &[u8]| self.names.iter().any(|name| name == point);
        let covers = self.names.is_empty() || certificate.distribution_point().is_some_and(named);
        if *certificate.ca_key_id() != self.ca || !covers {
            return Err(RevocationError::OtherCertificate);
        }
        let serial = certificate.serial();
        let found = self.entries.binary_search_by_key(&serial, |(held, _)| *held);
        Ok(found.ok().map(|index| self.entries[index].1))
    }

    /// Whether it may still answer: not from the future, not older than [`JPKI_CRL_AGE_MAX`], and not past its end.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        let age = self.age(now);
        let ended = now.duration_since(self.next_update) > REVOCATION_CLOCK_MAX;
        -age <= REVOCATION_CLOCK_MAX && age <= JPKI_CRL_AGE_MAX && !ended
    }

    /// How long ago it was made; negative when the issuer's clock is ahead.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.this_update)
    }

    /// The generation of the authority whose certificates it lists.
    pub fn ca_key_id(&self) -> &CaKeyId {
        &self.ca
    }

    /// As of when it is true.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Until when the next one is promised.
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// Serial numbers of the certificates that are revoked, in their order.
    pub fn serials(&self) -> impl Iterator<Item = CertificateSerial> {
        self.entries.iter().map(|(serial, _)| *serial)
    }

    /// How many certificates are revoked.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no certificate is revoked.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl std::fmt::Debug for Crl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crl({} entries by {:?} of {})", self.entries.len(), self.ca, self.this_update)
    }
}

/// What the extensions of a list say.
struct About {
    key_id: Vec<u8>,
    names: Vec<Vec<u8>>,
}

impl About {
    fn read(mut reader: Reader<'_>) -> Result<Self, RevocationError> {
        let mut about = Self { key_id: Vec::new(), names: Vec::new() };
        for (oid, critical, value) in extensions(&mut reader)? {
            if oid == AUTHORITY_KEY_IDENTIFIER.as_bytes() {
                let mut identifier = Reader::only(value, der::SEQUENCE)?;
                about.key_id = identifier.content(der::context(0))?.to_vec();
            } else if oid == ISSUING_DISTRIBUTION_POINT.as_bytes() {
                about.names = distribution_names(value)?;
            } else if critical {
                return Err(RevocationError::CriticalExtension);
            }
        }
        reader.end()?;
        Ok(about)
    }
}

/// Names of the distribution point. Lists for certain reasons, for authorities or on behalf of other issuers are refused:
/// JPKI has none, and searching one as if it were complete would let revoked cards pass.
fn distribution_names(value: &[u8]) -> Result<Vec<Vec<u8>>, RevocationError> {
    let mut point = Reader::only(value, der::SEQUENCE)?;
    let mut full_name = point.inside(der::context_constructed(0))?.inside(der::context_constructed(0))?;
    // onlyContainsUserCerts restricts nothing: every certificate that is asked about is a person's.
    if point.tag() == Some(der::context(1)) {
        point.skip()?;
    }
    if !point.is_empty() {
        return Err(RevocationError::CriticalExtension);
    }
    let mut names = Vec::new();
    while !full_name.is_empty() {
        if names.len() == JPKI_CRL_NAMES_MAX {
            return Err(RevocationError::Unreadable);
        }
        match full_name.inside_if(DIRECTORY_NAME)? {
            Some(mut name) => names.push(name.whole(der::SEQUENCE)?.to_vec()),
            None => full_name.skip()?,
        }
    }
    // A list that is published under addresses alone is not complete either.
    if names.is_empty() { Err(RevocationError::CriticalExtension) } else { Ok(names) }
}

fn entries(mut list: Reader<'_>) -> Result<Vec<(CertificateSerial, Revocation)>, RevocationError> {
    let mut entries = Vec::new();
    while !list.is_empty() {
        let mut one = list.inside(der::SEQUENCE)?;
        let serial = CertificateSerial::from_bytes(one.positive()?).ok_or(RevocationError::Unreadable)?;
        let at = one.time()?;
        let mut reason = RevocationReason::Unspecified;
        if !one.is_empty() {
            for (oid, critical, value) in extensions(&mut one)? {
                if oid == REASON_CODE.as_bytes() {
                    reason = RevocationReason::read(&mut Reader::new(value))?;
                } else if critical {
                    // certificateIssuer: the entry is about another authority's certificate.
                    return Err(RevocationError::CriticalExtension);
                }
            }
        }
        one.end()?;
        entries.push((serial, Revocation { at, reason }));
    }
    entries.sort_unstable_by_key(|(serial, _)| *serial);
    Ok(entries)
}

/// What a new list says, apart from who signs it.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// Revoked certificates, in any order.
    pub revoked: &'a [(CertificateSerial, Revocation)],
    /// Grows from list to list.
    pub number: u64,
    /// As of when it is true.
    pub this_update: Timestamp,
    /// When the next one will be there.
    pub next_update: Timestamp,
    /// The directory name under which it is published (DER), if it holds the certificates with that name only.
    pub distribution_point: Option<&'a [u8]>,
}

/// Makes and signs a list, DER: for the model of the card's authority and for tests.
///
/// # Errors
/// [`RevocationError::Key`] when the key cannot sign.
pub fn issue(ca: &CaCertificate, key: &RsaPrivateKey, contents: &Contents<'_>) -> Result<Vec<u8>, RevocationError> {
    let entries = der::sequence(contents.revoked.iter().map(write_entry));
    // RFC 5280 5.1.2.6: when nothing is revoked, the list is left out.
    let entries = if contents.revoked.is_empty() { Vec::new() } else { entries };
    let key_id = der::sequence([der::element(der::context(0), ca.key_id().as_bytes())]);
    let point = contents.distribution_point.map_or_else(Vec::new, |name| {
        let full_name = der::wrap(der::context_constructed(0), [der::wrap(DIRECTORY_NAME, [name])]);
        let point = der::sequence([der::wrap(der::context_constructed(0), [full_name])]);
        extension(&ISSUING_DISTRIBUTION_POINT, true, &point)
    });
    let extensions = der::sequence([
        extension(&AUTHORITY_KEY_IDENTIFIER, false, &key_id),
        extension(&CRL_NUMBER, false, &der::positive(&contents.number.to_be_bytes())),
        point,
    ]);
    let list = der::sequence([
        der::positive(VERSION_2),
        super::algorithm(),
        ca.name().to_vec(),
        der::time(contents.this_update),
        der::time(contents.next_update),
        entries,
        der::wrap(der::context_constructed(0), [extensions]),
    ]);
    Ok(key.sign_structure(&list)?)
}

fn write_entry((serial, revocation): &(CertificateSerial, Revocation)) -> Vec<u8> {
    let reason = revocation
        .reason
        .to_der()
        .map_or_else(Vec::new, |reason| der::sequence([extension(&REASON_CODE, false, &reason)]));
    der::sequence([der::positive(serial.as_bytes()), der::time(revocation.at), reason])
}
