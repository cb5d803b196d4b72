//! Requests of many people (005, 009): the reader always ends, and the same bytes in small pieces give the same people.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use wire::api::{ReferenceNumberRegistrationInfo, SearchInfo};
use wire::oqs::{BulkItem, BulkReader, EncodingPolicy, OqsError, Unit, read_bulk_header};

struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let take = self.1.min(self.0.len()).min(out.len());
        out[..take].copy_from_slice(&self.0[..take]);
        self.0 = &self.0[take..];
        Ok(take)
    }
}

fn all<U: Unit>(input: impl Read) -> (Vec<BulkItem<U>>, Option<OqsError>) {
    let mut items = Vec::new();
    let mut reader = match BulkReader::<_, U>::new(input, EncodingPolicy::Declared) {
        Ok(reader) => reader,
        Err(error) => return (items, Some(error)),
    };
    loop {
        match reader.next_unit() {
            Ok(Some(item)) => items.push(item),
            Ok(None) => return (items, None),
            Err(error) => return (items, Some(error)),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let whole = all::<SearchInfo>(bytes);
    assert!(whole == all::<SearchInfo>(Pieces(bytes, 7)));
    let _ = all::<ReferenceNumberRegistrationInfo>(bytes);
    let header = read_bulk_header(bytes, EncodingPolicy::Declared);
    assert!(whole.1.is_some() || header.is_ok(), "a file that was read to its end has a header");
});
