//! The authority itself: its keys, and the cards, answers and lists that it makes with them.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use trust::jpki::crl::{self, Contents};
use trust::jpki::issue::{self, Leaf, SigningLeaf};
use trust::jpki::ocsp::Responder;
use trust::jpki::{
    CaCertificate, CaKeyId, CertificateSerial, JpkiError, Period, RevocationError, RsaPrivateKey, TEST_POLICY,
};

use super::holder::Holder;
use super::plan::{self, Generation};
use super::{CertificateId, Error, FOLDER, Issued, Register, Result, files};
use crate::day::{Day, age_on};
use crate::dice::{Dice, Stream};
use crate::limits;

/// Folder of the cards' keys.
const KEYS: &str = "keys";
/// Address of the OCSP responder in certificates. Nobody goes there: whoever asks is told in a configuration where.
const OCSP_URL: &str = "http://ocsp.jpki-test.invalid/";
/// A card of a grown-up lasts until the tenth birthday after its issue, a child's until the fifth.
const CARD_BIRTHDAYS: (i32, i32) = (5, 10);
const GROWN_UP_YEARS: i32 = 18;
/// Younger ones get no certificate for signatures.
const SIGNING_FROM_YEARS: i32 = 15;

/// The card's other certificate, with its key.
#[derive(Clone)]
pub struct SigningCertificate {
    /// 署名用電子証明書, DER.
    pub certificate: Vec<u8>,
    /// Its key, PKCS #8, DER.
    pub private_key: Vec<u8>,
    /// Certificate of the authority for signatures, DER.
    pub ca: Vec<u8>,
    /// 署名用パスワード: two capital letters and six digits.
    pub password: String,
}

/// What goes onto a person's card. `Debug` shows none of it.
#[derive(Clone)]
pub struct PersonCard {
    /// Which certificate it is.
    pub id: CertificateId,
    /// 利用者証明用電子証明書, DER.
    pub certificate: Vec<u8>,
    /// Its key, PKCS #8, DER.
    pub private_key: Vec<u8>,
    /// Certificate of the authority's generation, DER.
    pub ca: Vec<u8>,
    /// 署名用; children under 15 have none.
    pub signing: Option<SigningCertificate>,
    /// 利用者証明用 PIN, four digits.
    pub pin: String,
    /// セキュリティコード under the photo, four digits.
    pub security_code: String,
    /// Last day of the card itself, `YYYYMMDD`.
    pub expires: String,
    /// What is printed on it.
    pub holder: Holder,
}

impl PersonCard {
    /// 照合番号B: day of birth with the year of its era, year in which the card ends, security code; 14 digits.
    pub fn number_b(&self) -> String {
        let (year, month, day) = self.holder.birth.ymd();
        let of_era = self.holder.birth.year_of_era().unwrap_or(year) % 100;
        let ends = self.expires.get(..4).unwrap_or_default();
        format!("{of_era:02}{month:02}{day:02}{ends}{}", self.security_code)
    }
}

impl fmt::Debug for PersonCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonCard").field("holder", &self.holder).finish_non_exhaustive()
    }
}

/// How it stands with a person's card at some time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Situation {
    /// Valid and not revoked.
    InOrder,
    /// Expired, in the three months in which it still shows eligibility.
    Grace,
    /// Expired for good, or not valid yet.
    Over,
    /// Revoked.
    Revoked,
}

/// Key and certificate of one generation.
struct Signer {
    generation: Generation,
    key: RsaPrivateKey,
    certificate: CaCertificate,
}

/// The authority of a nation, with its keys.
pub struct Authority {
    folder: PathBuf,
    seed: u64,
    signers: Vec<Signer>,
}

