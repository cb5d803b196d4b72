//! The check of a claim file: every field against its shape, the rows of a receipt against each other, the receipts against
//! the totals. Works on the bytes of each record as it passes and keeps nothing of it.

mod field;
mod receipt;
mod report;

use std::collections::HashMap;

use domain::check_digit::has_mod10_weight21;

use self::field::With;
use self::receipt::{State, Told};
pub use self::report::{CheckReport, Totals};
use super::finding::{ClaimFault, Finding, Severity};
use super::kind::{ClaimKind, Side, Tag};
use super::layout::{self, FieldSpec, Layout, Shape};
use super::lines::{Aside, LineFacts};
use super::master::{ClaimMaster, CodeKind};
use super::read;
use super::record::{Charset, Record};
use super::split::Place;
use super::value::Month;
use crate::limits;

/// Checks records as they pass.
pub(super) struct Checker<'m> {
    master: Option<&'m dyn ClaimMaster>,
    report: CheckReport,
    receipt: Option<State>,
    has_head: bool,
    /// What was found in the receipt that is open.
    found: Vec<Finding>,
    kind: ClaimKind,
    first: bool,
    claim_month: Option<Month>,
    last_number: u32,
    seen: HashMap<u64, u64>,
    /// Totals of the file since the last head, for GO.
    volume: Totals,
    volumes: bool,
    has_total: bool,
    payers_lost: bool,
    era_told: bool,
    sides_told: bool,
}

impl<'m> Checker<'m> {
    pub(super) fn new(kind: ClaimKind, charset: Charset, master: Option<&'m dyn ClaimMaster>) -> Self {
        Self {
            master,
            report: CheckReport::new(kind, charset),
            receipt: None,
            has_head: true,
            found: Vec::new(),
            kind,
            first: true,
            claim_month: None,
            last_number: 0,
            seen: HashMap::new(),
            volume: Totals::default(),
            volumes: false,
            has_total: false,
            payers_lost: false,
            era_told: false,
            sides_told: false,
        }
    }

    pub(super) const fn report(&self) -> &CheckReport {
        &self.report
    }

    fn tell(&mut self, told: &Told) {
        let Told { line, tag, field, fault } = *told;
        let spec = tag
            .and_then(|tag| layout::layout(self.kind, tag))
            .and_then(|layout| layout.fields.get(field.wrapping_sub(1)));
        let finding = Finding {
            line,
            receipt: self.receipt.as_ref().and_then(|receipt| receipt.number),
            tag,
            field: u16::try_from(field).unwrap_or(u16::MAX),
            field_name: spec.map_or("", |spec| spec.name),
            fault,
        };
        self.report.add(&finding);
        let Some(receipt) = &mut self.receipt else { return };
        receipt.has_error |= fault.severity() == Severity::Error;
        if self.found.len() < limits::CLAIM_RECEIPT_MAX_FINDINGS {
            self.found.push(finding);
        }
    }

    /// A line that is no record.
    pub(super) fn aside(&mut self, aside: Aside) {
        self.report.records += 1;
        self.set_aside(aside.line, aside.tag, aside.fault);
    }

    fn set_aside(&mut self, line: u64, tag: Option<Tag>, fault: ClaimFault) {
        self.report.records_set_aside += 1;
        self.payers_lost |= !matches!(tag, Some(tag) if !matches!(tag, Tag::HO | Tag::KO));
        if let Some(receipt) = &mut self.receipt {
            receipt.incomplete = true;
        }
        self.tell(&Told { line, tag, field: 0, fault });
    }

    /// Checks a record; false when it has to be set aside.
    pub(super) fn record(&mut self, record: &Record<'_>, side: Side, kind: ClaimKind, place: Place) -> bool {
        self.kind = kind;
        self.report.kind = kind;
        self.report.records += 1;
        self.look_at_side(record, side, place);
        if matches!(place, Place::Opens | Place::OpensHeadless) {
            self.open(record, place);
        }
        if let Some(receipt) = &mut self.receipt
            && !receipt.count(record)
        {
            // Told once for each receipt.
            if !std::mem::replace(&mut receipt.is_cut, true) {
                self.set_aside(record.number, Some(record.tag), ClaimFault::ReceiptTooLong);
            } else {
                self.report.records_set_aside += 1;
            }
            return false;
        }
        let Some(layout) = layout::layout(kind, record.tag) else { return self.without_layout(record) };
        self.fields(record, layout);
        self.rules(record, layout, place);
        true
    }

    fn look_at_side(&mut self, record: &Record<'_>, side: Side, place: Place) {
        if self.first && side == Side::Provider && place != Place::Head {
            self.tell(&Told { line: record.number, tag: Some(record.tag), field: 0, fault: ClaimFault::NoHead });
        }
        self.first = false;
        match self.report.side {
            None => self.report.side = Some(side),
            Some(before) if before != side && !self.sides_told => {
                self.sides_told = true;
                self.tell(&Told { line: record.number, tag: None, field: 0, fault: ClaimFault::SidesMixed });
            }
            Some(_) => {}
        }
    }

