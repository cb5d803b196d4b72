//! A question by number, decided, and what is made of it.

use domain::consent::WithdrawnBy;
use domain::{
    Consent, ConsentItem, Decision, Facts, Hint, MedicalInstitutionCode, PersonId, PresenceMeans, PresenceRecord,
    Purpose, Verdict, decide,
};
use jiff::Timestamp;
use trust::event::{AccessEvent, salted_hash};
use wire::api::convert::AnswerContext;
use wire::api::{Answer, Basis, ByStaff};

use super::batch::{Look, Made, since_1970, whose};
use super::card::{CardMade, CardRefused};
use super::consents::Given;
use super::memory::Memory;
use super::question::{Asked, Question};
use crate::store::{Result, StoreError, Tx};

/// What the numbers of a 利用登録 say.
pub(super) struct Identified {
    pub(super) person: Option<PersonId>,
    pub(super) verdict: Verdict,
    pub(super) hints: Vec<Hint>,
}

/// What is known beside the decision.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    /// 照会番号.
    pub(super) number: Option<&'a str>,
    /// What the patient answered at an earlier visit.
    pub(super) recorded: Option<&'a Consent>,
}

/// A question, decided.
pub(super) struct Decided<'a> {
    asked: &'a Asked,
    pub(super) question: &'a Question,
    decision: Decision<'a>,
    pub(super) person: Option<PersonId>,
}

impl<'a> Decided<'a> {
    pub(super) fn new(asked: &'a Asked, facts: &'a Facts) -> Self {
        let question = &asked.question;
        let mut decision = decide(&question.query, facts);
        let person = decision.coverage.and_then(|shown| whose(&facts.matched, shown));
        // Who was asked and said no is not shown; who was not asked gave the numbers of the card, as ever.
        if question.by_staff.as_ref().is_some_and(|by| !by.choice.allows(ConsentItem::SpecificDisease)) {
            decision.specific_diseases.clear();
        }
        Self { asked, question, decision, person }
    }

    /// For 利用登録: whom the numbers name.
    pub(super) fn identified(&self) -> Identified {
        Identified { person: self.person, verdict: self.decision.verdict, hints: self.decision.hints.clone() }
    }

    /// The person, if this is a patient at the window who was not asked now what may be seen.
    pub(super) fn not_asked(&self, at: usize) -> Option<(usize, MedicalInstitutionCode, PersonId)> {
        let is_at_window = self.question.purpose == Purpose::Check && self.question.by_staff.is_none();
        let facility = self.question.query.medical_institution_code;
        self.person.filter(|_| is_at_window).map(|person| (at, facility, person))
    }

    /// The answer and its look; what the patient allows is added to what is kept.
    pub(super) fn make(
        &self,
        memory: &Memory,
        given: &mut Given,
        beside: Beside<'_>,
        now: Timestamp,
        salt: [u8; 16],
    ) -> Result<(Made, Look)> {
        let question = self.question;
        let facility = question.query.medical_institution_code;
        let consent = self.person.zip(question.by_staff.as_ref()).map(|(person, by)| {
            let choice = by.showing.extent.limits(by.choice);
            Consent::given(person, facility, choice, PresenceMeans::Number, now)
        });
        given.extend(consent);
        let by_staff = question.by_staff.as_ref().map(|by| ByStaff { showing: &by.showing, consent: consent.as_ref() });
        let answer = Answer::from_decision(
            &self.decision,
            &AnswerContext {
                request_id: question.request_id,
                arbitrary_file_identifier: question.arbitrary_file_identifier.as_deref(),
                search: &question.search,
                query: &question.query,
                now,
                basis: Basis::Live,
                as_of: now,
                insurer_data_as_of: memory.last_feed(&question.query.insurer_number),
                reference_number: beside.number,
                by_staff,
                recorded: beside.recorded,
            },
        );
        let answer = serde_json::to_string(&answer).map_err(|e| StoreError::inconsistent("coverage", e))?;
        let presence = by_staff
            .map(|_| PresenceRecord { means: PresenceMeans::Number, choice: consent.map(|consent| consent.choice) });
        let look = self.look(self.decision.verdict, answer.as_bytes(), presence, now, salt);
        Ok((Made::Answer { answer, event: look.event.clone(), verdict: self.decision.verdict }, look))
    }

    /// Takes back what the person has allowed, at their wish.
    pub(super) async fn withdraw(
        &self,
        tx: &mut Tx,
        memory: &mut Memory,
        given: &mut Given,
        now: Timestamp,
        salt: [u8; 16],
    ) -> Result<(Made, Option<Look>)> {
        let presence = Some(PresenceRecord { means: PresenceMeans::Number, choice: None });
        let look = |verdict: Verdict| Some(self.look(verdict, verdict.code().as_bytes(), presence, now, salt));
        let Some(person) = self.person else {
            let made = CardMade::Refused(CardRefused::NotIdentified(self.decision.hints.clone()));
            return Ok((Made::Card(made), look(self.decision.verdict)));
        };
        let whose = (person, self.question.query.medical_institution_code);
        let withdrawn = given.withdraw(tx, memory, whose, WithdrawnBy::Institution, now).await?;
        Ok((Made::Card(CardMade::Withdrawn(withdrawn)), look(Verdict::Valid)))
    }

    fn look(
        &self,
        verdict: Verdict,
        answer: &[u8],
        presence: Option<PresenceRecord>,
        now: Timestamp,
        salt: [u8; 16],
    ) -> Look {
        let question = self.question;
        let event = AccessEvent {
            facility: question.query.medical_institution_code,
            query_hash: salted_hash(&salt, self.asked.canonical.as_bytes()),
            verdict,
            answer_hash: salted_hash(&salt, answer),
            as_of_ms: since_1970(now),
            purpose: question.purpose,
            request_id: *question.request_id.as_bytes(),
            salt,
            presence,
            decided_at_ms: question.decided_at.map(since_1970),
        };
        Look {
            facility: question.query.medical_institution_code,
            person: self.person,
            event: event.encode(),
            beside: None,
        }
    }
}
