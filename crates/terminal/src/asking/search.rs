//! What is asked where somebody has neither card nor numbers: may we search, for whom, and the wish to.

use tokio::time::timeout;
use wire::api::{
    DisasterAnswer, DisasterRequest, PersonSearchAnswer, PersonSearchRequest, PersonSearchResponse, SearchStanding,
};

use super::outcome::{CouldNotAsk, Outcome, Why};
use super::{Center, verify};
use crate::limits;

/// The answer to a search whose proof holds.
#[derive(Debug, Clone)]
pub(crate) struct SearchAnswered {
    /// The answer, parsed.
    pub(crate) answer: PersonSearchAnswer,
    /// Short number of the proof.
    pub(crate) proof_number: String,
    /// What is kept: the canonical proof file.
    pub(crate) proof_file: Vec<u8>,
}

impl Center {
    /// Whether this institution may search now. A page waits for it, so not for long. Never `Err(Outcome::Answered)`.
    pub(crate) async fn search_standing(&self) -> Result<SearchStanding, Outcome> {
        let asking = self.client().get_json::<SearchStanding>("/v1/person-searches/standing");
        match timeout(limits::WINDOW_PATIENCE, asking).await {
            Ok(Ok(standing)) if standing.medical_institution_code == self.facility() => {
                self.health.center_answered(self.hours.moment());
                Ok(standing)
            }
            Ok(Ok(_)) => Err(Outcome::CouldNotAsk(CouldNotAsk::new(Why::AnswerDoesNotFit, "another facility"))),
            Ok(Err(error)) => Err(self.failed(error)),
            Err(_) => {
                self.look_now();
                Err(Outcome::CouldNotAsk(CouldNotAsk::new(Why::NoAnswerInTime, "a page does not wait longer")))
            }
        }
    }

    /// Searches for a person. As [`Center::check`], nothing unproven comes back, and what cannot be right or is too vague is
    /// told without asking. Never `Err(Outcome::Answered)`.
    pub(crate) async fn search_person(&self, request: &PersonSearchRequest) -> Result<SearchAnswered, Outcome> {
        request.person_search_info.parse(&request.search_reason).map_err(Outcome::Unreadable)?;
        let response: PersonSearchResponse = self.ask_for("/v1/person-searches", request).await?;
        verify::verify_search(&self.facts(), request, &response)
            .map_err(|could_not| Self::not_shown(request.request_id, could_not))
    }

    /// Asks to search in a disaster that is open elsewhere. Never `Err(Outcome::Answered)`.
    pub(crate) async fn ask_for_disaster(&self, request: &DisasterRequest) -> Result<DisasterAnswer, Outcome> {
        let answer: DisasterAnswer = self.ask_for("/v1/disaster-requests", request).await?;
        super::cards::ours(answer.request_id, request.request_id)?;
        Ok(answer)
    }
}
