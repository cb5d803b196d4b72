//! Proves that good rows are read whatever stands around them, and that a bad one is named by line, column and code.

use std::fs;
use std::path::PathBuf;

use domain::{InsurerNumber, MedicalInstitutionCode, PersonalNumber};
use proptest::prelude::*;
use wire::feed::{
    CsvEncoding, CsvReader, CsvWriter, FEED_COLUMNS, Facility, FacilityKind, FeedError, FeedReader, FeedRecord,
    FeedRow, FeedWriter, Insurer, Resident, RowFault,
};

fn read_all(file: &[u8], encoding: CsvEncoding) -> (Vec<FeedRecord>, Vec<wire::api::Refusal>) {
    let mut reader = FeedReader::new(file, encoding).expect("a header");
    let (mut rows, mut refusals) = (Vec::new(), Vec::new());
    while let Some(row) = reader.next_row().expect("readable") {
        match row {
            Ok(record) => rows.push(record),
            Err(refusal) => refusals.push(refusal),
        }
    }
    (rows, refusals)
}

fn row() -> FeedRow {
    FeedRow {
        insurer_number: "39131156".to_owned(),
        insurer_name: "東京都後期高齢者医療広域連合".to_owned(),
        insured_card_symbol: "医国・１２３".to_owned(),
        insured_identification_number: "０１２３‐００１".to_owned(),
        insured_branch_number: "1".to_owned(),
        personal_number: "123456789018".to_owned(),
        registration_status: "in_progress".to_owned(),
        insured_card_classification: "01".to_owned(),
        personal_family_classification: "2".to_owned(),
        insured_name: "𠮷田　太郎".to_owned(),
        name: "渡邉\u{E0101}　花子".to_owned(),
        name_kana: "ワタナベ　ハナコ".to_owned(),
        sex1: "2".to_owned(),
        birthdate: "19400401".to_owned(),
        address: "東京都\"千代田区\", 1".to_owned(),
        post_number: "100-0001".to_owned(),
        qualification_date: "20200401".to_owned(),
        disqualification_date: "20300401".to_owned(),
        insured_partial_contribution_ratio: "010/20240801/20250731;020/20250801/".to_owned(),
        elderly_recipient_certificates: "20240801/20240801/20250731/030".to_owned(),
        limit_application_certificates: "01/B09//20240801/20250731/20241001".to_owned(),
        specific_diseases_certificates: "1//20240801//10000;3////".to_owned(),
        medical_tickets: "01/20261101/20261130/12345/202611/1312345670/02/0".to_owned(),
        ..FeedRow::default()
    }
}

fn written(rows: &[FeedRow]) -> Vec<u8> {
    let mut writer = FeedWriter::new(Vec::new()).expect("written");
    for row in rows {
        writer.write(row).expect("written");
    }
    writer.finish().expect("written")
}

#[test]
fn every_file_of_the_corpus_keeps_its_good_rows_and_names_the_bad_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/feed");
    let mut codes = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("named").to_string_lossy().into_owned();
        let (rows, refusals) = read_all(&fs::read(&path).expect("readable"), CsvEncoding::Utf8);
        let mut parts = name.split('.');
        let (code, field) = (parts.next().expect("a code"), parts.next().expect("a field"));
        if code == "ok" {
            assert_eq!(refusals, [], "{name}");
            assert!(rows.len() >= 2, "{name}");
            continue;
        }
        assert_eq!((rows.len(), refusals.len()), (2, 1), "{name}: {refusals:?}");
        assert_eq!((refusals[0].line, refusals[0].code.as_str()), (3, code), "{name}");
        if FEED_COLUMNS.contains(&field) {
            assert_eq!(refusals[0].field, field, "{name}");
        }
        assert!(refusals[0].message.starts_with("3行目"), "{name}");
        codes.push(code.to_owned());
    }
    for fault in RowFault::ALL {
        assert!(codes.iter().any(|code| code == fault.code()), "no file for {}", fault.code());
    }
}

#[test]
fn a_row_written_from_a_coverage_is_read_as_the_same_coverage() {
    let (rows, refusals) = read_all(&written(&[row()]), CsvEncoding::Utf8);
    assert_eq!(refusals, []);
    let coverage = &rows[0].coverage;
    assert_eq!(coverage.person.name, "渡邉\u{E0101}　花子", "variants are kept");
    assert_eq!(coverage.person.address.as_deref(), Some("東京都\"千代田区\", 1"));
    assert_eq!(coverage.insured_branch_number.map(|b| b.to_string()).as_deref(), Some("01"));
    assert_eq!(coverage.insured_partial_contribution_ratio.len(), 2);
    assert_eq!(coverage.specific_diseases_certificates.len(), 2);
    assert_eq!(coverage.medical_tickets[0].month, "202611");

    let again = FeedRow::new(coverage, &rows[0].personal_number);
    let (rows_again, _) = read_all(&written(&[again]), CsvEncoding::Utf8);
    assert_eq!(rows_again, rows);
}

