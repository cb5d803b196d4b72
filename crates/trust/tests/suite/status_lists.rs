//! Status lists: what is written is read, and whatever is not the list that was asked for is named and not used.

use domain::{Prefecture, Status, StatusIndex};
use jiff::{SignedDuration, Timestamp};
use trust::cwt::{CredentialKey, CredentialSigner, CwtError};
use trust::status_list::{self, ListName, Places, StatusList, StatusListError, Times};

fn signer() -> CredentialSigner {
    CredentialSigner::new(&trust::PrivateKey::generate().expect("a key")).expect("a signer")
}

fn now() -> Timestamp {
    "2026-11-27T20:00:00Z".parse().expect("a time")
}

fn times(issued_at: Timestamp) -> Times {
    Times { issued_at, expires_at: issued_at + SignedDuration::from_hours(72), ttl_s: 3_600 }
}

fn tokyo() -> Prefecture {
    Prefecture::new(13).expect("a prefecture")
}

fn osaka() -> Prefecture {
    Prefecture::new(27).expect("a prefecture")
}

const TOKYO: [(u32, Status); 4] =
    [(0, Status::Invalid), (1, Status::Valid), (4_095, Status::Changed), (70_001, Status::Invalid)];

fn places(length: u32, struck: &[(u32, Status)]) -> Places {
    let mut places = Places::new(length);
    for (index, status) in struck {
        places.set(*index, *status);
    }
    places
}

fn list_of_tokyo(signer: &CredentialSigner) -> Vec<u8> {
    status_list::sign(signer, tokyo(), &places(131_072, &TOKYO), times(now())).expect("made")
}

fn read(token: &[u8], key: &CredentialKey, held: Option<Timestamp>) -> Result<StatusList, StatusListError> {
    StatusList::read(token, std::slice::from_ref(key), ListName::Prefecture(tokyo()), now(), held)
}

#[test]
fn what_is_said_of_a_place_is_read_there_and_nowhere_else() {
    let signer = signer();
    let list = read(&list_of_tokyo(&signer), signer.public_key(), None).expect("a list");
    for (index, status) in TOKYO {
        assert_eq!(list.status(StatusIndex::new(tokyo(), index)), Some(status), "{index}");
    }
    assert_eq!(list.status(StatusIndex::new(tokyo(), 2)), Some(Status::Valid));
    assert_eq!(list.status(StatusIndex::new(tokyo(), 131_072)), None, "given away later");
    assert_eq!(list.status(StatusIndex::new(osaka(), 0)), None, "of another prefecture");
    assert_eq!(list.counts(), (131_072, 3));
    assert_eq!(list.times(), times(now()));
}

#[test]
fn the_whole_country_says_the_same_as_its_parts() {
    let signer = signer();
    let parts = [
        (tokyo(), places(131_072, &TOKYO)),
        (Prefecture::new(26).expect("a prefecture"), Places::new(0)),
        (osaka(), places(65_536, &[(5, Status::Changed)])),
    ];
    let token = status_list::sign_whole(&signer, &parts, times(now())).expect("made");
    let keys = [signer.public_key().clone()];
    let list = StatusList::read(&token, &keys, ListName::Whole, now(), None).expect("a list");
    for (index, status) in TOKYO {
        assert_eq!(list.status(StatusIndex::new(tokyo(), index)), Some(status), "{index}");
    }
    assert_eq!(list.status(StatusIndex::new(osaka(), 5)), Some(Status::Changed));
    assert_eq!(list.status(StatusIndex::new(osaka(), 0)), Some(Status::Valid));
    assert_eq!(list.status(StatusIndex::new(osaka(), 65_536)), None);
    assert_eq!(list.status(StatusIndex::new(Prefecture::new(1).expect("a prefecture"), 0)), None);
    assert_eq!(list.counts(), (196_608, 4));
}

#[test]
fn fault_a_list_that_ran_out_is_not_used() {
    let signer = signer();
    let token = list_of_tokyo(&signer);
    let keys = [signer.public_key().clone()];
    let at = now() + SignedDuration::from_hours(72);
    let read = |now| StatusList::read(&token, &keys, ListName::Prefecture(tokyo()), now, None);
    assert!(read(at - SignedDuration::from_secs(1)).is_ok());
    assert_eq!(read(at).unwrap_err(), StatusListError::Expired { at });
}

#[test]
fn fault_an_older_list_than_the_one_held_is_not_used() {
    let signer = signer();
    let token = list_of_tokyo(&signer);
    let key = signer.public_key();
    assert!(read(&token, key, Some(now())).is_ok(), "the same again is no fault");
    let later = now() + SignedDuration::from_secs(1);
    assert_eq!(read(&token, key, Some(later)).unwrap_err(), StatusListError::Replayed { at: now() });
}

#[test]
fn fault_a_list_that_was_cut_off_or_changed_is_not_used() {
    let signer = signer();
    let token = list_of_tokyo(&signer);
    for length in (0..token.len()).step_by(7) {
        let error = read(&token[..length], signer.public_key(), None).unwrap_err();
        assert!(matches!(error, StatusListError::Token(CwtError::Damaged)), "{length}: {error:?}");
    }
    for at in 0..token.len() {
        let mut changed = token.clone();
        changed[at] ^= 1;
        assert!(read(&changed, signer.public_key(), None).is_err(), "byte {at}");
    }
}

#[test]
fn fault_a_list_that_another_key_signed_is_not_used() {
    let token = list_of_tokyo(&signer());
    let error = read(&token, signer().public_key(), None).unwrap_err();
    assert_eq!(error, StatusListError::Token(CwtError::OtherKey));
}

#[test]
fn fault_a_list_of_another_prefecture_is_not_used() {
    let signer = signer();
    let token = status_list::sign(&signer, osaka(), &Places::new(4), times(now())).expect("made");
    let error = read(&token, signer.public_key(), None).unwrap_err();
    assert_eq!(error, StatusListError::OtherList { says: ListName::Prefecture(osaka()) });
}

#[test]
fn fault_a_clock_two_hours_wrong_refuses_no_list_and_one_of_two_days_does() {
    let signer = signer();
    let token = list_of_tokyo(&signer);
    let keys = [signer.public_key().clone()];
    let read = |hours| {
        let now = now() + SignedDuration::from_hours(hours);
        StatusList::read(&token, &keys, ListName::Prefecture(tokyo()), now, None)
    };
    assert!(read(-2).is_ok() && read(2).is_ok());
    assert_eq!(read(-48).unwrap_err(), StatusListError::FromTheFuture { at: now() });
}

#[test]
fn names_of_lists_are_read_as_they_are_written_and_in_no_other_way() {
    for name in Prefecture::all().map(ListName::Prefecture).chain([ListName::Whole]) {
        assert_eq!(ListName::parse(&name.to_string()), Some(name));
        assert_eq!(ListName::from_uri(&name.to_uri()), Some(name));
    }
    for text in ["", "0", "00", "48", "1", "013", "ALL", "１３", "-1"] {
        assert_eq!(ListName::parse(text), None, "{text}");
    }
}
