//! A person's card (or phone) on the reader, from taking it up to letting go of it.
//!
//! ```no_run
//! use card::{Pin, Session};
//! # fn example(channel: impl card::CardChannel) -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = Session::open(channel)?;
//! let certificate = session.authentication_certificate()?;
//! session.verify_pin(&Pin::new("1234")?)?;
//! let signature = session.sign(b"what the center asked")?;
//! session.end()?;
//! # Ok(())
//! # }
//! ```

use crate::apdu::Command;
use crate::channel::{CardChannel, ChannelError, exchange_once};
use crate::error::CardError;
use crate::file;
use crate::jpki::{self, Jpki, JpkiPin, TokenKind, Tries};
use crate::secret::{NumberB, Pin};
use crate::status::Meaning;
use crate::surface::{self, Photo, Surface};
use crate::terminal_model::{self, TerminalKey};

/// A card that may be asked who the person is.
///
/// However it ends (by [`Self::end`], an error, a panic, or being dropped), the card forgets what it was shown: another
/// application is selected, and the channel cuts its power. Whoever takes up the card next meets it closed.
#[derive(Debug)]
pub struct Session<C: CardChannel> {
    held: Held<C>,
    kind: TokenKind,
}

impl<C: CardChannel> Session<C> {
    /// Takes up a card: an Individual Number Card, a phone, or a token with a label not known yet, which is treated as a
    /// card. Other cards are [`CardError::NotThisCard`] or [`CardError::OldCard`], and are let go of.
    pub fn open(channel: C) -> Result<Self, CardError> {
        let mut held = Held { channel, selected: None, was_shown_a_secret: false, is_released: false };
        let kind = held.jpki()?.token_kind()?;
        if kind == TokenKind::OldCard { Err(CardError::OldCard) } else { Ok(Self { held, kind }) }
    }

    /// What lies on the reader; never [`TokenKind::OldCard`].
    pub fn kind(&self) -> &TokenKind {
        &self.kind
    }

    /// 利用者証明用電子証明書 as DER. On a phone it needs the PIN first: [`CardError::NotAllowed`].
    pub fn authentication_certificate(&mut self) -> Result<Vec<u8>, CardError> {
        self.held.jpki()?.user_certificate()
    }

    /// How often the PIN may still be tried. Asking costs none.
    pub fn tries_left(&mut self) -> Result<Tries, CardError> {
        self.held.jpki()?.tries(JpkiPin::User)
    }

    /// Shows the PIN to the card, once: [`CardError::PinWrong`] costs a try, [`CardError::PinLocked`] is the end of it.
    /// A card taken away while it looks at the PIN may have counted a try; ask [`Self::tries_left`] when it is back.
    pub fn verify_pin(&mut self, pin: &Pin) -> Result<(), CardError> {
        self.held.was_shown_a_secret = true;
        self.held.jpki()?.verify(pin)
    }

    /// Signs a challenge with the person's key: RSA PKCS#1 v1.5 with SHA-256, 256 bytes. Needs the PIN first:
    /// [`CardError::NotAllowed`].
    pub fn sign(&mut self, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        self.held.jpki()?.sign(challenge)
    }

    /// The photo for a face check. The card forgets a PIN that it was shown before, so take the photo first.
    pub fn photo(&mut self, number: &NumberB) -> Result<Photo, CardError> {
        self.held.was_shown_a_secret = true;
        let mut surface = self.held.surface()?;
        surface.verify(number)?;
        surface.photo()
    }

    /// Whether the key could be opened without PIN by [`Self::open_by_terminal`]: only on cards of the model. The card
    /// forgets a PIN that it was shown before.
    pub fn knows_terminals(&mut self) -> Result<bool, CardError> {
        self.held.select_model()
    }

    /// Opens the key without PIN, after a face was compared: a **model** of 特定機関認証 ([`crate::terminal_model`]).
    /// [`CardError::MakersReaderNeeded`] on every real card.
    pub fn open_by_terminal(&mut self, key: &TerminalKey) -> Result<(), CardError> {
        if !self.held.select_model()? {
            return Err(CardError::MakersReaderNeeded);
        }
        let ask = Command::get_challenge(terminal_model::CHALLENGE_BYTES);
        let challenge = exchange_once(&mut self.held.channel, &ask)?;
        if challenge.status.meaning() != Meaning::Ok {
            return Err(CardError::Unexpected { status: challenge.status, step: "GET CHALLENGE" });
        }
        self.held.was_shown_a_secret = true;
        let show = Command::show_terminal(&key.show(&challenge.data)).map_err(ChannelError::from)?;
        let outcome = exchange_once(&mut self.held.channel, &show)?;
        match outcome.status.meaning() {
            Meaning::Ok => Ok(()),
            Meaning::SecurityNotSatisfied => Err(CardError::TerminalRefused),
            _ => Err(CardError::Unexpected { status: outcome.status, step: "the terminal's certificate" }),
        }
    }

    /// Lets go of the card. An error says that its power may not have been cut.
    pub fn end(mut self) -> Result<(), CardError> {
        Ok(self.held.let_go()?)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Application {
    Jpki,
    Surface,
}

/// A channel that is let go of at the end.
#[derive(Debug)]
struct Held<C: CardChannel> {
    channel: C,
    selected: Option<Application>,
    was_shown_a_secret: bool,
    is_released: bool,
}

impl<C: CardChannel> Held<C> {
    fn jpki(&mut self) -> Result<Jpki<'_, C>, CardError> {
        if self.selected == Some(Application::Jpki) {
            return Ok(Jpki::selected(&mut self.channel));
        }
        self.selected = None;
        let jpki = Jpki::select(&mut self.channel)?;
        self.selected = Some(Application::Jpki);
        Ok(jpki)
    }

    /// Always selects: what the photo needs is shown again each time.
    fn surface(&mut self) -> Result<Surface<'_, C>, CardError> {
        self.selected = None;
        let surface = Surface::select(&mut self.channel)?;
        self.selected = Some(Application::Surface);
        Ok(surface)
    }

    fn select_model(&mut self) -> Result<bool, CardError> {
        self.selected = None;
        file::select_application(&mut self.channel, &terminal_model::APPLICATION_NAME)
    }

    fn let_go(&mut self) -> Result<(), ChannelError> {
        if self.is_released {
            return Ok(());
        }
        self.is_released = true;
        if self.was_shown_a_secret {
            // Not every reader really cuts the power, and a reset alone does not make every card forget. A card that is
            // gone, or has no such application, has nothing to forget: the answer does not matter.
            let other = if self.selected == Some(Application::Surface) {
                jpki::APPLICATION_NAME
            } else {
                surface::APPLICATION_NAME
            };
            let _ = file::select_application(&mut self.channel, &other);
        }
        self.channel.release()
    }
}

impl<C: CardChannel> Drop for Held<C> {
    fn drop(&mut self) {
        // The card may be gone, which lets go of it as well.
        let _ = self.let_go();
    }
}
