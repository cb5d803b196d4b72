//! Claim files made by hand, and what the tests do with them.

use wire::claims::{CheckReport, ClaimFault, ClaimReader, ReadOptions, Receipt, check};

/// Days of a row: 31 cells, each with a comma before it.
pub fn days(counts: &[(usize, u32)]) -> String {
    let cell =
        |day: usize| counts.iter().find(|(on, _)| *on == day).map_or(String::new(), |(_, count)| count.to_string());
    let cells: Vec<String> = (1..=31).map(cell).collect();
    format!(",{}", cells.join(","))
}

/// Lines in Shift_JIS with CR LF and the end mark.
pub fn file(lines: &[String]) -> Vec<u8> {
    let text = lines.join("\r\n") + "\r\n\u{1A}";
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lost);
    bytes.into_owned()
}

pub fn medical() -> Vec<String> {
    [
        "IR,1,01,1,0113719,,確か診療所,202405,00,011-000-0000".to_owned(),
        "RE,1,1112,202404,山田　太郎,1,19500401,,,,,,,A1".to_owned(),
        "HO,01130012,１２３,４５６,1,320".to_owned(),
        "SN,1,01,,,,02,,".to_owned(),
        "SY,8830001,20240401,1,,,01,".to_owned(),
        format!("SI,11,1,111000110,,291,1,,,,,,{}", days(&[(3, 1)])),
        "CO,21,1,810000001,１日３回毎食後".to_owned(),
        format!("IY,,1,620000001,3,,2,,,,,,{}", days(&[(3, 2)])),
        format!("IY,,1,620000002,1.5,4,2,,,,,,{}", days(&[(3, 2)])),
        format!("TO,40,1,700000001,2,21,1,,,,,,,,,,{}", days(&[(3, 1)])),
        "RE,2,1114,202404,鈴木　花子,2,20200401,,,,,,,A2".to_owned(),
        "HO,  133066,１,２,1,291".to_owned(),
        "KO,54136015,1111111,,1,291".to_owned(),
        "SY,0000999,20240401,2,,かぜ,,".to_owned(),
        format!("SI,11,2,111000110,,291,1,,,,,,{}", days(&[(30, 1)])),
        "GO,3,611,99".to_owned(),
    ]
    .to_vec()
}

pub fn dpc() -> Vec<String> {
    [
        "IR,1,01,1,0113719,,確か病院,202405,00,".to_owned(),
        "RE,1,1111,202404,山田　太郎,1,19500401,,20240410,,,,,A1".to_owned(),
        "HO,01130012,１２３,４５６,3,9000".to_owned(),
        "BU,060035xx99x0xx,20240410,20240412,1,".to_owned(),
        "SB,8830001,,,C180,11,,".to_owned(),
        "HH,202404,2,1,1,1,3000,3,9000".to_owned(),
        "GT,202404,2,1,1,9000,9000,,9000,93,,".to_owned(),
        "CD,20240410,33,0001,001,620000003,1.25,,,1,".to_owned(),
        "CD,20240411,21,0002,001,620000004,3,,,5,".to_owned(),
        "CD,20240411,60,0003,001,160000001,,,,1,".to_owned(),
        "GO,1,9000,99".to_owned(),
    ]
    .to_vec()
}

pub fn dental() -> Vec<String> {
    let additions = ",".repeat(70);
    [
        "UK,1,01,3,0113715,,確か歯科,202405,,00".to_owned(),
        "IR,1,01,3,0113715,,202405,,".to_owned(),
        "RE,1,3112,202404,山田　太郎,1,19500401,,,,,,,,,A1".to_owned(),
        "HO,01130012,１２３,４５６,1,280".to_owned(),
        "HS,20240401,1,101100,8830001,,,,,01,,".to_owned(),
        format!("SS,11,1,301000110,,{additions},264,1{}", days(&[(2, 1)])),
        format!("IY,21,1,620000005,3,4,4,1{}", days(&[(2, 4)])),
        "IR,1,01,3,0113715,,202405,,".to_owned(),
        "RE,2,3112,202404,鈴木　花子,2,19600401,,,,,,,,,A2".to_owned(),
        "HO,01130012,１２３,４５７,1,264".to_owned(),
        "HS,20240401,1,101100,8830001,,,,,01,,".to_owned(),
        format!("SS,11,1,301000110,,{additions},264,1{}", days(&[(2, 1)])),
        "GO,2,544,99".to_owned(),
    ]
    .to_vec()
}

pub fn pharmacy() -> Vec<String> {
    let doctors = ",".repeat(20);
    [
        "YK,1,01,4,0113713,確か薬局,202405,00,".to_owned(),
        format!("RE,1,4112,202404,山田　太郎,1,19500401,,,01,1,0113719,確か診療所,札幌市,医師　一郎{doctors},,,,,,,ヤマダタロウ,"),
        "HO,01130012,１２３,４５６,2,500".to_owned(),
        "SH,01,1,017,,10".to_owned(),
        "CZ,1,20240403,20240404,1,14,1,,,,,,,30".to_owned(),
        "CZ,1,20240417,20240418,2,28,1,,,,,,,30".to_owned(),
        "IY,1,620000001,3".to_owned(),
        "IY,1,620000002,1.5,,,,,,0.5".to_owned(),
        "CO,810000001,粉砕".to_owned(),
        "SH,02,5,900,１日２回患部に塗布".to_owned(),
        "CZ,1,20240403,20240404,1,1,1,,,,,,,30".to_owned(),
        "IY,1,660000003,50".to_owned(),
        "KI,20240404,1".to_owned(),
        "GO,1,500,99".to_owned(),
    ]
    .to_vec()
}

/// The same receipts as an insurer gets them.
pub fn as_insurer(lines: &[String]) -> Vec<String> {
    let (mut out, mut row, mut institution) = (Vec::new(), 0, String::new());
    let is_dental = lines[0].starts_with("UK");
    let close = |out: &mut Vec<String>, row: &mut u32| {
        if *row > 0 {
            *row += 1;
            out.push(format!("2,{row},0,RC,Ver00001{}", "0".repeat(32)));
        }
        *row = 0;
    };
    for line in lines {
        match &line[..2] {
            "IR" | "YK" => {
                institution.clone_from(line);
                if is_dental {
                    close(&mut out, &mut row);
                }
            }
            "UK" => {}
            "GO" => close(&mut out, &mut row),
            tag => {
                if tag == "RE" {
                    close(&mut out, &mut row);
                    out.push("2,1,0,MN,123456789,北海道札幌市,12345678901234567".to_owned());
                    out.push(format!("1,2,0,{institution}"));
                    row = 2;
                }
                row += 1;
                out.push(format!("1,{row},0,{line}"));
            }
        }
    }
    out
}

pub fn read(file: &[u8]) -> (Vec<Receipt>, CheckReport) {
    let mut reader = ClaimReader::new(file, ReadOptions::default()).unwrap();
    let receipts = std::iter::from_fn(|| reader.next_receipt().unwrap()).collect();
    let alone = check(file, ReadOptions::default()).unwrap();
    assert_eq!(alone.findings, reader.report().findings, "the check says the same with and without receipts");
    (receipts, alone)
}

pub fn count(report: &CheckReport, fault: ClaimFault) -> u64 {
    report.by_fault.get(&fault).copied().unwrap_or(0)
}

pub fn faults(report: &CheckReport) -> Vec<(u64, &'static str, u16)> {
    report.findings.iter().map(|finding| (finding.line, finding.fault.code(), finding.field)).collect()
}
