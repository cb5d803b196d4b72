//! Results (002, 004, 006, 008, 012), as a client of the folders reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::oqs::{
    BulkConfirmUnit, BulkReader, BulkRegistrationUnit, CheckResult, EncodingPolicy, OutputEncoding, Reception,
    RegistrationResult, read, write,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = read::<CheckResult>(bytes, EncodingPolicy::Declared) {
        let once = write(&message.header, &message.body, OutputEncoding::Utf8);
        let again = read::<CheckResult>(once.bytes.as_slice(), EncodingPolicy::Declared).expect("our own file");
        assert_eq!(once.bytes, write(&again.header, &again.body, OutputEncoding::Utf8).bytes);
        let shift_jis = write(&message.header, &message.body, OutputEncoding::like(wire::oqs::Encoding::ShiftJis));
        read::<CheckResult>(shift_jis.bytes.as_slice(), EncodingPolicy::Declared).expect("our own file");
    }
    let _ = read::<RegistrationResult>(bytes, EncodingPolicy::Declared);
    let _ = read::<Reception>(bytes, EncodingPolicy::Declared);
    if let Ok(mut reader) = BulkReader::<_, BulkConfirmUnit>::new(bytes, EncodingPolicy::Declared) {
        while let Ok(Some(_)) = reader.next_unit() {}
    }
    if let Ok(mut reader) = BulkReader::<_, BulkRegistrationUnit>::new(bytes, EncodingPolicy::Declared) {
        while let Ok(Some(_)) = reader.next_unit() {}
    }
});
