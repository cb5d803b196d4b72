//! The list columns of an insurer feed: entries joined with `;`, their parts with `/`, an empty part allowed.

use domain::code::{MedicalTreatmentType, SpecificDiseaseCategory, TicketType};
use domain::coverage::{
    ContributionRatio, ElderlyRecipientCertificate, LimitCertificate, MedicalTicket, SpecificDiseaseCertificate,
};
use domain::{Date, LimitClassification, LimitFlag, MedicalInstitutionCode, date};

use super::fault::RowFault;
use crate::limits;

/// Most yen that any amount of these lists can be, in yen.
const AMOUNT_MAX_YEN: u32 = 99_999_999;
/// Longest 交付番号, in characters.
const ISSUE_NUMBER_MAX_CHARS: usize = 50;

pub(super) fn reversed(start: Option<Date>, end: Option<Date>) -> bool {
    matches!((start, end), (Some(start), Some(end)) if end < start)
}

fn entries<const N: usize, T>(raw: &str, read: impl Fn([&str; N]) -> Result<T, RowFault>) -> Result<Vec<T>, RowFault> {
    let mut found = Vec::new();
    for entry in raw.split(';').map(str::trim).filter(|entry| !entry.is_empty()) {
        if found.len() == limits::FEED_MAX_LIST_ENTRIES {
            return Err(RowFault::TooLong);
        }
        let mut parts = [""; N];
        let mut given = entry.split('/');
        for part in &mut parts {
            *part = given.next().ok_or(RowFault::ListShape)?.trim();
        }
        if given.next().is_some() {
            return Err(RowFault::ListShape);
        }
        found.push(read(parts)?);
    }
    Ok(found)
}

fn day(raw: &str) -> Result<Option<Date>, RowFault> {
    if raw.is_empty() { Ok(None) } else { Ok(Some(date::parse(raw)?)) }
}

fn period(start: &str, end: &str) -> Result<(Option<Date>, Option<Date>), RowFault> {
    let (start, end) = (day(start)?, day(end)?);
    if reversed(start, end) { Err(RowFault::PeriodReversed) } else { Ok((start, end)) }
}

fn percent(raw: &str) -> Result<u8, RowFault> {
    match raw {
        "010" => Ok(10),
        "020" => Ok(20),
        "030" => Ok(30),
        _ => Err(RowFault::Ratio),
    }
}

fn yen(raw: &str) -> Result<Option<u32>, RowFault> {
    if raw.is_empty() {
        return Ok(None);
    }
    // `u32::parse` would take a leading plus sign.
    if !raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RowFault::Amount);
    }
    match raw.parse() {
        Ok(yen) if yen <= AMOUNT_MAX_YEN => Ok(Some(yen)),
        _ => Err(RowFault::Amount),
    }
}

fn month(raw: &str) -> Result<String, RowFault> {
    let shape = raw.len() == 6 && raw.bytes().all(|byte| byte.is_ascii_digit());
    if shape && date::parse(&format!("{raw}01")).is_ok() { Ok(raw.to_owned()) } else { Err(RowFault::Month) }
}

pub(super) fn read_ratios(raw: &str) -> Result<Vec<ContributionRatio>, RowFault> {
    entries(raw, |[ratio, start, end]| {
        let (start, end) = period(start, end)?;
        Ok(ContributionRatio { percent: percent(ratio)?, start, end })
    })
}

pub(super) fn read_elderly(raw: &str) -> Result<Vec<ElderlyRecipientCertificate>, RowFault> {
    entries(raw, |[issued, start, end, ratio]| {
        let (start, end) = period(start, end)?;
        let ratio = ContributionRatio { percent: percent(ratio)?, start, end };
        Ok(ElderlyRecipientCertificate { issued: day(issued)?, ratio })
    })
}

