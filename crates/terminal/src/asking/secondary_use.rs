//! 二次利用: a patient's wish not to be counted, and what has left as counts.

use tokio::time::timeout;
use wire::api::{SecondaryUseExports, SecondaryUseRefusalAnswer, SecondaryUseRefusalRequest};

use super::Center;
use super::cards::{does_not_fit, ours};
use super::outcome::{CouldNotAsk, Outcome, Why};
use crate::limits;

impl Center {
    /// The patient of a card does not want to be counted, or takes that back. Never `Err(Outcome::Answered)`.
    pub(crate) async fn refuse_secondary_use(
        &self,
        request: &SecondaryUseRefusalRequest,
    ) -> Result<SecondaryUseRefusalAnswer, Outcome> {
        let answer: SecondaryUseRefusalAnswer = self.ask_for("/v1/secondary-use-refusals", request).await?;
        ours(answer.request_id, request.request_id)?;
        if answer.refuses == request.refuses {
            Ok(answer)
        } else {
            Err(does_not_fit(&"the answer says the opposite of the wish"))
        }
    }

    /// What has left. A page waits for it, so not for long. Never `Err(Outcome::Answered)`.
    pub(crate) async fn secondary_use_exports(&self) -> Result<SecondaryUseExports, Outcome> {
        let asking = self.client().get_json::<SecondaryUseExports>("/v1/secondary-use-exports");
        match timeout(limits::WINDOW_PATIENCE, asking).await {
            Ok(Ok(exports)) => {
                self.health.center_answered(self.hours.moment());
                Ok(exports)
            }
            Ok(Err(error)) => Err(self.failed(error)),
            Err(_) => {
                self.look_now();
                Err(Outcome::CouldNotAsk(CouldNotAsk::new(Why::NoAnswerInTime, "a page does not wait longer")))
            }
        }
    }
}
