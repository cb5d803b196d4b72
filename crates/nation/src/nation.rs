//! The nation as a whole, in memory.

use std::path::Path;

use jiff::civil::Date;

use crate::day::Day;
use crate::dice::{Dice, Stream};
use crate::error::{Error, Result};
use crate::facilities::{self, Facility};
use crate::insurers::{InsurerKind, Insurers};
use crate::limits;
use crate::model::{Certificate, Coverage, Person};
use crate::names::Names;
use crate::oracle::{self, Case};
use crate::people::Draft;
use crate::people::cast::Cast;
use crate::places::{Home, Places};
use crate::records::{self, RecordOptions, RecordSummary};
use crate::write;

/// The day on which a nation lives if nobody says otherwise. A constant, so that the same seed gives the same bytes in
/// any year.
pub const DEFAULT_AS_OF: Date = jiff::civil::date(2026, 11, 22);

/// What nation to make.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Options {
    /// How many people, dead ones of the last year included: [`limits::PEOPLE_MIN`] to [`limits::PEOPLE_MAX`].
    pub people: u32,
    /// The same seed gives the same nation, byte for byte.
    pub seed: u64,
    /// The "today" of the nation. Nothing in the files lies after it but ends of validity, and the oracle asks for no
    /// later day.
    pub as_of: Date,
}

impl Options {
    /// A nation of so many people from this seed, as of [`DEFAULT_AS_OF`].
    pub fn new(people: u32, seed: u64) -> Options {
        Options { people, seed, as_of: DEFAULT_AS_OF }
    }
}

/// What was made, in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Summary {
    /// People.
    pub people: u32,
    /// Rows of the insurer feed.
    pub coverages: u32,
    /// Rows of the residents register: people alive.
    pub residents: u32,
    /// Insurers.
    pub insurers: u32,
    /// Facilities.
    pub facilities: u32,
    /// Queries of the oracle.
    pub oracle_cases: u32,
    /// Visits of the story.
    pub visits: u32,
}

/// A nation in memory. Dropping it loses nothing: the same options make it again.
pub struct Nation {
    pub(crate) options: Options,
    pub(crate) as_of: Day,
    pub(crate) places: Places,
    pub(crate) names: Names,
    pub(crate) insurers: Insurers,
    pub(crate) facilities: Vec<Facility>,
    pub(crate) people: Vec<Person>,
    pub(crate) homes: Vec<Home>,
    pub(crate) coverages: Vec<Coverage>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) cast: Cast,
}

impl Nation {
    /// Makes a nation. Takes about 100 MB of memory per 500,000 people.
    pub fn build(options: &Options) -> Result<Nation> {
        let check = |what, min: i64, max: i64, given: i64| {
            if (min..=max).contains(&given) { Ok(()) } else { Err(Error::OutOfRange { what, min, max, given }) }
        };
        let (min, max) = (limits::PEOPLE_MIN, limits::PEOPLE_MAX);
        check("people", min.into(), max.into(), options.people.into())?;
        let (min, max) = (limits::AS_OF_YEAR_MIN, limits::AS_OF_YEAR_MAX);
        check("the year of as_of", min.into(), max.into(), options.as_of.year().into())?;

        let people = options.people as usize;
        let places = Places::load();
        let insurers = Insurers::build(options.seed, &places);
        let facilities = facilities::build(options.seed, options.people, &places);
        let mut draft = Draft {
            as_of: Day::from(options.as_of),
            dice: Dice::new(options.seed, Stream::People),
            places,
            names: Names::load(),
            insurers,
            facilities,
            people: Vec::with_capacity(people),
            homes: Vec::with_capacity(people / 2),
            coverages: Vec::with_capacity(people + people / 3),
            certificates: Vec::with_capacity(people),
        };
        let cast = draft.add_cast();
        while draft.people.len() < people {
            draft.add_household(people - draft.people.len());
        }
        let Draft { as_of, places, names, insurers, facilities, people, homes, coverages, certificates, .. } = draft;
        let options = *options;
        Ok(Nation { options, as_of, places, names, insurers, facilities, people, homes, coverages, certificates, cast })
    }

    /// What this nation was made from.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The facilities, in the order of their file. The oracle asks on behalf of [`Nation::asking_facilities`] only.
    pub fn facilities(&self) -> &[Facility] {
        &self.facilities
    }

    /// The facilities on whose behalf the oracle and the story ask: at most [`limits::ORACLE_FACILITIES`], of all
    /// kinds.
    pub fn asking_facilities(&self) -> &[Facility] {
        &self.facilities[..self.facilities.len().min(limits::ORACLE_FACILITIES)]
    }

    /// How many coverages of each kind of insurer there are.
    pub fn coverages_by_kind(&self) -> Vec<(InsurerKind, u32)> {
        let mut counts = InsurerKind::ALL.map(|kind| (kind, 0));
        for coverage in &self.coverages {
            counts[self.insurers.get(coverage.insurer).kind as usize].1 += 1;
        }
        counts.to_vec()
    }

    /// 個人番号 of everybody, dead ones included, in the order in which tables of records name them.
    pub fn personal_numbers(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.people.len() as u32)
            .map(|person| String::from_utf8_lossy(&write::personal_number(self.options.seed, person)).into_owned())
    }

    /// Thousands of queries with the right answers. Computed anew at each call.
    pub fn oracle(&self) -> Vec<Case> {
        oracle::cases(self)
    }

    /// Writes every file of the nation into a folder, which is made if it is not there. See [`crate::files`].
    pub fn write(&self, out: &Path) -> Result<Summary> {
        write::all(self, out)
    }

    /// Writes medical records into the folder of the nation. See [`crate::files`].
    pub fn write_records(&self, options: &RecordOptions, out: &Path) -> Result<RecordSummary> {
        records::write(self, *options, out)
    }

    pub(crate) fn person(&self, coverage: &Coverage) -> &Person {
        &self.people[coverage.person as usize]
    }

    pub(crate) fn certificates_of(&self, coverage: &Coverage) -> &[Certificate] {
        let (start, count) = coverage.certificates;
        &self.certificates[start as usize..start as usize + usize::from(count)]
    }

    /// 記号 and 番号 as printed on the card.
    pub(crate) fn printed(&self, coverage: &Coverage) -> (String, String) {
        let style = &self.insurers.get(coverage.insurer).style;
        let (mut symbol, mut number) = (String::new(), String::new());
        style.push_symbol(&mut symbol, coverage.symbol);
        style.push_number(&mut number, coverage.number);
        (symbol, number)
    }
}
