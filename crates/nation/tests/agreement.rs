//! The decision in `domain`, fed with rows that `wire` reads from the nation's own file, agrees with every query of the
//! oracle, and a search by name finds its person. No server and no database: what fails here is a rule, what fails only in `tashika nation check` is a road.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use domain::offline::{Copies, Copy, Standing, decide_offline};
use domain::person_search::{RawSearch, find};
use domain::query::{RawQuery, UnreadableField};
use domain::{
    Coverage, Decision, EligibilityQuery, Facts, InsurerNumber, PersonId, PersonSearch, Recorded, RegistrationStatus,
    SearchOutcome, Verdict, decide,
};
use nation::{Case, Options, files};
use wire::api::ResultOfQualificationConfirmation;
use wire::feed::{CsvEncoding, CsvReader, CsvRow, Facility, FeedRecord, Insurer, Resident};
use wire::text::common;

fn read<T: CsvRow>(dir: &Path, table: &str) -> Vec<T> {
    let file = File::open(dir.join(table)).expect("table");
    let mut reader = CsvReader::<_, T>::new(file, CsvEncoding::Utf8).expect("header");
    assert!(reader.unknown_columns().is_empty(), "{table}: {:?}", reader.unknown_columns());
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row().expect("readable to the end") {
        rows.push(row.unwrap_or_else(|refusal| panic!("{table} line {}: {refusal:?}", reader.line())));
    }
    rows
}

/// The register that a center would hold, in memory.
struct Register {
    rows: Vec<Recorded>,
    by_card: HashMap<[u8; 16], Vec<usize>>,
    by_near_key: HashMap<i64, Vec<usize>>,
    by_person: HashMap<PersonId, Vec<usize>>,
    insurers: Vec<InsurerNumber>,
}

impl Register {
    fn load(dir: &Path) -> Register {
        let insurers =
            read::<Insurer>(dir, files::INSURERS).into_iter().map(|insurer| insurer.insurer_number).collect();
        let mut register = Register {
            rows: Vec::new(),
            by_card: HashMap::new(),
            by_near_key: HashMap::new(),
            by_person: HashMap::new(),
            insurers,
        };
        for (place, FeedRecord { coverage, personal_number }) in
            read::<FeedRecord>(dir, files::INSURER_FEED).into_iter().enumerate()
        {
            let mut id = [0; 16];
            id[..12].copy_from_slice(personal_number.expose());
            let person = PersonId(id);
            register.by_card.entry(coverage.card_key().hash()).or_default().push(place);
            let near = domain::id::near_key(&coverage.insurer_number, coverage.person.birthdate);
            register.by_near_key.entry(near).or_default().push(place);
            register.by_person.entry(person).or_default().push(place);
            register.rows.push(Recorded { person, coverage });
        }
        register
    }

    fn facts(&self, query: &EligibilityQuery) -> Facts {
        let rows = |places: Option<&Vec<usize>>| -> Vec<Recorded> {
            places.into_iter().flatten().map(|place| self.rows[*place].clone()).collect()
        };
        let matched_places = self.by_card.get(&query.card_key().hash()).cloned().unwrap_or_default();
        let mut others = Vec::new();
        for place in &matched_places {
            for other in &self.by_person[&self.rows[*place].person] {
                if !matched_places.contains(other) {
                    others.push(self.rows[*other].clone());
                }
            }
        }
        Facts {
            matched: rows(Some(&matched_places)),
            others,
            near: rows(self.by_near_key.get(&query.near_key())),
            insurer_known: self.insurers.contains(&query.insurer_number),
            insurer_feed_age_days: None,
        }
    }
}

fn parse(case: &Case) -> Result<EligibilityQuery, Vec<UnreadableField>> {
    EligibilityQuery::parse(&RawQuery {
        qualification_confirmation_date: &case.qualification_confirmation_date,
        medical_institution_code: &case.medical_institution_code,
        insurer_number: &case.insurer_number,
        insured_card_symbol: &case.insured_card_symbol,
        insured_identification_number: &case.insured_identification_number,
        insured_branch_number: &case.insured_branch_number,
        birthdate: &case.birthdate,
        limit_application_certificate_related_cons_flg: &case.limit_application_certificate_related_cons_flg,
    })
}

