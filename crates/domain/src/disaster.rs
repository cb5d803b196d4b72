//! Who may search for a person by name: in a disaster whoever works where it was opened, in an emergency hospitals.
//!
//! 災害時医療情報閲覧 is opened by the operator for an area and ends by itself. An institution that is not in the area can
//! ask; [`grant`] is the rule that answers, so that nobody has to be reached at night (decision 0024). 救急時医療情報閲覧 needs
//! no opening: the patient cannot speak, and hospitals alone may look (oqs-interface.md 8.2).

use jiff::{SignedDuration, Timestamp};

use crate::id::MedicalInstitutionCode;
use crate::limits::DISASTER_GRANT_HOURS;
use crate::prefecture::Prefecture;
use crate::{Purpose, text};

/// What a person is searched for by name for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum SearchPurpose {
    /// 災害時医療情報閲覧: cards were lost.
    #[serde(rename = "disaster_search")]
    Disaster,
    /// 救急時医療情報閲覧: the patient cannot speak.
    #[serde(rename = "emergency_search")]
    Emergency,
}

impl SearchPurpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Disaster, Self::Emergency];

    /// As it stands in the access event.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Disaster => Purpose::DisasterSearch,
            Self::Emergency => Purpose::EmergencySearch,
        }
    }

    /// The stable name, the one of [`Purpose`].
    pub const fn code(self) -> &'static str {
        self.purpose().code()
    }

    /// Reads a stable name.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// Why a text names no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an area is a prefecture as code (13) or name (東京都), or a prefecture and a municipality (東京都千代田区)")]
pub struct NoArea;

/// A prefecture, or one municipality of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    prefecture: Prefecture,
    /// Name without prefecture, such as 千代田区 or 札幌市; empty for the whole prefecture.
    municipality: String,
}

impl Area {
    /// A prefecture and the name of a municipality, which is empty for the whole prefecture.
    ///
    /// # Errors
    /// The name does not end as names of municipalities do.
    pub fn new(prefecture: Prefecture, municipality: &str) -> Result<Self, NoArea> {
        let municipality = text::folded(municipality);
        if municipality.is_empty() || municipality.ends_with(text::MUNICIPALITY_ENDS) {
            Ok(Self { prefecture, municipality })
        } else {
            Err(NoArea)
        }
    }

    /// Reads `13`, `東京都`, `13千代田区` or `東京都千代田区`.
    ///
    /// # Errors
    /// It names no prefecture, or what follows is no municipality.
    pub fn parse(raw: &str) -> Result<Self, NoArea> {
        let folded = text::folded(raw);
        if let (Some(prefecture), rest) = Prefecture::split(&folded) {
            return Self::new(prefecture, rest);
        }
        let digits = folded.bytes().take_while(u8::is_ascii_digit).count();
        let code = folded[..digits].parse().map_err(|_| NoArea)?;
        Self::new(Prefecture::new(code).ok_or(NoArea)?, &folded[digits..])
    }

    /// The prefecture.
    pub const fn prefecture(&self) -> Prefecture {
        self.prefecture
    }

    /// The municipality; empty for the whole prefecture.
    pub fn municipality(&self) -> &str {
        &self.municipality
    }

    /// Whether an institution is known to lie here. Without an address on record nothing is known below the prefecture.
    pub fn holds(&self, institution: &Institution<'_>) -> bool {
        if Prefecture::of_institution(institution.code) != self.prefecture {
            return false;
        }
        if self.municipality.is_empty() {
            return true;
        }
        let address = text::folded(institution.address);
        let (_, place) = Prefecture::split(&address);
        let in_county = place.split_once('郡').map_or("", |(_, rest)| rest);
        place.starts_with(&self.municipality) || in_county.starts_with(&self.municipality)
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.prefecture.name(), self.municipality)
    }
}

/// What is on record about who wants to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Institution<'a> {
    /// 医療機関コード.
    pub code: MedicalInstitutionCode,
    /// Whether it is a hospital (病院).
    pub is_hospital: bool,
    /// 住所; empty when not on record.
    pub address: &'a str,
}

/// A disaster for which the operator opened the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disaster {
    /// Its number.
    pub number: u64,
    /// Where.
    pub area: Area,
    /// Why, in the operator's words: what institutions read.
    pub reason: String,
    /// Whether institutions outside of the prefecture may ask too, because people were taken there.
    pub elsewhere: bool,
    /// From when on.
    pub opened_at: Timestamp,
    /// Until when, unless it is closed before.
    pub until: Timestamp,
    /// When it was closed; none while it was not.
    pub closed_at: Option<Timestamp>,
}

impl Disaster {
    /// Whether people may be searched for now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opened_at <= now && now < self.until && self.closed_at.is_none_or(|closed| now < closed)
    }
}

