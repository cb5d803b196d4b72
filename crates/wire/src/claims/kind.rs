//! What a claim file is, what a record is called, and the 診療識別.

use std::fmt;

pub use domain::record::ClaimKind;

/// From which side of the review and payment body a file comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// As the institution sends it.
    Provider,
    /// As the insurer receives it (レセプト電子データ提供): three columns stand before the tag — origin (1 institution,
    /// 2 review and payment body), running number of the row in the receipt, branch number.
    Insurer,
}

/// The two letters that open a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub [u8; 2]);

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident)+) => {
        impl Tag {
            $($(#[$doc])* pub const $name: Self = {
                let name = stringify!($name).as_bytes();
                Self([name[0], name[1]])
            };)+
            /// Every tag that any of the specifications knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

tags! {
    /// 医療機関情報
    IR
    /// 歯科 head
    UK
    /// 薬局情報
    YK
    /// レセプト共通
    RE
    /// 保険者
    HO
    /// 公費
    KO
    /// 資格確認
    SN
    /// 受診日等
    JD
    /// 窓口負担額
    MF
    /// 包括評価対象外理由 (of medical receipts of DPC hospitals)
    GR
    /// 国保連固有情報
    KH
    /// 傷病名
    SY
    /// 傷病名部位 (dental)
    HS
    /// 診断群分類 (DPC)
    BU
    /// 傷病 (DPC)
    SB
    /// 患者基礎 (DPC)
    KK
    /// 診療関連 (DPC)
    SK
    /// 外泊 (DPC)
    GA
    /// 包括評価 (DPC)
    HH
    /// 合計調整 (DPC)
    GT
    /// コーディングデータ (DPC)
    CD
    /// 診療行為
    SI
    /// 歯科診療行為
    SS
    /// 医薬品
    IY
    /// 特定器材
    TO
    /// コメント
    CO
    /// 日計表 (before 2012)
    NI
    /// 処方基本 (pharmacy)
    SH
    /// 調剤情報 (pharmacy)
    CZ
    /// 摘要欄 (pharmacy)
    TK
    /// 基本料・薬学管理料 (pharmacy)
    KI
    /// 分割技術料 (pharmacy)
    ST
    /// 症状詳記
    SJ
    /// 臓器提供医療機関
    TI
    /// 臓器提供者レセプト
    TR
    /// 臓器提供者請求
    TS
    /// 診療報酬請求書
    GO
    /// レセプト管理 (insurer side; opens a receipt)
    MN
    /// 事由 (insurer side)
    JY
    /// 審査運用 (insurer side)
    EX
    /// レコード管理 (insurer side; ends a receipt)
    RC
    /// 返戻 (insurer side)
    ON
    /// 再審査等申し出 (insurer side)
    MD
    /// 理由対象 (insurer side)
    RT
    /// レセプト縦覧 (insurer side)
    JR
    /// 再審査等申し出結果 (insurer side)
    MK
    /// 返戻医療機関 (head of a returned file)
    HI
    /// 返戻理由
    HR
    /// 返戻合計
    HG
}

impl Tag {
    /// Reads two capital letters.
    pub const fn parse(raw: &[u8]) -> Option<Self> {
        match raw {
            [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => Some(Self([*first, *second])),
            _ => None,
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether any of the specifications has such a record.
    pub fn is_known(self) -> bool {
        Self::KNOWN.contains(&self)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({})", self.as_str())
    }
}

/// 診療識別: what kind of service a group of rows is, 01 to 99 (formats.md 1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Section(pub u8);

impl Section {
    /// 21 内服: the amount is for one day, the day cells count days.
    pub const ORAL: Self = Self(21);
    /// 22 屯服: the amount is for one dose, the day cells count doses.
    pub const AS_NEEDED: Self = Self(22);
    /// 23 外用: the amount is the whole, the day cells are 1.
    pub const EXTERNAL: Self = Self(23);
    /// 97 食事療養・生活療養: amounts in yen, left out of the points.
    pub const MEALS: Self = Self(97);

    /// Whether it is 投薬 in a medical claim (21, 22, 23).
    pub const fn is_dispensing(self) -> bool {
        matches!(self.0, 21..=23)
    }

    /// Whether it is 注射 in a medical claim (31, 32, 33).
    pub const fn is_injection(self) -> bool {
        matches!(self.0, 31..=33)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}
