//! Applications and files, as the public descriptions of the card have them.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::content::{CardContent, ContentError, Credential, Form};
use super::rsa::RsaKey;
use crate::limits::FILE_BYTES_MAX;
use crate::{jpki, surface, tlv};

/// 券面事項入力補助AP: the texts of the card's face, for filling in forms.
const TEXT_APPLICATION: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
/// 住基AP.
const RESIDENT_APPLICATION: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
/// 共通カードAP.
const COMMON_APPLICATION: [u8; 10] = [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];

/// The number that nobody has, in place of the 12-digit number.
const NO_NUMBER: &[u8; 12] = b"000000000000";

/// Certificates lie in files of a whole multiple of this, with filler behind.
const CERTIFICATE_FILE_STEP_BYTES: usize = 512;
const FILLER: u8 = 0xFF;

/// In place of pictures, keys and signatures that nobody here looks at.
const PICTURE: [u8; 1_000] = [0; 1_000];
const OPAQUE: [u8; 256] = [0; 256];
const KEY_ID: [u8; 16] = *b"TASHIKA-VIRTUAL1";
const VERSION: [u8; 4] = [0, 0, 0, 1];

/// An application of the card.
pub(super) struct Application {
    pub(super) name: [u8; 10],
    pub(super) files: BTreeMap<u16, Body>,
}

