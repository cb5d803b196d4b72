//! Whom a search by name finds: which searches are specific enough to be made, and which person of the register fits one.
//!
//! A search is always for one person, never for a list: it names birth date, sex, and the whole name, its kana or the
//! address. Everything that is given has to fit. People and registers write the same in many ways, so folded forms are
//! compared; the person who is found is shown as registered.

use unicode_normalization::UnicodeNormalization;

use crate::code::Sex;
use crate::eligibility::PersonId;
use crate::limits::{
    ADDRESS_CHARS_MAX, NAME_CHARS_MAX, PERSON_CANDIDATES_MAX, SEARCH_REASON_CHARS_MAX, SEARCH_REASON_CHARS_MIN,
};
use crate::prefecture::Prefecture;
use crate::query::{Field, UnreadableField};
use crate::{Coverage, Date, Person, RegistrationStatus, date, text};

/// Writes a text in the characters that everybody types: 髙 as 高, 葛 with a variation selector as 葛. It is an argument,
/// because the tables for it live where character sets are (`wire::text::common`).
pub type Common = fn(&str) -> String;

/// The texts of a search as they were typed.
#[derive(Clone, Copy, Default)]
pub struct RawSearch<'a> {
    /// 氏名
    pub name: &'a str,
    /// 氏名カナ
    pub name_kana: &'a str,
    /// 生年月日
    pub birthdate: &'a str,
    /// 性別1
    pub sex1: &'a str,
    /// 住所
    pub address: &'a str,
    /// Why, in the words of staff.
    pub reason: &'a str,
}

/// A search that is specific enough to be made. `Debug` is blank: it names a person.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonSearch {
    birthdate: Date,
    sex: Sex,
    /// Folded; empty where not given, as the next two.
    name: String,
    kana: String,
    address: Address,
    reason: String,
}

impl std::fmt::Debug for PersonSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonSearch(…)")
    }
}

impl PersonSearch {
    /// Reads a search and tells about every field that cannot be read or is missing.
    ///
    /// # Errors
    /// The fields, in the order of the form; never empty.
    pub fn parse(raw: &RawSearch<'_>, common: Common) -> Result<Self, Vec<UnreadableField>> {
        let mut bad = Vec::new();
        let mut wrong = |field, code| bad.push(UnreadableField { field, code });
        let bounded = |raw: &str, most| raw.chars().nth(most).is_none();
        let (mut name, mut kana, mut address) = (String::new(), String::new(), Address::default());
        if bounded(raw.name, NAME_CHARS_MAX) {
            name = canonical_name(raw.name, common);
        } else {
            wrong(Field::Name, "length");
        }
        if bounded(raw.name_kana, NAME_CHARS_MAX) {
            kana = text::canonical_kana(raw.name_kana);
        } else {
            wrong(Field::NameKana, "length");
        }
        let birthdate = date::parse(raw.birthdate).map_err(|error| wrong(Field::Birthdate, error.code())).ok();
        let sex = Sex::parse(&raw.sex1.nfkc().collect::<String>()).ok();
        if sex.is_none() {
            wrong(Field::Sex1, if raw.sex1.trim().is_empty() { "empty" } else { "value" });
        }
        if bounded(raw.address, ADDRESS_CHARS_MAX) {
            address = Address::read(raw.address, common);
        } else {
            wrong(Field::Address, "length");
        }
        if !address.is_empty() && !address.names_a_municipality() {
            wrong(Field::Address, "municipality");
        }
        if name.is_empty()
            && kana.is_empty()
            && address.is_empty()
            && !bad_is_about(&bad, &[Field::Name, Field::NameKana, Field::Address])
        {
            bad.push(UnreadableField { field: Field::NameKana, code: "one_of" });
        }
        let reason = read_reason(raw.reason).map_err(|field| bad.push(field)).ok();
        match (birthdate, sex, reason) {
            (Some(birthdate), Some(sex), Some(reason)) if bad.is_empty() => {
                Ok(Self { birthdate, sex, name, kana, address, reason })
            }
            _ => Err(bad),
        }
    }

    /// 生年月日: what candidates are looked up by.
    pub const fn birthdate(&self) -> Date {
        self.birthdate
    }

