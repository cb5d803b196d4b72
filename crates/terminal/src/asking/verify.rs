//! Is this answer the center's, and is it the answer to our question?

use domain::Purpose;
use trust::proof::ProofFile;
use wire::api::{Answer, CheckRequest, CheckResponse};

use super::outcome::{Answered, CouldNotAsk, Why};
use crate::identity::CenterFacts;

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
    let unproven = |why: &dyn std::fmt::Display| CouldNotAsk::new(Why::ProofDoesNotHold, why);
    let proof = &response.proof;
    let file = ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number)
        .map_err(|error| unproven(&error))?;
    let proven = file.verify(&facts.log_key).map_err(|error| unproven(&error))?;
    if proven.receipt.log != facts.log_id {
        return Err(unproven(&"another log"));
    }
    if proven.event.facility != facts.facility {
        return Err(does_not_fit("facility"));
    }
    if proven.event.purpose != Purpose::from(request.purpose.unwrap_or_default()) {
        return Err(does_not_fit("purpose"));
    }
    let answer = response
        .parse_answer()
        .map_err(|error| CouldNotAsk::new(Why::AnswerDoesNotFit, format_args!("column {}", error.column())))?;
    fits(request, &answer)?;
    Ok(Answered { answer, proof_file: file.to_bytes(), response })
}

fn fits(request: &CheckRequest, answer: &Answer) -> Result<(), CouldNotAsk> {
    if answer.medical_institution_code != request.medical_institution_code {
        return Err(does_not_fit("facility"));
    }
    // The center may write the day in one form where we wrote another; the day must be the same.
    let day = |text: &str| domain::date::parse(text).ok();
    if day(&answer.qualification_confirmation_date) != day(&request.qualification_confirmation_date) {
        return Err(does_not_fit("day"));
    }
    if answer.qualification_confirm_search_info != request.qualification_confirm_search_info {
        return Err(does_not_fit("question"));
    }
    Ok(())
}

fn does_not_fit(what: &str) -> CouldNotAsk {
    CouldNotAsk::new(Why::AnswerDoesNotFit, format_args!("the answer is about another {what}"))
}
