//! Insurers of every kind, each with a valid number, a name and its own style of cards.

use crate::card::{CardStyle, Number, Symbol};
use crate::check_digit;
use crate::dice::{Dice, Stream};
use crate::places::Places;

/// The scheme an insurer belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum InsurerKind {
    /// 協会けんぽ (01).
    Kyokai,
    /// 船員保険 (02).
    Seamen,
    /// 健康保険組合 (06).
    Union,
    /// 自衛官等 (07).
    SelfDefence,
    /// 国家公務員共済組合 (31).
    MutualNational,
    /// 地方公務員等共済組合 (32).
    MutualLocal,
    /// 警察共済組合 (33).
    MutualPolice,
    /// 公立学校・私立学校共済 (34).
    MutualSchool,
    /// 後期高齢者医療広域連合 (39).
    LateElderly,
    /// 市町村国保 (six digits).
    NationalHealth,
    /// 国保組合 (six digits, 301 and above).
    NationalHealthUnion,
    /// 特例退職 of a 健保組合 (63).
    RetiredUnion,
    /// 特例退職 of a 共済組合 (72–75).
    RetiredMutual,
    /// 国保退職 (67), ended.
    RetiredNational,
    /// 医療扶助 (12): a welfare office.
    PublicAssistance,
}

impl InsurerKind {
    /// Every kind there is.
    pub const ALL: [InsurerKind; 15] = [
        InsurerKind::Kyokai,
        InsurerKind::Seamen,
        InsurerKind::Union,
        InsurerKind::SelfDefence,
        InsurerKind::MutualNational,
        InsurerKind::MutualLocal,
        InsurerKind::MutualPolice,
        InsurerKind::MutualSchool,
        InsurerKind::LateElderly,
        InsurerKind::NationalHealth,
        InsurerKind::NationalHealthUnion,
        InsurerKind::RetiredUnion,
        InsurerKind::RetiredMutual,
        InsurerKind::RetiredNational,
        InsurerKind::PublicAssistance,
    ];

    /// The word in the column `Kind` of `insurers.csv`.
    pub fn word(self) -> &'static str {
        match self {
            InsurerKind::Kyokai => "kyokai",
            InsurerKind::Seamen => "seamen",
            InsurerKind::Union => "union",
            InsurerKind::SelfDefence => "self_defence",
            InsurerKind::MutualNational => "mutual_national",
            InsurerKind::MutualLocal => "mutual_local",
            InsurerKind::MutualPolice => "mutual_police",
            InsurerKind::MutualSchool => "mutual_school",
            InsurerKind::LateElderly => "late_elderly",
            InsurerKind::NationalHealth => "national_health",
            InsurerKind::NationalHealthUnion => "national_health_union",
            InsurerKind::RetiredUnion => "retired_union",
            InsurerKind::RetiredMutual => "retired_mutual",
            InsurerKind::RetiredNational => "retired_national",
            InsurerKind::PublicAssistance => "public_assistance",
        }
    }
}

pub(crate) struct Insurer {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) kind: InsurerKind,
    pub(crate) style: CardStyle,
    /// 1–47.
    pub(crate) prefecture: u8,
    /// Of those that belong to one municipality.
    pub(crate) municipality: Option<u16>,
}

pub(crate) struct Insurers {
    pub(crate) all: Vec<Insurer>,
    /// Cards issued so far, by insurer.
    issued: Vec<u32>,
    by_kind: Vec<Vec<u16>>,
    /// Three-digit numbers given so far, by the digits before them.
    serials: std::collections::BTreeMap<String, u32>,
    dice: Dice,
}

impl Insurers {
    pub(crate) fn build(seed: u64, places: &Places) -> Insurers {
        let mut insurers = Insurers {
            all: Vec::new(),
            issued: Vec::new(),
            by_kind: vec![Vec::new(); InsurerKind::ALL.len()],
            serials: std::collections::BTreeMap::new(),
            dice: Dice::new(seed, Stream::Insurers),
        };
        for prefecture in 1..=47 {
            insurers.add_prefecture(places, prefecture);
        }
        insurers.add_national_bodies();
        let all = &insurers.all;
        for kind in &mut insurers.by_kind {
            kind.sort_by_key(|insurer| all[usize::from(*insurer)].prefecture);
        }
        insurers
    }

