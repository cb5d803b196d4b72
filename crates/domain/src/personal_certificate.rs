//! 資格確認書 as something that a patient carries: what stands in a personal certificate, and who may have one.
//!
//! A personal certificate says what the register said on the day it was made, signed. Whether that still holds is told by
//! its place in the published list ([`crate::status`]). The signed form is `trust::personal_certificate`.
//!
//! Source: 健康保険法 51条の3 and the ministry's rules on it (what stands in a 資格確認書, valid for five years at most); the
//! limit classification stands in it only where the insured asked for it.

use jiff::civil::DateTime;
use jiff::{Span, Timestamp};

use crate::code::InsuredCardClassification;
use crate::coverage::{ContributionRatio, within};
use crate::eligibility::{Reason, Verdict};
use crate::offline::{self, Copies, Copy, ListSays, Offline, decide_offline};
use crate::{Coverage, Date, EligibilityQuery, Person, RegistrationStatus, Scheme, Status, StatusIndex};

/// Longest validity in years (the ministry's rules on 健康保険法 51条の3).
pub const VALID_YEARS_MAX: i32 = 5;
/// Periods of a share that one certificate carries: the one that runs at its first day, and the next.
pub const SHARES_MAX: usize = 2;

/// A personal certificate: a copy of a coverage with a validity and a place of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalCertificate {
    /// The coverage, as far as the certificate tells it. Its card period is the certificate's validity.
    pub coverage: Coverage,
    /// When it was made; to the second.
    pub issued_at: Timestamp,
    /// The first day on which it counts.
    pub valid_from: Date,
    /// The last day on which it counts.
    pub valid_until: Date,
    /// Its place in the list of the insurer's prefecture.
    pub place: StatusIndex,
    /// The name was too long for a code and stands there as far as it fits; the print has the whole.
    pub name_is_shortened: bool,
}

/// What whoever issues a certificate says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// When it is made.
    pub issued_at: Timestamp,
    /// The first day on which it counts.
    pub valid_from: Date,
    /// The last day on which it counts.
    pub valid_until: Date,
    /// Its place.
    pub place: StatusIndex,
    /// The insured asked that the limit classification be written in.
    pub with_limit: bool,
}

/// Why there is no certificate for a coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NoCertificate {
    /// The insurer has not decided, or has withdrawn the enrolment.
    #[error("the enrolment is not registered")]
    NotRegistered,
    /// 医療扶助 is shown by a ticket of the welfare office.
    #[error("public assistance has tickets, not certificates")]
    PublicAssistance,
    /// 特別療養費: everything is paid at the window and paid back, which only the center may say of the day.
    #[error("for those with special medical expenses the center is asked")]
    SpecialMedicalExpense,
    /// The validity ends before it begins, or lies outside of the coverage or the card's period.
    #[error("the validity lies outside of the coverage")]
    OutsideCoverage,
    /// Longer than [`VALID_YEARS_MAX`].
    #[error("valid for longer than the law allows")]
    TooLong,
    /// The place is in the list of another prefecture than the insurer's.
    #[error("the place is of another prefecture")]
    OtherPrefecture,
}

impl NoCertificate {
    /// The words for people.
    pub const fn message_ja(self) -> &'static str {
        match self {
            Self::NotRegistered => "資格の登録が済んでいません。",
            Self::PublicAssistance => "医療扶助には資格確認書を出しません。医療券をお使いください。",
            Self::SpecialMedicalExpense => "特別療養費の対象者には二次元コードの資格確認書を出しません。",
            Self::OutsideCoverage => "有効期間が資格の期間に入っていません。",
            Self::TooLong => "有効期間は5年以内にしてください。",
            Self::OtherPrefecture => "失効リストの都道府県が保険者と違います。",
        }
    }
}

