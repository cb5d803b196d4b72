//! Proves that the reader side works over PC/SC as it does in process: a private pcscd with two virtual readers, cards that
//! come and go, and every fault that a reader can have short of smoke.
//!
//! Where pcscd is, a program learns from its environment and only at its start. So this one starts itself again with the
//! environment set, and has no test harness: the cases run one after another on one pcscd.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "there is no harness that would name the cases")]

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use card::channel::ChannelError;
use card::jpki::Tries;
use card::pcsc::{self, PcscChannel, PcscReaders};
use card::readers::{CardReaders as _, Event, Reader, Watch};
use card::virtual_card::{Form, VirtualCard};
use card::vpcd::{Chip, Inserted};
use card::{CardError, NumberB, Pin, Session, Watched};
use testkit::pcscd::{self, PrivatePcscd};

/// Far longer than anything takes that comes at all.
const LONG: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--inside") {
        run(&PathBuf::from(arguments.next().unwrap()));
        return ExitCode::SUCCESS;
    }
    assert!(PrivatePcscd::is_installed(), "pcscd and vsmartcard-vpcd are needed: cargo xtask packages");
    let folder = pcscd::fresh_folder().unwrap();
    let mut inside = Command::new(std::env::current_exe().unwrap());
    inside.arg("--inside").arg(&folder).env("PCSCLITE_CSOCK_NAME", PrivatePcscd::socket_in(&folder));
    if inside.status().unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A pcscd, and somebody who watches its readers.
struct Stage {
    server: PrivatePcscd,
    monitor: Watch,
    readers: Vec<Reader>,
}

type Case = fn(&mut Stage);

fn run(folder: &Path) {
    assert_eq!(pcsc::readers(), Err(ChannelError::NoService));
    let monitor = PcscReaders.watch().unwrap();
    assert_eq!(monitor.next(LONG), Some(Event::ServiceDown));
    let server = PrivatePcscd::start(folder).unwrap();
    let mut stage = Stage { server, monitor, readers: Vec::new() };
    stage.wait(&Event::ServiceUp);
    for _ in 0..2 {
        let Some(Event::ReaderConnected(reader)) = stage.monitor.next(LONG) else { panic!("a reader") };
        stage.readers.push(reader);
    }
    assert_eq!(pcsc::readers().unwrap(), stage.readers);
    let cases: [(&str, Case); 9] = [
        ("a card is read, and is closed to whoever comes next", a_card_is_read),
        ("a card is held by one program at a time", one_at_a_time),
        ("two readers are told apart", two_readers),
        ("a wrong PIN costs one try, and taking the card out gives none back", a_wrong_pin_costs_one_try),
        ("fault: a card pulled in the middle", fault_a_card_pulled),
        ("fault: a transit card", fault_a_transit_card),
        ("fault: a card that does not answer", fault_a_card_that_does_not_answer),
        ("fault: a card that answers nonsense", fault_a_card_that_answers_nonsense),
        ("fault: pcscd killed and back", fault_pcscd_killed_and_back),
    ];
    for (name, case) in cases {
        case(&mut stage);
        println!("ok: {name}");
    }
}

impl Stage {
    /// Waits for an event and lets all others pass.
    fn wait(&self, wanted: &Event) {
        let mut passed = Vec::new();
        while let Some(event) = self.monitor.next(LONG) {
            if event == *wanted {
                return;
            }
            passed.push(event);
        }
        panic!("waited in vain for {wanted:?}; these came: {passed:?}");
    }

    fn insert<C: Chip>(&self, reader: usize, card: C) -> Inserted<C> {
        let inserted = Inserted::new(self.server.readers()[reader], card).unwrap();
        self.wait(&Event::CardInserted(self.readers[reader].clone()));
        inserted
    }

    fn take_out<C: Chip>(&self, reader: usize, inserted: Inserted<C>) -> C {
        let card = inserted.take_out().unwrap();
        self.wait(&Event::CardRemoved(self.readers[reader].clone()));
        card
    }

    fn open(&self, reader: usize) -> Result<Session<Watched>, CardError> {
        Session::open(pcsc::open(&self.readers[reader])?)
    }
}

fn fresh(form: Form) -> VirtualCard {
    VirtualCard::new(&support::content(form)).unwrap()
}

fn pin() -> Pin {
    Pin::new(support::PIN).unwrap()
}

fn a_card_is_read(stage: &mut Stage) {
    let inserted = stage.insert(0, fresh(Form::Card));
    let content = support::content(Form::Card);
    let mut session = stage.open(0).unwrap();
    assert_eq!(session.authentication_certificate().unwrap(), content.user.certificate);
    assert_eq!(session.tries_left().unwrap(), Tries::Left(3));
    let photo = session.photo(&NumberB::new(&content.number_b()).unwrap()).unwrap();
    assert_eq!(photo.bytes(), content.face.photo);
    session.verify_pin(&pin()).unwrap();
    let signature = session.sign(b"challenge").unwrap();
    session.end().unwrap();
    // The next one shows nothing, and gets nothing signed.
    let mut session = stage.open(0).unwrap();
    assert_eq!(session.sign(b"challenge"), Err(CardError::NotAllowed { file: 0x0017 }));
    session.verify_pin(&pin()).unwrap();
    assert_eq!(session.sign(b"challenge").unwrap(), signature);
    drop(session);
    stage.take_out(0, inserted);
}

