//! The item table of 特定健診: what an item is called, what kind of value it has and in which unit.
//!
//! The 17 characters of an item code (JLAC10) are 分析物 5, 識別 4, 材料 3, 測定法 3, 結果識別 2. What is measured is told by
//! the first nine; the rest tells with what, so that one row here stands for every method of an item. Source: 電子的な標準様式
//! V08 (第4期, from fiscal 2024), with items that were retired since, because old files still carry them.

/// What kind of value an item has: the types of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// A number with a unit (PQ).
    Quantity,
    /// One of several answers (CD), or of several grades (CO).
    Coded,
    /// Free text (ST).
    Text,
}

/// An answer and its words.
pub type Answer = (&'static str, &'static str);

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// The first nine characters of the item code.
    pub key: &'static str,
    /// The name that a doctor reads.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: ItemKind,
    /// UCUM-like unit as the interface writes it; empty unless a quantity.
    pub unit: &'static str,
    /// The answers that it can have; empty when they are not listed here.
    pub answers: &'static [Answer],
}

/// Finds the row of an item code; none when the table does not know it, which is no error: laboratories send more.
pub fn find(code: &str) -> Option<&'static Item> {
    let key = code.get(..9)?;
    ITEMS.binary_search_by(|item| item.key.cmp(key)).ok().map(|at| &ITEMS[at])
}

/// Every row, by key.
pub fn all() -> &'static [Item] {
    ITEMS
}

/// The words of an answer in the code system in which it was given. Smoking, drinking and the hours since the last meal were
/// asked otherwise before 第4期, so the code alone does not say.
pub fn answer_label(item: &Item, system: &str, code: &str) -> Option<&'static str> {
    let own = match (item.key, system.rsplit('.').next()) {
        // The question of smoking was a yes or no.
        ("9N7360000", Some("2003")) => YES_NO,
        ("9N7860000", Some(old)) if !old.starts_with("24") && !old.is_empty() => DRINKING_BEFORE,
        ("9N7910000", Some(old)) if !old.starts_with("24") && !old.is_empty() => AMOUNT_BEFORE,
        _ => item.answers,
    };
    own.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

const YES_NO: &[Answer] = &[("1", "はい"), ("2", "いいえ")];
const REMARKABLE: &[Answer] = &[("1", "特記すべきことあり"), ("2", "特記すべきことなし")];
const FINDING: &[Answer] = &[("1", "所見あり"), ("2", "所見なし")];
const GRADES: &[Answer] = &[("1", "－"), ("2", "±"), ("3", "＋"), ("4", "＋＋"), ("5", "＋＋＋")];
const SUBJECT: &[Answer] = &[("1", "対象"), ("2", "対象外")];
const AFTER_MEAL: &[Answer] =
    &[("1", "食後10時間未満"), ("2", "食後10時間以上"), ("3", "食後3.5時間以上10時間未満"), ("4", "食後3.5時間未満")];
const METABOLIC: &[Answer] = &[("1", "基準該当"), ("2", "予備群該当"), ("3", "非該当"), ("4", "判定不能")];
const GUIDANCE: &[Answer] = &[("1", "積極的支援"), ("2", "動機付け支援"), ("3", "なし"), ("4", "判定不能")];
const SMOKING: &[Answer] =
    &[("1", "現在吸っている"), ("2", "以前は吸っていたが最近1か月間は吸っていない"), ("3", "吸っていない")];
const CHEWING: &[Answer] = &[("1", "何でもかめる"), ("2", "かみにくいことがある"), ("3", "ほとんどかめない")];
const SPEED: &[Answer] = &[("1", "速い"), ("2", "ふつう"), ("3", "遅い")];
const SNACKS: &[Answer] = &[("1", "毎日"), ("2", "時々"), ("3", "ほとんど摂取しない")];
const DRINKING: &[Answer] = &[
    ("1", "毎日"),
    ("2", "週5〜6日"),
    ("3", "週3〜4日"),
    ("4", "週1〜2日"),
    ("5", "月に1〜3日"),
    ("6", "月に1日未満"),
    ("7", "やめた"),
    ("8", "飲まない（飲めない）"),
];
const DRINKING_BEFORE: &[Answer] = &[("1", "毎日"), ("2", "時々"), ("3", "ほとんど飲まない（飲めない）")];
const AMOUNT: &[Answer] =
    &[("1", "1合未満"), ("2", "1〜2合未満"), ("3", "2〜3合未満"), ("4", "3〜5合未満"), ("5", "5合以上")];
