//! Reading the claims. What was read is written again and compared, so there is one spelling.

use ciborium::Value;
use domain::code::{InsuredCardClassification, LimitClassification, LimitFlag, PersonalFamily, Sex};
use domain::coverage::{ContributionRatio, ElderlyRecipientCertificate, LimitCertificate};
use domain::personal_certificate::{SHARES_MAX, may_have_one};
use domain::status::LIST_URN;
use domain::{
    BranchNumber, CardNumber, CardSymbol, Coverage, Date, InsurerNumber, Person, PersonalCertificate, Prefecture,
    RegistrationStatus, Scheme, StatusIndex,
};
use jiff::{Span, Timestamp};

use super::{
    BIRTHDATE, BRANCH, CLASSIFICATION, EIGHT_DIGITS_FROM, FAMILY, INSURER, INSURER_NAME, KANA, LIMIT, NAME,
    NAME_SHORTENED, NUMBER, QUALIFIED, SEX, SHARES, STATUS, SYMBOL, TOLD, midnight,
};
use crate::cwt::{EXPIRES, ISSUED_AT, NOT_BEFORE};

type Read<T> = Result<T, &'static str>;

pub(super) fn claims(bytes: &[u8]) -> Read<PersonalCertificate> {
    let value: Value = ciborium::from_reader(bytes).map_err(|_| "CBOR")?;
    let mut claims = Map::of(value, "CBOR")?;
    let valid_until = day_of_midnight(claims.second(EXPIRES, "exp")?, "exp")?.saturating_sub(Span::new().days(1));
    let valid_from = day_of_midnight(claims.second(NOT_BEFORE, "nbf")?, "nbf")?;
    let issued_at = claims.second(ISSUED_AT, "iat")?;
    let place = claims.take(i128::from(STATUS)).and_then(place).ok_or("status")?;
    let told = Map::of(claims.take(i128::from(TOLD)).ok_or("coverage")?, "coverage")?;
    let (coverage, name_is_shortened) = told.coverage(valid_from, valid_until)?;
    if place.prefecture() != Prefecture::of(&coverage.insurer_number) {
        return Err("status");
    }
    may_have_one(&coverage).map_err(|_| "classification")?;
    let certificate = PersonalCertificate { coverage, issued_at, valid_from, valid_until, place, name_is_shortened };
    if super::claims(&certificate) == bytes { Ok(certificate) } else { Err("spelling") }
}

/// The day that begins at this moment in Japan.
fn day_of_midnight(at: Timestamp, name: &'static str) -> Read<Date> {
    let there = domain::date::in_japan(at);
    if midnight(there.date()) == at { Ok(there.date()) } else { Err(name) }
}

fn place(status: Value) -> Option<StatusIndex> {
    let (_, list) = status.into_map().ok()?.into_iter().find(|(key, _)| key.as_text() == Some("status_list"))?;
    let list = list.into_map().ok()?;
    let of = |name: &str| list.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
    let uri = of("uri")?.as_text().filter(|uri| uri.starts_with(LIST_URN))?;
    StatusIndex::from_uri(uri, u32::try_from(of("idx")?.as_integer()?).ok()?)
}

struct Map(Vec<(Value, Value)>);

impl Map {
    fn of(value: Value, name: &'static str) -> Read<Self> {
        value.into_map().map(Self).map_err(|_| name)
    }

    fn take(&mut self, key: i128) -> Option<Value> {
        let is_it = |held: &Value| held.as_integer().is_some_and(|held| i128::from(held) == key);
        let at = self.0.iter().position(|(held, _)| is_it(held))?;
        Some(self.0.swap_remove(at).1)
    }

    fn number(&mut self, key: u64, name: &'static str) -> Read<Option<u64>> {
        let Some(value) = self.take(i128::from(key)) else { return Ok(None) };
        let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
        number.map(Some).ok_or(name)
    }