/// What a file is.
pub(super) enum Body {
    /// Bytes that are read by offset.
    Binary { bytes: Vec<u8>, access: Access },
    /// Records, numbered from 1.
    Records(Vec<Vec<u8>>),
    /// A PIN or password with its counter, which the card's state holds under `name`.
    Secret { value: Vec<u8>, tries_max: u8, name: &'static str },
    /// A private key and the file of the secret that opens it.
    Key { key: RsaKey, opens_with: u16 },
    /// There, and for nobody.
    Sealed,
}

/// Who may read.
#[derive(Clone, Copy)]
pub(super) enum Access {
    Free,
    /// Whoever showed one of these secrets.
    WithOneOf(&'static [u16]),
}

/// All applications of a card, in the order in which the beginning of a name finds them.
pub(super) fn applications(content: &CardContent) -> Result<Vec<Application>, ContentError> {
    content.check()?;
    let mut all = vec![jpki(content)?];
    if content.form == Form::Card {
        all.extend([surface(content)?, text(content)?, resident(content), common(content)]);
    }
    Ok(all)
}

fn jpki(content: &CardContent) -> Result<Application, ContentError> {
    const USER_PIN: &[u16] = &[0x0018];
    const SIGNING_PASSWORD: &[u16] = &[0x001B];
    let user_access = if content.form.is_phone() { Access::WithOneOf(USER_PIN) } else { Access::Free };
    let presence = if content.signing.is_some() { 0x8F } else { 0x00 };
    let mut files = BTreeMap::from([
        (0x0006, free(token_info(content.form))),
        (0x0008, free(vec![presence, 0x8F, 0x00])),
        (0x0009, Body::Sealed),
        (0x0016, Body::Sealed),
        (0x0018, secret(&content.secrets.user_pin, 3, "jpki-0018")),
        (0x001B, secret(&content.secrets.signing_password, 5, "jpki-001B")),
    ]);
    let mut add =
        |credential: &Credential, [leaf, ca, key]: [u16; 3], access, secrets: &[u16]| -> Result<(), ContentError> {
            files.insert(leaf, Body::Binary { bytes: certificate_file(&credential.certificate)?, access });
            files.insert(ca, free(certificate_file(&credential.ca)?));
            let opens_with = secrets[0];
            let key_of = RsaKey::from_pkcs8(&credential.private_key).ok_or(ContentError::Key)?;
            files.insert(key, Body::Key { key: key_of, opens_with });
            Ok(())
        };
    add(&content.user, [0x000A, 0x000B, 0x0017], user_access, USER_PIN)?;
    if let Some(signing) = &content.signing {
        add(signing, [0x0001, 0x0002, 0x001A], Access::WithOneOf(SIGNING_PASSWORD), SIGNING_PASSWORD)?;
    }
    Ok(Application { name: jpki::APPLICATION_NAME, files })
}

/// 券面事項確認AP.
fn surface(content: &CardContent) -> Result<Application, ContentError> {
    const BIRTH: &[u16] = &[0x0011];
    const A_OR_B: &[u16] = &[0x0013, 0x0012];
    const A: &[u16] = &[0x0013];
    let face = &content.face;
    let (birth, expires) = (domain::date::format(face.birth), domain::date::format(face.expires));
    let sex = face.sex.to_string();
    let age = [tlv::write(0xDF11, birth.as_bytes()), tlv::write(0xDF12, &OPAQUE), tlv::write(0xDF13, &OPAQUE)];
    let parts = [
        (0xDF22, birth.as_bytes()),
        (0xDF23, sex.as_bytes()),
        (0xDF24, &OPAQUE),
        (0xDF25, &PICTURE),
        (0xDF26, &PICTURE),
        (0xDF27, face.photo.as_slice()),
        (0xDF28, &OPAQUE),
        (0xDF29, expires.as_bytes()),
        (0xDF2A, &PICTURE),
    ];
    let room = FILE_BYTES_MAX - 8 * PICTURE.len();
    if face.photo.len() > room {
        return Err(ContentError::TooLarge { what: "the photo" });
    }
    let about = [&VERSION[..], &KEY_ID, &[1], b"13101", &OPAQUE].concat();
    let files = BTreeMap::from([
        (0x0001, with_one_of(BIRTH, tlv::write(0xFF10, &age.concat()))),
        (0x0002, with_one_of(A_OR_B, indexed(0xFF20, 0xDF21, &parts))),
        (0x0003, free(tlv::write(0xFF30, &about))),
        (0x0004, free(OPAQUE.to_vec())),
        (0x0005, with_one_of(A, tlv::write(0xFF40, &PICTURE))),
        (0x0011, secret(&content.birth_in_era(), 10, "surface-0011")),
        (0x0012, secret(&content.number_b(), 10, "surface-0012")),
        (0x0013, Body::Secret { value: NO_NUMBER.to_vec(), tries_max: 10, name: "surface-0013" }),
    ]);
    Ok(Application { name: surface::APPLICATION_NAME, files })
}

/// 券面事項入力補助AP.
fn text(content: &CardContent) -> Result<Application, ContentError> {
    const PIN_OR_A: &[u16] = &[0x0011, 0x0014];
    const PIN_OR_B: &[u16] = &[0x0011, 0x0015];
    const ANY: &[u16] = &[0x0011, 0x0014, 0x0015];
    let face = &content.face;
    let number = [&[0xFF, 0x10, 0x0C][..], NO_NUMBER, &[FILLER, FILLER]].concat();
    let (birth, sex) = (domain::date::format(face.birth), face.sex.to_string());
    let parts = [
        (0xDF22, face.name.as_bytes()),
        (0xDF23, face.address.as_bytes()),
        (0xDF24, birth.as_bytes()),
        (0xDF25, sex.as_bytes()),
    ];
    if face.name.len() + face.address.len() > FILE_BYTES_MAX / 2 {
        return Err(ContentError::TooLarge { what: "name and address" });
    }
    let texts = indexed(0xFF20, 0xDF21, &parts);
    let hashes = [
        tlv::write(0xDF31, &Sha256::digest(&number)),
        tlv::write(0xDF32, &Sha256::digest(&texts)),
        tlv::write(0xDF33, &OPAQUE),
    ];
    let about = [tlv::write(0xDF41, &VERSION), tlv::write(0xDF42, &KEY_ID)];
    let files = BTreeMap::from([
        (0x0001, with_one_of(PIN_OR_A, number)),
        (0x0002, with_one_of(PIN_OR_B, texts)),
        (0x0003, with_one_of(ANY, tlv::write(0xFF30, &hashes.concat()))),
        (0x0004, free(OPAQUE.to_vec())),
        (0x0005, free(tlv::write(0xFF40, &about.concat()))),
        (0x0006, with_one_of(ANY, [&[0xA1, 0x82, 0x01, 0x00][..], &OPAQUE].concat())),
        (0x0007, free(OPAQUE.to_vec())),
        (0x0011, secret(&content.secrets.text_pin, 3, "text-0011")),
        // Delivered blocked, for whoever makes cards.
        (0x0012, Body::Secret { value: Vec::new(), tries_max: 0, name: "text-0012" }),
        (0x0014, Body::Secret { value: NO_NUMBER.to_vec(), tries_max: 10, name: "text-0014" }),
        (0x0015, secret(&content.number_b(), 10, "text-0015")),
    ]);
    Ok(Application { name: TEXT_APPLICATION, files })
}

fn resident(content: &CardContent) -> Application {
    let files = BTreeMap::from([
        (0x0002, Body::Records(vec![KEY_ID.to_vec()])),
        (0x001C, secret(&content.secrets.resident_pin, 3, "resident-001C")),
    ]);
    Application { name: RESIDENT_APPLICATION, files }
}

fn common(content: &CardContent) -> Application {
    // Serial of 15 digits, municipality of 5, the last day of the card.
    let digits = format!("{:015}13101{}", 0, domain::date::format(content.face.expires));
    let record = [&[0x01, 0x1C][..], digits.as_bytes()].concat();
    let files = BTreeMap::from([
        (0x0001, Body::Records(vec![record])),
        (0x0002, Body::Records(vec![KEY_ID.to_vec()])),
        (0x0019, Body::Sealed),
    ]);
    Application { name: COMMON_APPLICATION, files }
}

fn free(bytes: Vec<u8>) -> Body {
    Body::Binary { bytes, access: Access::Free }
}

fn with_one_of(secrets: &'static [u16], bytes: Vec<u8>) -> Body {
    Body::Binary { bytes, access: Access::WithOneOf(secrets) }
}

fn secret(value: &str, tries_max: u8, name: &'static str) -> Body {
    Body::Secret { value: value.as_bytes().to_vec(), tries_max, name }
}

fn certificate_file(der: &[u8]) -> Result<Vec<u8>, ContentError> {
    let bytes = (der.len() + 1).next_multiple_of(CERTIFICATE_FILE_STEP_BYTES);
    if bytes > FILE_BYTES_MAX {
        return Err(ContentError::TooLarge { what: "a certificate" });
    }
    let mut file = der.to_vec();
    file.resize(bytes, FILLER);
    Ok(file)
}

/// The 160 bytes that a token says about itself: a token-info record of PKCS#11.
fn token_info(form: Form) -> Vec<u8> {
    let field = |text: &str, bytes: usize| format!("{text:<bytes$}").into_bytes();
    let texts = [field(form.label(), 32), field("JPKI", 32), field("", 16), field("", 16)].concat();
    // Flags and ten counters of 4 bytes, two versions of 2, and the time as 16 spaces.
    [texts, vec![0; 4 + 10 * 4 + 2 * 2], field("", 16)].concat()
}

/// A value of parts, the first of which says where each other one begins, counted from the beginning of the file.
fn indexed(tag: u16, index_tag: u16, parts: &[(u16, &[u8])]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts.iter().map(|(tag, value)| tlv::write(*tag, value)).collect();
    let index_bytes = tlv::write(index_tag, &vec![0; 2 * parts.len()]).len();
    let body_bytes = index_bytes + parts.iter().map(Vec::len).sum::<usize>();
    let mut at = tlv::write(tag, &vec![0; body_bytes]).len() - body_bytes + index_bytes;
    let mut index = Vec::new();
    for part in &parts {
        index.extend(u16::try_from(at).unwrap_or(u16::MAX).to_be_bytes());
        at += part.len();
    }
    tlv::write(tag, &[tlv::write(index_tag, &index), parts.concat()].concat())
}
