//! What the card answers to each command.
//!
//! Where public sources disagree or are silent, the choice and its reason stand beside the status word.

use sha2::{Digest as _, Sha256};

use super::content::Form;
use super::layout::{Access, Body};
use super::{Shown, Terminal, VirtualCard};
use crate::apdu::{Command, ins};
use crate::jpki;
use crate::terminal_model;

/// Data, or the status word of a refusal.
pub(super) type Answer = Result<Vec<u8>, u16>;

/// Answered to a PIN: so many tries are left.
const TRIES_LEFT: u16 = 0x63C0;
pub(super) const MEMORY_FAILED: u16 = 0x6581;
pub(super) const WRONG_LENGTH: u16 = 0x6700;
/// The file is there but is not of the kind that the command is for. Not reported of a real card; the standard's word.
const WRONG_KIND_OF_FILE: u16 = 0x6981;
const SECURITY_NOT_SATISFIED: u16 = 0x6982;
/// A locked PIN, once it is locked. The standard has 6983; the one source that tried it on cards has this.
const LOCKED: u16 = 0x6984;
const CONDITIONS_NOT_SATISFIED: u16 = 0x6985;
const NO_CURRENT_FILE: u16 = 0x6986;
const NOT_FOUND: u16 = 0x6A82;
const RECORD_NOT_FOUND: u16 = 0x6A83;
const WRONG_PARAMETERS: u16 = 0x6A86;
const REFERENCE_NOT_FOUND: u16 = 0x6A88;
/// Reading from behind the end. Some cards are said to answer 6282 instead.
const OFFSET_OUTSIDE: u16 = 0x6B00;
const INSTRUCTION_UNKNOWN: u16 = 0x6D00;
const CLASS_UNKNOWN: u16 = 0x6E00;
pub(super) const UNSPECIFIED: u16 = 0x6F00;

/// Name of what is current after power-on: the issuer's security domain.
const SECURITY_DOMAIN: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// A name must be given up to the registered identifier of its provider at least (ISO/IEC 7816-5).
const NAME_BYTES_MIN: usize = 5;

/// Most that PKCS#1 v1.5 pads under a key of 2,048 bits.
const SIGNED_BYTES_MAX: usize = 245;

/// Instructions that only this side knows.
const READ_RECORD: u8 = 0xB2;
const INTERNAL_AUTHENTICATE: u8 = 0x88;
const GET_DATA: u8 = 0xCA;
const LAST_COMMAND: u8 = 0xFC;

/// 0018: the PIN of the key that identifies a person.
const USER_PIN: u16 = 0x0018;

/// The low five bits of a parameter that names a file in short.
const SHORT_ID: u8 = 0x1F;

impl VirtualCard {
    pub(super) fn answer(&mut self, command: &Command) -> Answer {
        match (command.cla(), command.ins()) {
            (0x00, ins::SELECT) => self.select(command),
            (0x00, ins::READ_BINARY) => self.read_binary(command),
            (0x00, READ_RECORD) => self.read_record(command),
            (0x00, ins::VERIFY) => self.verify(command),
            (0x80, ins::PERFORM_SECURITY_OPERATION) => self.sign(command),
            (0x00, ins::GET_CHALLENGE) => self.challenge(command),
            // The answer to reset of the contacts, asked for without contacts: this card has contacts.
            (0x00, GET_DATA) if (command.p1(), command.p2()) == (0x5F, 0x51) => Err(REFERENCE_NOT_FOUND),
            // Only the 共通 application has a key for it, and that key is not played.
            (0x00, INTERNAL_AUTHENTICATE) => Err(CONDITIONS_NOT_SATISFIED),
            (0x80, ins::TERMINAL_CERTIFICATE)
                if !matches!(self.session.terminal, Terminal::Unknown | Terminal::Admitted) =>
            {
                self.admit_terminal(command)
            }
            // 特定機関認証 outside the model: what cards say to rubbish.
            (0x80, ins::TERMINAL_CERTIFICATE) => {
                Err(if (command.p1(), command.p2()) == (0x00, 0xC1) { WRONG_LENGTH } else { WRONG_PARAMETERS })
            }
            (0x80, LAST_COMMAND) if self.form == Form::Iphone => Ok(Vec::new()),
            (0x80, LAST_COMMAND) => Err(WRONG_LENGTH),
            (0x00 | 0x80, _) => Err(INSTRUCTION_UNKNOWN),
            _ => Err(CLASS_UNKNOWN),
        }
    }

