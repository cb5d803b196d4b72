//! Proves that a strictly written file comes back byte for byte, that the writer refuses what the specification does not
//! allow, and that a character it cannot write is folded and told.

use proptest::prelude::*;
use wire::claims::{ClaimFault, ClaimKind, ClaimWriteError, ClaimWriter, RecordReader, Tag, synthetic};

use crate::files::{count, dental, dpc, file, medical, pharmacy, read};

fn copied(bytes: &[u8], kind: ClaimKind) -> Vec<u8> {
    let mut reader = RecordReader::new(bytes).unwrap();
    let mut writer = ClaimWriter::new(Vec::new(), kind);
    while let Some(record) = reader.next_record().unwrap() {
        let folds = writer.write_record(&record.unwrap()).unwrap();
        assert!(folds.is_empty());
    }
    writer.finish().unwrap()
}

#[test]
fn files_of_all_kinds_come_back_byte_for_byte() {
    for (lines, kind) in [
        (medical(), ClaimKind::Medical),
        (dpc(), ClaimKind::Dpc),
        (dental(), ClaimKind::Dental),
        (pharmacy(), ClaimKind::Pharmacy),
    ] {
        let strict = file(&lines);
        assert!(copied(&strict, kind) == strict, "{kind:?}");
        // What was read as UTF-8 with LF is written as the specification wants it.
        let loose = lines.join("\n").into_bytes();
        assert!(copied(&loose, kind) == strict, "{kind:?}");
    }
    let large = synthetic::file(300_000);
    assert!(copied(&large, ClaimKind::Medical) == large);
}

#[test]
fn the_writer_makes_what_is_variable_short_and_folds_what_it_lacks() {
    let mut writer = ClaimWriter::new(Vec::new(), ClaimKind::Medical);
    writer.write(Tag::HO, &["133066", "１", "２", "01", "00320"]).unwrap();
    writer.write(Tag::IY, &["21", "1", "620000001", "01.50", "", "1"]).unwrap();
    let folds = writer.write(Tag::RE, &["1", "1112", "202404", "髙橋　㈱　", "1", "19500401"]).unwrap();
    assert_eq!(
        folds.iter().map(|it| (it.field, it.fold.written.as_str())).collect::<Vec<_>>(),
        [(5, "高"), (5, "（株）")]
    );
    assert!(!format!("{folds:?}").contains('高'));
    let written = writer.finish().unwrap();
    let (text, _, _) = encoding_rs::SHIFT_JIS.decode(&written);
    let expected =
        "HO,  133066,１,２,1,320\r\nIY,21,1,620000001,1.5,,1\r\nRE,1,1112,202404,高橋　（株）,1,19500401\r\n\u{1A}";
    assert_eq!(text, expected);
}

#[test]
fn what_is_not_allowed_is_refused_and_nothing_of_it_written() {
    let mut writer = ClaimWriter::new(Vec::new(), ClaimKind::Medical);
    let cases: [(Tag, &[&str], usize, ClaimFault); 7] = [
        (Tag::HO, &["01130013", "１", "２", "1", "1"], 2, ClaimFault::CheckDigit),
        (Tag::HO, &["01130012", "１,", "２", "1", "1"], 3, ClaimFault::Character),
        (Tag::HO, &["01130012", "１a", "２", "1", "1"], 3, ClaimFault::MixedWidth),
        (Tag::HO, &["01130012", "１"], 4, ClaimFault::Empty),
        (Tag::SY, &["8830001", "20240230", "1"], 3, ClaimFault::NoSuchDay),
        (Tag::SY, &["8830001", "5060401", "1"], 3, ClaimFault::EraDates),
        (Tag::GO, &["1", "2", "99", ""], 5, ClaimFault::ExtraFields),
    ];
    for (tag, fields, field, fault) in cases {
        match writer.write(tag, fields) {
            Err(ClaimWriteError::Field { field: at, fault: found, .. }) => {
                assert_eq!((at, found), (field, fault), "{fields:?}");
            }
            other => panic!("{fields:?}: {other:?}"),
        }
    }
    assert!(matches!(writer.write(Tag::CZ, &["1"]), Err(ClaimWriteError::NoSuchRecord { .. })));
    assert_eq!(writer.finish().unwrap(), [0x1A]);
}

#[test]
fn the_file_for_measurements_is_right() {
    let (receipts, report) = read(&synthetic::file(200_000));
    assert!(report.is_clean(), "{:?}", report.by_fault);
    assert!(receipts.len() > 100 && count(&report, ClaimFault::SamePatientMonth) == 0);
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select("あいうえお漢字診療所ーＡ１（）".chars().collect::<Vec<_>>()),
        0..longest,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

fn row() -> impl Strategy<Value = String> {
    let cells = prop::collection::vec(prop::option::weighted(0.2, 1u32..999), 0..31);
    (prop::sample::select(vec!["SI", "IY"]), 100_000_000u32..999_999_999, 0u32..9_999_999, 1u32..999, text(20), cells)
        .prop_map(|(tag, code, points, times, comment, cells)| {
            let comment = if comment.is_empty() { ",".to_owned() } else { format!("810000001,{comment}") };
            let mut line = format!("{tag},21,1,{code},,{points},{times},{comment},,,,");
            for cell in cells {
                line.push(',');
                line.push_str(&cell.map_or(String::new(), |count| count.to_string()));
            }
            line
        })
}

fn receipt() -> impl Strategy<Value = Vec<String>> {
    let head = (1u32..999_999, text(18), 1u8..=2, 1900u32..2024, 1u32..=12, 1u32..=28);
    (head, text(18), text(36), prop::collection::vec(row(), 1..6)).prop_map(|(head, number, remark, rows)| {
        let (running, name, sex, year, month, day) = head;
        let mut lines = vec![
            format!("RE,{running},1112,202404,名{name},{sex},{year}{month:02}{day:02}"),
            format!("HO,01130012,,番{number},1,{running}"),
            format!("SY,0000999,20240401,1,,名{},,", name.chars().take(19).collect::<String>()),
        ];
        lines.extend(rows);
        lines.push(format!("CO,99,1,810000001,{remark}"));
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_strict_comes_back_byte_for_byte(receipts in prop::collection::vec(receipt(), 1..5)) {
        let head = "IR,2,13,1,1234563,,名,202405,00".to_owned();
        let lines: Vec<String> = [head].into_iter().chain(receipts.into_iter().flatten()).chain(["GO,1,1,99".to_owned()]).collect();
        let strict = file(&lines);
        prop_assert!(copied(&strict, ClaimKind::Medical) == strict);
        prop_assert_eq!(read(&strict).1.records_set_aside, 0);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 1..2_000)) {
        let _ = wire::claims::check(bytes.as_slice(), wire::claims::ReadOptions::default());
    }
}
