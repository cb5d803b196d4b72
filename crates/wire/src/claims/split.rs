//! Where one receipt ends and the next begins, in each of the four kinds and on both sides (formats.md 1.2).

use super::kind::{ClaimKind, Side, Tag};
use super::record::Record;

/// What a record is to the receipts of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Of the institution; no receipt is open after it.
    Head,
    /// The first record of a receipt.
    Opens,
    /// The first record that is left of a receipt whose RE is lost. The rows before it belong to somebody else.
    OpensHeadless,
    /// In the receipt that is open.
    Inside,
    /// The last record of a receipt (RC).
    Last,
    /// Totals; no receipt is open after it.
    Total,
    /// In no receipt.
    Stray,
}

/// Follows the records of a file.
#[derive(Debug)]
pub(super) struct Splitter {
    kind: ClaimKind,
    open: bool,
    has_receipt_record: bool,
    /// Payers, diagnoses or rows came already; another payer is another receipt's.
    past_payers: bool,
    past_diagnoses: bool,
    /// Lines since the last record that were none.
    lost: u32,
    /// A record that opens a receipt was lost.
    lost_opening: bool,
}

const DPC_ONLY: [Tag; 8] = [Tag::BU, Tag::SB, Tag::KK, Tag::SK, Tag::GA, Tag::HH, Tag::GT, Tag::CD];

impl Splitter {
    pub(super) const fn new(kind: ClaimKind) -> Self {
        Self {
            kind,
            open: false,
            has_receipt_record: false,
            past_payers: false,
            past_diagnoses: false,
            lost: 0,
            lost_opening: false,
        }
    }

    /// The kind of the receipt that is open, or of the file so far.
    pub(super) const fn kind(&self) -> ClaimKind {
        self.kind
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    /// A line was no record.
    pub(super) fn lost(&mut self, tag: Option<Tag>) {
        match tag {
            Some(Tag::RE | Tag::MN) => self.lost_opening = true,
            Some(Tag::IR) if self.kind == ClaimKind::Dental => self.lost_opening = true,
            Some(_) => {}
            None => self.lost += 1,
        }
    }

    pub(super) fn place(&mut self, record: &Record<'_>, side: Side) -> Place {
        let tag = record.tag();
        self.follow_kind(record);
        let place = match tag {
            Tag::UK | Tag::YK if side == Side::Insurer && self.open => Place::Inside,
            Tag::UK | Tag::YK | Tag::HI => Place::Head,
            Tag::IR if side == Side::Insurer && self.open && !self.has_receipt_record => Place::Inside,
            Tag::IR if side == Side::Insurer || self.kind == ClaimKind::Dental => Place::Opens,
            Tag::IR => Place::Head,
            Tag::MN => Place::Opens,
            Tag::RE if self.open && !self.has_receipt_record && !self.past_payers => Place::Inside,
            Tag::RE => Place::Opens,
            Tag::GO | Tag::HG => Place::Total,
            _ if self.is_of_another(record) => Place::OpensHeadless,
            Tag::RC if self.open => Place::Last,
            _ if self.open => Place::Inside,
            _ => Place::Stray,
        };
        self.step(tag, place);
        place
    }

    fn follow_kind(&mut self, record: &Record<'_>) {
        match record.tag() {
            Tag::UK => self.kind = ClaimKind::Dental,
            Tag::YK => self.kind = ClaimKind::Pharmacy,
            Tag::IR => match record.field(4) {
                b"3" => self.kind = ClaimKind::Dental,
                b"4" => self.kind = ClaimKind::Pharmacy,
                b"1" if !matches!(self.kind, ClaimKind::Medical | ClaimKind::Dpc) => self.kind = ClaimKind::Medical,
                _ => {}
            },
            tag if self.kind == ClaimKind::Medical && DPC_ONLY.contains(&tag) => self.kind = ClaimKind::Dpc,
            _ => {}
        }
    }

    /// Whether a record cannot belong to the receipt that is open, because its own RE is lost. Rows must never fall to the
    /// patient before. A lost line without a tag may have been anything: when one is followed by what stands at the
    /// beginning of receipts, or when several are lost in a row, it is taken for an RE.
    fn is_of_another(&self, record: &Record<'_>) -> bool {
        if record.origin() == Some(b'2') {
            return false;
        }
        let (is_payer, is_early) = match record.tag() {
            Tag::HO | Tag::KO => (true, true),
            Tag::SN | Tag::JD | Tag::MF | Tag::SY | Tag::HS | Tag::BU | Tag::SB => (false, true),
            Tag::RC => return false,
            _ => (false, false),
        };
        if !self.open {
            return self.lost_opening || self.lost > 0 && is_early || is_payer;
        }
        self.lost_opening
            || is_payer && self.past_diagnoses
            || self.lost == 1 && is_early && self.past_diagnoses
            || self.lost > 1
    }

    fn step(&mut self, tag: Tag, place: Place) {
        self.lost = 0;
        self.lost_opening = false;
        match place {
            Place::Head | Place::Total | Place::Last => self.close(),
            Place::Opens | Place::OpensHeadless => {
                self.close();
                self.open = true;
            }
            Place::Inside => {}
            Place::Stray => return,
        }
        match tag {
            Tag::RE => self.has_receipt_record = true,
            Tag::HO | Tag::KO => self.past_payers = true,
            Tag::SY | Tag::HS | Tag::BU | Tag::SB | Tag::SI | Tag::SS | Tag::IY | Tag::TO | Tag::CO | Tag::SH => {
                self.past_payers = true;
                self.past_diagnoses = true;
            }
            _ => {}
        }
        if place == Place::OpensHeadless {
            // An RE that follows is another receipt's.
            self.has_receipt_record = true;
        }
    }

    fn close(&mut self) {
        self.open = false;
        self.has_receipt_record = false;
        self.past_payers = false;
        self.past_diagnoses = false;
    }
}

/// The kind of a file, by what its head shows: the first head record, and records that only DPC claims have.
pub(super) fn kind_of(head: &[u8]) -> ClaimKind {
    let mut kind = ClaimKind::Medical;
    for line in head.split(|byte| *byte == b'\n') {
        let mut fields = line.split(|byte| *byte == b',');
        let first = fields.next().unwrap_or_default();
        let tag = if first.len() == 2 && first[0].is_ascii_uppercase() { Some(first) } else { fields.nth(2) };
        match tag {
            Some(b"UK" | b"HS" | b"SS") => return ClaimKind::Dental,
            Some(b"YK" | b"SH" | b"CZ") => return ClaimKind::Pharmacy,
            Some(b"BU" | b"SB" | b"CD") => return ClaimKind::Dpc,
            Some(b"IR") => match fields.nth(2) {
                Some(b"3") => kind = ClaimKind::Dental,
                Some(b"4") => kind = ClaimKind::Pharmacy,
                _ => {}
            },
            _ => {}
        }
    }
    kind
}
