//! Each way in which a card disappoints, with the code that the vendor sees and the sentences that people see.

use std::collections::{BTreeMap, BTreeSet};

use card::channel::{CardChannel, ChannelError};
use card::jpki::Tries;
use card::virtual_card::{Form, VirtualCard};
use card::{CardError, Command, NumberB, Pin, Response, Session, StatusWord};
use domain::Tongue;
use proptest::prelude::*;

use crate::fresh;
use crate::support::{PIN, content};

const VERIFY: u8 = 0x20;

/// What happens to an answer on its way from the card.
type Mischief = dyn FnMut(usize, &Command, Result<Response, ChannelError>) -> Result<Response, ChannelError>;

/// A card behind a line on which things happen. Counts what went over it.
struct Line<'c> {
    card: &'c mut VirtualCard,
    mischief: Box<Mischief>,
    asked: usize,
    verified: usize,
    released: usize,
}

impl<'c> Line<'c> {
    fn new(
        card: &'c mut VirtualCard,
        mischief: impl FnMut(usize, &Command, Result<Response, ChannelError>) -> Result<Response, ChannelError> + 'static,
    ) -> Self {
        Self { card, mischief: Box::new(mischief), asked: 0, verified: 0, released: 0 }
    }
}

impl CardChannel for Line<'_> {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        let answer = CardChannel::transmit(self.card, command);
        self.verified += usize::from(command.is_secret());
        let answer = (self.mischief)(self.asked, command, answer);
        self.asked += 1;
        answer
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.card.warm_reset();
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        self.released += 1;
        self.card.power_off();
        Ok(())
    }
}

/// What a terminal does with a card.
fn visit(channel: impl CardChannel) -> Result<(), CardError> {
    let mut session = Session::open(channel)?;
    session.tries_left()?;
    if !session.kind().is_phone() {
        session.photo(&NumberB::new(&content(Form::Card).number_b()).unwrap())?;
    }
    session.verify_pin(&Pin::new(PIN).unwrap())?;
    session.authentication_certificate()?;
    session.sign(b"challenge")?;
    session.end()
}

fn steps(form: Form) -> usize {
    let mut card = fresh(form);
    let mut line = Line::new(&mut card, |_, _, answer| answer);
    visit(&mut line).unwrap();
    line.asked
}

fn answer(status: u16) -> Result<Response, ChannelError> {
    Ok(Response::new(Vec::new(), StatusWord::new(status))?)
}

#[test]
fn fault_a_card_pulled_at_any_step_says_so_and_works_when_it_is_back() {
    for form in [Form::Card, Form::Android] {
        let mut card = fresh(form);
        for step in 0..steps(form) - 1 {
            let gone = move |asked: usize, _: &Command, answer| {
                if asked >= step { Err(ChannelError::CardRemoved) } else { answer }
            };
            let mut line = Line::new(&mut card, gone);
            let error = visit(&mut line).unwrap_err();
            assert_eq!(error.code(), "card-removed", "{form:?} step {step}");
            assert_eq!(line.released, 1, "{form:?} step {step}: let go of once");
            visit(&mut card).unwrap();
        }
    }
}

#[test]
fn fault_nonsense_at_any_step_is_an_error_with_a_code_and_never_a_panic() {
    type Nonsense = fn() -> Result<Response, ChannelError>;
    let kinds: [(&str, Nonsense); 5] = [
        ("one byte", || Ok(Response::parse(&[0x90])?)),
        ("nothing", || Ok(Response::parse(&[])?)),
        ("an unknown status", || answer(0x1234)),
        ("a wrong length again and again", || answer(0x6C00)),
        ("much of nothing", || Ok(Response::new(vec![0xFF; 256], StatusWord::new(0x6F00))?)),
    ];
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, nonsense) in kinds {
        for step in 0..steps(Form::Card) - 1 {
            let mut card = fresh(Form::Card);
            let mut line =
                Line::new(&mut card, move |asked, _, answer| if asked >= step { nonsense() } else { answer });
            let error = visit(&mut line).unwrap_err();
            *codes.entry(error.code()).or_default() += 1;
            assert!(line.verified <= 2, "{name} at step {step}: a secret was sent twice");
            assert_eq!(line.released, 1, "{name} at step {step}");
        }
    }
    let known = ["card-answer-malformed", "card-answer-unexpected", "card-file-unreadable"];
    assert!(codes.keys().all(|code| known.contains(code)), "{codes:?}");
}

