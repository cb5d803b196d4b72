//! How a search is read. A parameter that is not understood is refused: a search that silently leaves out a condition shows
//! more than was asked for.

use domain::Date;
use domain::record::PatientResource;
use jiff::ToSpan as _;

use super::{date_param, is_served_format};
use crate::api::FieldError;
use crate::limits::{FHIR_PAGE_DEFAULT_ENTRIES, FHIR_PAGE_MAX_ENTRIES};

/// A search that can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Id of the patient.
    pub patient: String,
    /// The first day that fits; none: no bound.
    pub first_day: Option<Date>,
    /// The last day that fits; none: no bound.
    pub last_day: Option<Date>,
    /// Entries of a page, from 1 to [`FHIR_PAGE_MAX_ENTRIES`].
    pub count: usize,
    /// Entries before this page.
    pub offset: usize,
}

impl Search {
    /// Everything of a patient on one page, as `$everything` shows it.
    pub fn everything(patient: &str) -> Self {
        Self { patient: patient.to_owned(), first_day: None, last_day: None, count: FHIR_PAGE_MAX_ENTRIES, offset: 0 }
    }

    /// Reads the pairs of a query string, percent signs already undone.
    ///
    /// # Errors
    /// One entry for each parameter that is unknown, repeated where it may not be, or cannot be read; and one where `patient`
    /// is missing. No value is repeated.
    pub fn parse(kind: PatientResource, pairs: &[(String, String)]) -> Result<Self, Vec<FieldError>> {
        let mut search = Self { count: FHIR_PAGE_DEFAULT_ENTRIES, ..Self::everything("") };
        let mut wrong = Vec::new();
        for (name, value) in pairs {
            let read = match name.as_str() {
                "patient" | "patient:Patient" => search.take_patient(value),
                "_count" => number(value).filter(|count| *count > 0).map(|count| {
                    search.count = count.min(FHIR_PAGE_MAX_ENTRIES);
                }),
                "_offset" => number(value).map(|offset| search.offset = offset),
                // A plus sign of an address that was not written as %2B is a space by now.
                "_format" => is_served_format(&value.replace(' ', "+")).then_some(()),
                name if Some(name) == date_param(kind) => search.take_days(value),
                _ => {
                    wrong.push(unknown(name));
                    continue;
                }
            };
            if read.is_none() {
                wrong.push(bad(name, "value", "検索条件の値を読み取れません。", "The value cannot be read."));
            }
        }
        if search.patient.is_empty() && !wrong.iter().any(|error| error.field == "patient") {
            wrong.push(bad("patient", "empty", "patient を指定してください。", "Name the patient."));
        }
        if wrong.is_empty() { Ok(search) } else { Err(wrong) }
    }

    /// `Patient/ID` or `ID`, once.
    fn take_patient(&mut self, value: &str) -> Option<()> {
        let id = value.strip_prefix("Patient/").unwrap_or(value);
        if id.is_empty() || !self.patient.is_empty() {
            return None;
        }
        id.clone_into(&mut self.patient);
        Some(())
    }

    /// `ge2026-01-01`, `2026`, and so on: the narrowest bounds of several hold.
    fn take_days(&mut self, value: &str) -> Option<()> {
        let (prefix, day) = match value.get(..2) {
            Some(prefix @ ("eq" | "ge" | "gt" | "le" | "lt")) => (prefix, &value[2..]),
            _ => ("eq", value),
        };
        let (first, last) = days_of(day)?;
        let (from, to) = match prefix {
            "eq" => (Some(first), Some(last)),
            "ge" => (Some(first), None),
            "gt" => (Some(last.tomorrow().ok()?), None),
            "le" => (None, Some(last)),
            _ => (None, Some(first.yesterday().ok()?)),
        };
        self.first_day = self.first_day.max(from);
        self.last_day = match (self.last_day, to) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
        Some(())
    }

    /// Whether something of this day fits. What has no day fits only a search that names none.
    pub fn fits(&self, day: Option<Date>) -> bool {
        let Some(day) = day else { return self.first_day.is_none() && self.last_day.is_none() };
        self.first_day.is_none_or(|first| day >= first) && self.last_day.is_none_or(|last| day <= last)
    }
}

