//! What is on a card: certificates, keys, secrets, and the person's face.

use std::fmt;

use domain::Date;

use crate::terminal_model::TerminalAuthorityKey;

/// What kind of token is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// An Individual Number Card.
    Card,
    /// A Basic Resident Register card: the JPKI application alone, with the old label.
    OldCard,
    /// An Android phone.
    Android,
    /// An iPhone.
    Iphone,
}

impl Form {
    /// Label in file 0006.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Card => "JPKIAPICCTOKEN2",
            Self::OldCard => "JPKIAPICCTOKEN",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::Iphone => "JPKIAPIOSTOKEN",
        }
    }

    /// Whether a certificate can only be read after the PIN.
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Android | Self::Iphone)
    }
}

/// A certificate with its key and the certificate of the CA that issued it.
#[derive(Clone)]
pub struct Credential {
    /// X.509, DER.
    pub certificate: Vec<u8>,
    /// RSA-2048, PKCS#8, DER.
    pub private_key: Vec<u8>,
    /// X.509 of the CA, DER.
    pub ca: Vec<u8>,
}

/// What its owner must know.
#[derive(Clone)]
pub struct Secrets {
    /// 利用者証明用 PIN: 4 digits.
    pub user_pin: String,
    /// 署名用パスワード: 6 to 16 of A–Z and 0–9, a letter and a digit at least.
    pub signing_password: String,
    /// 券面事項入力補助用 PIN: 4 digits.
    pub text_pin: String,
    /// 住民基本台帳用 PIN: 4 digits.
    pub resident_pin: String,
}

impl Secrets {
    /// Those of a person without 署名用電子証明書, who chose the same PIN wherever one was asked for.
    pub fn one_pin(pin: &str) -> Self {
        let pin = pin.to_owned();
        // Opens nothing, for there is no key behind it; the card has a place for it all the same.
        let signing_password = "NOTHING0".to_owned();
        Self { signing_password, text_pin: pin.clone(), resident_pin: pin.clone(), user_pin: pin }
    }
}

/// What is printed on the card.
#[derive(Clone)]
pub struct Face {
    /// 氏名: family name, U+3000, given name.
    pub name: String,
    /// 住所.
    pub address: String,
    /// 生年月日.
    pub birth: Date,
    /// 性別: `1` man, `2` woman, `3` other.
    pub sex: char,
    /// The last day of the card itself.
    pub expires: Date,
    /// セキュリティコード: 4 digits, printed under the photo.
    pub security_code: String,
    /// The photo, JPEG 2000.
    pub photo: Vec<u8>,
}

/// All that is on a card. It is a person's, made up or not, so `Debug` shows nothing but its form.
#[derive(Clone)]
pub struct CardContent {
    /// Card or phone. A phone has no more than its JPKI application.
    pub form: Form,
    /// 利用者証明用.
    pub user: Credential,
    /// 署名用; children under 15 have none.
    pub signing: Option<Credential>,
    /// PINs and password.
    pub secrets: Secrets,
    /// The face of the card.
    pub face: Face,
    /// Whose terminals open the key without PIN, in the model of 特定機関認証; none: nobody's.
    pub terminal_authority: Option<TerminalAuthorityKey>,
}

impl fmt::Debug for CardContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardContent").field("form", &self.form).finish_non_exhaustive()
    }
}

/// Why something cannot be the content of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// A key that is not RSA-2048 in PKCS#8.
    #[error("the key is not an RSA key of 2,048 bits in PKCS#8")]
    Key,
    /// A PIN, password or code of another form than its own.
    #[error("the {what} has not the form that it must have")]
    Secret {
        /// Which one, in English.
        what: &'static str,
    },
    /// More bytes than a file can hold.
    #[error("{what} does not fit in a file of a card")]
    TooLarge {
        /// What, in English.
        what: &'static str,
    },
}

impl CardContent {
    /// 照合番号B as it follows from the face: day of birth with the year of its era, year of expiry, security code.
    pub fn number_b(&self) -> String {
        format!("{}{:04}{}", self.birth_in_era(), self.face.expires.year(), self.face.security_code)
    }

    /// YYMMDD of birth, with the year of the era.
    pub(super) fn birth_in_era(&self) -> String {
        let birth = self.face.birth;
        format!("{:02}{:02}{:02}", era_year(birth), birth.month(), birth.day())
    }

    pub(super) fn check(&self) -> Result<(), ContentError> {
        let four_digits = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        for (what, pin) in [
            ("PIN", &self.secrets.user_pin),
            ("PIN of the text application", &self.secrets.text_pin),
            ("PIN of the resident register", &self.secrets.resident_pin),
            ("security code", &self.face.security_code),
        ] {
            if !four_digits(pin) {
                return Err(ContentError::Secret { what });
            }
        }
        let password = self.secrets.signing_password.as_bytes();
        let has_form = (6..=16).contains(&password.len())
            && password.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && password.iter().any(u8::is_ascii_uppercase)
            && password.iter().any(u8::is_ascii_digit);
        if has_form { Ok(()) } else { Err(ContentError::Secret { what: "password" }) }
    }
}

/// The year of a day in the era of its emperor, counted from 1.
fn era_year(day: Date) -> i16 {
    /// First days of 令和 平成 昭和 大正 明治, and the year before the first of each.
    const ERAS: [((i16, i8, i8), i16); 5] = [
        ((2019, 5, 1), 2018),
        ((1989, 1, 8), 1988),
        ((1926, 12, 25), 1925),
        ((1912, 7, 30), 1911),
        ((1868, 1, 25), 1867),
    ];
    let day_of = (day.year(), day.month(), day.day());
    ERAS.iter().find(|(first, _)| day_of >= *first).map_or(day.year(), |(_, before)| day.year() - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_counted_within_eras() {
        let year = |text: &str| era_year(text.parse().unwrap());
        assert_eq!(year("1980-02-17"), 55, "昭和55年");
        assert_eq!(year("1989-01-07"), 64, "昭和64年");
        assert_eq!(year("1989-01-08"), 1, "平成元年");
        assert_eq!(year("2019-04-30"), 31, "平成31年");
        assert_eq!(year("2019-05-01"), 1, "令和元年");
        assert_eq!(year("1926-12-24"), 15, "大正15年");
        assert_eq!(year("1911-03-01"), 44, "明治44年");
    }
}
