//! What a nation promises: the same seed gives the same bytes, every number is well-formed, the people are about
//! Japan's, and nobody's card is somebody else's. The files are read back as a consumer would read them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use nation::{InsurerKind, Nation, Options, files};

const TABLES: [&str; 6] =
    [files::INSURER_FEED, files::RESIDENTS, files::FACILITIES, files::INSURERS, files::ORACLE, files::VISITS];

type Row = HashMap<String, String>;

fn generate(people: u32, seed: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    nation::generate(&Options::new(people, seed), dir.path()).expect("a nation");
    dir
}

fn rows(dir: &Path, table: &str) -> Vec<Row> {
    csv::Reader::from_path(dir.join(table)).expect("table").deserialize().map(|row| row.expect("row")).collect()
}

/// Modulus 10, weights 2-1, as formats.md §2.1 words it.
fn mod10_holds(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let (check, body) = digits.split_last().expect("digits");
    let mut sum = 0;
    for (place, digit) in body.iter().rev().enumerate() {
        let product = digit * if place % 2 == 0 { 2 } else { 1 };
        sum += product / 10 + product % 10;
    }
    digits.len() == number.len() && (10 - sum % 10) % 10 == *check
}

fn personal_number_holds(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
    digits.len() == 12 && digits[11] == check
}

fn is_date(text: &str) -> bool {
    jiff::civil::Date::strptime("%Y%m%d", text).is_ok_and(|date| date.year() > 1900 && date.year() < 2040)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let (one, again, other) = (generate(3000, 1), generate(3000, 1), generate(3000, 2));
    for table in TABLES.into_iter().chain([files::ABOUT]) {
        let read = |dir: &tempfile::TempDir| std::fs::read(dir.path().join(table)).expect("file");
        assert!(read(&one) == read(&again), "{table} differs between two runs of one seed");
        if table != files::INSURERS {
            assert!(read(&one) != read(&other), "{table} is the same for two seeds");
        }
    }
}

#[test]
fn a_nation_written_over_another_one_is_the_same_as_in_a_new_folder() {
    let (dir, fresh) = (generate(3000, 5), generate(1000, 6));
    nation::generate(&Options::new(1000, 6), dir.path()).expect("a nation");
    for table in TABLES {
        let read = |dir: &Path| std::fs::read(dir.join(table)).expect("file");
        assert!(read(dir.path()) == read(fresh.path()), "{table}");
    }
}

#[test]
fn every_number_has_the_right_check_digit() {
    let dir = generate(20_000, 1);
    for row in rows(dir.path(), files::INSURERS) {
        assert!(mod10_holds(&row["InsurerNumber"]), "{row:?}");
    }
    for row in rows(dir.path(), files::FACILITIES) {
        let code = &row["MedicalInstitutionCode"];
        assert!(code.len() == 10 && mod10_holds(code), "{row:?}");
    }
    for row in rows(dir.path(), files::INSURER_FEED) {
        assert!(mod10_holds(&row["InsurerNumber"]) && personal_number_holds(&row["PersonalNumber"]), "{row:?}");
        let number = &row["InsuredIdentificationNumber"];
        if row["InsurerNumber"].len() == 8 && row["InsurerNumber"].starts_with("39") {
            assert!(number.len() == 8 && mod10_holds(number), "{row:?}");
        }
        if row["InsuredCardClassification"] == "A1" {
            assert!(number.len() == 7 && mod10_holds(number), "{row:?}");
        }
    }
}

#[test]
fn every_kind_of_insurer_and_facility_is_there_with_members() {
    for people in [200, 20_000] {
        let nation = Nation::build(&Options::new(people, 3)).expect("a nation");
        for (kind, count) in nation.coverages_by_kind() {
            assert!(count > 0, "{kind:?} has no members among {people} people");
        }
        let kinds: BTreeSet<_> = nation.facilities().iter().map(|facility| facility.kind).collect();
        let prefectures: BTreeSet<_> = nation.facilities().iter().map(|facility| &facility.code[..2]).collect();
        assert_eq!((kinds.len(), prefectures.len()), (4, 47));
    }
    assert_eq!(InsurerKind::ALL.len(), 15);
}

