//! 二次利用: what of people's records may leave for anything else than their treatment, and that is counts.
//!
//! An export is asked for with a purpose, a legal ground that carries this purpose, a recipient, months, a table and k, by
//! one officer, and approved by another. [`decide`] is the whole rule; whatever it does not allow is refused, with every
//! reason. What leaves is a table of counts of persons ([`ExportTable`]): no row of a person, no total, and no cell of
//! fewer than k persons or three institutions ([`may_be_given`]), so that nothing follows by subtraction. For the same end
//! the numbers of a month are given out in one table with one k, and the same numbers each time: two tables of the same
//! people could be subtracted from each other.
//!
//! The grounds name the law that they stand on as this house reads it. **They are to be reviewed by a lawyer before anything
//! leaves**; the switch of the operator, which is off at first, is the place for that.
//!
//! * [`ground`] — purposes and legal grounds.
//! * [`table`] — tables, their cells, and what is withheld.
#![doc(alias = "二次利用")]

pub mod ground;
pub mod table;

use crate::limits::{EXPORT_K_MAX, EXPORT_K_MIN, EXPORT_LAG_MONTHS, EXPORT_MONTHS_MAX, EXPORT_RECIPIENT_CHARS_MAX};
use crate::record::Month;

pub use ground::{ExportPurpose, LegalGround};
pub use table::{AgeClass, ExportTable, may_be_given};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRequest {
    /// What for.
    pub purpose: ExportPurpose,
    /// On which legal ground.
    pub ground: LegalGround,
    /// Who gets it: 1 to [`EXPORT_RECIPIENT_CHARS_MAX`] characters on one line.
    pub recipient: String,
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
    /// Which table.
    pub table: ExportTable,
    /// The fewest persons of a cell that is given.
    pub k: u32,
}

impl ExportRequest {
    /// Its months in order; at most [`EXPORT_MONTHS_MAX`] where [`decide`] allowed it.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        (self.first.index()..=self.last.index()).map(Month::from_index)
    }
}

/// A month whose numbers have left before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenMonth {
    /// Which month.
    pub month: Month,
    /// In which table.
    pub table: ExportTable,
    /// With which k.
    pub k: u32,
}

/// What counts beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Whether the operator has switched exports on.
    pub switched_on: bool,
    /// The month of today in Japan.
    pub this_month: Month,
    /// Months that were given before.
    pub given: &'a [GivenMonth],
}

/// Why an export is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The operator has not switched exports on.
    SwitchedOff,
    /// The legal ground does not carry the purpose.
    GroundDoesNotCarryPurpose,
    /// Nobody is named who gets it, or more than a name.
    Recipient,
    /// The last month lies before the first.
    PeriodUpsideDown,
    /// More than [`EXPORT_MONTHS_MAX`] months.
    PeriodTooLong,
    /// Claims of the last month are still coming.
    PeriodTooRecent,
    /// k is below [`EXPORT_K_MIN`].
    KTooSmall,
    /// k is above [`EXPORT_K_MAX`]: nothing would be left.
    KTooLarge,
    /// A month of it has left in another table: one could be subtracted from the other.
    MonthGivenInAnotherTable,
    /// A month of it has left with another k: the numbers are given again as they were, or not at all.
    MonthGivenWithAnotherK,
    /// Who approves is who asked.
    SameOfficer,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::SwitchedOff,
        Self::GroundDoesNotCarryPurpose,
        Self::Recipient,
        Self::PeriodUpsideDown,
        Self::PeriodTooLong,
        Self::PeriodTooRecent,
        Self::KTooSmall,
        Self::KTooLarge,
        Self::MonthGivenInAnotherTable,
        Self::MonthGivenWithAnotherK,
        Self::SameOfficer,
    ];

    /// The stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SwitchedOff => "switched_off",
            Self::GroundDoesNotCarryPurpose => "ground_does_not_carry_purpose",
            Self::Recipient => "recipient",
            Self::PeriodUpsideDown => "period_upside_down",
            Self::PeriodTooLong => "period_too_long",
            Self::PeriodTooRecent => "period_too_recent",
            Self::KTooSmall => "k_too_small",
            Self::KTooLarge => "k_too_large",
            Self::MonthGivenInAnotherTable => "month_given_in_another_table",
            Self::MonthGivenWithAnotherK => "month_given_with_another_k",
            Self::SameOfficer => "same_officer",
        }
    }

    /// The words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SwitchedOff => "二次利用の提供は許可されていません（初期値）/ exports are off, as they are at first",
            Self::GroundDoesNotCarryPurpose => {
                "この法的根拠ではこの目的に提供できません / the legal ground does not carry the purpose"
            }
            Self::Recipient => "提供先を1行で書いてください / name the recipient on one line",
            Self::PeriodUpsideDown => "終わりの月が始まりより前です / the last month lies before the first",
            Self::PeriodTooLong => "期間が長すぎます / the period is too long",
            Self::PeriodTooRecent => {
                "請求がまだ届いている月が含まれています / claims of the last month are still coming"
            }
            Self::KTooSmall => "k が小さすぎます（10人以上）/ k is too small, 10 at least",
            Self::KTooLarge => "k が大きすぎます / k is too large",
            Self::MonthGivenInAnotherTable => {
                "別の表で提供済みの月があり、差し引きで個人が分かるおそれがあります / a month has left in another table"
            }
            Self::MonthGivenWithAnotherK => "別の k で提供済みの月があります / a month has left with another k",
            Self::SameOfficer => "申請した担当者は承認できません / who asked cannot approve",
        }
    }
}