impl PersonalCertificate {
    /// The certificate of a coverage.
    ///
    /// # Errors
    /// There is none for this coverage, or not with this validity.
    pub fn of(coverage: &Coverage, terms: Terms) -> Result<Self, NoCertificate> {
        may_have_one(coverage)?;
        let Terms { issued_at, valid_from, valid_until, place, with_limit } = terms;
        if place.prefecture() != crate::Prefecture::of(&coverage.insurer_number) {
            return Err(NoCertificate::OtherPrefecture);
        }
        if valid_until < valid_from || !coverage.in_force(valid_from) || !coverage.in_force(valid_until) {
            return Err(NoCertificate::OutsideCoverage);
        }
        if valid_until >= valid_from.saturating_add(Span::new().years(VALID_YEARS_MAX)) {
            return Err(NoCertificate::TooLong);
        }
        let (ratios, elderly) = shares(coverage, valid_from, valid_until);
        let limit = coverage.limit_certificate(valid_from).filter(|_| with_limit).cloned();
        let told = Coverage {
            person: Person {
                name_of_other: None,
                name_of_other_kana: None,
                sex2: None,
                address: None,
                post_number: None,
                ..coverage.person.clone()
            },
            registration_status: RegistrationStatus::Registered,
            insured_name: None,
            disqualification_date: None,
            reason_of_loss: None,
            insured_certificate_issuance_date: None,
            insured_card_valid_date: Some(valid_from),
            insured_card_expiration_date: Some(valid_until),
            insured_partial_contribution_ratio: ratios,
            elderly_recipient_certificates: elderly
                .into_iter()
                .map(|ratio| crate::coverage::ElderlyRecipientCertificate { issued: None, ratio })
                .collect(),
            limit_application_certificates: limit
                .map(|limit| crate::coverage::LimitCertificate { issued: None, long_term: None, ..limit })
                .into_iter()
                .collect(),
            specific_diseases_certificates: Vec::new(),
            medical_tickets: Vec::new(),
            status_index: None,
            ..coverage.clone()
        };
        let name_is_shortened = false;
        Ok(Self { coverage: told, issued_at, valid_from, valid_until, place, name_is_shortened })
    }

    /// Whether it counts on this day by what is written on it.
    pub fn period(&self, on: Date) -> Period {
        if on < self.valid_from {
            Period::NotYet
        } else if self.valid_until < on {
            Period::Over
        } else {
            Period::Runs
        }
    }

    /// The last day that a certificate for this coverage may name, if it is made on `from`: the card's last day, the day
    /// before the coverage ends, five years; the first of these.
    pub fn latest_day(coverage: &Coverage, from: Date) -> Date {
        let five_years = from.saturating_add(Span::new().years(VALID_YEARS_MAX)).saturating_sub(Span::new().days(1));
        let lost = coverage.disqualification_date.map(|lost| lost.saturating_sub(Span::new().days(1)));
        [coverage.insured_card_expiration_date, lost].into_iter().flatten().fold(five_years, Date::min)
    }
}

/// A day and the validity of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Before its first day.
    NotYet,
    /// Within.
    Runs,
    /// After its last day.
    Over,
}

/// How far a certificate is believed while the center cannot be asked.
///
/// | written on it | the list says | so |
/// |---|---|---|
/// | the day is after its last | | [`Standing::Over`] |
/// | the day is before its first | | [`Standing::NotYet`] |
/// | the day lies within | valid | [`Standing::ValidAsOf`] the time of the list |
/// | | invalid | [`Standing::TakenBack`]: lost or taken back by then |
/// | | changed, suspended | cannot tell |
/// | | nothing: no list, one that ran out, or the place is not in it | cannot tell |
///
/// The day of a loss is not in a list: on a day before the list's, a place that was struck out may still have stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It counted at this time in Japan, that of the list.
    ValidAsOf(DateTime),
    /// It was lost or taken back before this time in Japan, that of the list.
    TakenBack(DateTime),
    /// Its last day was this.
    Over(Date),
    /// Its first day will be this.
    NotYet(Date),
    /// It cannot be told.
    CannotTell(CannotTell),
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CannotTell {
    /// No list is here that has not run out, or the place is not in it.
    NotListed,
    /// The register says something else than the certificate, or it is set aside.
    Changed,
}

impl CannotTell {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::NotListed, Self::Changed];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotListed => "certificate_not_listed",
            Self::Changed => "certificate_changed",
        }
    }
}