/// Reads the query string of what takes no parameters, such as a read.
///
/// # Errors
/// One entry for each that is there, other than `_format`.
pub fn takes_none(pairs: &[(String, String)]) -> Result<(), Vec<FieldError>> {
    let wrong: Vec<FieldError> =
        pairs.iter().filter(|(name, _)| name != "_format").map(|(name, _)| unknown(name)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn unknown(name: &str) -> FieldError {
    bad(name, "unknown", "この検索条件には対応していません。", "This parameter is not supported.")
}

/// First and last day of `yyyy`, `yyyy-MM`, or `yyyy-MM-dd`, with a time behind it or not.
fn days_of(text: &str) -> Option<(Date, Date)> {
    let text = text.split('T').next()?;
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<i16>().ok());
    let year = part(0..4)?;
    let dashes = text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == matches!(at, 4 | 7));
    if !dashes {
        return None;
    }
    match text.len() {
        4 => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        7 => {
            let first = Date::new(year, i8::try_from(part(5..7)?).ok()?, 1).ok()?;
            Some((first, first.checked_add(1.month()).ok()?.yesterday().ok()?))
        }
        10 => {
            let day = Date::new(year, i8::try_from(part(5..7)?).ok()?, i8::try_from(part(8..10)?).ok()?).ok()?;
            Some((day, day))
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn bad(field: &str, code: &str, message: &str, message_en: &str) -> FieldError {
    FieldError {
        // The name of a parameter may be anything, also a name of a person.
        field: if code == "unknown" && !is_plain(field) { "?".to_owned() } else { field.to_owned() },
        code: code.to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    }
}

fn is_plain(name: &str) -> bool {
    name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b':' | b'.'))
}

#[cfg(test)]
mod tests {
    //! Proves that a search is read whole or refused, and what its days mean.
    use super::*;
    use jiff::civil::date;

    fn parse(pairs: &[(&str, &str)]) -> Result<Search, Vec<FieldError>> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Search::parse(PatientResource::MedicationDispense, &pairs)
    }

    #[test]
    fn days_are_whole_years_months_or_days_and_the_narrowest_holds() {
        for (values, first, last) in [
            (vec!["2026-03-05"], Some(date(2026, 3, 5)), Some(date(2026, 3, 5))),
            (vec!["2024-02"], Some(date(2024, 2, 1)), Some(date(2024, 2, 29))),
            (vec!["eq2025"], Some(date(2025, 1, 1)), Some(date(2025, 12, 31))),
            (vec!["ge2025-06-01T00:00:00+09:00"], Some(date(2025, 6, 1)), None),
            (vec!["gt2025-12"], Some(date(2026, 1, 1)), None),
            (vec!["lt2025"], None, Some(date(2024, 12, 31))),
            (vec!["ge2025-01-01", "le2025-06", "ge2025-02-01"], Some(date(2025, 2, 1)), Some(date(2025, 6, 30))),
        ] {
            let mut pairs = vec![("patient", "p")];
            pairs.extend(values.iter().map(|value| ("whenhandedover", *value)));
            let search = parse(&pairs).unwrap();
            assert_eq!((search.first_day, search.last_day), (first, last), "{values:?}");
        }
        let march = parse(&[("patient", "Patient/p"), ("whenhandedover", "2026-03")]).unwrap();
        assert_eq!(march.patient, "p");
        assert!(march.fits(Some(date(2026, 3, 31))) && !march.fits(Some(date(2026, 4, 1))) && !march.fits(None));
        assert!(parse(&[("patient", "p")]).unwrap().fits(None));
    }

    #[test]
    fn what_is_not_understood_is_refused_and_never_left_out() {
        for (name, value) in [
            ("code", "1"),
            ("subject", "p"),
            ("authoredon", "2026"),
            ("_include", "*"),
            ("whenhandedover", "2026-13"),
            ("whenhandedover", "2026-02-30"),
            ("whenhandedover", "ne2026"),
            ("whenhandedover", "２０２６"),
            ("whenhandedover", "x"),
            ("_count", "0"),
            ("_count", "-1"),
            ("_offset", "99999999999999999999"),
            ("_format", "xml"),
            ("patient", "q"),
        ] {
            let wrong = parse(&[("patient", "p"), (name, value)]).unwrap_err();
            assert_eq!(wrong.len(), 1, "{name}={value}");
            assert_eq!(wrong[0].field, name);
        }
        let pairs = [("_format", "json"), ("start", "2026")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert!(takes_none(&pairs[..1]).is_ok());
        assert_eq!(takes_none(&pairs).unwrap_err()[0].field, "start");
        assert_eq!(parse(&[]).unwrap_err()[0].code, "empty");
        assert_eq!(parse(&[("patient", "p"), ("山田太郎", "1")]).unwrap_err()[0].field, "?");
        assert_eq!(parse(&[("patient", "p"), ("_count", "999999")]).unwrap().count, FHIR_PAGE_MAX_ENTRIES);
    }
}
