//! Giving certificates out and taking them back.

use std::sync::Arc;

use domain::personal_certificate::{NoCertificate, Terms};
use domain::status::Replaced;
use domain::{
    BranchNumber, CardKey, Coverage, Date, InsurerNumber, PersonalCertificate, Prefecture, RegistrationStatus,
    StatusIndex, date,
};
use jiff::{SignedDuration, Span, Timestamp};
use trust::personal_certificate::{self, Issued, SignError};
use trust::{CredentialSigner, PlaceKey};

use crate::status::places::PlaceGiver;
use crate::store::personal_certificate::{CoverageKey, IssuedCertificate, LockedCoverage};
use crate::store::status::Struck;
use crate::store::{Store, StoreError};

/// Who gives out or takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The operator of the center: for every insurer.
    Operator,
    /// An insurer with its certificate: only for its own insured.
    Insurer(InsurerNumber),
}

impl By {
    fn name(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::Insurer(number) => number.as_str(),
        }
    }

    fn may(&self, insurer: &InsurerNumber) -> Result<(), IssueError> {
        match self {
            Self::Operator => Ok(()),
            Self::Insurer(own) if own == insurer => Ok(()),
            Self::Insurer(_) => Err(IssueError::OtherInsurer),
        }
    }
}

/// Whose certificate, and for how long.
#[derive(Debug, Clone)]
pub struct Wish {
    /// 保険者番号.
    pub insurer: InsurerNumber,
    /// The card.
    pub card_key: CardKey,
    /// 枝番; none where the card has one person only.
    pub branch: Option<BranchNumber>,
    /// 生年月日, so that a misread number meets nobody.
    pub birthdate: Date,
    /// The first day; none is today.
    pub valid_from: Option<Date>,
    /// The last day; none is a year, or as long as the coverage allows.
    pub valid_until: Option<Date>,
    /// The insured asked for the limit classification.
    pub with_limit: bool,
}

/// A certificate, and the coverage as the register has it, for the print.
#[derive(Debug)]
pub struct HandedOut {
    /// What the code says.
    pub issued: Issued,
    /// The coverage behind it.
    pub whole: Coverage,
}

/// Why no certificate was given out or taken back.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// An insurer asked for another one's insured.
    #[error("this is another insurer's insured")]
    OtherInsurer,
    /// Nobody has this card and birth date with a coverage that is in force on the first day.
    #[error("no coverage with these numbers and birth date is in force on the first day")]
    NotFound,
    /// Several people have it.
    #[error("several people have this card; name the branch")]
    Several,
    /// There is none for this coverage.
    #[error(transparent)]
    None(#[from] NoCertificate),
    /// It does not fit into a code.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No certificate has this place.
    #[error("no certificate has this place")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IssueError {
    /// The words for people.
    pub const fn message_ja(&self) -> &'static str {
        match self {
            Self::OtherInsurer => "ほかの保険者の被保険者です。",
            Self::NotFound => "この番号と生年月日で、有効期間の初日に有効な資格がありません。",
            Self::Several => "複数の方に該当します。枝番を入れてください。",
            Self::None(why) => why.message_ja(),
            Self::Sign(SignError::TooLong) => "記号・番号が長く、二次元コードに入りません。",
            Self::Sign(SignError::Key(_)) => "署名の鍵を使えません。",
            Self::Unknown => "この番号の資格確認書はありません。",
            Self::Store(_) => "データベースを利用できません。",
        }
    }
}

/// Gives out and takes back. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Where it is written down.
    pub store: Store,
    /// The key of the shuffle of places.
    pub place_key: PlaceKey,
    /// What certificates are signed with.
    pub signer: Arc<CredentialSigner>,
}

