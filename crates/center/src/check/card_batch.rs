//! The questions by card of one batch, inside its transaction.

use std::collections::{HashMap, HashSet};

use domain::consent::{self, WithdrawnBy};
use domain::presence::{PresenceNote, Showing};
use domain::{
    Consent, ConsentChoice, ConsentItem, ConsentState, Date, Decision, PersonId, PersonQuery, PresenceRecord, Purpose,
    Reason, Recorded, Verdict, decide_person,
};
use jiff::Timestamp;
use trust::event::{AccessEvent, salted_hash};
use wire::api::{Answer, CardAnswerContext};

use super::batch::{Look, Made, since_1970};
use super::card::{CardAsk, CardMade, CardRefused, CardTask};
use super::consents::{self, Given};
use super::decided::Identified;
use super::memory::Memory;
use crate::store::card::CardId;
use crate::store::coverage::read_record;
use crate::store::presence::Nonce;
use crate::store::{Result, StoreError, Tx};

/// What the database says about the cards of a batch.
struct Known {
    /// Challenges that nobody has used before this batch.
    fresh: HashSet<Nonce>,
    /// To whom each card belongs; brought up to date as registrations of this batch are kept.
    owners: HashMap<CardId, PersonId>,
    /// The coverages of those to whom the cards belonged when the batch began.
    coverages: HashMap<PersonId, Vec<Recorded>>,
    /// 照会番号 by place among the tasks.
    numbers: HashMap<usize, String>,
    /// What is on record of those who are not asked now, by place among the tasks.
    recorded: HashMap<usize, Consent>,
}

/// One task with what it needs.
struct Turn<'a> {
    task: &'a CardTask,
    now: Timestamp,
    salt: [u8; 16],
}

/// What was made of a task, and the look that is to be put on record; none where nobody was looked up.
type Outcome = (Made, Option<Look>);

/// Answers the questions by card. `identified` holds what the numbers of registrations say, by place in the batch.
pub(super) async fn answer(
    tx: &mut Tx,
    memory: &mut Memory,
    given: &mut Given,
    cards: &[(usize, &CardTask)],
    identified: &HashMap<usize, Identified>,
    salts: &[[u8; 16]],
    now: Timestamp,
) -> Result<Vec<(usize, Outcome)>> {
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = gather(tx, memory, cards, now).await?;
    let mut outcomes = Vec::with_capacity(cards.len());
    for (at, (place, task)) in cards.iter().enumerate() {
        let turn = Turn { task, now, salt: salts[*place] };
        let outcome = if known.fresh.remove(&task.question.witness.nonce) {
            match &task.question.ask {
                CardAsk::Check { on, arbitrary_file_identifier, choice } => {
                    let asked = Checked { on: *on, file: arbitrary_file_identifier.as_deref(), choice: *choice };
                    turn.check(memory, given, &known, asked, at)?
                }
                CardAsk::Register(_) => turn.register(tx, &mut known, identified.get(place)).await?,
                CardAsk::End => turn.end(tx, &mut known).await?,
                CardAsk::Withdraw => turn.withdraw(tx, memory, given, &known).await?,
                CardAsk::SecondaryUse { refuses } => turn.secondary_use(tx, &known, *refuses).await?,
            }
        } else {
            refused(CardRefused::ChallengeUsed)
        };
        outcomes.push((*place, outcome));
    }
    Ok(outcomes)
}

