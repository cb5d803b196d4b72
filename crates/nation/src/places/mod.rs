//! Where people live: prefecture, municipality, town, number, and how registers write it.

mod table;

use crate::dice::Dice;

/// A municipality and the body that insures its residents.
pub(crate) struct Municipality {
    /// 1–47.
    pub(crate) prefecture: u8,
    /// With the district of a county or the ward of a large city, as in addresses.
    pub(crate) name: String,
    /// The municipality itself, as in the name of its insurer: `札幌市`, not `札幌市中央区`.
    pub(crate) body: String,
    postal_prefix: String,
}

/// A home. Text is made when a row is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    pub(crate) municipality: u16,
    town: u8,
    chome: u8,
    block: u8,
    number: u8,
    /// 0 = a house of its own; otherwise the room, and the house by its remainder.
    room: u16,
}

pub(crate) struct Places {
    pub(crate) prefectures: Vec<String>,
    pub(crate) municipalities: Vec<Municipality>,
    /// Municipalities of a prefecture, which follow each other.
    ranges: Vec<std::ops::Range<u16>>,
    /// Each prefecture as often as its weight says.
    lottery: Vec<u8>,
}

impl Places {
    pub(crate) fn load() -> Places {
        let mut places =
            Places { prefectures: Vec::new(), municipalities: Vec::new(), ranges: Vec::new(), lottery: Vec::new() };
        for line in table::PREFECTURES.lines() {
            let mut parts = line.split('|');
            let (Some(name), Some(weight), Some(list)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            places.prefectures.push(name.to_owned());
            let prefecture = places.prefectures.len() as u8;
            let start = places.municipalities.len() as u16;
            for (name, postal_prefix) in list.split(' ').filter_map(|entry| entry.split_once(':')) {
                places.municipalities.push(Municipality {
                    prefecture,
                    name: name.to_owned(),
                    body: body_of(name),
                    postal_prefix: postal_prefix.to_owned(),
                });
            }
            places.ranges.push(start..places.municipalities.len() as u16);
            places.lottery.extend(std::iter::repeat_n(prefecture, weight.parse().unwrap_or(1)));
        }
        places
    }

    pub(crate) fn prefecture_name(&self, prefecture: u8) -> &str {
        &self.prefectures[usize::from(prefecture) - 1]
    }

    pub(crate) fn roll_prefecture(&self, dice: &mut Dice) -> u8 {
        *dice.pick(&self.lottery)
    }

    pub(crate) fn municipalities_of(&self, prefecture: u8) -> std::ops::Range<u16> {
        self.ranges[usize::from(prefecture) - 1].clone()
    }

    pub(crate) fn home_in(&self, dice: &mut Dice, prefecture: u8) -> Home {
        let range = self.municipalities_of(prefecture);
        let municipality = range.start + dice.leaning(range.len()) as u16;
        Home {
            municipality,
            town: dice.index(table::TOWNS.len()) as u8,
            chome: 1 + dice.below(8) as u8,
            block: 1 + dice.below(40) as u8,
            number: 1 + dice.below(30) as u8,
            room: if dice.permille(300) { 101 + dice.below(900) as u16 } else { 0 },
        }
    }

    /// A home in another municipality, of the same prefecture if it has another one.
    pub(crate) fn home_elsewhere(&self, dice: &mut Dice, from: Home) -> Home {
        let prefecture = self.municipalities[usize::from(from.municipality)].prefecture;
        let same_prefecture = dice.permille(600);
        loop {
            let other = if same_prefecture { prefecture } else { self.roll_prefecture(dice) };
            let home = self.home_in(dice, other);
            if home.municipality != from.municipality {
                return home;
            }
        }
    }

    pub(crate) fn municipality_of(&self, home: Home) -> &Municipality {
        &self.municipalities[usize::from(home.municipality)]
    }

    /// 住所. Style 0 is the register's; 1 hyphens in full width, 2 in half width, 3 without the prefecture.
    pub(crate) fn push_address(&self, out: &mut String, home: Home, style: u8) {
        let municipality = self.municipality_of(home);
        if style != 3 {
            out.push_str(self.prefecture_name(municipality.prefecture));
        }
        out.push_str(&municipality.name);
        out.push_str(table::TOWNS[usize::from(home.town)]);
        let numbers = [home.chome, home.block, home.number];
        match style {
            0 => {
                for (number, unit) in numbers.into_iter().zip(["丁目", "番", "号"]) {
                    push_full_width(out, u32::from(number));
                    out.push_str(unit);
                }
            }
            1 => push_joined(out, numbers, "－", push_full_width),
            _ => push_joined(out, numbers, "-", push_plain),
        }
        if home.room != 0 {
            out.push_str(if style == 0 { "\u{3000}" } else { " " });
            out.push_str(table::HOUSES[usize::from(home.room) % table::HOUSES.len()]);
            if style < 2 {
                push_full_width(out, u32::from(home.room));
                out.push('号');
            } else {
                push_plain(out, u32::from(home.room));
            }
        }
    }

    /// 郵便番号, `123-4567`.
    pub(crate) fn push_postal_code(&self, out: &mut String, home: Home) {
        out.push_str(&self.municipality_of(home).postal_prefix);
        out.push_str("-00");
        let town = home.town;
        out.push(char::from(b'0' + town / 10));
        out.push(char::from(b'0' + town % 10));
    }
}

/// `札幌市` of `札幌市中央区`, `倶知安町` of `虻田郡倶知安町`.
fn body_of(name: &str) -> String {
    let after_county = name.split_once('郡').map_or(name, |(_, rest)| rest);
    match (after_county.ends_with('区'), after_county.find('市')) {
        (true, Some(at)) => after_county[..at + '市'.len_utf8()].to_owned(),
        _ => after_county.to_owned(),
    }
}

fn push_joined(out: &mut String, numbers: [u8; 3], joint: &str, push: impl Fn(&mut String, u32)) {
    for (place, number) in numbers.into_iter().enumerate() {
        if place > 0 {
            out.push_str(joint);
        }
        push(out, u32::from(number));
    }
}

fn push_plain(out: &mut String, number: u32) {
    if number >= 10 {
        push_plain(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

fn push_full_width(out: &mut String, number: u32) {
    const DIGITS: [char; 10] = ['０', '１', '２', '３', '４', '５', '６', '７', '８', '９'];
    if number >= 10 {
        push_full_width(out, number / 10);
    }
    out.push(DIGITS[(number % 10) as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_47_prefectures_have_several_municipalities_with_a_postal_prefix() {
        let places = Places::load();
        assert_eq!(places.prefectures.len(), 47);
        for prefecture in 1..=47 {
            assert!(places.municipalities_of(prefecture).len() >= 3, "{prefecture}");
        }
        assert!(places.municipalities.iter().all(|place| place.postal_prefix.len() == 3));
    }

    #[test]
    fn a_ward_of_a_large_city_is_insured_by_the_city_and_a_ward_of_tokyo_by_itself() {
        assert_eq!(body_of("札幌市中央区"), "札幌市");
        assert_eq!(body_of("世田谷区"), "世田谷区");
        assert_eq!(body_of("四日市市"), "四日市市");
        assert_eq!(body_of("虻田郡倶知安町"), "倶知安町");
    }

    #[test]
    fn an_address_is_written_in_four_ways() {
        let places = Places::load();
        let home = Home { municipality: 0, town: 0, chome: 3, block: 12, number: 4, room: 101 };
        let mut texts = [0, 1, 2, 3].map(|style| {
            let mut text = String::new();
            places.push_address(&mut text, home, style);
            text
        });
        assert_eq!(texts[0], "北海道札幌市中央区本町３丁目１２番４号\u{3000}サンライズ中央１０１号");
        texts.sort();
        assert!(texts.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
