//! Where the cards of the cases lie: in readers in software, or in virtual readers of a private pcscd.

#[cfg(feature = "pcsc")]
use anyhow::Context as _;
use anyhow::Result;
use card::chip::Chip;
use card::{CardReaders, Tray};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "pcsc")]
use card::vpcd::Inserted;
#[cfg(feature = "pcsc")]
use testkit::pcscd::PrivatePcscd;

/// How long a call on a card may take here.
const CALL_TIME: Duration = Duration::from_millis(600);

/// Two readers.
pub enum Readers {
    /// In this process.
    Tray(Tray),
    /// Of a pcscd that this process sees as the machine's.
    #[cfg(feature = "pcsc")]
    Pcsc { server: Box<PrivatePcscd>, cards: Vec<Option<Inserted<Box<dyn Chip>>>> },
}

impl Readers {
    /// In this process.
    pub fn in_process() -> Self {
        Self::Tray(Tray::new(2).with_call_time(CALL_TIME))
    }

    /// Of this pcscd, which this process was told of at its start.
    #[cfg(feature = "pcsc")]
    pub fn over(server: PrivatePcscd) -> Self {
        Self::Pcsc { server: Box::new(server), cards: vec![None, None] }
    }

    /// As the terminal sees them.
    pub fn for_terminal(&self) -> Arc<dyn CardReaders> {
        match self {
            Self::Tray(tray) => Arc::new(tray.clone()),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { .. } => Arc::new(card::PcscReaders),
        }
    }

    /// The tray, for what only readers in software can be asked to do.
    pub fn tray(&self) -> Result<&Tray> {
        match self {
            Self::Tray(tray) => Ok(tray),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { .. } => anyhow::bail!("these readers are not in software"),
        }
    }

    /// The pcscd.
    #[cfg(feature = "pcsc")]
    pub fn server(&mut self) -> Result<&mut PrivatePcscd> {
        match self {
            Self::Tray(_) => anyhow::bail!("these readers are in software"),
            Self::Pcsc { server, .. } => Ok(server),
        }
    }

    /// Puts a card into a reader.
    pub fn insert(&mut self, reader: usize, chip: impl Chip + 'static) -> Result<()> {
        match self {
            Self::Tray(tray) => tray.insert(reader, chip),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { server, cards } => {
                let place = cards.get_mut(reader).context("two readers")?;
                if let Some(card) = place.take() {
                    card.take_out()?;
                }
                let chip: Box<dyn Chip> = Box::new(chip);
                *place = Some(Inserted::new(server.readers()[reader], chip)?);
            }
        }
        Ok(())
    }

    /// Takes the card out of a reader, if one is in it.
    pub fn take_out(&mut self, reader: usize) -> Result<()> {
        match self {
            Self::Tray(tray) => tray.take_out(reader),
            #[cfg(feature = "pcsc")]
            Self::Pcsc { cards, .. } => {
                if let Some(card) = cards.get_mut(reader).context("two readers")?.take() {
                    card.take_out()?;
                }
            }
        }
        Ok(())
    }
}