/// What was answered, in the words of the oracle's columns.
fn answered(decision: &Decision<'_>) -> [String; 5] {
    let diseases: Vec<&str> = decision.specific_diseases.iter().map(|disease| disease.category.code()).collect();
    [
        decision.verdict.code().to_owned(),
        decision.share.map(|share| share.percent.to_string()).unwrap_or_default(),
        decision.limit.map(|limit| limit.classification.code().to_owned()).unwrap_or_default(),
        decision.limit.map(|limit| limit.flag.code().to_owned()).unwrap_or_default(),
        diseases.join(";"),
    ]
}

fn disagreement(register: &Register, case: &Case) -> Option<String> {
    let query = match parse(case) {
        Ok(query) => query,
        Err(fields) => {
            let right = case.verdict == "unreadable" && fields.iter().any(|field| field.field.element() == case.field);
            return (!right).then(|| format!("cannot be read: {fields:?}"));
        }
    };
    let facts = register.facts(&query);
    let decision = decide(&query, &facts);
    let wanted = [&case.verdict, &case.share, &case.limit_classification, &case.limit_flag, &case.specific_diseases];
    let answer = answered(&decision);
    if wanted.into_iter().ne(answer.iter()) {
        return Some(format!("answered {answer:?}"));
    }
    let hints: Vec<&str> = decision.hints.iter().map(|hint| hint.code.code()).collect();
    (!case.hint.is_empty() && !hints.contains(&case.hint.as_str())).then(|| format!("hinted {hints:?}"))
}

#[test]
fn the_decision_agrees_with_every_query_of_the_oracle_and_every_visit_of_the_story() {
    for (people, seed) in [(50_000, 1), (8000, 2), (8000, 3)] {
        let dir = tempfile::tempdir().expect("a temporary folder");
        nation::generate(&Options::new(people, seed), dir.path()).expect("a nation");
        let register = Register::load(dir.path());
        let mut cases = files::read_oracle(dir.path()).expect("oracle");
        cases.extend(files::read_visits(dir.path()).expect("visits").into_iter().map(|visit| visit.case));
        let disagreements: Vec<String> = cases
            .iter()
            .filter_map(|case| disagreement(&register, case).map(|what| format!("{case:?}\n    {what}")))
            .collect();
        assert!(
            disagreements.is_empty(),
            "seed {seed}: {} of {} disagree\n{}",
            disagreements.len(),
            cases.len(),
            disagreements[..disagreements.len().min(10)].join("\n")
        );
    }
}

/// What a copy of today's answer says of a day, against what the register says of it.
fn copy_disagreement(register: &Register, case: &Case, days_later: i64) -> Option<String> {
    let query = parse(case).ok()?;
    let facts = register.facts(&query);
    let decision = decide(&query, &facts);
    let today = query.qualification_confirmation_date;
    let record = ResultOfQualificationConfirmation {
        specific_diseases_certificate_list: decision.specific_diseases.iter().map(|&disease| disease.into()).collect(),
        public_expense_result_list: decision.tickets.iter().map(|&ticket| ticket.into()).collect(),
        ..ResultOfQualificationConfirmation::from_coverage(decision.coverage?, today)
    };
    let Some(coverage) = record.to_coverage(today) else { return Some("the record does not read back".to_owned()) };

    let on = today.saturating_add(jiff::Span::new().days(days_later));
    let query = EligibilityQuery { qualification_confirmation_date: on, ..query };
    let (copies, facts) = (Copies::new([Copy { coverage, as_of: today, listed: None }]), register.facts(&query));
    let (offline, online) = (decide_offline(&query, &copies), decide(&query, &facts));
    let agrees = match offline.standing {
        Standing::ValidAsOf(day) => {
            day == today
                && online.verdict == Verdict::Valid
                && offline.decision.share.is_none_or(|share| Some(share) == online.share)
        }
        Standing::LostSince(day) => !online.verdict.is_valid() && day <= on,
        // No list is here; what lists add is tried where they are made.
        Standing::ListedValid(_) | Standing::ListedLost(_) => false,
        Standing::CannotTell(_) => offline.decision.share.is_none(),
    };
    let is_blind = days_later == 0 && decision.verdict == Verdict::Valid && offline.decision.share != decision.share;
    (!agrees || is_blind).then(|| format!("{days_later} days later: {offline:?}\n    online {online:?}"))
}