    fn add_prefecture(&mut self, places: &Places, prefecture: u8) {
        let name = places.prefecture_name(prefecture).to_owned();
        let short = name.trim_end_matches(['県', '府']).trim_end_matches("都");
        let short = if short == "京" { "京都" } else { short };
        self.add(InsurerKind::Kyokai, "01", prefecture, format!("全国健康保険協会{short}支部"), None);
        self.add(InsurerKind::MutualLocal, "32", prefecture, format!("{name}職員共済組合"), None);
        self.add(InsurerKind::MutualPolice, "33", prefecture, format!("警察共済組合{name}支部"), None);
        self.add(InsurerKind::MutualSchool, "34", prefecture, format!("公立学校共済組合{short}支部"), None);
        self.add(InsurerKind::LateElderly, "39", prefecture, format!("{name}後期高齢者医療広域連合"), None);
        for municipality in places.municipalities_of(prefecture) {
            let body = places.municipalities[usize::from(municipality)].body.clone();
            let of = Some(municipality);
            self.add(InsurerKind::RetiredNational, "67", prefecture, format!("{body}（退職者医療）"), of);
            self.add(InsurerKind::PublicAssistance, "12", prefecture, format!("{body}福祉事務所"), of);
            self.add(InsurerKind::NationalHealth, "", prefecture, body, of);
        }
        for trade in ["医師", "建設", "歯科医師", "土木建築", "食品"].iter().take(if prefecture == 13 { 5 } else { 2 })
        {
            let name = format!("{name}{trade}国民健康保険組合");
            self.add(InsurerKind::NationalHealthUnion, "", prefecture, name, None);
        }
        self.add_unions(prefecture, short);
    }

    fn add_unions(&mut self, prefecture: u8, place: &str) {
        const TRADES: [&str; 19] = [
            "機械",
            "電機",
            "化学",
            "鉄鋼",
            "製薬",
            "食品",
            "運輸",
            "倉庫",
            "印刷",
            "繊維",
            "百貨店",
            "信用金庫",
            "情報サービス",
            "自動車部品",
            "製紙",
            "ガス",
            "港湾",
            "農業機械",
            "光学",
        ];
        const LARGE: [u8; 5] = [13, 14, 23, 27, 28];
        let (count, first) = if prefecture == 13 {
            (19, 0)
        } else if LARGE.contains(&prefecture) {
            (9, self.dice.index(19))
        } else {
            (3, self.dice.index(19))
        };
        for place_in_list in 0..count {
            let trade = TRADES[(first + place_in_list) % TRADES.len()];
            self.add(InsurerKind::Union, "06", prefecture, format!("{place}{trade}健康保険組合"), None);
        }
    }

    fn add_national_bodies(&mut self) {
        self.add(InsurerKind::Seamen, "02", 13, "全国健康保険協会船員保険部".to_owned(), None);
        for (prefecture, corps) in
            [(1, "北部"), (4, "東北"), (13, "東部"), (14, "横須賀"), (28, "中部"), (40, "西部"), (47, "南西")]
        {
            self.add(InsurerKind::SelfDefence, "07", prefecture, format!("自衛隊{corps}地区会計隊"), None);
        }
        for ministry in ["内閣", "財務省", "文部科学省", "厚生労働省", "国土交通省", "農林水産省", "裁判所", "防衛省"]
        {
            self.add(InsurerKind::MutualNational, "31", 13, format!("{ministry}共済組合"), None);
        }
        self.add(InsurerKind::MutualSchool, "34", 13, "日本私立学校振興・共済事業団".to_owned(), None);
        for (prefecture, trade) in [(13, "電機"), (27, "化学"), (23, "自動車部品"), (14, "光学")] {
            self.add(InsurerKind::RetiredUnion, "63", prefecture, format!("{trade}健康保険組合（特例退職）"), None);
        }
        for (law, body) in [("72", "財務省"), ("73", "地方職員"), ("74", "警察"), ("75", "公立学校")] {
            self.add(InsurerKind::RetiredMutual, law, 13, format!("{body}共済組合（特例退職）"), None);
        }
    }

