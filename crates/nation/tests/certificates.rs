//! Everybody of a nation who may have a 資格確認書 with a code gets one that fits into one code and reads back.

use std::collections::HashMap;
use std::fs::File;

use domain::personal_certificate::{Terms, may_have_one};
use domain::{PersonalCertificate, Prefecture, StatusIndex, date};
use nation::{Options, files};
use trust::limits::CERTIFICATE_TEXT_CHARS_MAX;
use trust::{CredentialSigner, PrivateKey, personal_certificate};
use wire::feed::{CsvEncoding, CsvReader, FeedRecord};

#[test]
fn everybody_fits_into_one_code_and_the_numbers_are_never_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    nation::generate(&Options::new(3_000, 11), folder.path()).expect("a nation");
    let file = File::open(folder.path().join(files::INSURER_FEED)).expect("the feed");
    let mut reader = CsvReader::<_, FeedRecord>::new(file, CsvEncoding::Utf8).expect("a header");
    let signer = CredentialSigner::new(&PrivateKey::generate().expect("a key")).expect("a signer");
    let keys = [signer.public_key().clone()];
    let (mut made, mut longest, mut without) = (0, 0, HashMap::new());
    let mut index = 0;
    while let Some(row) = reader.next_row().expect("readable to the end") {
        let coverage = row.unwrap_or_else(|refusal| panic!("{refusal:?}")).coverage;
        let day = coverage
            .insured_card_valid_date
            .map_or(coverage.qualification_date, |from| from.max(coverage.qualification_date));
        if may_have_one(&coverage).is_err() || !coverage.in_force(day) {
            continue;
        }
        index += 1;
        let terms = Terms {
            issued_at: "2026-11-22T00:00:00Z".parse().expect("a time"),
            valid_from: day,
            valid_until: PersonalCertificate::latest_day(&coverage, day),
            place: StatusIndex::new(Prefecture::of(&coverage.insurer_number), index),
            with_limit: true,
        };
        let certificate = PersonalCertificate::of(&coverage, terms).expect("a certificate");
        let issued = personal_certificate::issue(&signer, &certificate).expect("it fits");
        assert_eq!(personal_certificate::read(&issued.text, &keys).as_ref(), Ok(&issued.certificate));
        let told = &issued.certificate.coverage;
        assert_eq!(told.card_key(), coverage.card_key());
        assert_eq!(told.insured_branch_number, coverage.insured_branch_number);
        assert_eq!(date::format(told.person.birthdate), date::format(coverage.person.birthdate));
        longest = longest.max(issued.text.len());
        for left_out in issued.left_out {
            *without.entry(left_out.label()).or_insert(0) += 1;
        }
        made += 1;
    }
    println!("{made} certificates, the longest of {longest} characters, without: {without:?}");
    assert!(made > 1_000 && longest <= CERTIFICATE_TEXT_CHARS_MAX);
    assert!(
        without.get("氏名の後半").is_none_or(|cut| *cut * 20 < made),
        "names are cut in the rarest cases: {without:?}"
    );
}
