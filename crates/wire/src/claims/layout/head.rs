//! Who claims, for whom, at whose expense: medical, DPC and dental.

use super::{FieldSpec, Layout, RESERVED, Shape, code, may, must, record};
use crate::claims::kind::Tag;
use crate::claims::master::CodeKind;

pub(super) const ORGANISATION: FieldSpec = must("審査支払機関", Shape::OneOf(b"12"));
pub(super) const PREFECTURE: FieldSpec = must("都道府県", Shape::Prefecture);
pub(super) const FEE_TABLE: FieldSpec = must("点数表", Shape::OneOf(b"1346"));
pub(super) const INSTITUTION: FieldSpec = must("医療機関コード", Shape::Digits(7));
pub(super) const CLAIM_MONTH: FieldSpec = must("請求年月", Shape::Month);
pub(super) const VOLUME: FieldSpec = must("マルチボリューム識別情報", Shape::Digits(2));
pub(super) const PHONE: FieldSpec = may("電話番号", Shape::Alnum(15));
pub(super) const SEX: FieldSpec = must("男女区分", Shape::OneOf(b"12"));
pub(super) const BIRTH: FieldSpec = must("生年月日", Shape::Date);
pub(super) const NAME: FieldSpec = must("氏名", Shape::Either(40));
pub(super) const KANA: FieldSpec = may("カタカナ（氏名）", Shape::Kanji(80));
pub(super) const NUMBER: FieldSpec = must("レセプト番号", Shape::Number(6));
pub(super) const TYPE: FieldSpec = must("レセプト種別", Shape::ReceiptType);
pub(super) const SEARCH: FieldSpec = may("検索番号", Shape::Alnum(30));
pub(super) const NOTES: FieldSpec = may("レセプト特記事項", Shape::Alnum(10));
pub(super) const RATE: FieldSpec = may("給付割合", Shape::Number(3));
pub(super) const SHARE_CLASS: FieldSpec = may("一部負担金区分", Shape::Number(1));
pub(super) const CONDITION: FieldSpec = may("患者の状態", Shape::Code(60));

pub(super) fn medical() -> Vec<Layout> {
    let mut records = vec![
        record(
            Tag::IR,
            [
                ORGANISATION,
                PREFECTURE,
                FEE_TABLE,
                INSTITUTION,
                RESERVED,
                may("医療機関名称", Shape::Kanji(40)),
                CLAIM_MONTH,
                VOLUME,
                PHONE,
            ],
        ),
        record(Tag::RE, medical_receipt()),
        record(
            Tag::HO,
            payer([
                may("診療実日数", Shape::Number(2)),
                must("合計点数", Shape::Number(8)),
                RESERVED,
                may("食事療養・生活療養 回数", Shape::Number(2)),
                may("食事療養・生活療養 合計金額", Shape::Number(8)),
                may("職務上の事由", Shape::Number(1)),
                may("証明書番号", Shape::Code(3)),
                may("負担金額", Shape::Number(9)),
                may("減免区分", Shape::OneOf(b"123")),
                may("減額割合", Shape::Number(3)),
                may("減額金額", Shape::Number(6)),
            ]),
        ),
        record(Tag::GR, [may("算定理由", Shape::Digits(2)), may("診断群分類番号", Shape::Alnum(14))]),
        diagnosis(),
    ];
    records.extend(common());
    records
}

/// Fields 16 to 18 are reserved in 医科. DPC has レセプト総括区分 (1 byte) and 明細情報数 (2 bytes) more, which fit the
/// reserved fields 17 and 18 in width and in the order of a published data base of insurers; no table of it was found.
fn medical_receipt() -> Vec<FieldSpec> {
    let mut fields = vec![
        NUMBER,
        TYPE,
        must("診療年月", Shape::Month),
        NAME,
        SEX,
        BIRTH,
        RATE,
        may("入院年月日", Shape::Date),
        may("病棟区分", Shape::Alnum(8)),
        SHARE_CLASS,
        NOTES,
        may("病床数", Shape::Number(4)),
        may("カルテ番号等", Shape::Alnum(20)),
        may("割引点数単価", Shape::Number(2)),
        RESERVED,
        may("予備（DPC: レセプト総括区分）", Shape::Any),
        may("予備（DPC: 明細情報数）", Shape::Any),
        SEARCH,
        RESERVED,
        may("請求情報", Shape::Either(40)),
    ];
    for _ in 0..3 {
        fields.push(may("診療科名", Shape::Alnum(2)));
        for name in ["人体の部位等", "性別等", "医学的処置", "特定疾病"] {
            fields.push(may(name, Shape::Alnum(3)));
        }
    }
    fields.extend([KANA, CONDITION]);
    fields
}

pub(super) fn payer(rest: impl IntoIterator<Item = FieldSpec>) -> Vec<FieldSpec> {
    let card = [
        must("保険者番号", Shape::Payer),
        may("被保険者証等の記号", Shape::Either(38)),
        must("被保険者証等の番号", Shape::Either(38)),
    ];
    card.into_iter().chain(rest).collect()
}

fn diagnosis() -> Layout {
    record(
        Tag::SY,
        [
            code("傷病名コード", 7, CodeKind::Diagnosis, true),
            must("診療開始日", Shape::Date),
            must("転帰区分", Shape::OneOf(b"1234")),
            may("修飾語コード", Shape::Modifiers),
            may("傷病名称", Shape::Kanji(40)),
            may("主傷病", Shape::Digits(2)),
            may("補足コメント", Shape::Kanji(40)),
        ],
    )
}

