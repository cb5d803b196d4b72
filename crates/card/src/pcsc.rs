//! Card readers of this machine, over PC/SC: pcscd and whatever drivers it has.
//!
//! A terminal starts a [`Monitor`], hears that a card was inserted, and takes it up:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use card::Session;
//! use card::pcsc::{self, Event, Monitor};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let monitor = Monitor::start()?;
//! while let Some(event) = monitor.next(Duration::from_secs(60)) {
//!     if let Event::CardInserted(reader) = event {
//!         let mut session = Session::open(pcsc::open(&reader)?)?;
//!         println!("{} tries left", if session.tries_left().is_ok() { "some" } else { "no" });
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here waits for ever: [`open`] puts a watchdog around each call, and the monitor lives on a thread of its own.

use std::ffi::{CStr, CString};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ::pcsc::{Card, Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State};

use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};
use crate::limits::{ANSWER_DATA_BYTES_MAX, CALL_TIME, MONITOR_EVENTS_MAX, MONITOR_WAIT_TIME, SERVICE_RETRY_TIME};
use crate::watchdog::Watched;

/// A reader, by the name that pcscd gives it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reader(CString);

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string_lossy())
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({self})")
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
        Ok(names) => Ok(names.into_iter().map(Reader).collect()),
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
        let card = context.connect(&reader.0, ShareMode::Exclusive, Protocols::ANY).map_err(of_connect)?;
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

/// What happened at the readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The service for readers runs; said first, and whenever it is back.
    ServiceUp,
    /// The service does not run. It is asked again until it does.
    ServiceDown,
    /// A reader was plugged in, or was there from the beginning.
    ReaderConnected(Reader),
    /// A reader was unplugged; its card was reported removed before.
    ReaderGone(Reader),
    /// A card lies on the reader.
    CardInserted(Reader),
    /// The card was taken away.
    CardRemoved(Reader),
}

/// Watches all readers of the machine, through unplugging and the end and return of pcscd. Dropping it ends it.
#[derive(Debug)]
pub struct Monitor {
    events: Receiver<Event>,
    is_over: Arc<AtomicBool>,
}

impl Monitor {
    /// Starts watching, on a thread of its own.
    pub fn start() -> io::Result<Self> {
        let (sender, events) = sync_channel(MONITOR_EVENTS_MAX);
        let is_over = Arc::<AtomicBool>::default();
        let watch = Watch { events: sender, is_over: Arc::clone(&is_over) };
        thread::Builder::new().name("card readers".to_owned()).spawn(move || watch.run())?;
        Ok(Self { events, is_over })
    }

    /// The next event; none if there was none in this time.
    pub fn next(&self, limit: Duration) -> Option<Event> {
        self.events.recv_timeout(limit).ok()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// A reader that is watched.
struct Seen {
    reader: Reader,
    has_card: bool,
    /// How many cards came and went.
    changes: u32,
}

struct Watch {
    events: SyncSender<Event>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
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
        let is_listed = |name: &CStr| names.iter().any(|reader| reader.0.as_c_str() == name);
        seen.retain(|known| {
            let stays = is_listed(&known.reader.0);
            if !stays {
                self.say_gone(known);
            }
            stays
        });
        states.retain(|state| state.name() == PNP_NOTIFICATION() || is_listed(state.name()));
        for reader in names {
            if seen.iter().all(|known| known.reader != *reader) {
                self.say(Event::ReaderConnected(reader.clone()));
                states.push(ReaderState::new(reader.0.clone(), State::UNAWARE));
                seen.push(Seen { reader: reader.clone(), has_card: false, changes: 0 });
            }
        }
    }

    /// Cards that came and went.
    fn look(&self, states: &[ReaderState], seen: &mut [Seen]) {
        for known in seen {
            let Some(state) = states.iter().find(|state| state.name() == known.reader.0.as_c_str()) else {
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
        if self.events.send(event).is_err() {
            self.is_over.store(true, Ordering::SeqCst);
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}
