//! Every operation of the OpenAPI document refuses whoever may not: this walks the document, so an operation that is
//! added without a line here fails.

use kit::client::{Client, ClientError, CouldNotAsk};
use serde_json::{Value, json};
use wire::api::ProblemCode;

use crate::people::{self, request_id};
use crate::world::{CLINIC, PHARMACY, World, could_not_ask, problem_code};

/// Who may do an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Institution,
    Insurer,
    Both,
    /// Whoever brings a secret in the message: the enrolment port.
    Nobody,
}

/// An operation, who may do it, and a message in the name of the pharmacy, if it names anybody.
struct Operation {
    id: &'static str,
    role: Role,
    content_type: &'static str,
    foreign: Option<String>,
}

fn operations() -> Vec<Operation> {
    let json_message = |value: Value| Some(value.to_string());
    let operation = |id, role, content_type, foreign| Operation { id, role, content_type, foreign };
    let alone = json!({ "MedicalInstitutionCode": PHARMACY });
    let ndjson = "application/x-ndjson";
    let header = json!({
        "QualificationConfirmationDate": people::DAY, "MedicalInstitutionCode": PHARMACY, "RequestId": request_id(1)
    });
    vec![
        operation(
            "checkEligibility",
            Role::Institution,
            "application/json",
            serde_json::to_string(&people::question(PHARMACY, 1, 1)).ok(),
        ),
        operation(
            "registerReferenceNumber",
            Role::Institution,
            "application/json",
            json_message(json!({
                "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY,
                "ReferenceNumberRegistrationInfo": {
                    "ReferenceNumber": "1", "InsurerNumber": people::INSURER, "InsuredIdentificationNumber": "1"
                }
            })),
        ),
        operation("presenceChallenge", Role::Institution, "application/json", json_message(alone)),
        operation(
            "cardState",
            Role::Institution,
            "application/json",
            json_message(json!({ "MedicalInstitutionCode": PHARMACY, "Certificate": "" })),
        ),
        operation("checkByCard", Role::Institution, "application/json", with_card(&json!({}))),
        operation(
            "registerCard",
            Role::Institution,
            "application/json",
            with_card(&json!({ "QualificationConfirmSearchInfo": {} })),
        ),
        operation("endCardRegistration", Role::Institution, "application/json", with_card(&json!({}))),
        operation("withdrawConsents", Role::Institution, "application/json", with_card(&json!({}))),
        operation("refuseSecondaryUse", Role::Institution, "application/json", with_card(&json!({ "Refuses": true }))),
        operation("secondaryUseExports", Role::Institution, "", None),
        operation(
            "withdrawConsentsByNumber",
            Role::Institution,
            "application/json",
            json_message(json!({
                "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY, "QualificationConfirmSearchInfo": {}
            })),
        ),
        operation(
            "lookIntoRecord",
            Role::Institution,
            "application/json",
            json_message(json!({
                "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY, "UserIdentifier": "sato",
                "Items": ["drugs"], "QualificationConfirmSearchInfo": {}
            })),
        ),
        operation(
            "searchPerson",
            Role::Institution,
            "application/json",
            json_message(json!({
                "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY, "Purpose": "disaster_search",
                "PersonSearchInfo": {}
            })),
        ),
        operation("searchStanding", Role::Institution, "", None),
        operation(
            "requestDisasterSearch",
            Role::Institution,
            "application/json",
            json_message(json!({ "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY })),
        ),
        operation("bulkCheck", Role::Institution, ndjson, json_message(header.clone())),
        operation("bulkCheckStatus", Role::Institution, "", None),
        operation("bulkCheckResults", Role::Institution, "", None),
        operation("bulkRegister", Role::Institution, ndjson, json_message(header)),
        operation("bulkRegisterStatus", Role::Institution, "", None),
        operation("bulkRegisterResults", Role::Institution, "", None),
        operation("sendFeed", Role::Insurer, "text/csv", None),
        operation("issuePersonalCertificate", Role::Insurer, "application/json", None),
        operation("revokePersonalCertificate", Role::Insurer, "application/json", None),
        operation("renew", Role::Both, "application/json", None),
        operation("time", Role::Both, "", None),
        operation("logKey", Role::Both, "", None),
        operation("statusList", Role::Both, "", None),
        operation("credentialKeys", Role::Both, "", None),
        operation("enrol", Role::Nobody, "application/json", None),
        operation("renewAfterExpiry", Role::Nobody, "application/json", None),
    ]
}

fn operations_on_claims() -> Vec<Operation> {
    let operation = |id, content_type, foreign| Operation { id, role: Role::Institution, content_type, foreign };
    let begin = json!({
        "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY, "FileDigest": "", "FileBytes": 1
    });
    let withdraw = json!({ "MedicalInstitutionCode": PHARMACY, "ClaimNumber": "" });
    vec![
        operation("beginClaimFile", "application/json", Some(begin.to_string())),
        operation("sendClaimPiece", "application/octet-stream", None),
        operation("claimFileStatus", "", None),
        operation("claimFileResults", "", None),
        operation("withdrawClaim", "application/json", Some(withdraw.to_string())),
    ]
}

/// A message about a card in the name of the pharmacy.
fn with_card(more: &Value) -> Option<String> {
    let mut message = json!({
        "RequestId": request_id(1), "MedicalInstitutionCode": PHARMACY,
        "Presence": { "Challenge": "", "Certificate": "", "Means": "pin" }
    });
    message.as_object_mut()?.extend(more.as_object()?.clone());
    Some(message.to_string())
}

/// Operations of the document: (id, method, path).
fn documented() -> Vec<(String, String, String)> {
    let document: Value = serde_json::from_str(&center::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.push((
                id,
                method.clone(),
                path.replace("{reception_number}", "0123456789ABCDEFGHJKMNPQRS")
                    .replace("{name}", "13")
                    .replace("{first_byte}", "0"),
            ));
        }
    }
    found
}

async fn ask(
    client: &Client,
    method: &str,
    path: &str,
    content_type: &'static str,
    body: &str,
) -> Result<(), ClientError> {
    match method {
        "get" => client.get(path).await.map(drop),
        "post" => client.post(path, content_type, body.to_owned()).await.map(drop),
        other => panic!("{other}: teach this test the method"),
    }
}

#[tokio::test]
async fn every_operation_refuses_whoever_may_not() {
    let world = World::new().await;
    let institution = world.client(&world.member(CLINIC).await);
    let insurer = world.client(&world.insurer().await);
    let nobody = world.client_without_certificate();
    let mut table = operations();
    table.extend(operations_on_claims());
    let documented = documented();
    assert_eq!(documented.len(), table.len(), "the document and this table name the same operations");
    for (id, method, path) in documented {
        let operation =
            table.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("{id} has no line here"));
        let body = operation.foreign.clone().unwrap_or_default();
        let content_type = operation.content_type;
        let refused = could_not_ask(ask(&nobody, &method, &path, content_type, &body).await);
        assert!(matches!(refused, CouldNotAsk::CertificateRefused(_)), "{id} without a certificate: {refused:?}");
        let wrong = match operation.role {
            Role::Institution => Some(&insurer),
            Role::Insurer => Some(&institution),
            Role::Both => None,
            Role::Nobody => {
                let code = problem_code(ask(&institution, &method, &path, content_type, &body).await);
                assert_eq!(code, ProblemCode::NotFound, "{id} lives on the enrolment port only");
                None
            }
        };
        if let Some(wrong) = wrong {
            let code = problem_code(ask(wrong, &method, &path, content_type, &body).await);
            assert_eq!(code, ProblemCode::RoleNotAllowed, "{id} in the wrong role");
        }
        if operation.foreign.is_some() {
            let code = problem_code(ask(&institution, &method, &path, content_type, &body).await);
            assert_eq!(code, ProblemCode::FacilityMismatch, "{id} in the name of another institution");
        }
    }
}
