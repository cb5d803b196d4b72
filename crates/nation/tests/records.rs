//! What the records of a nation promise: the same seed gives the same bytes, claim files keep to the 記録条件仕様, and the
//! truth beside them says what they say. The files are read here by a counting of their own: fields by number, as
//! formats of claims are published, with nothing of the writer. Last, `wire` reads and writes every file again, byte for byte.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use nation::{Nation, Options, RecordOptions, files};
use wire::claims::{ClaimKind, ClaimReader, ClaimWriter, ReadOptions, RecordReader, Side};

type Row = HashMap<String, String>;

const OPTIONS: RecordOptions = RecordOptions { claims_months: 4, checkup_years: 2 };

fn generate(people: u32, seed: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let nation = Nation::build(&Options::new(people, seed)).expect("a nation");
    nation.write_records(&OPTIONS, dir.path()).expect("records");
    dir
}

/// A nation that several tests read.
static NATION: LazyLock<tempfile::TempDir> = LazyLock::new(|| generate(6000, 11));

fn records(dir: &Path) -> PathBuf {
    dir.join(files::RECORDS)
}

fn rows(table: &str) -> Vec<Row> {
    let path = records(NATION.path()).join(table);
    csv::Reader::from_path(path).expect("table").deserialize().map(|row| row.expect("row")).collect()
}

/// Every file below a folder, by its path within it.
fn walk(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                found.insert(name, path);
            }
        }
    }
    found
}

/// One claim: its records as fields.
struct Claim {
    file: String,
    number: String,
    records: Vec<Vec<String>>,
}

impl Claim {
    fn all(&self, tag: &str) -> impl Iterator<Item = &Vec<String>> {
        self.records.iter().filter(move |record| record[0] == tag)
    }

    fn one(&self, tag: &str) -> &Vec<String> {
        self.all(tag).next().unwrap_or_else(|| panic!("no {tag} in {} {}", self.file, self.number))
    }
}

/// Records of a claim file, decoded; the bytes around them are checked on the way.
fn decode(bytes: &[u8]) -> Vec<Vec<String>> {
    let body = bytes.strip_suffix(b"\r\n\x1A").expect("ends with CR, LF and 0x1A");
    let (text, _, failed) = encoding_rs::SHIFT_JIS.decode(body);
    assert!(!failed, "not Shift_JIS");
    assert!(!text.contains('"') && !text.contains('●') && !text.contains('髙'));
    text.split("\r\n")
        .map(|line| {
            assert!(!line.contains(['\r', '\n']));
            line.split(',').map(str::to_owned).collect()
        })
        .collect()
}

/// Claims of a file, and its last record.
fn claims_of(name: &str, path: &Path) -> (Vec<Claim>, Vec<String>) {
    let mut all = decode(&std::fs::read(path).expect("file"));
    let end = all.pop().expect("GO");
    let mut claims: Vec<Claim> = Vec::new();
    for record in all {
        match record[0].as_str() {
            "RE" => {
                let number = record[1].clone();
                claims.push(Claim { file: name.to_owned(), number, records: vec![record] });
            }
            "IR" | "UK" | "YK" => {}
            _ => claims.last_mut().expect("a receipt").records.push(record),
        }
    }
    (claims, end)
}

fn claim_files() -> BTreeMap<String, PathBuf> {
    let found = walk(&records(NATION.path()).join(files::CLAIM_FILES));
    found.into_iter().map(|(name, path)| (format!("{}/{name}", files::CLAIM_FILES), path)).collect()
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text:?}"))
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let (one, again, other) = (generate(1500, 1), generate(1500, 1), generate(1500, 2));
    let read = |dir: &tempfile::TempDir| {
        let found = walk(&records(dir.path())).into_iter();
        found.map(|(name, path)| (name, std::fs::read(path).expect("file"))).collect::<BTreeMap<_, _>>()
    };
    let (one, again, other) = (read(&one), read(&again), read(&other));
    assert!(one == again, "two runs of one seed differ");
    assert!(one != other);
    assert!(one.len() > 100, "{} files", one.len());
}

