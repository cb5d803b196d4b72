//! Is this answer the center's, and is it the answer to our question?

use domain::{ConsentChoice, PresenceRecord, Purpose};
use trust::ProofNumber;
use trust::event::AccessEvent;
use trust::proof::{ProofError, ProofFile};
use wire::api::{
    Answer, CardCheckRequest, CheckRequest, CheckResponse, Consents, FhirAnswer, FhirResponse, PersonSearchAnswer,
    PersonSearchRequest, PersonSearchResponse, Proof, RecordAnswer, RecordPart, RecordRequest, RecordResponse,
};

use super::outcome::{Answered, CouldNotAsk, Why};
use super::records::RecordAnswered;
use super::search::SearchAnswered;
use crate::identity::CenterFacts;

/// Why an answer that was kept is not shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeptError {
    /// The saved file or the answer in it cannot be read.
    #[error("a kept answer cannot be read: {0}")]
    Damaged(String),
    /// It is not proven.
    #[error("a kept answer is not proven: {0}")]
    NotProven(ProofError),
}

/// An answer that was kept, its proof verified again: what is shown as an answer is proven, also after a year on this disk.
pub(crate) fn kept(facts: &CenterFacts, file: &[u8]) -> Result<(ProofNumber, Answer), KeptError> {
    let proof = ProofFile::parse(file).map_err(|error| KeptError::Damaged(error.to_string()))?;
    proof.verify(&facts.log_key).map_err(KeptError::NotProven)?;
    let answer = serde_json::from_str(proof.answer()).map_err(|error| KeptError::Damaged(error.to_string()))?;
    Ok((proof.number(), answer))
}

/// The answer to a single question, proven and fitting, or why it must not be shown.
pub(super) fn verify(
    facts: &CenterFacts,
    request: &CheckRequest,
    response: CheckResponse,
) -> Result<Answered, CouldNotAsk> {
    let answered = verify_unit(facts, request, response)?;
    if answered.answer.request_id != request.request_id {
        return Err(does_not_fit("request number"));
    }
    Ok(answered)
}

/// As [`verify`], for one answer out of many: its number is made by the center.
pub(super) fn verify_unit(
    facts: &CenterFacts,
    request: &CheckRequest,
    response: CheckResponse,
) -> Result<Answered, CouldNotAsk> {
    let (answered, event) = proven(facts, response)?;
    if event.purpose != Purpose::from(request.purpose.unwrap_or_default()) {
        return Err(does_not_fit("purpose"));
    }
    fits(request, &answered.answer)?;
    if let Some(consents) = &request.consents {
        let recorded = event.presence.filter(|presence| presence.means == domain::PresenceMeans::Number);
        let choice = recorded.ok_or_else(|| does_not_fit("way of coming"))?.choice;
        choice_kept(Some(consents), choice, &answered.answer)?;
    }
    Ok(answered)
}

/// The answer to a check by card. Beside what is asked of every answer, the event must say that the patient was
/// recognised as we said, and allowed what they did: less only where the way of recognising them is not enough for it.
pub(super) fn verify_card(
    facts: &CenterFacts,
    request: &CardCheckRequest,
    response: CheckResponse,
) -> Result<Answered, CouldNotAsk> {
    let (answered, event) = proven(facts, response)?;
    let answer = &answered.answer;
    if answer.request_id != request.request_id {
        return Err(does_not_fit("request number"));
    }
    if event.purpose != Purpose::Check {
        return Err(does_not_fit("purpose"));
    }
    place_and_day(answer, &request.medical_institution_code, &request.qualification_confirmation_date)?;
    let means = domain::PresenceMeans::from(request.presence.means);
    let told = answer.presence.as_ref().map(|presence| domain::PresenceMeans::from(presence.means));
    let Some(PresenceRecord { means: recorded, choice }) = event.presence else {
        return Err(does_not_fit("way of coming"));
    };
    if recorded != means || told != Some(means) {
        return Err(does_not_fit("way of coming"));
    }
    choice_kept(request.consents.as_ref(), choice, answer)?;
    Ok(answered)
}

/// The answer to a search by name. Question, purpose and reason must be ours.
pub(super) fn verify_search(
    facts: &CenterFacts,
    request: &PersonSearchRequest,
    response: &PersonSearchResponse,
) -> Result<SearchAnswered, CouldNotAsk> {
    let (file, event) = proven_file(facts, response.answer.get(), &response.proof)?;
    let answer: PersonSearchAnswer = serde_json::from_str(response.answer.get()).map_err(|error| unread(&error))?;
    if answer.request_id != request.request_id {
        return Err(does_not_fit("request number"));
    }
    if answer.purpose != request.purpose || event.purpose != domain::SearchPurpose::from(request.purpose).purpose() {
        return Err(does_not_fit("purpose"));
    }
    if answer.medical_institution_code != request.medical_institution_code {
        return Err(does_not_fit("facility"));
    }
    if answer.qualification_confirmation_date != request.qualification_confirmation_date {
        return Err(does_not_fit("day"));
    }
    if answer.person_search_info != request.person_search_info || answer.search_reason != request.search_reason {
        return Err(does_not_fit("question"));
    }
    Ok(SearchAnswered { answer, proof_number: response.proof.proof_number.clone(), proof_file: file.to_bytes() })
}

