//! Readers in software, in this process: for the demo, for tests, and for whoever builds on this house without a reader.
//! Cards are put in and taken out by calls; readers are plugged and unplugged, and the service ends and comes back, by
//! calls too.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};
use crate::chip::Chip;
use crate::limits::CALL_TIME;
use crate::readers::{CardReaders, Event, Reader, Teller, Watch};
use crate::watchdog::Watched;

/// A card that is shared by the reader it lies in and by whoever speaks to it.
type Shared = Arc<Mutex<Box<dyn Chip>>>;

/// Readers in software. Clones are the same ones.
#[derive(Clone)]
pub struct Tray {
    inner: Arc<Mutex<Inner>>,
    /// Apart from the rest: telling may wait for whoever listens, who may be asking about a card meanwhile.
    tellers: Arc<Mutex<Vec<Teller>>>,
    call_time: Duration,
}

struct Inner {
    is_up: bool,
    slots: Vec<Slot>,
}

struct Slot {
    reader: Reader,
    is_connected: bool,
    card: Option<Shared>,
    /// Which insertion this is: a card that was taken out and put back is another one.
    insertion: u64,
    is_held: bool,
}

impl fmt::Debug for Tray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        let cards = inner.slots.iter().filter(|slot| slot.card.is_some()).count();
        f.debug_struct("Tray").field("readers", &inner.slots.len()).field("cards", &cards).finish_non_exhaustive()
    }
}

impl Tray {
    /// This many empty readers, plugged in.
    pub fn new(readers: usize) -> Self {
        let slots = (0..readers)
            .map(|number| Slot {
                reader: Reader::new(format!("Tashika virtual reader {number:02}")),
                is_connected: true,
                card: None,
                insertion: 0,
                is_held: false,
            })
            .collect();
        let inner = Arc::new(Mutex::new(Inner { is_up: true, slots }));
        Self { inner, tellers: Arc::default(), call_time: CALL_TIME }
    }

    /// The same with another limit on the time of every call, for tests of cards that do not answer.
    #[must_use]
    pub fn with_call_time(self, call_time: Duration) -> Self {
        Self { call_time, ..self }
    }

    /// Puts a card into a reader, counted from 0. A card that lies there is taken out first.
    pub fn insert(&self, reader: usize, card: impl Chip + 'static) {
        self.take_out(reader);
        self.change(reader, |slot| {
            slot.card = Some(Arc::new(Mutex::new(Box::new(card))));
            slot.insertion += 1;
            slot.is_connected.then(|| Event::CardInserted(slot.reader.clone()))
        });
    }

    /// Takes the card out of a reader, if one is in it. Whoever speaks to it is told that it was removed.
    pub fn take_out(&self, reader: usize) {
        self.change(reader, |slot| {
            slot.is_held = false;
            let was_there = slot.card.take().is_some();
            (was_there && slot.is_connected).then(|| Event::CardRemoved(slot.reader.clone()))
        });
    }

    /// Changes a reader and tells what that is to whoever watches.
    fn change(&self, reader: usize, change: impl FnOnce(&mut Slot) -> Option<Event>) {
        let mut inner = self.lock();
        let is_up = inner.is_up;
        let event = inner.slots.get_mut(reader).and_then(change);
        drop(inner);
        // Where the service does not run, nobody tells.
        self.say(event.filter(|_| is_up));
    }

    fn say(&self, events: impl IntoIterator<Item = Event>) {
        let mut tellers = self.tellers.lock().unwrap_or_else(PoisonError::into_inner);
        tellers.retain(|teller| !teller.is_over());
        for event in events {
            for teller in tellers.iter() {
                teller.say(event.clone());
            }
        }
    }

    /// Whether a card lies in a reader.
    pub fn has_card(&self, reader: usize) -> bool {
        self.lock().slots.get(reader).is_some_and(|slot| slot.card.is_some())
    }

    /// Pulls the cable of a reader, with whatever lies in it.
    pub fn unplug(&self, reader: usize) {
        self.take_out(reader);
        self.set_connected(reader, false);
    }

    /// Plugs the cable in again.
    pub fn plug(&self, reader: usize) {
        self.set_connected(reader, true);
    }

    fn set_connected(&self, reader: usize, is_connected: bool) {
        self.change(reader, |slot| {
            let changed = slot.is_connected != is_connected;
            slot.is_connected = is_connected;
            let name = slot.reader.clone();
            changed.then_some(if is_connected { Event::ReaderConnected(name) } else { Event::ReaderGone(name) })
        });
    }

