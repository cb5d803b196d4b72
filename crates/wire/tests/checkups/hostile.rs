//! Files made to hurt: each is refused by name, and none makes the reader stop, swell or fall.

use proptest::prelude::*;
use wire::checkups::{CheckupReader, FaultCode};

use crate::person::{entry, report, usual};
use crate::zip::{archive, deflated, stored};
use crate::{codes, read, read_one};

fn refused(bytes: Vec<u8>) -> &'static str {
    read(bytes).err().map_or("nothing", |fault| fault.code)
}

/// The first fault of the only person of an archive.
fn person_fault(bytes: Vec<u8>) -> &'static str {
    let (people, report) = read(bytes).expect("an archive");
    assert_eq!((report.people, report.accepted), (1, 0));
    people[0].faults[0].code
}

#[test]
fn what_is_no_archive_is_told_apart() {
    let good = archive(&[deflated("DATA/h1.xml", usual(1).as_bytes())], false);
    assert_eq!(refused(Vec::new()), "empty_file");
    assert_eq!(refused(b"GIF89a".to_vec()), "not_an_archive");
    assert_eq!(refused(good[..good.len() - 1].to_vec()), "archive_truncated");
    assert_eq!(refused([b"PK", good.as_slice()].concat()), "archive_truncated");
    assert_eq!(refused([good.as_slice(), b"more"].concat()), "archive_truncated");
    let mut split = good.clone();
    let disk = split.len() - 18;
    split[disk] = 1;
    assert_eq!(refused(split), "archive_split");
}

