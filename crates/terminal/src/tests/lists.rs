//! Proves that a status list which does not hold is named and never used, and that the one that is held stays in use.

use std::path::Path;

use domain::{Prefecture, Status, StatusIndex};
use jiff::{SignedDuration, Timestamp};
use trust::status_list::{self, Places, Times};
use trust::{CredentialSigner, CwtError, ListName, PrivateKey, StatusListError};
use wire::api::{CredentialKeyInfo, CredentialKeys};

use crate::lists::Lists;

fn signer() -> CredentialSigner {
    CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn five() -> Timestamp {
    at("2026-11-28T05:00:00+09")
}

fn place(index: u32) -> StatusIndex {
    StatusIndex::new(Prefecture::new(13).unwrap(), index)
}

/// A list of Tokyo in which this place is struck out.
fn token(signer: &CredentialSigner, issued_at: Timestamp, struck: u32) -> Vec<u8> {
    let mut places = Places::new(65_536);
    places.set(struck, Status::Invalid);
    let times = Times { issued_at, expires_at: issued_at + SignedDuration::from_hours(168), ttl_s: 14_400 };
    status_list::sign(signer, Prefecture::new(13).unwrap(), &places, times).unwrap()
}

fn lists(folder: &Path, signer: &CredentialSigner) -> Lists {
    let lists = load(folder);
    let key = CredentialKeyInfo { key_id: String::new(), public_key: signer.public_key().to_pem() };
    lists.take_keys(&CredentialKeys { keys: vec![key] }).unwrap();
    lists
}

fn name() -> ListName {
    ListName::parse("13").unwrap()
}

fn load(folder: &Path) -> Lists {
    Lists::load(&[name()], folder.join("lists")).unwrap()
}

#[test]
fn a_list_tells_until_it_runs_out_and_is_there_after_a_restart() {
    let (folder, signer) = (tempfile::tempdir().unwrap(), signer());
    let first = lists(folder.path(), &signer);
    assert_eq!(first.says(place(1), five()), None, "no list yet");
    first.take(name(), &token(&signer, five(), 1), None, five()).unwrap();
    for lists in [first, load(folder.path())] {
        let says = lists.says(place(1), five()).expect("a word");
        assert_eq!((says.status, says.as_of.to_string().as_str()), (Status::Invalid, "2026-11-28T05:00:00"));
        assert_eq!(lists.says(place(2), five()).map(|says| says.status), Some(Status::Valid));
        assert_eq!(lists.says(StatusIndex::new(Prefecture::new(27).unwrap(), 1), five()), None);
        let late = five() + SignedDuration::from_hours(168);
        assert_eq!(lists.says(place(1), late), None, "a list that ran out tells nothing");
        assert_eq!(lists.state(late).over, [name()]);
    }
}

#[test]
fn fault_no_false_list_takes_the_place_of_a_good_one() {
    let (folder, signer) = (tempfile::tempdir().unwrap(), signer());
    let lists = lists(folder.path(), &signer);
    let now = five() + SignedDuration::from_hours(9);
    lists.take(name(), &token(&signer, five(), 1), None, now).unwrap();
    let osaka = {
        let times = Times { issued_at: now, expires_at: now + SignedDuration::from_hours(1), ttl_s: 1 };
        status_list::sign(&signer, Prefecture::new(27).unwrap(), &Places::new(8), times).unwrap()
    };
    let newer = token(&signer, now, 2);
    let hour = SignedDuration::from_hours(1);
    let faults = [
        (token(&signer, five() - hour, 2), StatusListError::Replayed { at: five() - hour }),
        (token(&signer, five() - hour * 200, 2), StatusListError::Expired { at: five() - hour * 32 }),
        (newer[..newer.len() / 2].to_vec(), StatusListError::Token(CwtError::Damaged)),
        (token(&self::signer(), now, 2), StatusListError::Token(CwtError::OtherKey)),
        (osaka, StatusListError::OtherList { says: ListName::parse("27").unwrap() }),
    ];
    for (token, expected) in faults {
        assert_eq!(lists.take(name(), &token, None, now), Err(expected));
        assert_eq!(lists.state(now).trouble.map(|trouble| trouble.why), Some(expected), "the status page says so");
        let says = lists.says(place(1), now).map(|says| says.status);
        assert_eq!(says, Some(Status::Invalid), "the one that is held stays in use");
    }
    lists.take(name(), &newer, None, now).unwrap();
    assert_eq!(lists.state(now).trouble, None);
    assert_eq!(lists.says(place(2), now).map(|says| says.status), Some(Status::Invalid));
}

#[test]
fn fault_a_clock_two_hours_wrong_costs_no_list() {
    let (folder, signer) = (tempfile::tempdir().unwrap(), signer());
    for hours in [-2, 2] {
        let lists = lists(folder.path(), &signer);
        let now = five() + SignedDuration::from_hours(hours);
        lists.take(name(), &token(&signer, five(), 1), None, now).unwrap();
        assert_eq!(lists.says(place(1), now).map(|says| says.status), Some(Status::Invalid), "{hours} hours");
    }
}
