//! One check at the window, whichever way it came: asked, kept, listed.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Notify;
use uuid::Uuid;
use wire::api::{Answer, CardCheckRequest, CheckRequest, SearchInfo};
use wire::oqs::face_file_name;

use crate::asking::Center;
use crate::asking::cards;
use crate::asking::outcome::{Answered, Outcome};
use crate::asking::verify;
use crate::health::Health;
use crate::lists::Lists;
use crate::offline::Recalled;
use crate::store::answers::{KeptAnswer, Way};
use crate::store::arrivals::NewArrival;
use crate::store::visits::{Visit, VisitPerson};
use crate::store::{Store, StoreError};

/// Asks and keeps.
#[derive(Debug, Clone)]
pub(crate) struct Checks {
    pub(crate) center: Arc<Center>,
    pub(crate) store: Store,
    pub(crate) health: Arc<Health>,
    /// Whether what was kept still stands.
    pub(crate) lists: Lists,
    /// Told when another file for the face folder waits.
    pub(crate) face_files: Arc<Notify>,
}

/// What came of a check at the window.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) outcome: Outcome,
    /// Whether it is in today's list. An answer is shown even when the disk is full: the patient is standing there.
    pub(crate) kept: bool,
}

impl Checks {
    /// A question about today, or about another day as typed.
    pub(crate) fn question(&self, request_id: Uuid, day: &str, search: SearchInfo) -> CheckRequest {
        let today = self.center.hours().today_text();
        // The center wants digits; a desk may type an era. What cannot be read goes as it is and is named as wrong.
        let day = match day.trim() {
            "" => today,
            typed => domain::date::parse(typed).map_or_else(|_| typed.to_owned(), domain::date::format),
        };
        CheckRequest {
            request_id,
            qualification_confirmation_date: day,
            medical_institution_code: self.center.facility(),
            arbitrary_file_identifier: None,
            purpose: None,
            qualification_confirm_search_info: search,
            consents: None,
            decided_at: None,
        }
    }

    /// The answer that was kept for a question; none where there is none, or none that is proven, which is logged.
    pub(crate) async fn kept_answer(&self, number: Uuid) -> Result<Option<Answer>, StoreError> {
        let Some(file) = self.store.proof_file(number).await? else { return Ok(None) };
        let kept = verify::kept(&self.center.facts(), &file);
        let kept = kept.inspect_err(|error| tracing::error!(request_id = %number, %error, "a kept answer is not used"));
        Ok(kept.ok().map(|(_, answer)| answer))
    }

    /// Asks, and keeps what came of it.
    pub(crate) async fn check(&self, request: &CheckRequest, way: Way, asked_by: &str) -> Checked {
        let outcome = self.center.check(request).await;
        let kept = self.note(request.request_id, self.keep(request, &outcome, way, asked_by, "").await);
        Checked { outcome, kept }
    }

    /// Asks about the person of a card, and keeps what came of it: the line of the list, the answer, the arrival for the
    /// desk, and the file for the face folder. `seen_by` is who looked at the patient, or nobody.
    pub(crate) async fn check_card(&self, request: &CardCheckRequest, seen_by: &str) -> Checked {
        let outcome = self.center.check_card(request).await;
        let kept = self.note(request.request_id, self.keep_card(request, &outcome, seen_by).await);
        Checked { outcome, kept }
    }

    /// Whether it was kept; the status page hears of it.
    pub(crate) fn note(&self, request_id: Uuid, kept: Result<(), StoreError>) -> bool {
        match kept {
            Ok(()) => {
                self.health.disk_works();
                true
            }
            Err(error) => {
                tracing::error!(%request_id, %error, "a check could not be kept");
                self.health.disk_refuses(&error);
                false
            }
        }
    }

