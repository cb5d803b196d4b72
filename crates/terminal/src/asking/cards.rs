//! What is asked about cards: how one stands, the challenge, the check, 利用登録 and 解除, and consents taken back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::api::{
    CardCheckRequest, CardRegistrationAnswer, CardRegistrationEndRequest, CardRegistrationRequest, CardState,
    CardStateRequest, CheckResponse, ConsentWithdrawalAnswer, ConsentWithdrawalByNumberRequest,
    ConsentWithdrawalRequest, PresenceChallenge, PresenceChallengeRequest,
};

use super::outcome::{CouldNotAsk, Outcome, Why};
use super::{Center, verify};

/// 任意のファイル識別子 of a check by card: what makes its file in the face folder one of a kind. Sixteen characters, as
/// programs that read those files know it from the official terminal.
pub(crate) fn file_identifier(request_id: Uuid) -> String {
    let mut identifier = STANDARD.encode(&file_token(request_id)[..]);
    identifier.truncate(15);
    identifier.push('=');
    identifier
}

/// The bytes of the same in the name of the file: the random half of the number.
pub(crate) fn file_token(request_id: Uuid) -> [u8; 10] {
    let mut token = [0; 10];
    token.copy_from_slice(&request_id.as_bytes()[6..]);
    token
}

impl Center {
    /// How a card stands that lies on the reader. Nothing is told about the person.
    pub(crate) async fn card_state(&self, certificate: &[u8]) -> Result<CardState, Outcome> {
        let request =
            CardStateRequest { medical_institution_code: self.facility(), certificate: STANDARD.encode(certificate) };
        self.ask_for("/v1/card-states", &request).await
    }

    /// What the card is to sign, good for a minute.
    pub(crate) async fn challenge(&self) -> Result<PresenceChallenge, Outcome> {
        let request = PresenceChallengeRequest { medical_institution_code: self.facility() };
        self.ask_for("/v1/presence-challenges", &request).await
    }

    /// Asks whether the person of a card is insured. As [`Center::check`], nothing unproven comes back.
    pub(crate) async fn check_card(&self, request: &CardCheckRequest) -> Outcome {
        let response: CheckResponse = match self.ask_for("/v1/card-checks", request).await {
            Ok(response) => response,
            Err(outcome) => return outcome,
        };
        match verify::verify_card(&self.facts(), request, response) {
            Ok(answered) => Outcome::Answered(Box::new(answered)),
            Err(could_not) => Self::not_shown(request.request_id, could_not),
        }
    }

    /// 利用登録.
    pub(crate) async fn register_card(
        &self,
        request: &CardRegistrationRequest,
    ) -> Result<CardRegistrationAnswer, Outcome> {
        let answer: CardRegistrationAnswer = self.ask_for("/v1/card-registrations", request).await?;
        ours(answer.request_id, request.request_id)?;
        Ok(answer)
    }

    /// 解除.
    pub(crate) async fn end_card_registration(
        &self,
        request: &CardRegistrationEndRequest,
    ) -> Result<CardRegistrationAnswer, Outcome> {
        let answer: CardRegistrationAnswer = self.ask_for("/v1/card-registrations/end", request).await?;
        ours(answer.request_id, request.request_id)?;
        Ok(answer)
    }

    /// Takes back what the patient of a card has allowed here.
    pub(crate) async fn withdraw_consents(
        &self,
        request: &ConsentWithdrawalRequest,
    ) -> Result<ConsentWithdrawalAnswer, Outcome> {
        let answer: ConsentWithdrawalAnswer = self.ask_for("/v1/consent-withdrawals", request).await?;
        ours(answer.request_id, request.request_id)?;
        Ok(answer)
    }

    /// The same at the wish of a patient who is here without a card.
    pub(crate) async fn withdraw_consents_by_number(
        &self,
        request: &ConsentWithdrawalByNumberRequest,
    ) -> Result<ConsentWithdrawalAnswer, Outcome> {
        let answer: ConsentWithdrawalAnswer = self.ask_for("/v1/consent-withdrawals/by-number", request).await?;
        ours(answer.request_id, request.request_id)?;
        Ok(answer)
    }

    /// Never `Err(Outcome::Answered)`.
    pub(super) async fn ask_for<Q: Serialize, A: DeserializeOwned>(
        &self,
        path: &str,
        request: &Q,
    ) -> Result<A, Outcome> {
        let asked = self.hours.local();
        let answer = self.client.post_json_for_answer(path, request).await.map_err(|error| self.failed(error))?;
        self.learn_time(&answer.headers, asked);
        self.health.center_answered(self.hours.moment());
        answer.json().map_err(|error| does_not_fit(&error))
    }
}

pub(super) fn ours(answered: Uuid, asked: Uuid) -> Result<(), Outcome> {
    if answered == asked { Ok(()) } else { Err(does_not_fit(&"the answer carries another request number")) }
}

pub(super) fn does_not_fit(why: &dyn std::fmt::Display) -> Outcome {
    Outcome::CouldNotAsk(CouldNotAsk::new(Why::AnswerDoesNotFit, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_of_a_file_follows_from_the_number_of_the_check() {
        let id = Uuid::parse_str("0193b3a0-7f2c-7abc-8def-0123456789ab").unwrap();
        assert_eq!(file_identifier(id), file_identifier(id));
        assert_eq!(file_identifier(id).len(), 16);
        assert!(file_identifier(id).ends_with('='));
        assert_eq!(file_token(id)[..2], [0x7a, 0xbc]);
    }
}
