//! Proves that hostile and broken files are refused by name and place and never panic, over a folder of files whose
//! names begin with the code expected, and over files too large to keep.

use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use wire::api::SearchInfo;
use wire::limits;
use wire::oqs::{BulkItem, BulkReader, CheckQuestion, Encoding, EncodingPolicy, OqsError, OqsErrorCode, read};

fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/oqs");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("named").to_string_lossy().into_owned();
            (name, fs::read(path).expect("readable"))
        })
        .collect();
    files.sort();
    assert!(files.len() > 60, "the corpus has {} files", files.len());
    files
}

fn single(file: &[u8]) -> Result<SearchInfo, OqsError> {
    let message = read::<CheckQuestion>(file, EncodingPolicy::Declared)?;
    Ok(message.body.search_info.expect("required"))
}

/// All units of a bulk file, and the error that ended it, if one did.
fn bulk(file: impl Read) -> (Vec<BulkItem<SearchInfo>>, Option<OqsError>) {
    let mut items = Vec::new();
    let mut reader = match BulkReader::<_, SearchInfo>::new(file, EncodingPolicy::Declared) {
        Ok(reader) => reader,
        Err(error) => return (items, Some(error)),
    };
    loop {
        match reader.next_unit() {
            Ok(Some(item)) => items.push(item),
            Ok(None) => return (items, None),
            Err(error) => {
                assert!(matches!(reader.next_unit(), Ok(None)), "nothing follows a fault of the whole file");
                return (items, Some(error));
            }
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_read_or_refused_with_its_code() {
    for (name, file) in corpus() {
        let expected = name.split('.').next().expect("a code");
        match single(&file) {
            Ok(search) => {
                assert_eq!(expected, "ok", "{name} was read");
                assert_eq!(search.insured_identification_number, "4260", "{name}");
                assert_eq!(search.birthdate, "19800401", "{name}");
            }
            Err(error) => {
                assert_eq!(error.code.as_str(), expected, "{name}: {error}");
                assert!(error.line >= 1 && error.column >= 1, "{name}: {error}");
                assert!(!error.message().is_empty() && error.message_en().is_ascii(), "{name}");
            }
        }
    }
}

#[test]
fn every_code_of_a_file_has_a_file_in_the_corpus() {
    let names: Vec<String> = corpus().into_iter().map(|(name, _)| name).collect();
    for code in OqsErrorCode::ALL {
        let made_here = matches!(
            code,
            OqsErrorCode::TooLarge
                | OqsErrorCode::TokenTooLong
                | OqsErrorCode::TooManyUnits
                | OqsErrorCode::TooManyEntries
                | OqsErrorCode::Io
        );
        let prefix = format!("{}.", code.as_str());
        assert!(made_here || names.iter().any(|name| name.starts_with(&prefix)), "no file for {code}");
    }
}

#[test]
fn a_bulk_reader_survives_the_corpus_too() {
    for (name, file) in corpus() {
        let (items, error) = bulk(file.as_slice());
        if name.starts_with("ok.") {
            assert_eq!((items.len(), error), (1, None), "{name}");
        }
    }
}

fn question(units: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>1312345670</MedicalInstitutionCode></MessageHeader><MessageBody>{units}</MessageBody></XmlMsg>"
    )
}

const UNIT: &str = "<QualificationConfirmSearchInfo><InsurerNumber>01130012</InsurerNumber>\
    <InsuredCardSymbol>医国１２３</InsuredCardSymbol><InsuredIdentificationNumber>4260</InsuredIdentificationNumber>\
    <Birthdate>19800401</Birthdate></QualificationConfirmSearchInfo>";

#[test]
fn a_valid_file_cut_at_any_byte_is_unfinished_or_refused_and_never_read() {
    let utf8 = question(UNIT);
    let shift_jis = wire::text::encode(&utf8.replace("UTF-8", "Shift_JIS"), wire::text::Target::Cp932).bytes;
    for file in [utf8.as_bytes(), &shift_jis] {
        assert!(single(file).is_ok());
        for end in 0..file.len() {
            let error = single(&file[..end]).expect_err("cut");
            assert!(
                error.code.may_be_unfinished() || error.code == OqsErrorCode::Malformed && end < 60,
                "cut at {end}: {error}"
            );
            let (_, error) = bulk(&file[..end]);
            assert!(error.is_some(), "bulk cut at {end}");
        }
    }
}

#[test]
fn any_single_changed_byte_is_no_panic() {
    let file = question(UNIT).into_bytes();
    for at in 0..file.len() {
        for byte in [0x00, b'<', b'>', b'&', b'"', 0x80, 0xFF, b'!', b'?'] {
            let mut changed = file.clone();
            changed[at] = byte;
            let _ = single(&changed);
            let _ = bulk(changed.as_slice());
        }
    }
}

#[test]
fn a_bad_unit_costs_only_itself() {
    let twice = UNIT.replace("<Birthdate>", "<Birthdate>19800402</Birthdate><Birthdate>");
    let nested = UNIT.replace("4260", "42<b/>60");
    let long = UNIT.replace("4260", &"9".repeat(5_000));
    let flood = UNIT.replace("<Birthdate>", &format!("{}<Birthdate>", "<x/>".repeat(5_000)));
    let file = question(&[UNIT, &twice, &nested, UNIT, &long, &flood, UNIT].concat());
    let (items, error) = bulk(file.as_bytes());
    assert_eq!(error, None);
    let codes: Vec<_> = items
        .iter()
        .map(|item| match item {
            BulkItem::Good(search) => {
                assert_eq!(search.birthdate, "19800401");
                None
            }
            BulkItem::Bad { error, partial } => {
                assert_eq!(partial.insurer_number, "01130012", "what was read is given back");
                assert!(error.path.starts_with("XmlMsg/MessageBody/QualificationConfirmSearchInfo"), "{error}");
                Some(error.code)
            }
        })
        .collect();
    assert_eq!(
        codes,
        [
            None,
            Some(OqsErrorCode::DuplicateElement),
            Some(OqsErrorCode::UnexpectedChild),
            None,
            Some(OqsErrorCode::TextTooLong),
            Some(OqsErrorCode::TooManyElements),
            None
        ]
    );
}

#[test]
fn units_before_a_fault_of_the_file_are_kept() {
    let file = question(&[UNIT, UNIT, "<a></b>", UNIT].concat());
    let (items, error) = bulk(file.as_bytes());
    assert_eq!(items.len(), 2);
    assert_eq!(error.map(|e| e.code), Some(OqsErrorCode::Malformed));
}

#[test]
fn a_ten_megabyte_attribute_comment_or_text_is_refused_without_being_held() {
    let long = "a".repeat(10 * 1024 * 1024);
    for unit in [format!("<x y=\"{long}\"/>"), format!("<!--{long}-->"), format!("<x>{long}</x>"), format!("<{long}/>")]
    {
        let file = question(&unit);
        let (_, error) = bulk(file.as_bytes());
        assert_eq!(error.map(|e| e.code), Some(OqsErrorCode::TokenTooLong));
        assert!(matches!(
            single(file.as_bytes()).map_err(|e| e.code),
            Err(OqsErrorCode::TokenTooLong | OqsErrorCode::TooLarge)
        ));
    }
}

#[test]
fn a_file_longer_than_its_limit_is_refused_however_it_is_made() {
    let filler = format!("<!--{}-->", "a".repeat(1000));
    let count = usize::try_from(limits::OQS_SINGLE_MAX_BYTES).expect("fits") / filler.len() + 1;
    let file = question(&filler.repeat(count));
    assert_eq!(single(file.as_bytes()).map_err(|e| e.code), Err(OqsErrorCode::TooLarge));

    // White space without end, larger than the limit of a bulk file.
    let endless = Cursor::new(b"<XmlMsg>".to_vec()).chain(std::io::repeat(b' '));
    let error = bulk(endless).1.expect("refused");
    assert!(matches!(error.code, OqsErrorCode::TokenTooLong | OqsErrorCode::TooLarge), "{error}");
    let lines = "<!-- -->\n".repeat(64 * 1024);
    let endless = (0..300).fold(Box::new(Cursor::new(b"<XmlMsg>".to_vec())) as Box<dyn Read>, |chain, _| {
        Box::new(chain.chain(Cursor::new(lines.clone().into_bytes())))
    });
    assert_eq!(bulk(endless).1.map(|e| e.code), Some(OqsErrorCode::TooLarge));
}

#[test]
fn more_people_than_the_limit_are_refused() {
    let unit = "<QualificationConfirmSearchInfo/>";
    let file = question(&unit.repeat(limits::BULK_MAX_UNITS + 1));
    let (items, error) = bulk(file.as_bytes());
    assert_eq!(items.len(), limits::BULK_MAX_UNITS);
    assert_eq!(error.map(|e| e.code), Some(OqsErrorCode::TooManyUnits));
}

#[test]
fn a_disk_that_fails_is_not_taken_for_a_bad_file() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let file = Cursor::new(question("").into_bytes()).chain(Failing);
    assert_eq!(bulk(file).1.map(|e| e.code), Some(OqsErrorCode::Io));
}

#[test]
fn the_place_of_a_fault_is_told_in_characters() {
    let file = "<XmlMsg>\n  <MessageHeader>\n    <ErrorMessage>日本語</ErrorMessage><ErrorMessage/>\n";
    let error = single(file.as_bytes()).expect_err("duplicate");
    assert_eq!((error.code, error.line, error.column), (OqsErrorCode::DuplicateElement, 3, 37));
    assert_eq!(error.path, "XmlMsg/MessageHeader/ErrorMessage");
    assert_eq!(error.message(), "同じ要素が2回あります（3行目 37文字目、XmlMsg/MessageHeader/ErrorMessage）。");

    let mut bytes = b"<XmlMsg>\n<A>\xE6\x97\xA5".to_vec();
    bytes.extend_from_slice(b"\xFF</A></XmlMsg>");
    let error = single(&bytes).expect_err("undecodable");
    assert_eq!((error.code, error.line, error.column), (OqsErrorCode::Undecodable, 2, 5));
}

#[test]
fn a_folder_that_is_configured_for_one_encoding_refuses_the_other() {
    let utf8 = question(UNIT);
    let shift_jis = wire::text::encode(&utf8.replace("UTF-8", "shift_jis"), wire::text::Target::Cp932).bytes;
    let code = |file: &[u8], policy| read::<CheckQuestion>(file, policy).map(|m| m.encoding).map_err(|e| e.code);
    let only = EncodingPolicy::Only;
    assert_eq!(code(utf8.as_bytes(), only(Encoding::Utf8)), Ok(Encoding::Utf8));
    assert_eq!(code(&shift_jis, only(Encoding::ShiftJis)), Ok(Encoding::ShiftJis));
    assert_eq!(code(utf8.as_bytes(), only(Encoding::ShiftJis)), Err(OqsErrorCode::EncodingMismatch));
    assert_eq!(code(&shift_jis, only(Encoding::Utf8)), Err(OqsErrorCode::EncodingMismatch));

    // Without a declaration the configuration decides.
    let bare = &shift_jis[shift_jis.iter().position(|b| *b == b'\n').expect("a line") + 1..];
    assert_eq!(code(bare, only(Encoding::ShiftJis)), Ok(Encoding::ShiftJis));
    assert_eq!(code(bare, EncodingPolicy::Declared), Err(OqsErrorCode::Undecodable));
}