    fn open(&mut self, record: &Record<'_>, place: Place) {
        self.found.clear();
        self.receipt = Some(State::new(record.number));
        self.has_head = place == Place::Opens;
        self.report.receipts += 1;
    }

    fn without_layout(&mut self, record: &Record<'_>) -> bool {
        if layout::is_unchecked(record.tag) {
            return true;
        }
        let fault = if record.tag.is_known() { ClaimFault::ForeignTag } else { ClaimFault::UnknownTag };
        self.set_aside(record.number, Some(record.tag), fault);
        false
    }

    fn fields(&mut self, record: &Record<'_>, layout: &'static Layout) {
        let with = With { kind: self.kind, charset: record.charset };
        let length = record.len();
        for (place, spec) in layout.fields.iter().enumerate().skip(1) {
            let number = place + 1;
            let raw = if number <= length { record.field(number) } else { &[] };
            if raw.is_empty() {
                if spec.required {
                    self.tell_field(record, number, ClaimFault::Empty);
                } else if number > length {
                    // Nothing but optional fields, or required ones that are told, can follow.
                    if !layout.fields[place..].iter().any(|spec| spec.required) {
                        break;
                    }
                }
                continue;
            }
            // The cells of days are most of a file.
            if matches!(raw, [b'1'..=b'9']) && spec.shape == Shape::Day {
                continue;
            }
            field::check(spec, raw, with, &mut |fault| self.tell_field(record, number, fault));
            if let Some(kind) = spec.master {
                self.look_up(record, number, kind, raw);
            }
            if spec.shape == Shape::Modifiers && self.master.is_some() {
                raw.chunks_exact(4).for_each(|code| self.look_up(record, number, CodeKind::Modifier, code));
            }
        }
        if length > layout.fields.len() && (layout.fields.len() + 1..=length).any(|n| !record.field(n).is_empty()) {
            self.tell_field(record, layout.fields.len() + 1, ClaimFault::ExtraFields);
        }
    }

    fn tell_field(&mut self, record: &Record<'_>, field: usize, fault: ClaimFault) {
        if fault == ClaimFault::EraDates && std::mem::replace(&mut self.era_told, true) {
            return;
        }
        self.tell(&Told { line: record.number, tag: Some(record.tag), field, fault });
    }

    fn look_up(&mut self, record: &Record<'_>, field: usize, kind: CodeKind, raw: &[u8]) {
        let Some(master) = self.master else { return };
        // 0000999 says that there is no code.
        if raw == b"0000999" {
            return;
        }
        if let Some(code) = read::number(raw)
            && !master.knows(kind, u64::from(code))
        {
            self.tell_field(record, field, ClaimFault::UnknownInMaster);
        }
    }

    fn rules(&mut self, record: &Record<'_>, layout: &'static Layout, place: Place) {
        match record.tag {
            Tag::IR | Tag::UK | Tag::YK => self.institution(record, place),
            Tag::GO => return self.total(record),
            _ => {}
        }
        if place == Place::Head {
            return;
        }
        let Some(mut receipt) = self.receipt.take() else {
            self.tell(&Told { line: record.number, tag: Some(record.tag), field: 0, fault: ClaimFault::Order });
            return;
        };
        let mut told = Vec::new();
        let mut tell = |finding| told.push(finding);
        receipt.record(record, self.kind, &mut tell);
        match &layout.row {
            Some(places) => receipt.row(record, places, &mut tell),
            None if record.tag == Tag::CO && self.kind != ClaimKind::Pharmacy => receipt.comment(record, 2, &mut tell),
            None => {}
        }
        if record.tag == Tag::RE {
            self.receipt_record(record, &receipt, &mut tell);
        }
        self.receipt = Some(receipt);
        told.iter().for_each(|told| self.tell(told));
    }

    fn institution(&mut self, record: &Record<'_>, place: Place) {
        let code = [record.field(3), record.field(4), record.field(5)].concat();
        if code.len() == 10 && code.iter().all(u8::is_ascii_digit) && !has_mod10_weight21(&code) {
            self.tell_field(record, 5, ClaimFault::FacilityCheckDigit);
        }
        let months =
            layout::layout(self.kind, record.tag).into_iter().flat_map(|layout| layout.fields.iter().enumerate());
        let place_of_month = months.filter(|(_, spec)| spec.shape == Shape::Month).map(|(place, _)| place + 1).next();
        self.claim_month =
            place_of_month.and_then(|field| read::month(record.field(field)).ok()).map(|read| read.value);
        if place == Place::Head {
            self.last_number = 0;
            let volume = if record.tag == Tag::UK {
                10
            } else if record.tag == Tag::YK {
                8
            } else {
                9
            };
            self.volumes |= !matches!(record.field(volume), b"" | b"00");
        }
    }

