//! One HTTPS request a question, several at once, every proof verified.

use crate::check::by_institution;
use crate::check::outcome::{Outcome, search_info};
use crate::check::private::{PrivateCenter, World};
use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, stream};
use kit::client::{Client, ClientError, ClientOptions};
use nation::Case;
use std::collections::BTreeMap;
use trust::{LogPublicKey, ProofFile};
use wire::api::{CheckRequest, CheckResponse, ProblemCode};

/// Questions under way at once.
const QUESTIONS_AT_ONCE: usize = 32;

/// Asks every case and gives the outcomes by case.
pub async fn ask(center: &PrivateCenter, cases: &[Case], world: &World) -> Result<BTreeMap<String, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for (institution, group) in by_institution(cases) {
        let member = center.member(institution).await?;
        let client = member.client(&world.clock, ClientOptions::default())?;
        let key = LogPublicKey::from_pem(&member.enrolled.log_public_key).context("the log's key")?;
        let answered: Vec<_> = stream::iter(group)
            .map(|case| async { (case.case_id.clone(), ask_one(&client, &key, case, world).await) })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .collect()
            .await;
        outcomes.extend(answered);
    }
    Ok(outcomes)
}

/// The request for a case.
pub fn request(case: &Case, world: &World) -> CheckRequest {
    CheckRequest {
        request_id: kit::random::uuid_v7(world.clock.now(), world.random.as_ref()),
        qualification_confirmation_date: case.qualification_confirmation_date.clone(),
        medical_institution_code: case.medical_institution_code.clone(),
        arbitrary_file_identifier: None,
        purpose: None,
        qualification_confirm_search_info: search_info(case),
        consents: None,
        decided_at: None,
    }
}

/// Asks one question. An answer whose proof does not hold is a failure, not an answer.
pub async fn ask_one(client: &Client, key: &LogPublicKey, case: &Case, world: &World) -> Outcome {
    let asked: Result<CheckResponse, ClientError> =
        client.post_json("/v1/eligibility-checks", &request(case, world)).await;
    match asked {
        Ok(response) => judge(&response, key),
        Err(ClientError::Problem { document, .. }) if document.code == ProblemCode::UnreadableQuery => {
            Outcome::of_unreadable(&document.errors)
        }
        Err(error) => Outcome::failure(error.to_string()),
    }
}

fn judge(response: &CheckResponse, key: &LogPublicKey) -> Outcome {
    let proof = &response.proof;
    let file = ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number);
    if let Err(error) = file.and_then(|file| file.verify(key)) {
        return Outcome::failure(format!("the proof does not hold: {error}"));
    }
    match response.parse_answer() {
        Ok(answer) => Outcome::of_answer(&answer),
        Err(error) => Outcome::failure(format!("the answer does not parse: {error}")),
    }
}
