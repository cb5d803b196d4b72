//! 資格確認書 with a code, for insurers: only their own insured.

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use domain::{BranchNumber, CardKey, CardNumber, CardSymbol, Date, InsurerNumber, date};
use kit::body::{JsonAnswer, JsonBody};
use kit::problem::Problem;
use trust::personal_certificate::SignError;
use wire::api::{
    PersonalCertificateAnswer, PersonalCertificateRequest, PersonalCertificateRevocation, PersonalCertificateRevoked,
    ProblemCode, ProblemDocument,
};

use super::Api;
use super::caller::InsurerCaller;
use crate::personal_certificate::issue::{By, IssueError, Issuer, Wish};
use crate::personal_certificate::page;

/// Makes a certificate for one of the insurer's insured. Each has a place of its own in the status lists; it is struck out
/// when the coverage changes or ends, or the certificate is taken back.
#[utoipa::path(
    post, path = "/v1/personal-certificates", tag = "insurer", operation_id = "issuePersonalCertificate",
    request_body = PersonalCertificateRequest,
    responses(
        (status = 200, description = "The certificate", body = PersonalCertificateAnswer),
        (status = 403, description = "insurer-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "patient-not-found", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 422, description = "unreadable-query, personal-certificate-refused", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("insurer_certificate" = []))
)]
pub(super) async fn issue(
    State(api): State<Arc<Api>>,
    caller: InsurerCaller,
    request: Request,
) -> Result<JsonAnswer<PersonalCertificateAnswer>, Problem> {
    let JsonBody(message) = JsonBody::<PersonalCertificateRequest>::from_request(request, &()).await?;
    let wish = read(&message)?;
    let handed = issuer(&api).issue(&wish, &By::Insurer(caller.number), api.clock.now()).await?;
    let certificate = &handed.issued.certificate;
    let svg = page::svg(&handed.issued.text).map_err(Problem::internal)?;
    Ok(JsonAnswer(PersonalCertificateAnswer {
        status_list: certificate.place.into(),
        svg,
        valid_from: date::format(certificate.valid_from),
        valid_until: date::format(certificate.valid_until),
        left_out: handed.issued.left_out.iter().map(|left_out| left_out.label().to_owned()).collect(),
        text: handed.issued.text,
    }))
}

/// Takes a certificate back. The next status list says so.
#[utoipa::path(
    post, path = "/v1/personal-certificates/revoke", tag = "insurer", operation_id = "revokePersonalCertificate",
    request_body = PersonalCertificateRevocation,
    responses(
        (status = 200, description = "It is taken back", body = PersonalCertificateRevoked),
        (status = 403, description = "insurer-mismatch, role-not-allowed", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "not-found", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 503, description = "store-unavailable, shutting-down", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
    security(("insurer_certificate" = []))
)]
pub(super) async fn revoke(
    State(api): State<Arc<Api>>,
    caller: InsurerCaller,
    request: Request,
) -> Result<JsonAnswer<PersonalCertificateRevoked>, Problem> {
    let JsonBody(message) = JsonBody::<PersonalCertificateRevocation>::from_request(request, &()).await?;
    let place = message.status_list.place().ok_or(IssueError::Unknown)?;
    let is_new = issuer(&api).revoke(place, &By::Insurer(caller.number), api.clock.now()).await?;
    Ok(JsonAnswer(PersonalCertificateRevoked { is_new }))
}

fn issuer(api: &Api) -> Issuer {
    Issuer {
        store: api.store.clone(),
        place_key: api.status.place_key().clone(),
        signer: Arc::clone(api.status.signer()),
    }
}

fn read(message: &PersonalCertificateRequest) -> Result<Wish, Problem> {
    let unreadable = |field: &str| Problem::new(ProblemCode::UnreadableQuery, format!("{field} を読み取れません"));
    let day = |field: &str, text: &Option<String>| -> Result<Option<Date>, Problem> {
        text.as_deref().map(|text| date::parse(text).map_err(|_| unreadable(field))).transpose()
    };
    let insurer = InsurerNumber::parse(&message.insurer_number).map_err(|_| unreadable("InsurerNumber"))?;
    let symbol = message.insured_card_symbol.as_deref().filter(|symbol| !symbol.trim().is_empty());
    let symbol = symbol.map(CardSymbol::parse).transpose().map_err(|_| unreadable("InsuredCardSymbol"))?;
    let number = CardNumber::parse(&message.insured_identification_number)
        .map_err(|_| unreadable("InsuredIdentificationNumber"))?;
    let branch = message.insured_branch_number.as_deref().filter(|branch| !branch.trim().is_empty());
    Ok(Wish {
        card_key: CardKey::new(&insurer, symbol.as_ref(), &number),
        insurer,
        branch: branch.map(BranchNumber::parse).transpose().map_err(|_| unreadable("InsuredBranchNumber"))?,
        birthdate: date::parse(&message.birthdate).map_err(|_| unreadable("Birthdate"))?,
        valid_from: day("ValidFrom", &message.valid_from)?,
        valid_until: day("ValidUntil", &message.valid_until)?,
        with_limit: message.with_limit,
    })
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        let code = match error {
            IssueError::OtherInsurer => ProblemCode::InsurerMismatch,
            IssueError::NotFound | IssueError::Several => ProblemCode::PatientNotFound,
            IssueError::None(_) | IssueError::Sign(SignError::TooLong) => ProblemCode::PersonalCertificateRefused,
            IssueError::Unknown => ProblemCode::NotFound,
            IssueError::Sign(SignError::Key(error)) => return Self::internal(error),
            IssueError::Store(error) => return error.into(),
        };
        Self::new(code, error.message_ja())
    }
}
