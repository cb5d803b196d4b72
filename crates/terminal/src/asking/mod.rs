//! Asking the center.
//!
//! [`Center`] holds the connection with this terminal's certificate. Nothing that it gives back as an answer is
//! unproven: [`Center::check`] verifies the proof with the log's key and compares the answer with the question before
//! anybody sees it.
//!
//! * [`outcome`] — what can come of a question
//! * [`bulk`] — files of many questions
//! * [`cards`] — what is asked about cards
//! * [`claims`] — claims that are submitted and taken back
//! * [`fhir`] — what a vendor's program asks in FHIR
//! * [`search`] — people without card or numbers, by name
//! * `secondary_use` — a patient's wish not to be counted, and what has left
//! * [`renewal`] — a fresh certificate, by itself
//! * [`probe`] — can the center be reached, and what time is it there

pub mod outcome;

pub(crate) mod bulk;
pub(crate) mod cards;
pub(crate) mod claims;
pub(crate) mod fhir;
pub(crate) mod probe;
pub(crate) mod records;
pub(crate) mod renewal;
pub(crate) mod search;
mod secondary_use;
pub(crate) mod verify;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use domain::HintCode;
use http::HeaderMap;
use jiff::Timestamp;
use kit::client::{Client, ClientError, ClientOptions};
use kit::random::SharedRandom;
use tokio::sync::Notify;
use uuid::Uuid;
use wire::api::{
    Answer, CheckRequest, CheckResponse, ProblemCode, ProblemDocument, ReferenceNumberAnswer, ReferenceNumberRequest,
};

use crate::health::Health;
use crate::hours::Hours;
use crate::identity::{CenterFacts, Identity, IdentityError};
use crate::limits;
use outcome::{Answered, CouldNotAsk, Outcome, Why};

/// The center, as this terminal reaches it.
#[derive(Debug)]
pub(crate) struct Center {
    client: Client,
    facts: ArcSwap<CenterFacts>,
    hours: Arc<Hours>,
    health: Arc<Health>,
    random: SharedRandom,
    /// Told when somebody waited for the center in vain.
    look: Notify,
}

impl Center {
    pub(crate) fn new(
        facts: CenterFacts,
        identity: &Identity,
        hours: Arc<Hours>,
        health: Arc<Health>,
        random: SharedRandom,
    ) -> Result<Self, IdentityError> {
        let tls = identity.tls(&facts.root, hours.clock())?;
        let client = Client::builder(Arc::clone(hours.clock()))
            .base_urls(&facts.record.api_urls)
            .and_then(|builder| {
                builder
                    .tls(tls)
                    .options(ClientOptions {
                        connect_time: limits::CONNECT_TIME,
                        answer_time: limits::ASK_TIME,
                        ..ClientOptions::default()
                    })
                    .user_agent(concat!("tashika-terminal/", env!("CARGO_PKG_VERSION")))
                    .build()
            })
            .map_err(|error| IdentityError::Unfit(error.to_string()))?;
        Ok(Self { client, facts: ArcSwap::from_pointee(facts), hours, health, random, look: Notify::new() })
    }

    /// What is known about the center.
    pub(crate) fn facts(&self) -> Arc<CenterFacts> {
        self.facts.load_full()
    }

    /// 医療機関コード of this terminal.
    pub(crate) fn facility(&self) -> String {
        self.facts().facility.as_str().to_owned()
    }

    pub(crate) fn hours(&self) -> &Hours {
        &self.hours
    }

    /// A number for a new question.
    pub(crate) fn new_request_id(&self) -> Uuid {
        kit::random::uuid_v7(self.hours.local(), &*self.random)
    }

    /// Asks one question. Numbers that cannot be right are told without asking: the same function judges them at the
    /// center.
    pub(crate) async fn check(&self, request: &CheckRequest) -> Outcome {
        let read = request
            .qualification_confirm_search_info
            .parse(&request.qualification_confirmation_date, &request.medical_institution_code);
        if let Err(errors) = read {
            return Outcome::Unreadable(errors);
        }
        let asked = self.hours.local();
        match self.client.post_json_for_answer("/v1/eligibility-checks", request).await {
            Ok(answer) => {
                self.learn_time(&answer.headers, asked);
                self.health.center_answered(self.hours.moment());
                match answer.json::<CheckResponse>() {
                    Ok(response) => self.proven(request, response),
                    Err(error) => Outcome::CouldNotAsk(CouldNotAsk::new(Why::AnswerDoesNotFit, error)),
                }
            }
            Err(error) => self.failed(error),
        }
    }