#[test]
fn bombs_are_refused_before_they_unfold() {
    // 64 MiB of blanks deflate to about 64 KiB.
    let bomb = deflated("DATA/h1.xml", &vec![b' '; 64 << 20]);
    assert_eq!(person_fault(archive(std::slice::from_ref(&bomb), false)), "zip_bomb");
    // A directory that lies about the size is caught while unpacking.
    let mut lying = bomb;
    lying.unpacked = 1_000;
    assert_eq!(person_fault(archive(&[lying], false)), "zip_bomb");
    let mut short = deflated("DATA/h1.xml", usual(1).as_bytes());
    short.unpacked += 1;
    assert_eq!(person_fault(archive(&[short], false)), "damaged");
    let large: Vec<u8> = (0..5 << 20_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    assert_eq!(person_fault(archive(&[stored("DATA/h1.xml", &large)], false)), "file_too_large");
    // Many files that claim more than anybody sends.
    let mut claim = stored("DATA/h1.xml", b"x");
    claim.unpacked = u32::MAX - 1;
    let many: Vec<_> = (0..5)
        .map(|at| {
            let mut claim = claim.clone();
            claim.name = format!("DATA/h{at}.xml").into_bytes();
            claim
        })
        .collect();
    assert_eq!(refused(archive(&many, false)), "archive_too_large");
}

#[test]
fn files_that_share_their_bytes_are_refused() {
    let one = deflated("DATA/h1.xml", usual(1).as_bytes());
    let mut other = deflated("DATA/h2.xml", usual(1).as_bytes());
    other.at = Some(0);
    assert_eq!(refused(archive(&[one.clone(), other.clone()], false)), "archive_overlap");
    other.at = Some(20);
    assert_eq!(refused(archive(&[one, other], false)), "archive_overlap");
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in [
        "../DATA/h1.xml",
        "/DATA/h1.xml",
        "a/../../DATA/h1.xml",
        "C:/DATA/h1.xml",
        "a\\DATA/h1.xml",
        "DATA/h1\u{7}.xml",
    ] {
        let (people, _) = read(archive(&[deflated(name, usual(1).as_bytes())], false)).expect("an archive");
        assert_eq!(codes(&people[0]), [("unsafe_name", "")], "{name}");
        assert!(!people[0].faults[0].message.contains('\u{7}'));
    }
    let twice = [deflated("DATA/h1.xml", usual(1).as_bytes()), deflated("data/H1.XML", usual(2).as_bytes())];
    let (people, report) = read(archive(&twice, false)).expect("an archive");
    assert_eq!((report.accepted, codes(&people[1])), (1, vec![("duplicate_name", "")]));
}

#[test]
fn xml_that_defines_expands_or_nests_is_refused() {
    let deep = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    let head = "<?xml version=\"1.0\"?>";
    let laughs = "<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]>";
    for (text, code) in [
        (format!("{head}{laughs}<a>&c;</a>"), "doctype"),
        (format!("{head}<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), "doctype"),
        (format!("{head}<a>&c;</a>"), "entity"),
        (format!("{head}<a>&#0;</a>"), "control_character"),
        (format!("{head}<a>\u{1}</a>"), "control_character"),
        (format!("{head}<?php x ?><a/>"), "processing_instruction"),
        (format!("{head}{}", deep(41)), "too_deep"),
        (format!("{head}<a>{}</a>", "<b/>".repeat(50_000)), "too_many_elements"),
        (format!("{head}<a>{}</a>", "あ".repeat(4_001)), "text_too_long"),
        (format!("{head}<a>"), "truncated"),
        (format!("{head}<a></b>"), "malformed"),
        (format!("{head}<a/><a/>"), "malformed"),
        (format!("{head}<a/>x"), "malformed"),
        (format!("{head}<!-- x"), "truncated"),
        (" ".to_owned(), "empty_file"),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_owned(), "encoding"),
        (deep(30), "wrong_root"),
    ] {
        let (files, _) = read(text.clone().into_bytes()).expect("a file");
        assert_eq!(files[0].faults[0].code, code, "{}", &text[..text.len().min(80)]);
    }
    let (files, _) = read(b"<a>\xFF</a>".to_vec()).expect("a file");
    assert_eq!(files[0].faults[0].code, "undecodable");
}

#[test]
fn a_flood_of_items_or_of_faults_is_bounded() {
    let many: String =
        (0..2_001).map(|at| entry(&format!("5C095{at:012}"), "<value xsi:type=\"ST\">x</value>")).collect();
    assert_eq!(codes(&read_one(&report(1, &many)))[0].0, "too_many_items");
    let bad: String = (0..500).map(|_| entry("x", "<value xsi:type=\"ST\">x</value>")).collect();
    let file = read_one(&report(1, &bad));
    assert_eq!((file.faults.len(), file.faults_total, file.items_set_aside), (50, 501, 500));
}

#[test]
fn every_code_stands_in_the_documentation_with_its_words() {
    let page = include_str!("../../../../docs/CHECKUPS.md");
    for code in FaultCode::ALL {
        let row = format!("| `{}` | ", code.as_str());
        let line = page.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("{row}"));
        assert!(line.contains(code.words()) && line.contains(code.words_en()), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_damage_makes_the_reader_fall(at in 0_usize..6_000, with in any::<u8>(), cut in 0_usize..6_000) {
        let mut bytes = archive(&[deflated("ix08_V08.xml", b"<index/>"), deflated("DATA/h1.xml", usual(1).as_bytes())], at % 2 == 0);
        let length = bytes.len();
        bytes[at % length] ^= with;
        bytes.truncate(length - if cut % 3 == 0 { cut % length } else { 0 });
        if let Ok(mut reader) = CheckupReader::open(std::io::Cursor::new(bytes), "x") {
            while reader.next_file().is_some() {}
            reader.finish();
        }
    }

    #[test]
    fn no_change_of_a_report_makes_the_reader_fall(at in 0_usize..9_000, with in "[ -~あ]{0,3}") {
        let mut text = usual(1);
        let mut place = at % text.len();
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        text.insert_str(place, &with);
        let file = read_one(&text);
        prop_assert!(file.checkup.is_some() || !file.faults.is_empty());
    }
}