const AMOUNT_BEFORE: &[Answer] = &[("1", "1合未満"), ("2", "1〜2合未満"), ("3", "2〜3合未満"), ("4", "3合以上")];
const BETTERMENT: &[Answer] = &[
    ("1", "改善するつもりはない"),
    ("2", "改善するつもりである"),
    ("3", "近いうちに改善するつもりであり、少しずつ始めている"),
    ("4", "既に改善に取り組んでいる（6か月未満）"),
    ("5", "既に改善に取り組んでいる（6か月以上）"),
];

const fn quantity(key: &'static str, name: &'static str, unit: &'static str) -> Item {
    Item { key, name, kind: ItemKind::Quantity, unit, answers: &[] }
}

const fn coded(key: &'static str, name: &'static str, answers: &'static [Answer]) -> Item {
    Item { key, name, kind: ItemKind::Coded, unit: "", answers }
}

const fn text(key: &'static str, name: &'static str) -> Item {
    Item { key, name, kind: ItemKind::Text, unit: "", answers: &[] }
}

/// Sorted by key, for the binary search; a test holds it to that.
const ITEMS: &[Item] = &[
    coded("1A0100000", "尿蛋白", GRADES),
    coded("1A0200000", "尿糖", GRADES),
    coded("1A1000000", "尿潜血", GRADES),
    quantity("2A0100000", "白血球数", "10*2/mm3"),
    quantity("2A0200000", "赤血球数", "10*4/mm3"),
    text("2A0201610", "貧血検査（実施理由）"),
    quantity("2A0300000", "血色素量（ヘモグロビン）", "g/dL"),
    quantity("2A0400000", "ヘマトクリット値", "%"),
    quantity("2A0500000", "血小板数", "10*4/mm3"),
    quantity("2A0600000", "MCV", "fL"),
    quantity("2A0700000", "MCH", "pg"),
    quantity("2A0800000", "MCHC", "%"),
    quantity("3A0100000", "総蛋白", "g/dL"),
    quantity("3A0150000", "アルブミン", "g/dL"),
    quantity("3B0350000", "AST（GOT）", "U/L"),
    quantity("3B0450000", "ALT（GPT）", "U/L"),
    quantity("3B0900000", "γ-GT（γ-GTP）", "U/L"),
    quantity("3C0150000", "血清クレアチニン", "mg/dL"),
    text("3C0151610", "血清クレアチニン（実施理由）"),
    coded("3C0151616", "血清クレアチニン（対象者）", SUBJECT),
    quantity("3C0200000", "血清尿酸", "mg/dL"),
    quantity("3D0100000", "空腹時血糖", "mg/dL"),
    quantity("3D0101299", "随時血糖", "mg/dL"),
    quantity("3D0460000", "HbA1c（NGSP値）", "%"),
    quantity("3F0150000", "空腹時中性脂肪", "mg/dL"),
    quantity("3F0151299", "随時中性脂肪", "mg/dL"),
    quantity("3F0500000", "総コレステロール", "mg/dL"),
    quantity("3F0690000", "Non-HDLコレステロール", "mg/dL"),
    quantity("3F0700000", "HDLコレステロール", "mg/dL"),
    quantity("3F0770000", "LDLコレステロール", "mg/dL"),
    quantity("8A0650000", "eGFR", "ml/min/1.73m2"),
    coded("9A1101607", "心電図（所見の有無）", FINDING),
    text("9A1101608", "心電図（所見）"),
    text("9A1101610", "心電図（実施理由）"),
    coded("9A1101616", "心電図（対象者）", SUBJECT),
    quantity("9A7510000", "収縮期血圧（1回目）", "mm[Hg]"),
    quantity("9A7520000", "収縮期血圧（2回目）", "mm[Hg]"),
    quantity("9A7550000", "収縮期血圧（その他）", "mm[Hg]"),
    quantity("9A7610000", "拡張期血圧（1回目）", "mm[Hg]"),
    quantity("9A7620000", "拡張期血圧（2回目）", "mm[Hg]"),
    quantity("9A7650000", "拡張期血圧（その他）", "mm[Hg]"),
    text("9E1001608", "眼底検査（その他の所見）"),
    text("9E1001610", "眼底検査（実施理由）"),
    coded("9E1001616", "眼底検査（対象者）", SUBJECT),
    coded("9E1001660", "眼底検査（キースワグナー分類）", &[]),
    coded("9E1001661", "眼底検査（シェイエ分類：H）", &[]),
    coded("9E1001662", "眼底検査（シェイエ分類：S）", &[]),
    coded("9E1001663", "眼底検査（SCOTT分類）", &[]),
    coded("9E1001665", "眼底検査（改変Davis分類）", &[]),
    coded("9E1001666", "眼底検査（Wong-Mitchell分類）", &[]),
    quantity("9N0010000", "身長", "cm"),
    quantity("9N0060000", "体重", "kg"),
    quantity("9N0110000", "BMI", "kg/m2"),
    quantity("9N0161601", "腹囲（実測）", "cm"),
    quantity("9N0161602", "腹囲（自己測定）", "cm"),
    quantity("9N0161603", "腹囲（自己申告）", "cm"),
    quantity("9N0210000", "内臓脂肪面積", "cm2"),
    coded("9N0560000", "既往歴", REMARKABLE),
    text("9N0561604", "既往歴（具体的な内容）"),
    coded("9N0610000", "自覚症状", REMARKABLE),
    text("9N0611608", "自覚症状（所見）"),
    coded("9N0660000", "他覚症状", REMARKABLE),
    text("9N0661608", "他覚症状（所見）"),
    coded("9N1410000", "採血時間（食後）", AFTER_MEAL),
    coded("9N5010000", "メタボリックシンドローム判定", METABOLIC),
    coded("9N5060000", "保健指導レベル", GUIDANCE),
    text("9N5110000", "医師の診断（判定）"),
    coded("9N5120000", "測定不可能・検査未実施の理由", &[]),
    text("9N5160000", "健康診断を実施した医師の氏名"),
    coded("9N7010000", "服薬1（血圧）", YES_NO),
    coded("9N7060000", "服薬2（血糖）", YES_NO),
    coded("9N7110000", "服薬3（脂質）", YES_NO),
    coded("9N7160000", "既往歴1（脳血管）", YES_NO),
    coded("9N7210000", "既往歴2（心血管）", YES_NO),
    coded("9N7260000", "既往歴3（腎不全・人工透析）", YES_NO),
    coded("9N7310000", "貧血", YES_NO),
    coded("9N7360000", "喫煙", SMOKING),
    coded("9N7410000", "20歳からの体重変化", YES_NO),
    coded("9N7460000", "30分以上の運動習慣", YES_NO),
    coded("9N7510000", "歩行又は身体活動", YES_NO),
    coded("9N7560000", "歩行速度", YES_NO),
    coded("9N7610000", "1年間の体重変化", YES_NO),
    coded("9N7660000", "食べ方1（早食い等）", SPEED),
    coded("9N7710000", "食べ方2（就寝前）", YES_NO),
    coded("9N7760000", "食べ方3（夜食・間食）", YES_NO),
    coded("9N7810000", "食習慣（朝食）", YES_NO),
    coded("9N7820000", "食べ方3（間食）", SNACKS),
    coded("9N7860000", "飲酒", DRINKING),
    coded("9N7910000", "飲酒量", AMOUNT),
    coded("9N7960000", "睡眠", YES_NO),
    coded("9N8010000", "生活習慣の改善", BETTERMENT),
    coded("9N8060000", "保健指導の希望", YES_NO),
    coded("9N8080000", "特定保健指導の受診歴", YES_NO),
    coded("9N8720000", "咀嚼", CHEWING),
    coded("9N9320000", "健康状態（後期高齢者質問票1）", &[]),
    coded("9N9330000", "心の健康状態（後期高齢者質問票2）", &[]),
    coded("9N9340000", "食習慣（後期高齢者質問票3）", &[]),
    coded("9N9350000", "口腔機能・咀嚼（後期高齢者質問票4）", &[]),
    coded("9N9360000", "口腔機能・嚥下（後期高齢者質問票5）", &[]),
    coded("9N9370000", "体重変化（後期高齢者質問票6）", &[]),
    coded("9N9380000", "運動・歩行速度（後期高齢者質問票7）", &[]),
    coded("9N9390000", "転倒（後期高齢者質問票8）", &[]),
    coded("9N9400000", "運動習慣（後期高齢者質問票9）", &[]),
    coded("9N9410000", "もの忘れ（後期高齢者質問票10）", &[]),
    coded("9N9420000", "見当識（後期高齢者質問票11）", &[]),
    coded("9N9430000", "喫煙（後期高齢者質問票12）", &[]),
    coded("9N9440000", "外出頻度（後期高齢者質問票13）", &[]),
    coded("9N9450000", "他者との交流（後期高齢者質問票14）", &[]),
    coded("9N9460000", "ソーシャルサポート（後期高齢者質問票15）", &[]),
];

