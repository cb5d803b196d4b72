//! Cards in software that the kiosk's page of the demo lets one put into the reader. Each remembers its counters.

use crate::check::private::World;
use anyhow::Result;
use card::chip::Chip;
use card::virtual_card::{CardContent, CardState, VirtualCard};
use card::{Pin, Session, Tray};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use terminal::CardShelf;

/// Makes a card with the memory that it has.
type Maker = Box<dyn Fn() -> Option<Box<dyn Chip>> + Send + Sync>;

/// Something on the shelf.
pub struct OnShelf {
    label: String,
    make: Maker,
}

impl OnShelf {
    /// A person's card or phone.
    pub fn card(label: String, content: &CardContent, world: &World) -> Result<Self> {
        // Refused now rather than when somebody takes it off the shelf.
        VirtualCard::new(content)?;
        let (content, random) = (content.clone(), Arc::clone(&world.random));
        let memory = Arc::new(Mutex::new(CardState::default()));
        let make = move || {
            let kept = Arc::clone(&memory);
            let state = memory.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let random = Arc::clone(&random);
            let card = VirtualCard::new(&content).ok()?.with_state(state);
            let card = card.keep_with(move |state| {
                kept.lock().unwrap_or_else(PoisonError::into_inner).clone_from(state);
                Ok(())
            });
            Some(Box::new(card.with_random(move |bytes| random.fill(bytes))) as Box<dyn Chip>)
        };
        Ok(Self { label, make: Box::new(make) })
    }

    /// The same, after three wrong PINs.
    pub fn locked(self) -> Result<Self> {
        let Some(card) = (self.make)() else { return Ok(self) };
        let tray = Tray::new(1);
        tray.insert(0, card);
        let reader = card::Reader::new("Tashika virtual reader 00");
        let mut session = Session::open(card::CardReaders::open(&tray, &reader)?)?;
        // One of these is wrong at least three times in a row, whatever the PIN is.
        for wrong in ["0000", "1111", "2222", "3333", "0000", "1111"] {
            let _ = session.verify_pin(&Pin::new(wrong)?);
        }
        session.end()?;
        Ok(self)
    }

    /// Something that is no Individual Number Card.
    pub fn transit(label: String) -> Self {
        Self { label, make: Box::new(|| Some(Box::new(Transit))) }
    }
}

/// It knows no application that is asked for.
struct Transit;

impl Chip for Transit {
    fn power_on(&mut self) {}

    fn power_off(&mut self) {}

    fn reset(&mut self) {}

    fn atr(&self) -> Vec<u8> {
        vec![
            0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06, 0x11, 0x00, 0x3b, 0x00, 0x00, 0x00,
            0x00, 0x42,
        ]
    }

    fn transmit(&mut self, _command: &[u8]) -> Vec<u8> {
        vec![0x6a, 0x82]
    }
}

/// All of them, beside the reader.
pub struct Shelf {
    tray: Tray,
    cards: Vec<OnShelf>,
}

impl Shelf {
    /// These cards, beside this reader.
    pub const fn new(tray: Tray, cards: Vec<OnShelf>) -> Self {
        Self { tray, cards }
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf({} cards)", self.cards.len())
    }
}

impl CardShelf for Shelf {
    fn names(&self) -> Vec<String> {
        self.cards.iter().map(|card| card.label.clone()).collect()
    }

    fn insert(&self, place: usize) {
        if let Some(card) = self.cards.get(place).and_then(|card| (card.make)()) {
            self.tray.insert(0, card);
        }
    }

    fn take_out(&self) {
        self.tray.take_out(0);
    }
}
