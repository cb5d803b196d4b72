//! The kiosk: the page at which a patient is recognised by card and says what may be shown.
//!
//! | module | holds |
//! |---|---|
//! | [`actor`] | the one who holds the visit: hears readers, patient and staff, one piece of work at a time |
//! | [`visit`] | where a patient is, and which step follows; pure |
//! | [`work`] | what takes time: the card, the center, the models |
//! | [`attempts`] | tries that are counted beyond one visit |
//! | [`fault`] | what can go wrong: code, sentences, ways on |
//! | [`screen`] | what is shown; no secret comes this far |
//! | [`words`], [`view`] | the sentences in five languages, and the page made of them |
//! | [`pages`] | the addresses |
//!
//! PIN and digits go from the form to the card and nowhere else. Pictures stay in memory: from the browser to the model.

pub(crate) mod actor;
mod attempts;
pub(crate) mod fault;
pub(crate) mod means;
mod pages;
pub(crate) mod screen;
pub(crate) mod view;
mod visit;
mod words;
mod work;

use std::sync::Arc;
use std::time::Duration;

use card::{CardReaders, Event};
use kit::lifecycle::Lifecycle;
use kit::random::SharedRandom;
use tokio::sync::{mpsc, oneshot, watch};

use crate::checks::Checks;
use crate::config::KioskSettings;
use crate::equipment::Equipment;
use crate::face::Picture;
use crate::limits;
use actor::{Act, Actor, Input, StaffAct};
use means::Means;
use screen::Screen;

/// Cards in software, on a shelf beside the reader: what the demo lets one put in.
pub trait CardShelf: Send + Sync + std::fmt::Debug {
    /// Their names, in the order in which they are offered.
    fn names(&self) -> Vec<String>;
    /// Puts one into the reader, by its place in [`Self::names`]. One that lies there is taken out first.
    fn insert(&self, place: usize);
    /// Takes out what lies in the reader.
    fn take_out(&self);
}

/// The kiosk, for pages and desk. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Kiosk {
    inputs: mpsc::Sender<Input>,
    screen: watch::Receiver<Arc<Screen>>,
    shelf: Option<Arc<dyn CardShelf>>,
}

impl Kiosk {
    /// Begins to watch the readers and to wait for patients.
    pub(crate) fn start(
        settings: KioskSettings,
        equipment: Equipment,
        checks: Checks,
        random: SharedRandom,
        life: &Lifecycle,
    ) -> Self {
        let (inputs, heard) = mpsc::channel(limits::KIOSK_INPUTS_WAITING_MAX);
        let Equipment { readers, faces, terminal_key, shelf, line: _, missing: _ } = equipment;
        if let Some(readers) = readers.clone() {
            let (inputs, life) = (inputs.clone(), life.clone());
            // A thread of its own: a runtime that is dropped would wait for one of its own to end.
            let watching = move || watch_readers(&*readers, &inputs, &life);
            if let Err(error) = std::thread::Builder::new().name("kiosk readers".to_owned()).spawn(watching) {
                tracing::error!(%error, "card readers cannot be watched");
            }
        }
        let means = Means { checks, readers, faces, terminal_key, settings, random };
        let (actor, screen) = Actor::new(means, heard);
        life.spawn_vital("kiosk", actor.run(life.clone()));
        Self { inputs, screen, shelf }
    }

    /// What is shown now.
    pub(crate) fn screen(&self) -> Arc<Screen> {
        Arc::clone(&self.screen.borrow())
    }

    /// The next screen after the one that was seen; none if nothing changed in this time.
    pub(crate) async fn next_screen(&self, seen: u64, time: Duration) -> Option<Arc<Screen>> {
        let mut screen = self.screen.clone();
        let changed = screen.wait_for(|screen| screen.version != seen);
        tokio::time::timeout(time, changed).await.ok()?.ok().map(|screen| Arc::clone(&screen))
    }

    /// Something that the patient did; false if it did not fit what was on the screen.
    pub(crate) async fn act(&self, visit: u64, step: u32, act: Act) -> bool {
        self.tell(|heard| Input::Patient { visit, step, act, heard }).await
    }

    /// A picture of the camera; answered when it was looked at or left out.
    async fn frame(&self, visit: u64, frame: Picture) -> bool {
        self.tell(|heard| Input::Frame { visit, frame, heard }).await
    }

    /// Something that staff did on the desk; false if the patient is not there any more.
    pub(crate) async fn staff(&self, visit: u64, act: StaffAct, by: &str) -> bool {
        self.tell(|heard| Input::Staff { visit, act, by: by.to_owned(), heard }).await
    }

    async fn tell(&self, input: impl FnOnce(oneshot::Sender<bool>) -> Input) -> bool {
        let (heard, hears) = oneshot::channel();
        if self.inputs.send(input(heard)).await.is_err() {
            return false;
        }
        hears.await.unwrap_or(false)
    }
}

/// Forwards what happens at the readers, until the terminal stops.
fn watch_readers(readers: &dyn CardReaders, inputs: &mpsc::Sender<Input>, life: &Lifecycle) {
    let is_over = || life.is_stopping() || inputs.is_closed();
    while !is_over() {
        let watch = match readers.watch() {
            Ok(watch) => watch,
            Err(error) => {
                tracing::error!(%error, "card readers cannot be watched");
                std::thread::sleep(limits::READER_RETRY_TIME);
                continue;
            }
        };
        while !is_over() {
            let Some(event) = watch.next(limits::READER_WATCH_TIME) else { continue };
            log(&event);
            if inputs.blocking_send(Input::Reader(event)).is_err() {
                return;
            }
        }
    }
}

fn log(event: &Event) {
    match event {
        Event::ServiceUp => tracing::info!("the service for card readers runs"),
        Event::ServiceDown => tracing::warn!("the service for card readers does not run; waiting for it"),
        Event::ReaderConnected(reader) => tracing::info!(%reader, "a card reader was connected"),
        Event::ReaderGone(reader) => tracing::warn!(%reader, "a card reader was unplugged"),
        Event::CardInserted(_) | Event::CardRemoved(_) => {}
    }
}
