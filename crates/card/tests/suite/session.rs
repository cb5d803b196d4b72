//! A whole session on the virtual card: what it learns, which commands it sends, and how it leaves the card behind.

use std::time::Duration;

use card::channel::{CardChannel, ChannelError};
use card::jpki::{TokenKind, Tries};
use card::transcript::{Recorder, Replay, Transcript};
use card::virtual_card::{Form, Quirks, VirtualCard};
use card::{CardError, Command, NumberB, Pin, Response, Session, Watched};

use crate::support::{PIN, content};
use crate::{fresh, hex, is_signed};

const CHALLENGE: &[u8] = b"facility 1310000017, terminal 1, 60 seconds";

fn pin() -> Pin {
    Pin::new(PIN).unwrap()
}

fn number_b() -> NumberB {
    NumberB::new(&content(Form::Card).number_b()).unwrap()
}

/// What a session brings: certificate, photo and signature.
#[derive(Debug, PartialEq)]
struct Brought(Vec<u8>, Vec<u8>, Vec<u8>);

/// Everything that a terminal may do with a card.
fn whole_session<C: CardChannel>(channel: C) -> Result<Brought, CardError> {
    let mut session = Session::open(channel)?;
    let certificate = session.authentication_certificate()?;
    session.tries_left()?;
    let photo = session.photo(&number_b())?.bytes().to_vec();
    session.verify_pin(&pin())?;
    let signature = session.sign(CHALLENGE)?;
    session.end()?;
    Ok(Brought(certificate, photo, signature))
}

#[test]
fn a_card_shows_its_certificate_its_photo_and_signs_a_challenge() {
    let content = content(Form::Card);
    let Brought(certificate, photo, signature) = whole_session(fresh(Form::Card)).unwrap();
    assert_eq!(certificate, content.user.certificate, "without the filler behind it");
    assert_eq!(photo, content.face.photo);
    assert!(is_signed(&certificate, CHALLENGE, &signature));
    assert!(!is_signed(&certificate, b"another challenge", &signature));
}

#[test]
fn a_right_pin_gives_back_all_tries() {
    let mut session = Session::open(fresh(Form::Card)).unwrap();
    assert_eq!(session.kind(), &TokenKind::Card);
    assert_eq!(session.tries_left().unwrap(), Tries::Left(3));
    assert_eq!(session.verify_pin(&Pin::new("0000").unwrap()), Err(CardError::PinWrong { left: 2 }));
    assert_eq!(session.tries_left().unwrap(), Tries::Left(2));
    session.verify_pin(&pin()).unwrap();
    assert_eq!(session.tries_left().unwrap(), Tries::Left(3));
}

#[test]
fn a_phone_gives_its_certificate_after_the_pin() {
    for (form, kind) in [(Form::Android, TokenKind::Android), (Form::Iphone, TokenKind::Iphone)] {
        let mut session = Session::open(fresh(form)).unwrap();
        assert_eq!(session.kind(), &kind);
        assert!(session.kind().is_phone());
        assert_eq!(session.authentication_certificate(), Err(CardError::NotAllowed { file: 0x000A }));
        session.verify_pin(&pin()).unwrap();
        let certificate = session.authentication_certificate().unwrap();
        assert!(is_signed(&certificate, CHALLENGE, &session.sign(CHALLENGE).unwrap()));
        session.end().unwrap();
    }
}

#[test]
fn the_photo_takes_the_pin_back_and_a_session_goes_on_after_it() {
    let mut session = Session::open(fresh(Form::Card)).unwrap();
    session.verify_pin(&pin()).unwrap();
    session.photo(&number_b()).unwrap();
    assert_eq!(session.sign(CHALLENGE), Err(CardError::NotAllowed { file: 0x0017 }));
    session.verify_pin(&pin()).unwrap();
    session.sign(CHALLENGE).unwrap();
}

#[test]
fn a_card_that_stumbles_over_its_first_command_is_read() {
    let card = fresh(Form::Card).with_quirks(Quirks { first_command_fails: true, ..Quirks::default() });
    whole_session(card).unwrap();
}