/// Decides about a certificate by what is written on it and what the list says.
pub fn standing(certificate: &PersonalCertificate, on: Date, listed: Option<ListSays>) -> Standing {
    match certificate.period(on) {
        Period::Over => return Standing::Over(certificate.valid_until),
        Period::NotYet => return Standing::NotYet(certificate.valid_from),
        Period::Runs => {}
    }
    let Some(ListSays { status, as_of }) = listed else {
        return Standing::CannotTell(CannotTell::NotListed);
    };
    match status {
        Status::Invalid if on < as_of.date() => Standing::CannotTell(CannotTell::Changed),
        Status::Invalid => Standing::TakenBack(as_of),
        Status::Changed | Status::Suspended => Standing::CannotTell(CannotTell::Changed),
        Status::Valid => Standing::ValidAsOf(as_of),
    }
}

/// The certificate as facts for the decision: what it tells is as fresh as the list that says that it stands.
pub fn copies(certificate: &PersonalCertificate, standing: Standing, issued_on: Date) -> Copies {
    let (as_of, listed) = match standing {
        Standing::ValidAsOf(as_of) => (as_of.date(), Some(ListSays { status: Status::Valid, as_of })),
        Standing::TakenBack(_) | Standing::Over(_) | Standing::NotYet(_) | Standing::CannotTell(_) => (issued_on, None),
    };
    Copies::new([Copy { coverage: certificate.coverage.clone(), as_of, listed }])
}

/// Decides a question from a certificate: where it stands, as [`decide_offline`] does, and otherwise nothing but whom it is
/// about, and the share that was right last where it may still be.
pub fn decide_by_certificate<'a>(query: &EligibilityQuery, copies: &'a Copies, standing: Standing) -> Offline<'a> {
    let mut offline = decide_offline(query, copies);
    let keeps_share = match standing {
        Standing::ValidAsOf(_) => return offline,
        Standing::CannotTell(_) => true,
        Standing::TakenBack(_) | Standing::Over(_) | Standing::NotYet(_) => false,
    };
    let last = offline.decision.share.take().or(offline.last_share);
    offline.last_share = last.filter(|_| keeps_share);
    (offline.decision.verdict, offline.decision.reason) = (Verdict::Undetermined, Reason::CouldNotTell);
    offline.decision.hints.clear();
    offline.standing = offline::Standing::CannotTell(offline::CannotTell::NothingKept);
    offline
}

/// Whether there are certificates for coverages of this kind at all.
///
/// # Errors
/// Why not.
pub fn may_have_one(coverage: &Coverage) -> Result<(), NoCertificate> {
    if coverage.registration_status != RegistrationStatus::Registered {
        return Err(NoCertificate::NotRegistered);
    }
    match coverage.insured_card_classification {
        InsuredCardClassification::PublicAssistance => Err(NoCertificate::PublicAssistance),
        InsuredCardClassification::SpecialMedicalExpense => Err(NoCertificate::SpecialMedicalExpense),
        InsuredCardClassification::General
        | InsuredCardClassification::Retired
        | InsuredCardClassification::ShortTermGeneral
        | InsuredCardClassification::ShortTermRetired
        | InsuredCardClassification::SpecialRetired
        | InsuredCardClassification::SelfDefenseForces => Ok(()),
    }
}

/// The shares of the certificate's time: of the 後期高齢者 certificate, and of 高齢受給者証.
fn shares(coverage: &Coverage, from: Date, until: Date) -> (Vec<ContributionRatio>, Vec<ContributionRatio>) {
    let meets = |ratio: &&ContributionRatio| within(ratio.start, None, until) && within(None, ratio.end, from);
    let mut met: Vec<ContributionRatio> = if coverage.scheme() == Scheme::LateElderly {
        coverage.insured_partial_contribution_ratio.iter().filter(meets).cloned().collect()
    } else {
        coverage.elderly_recipient_certificates.iter().map(|c| &c.ratio).filter(meets).cloned().collect()
    };
    met.sort_by_key(|ratio| ratio.start);
    met.truncate(SHARES_MAX);
    if coverage.scheme() == Scheme::LateElderly { (met, Vec::new()) } else { (Vec::new(), met) }
}
