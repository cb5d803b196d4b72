//! The rules that look at several records of one receipt.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::claims::finding::ClaimFault;
use crate::claims::kind::{ClaimKind, Section, Tag};
use crate::claims::layout::RowPlaces;
use crate::claims::read;
use crate::claims::record::Record;
use crate::claims::value::Month;
use crate::limits;

/// What is told about a field of an earlier record or of the present one.
pub(super) struct Told {
    pub(super) line: u64,
    pub(super) tag: Option<Tag>,
    pub(super) field: usize,
    pub(super) fault: ClaimFault,
}

/// One payer, HO or KO.
#[derive(Debug, Clone, Copy)]
struct Payer {
    line: u64,
    tag: Tag,
    points: Option<u32>,
    points_field: usize,
}

/// 点数・回数算定単位 that is not closed yet.
#[derive(Debug, Clone, Copy, Default)]
struct OpenUnit {
    line: u64,
    tag: Option<Tag>,
    times: Option<u32>,
    rows: u32,
}

/// A receipt while its records pass.
#[derive(Debug)]
pub(super) struct State {
    pub(super) number: Option<u32>,
    pub(super) line: u64,
    pub(super) month: Option<Month>,
    month_days: u8,
    rows: u32,
    bytes: u64,
    pub(super) is_cut: bool,
    rank: u8,
    insurance: Option<Payer>,
    public: [Option<Payer>; 4],
    diagnoses: u32,
    services: u32,
    has_prescription: bool,
    section: Option<Section>,
    without_section: u32,
    unit: OpenUnit,
    /// Points for the health insurance and the four public expenses.
    sums: [u64; 5],
    all: u64,
    /// Rows were set aside, so that sums cannot be right.
    pub(super) incomplete: bool,
    pub(super) has_error: bool,
    who: DefaultHasher,
    what: DefaultHasher,
}

impl State {
    pub(super) fn new(line: u64) -> Self {
        Self {
            number: None,
            line,
            month: None,
            month_days: 31,
            rows: 0,
            bytes: 0,
            is_cut: false,
            rank: 0,
            insurance: None,
            public: [None; 4],
            diagnoses: 0,
            services: 0,
            has_prescription: false,
            section: None,
            without_section: 0,
            unit: OpenUnit::default(),
            sums: [0; 5],
            all: 0,
            incomplete: false,
            has_error: false,
            who: DefaultHasher::new(),
            what: DefaultHasher::new(),
        }
    }

    /// Counts a row; false from the one on that is too many.
    pub(super) fn count(&mut self, record: &Record<'_>) -> bool {
        self.rows += 1;
        self.bytes += record.line.len() as u64;
        self.rows <= limits::CLAIM_RECEIPT_MAX_ROWS && self.bytes <= limits::CLAIM_RECEIPT_MAX_BYTES
    }

    /// Takes a record that passed the checks of its fields.
    pub(super) fn record(&mut self, record: &Record<'_>, kind: ClaimKind, tell: &mut impl FnMut(Told)) {
        let told = |field, fault| Told { line: record.number, tag: Some(record.tag), field, fault };
        self.order(record, kind, &mut |fault| tell(told(0, fault)));
        self.remember(record);
        match record.tag {
            Tag::RE => {
                self.number = read::number(record.field(2));
                self.month = read::month(record.field(4)).ok().map(|read| read.value);
                self.month_days = self.month.map_or(31, Month::days);
            }
            Tag::HO | Tag::KO => self.payer(record, &mut |fault| tell(told(0, fault))),
            Tag::SY | Tag::HS | Tag::SB => self.diagnoses += 1,
            Tag::SH => self.has_prescription = true,
            Tag::JD => self.visit_days(record, &mut |field, fault| tell(told(field, fault))),
            Tag::CZ if !self.has_prescription => tell(told(0, ClaimFault::Order)),
            Tag::KI | Tag::CZ | Tag::CD | Tag::HH | Tag::GT => self.services += 1,
            _ => {}
        }
    }

    /// What makes two receipts the same: the person, the month, the type; and every row. The running number and the rows of
    /// the review and payment body differ.
    fn remember(&mut self, record: &Record<'_>) {
        match record.tag {
            Tag::MN | Tag::RC | Tag::IR => return,
            Tag::RE => {
                for field in 3..=record.len() {
                    record.field(field).hash(&mut self.what);
                }
                // Pharmacy claims are one for each institution that prescribed, fields 10 to 12.
                for field in [3, 4, 5, 6, 7, 10, 11, 12] {
                    record.field(field).hash(&mut self.who);
                }
                return;
            }
            Tag::HO => (2..=4).for_each(|field| record.field(field).hash(&mut self.who)),
            Tag::KO => (2..=3).for_each(|field| record.field(field).hash(&mut self.who)),
            _ => {}
        }
        self.what.write(record.bytes());
    }

