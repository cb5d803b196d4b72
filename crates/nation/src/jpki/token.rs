//! A person's card or phone as something that can be put into a reader, and the model of 特定機関認証 that opens it.

use card::terminal_model::{TerminalAuthority, TerminalAuthorityKey};
use card::virtual_card::{CardContent, Credential, Face, Form, Secrets};
use jiff::civil::Date;

use super::{Authority, Error, PersonCard, Result, files};

/// The key of the authority that admits terminals, in the model of 特定機関認証.
const TERMINAL_AUTHORITY: &str = "terminal-model.key";

impl Authority {
    /// Who admits terminals to open keys without PIN, in the model of 特定機関認証. Made when it is asked for the first time,
    /// and kept.
    ///
    /// # Errors
    /// Files cannot be read or written, or hold something else.
    pub fn terminal_authority(&self) -> Result<TerminalAuthority> {
        let path = self.folder().join(TERMINAL_AUTHORITY);
        let key = match files::read(&path)? {
            Some(key) => key,
            None => files::create(&path, &TerminalAuthority::generate()?)?,
        };
        Ok(TerminalAuthority::from_pkcs8(&key)?)
    }
}

impl PersonCard {
    /// What a virtual card of this person holds. `photo` is JPEG 2000, or empty; `terminals` says whose terminals open its
    /// key without PIN. A phone plays with the card's certificate.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a day on the card is none, which no nation writes.
    pub fn content(&self, form: Form, photo: Vec<u8>, terminals: Option<TerminalAuthorityKey>) -> Result<CardContent> {
        let signing = self.signing.as_ref();
        let secrets = Secrets::one_pin(&self.pin);
        let password = signing.map_or_else(|| secrets.signing_password.clone(), |held| held.password.clone());
        Ok(CardContent {
            form,
            user: Credential {
                certificate: self.certificate.clone(),
                private_key: self.private_key.clone(),
                ca: self.ca.clone(),
            },
            signing: signing.map(|held| Credential {
                certificate: held.certificate.clone(),
                private_key: held.private_key.clone(),
                ca: held.ca.clone(),
            }),
            secrets: Secrets { signing_password: password, ..secrets },
            face: Face {
                name: self.holder.name.clone(),
                address: self.holder.address.clone(),
                birth: day(&self.holder.birthdate)?,
                sex: self.holder.sex,
                expires: day(&self.expires)?,
                security_code: self.security_code.clone(),
                photo,
            },
            terminal_authority: terminals,
        })
    }
}

/// `YYYYMMDD`.
fn day(text: &str) -> Result<Date> {
    Date::strptime("%Y%m%d", text).map_err(|_| Error::Damaged("a day on a card"))
}
