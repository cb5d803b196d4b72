//! What the oracle and the story promise: every kind of query is there, its answer is of the sort its name says, and
//! shares and limits turn on the right day.

use std::collections::{BTreeMap, BTreeSet};

use nation::{Case, Nation, Options, files, story};

fn cases_of(people: u32, seed: u64) -> Vec<Case> {
    Nation::build(&Options::new(people, seed)).expect("a nation").oracle()
}

#[test]
fn every_kind_of_query_is_asked_of_fifty_thousand_people() {
    let cases = cases_of(50_000, 1);
    assert!(cases.len() >= 6000, "{}", cases.len());
    let mut counts: BTreeMap<&str, u32> = nation::oracle::kinds().map(|kind| (kind, 0)).collect();
    for case in &cases {
        *counts.entry(&case.kind).or_default() += 1;
    }
    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < 10).collect();
    assert!(rare.is_empty(), "{rare:?}");
    let ids: BTreeSet<_> = cases.iter().map(|case| &case.case_id).collect();
    assert_eq!(ids.len(), cases.len());
}

#[test]
fn the_number_of_queries_follows_the_number_of_people_within_bounds() {
    let few = cases_of(400, 1).len();
    assert!((950..1100).contains(&few), "{few}");
    let many = cases_of(120_000, 1).len();
    assert!((11_900..12_200).contains(&many), "{many}");
}

#[test]
fn only_a_coverage_in_force_has_a_share_and_only_consent_shows_limits() {
    for case in cases_of(20_000, 2) {
        let in_force = ["valid", "valid_unregistered"].contains(&case.verdict.as_str());
        assert_eq!(!case.share.is_empty(), in_force, "{case:?}");
        assert!(["", "0", "10", "20", "30", "100"].contains(&case.share.as_str()), "{case:?}");
        assert_eq!(case.limit_flag.is_empty(), case.limit_classification.is_empty(), "{case:?}");
        let consent = case.limit_application_certificate_related_cons_flg == "1";
        assert!(case.limit_flag.is_empty() || in_force && consent, "{case:?}");
        assert_eq!(
            case.verdict == "unreadable",
            case.field == "InsurerNumber" || case.field == "Birthdate",
            "{case:?}"
        );
    }
}

#[test]
fn shares_turn_on_the_right_day() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in cases_of(50_000, 3) {
        seen.entry(case.kind).or_default().insert(case.share);
    }
    let shares = |kind: &str| seen[kind].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(shares("school_edge_last_day"), ["20"]);
    assert_eq!(shares("school_edge_first_day"), ["30"]);
    assert_eq!(shares("preschool"), ["20"]);
    assert_eq!(shares("seventies_with_certificate"), ["20", "30"]);
    assert!(shares("seventy_edge_before").iter().all(|share| ["30", "100"].contains(share)));
    assert!(shares("seventy_edge_on").contains(&"20") && shares("seventy_edge_on").contains(&"30"));
    assert_eq!(shares("full_charge"), ["100"]);
    assert_eq!(shares("late_elderly"), ["10", "20", "30"]);
    assert_eq!(shares("ratio_missing"), ["30"]);
    assert_eq!(shares("public_assistance_ticket"), ["0"]);
    assert_eq!(shares("public_assistance_no_ticket"), ["0"]);
}

#[test]
fn limits_are_shown_on_the_first_and_the_last_day_and_not_without_consent() {
    let cases = cases_of(50_000, 4);
    let of = |kind: &str| cases.iter().filter(move |case| case.kind == kind).cloned().collect::<Vec<_>>();
    for kind in ["limit_edge_first_day", "limit_edge_last_day"] {
        assert!(of(kind).iter().all(|case| !case.limit_flag.is_empty()), "{kind}");
    }
    for kind in ["limit_edge_before", "limit_edge_after"] {
        assert!(of(kind).iter().any(|case| case.limit_flag.is_empty()), "{kind}");
    }
    assert!(of("limit_no_consent").iter().all(|case| case.limit_flag.is_empty()));
    let flags: BTreeSet<String> = cases.iter().map(|case| case.limit_flag.clone()).collect();
    for flag in ["A01", "A02", "A03", "A04", "A05", "B04", "B09", "B10"] {
        assert!(flags.contains(flag), "{flag}");
    }
}