/// Spellings of units that older files and laboratories use, with the one of the table. Only spellings: a unit that needs a
/// factor is another unit.
const SAME_UNITS: &[(&str, &str)] = &[
    ("mg/dl", "mg/dL"),
    ("g/dl", "g/dL"),
    ("IU/L", "U/L"),
    ("IU/l", "U/L"),
    ("U/l", "U/L"),
    ("mmHg", "mm[Hg]"),
    ("kg/m^2", "kg/m2"),
    ("kg/㎡", "kg/m2"),
    ("cm^2", "cm2"),
    ("㎝", "cm"),
    ("㎏", "kg"),
    ("％", "%"),
    ("万/mm3", "10*4/mm3"),
    ("10^4/mm3", "10*4/mm3"),
    ("10*4/uL", "10*4/mm3"),
    ("fl", "fL"),
    ("mL/min/1.73m2", "ml/min/1.73m2"),
    ("mL/min/{1.73_m2}", "ml/min/1.73m2"),
    ("ml/min/1.73㎡", "ml/min/1.73m2"),
];

/// The unit as the table writes it; the text itself when it is no known spelling of one.
pub fn canonical_unit(unit: &str) -> &str {
    SAME_UNITS.iter().find(|(spelling, _)| *spelling == unit).map_or(unit, |(_, canonical)| canonical)
}