    fn receipt_record(&mut self, record: &Record<'_>, receipt: &State, tell: &mut impl FnMut(Told)) {
        let mut told = |field, fault| tell(Told { line: record.number, tag: Some(record.tag), field, fault });
        if receipt.month > self.claim_month && self.claim_month.is_some() {
            told(4, ClaimFault::MonthAfterClaim);
        }
        if self.kind == ClaimKind::Pharmacy {
            let code = [record.field(10), record.field(11), record.field(12)].concat();
            if code.len() == 10 && code.iter().all(u8::is_ascii_digit) && !has_mod10_weight21(&code) {
                told(12, ClaimFault::FacilityCheckDigit);
            }
        }
        // Insurers get receipts of many institutions, each with its own numbers.
        let Some(number) = receipt.number.filter(|_| self.report.side == Some(Side::Provider)) else { return };
        if number <= self.last_number {
            told(2, ClaimFault::NumberOrder);
        }
        self.last_number = number;
    }

    fn total(&mut self, record: &Record<'_>) {
        self.has_total = true;
        let (Some(count), Some(points)) = (read::number(record.field(2)), wide(record.field(3))) else { return };
        let declared = Totals { count: u64::from(count), points };
        let all = self.report.declared.get_or_insert_default();
        all.count += declared.count;
        all.points += declared.points;
        let computed = std::mem::take(&mut self.volume);
        // Of a claim in several volumes the last GO may tell all of them; and what was lost cannot be counted.
        if std::mem::take(&mut self.volumes) || record.field(4) != b"99" || std::mem::take(&mut self.payers_lost) {
            return;
        }
        if declared.count != computed.count {
            self.tell_field(record, 2, ClaimFault::TotalCount);
        }
        if declared.points != computed.points {
            self.tell_field(record, 3, ClaimFault::TotalPoints);
        }
    }

    /// The receipt that is open ends; what was found in it.
    pub(super) fn end_receipt(&mut self) -> Vec<Finding> {
        let Some(mut receipt) = self.receipt.take() else { return Vec::new() };
        let mut told = Vec::new();
        receipt.end(self.kind, self.has_head, &mut |finding| told.push(finding));
        let (count, points) = receipt.totals();
        for totals in [&mut self.volume, &mut self.report.computed] {
            totals.count += count;
            totals.points += points;
        }
        if let Some(fault) = self.seen_before(&receipt) {
            told.push(Told { line: receipt.line, tag: Some(Tag::RE), field: 0, fault });
        }
        self.receipt = Some(receipt);
        told.iter().for_each(|told| self.tell(told));
        let with_errors = self.receipt.take().is_some_and(|receipt| receipt.has_error || receipt.incomplete);
        self.report.receipts_with_errors += u64::from(with_errors);
        std::mem::take(&mut self.found)
    }

    fn seen_before(&mut self, receipt: &State) -> Option<ClaimFault> {
        if !self.has_head {
            return None;
        }
        let (who, what) = receipt.keys();
        match self.seen.get(&who) {
            Some(before) if *before == what => Some(ClaimFault::SameClaim),
            Some(_) => Some(ClaimFault::SamePatientMonth),
            None if self.seen.len() < limits::CLAIM_DUPLICATES_MAX_RECEIPTS => {
                self.seen.insert(who, what);
                None
            }
            None => None,
        }
    }

    /// The file ends.
    pub(super) fn end_file(&mut self, charset: Charset, facts: LineFacts) {
        self.report.charset = charset;
        let provider = self.report.side != Some(Side::Insurer);
        let faults = [
            (provider && !self.has_total, ClaimFault::NoTotal),
            (provider && !facts.end_mark, ClaimFault::NoEndMark),
            (facts.after_end_mark, ClaimFault::AfterEndMark),
            (facts.line_feed_only, ClaimFault::LineFeedOnly),
            (charset == Charset::Utf8, ClaimFault::Utf8),
        ];
        for (_, fault) in faults.into_iter().filter(|(holds, _)| *holds) {
            self.tell(&Told { line: 0, tag: None, field: 0, fault });
        }
    }
}

/// A number of up to ten digits.
fn wide(raw: &[u8]) -> Option<u64> {
    if raw.is_empty() || raw.len() > 18 {
        return None;
    }
    raw.iter().try_fold(0u64, |n, byte| byte.is_ascii_digit().then(|| n * 10 + u64::from(byte - b'0')))
}

/// The faults of a value against a field of a layout, for the writer.
pub(super) fn faults_of(spec: &FieldSpec, raw: &[u8], kind: ClaimKind, charset: Charset) -> Vec<ClaimFault> {
    let mut faults = Vec::new();
    if raw.is_empty() {
        if spec.required {
            faults.push(ClaimFault::Empty);
        }
    } else {
        field::check(spec, raw, With { kind, charset }, &mut |fault| faults.push(fault));
    }
    faults
}