    fn second(&mut self, key: u64, name: &'static str) -> Read<Timestamp> {
        let second = self.number(key, name)?.and_then(|second| i64::try_from(second).ok());
        second.and_then(|second| Timestamp::from_second(second).ok()).ok_or(name)
    }

    fn day(&mut self, key: u64, name: &'static str) -> Read<Date> {
        self.number(key, name)?.and_then(day).ok_or(name)
    }

    /// A text of a length that its parser or a limit allows, without control characters.
    fn text(&mut self, key: u64, name: &'static str) -> Read<Option<String>> {
        let Some(value) = self.take(i128::from(key)) else { return Ok(None) };
        let text = value.into_text().map_err(|_| name)?;
        if text.is_empty() || text.chars().any(char::is_control) { Err(name) } else { Ok(Some(text)) }
    }

    /// A value of a code table whose codes are so many digits.
    fn code<T>(&mut self, key: u64, width: usize, parse: impl Fn(&str) -> Option<T>) -> Read<Option<T>> {
        let number = self.number(key, "code")?;
        number.map(|number| parse(&format!("{number:0width$}")).ok_or("code")).transpose()
    }

    fn coverage(mut self, valid_from: Date, valid_until: Date) -> Read<(Coverage, bool)> {
        let person = self.person()?;
        let insurer_number = self.number(INSURER, "insurer")?.and_then(insurer).ok_or("insurer")?;
        let symbol = self.text(SYMBOL, "symbol")?.map(|symbol| CardSymbol::parse(&symbol));
        let number = self.text(NUMBER, "number")?.and_then(|number| CardNumber::parse(&number).ok());
        let branch = self.number(BRANCH, "branch")?.map(|branch| BranchNumber::parse(&format!("{branch:02}")));
        let family = self.code(FAMILY, 1, |code| PersonalFamily::parse(code).ok())?;
        let qualification_date = self.day(QUALIFIED, "qualified")?;
        let classification = self.code(CLASSIFICATION, 2, |code| InsuredCardClassification::parse(code).ok())?;
        let shares = self.take(i128::from(SHARES)).map(|shares| shares_of(&shares).ok_or("shares")).transpose()?;
        let limit = self.take(i128::from(LIMIT)).map(|limit| limit_of(&limit).ok_or("limit")).transpose()?;
        let insurer_name = self.text(INSURER_NAME, "insurer name")?.unwrap_or_default();
        let shortened = self.take(i128::from(NAME_SHORTENED)).is_some();
        let shares = shares.unwrap_or_default();
        let of_late_elderly = insurer_number.scheme() == Scheme::LateElderly;
        let (ratios, elderly) = if of_late_elderly { (shares, Vec::new()) } else { (Vec::new(), shares) };
        let coverage = Coverage {
            insurer_number,
            insurer_name,
            insured_card_symbol: symbol.transpose().map_err(|_| "symbol")?,
            insured_identification_number: number.ok_or("number")?,
            insured_branch_number: branch.transpose().map_err(|_| "branch")?,
            registration_status: RegistrationStatus::Registered,
            insured_card_classification: classification.unwrap_or(InsuredCardClassification::General),
            personal_family_classification: family,
            insured_name: None,
            person,
            qualification_date,
            disqualification_date: None,
            reason_of_loss: None,
            insured_certificate_issuance_date: None,
            insured_card_valid_date: Some(valid_from),
            insured_card_expiration_date: Some(valid_until),
            insured_partial_contribution_ratio: ratios,
            elderly_recipient_certificates: elderly
                .into_iter()
                .map(|ratio| ElderlyRecipientCertificate { issued: None, ratio })
                .collect(),
            limit_application_certificates: limit.into_iter().collect(),
            specific_diseases_certificates: Vec::new(),
            medical_tickets: Vec::new(),
            status_index: None,
        };
        Ok((coverage, shortened))
    }

