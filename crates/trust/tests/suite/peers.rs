//! A certificate names one peer in one spelling, and that peer may act in its own name only.

use domain::{InsurerNumber, MedicalInstitutionCode};
use trust::peer::PeerError;
use trust::{Peer, PeerCertificate, TerminalId};

use crate::world::{World, clinic, insurer};

#[test]
fn roles_are_read_back_from_their_uri() {
    assert_eq!(clinic().to_uri(), "urn:tashika:facility:1310000017:desk-1");
    assert_eq!(insurer().to_uri(), "urn:tashika:insurer:138057");
    for peer in [clinic(), insurer()] {
        assert_eq!(Peer::from_uri(&peer.to_uri()), Ok(peer));
    }
}

#[test]
fn a_role_in_any_other_spelling_is_refused() {
    let wrong = [
        "",
        "urn:tashika:facility:1310000017",
        "urn:tashika:facility:1310000017:",
        "urn:tashika:facility:1310000017:a:b",
        "urn:tashika:facility:1310000017:a b",
        "urn:tashika:facility: 1310000017:a",
        "urn:tashika:facility:１３１００００017:a",
        "urn:tashika:facility:9910000017:a",
        "URN:tashika:facility:1310000017:a",
        "urn:tashika:insurer:00138057",
        "urn:tashika:insurer:138058",
        "urn:tashika:center:1",
        "https://center.example/",
    ];
    for uri in wrong {
        assert!(Peer::from_uri(uri).is_err(), "{uri}");
    }
}

#[test]
fn a_facility_may_ask_in_its_own_name_only() {
    let other = MedicalInstitutionCode::parse("1310000025").expect("a code");
    let own = MedicalInstitutionCode::parse("1310000017").expect("a code");
    assert!(clinic().may_ask_as(&own));
    assert!(!clinic().may_ask_as(&other));
    assert!(!insurer().may_ask_as(&own));
}

#[test]
fn an_insurer_may_feed_in_its_own_name_only() {
    let own = InsurerNumber::parse("138057").expect("a number");
    let other = InsurerNumber::parse("01130012").expect("a number");
    assert!(insurer().may_feed_as(&own));
    assert!(!insurer().may_feed_as(&other));
    assert!(!clinic().may_feed_as(&own));
}

#[test]
fn a_server_or_an_authority_is_no_peer() {
    let world = World::new();
    assert_eq!(PeerCertificate::from_der(world.server.chain.leaf().der()), Err(PeerError::NotOneRole));
    assert_eq!(PeerCertificate::from_der(world.root.certificate().der()), Err(PeerError::NotOneRole));
    assert!(PeerCertificate::from_der(b"nonsense").is_err());
}

#[test]
fn every_cut_or_changed_certificate_is_read_or_refused_without_panic() {
    let der = World::new().clinic().chain.leaf().der().to_vec();
    for position in 0..der.len() {
        assert!(Peer::from_der(&der[..position]).is_err());
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[position] ^= 1 << bit;
            let _ = Peer::from_der(&changed);
        }
    }
}

#[test]
fn terminal_ids_have_few_characters() {
    for good in ["a", "desk-1", &"x".repeat(64)] {
        assert!(TerminalId::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "a b", "受付", "a:b", "a/b", &"x".repeat(65)] {
        assert_eq!(TerminalId::parse(bad), Err(PeerError::TerminalId), "{bad}");
    }
}