    fn add(&mut self, kind: InsurerKind, law: &str, prefecture: u8, name: String, municipality: Option<u16>) {
        let group = format!("{law}{prefecture:02}");
        let first = if kind == InsurerKind::NationalHealthUnion { 301 } else { 1 };
        let key = if first == 301 { format!("{group}+") } else { group.clone() };
        let serial = self.serials.entry(key).and_modify(|last| *last += 1).or_insert(first);
        let number = check_digit::with_mod10(format!("{group}{serial:03}"));
        let style = style(kind, prefecture, &mut self.dice);
        self.by_kind[kind as usize].push(self.all.len() as u16);
        self.all.push(Insurer { number, name, kind, style, prefecture, municipality });
        self.issued.push(0);
    }

    pub(crate) fn get(&self, insurer: u16) -> &Insurer {
        &self.all[usize::from(insurer)]
    }

    /// Symbol and number of a new card.
    pub(crate) fn issue(&mut self, insurer: u16) -> (u32, u32) {
        let nth = &mut self.issued[usize::from(insurer)];
        *nth += 1;
        self.all[usize::from(insurer)].style.issue(*nth - 1)
    }

    /// True if somebody has or had a card of this insurer.
    pub(crate) fn has_members(&self, insurer: u16) -> bool {
        self.issued[usize::from(insurer)] > 0
    }

    pub(crate) fn of_kind(&self, kind: InsurerKind) -> &[u16] {
        &self.by_kind[kind as usize]
    }

    /// An insurer of a kind that people in a prefecture would have: a local one where there is one.
    pub(crate) fn near(&self, dice: &mut Dice, kind: InsurerKind, prefecture: u8) -> u16 {
        let all = self.of_kind(kind);
        let start = all.partition_point(|insurer| self.get(*insurer).prefecture < prefecture);
        let local = all[start..].iter().take_while(|insurer| self.get(**insurer).prefecture == prefecture).count();
        // Unions and ministries insure people all over the country.
        let far = matches!(kind, InsurerKind::Union) && dice.permille(300);
        if local == 0 || far { *dice.pick(all) } else { all[start + dice.index(local)] }
    }

    /// The insurer of a municipality of a kind that every municipality has.
    pub(crate) fn of_municipality(&self, kind: InsurerKind, municipality: u16) -> u16 {
        let all = self.of_kind(kind);
        let place = all.partition_point(|insurer| self.get(*insurer).municipality < Some(municipality));
        all[place.min(all.len() - 1)]
    }
}

/// How a new insurer of a kind prints its cards.
fn style(kind: InsurerKind, prefecture: u8, dice: &mut Dice) -> CardStyle {
    let salt = dice.below(1_000_000_000);
    let first_branch = Some(u8::from(dice.permille(400)));
    let plain = |digits, width| Number { digits, width, full_width: false, joint: None, checked: false };
    let full = |digits, width, joint| Number { digits, width, full_width: true, joint, checked: false };
    let (symbol, number, first_branch) = match kind {
        InsurerKind::Kyokai => (Symbol::Employer { prefecture }, plain(4, 0), first_branch),
        InsurerKind::LateElderly => (Symbol::None, Number { checked: true, ..plain(7, 8) }, None),
        InsurerKind::PublicAssistance => (Symbol::None, Number { checked: true, ..plain(6, 7) }, None),
        InsurerKind::SelfDefence => (Symbol::Fixed("Ａ自"), full(6, 7, None), None),
        InsurerKind::Seamen => (office("船", 4, 500, true, None), full(6, 7, None), first_branch),
        InsurerKind::MutualNational => {
            (Symbol::Fixed(dice.word(&["公共", "ＭＯＦ", "省Ｂ", "国共１２"])), full(7, 8, None), first_branch)
        }
        InsurerKind::MutualLocal | InsurerKind::MutualPolice | InsurerKind::MutualSchool => {
            (Symbol::Fixed(dice.word(&["公立", "警察", "地共", "教・東", "Ｐ‐７"])), full(7, 8, None), first_branch)
        }
        InsurerKind::RetiredMutual => (Symbol::Fixed("特退"), full(6, 6, Some((3, '－'))), first_branch),
        InsurerKind::Union | InsurerKind::RetiredUnion => {
            let (symbol, number) = union_style(dice);
            (symbol, number, first_branch)
        }
        InsurerKind::NationalHealthUnion => {
            let symbol = office(dice.word(&["医国", "建", "歯国", "土", "食国"]), 3, 400, true, None);
            let number = if dice.permille(500) { full(6, 7, Some((3, '‐'))) } else { full(6, 7, None) };
            (symbol, number, first_branch)
        }
        InsurerKind::NationalHealth | InsurerKind::RetiredNational => {
            let (symbol, number) = municipal_style(dice);
            (symbol, number, first_branch)
        }
    };
    CardStyle { symbol, number, first_branch, salt }
}