    fn proven(&self, request: &CheckRequest, response: CheckResponse) -> Outcome {
        match verify::verify(&self.facts(), request, response) {
            Ok(answered) => {
                self.learn_of_feed(&answered.answer);
                Outcome::Answered(Box::new(answered))
            }
            Err(could_not) => Self::not_shown(request.request_id, could_not),
        }
    }

    fn learn_of_feed(&self, answer: &Answer) {
        let late = HintCode::InsurerFeedLate.code();
        let is_late = answer.hints.iter().any(|hint| hint.code == late);
        if let Some(insurer) = answer.result_list.first().and_then(|record| record.insurer_name.as_deref()) {
            self.health.insurer_feed(insurer, is_late, self.hours.local());
        }
    }

    /// Verifies an answer that came in a file of many; `request` is the question it must belong to.
    pub(crate) fn verify(&self, request: &CheckRequest, response: CheckResponse) -> Result<Answered, CouldNotAsk> {
        verify::verify_unit(&self.facts(), request, response)
    }

    /// Registers one 照会番号.
    pub(crate) async fn register(&self, request: &ReferenceNumberRequest) -> Registered {
        match self.client.post_json::<_, ReferenceNumberAnswer>("/v1/reference-numbers", request).await {
            Ok(answer) if answer.request_id == request.request_id => {
                self.health.center_answered(self.hours.moment());
                Registered::Done(Box::new(answer))
            }
            Ok(_) => Registered::Not(Outcome::CouldNotAsk(CouldNotAsk::new(
                Why::AnswerDoesNotFit,
                "the answer carries another request number",
            ))),
            Err(error) => Registered::Not(self.failed(error)),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What a failed request means at the window.
    pub(crate) fn failed(&self, error: ClientError) -> Outcome {
        let now = self.hours.moment();
        match error {
            ClientError::Problem { document, retry_after } => {
                self.health.center_reached(now);
                match document.code {
                    ProblemCode::UnreadableQuery => Outcome::Unreadable(document.errors),
                    ProblemCode::CardStatusUnavailable => {
                        self.health.center_said(document.code, now.at);
                        Outcome::CouldNotAsk(CouldNotAsk::new(Why::CardStatus, document.code))
                    }
                    code if code.is_temporary() || document.status >= 500 => {
                        self.health.center_said(code, now.at);
                        Outcome::CouldNotAsk(CouldNotAsk::new(Why::Busy, code).with_retry_after(retry_after))
                    }
                    ProblemCode::CertificateExpired => {
                        Outcome::CouldNotAsk(CouldNotAsk::new(Why::CertificateExpired, document.code))
                    }
                    code => {
                        self.health.center_refused(code);
                        Outcome::Refused(document)
                    }
                }
            }
            ClientError::CouldNotAsk(kit::client::CouldNotAsk::CertificateRefused(alert)) => {
                self.health.center_reached(now);
                self.not_let_in(&alert)
            }
            ClientError::CouldNotAsk(why) => {
                self.health.center_unreachable(now, &why);
                // While it is down it is looked at often enough.
                if !self.health.is_down() {
                    self.look_now();
                }
                Outcome::CouldNotAsk(CouldNotAsk::new(kind_of(&why), why))
            }
        }
    }

    /// In TLS the center only says in one word why it does not take our certificate.
    fn not_let_in(&self, alert: &str) -> Outcome {
        if alert.contains("Expired") || !self.health.certificate_in_time() {
            self.health.expired_at_center();
            return Outcome::CouldNotAsk(CouldNotAsk::new(Why::CertificateExpired, alert));
        }
        let code =
            if alert.contains("Revoked") { ProblemCode::CertificateRevoked } else { ProblemCode::FacilityUnknown };
        self.health.center_refused(code);
        Outcome::Refused(Box::new(ProblemDocument::new(code, "")))
    }

    /// The `Date` of an answer has seconds; it is used only while nothing better was measured, or when it contradicts.
    fn learn_time(&self, headers: &HeaderMap, asked: Timestamp) {
        let answered = self.hours.local();
        let Some(date) = headers.get(http::header::DATE).and_then(|value| value.to_str().ok()) else { return };
        let Ok(center) = jiff::fmt::rfc2822::parse(date) else { return };
        let center = center.timestamp();
        let differs = self.hours.ahead().is_none_or(|ahead| {
            let seen = center.duration_since(answered);
            (seen - ahead).unsigned_abs() > Duration::from_secs(5)
        });
        if differs {
            self.hours.measured(center, asked, answered);
        }
    }

    /// Waits for an answer as long as the center is there, and no longer than `patience`. Whoever waits in vain makes somebody
    /// look, so that a line that is cut in silence is noticed while the first window waits.
    pub(crate) async fn check_within(&self, request: &CheckRequest, patience: Duration) -> Outcome {
        let mut asked = std::pin::pin!(self.check(request));
        let no_answer = |inner| Outcome::CouldNotAsk(CouldNotAsk::new(Why::NoAnswerInTime, inner));
        if !self.health.is_down() {
            tokio::select! {
                outcome = &mut asked => return outcome,
                () = tokio::time::sleep(limits::SUSPECT_TIME) => self.look_now(),
            }
            let left = patience.saturating_sub(limits::SUSPECT_TIME);
            return tokio::select! {
                outcome = &mut asked => outcome,
                () = self.health.until_down() => no_answer("the center went away while it was asked"),
                () = tokio::time::sleep(left) => no_answer("the window did not wait longer"),
            };
        }
        // The center may have answered into a line that is gone. Then it answers the same under the same number later.
        match tokio::time::timeout(patience, asked).await {
            Ok(outcome) => outcome,
            Err(_) => no_answer("the window did not wait longer"),
        }
    }

    /// An answer that does not prove itself is shown to nobody.
    pub(crate) fn not_shown(request_id: Uuid, could_not: CouldNotAsk) -> Outcome {
        tracing::error!(%request_id, why = could_not.why.code(), inner = could_not.inner, "an answer was not shown");
        Outcome::CouldNotAsk(could_not)
    }

    #[cfg(test)]
    pub(crate) fn health(&self) -> crate::health::Snapshot {
        self.health.snapshot()
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.health.is_up()
    }

    /// The probe is to look now rather than when its time comes.
    pub(crate) fn look_now(&self) {
        self.look.notify_one();
    }

    async fn asked_to_look(&self) {
        self.look.notified().await;
    }

    /// Uses a fresh certificate from the next request on.
    pub(crate) fn renewed(&self, identity: &Identity, facts: CenterFacts) -> Result<(), IdentityError> {
        let tls = identity.tls(&facts.root, self.hours.clock())?;
        self.client.replace_tls(&tls);
        self.facts.store(Arc::new(facts));
        Ok(())
    }
}

fn kind_of(why: &kit::client::CouldNotAsk) -> Why {
    use kit::client::CouldNotAsk as Could;
    match why {
        Could::CertificateRefused(_) => Why::CertificateExpired,
        Could::TimedOut { .. } | Could::Broken(_) => Why::NoAnswerInTime,
        Could::AnswerTooLarge { .. } | Could::Unreadable { .. } => Why::AnswerDoesNotFit,
        Could::NoAddress
        | Could::NameNotFound(_)
        | Could::Unreachable { .. }
        | Could::ConnectTimedOut { .. }
        | Could::ServerNotTrusted(_)
        | Could::Tls(_)
        | Could::Unwritable(_) => Why::Unreachable,
    }
}

/// What came of a registration.
#[derive(Debug)]
pub(crate) enum Registered {
    /// The center has it.
    Done(Box<ReferenceNumberAnswer>),
    /// Never `Outcome::Answered`.
    Not(Outcome),
}
