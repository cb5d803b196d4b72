//! 調剤 (formats.md 1.5). Positions there count from 0 after the tag; here, as everywhere, the tag is 1.

use super::head::{
    BIRTH, CLAIM_MONTH, CONDITION, FEE_TABLE, INSTITUTION, KANA, NAME, NOTES, NUMBER, ORGANISATION, PHONE, PREFECTURE,
    RATE, SEARCH, SEX, SHARE_CLASS, TYPE, VOLUME, confirmations, payer,
};
use super::rows::comment_code;
use super::{FieldSpec, Layout, RESERVED, RowPlaces, Shape, code, may, must, record};
use crate::claims::kind::Tag;
use crate::claims::master::CodeKind;

const BURDEN: FieldSpec = may("負担区分", Shape::Burden);
const POINTS: FieldSpec = may("点数", Shape::Number(7));

pub(super) fn records() -> Vec<Layout> {
    let mut records = vec![
        record(
            Tag::YK,
            [
                ORGANISATION,
                PREFECTURE,
                FEE_TABLE,
                INSTITUTION,
                may("薬局名称", Shape::Kanji(40)),
                CLAIM_MONTH,
                VOLUME,
                PHONE,
            ],
        ),
        // On the insurer side every receipt names its institution as 医科 does.
        record(
            Tag::IR,
            [
                ORGANISATION,
                PREFECTURE,
                FEE_TABLE,
                INSTITUTION,
                RESERVED,
                may("薬局名称", Shape::Kanji(40)),
                CLAIM_MONTH,
                may("マルチボリューム識別情報", Shape::Digits(2)),
                PHONE,
            ],
        ),
        record(Tag::RE, receipt()),
    ];
    records.extend(payers());
    records.extend(confirmations());
    records.extend(prescription());
    records.extend(fees());
    records.push(record(
        Tag::GO,
        [
            must("総件数", Shape::Number(6)),
            must("総合計点数", Shape::Number(10)),
            must("マルチボリューム識別情報", Shape::Digits(2)),
        ],
    ));
    records
}

fn receipt() -> Vec<FieldSpec> {
    let mut fields = vec![
        NUMBER,
        TYPE,
        must("調剤年月", Shape::Month),
        NAME,
        SEX,
        BIRTH,
        RATE,
        NOTES,
        must("処方医療機関 都道府県", Shape::Prefecture),
        must("処方医療機関 点数表", Shape::OneOf(b"13")),
        must("処方医療機関コード", Shape::Digits(7)),
        may("処方医療機関名称", Shape::Kanji(40)),
        may("処方医療機関所在地", Shape::Kanji(80)),
    ];
    fields.extend(std::iter::repeat_n(may("保険医氏名", Shape::Either(40)), 20));
    fields.extend([
        may("麻薬免許番号", Shape::Any),
        may("調剤録番号等", Shape::Alnum(20)),
        RESERVED,
        SEARCH,
        RESERVED,
        may("請求情報", Shape::Either(40)),
        SHARE_CLASS,
        KANA,
        CONDITION,
    ]);
    fields
}

fn payers() -> Vec<Layout> {
    let visits = may("処方箋受付回数", Shape::Number(2));
    vec![
        record(
            Tag::HO,
            payer([
                visits,
                must("合計点数", Shape::Number(8)),
                RESERVED,
                may("職務上の事由", Shape::Number(1)),
                may("証明書番号", Shape::Code(3)),
                may("一部負担金", Shape::Number(9)),
                RESERVED,
                may("減免区分", Shape::OneOf(b"123")),
                may("減額割合", Shape::Number(3)),
                may("減額金額", Shape::Number(6)),
            ]),
        ),
        record(
            Tag::KO,
            [
                must("公費負担者番号", Shape::Payer),
                may("受給者番号", Shape::Recipient),
                may("任意給付区分", Shape::Number(1)),
                visits,
                may("合計点数", Shape::Number(8)),
                RESERVED,
                may("一部負担金額", Shape::Number(8)),
                RESERVED,
                may("公費給付対象一部負担金", Shape::Number(6)),
            ],
        ),
    ]
}

fn prescription() -> Vec<Layout> {
    let mut base = vec![
        must("処方No", Shape::Digits(2)),
        must("剤形コード", Shape::OneOf(b"1234567 9")),
        may("用法コード", Shape::Digits(3)),
        may("特別指示", Shape::Kanji(80)),
        may("単位薬剤料", Shape::Number(7)),
    ];
    base.extend(std::iter::repeat_n(may("公費単位薬剤料", Shape::Number(7)), 4));
    let drug = vec![
        must("負担区分", Shape::Burden),
        code("医薬品コード", 9, CodeKind::Drug, true),
        must("使用量", Shape::Decimal(5, 5)),
        RESERVED,
        RESERVED,
        may("混合区分", Shape::Number(1)),
        may("混合区分枝番", Shape::Any),
        may("配合不適区分", Shape::Any),
        may("1回用量", Shape::Decimal(5, 5)),
    ];
    let material = vec![
        must("負担区分", Shape::Burden),
        code("特定器材コード", 9, CodeKind::Material, true),
        must("使用量", Shape::Decimal(5, 3)),
        may("単位コード", Shape::Digits(3)),
        may("単価", Shape::Decimal(8, 2)),
        may("特定器材名称", Shape::Kanji(300)),
    ];
    let places = RowPlaces { burden: 2, code: 3, amount: 4, ..RowPlaces::default() };
    vec![
        record(Tag::SH, base),
        record(Tag::CZ, dispensing()),
        Layout { row: Some(places), ..record(Tag::IY, drug) },
        Layout { row: Some(RowPlaces { unit: 5, price: 6, name: 7, ..places }), ..record(Tag::TO, material) },
        record(Tag::CO, [comment_code(true), may("文字データ", Shape::Kanji(400))]),
        record(Tag::TK, [comment_code(true), may("文字データ", Shape::Kanji(400))]),
    ]
}

/// Fields from 薬剤調製料 on changed with the editions; only what every edition has at the same place is checked.
fn dispensing() -> Vec<FieldSpec> {
    let mut fields = vec![
        may("医師番号", Shape::Number(2)),
        must("処方箋交付年月日", Shape::Date),
        must("調剤年月日", Shape::Date),
        may("処方箋受付回", Shape::Number(2)),
        must("調剤数量", Shape::Number(3)),
        BURDEN,
        may("算定区分", Shape::Any),
        may("算定先No", Shape::Any),
        may("薬剤調製料コード", Shape::Digits(9)),
        POINTS,
        may("分割区分", Shape::Any),
        may("前回までの調剤数量", Shape::Number(3)),
        may("薬剤料点数", Shape::Number(7)),
        RESERVED,
    ];
    fields.extend(std::iter::repeat_n(may("調剤情報", Shape::Any), 56));
    fields
}

fn fees() -> Vec<Layout> {
    let mut fees = vec![must("算定年月日", Shape::Date), may("処方箋受付回", Shape::Number(2))];
    fees.extend(std::iter::repeat_n(may("基本料・薬学管理料", Shape::Any), 111));
    vec![
        record(Tag::KI, fees),
        record(Tag::ST, std::iter::repeat_n(may("分割技術料", Shape::Any), 15)),
        record(Tag::SJ, [may("症状詳記区分", Shape::Digits(2)), must("症状詳記データ", Shape::Kanji(2400))]),
        record(Tag::KH, [may("国保連固有情報", Shape::Any)]),
    ]
}
