//! 都道府県, as codes and as addresses begin.

use crate::id::{InsurerNumber, MedicalInstitutionCode};

/// The names in the order of their codes 01 to 47 (JIS X 0401).
const NAMES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// How many there are: `01` to `47` (JIS X 0401).
pub const PREFECTURES: u8 = 47;

/// One of the 47 prefectures, written as the two digits of its code (JIS X 0401).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefecture(u8);

impl Prefecture {
    /// From its number, 1 to 47.
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number <= PREFECTURES { Some(Self(number)) } else { None }
    }

    /// From two digits.
    pub fn parse(text: &str) -> Option<Self> {
        let two = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        if two { text.parse().ok().and_then(Self::new) } else { None }
    }

    /// Of an insurer.
    pub fn of(insurer: &InsurerNumber) -> Self {
        Self::parse(insurer.prefecture()).expect("an insurer number names one of the 47 prefectures")
    }

    /// Where an institution is: the first two digits of its code.
    pub fn of_institution(institution: MedicalInstitutionCode) -> Self {
        Self::parse(&institution.as_str()[..2]).expect("an institution code begins with one of the 47 prefectures")
    }

    /// Its number, 1 to 47.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=PREFECTURES).map(Self)
    }

    /// The name, such as 東京都.
    pub const fn name(self) -> &'static str {
        NAMES[self.0 as usize - 1]
    }

    /// Splits an address into the prefecture that it begins with, if it names one, and the rest.
    pub fn split(address: &str) -> (Option<Self>, &str) {
        for (name, code) in NAMES.iter().zip(1_u8..) {
            if let Some(rest) = address.strip_prefix(name) {
                return (Some(Self(code)), rest);
            }
        }
        (None, address)
    }
}

impl std::fmt::Display for Prefecture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    //! Proves that codes and names belong together and that no name is cut out of another.
    use super::*;

    #[test]
    fn an_address_gives_up_its_prefecture_and_keeps_the_rest() {
        for (address, code, rest) in [
            ("東京都千代田区", Some(13), "千代田区"),
            ("京都府京都市左京区", Some(26), "京都市左京区"),
            ("北海道", Some(1), ""),
            ("千代田区麹町", None, "千代田区麹町"),
            ("", None, ""),
        ] {
            let (prefecture, left) = Prefecture::split(address);
            assert_eq!((prefecture.map(Prefecture::number), left), (code, rest), "{address}");
        }
        for prefecture in Prefecture::all() {
            assert_eq!(Prefecture::split(prefecture.name()), (Some(prefecture), ""));
        }
        assert_eq!((Prefecture::new(0), Prefecture::new(48)), (None, None));
        assert_eq!(Prefecture::of_institution(MedicalInstitutionCode::parse("4710000013").unwrap()).name(), "沖縄県");
    }
}
