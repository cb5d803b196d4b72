//! JSON: a question that parses is written and parsed the same; its fields are read or named, and no value shows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::api::{
    Answer, BulkHeader, BulkReferenceHeader, BulkUnit, CheckRequest, CheckResponse, EnrolmentRequest, ProblemDocument,
    ReferenceNumberRequest, RenewalWithOldCertificate, SearchInfo,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = serde_json::from_slice::<CheckRequest>(bytes) {
        let again = serde_json::to_vec(&request).expect("JSON");
        assert!(serde_json::from_slice::<CheckRequest>(&again).expect("our own") == request);
        let search = &request.qualification_confirm_search_info;
        match search.parse(&request.qualification_confirmation_date, &request.medical_institution_code) {
            Ok(query) => {
                let _ = (query.card_key(), query.near_key());
            }
            Err(errors) => assert!(!errors.is_empty()),
        }
    }
    if let Ok(response) = serde_json::from_slice::<CheckResponse>(bytes) {
        let again = serde_json::to_vec(&response).expect("JSON");
        let again: CheckResponse = serde_json::from_slice(&again).expect("our own");
        assert_eq!(again.answer.get(), response.answer.get());
        let _ = response.parse_answer();
    }
    let _ = serde_json::from_slice::<Answer>(bytes);
    let _ = serde_json::from_slice::<SearchInfo>(bytes);
    let _ = serde_json::from_slice::<BulkHeader>(bytes);
    let _ = serde_json::from_slice::<BulkReferenceHeader>(bytes);
    let _ = serde_json::from_slice::<BulkUnit>(bytes);
    let _ = serde_json::from_slice::<ReferenceNumberRequest>(bytes);
    let _ = serde_json::from_slice::<EnrolmentRequest>(bytes);
    let _ = serde_json::from_slice::<RenewalWithOldCertificate>(bytes);
    let _ = serde_json::from_slice::<ProblemDocument>(bytes);
});