#[test]
fn any_day_of_the_year_can_be_the_day_of_the_records() {
    for (year, month, day) in [(2028, 2, 29), (2026, 4, 1), (2027, 1, 1), (2027, 3, 31)] {
        let as_of = jiff::civil::date(year, month, day);
        let nation = Nation::build(&Options { as_of, ..Options::new(400, 9) }).expect("a nation");
        let dir = tempfile::tempdir().expect("a temporary folder");
        let summary = nation.write_records(&OPTIONS, dir.path()).expect("records");
        assert!(summary.claims > 500 && summary.checkups > 50, "{as_of} {summary:?}");
    }
    let nation = Nation::build(&Options::new(400, 9)).expect("a nation");
    let too_many = RecordOptions { claims_months: 61, checkup_years: 0 };
    let refused = nation.write_records(&too_many, Path::new("/nowhere")).expect_err("too many months");
    assert_eq!(refused.to_string(), "claims_months must lie between 0 and 60, but is 61");
}

#[test]
fn a_nation_without_records_leaves_none_of_an_earlier_one_behind() {
    let dir = generate(1000, 3);
    nation::generate(&Options::new(1000, 4), dir.path()).expect("a nation");
    assert!(!records(dir.path()).exists());
}

/// Files (none = all others), tags, and how many fields such a record has with its tag.
const FIELDS: [(&[&str], &str, usize); 24] = [
    (&["RECEIPTC.UKE"], "RE", 38),
    (&["RECEIPTD.UKE"], "RE", 40),
    (&["RECEIPTS.UKE"], "RE", 27),
    (&["RECEIPTY.CYO"], "RE", 42),
    (&["RECEIPTC.UKE"], "HO", 15),
    (&["RECEIPTD.UKE"], "HO", 16),
    (&["RECEIPTY.CYO"], "KO IY", 10),
    (&["RECEIPTC.UKE", "RECEIPTD.UKE"], "SI IY", 44),
    (&["RECEIPTS.UKE"], "SI", 38),
    (&["RECEIPTS.UKE"], "IY", 39),
    (&["RECEIPTS.UKE"], "CO", 6),
    (&[], "CO", 5),
    (&[], "GO", 4),
    (&[], "SN", 9),
    (&[], "JD MF", 33),
    (&[], "HO", 14),
    (&[], "KO", 12),
    (&[], "TO", 48),
    (&[], "SY SB GT", 8),
    (&[], "HS", 13),
    (&[], "SS", 109),
    (&[], "SH", 10),
    (&[], "BU HH", 6),
    (&[], "CD", 11),
];
/// The same for the long ones of pharmacies.
const PHARMACY_FIELDS: [(&str, usize); 2] = [("CZ", 71), ("KI", 114)];

#[test]
fn every_record_has_the_fields_of_the_specification() {
    let fields = |name: &str, tag: &str| {
        let file = name.rsplit('/').next().expect("a name");
        if let Some((_, count)) = PHARMACY_FIELDS.iter().find(|(known, _)| *known == tag) {
            return *count;
        }
        let found = FIELDS.iter().find(|(files, tags, _)| {
            (files.is_empty() || files.contains(&file)) && tags.split(' ').any(|known| known == tag)
        });
        found.unwrap_or_else(|| panic!("{tag} in {name}")).2
    };
    let mut seen = BTreeSet::new();
    for (name, path) in claim_files() {
        let (claims, end) = claims_of(&name, &path);
        for record in claims.iter().flat_map(|claim| &claim.records).chain([&end]) {
            assert_eq!(record.len(), fields(&name, &record[0]), "{name} {record:?}");
            seen.insert(record[0].clone());
        }
    }
    for tag in "RE HO KO SN JD MF SY SI IY TO CO GO HS SS SH CZ KI BU SB CD".split(' ') {
        assert!(seen.contains(tag), "no {tag} anywhere");
    }
}

#[test]
fn sums_and_days_of_every_file_agree() {
    for (name, path) in claim_files() {
        let (claims, end) = claims_of(&name, &path);
        let (mut count, mut points) = (0, 0);
        for (place, claim) in claims.iter().enumerate() {
            assert_eq!(claim.number, (place + 1).to_string(), "{name}");
            for payer in claim.all("HO").chain(claim.all("KO")) {
                count += 1;
                points += number(&payer[5]);
            }
            let payer = claim.all("HO").chain(claim.all("KO")).next().expect("a payer");
            let said = number(&payer[5]);
            let pharmacy = name.ends_with("RECEIPTY.CYO");
            let expected = if pharmacy { pharmacy_points(claim) } else { unit_points(&name, claim) };
            assert_eq!(said, expected, "{name} {}", claim.number);
            let days: u64 = claim.one("JD")[2..].iter().filter(|cell| !cell.is_empty()).map(|cell| number(cell)).sum();
            assert_eq!(number(&payer[4]), days, "{name} {}", claim.number);
        }
        assert_eq!((number(&end[1]), number(&end[2])), (count, points), "{name}");
    }
}

