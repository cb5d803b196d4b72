//! CSV: every line of a feed is a row or a refusal, and a row that was read is written and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::feed::{CsvEncoding, CsvReader, FEED_COLUMNS, Facility, FeedReader, FeedRow, FeedWriter, Insurer, Resident};

fn feed(bytes: &[u8], encoding: CsvEncoding) {
    let Ok(mut reader) = FeedReader::new(bytes, encoding) else { return };
    let mut rows = 0;
    while let Ok(Some(row)) = reader.next_row() {
        rows += 1;
        match row {
            Ok(record) => {
                let mut writer = FeedWriter::new(Vec::new()).expect("a header");
                writer.write(&FeedRow::new(&record.coverage, &record.personal_number)).expect("a row");
                let file = writer.finish().expect("a file");
                let mut again = FeedReader::new(file.as_slice(), CsvEncoding::Utf8).expect("our own file");
                assert!(again.next_row().expect("readable") == Some(Ok(record)));
            }
            Err(refusal) => assert!(refusal.line > 1 && !refusal.code.is_empty()),
        }
    }
    assert_eq!(rows, reader.rows_read());
}

fuzz_target!(|bytes: &[u8]| {
    for encoding in [CsvEncoding::Utf8, CsvEncoding::ShiftJis] {
        feed(bytes, encoding);
        // Most inputs are no header, so the rows are tried behind a right one too.
        feed(&[FEED_COLUMNS.join(",").as_bytes(), b"\n", bytes].concat(), encoding);
    }
    if let Ok(mut reader) = CsvReader::<_, Facility>::new(bytes, CsvEncoding::Utf8) {
        while let Ok(Some(_)) = reader.next_row() {}
    }
    if let Ok(mut reader) = CsvReader::<_, Insurer>::new(bytes, CsvEncoding::Utf8) {
        while let Ok(Some(_)) = reader.next_row() {}
    }
    if let Ok(mut reader) = CsvReader::<_, Resident>::new(bytes, CsvEncoding::Utf8) {
        while let Ok(Some(_)) = reader.next_row() {}
    }
});