impl Authority {
    /// Opens the authority of the nation in this folder; makes its keys if it has none yet.
    ///
    /// # Errors
    /// The folder holds no nation, or files cannot be read or written.
    pub fn open(nation: &Path) -> Result<Self> {
        let about = crate::files::read_about(nation)?;
        let as_of = Day::from(about.options.as_of);
        let folder = nation.join(FOLDER);
        files::folder(&folder.join(KEYS))?;
        let open = |generation| open_generation(&folder, generation, as_of);
        let signers = Generation::ALL.into_iter().map(open).collect::<Result<_>>()?;
        Ok(Self { folder, seed: about.options.seed, signers })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Certificates of all generations, oldest first: what a center is configured to believe.
    pub fn ca_certificates(&self) -> impl Iterator<Item = &CaCertificate> {
        self.signers.iter().map(|signer| &signer.certificate)
    }

    /// Certificate of a generation.
    pub fn certificate(&self, generation: Generation) -> &CaCertificate {
        &self.signer(generation).certificate
    }

    /// The generation with this key identifier.
    pub fn generation(&self, key_id: &CaKeyId) -> Option<Generation> {
        self.signers.iter().find(|signer| signer.certificate.key_id() == key_id).map(|signer| signer.generation)
    }

    fn signer(&self, generation: Generation) -> &Signer {
        &self.signers[generation as usize]
    }

    /// Makes the card that the person holds now. Its key is made when it is asked for the first time, which takes a
    /// tenth of a second, and kept.
    ///
    /// # Errors
    /// [`Error::NoCard`], or files cannot be read or written.
    pub fn card(&self, register: &Register, holder: &Holder) -> Result<PersonCard> {
        let current = register.current(holder.person).ok_or(Error::NoCard(holder.person))?;
        let key = self.card_key(holder.person, current.issue)?;
        let by = self.signer(current.id.generation);
        let mut dice = Dice::of_person(self.seed, Stream::CardSecrets, holder.person);
        let subject_id = subject_id(&mut dice, current.issued);
        let leaf = Leaf {
            serial: current.id.serial,
            subject_id: &subject_id,
            validity: plan::life_of(current.issued, holder.birth),
            policy: TEST_POLICY,
            place: (&holder.place.0, &holder.place.1),
            ocsp_url: OCSP_URL,
            flaw: None,
        };
        let (pin, security_code) = (four_digits(&mut dice), four_digits(&mut dice));
        Ok(PersonCard {
            id: current.id,
            certificate: leaf.sign(&by.certificate, &by.key, &key.public_spki()?)?,
            private_key: key.to_pkcs8().to_vec(),
            ca: by.certificate.der().to_vec(),
            signing: self.signing(&current, holder, &mut dice)?,
            pin,
            security_code,
            expires: card_ends(current.issued, holder.birth).text(),
            holder: holder.clone(),
        })
    }

    /// The certificate for signatures that is issued together with the other one. Its authority's key is made when the
    /// first card needs it.
    fn signing(&self, current: &Issued, holder: &Holder, dice: &mut Dice) -> Result<Option<SigningCertificate>> {
        let validity = plan::life_of(current.issued, holder.birth);
        if age_on(holder.birth, plan::day_in_japan(validity.not_before)) < SIGNING_FROM_YEARS {
            return Ok(None);
        }
        let generation = current.id.generation;
        let by = own_key(&self.folder.join(format!("ca-signing-{}.key", generation.number())))?;
        let own = CertificateSerial::from_bytes(generation.signing_serial()).ok_or(JpkiError::Unreadable)?;
        let life = self.signer(generation).certificate.validity();
        let ca = CaCertificate::from_der(&issue::signing_ca(own, life, &by)?)?;
        let key = own_key(&self.folder.join(KEYS).join(format!("{}-{}-signing.key", holder.person, current.issue)))?;
        let leaf = SigningLeaf {
            serial: current.id.serial,
            subject_id: &format!("{}{:05}", subject_id(dice, current.issued), dice.below(100_000)),
            validity,
            place: (&holder.place.0, &holder.place.1),
            name: &holder.name,
            sex: holder.sex,
            birth: &format!("{}{}", holder.birth.era_code().unwrap_or_default(), holder.birthdate),
            address: &holder.address,
        };
        let certificate = leaf.sign(&ca, &by, &key.public_spki()?)?;
        let password = format!("{}{}{:06}", letter(dice), letter(dice), dice.below(1_000_000));
        let private_key = key.to_pkcs8().to_vec();
        Ok(Some(SigningCertificate { certificate, private_key, ca: ca.der().to_vec(), password }))
    }

    /// How it stands with the person's card at a time; none without a card.
    pub fn situation(register: &Register, holder: &Holder, now: Timestamp) -> Option<Situation> {
        let Issued { issued, revocation, .. } = register.current(holder.person)?;
        if revocation.is_some_and(|revocation| revocation.at <= now) {
            return Some(Situation::Revoked);
        }
        Some(match Period::of(plan::life_of(issued, holder.birth), now) {
            Period::Within => Situation::InOrder,
            Period::Grace => Situation::Grace,
            Period::NotYet | Period::Over => Situation::Over,
        })
    }

    fn card_key(&self, person: u32, issue: u32) -> Result<RsaPrivateKey> {
        own_key(&self.folder.join(KEYS).join(format!("{person}-{issue}.key")))
    }

    /// A responder for each generation, oldest first.
    ///
    /// # Errors
    /// [`JpkiError::Key`] when a key does not fit its certificate, which opening has ruled out.
    pub fn responders(&self) -> Result<Vec<(Generation, Responder)>> {
        let responder = |held: &Signer| -> std::result::Result<_, JpkiError> {
            let key = RsaPrivateKey::from_pkcs8(held.key.to_pkcs8())?;
            let certificate = CaCertificate::from_der(held.certificate.der())?;
            Ok((held.generation, Responder::authority(certificate, key)?))
        };
        Ok(self.signers.iter().map(responder).collect::<std::result::Result<_, _>>()?)
    }

    /// Makes the complete revocation list of a generation, DER.
    ///
    /// # Errors
    /// [`RevocationError::Key`] when the key cannot sign.
    pub fn crl(
        &self,
        generation: Generation,
        revoked: &[(CertificateSerial, trust::jpki::Revocation)],
        now: Timestamp,
    ) -> std::result::Result<Vec<u8>, RevocationError> {
        let by = self.signer(generation);
        let this_update = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let next_update = this_update.checked_add(SignedDuration::from_hours(limits::JPKI_CRL_LIFE_HOURS));
        let contents = Contents {
            revoked,
            // Seconds grow from list to list and need no counter on disk.
            number: now.as_second().unsigned_abs(),
            this_update,
            next_update: next_update.map_err(|_| RevocationError::Time)?,
            distribution_point: None,
        };
        crl::issue(&by.certificate, &by.key, &contents)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Key and certificate of a generation. The certificate is kept too, so that what a center was told stays true.
fn open_generation(folder: &Path, generation: Generation, as_of: Day) -> Result<Signer> {
    let number = generation.number();
    let key = own_key(&folder.join(format!("ca-{number}.key")))?;
    let path = folder.join(format!("ca-{number}.der"));
    let der = if let Some(der) = files::read(&path)? {
        der
    } else {
        let serial = CertificateSerial::from_bytes(generation.serial()).ok_or(JpkiError::Unreadable)?;
        let der = issue::ca(serial, plan::life_of_ca(generation, as_of), &key)?;
        files::write(&path, &der)?;
        der
    };
    Ok(Signer { generation, key, certificate: CaCertificate::from_der(&der)? })
}

/// The key in this file, made if there is none.
fn own_key(path: &Path) -> Result<RsaPrivateKey> {
    if let Some(der) = files::read(path)? {
        return Ok(RsaPrivateKey::from_pkcs8(&der)?);
    }
    let key = RsaPrivateKey::generate()?;
    Ok(RsaPrivateKey::from_pkcs8(&files::create(path, key.to_pkcs8())?)?)
}

/// 23 characters that say nothing of the person: the instant of issue, eight digits, a letter.
fn subject_id(dice: &mut Dice, issued: Timestamp) -> String {
    let letter = letter(dice);
    format!("{}{:08}{letter}", issued.strftime("%Y%m%d%H%M%S"), dice.below(100_000_000))
}

fn letter(dice: &mut Dice) -> char {
    char::from(b'A' + dice.below(26) as u8)
}

fn four_digits(dice: &mut Dice) -> String {
    format!("{:04}", dice.below(10_000))
}

fn card_ends(issued: Timestamp, birth: Day) -> Day {
    let issued = plan::day_in_japan(plan::life_of(issued, birth).not_before);
    let grown_up = age_on(birth, issued) >= GROWN_UP_YEARS;
    let (child, adult) = CARD_BIRTHDAYS;
    plan::birthday_after(birth, issued, if grown_up { adult } else { child })
}