    pub(super) fn keys(&self) -> (u64, u64) {
        (self.who.finish(), self.what.finish())
    }

    fn order(&mut self, record: &Record<'_>, kind: ClaimKind, tell: &mut impl FnMut(ClaimFault)) {
        // Rows that were added after the institution stand where they like.
        if record.origin == Some(b'2') {
            return;
        }
        let Some(rank) = rank(kind, record.tag) else { return };
        if rank < self.rank || (rank == self.rank && is_single(record.tag)) {
            tell(ClaimFault::Order);
        }
        self.rank = self.rank.max(rank);
    }

    fn payer(&mut self, record: &Record<'_>, tell: &mut impl FnMut(ClaimFault)) {
        let points = read::number(record.field(6));
        let payer = Payer { line: record.number, tag: record.tag, points, points_field: 6 };
        if record.tag == Tag::KO {
            match self.public.iter_mut().find(|place| place.is_none()) {
                Some(place) => *place = Some(payer),
                None => tell(ClaimFault::TooManyPayers),
            }
        } else if self.insurance.is_none() || record.origin == Some(b'2') {
            // A row `2,n,0,HO` corrects the one before it.
            self.insurance = Some(payer);
        } else {
            tell(ClaimFault::TooManyPayers);
        }
    }

    fn visit_days(&self, record: &Record<'_>, tell: &mut impl FnMut(usize, ClaimFault)) {
        let first = usize::from(self.month_days) + 3;
        for field in first..=33 {
            if !matches!(record.field(field), b"" | b"2") {
                tell(field, ClaimFault::DayOutsideMonth);
            }
        }
    }

    /// A CO row: it may open a group.
    pub(super) fn comment(&mut self, record: &Record<'_>, section: usize, tell: &mut impl FnMut(Told)) {
        self.open_group(record.field(section), tell);
        self.rows_without_section(record, section, tell);
    }

    /// A row of a group.
    pub(super) fn row(&mut self, record: &Record<'_>, places: &RowPlaces, tell: &mut impl FnMut(Told)) {
        let told = |field, fault| Told { line: record.number, tag: Some(record.tag), field, fault };
        self.services += 1;
        if places.section > 0 {
            self.open_group(record.field(places.section), tell);
            self.rows_without_section(record, places.section, tell);
        }
        let payers = match record.field(places.burden) {
            [burden] => read::payers(*burden),
            _ => None,
        };
        if payers.is_some_and(|payers| payers & !self.payers() != 0) {
            tell(told(places.burden, ClaimFault::BurdenWithoutPayer));
        }
        if places.days == 0 {
            return;
        }
        let times = read::number(record.field(places.times));
        self.days(record, places, times, &mut |field, fault| tell(told(field, fault)));
        if self.unit.rows > 0 && times.is_some() && self.unit.times.is_some() && times != self.unit.times {
            tell(told(places.times, ClaimFault::UnitTimes));
        }
        self.unit = OpenUnit {
            line: record.number,
            tag: Some(record.tag),
            times: times.or(self.unit.times),
            rows: self.unit.rows + 1,
        };
        let points = record.field(places.points);
        if !points.is_empty() {
            self.close_unit(read::number(points), payers);
        }
    }

    fn close_unit(&mut self, points: Option<u32>, payers: Option<u8>) {
        let times = self.unit.times.unwrap_or(1);
        self.unit = OpenUnit::default();
        if self.section == Some(Section::MEALS) {
            return;
        }
        let Some(points) = points else { return };
        let sum = u64::from(points) * u64::from(times);
        self.all += sum;
        for (place, of_payer) in self.sums.iter_mut().enumerate() {
            if payers.unwrap_or(0) >> place & 1 == 1 {
                *of_payer += sum;
            }
        }
    }

    fn open_group(&mut self, section: &[u8], tell: &mut impl FnMut(Told)) {
        let Some(section) = read::number(section) else { return };
        self.close_group(tell);
        self.section = u8::try_from(section).ok().map(Section);
    }

    fn close_group(&mut self, tell: &mut impl FnMut(Told)) {
        if self.unit.rows > 0 {
            tell(Told { line: self.unit.line, tag: self.unit.tag, field: 0, fault: ClaimFault::UnitOpen });
        }
        self.unit = OpenUnit::default();
    }

