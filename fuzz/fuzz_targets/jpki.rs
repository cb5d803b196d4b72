//! What cards show and what their authority says of it: no bytes panic a reader, and nothing is believed but what was
//! signed. The keys that signed the samples were thrown away, so nothing else can ever be right under them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trust::jpki::crl::Crl;
use trust::jpki::ocsp::{Question, Request, Status};
use trust::jpki::{JpkiTrust, TEST_POLICY};

const AUTHORITY: &[u8] = include_bytes!("../seeds/jpki/ca.der");
const CARD: &[u8] = include_bytes!("../seeds/jpki/card.der");
const LIST: &[u8] = include_bytes!("../seeds/jpki/list.der");
static TRUST: LazyLock<JpkiTrust> =
    LazyLock::new(|| JpkiTrust::new([AUTHORITY], &[TEST_POLICY]).expect("the authority of the samples"));

fuzz_target!(|bytes: &[u8]| {
    // The samples were made at the first moment of the authority.
    let now = TRUST.cas()[0].validity().not_before;
    let card = TRUST.verify(CARD, now).expect("the card of the samples");
    if TRUST.verify(bytes, now).is_ok() {
        assert_eq!(bytes, CARD);
    }
    if Crl::read(bytes, &TRUST).is_ok() {
        assert_eq!(bytes, LIST);
    }
    // Certificates may be sent along with an answer, and are not signed with it; what it says is.
    if let Ok(answer) = Question::new(&card, [7; 32]).read_answer(bytes, now) {
        assert_eq!((answer.status, answer.this_update), (Status::Good, now));
    }
    let _ = Request::read(bytes);
});