    /// The service for readers ends, or comes back. Cards stay where they lie; whoever held one has lost it.
    pub fn set_service(&self, is_up: bool) {
        let mut inner = self.lock();
        if inner.is_up == is_up {
            return;
        }
        inner.is_up = is_up;
        let mut events = Vec::new();
        for slot in &mut inner.slots {
            slot.insertion += 1;
            slot.is_held = false;
            let reader = || slot.reader.clone();
            match (slot.is_connected, slot.card.is_some(), is_up) {
                (false, ..) => {}
                (true, true, true) => {
                    events.extend([Event::ReaderConnected(reader()), Event::CardInserted(reader())]);
                }
                (true, false, true) => events.push(Event::ReaderConnected(reader())),
                (true, true, false) => events.extend([Event::CardRemoved(reader()), Event::ReaderGone(reader())]),
                (true, false, false) => events.push(Event::ReaderGone(reader())),
            }
        }
        drop(inner);
        if is_up {
            events.insert(0, Event::ServiceUp);
        } else {
            events.push(Event::ServiceDown);
        }
        self.say(events);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_up(&self, reader: &Reader) -> Result<TrayChannel, ChannelError> {
        let mut inner = self.lock();
        if !inner.is_up {
            return Err(ChannelError::NoService);
        }
        let slot = inner
            .slots
            .iter_mut()
            .find(|slot| slot.reader == *reader && slot.is_connected)
            .ok_or(ChannelError::NoReader)?;
        let card = slot.card.clone().ok_or(ChannelError::NoCard)?;
        if std::mem::replace(&mut slot.is_held, true) {
            return Err(ChannelError::Busy);
        }
        let channel =
            TrayChannel { tray: self.clone(), reader: reader.clone(), insertion: slot.insertion, card: Some(card) };
        drop(inner);
        channel.chip()?.lock().unwrap_or_else(PoisonError::into_inner).power_on();
        Ok(channel)
    }
}

impl Inner {
    fn slot(&mut self, reader: &Reader, insertion: u64) -> Option<&mut Slot> {
        let is_up = self.is_up;
        self.slots.iter_mut().find(|slot| {
            is_up && slot.is_connected && slot.reader == *reader && slot.insertion == insertion && slot.card.is_some()
        })
    }
}

impl CardReaders for Tray {
    fn watch(&self) -> io::Result<Watch> {
        let (watch, teller) = Watch::new();
        let mut tellers = self.tellers.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = self.lock();
        teller.say(if inner.is_up { Event::ServiceUp } else { Event::ServiceDown });
        for slot in inner.slots.iter().filter(|slot| inner.is_up && slot.is_connected) {
            teller.say(Event::ReaderConnected(slot.reader.clone()));
            if slot.card.is_some() {
                teller.say(Event::CardInserted(slot.reader.clone()));
            }
        }
        tellers.push(teller);
        Ok(watch)
    }

    fn open(&self, reader: &Reader) -> Result<Watched, ChannelError> {
        let (tray, reader) = (self.clone(), reader.clone());
        Watched::open(self.call_time, move || tray.take_up(&reader))
    }
}

/// A card in a reader of the tray, held by one speaker.
struct TrayChannel {
    tray: Tray,
    reader: Reader,
    insertion: u64,
    /// None once it was let go of.
    card: Option<Shared>,
}

impl TrayChannel {
    fn chip(&self) -> Result<&Shared, ChannelError> {
        self.card.as_ref().ok_or(ChannelError::NoCard)
    }

    /// That the card lies where it lay.
    fn still_there(&self) -> Result<(), ChannelError> {
        let mut inner = self.tray.lock();
        if !inner.is_up {
            return Err(ChannelError::NoService);
        }
        inner.slot(&self.reader, self.insertion).map(drop).ok_or(ChannelError::CardRemoved)
    }
}

impl CardChannel for TrayChannel {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        self.still_there()?;
        let answer = self.chip()?.lock().unwrap_or_else(PoisonError::into_inner).transmit(&command.to_bytes());
        // Taken away while it worked: its answer reached nobody.
        self.still_there()?;
        Ok(Response::parse(&answer)?)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.still_there()?;
        self.chip()?.lock().unwrap_or_else(PoisonError::into_inner).reset();
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        let Some(card) = self.card.take() else { return Ok(()) };
        card.lock().unwrap_or_else(PoisonError::into_inner).power_off();
        if let Some(slot) = self.tray.lock().slot(&self.reader, self.insertion) {
            slot.is_held = false;
        }
        Ok(())
    }
}

impl Drop for TrayChannel {
    fn drop(&mut self) {
        let _ = self.release();
    }
}
