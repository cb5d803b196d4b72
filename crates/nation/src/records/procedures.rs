//! What is done to people of the nation, as far as claims tell: codes are real ones where they are sure, points are about
//! those of 2024.

/// A procedure, and where it stands on a claim.
#[derive(Debug)]
pub(crate) struct Procedure {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) points: u32,
    /// 診療識別.
    pub(crate) group: u8,
    /// What kind of work it is, as `procedures.csv` says it.
    pub(crate) work: &'static str,
}

/// Work of the 医科点数表, whose 診療識別 says what it is.
const fn of(group: u8, code: &'static str, name: &'static str, points: u32) -> Procedure {
    let work = match group {
        11 | 12 => "visit",
        13 => "management",
        24 | 25 => "prescribing",
        31 => "injection",
        40 => "treatment",
        50 => "surgery",
        60 => "examination",
        70 => "imaging",
        90 => "hospitalisation",
        _ => "other",
    };
    dental(work, group, code, name, points)
}

/// Work of a dentist: 診療識別 31 holds examinations and pictures, 41 to 44 treatment and surgery.
const fn dental(work: &'static str, group: u8, code: &'static str, name: &'static str, points: u32) -> Procedure {
    Procedure { code, name, points, group, work }
}

/// Places in [`PROCEDURES`].
pub(crate) mod act {
    pub(crate) const FIRST_VISIT: usize = 0;
    pub(crate) const VISIT: usize = 1;
    pub(crate) const MANAGEMENT: usize = 2;
    pub(crate) const DISEASE_MANAGEMENT: usize = 3;
    pub(crate) const DISPENSING_ORAL: usize = 4;
    pub(crate) const DISPENSING_EXTERNAL: usize = 5;
    pub(crate) const PRESCRIBING: usize = 6;
    pub(crate) const PRESCRIPTION: usize = 7;
    pub(crate) const WOUND: usize = 9;
    pub(crate) const URINE: usize = 10;
    pub(crate) const BLOOD_COUNT: usize = 11;
    pub(crate) const HBA1C: usize = 12;
    pub(crate) const BLOOD_CHEMISTRY: usize = 13;
    pub(crate) const BLOOD_DRAW: usize = 14;
    pub(crate) const X_RAY_READING: usize = 15;
    pub(crate) const X_RAY: usize = 16;
    pub(crate) const CATARACT: usize = 17;
    pub(crate) const POLYP: usize = 18;
    pub(crate) const LARGE_POLYP: usize = 19;
    pub(crate) const WARD: usize = 20;
    pub(crate) const DENTAL_FIRST: usize = 21;
    pub(crate) const DENTAL_VISIT: usize = 22;
    pub(crate) const DENTAL_MANAGEMENT: usize = 23;
    pub(crate) const GUM_TEST: usize = 24;
    pub(crate) const DENTAL_PICTURE: usize = 25;
    pub(crate) const SCALING: usize = 26;
    pub(crate) const CLEANING: usize = 27;
    pub(crate) const EXTRACTION: usize = 28;
    pub(crate) const DENTAL_PRESCRIPTION: usize = 29;
}

/// Every procedure.
pub(crate) static PROCEDURES: [Procedure; 30] = [
    of(11, "111000110", "初診料", 291),
    of(12, "112007410", "再診料", 75),
    of(12, "112011010", "外来管理加算", 52),
    of(13, "113001810", "特定疾患療養管理料（診療所）", 225),
    of(24, "120000710", "調剤料（内服薬・浸煎薬・屯服薬）", 11),
    of(24, "120001010", "調剤料（外用薬）", 8),
    of(25, "120001210", "処方料（その他）", 42),
    of(80, "120002910", "処方箋料（その他）", 60),
    of(31, "130000510", "皮内、皮下及び筋肉内注射", 25),
    of(40, "140000610", "創傷処置（１００ｃｍ２未満）", 52),
    of(60, "160000310", "尿一般", 26),
    of(60, "160008010", "末梢血液一般", 21),
    of(60, "160010010", "ＨｂＡ１ｃ", 49),
    of(60, "160061910", "生化学的検査（１）判断料", 144),
    of(60, "160095710", "Ｂ－Ｖ", 40),
    of(70, "170000410", "単純撮影（イ）の写真診断", 85),
    of(70, "170027910", "単純撮影（デジタル撮影）", 68),
    of(50, "150253010", "水晶体再建術（眼内レンズを挿入する場合）（その他のもの）", 12_100),
    of(50, "150285010", "内視鏡的大腸ポリープ・粘膜切除術（長径２ｃｍ未満）", 5_000),
    of(50, "150183410", "内視鏡的大腸ポリープ・粘膜切除術（長径２ｃｍ以上）", 7_000),
    of(90, "190117710", "一般病棟入院基本料", 1_688),
    of(11, "301000110", "歯科初診料", 272),
    of(12, "301001610", "歯科再診料", 59),
    of(13, "302000110", "歯科疾患管理料", 90),
    dental("examination", 31, "304000510", "歯周基本検査（１０歯以上２０歯未満）", 110),
    dental("imaging", 31, "305000110", "写真診断（全顎撮影）", 160),
    dental("treatment", 41, "309004810", "歯周基本治療（スケーリング（３分の１顎につき））", 72),
    dental("treatment", 41, "309011410", "機械的歯面清掃処置（１口腔につき）", 72),
    dental("surgery", 43, "310000210", "抜歯（臼歯）", 270),
    of(80, "120002910", "処方箋料（その他）", 60),
];
