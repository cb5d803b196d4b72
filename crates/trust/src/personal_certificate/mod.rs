//! The personal certificate (資格確認書) that fits into one QR code: a signed CWT ([`crate::cwt`]) in base45.
//!
//! ```text
//! TSK1:<base45 of the token>           at most 470 characters: QR version 16 at level Q, alphanumeric mode
//!
//! { 4: exp, 5: nbf, 6: iat,            seconds since 1970; validity begins and ends at midnight in Japan
//!   65535: { "status_list":            IETF Token Status List 6.3
//!            { "idx": 40312, "uri": "urn:tashika:status:13" } },
//!   -65539: {                          private use
//!     1: name,                         氏名
//!     2: kana,                         氏名カナ; may be left out
//!     3: birthdate,                    yyyymmdd as a number, as every day below
//!     4: sex,                          1 男, 2 女, 3 未設定
//!     5: insurer,                      保険者番号 as a number: 6 digits below 1,000,000, else 8
//!     6: insurer name,                 may be left out
//!     7: symbol,                       記号; left out where the card has none
//!     8: number,                       番号
//!     9: branch,                       枝番, 0 to 99; left out where there is none
//!    10: family,                       1 本人, 2 家族; may be left out
//!    11: qualified,                    資格取得年月日
//!    12: classification,               被保険者証区分 2 to 7; left out for 01 (一般)
//!    13: [+ [percent, first, last]],   負担割合 of 70 to 74 and of 後期高齢者, at most two periods; null is an open side
//!    14: [kind, flag, first, last],    限度額適用: 証区分 1 to 3, 適用区分 such as "A03"
//!    15: true } }                      the name was cut because it is too long
//! ```
//!
//! Who signed is named by `kid` in the protected header. There is no claim `iss`, `sub` or `typ`: each byte makes the
//! modules smaller.
//!
//! What does not fit is left out in this order, and whoever issues is told: the insurer's name (the number says the same), the
//! kana, then the end of the name (and the token says that it was cut). When that is not enough there is no certificate.
//! The numbers of the card are never touched.
//!
//! One spelling: keys in order, shortest heads; whatever is not written exactly so is refused.

use domain::code::InsuredCardClassification;
use domain::{CardSymbol, Date, PersonalCertificate};
use jiff::{Span, Timestamp};

use crate::cwt::{self, CredentialKey, CredentialSigner, CwtError, EXPIRES, ISSUED_AT, NOT_BEFORE};
use crate::keys::KeyError;
use crate::limits::{CERTIFICATE_NAME_CHARS_MIN, CERTIFICATE_TEXT_CHARS_MAX};
use crate::{base45, cbor};

mod read;

/// What the text begins with: whose format, and which version of it.
pub const PREFIX: &str = "TSK1:";

const STATUS: u64 = 65_535;
/// Private use (RFC 8392: below -65536).
const TOLD: i64 = -65_539;

const NAME: u64 = 1;
const KANA: u64 = 2;
const BIRTHDATE: u64 = 3;
const SEX: u64 = 4;
const INSURER: u64 = 5;
const INSURER_NAME: u64 = 6;
const SYMBOL: u64 = 7;
const NUMBER: u64 = 8;
const BRANCH: u64 = 9;
const FAMILY: u64 = 10;
const QUALIFIED: u64 = 11;
const CLASSIFICATION: u64 = 12;
const SHARES: u64 = 13;
const LIMIT: u64 = 14;
const NAME_SHORTENED: u64 = 15;

/// Insurers below this have six digits.
const EIGHT_DIGITS_FROM: u64 = 1_000_000;

/// A signed certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// What the QR code says.
    pub text: String,
    /// What it tells: the certificate that was asked for, without what did not fit.
    pub certificate: PersonalCertificate,
    /// What did not fit.
    pub left_out: Vec<LeftOut>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issued({} characters, without {:?})", self.text.len(), self.left_out)
    }
}

/// What a code has no room for. The print has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// 保険者名称.
    InsurerName,
    /// 氏名カナ.
    Kana,
    /// The end of the name.
    EndOfName,
}

impl LeftOut {
    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::InsurerName => "保険者名称",
            Self::Kana => "氏名カナ",
            Self::EndOfName => "氏名の後半",
        }
    }
}

/// Why no certificate was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Symbol and number are so long that not even a cut name has room.
    #[error("the numbers of the card leave no room for the name")]
    TooLong,
    /// The library could not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs a certificate as the text of a QR code.
///
/// # Errors
/// It has no room, or the library could not sign.
pub fn issue(signer: &CredentialSigner, certificate: &PersonalCertificate) -> Result<Issued, SignError> {
    let (certificate, left_out) = fit(certificate).ok_or(SignError::TooLong)?;
    let token = signer.sign(None, &claims(&certificate))?;
    let text = format!("{PREFIX}{}", base45::encode(&token));
    debug_assert!(text.len() <= CERTIFICATE_TEXT_CHARS_MAX, "measured before it was signed");
    Ok(Issued { text, certificate, left_out })
}

