//! Proves whose fault is named for what was seen: one row a case, and that each comes with evidence and a next step.

use std::time::Duration;

use super::*;

const AFTER: Duration = Duration::from_secs(1);

fn looks(reasons: &[CouldNotAsk]) -> Vec<AddressLook> {
    let look = |(at, why): (usize, &CouldNotAsk)| AddressLook {
        address: format!("center-{at}.example:8443"),
        came: Came::CouldNot(why.clone()),
    };
    reasons.iter().enumerate().map(look).collect()
}

fn local(interfaces: &[&str], way_out: WayOut) -> Local {
    Local {
        interfaces: Some(interfaces.iter().map(|name| (*name).to_owned()).collect()),
        unplugged: Vec::new(),
        way_out,
    }
}

fn router(answers: Option<bool>) -> Local {
    local(&["eth0"], WayOut::Router { address: "192.168.1.1".to_owned(), answers })
}

fn silent() -> CouldNotAsk {
    CouldNotAsk::ConnectTimedOut { after: AFTER, at: Stage::Tcp }
}

fn unreached(how: Unreached) -> CouldNotAsk {
    CouldNotAsk::Unreachable { how, what: "as the system says".to_owned() }
}

fn words(of: fn(String) -> CouldNotAsk, words: &str) -> CouldNotAsk {
    of(words.to_owned())
}

fn seen(seen: Seen, addresses: &[AddressLook], local: &Local) -> Diagnosis {
    diagnose(&Evidence {
        seen,
        addresses,
        local,
        is_expired: false,
        refused: None,
        clock: None,
        center_says: None,
        late_feed: None,
    })
}

#[test]
fn a_center_that_is_not_reached_is_told_by_where_the_way_ends() {
    let name = || words(CouldNotAsk::NameNotFound, "no such name");
    let name_silent = CouldNotAsk::ConnectTimedOut { after: AFTER, at: Stage::Name };
    let tls_silent = CouldNotAsk::ConnectTimedOut { after: AFTER, at: Stage::Tls };
    let nowhere = || local(&[], WayOut::None);
    let alone = || local(&["eth0"], WayOut::None);
    let proxy = || CouldNotAsk::Unreadable { status: 302, what: "html".to_owned() };
    let expired =
        || words(CouldNotAsk::ServerNotTrusted, "invalid peer certificate: certificate expired: verification time");
    let stranger = || words(CouldNotAsk::ServerNotTrusted, "invalid peer certificate: UnknownIssuer");
    let cases: Vec<(&str, Vec<CouldNotAsk>, Local, Whose)> = vec![
        ("no interface", vec![unreached(Unreached::NoRoute)], nowhere(), Whose::ThisPc),
        ("no interface, and names are asked first", vec![name()], nowhere(), Whose::ThisPc),
        ("no router is known", vec![unreached(Unreached::NoRoute)], alone(), Whose::Lan),
        ("the router is silent", vec![silent()], router(Some(false)), Whose::Lan),
        (
            "the router is silent and the name service with it",
            vec![name_silent.clone()],
            router(Some(false)),
            Whose::Lan,
        ),
        ("the router answers, both addresses are silent", vec![silent(), silent()], router(Some(true)), Whose::Line),
        ("nobody knows whether the router answers", vec![silent()], router(None), Whose::Line),
        ("a router says that it cannot go on", vec![unreached(Unreached::HostSilent)], router(Some(true)), Whose::Line),
        ("names are not found", vec![name(), name()], router(Some(true)), Whose::Line),
        ("the name service is silent", vec![name_silent], router(Some(true)), Whose::Line),
        ("its port is closed", vec![unreached(Unreached::Refused)], router(Some(true)), Whose::Center),
        ("closed, and this PC says it has no network", vec![unreached(Unreached::Refused)], nowhere(), Whose::Center),
        ("one address closed, one silent", vec![unreached(Unreached::Refused), silent()], router(None), Whose::Center),
        ("connected and silent", vec![tls_silent], router(Some(true)), Whose::Center),
        ("connected and broken", vec![words(CouldNotAsk::Broken, "reset")], router(Some(true)), Whose::Center),
        ("no agreement on TLS", vec![words(CouldNotAsk::Tls, "handshake")], router(Some(true)), Whose::Center),
        (
            "our certificate is refused",
            vec![words(CouldNotAsk::CertificateRefused, "alert")],
            router(None),
            Whose::Certificate,
        ),
        ("a stranger answers", vec![stranger()], router(Some(true)), Whose::Line),
        ("its certificate seems out of time", vec![expired()], router(Some(true)), Whose::ThisPc),
        ("a login page answers", vec![proxy()], router(Some(true)), Whose::Line),
        ("nothing can be read of this PC", vec![silent()], Local::default(), Whose::Line),
    ];
    for (name, reasons, local, whose) in cases {
        let told = seen(Seen::Down, &looks(&reasons), &local);
        assert_eq!(told.whose, whose, "{name}: {told:?}");
        assert!(!told.headline.ja.is_empty() && !told.next.ja.is_empty() && !told.next.en.is_empty(), "{name}");
        assert!(told.evidence.len() > reasons.len(), "{name}: each address, and this PC: {told:?}");
    }
}

#[test]
fn a_center_that_is_reached_may_still_have_something_wrong_beside_it() {
    let answers = [AddressLook { address: "center:8443".to_owned(), came: Came::Answered }];
    let well = router(Some(true));
    let base = || Evidence {
        seen: Seen::Up,
        addresses: &answers,
        local: &well,
        is_expired: false,
        refused: None,
        clock: None,
        center_says: None,
        late_feed: None,
    };
    let hour = Some(SignedDuration::from_hours(2));
    let cases = [
        ("nothing", base(), Whose::Nobody),
        ("its database", Evidence { center_says: Some(ProblemCode::StoreUnavailable), ..base() }, Whose::Center),
        (
            "the issuer of cards",
            Evidence { center_says: Some(ProblemCode::CardStatusUnavailable), ..base() },
            Whose::CardAuthority,
        ),
        ("our clock", Evidence { clock: hour, ..base() }, Whose::ThisPc),
        ("an insurer", Evidence { late_feed: Some("見本市国民健康保険"), ..base() }, Whose::InsurerFeed),
        (
            "the center before the clock",
            Evidence { clock: hour, center_says: Some(ProblemCode::Overloaded), ..base() },
            Whose::Center,
        ),
        ("revoked", Evidence { refused: Some(ProblemCode::CertificateRevoked), ..base() }, Whose::Certificate),
        ("expired", Evidence { is_expired: true, ..base() }, Whose::Certificate),
        ("not looked at yet", Evidence { seen: Seen::Unknown, addresses: &[], ..base() }, Whose::NotKnownYet),
    ];
    for (name, evidence, whose) in cases {
        let told = diagnose(&evidence);
        assert_eq!(told.whose, whose, "{name}: {told:?}");
        let is_silent = matches!(whose, Whose::Nobody | Whose::NotKnownYet);
        assert_eq!(told.next.ja.is_empty(), is_silent, "{name}");
        assert!(!told.whose.short().ja.is_empty());
    }
    let told = diagnose(&Evidence { late_feed: Some("見本市国民健康保険"), ..base() });
    assert!(told.evidence.iter().any(|line| line.ja.contains("見本市国民健康保険")), "{told:?}");
}
