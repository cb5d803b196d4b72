//! Archives: people one by one, the good beside the bad, and the index.

use wire::checkups::FaultScope;

use crate::person::usual;
use crate::zip::{File, archive, deflated, stored};
use crate::{codes, read};

const FOLDER: &str = "1310000001_01130012_202407101_1";

fn person(serial: u32) -> File {
    deflated(&format!("{FOLDER}/DATA/h1310000001202407101{serial:06}.xml"), usual(serial).as_bytes())
}

fn index(count: usize) -> File {
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<index xmlns="https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html">
  <interactionType code="1"/><creationTime value="20240710"/>
  <sender><id root="1.2.392.200119.6.102" extension="1310000001"/></sender>
  <receiver><id root="1.2.392.200119.6.101" extension="01130012"/></receiver>
  <serviceEventType code="1"/><totalRecordCount value="{count}"/>
</index>"#
    );
    stored(&format!("{FOLDER}/ix08_V08.xml"), text.as_bytes())
}

#[test]
fn everybody_in_an_archive_is_read_and_nothing_else() {
    let mut files = vec![
        deflated(&format!("{FOLDER}/"), b""),
        index(6),
        deflated(&format!("{FOLDER}/su08_V08.xml"), b"<summary/>"),
        deflated(&format!("{FOLDER}/XSD/hc08_V08.xsd"), b"<schema/>"),
    ];
    for serial in 1..=3 {
        files.push(person(serial));
        files.push(deflated(&format!("{FOLDER}/CLAIMS/c1310000001202407101{serial:06}.xml"), b"<checkupClaim/>"));
    }
    for wide in [false, true] {
        let (people, report) = read(archive(&files, wide)).expect("an archive");
        assert_eq!((report.people, report.accepted, report.other_files), (3, 3, 7));
        assert_eq!(report.faults, []);
        let index = report.index.expect("an index");
        assert_eq!((index.sender.as_str(), index.receiver.as_str(), index.records), ("1310000001", "01130012", 6));
        let numbers: Vec<_> = people
            .iter()
            .map(|file| file.checkup.as_ref().expect("a report").patient.insured_identification_number.to_string())
            .collect();
        assert_eq!(numbers, ["1001", "1002", "1003"]);
    }
}

#[test]
fn bad_people_are_set_aside_and_good_ones_kept() {
    let bad = |serial: u32, from: &str, to: &str| {
        let text = usual(serial).replace(from, to);
        deflated(&format!("{FOLDER}/DATA/h1310000001202407101{serial:06}.xml"), text.as_bytes())
    };
    let mut damaged = person(5);
    damaged.crc ^= 1;
    let mut locked = person(6);
    locked.flags |= 1;
    let mut other_method = person(7);
    other_method.method = 14;
    let mut link = person(8);
    link.mode = 0o120_777;
    let files = [
        index(9),
        person(1),
        bad(2, "value=\"20240603\"", "value=\"20240631\""),
        bad(3, "</patient>", ""),
        bad(4, "<typeId", "<!DOCTYPE a [<!ENTITY b \"c\">]><typeId"),
        damaged,
        locked,
        other_method,
        link,
        person(9),
    ];
    let (people, report) = read(archive(&files, false)).expect("an archive");
    let first: Vec<_> = people.iter().map(|file| file.faults.first().map_or("", |fault| fault.code)).collect();
    let expected =
        ["", "no_such_day", "malformed", "doctype", "damaged", "encrypted", "compression_method", "link", ""];
    assert_eq!(first, expected);
    assert_eq!((report.people, report.accepted, report.set_aside), (9, 2, 7));
    let fault = &report.faults[0];
    assert_eq!(fault.file, format!("{FOLDER}/DATA/h1310000001202407101000002.xml"));
    assert!(fault.message.contains("行目") && fault.message.contains("ない日付です"), "{}", fault.message);
    assert_eq!(fault.scope, FaultScope::Person);
}

#[test]
fn the_same_person_and_day_in_two_files_is_read_once() {
    let mut again = person(1);
    again.name = format!("{FOLDER}/DATA/h1310000001202407101999999.xml").into_bytes();
    let (people, report) = read(archive(&[index(2), person(1), again], false)).expect("an archive");
    assert_eq!(codes(&people[1]), [("duplicate_person", "")]);
    assert_eq!((report.accepted, report.set_aside), (1, 1));
}

#[test]
fn twins_who_share_every_number_are_two() {
    let twin = usual(1)
        .replace("シケン　ハナコ", "シケン　ハナヨ")
        .replace("<id extension=\"01\" root=\"1.2.392.200119.6.211\"/>", "");
    let other = usual(1).replace("<id extension=\"01\" root=\"1.2.392.200119.6.211\"/>", "");
    let files = [index(2), deflated("DATA/h1.xml", twin.as_bytes()), deflated("DATA/h2.xml", other.as_bytes())];
    assert_eq!(read(archive(&files, false)).expect("an archive").1.accepted, 2);
}

#[test]
fn an_index_that_is_missing_or_wrong_is_told_and_costs_nobody() {
    let without = read(archive(&[person(1)], false)).expect("an archive").1;
    let counting = read(archive(&[index(5), person(1)], false)).expect("an archive").1;
    let broken = read(archive(&[deflated("ix08_V08.xml", b"<index>"), person(1)], false)).expect("an archive").1;
    let nobody = read(archive(&[index(0)], false)).expect("an archive").1;
    let told: Vec<_> =
        [&without, &counting, &broken, &nobody].iter().map(|report| (report.accepted, report.faults[0].code)).collect();
    assert_eq!(told, [(1, "index_missing"), (1, "record_count"), (1, "index_unreadable"), (0, "no_people")]);
    assert!(without.is_clean() && counting.is_clean());
}
