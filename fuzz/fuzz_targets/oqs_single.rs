//! Requests of one person (001, 003, 007): no bytes panic the reader, and what was read is written and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
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

fuzz_target!(|bytes: &[u8]| {
    check::<CheckQuestion>(bytes, |body| {
        if let Some(search) = &body.search_info {
            let _ = search.parse("20261122", "0110113719");
        }
        body
    });
    check::<RegistrationRequest>(bytes, |body| body);
    check::<DownloadRequest>(bytes, |body| body);
});