    /// Why, in the words of staff.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The one way to write a search: what the access event's query hash covers. Lines: birth date, sex, name, kana,
    /// address, reason.
    pub fn canonical(&self) -> String {
        let born = date::format(self.birthdate);
        let address = self.address.canonical();
        [&born, self.sex.code(), &self.name, &self.kana, &address, &self.reason].join("\n")
    }

    /// Whether everything that is given fits a person as registered. A register that knows no sex fits either.
    pub fn fits(&self, person: &Person, common: Common) -> bool {
        self.birthdate == person.birthdate
            && self.fits_sex(person)
            && (self.kana.is_empty() || self.fits_kana(person))
            && (self.name.is_empty() || self.fits_name(person, common))
            && (self.address.is_empty() || self.fits_address(person, common))
    }

    fn fits_sex(&self, person: &Person) -> bool {
        [Some(person.sex1), person.sex2].into_iter().flatten().any(|sex| sex == self.sex || sex == Sex::Unset)
    }

    fn fits_kana(&self, person: &Person) -> bool {
        let registered = [&person.name_kana, &person.name_of_other_kana];
        registered.into_iter().flatten().any(|kana| text::canonical_kana(kana) == self.kana)
    }

    fn fits_name(&self, person: &Person, common: Common) -> bool {
        let registered = [Some(&person.name), person.name_of_other.as_ref()];
        registered.into_iter().flatten().any(|name| canonical_name(name, common) == self.name)
    }

    fn fits_address(&self, person: &Person, common: Common) -> bool {
        person.address.as_deref().is_some_and(|registered| Address::read(registered, common).is_one_with(&self.address))
    }
}

fn bad_is_about(bad: &[UnreadableField], fields: &[Field]) -> bool {
    bad.iter().any(|wrong| fields.contains(&wrong.field))
}

/// Reads why somebody is searched for, or why an institution asks to search: words that a person will read later.
///
/// # Errors
/// Empty, shorter than [`SEARCH_REASON_CHARS_MIN`], longer than [`SEARCH_REASON_CHARS_MAX`], or control characters.
pub fn read_reason(raw: &str) -> Result<String, UnreadableField> {
    let wrong = |code| UnreadableField { field: Field::SearchReason, code };
    let reason = raw.trim();
    if reason.is_empty() {
        return Err(wrong("empty"));
    }
    if reason.chars().any(char::is_control) {
        return Err(wrong("character"));
    }
    match reason.chars().take(SEARCH_REASON_CHARS_MAX + 1).count() {
        SEARCH_REASON_CHARS_MIN..=SEARCH_REASON_CHARS_MAX => Ok(reason.to_owned()),
        short if short < SEARCH_REASON_CHARS_MIN => Err(wrong("too_short")),
        _ => Err(wrong("length")),
    }
}

/// The form of a name in which spellings of it are equal.
fn canonical_name(raw: &str, common: Common) -> String {
    let kept = |c: &char| !c.is_whitespace() && !text::is_hyphen_like(*c) && !text::is_variation_selector(*c);
    common(raw).nfkc().filter(kept).flat_map(char::to_uppercase).collect()
}

/// An address in the form in which spellings of it are equal.
#[derive(Clone, PartialEq, Eq, Default)]
struct Address {
    prefecture: Option<Prefecture>,
    /// Without prefecture and white space; `３丁目１２番４号` and `３－１２－４` are both `3-12-4`.
    rest: String,
}

impl Address {
    fn read(raw: &str, common: Common) -> Self {
        let folded = text::folded(&common(raw));
        let (prefecture, rest) = Prefecture::split(&folded);
        Self { prefecture, rest: joined_numbers(rest) }
    }

    fn is_empty(&self) -> bool {
        self.prefecture.is_none() && self.rest.is_empty()
    }

    fn names_a_municipality(&self) -> bool {
        // A name before the sign: the sign alone names nothing.
        self.rest.char_indices().any(|(at, c)| at > 0 && text::MUNICIPALITY_ENDS.contains(&c))
    }

    fn canonical(&self) -> String {
        format!("{}{}", self.prefecture.map_or("", Prefecture::name), self.rest)
    }

