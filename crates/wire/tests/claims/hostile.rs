//! A corpus of files that are wrong in one way each — as they come from the field, or as somebody would make them to do harm.
//! Proves that the fault is named at its place, that every other receipt is kept, and that nothing panics.

use std::io::Read;

use wire::claims::{ClaimFault, ClaimFileError, ClaimReader, ReadOptions, check};

use crate::files::{as_insurer, count, days, dental, dpc, faults, file, medical, pharmacy, read};

/// A medical file in which one line is replaced; its line in the file is `at` + 1.
fn with(at: usize, line: &str) -> Vec<u8> {
    let mut lines = medical();
    line.clone_into(&mut lines[at]);
    file(&lines)
}

#[test]
fn one_wrong_value_is_named_at_its_place_and_both_receipts_stay() {
    let visit = |days: &str| format!("SI,11,1,111000110,,291,1,,,,,,{days}");
    let cases = [
        ("day 31 of April", 5, visit(&days(&[(31, 1)])), (6, "day_outside_month", 44)),
        ("cells against count", 5, visit(&days(&[(3, 2)])), (6, "day_sum", 7)),
        ("a negative day", 5, visit(&days(&[(3, 1)]).replace(",1,", ",-1,")), (6, "character", 16)),
        ("no day at all", 5, visit(""), (6, "no_days", 14)),
        ("30 February", 4, "SY,8830001,20240230,1,,,01,".to_owned(), (5, "no_such_day", 3)),
        ("an impossible era", 4, "SY,8830001,9060401,1,,,01,".to_owned(), (5, "no_such_day", 3)),
        ("平成31年5月1日", 4, "SY,8830001,4310501,1,,,01,".to_owned(), (5, "outside_era", 3)),
        ("insurer's check digit", 2, "HO,01130013,１２３,４５６,1,320".to_owned(), (3, "check_digit", 2)),
        ("payer's check digit", 12, "KO,54136016,1111111,,1,291".to_owned(), (13, "check_digit", 2)),
        ("recipient's check digit", 12, "KO,54136015,1111112,,1,291".to_owned(), (13, "check_digit", 3)),
        ("six digits unpadded", 11, "HO,133066,１,２,1,291".to_owned(), (12, "length", 2)),
        ("points that do not add up", 2, "HO,01130012,１２３,４５６,1,321".to_owned(), (3, "points_sum", 6)),
        ("mixed widths", 2, "HO,01130012,１２３A,４５６,1,320".to_owned(), (3, "mixed_width", 3)),
        ("a quote", 2, "HO,01130012,\"1\",2,1,320".to_owned(), (3, "quote", 3)),
        ("an unknown sex", 1, "RE,1,1112,202404,山田　太郎,3,19500401,,,,,,,A1".to_owned(), (2, "unknown_code", 6)),
        ("another kind's type", 1, "RE,1,4112,202404,山田　太郎,1,19500401".to_owned(), (2, "unknown_code", 3)),
        (
            "a payer that is not there",
            5,
            visit(&days(&[(3, 1)])).replace("11,1,", "11,2,"),
            (6, "burden_without_payer", 3),
        ),
        ("leading zeros", 2, "HO,01130012,１２３,４５６,1,0320".to_owned(), (3, "not_trimmed", 6)),
        ("no burden", 5, visit(&days(&[(3, 1)])).replace("11,1,", "11,,"), (6, "empty", 3)),
        ("an extra field", 12, "KO,54136015,1111111,,1,291,,,,,,,9".to_owned(), (13, "extra_fields", 13)),
        ("wrong total count", 15, "GO,2,611,99".to_owned(), (16, "total_count", 2)),
        ("wrong total points", 15, "GO,3,612,99".to_owned(), (16, "total_points", 3)),
        (
            "treated after the claim",
            10,
            "RE,2,1114,202406,鈴木　花子,2,20200401".to_owned(),
            (11, "month_after_claim", 4),
        ),
        (
            "numbers that do not ascend",
            10,
            "RE,1,1114,202404,鈴木　花子,2,20200401".to_owned(),
            (11, "number_order", 2),
        ),
        ("an NEC character", 13, "SY,0000999,20240401,2,,①,,".to_owned(), (14, "outside_jis", 6)),
        ("too long", 13, format!("SY,0000999,20240401,2,,{},,", "あ".repeat(21)), (14, "too_long", 6)),
    ];
    for (name, at, line, expected) in cases {
        let (receipts, report) = read(&with(at, &line));
        assert!(faults(&report).contains(&expected), "{name}: {:?}", faults(&report));
        assert_eq!(receipts.len(), 2, "{name}");
        assert_eq!(report.records_set_aside, 0, "{name}");
        assert!(receipts.iter().any(|it| it.findings.iter().all(|found| found.line != expected.0)), "{name}");
    }
}