/// What an institution was granted at its own wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// In which disaster.
    pub disaster: u64,
    /// Until when, unless the disaster ends before.
    pub until: Timestamp,
}

/// On what ground an institution may search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It is a hospital.
    Hospital,
    /// It lies where this disaster was opened.
    InArea {
        /// Which disaster.
        disaster: u64,
        /// Until when.
        until: Timestamp,
    },
    /// It asked and was granted.
    Granted(Grant),
}

/// Why an institution may not search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// 救急: it is no hospital.
    #[error("only hospitals may search in an emergency")]
    NotAHospital,
    /// 災害: nothing is open anywhere that concerns it.
    #[error("no disaster is open for this institution")]
    NoDisaster,
    /// 災害: one is open that it does not lie in; it may ask, and the rule will grant it.
    #[error("the disaster is open elsewhere; this institution may ask")]
    MayAsk,
}

impl NotAllowed {
    /// The words for the desk.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotAHospital => "救急時の照会ができるのは病院だけです。資格確認は番号で行ってください",
            Self::NoDisaster => "この医療機関の地域では、災害時の照会は開かれていません",
            Self::MayAsk => "災害時の照会は近くの地域で開かれています。画面から利用を申し出ると、すぐに使えます",
        }
    }
}

/// Whether an institution may search now, and on what ground.
///
/// # Errors
/// Why not.
pub fn may_search(
    purpose: SearchPurpose,
    institution: &Institution<'_>,
    disasters: &[Disaster],
    grants: &[Grant],
    now: Timestamp,
) -> Result<Ground, NotAllowed> {
    match purpose {
        SearchPurpose::Emergency if institution.is_hospital => Ok(Ground::Hospital),
        SearchPurpose::Emergency => Err(NotAllowed::NotAHospital),
        SearchPurpose::Disaster => {
            let open = || disasters.iter().filter(|disaster| disaster.is_open(now));
            let here = open().filter(|disaster| disaster.area.holds(institution));
            if let Some(here) = here.max_by_key(|disaster| disaster.until) {
                return Ok(Ground::InArea { disaster: here.number, until: here.until });
            }
            let granted = grants.iter().filter(|grant| now < grant.until);
            let granted = granted.filter_map(|grant| {
                let disaster = open().find(|disaster| disaster.number == grant.disaster)?;
                Some(Grant { until: grant.until.min(disaster.until), ..*grant })
            });
            if let Some(grant) = granted.max_by_key(|grant| grant.until) {
                return Ok(Ground::Granted(grant));
            }
            Err(if grant(institution, disasters, now).is_some() { NotAllowed::MayAsk } else { NotAllowed::NoDisaster })
        }
    }
}

/// The rule that answers an institution which asks: granted for [`DISASTER_GRANT_HOURS`] hours, and never beyond the end of
/// the disaster, where one is open in its own prefecture, or one whose people are taken elsewhere. It may ask again.
pub fn grant(institution: &Institution<'_>, disasters: &[Disaster], now: Timestamp) -> Option<Grant> {
    let hours = now.saturating_add(SignedDuration::from_hours(DISASTER_GRANT_HOURS)).unwrap_or(Timestamp::MAX);
    let prefecture = Prefecture::of_institution(institution.code);
    disasters
        .iter()
        .filter(|disaster| disaster.is_open(now))
        .filter(|disaster| disaster.elsewhere || disaster.area.prefecture() == prefecture)
        // Its own prefecture before the others, then the one that lasts.
        .max_by_key(|disaster| (disaster.area.prefecture() == prefecture, disaster.until))
        .map(|disaster| Grant { disaster: disaster.number, until: disaster.until.min(hours) })
}