    /// Whether one is the beginning of the other: people leave out the room, and registers the house.
    fn is_one_with(&self, typed: &Self) -> bool {
        let prefecture = match (self.prefecture, typed.prefecture) {
            (Some(registered), Some(typed)) => registered == typed,
            _ => true,
        };
        let (short, long) =
            if self.rest.len() < typed.rest.len() { (&self.rest, &typed.rest) } else { (&typed.rest, &self.rest) };
        let goes_on = long.strip_prefix(short.as_str());
        // 1-1 is not the beginning of 1-12.
        let splits_a_number = |rest: &str| {
            short.ends_with(|c: char| c.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_digit())
        };
        prefecture && self.names_a_municipality() && goes_on.is_some_and(|rest| !splits_a_number(rest))
    }
}

/// `三丁目１２番地の４` and `3－12－4` as `3-12-4`.
fn joined_numbers(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut rest = address;
    while let Some(c) = rest.chars().next() {
        let joint =
            ["丁目", "番地の", "番地", "番", "号室", "号", "の"].into_iter().find(|joint| rest.starts_with(joint));
        if let Some(joint) = joint.filter(|_| out.ends_with(|c: char| c.is_ascii_digit())) {
            rest = &rest[joint.len()..];
            out.push('-');
        } else if let Some((number, used)) = kanji_number_before_chome(rest) {
            out.push_str(&number.to_string());
            rest = &rest[used..];
        } else {
            // A long vowel in the name of a house is no hyphen; behind a number it is one.
            let is_joint = text::is_hyphen_like(c) && (c == '-' || out.ends_with(|c: char| c.is_ascii_digit()));
            out.push(if is_joint { '-' } else { c });
            rest = &rest[c.len_utf8()..];
        }
    }
    // A joint that joins nothing is none: before a word, or at the end.
    let mut joined = String::with_capacity(out.len());
    let mut chars = out.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '-' || chars.peek().is_some_and(char::is_ascii_digit) {
            joined.push(c);
        }
    }
    joined
}

/// 三 of 三丁目 with its length in bytes, up to 九十九.
fn kanji_number_before_chome(text: &str) -> Option<(u32, usize)> {
    const DIGITS: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let end = text.find("丁目").filter(|end| (3..=9).contains(end))?;
    let digit = |c: char| DIGITS.iter().position(|d| *d == c).and_then(|at| u32::try_from(at + 1).ok());
    let number = match text[..end].chars().collect::<Vec<_>>().as_slice() {
        ['十'] => 10,
        [ones] => digit(*ones)?,
        ['十', ones] => 10 + digit(*ones)?,
        [tens, '十'] => 10 * digit(*tens)?,
        [tens, '十', ones] => 10 * digit(*tens)? + digit(*ones)?,
        _ => return None,
    };
    Some((number, end))
}

/// What came of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOutcome {
    /// One person fits.
    Found,
    /// A few persons fit; staff tell them apart.
    Several,
    /// Nobody fits.
    NotFound,
    /// More fit than may be shown: say more.
    TooMany,
}

impl SearchOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Found, Self::Several, Self::NotFound, Self::TooMany];

    /// The stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Several => "several",
            Self::NotFound => "not_found",
            Self::TooMany => "too_many",
        }
    }

    /// Reads a stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// Those whom a search found, and may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// What came of it.
    pub outcome: SearchOutcome,
    /// The persons, each once, in order of their ids; none where there are too many.
    pub persons: Vec<PersonId>,
}

/// Whom a search finds among coverages of people of its birth date. A coverage that was registered by mistake finds nobody.
/// `is_all` says that no coverage was left out; otherwise more may fit than is known, and nothing is shown.
pub fn find<'a>(
    search: &PersonSearch,
    born: impl Iterator<Item = (PersonId, &'a Coverage)>,
    is_all: bool,
    common: Common,
) -> Candidates {
    let mut persons: Vec<PersonId> = born
        .filter(|(_, coverage)| coverage.registration_status != RegistrationStatus::Deleted)
        .filter(|(_, coverage)| search.fits(&coverage.person, common))
        .map(|(person, _)| person)
        .collect();
    persons.sort_unstable();
    persons.dedup();
    let outcome = match persons.len() {
        _ if !is_all => SearchOutcome::TooMany,
        0 => SearchOutcome::NotFound,
        1 => SearchOutcome::Found,
        2..=PERSON_CANDIDATES_MAX => SearchOutcome::Several,
        _ => SearchOutcome::TooMany,
    };
    if outcome == SearchOutcome::TooMany {
        persons.clear();
    }
    Candidates { outcome, persons }
}
