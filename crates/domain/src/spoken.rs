//! Words for patients, in the languages of the kiosk.
//!
//! A [`Spoken`] holds all five on neighbouring lines, so that whoever changes one sees the others, and none can be
//! missing. The languages are those that most patients at a window in Japan read: Japanese, English, simplified Chinese,
//! Vietnamese, and the Portuguese of Brazil.

/// A language of the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tongue {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
    /// 简体中文
    Zh,
    /// Tiếng Việt
    Vi,
    /// Português (Brasil)
    Pt,
}

impl Tongue {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Ja, Self::En, Self::Zh, Self::Vi, Self::Pt];

    /// The tag of BCP 47, for `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
            Self::Zh => "zh-Hans",
            Self::Vi => "vi",
            Self::Pt => "pt-BR",
        }
    }

    /// Its name in itself, as on the button that chooses it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
            Self::Zh => "简体中文",
            Self::Vi => "Tiếng Việt",
            Self::Pt => "Português",
        }
    }

    /// Reads [`Self::tag`].
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tongue| tongue.tag() == tag)
    }
}

/// One message in all languages of the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spoken {
    /// 日本語
    pub ja: &'static str,
    /// English
    pub en: &'static str,
    /// 简体中文
    pub zh: &'static str,
    /// Tiếng Việt
    pub vi: &'static str,
    /// Português (Brasil)
    pub pt: &'static str,
}

impl Spoken {
    /// In the order of [`Tongue::ALL`].
    pub const fn new(ja: &'static str, en: &'static str, zh: &'static str, vi: &'static str, pt: &'static str) -> Self {
        Self { ja, en, zh, vi, pt }
    }

    /// The message in one language.
    pub const fn of(&self, tongue: Tongue) -> &'static str {
        match tongue {
            Tongue::Ja => self.ja,
            Tongue::En => self.en,
            Tongue::Zh => self.zh,
            Tongue::Vi => self.vi,
            Tongue::Pt => self.pt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_found_by_its_tag_and_speaks_for_itself() {
        let hello = Spoken::new("こんにちは", "Hello", "您好", "Xin chào", "Olá");
        let said = Tongue::ALL.map(|tongue| hello.of(tongue));
        assert_eq!(said, ["こんにちは", "Hello", "您好", "Xin chào", "Olá"]);
        for tongue in Tongue::ALL {
            assert_eq!(Tongue::from_tag(tongue.tag()), Some(tongue));
        }
        assert_eq!(Tongue::from_tag("zh-Hant"), None);
        assert_eq!(Tongue::default(), Tongue::Ja);
    }
}
