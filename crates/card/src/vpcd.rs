//! Putting a card in software into a reader in software: the card's side of the protocol of vpcd, the virtual reader of
//! the vsmartcard project. To every program that speaks PC/SC it then is a card like any other.
//!
//! The driver listens; whoever connects is a card that was inserted, and closing the connection takes it out. Messages in
//! both directions are two bytes of length (big-endian) and as many bytes. A single byte from the driver switches power
//! or asks for the answer to reset; anything longer is a command.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::linux::net::TcpStreamExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

pub use crate::chip::Chip;
use crate::limits::{VPCD_CONNECT_TIME, VPCD_MESSAGE_BYTES_MAX, VPCD_RETRY_TIME};

/// Bytes that the driver sends alone.
mod order {
    pub(super) const POWER_OFF: u8 = 0;
    pub(super) const POWER_ON: u8 = 1;
    pub(super) const RESET: u8 = 2;
    pub(super) const ANSWER_TO_RESET: u8 = 4;
}

/// A card that is in a virtual reader, or waits for one: whenever the driver is not there, or goes, it is looked for
/// again. Dropping it takes the card out.
#[derive(Debug)]
pub struct Inserted<C: Chip + 'static> {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<C>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    /// The connection, to be cut from outside.
    line: Mutex<Option<TcpStream>>,
}

impl Shared {
    fn set_line(&self, line: Option<TcpStream>) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    fn cut(&self) {
        if let Some(line) = &*self.line.lock().unwrap_or_else(PoisonError::into_inner) {
            // A line that is down already is as cut as can be.
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

impl<C: Chip + 'static> Inserted<C> {
    /// Puts a card into the reader whose driver listens at `address`, now or as soon as there is one.
    pub fn new(address: SocketAddr, card: C) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let thread = thread::Builder::new().name("virtual card".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || stay(address, card, &shared)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Takes the card out and gives it back. It waits for the answer that the card may be working on.
    pub fn take_out(mut self) -> io::Result<C> {
        self.let_go();
        let thread = self.thread.take().ok_or_else(|| io::Error::other("the card was taken out before"))?;
        thread.join().map_err(|_| io::Error::other("the card broke"))
    }

    fn let_go(&self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.cut();
    }
}

impl<C: Chip + 'static> Drop for Inserted<C> {
    fn drop(&mut self) {
        self.let_go();
    }
}

/// Holds the card in the reader until it is over.
fn stay<C: Chip>(address: SocketAddr, mut card: C, shared: &Shared) -> C {
    while !shared.is_over() {
        // A driver that is not there, or breaks off, is the same to a card: no reader.
        if let Ok(line) = TcpStream::connect_timeout(&address, VPCD_CONNECT_TIME) {
            shared.set_line(line.try_clone().ok());
            if !shared.is_over() {
                let _ = play(line, &mut card);
            }
            shared.set_line(None);
            card.power_off();
        }
        if !shared.is_over() {
            thread::sleep(VPCD_RETRY_TIME);
        }
    }
    card
}

/// Plays the card until the driver goes.
fn play<C: Chip>(mut line: TcpStream, card: &mut C) -> io::Result<()> {
    line.set_nodelay(true)?;
    loop {
        let message = receive(&mut line)?;
        match *message.as_slice() {
            [order::POWER_OFF] => card.power_off(),
            [order::POWER_ON] => card.power_on(),
            [order::RESET] => card.reset(),
            [order::ANSWER_TO_RESET] => send(&mut line, &card.atr())?,
            [] | [_] => return Err(io::Error::new(io::ErrorKind::InvalidData, "not a message of vpcd")),
            _ => send(&mut line, &card.transmit(&message))?,
        }
    }
}

fn receive(line: &mut TcpStream) -> io::Result<Vec<u8>> {
    // The driver writes length and body apart and waits in between for our acknowledgement, which Linux would hold back
    // for 40 ms; it forgets the wish for quick ones, so it is renewed before each read.
    let mut length = [0; 2];
    line.set_quickack(true)?;
    line.read_exact(&mut length)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    line.set_quickack(true)?;
    line.read_exact(&mut message)?;
    Ok(message)
}

fn send(line: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let message = &message[..message.len().min(VPCD_MESSAGE_BYTES_MAX)];
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
    // In one piece, for the other side waits just as we would.
    line.write_all(&[&length[..], message].concat())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    /// Says everything back, and counts what happened to its power.
    #[derive(Default)]
    struct Echo {
        powered: Vec<&'static str>,
    }

    impl Chip for Echo {
        fn power_on(&mut self) {
            self.powered.push("on");
        }

        fn power_off(&mut self) {
            self.powered.push("off");
        }

        fn reset(&mut self) {
            self.powered.push("reset");
        }

        fn atr(&self) -> Vec<u8> {
            vec![0x3B, 0x00]
        }

        fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
            command.to_vec()
        }
    }

    fn ask(line: &mut TcpStream, message: &[u8]) -> Vec<u8> {
        send(line, message).unwrap();
        receive(line).unwrap()
    }

    fn driver() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn accept(listener: &TcpListener) -> TcpStream {
        let line = listener.accept().unwrap().0;
        line.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        line
    }

    #[test]
    fn a_card_answers_what_the_driver_asks_and_keeps_quiet_about_power() {
        let (listener, address) = driver();
        let inserted = Inserted::new(address, Echo::default()).unwrap();
        let mut line = accept(&listener);
        assert_eq!(ask(&mut line, &[4]), [0x3B, 0x00]);
        send(&mut line, &[1]).unwrap();
        send(&mut line, &[2]).unwrap();
        let long = vec![7; VPCD_MESSAGE_BYTES_MAX];
        assert_eq!(ask(&mut line, &long), long);
        send(&mut line, &[0]).unwrap();
        assert_eq!(ask(&mut line, &[0x00, 0xA4]), [0x00, 0xA4]);
        let card = inserted.take_out().unwrap();
        assert_eq!(card.powered, ["on", "reset", "off", "off"], "taking it out cuts its power");
        assert!(receive(&mut line).is_err(), "the line is cut");
    }

    #[test]
    fn fault_a_driver_that_goes_away_is_found_again_when_it_is_back() {
        let (listener, address) = driver();
        drop(listener);
        let inserted = Inserted::new(address, Echo::default()).unwrap();
        for _ in 0..2 {
            let listener = TcpListener::bind(address).unwrap();
            let mut line = accept(&listener);
            assert_eq!(ask(&mut line, &[4]), [0x3B, 0x00]);
        }
        inserted.take_out().unwrap();
    }

    #[test]
    fn fault_a_driver_that_says_something_else_is_left() {
        let (listener, address) = driver();
        let _inserted = Inserted::new(address, Echo::default()).unwrap();
        for nonsense in [&[0, 0][..], &[0, 1, 9]] {
            let mut line = accept(&listener);
            line.write_all(nonsense).unwrap();
            assert!(receive(&mut line).is_err());
        }
    }
}
