//! A saved answer verifies, and no change to its file is ever overlooked: every byte to every other value, every byte
//! taken out, every byte put in, every prefix. The rest of the file shows the changes that keep it well formed.

use proptest::prelude::*;
use trust::proof::{self, ProofError, ProofFile, ProofNumber, ProofNumberError};
use trust::{LogId, LogPublicKey};

use crate::sample::{self, Log};

fn saved() -> (LogPublicKey, Vec<u8>) {
    let (signer, file) = sample::saved();
    (signer.public_key().clone(), file.to_bytes())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("a proof file is UTF-8")
}

#[test]
fn a_saved_answer_verifies_and_says_what_was_recorded() {
    let (key, bytes) = saved();
    let verified = proof::verify(&bytes, &key).expect("holds");
    let expected = sample::answered(5);
    assert_eq!(verified.event, expected.event);
    assert_eq!(verified.answer, expected.answer);
    assert_eq!(verified.number.leaf_index(), 1 + 3 + 7 + 64 + 5);
    assert_eq!(verified.receipt.leaf_index, verified.number.leaf_index());
    assert_eq!(text(&bytes).lines().count(), 1);
}

#[test]
fn every_byte_changed_to_every_other_value_is_noticed() {
    let (key, bytes) = saved();
    let mut changed = bytes.clone();
    for position in 0..bytes.len() {
        for value in 0..=255 {
            if value != bytes[position] {
                changed[position] = value;
                assert!(proof::verify(&changed, &key).is_err(), "byte {position} as {value:#04x} was overlooked");
            }
        }
        changed[position] = bytes[position];
    }
}

#[test]
fn every_byte_taken_out_or_put_in_and_every_prefix_is_noticed() {
    let (key, bytes) = saved();
    for position in 0..bytes.len() {
        let mut shorter = bytes.clone();
        let taken = shorter.remove(position);
        assert!(proof::verify(&shorter, &key).is_err(), "byte {position} taken out was overlooked");
        assert!(proof::verify(&bytes[..position], &key).is_err(), "a file cut at {position} was overlooked");
        for value in [taken, b' ', b'\n', b'=', b'A', 0] {
            let mut longer = bytes.clone();
            longer.insert(position, value);
            assert!(proof::verify(&longer, &key).is_err(), "{value:#04x} put in at {position} was overlooked");
        }
    }
    for tail in ["\n", " ", "{}", "\0"] {
        assert!(proof::verify(&[&bytes, tail.as_bytes()].concat(), &key).is_err(), "{tail:?} at the end");
    }
}

#[test]
fn the_same_content_written_in_another_way_is_noticed() {
    let (key, bytes) = saved();
    let file = text(&bytes);
    let no_newline = file.trim_end().to_owned();
    let spaced = file.replacen("\",\"", "\", \"", 1);
    let escaped = file.replacen("valid", "\\u0076alid", 1);
    let slashed = file.replacen("in_force", "in\\u005fforce", 1);
    let twice = file.replacen("{\"Format\"", "{\"Format\":\"tashika-proof-1\",\"Format\"", 1);
    let number_bare = file.replace("01-00000000080-", "0100000000080");
    let reordered = {
        let value: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        format!("{value}\n")
    };
    for other in [no_newline, spaced, escaped, slashed, twice, number_bare, reordered] {
        assert_ne!(other, file);
        assert!(proof::verify(other.as_bytes(), &key).is_err(), "{other}");
    }
}

#[test]
fn parts_of_two_saved_answers_cannot_be_mixed() {
    let mut log = Log::open();
    let files: Vec<serde_json::Value> = log
        .save(&[sample::answered(1), sample::answered(2)])
        .iter()
        .map(|file| serde_json::from_slice(&file.to_bytes()).expect("JSON"))
        .collect();
    let member = |file: usize, name: &str| files[file][name].as_str().expect("text").to_owned();
    for mix in 1..15u8 {
        let from = |bit: u8| usize::from(mix >> bit & 1);
        let file = ProofFile::from_response(
            &member(from(0), "Answer"),
            &member(from(1), "Event"),
            &member(from(2), "Receipt"),
            &member(from(3), "ProofNumber"),
        )
        .expect("well formed");
        assert!(proof::verify(&file.to_bytes(), log.signer.public_key()).is_err(), "mix {mix:04b}");
    }
}

