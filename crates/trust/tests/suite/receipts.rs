//! A receipt holds for its entry under its key and for nothing else, and other COSE readers see in it what RFC 9942 says.

use ciborium::Value;
use coset::{CborSerializable as _, CoseSign1, TaggedCborSerializable as _};
use domain::{ConsentChoice, PresenceMeans, PresenceRecord};
use proptest::prelude::*;
use trust::event::{AccessEvent, EventError};
use trust::log::{LogId, LogPublicKey, opening_entry};
use trust::merkle::{Frontier, leaf_hash};
use trust::receipt::{self, ReceiptError};

use crate::sample::{self, Log, NOW};

/// An entry and its receipt.
type Held = (Vec<u8>, Vec<u8>);

/// A batch of three in a fresh log.
fn three() -> (Log, Vec<Held>) {
    let mut log = Log::open();
    let entries: Vec<Vec<u8>> = (0..3).map(|n| sample::answered(n).event.encode()).collect();
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let batch = log.edge.append_batch(&leaves).expect("a batch");
    let head = log.signer.sign_head(batch.head(), NOW).expect("a signature");
    let both = entries.into_iter().zip(batch.first()..).map(|(entry, index)| {
        let receipt = head.receipt(&batch, index).expect("in the batch");
        (entry, receipt)
    });
    let both = both.collect();
    (log, both)
}

#[test]
fn a_receipt_says_where_when_and_by_which_log_an_entry_is_held() {
    let (log, held) = three();
    for ((entry, receipt), index) in held.iter().zip(1..) {
        let verified = receipt::verify(log.signer.public_key(), receipt, entry).expect("holds");
        assert_eq!((verified.log, verified.leaf_index, verified.head.size), (LogId::FIRST, index, 4));
        assert_eq!(verified.signed_at, NOW);
        assert_eq!(Some(verified.head), log.edge.head());
    }
}

#[test]
fn a_receipt_does_not_hold_for_another_entry_or_under_another_key() {
    let (log, held) = three();
    let (first, second) = (&held[0], &held[1]);
    let key = log.signer.public_key();
    assert_eq!(receipt::verify(key, &first.1, &second.0), Err(ReceiptError::Signature));
    assert_eq!(receipt::verify(key, &second.1, &first.0), Err(ReceiptError::Signature));
    assert_eq!(receipt::verify(Log::open().signer.public_key(), &first.1, &first.0), Err(ReceiptError::OtherKey));
}

#[test]
fn one_signature_serves_the_whole_batch() {
    let (_, held) = three();
    let signature = |receipt: &[u8]| CoseSign1::from_tagged_slice(receipt).expect("COSE").signature;
    assert_eq!(signature(&held[0].1), signature(&held[2].1));
}

#[test]
fn another_reader_sees_the_labels_of_rfc_9942() {
    let (log, held) = three();
    let cose = CoseSign1::from_tagged_slice(&held[0].1).expect("a tagged COSE_Sign1");
    assert_eq!(cose.payload, None, "the root is detached");
    assert_eq!(cose.protected.header.key_id, log.signer.public_key().key_id());
    let protected = Value::from_slice(cose.protected.original_data.as_deref().expect("bytes")).expect("CBOR");
    let get = |key: i64| {
        let found = protected.as_map().expect("a map").iter().find(|(held, _)| *held == Value::from(key));
        found.expect("the label").1.clone()
    };
    assert_eq!(get(1), Value::from(-7), "ES256");
    assert_eq!(get(395), Value::from(1), "RFC9162_SHA256");
    assert_eq!(get(-65_537), Value::from(4), "the tree size is signed");
    let [(label, Value::Map(proofs))] = cose.unprotected.rest.as_slice() else { panic!("one header") };
    assert_eq!(*label, coset::Label::Int(396));
    let [(Value::Integer(kind), Value::Array(proofs))] = proofs.as_slice() else { panic!("one kind of proof") };
    assert_eq!(i128::from(*kind), -1, "inclusion");
    let [Value::Bytes(proof)] = proofs.as_slice() else { panic!("one proof") };
    let proof = Value::from_slice(proof).expect("CBOR in a byte string");
    let [size, index, Value::Array(path)] = proof.as_array().expect("an array").as_slice() else { panic!("three") };
    assert_eq!((size, index, path.len()), (&Value::from(4), &Value::from(1), 2));
}

#[test]
fn numbers_of_every_width_are_written_as_other_readers_expect() {
    let mut log = Log::open();
    for size in [22u64, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000, 99_999_999_998] {
        let mut stored = size.to_be_bytes().to_vec();
        stored.resize(8 + 32 * usize::try_from(size.count_ones()).expect("few"), 9);
        log.edge = Frontier::from_bytes(&stored).expect("an edge");
        let entry = sample::answered(1).event.encode();
        let batch = log.edge.append_batch(&[leaf_hash(&entry)]).expect("a batch");
        let head = log.signer.sign_head(batch.head(), NOW).expect("a signature");
        let receipt = head.receipt(&batch, size).expect("in the batch");
        let verified = receipt::verify(log.signer.public_key(), &receipt, &entry).expect("holds");
        assert_eq!((verified.leaf_index, verified.head.size), (size, size + 1));
    }
}

