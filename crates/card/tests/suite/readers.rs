//! Readers in software do what readers of the machine do, and the model of 特定機関認証 opens the key of its own cards and of
//! no other.

use std::time::Duration;

use card::channel::ChannelError;
use card::readers::{CardReaders as _, Event, Reader, Watch};
use card::terminal_model::{TerminalAuthority, TerminalKey};
use card::virtual_card::{CardContent, Form, VirtualCard};
use card::{CardError, Pin, Session, Tray};

use crate::fresh;
use crate::support::{PIN, content};

const SOON: Duration = Duration::from_secs(10);
const NEVER: Duration = Duration::from_millis(20);

fn next(watch: &Watch) -> Event {
    watch.next(SOON).expect("an event")
}

/// A tray, and what its watch says first.
fn watched(readers: usize) -> (Tray, Watch, Vec<Reader>) {
    let tray = Tray::new(readers);
    let watch = tray.watch().unwrap();
    assert_eq!(next(&watch), Event::ServiceUp);
    let names = (0..readers)
        .map(|_| match next(&watch) {
            Event::ReaderConnected(reader) => reader,
            other => panic!("{other:?}"),
        })
        .collect();
    (tray, watch, names)
}

fn visit(tray: &Tray, reader: &Reader) -> Result<(), CardError> {
    let mut session = Session::open(tray.open(reader)?)?;
    session.verify_pin(&Pin::new(PIN).unwrap())?;
    session.sign(b"challenge")?;
    session.end()
}

#[test]
fn a_card_in_the_tray_is_told_read_and_taken_out() {
    let (tray, watch, readers) = watched(2);
    assert_eq!(visit(&tray, &readers[0]).unwrap_err().code(), "no-card");
    tray.insert(1, fresh(Form::Card));
    assert_eq!(next(&watch), Event::CardInserted(readers[1].clone()));
    assert!(tray.has_card(1) && !tray.has_card(0));
    visit(&tray, &readers[1]).unwrap();
    visit(&tray, &readers[1]).unwrap();
    tray.take_out(1);
    tray.take_out(1);
    assert_eq!(next(&watch), Event::CardRemoved(readers[1].clone()));
    assert_eq!(watch.next(NEVER), None);
    assert_eq!(visit(&tray, &readers[1]).unwrap_err().code(), "no-card");
}

#[test]
fn whoever_watches_later_is_told_what_lies_there() {
    let tray = Tray::new(1);
    tray.insert(0, fresh(Form::Card));
    let watch = tray.watch().unwrap();
    let events = [next(&watch), next(&watch), next(&watch)];
    assert!(matches!(&events, [Event::ServiceUp, Event::ReaderConnected(_), Event::CardInserted(_)]), "{events:?}");
}

#[test]
fn a_card_is_held_by_one_speaker_and_closed_to_the_next() {
    let (tray, _watch, readers) = watched(1);
    tray.insert(0, fresh(Form::Card));
    let mut first = Session::open(tray.open(&readers[0]).unwrap()).unwrap();
    first.verify_pin(&Pin::new(PIN).unwrap()).unwrap();
    assert_eq!(tray.open(&readers[0]).unwrap_err(), ChannelError::Busy);
    first.end().unwrap();
    let mut second = Session::open(tray.open(&readers[0]).unwrap()).unwrap();
    assert!(matches!(second.sign(b"challenge"), Err(CardError::NotAllowed { .. })));
}