#[test]
fn no_command_of_a_session_comes_near_the_number() {
    let mut recorder = Recorder::new(fresh(Form::Card), "virtual");
    whole_session(&mut recorder).unwrap();
    let (_, transcript) = recorder.finish();
    let text = transcript.to_json_lines();
    let after = |start: &str| -> Vec<String> {
        let mut found: Vec<String> = text
            .lines()
            .filter_map(|line| line.split_once(&format!("\"Command\":\"{start}"))?.1.split('"').next())
            .map(str::to_owned)
            .collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(after("00A4040C"), ["0AD3921000310001010402", "0AD392F000260100000001"], "applications");
    assert_eq!(after("00A4020C"), ["020002", "020006", "02000A", "020012", "020017", "020018"], "files");
    // Nothing else but these instructions was sent, and nothing that carries a secret was written down.
    for line in text.lines().filter(|line| line.contains("Command")) {
        let known = ["\"00A4", "\"00B0", "\"00200080\"", "\"802A0080"].iter().any(|start| line.contains(start));
        assert!(known, "{line}");
    }
    assert_eq!(text.matches("\"Blanked\":true").count(), 2);
    let asked: String = text.lines().filter_map(|line| line.split("\"Answer\"").next()).collect();
    assert!(!asked.contains(&hex(PIN.as_bytes())) && !asked.contains(&hex(b"55021720352285")), "{asked}");
}

#[test]
fn of_the_face_nothing_but_the_photo_is_read() {
    let mut recorder = Recorder::new(fresh(Form::Card), "virtual");
    Session::open(&mut recorder).unwrap().photo(&number_b()).unwrap();
    let (_, transcript) = recorder.finish();
    let text = transcript.to_json_lines();
    let after_face = text.split_once("00A4020C020002").unwrap().1;
    let read: usize = after_face
        .lines()
        .filter(|line| line.contains("\"00B0"))
        .map(|line| line.split_once("\"Answer\":\"").unwrap().1.len() / 2 - 3)
        .sum();
    let photo = content(Form::Card).face.photo.len();
    // Eight heads of at most five bytes: of the whole, of six parts before the photo, and of the photo.
    assert!((photo..=photo + 40).contains(&read), "{read} bytes were read for a photo of {photo}");
}

#[test]
fn a_recorded_session_plays_again_without_a_card() {
    let mut recorder = Recorder::new(fresh(Form::Card), "virtual");
    let first = whole_session(&mut recorder).unwrap();
    let (_, transcript) = recorder.finish();
    let mut replay = Replay::new(Transcript::parse(&transcript.to_json_lines()).unwrap());
    assert_eq!(whole_session(&mut replay).unwrap(), first);
    assert!(replay.is_finished());
}

#[test]
fn a_session_runs_under_a_watchdog() {
    let open = || Ok::<_, ChannelError>(fresh(Form::Card));
    let watched = Watched::open(Duration::from_secs(10), open).unwrap();
    whole_session(watched).unwrap();
}

/// A reader that does not cut the power, whatever it is told.
#[derive(Debug)]
struct LazyReader<'c> {
    card: &'c mut VirtualCard,
    released: &'c mut usize,
}

impl CardChannel for LazyReader<'_> {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        CardChannel::transmit(self.card, command)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.card.warm_reset();
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        *self.released += 1;
        self.reset()
    }
}

/// Whether the key signs for somebody who shows nothing.
fn is_open(card: &mut VirtualCard) -> bool {
    card.transmit(&[0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]);
    card.transmit(&[0x80, 0x2A, 0x00, 0x97, 0x01, 0x00, 0x00]).ends_with(&[0x90, 0x00])
}

type Way = Box<dyn FnMut(Session<LazyReader<'_>>)>;

#[test]
fn nobody_after_us_meets_an_open_card_however_the_session_ended() {
    let (mut card, mut released) = (fresh(Form::Card), 0);
    let mut ways: [(&str, Way); 4] = [
        ("in order", Box::new(|session| session.end().unwrap())),
        ("dropped", Box::new(|session| drop(session))),
        (
            "after an error",
            Box::new(|mut session| {
                session.photo(&NumberB::new("55021720350000").unwrap()).unwrap_err();
            }),
        ),
        (
            "in a panic",
            Box::new(|session| {
                let broken = std::panic::AssertUnwindSafe(|| {
                    let _held = session;
                    std::panic::resume_unwind(Box::new("broken"));
                });
                std::panic::catch_unwind(broken).unwrap_err();
            }),
        ),
    ];
    for (index, (name, way)) in ways.iter_mut().enumerate() {
        let mut session = Session::open(LazyReader { card: &mut card, released: &mut released }).unwrap();
        session.verify_pin(&pin()).unwrap();
        session.sign(CHALLENGE).unwrap();
        way(session);
        assert!(!is_open(&mut card), "{name}");
        assert_eq!(released, index + 1, "{name}: let go of exactly once");
    }
}

#[test]
fn a_card_that_is_refused_is_let_go_of() {
    let (mut card, mut released) = (fresh(Form::OldCard), 0);
    let error = Session::open(LazyReader { card: &mut card, released: &mut released }).unwrap_err();
    assert_eq!((error, released), (CardError::OldCard, 1));
}
