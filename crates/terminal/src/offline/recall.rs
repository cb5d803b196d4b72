//! A check at the window: the center if it answers in time, else what it said last.

use domain::offline::{Copies, Copy, Standing, decide_offline};
use domain::{EligibilityQuery, PersonalCertificate, Share, date};
use jiff::Timestamp;
use uuid::Uuid;
use wire::api::{Answer, AnswerContext, Basis, CheckRequest, Hint};

use super::{Recalled, settle};
use crate::asking::outcome::{CouldNotAsk, Outcome};
use crate::checks::{AskedFor, Checks, visit_of_recalled};
use crate::limits;
use crate::lists::Lists;
use crate::store::StoreError;
use crate::store::answers::Way;
use crate::store::open_cases::{NewCase, OpenCase, QuestionMac};

/// What came of a check at the window.
#[derive(Debug)]
pub struct AtWindow {
    /// What the center said, or why it said nothing.
    pub outcome: Outcome,
    /// What is said in its place.
    pub recalled: Option<Recalled>,
    /// Whether it is in today's list. An answer is shown even when the disk is full: the patient is standing there.
    pub kept: bool,
}

/// A question that can be asked, and what is known about it here.
struct Known {
    query: EligibilityQuery,
    mac: QuestionMac,
    /// The same question, which waits already.
    waiting: Option<OpenCase>,
    /// Questions whose answers tell about whom it may mean. They are read only where the center does not answer.
    copies: Vec<Uuid>,
}

impl Checks {
    /// Asks, and recalls what is known where the center cannot be asked in time.
    pub(crate) async fn check_at_window(&self, request: CheckRequest, asked_by: &str) -> AtWindow {
        self.check_carrying(request, None, asked_by).await
    }

    /// The same with a certificate that the patient carries.
    pub(crate) async fn check_certificate(
        &self,
        request: CheckRequest,
        certificate: &PersonalCertificate,
        asked_by: &str,
    ) -> AtWindow {
        self.check_carrying(request, Some(certificate), asked_by).await
    }

    async fn check_carrying(
        &self,
        mut request: CheckRequest,
        certificate: Option<&PersonalCertificate>,
        asked_by: &str,
    ) -> AtWindow {
        let known = match self.known(&request).await {
            Ok(Some(known)) => known,
            // Numbers that cannot be right are told so without asking anybody.
            Ok(None) => return self.only_ask(&request, asked_by).await,
            Err(error) => {
                tracing::error!(%error, "what was kept cannot be read");
                return self.only_ask(&request, asked_by).await;
            }
        };
        if let Some(waiting) = &known.waiting {
            request.request_id = waiting.request_id;
            request.decided_at = Some(waiting.at);
        }
        let is_short = certificate.is_some() || !known.copies.is_empty() || self.health.is_down();
        let outcome = self.ask_within(&request, is_short).await;
        if let Outcome::CouldNotAsk(why) = &outcome {
            let recalled = match self.recall(&known, &request, why).await {
                Ok(recalled) => match certificate {
                    Some(certificate) => self.recall_with(certificate, &known.query, &request, recalled),
                    None => recalled,
                },
                Err(error) => {
                    let kept = self.note(request.request_id, Err(error));
                    return AtWindow { outcome, recalled: None, kept };
                }
            };
            let open = self.open(&request, &known, &recalled, Way::Desk, asked_by).await;
            let kept = self.note(request.request_id, open);
            return AtWindow { outcome, recalled: Some(recalled), kept };
        }
        let kept = match &known.waiting {
            Some(case) if settle::is_the_end(&outcome) => {
                settle::settle(self, case, &request, &outcome, Some(asked_by)).await
            }
            Some(_) | None => self.keep(&request, &outcome, Way::Desk, asked_by, "").await,
        };
        AtWindow { kept: self.note(request.request_id, kept), outcome, recalled: None }
    }

    /// What may be said about a question of another program while the center cannot be asked; none where nothing was kept that
    /// helps. What is said, and what is given up for good (`is_last`), is asked again like a case of the desk.
    pub(crate) async fn recall_for_program(
        &self,
        request: &CheckRequest,
        why: &CouldNotAsk,
        way: Way,
        is_last: bool,
    ) -> Result<Option<Recalled>, StoreError> {
        let Some(known) = self.known(request).await? else { return Ok(None) };
        let recalled = self.recall(&known, request, why).await?;
        let is_told = !matches!(recalled.standing, Standing::CannotTell(_));
        if is_told || is_last {
            self.open(request, &known, &recalled, way, "").await?;
        }
        Ok(Some(recalled).filter(|_| is_told))
    }

    async fn only_ask(&self, request: &CheckRequest, asked_by: &str) -> AtWindow {
        let checked = self.check(request, Way::Desk, asked_by).await;
        AtWindow { outcome: checked.outcome, recalled: None, kept: checked.kept }
    }