#[test]
fn the_age_pyramid_is_about_that_of_japan() {
    let dir = generate(50_000, 1);
    let residents = rows(dir.path(), files::RESIDENTS);
    let share = |from: u32, to: u32| {
        let is_within = |row: &&Row| {
            let age = (20_261_122 - row["Birthdate"].parse::<u32>().expect("a date")) / 10_000;
            (from..to).contains(&age)
        };
        residents.iter().filter(is_within).count() * 1000 / residents.len()
    };
    let (children, at_work, elderly, late) = (share(0, 15), share(15, 65), share(65, 200), share(75, 200));
    assert!((95..140).contains(&children), "{children} ‰ under 15");
    assert!((560..640).contains(&at_work), "{at_work} ‰ from 15 to 64");
    assert!((250..330).contains(&elderly), "{elderly} ‰ of 65 and over");
    assert!((145..200).contains(&late), "{late} ‰ of 75 and over");
}

#[test]
fn feed_rows_are_well_formed() {
    let dir = generate(20_000, 1);
    let insurers: HashSet<String> = rows(dir.path(), files::INSURERS)
        .into_iter()
        .map(|mut row| row.remove("InsurerNumber").expect("number"))
        .collect();
    for row in rows(dir.path(), files::INSURER_FEED) {
        assert!(insurers.contains(&row["InsurerNumber"]), "{row:?}");
        assert!(["registered", "in_progress", "deleted"].contains(&row["RegistrationStatus"].as_str()), "{row:?}");
        for column in ["Birthdate", "QualificationDate"] {
            assert!(is_date(&row[column]), "{column} {row:?}");
        }
        for column in [
            "DisqualificationDate",
            "InsuredCertificateIssuanceDate",
            "InsuredCardValidDate",
            "InsuredCardExpirationDate",
        ] {
            let text = &row[column];
            assert!(text.is_empty() || is_date(text) && *text >= row["QualificationDate"], "{column} {row:?}");
        }
        assert_eq!(row["DisqualificationDate"].is_empty(), row["ReasonOfLoss"].is_empty(), "{row:?}");
        assert!(row["DisqualificationDate"].is_empty() || row["DisqualificationDate"] > row["QualificationDate"]);
        assert!(row["QualificationDate"] >= row["Birthdate"], "{row:?}");
        for column in ["InsuredCardSymbol", "InsuredIdentificationNumber"] {
            let text = &row[column];
            let mixed = text.chars().any(|letter| letter.is_ascii()) && !text.is_ascii();
            assert!(text.chars().count() <= 20 && !mixed && !text.contains(char::is_whitespace), "{row:?}");
        }
        assert!(row["InsuredBranchNumber"].is_empty() || row["InsuredBranchNumber"].len() == 2, "{row:?}");
        check_lists(&row);
    }
}

/// Parts of each entry of the list columns, `d` a date, `r` a ratio, `.` anything.
fn check_lists(row: &Row) {
    for (column, shape) in [
        ("InsuredPartialContributionRatio", "rdd"),
        ("ElderlyRecipientCertificates", "dddr"),
        ("LimitApplicationCertificates", "..ddd?"),
        ("SpecificDiseasesCertificates", ".ddd."),
        ("MedicalTickets", ".dd....."),
    ] {
        for entry in row[column].split(';').filter(|entry| !entry.is_empty()) {
            let parts: Vec<&str> = entry.split('/').collect();
            assert_eq!(parts.len(), shape.len(), "{column} {entry}");
            for (part, kind) in parts.iter().zip(shape.chars()) {
                let fits = match kind {
                    'd' => is_date(part),
                    'r' => ["010", "020", "030"].contains(part),
                    '?' => part.is_empty() || is_date(part),
                    _ => !part.is_empty(),
                };
                assert!(fits, "{column} {entry}");
            }
        }
    }
}

