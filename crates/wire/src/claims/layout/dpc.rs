//! What DPC claims have beside medical ones (formats.md 1.6; positions as open programs of that edition have them).

use super::{Layout, RESERVED, Shape, code, may, must, record};
use crate::claims::kind::Tag;
use crate::claims::master::CodeKind;

pub(super) fn records() -> Vec<Layout> {
    let adjustment = must("請求調整区分", Shape::Number(1));
    let own = may("自他保険区分", Shape::Number(1));
    let burden = may("負担区分", Shape::Burden);
    let month = must("診療年月", Shape::Month);
    vec![
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
        record(
            Tag::GA,
            [
                month,
                adjustment,
                may("外泊等", Shape::Code(31)),
                may("診断群分類番号", Shape::Alnum(14)),
                may("医療機関別係数", Shape::Decimal(1, 4)),
                may("翌月再入院予定の有無", Shape::Number(1)),
            ],
        ),
        record(
            Tag::HH,
            [
                month,
                adjustment,
                own,
                burden,
                may("入院期間区分", Shape::Number(1)),
                may("入院期間区分別点数", Shape::Number(6)),
                may("入院期間区分別入院日数", Shape::Number(2)),
                may("包括小計点数", Shape::Number(7)),
            ],
        ),
        record(
            Tag::GT,
            [
                month,
                adjustment,
                own,
                burden,
                may("包括小計点数合算", Shape::Number(7)),
                may("包括評価点数", Shape::Number(7)),
                may("調整点数", Shape::Signed(7)),
                may("今月包括合計点数", Shape::Signed(8)),
                may("診療識別", Shape::Section),
                may("変更年月日", Shape::Date),
                may("文字データ", Shape::Kanji(40)),
            ],
        ),
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
