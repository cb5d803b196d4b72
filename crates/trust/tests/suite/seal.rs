//! A sealed column opens only where it was sealed, under its key, and unchanged.

use proptest::prelude::*;
use trust::Sealer;
use trust::seal::{Place, SealError};
use zeroize::Zeroizing;

const HERE: Place<'_> = Place { table: "answer", column: "body", row: b"42" };

fn sealer(byte: u8) -> Sealer {
    Sealer::new(&Zeroizing::new([byte; 32]))
}

#[test]
fn a_value_opens_where_it_was_sealed() {
    let sealed = sealer(1).seal(HERE, [9; 12], "髙橋 太郎".as_bytes()).expect("sealed");
    assert_eq!(sealed.len(), 1 + 12 + "髙橋 太郎".len() + 16);
    assert_eq!(sealer(1).open(HERE, &sealed).expect("opens").as_slice(), "髙橋 太郎".as_bytes());
}

#[test]
fn a_value_opens_in_no_other_place_and_under_no_other_key() {
    let sealed = sealer(1).seal(HERE, [9; 12], b"secret").expect("sealed");
    let elsewhere = [
        Place { table: "answers", ..HERE },
        Place { column: "name", ..HERE },
        Place { row: b"43", ..HERE },
        // The same letters, cut in another way.
        Place { table: "answerb", column: "ody", ..HERE },
        Place { column: "body4", row: b"2", ..HERE },
    ];
    for place in elsewhere {
        assert_eq!(sealer(1).open(place, &sealed), Err(SealError::Refused), "{place:?}");
    }
    assert_eq!(sealer(2).open(HERE, &sealed), Err(SealError::Refused));
}

#[test]
fn every_changed_bit_is_noticed() {
    let sealed = sealer(1).seal(HERE, [9; 12], b"secret").expect("sealed");
    for position in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[position] ^= 1 << bit;
            assert!(sealer(1).open(HERE, &changed).is_err(), "bit {bit} of byte {position}");
        }
        assert!(sealer(1).open(HERE, &sealed[..position]).is_err(), "cut at {position}");
    }
}

#[test]
fn names_that_are_too_long_are_refused() {
    let long = "t".repeat(256);
    let place = Place { table: &long, ..HERE };
    assert_eq!(sealer(1).seal(place, [0; 12], b""), Err(SealError::Name));
}

#[test]
fn a_debugged_sealer_shows_no_key() {
    assert_eq!(format!("{:?}", sealer(1)), "Sealer(…)");
}

proptest! {
    #[test]
    fn any_value_is_opened_as_it_was_sealed(plain: Vec<u8>, nonce: [u8; 12], key: u8, row: Vec<u8>) {
        let place = Place { row: &row, ..HERE };
        let sealed = sealer(key).seal(place, nonce, &plain).expect("sealed");
        let opened = sealer(key).open(place, &sealed).expect("opens");
        prop_assert_eq!(opened.as_slice(), plain);
    }
}
