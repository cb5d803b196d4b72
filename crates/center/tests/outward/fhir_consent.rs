//! What a program sees in FHIR under each of the sixteen choices that a patient has: every search gives all of what was allowed
//! and nothing else, and what was not allowed is refused or named, and never an empty bundle that looks like "there is nothing".

use std::collections::BTreeSet;

use domain::record::PatientResource;
use domain::{ConsentChoice, ConsentItem};
use kit::client::Client;
use serde_json::Value;
use wire::api::Consents;

use crate::fhir::{allow, code_of, patient_id, served, token};
use crate::people::{INSURER, card};
use crate::records::{AMLODIPINE, claims_of_everything, world};
use crate::world::World;

/// Who has something of every kind.
const PATIENT: u32 = 3;
const EXAMINATION: &str = "160008010";
const OPERATION: &str = "150003110";
const PARTS: [ConsentItem; 4] =
    [ConsentItem::Drugs, ConsentItem::Diagnosis, ConsentItem::Surgery, ConsentItem::Checkups];

/// The report of a checkup, of this patient.
fn checkup() -> String {
    let report = include_str!("../../../wire/tests/fhir/checkup.xml");
    report
        .replace("\"01130012\"", &format!("\"{INSURER}\""))
        .replace("１２－３４", "100")
        .replace("\"5678\"", &format!("\"{PATIENT}\""))
        .replace("extension=\"01\"", "extension=\"00\"")
        .replace("シケン　ハナコ", "タカハシ　ハジメ")
        .replace("administrativeGenderCode code=\"2\"", "administrativeGenderCode code=\"1\"")
        .replace("19600402", &card(PATIENT).birthdate)
}

/// Makes everything known of this patient: a drug, a diagnosis, an examination, an operation and a checkup.
pub async fn know_everything(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let (claims, report) = (folder.path().join("RECEIPTC.UKE"), folder.path().join("checkup.xml"));
    std::fs::write(&claims, claims_of_everything()).unwrap();
    std::fs::write(&report, checkup()).unwrap();
    assert_eq!(world.admin.claims_import(&claims).await.unwrap().new, 1);
    let taken = world.admin.checkups_import(&report).await.unwrap();
    assert_eq!(taken.new, 1, "{taken:?}");
}

/// What a search gives: codes of what fits, and which parts it says it does not show. None where it is refused.
async fn seen(client: &Client, token: &str, path: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let (status, bundle) = served(client, path, token).await;
    if status == 403 {
        assert_eq!(code_of(&bundle), "consent-missing", "{path}");
        assert!(!bundle.to_string().contains(AMLODIPINE));
        return None;
    }
    assert_eq!(status, 200, "{path}: {bundle}");
    let (mut shown, mut named) = (BTreeSet::new(), BTreeSet::new());
    for entry in bundle["entry"].as_array().into_iter().flatten() {
        let resource = &entry["resource"];
        if entry["search"]["mode"] == "outcome" {
            named.insert(resource["issue"][0]["expression"][0].as_str().unwrap().to_owned());
        } else {
            shown.insert(code(resource));
        }
    }
    Some((shown, named))
}

fn code(resource: &Value) -> String {
    let concept = if resource["code"].is_null() { "medicationCodeableConcept" } else { "code" };
    let code = resource[concept]["coding"][0]["code"].as_str();
    code.unwrap_or_else(|| resource["resourceType"].as_str().unwrap()).to_owned()
}

#[tokio::test]
async fn each_of_the_sixteen_choices_opens_its_own_and_says_what_it_does_not_show() {
    let (world, _, client) = world().await;
    know_everything(&world).await;
    for bits in 0..16_u8 {
        let allowed: Vec<ConsentItem> =
            PARTS.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, item)| *item).collect();
        let has = |item| allowed.contains(&item);
        let choice = allowed.iter().fold(ConsentChoice::NOTHING, |choice, item| choice.with(*item));
        allow(&client, PATIENT, Consents::of(choice), u128::from(bits) + 1).await;
        let id = patient_id(&client, PATIENT).await;
        // The token asks for all and gets what the choice gives; a kind that it does not cover is told by the consent first.
        let token = token(&client, &id).await;
        let drugs = has(ConsentItem::Drugs);
        for (kind, open, codes) in [
            ("MedicationDispense", drugs, vec![AMLODIPINE]),
            ("MedicationRequest", drugs, vec![AMLODIPINE]),
            ("MedicationStatement", drugs, vec![AMLODIPINE]),
            ("Condition", has(ConsentItem::Diagnosis), vec!["8833421"]),
        ] {
            let found = seen(&client, &token, &format!("{kind}?patient={id}")).await;
            let expected = open.then(|| (codes.into_iter().map(str::to_owned).collect(), BTreeSet::new()));
            assert_eq!(found, expected, "{kind} with {allowed:?}");
        }
        let checkups = seen(&client, &token, &format!("Observation?patient={id}")).await;
        assert_eq!(
            checkups.map(|(shown, _)| shown.len() > 10),
            has(ConsentItem::Checkups).then_some(true),
            "{allowed:?}"
        );

        let done = seen(&client, &token, &format!("Procedure?patient={id}")).await;
        let (treatment, surgery) = (has(ConsentItem::Diagnosis), has(ConsentItem::Surgery));
        let expected = (treatment || surgery).then(|| {
            let of = |pairs: [(&str, bool); 2]| {
                pairs.into_iter().filter(|(_, is)| *is).map(|(word, _)| word.to_owned()).collect::<BTreeSet<_>>()
            };
            let shown = of([(EXAMINATION, treatment), (OPERATION, surgery)]);
            (shown, of([("diagnosis", !treatment), ("surgery", !surgery)]))
        });
        assert_eq!(done, expected, "Procedure with {allowed:?}");
        everything_is_the_sum(&client, &token, &id, &allowed).await;
    }
}

/// `$everything` holds each kind that is open, and names each other one.
async fn everything_is_the_sum(client: &Client, token: &str, id: &str, allowed: &[ConsentItem]) {
    let (shown, named) = seen(client, token, &format!("Patient/{id}/$everything")).await.unwrap();
    let has = |item| allowed.contains(&item);
    for (code, open) in [
        (AMLODIPINE, has(ConsentItem::Drugs)),
        ("8833421", has(ConsentItem::Diagnosis)),
        (EXAMINATION, has(ConsentItem::Diagnosis)),
        (OPERATION, has(ConsentItem::Surgery)),
    ] {
        assert_eq!(shown.contains(code), open, "{code} with {allowed:?}");
    }
    let mut closed: BTreeSet<String> = PatientResource::ALL
        .into_iter()
        .filter(|kind| kind.is_medical() && !kind.needs().iter().any(|item| has(*item)))
        .map(|kind| kind.name().to_owned())
        .collect();
    // Of procedures, one part may be open and the other not.
    match (has(ConsentItem::Diagnosis), has(ConsentItem::Surgery)) {
        (true, false) => _ = closed.insert("surgery".to_owned()),
        (false, true) => _ = closed.insert("diagnosis".to_owned()),
        (true, true) | (false, false) => {}
    }
    assert_eq!(named, closed, "{allowed:?}");
}