fn one_at_a_time(stage: &mut Stage) {
    let inserted = stage.insert(0, fresh(Form::Card));
    let session = stage.open(0).unwrap();
    assert_eq!(stage.open(0).unwrap_err().code(), "card-busy");
    session.end().unwrap();
    stage.open(0).unwrap();
    stage.take_out(0, inserted);
    assert_eq!(stage.open(0).unwrap_err().code(), "no-card");
}

fn two_readers(stage: &mut Stage) {
    let (card, phone) = (stage.insert(0, fresh(Form::Card)), stage.insert(1, fresh(Form::Iphone)));
    let (first, second) = (stage.open(0).unwrap(), stage.open(1).unwrap());
    assert!(!first.kind().is_phone() && second.kind().is_phone());
    drop((first, second));
    stage.take_out(1, phone);
    stage.take_out(0, card);
}

fn a_wrong_pin_costs_one_try(stage: &mut Stage) {
    let inserted = stage.insert(0, fresh(Form::Card));
    let wrong = Pin::new("0000").unwrap();
    assert_eq!(stage.open(0).unwrap().verify_pin(&wrong), Err(CardError::PinWrong { left: 2 }));
    let card = stage.take_out(0, inserted);
    let inserted = stage.insert(0, card);
    assert_eq!(stage.open(0).unwrap().tries_left().unwrap(), Tries::Left(2));
    assert_eq!(stage.open(0).unwrap().verify_pin(&wrong), Err(CardError::PinWrong { left: 1 }));
    assert_eq!(stage.open(0).unwrap().verify_pin(&wrong), Err(CardError::PinLocked));
    assert_eq!(stage.open(0).unwrap().verify_pin(&pin()), Err(CardError::PinLocked));
    stage.take_out(0, inserted);
}

fn fault_a_card_pulled(stage: &mut Stage) {
    let inserted = stage.insert(0, fresh(Form::Card));
    let mut session = stage.open(0).unwrap();
    session.verify_pin(&pin()).unwrap();
    let card = inserted.take_out().unwrap();
    assert_eq!(session.sign(b"challenge").unwrap_err().code(), "card-removed");
    session.end().expect("a card that is gone is let go of");
    stage.wait(&Event::CardRemoved(stage.readers[0].clone()));
    let inserted = stage.insert(0, card);
    stage.open(0).unwrap().verify_pin(&pin()).unwrap();
    stage.take_out(0, inserted);
}

/// A card of another kind, or a broken one.
struct Strange<F: FnMut(&[u8]) -> Vec<u8> + Send>(F);

impl<F: FnMut(&[u8]) -> Vec<u8> + Send> Chip for Strange<F> {
    fn power_on(&mut self) {}

    fn power_off(&mut self) {}

    fn reset(&mut self) {}

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x11, 0x00, 0x3B, 0, 0, 0, 0, 0x42]
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        (self.0)(command)
    }
}

fn fault_a_transit_card(stage: &mut Stage) {
    let inserted = stage.insert(0, Strange(|_: &[u8]| vec![0x6A, 0x82]));
    assert_eq!(stage.open(0).unwrap_err(), CardError::NotThisCard);
    stage.take_out(0, inserted);
}

fn fault_a_card_that_does_not_answer(stage: &mut Stage) {
    let (wake, sleep): (Sender<()>, Receiver<()>) = channel();
    let mute = Strange(move |_: &[u8]| {
        // Until the other end is gone.
        let _ = sleep.recv();
        vec![0x90, 0x00]
    });
    let inserted = stage.insert(0, mute);
    let reader = stage.readers[0].clone();
    let limit = Duration::from_millis(500);
    let watched = Watched::open(limit, move || PcscChannel::connect(&reader)).unwrap();
    assert_eq!(Session::open(watched).unwrap_err().code(), "card-timed-out");
    drop(wake);
    stage.take_out(0, inserted);
    let inserted = stage.insert(0, fresh(Form::Card));
    stage.open(0).unwrap();
    stage.take_out(0, inserted);
}

fn fault_a_card_that_answers_nonsense(stage: &mut Stage) {
    for nonsense in [vec![0x90], vec![0x12, 0x34], vec![0xFF; 300]] {
        let answer = nonsense.clone();
        let inserted = stage.insert(0, Strange(move |_: &[u8]| answer.clone()));
        let code = stage.open(0).unwrap_err().code();
        let known = ["card-answer-malformed", "card-answer-unexpected", "card-removed", "reader-failed"];
        assert!(known.contains(&code), "{nonsense:02X?}: {code}");
        stage.take_out(0, inserted);
    }
    let inserted = stage.insert(0, fresh(Form::Card));
    stage.open(0).unwrap();
    stage.take_out(0, inserted);
}

fn fault_pcscd_killed_and_back(stage: &mut Stage) {
    let inserted = stage.insert(0, fresh(Form::Card));
    let mut session = stage.open(0).unwrap();
    session.verify_pin(&pin()).unwrap();
    stage.server.crash().unwrap();
    assert_eq!(session.sign(b"challenge").unwrap_err().code(), "card-service-down");
    drop(session);
    for reader in &stage.readers {
        stage.wait(&Event::ReaderGone(reader.clone()));
    }
    stage.wait(&Event::ServiceDown);
    assert_eq!(stage.open(0).unwrap_err().code(), "card-service-down");
    stage.server.resume().unwrap();
    stage.wait(&Event::ServiceUp);
    stage.wait(&Event::CardInserted(stage.readers[0].clone()));
    let mut session = stage.open(0).unwrap();
    assert_eq!(session.sign(b"challenge"), Err(CardError::NotAllowed { file: 0x0017 }), "nothing is left open");
    session.verify_pin(&pin()).unwrap();
    drop(session);
    stage.take_out(0, inserted);
}
