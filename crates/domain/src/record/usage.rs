//! 用法コード of pharmacy claims (別表12; formats.md 1.5).

/// What a code of three digits means; none for `900` (written out) and codes that the table does not have.
pub fn usage_text(code: &str) -> Option<&'static str> {
    let number: usize = code.parse().ok().filter(|_| code.len() == 3)?;
    number.checked_sub(1).and_then(|at| USAGES.get(at)).copied()
}

const USAGES: [&str; 48] = [
    "1日3回食前",
    "1日3回食間",
    "1日3回食後",
    "1日1回朝",
    "1日1回朝食前",
    "1日1回朝食後",
    "1日1回昼",
    "1日1回昼食前",
    "1日1回昼食後",
    "1日1回夕",
    "1日1回夕食前",
    "1日1回夕食後",
    "1日1回就寝前",
    "授乳時",
    "1日2回朝昼食前",
    "1日2回朝昼食後",
    "1日2回朝夕食前",
    "1日2回朝夕食後",
    "1日2回昼夕食前",
    "1日2回昼夕食後",
    "1日4回食後・就寝前",
    "1時間毎",
    "2時間毎",
    "3時間毎",
    "4時間毎",
    "5時間毎",
    "6時間毎",
    "7時間毎",
    "8時間毎",
    "9時間毎",
    "10時間毎",
    "11時間毎",
    "12時間毎",
    "24時間毎",
    "1日2回朝食前・就寝前",
    "1日2回朝食後・就寝前",
    "1日2回昼食前・就寝前",
    "1日2回昼食後・就寝前",
    "1日2回夕食前・就寝前",
    "1日2回夕食後・就寝前",
    "1日3回朝昼食前・就寝前",
    "1日3回朝昼食後・就寝前",
    "1日3回朝夕食前・就寝前",
    "1日3回朝夕食後・就寝前",
    "1日3回昼夕食前・就寝前",
    "1日3回昼夕食後・就寝前",
    "1日4回食前・就寝前",
    "起床時",
];

#[cfg(test)]
mod tests {
    use super::usage_text;

    #[test]
    fn codes_mean_what_the_table_says() {
        for (code, text) in [
            ("001", Some("1日3回食前")),
            ("003", Some("1日3回食後")),
            ("013", Some("1日1回就寝前")),
            ("033", Some("12時間毎")),
            ("034", Some("24時間毎")),
            ("048", Some("起床時")),
            ("900", None),
            ("000", None),
            ("049", None),
            ("3", None),
            ("", None),
        ] {
            assert_eq!(usage_text(code), text, "{code}");
        }
    }
}
