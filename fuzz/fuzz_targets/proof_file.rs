//! Saved answers: no bytes panic the verifier, and only the very file that was signed verifies. The key that signed the
//! sample was thrown away, so nothing else can ever be right under it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trust::event::AccessEvent;
use trust::{LogPublicKey, ProofFile, proof, receipt};

const SAMPLE: &[u8] = include_bytes!("../seeds/proof_file/sample.json");
static KEY: LazyLock<LogPublicKey> =
    LazyLock::new(|| LogPublicKey::from_pem(include_str!("../log_public_key.pem")).expect("the key of the sample"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = ProofFile::parse(bytes) {
        assert_eq!(file.to_bytes(), bytes, "one file, one spelling");
    }
    if proof::verify(bytes, &KEY).is_ok() {
        assert_eq!(bytes, SAMPLE);
    }
    // Without the wrapping of JSON and base64 the fuzzer gets further.
    if let Ok(event) = AccessEvent::decode(bytes) {
        assert_eq!(event.encode(), bytes, "one event, one spelling");
    }
    let _ = receipt::verify(&KEY, bytes, b"entry");
});
