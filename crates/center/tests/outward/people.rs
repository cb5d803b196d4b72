//! People whose coverage is known, and the feed that makes it known.

use domain::PersonalNumber;
use uuid::Uuid;
use wire::api::{CheckRequest, SearchInfo};
use wire::feed::{FeedRow, FeedWriter};

/// A society of employees.
pub const INSURER: &str = "06139463";
/// Another insurer.
pub const OTHER_INSURER: &str = "01130012";
/// The day asked for.
pub const DAY: &str = "20260407";

/// Person number `n` as a row of the feed: 記号 100, 番号 n, born on a day of 1980, insured since 2020.
pub fn row(n: u32) -> FeedRow {
    FeedRow {
        insurer_number: INSURER.to_owned(),
        insurer_name: "確か健康保険組合".to_owned(),
        insured_card_symbol: "100".to_owned(),
        insured_identification_number: n.to_string(),
        insured_branch_number: "00".to_owned(),
        personal_number: personal_number(n),
        registration_status: "registered".to_owned(),
        insured_card_classification: "01".to_owned(),
        personal_family_classification: "1".to_owned(),
        insured_name: "髙橋　一".to_owned(),
        name: "髙橋　一".to_owned(),
        name_kana: "タカハシ　ハジメ".to_owned(),
        sex1: "1".to_owned(),
        birthdate: birthdate(n),
        address: "東京都千代田区１－１".to_owned(),
        post_number: "100-0001".to_owned(),
        qualification_date: "20200401".to_owned(),
        ..FeedRow::default()
    }
}

/// A feed of people 1 to `count`.
pub fn feed(count: u32) -> Vec<u8> {
    feed_of((1..=count).map(row))
}

/// A feed of these rows.
pub fn feed_of(rows: impl IntoIterator<Item = FeedRow>) -> Vec<u8> {
    let mut writer = FeedWriter::new(Vec::new()).unwrap();
    for row in rows {
        writer.write(&row).unwrap();
    }
    writer.finish().unwrap()
}

/// What is typed from the card of person `n`.
pub fn card(n: u32) -> SearchInfo {
    SearchInfo {
        insurer_number: INSURER.to_owned(),
        insured_card_symbol: Some("100".to_owned()),
        insured_identification_number: n.to_string(),
        insured_branch_number: Some("00".to_owned()),
        birthdate: birthdate(n),
        ..SearchInfo::default()
    }
}

/// A question about person `n`; `request` makes its number.
pub fn question(facility: &str, n: u32, request: u128) -> CheckRequest {
    CheckRequest {
        request_id: request_id(request),
        qualification_confirmation_date: DAY.to_owned(),
        medical_institution_code: facility.to_owned(),
        arbitrary_file_identifier: Some("reception-1".to_owned()),
        purpose: None,
        qualification_confirm_search_info: card(n),
        consents: None,
        decided_at: None,
    }
}

/// A request number of version 7.
pub fn request_id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn birthdate(n: u32) -> String {
    format!("1980{:02}{:02}", n % 12 + 1, n % 28 + 1)
}

fn personal_number(n: u32) -> String {
    (0..10)
        .map(|digit| format!("{:011}{digit}", 10_000_000_000 + u64::from(n)))
        .find(|number| PersonalNumber::parse(number).is_ok())
        .expect("one of ten digits is the check digit")
}