    async fn keep_card(&self, request: &CardCheckRequest, outcome: &Outcome, seen_by: &str) -> Result<(), StoreError> {
        let hours = self.center.hours();
        let (now, today) = (hours.now(), hours.today_text());
        let asked = AskedFor { request_id: request.request_id, person: VisitPerson::default() };
        let visit = visit(asked, outcome, Way::Card, seen_by, now);
        let Outcome::Answered(answered) = outcome else {
            return self.store.keep_check(&today, &visit, None, now).await;
        };
        let answer = &answered.answer;
        let warns: Vec<String> = answer.hints.iter().map(|hint| hint.code.clone()).collect();
        let arrival = NewArrival { means: request.presence.means.into(), warns: &warns };
        let token = cards::file_token(request.request_id);
        let file = face_file_name(&answer.medical_institution_code, token, &answer.process_execution_time);
        self.store.keep_card_check(&today, &visit, &kept(answered, Way::Card), &arrival, &file, now).await?;
        self.face_files.notify_one();
        Ok(())
    }

    /// Writes down what came of a question. `folded_from` is the original name where the answer file folds it.
    pub(crate) async fn keep(
        &self,
        request: &CheckRequest,
        outcome: &Outcome,
        way: Way,
        asked_by: &str,
        folded_from: &str,
    ) -> Result<(), StoreError> {
        let hours = self.center.hours();
        let now = hours.now();
        let mut asked = AskedFor::of(request);
        folded_from.clone_into(&mut asked.person.folded_from);
        let visit = visit(asked, outcome, way, asked_by, now);
        let kept = match outcome {
            Outcome::Answered(answered) => Some(kept(answered, way)),
            Outcome::Unreadable(_) | Outcome::Refused(_) | Outcome::CouldNotAsk(_) => None,
        };
        self.store.keep_check(&hours.today_text(), &visit, kept.as_ref(), now).await
    }
}

/// What is kept of an answer.
pub(crate) fn kept(answered: &Answered, way: Way) -> KeptAnswer<'_> {
    KeptAnswer {
        answer: &answered.answer,
        way,
        proof_number: answered.proof_number(),
        proof_file: &answered.proof_file,
    }
}

/// Whom a question was about, as far as the question says.
pub(crate) struct AskedFor {
    request_id: Uuid,
    person: VisitPerson,
}

impl AskedFor {
    /// By the numbers of a question.
    pub(crate) fn of(request: &CheckRequest) -> Self {
        let search = &request.qualification_confirm_search_info;
        let person = VisitPerson {
            birthdate: search.birthdate.clone(),
            insurer_number: search.insurer_number.trim().to_owned(),
            ..VisitPerson::default()
        };
        Self { request_id: request.request_id, person }
    }

    /// With what an answer tells of the person.
    fn told(mut self, answer: &Answer) -> Self {
        let person = &mut self.person;
        if let Some(record) = answer.result_list.first() {
            person.name = record.name.clone().unwrap_or_default();
            person.kana = record.name_kana.clone().unwrap_or_default();
            person.insurer_name = record.insurer_name.clone().unwrap_or_default();
            // A card says nothing of these.
            if person.birthdate.is_empty() {
                person.birthdate = record.birthdate.clone().unwrap_or_default();
            }
        }
        self
    }
}

/// The line of a check.
pub(crate) fn visit(asked: AskedFor, outcome: &Outcome, way: Way, asked_by: &str, at: Timestamp) -> Visit {
    let (asked, share_percent, proof_number) = match outcome {
        Outcome::Answered(answered) => {
            let percent = answered.answer.share.as_ref().map(|share| share.percent);
            (asked.told(&answered.answer), percent, Some(answered.proof_number().to_owned()))
        }
        Outcome::Unreadable(_) | Outcome::Refused(_) | Outcome::CouldNotAsk(_) => (asked, None, None),
    };
    let AskedFor { request_id, person } = asked;
    let (asked_by, outcome) = (asked_by.to_owned(), outcome.word().to_owned());
    Visit { request_id, at, way, asked_by, outcome, share_percent, proof_number, person }
}

/// The line of a check that was decided here.
pub(crate) fn visit_of_recalled(
    asked: AskedFor,
    recalled: &Recalled,
    way: Way,
    asked_by: &str,
    at: Timestamp,
) -> Visit {
    let AskedFor { request_id, person } = asked.told(&recalled.answer);
    let (asked_by, outcome) = (asked_by.to_owned(), recalled.word().to_owned());
    let share_percent = recalled.answer.share.as_ref().map(|share| share.percent);
    Visit { request_id, at, way, asked_by, outcome, share_percent, proof_number: None, person }
}