#[test]
fn a_kept_answer_never_says_of_the_next_month_what_the_register_does_not_say() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    nation::generate(&Options::new(50_000, 1), dir.path()).expect("a nation");
    let register = Register::load(dir.path());
    let cases = files::read_oracle(dir.path()).expect("oracle");
    for days_later in [0, 1, 20, 31] {
        let disagreements: Vec<String> = cases
            .iter()
            .filter_map(|case| {
                copy_disagreement(&register, case, days_later).map(|what| format!("{case:?}\n    {what}"))
            })
            .collect();
        let few = disagreements[..disagreements.len().min(5)].join("\n");
        assert!(disagreements.is_empty(), "{} of {} disagree\n{few}", disagreements.len(), cases.len());
    }
}

/// The ways in which staff may write what a person says, from how one coverage has it registered.
fn typed(coverage: &Coverage) -> Vec<[String; 3]> {
    let person = &coverage.person;
    let (name, kana) = (common(&person.name).replace('　', " "), person.name_kana.clone().unwrap_or_default());
    let address = person.address.clone().unwrap_or_default();
    let town = address.split(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)).next().unwrap_or_default();
    let ways = [
        [String::new(), kana.clone(), String::new()],
        [name.clone(), String::new(), String::new()],
        [name, kana, address.clone()],
        [String::new(), String::new(), address.clone()],
        [String::new(), String::new(), town.to_owned()],
    ];
    ways.into_iter().filter(|way| way.iter().any(|text| !text.is_empty())).collect()
}

#[test]
fn a_search_by_name_finds_its_person_and_never_one_of_another_birth_date() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    nation::generate(&Options::new(20_000, 5), dir.path()).expect("a nation");
    let register = Register::load(dir.path());
    let mut born: HashMap<domain::Date, Vec<&Recorded>> = HashMap::new();
    for row in &register.rows {
        born.entry(row.coverage.person.birthdate).or_default().push(row);
    }
    let (mut searches, mut alone) = (0, 0);
    for Recorded { person, coverage } in &register.rows {
        if coverage.registration_status == RegistrationStatus::Deleted {
            continue;
        }
        for [name, name_kana, address] in typed(coverage) {
            let birthdate = domain::date::format(coverage.person.birthdate);
            let raw = RawSearch {
                name: &name,
                name_kana: &name_kana,
                birthdate: &birthdate,
                sex1: coverage.person.sex1.code(),
                address: &address,
                reason: "避難所で受診した",
            };
            let search = PersonSearch::parse(&raw, common).unwrap_or_else(|bad| panic!("{bad:?}: {address}"));
            let rows = &born[&search.birthdate()];
            let everybody = register.rows.iter().filter(|_| searches % 5_000 == 0);
            let found = find(
                &search,
                rows.iter().copied().chain(everybody).map(|row| (row.person, &row.coverage)),
                true,
                common,
            );
            searches += 1;
            if found.outcome == SearchOutcome::TooMany {
                continue;
            }
            assert!(found.persons.contains(person), "{name} {name_kana} {address} is not found");
            alone += u32::from(found.persons == [*person]);
            for other in &found.persons {
                let fits = |row: &&&Recorded| row.person == *other;
                assert!(rows.iter().any(|row| fits(&row)), "{name} {name_kana} {address} finds another birth date");
            }
        }
    }
    assert!(searches > 80_000 && f64::from(alone) > 0.98 * f64::from(searches), "{alone} of {searches} alone");
}

#[test]
fn wire_reads_every_row_of_every_table() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let summary = nation::generate(&Options::new(5000, 11), dir.path()).expect("a nation");
    assert_eq!(read::<FeedRecord>(dir.path(), files::INSURER_FEED).len(), summary.coverages as usize);
    assert_eq!(read::<Resident>(dir.path(), files::RESIDENTS).len(), summary.residents as usize);
    assert_eq!(read::<Facility>(dir.path(), files::FACILITIES).len(), summary.facilities as usize);
    assert_eq!(read::<Insurer>(dir.path(), files::INSURERS).len(), summary.insurers as usize);
}
