//! Proves that a question tells about every field that cannot be read, and that a stored record reads back.

use crate::build::{PLAIN, coverage};
use domain::query::RawQuery;
use domain::{Coverage, EligibilityQuery, Field};

#[test]
fn every_unreadable_field_is_named_at_once() {
    let raw = RawQuery {
        insurer_number: "06139464",
        insured_identification_number: "",
        birthdate: "20240230",
        insured_branch_number: "abc",
        limit_application_certificate_related_cons_flg: "2",
        ..PLAIN
    };
    let bad = EligibilityQuery::parse(&raw).unwrap_err();
    let named: Vec<_> = bad.iter().map(|b| (b.field, b.code)).collect();
    assert_eq!(
        named,
        [
            (Field::InsurerNumber, "check_digit"),
            (Field::InsuredIdentificationNumber, "empty"),
            (Field::InsuredBranchNumber, "character"),
            (Field::Birthdate, "no_such_day"),
            (Field::LimitApplicationCertificateRelatedConsFlg, "value"),
        ]
    );
    for field in bad {
        assert!(field.message().contains(field.field.label()));
        assert!(field.message_en().contains(field.field.element()));
    }
}

#[test]
fn a_stored_record_reads_back_as_it_was() {
    let coverage = coverage();
    let record = serde_json::to_string(&coverage).unwrap();
    assert_eq!(serde_json::from_str::<Coverage>(&record).unwrap(), coverage);
    assert_eq!(
        serde_json::from_str::<Coverage>(&record).unwrap().insured_card_symbol.unwrap().as_str(),
        "12-34",
        "the symbol stays as printed"
    );
}

#[test]
fn people_do_not_show_in_debug_text() {
    let shown = format!("{:?}", coverage());
    for secret in ["山田", "4260", "12-34", "ﾔﾏﾀﾞ", "1980"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