/// KO, SN, JD, MF, KH, SJ, GO of medical and dental claims.
fn common() -> Vec<Layout> {
    let mut records = vec![
        record(
            Tag::KO,
            [
                must("公費負担者番号", Shape::Payer),
                may("受給者番号", Shape::Recipient),
                may("任意給付区分", Shape::Number(1)),
                may("診療実日数", Shape::Number(2)),
                may("合計点数", Shape::Number(8)),
                may("負担金額", Shape::Number(8)),
                may("公費給付対象外来一部負担金", Shape::Number(6)),
                may("公費給付対象入院一部負担金", Shape::Number(6)),
                RESERVED,
                may("食事療養・生活療養 回数", Shape::Number(2)),
                may("食事療養・生活療養 合計金額", Shape::Number(8)),
            ],
        ),
        record(Tag::KH, [may("国保連固有情報", Shape::Any)]),
        record(Tag::SJ, [may("症状詳記区分", Shape::Digits(2)), must("症状詳記データ", Shape::Kanji(2400))]),
    ];
    records.extend(confirmations());
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

/// SN, JD, MF: the same in every kind.
pub(super) fn confirmations() -> Vec<Layout> {
    let payer = must("負担者種別", Shape::OneOf(b"12345"));
    let days = (1..=31).map(|_| may("受診日等", Shape::OneOf(b"129")));
    let reserved = (1..=31).map(|_| may("予備", Shape::Any));
    vec![
        record(
            Tag::SN,
            [
                payer,
                must("確認区分", Shape::Digits(2)),
                may("保険者番号等", Shape::Payer),
                may("被保険者証等の記号", Shape::Either(38)),
                may("被保険者証等の番号", Shape::Either(38)),
                may("枝番", Shape::Digits(2)),
                may("受給者番号", Shape::Recipient),
                RESERVED,
            ],
        ),
        record(Tag::JD, std::iter::once(payer).chain(days)),
        record(Tag::MF, std::iter::once(must("窓口負担額区分", Shape::Digits(2))).chain(reserved)),
    ]
}

pub(super) fn dental() -> Vec<Layout> {
    let mut records = vec![
        record(
            Tag::UK,
            [
                ORGANISATION,
                PREFECTURE,
                FEE_TABLE,
                INSTITUTION,
                RESERVED,
                may("医療機関名称", Shape::Kanji(40)),
                CLAIM_MONTH,
                may("届出", Shape::Any),
                may("マルチボリューム識別情報", Shape::Digits(2)),
            ],
        ),
        record(
            Tag::IR,
            [
                ORGANISATION,
                PREFECTURE,
                FEE_TABLE,
                INSTITUTION,
                RESERVED,
                CLAIM_MONTH,
                PHONE,
                may("届出", Shape::Code(28)),
            ],
        ),
        record(Tag::RE, dental_receipt()),
        record(
            Tag::HO,
            payer([
                may("診療実日数", Shape::Number(2)),
                must("合計点数", Shape::Number(8)),
                may("食事療養・生活療養 回数", Shape::Number(2)),
                may("食事療養・生活療養 合計金額", Shape::Number(8)),
                may("職務上の事由", Shape::Number(1)),
                may("証明書番号", Shape::Code(3)),
                may("負担金額", Shape::Number(9)),
                may("減免区分", Shape::OneOf(b"123")),
                may("減額割合", Shape::Number(3)),
                may("減額金額", Shape::Number(6)),
            ]),
        ),
        record(
            Tag::HS,
            [
                must("診療開始日", Shape::Date),
                must("転帰区分", Shape::OneOf(b"1234")),
                may("歯式コード", Shape::Alnum(384)),
                code("傷病名コード", 7, CodeKind::Diagnosis, true),
                may("修飾語コード", Shape::Modifiers),
                may("傷病名称", Shape::Kanji(40)),
                may("併存傷病名数", Shape::Number(1)),
                may("病態移行", Shape::Number(1)),
                may("主傷病", Shape::Digits(2)),
                may("コメントコード", Shape::Digits(9)),
                may("補足コメント", Shape::Kanji(100)),
                may("歯式（コメント）", Shape::Alnum(384)),
            ],
        ),
    ];
    records.extend(common());
    records
}

fn dental_receipt() -> Vec<FieldSpec> {
    vec![
        NUMBER,
        TYPE,
        must("診療年月", Shape::Month),
        NAME,
        SEX,
        BIRTH,
        RATE,
        may("入院年月日", Shape::Date),
        may("診療開始日", Shape::Date),
        may("転帰区分", Shape::OneOf(b"1234")),
        may("病棟区分", Shape::Alnum(8)),
        SHARE_CLASS,
        NOTES,
        RESERVED,
        may("カルテ番号等", Shape::Alnum(20)),
        may("請求情報1", Shape::Either(40)),
        RESERVED,
        may("未来院請求", Shape::Any),
        SEARCH,
        RESERVED,
        may("請求情報2", Shape::Either(40)),
        RESERVED,
        RESERVED,
        RESERVED,
        KANA,
        CONDITION,
    ]
}