/// Uses the challenges, and reads what is known about the cards and their people: a few statements for all.
async fn gather(tx: &mut Tx, memory: &Memory, cards: &[(usize, &CardTask)], now: Timestamp) -> Result<Known> {
    let nonces: Vec<Nonce> = cards.iter().map(|(_, task)| task.question.witness.nonce).collect();
    let ids: Vec<CardId> = cards.iter().map(|(_, task)| task.question.witness.card.clone()).collect();
    let fresh = tx.use_challenges(&nonces, now).await?;
    let found = tx.persons_of_cards(&ids).await?;

    let mut persons: Vec<PersonId> = found.iter().map(|(_, person)| *person).collect();
    persons.sort_unstable();
    persons.dedup();
    let mut coverages: HashMap<PersonId, Vec<Recorded>> = HashMap::new();
    if !persons.is_empty() {
        for (person, record) in tx.coverages_of_persons(&persons).await? {
            coverages.entry(person).or_default().push(read_record(person, &record)?);
        }
    }
    let asked: Vec<_> = found
        .iter()
        .map(|(at, person)| (*at, cards[*at].1.question.facility, *person))
        .filter(|(_, facility, _)| memory.has_reference_numbers(*facility))
        .collect();
    let mut numbers = HashMap::new();
    if !asked.is_empty() {
        let keys: Vec<_> = asked.iter().map(|(_, facility, person)| (*facility, *person)).collect();
        for (place, number) in tx.reference_numbers(&keys).await? {
            numbers.insert(asked[place].0, number);
        }
    }
    let unasked =
        found.iter().filter(|(at, _)| matches!(cards[*at].1.question.ask, CardAsk::Check { choice: None, .. }));
    let unasked = unasked.map(|(at, person)| (*at, cards[*at].1.question.facility, *person));
    let recorded = consents::on_record(tx, memory, unasked).await?;
    let owners = found.into_iter().map(|(at, person)| (ids[at].clone(), person)).collect();
    Ok(Known { fresh, owners, coverages, numbers, recorded })
}

/// What a check by card asks.
#[derive(Clone, Copy)]
struct Checked<'a> {
    on: Date,
    file: Option<&'a str>,
    choice: Option<ConsentChoice>,
}

