//! Somebody is here with a card: the challenge, the check by card, 利用登録 and 解除, and consents taken back.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::response::Response;
use domain::query::UnreadableField;
use domain::{MedicalInstitutionCode, Purpose};
use kit::body::{JsonAnswer, JsonBody, json_bytes};
use kit::problem::Problem;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::api::{
    CardCheckRequest, CardRegistrationAnswer, CardRegistrationEndRequest, CardRegistrationRequest,
    CardRegistrationState, CardState, CardStateRequest, CheckResponse, ConsentInfo, ConsentWithdrawalAnswer,
    ConsentWithdrawalByNumberRequest, ConsentWithdrawalRequest, FieldError, Hint, PresenceChallenge,
    PresenceChallengeRequest, ProblemCode, ProblemDocument, japan_time,
};
use wire::limits::ARBITRARY_FILE_IDENTIFIER_MAX_CHARS;

use super::Api;
use super::caller::TerminalCaller;
use super::refuse::{too_long, unreadable};
use crate::check::{CardAnswer, CardAsk, CardQuestion, CardRefused, Question};
use crate::presence::Presence;

/// Reads a message once the caller's rate is admitted, and sees that the institution named in it is the caller's.
pub(super) async fn admitted<M: DeserializeOwned>(
    api: &Api,
    caller: &TerminalCaller,
    request: Request,
    institution: impl Fn(&M) -> &str,
) -> Result<M, Problem> {
    // Before the body is read: who asks too fast must not cost more than this.
    api.single_checks.admit(&caller.facility.code)?;
    let JsonBody(message) = JsonBody::<M>::from_request(request, &()).await?;
    caller.facility.must_be(institution(&message))?;
    Ok(message)
}