#[test]
fn fault_an_empty_answer_at_any_step_never_makes_a_certificate_a_photo_or_a_signature() {
    for step in 0..steps(Form::Card) - 1 {
        let mut card = fresh(Form::Card);
        let empty = move |asked: usize, command: &Command, real: Result<Response, ChannelError>| {
            let is_silent = asked == step && command.expected().is_some();
            if is_silent { answer(0x9000) } else { real }
        };
        // Steps without data are the same with and without it; all others must be noticed.
        if let Err(error) = visit(Line::new(&mut card, empty)) {
            let codes = ["card-file-unreadable", "card-answer-malformed", "card-has-no-photo"];
            assert!(codes.contains(&error.code()), "step {step}: {error}");
        }
    }
}

#[test]
fn fault_a_pin_is_sent_once_whatever_the_card_says_to_it() {
    for status in [0x6C04, 0x6C00, 0x6F00, 0x6985, 0x1234, 0x6700, 0x6300] {
        let mut card = fresh(Form::Card);
        let odd = move |_: usize, command: &Command, real| {
            if command.ins() == VERIFY && command.is_secret() { answer(status) } else { real }
        };
        let mut line = Line::new(&mut card, odd);
        let mut session = Session::open(&mut line).unwrap();
        let error = session.verify_pin(&Pin::new(PIN).unwrap()).unwrap_err();
        assert_eq!(error.code(), "card-answer-unexpected", "{status:04X}");
        drop(session);
        assert_eq!(line.verified, 1, "{status:04X}");
    }
}

#[test]
fn fault_a_wrong_pin_three_times_locks_and_stays_locked() {
    let mut card = fresh(Form::Card);
    let wrong = Pin::new("0000").unwrap();
    for expected in [CardError::PinWrong { left: 2 }, CardError::PinWrong { left: 1 }, CardError::PinLocked] {
        let mut session = Session::open(&mut card).unwrap();
        assert_eq!(session.verify_pin(&wrong), Err(expected));
    }
    let mut session = Session::open(&mut card).unwrap();
    assert_eq!(session.tries_left().unwrap(), Tries::Locked);
    let error = session.verify_pin(&Pin::new(PIN).unwrap()).unwrap_err();
    assert_eq!(error.code(), "card-pin-locked");
    assert!(error.words().staff_ja.contains("市区町村"));
    // Who the person says to be can still be read, for the staff's eyes.
    session.authentication_certificate().unwrap();
}

#[test]
fn fault_every_way_of_saying_locked_is_understood() {
    for status in [0x63C0, 0x6983, 0x6984] {
        let mut card = fresh(Form::Card);
        let locked =
            move |_: usize, command: &Command, real| if command.ins() == VERIFY { answer(status) } else { real };
        let mut session = Session::open(Line::new(&mut card, locked)).unwrap();
        assert_eq!(session.tries_left().unwrap(), Tries::Locked, "{status:04X}");
        assert_eq!(session.verify_pin(&Pin::new(PIN).unwrap()), Err(CardError::PinLocked), "{status:04X}");
        let number = NumberB::new("55021720352285").unwrap();
        assert_eq!(session.photo(&number).unwrap_err(), CardError::NumberBLocked, "{status:04X}");
    }
}

#[test]
fn fault_wrong_digits_of_the_face_cost_one_of_ten_tries_and_no_pin() {
    let mut card = fresh(Form::Card);
    let mut session = Session::open(&mut card).unwrap();
    let wrong = NumberB::new("55021720350000").unwrap();
    for left in (1..=9).rev() {
        assert_eq!(session.photo(&wrong).unwrap_err(), CardError::NumberBWrong { left });
    }
    let error = session.photo(&wrong).unwrap_err();
    assert_eq!(error.code(), "card-face-digits-locked");
    let right = NumberB::new("55021720352285").unwrap();
    assert_eq!(session.photo(&right).unwrap_err(), CardError::NumberBLocked);
    assert_eq!(session.tries_left().unwrap(), Tries::Left(3));
    session.verify_pin(&Pin::new(PIN).unwrap()).unwrap();
}

/// A card of another kind: says the same to everything.
struct Foreign(u16);

impl CardChannel for Foreign {
    fn transmit(&mut self, _: &Command) -> Result<Response, ChannelError> {
        answer(self.0)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }
}

