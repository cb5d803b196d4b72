//! What DPC claims have beside medical ones (formats.md 1.6; positions as open programs of that edition have them).

use super::head::{medical_payer, medical_receipt};
use super::{Layout, RESERVED, Shape, code, may, must, record};
use crate::claims::kind::Tag;
use crate::claims::master::CodeKind;

pub(super) fn records() -> Vec<Layout> {
    let month = must("診療年月", Shape::Month);
    // Some programs write the two additions to RE behind its last field (see `head::medical_receipt`).
    let behind = [may("レセプト総括区分", Shape::Any), may("明細情報数", Shape::Any)];
    vec![
        record(Tag::RE, medical_receipt().into_iter().chain(behind)),
        record(Tag::HO, medical_payer().into_iter().chain([may("標準負担額", Shape::Number(8))])),
        record(
            Tag::BU,
            [
                must("診断群分類番号", Shape::Alnum(14)),
                must("今回入院年月日", Shape::Date),
                may("今回退院年月日", Shape::Date),
                may("DPC転帰区分", Shape::Number(1)),
                may("死因", Shape::Kanji(100)),
            ],
        ),
        record(
            Tag::SB,
            [
                code("傷病名コード", 7, CodeKind::Diagnosis, true),
                may("修飾語コード", Shape::Modifiers),
                may("傷病名称", Shape::Kanji(40)),
                may("ICD-10コード", Shape::Alnum(5)),
                must("傷病名区分", Shape::Digits(2)),
                may("死因", Shape::Number(1)),
                may("補足コメント", Shape::Kanji(40)),
            ],
        ),
        record(Tag::KK, (0..14).map(|_| may("患者基礎情報", Shape::Any))),
        record(
            Tag::SK,
            [
                code("診療行為コード", 9, CodeKind::Procedure, false),
                may("区分番号", Shape::Any),
                may("実施（予定）年月日", Shape::Date),
                RESERVED,
                may("診療区分コード", Shape::Alnum(4)),
                may("診療名称", Shape::Kanji(200)),
            ],
        ),
        // Their fields changed with the editions and no published table was at hand: only the month is checked.
        record(Tag::GA, std::iter::once(month).chain(std::iter::repeat_n(may("外泊情報", Shape::Any), 5))),
        record(Tag::HH, std::iter::once(month).chain(std::iter::repeat_n(may("包括評価情報", Shape::Any), 7))),
        record(Tag::GT, std::iter::once(month).chain(std::iter::repeat_n(may("合計調整情報", Shape::Any), 10))),
        record(
            Tag::CD,
            [
                must("実施年月日", Shape::Date),
                must("診療識別", Shape::Section),
                must("順序番号", Shape::Code(4)),
                must("行為明細番号", Shape::Code(3)),
                code("レセプト電算処理システム用コード", 9, CodeKind::Any, true),
                may("使用量", Shape::Decimal(5, 5)),
                may("数量データ", Shape::Number(8)),
                may("単位コード", Shape::Digits(3)),
                may("回数", Shape::Number(3)),
                may("特定器材名称", Shape::Kanji(254)),
            ],
        ),
    ]
}
