//! Card readers of this machine, over PC/SC: pcscd and whatever drivers it has.
//!
//! A terminal watches [`PcscReaders`], hears that a card was inserted, and takes it up:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use card::pcsc::PcscReaders;
//! use card::readers::{CardReaders as _, Event};
//! use card::Session;
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let watch = PcscReaders.watch()?;
//! while let Some(event) = watch.next(Duration::from_secs(60)) {
//!     if let Event::CardInserted(reader) = event {
//!         let mut session = Session::open(PcscReaders.open(&reader)?)?;
//!         println!("{} tries left", if session.tries_left().is_ok() { "some" } else { "no" });
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here waits for ever: [`open`] puts a watchdog around each call, and the watching lives on a thread of its own.

use std::ffi::CString;
use std::fmt;
use std::io;
use std::thread;

use ::pcsc::{Card, Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State};

use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};
use crate::limits::{ANSWER_DATA_BYTES_MAX, CALL_TIME, MONITOR_WAIT_TIME, SERVICE_RETRY_TIME};
use crate::readers::{CardReaders, Event, Reader, Teller, Watch};
use crate::watchdog::Watched;

/// The readers of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct PcscReaders;

impl CardReaders for PcscReaders {
    fn watch(&self) -> io::Result<Watch> {
        let (watch, teller) = Watch::new();
        thread::Builder::new().name("card readers".to_owned()).spawn(move || Watcher { teller }.run())?;
        Ok(watch)
    }

    fn open(&self, reader: &Reader) -> Result<Watched, ChannelError> {
        open(reader)
    }
}

/// The readers that are connected now; none if there are none.
pub fn readers() -> Result<Vec<Reader>, ChannelError> {
    let context = Context::establish(Scope::User).map_err(of_service)?;
    list(&context).map_err(of_service)
}

/// Takes up the card on a reader, for us alone, with [`CALL_TIME`] as the limit of every call.
pub fn open(reader: &Reader) -> Result<Watched, ChannelError> {
    let reader = reader.clone();
    Watched::open(CALL_TIME, move || PcscChannel::connect(&reader))
}

fn list(context: &Context) -> Result<Vec<Reader>, Error> {
    match context.list_readers_owned() {
        Ok(names) => Ok(names.into_iter().map(|name| Reader::new(name.into_bytes())).collect()),
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A card on a reader, held exclusively. Calls block for as long as the driver likes; see [`open`].
pub struct PcscChannel {
    card: Option<Card>,
}

impl fmt::Debug for PcscChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcscChannel").field("is_held", &self.card.is_some()).finish()
    }
}

impl PcscChannel {
    /// Takes up the card on a reader, for us alone.
    pub fn connect(reader: &Reader) -> Result<Self, ChannelError> {
        let context = Context::establish(Scope::User).map_err(of_service)?;
        // A name with a zero in it is no name of a driver.
        let name = CString::new(reader.name()).map_err(|_| ChannelError::NoReader)?;
        let card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).map_err(of_connect)?;
        Ok(Self { card: Some(card) })
    }

    fn card(&mut self) -> Result<&mut Card, ChannelError> {
        self.card.as_mut().ok_or(ChannelError::NoCard)
    }
}

