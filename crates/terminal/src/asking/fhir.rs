//! What a vendor's program asks in FHIR, handed on to the center. A look comes back with its proof, and what is not proven is
//! not handed on.

use http::StatusCode;
use wire::api::{FhirAnswer, FhirResponse};
use wire::fhir::serve;

use super::outcome::{CouldNotAsk, Outcome, Why};
use super::{Center, verify};

const FORM: &str = "application/x-www-form-urlencoded";

/// What the center answered to a look, proven.
#[derive(Debug)]
pub(crate) struct FhirLooked {
    /// 200, or 403 or 404 with an `OperationOutcome`.
    pub(crate) status: StatusCode,
    /// The resource, byte by byte.
    pub(crate) resource: String,
    /// Short number of the proof.
    pub(crate) proof_number: String,
}

impl Center {
    /// Asks for a token, as a form; the answer as it came. Never `Err(Outcome::Answered)`.
    pub(crate) async fn fhir_token(&self, form: String) -> Result<bytes::Bytes, Outcome> {
        let asked = self.hours.local();
        let path = format!("{}{}", serve::BASE_PATH, serve::TOKEN);
        let answer = self.client.post(&path, FORM, form).await.map_err(|error| self.failed(error))?;
        self.learn_time(&answer.headers, asked);
        self.health.center_answered(self.hours.moment());
        Ok(answer.body)
    }

    /// Looks, at an address of the façade; with a form, if there is one. Never `Err(Outcome::Answered)`.
    pub(crate) async fn fhir_look(&self, path: &str, form: Option<String>, token: &str) -> Result<FhirLooked, Outcome> {
        let asked = self.hours.local();
        let answer = match form {
            None => self.client.get_with_token(path, token).await,
            Some(form) => self.client.post_with_token(path, FORM, form, token).await,
        };
        let answer = answer.map_err(|error| self.failed(error))?;
        self.learn_time(&answer.headers, asked);
        self.health.center_answered(self.hours.moment());
        let not_fitting = |why: &dyn std::fmt::Display| CouldNotAsk::new(Why::AnswerDoesNotFit, why);
        let response: FhirResponse = answer.json().map_err(|error| Outcome::CouldNotAsk(not_fitting(&error)))?;
        let told: FhirAnswer = verify::verify_fhir(&self.facts(), &response).map_err(|could_not| {
            tracing::error!(why = could_not.why.code(), inner = could_not.inner, "an answer was not handed on");
            Outcome::CouldNotAsk(could_not)
        })?;
        let status = StatusCode::from_u16(told.status)
            .map_err(|_| Outcome::CouldNotAsk(not_fitting(&"a status that is none")))?;
        Ok(FhirLooked { status, resource: told.resource.get().to_owned(), proof_number: response.proof.proof_number })
    }
}
