//! The fields of every record of every kind, as 記録条件仕様 tables them (formats.md 1.3 to 1.6).

mod dpc;
mod head;
mod pharmacy;
mod rows;

use std::sync::LazyLock;

use super::kind::{ClaimKind, Tag};

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Left out by the specification, or of no interest here: only its characters are looked at.
    Any,
    /// 数字 固定: exactly so many digits.
    Digits(u8),
    /// 数字 可変 whose leading zeros count: at most so many digits.
    Code(u8),
    /// 数字 可変: at most so many digits, without leading zeros.
    Number(u8),
    /// As [`Shape::Number`], with a minus sign allowed.
    Signed(u8),
    /// Digits before and after the point, without zeros at either end.
    Decimal(u8, u8),
    /// 英数 可変: at most so many half-width characters.
    Alnum(u16),
    /// 漢字 可変: at most so many bytes of full-width characters.
    Kanji(u16),
    /// 英数 or 漢字: at most so many bytes, not mixed.
    Either(u16),
    /// Year, month, day.
    Date,
    /// Year, month.
    Month,
    /// One character out of these.
    OneOf(&'static [u8]),
    /// 都道府県, 01 to 47.
    Prefecture,
    /// 保険者番号, 公費負担者番号: 8 bytes, 6 digits padded on the left with spaces, check digit.
    Payer,
    /// 受給者番号: 7 digits with a check digit.
    Recipient,
    /// 負担区分.
    Burden,
    /// 診療識別.
    Section,
    /// レセプト種別, its first digit as the kind asks.
    ReceiptType,
    /// 修飾語コード: four digits each, at most twenty.
    Modifiers,
    /// What happened on a day: a number of at most three digits.
    Day,
}

/// What a code field is looked up as.
pub(super) use super::master::CodeKind;

/// One field.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldSpec {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
    pub(super) master: Option<CodeKind>,
}

/// Where the parts of a row of services stand, numbered as in the specification; 0 when the record has no such field.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowPlaces {
    pub(super) section: usize,
    pub(super) burden: usize,
    pub(super) code: usize,
    pub(super) amount: usize,
    pub(super) points: usize,
    pub(super) times: usize,
    /// First of up to three pairs of comment code and text.
    pub(super) comments: usize,
    pub(super) unit: usize,
    pub(super) price: usize,
    pub(super) name: usize,
    /// 1日の情報.
    pub(super) days: usize,
}

/// One record.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) tag: Tag,
    pub(super) fields: Vec<FieldSpec>,
    pub(super) row: Option<RowPlaces>,
}

const fn field(name: &'static str, shape: Shape, required: bool) -> FieldSpec {
    FieldSpec { name, shape, required, master: None }
}

/// A field that must hold a value.
const fn must(name: &'static str, shape: Shape) -> FieldSpec {
    field(name, shape, true)
}

/// A field that may be empty.
const fn may(name: &'static str, shape: Shape) -> FieldSpec {
    field(name, shape, false)
}

/// A code that a master knows.
const fn code(name: &'static str, digits: u8, kind: CodeKind, required: bool) -> FieldSpec {
    FieldSpec { name, shape: Shape::Digits(digits), required, master: Some(kind) }
}

const RESERVED: FieldSpec = may("予備", Shape::Any);

fn record(tag: Tag, fields: impl IntoIterator<Item = FieldSpec>) -> Layout {
    let tag_field = std::iter::once(field("レコード識別情報", Shape::Any, true));
    Layout { tag, fields: tag_field.chain(fields).collect(), row: None }
}

/// The records of one kind, found by their tag.
struct Kind {
    layouts: Vec<Layout>,
    /// For each pair of letters the place in `layouts` and one, or 0.
    places: Vec<u8>,
}

impl Kind {
    fn new(layouts: Vec<Layout>) -> Self {
        let mut places = vec![0; 26 * 26];
        for (place, layout) in layouts.iter().enumerate() {
            // A kind has about forty records.
            places[letters(layout.tag)] = u8::try_from(place + 1).unwrap_or(0);
        }
        Self { layouts, places }
    }
}

fn letters(tag: Tag) -> usize {
    let [first, second] = tag.0;
    usize::from(first.wrapping_sub(b'A') % 26) * 26 + usize::from(second.wrapping_sub(b'A') % 26)
}

static KINDS: LazyLock<[Kind; 4]> = LazyLock::new(|| {
    [
        Kind::new(head::medical().into_iter().chain(rows::medical()).collect()),
        Kind::new(head::medical().into_iter().chain(rows::medical()).chain(dpc::records()).collect()),
        Kind::new(head::dental().into_iter().chain(rows::dental()).collect()),
        Kind::new(pharmacy::records()),
    ]
});

/// The layout of a record in a kind of claim; none when the kind has no such record.
pub(super) fn layout(kind: ClaimKind, tag: Tag) -> Option<&'static Layout> {
    let kind = &KINDS[kind as usize];
    let place = *kind.places.get(letters(tag))?;
    kind.layouts.get(usize::from(place).checked_sub(1)?)
}

/// Every layout of a kind.
pub(super) fn layouts(kind: ClaimKind) -> &'static [Layout] {
    &KINDS[kind as usize].layouts
}

/// Records of every kind that hold nothing to check here: those of the review and payment body and of donors.
const UNCHECKED: [Tag; 16] = [
    Tag::MN,
    Tag::JY,
    Tag::EX,
    Tag::RC,
    Tag::ON,
    Tag::MD,
    Tag::RT,
    Tag::JR,
    Tag::MK,
    Tag::HI,
    Tag::HR,
    Tag::HG,
    Tag::TI,
    Tag::TR,
    Tag::TS,
    Tag::NI,
];

/// Whether the record is one that stands in every kind of claim and is not checked field by field.
pub(super) fn is_unchecked(tag: Tag) -> bool {
    UNCHECKED.contains(&tag)
}
