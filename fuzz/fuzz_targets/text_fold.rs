//! Text to Shift_JIS: it decodes back, nothing is black, nothing is a reference, and writing it again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::text::{Target, decode_shift_jis, encode, kana};

fuzz_target!(|text: &str| {
    for target in [Target::Cp932, Target::JisX0208] {
        let folded = encode(text, target);
        let back = decode_shift_jis(&folded.bytes).expect("what is encoded decodes");
        assert!(back.matches('●').count() <= text.matches('●').count());
        // No reference can come from here: no ampersand is ever made.
        assert!(back.matches('&').count() <= text.matches('&').count());
        let again = encode(&back, target);
        assert!(again.folds.is_empty() && again.bytes == folded.bytes);
        let chars = text.chars().count();
        assert!(folded.folds.iter().all(|fold| fold.at < chars));
    }
    let half = kana::to_half_width(text);
    assert_eq!(kana::to_half_width(&half), half);
    let _ = kana::to_full_width(text);
});
