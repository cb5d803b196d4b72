//! 二次利用 at the window: a patient who is here with a card does not want to be counted, or takes that back; and what has
//! left as counts.

use std::sync::Arc;

use axum::extract::{Request, State};
use kit::body::JsonAnswer;
use kit::problem::Problem;
use wire::api::{
    ProblemDocument, SecondaryUseExport, SecondaryUseExports, SecondaryUseRefusalAnswer, SecondaryUseRefusalRequest,
    japan_time,
};

use super::Api;
use super::caller::{FacilityCaller, TerminalCaller};
use super::presence::{admitted, judge};
use crate::check::{CardAnswer, CardAsk, CardQuestion};
use crate::limits;
use crate::store::secondary_use::MadeExport;

/// The patient of this card is in no count that is made from now on, or is again. Counts that have left stay as they are.
///
/// To refuse only takes away, so whatever shows eligibility is enough for it. To take it back the card must have signed.
/// Asked again it changes nothing; each time is on record.
#[utoipa::path(
    post, path = "/v1/secondary-use-refusals", tag = "card", operation_id = "refuseSecondaryUse",
    request_body = SecondaryUseRefusalRequest,
    responses(
        (status = 200, description = "It is so from now on", body = SecondaryUseRefusalAnswer),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed, challenge-unknown, challenge-expired, \
            challenge-other-facility, challenge-other-terminal, card-signature-invalid, card-signature-missing, \
            card-certificate-not-yet-valid, card-certificate-over, card-certificate-revoked, card-certificate-unknown",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "card-not-registered, cards-not-taken", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "challenge-used", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "card-certificate-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down, card-status-unavailable",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn refuse(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<SecondaryUseRefusalAnswer>, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &SecondaryUseRefusalRequest| &message.medical_institution_code)
            .await?;
    let (judge, refuses) = (judge(&api)?, message.refuses);
    let witness = if refuses {
        judge.witness(&message.presence, facility, &caller.terminal).await?
    } else {
        judge.strong_witness(&message.presence, facility, &caller.terminal).await?
    };
    let ask = CardAsk::SecondaryUse { refuses };
    let question = CardQuestion { facility, request_id: message.request_id, witness, ask };
    match api.engine.card(question).await?? {
        CardAnswer::SecondaryUse { new } => Ok(JsonAnswer(SecondaryUseRefusalAnswer {
            process_execution_time: japan_time(api.clock.now()),
            medical_institution_code: facility.to_string(),
            request_id: message.request_id,
            refuses,
            is_new: new,
        })),
        CardAnswer::Checked(_) | CardAnswer::Registered { .. } | CardAnswer::Ended | CardAnswer::Withdrawn(_) => {
            Err(Problem::internal("a wish about secondary use became something else"))
        }
    }
}

/// What has left as counts: for which purpose, on which ground, to whom, of which months. Nothing in it is about a person,
/// so any institution may show it to whoever asks.
#[utoipa::path(
    get, path = "/v1/secondary-use-exports", tag = "info", operation_id = "secondaryUseExports",
    responses(
        (status = 200, description = "The exports, the newest first", body = SecondaryUseExports),
        (status = 403, description = "role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn exports(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
) -> Result<JsonAnswer<SecondaryUseExports>, Problem> {
    api.single_checks.admit(&caller.code)?;
    let most = limits::EXPORTS_SHOWN_MAX;
    let mut made = api.store.read("exports_made", async |mut tx| tx.exports_made(most + 1).await).await?;
    let has_more = made.len() > most as usize;
    made.truncate(most as usize);
    let export_list = made.into_iter().map(shown).collect();
    Ok(JsonAnswer(SecondaryUseExports { as_of: api.clock.now(), export_list, has_more }))
}

fn shown(made: MadeExport) -> SecondaryUseExport {
    SecondaryUseExport {
        exported_at: made.made_at,
        purpose: made.purpose.label().to_owned(),
        ground: made.ground.law().to_owned(),
        recipient: made.recipient,
        first_month: made.first,
        last_month: made.last,
        k: made.k,
    }
}
