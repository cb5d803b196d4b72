//! Where cards come from: the readers of this machine (`pcsc`), or a tray in software ([`crate::tray`]). Whoever takes up
//! cards sees no difference.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use crate::channel::ChannelError;
use crate::limits::MONITOR_EVENTS_MAX;
use crate::watchdog::Watched;

/// A reader, by the name that its driver gives it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reader(Vec<u8>);

impl Reader {
    /// From the bytes of its name. Drivers may use bytes that are no UTF-8.
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self(name.into())
    }

    /// The bytes of its name.
    pub fn name(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({self})")
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

/// Readers, real ones or in software.
pub trait CardReaders: Send + Sync + fmt::Debug {
    /// Starts to watch all readers. Cards that lie there already are told as inserted.
    ///
    /// # Errors
    /// The machine cannot start another thread.
    fn watch(&self) -> io::Result<Watch>;

    /// Takes up the card on a reader, for us alone. Every call on it ends in time.
    ///
    /// # Errors
    /// Why there is no card to take up.
    fn open(&self, reader: &Reader) -> Result<Watched, ChannelError>;
}

/// The events of the readers, as they happen. Dropping it ends the watching.
#[derive(Debug)]
pub struct Watch {
    events: Receiver<Event>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    /// A watch, and the side that tells it.
    pub(crate) fn new() -> (Self, Teller) {
        let (sender, events) = sync_channel(MONITOR_EVENTS_MAX);
        let is_over = Arc::<AtomicBool>::default();
        (Self { events, is_over: Arc::clone(&is_over) }, Teller { events: sender, is_over })
    }

    /// The next event; none if there was none in this time.
    pub fn next(&self, limit: Duration) -> Option<Event> {
        self.events.recv_timeout(limit).ok()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
    }
}

/// Tells a [`Watch`] what happens.
#[derive(Debug)]
pub(crate) struct Teller {
    events: SyncSender<Event>,
    is_over: Arc<AtomicBool>,
}

impl Teller {
    pub(crate) fn say(&self, event: Event) {
        if self.events.send(event).is_err() {
            self.is_over.store(true, Ordering::SeqCst);
        }
    }

    /// Whether nobody listens any more.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}
