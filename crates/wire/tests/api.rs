//! Proves the JSON of the messages: names, absent members, answers kept byte for byte, problems told by a closed list.

use std::collections::BTreeSet;

use domain::{ConsentChoice, ConsentItem, PrescriptionForm};
use wire::api::{
    BulkUnit, CardMeans, CardPresence, CheckRequest, CheckResponse, Consents, ProblemCode, ProblemDocument, Purpose,
    SearchInfo, Verdict, japan_time,
};

const REQUEST: &str = r#"{"RequestId":"01900000-0000-7000-8000-000000000001","QualificationConfirmationDate":"20261122",
    "MedicalInstitutionCode":"0110113719","QualificationConfirmSearchInfo":{"InsurerNumber":"００１３３０６６",
    "InsuredIdentificationNumber":"001","Birthdate":"S550401","Later":{"a":[1]}},"AlsoLater":null}"#;

#[test]
fn a_question_is_read_and_what_is_not_known_yet_is_ignored() {
    let request: CheckRequest = serde_json::from_str(REQUEST).expect("a request");
    assert_eq!(request.purpose.unwrap_or_default(), Purpose::Check);
    let query = request
        .qualification_confirm_search_info
        .parse(&request.qualification_confirmation_date, &request.medical_institution_code);
    // The era letter is a form of its own; whatever domain says about it, the other fields are right.
    if let Err(errors) = query {
        assert!(errors.iter().all(|error| error.field == "Birthdate"), "{errors:?}");
    }
}

#[test]
fn every_wrong_field_is_named_with_a_code() {
    let search = SearchInfo {
        insurer_number: "01130013".to_owned(),
        insured_identification_number: String::new(),
        insured_branch_number: Some("123".to_owned()),
        birthdate: "20240230".to_owned(),
        ..SearchInfo::default()
    };
    let errors = search.parse("2026112", "0110113719").expect_err("wrong");
    let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code.as_str())).collect();
    assert_eq!(named[1], ("InsurerNumber", "insurer_check_digit"));
    let fields: BTreeSet<_> = named.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        fields,
        BTreeSet::from([
            "QualificationConfirmationDate",
            "InsurerNumber",
            "InsuredIdentificationNumber",
            "InsuredBranchNumber",
            "Birthdate"
        ])
    );
    let secret = ["01130013", "20240230", "123"];
    assert!(errors.iter().all(|e| !secret.iter().any(|s| e.message.contains(s) || e.message_en.contains(s))));
}

#[test]
fn absent_members_are_not_written_and_personal_data_does_not_show() {
    let search = SearchInfo { insurer_number: "133066".to_owned(), ..SearchInfo::default() };
    assert_eq!(
        serde_json::to_string(&search).expect("JSON"),
        r#"{"InsurerNumber":"133066","InsuredIdentificationNumber":"","Birthdate":""}"#
    );
    assert_eq!(format!("{search:?}"), "SearchInfo(…)");
}

#[test]
fn a_member_twice_is_refused() {
    assert!(serde_json::from_str::<SearchInfo>(r#"{"Birthdate":"1","Birthdate":"2"}"#).is_err());
}

#[test]
fn the_bytes_of_an_answer_are_kept() {
    let answer = "{ \"Verdict\" :\t\"valid\", \"n\": 1.00, \"s\": \"\\u9ad9\" }";
    let line = format!(
        r#"{{"SearchInfo":{{}},"ProcessingResultStatus":"1","Response":{{"Answer":{answer},"Proof":{{"ProofNumber":"1","Event":"","Receipt":""}}}}}}"#
    );
    let unit: BulkUnit = serde_json::from_str(&line).expect("a unit");
    let response: CheckResponse = unit.response.clone().expect("answered");
    assert_eq!(response.answer.get(), answer);
    assert!(serde_json::to_string(&unit).expect("JSON").contains(answer));
    assert!(response.parse_answer().is_err(), "it is not a whole answer");
}

#[test]
fn verdicts_are_the_words_of_domain() {
    for verdict in Verdict::ALL {
        assert_eq!(domain::Verdict::from(verdict).code(), verdict.as_str());
        assert_eq!(Verdict::from(domain::Verdict::from(verdict)), verdict);
        assert_eq!(serde_json::to_string(&verdict).expect("JSON"), format!("\"{}\"", verdict.as_str()));
    }
    for purpose in [Purpose::Check, Purpose::BulkCheck] {
        assert_eq!(domain::Purpose::from(purpose).code(), purpose.as_str());
    }
}

#[test]
fn problems_are_a_closed_list_that_reads_back() {
    let mut seen = BTreeSet::new();
    for code in ProblemCode::ALL {
        assert!(seen.insert(code.as_str()), "{code} twice");
        assert!((400..600).contains(&code.status()));
        let problem = ProblemDocument::new(*code, "詳しく").with_retry_after(3).with_request_id("r-1");
        let json = serde_json::to_string(&problem).expect("JSON");
        assert_eq!(serde_json::from_str::<ProblemDocument>(&json).expect("a problem"), problem);
        assert!(problem.problem_type.ends_with(code.as_str()));
    }
    let unknown = r#"{"type":"x","title":"新しい","status":418,"code":"from-the-future"}"#;
    let problem: ProblemDocument = serde_json::from_str(unknown).expect("a problem");
    assert_eq!((problem.code, problem.status, problem.title.as_str()), (ProblemCode::Internal, 418, "新しい"));
}

#[test]
fn times_are_told_as_clocks_in_japan_show_them() {
    assert_eq!(japan_time("2026-12-31T15:00:00Z".parse().expect("a time")), "20270101000000");
}

#[test]
fn consents_are_read_flag_by_flag_and_a_wrong_one_is_named() {
    let everything = ConsentChoice::everything().with_prescription(PrescriptionForm::Paper);
    for choice in [ConsentChoice::NOTHING, everything, ConsentChoice::NOTHING.with(ConsentItem::Surgery)] {
        let message = serde_json::to_string(&Consents::of(choice)).expect("JSON");
        let read: Consents = serde_json::from_str(&message).expect("JSON");
        assert_eq!(read.parse(), Ok(choice));
    }
    let absent: Consents = serde_json::from_str("{}").expect("JSON");
    assert_eq!(absent.parse(), Ok(ConsentChoice::NOTHING), "nothing is ticked beforehand");
    let wrong = r#"{"DiagnosisInfoConsFlg":"yes","OperationInfoConsFlg":"1","PrescriptionIssueSelect":"0"}"#;
    let errors = serde_json::from_str::<Consents>(wrong).expect("JSON").parse().expect_err("wrong");
    let named: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(named, ["DiagnosisInfoConsFlg", "PrescriptionIssueSelect"]);
}

#[test]
fn a_card_shows_nothing_in_debug_text() {
    let presence = CardPresence {
        challenge: "challenge".to_owned(),
        certificate: "certificate".to_owned(),
        signature: None,
        means: CardMeans::Face,
    };
    assert_eq!(format!("{presence:?}"), "CardPresence(Face)");
}
