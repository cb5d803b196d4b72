//! What a kiosk works with.

use std::sync::Arc;

use card::CardReaders;
use card::terminal_model::TerminalKey;
use kit::random::SharedRandom;

use super::visit::Offers;
use crate::checks::Checks;
use crate::config::{KioskSettings, PinPad};
use crate::face::FaceMatcher;

/// How faces are compared here.
#[derive(Debug, Clone)]
pub(crate) struct Faces {
    pub(crate) matcher: Arc<dyn FaceMatcher>,
    pub(crate) threshold: f32,
}

/// What the kiosk works with.
pub(super) struct Means {
    pub(super) checks: Checks,
    pub(super) readers: Option<Arc<dyn CardReaders>>,
    pub(super) faces: Option<Faces>,
    pub(super) terminal_key: Option<Arc<TerminalKey>>,
    pub(super) settings: KioskSettings,
    pub(super) random: SharedRandom,
}

impl Means {
    /// What of it a visit may offer.
    pub(super) fn offers(&self) -> Offers {
        Offers { faces: self.faces.is_some(), terminal_key: self.terminal_key.is_some() }
    }

    /// A number by lot.
    pub(super) fn draw(&self) -> u64 {
        u64::from_be_bytes(kit::random::bytes(&*self.random))
    }

    /// Where the digits of the pad stand: by Fisher and Yates, with more randomness for each place than its bias matters.
    pub(super) fn pad(&self) -> [u8; 10] {
        let mut pad = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];
        if self.settings.pin_pad == PinPad::Shuffled {
            for last in (1..pad.len()).rev() {
                let other = usize::try_from(self.draw() % (last as u64 + 1)).unwrap_or(0);
                pad.swap(last, other);
            }
        }
        pad
    }
}