/// Whether the counts may leave. Everything that is in the way is named; an empty list is the only way to "yes".
///
/// # Errors
/// The reasons, each once.
pub fn decide(request: &ExportRequest, circumstances: &Circumstances<'_>) -> Result<(), Vec<Refusal>> {
    let months = request.last.index() - request.first.index() + 1;
    let newest = circumstances.this_month.months_before(EXPORT_LAG_MONTHS);
    let recipient = request.recipient.trim();
    let chars = recipient.chars().count();
    let given = |differs: fn(&ExportRequest, &GivenMonth) -> bool| {
        let mine = |given: &&GivenMonth| (request.first..=request.last).contains(&given.month);
        circumstances.given.iter().filter(mine).any(|given| differs(request, given))
    };
    let in_the_way = [
        (!circumstances.switched_on, Refusal::SwitchedOff),
        (!request.ground.carries(request.purpose), Refusal::GroundDoesNotCarryPurpose),
        (
            chars == 0 || chars > EXPORT_RECIPIENT_CHARS_MAX || recipient.chars().any(char::is_control),
            Refusal::Recipient,
        ),
        (months < 1, Refusal::PeriodUpsideDown),
        (months > EXPORT_MONTHS_MAX, Refusal::PeriodTooLong),
        (request.last > newest, Refusal::PeriodTooRecent),
        (request.k < EXPORT_K_MIN, Refusal::KTooSmall),
        (request.k > EXPORT_K_MAX, Refusal::KTooLarge),
        (given(|request, given| given.table != request.table), Refusal::MonthGivenInAnotherTable),
        (given(|request, given| given.k != request.k), Refusal::MonthGivenWithAnotherK),
    ];
    let reasons: Vec<Refusal> = in_the_way.into_iter().filter(|(is, _)| *is).map(|(_, why)| why).collect();
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

/// Whether an officer may approve what another asked for (二人の担当者). Names are compared as people read them: without
/// regard to case and spaces.
///
/// # Errors
/// [`Refusal::SameOfficer`]
pub fn may_approve(asked_by: &str, approver: &str) -> Result<(), Refusal> {
    let same = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
    if same(asked_by) == same(approver) { Err(Refusal::SameOfficer) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    //! Proves the rule case by case: only what is right in every way is allowed.
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    fn request() -> ExportRequest {
        ExportRequest {
            purpose: ExportPurpose::Research,
            ground: LegalGround::ElderlyHealthcare16Of2,
            recipient: "確か大学 公衆衛生学教室".to_owned(),
            first: month("202601"),
            last: month("202602"),
            table: ExportTable::Ingredients,
            k: 10,
        }
    }

    const ON: Circumstances<'static> = Circumstances {
        switched_on: true,
        this_month: match Month::new(2026, 4) {
            Some(month) => month,
            None => panic!("April is a month"),
        },
        given: &[],
    };

    #[test]
    fn only_what_is_right_in_every_way_is_allowed() {
        use Refusal as R;
        let table: [(&str, ExportRequest, &[Refusal]); 12] = [
            ("right in every way", request(), &[]),
            ("the newest month that is complete", ExportRequest { first: month("202602"), ..request() }, &[]),
            ("twelve months", ExportRequest { first: month("202503"), ..request() }, &[]),
            ("thirteen months", ExportRequest { first: month("202502"), ..request() }, &[R::PeriodTooLong]),
            ("last month", ExportRequest { last: month("202603"), ..request() }, &[R::PeriodTooRecent]),
            ("upside down", ExportRequest { last: month("202512"), ..request() }, &[R::PeriodUpsideDown]),
            ("nine persons", ExportRequest { k: 9, ..request() }, &[R::KTooSmall]),
            ("no k", ExportRequest { k: 0, ..request() }, &[R::KTooSmall]),
            ("a k beyond all", ExportRequest { k: EXPORT_K_MAX + 1, ..request() }, &[R::KTooLarge]),
            ("nobody gets it", ExportRequest { recipient: " ".to_owned(), ..request() }, &[R::Recipient]),
            ("two lines", ExportRequest { recipient: "a\nb".to_owned(), ..request() }, &[R::Recipient]),
            (
                "everything at once",
                ExportRequest {
                    purpose: ExportPurpose::HealthPlanning,
                    ground: LegalGround::PersonalInformation69,
                    k: 1,
                    last: month("202604"),
                    ..request()
                },
                &[R::GroundDoesNotCarryPurpose, R::PeriodTooRecent, R::KTooSmall],
            ),
        ];
        for (what, request, reasons) in table {
            let expected = if reasons.is_empty() { Ok(()) } else { Err(reasons.to_vec()) };
            assert_eq!(decide(&request, &ON), expected, "{what}");
            let off = Circumstances { switched_on: false, ..ON };
            let mut more = vec![R::SwitchedOff];
            more.extend(reasons);
            assert_eq!(decide(&request, &off), Err(more), "{what}, switched off");
        }
    }

    #[test]
    fn a_month_leaves_in_one_table_with_one_k() {
        let given = |name: &str, table, k| GivenMonth { month: month(name), table, k };
        let same = [given("202601", ExportTable::Ingredients, 10)];
        let table: [(&[GivenMonth], &[Refusal]); 4] = [
            (&same, &[]),
            (&[given("202602", ExportTable::Classes, 10)], &[Refusal::MonthGivenInAnotherTable]),
            (&[given("202602", ExportTable::Ingredients, 11)], &[Refusal::MonthGivenWithAnotherK]),
            (&[given("202512", ExportTable::Classes, 20)], &[]),
        ];
        for (given, reasons) in table {
            let expected = if reasons.is_empty() { Ok(()) } else { Err(reasons.to_vec()) };
            assert_eq!(decide(&request(), &Circumstances { given, ..ON }), expected);
        }
    }

    #[test]
    fn who_asked_cannot_approve_under_another_spelling() {
        assert_eq!(may_approve("Yamada Taro", "yamada  taro"), Err(Refusal::SameOfficer));
        assert_eq!(may_approve("山田", "山田"), Err(Refusal::SameOfficer));
        assert_eq!(may_approve("山田", "佐藤"), Ok(()));
    }

    #[test]
    fn every_reason_has_a_word_of_its_own() {
        let words: std::collections::BTreeSet<_> = Refusal::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(words.len(), Refusal::ALL.len());
    }

    #[test]
    fn the_months_of_a_request_cross_the_year() {
        let request = ExportRequest { first: month("202511"), last: month("202601"), ..request() };
        let months: Vec<String> = request.months().map(|month| month.to_string()).collect();
        assert_eq!(months, ["202511", "202512", "202601"]);
    }
}