#[test]
fn a_line_that_is_no_record_is_set_aside_and_its_receipt_flagged() {
    let long = "あ".repeat(20_000);
    let cases: [(&str, Vec<u8>, ClaimFault); 7] = [
        ("unknown tag", b"ZZ,1,2".to_vec(), ClaimFault::UnknownTag),
        ("tag of a pharmacy", b"CZ,1,20240401".to_vec(), ClaimFault::ForeignTag),
        ("no tag", b"hello".to_vec(), ClaimFault::NoTag),
        ("NUL", b"CO,21,1,810000001,\0".to_vec(), ClaimFault::ControlCharacter),
        ("escape", b"CO,21,1,810000001,\x1B$B".to_vec(), ClaimFault::ControlCharacter),
        ("very long", format!("CO,21,1,810000001,{long}").into_bytes(), ClaimFault::LineTooLong),
        ("many fields", format!("CO{}", ",".repeat(300)).into_bytes(), ClaimFault::TooManyFields),
    ];
    for (name, line, fault) in cases {
        let mut bytes = file(&medical());
        let place = bytes.windows(6).position(|it| it == b"\r\nIY,,").unwrap() + 2;
        bytes.splice(place..place, [&line[..], b"\r\n"].concat());
        let (receipts, report) = read(&bytes);
        assert_eq!((count(&report, fault), report.records_set_aside), (1, 1), "{name}");
        assert_eq!((receipts.len(), receipts[0].is_whole(), receipts[1].is_whole()), (2, false, true), "{name}");
        assert_eq!(receipts[0].drug_uses().len(), 2, "{name}: what is valid stays");
    }
}

#[test]
fn rows_whose_re_is_lost_never_fall_to_the_patient_before() {
    let re = medical().iter().position(|line| line.starts_with("RE,2")).unwrap();
    for broken in [None, Some("RE,2,1114,2024\u{0}"), Some("R?,2,1114"), Some("")] {
        let mut lines = medical();
        match broken {
            None => drop(lines.remove(re)),
            Some(line) => line.clone_into(&mut lines[re]),
        }
        let (receipts, report) = read(&file(&lines));
        assert_eq!(receipts.len(), 2, "{broken:?}");
        assert!(receipts[0].public_expenses.is_empty() && receipts[0].diagnoses.len() == 1, "{broken:?}");
        assert!(receipts[0].has_head && receipts[0].patient.name == "山田　太郎");
        assert!(!receipts[1].has_head && receipts[1].patient.name.is_empty() && !receipts[1].is_whole());
        assert_eq!(
            receipts[1].insurance.as_ref().unwrap().insurer_number,
            "133066",
            "whose it is shows by the numbers"
        );
        assert_eq!(count(&report, ClaimFault::NoReceiptHead), 1, "{broken:?}");
    }
}

#[test]
fn bytes_that_are_no_characters_spoil_their_field_alone() {
    for (name, bytes, fault) in [
        ("cut in the middle", &b"\x88"[..], ClaimFault::Undecodable),
        ("gaiji", b"\xF0\x40", ClaimFault::Gaiji),
        ("IBM extension", b"\xFB\xFC", ClaimFault::OutsideJis),
    ] {
        let mut lines = file(&medical());
        let place = lines.windows(4).position(|it| it == encoding_rs::SHIFT_JIS.encode("かぜ").0.as_ref()).unwrap();
        lines.splice(place..place + 4, bytes.iter().copied());
        let (receipts, report) = read(&lines);
        assert_eq!(count(&report, fault), 1, "{name}");
        assert_eq!((receipts.len(), report.records_set_aside, receipts[1].groups.len()), (2, 0, 1), "{name}");
    }
}