/// Where count and days stand, by file and record.
fn layout(name: &str, tag: &str) -> Option<(usize, usize, usize)> {
    match (name.rsplit('/').next().expect("a name"), tag) {
        ("RECEIPTC.UKE" | "RECEIPTD.UKE", "SI" | "IY") => Some((5, 6, 13)),
        ("RECEIPTC.UKE", "TO") => Some((5, 6, 17)),
        ("RECEIPTS.UKE", "SS") => Some((76, 77, 78)),
        ("RECEIPTS.UKE", "SI") => Some((5, 6, 7)),
        ("RECEIPTS.UKE", "IY") => Some((5, 6, 8)),
        _ => None,
    }
}

fn unit_points(name: &str, claim: &Claim) -> u64 {
    let mut points = claim.all("GT").map(|record| number(&record[4])).sum();
    for record in &claim.records {
        let Some((at, count, days)) = layout(name, &record[0]) else {
            continue;
        };
        let cells: u64 = record[days..days + 31].iter().filter(|cell| !cell.is_empty()).map(|cell| number(cell)).sum();
        assert_eq!(cells, number(&record[count]), "{name} {record:?}");
        if !record[at].is_empty() {
            points += number(&record[at]) * cells;
        }
    }
    points
}

fn pharmacy_points(claim: &Claim) -> u64 {
    let dispensed = claim.all("CZ").map(|cz| number(&cz[10]) + number(&cz[13]) + number(&cz[61]));
    let basic = claim.all("KI").map(|ki| number(&ki[5]) + number(&ki[9]) * number(&ki[10]));
    dispensed.chain(basic).sum()
}

/// A drug on a claim: day, code, amount, count.
type Given = (String, String, String, String);