#[test]
fn the_only_leaf_of_a_tree_has_no_receipt_that_verifies_so_a_log_opens_with_a_leaf() {
    let mut log = Log::open();
    log.edge = Frontier::empty();
    let entry = sample::answered(1).event.encode();
    let batch = log.edge.append_batch(&[leaf_hash(&entry)]).expect("a batch");
    let head = log.signer.sign_head(batch.head(), NOW).expect("a signature");
    let receipt = head.receipt(&batch, 0).expect("in the batch");
    let refused = receipt::verify(log.signer.public_key(), &receipt, &entry);
    assert_eq!(refused, Err(ReceiptError::Damaged("inclusion proof")));
}

#[test]
fn a_signed_head_gives_no_receipt_for_another_batch() {
    let mut log = Log::open();
    let first = log.edge.append_batch(&[leaf_hash(b"a")]).expect("a batch");
    let head = log.signer.sign_head(first.head(), NOW).expect("a signature");
    let second = log.edge.append_batch(&[leaf_hash(b"b")]).expect("a batch");
    assert_eq!(head.receipt(&second, 2), None);
    assert_eq!(head.receipt(&first, 0), None, "an older leaf");
    assert!(head.receipt(&first, 1).is_some());
}

#[test]
fn an_opening_entry_is_no_access_event() {
    let log = Log::open();
    let entry = opening_entry(LogId::FIRST, log.signer.public_key());
    assert_eq!(AccessEvent::decode(&entry), Err(EventError::Version));
}

#[test]
fn an_event_is_read_back_as_it_was_written() {
    let event = sample::answered(3).event;
    let bytes = event.encode();
    assert_eq!(AccessEvent::decode(&bytes), Ok(event));
    let value: Value = ciborium::from_reader(bytes.as_slice()).expect("CBOR");
    let mut again = Vec::new();
    ciborium::into_writer(&value, &mut again).expect("CBOR");
    assert_eq!(again, bytes, "another writer of CBOR writes the same");
}

#[test]
fn who_was_there_is_read_back_and_what_nobody_can_have_chosen_is_refused() {
    let plain = sample::answered(3).event;
    for means in PresenceMeans::ALL {
        let choices = (0..=u8::MAX).filter_map(ConsentChoice::from_bits).map(Some);
        for choice in choices.chain([None]) {
            let presence = Some(PresenceRecord { means: *means, choice });
            let event = AccessEvent { presence, ..plain.clone() };
            let mut bytes = event.encode();
            assert_eq!(AccessEvent::decode(&bytes), Ok(event));
            if choice.is_some_and(|choice| choice.bits() == 0x80) {
                // The last byte is the choice: both forms of a prescription at once.
                *bytes.last_mut().expect("not empty") = 0xc0;
                assert_eq!(AccessEvent::decode(&bytes), Err(EventError::Member(11)));
            }
        }
    }
    // An event without anybody there is written as it always was.
    assert_eq!(plain.encode()[..3], [0xa9, 1, 1]);
}

#[test]
fn an_event_of_a_question_that_came_afterwards_tells_both_moments() {
    let plain = sample::answered(3).event;
    let presence = Some(PresenceRecord { means: PresenceMeans::ALL[0], choice: None });
    for presence in [None, presence] {
        let event = AccessEvent { presence, decided_at_ms: Some(plain.as_of_ms - 3_600_000), ..plain.clone() };
        let bytes = event.encode();
        assert_eq!(bytes[1..3], [1, 3]);
        assert_eq!(AccessEvent::decode(&bytes), Ok(event));
    }
}

#[test]
fn every_changed_bit_of_an_event_is_noticed_or_makes_another_event() {
    let event = sample::answered(3).event;
    let bytes = event.encode();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            if let Ok(other) = AccessEvent::decode(&changed) {
                assert_ne!(other, event);
                assert_eq!(other.encode(), changed);
            }
        }
    }
}

#[test]
fn a_public_key_survives_pem_and_other_curves_are_refused() {
    let log = Log::open();
    let pem = log.signer.public_key().to_pem();
    assert_eq!(LogPublicKey::from_pem(&pem).as_ref(), Ok(log.signer.public_key()));
    let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key").public_key_pem();
    assert!(LogPublicKey::from_pem(&p384).is_err());
    assert!(LogPublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nnot base64!\n-----END PUBLIC KEY-----\n").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_that_are_no_receipt_or_event_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let log = Log::open();
        prop_assert!(receipt::verify(log.signer.public_key(), &bytes, b"entry").is_err());
        prop_assert!(AccessEvent::decode(&bytes).is_err());
    }
}
