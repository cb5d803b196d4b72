//! What was done: the rows of groups in medical, DPC and dental claims.

use super::{FieldSpec, Layout, RESERVED, RowPlaces, Shape, code, may, must, record};
use crate::claims::kind::Tag;
use crate::claims::master::CodeKind;

const SECTION: FieldSpec = may("診療識別", Shape::Section);
const BURDEN: FieldSpec = must("負担区分", Shape::Burden);
const POINTS: FieldSpec = may("点数", Shape::Number(7));
const TIMES: FieldSpec = may("回数", Shape::Number(3));
const DAY: FieldSpec = may("算定日情報", Shape::Day);

pub(super) fn comment_code(required: bool) -> FieldSpec {
    code("コメントコード", 9, CodeKind::Comment, required)
}

fn comments() -> Vec<FieldSpec> {
    (0..3).flat_map(|_| [comment_code(false), may("文字データ", Shape::Kanji(100))]).collect()
}

fn row(tag: Tag, places: RowPlaces, fields: Vec<FieldSpec>) -> Layout {
    let days = std::iter::repeat_n(DAY, 31);
    Layout { row: Some(places), ..record(tag, fields.into_iter().chain(days)) }
}

const PLACES: RowPlaces = RowPlaces {
    section: 2,
    burden: 3,
    code: 4,
    amount: 5,
    points: 6,
    times: 7,
    comments: 0,
    unit: 0,
    price: 0,
    name: 0,
    days: 0,
};

fn procedure_head() -> Vec<FieldSpec> {
    let code = code("診療行為コード", 9, CodeKind::Procedure, true);
    vec![SECTION, BURDEN, code, may("数量データ", Shape::Number(8)), POINTS, TIMES]
}

fn drug_head() -> Vec<FieldSpec> {
    let code = code("医薬品コード", 9, CodeKind::Drug, true);
    vec![SECTION, BURDEN, code, may("使用量", Shape::Decimal(5, 5)), POINTS, TIMES]
}

pub(super) fn medical() -> Vec<Layout> {
    let with_comments = |fields: Vec<FieldSpec>| fields.into_iter().chain(comments()).collect::<Vec<_>>();
    let places = RowPlaces { comments: 8, days: 14, ..PLACES };
    let mut material = vec![
        SECTION,
        BURDEN,
        code("特定器材コード", 9, CodeKind::Material, true),
        may("使用量", Shape::Decimal(5, 3)),
        POINTS,
        TIMES,
        may("単位コード", Shape::Digits(3)),
        may("単価", Shape::Decimal(8, 2)),
        RESERVED,
        may("商品名等", Shape::Kanji(300)),
    ];
    material.extend(comments());
    vec![
        row(Tag::SI, places, with_comments(procedure_head())),
        row(Tag::IY, places, with_comments(drug_head())),
        row(Tag::TO, RowPlaces { unit: 8, price: 9, name: 11, comments: 12, days: 18, ..PLACES }, material),
        record(Tag::CO, [SECTION, BURDEN, comment_code(true), may("文字データ", Shape::Kanji(76))]),
    ]
}

/// The day cells begin where the comments of 医科 would (formats.md 1.4).
pub(super) fn dental() -> Vec<Layout> {
    let mut act = vec![
        SECTION,
        BURDEN,
        code("歯科診療行為コード", 9, CodeKind::Procedure, true),
        may("数量データ1", Shape::Number(8)),
        may("数量データ2", Shape::Number(8)),
    ];
    for _ in 0..35 {
        act.extend([may("加算コード", Shape::Alnum(5)), may("加算数量データ", Shape::Number(8))]);
    }
    act.extend([POINTS, TIMES]);
    let mut drug = drug_head();
    drug.push(may("医薬品区分", Shape::Number(1)));
    let material = vec![
        SECTION,
        BURDEN,
        code("特定器材コード", 9, CodeKind::Material, true),
        may("使用量", Shape::Decimal(5, 3)),
        may("単位コード", Shape::Digits(3)),
        may("単価", Shape::Decimal(8, 2)),
        may("加算コード", Shape::Alnum(9)),
        may("加算数量データ", Shape::Number(8)),
        may("加算コード", Shape::Alnum(9)),
        may("加算数量データ", Shape::Number(8)),
        may("商品名等", Shape::Kanji(300)),
        POINTS,
        TIMES,
    ];
    let material_places = RowPlaces { unit: 6, price: 7, name: 12, points: 13, times: 14, days: 15, ..PLACES };
    vec![
        row(Tag::SS, RowPlaces { points: 77, times: 78, days: 79, ..PLACES }, act),
        row(Tag::SI, RowPlaces { days: 8, ..PLACES }, procedure_head()),
        row(Tag::IY, RowPlaces { days: 9, ..PLACES }, drug),
        row(Tag::TO, material_places, material),
        record(
            Tag::CO,
            [SECTION, BURDEN, comment_code(true), may("文字データ", Shape::Kanji(400)), may("歯式", Shape::Alnum(384))],
        ),
    ]
}