/// The answer to a look into a record. It must be about what we asked, and show no part that it says may not be seen.
pub(super) fn verify_record(
    facts: &CenterFacts,
    request: &RecordRequest,
    response: &RecordResponse,
) -> Result<RecordAnswered, CouldNotAsk> {
    let (_, event) = proven_file(facts, response.answer.get(), &response.proof)?;
    let answer: RecordAnswer = serde_json::from_str(response.answer.get()).map_err(|error| unread(&error))?;
    if answer.request_id != request.request_id {
        return Err(does_not_fit("request number"));
    }
    if event.purpose != Purpose::RecordLook {
        return Err(does_not_fit("purpose"));
    }
    if answer.medical_institution_code != request.medical_institution_code {
        return Err(does_not_fit("facility"));
    }
    let asked = |part: &RecordPart| request.items.contains(&part.item);
    if !answer.part_list.iter().all(asked) || answer.shows_what_may_not_be_seen() {
        return Err(does_not_fit("parts"));
    }
    Ok(RecordAnswered { answer, proof_number: response.proof.proof_number.clone() })
}

/// The answer to a look through FHIR, which this institution made.
pub(super) fn verify_fhir(facts: &CenterFacts, response: &FhirResponse) -> Result<FhirAnswer, CouldNotAsk> {
    let (_, event) = proven_file(facts, response.answer.get(), &response.proof)?;
    if event.purpose != Purpose::RecordLook {
        return Err(does_not_fit("purpose"));
    }
    serde_json::from_str(response.answer.get()).map_err(|error| unread(&error))
}

/// That the event holds what the patient chose, or less where the way of recognising them is not enough for it.
fn choice_kept(asked: Option<&Consents>, choice: Option<ConsentChoice>, answer: &Answer) -> Result<(), CouldNotAsk> {
    let asked = asked.map(|consents| consents.parse().unwrap_or_default());
    let kept = match (asked, choice) {
        (Some(asked), Some(kept)) => kept == asked || kept == asked.without_medical(),
        // An answer that tells of nobody records nothing about consents.
        (asked, None) => asked.is_none() || answer.result_list.is_empty(),
        (None, Some(_)) => false,
    };
    if kept { Ok(()) } else { Err(does_not_fit("choice of the patient")) }
}

/// An answer whose proof holds, made for this institution.
fn proven(facts: &CenterFacts, response: CheckResponse) -> Result<(Answered, AccessEvent), CouldNotAsk> {
    let (file, event) = proven_file(facts, response.answer.get(), &response.proof)?;
    let answer = response.parse_answer().map_err(|error| unread(&error))?;
    Ok((Answered { answer, proof_file: file.to_bytes(), response }, event))
}

/// The proof of an answer, which holds and was given to this institution.
fn proven_file(facts: &CenterFacts, answer: &str, proof: &Proof) -> Result<(ProofFile, AccessEvent), CouldNotAsk> {
    let unproven = |why: &dyn std::fmt::Display| CouldNotAsk::new(Why::ProofDoesNotHold, why);
    let file = ProofFile::from_response(answer, &proof.event, &proof.receipt, &proof.proof_number)
        .map_err(|error| unproven(&error))?;
    let proven = file.verify(&facts.log_key).map_err(|error| unproven(&error))?;
    if proven.receipt.log != facts.log_id {
        return Err(unproven(&"another log"));
    }
    if proven.event.facility != facts.facility {
        return Err(does_not_fit("facility"));
    }
    Ok((file, proven.event))
}

/// The place only: serde's words can repeat a value of the answer.
fn unread(error: &serde_json::Error) -> CouldNotAsk {
    CouldNotAsk::new(Why::AnswerDoesNotFit, format_args!("column {}", error.column()))
}

fn place_and_day(answer: &Answer, institution: &str, day: &str) -> Result<(), CouldNotAsk> {
    if answer.medical_institution_code != institution {
        return Err(does_not_fit("facility"));
    }
    // The center may write the day in one form where we wrote another; the day must be the same.
    let read = |text: &str| domain::date::parse(text).ok();
    if read(&answer.qualification_confirmation_date) == read(day) { Ok(()) } else { Err(does_not_fit("day")) }
}

fn fits(request: &CheckRequest, answer: &Answer) -> Result<(), CouldNotAsk> {
    place_and_day(answer, &request.medical_institution_code, &request.qualification_confirmation_date)?;
    if answer.qualification_confirm_search_info != request.qualification_confirm_search_info {
        return Err(does_not_fit("question"));
    }
    Ok(())
}

fn does_not_fit(what: &str) -> CouldNotAsk {
    CouldNotAsk::new(Why::AnswerDoesNotFit, format_args!("the answer is about another {what}"))
}
