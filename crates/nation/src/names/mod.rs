//! Names of people and how registers write them.
//!
//! A person's name is held as a few small numbers ([`PersonName`]) and becomes text only when a row is written. The same
//! person is written differently by different registers: another form of a kanji, another kind of space, a maiden name,
//! half-width or full-width readings. That is what the matching of five items has to live with.

mod foreign;
mod given;
mod surnames;

use crate::day::Day;
use crate::dice::Dice;

/// No entry: no variant, no alias, no maiden name.
const NONE: u16 = u16::MAX;
/// Foreign residents among households, per thousand.
const FOREIGN_PERMILLE: u32 = 28;
/// Families with a name of several forms that hold one of the rarer ones, per thousand.
const VARIANT_PERMILLE: u32 = 380;
const FOREIGN_PARTS_MAX: usize = 4;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sex {
    Male,
    Female,
}

impl Sex {
    /// OQSCD007.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Sex::Male => "1",
            Sex::Female => "2",
        }
    }
}

/// What a family shares: its name, and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FamilyName {
    Japanese { surname: u16, variant: u16 },
    Foreign { origin: u8, family: u8 },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PersonName {
    Japanese { surname: u16, variant: u16, given: u16, maiden: u16 },
    Foreign { origin: u8, family: u8, given: [u8; FOREIGN_PARTS_MAX], alias_surname: u16, alias_given: u16 },
}

/// How one register writes a name and an address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form(pub(crate) u8);

impl Form {
    const SPACING: u8 = 0b11;
    const STANDARD_KANJI: u8 = 0b100;
    const MAIDEN: u8 = 0b1000;
    const ADDRESS: u8 = 0b11_0000;

    /// The residents register: legal form, full-width space.
    pub(crate) const REGISTER: Form = Form(0);

    pub(crate) fn roll(dice: &mut Dice) -> Form {
        let spacing = [0, 0, 0, 0, 0, 1, 2, 0][dice.index(8)];
        let kanji = if dice.permille(450) { Self::STANDARD_KANJI } else { 0 };
        Form(spacing | kanji | (dice.below(4) as u8) << 4)
    }

    pub(crate) fn with_maiden_name(self) -> Form {
        Form(self.0 | Self::MAIDEN)
    }

    /// The name as the law holds it, or as it was before marriage where this register knows no other.
    pub(crate) fn as_registered(self) -> Form {
        Form(self.0 & Self::MAIDEN)
    }

    pub(crate) fn address_style(self) -> u8 {
        (self.0 & Self::ADDRESS) >> 4
    }

    fn space(self) -> &'static str {
        match self.0 & Self::SPACING {
            1 => " ",
            2 => "",
            _ => "\u{3000}",
        }
    }
}

struct Entry {
    text: String,
    kana: String,
    half_kana: String,
}

struct OriginNames {
    families: Vec<Entry>,
    men: Vec<Entry>,
    women: Vec<Entry>,
    given_parts_max: u8,
    kanji: bool,
}

/// The tables of names, ready for use.
pub(crate) struct Names {
    surnames: Vec<Entry>,
    variants: Vec<&'static [&'static str]>,
    given: Vec<Entry>,
    given_ranges: [std::ops::Range<usize>; 6],
    origins: Vec<OriginNames>,
}

impl Names {
    pub(crate) fn load() -> Names {
        let surnames = entries(surnames::SURNAMES);
        let variants = surnames
            .iter()
            .map(|entry| {
                surnames::VARIANTS.iter().find(|(standard, _)| *standard == entry.text).map_or(&[][..], |found| found.1)
            })
            .collect();
        let lists = [
            given::MEN_OLD,
            given::MEN_MIDDLE,
            given::MEN_NEW,
            given::WOMEN_OLD,
            given::WOMEN_MIDDLE,
            given::WOMEN_NEW,
        ];
        let mut all = Vec::new();
        let given_ranges = lists.map(|list| {
            let start = all.len();
            all.extend(entries(list));
            start..all.len()
        });
        let origins = foreign::ORIGINS
            .iter()
            .map(|origin| OriginNames {
                families: entries(origin.families),
                men: entries(origin.men),
                women: entries(origin.women),
                given_parts_max: origin.given_parts_max,
                kanji: origin.kanji,
            })
            .collect();
        Names { surnames, variants, given: all, given_ranges, origins }
    }

    pub(crate) fn family(&self, dice: &mut Dice) -> FamilyName {
        if dice.permille(FOREIGN_PERMILLE) {
            let origin = dice.index(self.origins.len());
            let family = dice.index(self.origins[origin].families.len());
            return FamilyName::Foreign { origin: origin as u8, family: family as u8 };
        }
        let surname = dice.leaning(self.surnames.len());
        let variants = self.variants[surname];
        let variant = if !variants.is_empty() && dice.permille(VARIANT_PERMILLE) {
            dice.index(variants.len()) as u16
        } else {
            NONE
        };
        FamilyName::Japanese { surname: surname as u16, variant }
    }