#[test]
fn fault_other_cards_are_named() {
    for status in [0x6A82, 0x6D00, 0x6E00] {
        assert_eq!(visit(Foreign(status)).unwrap_err().code(), "not-an-individual-number-card", "{status:04X}");
    }
    assert_eq!(visit(fresh(Form::OldCard)).unwrap_err().code(), "old-resident-card");
    assert_eq!(visit(Foreign(0x9000)).unwrap_err().code(), "card-file-unreadable", "a card that agrees to everything");
}

#[test]
fn fault_a_phone_without_its_pin_and_without_a_photo() {
    let mut session = Session::open(fresh(Form::Iphone)).unwrap();
    assert_eq!(session.authentication_certificate().unwrap_err().code(), "card-pin-needed");
    assert_eq!(session.sign(b"challenge").unwrap_err().code(), "card-pin-needed");
    let number = NumberB::new("55021720352285").unwrap();
    assert_eq!(session.photo(&number).unwrap_err().code(), "card-has-no-photo");
}

#[test]
fn fault_a_photo_that_is_empty_or_whose_file_is_damaged_is_none() {
    let mut content = content(Form::Card);
    content.face.photo.clear();
    let number = NumberB::new(&content.number_b()).unwrap();
    let mut session = Session::open(VirtualCard::new(&content).unwrap()).unwrap();
    assert_eq!(session.photo(&number).unwrap_err(), CardError::NoPhoto);
    for (name, head) in [
        ("another value", vec![0xFF, 0x10, 0x82, 0x10, 0x00]),
        ("parts longer than the whole", vec![0xFF, 0x20, 0x05, 0xDF, 0x21]),
        ("no length", vec![0xFF, 0x20, 0x84, 0xFF, 0xFF]),
    ] {
        let mut card = fresh(Form::Card);
        let head = move |_: usize, command: &Command, real| {
            let is_head = command.ins() == 0xB0 && command.expected() == Some(5);
            if is_head { Ok(Response::new(head.clone(), StatusWord::OK)?) } else { real }
        };
        let mut session = Session::open(Line::new(&mut card, head)).unwrap();
        assert_eq!(session.photo(&number).unwrap_err().code(), "card-file-unreadable", "{name}");
    }
}

#[test]
fn fault_a_signature_of_another_length_is_none() {
    let mut card = fresh(Form::Card);
    let short = |_: usize, command: &Command, real| {
        if command.ins() == 0x2A { Ok(Response::new(vec![1; 255], StatusWord::OK)?) } else { real }
    };
    let mut session = Session::open(Line::new(&mut card, short)).unwrap();
    session.verify_pin(&Pin::new(PIN).unwrap()).unwrap();
    assert_eq!(session.sign(b"challenge"), Err(CardError::NotASignature { bytes: 255 }));
}

#[test]
fn every_error_has_sentences_for_both_in_their_languages_and_a_row_in_the_page() {
    let page = include_str!("../../../../docs/CARD.md");
    for error in CardError::one_of_each() {
        let words = error.words();
        for (text, is_japanese) in
            [(words.patient.ja, true), (words.staff_ja, true), (words.patient.en, false), (words.staff_en, false)]
        {
            assert!(!text.is_empty() && text.is_ascii() != is_japanese, "{error:?}: {text}");
        }
        let spoken: BTreeSet<&str> = Tongue::ALL.into_iter().map(|tongue| words.patient.of(tongue)).collect();
        assert_eq!(spoken.len(), Tongue::ALL.len(), "{error:?}: a sentence in each language");
        assert!(spoken.iter().all(|text| text.ends_with(['.', '。'])), "{error:?}");
        assert_ne!(words.patient.ja, words.staff_ja, "{error:?}: staff need the way on");
        assert!(page.contains(&format!("| `{}` |", error.code())), "{} has no row in docs/CARD.md", error.code());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_card_answers_no_secret_is_sent_twice(
        answers in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), any::<u16>()), 1..40),
        good in prop::collection::vec(0_u8..8, 1..40),
    ) {
        let mut card = fresh(Form::Card);
        // One answer in eight is the strange one, so that conversations get far.
        let strange = move |asked: usize, _: &Command, real| {
            let (data, status) = &answers[asked % answers.len()];
            if good[asked % good.len()] == 0 {
                Ok(Response::new(data.clone(), StatusWord::new(*status))?)
            } else {
                real
            }
        };
        let mut line = Line::new(&mut card, strange);
        let _ = visit(&mut line);
        prop_assert!(line.verified <= 2, "one PIN and one number from the face");
        prop_assert_eq!(line.released, 1);
    }
}