fn office(prefix: &'static str, width: u8, offices: u32, full_width: bool, joint: Option<(u8, char)>) -> Symbol {
    Symbol::Office { prefix, width, offices, full_width, joint }
}

fn union_style(dice: &mut Dice) -> (Symbol, Number) {
    let number = |full_width, width, joint| Number { digits: 6, width, full_width, joint, checked: false };
    match dice.below(7) {
        0 => (office("", 2, 90, false, None), number(false, 0, None)),
        1 => (office("", 4, 900, false, Some((2, '-'))), number(false, 7, None)),
        2 => (office("", 4, 900, true, Some((2, '－'))), number(true, 7, None)),
        3 => (office("", 4, 900, true, Some((2, '・'))), number(true, 0, None)),
        4 => (office("サク", 2, 90, true, None), number(true, 8, None)),
        5 => (office("A", 3, 900, false, None), number(false, 8, Some((3, '-')))),
        _ => (office("", 5, 9000, false, None), number(false, 6, None)),
    }
}

fn municipal_style(dice: &mut Dice) -> (Symbol, Number) {
    let number = |full_width, width, joint| Number { digits: 7, width, full_width, joint, checked: false };
    match dice.below(7) {
        0 => (Symbol::None, number(false, 8, None)),
        1 => (Symbol::Fixed("国"), number(true, 8, None)),
        2 => (Symbol::Fixed("市国"), number(true, 8, None)),
        3 => (office("", 2, 30, false, None), number(false, 7, None)),
        4 => (Symbol::Fixed("2022"), number(false, 7, None)),
        5 => (office("国", 2, 30, true, None), number(true, 7, Some((3, '‐')))),
        _ => (office("", 3, 200, false, None), number(false, 8, Some((4, '-')))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_insurer_has_a_number_of_its_own_with_a_valid_check_digit() {
        let insurers = Insurers::build(1, &Places::load());
        let numbers: BTreeSet<_> = insurers.all.iter().map(|insurer| insurer.number.as_str()).collect();
        assert_eq!(numbers.len(), insurers.all.len());
        assert!(numbers.iter().all(|number| check_digit::mod10_holds(number)));
        assert!(numbers.iter().all(|number| number.len() == 8 || number.len() == 6));
        assert!(numbers.contains("01130012"), "協会けんぽ東京 is known");
    }

    #[test]
    fn every_kind_exists_and_its_number_says_so() {
        let insurers = Insurers::build(1, &Places::load());
        for kind in InsurerKind::ALL {
            assert!(!insurers.of_kind(kind).is_empty(), "{kind:?}");
        }
        let laws: BTreeSet<_> = insurers
            .all
            .iter()
            .filter(|insurer| insurer.kind == InsurerKind::RetiredMutual)
            .map(|insurer| insurer.number[..2].to_owned())
            .collect();
        assert_eq!(laws.into_iter().collect::<Vec<_>>(), ["72", "73", "74", "75"]);
    }

    #[test]
    fn the_insurer_of_a_municipality_is_found() {
        let places = Places::load();
        let insurers = Insurers::build(1, &places);
        for municipality in 0..places.municipalities.len() as u16 {
            let insurer = insurers.get(insurers.of_municipality(InsurerKind::NationalHealth, municipality));
            assert_eq!(insurer.municipality, Some(municipality));
        }
    }
}
