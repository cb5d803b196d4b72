//! Records on paper: what is written is found again by a reader that others wrote (poppler), on every page stands whose it
//! is, what may not be seen says so, and the same answer gives the same bytes.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use wire::api::RecordAnswer;
use wire::master::starter_rules;
use wire::oqs::record::RecordKind;

use super::records::{answer, today};
use crate::asking::records::RecordAnswered;
use crate::desk::view::records::findings;
use crate::pdf::record::{Contents, document};
use crate::pdf::{Block, Document, Table};

fn looked(answer: RecordAnswer) -> RecordAnswered {
    RecordAnswered { answer, proof_number: "01-00000000012-3".to_owned() }
}

fn of_kind(answer: RecordAnswer, kind: RecordKind) -> Vec<u8> {
    document(&looked(answer), Contents::File(kind), "しんりょう内科").to_pdf()
}

fn whole_page(answer: RecordAnswer) -> Vec<u8> {
    let series = domain::checkup::trend(&answer.checkup_list);
    let found = findings::of(&answer, &series, &starter_rules(), today());
    document(&looked(answer), Contents::Page(&found), "しんりょう内科").to_pdf()
}

/// The text as poppler reads it, page by page.
fn pages(pdf: &[u8]) -> Vec<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils");
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let read = reader.wait_with_output().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    text.split('\u{c}').map(str::to_owned).filter(|page| !page.is_empty()).collect()
}

/// Broken lines and columns put together again.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_drug_is_found_again_and_every_page_says_whose_it_is() {
    let told = answer(["consented"; 4]);
    let drugs = told.medication_list.len();
    let pdf = of_kind(told, RecordKind::Drugs);
    keep_for_eyes("record-drugs", &pdf);
    let pages = pages(&pdf);
    assert!(pages.len() > 1, "many drugs go over a page");
    for (at, page) in pages.iter().enumerate() {
        assert!(squeezed(page).contains("吉田髙子ヨシダタカコ女1956年4月1日"), "{page}");
        assert!(squeezed(page).contains(&format!("{}/{}ページ", at + 1, pages.len())));
        assert!(page.contains("01-00000000012-3") && !page.contains('●'));
    }
    let text = pages.concat();
    assert_eq!(text.matches("日分").count(), drugs, "one line for each drug");
    assert!(text.contains("高血圧症") && text.contains("傷病名"));
    assert!(!text.contains("収縮期血圧"), "checkups have a document of their own");
}

#[test]
fn what_may_not_be_seen_says_so_in_its_place() {
    let pdf = of_kind(answer(["not_consented", "nothing_recorded", "expired", "consented"]), RecordKind::Drugs);
    keep_for_eyes("record-withheld", &pdf);
    let text = squeezed(&pages(&pdf).concat());
    assert!(text.contains("患者さんが同意していないため、表示しません。"), "{text}");
    assert!(text.contains("まだたずねていません") && text.contains("同意の期限が切れています"));
    assert!(!text.contains("の記録はありません") && !text.contains("ワルファリン"));
}

#[test]
fn checkups_stand_beside_each_other() {
    let pdf = of_kind(answer(["consented"; 4]), RecordKind::Checkups);
    keep_for_eyes("record-checkups", &pdf);
    let text = pages(&pdf).concat();
    for found in ["収縮期血圧", "142", "138", "131", "2023年6月9日", "未実施", "34.6"] {
        assert!(text.contains(found), "{found}: {text}");
    }
    assert!(!text.contains("ワルファリン"));
}

#[test]
fn the_page_of_the_desk_begins_with_what_matters() {
    let pdf = whole_page(answer(["consented"; 4]));
    keep_for_eyes("record-page", &pdf);
    let text = squeezed(&pages(&pdf).concat());
    let matters = text.find("注意すること").unwrap();
    assert!(matters < text.find("薬剤情報傷病名").unwrap_or(usize::MAX));
    assert!(text.contains("ワルファリン") && text.contains("出典") && text.contains("特定健診情報"));
}

#[test]
fn the_same_answer_gives_the_same_bytes() {
    assert_eq!(whole_page(answer(["consented"; 4])), whole_page(answer(["consented"; 4])));
}

/// Every character that may stand on paper has a glyph in the collection that the named font is of.
#[test]
fn every_character_of_windows_is_in_the_named_font_and_found_again() {
    let all: Vec<char> = (0x20..=0xFFFF_u32)
        .filter_map(char::from_u32)
        .filter(|c| wire::text::Target::Cp932.holds(*c) && !c.is_control() && !c.is_whitespace())
        // Numbers of Windows without a sign: the area for characters of one's own.
        .filter(|c| !('\u{E000}'..='\u{F8FF}').contains(c))
        .collect();
    assert!(all.len() > 7_000, "{}", all.len());
    let glyphs = mapped("UniJIS-UCS2-HW-H");
    let without: Vec<char> = all.iter().copied().filter(|c| !glyphs.contains(&u32::from(*c))).collect();
    assert!(without.is_empty(), "{without:?}");
    let rows: Vec<Vec<String>> = all.chunks(40).map(|row| vec![row.iter().collect()]).collect();
    let blocks = vec![Block::Table(Table { columns: vec![("字".to_owned(), 1.0)], rows })];
    let document = Document { title: "字".to_owned(), person: "字".to_owned(), foot: String::new(), blocks };
    let pdf = document.to_pdf();
    keep_for_eyes("characters", &pdf);
    let text = pages(&pdf).concat();
    // Signs that Shift_JIS has under two numbers come back as the usual one.
    let usual =
        |c: char| wire::text::decode_shift_jis(&wire::text::encode(&c.to_string(), wire::text::Target::Cp932).bytes);
    let lost: Vec<char> = all.iter().copied().filter(|c| !text.contains(usual(*c).unwrap().as_str())).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), all.len());
}

/// The code points of a CMap as Adobe gives it out.
fn mapped(name: &str) -> HashSet<u32> {
    let path = PathBuf::from("/usr/share/poppler/cMap/Adobe-Japan1").join(name);
    let text = std::fs::read_to_string(path).expect("poppler-data");
    let mut found = HashSet::new();
    let mut before = "";
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let codes: Vec<u32> = words
            .by_ref()
            .map_while(|word| u32::from_str_radix(word.strip_prefix('<')?.strip_suffix('>')?, 16).ok())
            .collect();
        match codes.as_slice() {
            [code] => _ = found.insert(*code),
            [first, last] => found.extend(*first..=*last),
            _ => {}
        }
        if let Some(base) = line.strip_suffix(" usecmap").and_then(|base| base.strip_prefix('/')) {
            before = base;
        }
    }
    if !before.is_empty() {
        found.extend(mapped(before));
    }
    found
}

#[test]
fn a_rare_name_is_told_on_the_first_page() {
    let mut told = answer(["consented"; 4]);
    told.patient.as_mut().unwrap().name = "𠮷田　髙子".to_owned();
    let pages = pages(&of_kind(told, RecordKind::Checkups));
    assert!(squeezed(&pages[0]).contains("吉田髙子") && squeezed(&pages[0]).contains("U+20BB7→「吉」"), "{}", pages[0]);
}

/// For people who want to look: the files lie in the folder for such things.
fn keep_for_eyes(name: &str, pdf: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.pdf")), pdf).unwrap();
}