#[cfg(test)]
mod tests {
    //! Proves that the table can be searched and that words fit the code system in which they were given.
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_key_stands_once() {
        assert!(ITEMS.windows(2).all(|pair| pair[0].key < pair[1].key));
        assert!(
            ITEMS.iter().all(|item| item.key.len() == 9 && (item.kind == ItemKind::Quantity) != item.unit.is_empty())
        );
    }

    #[test]
    fn every_method_of_an_item_is_that_item() {
        for code in ["3F077000002327101", "3F077000002399901", "3F077000002391901"] {
            assert_eq!(find(code).unwrap().name, "LDLコレステロール");
        }
        assert_eq!(find("3F015129902327101").unwrap().name, "随時中性脂肪");
        assert_eq!(find("3C015161602399911").unwrap().kind, ItemKind::Coded);
        assert_eq!(find("5C095000002399901"), None);
        assert_eq!(find("短い"), None);
    }

    #[test]
    fn two_means_no_before_and_a_former_smoker_since() {
        let smoking = find("9N736000000000011").unwrap();
        assert_eq!(answer_label(smoking, "1.2.392.200119.6.2003", "2"), Some("いいえ"));
        assert_eq!(
            answer_label(smoking, "1.2.392.200119.6.24010", "2"),
            Some("以前は吸っていたが最近1か月間は吸っていない")
        );
        let drinking = find("9N786000000000011").unwrap();
        assert_eq!(answer_label(drinking, "1.2.392.200119.6.2401", "3"), Some("週3〜4日"));
        assert_eq!(answer_label(drinking, "1.2.392.200119.6.2301", "3"), Some("ほとんど飲まない（飲めない）"));
        assert_eq!(answer_label(drinking, "1.2.392.200119.6.2301", "8"), None);
    }

    #[test]
    fn spellings_of_a_unit_are_one_and_other_units_are_not() {
        assert_eq!(canonical_unit("mg/dl"), "mg/dL");
        assert_eq!(canonical_unit("umol/L"), "umol/L");
    }
}
