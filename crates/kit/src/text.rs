//! Words for people: Japanese first, English beside.
//!
//! A [`Text`] is written where it is used, both languages on neighbouring lines, so that whoever changes one sees the
//! other. There is no catalogue and no lookup that could fail at run time.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// The languages that every page and message exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
}

impl Lang {
    /// Both, for tests that render everything in every language.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The tag of BCP 47, for `<html lang>` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// Reads a tag such as `en`, `ja` or `en-GB`; anything else is none.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }

    /// The language that the browser prefers among ours (RFC 9110 §12.5.4). Japanese where it does not say, or names
    /// none of ours: the window is in Japan.
    pub fn of_request(headers: &HeaderMap) -> Self {
        let Some(wanted) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
            return Self::default();
        };
        let mut best = None;
        for part in wanted.split(',') {
            let mut pieces = part.split(';');
            let Some(lang) = pieces.next().and_then(Self::from_tag) else {
                continue;
            };
            let weight = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(_, weight_before)| weight > weight_before) {
                best = Some((lang, weight));
            }
        }
        best.map_or_else(Self::default, |(lang, _)| lang)
    }
}

/// One message in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    /// For the person at the window.
    pub ja: &'static str,
    /// Beside it, for vendors and for people who read no Japanese.
    pub en: &'static str,
}

impl Text {
    /// `Text::new("確かめました", "Checked")`.
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The message in one language.
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, value.parse().unwrap());
        Lang::of_request(&headers)
    }

    #[test]
    fn japanese_is_spoken_where_the_browser_does_not_say() {
        assert_eq!(Lang::of_request(&HeaderMap::new()), Lang::Ja);
        assert_eq!(asked("fr, de;q=0.5"), Lang::Ja);
        assert_eq!(asked(""), Lang::Ja);
    }

    #[test]
    fn the_heavier_weight_wins_and_the_first_of_equals() {
        assert_eq!(asked("en-GB, ja;q=0.8"), Lang::En);
        assert_eq!(asked("ja;q=0.3, en;q=0.9"), Lang::En);
        assert_eq!(asked("ja, en"), Lang::Ja);
        assert_eq!(asked("en;q=0, ja;q=0.1"), Lang::Ja);
        assert_eq!(asked("en;q=nonsense"), Lang::Ja);
    }

    #[test]
    fn a_text_speaks_both_languages() {
        let text = Text::new("はい", "Yes");
        assert_eq!(Lang::ALL.map(|lang| text.of(lang)), ["はい", "Yes"]);
    }
}