impl CardChannel for PcscChannel {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        // Never a second time with a larger buffer: the card would get the command twice.
        let mut buffer = [0; ANSWER_DATA_BYTES_MAX + 2];
        match self.card()?.transmit(&command.to_bytes(), &mut buffer) {
            Ok(answer) => Ok(Response::parse(answer)?),
            Err(error) => Err(of_card(error)),
        }
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.card()?.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::ResetCard).map_err(of_card)
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        let Some(card) = self.card.take() else { return Ok(()) };
        match card.disconnect(Disposition::UnpowerCard).map_err(|(_, error)| of_card(error)) {
            // A card that is gone has no power.
            Ok(()) | Err(ChannelError::CardRemoved) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Drop for PcscChannel {
    fn drop(&mut self) {
        let _ = self.release();
    }
}

/// What an error means where only the service was asked.
fn of_service(error: Error) -> ChannelError {
    match error {
        Error::NoService | Error::ServiceStopped | Error::InvalidHandle | Error::CommError | Error::Shutdown => {
            ChannelError::NoService
        }
        Error::Timeout => ChannelError::TimedOut,
        other => ChannelError::Reader(other.to_string()),
    }
}

/// What an error means where a reader was asked for its card.
fn of_connect(error: Error) -> ChannelError {
    match error {
        Error::NoSmartcard | Error::RemovedCard => ChannelError::NoCard,
        other => of_card(other),
    }
}

/// What an error means where a card was spoken to.
fn of_card(error: Error) -> ChannelError {
    match error {
        // A card that is pulled while it works shows itself as a command that was not carried out.
        Error::RemovedCard | Error::NoSmartcard | Error::NotTransacted | Error::CommDataLost => {
            ChannelError::CardRemoved
        }
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => ChannelError::NoReader,
        Error::SharingViolation => ChannelError::Busy,
        Error::UnresponsiveCard | Error::UnpoweredCard => ChannelError::TimedOut,
        // The service was started anew, or is not there.
        Error::CommError | Error::InvalidHandle => match Context::establish(Scope::User) {
            Err(gone) => of_service(gone),
            Ok(_) if error == Error::InvalidHandle => ChannelError::NoService,
            Ok(_) => ChannelError::Reader(error.to_string()),
        },
        other => of_service(other),
    }
}

/// A reader that is watched.
struct Seen {
    reader: Reader,
    has_card: bool,
    /// How many cards came and went.
    changes: u32,
}

struct Watcher {
    teller: Teller,
}

impl Watcher {
    fn run(&self) {
        let mut was_up = None;
        while !self.is_over() {
            let context = Context::establish(Scope::User).ok();
            if was_up != Some(context.is_some()) {
                was_up = Some(context.is_some());
                self.say(if context.is_some() { Event::ServiceUp } else { Event::ServiceDown });
            }
            if let Some(context) = context {
                let mut seen = Vec::new();
                // An error is the end of this context. Whether the service has ended shows when the next one is made.
                let _ = self.watch(&context, &mut seen);
                for gone in &seen {
                    self.say_gone(gone);
                }
            }
            if !self.is_over() {
                thread::sleep(SERVICE_RETRY_TIME);
            }
        }
    }

    fn watch(&self, context: &Context, seen: &mut Vec<Seen>) -> Result<(), Error> {
        let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
        while !self.is_over() {
            self.compare(&list(context)?, seen, &mut states);
            for state in &mut states {
                state.sync_current_state();
            }
            match context.get_status_change(MONITOR_WAIT_TIME, &mut states) {
                Ok(()) => self.look(&states, seen),
                // A reader that went between listing and waiting is missing from the next list.
                Err(Error::Timeout | Error::UnknownReader) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Readers that came and went.
    fn compare(&self, names: &[Reader], seen: &mut Vec<Seen>, states: &mut Vec<ReaderState>) {
        let is_listed = |name: &[u8]| names.iter().any(|reader| reader.name() == name);
        seen.retain(|known| {
            let stays = is_listed(known.reader.name());
            if !stays {
                self.say_gone(known);
            }
            stays
        });
        states.retain(|state| state.name() == PNP_NOTIFICATION() || is_listed(state.name().to_bytes()));
        for reader in names {
            if seen.iter().all(|known| known.reader != *reader) {
                // What pcscd listed has no zero in it.
                let Ok(name) = CString::new(reader.name()) else { continue };
                states.push(ReaderState::new(name, State::UNAWARE));
                self.say(Event::ReaderConnected(reader.clone()));
                seen.push(Seen { reader: reader.clone(), has_card: false, changes: 0 });
            }
        }
    }

    /// Cards that came and went.
    fn look(&self, states: &[ReaderState], seen: &mut [Seen]) {
        for known in seen {
            let Some(state) = states.iter().find(|state| state.name().to_bytes() == known.reader.name()) else {
                continue;
            };
            let has_card = state.event_state().contains(State::PRESENT);
            // Two changes between two looks: another card, or the same one put back.
            let was_swapped = has_card && known.has_card && state.event_count() != known.changes;
            if known.has_card && (!has_card || was_swapped) {
                self.say(Event::CardRemoved(known.reader.clone()));
            }
            if has_card && (!known.has_card || was_swapped) {
                self.say(Event::CardInserted(known.reader.clone()));
            }
            (known.has_card, known.changes) = (has_card, state.event_count());
        }
    }

    fn say_gone(&self, gone: &Seen) {
        if gone.has_card {
            self.say(Event::CardRemoved(gone.reader.clone()));
        }
        self.say(Event::ReaderGone(gone.reader.clone()));
    }

    fn say(&self, event: Event) {
        self.teller.say(event);
    }

    fn is_over(&self) -> bool {
        self.teller.is_over()
    }
}