#[test]
fn fault_a_card_a_reader_and_the_service_go_while_a_card_is_spoken_to() {
    let (tray, watch, readers) = watched(1);
    let reader = &readers[0];
    let mut codes = Vec::new();
    let gone: [fn(&Tray); 3] = [|tray| tray.take_out(0), |tray| tray.unplug(0), |tray| tray.set_service(false)];
    let back: [fn(&Tray); 3] = [|_| (), |tray| tray.plug(0), |tray| tray.set_service(true)];
    for (go, come) in gone.into_iter().zip(back) {
        tray.insert(0, fresh(Form::Card));
        let mut session = Session::open(tray.open(reader).unwrap()).unwrap();
        go(&tray);
        codes.push(session.authentication_certificate().unwrap_err().code());
        drop(session);
        codes.push(visit(&tray, reader).unwrap_err().code());
        come(&tray);
    }
    assert_eq!(
        codes,
        ["card-removed", "no-card", "card-removed", "no-reader", "card-service-down", "card-service-down"]
    );
    // The card lay in its reader while the service was away.
    visit(&tray, reader).unwrap();
    let events: Vec<Event> = std::iter::from_fn(|| watch.next(NEVER)).collect();
    let (inserted, removed) = (Event::CardInserted(reader.clone()), Event::CardRemoved(reader.clone()));
    assert_eq!(
        events,
        [
            inserted.clone(),
            removed.clone(),
            inserted.clone(),
            removed.clone(),
            Event::ReaderGone(reader.clone()),
            Event::ReaderConnected(reader.clone()),
            inserted.clone(),
            removed,
            Event::ReaderGone(reader.clone()),
            Event::ServiceDown,
            Event::ServiceUp,
            Event::ReaderConnected(reader.clone()),
            inserted,
        ]
    );
}

fn authority() -> TerminalAuthority {
    TerminalAuthority::from_pkcs8(&TerminalAuthority::generate().unwrap()).unwrap()
}

/// A card that believes an authority, and gives challenges.
fn card_of(authority: &TerminalAuthority) -> VirtualCard {
    let believed = CardContent { terminal_authority: Some(authority.public_key()), ..content(Form::Card) };
    let mut count = 0;
    VirtualCard::new(&believed).unwrap().with_random(move |bytes| {
        count += 1;
        bytes.fill(count);
    })
}

fn opened(card: &mut VirtualCard, key: &TerminalKey) -> Result<(), CardError> {
    let mut session = Session::open(card)?;
    assert!(session.knows_terminals()?);
    session.open_by_terminal(key)?;
    session.authentication_certificate()?;
    session.sign(b"challenge")?;
    session.end()
}

#[test]
fn a_terminal_that_the_model_admits_opens_the_key_without_pin() {
    let authority = authority();
    let mut card = card_of(&authority);
    opened(&mut card, &authority.admit("kiosk").unwrap()).unwrap();
    // Nobody after it finds the key open.
    let mut next = Session::open(&mut card).unwrap();
    assert!(matches!(next.sign(b"challenge"), Err(CardError::NotAllowed { .. })));
    next.end().unwrap();
    let stranger = self::authority().admit("kiosk").unwrap();
    assert_eq!(opened(&mut card, &stranger).unwrap_err(), CardError::TerminalRefused);
    // A PIN opens it as ever.
    let mut with_pin = Session::open(&mut card).unwrap();
    with_pin.verify_pin(&Pin::new(PIN).unwrap()).unwrap();
    with_pin.sign(b"challenge").unwrap();
}

#[test]
fn a_card_outside_the_model_needs_its_makers_reader_and_loses_no_try() {
    let key = authority().admit("kiosk").unwrap();
    for form in [Form::Card, Form::Android] {
        let mut card = fresh(form);
        let mut session = Session::open(&mut card).unwrap();
        assert!(!session.knows_terminals().unwrap());
        assert_eq!(session.open_by_terminal(&key).unwrap_err(), CardError::MakersReaderNeeded);
        session.verify_pin(&Pin::new(PIN).unwrap()).unwrap();
        session.sign(b"challenge").unwrap();
    }
}

#[test]
fn an_admitted_terminal_reads_jpki_only() {
    let authority = authority();
    let key = authority.admit("kiosk").unwrap();
    let mut card = card_of(&authority);
    let number = card::NumberB::new(&content(Form::Card).number_b()).unwrap();
    let mut session = Session::open(&mut card).unwrap();
    session.open_by_terminal(&key).unwrap();
    session.photo(&number).unwrap();
    assert!(matches!(session.sign(b"challenge"), Err(CardError::NotAllowed { .. })), "the card forgot the terminal");
}