    /// A Japanese family by its name as the law holds it.
    pub(crate) fn family_called(&self, legal: &str) -> Option<FamilyName> {
        self.surnames.iter().enumerate().find_map(|(surname, entry)| {
            let variant = if entry.text == legal {
                NONE
            } else {
                self.variants[surname].iter().position(|variant| *variant == legal)? as u16
            };
            Some(FamilyName::Japanese { surname: surname as u16, variant })
        })
    }

    pub(crate) fn person(&self, dice: &mut Dice, family: FamilyName, sex: Sex, birth: Day) -> PersonName {
        match family {
            FamilyName::Japanese { surname, variant } => {
                PersonName::Japanese { surname, variant, given: self.given_name(dice, sex, birth), maiden: NONE }
            }
            FamilyName::Foreign { origin, family } => self.foreigner(dice, origin, family, sex, birth),
        }
    }

    fn foreigner(&self, dice: &mut Dice, origin: u8, family: u8, sex: Sex, birth: Day) -> PersonName {
        let names = &self.origins[usize::from(origin)];
        // The given parts of both sexes are numbered through, the men's first.
        let (base, len) = if sex == Sex::Male { (0, names.men.len()) } else { (names.men.len(), names.women.len()) };
        let parts = 1 + dice.index(usize::from(names.given_parts_max));
        let mut given = [u8::MAX; FOREIGN_PARTS_MAX];
        let first = dice.index(len);
        for (place, slot) in given.iter_mut().take(parts).enumerate() {
            *slot = (base + (first + place) % len) as u8;
        }
        let has_alias = dice.permille(if names.kanji { 550 } else { 120 });
        let (alias_surname, alias_given) = if has_alias {
            (dice.leaning(self.surnames.len()) as u16, self.given_name(dice, sex, birth))
        } else {
            (NONE, NONE)
        };
        PersonName::Foreign { origin, family, given, alias_surname, alias_given }
    }

    /// A family from where names are longest.
    pub(crate) fn family_with_long_names(&self) -> FamilyName {
        let longest = (0..self.origins.len()).max_by_key(|origin| self.origins[*origin].given_parts_max).unwrap_or(0);
        FamilyName::Foreign { origin: longest as u8, family: 1 }
    }

    /// A woman's name of all the parts it can have, with a 通称.
    pub(crate) fn long_name(&self, dice: &mut Dice, family: FamilyName, birth: Day) -> PersonName {
        let FamilyName::Foreign { origin, family: family_part } = family else {
            return self.person(dice, family, Sex::Female, birth);
        };
        let names = &self.origins[usize::from(origin)];
        let mut given = [u8::MAX; FOREIGN_PARTS_MAX];
        for (place, slot) in given.iter_mut().take(usize::from(names.given_parts_max)).enumerate() {
            *slot = (names.men.len() + place) as u8;
        }
        let alias_given = self.given_name(dice, Sex::Female, birth);
        PersonName::Foreign { origin, family: family_part, given, alias_surname: 5, alias_given }
    }

    /// The same person with another family name before marriage.
    pub(crate) fn with_maiden_name(&self, dice: &mut Dice, name: PersonName) -> PersonName {
        match name {
            PersonName::Japanese { surname, variant, given, .. } => {
                PersonName::Japanese { surname, variant, given, maiden: dice.leaning(self.surnames.len()) as u16 }
            }
            PersonName::Foreign { .. } => name,
        }
    }

    fn given_name(&self, dice: &mut Dice, sex: Sex, birth: Day) -> u16 {
        let time = match birth.year() {
            ..1955 => 0,
            1955..1990 => 1,
            _ => 2,
        };
        let range = &self.given_ranges[time + if sex == Sex::Male { 0 } else { 3 }];
        (range.start + dice.leaning(range.len())) as u16
    }

    /// 氏名 as this register writes it.
    pub(crate) fn push_name(&self, out: &mut String, name: PersonName, form: Form) {
        match name {
            PersonName::Japanese { surname, variant, given, maiden } => {
                let maiden_used = maiden != NONE && form.0 & Form::MAIDEN != 0;
                let surname = usize::from(if maiden_used { maiden } else { surname });
                if variant == NONE || maiden_used || form.0 & Form::STANDARD_KANJI != 0 {
                    out.push_str(&self.surnames[surname].text);
                } else {
                    out.push_str(self.variants[surname][usize::from(variant)]);
                }
                out.push_str(form.space());
                out.push_str(&self.given[usize::from(given)].text);
            }
            PersonName::Foreign { origin, family, given, .. } => {
                let names = &self.origins[usize::from(origin)];
                let space = if names.kanji { form.space() } else { " " };
                out.push_str(&names.families[usize::from(family)].text);
                for part in given_parts(names, given) {
                    out.push_str(space);
                    out.push_str(&part.text);
                }
            }
        }
    }