pub(super) fn read_limits(raw: &str) -> Result<Vec<LimitCertificate>, RowFault> {
    entries(raw, |[classification, flag, issued, start, end, long_term]| {
        let (start, end) = period(start, end)?;
        Ok(LimitCertificate {
            classification: LimitClassification::parse(classification).map_err(|_| RowFault::UnknownCode)?,
            flag: LimitFlag::parse(flag).map_err(|_| RowFault::UnknownCode)?,
            issued: day(issued)?,
            start,
            end,
            long_term: day(long_term)?,
        })
    })
}

pub(super) fn read_diseases(raw: &str) -> Result<Vec<SpecificDiseaseCertificate>, RowFault> {
    entries(raw, |[category, issued, start, end, self_pay]| {
        let (start, end) = period(start, end)?;
        Ok(SpecificDiseaseCertificate {
            category: SpecificDiseaseCategory::parse(category).map_err(|_| RowFault::UnknownCode)?,
            issued: day(issued)?,
            start,
            end,
            self_pay_yen: yen(self_pay)?,
        })
    })
}

pub(super) fn read_tickets(raw: &str) -> Result<Vec<MedicalTicket>, RowFault> {
    entries(raw, |[kind, start, end, issue_number, treated, institution, treatment, self_pay]| {
        let (start, end) = period(start, end)?;
        if issue_number.chars().count() > ISSUE_NUMBER_MAX_CHARS {
            return Err(RowFault::TooLong);
        }
        Ok(MedicalTicket {
            ticket_type: TicketType::parse(kind).map_err(|_| RowFault::UnknownCode)?,
            start,
            end,
            issue_number: (!issue_number.is_empty()).then(|| issue_number.to_owned()),
            month: month(treated)?,
            institution: MedicalInstitutionCode::parse(institution)?,
            treatment_type: if treatment.is_empty() {
                None
            } else {
                Some(MedicalTreatmentType::parse(treatment).map_err(|_| RowFault::UnknownCode)?)
            },
            self_pay_yen: yen(self_pay)?,
        })
    })
}

fn joined<T, const N: usize>(list: &[T], parts: impl Fn(&T) -> [String; N]) -> String {
    list.iter().map(|item| parts(item).join("/")).collect::<Vec<_>>().join(";")
}

fn day_text(day: Option<Date>) -> String {
    day.map(date::format).unwrap_or_default()
}

fn yen_text(yen: Option<u32>) -> String {
    yen.map(|yen| yen.to_string()).unwrap_or_default()
}

fn ratio_text(ratio: &ContributionRatio) -> String {
    format!("{:03}", ratio.percent)
}

pub(super) fn write_ratios(list: &[ContributionRatio]) -> String {
    joined(list, |ratio| [ratio_text(ratio), day_text(ratio.start), day_text(ratio.end)])
}

pub(super) fn write_elderly(list: &[ElderlyRecipientCertificate]) -> String {
    joined(list, |c| [day_text(c.issued), day_text(c.ratio.start), day_text(c.ratio.end), ratio_text(&c.ratio)])
}

pub(super) fn write_limits(list: &[LimitCertificate]) -> String {
    joined(list, |c| {
        [
            c.classification.code().to_owned(),
            c.flag.code().to_owned(),
            day_text(c.issued),
            day_text(c.start),
            day_text(c.end),
            day_text(c.long_term),
        ]
    })
}

pub(super) fn write_diseases(list: &[SpecificDiseaseCertificate]) -> String {
    joined(list, |c| {
        [c.category.code().to_owned(), day_text(c.issued), day_text(c.start), day_text(c.end), yen_text(c.self_pay_yen)]
    })
}

pub(super) fn write_tickets(list: &[MedicalTicket]) -> String {
    joined(list, |ticket| {
        [
            ticket.ticket_type.code().to_owned(),
            day_text(ticket.start),
            day_text(ticket.end),
            ticket.issue_number.clone().unwrap_or_default(),
            ticket.month.clone(),
            ticket.institution.to_string(),
            ticket.treatment_type.map(|kind| kind.code().to_owned()).unwrap_or_default(),
            yen_text(ticket.self_pay_yen),
        ]
    })
}