impl Turn<'_> {
    fn check(
        &self,
        memory: &Memory,
        given: &mut Given,
        known: &Known,
        asked: Checked<'_>,
        at: usize,
    ) -> Result<Outcome> {
        let (question, witness) = (&self.task.question, &self.task.question.witness);
        let Some(person) = known.owners.get(&witness.card).copied() else {
            return Ok(refused(CardRefused::NotRegistered));
        };
        let choice = asked.choice.map(|choice| witness.showing.extent.limits(choice));
        let consent = choice.map(|choice| Consent::given(person, question.facility, choice, witness.means, self.now));
        given.extend(consent);
        // Who is not asked now stays with what they said before, as long as that holds.
        let recorded = known.recorded.get(&at);
        let said = consent.as_ref().or(recorded);
        let allows = |item| matches!(consent::state(said, item, self.now), ConsentState::Consented { .. });
        let query = PersonQuery {
            qualification_confirmation_date: asked.on,
            medical_institution_code: question.facility,
            limit_consent: allows(ConsentItem::LimitCertificate),
            disease_consent: allows(ConsentItem::SpecificDisease),
        };
        let records = known.coverages.get(&person).map_or(&[][..], Vec::as_slice);
        let decision = decide_person(&query, records, |insurer| memory.facts(insurer, self.now).insurer_feed_age_days);
        let context = CardAnswerContext {
            request_id: question.request_id,
            arbitrary_file_identifier: asked.file,
            qualification_confirmation_date: asked.on,
            medical_institution_code: question.facility.as_str(),
            now: self.now,
            insurer_data_as_of: decision.coverage.and_then(|shown| memory.last_feed(&shown.insurer_number)),
            reference_number: known.numbers.get(&at).map(String::as_str),
            means: witness.means,
            showing: &told(&decision, &witness.showing),
            certificate_last_day: witness.certificate_last_day,
            consent: consent.as_ref(),
            recorded,
        };
        let answer = serde_json::to_string(&Answer::from_presence(&decision, &context))
            .map_err(|e| StoreError::inconsistent("coverage", e))?;
        let look = self.look(Purpose::Check, decision.verdict, answer.as_bytes(), Some(person), choice);
        Ok((Made::Answer { answer, event: look.event.clone(), verdict: decision.verdict }, Some(look)))
    }

    async fn register(&self, tx: &mut Tx, known: &mut Known, numbers: Option<&Identified>) -> Result<Outcome> {
        let question = &self.task.question;
        let card = &question.witness.card;
        let numbers =
            numbers.ok_or_else(|| StoreError::inconsistent("card_registration", "a registration without numbers"))?;
        let look = |verdict: Verdict, person| {
            // What is told back is whether it was kept.
            Some(self.look(Purpose::CardRegistration, verdict, verdict.code().as_bytes(), person, None))
        };
        let Some(person) = numbers.person else {
            let made = Made::Card(CardMade::Refused(CardRefused::NotIdentified(numbers.hints.clone())));
            return Ok((made, look(numbers.verdict, None)));
        };
        let (made, verdict) = match known.owners.get(card) {
            Some(owner) if *owner == person => (CardMade::Registered { new: false }, Verdict::Valid),
            None if tx.register_card(card, person, Some(question.facility), self.now).await? => {
                known.owners.insert(card.clone(), person);
                (CardMade::Registered { new: true }, Verdict::Valid)
            }
            Some(_) | None => (CardMade::Refused(CardRefused::RegisteredToAnother), Verdict::Invalid),
        };
        Ok((Made::Card(made), look(verdict, Some(person))))
    }

    async fn end(&self, tx: &mut Tx, known: &mut Known) -> Result<Outcome> {
        let card = &self.task.question.witness.card;
        let Some(person) = known.owners.remove(card) else { return Ok(refused(CardRefused::NotRegistered)) };
        if !tx.end_card(card, self.now).await? {
            return Ok(refused(CardRefused::NotRegistered));
        }
        let verdict = Verdict::Valid;
        let look = self.look(Purpose::CardRegistrationEnd, verdict, verdict.code().as_bytes(), Some(person), None);
        Ok((Made::Card(CardMade::Ended), Some(look)))
    }

    async fn withdraw(&self, tx: &mut Tx, memory: &mut Memory, given: &mut Given, known: &Known) -> Result<Outcome> {
        let question = &self.task.question;
        let Some(person) = known.owners.get(&question.witness.card).copied() else {
            return Ok(refused(CardRefused::NotRegistered));
        };
        let whose = (person, question.facility);
        let withdrawn = given.withdraw(tx, memory, whose, WithdrawnBy::Patient, self.now).await?;
        let verdict = Verdict::Valid;
        let look = self.look(Purpose::ConsentWithdrawal, verdict, verdict.code().as_bytes(), Some(person), None);
        Ok((Made::Card(CardMade::Withdrawn(withdrawn)), Some(look)))
    }

    /// The wish is on record each time it is said, also when nothing changes.
    async fn secondary_use(&self, tx: &mut Tx, known: &Known, refuses: bool) -> Result<Outcome> {
        let Some(person) = known.owners.get(&self.task.question.witness.card).copied() else {
            return Ok(refused(CardRefused::NotRegistered));
        };
        let new = tx.put_export_opt_out(person, refuses, self.now).await?;
        let purpose = if refuses { Purpose::SecondaryUseRefusal } else { Purpose::SecondaryUseRefusalEnd };
        let verdict = Verdict::Valid;
        let look = self.look(purpose, verdict, verdict.code().as_bytes(), Some(person), None);
        Ok((Made::Card(CardMade::SecondaryUse { new }), Some(look)))
    }

    fn look(
        &self,
        purpose: Purpose,
        verdict: Verdict,
        answer: &[u8],
        person: Option<PersonId>,
        choice: Option<ConsentChoice>,
    ) -> Look {
        let question = &self.task.question;
        let event = AccessEvent {
            facility: question.facility,
            query_hash: salted_hash(&self.salt, self.task.canonical.as_bytes()),
            verdict,
            answer_hash: salted_hash(&self.salt, answer),
            as_of_ms: since_1970(self.now),
            purpose,
            request_id: *question.request_id.as_bytes(),
            salt: self.salt,
            presence: Some(PresenceRecord { means: question.witness.means, choice }),
            decided_at_ms: None,
        };
        Look { facility: question.facility, person, event: event.encode(), beside: None }
    }
}

/// The notes of an answer: those about the card, and one about a person of whom nothing is on record.
fn told(decision: &Decision<'_>, showing: &Showing) -> Showing {
    let mut told = showing.clone();
    if decision.verdict == Verdict::NotFound && decision.reason == Reason::NoSuchCard {
        told.notes.push(PresenceNote::NoCoverage);
    }
    told
}

fn refused(why: CardRefused) -> Outcome {
    (Made::Card(CardMade::Refused(why)), None)
}