    /// 氏名カナ, half-width with a half-width space, or full-width with a full-width space.
    pub(crate) fn push_kana(&self, out: &mut String, name: PersonName, form: Form, half: bool) {
        let space = if half { ' ' } else { '\u{3000}' };
        let reading = |entry: &Entry, out: &mut String| out.push_str(if half { &entry.half_kana } else { &entry.kana });
        match name {
            PersonName::Japanese { surname, given, maiden, .. } => {
                let maiden_used = maiden != NONE && form.0 & Form::MAIDEN != 0;
                reading(&self.surnames[usize::from(if maiden_used { maiden } else { surname })], out);
                out.push(space);
                reading(&self.given[usize::from(given)], out);
            }
            PersonName::Foreign { origin, family, given, .. } => {
                let names = &self.origins[usize::from(origin)];
                reading(&names.families[usize::from(family)], out);
                for part in given_parts(names, given) {
                    out.push(space);
                    reading(part, out);
                }
            }
        }
    }

    /// 通称, if the person has one: text into `out`, half-width reading into `kana`.
    pub(crate) fn push_alias(&self, out: &mut String, kana: &mut String, name: PersonName) {
        let PersonName::Foreign { alias_surname, alias_given, .. } = name else {
            return;
        };
        if alias_surname == NONE {
            return;
        }
        let (surname, given) = (&self.surnames[usize::from(alias_surname)], &self.given[usize::from(alias_given)]);
        out.push_str(&surname.text);
        out.push('\u{3000}');
        out.push_str(&given.text);
        kana.push_str(&surname.half_kana);
        kana.push(' ');
        kana.push_str(&given.half_kana);
    }
}

/// The given parts of a foreign name.
fn given_parts(names: &OriginNames, given: [u8; FOREIGN_PARTS_MAX]) -> impl Iterator<Item = &Entry> {
    given.into_iter().take_while(|part| *part != u8::MAX).map(move |part| {
        let part = usize::from(part);
        if part < names.men.len() { &names.men[part] } else { &names.women[part - names.men.len()] }
    })
}

fn entries(list: &str) -> Vec<Entry> {
    list.split_whitespace()
        .filter_map(|entry| entry.split_once('/'))
        .map(|(text, kana)| Entry { text: text.replace('+', " "), kana: kana.to_owned(), half_kana: half_width(kana) })
        .collect()
}

/// Half-width katakana; voiced sounds become two characters.
fn half_width(kana: &str) -> String {
    const FULL: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー";
    const HALF: &str = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ";
    const VOICED: &str = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
    const VOICELESS: &str = "カキクケコサシスセソタチツテトハヒフヘホウ";
    let plain =
        |kana: char| FULL.chars().zip(HALF.chars()).find(|(full, _)| *full == kana).map_or(kana, |(_, half)| half);
    let mut out = String::new();
    for kana in kana.chars() {
        let mark = |from: &str, base: &str| from.chars().zip(base.chars()).find(|(v, _)| *v == kana).map(|(_, b)| b);
        if let Some(base) = mark(VOICED, VOICELESS) {
            out.extend([plain(base), 'ﾞ']);
        } else if let Some(base) = mark("パピプペポ", "ハヒフヘホ") {
            out.extend([plain(base), 'ﾟ']);
        } else {
            // Old kana have no half-width form of their own.
            out.push(plain(match kana {
                'ヱ' => 'エ',
                'ヰ' => 'イ',
                other => other,
            }));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_names_that_neighbours_are_rarely_called_the_same() {
        let names = Names::load();
        assert!(names.surnames.len() >= 150);
        let men: usize = names.given_ranges[..3].iter().map(ExactSizeIterator::len).sum();
        let women: usize = names.given_ranges[3..].iter().map(ExactSizeIterator::len).sum();
        assert!(men >= 150 && women >= 150, "{men} {women}");
    }

    #[test]
    fn every_form_of_a_name_belongs_to_a_name_of_the_list() {
        let names = Names::load();
        let used: usize = names.variants.iter().map(|variants| variants.len()).sum();
        let missing: Vec<_> = surnames::VARIANTS
            .iter()
            .filter(|(standard, _)| !names.surnames.iter().any(|entry| entry.text == *standard))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(used > 40);
    }

    #[test]
    fn half_width_readings_hold_no_full_width_katakana() {
        let names = Names::load();
        for entry in names.surnames.iter().chain(&names.given) {
            assert!(entry.half_kana.chars().all(|kana| ('ｦ'..='ﾟ').contains(&kana)), "{}", entry.half_kana);
        }
        assert_eq!(half_width("ワタナベ"), "ﾜﾀﾅﾍﾞ");
        assert_eq!(half_width("キッペイ"), "ｷｯﾍﾟｲ");
    }
}
