//! 資格確認書 with a code over the API: an insurer has them made for its own insured, and takes them back.

use trust::{CredentialKey, personal_certificate};
use wire::api::{
    CredentialKeys, PersonalCertificateAnswer, PersonalCertificateRequest, PersonalCertificateRevocation,
    PersonalCertificateRevoked, ProblemCode,
};

use crate::people::{self, OTHER_INSURER};
use crate::world::{World, problem_code};

const ISSUE: &str = "/v1/personal-certificates";
const REVOKE: &str = "/v1/personal-certificates/revoke";

fn request(n: u32) -> PersonalCertificateRequest {
    let card = people::card(n);
    PersonalCertificateRequest {
        insurer_number: card.insurer_number,
        insured_card_symbol: card.insured_card_symbol,
        insured_identification_number: card.insured_identification_number,
        insured_branch_number: card.insured_branch_number,
        birthdate: card.birthdate,
        valid_from: None,
        valid_until: None,
        with_limit: false,
    }
}

#[tokio::test]
async fn an_insurer_has_a_certificate_made_that_the_published_key_verifies() {
    let world = World::with_people(10).await;
    let insurer = world.client(&world.insurer().await);
    let made: PersonalCertificateAnswer = insurer.post_json(ISSUE, &request(3)).await.unwrap();
    let keys: CredentialKeys = insurer.get_json("/v1/credential-keys").await.unwrap();
    let keys = [CredentialKey::from_pem(&keys.keys[0].public_key).unwrap()];
    let read = personal_certificate::read(&made.text, &keys).unwrap();
    assert_eq!(read.coverage.insured_identification_number.as_str(), "3");
    assert_eq!(Some(read.place), made.status_list.place());
    assert!(made.svg.starts_with("<svg") && made.left_out.is_empty());
    assert_eq!(made.valid_from, people::DAY, "from today, for a year");
    assert_eq!(made.valid_until, "20270406");

    let back = PersonalCertificateRevocation { status_list: made.status_list };
    let first: PersonalCertificateRevoked = insurer.post_json(REVOKE, &back).await.unwrap();
    let again: PersonalCertificateRevoked = insurer.post_json(REVOKE, &back).await.unwrap();
    assert!(first.is_new && !again.is_new);
}

#[tokio::test]
async fn what_an_insurer_may_not_have_is_refused_with_a_code_of_its_own() {
    let world = World::with_people(10).await;
    let insurer = world.client(&world.insurer().await);
    let refused = async |change: &dyn Fn(&mut PersonalCertificateRequest)| {
        let mut message = request(3);
        change(&mut message);
        problem_code(insurer.post_json::<_, PersonalCertificateAnswer>(ISSUE, &message).await)
    };
    assert_eq!(refused(&|m| m.insurer_number = OTHER_INSURER.to_owned()).await, ProblemCode::InsurerMismatch);
    assert_eq!(refused(&|m| m.birthdate = "19010101".to_owned()).await, ProblemCode::PatientNotFound);
    assert_eq!(refused(&|m| m.birthdate = "きのう".to_owned()).await, ProblemCode::UnreadableQuery);
    let long = |m: &mut PersonalCertificateRequest| m.valid_until = Some("20400101".to_owned());
    assert_eq!(refused(&long).await, ProblemCode::PersonalCertificateRefused);
    let nowhere = PersonalCertificateRevocation {
        status_list: wire::api::StatusListPlace { uri: "urn:tashika:status:13".to_owned(), idx: 7 },
    };
    let unknown = insurer.post_json::<_, PersonalCertificateRevoked>(REVOKE, &nowhere).await;
    assert_eq!(problem_code(unknown), ProblemCode::NotFound);
}
