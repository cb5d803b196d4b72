//! Why people of the nation stay in hospital, and what is done for them there.

use super::illness::{Disease, named};
use super::procedures::act;

/// Reasons for a stay in hospital.
pub(crate) struct StayPlan {
    pub(crate) disease: Disease,
    pub(crate) weights: [u32; 3],
    /// Shortest and longest stay in days.
    pub(crate) days: (i32, i32),
    pub(crate) surgery: Option<usize>,
    /// Drugs by mouth every day, and injections every day.
    pub(crate) oral: &'static [&'static str],
    pub(crate) injections: &'static [&'static str],
    /// 診断群分類番号.
    pub(crate) group: &'static str,
    /// Points a day that the group pays.
    pub(crate) points: u32,
}

macro_rules! stay {
    ($disease:expr, $weights:expr, $days:expr, $surgery:expr, $oral:expr, $injections:expr, $group:expr, $points:expr) => {
        StayPlan {
            disease: $disease,
            weights: $weights,
            days: $days,
            surgery: $surgery,
            oral: $oral,
            injections: $injections,
            group: $group,
            points: $points,
        }
    };
}

/// Every reason for a stay in hospital.
pub(crate) static STAYS: [StayPlan; 6] = [
    stay!(
        named("肺炎", "J189"),
        [4, 3, 14],
        (5, 14),
        None,
        &["カルボシステイン"],
        &["セフトリアキソン", "乳酸リンゲル液"],
        "040080x099x0xx",
        2_650
    ),
    stay!(
        named("心不全", "I509"),
        [0, 1, 10],
        (6, 16),
        None,
        &["フロセミド", "スピロノラクトン"],
        &["フロセミド注射"],
        "050130xx9900xx",
        2_480
    ),
    stay!(
        named("大腸ポリープ", "K635"),
        [0, 5, 5],
        (2, 3),
        Some(act::POLYP),
        &["レバミピド"],
        &["乳酸リンゲル液"],
        "060100xx01xxxx",
        2_690
    ),
    stay!(
        named("大腸腺腫", "D126"),
        [0, 2, 2],
        (2, 3),
        Some(act::LARGE_POLYP),
        &["レバミピド"],
        &["乳酸リンゲル液"],
        "060100xx01xxxx",
        2_690
    ),
    stay!(
        named("老人性白内障", "H259"),
        [0, 1, 9],
        (2, 3),
        Some(act::CATARACT),
        &["ロキソプロフェン"],
        &["セファゾリン"],
        "020110xx97xxx0",
        2_590
    ),
    stay!(
        named("骨盤骨折", "S328"),
        [1, 2, 6],
        (10, 18),
        None,
        &["アセトアミノフェン", "エルデカルシトール"],
        &["ヘパリン注射"],
        "160980xx99x0xx",
        2_010
    ),
];