#[test]
fn the_same_card_changes_its_answer_between_the_day_before_an_edge_and_the_edge() {
    let cases = cases_of(50_000, 5);
    let verdicts = |kind: &str| {
        cases.iter().filter(|case| case.kind == kind).map(|case| case.verdict.as_str()).collect::<BTreeSet<_>>()
    };
    assert_eq!(verdicts("edge_loss_before"), BTreeSet::from(["valid"]));
    assert!(!verdicts("edge_loss_on").contains("valid"));
    assert!(!verdicts("edge_start_before").contains("valid"));
    assert_eq!(verdicts("edge_start_on"), BTreeSet::from(["valid"]));
    assert_eq!(verdicts("card_expiry_edge_on"), BTreeSet::from(["valid"]));
    assert_eq!(verdicts("seventyfive_edge_old_card_on"), BTreeSet::from(["invalid_new_coverage_exists"]));
    assert_eq!(verdicts("lost_job"), BTreeSet::from(["invalid_new_coverage_exists"]));
    assert_eq!(verdicts("twins_without_branch"), BTreeSet::from(["multiple"]));
}

#[test]
fn the_oracle_asks_for_few_facilities_and_for_no_day_after_today() {
    let nation = Nation::build(&Options::new(20_000, 6)).expect("a nation");
    let asking: BTreeSet<&str> = nation.asking_facilities().iter().map(|facility| facility.code.as_str()).collect();
    assert_eq!(asking.len(), nation::limits::ORACLE_FACILITIES);
    for case in nation.oracle() {
        assert!(asking.contains(case.medical_institution_code.as_str()), "{case:?}");
        assert!(case.qualification_confirmation_date.as_str() <= "20261122", "{case:?}");
        let longest = case.insured_card_symbol.chars().count().max(case.insured_identification_number.chars().count());
        assert!(longest <= nation::limits::CARD_FIELD_CHARS_MAX, "{case:?}");
    }
}

#[test]
fn the_story_has_every_visit_whatever_the_size_and_the_seed() {
    let mut expected: Option<Vec<(String, String, String, String)>> = None;
    for (people, seed) in [(200, 1), (3000, 2), (3000, 3), (20_000, 4)] {
        let nation = Nation::build(&Options::new(people, seed)).expect("a nation");
        let visits = story::visits(&nation);
        let outcome: Vec<_> = visits
            .iter()
            .map(|visit| {
                let case = visit.case.clone();
                assert_eq!(case.medical_institution_code, story::facility_code(&nation));
                (visit.name.clone(), case.verdict, case.share, case.hint)
            })
            .collect();
        assert_eq!(*expected.get_or_insert(outcome.clone()), outcome, "{people} people, seed {seed}");
    }
    let expected = expected.expect("at least one nation");
    let find = |name: &str| expected.iter().find(|visit| visit.0 == name).expect("a visit").clone();
    assert_eq!(find("late_elderly_20").2, "20");
    assert_eq!(find("seventy_with_certificate").2, "20");
    assert_eq!(find("misread_digit").3, "number_near_miss");
    assert_eq!(find("public_assistance").1, "valid");
    assert_eq!(find("lost_job_old_card").1, "invalid_new_coverage_exists");
}

#[test]
fn files_read_back_are_what_was_in_memory() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let options = Options::new(3000, 7);
    let nation = Nation::build(&options).expect("a nation");
    let summary = nation.write(dir.path()).expect("files");
    let about = files::read_about(dir.path()).expect("nation.json");
    assert_eq!((about.options, about.summary), (options, summary));
    assert_eq!(files::read_oracle(dir.path()).expect("oracle"), nation.oracle());
    assert_eq!(files::read_visits(dir.path()).expect("visits"), story::visits(&nation));
    let missing = files::read_oracle(&dir.path().join("nowhere")).expect_err("no such folder");
    assert!(missing.to_string().contains("oracle.csv"), "{missing}");
}
