//! A card as a reader sees it: what has to be played to be one.

use crate::virtual_card::VirtualCard;

/// A card as a reader sees it.
pub trait Chip: Send {
    /// Power comes on, or is on already.
    fn power_on(&mut self);
    /// Power goes.
    fn power_off(&mut self);
    /// A warm reset.
    fn reset(&mut self);
    /// The answer to reset, 2 to 33 bytes. A driver asks for it several times a second, as long as the card is there.
    fn atr(&self) -> Vec<u8>;
    /// Answers a command, with the status at the end.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;
}

impl Chip for VirtualCard {
    fn power_on(&mut self) {
        Self::power_on(self);
    }

    fn power_off(&mut self) {
        Self::power_off(self);
    }

    fn reset(&mut self) {
        self.warm_reset();
    }

    fn atr(&self) -> Vec<u8> {
        Self::atr(self).to_vec()
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        Self::transmit(self, command)
    }
}

impl<C: Chip + ?Sized> Chip for Box<C> {
    fn power_on(&mut self) {
        (**self).power_on();
    }

    fn power_off(&mut self) {
        (**self).power_off();
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        (**self).transmit(command)
    }
}