#[cfg(test)]
mod tests {
    //! Proves where an area ends, who may search when, and what the rule grants.
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_775_520_000 + hour * 3600).unwrap()
    }

    fn clinic(code: &str, address: &'static str) -> Institution<'static> {
        Institution { code: MedicalInstitutionCode::parse(code).unwrap(), is_hospital: false, address }
    }

    fn disaster(number: u64, area: &str, elsewhere: bool) -> Disaster {
        Disaster {
            number,
            area: Area::parse(area).unwrap(),
            reason: "地震".to_owned(),
            elsewhere,
            opened_at: at(0),
            until: at(240),
            closed_at: None,
        }
    }

    #[test]
    fn an_area_is_read_from_code_and_name() {
        for (raw, shown) in [
            ("13", "東京都"),
            ("１３", "東京都"),
            ("1", "北海道"),
            ("東京都", "東京都"),
            ("東京都 千代田区", "東京都千代田区"),
            ("13千代田区", "東京都千代田区"),
            ("京都府京都市左京区", "京都府京都市左京区"),
        ] {
            assert_eq!(Area::parse(raw).unwrap().to_string(), shown, "{raw}");
        }
        for raw in ["", "48", "0", "千代田区", "東京都千代田", "13x", "東京"] {
            assert_eq!(Area::parse(raw), Err(NoArea), "{raw}");
        }
    }

    #[test]
    fn an_area_holds_whoever_is_known_to_lie_in_it() {
        for (area, code, address, holds) in [
            ("13", "1310000017", "", true),
            ("13", "1410000015", "東京都千代田区", false),
            ("東京都千代田区", "1310000017", "東京都千代田区１－１", true),
            ("東京都千代田区", "1310000017", "千代田区１－１", true),
            ("東京都千代田区", "1310000017", "東京都中央区", false),
            ("東京都千代田区", "1310000017", "", false),
            ("北海道札幌市", "0110000010", "北海道札幌市中央区本町", true),
            ("北海道倶知安町", "0110000010", "北海道虻田郡倶知安町北１条", true),
            ("北海道虻田郡倶知安町", "0110000010", "北海道虻田郡倶知安町北１条", true),
        ] {
            assert_eq!(Area::parse(area).unwrap().holds(&clinic(code, address)), holds, "{area} {code} {address}");
        }
    }

    #[test]
    fn hospitals_search_in_an_emergency_and_nobody_else() {
        let hospital = Institution { is_hospital: true, ..clinic("1310000017", "") };
        let may = |institution| may_search(SearchPurpose::Emergency, institution, &[], &[], at(1));
        assert_eq!(may(&hospital), Ok(Ground::Hospital));
        let all = [disaster(1, "13", true)];
        let clinic = clinic("1310000017", "");
        assert_eq!(
            may_search(SearchPurpose::Emergency, &clinic, &all, &[], at(1)),
            Err(NotAllowed::NotAHospital),
            "a disaster opens no emergency"
        );
        assert_eq!(
            may_search(SearchPurpose::Disaster, &hospital, &[], &[], at(1)),
            Err(NotAllowed::NoDisaster),
            "a hospital needs an open disaster as everybody does"
        );
    }

    #[test]
    fn in_a_disaster_place_time_and_grant_decide() {
        let clinic = clinic("1310000017", "東京都千代田区１－１");
        let granted = Grant { disaster: 2, until: at(72) };
        let closed = Disaster { closed_at: Some(at(5)), ..disaster(1, "13", false) };
        let in_area = |until| Ok(Ground::InArea { disaster: 1, until });
        let of_two = |until| Ok(Ground::Granted(Grant { disaster: 2, until }));
        let short = Disaster { until: at(30), ..disaster(2, "14", false) };
        for (what, open, grants, hour, expected) in [
            ("nothing is open", vec![], vec![], 1, Err(NotAllowed::NoDisaster)),
            ("its prefecture", vec![disaster(1, "13", false)], vec![], 1, in_area(at(240))),
            ("before it was opened", vec![disaster(1, "13", false)], vec![], -1, Err(NotAllowed::NoDisaster)),
            ("its last moment is over", vec![disaster(1, "13", false)], vec![], 240, Err(NotAllowed::NoDisaster)),
            ("until it was closed", vec![closed.clone()], vec![], 4, in_area(at(240))),
            ("closed", vec![closed], vec![], 5, Err(NotAllowed::NoDisaster)),
            ("the next municipality", vec![disaster(1, "東京都中央区", false)], vec![], 1, Err(NotAllowed::MayAsk)),
            ("another prefecture", vec![disaster(2, "14", false)], vec![], 1, Err(NotAllowed::NoDisaster)),
            ("another one that takes others", vec![disaster(2, "14", true)], vec![], 1, Err(NotAllowed::MayAsk)),
            ("granted", vec![disaster(2, "14", true)], vec![granted], 1, of_two(at(72))),
            ("a grant that is over", vec![disaster(2, "14", true)], vec![granted], 72, Err(NotAllowed::MayAsk)),
            ("a grant ends with its disaster", vec![short.clone()], vec![granted], 1, of_two(at(30))),
            ("a grant for one that is over", vec![short], vec![granted], 31, Err(NotAllowed::NoDisaster)),
            ("a grant for another", vec![disaster(3, "14", false)], vec![granted], 1, Err(NotAllowed::NoDisaster)),
        ] {
            assert_eq!(may_search(SearchPurpose::Disaster, &clinic, &open, &grants, at(hour)), expected, "{what}");
        }
    }

    #[test]
    fn the_rule_grants_three_days_and_its_own_prefecture_first() {
        let clinic = clinic("1310000017", "");
        let all = [disaster(1, "14", true), disaster(2, "東京都中央区", false), disaster(3, "15", false)];
        assert_eq!(grant(&clinic, &all, at(1)), Some(Grant { disaster: 2, until: at(73) }));
        assert_eq!(grant(&clinic, &all[..1], at(200)), Some(Grant { disaster: 1, until: at(240) }));
        assert_eq!(grant(&clinic, &all[2..], at(1)), None);
    }
}