#[test]
fn columns_are_found_by_name_and_unknown_ones_left_aside() {
    let file = written(&[row()]);
    let text = String::from_utf8(file).expect("UTF-8");
    // Turn the columns around and put a strange one in front.
    let turned: String = text
        .lines()
        .map(|line| {
            let mut fields = Vec::new();
            let mut quoted = false;
            for piece in line.split(',') {
                if quoted {
                    let last: &mut String = fields.last_mut().expect("opened");
                    last.push(',');
                    last.push_str(piece);
                } else {
                    fields.push(piece.to_owned());
                }
                quoted ^= piece.matches('"').count() % 2 == 1;
            }
            fields.push("Strange".to_owned());
            fields.reverse();
            fields.join(",") + "\r\n"
        })
        .collect();
    let (rows, refusals) = read_all(turned.as_bytes(), CsvEncoding::Utf8);
    assert_eq!(refusals, []);
    assert_eq!(rows, read_all(text.as_bytes(), CsvEncoding::Utf8).0);
    let reader = FeedReader::new(turned.as_bytes(), CsvEncoding::Utf8).expect("a header");
    assert_eq!(reader.unknown_columns(), ["Strange"]);
}

#[test]
fn a_byte_order_mark_and_shift_jis_are_read() {
    let plain = row();
    let plain = FeedRow { name: "髙橋　花子".to_owned(), insured_name: String::new(), ..plain };
    let utf8 = written(&[plain]);
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), &utf8].concat();
    let text = String::from_utf8(utf8.clone()).expect("UTF-8");
    let shift_jis = wire::text::encode(&text, wire::text::Target::Cp932).bytes;
    let expected = read_all(&utf8, CsvEncoding::Utf8);
    assert_eq!(expected.1, []);
    assert_eq!(read_all(&with_mark, CsvEncoding::Utf8), expected);
    assert_eq!(read_all(&shift_jis, CsvEncoding::ShiftJis), expected);
    assert_eq!(read_all(&shift_jis, CsvEncoding::Utf8).1[0].code, "undecodable");
}

#[test]
fn a_header_that_could_be_misread_is_refused() {
    let code = |header: &str| FeedReader::new(header.as_bytes(), CsvEncoding::Utf8).map(|_| ()).map_err(|e| e.code());
    assert_eq!(code(""), Err("no_header"));
    assert_eq!(code("\u{0}\n"), Err("no_header"));
    assert_eq!(code("InsurerNumber\n"), Err("missing_columns"));
    assert_eq!(code(&",".repeat(300)), Err("too_many_columns"));
    let all = FEED_COLUMNS.join(",");
    assert_eq!(code(&all), Ok(()));
    assert_eq!(code(&format!("{all},Name")), Err("duplicate_column"));
    // Without the day of loss, every lost coverage would be open again.
    let without: Vec<_> = FEED_COLUMNS.iter().filter(|c| **c != "DisqualificationDate").copied().collect();
    match FeedReader::new(without.join(",").as_bytes(), CsvEncoding::Utf8) {
        Err(FeedError::MissingColumns(missing)) => assert_eq!(missing, ["DisqualificationDate"]),
        other => panic!("{other:?}"),
    }
}

fn there_and_back<T>(row: T)
where
    T: wire::feed::CsvRow + wire::feed::CsvWrite + PartialEq + std::fmt::Debug,
{
    let mut writer = CsvWriter::new(Vec::new()).expect("written");
    writer.write(&row).expect("written");
    let file = writer.finish().expect("written");
    let mut reader = CsvReader::<_, T>::new(file.as_slice(), CsvEncoding::Utf8).expect("a header");
    assert_eq!(reader.next_row().expect("readable"), Some(Ok(row)));
    assert_eq!(reader.next_row().expect("readable"), None);
}

#[test]
fn the_registers_are_read_and_written() {
    let facility = Facility {
        medical_institution_code: MedicalInstitutionCode::parse("0110113719").expect("a code"),
        name: "試験医院, 本院".to_owned(),
        kind: FacilityKind::Clinic,
        address: "北海道札幌市".to_owned(),
        post_number: "060-0001".to_owned(),
    };
    let insurer = Insurer {
        insurer_number: InsurerNumber::parse("133066").expect("a number"),
        insurer_name: "国保組合".to_owned(),
        kind: "national_society".to_owned(),
    };
    let resident = Resident {
        personal_number: PersonalNumber::parse("123456789018").expect("a number"),
        name: "試験　太郎".to_owned(),
        name_kana: "シケン　タロウ".to_owned(),
        birthdate: domain::date::parse("19800401").expect("a day"),
        sex1: domain::Sex::Male,
        address: "東京都".to_owned(),
        post_number: String::new(),
    };
    there_and_back(facility);
    there_and_back(insurer);
    there_and_back(resident);
}

proptest! {
    #[test]
    fn any_text_in_a_field_is_written_so_that_the_rows_around_it_are_read(
        name in "\\PC{1,40}", address in any::<String>()
    ) {
        let strange = FeedRow { name, address, ..row() };
        let (rows, refusals) = read_all(&written(&[row(), strange, row()]), CsvEncoding::Utf8);
        prop_assert_eq!(rows.len() + refusals.len(), 3);
        prop_assert!(rows.len() >= 2);
    }

    #[test]
    fn no_bytes_panic_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = [FEED_COLUMNS.join(",").as_bytes(), b"\n", &bytes].concat();
        let _ = read_all(&file, CsvEncoding::Utf8);
        let _ = read_all(&file, CsvEncoding::ShiftJis);
    }
}