#[test]
fn order_and_completeness_are_told() {
    let swapped = |a: usize, b: usize| {
        let mut lines = medical();
        lines.swap(a, b);
        read(&file(&lines)).1
    };
    assert_eq!(count(&swapped(2, 3), ClaimFault::Order), 1);
    let without = |start: &str| {
        let lines: Vec<String> = medical().into_iter().filter(|line| !line.starts_with(start)).collect();
        read(&file(&lines))
    };
    assert_eq!(count(&without("IR").1, ClaimFault::NoHead), 1);
    assert_eq!(count(&without("GO").1, ClaimFault::NoTotal), 1);
    assert_eq!(count(&without("SY").1, ClaimFault::NoDiagnosis), 2);
    let (receipts, report) = without("HO");
    assert_eq!((receipts.len(), count(&report, ClaimFault::NoPayer)), (2, 1));
    let mut twice = medical();
    let again: Vec<String> = twice[1..10].to_vec();
    twice.splice(15..15, again.into_iter().map(|line| line.replace("RE,1,", "RE,3,")));
    assert_eq!(count(&read(&file(&twice)).1, ClaimFault::SameClaim), 1);
    let other = twice.iter().map(|line| line.replace("TO,40", "TO,60")).enumerate();
    let other: Vec<String> = other.map(|(at, line)| if at > 12 { line } else { medical()[at].clone() }).collect();
    assert_eq!(count(&read(&file(&other)).1, ClaimFault::SamePatientMonth), 1);
}

#[test]
fn files_that_are_something_else_are_refused_with_the_reason() {
    let utf16: Vec<u8> = "IR,1,13".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, code) in
        [(&b""[..], "empty_file"), (&utf16, "utf16"), (b"\xFF\xFEI\0R\0", "utf16"), (b"PK\x03\x04...", "archive")]
    {
        assert_eq!(check(bytes, ReadOptions::default()).err().map(|error| error.code()), Some(code));
    }
    for code in ["io", "empty_file", "utf16", "archive"] {
        assert!(ClaimFileError::CODES.contains(&code));
    }
    // Another encoding and plain noise give findings and no receipt of anybody.
    let noise: Vec<u8> = (0..50_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1] | 1).collect();
    let report = check(noise.as_slice(), ReadOptions::default()).unwrap();
    assert!(!report.is_clean() && report.findings.len() <= wire::limits::CLAIM_REPORT_MAX_FINDINGS);
}

/// Gives the same byte without end, up to a length.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let take = out.len().min(usize::try_from(self.0).unwrap_or(usize::MAX));
        out[..take].fill(b'1');
        self.0 -= take as u64;
        Ok(take)
    }
}

#[test]
fn a_line_without_end_is_refused_without_being_held() {
    let head = file(&medical()[..10]);
    let tail = file(&medical()[10..]);
    let long = Endless(300_000_000);
    let input = head[..head.len() - 1].chain(&b"CO,"[..]).chain(long).chain(&b"\r\n"[..]).chain(tail.as_slice());
    let report = check(input, ReadOptions::default()).unwrap();
    assert_eq!((count(&report, ClaimFault::LineTooLong), report.receipts, report.records_set_aside), (1, 2, 1));
}

#[test]
fn a_receipt_without_end_is_cut_and_the_next_one_read() {
    let mut lines = medical();
    let row = lines[5].clone();
    lines.splice(6..6, std::iter::repeat_n(row, wire::limits::CLAIM_RECEIPT_MAX_ROWS as usize + 10));
    let (receipts, report) = read(&file(&lines));
    assert_eq!((receipts.len(), count(&report, ClaimFault::ReceiptTooLong)), (2, 1));
    assert!(!receipts[0].is_whole() && receipts[1].is_whole());
}

#[test]
fn no_single_byte_that_is_changed_or_lost_makes_it_panic_or_mixes_patients() {
    for lines in [medical(), dpc(), dental(), pharmacy(), as_insurer(&medical())] {
        let good = file(&lines);
        for at in 0..good.len() {
            for byte in [b',', b'\n', 0, 0x88, b'9', 0x1A] {
                let mut bad = good.clone();
                bad[at] = byte;
                let mut reader = ClaimReader::new(bad.as_slice(), ReadOptions::default()).unwrap();
                let mut receipts = 0;
                while let Some(receipt) = reader.next_receipt().unwrap() {
                    receipts += 1;
                    let _ = (receipt.drug_uses().len(), format!("{receipt:?}"));
                }
                assert_eq!(reader.report().receipts, receipts);
            }
            let cut = check(&good[..at], ReadOptions::default());
            assert!(cut.is_err() || !cut.unwrap().is_clean() || at + 3 >= good.len() || lines[0].starts_with('2'));
        }
    }
}

#[test]
fn every_code_has_a_row_in_the_page_of_claims() {
    let page = include_str!("../../../../docs/CLAIMS.md");
    for fault in ClaimFault::ALL {
        assert!(page.contains(&format!("\n| `{}` |", fault.code())), "{}", fault.code());
        assert!(page.contains(&fault.ja().replace('|', "\\|")) && page.contains(fault.en()), "{}", fault.code());
    }
    for code in ClaimFileError::CODES {
        assert!(page.contains(&format!("\n| `{code}` |")), "{code}");
    }
}
