//! FHIR: that what is made reads back as it was, says what it should, and shows nothing in debug text. Whether it is FHIR is judged
//! by a validator that others wrote: `cargo xtask fhir`, which runs `run.sh` here.

mod samples;

use domain::Verdict;
use jiff::civil::date;
use wire::fhir::{CoverageEligibilityRequest, Resource, convert};

fn sample(name: &str) -> serde_json::Value {
    let found = samples::all().into_iter().find(|(known, _)| known == name).expect("a sample of this name");
    serde_json::to_value(&found.1).expect("JSON")
}

#[test]
fn every_resource_reads_back_as_it_was() {
    for (name, resource) in samples::all() {
        let text = serde_json::to_string(&resource).unwrap();
        assert_eq!(serde_json::from_str::<Resource>(&text).unwrap(), resource, "{name}");
        assert!(!text.contains("null") && !text.contains("[]") && !text.contains("{}"), "{name}: {text}");
    }
}

#[test]
fn the_resources_are_what_they_were() {
    for name in
        ["patient", "coverage", "dispense", "prescription", "condition-suspected", "answer-valid", "answer-not-found"]
    {
        insta::assert_snapshot!(name, serde_json::to_string_pretty(&sample(name)).unwrap());
    }
}

#[test]
fn a_value_beyond_measurement_and_one_not_done_say_so() {
    let observations: Vec<_> = samples::all()
        .into_iter()
        .filter(|(name, _)| name.starts_with("observation"))
        .map(|(_, resource)| serde_json::to_value(resource).unwrap())
        .collect();
    let of = |code: &str| {
        observations.iter().find(|one| one["code"]["coding"][0]["code"] == code).unwrap_or_else(|| panic!("{code}"))
    };
    assert_eq!(of("3B090000002327101")["valueQuantity"]["comparator"], "<");
    assert_eq!(of("3B045000002327201")["valueString"], "測定上限超過");
    let not_done = of("9N021000000000001");
    assert_eq!(not_done["dataAbsentReason"]["coding"][0]["code"], "not-performed");
    assert!(not_done.get("valueQuantity").is_none());
    assert_eq!(of("3B035000002327201")["interpretation"][0]["coding"][0]["code"], "H");
    assert_eq!(of("9N736000000000011")["valueCodeableConcept"]["text"], "いいえ");
}

#[test]
fn a_question_names_every_field_that_cannot_be_read() {
    let good = samples::request();
    let today = date(2026, 6, 5);
    assert_eq!(convert::serviced_day(&good, today), "20260603");
    let query = convert::search_info(&good).parse("20260603", "1311234567").unwrap();
    assert_eq!((query.insurer_number.as_str(), query.birthdate), ("01130012", date(1960, 4, 2)));
    let mut without: CoverageEligibilityRequest = good;
    without.contained.clear();
    without.serviced_date = None;
    assert_eq!(convert::serviced_day(&without, today), "20260605");
    let bad = convert::search_info(&without).parse("20260605", "1311234567").unwrap_err();
    let fields: Vec<_> = bad.iter().map(|field| (field.field.as_str(), field.code.as_str())).collect();
    assert_eq!(fields, [("InsurerNumber", "empty"), ("InsuredIdentificationNumber", "empty"), ("Birthdate", "empty")]);
}

#[test]
fn a_kept_answer_says_how_old_it_is_and_cannot_tell_is_an_error() {
    let kept = sample("answer-kept");
    assert_eq!((&kept["outcome"], &kept["insurance"][0]["inforce"]), (&"complete".into(), &true.into()));
    let words = kept["disposition"].as_str().unwrap();
    assert!(words.contains("控え") && words.contains("2026-06-03 10:23 現在"), "{words}");
    let cannot_tell = sample("answer-cannot-tell");
    assert_eq!(
        (&cannot_tell["outcome"], &cannot_tell["error"][0]["code"]["coding"][0]["code"]),
        (&"error".into(), &"undetermined".into())
    );
    assert!(cannot_tell["insurance"].is_null());
}

#[test]
fn a_page_names_the_next_and_what_is_not_shown_stands_in_its_place() {
    let drugs = sample("served-MedicationDispense");
    assert_eq!((&drugs["total"], drugs["entry"].as_array().unwrap().len()), (&3.into(), 2));
    assert_eq!(drugs["link"][1]["relation"], "next");
    assert_eq!(drugs["link"][1]["url"], "MedicationDispense?patient=p1&_count=2&_offset=2");
    let ids: Vec<_> = drugs["entry"].as_array().unwrap().iter().map(|one| &one["resource"]["id"]).collect();
    assert_ne!(ids[0], ids[1], "two entries that say the same are two");
    let procedures = sample("served-Procedure");
    let note = &procedures["entry"][1];
    assert_eq!(
        (&note["search"]["mode"], &note["resource"]["issue"][0]["severity"]),
        (&"outcome".into(), &"warning".into())
    );
    assert!(note["resource"]["issue"][0]["details"]["text"].as_str().unwrap().contains("手術"));
    let everything = sample("served-everything");
    let last = everything["entry"].as_array().unwrap().last().unwrap();
    assert_eq!(last["resource"]["resourceType"], "OperationOutcome", "more than a page says so");
}

#[test]
fn not_found_and_valid_are_complete_and_told_apart() {
    let (valid, unknown) = (sample("answer-valid"), sample("answer-not-found"));
    assert_eq!((&valid["outcome"], &unknown["outcome"]), (&"complete".into(), &"complete".into()));
    assert_eq!(valid["insurance"][0]["inforce"], true);
    assert_eq!(valid["insurance"][0]["item"][0]["benefit"][0]["allowedUnsignedInt"], 30);
    assert!(unknown.get("insurance").is_none());
    assert!(unknown["disposition"].as_str().unwrap().starts_with(Verdict::NotFound.label()));
}

#[test]
fn debug_text_shows_nobody() {
    for (name, resource) in samples::all() {
        let shown = format!("{resource:?}");
        for secret in ["試験　花子", "シケン", "5678", "アムロジピン", "高血圧", "1960-04-02"] {
            assert!(!shown.contains(secret), "{name}: {shown}");
        }
    }
}