#[test]
fn a_center_that_signs_an_answer_which_contradicts_its_record_is_found_out() {
    let mut log = Log::open();
    let lies = [
        ("\"Verdict\":\"valid\"", "\"Verdict\":\"invalid\"", "verdict"),
        ("1310000017", "1310000025", "facility"),
        ("01912a3b-4c5d", "01912a3b-4c5e", "request"),
    ];
    for (truth, lie, what) in lies {
        let mut one = sample::answered(1);
        one.answer = one.answer.replace(truth, lie);
        one.event.answer_hash = trust::event::salted_hash(&one.event.salt, one.answer.as_bytes());
        let file = log.save(&[one]).remove(0);
        let refused = proof::verify(&file.to_bytes(), log.signer.public_key());
        assert_eq!(refused.err(), Some(ProofError::Disagree(what)));
    }
}

#[test]
fn a_file_that_is_too_long_is_not_even_read() {
    let (key, _) = saved();
    let long = vec![b' '; trust::limits::PROOF_FILE_BYTES_MAX + 1];
    assert_eq!(proof::verify(&long, &key), Err(ProofError::TooLong));
}

#[test]
fn a_file_of_a_later_format_is_called_so() {
    let (key, bytes) = saved();
    let later = text(&bytes).replace("tashika-proof-1", "tashika-proof-2");
    assert_eq!(proof::verify(later.as_bytes(), &key), Err(ProofError::Format));
}

#[test]
fn every_reason_has_words_for_people() {
    let (key, bytes) = saved();
    let mut changed = bytes.clone();
    changed[60] ^= 1;
    let error = proof::verify(&changed, &key).expect_err("changed");
    assert!(error.message_ja().ends_with('。'));
    let (_, other) = saved();
    let error = proof::verify(&other, &key).expect_err("another key");
    assert!(error.message_ja().contains("別のログ"));
}

#[test]
fn a_debugged_file_shows_no_patient() {
    let (_, file) = sample::saved();
    assert_eq!(format!("{file:?}"), format!("ProofFile({})", file.number()));
}

#[test]
fn proof_numbers_look_as_the_claim_shows_them() {
    let number = ProofNumber::new(LogId::FIRST, 12_345).expect("a number");
    // From the right: 5*2 = 10 -> 1, 4*1 = 4, 3*2 = 6, 2*1 = 2, 1*2 = 2, zeros, and the log's 1*1 = 1. Sum 16, so 4.
    assert_eq!(number.to_string(), "01-00000012345-4");
    for typed in ["01-00000012345-4", "01000000123454", " 01-00000012345-4 "] {
        assert_eq!(ProofNumber::parse(typed), Ok(number), "{typed:?}");
    }
    assert_eq!(ProofNumber::parse("00-00000000000-0"), Err(ProofNumberError::Log));
    for typed in ["", "01-0000001234-4", "01-000000123455-4", "01-0000001234x-4", "０１-00000012345-4"] {
        assert_eq!(ProofNumber::parse(typed), Err(ProofNumberError::Shape), "{typed:?}");
    }
    assert_eq!(ProofNumber::new(LogId::FIRST, 100_000_000_000), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_proof_number_is_read_back_and_every_misread_digit_is_noticed(
        log in 1u8..=99, index in 0u64..100_000_000_000, place in 0usize..14, other in 1u8..10,
    ) {
        let number = ProofNumber::new(LogId::new(log).expect("a log"), index).expect("a number");
        let shown = number.to_string();
        prop_assert_eq!(ProofNumber::parse(&shown), Ok(number));
        let mut digits: Vec<u8> = shown.bytes().filter(u8::is_ascii_digit).collect();
        digits[place] = b'0' + (digits[place] - b'0' + other) % 10;
        prop_assert!(ProofNumber::parse(std::str::from_utf8(&digits).expect("ASCII")).is_err());
    }

    #[test]
    fn bytes_that_are_no_proof_file_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(ProofFile::parse(&bytes).is_err());
    }

    #[test]
    fn any_answer_text_is_written_and_read_back(answer in ".*") {
        let (_, file) = sample::saved();
        let members: serde_json::Value = serde_json::from_slice(&file.to_bytes()).expect("JSON");
        let member = |name: &str| members[name].as_str().expect("text").to_owned();
        let other = ProofFile::from_response(&answer, &member("Event"), &member("Receipt"), &member("ProofNumber")).expect("well formed");
        prop_assert_eq!(ProofFile::parse(&other.to_bytes()), Ok(other));
    }
}
