//! What is asked where a doctor, dentist or pharmacist wants to see what the patient allowed.

use wire::api::{RecordAnswer, RecordRequest, RecordResponse};

use super::outcome::Outcome;
use super::{Center, verify};

/// The answer to a look into a record whose proof holds. It is shown and not kept.
#[derive(Debug, Clone)]
pub(crate) struct RecordAnswered {
    /// The answer, parsed.
    pub(crate) answer: RecordAnswer,
    /// Short number of the proof.
    pub(crate) proof_number: String,
}

impl Center {
    /// Looks into a record. As [`Center::check`], nothing unproven comes back, and what cannot be right is told without
    /// asking. Never `Err(Outcome::Answered)`.
    pub(crate) async fn look_into_record(&self, request: &RecordRequest) -> Result<RecordAnswered, Outcome> {
        request.wanted().map_err(Outcome::Unreadable)?;
        let response: RecordResponse = self.ask_for("/v1/record-looks", request).await?;
        verify::verify_record(&self.facts(), request, &response)
            .map_err(|could_not| Self::not_shown(request.request_id, could_not))
    }
}