/// Drugs of a claim, as formats of claims say where they stand.
fn given(name: &str, claim: &Claim) -> Vec<Given> {
    let month = claim.one("RE")[3].clone();
    let mut found = Vec::new();
    let (mut date, mut quantity) = (String::new(), String::new());
    for record in &claim.records {
        match (name.rsplit('/').next().expect("a name"), record[0].as_str()) {
            (_, "CZ") => (date, quantity) = (record[3].clone(), record[5].clone()),
            ("RECEIPTY.CYO", "IY") => {
                found.push((date.clone(), record[2].clone(), record[3].clone(), quantity.clone()));
            }
            (_, "CD") => found.push((record[1].clone(), record[5].clone(), record[6].clone(), record[9].clone())),
            (_, "IY") => {
                let (_, _, days) = layout(name, "IY").expect("a layout");
                for (day, cell) in (1..).zip(&record[days..days + 31]).filter(|(_, cell)| !cell.is_empty()) {
                    found.push((format!("{month}{day:02}"), record[3].clone(), record[4].clone(), cell.clone()));
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn the_drug_history_says_what_the_claims_that_count_say() {
    let mut counted: BTreeMap<(String, Given), u32> = BTreeMap::new();
    let mut expected: BTreeMap<(String, Given), u32> = BTreeMap::new();
    let truth: HashMap<(String, String), Row> =
        rows(files::CLAIMS).into_iter().map(|row| ((row["File"].clone(), row["ReceiptNumber"].clone()), row)).collect();
    let mut claims = 0;
    for (name, path) in claim_files() {
        for claim in claims_of(&name, &path).0 {
            claims += 1;
            let row = &truth[&(name.clone(), claim.number.clone())];
            assert_eq!(row["Points"], claim.all("HO").chain(claim.all("KO")).next().expect("a payer")[5]);
            if row["Counts"] == "1" {
                for drug in given(&name, &claim) {
                    *counted.entry((row["PersonalNumber"].clone(), drug)).or_default() += 1;
                }
            }
        }
    }
    assert_eq!(claims, truth.len());
    // A drug given for some days and again on the same day by the same claim stands in one cell.
    for row in rows(files::DRUG_HISTORY) {
        let text = |column: &str| row[column].clone();
        let drug = (text("DispensedOn"), text("DrugCode"), text("Amount"), text("Count"));
        *expected.entry((text("PersonalNumber"), drug)).or_default() += 1;
    }
    assert!(expected.len() > 10_000, "{}", expected.len());
    let missing: Vec<_> = expected.iter().filter(|(drug, count)| counted.get(drug) != Some(count)).take(5).collect();
    let surplus: Vec<_> = counted.iter().filter(|(drug, _)| !expected.contains_key(drug)).take(5).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing {missing:?}, surplus {surplus:?}");
}

#[test]
fn every_fate_every_routing_and_every_danger_occurs() {
    let values = |table: &str, column: &str| -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for row in rows(table) {
            *found.entry(row[column].clone()).or_default() += 1;
        }
        found
    };
    let fates = values(files::CLAIMS, "Fate");
    assert_eq!(fates.keys().map(String::as_str).collect::<Vec<_>>(), ["corrected", "repeated", "stands", "withdrawn"]);
    let routings = values(files::CLAIMS, "Routing");
    assert_eq!(routings.keys().map(String::as_str).collect::<Vec<_>>(), ["reroute", "split", "stays"], "{routings:?}");
    let kinds = values(files::CLAIMS, "Kind");
    assert_eq!(kinds.keys().map(String::as_str).collect::<Vec<_>>(), ["dental", "dpc", "medical", "pharmacy"]);
    let dangers = values(files::DANGERS, "Danger");
    let all = [
        "acid_blocker",
        "antibiotic",
        "benzodiazepine",
        "contraindication",
        "duplicate",
        "interaction",
        "kidney",
        "kidney_contraindication",
        "many_drugs",
        "same_class",
        "steroid",
    ];
    assert_eq!(dangers.keys().map(String::as_str).collect::<Vec<_>>(), all, "{dangers:?}");
    let sources = values(files::DRUG_HISTORY, "Sources");
    assert_eq!(
        sources.keys().map(String::as_str).collect::<Vec<_>>(),
        ["dental", "dpc", "medical", "pharmacy", "pharmacy+prescription"]
    );
}

#[test]
fn a_correction_names_the_claim_that_it_replaces() {
    let all = rows(files::CLAIMS);
    // 審査支払機関, month of sending, institution, kind, number in the file.
    let named = |row: &Row| {
        let parts: Vec<&str> = row["File"].split('/').collect();
        let kind =
            ["medical", "dpc", "dental", "pharmacy"].iter().position(|kind| *kind == row["Kind"]).expect("kind") + 1;
        format!("{}{}{}{kind}{:0>6}", parts[3], parts[1], parts[2], row["ReceiptNumber"])
    };
    let first: HashMap<_, _> = all.iter().filter(|row| row["Turn"] == "first").map(|row| (named(row), row)).collect();
    let corrections: Vec<_> = all.iter().filter(|row| row["Turn"] == "correction").collect();
    assert!(corrections.len() > 10);
    for row in corrections {
        let replaced = first[&row["SearchNumber"]];
        assert_eq!((row["Fate"].as_str(), replaced["Counts"].as_str()), ("corrected", "0"), "{row:?}");
        assert_eq!(replaced["PersonalNumber"], row["PersonalNumber"]);
        assert!((17..=30).contains(&row["SearchNumber"].len()));
    }
}

#[test]
fn insurers_see_the_same_records_with_three_columns_in_front() {
    let found = walk(&records(NATION.path()).join(files::INSURER_SIDE));
    let names: BTreeSet<_> = found.keys().map(|name| name.rsplit('/').next().expect("a name").to_owned()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    let mut corrected = 0;
    for (name, path) in found {
        let bytes = std::fs::read(path).expect("file");
        let (text, _, failed) = encoding_rs::SHIFT_JIS.decode(&bytes);
        assert!(!failed);
        let mut expected = 0;
        for line in text.lines() {
            let fields: Vec<&str> = line.split(',').collect();
            expected = if fields[3] == "MN" { 1 } else { expected + 1 };
            assert_eq!(fields[1], expected.to_string(), "{name} {line}");
            assert!(["1", "2"].contains(&fields[0]) && fields[2] == "0");
            corrected += u32::from(fields[0] == "2" && fields[3] == "HO");
        }
    }
    assert!(corrected > 0);
}

/// Entries of an archive: names and contents. Read by its local headers, one after the other.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let long = |at: usize| short(at) + (short(at + 2) << 16);
    let (mut at, mut found) = (0, Vec::new());
    while bytes[at..].starts_with(b"PK\x03\x04") {
        assert_eq!((short(at + 8), long(at + 18)), (0, long(at + 22)), "stored as it is");
        let (size, name, extra) = (long(at + 22), short(at + 26), short(at + 28));
        let start = at + 30;
        let text = String::from_utf8(bytes[start..start + name].to_vec()).expect("a name");
        let body = start + name + extra;
        found.push((text, bytes[body..body + size].to_vec()));
        at = body + size;
    }
    assert!(bytes[at..].starts_with(b"PK\x01\x02"), "the central directory follows");
    assert_eq!(short(bytes.len() - 12), found.len());
    assert_eq!(long(bytes.len() - 6), at);
    found
}

/// What stands in an attribute after some text, all of them in their order.
fn after<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(['"', '<']).next().expect("a part")).collect()
}

#[test]
fn archives_of_checkups_say_what_the_truth_says() {
    let mut truth: HashMap<String, Vec<Row>> = HashMap::new();
    for row in rows(files::CHECKUPS) {
        truth.entry(row["File"].clone()).or_default().push(row);
    }
    let mut documents = 0;
    for (name, path) in walk(&records(NATION.path()).join(files::CHECKUP_FILES)) {
        let all = entries(&std::fs::read(path).expect("archive"));
        let index = String::from_utf8(all[0].1.clone()).expect("UTF-8");
        assert!(all[0].0.starts_with(name.trim_end_matches(".zip")) && all[0].0.contains("/ix08_V0"), "{}", all[0].0);
        assert_eq!(after(&index, "totalRecordCount value=\""), [(all.len() - 1).to_string()]);
        for (file, contents) in &all[1..] {
            documents += 1;
            let text = std::str::from_utf8(contents).expect("UTF-8");
            let rows = &truth[file];
            let codes = after(text, "<code code=\"9").len() + after(text, "<code code=\"1").len();
            assert!(codes > 20, "{file}");
            for row in rows {
                let (code, value) = (&row["ItemCode"], &row["Value"]);
                let start =
                    text.find(&format!("<code code=\"{code}\"")).unwrap_or_else(|| panic!("no {code} in {file}"));
                let rest = &text[start..];
                let observation = &rest[..rest.find("</observation>").expect("an end")];
                let quantity = format!("value=\"{value}\" unit=\"{}\"", row["Unit"]);
                let said = [quantity, format!("code=\"{value}\""), format!("\"ST\">{value}</value>")];
                let fits = match (row["NotDone"].as_str(), row["Beyond"].as_str()) {
                    ("1", _) => !observation.contains("<value"),
                    (_, "H") => observation.contains("nullFlavor=\"PINF\""),
                    _ => said.iter().any(|said| observation.contains(said)),
                };
                assert!(fits, "{row:?} {observation}");
            }
        }
    }
    assert_eq!(documents, truth.len());
    assert!(documents > 1000, "{documents}");
}

#[test]
fn values_of_checkups_hang_together_over_the_years_and_with_illness() {
    let number = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("{text:?}"));
    let mut of_person: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
    for row in rows(files::CHECKUPS).into_iter().filter(|row| row["NotDone"] == "0" && row["Beyond"].is_empty()) {
        let key = (row["PersonalNumber"].clone(), row["CheckedOn"].clone());
        of_person.entry(key).or_default().insert(row["ItemCode"].clone(), row["Value"].clone());
    }
    let (mut sick, mut well) = (Vec::new(), Vec::new());
    for values in of_person.values() {
        let value = |code: &str| values.get(code).map(|value| number(value));
        if let (Some(height), Some(weight), Some(index)) =
            (value("9N001000000000001"), value("9N006000000000001"), value("9N011000000000001"))
        {
            assert!((weight / (height / 100.0).powi(2) - index).abs() < 0.1, "{values:?}");
        }
        if let (Some(creatinine), Some(rate)) = (value("3C015000002327101"), value("8A065000002391901")) {
            // From 39, who turn 40 within the fiscal year, to 105 years, man or woman.
            let rates = [(39.0_f64, 1.0), (105.0, 0.739)];
            let [most, least] = rates.map(|(age, sex)| 194.0 * creatinine.powf(-1.094) * age.powf(-0.287) * sex);
            assert!(rate <= most + 0.1 && rate >= least - 0.1, "{creatinine} {rate}");
        }
        match (value("3D046000001906202"), values.get("9N706000000000011").map(String::as_str)) {
            (Some(sugar), Some("1")) => sick.push(sugar),
            (Some(sugar), Some(_)) => well.push(sugar),
            _ => {}
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / f64::from(u32::try_from(all.len()).expect("few"));
    assert!(mean(&sick) > 6.3 && mean(&well) < 5.9, "{} {}", mean(&sick), mean(&well));
}

/// Item, the most by which it moves from one year to the next, and by which a new illness may move it for a few.
const STEPS: [(&str, f64, f64); 6] = [
    ("9N001000000000001", 0.4, 0.5),
    ("9N006000000000001", 4.0, 10.0),
    ("9A751000000000001", 15.0, 30.0),
    ("3D046000001906202", 0.8, 2.8),
    ("3F077000002327101", 20.0, 32.0),
    ("8A065000002391901", 9.0, 80.0),
];

#[test]
fn values_of_checkups_wander_from_year_to_year_and_jump_only_with_a_new_illness() {
    let mut of_person: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    for row in rows(files::CHECKUPS).into_iter().filter(|row| row["NotDone"] == "0" && row["Beyond"].is_empty()) {
        let key = (row["PersonalNumber"].clone(), row["CheckedOn"].clone());
        let value = row["Value"].parse().ok();
        of_person.entry(key).or_default().extend(value.map(|value| (row["ItemCode"].clone(), value)));
    }
    let checkups: Vec<_> = of_person.iter().collect();
    let years: Vec<_> = checkups.windows(2).filter(|pair| pair[0].0.0 == pair[1].0.0).collect();
    for (item, usual, most) in STEPS {
        let steps = years.iter().filter_map(|pair| Some((pair[0].1.get(item)? - pair[1].1.get(item)?).abs()));
        let steps: Vec<f64> = steps.collect();
        assert!(steps.len() > 200, "{item}: {} people were measured twice", steps.len());
        let jumps = steps.iter().filter(|step| **step > usual).count();
        assert!(jumps * 20 < steps.len(), "{item}: {jumps} of {} moved more than {usual}", steps.len());
        assert!(steps.iter().all(|step| *step <= most), "{item}: {steps:?}");
    }
}

/// What `wire` reads of a file, written by `wire` again.
fn written_again(bytes: &[u8], kind: ClaimKind) -> Vec<u8> {
    let mut reader = RecordReader::new(bytes).expect("a claim file");
    let mut writer = ClaimWriter::new(Vec::with_capacity(bytes.len()), kind);
    while let Some(record) = reader.next_record().expect("readable") {
        let folds =
            writer.write_record(&record.expect("every record is good")).expect("and keeps to the specification");
        assert!(folds.is_empty(), "every character is in JIS X 0208");
    }
    writer.finish().expect("memory")
}

#[test]
fn every_claim_file_of_both_sides_comes_back_byte_for_byte() {
    let mut seen: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    for folder in [files::CLAIM_FILES, files::INSURER_SIDE] {
        for (name, path) in walk(&records(NATION.path()).join(folder)) {
            let file_name = path.file_name().expect("a name").to_string_lossy();
            let kind = ReadOptions::kind_of_name(&file_name).unwrap_or_else(|| panic!("{name} tells its kind"));
            let bytes = std::fs::read(&path).expect("file");
            let again = written_again(&bytes, kind);
            // The insurer's side has no end mark.
            let again = if bytes.ends_with(&[0x1A]) { &again[..] } else { &again[..again.len() - 1] };
            let line = |bytes: &[u8], at: usize| {
                let line = bytes.split(|byte| *byte == b'\n').nth(at).unwrap_or_default().to_vec();
                encoding_rs::SHIFT_JIS.decode(&line).0.into_owned()
            };
            if again != bytes {
                let same = again.iter().zip(&bytes).take_while(|(one, other)| one == other);
                let at = same.filter(|(byte, _)| **byte == b'\n').count();
                panic!("{folder}/{name} line {}: {:?} comes back as {:?}", at + 1, line(&bytes, at), line(again, at));
            }
            let mut claims =
                ClaimReader::new(&bytes[..], ReadOptions { kind: Some(kind), master: None }).expect("again");
            while let Some(receipt) = claims.next_receipt().expect("readable") {
                let is_insurers = receipt.side == Side::Insurer;
                *seen.entry((is_insurers, kind.code())).or_default() += 1;
            }
        }
    }
    assert_eq!(seen.len(), 8, "four kinds of two sides: {seen:?}");
    assert!(seen.values().sum::<usize>() > 5_000 && seen.values().all(|count| *count > 0), "{seen:?}");
}
