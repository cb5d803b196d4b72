//! Makes coverages and questions for the tables: a plain valid one, changed where a case needs it.

use domain::code::{InsuredCardClassification, PersonalFamily};
use domain::query::RawQuery;
use domain::{
    BranchNumber, CardNumber, CardSymbol, Coverage, Date, EligibilityQuery, Facts, InsurerNumber, Person, PersonId,
    Recorded, RegistrationStatus, Sex, date,
};

pub fn day(text: &str) -> Date {
    date::parse(text).expect("a case of the table")
}

/// 山田 太郎, born 1980-05-05, insured since 2020-04-01 with card 12-34 / 4260 / 01 of a health insurance society.
pub fn coverage() -> Coverage {
    Coverage {
        insurer_number: InsurerNumber::parse("06139463").expect("a case of the table"),
        insurer_name: "試験健康保険組合".to_owned(),
        insured_card_symbol: Some(CardSymbol::parse("12-34").expect("a case of the table")),
        insured_identification_number: CardNumber::parse("4260").expect("a case of the table"),
        insured_branch_number: Some(BranchNumber::parse("01").expect("a case of the table")),
        registration_status: RegistrationStatus::Registered,
        insured_card_classification: InsuredCardClassification::General,
        personal_family_classification: Some(PersonalFamily::Insured),
        insured_name: None,
        person: Person {
            name: "山田　太郎".to_owned(),
            name_of_other: None,
            name_kana: Some("ﾔﾏﾀﾞ ﾀﾛｳ".to_owned()),
            name_of_other_kana: None,
            sex1: Sex::Male,
            sex2: None,
            birthdate: day("19800505"),
            address: None,
            post_number: None,
        },
        qualification_date: day("20200401"),
        disqualification_date: None,
        reason_of_loss: None,
        insured_certificate_issuance_date: None,
        insured_card_valid_date: None,
        insured_card_expiration_date: None,
        insured_partial_contribution_ratio: Vec::new(),
        elderly_recipient_certificates: Vec::new(),
        limit_application_certificates: Vec::new(),
        specific_diseases_certificates: Vec::new(),
        medical_tickets: Vec::new(),
        status_index: None,
    }
}

pub fn coverage_with(change: impl FnOnce(&mut Coverage)) -> Coverage {
    let mut made = coverage();
    change(&mut made);
    made
}

pub const PLAIN: RawQuery<'static> = RawQuery {
    qualification_confirmation_date: "20261122",
    medical_institution_code: "1311111111",
    insurer_number: "06139463",
    insured_card_symbol: "12-34",
    insured_identification_number: "4260",
    insured_branch_number: "01",
    birthdate: "19800505",
    limit_application_certificate_related_cons_flg: "0",
};

pub fn query(raw: RawQuery<'_>) -> EligibilityQuery {
    EligibilityQuery::parse(&raw).expect("a case of the table")
}

pub fn whose(id: u8, coverage: Coverage) -> Recorded {
    Recorded { person: PersonId([id; 16]), coverage }
}

/// The facts that a careful caller gathers from a whole register.
pub fn facts(query: &EligibilityQuery, register: &[Recorded]) -> Facts {
    let matched: Vec<Recorded> =
        register.iter().filter(|r| r.coverage.card_key() == query.card_key()).cloned().collect();
    let others = register
        .iter()
        .filter(|r| r.coverage.card_key() != query.card_key() && matched.iter().any(|m| m.person == r.person))
        .cloned()
        .collect();
    let near = register
        .iter()
        .filter(|r| r.coverage.insurer_number == query.insurer_number && r.coverage.person.birthdate == query.birthdate)
        .cloned()
        .collect();
    let insurer_known = register.iter().any(|r| r.coverage.insurer_number == query.insurer_number);
    Facts { matched, others, near, insurer_known, insurer_feed_age_days: Some(0) }
}