    fn person(&mut self) -> Read<Person> {
        let name = self.text(NAME, "name")?.ok_or("name")?;
        let name_kana = self.text(KANA, "kana")?;
        let sex1 = self.code(SEX, 1, |code| Sex::parse(code).ok())?.ok_or("sex")?;
        let birthdate = self.day(BIRTHDATE, "birthdate")?;
        Ok(Person {
            name,
            name_of_other: None,
            name_kana,
            name_of_other_kana: None,
            sex1,
            sex2: None,
            birthdate,
            address: None,
            post_number: None,
        })
    }
}

fn day(number: u64) -> Option<Date> {
    let number = i32::try_from(number).ok()?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn insurer(number: u64) -> Option<InsurerNumber> {
    let digits = if number < EIGHT_DIGITS_FROM { format!("{number:06}") } else { format!("{number:08}") };
    InsurerNumber::parse(&digits).ok()
}

/// A day, or an open side.
fn side(value: &Value) -> Read<Option<Date>> {
    let number = |value: &Value| value.as_integer().and_then(|number| u64::try_from(number).ok());
    if value.is_null() { Ok(None) } else { number(value).and_then(day).map(Some).ok_or("day") }
}

fn shares_of(shares: &Value) -> Option<Vec<ContributionRatio>> {
    let shares = shares.as_array().filter(|shares| (1..=SHARES_MAX).contains(&shares.len()))?;
    let read = |share: &Value| {
        let [percent, start, end] = share.as_array()?.as_slice() else { return None };
        let percent = u8::try_from(percent.as_integer()?).ok().filter(|percent| matches!(percent, 10 | 20 | 30))?;
        Some(ContributionRatio { percent, start: side(start).ok()?, end: side(end).ok()? })
    };
    shares.iter().map(read).collect()
}

fn limit_of(limit: &Value) -> Option<LimitCertificate> {
    let [kind, flag, start, end] = limit.as_array()?.as_slice() else { return None };
    let kind = u64::try_from(kind.as_integer()?).ok()?;
    Some(LimitCertificate {
        classification: LimitClassification::parse(&format!("{kind:02}")).ok()?,
        flag: LimitFlag::parse(flag.as_text()?).ok()?,
        issued: None,
        start: side(start).ok()?,
        end: side(end).ok()?,
        long_term: None,
    })
}

#[cfg(test)]
mod tests {
    //! Whatever bytes come: they are refused, or they are the one spelling of what was read from them.
    use domain::personal_certificate::Terms;
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Vec<u8> {
        let coverage: Coverage = serde_json::from_str(
            r#"{"InsurerNumber": "06139463", "InsurerName": "試験", "InsuredIdentificationNumber": "4260",
                "InsuredBranchNumber": "01", "InsuredCardClassification": "06", "QualificationDate": "20200401",
                "Person": {"Name": "山田　太郎", "NameKana": "ヤマダ", "Sex1": "1", "Birthdate": "19520505"},
                "ElderlyRecipientCertificates": [{"Ratio": {"Percent": 20, "Start": "20260801"}}],
                "LimitApplicationCertificates": [{"Classification": "01", "Flag": "B05", "End": "20270731"}]}"#,
        )
        .unwrap();
        let terms = Terms {
            issued_at: "2026-11-22T00:00:00Z".parse().unwrap(),
            valid_from: day(20_261_122).unwrap(),
            valid_until: day(20_270_331).unwrap(),
            place: StatusIndex::new(Prefecture::of(&coverage.insurer_number), 7),
            with_limit: true,
        };
        super::super::claims(&PersonalCertificate::of(&coverage, terms).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fault_changed_claims_are_refused_or_say_something_else_in_one_spelling(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = sample();
            prop_assert!(claims(&bytes).is_ok());
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(read) = claims(&bytes) {
                prop_assert_eq!(super::super::claims(&read), bytes);
            }
        }

        #[test]
        fn no_bytes_panic_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = claims(&bytes);
        }
    }
}
