//! How many rows of a feed and people of a bulk file pass in a second, in a memory that does not grow with the file:
//! `cargo bench -p wire`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures real time and prints it")]

use std::io::{self, Read, Write};
use std::time::Instant;

use wire::api::SearchInfo;
use wire::feed::{CsvEncoding, FeedReader, FeedRow, FeedWriter};
use wire::oqs::{BulkItem, BulkReader, BulkWriter, EncodingPolicy, MessageHeader, OutputEncoding};
use wire::text::Target;

/// Gives the same piece again and again between a head and a tail, so that a file of any length needs no memory.
struct Repeated {
    pieces: Vec<(Vec<u8>, usize)>,
    at: usize,
}

impl Read for Repeated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some((piece, left)) = self.pieces.first_mut() else { return Ok(0) };
        let take = out.len().min(piece.len() - self.at);
        out[..take].copy_from_slice(&piece[self.at..self.at + take]);
        self.at += take;
        if self.at == piece.len() {
            self.at = 0;
            *left -= 1;
            if *left == 0 {
                self.pieces.remove(0);
            }
        }
        Ok(take)
    }
}

fn main() {
    rows_of_a_feed_per_second();
    people_of_a_bulk_file_per_second();
}

fn measure(what: &str, count: usize, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    let per_second = f64::from(u32::try_from(count).expect("fits")) / seconds;
    println!("{{\"what\":\"{what}\",\"count\":{count},\"per_s\":{per_second:.0}}}");
}

fn rows_of_a_feed_per_second() {
    let row = FeedRow {
        insurer_number: "01130012".to_owned(),
        insurer_name: "全国健康保険協会東京支部".to_owned(),
        insured_card_symbol: "12-34".to_owned(),
        insured_identification_number: "0012345".to_owned(),
        insured_branch_number: "01".to_owned(),
        personal_number: "123456789018".to_owned(),
        registration_status: "registered".to_owned(),
        insured_card_classification: "01".to_owned(),
        personal_family_classification: "1".to_owned(),
        insured_name: "試験　太郎".to_owned(),
        name: "試験　太郎".to_owned(),
        name_kana: "シケン　タロウ".to_owned(),
        sex1: "1".to_owned(),
        birthdate: "19800401".to_owned(),
        address: "東京都千代田区霞が関１－２－３".to_owned(),
        post_number: "100-0001".to_owned(),
        qualification_date: "20200401".to_owned(),
        limit_application_certificates: "01/A03/20240801/20240801/20250731/".to_owned(),
        ..FeedRow::default()
    };
    let mut writer = FeedWriter::new(Vec::new()).expect("written");
    for _ in 0..1000 {
        writer.write(&row).expect("written");
    }
    let file = writer.finish().expect("written");
    let header_end = file.iter().position(|b| *b == b'\n').expect("a line") + 1;
    let count = 400_000;
    let input =
        Repeated { pieces: vec![(file[..header_end].to_vec(), 1), (file[header_end..].to_vec(), count / 1000)], at: 0 };
    measure("feed rows read", count, || {
        let mut reader = FeedReader::new(input, CsvEncoding::Utf8).expect("a header");
        let mut rows = 0;
        while let Some(found) = reader.next_row().expect("readable") {
            found.expect("good");
            rows += 1;
        }
        assert_eq!(rows, count);
    });
}

fn people_of_a_bulk_file_per_second() {
    let search = SearchInfo {
        insurer_number: "01130012".to_owned(),
        insured_card_symbol: Some("医国１２３".to_owned()),
        insured_identification_number: "4260".to_owned(),
        insured_branch_number: Some("01".to_owned()),
        birthdate: "19800401".to_owned(),
        limit_application_certificate_related_cons_flg: Some("1".to_owned()),
        arbitrary_identifier: Some("x_1_1".to_owned()),
    };
    let count = 50_000;
    let mut file = Vec::new();
    for encoding in [OutputEncoding::Utf8, OutputEncoding::ShiftJis(Target::Cp932)] {
        measure(&format!("005 people written, {encoding:?}"), count, || {
            let mut writer = BulkWriter::new(Vec::new(), &MessageHeader::default(), encoding).expect("written");
            for _ in 0..count {
                writer.unit(&search).expect("written");
            }
            file = writer.finish().expect("written");
        });
        measure(&format!("005 people read, {encoding:?}"), count, || {
            let mut reader = BulkReader::<_, SearchInfo>::new(file.as_slice(), EncodingPolicy::Declared).expect("005");
            while let Some(item) = reader.next_unit().expect("005") {
                assert!(matches!(item, BulkItem::Good(_)));
            }
            assert_eq!(reader.units_read(), count);
        });
    }
    io::stdout().flush().expect("flushed");
}