/// Leaves out what has no room, in the order that the module's header says.
fn fit(certificate: &PersonalCertificate) -> Option<(PersonalCertificate, Vec<LeftOut>)> {
    let mut fitting = certificate.clone();
    let mut left_out = Vec::new();
    if has_room(&fitting) {
        return Some((fitting, left_out));
    }
    if !fitting.coverage.insurer_name.is_empty() {
        fitting.coverage.insurer_name.clear();
        left_out.push(LeftOut::InsurerName);
        if has_room(&fitting) {
            return Some((fitting, left_out));
        }
    }
    if fitting.coverage.person.name_kana.take().is_some() {
        left_out.push(LeftOut::Kana);
        if has_room(&fitting) {
            return Some((fitting, left_out));
        }
    }
    fitting.name_is_shortened = true;
    left_out.push(LeftOut::EndOfName);
    let whole: Vec<char> = certificate.coverage.person.name.chars().collect();
    for length in (CERTIFICATE_NAME_CHARS_MIN..whole.len()).rev() {
        // A sign that belongs to the character before it is not cut off from it.
        if belongs_to_the_one_before(whole[length]) {
            continue;
        }
        fitting.coverage.person.name = whole[..length].iter().collect();
        if has_room(&fitting) {
            return Some((fitting, left_out));
        }
    }
    None
}

/// Variation selectors and combining marks.
const fn belongs_to_the_one_before(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{ff9e}' | '\u{ff9f}')
}

fn has_room(certificate: &PersonalCertificate) -> bool {
    let token = cwt::token_len(None, claims(certificate).len());
    PREFIX.len() + base45::encoded_len(token) <= CERTIFICATE_TEXT_CHARS_MAX
}

/// Midnight at which a day begins in Japan.
fn midnight(day: Date) -> Timestamp {
    domain::date::from_japan(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn day_after(day: Date) -> Date {
    day.saturating_add(Span::new().days(1))
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or(0)
}

/// `yyyymmdd` as a number.
fn day_number(day: Date) -> u64 {
    let number = i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day());
    u64::try_from(number).unwrap_or(0)
}

fn push_day(out: &mut Vec<u8>, day: Option<Date>) {
    match day {
        Some(day) => cbor::unsigned(out, day_number(day)),
        None => out.push(cbor::NULL),
    }
}

/// Digits as a number: codes and identifiers of digits only.
fn digits(text: &str) -> u64 {
    text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0') % 10))
}

fn claims(certificate: &PersonalCertificate) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    cbor::map(&mut out, 5);
    for (key, at) in [
        (EXPIRES, midnight(day_after(certificate.valid_until))),
        (NOT_BEFORE, midnight(certificate.valid_from)),
        (ISSUED_AT, certificate.issued_at),
    ] {
        cbor::unsigned(&mut out, key);
        cbor::unsigned(&mut out, seconds(at));
    }
    cbor::unsigned(&mut out, STATUS);
    cbor::map(&mut out, 1);
    cbor::text(&mut out, "status_list");
    cbor::map(&mut out, 2);
    cbor::text(&mut out, "idx");
    cbor::unsigned(&mut out, u64::from(certificate.place.index()));
    cbor::text(&mut out, "uri");
    cbor::text(&mut out, &certificate.place.list_uri());
    cbor::integer(&mut out, TOLD);
    push_told(&mut out, certificate);
    out
}