    fn rows_without_section(&mut self, record: &Record<'_>, section: usize, tell: &mut impl FnMut(Told)) {
        let mut told =
            || tell(Told { line: record.number, tag: Some(record.tag), field: section, fault: ClaimFault::NoSection });
        if !record.field(section).is_empty() {
            self.without_section = 0;
            return;
        }
        if self.section.is_none() && self.without_section == 0 {
            told();
        }
        self.without_section += 1;
        if self.without_section == limits::CLAIM_ROWS_WITHOUT_SECTION_MAX + 1 {
            told();
        }
    }

    fn days(
        &self,
        record: &Record<'_>,
        places: &RowPlaces,
        times: Option<u32>,
        tell: &mut impl FnMut(usize, ClaimFault),
    ) {
        let mut sum = 0;
        let mut readable = true;
        let last = record.len().min(places.days + 30);
        for field in places.days..=last {
            let cell = record.field(field);
            if cell.is_empty() {
                continue;
            }
            match read::number(cell) {
                Some(count) => sum += count,
                None => readable = false,
            }
            if field - places.days >= usize::from(self.month_days) {
                tell(field, ClaimFault::DayOutsideMonth);
            }
        }
        match times {
            Some(times) if sum == 0 && readable && times > 0 => tell(places.days, ClaimFault::NoDays),
            Some(times) if readable && sum != times => tell(places.times, ClaimFault::DaySum),
            _ => {}
        }
    }

    fn payers(&self) -> u8 {
        let public = self.public.iter().enumerate().filter(|(_, payer)| payer.is_some());
        public.fold(u8::from(self.insurance.is_some()), |payers, (place, _)| payers | 2 << place)
    }

    /// HO and KO records, and the points that count for GO.
    pub(super) fn totals(&self) -> (u64, u64) {
        let payers = u64::from(self.payers().count_ones());
        let points = self.insurance.or(self.public[0]).and_then(|payer| payer.points).unwrap_or(0);
        (payers, u64::from(points))
    }

    /// What shows only at the end.
    pub(super) fn end(&mut self, kind: ClaimKind, has_head: bool, tell: &mut impl FnMut(Told)) {
        self.close_group(tell);
        let line = self.line;
        let mut whole = |fault| tell(Told { line, tag: Some(Tag::RE), field: 0, fault });
        if !has_head {
            whole(ClaimFault::NoReceiptHead);
        }
        // What is missing may be among the rows that were set aside.
        if self.incomplete {
            return;
        }
        if self.payers() == 0 {
            whole(ClaimFault::NoPayer);
        }
        if self.diagnoses == 0 && kind != ClaimKind::Pharmacy {
            whole(ClaimFault::NoDiagnosis);
        }
        if self.services == 0 {
            whole(ClaimFault::NoService);
        }
        if matches!(kind, ClaimKind::Medical | ClaimKind::Dental) && self.services > 0 {
            self.sums(tell);
        }
    }

    /// The points of the rows against HO and KO. DPC and pharmacy claims come to their totals by more than rows.
    fn sums(&self, tell: &mut impl FnMut(Told)) {
        let payers = std::iter::once(&self.insurance).chain(&self.public);
        for (payer, of_payer) in payers.zip(self.sums) {
            let Some(payer) = payer else { continue };
            let Some(points) = payer.points.map(u64::from) else { continue };
            // Some programs give every payer the whole sum, whatever the burden codes say.
            if points != of_payer && points != self.all {
                tell(Told {
                    line: payer.line,
                    tag: Some(payer.tag),
                    field: payer.points_field,
                    fault: ClaimFault::PointsSum,
                });
            }
        }
    }
}

/// Records of which a receipt has one at most.
const fn is_single(tag: Tag) -> bool {
    matches!(tag, Tag::RE | Tag::BU)
}

/// Where a record stands in a receipt; none for those that may stand anywhere.
const fn rank(kind: ClaimKind, tag: Tag) -> Option<u8> {
    Some(match tag {
        Tag::RE => 1,
        Tag::HO => 2,
        Tag::KO => 3,
        Tag::SN => 4,
        Tag::JD => 5,
        Tag::MF => 6,
        Tag::GR | Tag::BU => 7,
        Tag::SY | Tag::HS | Tag::SB => 8,
        Tag::KK => 9,
        Tag::SK => 10,
        Tag::GA | Tag::HH | Tag::GT => 11,
        Tag::TK if matches!(kind, ClaimKind::Pharmacy) => 13,
        Tag::KI => 14,
        Tag::ST => 15,
        Tag::SI | Tag::SS | Tag::IY | Tag::TO | Tag::CO | Tag::SH | Tag::CZ => 12,
        Tag::SJ | Tag::CD => 16,
        _ => return None,
    })
}
