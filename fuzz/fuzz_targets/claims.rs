//! Claim files: no bytes panic, the check says the same with and without receipts, and what is written strictly from what was
//! read is read the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::claims::{ClaimKind, ClaimReader, ClaimWriter, ReadOptions, RecordReader, check};

fn receipts(bytes: &[u8]) {
    let alone = check(bytes, ReadOptions::default());
    let Ok(mut reader) = ClaimReader::new(bytes, ReadOptions::default()) else {
        assert!(alone.is_err());
        return;
    };
    let mut receipts = 0;
    while let Ok(Some(receipt)) = reader.next_receipt() {
        receipts += 1;
        assert!(receipt.first_line <= receipt.last_line);
        for drug in receipt.drug_uses() {
            assert!(drug.line >= receipt.first_line && drug.line <= receipt.last_line);
        }
    }
    let report = alone.expect("what can be read can be checked");
    assert_eq!((report.receipts, report.errors), (receipts, reader.report().errors));
    assert!(report.records_set_aside <= report.records);
}

fn records(bytes: &[u8], kind: ClaimKind) {
    let Ok(mut reader) = RecordReader::new(bytes) else { return };
    let mut writer = ClaimWriter::new(Vec::new(), kind);
    while let Ok(Some(record)) = reader.next_record() {
        // Whatever is not strict is refused.
        if let Ok(record) = record {
            let _ = writer.write_record(&record);
        }
    }
    let strict = writer.finish().expect("a vector");
    // UTF-8 that was read as Shift_JIS, because other lines were none, is written as the UTF-8 that it was. Nobody can tell what
    // such a line is when it stands alone.
    let is_either = |line: &[u8]| !line.is_ascii() && std::str::from_utf8(line).is_ok();
    if strict.split(|byte| *byte == b'\n').any(is_either) {
        return;
    }
    let mut reader = RecordReader::new(strict.as_slice()).expect("our own file");
    let mut again = ClaimWriter::new(Vec::new(), kind);
    while let Some(record) = reader.next_record().expect("readable") {
        let folds = again.write_record(&record.expect("our own record")).expect("strict");
        assert!(folds.is_empty());
    }
    assert!(again.finish().expect("a vector") == strict);
}

fuzz_target!(|bytes: &[u8]| {
    receipts(bytes);
    for kind in ClaimKind::ALL {
        records(bytes, *kind);
    }
});