/// What is told of the coverage. Its members are counted while they are written, so the head comes last.
fn push_told(out: &mut Vec<u8>, certificate: &PersonalCertificate) {
    let coverage = &certificate.coverage;
    let person = &coverage.person;
    let mut told = Members::default();
    told.text(NAME, Some(&person.name));
    told.text(KANA, person.name_kana.as_deref());
    told.number(BIRTHDATE, Some(day_number(person.birthdate)));
    told.number(SEX, Some(digits(person.sex1.code())));
    told.number(INSURER, Some(digits(coverage.insurer_number.as_str())));
    told.text(INSURER_NAME, Some(coverage.insurer_name.as_str()).filter(|name| !name.is_empty()));
    told.text(SYMBOL, coverage.insured_card_symbol.as_ref().map(CardSymbol::as_str));
    told.text(NUMBER, Some(coverage.insured_identification_number.as_str()));
    told.number(BRANCH, coverage.insured_branch_number.map(|branch| digits(branch.as_str())));
    told.number(FAMILY, coverage.personal_family_classification.map(|family| digits(family.code())));
    told.number(QUALIFIED, Some(day_number(coverage.qualification_date)));
    let classification = coverage.insured_card_classification;
    let is_usual = classification == InsuredCardClassification::General;
    told.number(CLASSIFICATION, (!is_usual).then(|| digits(classification.code())));
    let elderly = coverage.elderly_recipient_certificates.iter().map(|certificate| &certificate.ratio);
    let shares: Vec<_> = coverage.insured_partial_contribution_ratio.iter().chain(elderly).collect();
    if !shares.is_empty() {
        let out = told.member(SHARES);
        cbor::array(out, shares.len());
        for share in shares {
            cbor::array(out, 3);
            cbor::unsigned(out, u64::from(share.percent));
            push_day(out, share.start);
            push_day(out, share.end);
        }
    }
    if let Some(limit) = coverage.limit_application_certificates.first() {
        let out = told.member(LIMIT);
        cbor::array(out, 4);
        cbor::unsigned(out, digits(limit.classification.code()));
        cbor::text(out, limit.flag.code());
        push_day(out, limit.start);
        push_day(out, limit.end);
    }
    if certificate.name_is_shortened {
        told.member(NAME_SHORTENED).push(cbor::TRUE);
    }
    cbor::map(out, told.count);
    out.extend_from_slice(&told.bytes);
}

#[derive(Default)]
struct Members {
    count: usize,
    bytes: Vec<u8>,
}

impl Members {
    fn member(&mut self, key: u64) -> &mut Vec<u8> {
        self.count += 1;
        cbor::unsigned(&mut self.bytes, key);
        &mut self.bytes
    }

    fn text(&mut self, key: u64, text: Option<&str>) {
        if let Some(text) = text {
            cbor::text(self.member(key), text);
        }
    }

    fn number(&mut self, key: u64, number: Option<u64>) {
        if let Some(number) = number {
            cbor::unsigned(self.member(key), number);
        }
    }
}

/// Why a text is no certificate that is believed. None of these says anything about the patient's insurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Another code, such as one of a shop.
    #[error("the text does not begin with {PREFIX}")]
    OtherCode,
    /// Longer than any of ours.
    #[error("longer than {CERTIFICATE_TEXT_CHARS_MAX} characters")]
    TooLong,
    /// Not base45: misread, or cut off.
    #[error("not base45, or cut off")]
    Text,
    /// The token around it.
    #[error(transparent)]
    Token(#[from] CwtError),
    /// Signed, but not the claims described above; which one.
    #[error("the claims have another form than ours: {0}")]
    Claims(&'static str),
}

impl CertificateError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherCode => "certificate-other-code",
            Self::TooLong | Self::Text | Self::Token(CwtError::Damaged) => "certificate-damaged",
            Self::Token(CwtError::OtherKey) => "certificate-other-key",
            Self::Token(CwtError::Signature) => "certificate-signature",
            Self::Claims(_) => "certificate-claims",
        }
    }

    /// The words for people.
    pub const fn message_ja(self) -> &'static str {
        match self {
            Self::OtherCode => "資格確認書の二次元コードではありません。",
            Self::TooLong | Self::Text | Self::Token(CwtError::Damaged) => {
                "二次元コードの内容が途中で切れているか、壊れています。もう一度読み取ってください。"
            }
            Self::Token(CwtError::OtherKey) => "この端末が知らない鍵で署名された二次元コードです。",
            Self::Token(CwtError::Signature) => "二次元コードの内容が、署名されたあとに書き換えられています。",
            Self::Claims(_) => "新しい形式の二次元コードです。プログラムを更新してください。",
        }
    }

    /// The same in English.
    pub const fn message_en(self) -> &'static str {
        match self {
            Self::OtherCode => "This is not the code of a certificate.",
            Self::TooLong | Self::Text | Self::Token(CwtError::Damaged) => {
                "The code is cut off or damaged. Scan it again."
            }
            Self::Token(CwtError::OtherKey) => "The code is signed by a key that is not known here.",
            Self::Token(CwtError::Signature) => "The code was changed after it was signed.",
            Self::Claims(_) => "The code has a newer form. Update this program.",
        }
    }
}

/// Reads the text of a QR code and verifies its signature. Whether it counts today, and whether it was taken back, is
/// another question.
///
/// # Errors
/// Why it is not believed.
pub fn read(text: &str, keys: &[CredentialKey]) -> Result<PersonalCertificate, CertificateError> {
    let body = text.strip_prefix(PREFIX).ok_or(CertificateError::OtherCode)?;
    if text.len() > CERTIFICATE_TEXT_CHARS_MAX {
        return Err(CertificateError::TooLong);
    }
    let token = base45::decode(body).ok_or(CertificateError::Text)?;
    read::claims(cwt::open(&token, None, keys)?).map_err(CertificateError::Claims)
}