    /// None for a question that cannot be read.
    async fn known(&self, request: &CheckRequest) -> Result<Option<Known>, StoreError> {
        let search = &request.qualification_confirm_search_info;
        let Ok(query) = search.parse(&request.qualification_confirmation_date, &request.medical_institution_code)
        else {
            return Ok(None);
        };
        let mac = self.store.question_mac(&query, request)?;
        let waiting = self.store.waiting_case(&mac).await?;
        let copies = self.store.copies(&query).await?;
        Ok(Some(Known { query, mac, waiting, copies }))
    }

    /// What was kept, decided anew for the day asked and told as the center would.
    async fn recall(&self, known: &Known, request: &CheckRequest, why: &CouldNotAsk) -> Result<Recalled, StoreError> {
        let (mut kept, mut answers) = (Vec::new(), Vec::new());
        for number in &known.copies {
            let Some(answer) = self.kept_answer(*number).await? else { continue };
            let Some(copy) = copy(&answer, &self.lists, self.center.hours().now()) else { continue };
            kept.push(copy);
            answers.push(answer);
        }
        Ok(decide(&known.query, &Copies::new(kept), &answers, request, why.clone(), self.center.hours().now()))
    }

    pub(crate) async fn ask_within(&self, request: &CheckRequest, is_short: bool) -> Outcome {
        let patience = if is_short { limits::WINDOW_PATIENCE } else { limits::ASK_TIME };
        self.center.check_within(request, patience).await
    }

    async fn open(
        &self,
        request: &CheckRequest,
        known: &Known,
        recalled: &Recalled,
        way: Way,
        asked_by: &str,
    ) -> Result<(), StoreError> {
        let hours = self.center.hours();
        let visit = visit_of_recalled(AskedFor::of(request), recalled, way, asked_by, hours.now());
        let case = NewCase {
            question: request,
            mac: known.mac,
            importance: recalled.importance(),
            said: recalled.word(),
            said_percent: recalled.shown_percent(),
            copy_of: recalled.copy_of,
        };
        self.store.open_case(&hours.today_text(), &visit, &case).await?;
        self.count_cases().await
    }
}

/// `answers` are those behind the copies, in their order.
fn decide(
    query: &EligibilityQuery,
    copies: &Copies,
    answers: &[Answer],
    request: &CheckRequest,
    why: CouldNotAsk,
    now: Timestamp,
) -> Recalled {
    let offline = decide_offline(query, copies);
    let copy = offline.copy.map(|place| &answers[place]);
    let context = AnswerContext {
        request_id: request.request_id,
        arbitrary_file_identifier: request.arbitrary_file_identifier.as_deref(),
        search: &request.qualification_confirm_search_info,
        query,
        now,
        basis: Basis::SignedCopy,
        as_of: as_of(offline.standing, copy, now),
        insurer_data_as_of: copy.and_then(|copy| copy.insurer_data_as_of),
        reference_number: copy.and_then(|copy| copy.reference_number.as_deref()),
        by_staff: None,
        recorded: None,
    };
    let mut answer = Box::new(Answer::from_decision(&offline.decision, &context));
    answer.hints.extend(offline.last_share.map(last_share));
    Recalled {
        why,
        standing: offline.standing,
        last_share: offline.last_share,
        answer,
        copy_of: copy.map(|copy| copy.request_id),
        certificate: None,
    }
}

/// The share is open, and this one was right last.
pub(super) fn last_share(share: Share) -> Hint {
    Hint {
        code: "last_share".to_owned(),
        field: None,
        message: format!(
            "前回の負担割合は {} でした。証が変わっていないか患者さんにたずね、変わりがなければこの割合で続けられます。",
            domain::share::percent_label(share.percent)
        ),
        message_en: format!("The share was {} % last; go on with it if nothing has changed.", share.percent),
    }
}

/// What an answer says of its one coverage, on which day in Japan it was given, and what a list says of it since.
fn copy(answer: &Answer, lists: &Lists, now: Timestamp) -> Option<Copy> {
    let on = date::parse(&answer.qualification_confirmation_date).ok()?;
    let coverage = answer.result_list.first()?.to_coverage(on)?;
    let as_of = date::in_japan(answer.as_of);
    let listed = coverage.status_index.and_then(|place| lists.says(place, now));
    // A list that is older than the answer knows nothing that the answer does not.
    let listed = listed.filter(|says| says.as_of >= as_of);
    Some(Copy { coverage, as_of: as_of.date(), listed })
}

/// The moment of which the result tells: that of the list, or of the kept answer.
fn as_of(standing: Standing, copy: Option<&Answer>, now: Timestamp) -> Timestamp {
    match standing {
        Standing::ListedValid(at) | Standing::ListedLost(at) => date::from_japan(at).unwrap_or(now),
        Standing::ValidAsOf(_) | Standing::LostSince(_) | Standing::CannotTell(_) => {
            copy.map_or(now, |copy| copy.as_of)
        }
    }
}
