//! Requests of one person: 001 資格確認 and 003 照会番号登録.

use uuid::Uuid;
use wire::api::{Answer, CheckRequest, ProblemCode, ProblemDocument, ReferenceNumberRequest, japan_time};
use wire::oqs::{self, Asked, CheckQuestion, ElementFold, MessageHeader, RegistrationRequest};

use super::retry::told;
use super::{Bridge, BridgeError, Built, content};
use crate::asking::Registered;
use crate::asking::outcome::Outcome;
use crate::store::answers::Way;

impl Bridge {
    /// 001 → 002.
    pub(super) async fn answer_check(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        let file = content::whole(&self.checks.store, request_id).await?;
        let message = match oqs::read::<CheckQuestion>(&file[..], self.policy) {
            Ok(message) => message,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let search = message.body.search_info.unwrap_or_default();
        let request = check_request(request_id, &message.header, search);
        let outcome = match self.other_facility(&message.header) {
            Some(refused) => refused,
            None => match self.ask_check(&request).await? {
                FromWhere::Center(outcome) => outcome,
                FromWhere::Copy(answer) => return Ok(self.recalled(&message.header, &answer)),
            },
        };
        let time = japan_time(self.checks.center.hours().now());
        let asked = Asked { header: &message.header, process_execution_time: &time };
        let search = &request.qualification_confirm_search_info;
        let written = match &outcome {
            Outcome::Answered(answered) => oqs::write_check_result(&asked, &answered.answer, self.encoding),
            Outcome::Unreadable(errors) => oqs::write_check_unreadable(&asked, errors, search, self.encoding),
            Outcome::Refused(_) | Outcome::CouldNotAsk(_) => {
                oqs::write_check_failure(&asked, &told(&outcome), Some(search), self.encoding)
            }
        };
        let original = original_name(&outcome, &written.folds);
        self.checks.keep(&request, &outcome, Way::Folders, "", &original).await?;
        Ok(Built::Answer(written.bytes))
    }

    /// Where something was kept that answers the question, nobody waits for a second attempt.
    async fn ask_check(&self, request: &CheckRequest) -> Result<FromWhere, BridgeError> {
        let mut patience = self.patience();
        loop {
            let outcome = self.checks.ask_within(request, self.checks.health.is_down()).await;
            let Outcome::CouldNotAsk(why) = &outcome else { return Ok(FromWhere::Center(outcome)) };
            if let Some(recalled) = self.checks.recall_for_program(request, why, Way::Folders, false).await? {
                return Ok(FromWhere::Copy(recalled.answer));
            }
            if !self.once_more(&mut patience, why).await? {
                // The receipt computer gets an error; the desk sees what the center says once it answers.
                self.checks.recall_for_program(request, why, Way::Folders, true).await?;
                return Ok(FromWhere::Center(outcome));
            }
        }
    }

    /// 002 from a kept answer: the official shape, and a message that says from when it is.
    fn recalled(&self, header: &MessageHeader, answer: &Answer) -> Built {
        let asked = Asked { header, process_execution_time: &answer.process_execution_time };
        Built::Answer(oqs::write_check_result(&asked, answer, self.encoding).bytes)
    }

    /// 003 → 004.
    pub(super) async fn answer_registration(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        let file = content::whole(&self.checks.store, request_id).await?;
        let message = match oqs::read::<RegistrationRequest>(&file[..], self.policy) {
            Ok(message) => message,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let info = message.body.registration_info.unwrap_or_default();
        let request = ReferenceNumberRequest {
            request_id,
            medical_institution_code: facility_of(&message.header),
            arbitrary_file_identifier: message.header.arbitrary_file_identifier.clone(),
            reference_number_registration_info: info.clone(),
        };
        let registered = match self.other_facility(&message.header) {
            Some(refused) => Registered::Not(refused),
            None => self.ask_registration(&request).await?,
        };
        let time = japan_time(self.checks.center.hours().now());
        let asked = Asked { header: &message.header, process_execution_time: &time };
        let written = match &registered {
            Registered::Done(answer) => oqs::write_registration_result(&asked, answer, self.encoding),
            Registered::Not(outcome) if is_about_the_person(outcome) => {
                oqs::write_registration_refused(&asked, &told(outcome), &info, self.encoding)
            }
            Registered::Not(outcome) => {
                oqs::write_registration_failure(&asked, &told(outcome), Some(&info), self.encoding)
            }
        };
        Ok(Built::Answer(written.bytes))
    }

    async fn ask_registration(&self, request: &ReferenceNumberRequest) -> Result<Registered, BridgeError> {
        let mut patience = self.patience();
        loop {
            let registered = self.checks.center.register(request).await;
            match &registered {
                Registered::Not(Outcome::CouldNotAsk(why)) if self.once_more(&mut patience, why).await? => {}
                _ => return Ok(registered),
            }
        }
    }

    /// A file of another institution is refused here already: this terminal may not ask for others.
    pub(super) fn other_facility(&self, header: &MessageHeader) -> Option<Outcome> {
        let asked = domain::MedicalInstitutionCode::parse(header.medical_institution_code.as_deref()?).ok()?;
        if asked == self.checks.center.facts().facility {
            return None;
        }
        let detail = "要求ファイルの医療機関コードが、この端末の医療機関コードと違います";
        Some(Outcome::Refused(Box::new(ProblemDocument::new(ProblemCode::FacilityMismatch, detail))))
    }
}

/// What came of a question, from the center or from what it said last.
enum FromWhere {
    Center(Outcome),
    Copy(Box<Answer>),
}

/// Whether the registration failed for this card, not for the file.
fn is_about_the_person(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Unreadable(_) => true,
        Outcome::Refused(problem) => problem.code == ProblemCode::PatientNotFound,
        Outcome::Answered(_) | Outcome::CouldNotAsk(_) => false,
    }
}

/// The name as registered, when the answer file shows another spelling.
fn original_name(outcome: &Outcome, folds: &[ElementFold]) -> String {
    let folded = folds.iter().any(|fold| fold.element == "Name" && fold.fold.kind.is_worth_telling());
    match outcome {
        Outcome::Answered(answered) if folded => {
            answered.answer.result_list.first().and_then(|record| record.name.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The institution of a file in the form of the certificate; as written when it cannot be read, so that it is named as
/// wrong.
pub(super) fn facility_of(header: &MessageHeader) -> String {
    let raw = header.medical_institution_code.as_deref().unwrap_or_default();
    domain::MedicalInstitutionCode::parse(raw).map_or_else(|_| raw.to_owned(), |code| code.as_str().to_owned())
}

fn check_request(request_id: Uuid, header: &MessageHeader, search: wire::api::SearchInfo) -> CheckRequest {
    CheckRequest {
        request_id,
        qualification_confirmation_date: header.qualification_confirmation_date.clone().unwrap_or_default(),
        medical_institution_code: facility_of(header),
        arbitrary_file_identifier: header.arbitrary_file_identifier.clone(),
        purpose: None,
        qualification_confirm_search_info: search,
        consents: None,
        decided_at: None,
    }
}
