//! A medical claim file of any size, for measurements: strictly right, every receipt another one. The claims of whole
//! people over a year are made by `nation`.

use encoding_rs::SHIFT_JIS;

/// A file of at least `bytes` bytes.
pub fn file(bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 8 * 1024);
    line(&mut out, "IR,1,13,1,1234563,,確か診療所,202405,00,03-0000-0000");
    let (mut number, mut payers, mut points) = (0u32, 0u32, 0u64);
    while out.len() < bytes {
        number += 1;
        let added = receipt(&mut out, number);
        payers += added.0;
        points += u64::from(added.1);
    }
    line(&mut out, &format!("GO,{payers},{points},99"));
    out.push(0x1A);
    out
}

const FAMILIES: [&str; 8] = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村"];
const GIVEN: [&str; 8] = ["一郎", "花子", "太郎", "幸子", "健", "恵美", "明", "和子"];

/// Writes one receipt; the number of its payers and its points.
fn receipt(out: &mut Vec<u8>, number: u32) -> (u32, u32) {
    // Steps that share no factor with the sizes of the lists, so that neighbours differ in everything.
    let of = |list: &[&'static str; 8], step: u32| list[((number * step) >> 2) as usize % 8];
    let (family, given) = (of(&FAMILIES, 5), of(&GIVEN, 11));
    let (year, month, day) = (1930 + number % 80, 1 + number % 12, 1 + number % 28);
    // 総件数 has six digits, and so has this number.
    let running = number % 999_999 + 1;
    line(
        out,
        &format!(
            "RE,{running},1112,202404,{family}　{given},{},{year}{month:02}{day:02},,,,,,,{number}",
            1 + number % 2
        ),
    );
    line(out, &format!("HO,01130012,１２３４,{},2,{}", full_width(number), total(number)));
    let has_public = number.is_multiple_of(5);
    if has_public {
        line(out, &format!("KO,54136015,1111111,,2,{}", total(number)));
    }
    line(out, "SN,1,01,,,,01,,");
    line(out, &format!("SY,{:07},202304{day:02},1,8002,,01,", 8_830_000 + number % 900));
    line(out, "SY,0000999,20240401,1,,腰のあたりの痛み,,");
    let burden = if has_public { '2' } else { '1' };
    let first = 1 + number % 14;
    services(out, burden, first, number);
    (1 + u32::from(has_public), total(number))
}

/// 初診, 再診, drugs by mouth and for the skin, a blood test.
fn services(out: &mut Vec<u8>, burden: char, first: u32, number: u32) {
    let second = first + 14;
    row(out, &format!("SI,11,{burden},111000110,,291,1,,,,,,"), &[(first, 1)]);
    row(out, &format!("SI,12,{burden},112007410,,75,1,,,,,,"), &[(second, 1)]);
    line(out, &format!("CO,21,{burden},810000001,１日３回毎食後に服用"));
    row(out, &format!("IY,,{burden},62000{:04},3,,28,,,,,,", number % 9_000), &[(first, 14), (second, 14)]);
    row(out, &format!("IY,,{burden},61111{:04},1.5,12,28,,,,,,", number % 8_000), &[(first, 14), (second, 14)]);
    line(out, &format!("CO,23,{burden},810000001,１日２回患部に塗布"));
    row(out, &format!("IY,,{burden},66222{:04},50,{},1,,,,,,", number % 7_000, 20 + number % 40), &[(second, 1)]);
    row(out, &format!("SI,60,{burden},160008010,,21,1,,,,,,"), &[(first, 1)]);
    row(out, &format!("SI,,{burden},160061810,,11,1,,,,,,"), &[(first, 1)]);
}

const fn total(number: u32) -> u32 {
    291 + 75 + 12 * 28 + 20 + number % 40 + 21 + 11
}

/// A row of a group: its head, and the cells of 31 days.
fn row(out: &mut Vec<u8>, head: &str, days: &[(u32, u32)]) {
    let mut text = head.to_owned();
    for day in 1..=31 {
        text.push(',');
        if let Some((_, count)) = days.iter().find(|(on, _)| *on == day) {
            text.push_str(&count.to_string());
        }
    }
    line(out, &text);
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&SHIFT_JIS.encode(text).0);
    out.extend_from_slice(b"\r\n");
}

fn full_width(number: u32) -> String {
    number.to_string().chars().filter_map(|digit| char::from_u32(u32::from(digit) + 0xFEE0)).collect()
}
