//! Requests of one person (001, 003, 007, YZK, TKK): no bytes panic the reader, and what was read is written and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::oqs::record::{RecordAsked, RecordKind, read_record_request, write_record_request};
use wire::oqs::{
    Body, CheckQuestion, DownloadRequest, EncodingPolicy, OutputEncoding, RegistrationRequest, read, write,
};

fn check<B: Body + PartialEq + Clone>(bytes: &[u8], normal: impl Fn(B) -> B) {
    for policy in [
        EncodingPolicy::Declared,
        EncodingPolicy::Only(wire::oqs::Encoding::Utf8),
        EncodingPolicy::Only(wire::oqs::Encoding::ShiftJis),
    ] {
        match read::<B>(bytes, policy) {
            Ok(message) => {
                // The first writing pads and drops what an element cannot hold; from then on nothing changes.
                let once = write(&message.header, &message.body, OutputEncoding::Utf8);
                let again = read::<B>(once.bytes.as_slice(), EncodingPolicy::Declared).expect("our own file");
                let twice = write(&again.header, &again.body, OutputEncoding::Utf8);
                assert_eq!(once.bytes, twice.bytes);
                let _ = normal(again.body);
                let shift_jis =
                    write(&message.header, &message.body, OutputEncoding::like(wire::oqs::Encoding::ShiftJis));
                read::<B>(shift_jis.bytes.as_slice(), EncodingPolicy::Declared).expect("our own file");
            }
            Err(error) => {
                assert!(error.line >= 1 && error.column >= 1);
                let _ = error.err_file(OutputEncoding::default());
            }
        }
    }
}

fn check_record(bytes: &[u8]) {
    match read_record_request(bytes, EncodingPolicy::Declared) {
        Ok(message) => {
            let once = write_record_request(&message.header, &message.body, OutputEncoding::Utf8);
            let again = read_record_request(once.bytes.as_slice(), EncodingPolicy::Declared).expect("our own file");
            let twice = write_record_request(&again.header, &again.body, OutputEncoding::Utf8);
            assert_eq!(once.bytes, twice.bytes);
            for kind in [RecordKind::Drugs, RecordKind::Checkups] {
                match RecordAsked::parse(kind, &message.body) {
                    Ok(asked) => {
                        let request = asked.request(&message.header, Default::default(), "1312345670", "folder");
                        request.months().expect("months that were read are months");
                        let _ = request.qualification_confirm_search_info.parse_card("20261122", "1312345670");
                    }
                    Err(wrong) => assert!(!wrong.is_empty()),
                }
            }
        }
        Err(error) => assert!(error.line >= 1 && error.column >= 1),
    }
}

fuzz_target!(|bytes: &[u8]| {
    check::<CheckQuestion>(bytes, |body| {
        if let Some(search) = &body.search_info {
            let _ = search.parse("20261122", "0110113719");
        }
        body
    });
    check::<RegistrationRequest>(bytes, |body| body);
    check::<DownloadRequest>(bytes, |body| body);
    check_record(bytes);
});