    fn select(&mut self, command: &Command) -> Answer {
        match (command.p1(), command.data()) {
            (0x04, name) => self.select_application(name),
            (0x02, [high, low]) => {
                let id = u16::from_be_bytes([*high, *low]);
                self.body(id).ok_or(NOT_FOUND)?;
                self.session.file = Some(id);
                Ok(Vec::new())
            }
            (0x02, _) => Err(WRONG_LENGTH),
            // There is no master file. Without a name this moves nothing, and right after a reset it is refused.
            (0x00, []) if self.session.application.is_some() => Ok(Vec::new()),
            (0x00, [_, _]) => Err(NOT_FOUND),
            _ => Err(WRONG_PARAMETERS),
        }
    }

    /// The model of 特定機関認証: the last challenge is answered, whatever comes of it.
    fn admit_terminal(&mut self, command: &Command) -> Answer {
        let Terminal::Challenged(challenge) = std::mem::replace(&mut self.session.terminal, Terminal::Greeted) else {
            return Err(CONDITIONS_NOT_SATISFIED);
        };
        let admitted = self
            .terminal_authority
            .is_some_and(|authority| terminal_model::is_admitted(authority, &challenge, command.data()));
        if !admitted {
            return Err(SECURITY_NOT_SATISFIED);
        }
        self.session.terminal = Terminal::Admitted;
        Ok(Vec::new())
    }

    /// A name or the beginning of one selects the first application that has it.
    fn select_application(&mut self, name: &[u8]) -> Answer {
        if name == terminal_model::APPLICATION_NAME && self.terminal_authority.is_some() {
            (self.session.application, self.session.file, self.session.shown) = (None, None, None);
            self.session.terminal = Terminal::Greeted;
            return Ok(Vec::new());
        }
        let found = (name.len() >= NAME_BYTES_MIN)
            .then(|| self.applications.iter().position(|application| application.name.starts_with(name)))
            .flatten();
        if found.is_none() && !name.starts_with(&SECURITY_DOMAIN) {
            return Err(NOT_FOUND);
        }
        // Selecting the same application again is no way to make a card forget; selecting another one is.
        if self.session.shown.as_ref().is_some_and(|shown| Some(shown.application) != found) {
            self.session.shown = None;
        }
        // Of a terminal that was admitted the card knows as long as it is asked for nothing but JPKI.
        let is_jpki = found.is_some_and(|at| self.applications[at].name == jpki::APPLICATION_NAME);
        if !(is_jpki && matches!(self.session.terminal, Terminal::Admitted)) {
            self.session.terminal = Terminal::Unknown;
        }
        self.session.application = found;
        self.session.file = None;
        Ok(Vec::new())
    }

    fn read_binary(&mut self, command: &Command) -> Answer {
        let expected = usize::from(command.expected().ok_or(WRONG_LENGTH)?);
        let offset = match command.p1() {
            high @ 0x00..=0x7F => u16::from_be_bytes([high, command.p2()]),
            named if named & 0x60 == 0 => {
                let id = u16::from(named & SHORT_ID);
                self.body(id).ok_or(NOT_FOUND)?;
                self.session.file = Some(id);
                u16::from(command.p2())
            }
            _ => return Err(WRONG_PARAMETERS),
        };
        match self.current()? {
            Body::Binary { bytes, access } if self.is_allowed(*access) => {
                let rest = bytes.get(usize::from(offset)..).filter(|rest| !rest.is_empty()).ok_or(OFFSET_OUTSIDE)?;
                Ok(rest[..rest.len().min(expected)].to_vec())
            }
            Body::Binary { .. } | Body::Sealed => Err(SECURITY_NOT_SATISFIED),
            Body::Records(_) | Body::Secret { .. } | Body::Key { .. } => Err(WRONG_KIND_OF_FILE),
        }
    }

    fn read_record(&mut self, command: &Command) -> Answer {
        if command.p2() & 0x07 != 0x04 {
            return Err(WRONG_PARAMETERS);
        }
        let body = match command.p2() >> 3 {
            0 => self.current()?,
            id => self.body(u16::from(id)).ok_or(NOT_FOUND)?,
        };
        match body {
            Body::Records(records) => {
                let index = usize::from(command.p1()).checked_sub(1).ok_or(RECORD_NOT_FOUND)?;
                records.get(index).cloned().ok_or(RECORD_NOT_FOUND)
            }
            _ => Err(WRONG_KIND_OF_FILE),
        }
    }