impl Issuer {
    /// Gives a certificate out. It is written down before anybody has it.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn issue(&self, wish: &Wish, by: &By, now: Timestamp) -> Result<HandedOut, IssueError> {
        by.may(&wish.insurer)?;
        let done = self.store.tx("personal_certificate_issue", async |mut tx| {
            let coverages = tx.lock_coverages_of_card(wish.card_key).await?;
            let (key, coverage, from) = match find(coverages, wish, now) {
                Ok(found) => found,
                Err(why) => return Ok(Err(why)),
            };
            let place = PlaceGiver::new(self.place_key.clone())
                .take(&mut tx, std::iter::once(Prefecture::of(&coverage.insurer_number)), now)
                .await?
                .pop()
                .ok_or(StoreError::Misused("no place was given"))?;
            let made = match self.make(&coverage, wish, from, place, now) {
                Ok(made) => made,
                Err(why) => return Ok(Err(why)),
            };
            let certificate = &made.certificate;
            let row = IssuedCertificate {
                place,
                of: key,
                insurer: coverage.insurer_number.clone(),
                issued_at: now,
                issued_by: by.name().to_owned(),
                valid_from: certificate.valid_from,
                valid_until: certificate.valid_until,
                revoked_at: None,
                keep_until: end(certificate.valid_until),
            };
            tx.put_personal_certificate(&row).await?;
            Ok(Ok(HandedOut { issued: made, whole: coverage }))
        });
        let handed = done.await??;
        tracing::info!(target: "issuance", by = by.name(), insurer = %wish.insurer, "a personal certificate was given out");
        Ok(handed)
    }

    fn make(
        &self,
        coverage: &Coverage,
        wish: &Wish,
        valid_from: Date,
        place: StatusIndex,
        now: Timestamp,
    ) -> Result<Issued, IssueError> {
        let latest = PersonalCertificate::latest_day(coverage, valid_from);
        let a_year = valid_from.saturating_add(Span::new().years(1)).saturating_sub(Span::new().days(1));
        let valid_until = wish.valid_until.unwrap_or_else(|| a_year.min(latest));
        // A token says its time in seconds.
        let issued_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let terms = Terms { issued_at, valid_from, valid_until, place, with_limit: wish.with_limit };
        Ok(personal_certificate::issue(&self.signer, &PersonalCertificate::of(coverage, terms)?)?)
    }

    /// Takes a certificate back: the next list says so. Whether it was not taken back before.
    ///
    /// # Errors
    /// There is none with this place, it is another insurer's, or the database.
    pub async fn revoke(&self, place: StatusIndex, by: &By, now: Timestamp) -> Result<bool, IssueError> {
        let replaced = Replaced { disqualification_date: None, registration_status: RegistrationStatus::Deleted };
        let done = self.store.tx("personal_certificate_revoke", async |mut tx| {
            let Some((insurer, keep_until)) = tx.personal_certificate_at(place).await? else {
                return Ok(Err(IssueError::Unknown));
            };
            if let Err(why) = by.may(&insurer) {
                return Ok(Err(why));
            }
            let is_new = tx.revoke_personal_certificate(place, now).await?;
            tx.withdraw_place(&Struck { place, replaced, keep_until }, now).await?;
            Ok(Ok(is_new))
        });
        let is_new = done.await??;
        tracing::info!(target: "issuance", by = by.name(), is_new, "a personal certificate was taken back");
        Ok(is_new)
    }

    /// The certificates of a card, the newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self, card_key: CardKey) -> Result<Vec<IssuedCertificate>, StoreError> {
        let read = async |mut tx: crate::store::Tx| tx.personal_certificates_of_card(card_key).await;
        self.store.read("personal_certificates", read).await
    }
}

/// The one coverage that is meant.
fn find(
    coverages: Vec<LockedCoverage>,
    wish: &Wish,
    now: Timestamp,
) -> Result<(CoverageKey, Coverage, Date), IssueError> {
    let from = wish.valid_from.unwrap_or_else(|| date::in_japan(now).date());
    let mut found = coverages.into_iter().filter(|LockedCoverage { coverage, .. }| {
        coverage.person.birthdate == wish.birthdate
            && wish.branch.is_none_or(|branch| coverage.insured_branch_number == Some(branch))
            && coverage.in_force(from)
    });
    match (found.next(), found.next()) {
        (Some(LockedCoverage { key, coverage }), None) => Ok((key, coverage, from)),
        (Some(_), Some(_)) => Err(IssueError::Several),
        (None, _) => Err(IssueError::NotFound),
    }
}

/// Until when somebody may believe a certificate with this last day: clocks at clinics may be a day behind.
fn end(valid_until: Date) -> Timestamp {
    let midnight = domain::date::from_japan(valid_until.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX);
    midnight.saturating_add(SignedDuration::from_hours(3 * 24)).unwrap_or(Timestamp::MAX)
}