#[test]
fn a_card_belongs_to_one_family_with_one_insured_person_and_a_branch_to_one_person() {
    let dir = generate(30_000, 4);
    let mut insured: BTreeMap<[String; 3], HashSet<String>> = BTreeMap::new();
    let mut members: BTreeMap<[String; 3], HashSet<String>> = BTreeMap::new();
    let mut branches: BTreeMap<[String; 4], HashSet<String>> = BTreeMap::new();
    let mut rows_of_key = HashSet::new();
    for row in rows(dir.path(), files::INSURER_FEED) {
        let text = |column: &str| row[column].clone();
        let (insurer, person) = (text("InsurerNumber"), text("PersonalNumber"));
        // Families of the nation never share digits once these are compared without their looks.
        let card = [insurer, plain(&row["InsuredCardSymbol"]), plain(&row["InsuredIdentificationNumber"])];
        let branch = [card[0].clone(), card[1].clone(), card[2].clone(), text("InsuredBranchNumber")];
        assert!(
            rows_of_key.insert((branch.clone(), text("QualificationDate"))),
            "two rows of one natural key: {row:?}"
        );
        members.entry(card.clone()).or_default().insert(person.clone());
        branches.entry(branch).or_default().insert(person.clone());
        if row["PersonalFamilyClassification"] == "1" {
            insured.entry(card).or_default().insert(person);
        }
    }
    for (card, people) in &members {
        let without_relation = card[0].len() == 8 && (card[0].starts_with("39") || card[0].starts_with("12"));
        let expected = usize::from(!without_relation);
        assert_eq!(insured.get(card).map_or(0, HashSet::len), expected, "{card:?}");
        assert!(!without_relation || people.len() == 1, "{card:?}");
    }
    for (branch, people) in &branches {
        assert_eq!(people.len(), 1, "{branch:?} belongs to two people");
    }
}

/// Digits and letters in half width without joints and leading zeros: enough for what the nation prints.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| !"-‐－・".contains(*letter)).map(|letter| match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xFEE0).expect("a half-width letter"),
        _ => letter,
    });
    letters.collect::<String>().trim_start_matches('0').to_owned()
}

#[test]
fn nobody_is_insured_twice_on_one_day_but_for_public_assistance() {
    let dir = generate(30_000, 8);
    let mut spans: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for row in rows(dir.path(), files::INSURER_FEED) {
        if row["RegistrationStatus"] != "registered" || row["InsuredCardClassification"] == "A1" {
            continue;
        }
        let end = if row["DisqualificationDate"].is_empty() { "99999999" } else { &row["DisqualificationDate"] };
        spans
            .entry(row["PersonalNumber"].clone())
            .or_default()
            .push((row["QualificationDate"].clone(), end.to_owned()));
    }
    for (person, mut spans) in spans {
        spans.sort();
        for pair in spans.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{person} {spans:?}");
        }
    }
}

#[test]
fn names_and_addresses_hold_what_old_encodings_cannot() {
    let dir = generate(20_000, 1);
    let feed = std::fs::read_to_string(dir.path().join(files::INSURER_FEED)).expect("feed");
    for text in ["髙橋", "山﨑", "𠮷田", "渡邉\u{E0104}", "葛\u{E0100}城市", "鷗町", "FEATHERSTONEHAUGH"]
    {
        assert!(feed.contains(text), "no {text}");
    }
    assert!(!feed.contains('●'));
    let mut names: HashMap<String, HashSet<String>> = HashMap::new();
    for table in [files::INSURER_FEED, files::RESIDENTS] {
        for row in rows(dir.path(), table) {
            names.entry(row["PersonalNumber"].clone()).or_default().insert(row["Name"].clone());
        }
    }
    let several = names.values().filter(|names| names.len() > 1).count();
    assert!(several * 10 > names.len(), "only {several} people are written in several ways");
    assert!(rows(dir.path(), files::INSURER_FEED).iter().any(|row| !row["NameOfOther"].is_empty()));
}

#[test]
fn options_outside_the_limits_are_refused_in_words() {
    let too_few = Nation::build(&Options::new(10, 1)).err().expect("too few people");
    assert_eq!(too_few.to_string(), "people must lie between 200 and 20000000, but is 10");
    let ancient = Options { as_of: jiff::civil::date(1999, 1, 1), ..Options::new(1000, 1) };
    assert!(Nation::build(&ancient).is_err());
}

#[test]
fn any_day_of_the_year_can_be_the_day_of_the_nation() {
    for as_of in [(2028, 2, 29), (2027, 7, 31), (2027, 8, 1), (2026, 3, 31), (2026, 4, 1), (2027, 1, 1)] {
        let as_of = jiff::civil::date(as_of.0, as_of.1, as_of.2);
        let nation = Nation::build(&Options { as_of, ..Options::new(2000, 9) }).expect("a nation");
        assert!(nation.oracle().len() > 900);
        assert_eq!(nation::story::visits(&nation).len(), 17, "{as_of}");
    }
}