    fn verify(&mut self, command: &Command) -> Answer {
        if command.p1() != 0x00 {
            return Err(WRONG_PARAMETERS);
        }
        if command.expected().is_some() {
            return Err(WRONG_LENGTH);
        }
        let (id, body) = self.referenced(command.p2())?;
        let Body::Secret { value, tries_max, name } = body else {
            return Err(REFERENCE_NOT_FOUND);
        };
        let (is_right, tries_max, name) = (value == command.data(), *tries_max, *name);
        let tries_left = self.state.tries_left.get(name).copied().unwrap_or(tries_max).min(tries_max);
        if command.data().is_empty() {
            // Also after a right one: unlike the standard, which has 9000.
            return Err(TRIES_LEFT | u16::from(tries_left));
        }
        if tries_left == 0 {
            return Err(LOCKED);
        }
        if is_right {
            self.remember(name, tries_max, tries_max)?;
            self.show(id);
            return Ok(Vec::new());
        }
        self.hide(id);
        self.remember(name, tries_left - 1, tries_max)?;
        Err(TRIES_LEFT | u16::from(tries_left - 1))
    }

    fn sign(&mut self, command: &Command) -> Answer {
        let sha256 = || Sha256::digest(command.data()).to_vec();
        let data = command.data();
        let signed = match command.p1() {
            0x00 => data.to_vec(),
            0x01 => sha256(),
            0x02 if data.len() == 32 => jpki::digest_info(data),
            0x02 => return Err(WRONG_LENGTH),
            0x03 => jpki::digest_info(&sha256()),
            // 04 and 05 are said to be PSS, and are not played.
            _ => return Err(WRONG_PARAMETERS),
        };
        let (_, body) = self.referenced(command.p2())?;
        let Body::Key { key, opens_with } = body else {
            return Err(CONDITIONS_NOT_SATISFIED);
        };
        let by_terminal = *opens_with == USER_PIN && matches!(self.session.terminal, Terminal::Admitted);
        if !self.was_shown(*opens_with) && !by_terminal {
            return Err(SECURITY_NOT_SATISFIED);
        }
        if data.is_empty() || signed.len() > SIGNED_BYTES_MAX || command.expected() != Some(256) {
            return Err(WRONG_LENGTH);
        }
        Ok(key.sign(&signed))
    }

    fn challenge(&mut self, command: &Command) -> Answer {
        if (command.p1(), command.p2()) != (0x00, 0x00) {
            return Err(WRONG_PARAMETERS);
        }
        let expected = command.expected().filter(|_| command.data().is_empty()).ok_or(WRONG_LENGTH)?;
        let random = self.random.as_mut().ok_or(INSTRUCTION_UNKNOWN)?;
        let mut bytes = vec![0; usize::from(expected)];
        random(&mut bytes);
        if matches!(self.session.terminal, Terminal::Greeted | Terminal::Challenged(_)) {
            self.session.terminal = Terminal::Challenged(bytes.clone());
        }
        Ok(bytes)
    }

    /// The file that the second parameter means: `80` the selected one, `80` with a short id the named one.
    fn referenced(&self, p2: u8) -> Result<(u16, &Body), u16> {
        if p2 & 0xE0 != 0x80 {
            return Err(WRONG_PARAMETERS);
        }
        match u16::from(p2 & SHORT_ID) {
            0 => Ok((self.session.file.ok_or(NO_CURRENT_FILE)?, self.current()?)),
            id => Ok((id, self.body(id).ok_or(REFERENCE_NOT_FOUND)?)),
        }
    }

    fn current(&self) -> Result<&Body, u16> {
        self.session.file.and_then(|id| self.body(id)).ok_or(NO_CURRENT_FILE)
    }

    /// A file of the current application.
    fn body(&self, id: u16) -> Option<&Body> {
        self.applications.get(self.session.application?)?.files.get(&id)
    }

    fn is_allowed(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::WithOneOf(secrets) => secrets.iter().any(|secret| self.was_shown(*secret)),
        }
    }

    /// Whether this secret of the current application was shown.
    fn was_shown(&self, secret: u16) -> bool {
        let shown = self.session.shown.as_ref().filter(|shown| Some(shown.application) == self.session.application);
        shown.is_some_and(|shown| shown.secrets.contains(&secret))
    }

    fn show(&mut self, secret: u16) {
        if let Some(application) = self.session.application {
            let shown = self.session.shown.get_or_insert_with(|| Shown { application, secrets: [].into() });
            shown.secrets.insert(secret);
        }
    }

    fn hide(&mut self, secret: u16) {
        if let Some(shown) = &mut self.session.shown {
            shown.secrets.remove(&secret);
        }
    }
}
