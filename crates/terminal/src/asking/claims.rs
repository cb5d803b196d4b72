//! Claims: a file in pieces, how far it is, what became of each claim, and claims that are taken back.

use wire::api::{
    ClaimFileRequest, ClaimFileStatus, ClaimWithdrawalAnswer, ClaimWithdrawalRequest, ProblemCode, ProblemDocument,
};

use super::Center;
use super::bulk::path_segment;
use super::outcome::{CouldNotAsk, Outcome, Why};
use kit::client::{AnswerStream, ClientError};

const PATH: &str = "/v1/claim-files";

impl Center {
    /// Begins a file, or finds out how far it is. Never `Err(Outcome::Answered)`; so are the others here.
    pub(crate) async fn begin_claims(&self, request: &ClaimFileRequest) -> Result<ClaimFileStatus, Outcome> {
        let began = self.client().post_json::<_, ClaimFileStatus>(PATH, request).await;
        self.reached(began)
    }

    /// Sends the piece that begins at a byte. The answer tells where to go on, whatever is there already.
    pub(crate) async fn send_claim_piece(
        &self,
        reception_number: &str,
        first_byte: u64,
        body: Vec<u8>,
    ) -> Result<ClaimFileStatus, Outcome> {
        let path = format!("{PATH}/{}/pieces/{first_byte}", segment(reception_number)?);
        let sent = self.client().post(&path, "application/octet-stream", body).await;
        self.reached(sent.and_then(|answer| answer.json()))
    }

    /// How far a file is.
    pub(crate) async fn claims_status(&self, reception_number: &str) -> Result<ClaimFileStatus, Outcome> {
        let path = format!("{PATH}/{}", segment(reception_number)?);
        let came = self.client().get_json::<ClaimFileStatus>(&path).await;
        self.reached(came)
    }

    /// What became of the claims of a file, piece by piece.
    pub(crate) async fn claims_results(&self, reception_number: &str) -> Result<AnswerStream, Outcome> {
        let path = format!("{PATH}/{}/results", segment(reception_number)?);
        let came = self.client().get_stream(&path).await;
        self.reached(came)
    }

    /// Takes a claim back.
    pub(crate) async fn withdraw_claim(&self, claim_number: &str) -> Result<ClaimWithdrawalAnswer, Outcome> {
        let request =
            ClaimWithdrawalRequest { medical_institution_code: self.facility(), claim_number: claim_number.to_owned() };
        let came = self.client().post_json::<_, ClaimWithdrawalAnswer>("/v1/claim-withdrawals", &request).await;
        self.reached(came)
    }

    fn reached<T>(&self, came: Result<T, ClientError>) -> Result<T, Outcome> {
        match came {
            Ok(came) => {
                self.health.center_answered(self.hours.moment());
                Ok(came)
            }
            // About a number, not about this terminal: its light stays as it is.
            Err(ClientError::Problem { document, .. }) if is_about_the_claims(&document) => {
                Err(Outcome::Refused(document))
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}

/// Whether a refusal is about what was sent. Others are about this terminal, and pass.
pub(crate) fn is_about_the_claims(document: &ProblemDocument) -> bool {
    matches!(
        document.code,
        ProblemCode::ReceptionNumberUnknown
            | ProblemCode::ClaimFileRefused
            | ProblemCode::FacilityMismatch
            | ProblemCode::RequestIdReused
            | ProblemCode::BodyTooLarge
            | ProblemCode::UnreadableQuery
            | ProblemCode::ResultNotReady
    )
}

fn segment(number: &str) -> Result<&str, Outcome> {
    path_segment(number).ok_or_else(|| {
        Outcome::CouldNotAsk(CouldNotAsk::new(Why::AnswerDoesNotFit, "a reception number of another form"))
    })
}
