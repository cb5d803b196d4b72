//! Personal certificates: no text panics the reader, and only the very text that was signed is read. The key that signed
//! the sample was thrown away, so nothing else can ever be right under it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trust::{CredentialKey, personal_certificate};

const SAMPLE: &str = include_str!("../seeds/personal_certificate/sample.txt");
static KEYS: LazyLock<[CredentialKey; 1]> =
    LazyLock::new(|| [CredentialKey::from_pem(include_str!("../credential_key.pem")).expect("the key of the sample")]);

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if personal_certificate::read(&text, &*KEYS).is_ok() {
        assert_eq!(text, SAMPLE);
    }
});