/// What the card is to sign: good for this terminal, for a minute, once.
#[utoipa::path(
    post, path = "/v1/presence-challenges", tag = "card", operation_id = "presenceChallenge",
    request_body = PresenceChallengeRequest,
    responses(
        (status = 200, description = "The challenge", body = PresenceChallenge),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "cards-not-taken", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn challenge(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<PresenceChallenge>, Problem> {
    admitted(&api, &caller, request, |message: &PresenceChallengeRequest| &message.medical_institution_code).await?;
    let challenge = judge(&api)?.challenge(caller.facility.code, &caller.terminal);
    Ok(JsonAnswer(PresenceChallenge { challenge: challenge.text, valid_until: challenge.valid_until }))
}

/// Is the card that lies on the reader good for anything, and what has its holder answered here before?
///
/// Asked before the patient types a PIN for nothing. Nothing about the person is told, so nothing is put on record.
#[utoipa::path(
    post, path = "/v1/card-states", tag = "card", operation_id = "cardState",
    request_body = CardStateRequest,
    responses(
        (status = 200, description = "What the card will be enough for once it has signed", body = CardState),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed, card-certificate-not-yet-valid, \
            card-certificate-over, card-certificate-revoked, card-certificate-unknown",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "cards-not-taken", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "card-certificate-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn state(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<CardState>, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &CardStateRequest| &message.medical_institution_code).await?;
    let foreseen = judge(&api)?.foresee(&message.certificate).await?;
    let card = std::slice::from_ref(&foreseen.card);
    let (registered, consent) = api
        .store
        .read("card_state", async |mut tx| {
            let Some((_, person)) = tx.persons_of_cards(card).await?.pop() else { return Ok((false, None)) };
            Ok((true, tx.latest_consent(person, facility).await?))
        })
        .await?;
    Ok(JsonAnswer(CardState {
        extent: foreseen.showing.extent.code().to_owned(),
        hints: foreseen.showing.notes.iter().map(|note| Hint::from(*note)).collect(),
        certificate_last_day: domain::date::format(foreseen.certificate_last_day),
        registered,
        consent: consent.as_ref().map(ConsentInfo::from),
    }))
}

/// Is the person of this card insured on that day, and what may the institution see?
///
/// The answer leaves after its access event is on the disk; the event holds how the patient was recognised and what
/// they allowed. Asking again with the same RequestId within moments gives the same answer.
#[utoipa::path(
    post, path = "/v1/card-checks", tag = "card", operation_id = "checkByCard",
    request_body = CardCheckRequest,
    responses(
        (status = 200, description = "The answer with its proof", body = CheckResponse),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed, challenge-unknown, challenge-expired, \
            challenge-other-facility, challenge-other-terminal, card-signature-invalid, card-signature-missing, \
            card-certificate-not-yet-valid, card-certificate-over, card-certificate-revoked, card-certificate-unknown",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "card-not-registered, cards-not-taken", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "challenge-used", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query, card-certificate-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn check(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<Response, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &CardCheckRequest| &message.medical_institution_code).await?;
    let ask = read(&message).map_err(unreadable)?;
    let witness = judge(&api)?.witness(&message.presence, facility, &caller.terminal).await?;
    let question = CardQuestion { facility, request_id: message.request_id, witness, ask };
    match api.engine.card(question).await?? {
        CardAnswer::Checked(answered) => Ok(json_bytes(answered.to_json())),
        CardAnswer::Registered { .. }
        | CardAnswer::Ended
        | CardAnswer::Withdrawn(_)
        | CardAnswer::SecondaryUse { .. } => Err(Problem::internal("a check became something else")),
    }
}

/// 利用登録: ties the card to the person whose insurance card numbers and birth date are given.
#[utoipa::path(
    post, path = "/v1/card-registrations", tag = "card", operation_id = "registerCard",
    request_body = CardRegistrationRequest,
    responses(
        (status = 200, description = "The card is registered", body = CardRegistrationAnswer),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed, challenge-unknown, challenge-expired, \
            challenge-other-facility, challenge-other-terminal, card-signature-invalid, card-signature-missing, \
            card-certificate-not-yet-valid, card-certificate-over, card-certificate-revoked, card-certificate-unknown",
            body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "patient-not-found: `errors` says why, cards-not-taken", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "challenge-used, card-registered-to-another", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query, card-certificate-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down, card-status-unavailable",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn register(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<CardRegistrationAnswer>, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &CardRegistrationRequest| &message.medical_institution_code).await?;
    let query = message
        .qualification_confirm_search_info
        .parse(&message.qualification_confirmation_date, &message.medical_institution_code)
        .map_err(unreadable)?;
    let witness = judge(&api)?.strong_witness(&message.presence, facility, &caller.terminal).await?;
    let ask = CardAsk::Register(Box::new(query));
    let question = CardQuestion { facility, request_id: message.request_id, witness, ask };
    match api.engine.card(question).await?? {
        CardAnswer::Registered { new: true } => {
            Ok(registration(&api, facility, message.request_id, CardRegistrationState::Registered))
        }
        CardAnswer::Registered { new: false } => {
            Ok(registration(&api, facility, message.request_id, CardRegistrationState::AlreadyRegistered))
        }
        CardAnswer::Checked(_) | CardAnswer::Ended | CardAnswer::Withdrawn(_) | CardAnswer::SecondaryUse { .. } => {
            Err(Problem::internal("a registration became something else"))
        }
    }
}

/// 解除: from now on the card belongs to nobody here.
#[utoipa::path(
    post, path = "/v1/card-registrations/end", tag = "card", operation_id = "endCardRegistration",
    request_body = CardRegistrationEndRequest,
    responses(
        (status = 200, description = "The card is registered no longer", body = CardRegistrationAnswer),
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
pub(super) async fn end(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<CardRegistrationAnswer>, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &CardRegistrationEndRequest| &message.medical_institution_code)
            .await?;
    let witness = judge(&api)?.strong_witness(&message.presence, facility, &caller.terminal).await?;
    let question = CardQuestion { facility, request_id: message.request_id, witness, ask: CardAsk::End };
    match api.engine.card(question).await?? {
        CardAnswer::Ended => Ok(registration(&api, facility, message.request_id, CardRegistrationState::Ended)),
        CardAnswer::Checked(_)
        | CardAnswer::Registered { .. }
        | CardAnswer::Withdrawn(_)
        | CardAnswer::SecondaryUse { .. } => Err(Problem::internal("the end of a registration became something else")),
    }
}

/// Whatever the patient of this card has allowed this institution to see, it may see no longer. It only takes away, so
/// whatever shows eligibility is enough for it.
#[utoipa::path(
    post, path = "/v1/consent-withdrawals", tag = "card", operation_id = "withdrawConsents",
    request_body = ConsentWithdrawalRequest,
    responses(
        (status = 200, description = "Nothing may be seen by consent any more", body = ConsentWithdrawalAnswer),
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
        (status = 503, description = "overloaded, store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn withdraw(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<ConsentWithdrawalAnswer>, Problem> {
    let facility = caller.facility.code;
    let message =
        admitted(&api, &caller, request, |message: &ConsentWithdrawalRequest| &message.medical_institution_code)
            .await?;
    let witness = judge(&api)?.witness(&message.presence, facility, &caller.terminal).await?;
    let question = CardQuestion { facility, request_id: message.request_id, witness, ask: CardAsk::Withdraw };
    match api.engine.card(question).await?? {
        CardAnswer::Withdrawn(withdrawn) => Ok(withdrawal(&api, facility, message.request_id, withdrawn)),
        CardAnswer::Checked(_)
        | CardAnswer::Registered { .. }
        | CardAnswer::Ended
        | CardAnswer::SecondaryUse { .. } => Err(Problem::internal("a withdrawal became something else")),
    }
}

/// The same at the wish of a patient who has no card at hand, told to staff: the numbers say whose consents they are.
#[utoipa::path(
    post, path = "/v1/consent-withdrawals/by-number", tag = "check", operation_id = "withdrawConsentsByNumber",
    request_body = ConsentWithdrawalByNumberRequest,
    responses(
        (status = 200, description = "Nothing may be seen by consent any more", body = ConsentWithdrawalAnswer),
        (status = 400, description = "malformed-json", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "facility-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "patient-not-found: `errors` says why", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query: `errors` names the fields", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 429, description = "rate-limited", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "overloaded, store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("facility_certificate" = []))
)]
pub(super) async fn withdraw_by_number(
    State(api): State<Arc<Api>>,
    caller: TerminalCaller,
    request: Request,
) -> Result<JsonAnswer<ConsentWithdrawalAnswer>, Problem> {
    let message = admitted(&api, &caller, request, |message: &ConsentWithdrawalByNumberRequest| {
        &message.medical_institution_code
    })
    .await?;
    let search = message.qualification_confirm_search_info;
    let query = search
        .parse(&message.qualification_confirmation_date, &message.medical_institution_code)
        .map_err(unreadable)?;
    let question = Question {
        query,
        search,
        request_id: message.request_id,
        arbitrary_file_identifier: None,
        purpose: Purpose::ConsentWithdrawal,
        by_staff: None,
        withdraws: true,
        decided_at: None,
    };
    let withdrawn = api.engine.withdraw(question).await??;
    Ok(withdrawal(&api, caller.facility.code, message.request_id, withdrawn))
}

fn withdrawal(
    api: &Api,
    facility: MedicalInstitutionCode,
    request_id: Uuid,
    withdrawn: u64,
) -> JsonAnswer<ConsentWithdrawalAnswer> {
    JsonAnswer(ConsentWithdrawalAnswer {
        process_execution_time: japan_time(api.clock.now()),
        medical_institution_code: facility.to_string(),
        request_id,
        withdrawn,
    })
}

/// What judges cards, if any card is taken.
pub(super) fn judge(api: &Api) -> Result<&Presence, Problem> {
    api.presence.as_deref().ok_or_else(|| Problem::new(ProblemCode::CardsNotTaken, "番号で確認してください"))
}

fn registration(
    api: &Api,
    facility: MedicalInstitutionCode,
    request_id: Uuid,
    state: CardRegistrationState,
) -> JsonAnswer<CardRegistrationAnswer> {
    JsonAnswer(CardRegistrationAnswer {
        process_execution_time: japan_time(api.clock.now()),
        medical_institution_code: facility.to_string(),
        request_id,
        state,
    })
}

/// Reads what is asked with a card.
fn read(message: &CardCheckRequest) -> Result<CardAsk, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let on = domain::date::parse(&message.qualification_confirmation_date)
        .map_err(|error| {
            let field = domain::Field::QualificationConfirmationDate;
            wrong.push(FieldError::from(&UnreadableField { field, code: error.code() }));
        })
        .ok();
    let choice = match message.consents.as_ref().map(wire::api::Consents::parse) {
        None => None,
        Some(Ok(choice)) => Some(choice),
        Some(Err(flags)) => {
            wrong.extend(flags);
            None
        }
    };
    let file = message.arbitrary_file_identifier.clone();
    wrong.extend(too_long("ArbitraryFileIdentifier", file.as_deref(), ARBITRARY_FILE_IDENTIFIER_MAX_CHARS));
    match on {
        Some(on) if wrong.is_empty() => Ok(CardAsk::Check { on, arbitrary_file_identifier: file, choice }),
        _ => Err(wrong),
    }
}

impl From<CardRefused> for Problem {
    fn from(refused: CardRefused) -> Self {
        match refused {
            CardRefused::ChallengeUsed => Self::new(ProblemCode::ChallengeUsed, "もう一度カードを置いてください"),
            CardRefused::NotRegistered => Self::new(
                ProblemCode::CardNotRegistered,
                "この場で登録できます。資格確認書などの番号と生年月日を入力するか、番号で確認してください",
            ),
            CardRefused::RegisteredToAnother => {
                Self::new(ProblemCode::CardRegisteredToAnother, "カードと保険の番号が同じ方のものか確かめてください")
            }
            CardRefused::NotIdentified(hints) => {
                let errors = hints.iter().map(|hint| FieldError {
                    field: hint.code.field().map_or_else(String::new, |field| field.element().to_owned()),
                    code: hint.code.code().to_owned(),
                    message: hint.message(),
                    message_en: hint.message_en(),
                });
                Self::new(ProblemCode::PatientNotFound, "番号と生年月日から、お一人に決まりませんでした")
                    .with_errors(errors.collect())
            }
        }
    }
}
