//! One batch in one transaction: look up, decide, make the answers, append their access events.
//!
//! Nothing here is kept when the transaction fails; [`Batch`] is the whole result and is used only after the commit.

use std::collections::{BTreeSet, HashMap};

use domain::eligibility::{MoreFacts, more_facts_needed};
use domain::{CardKey, Coverage, Facts, InsurerNumber, MedicalInstitutionCode, PersonId, Recorded, RegistrationStatus};
use jiff::Timestamp;
use kit::random::Random;
use trust::event::{AccessEvent, salted_hash};
use trust::merkle::{BatchProofs, Frontier, leaf_hash};

use super::access_log::{grown_edge, head_of};
use super::card::{CardMade, CardTask};
use super::card_batch;
use super::consents::{self, Given};
use super::decided::{Beside, Decided, Identified};
use super::look::{self, LookBeside, LookNote};
use super::memory::Memory;
use super::question::{Asked, Question, Registered, Registration, canonical_registration};
use super::queue::Task;
use crate::store::coverage::{CardAndBirth, Found, LookedUp, read_record};
use crate::store::log::NewEvent;
use crate::store::person_look::NewLook;
use crate::store::record_look::NewRecordLook;
use crate::store::reference_number;
use crate::store::{Result, StoreError, Tx};

/// What a transaction made of a batch.
pub(super) struct Batch {
    /// One for each task, in order, with the place of its event in the log; none where nobody was looked up.
    pub(super) outcomes: Vec<(Made, Option<u64>)>,
    /// None when nobody was looked up at all.
    pub(super) proofs: Option<BatchProofs>,
    /// Its first leaf and where that stands, to see later whether it was committed. Leaves have salts: no two are equal.
    pub(super) first: Option<(u64, Vec<u8>)>,
    /// The edge behind the batch.
    pub(super) edge: Frontier,
}

/// What was made of one task.
pub(super) enum Made {
    Answer {
        answer: String,
        event: Vec<u8>,
        verdict: domain::Verdict,
    },
    /// The answer is the one of the look: it may be long, and is not copied.
    Beside {
        event: Vec<u8>,
        verdict: domain::Verdict,
    },
    Registered(Registered),
    Card(CardMade),
}

/// A look that is to be put on record.
pub(super) struct Look {
    pub(super) facility: MedicalInstitutionCode,
    pub(super) person: Option<PersonId>,
    pub(super) event: Vec<u8>,
    /// Of a look that was made beside the batch: what else is put on record.
    pub(super) beside: Option<look::Beside>,
}

/// Answers the tasks inside a transaction. `memory` is brought up to date on the way; what it holds stays true even if the
/// transaction fails, because it only repeats what others have committed. Nothing is put on record when by then, the
/// transaction having been long in coming, nobody is `wanted` any more.
pub(super) async fn answer(
    tx: &mut Tx,
    memory: &mut Memory,
    tasks: &[&Task],
    now: Timestamp,
    random: &dyn Random,
    wanted: impl Fn() -> bool,
) -> Result<Batch> {
    let asked = indexed(tasks, as_asked);
    let registrations = indexed(tasks, as_registration);
    let cards = indexed(tasks, as_card);
    let looks = indexed(tasks, as_look);
    let keys: Vec<CardAndBirth> = asked.iter().map(|(_, asked)| asked.key).collect();
    let questions: Vec<(usize, &Question)> = asked.iter().map(|(place, asked)| (*place, &asked.question)).collect();
    let LookedUp { log, found, others } = tx.lock_log_and_look_up(memory.log_id, &keys).await?;
    if !wanted() {
        return Err(StoreError::Unavailable("nobody waits for the answers any more".to_owned()));
    }
    if !memory.is_at(&log) {
        memory.edge = Some(grown_edge(tx, memory.log_id, &memory.answered).await?);
    }
    let edge = memory.edge.clone().ok_or_else(|| StoreError::inconsistent("log_head", "no edge"))?;
    memory.refresh(tx, log.reference_facilities, now).await?;

    let facts = gather_facts(tx, memory, &questions, &keys, (found, others), now).await?;
    let mut salts = vec![[0_u8; 16]; tasks.len()];
    random.fill(salts.as_flattened_mut());

    let mut made: Vec<Option<(Made, Option<Look>)>> = Vec::new();
    made.resize_with(tasks.len(), || None);
    let mut identified: HashMap<usize, Identified> = HashMap::new();
    let decided: Vec<Decided<'_>> =
        asked.iter().zip(&facts).map(|((_, asked), facts)| Decided::new(asked, facts)).collect();
    let numbers = reference_numbers(tx, memory, &decided).await?;
    let unasked = decided.iter().enumerate().filter_map(|(at, decided)| decided.not_asked(at));
    let recorded = consents::on_record(tx, memory, unasked).await?;
    let mut given = Given::default();
    for (at, ((place, question), decided)) in questions.iter().zip(&decided).enumerate() {
        if let Task::Card(_) = tasks[*place] {
            identified.insert(*place, decided.identified());
        } else if question.withdraws {
            made[*place] = Some(decided.withdraw(tx, memory, &mut given, now, salts[*place]).await?);
        } else {
            let beside = Beside { number: numbers.get(&at).map(String::as_str), recorded: recorded.get(&at) };
            let (answer, look) = decided.make(memory, &mut given, beside, now, salts[*place])?;
            made[*place] = Some((answer, Some(look)));
        }
    }
    for (place, outcome) in card_batch::answer(tx, memory, &mut given, &cards, &identified, &salts, now).await? {
        made[place] = Some(outcome);
    }
    given.keep(tx, memory).await?;
    for ((place, registration), outcome) in
        registrations.iter().zip(register(tx, memory, &registrations, log.reference_facilities, now).await?)
    {
        let (outcome, look) = registered(registration, outcome, now, salts[*place]);
        made[*place] = Some((outcome, Some(look)));
    }
    for (place, beside) in looks {
        let (outcome, look) = look::make(beside, salts[place]);
        made[place] = Some((outcome, Some(look)));
    }
    append(tx, memory.log_id, edge, made, now).await
}

/// Appends the looks to the log.
async fn append(
    tx: &mut Tx,
    log_id: i64,
    mut edge: Frontier,
    made: Vec<Option<(Made, Option<Look>)>>,
    now: Timestamp,
) -> Result<Batch> {
    let mut outcomes = Vec::with_capacity(made.len());
    let mut events = Vec::with_capacity(made.len());
    let (mut searches, mut record_looks) = (Vec::new(), Vec::new());
    let before = edge.size();
    let mut next = before;
    for (outcome, look) in made.into_iter().flatten() {
        let index = look.map(|look| {
            let (leaf, facility) = (next, look.facility);
            match look.beside {
                Some(look::Beside { note: LookNote::Search { purpose, reason, outcome }, shown }) => {
                    searches.push(NewLook { leaf, facility, purpose, reason, outcome, shown });
                }
                Some(look::Beside {
                    note: LookNote::Record { user_identifier, role, purpose, way, resources, wanted, allowed },
                    ..
                }) => {
                    let person = look.person;
                    record_looks.push(NewRecordLook {
                        leaf,
                        facility,
                        person,
                        user_identifier,
                        role,
                        purpose,
                        way,
                        resources,
                        wanted,
                        allowed,
                    });
                }
                None => {}
            }
            events.push(NewEvent { facility: look.facility, person: look.person, event: look.event });
            next += 1;
            next - 1
        });
        outcomes.push((outcome, index));
    }
    if events.is_empty() {
        return Ok(Batch { outcomes, proofs: None, first: None, edge });
    }
    let first = events.first().map(|event| (before, event.event.clone()));
    let hashes: Vec<_> = events.iter().map(|event| leaf_hash(&event.event)).collect();
    let proofs = edge.append_batch(&hashes).map_err(|e| StoreError::inconsistent("log_head", e))?;
    tx.put_person_looks(log_id, &searches, now).await?;
    tx.put_record_looks(log_id, &record_looks, now).await?;
    tx.append_events(log_id, before, &events, &head_of(&edge)?, now).await?;
    Ok(Batch { outcomes, proofs: Some(proofs), first, edge })
}

fn as_asked(task: &Task) -> Option<&Asked> {
    match task {
        Task::Check(asked) => Some(asked),
        Task::Register(_) | Task::Look(_) => None,
        Task::Card(card) => card.numbers.as_ref(),
    }
}

fn as_card(task: &Task) -> Option<&CardTask> {
    match task {
        Task::Card(card) => Some(card),
        Task::Check(_) | Task::Register(_) | Task::Look(_) => None,
    }
}

fn as_registration(task: &Task) -> Option<&Registration> {
    match task {
        Task::Check(_) | Task::Card(_) | Task::Look(_) => None,
        Task::Register(registration) => Some(registration),
    }
}

fn as_look(task: &Task) -> Option<&LookBeside> {
    match task {
        Task::Check(_) | Task::Card(_) | Task::Register(_) => None,
        Task::Look(look) => Some(look),
    }
}

/// The tasks of one kind with their place in the batch.
fn indexed<'a, T>(tasks: &[&'a Task], pick: impl Fn(&'a Task) -> Option<&'a T>) -> Vec<(usize, &'a T)> {
    tasks.iter().enumerate().filter_map(|(place, task)| pick(task).map(|picked| (place, picked))).collect()
}

/// Gathers what the register holds for every question: from the rows found by card and birth date, and, where those do
/// not suffice, from one more look-up of each kind for the whole batch.
async fn gather_facts(
    tx: &mut Tx,
    memory: &mut Memory,
    questions: &[(usize, &Question)],
    keys: &[CardAndBirth],
    (found, others): (Vec<Found>, Vec<Found>),
    now: Timestamp,
) -> Result<Vec<Facts>> {
    let mut facts: Vec<Facts> = questions.iter().map(|(_, q)| memory.facts(&q.query.insurer_number, now)).collect();
    spread(&mut facts, found)?;

    // Nobody with this birth date under this card: the card itself, whoever it belongs to, says what is wrong.
    let unmatched: Vec<usize> =
        (0..facts.len()).filter(|at| facts[*at].matched.iter().all(|m| is_deleted(&m.coverage))).collect();
    if !unmatched.is_empty() {
        let cards: Vec<CardKey> = unmatched.iter().map(|at| keys[*at].card_key).collect();
        let mut rows = tx.coverages_of_cards(&cards).await?;
        for row in &mut rows {
            row.at = unmatched[row.at];
        }
        for at in &unmatched {
            facts[*at].matched.clear();
        }
        spread(&mut facts, rows)?;
    }
    gather_others(tx, questions, others, &mut facts).await?;
    gather_near(tx, memory, questions, keys, &mut facts, now).await?;
    Ok(facts)
}

fn spread(facts: &mut [Facts], found: Vec<Found>) -> Result<()> {
    for row in found {
        let place = facts.get_mut(row.at).ok_or_else(|| StoreError::inconsistent("coverage", "no such question"))?;
        place.matched.push(read_record(row.person, &row.record)?);
    }
    Ok(())
}

fn is_deleted(coverage: &Coverage) -> bool {
    coverage.registration_status == RegistrationStatus::Deleted
}

/// The other coverages of those whose card is no longer (or not yet) in force. Most of them came along already.
async fn gather_others(
    tx: &mut Tx,
    questions: &[(usize, &Question)],
    came_along: Vec<Found>,
    facts: &mut [Facts],
) -> Result<()> {
    let mut at_hand: HashMap<(usize, PersonId), Vec<String>> = HashMap::new();
    for row in came_along {
        at_hand.entry((row.at, row.person)).or_default().push(row.record);
    }
    let mut wanted: HashMap<PersonId, Vec<usize>> = HashMap::new();
    for (at, (_, question)) in questions.iter().enumerate() {
        if more_facts_needed(&question.query, &facts[at].matched) != MoreFacts::OtherCoverages {
            continue;
        }
        let born = facts[at].matched.iter().filter(|m| m.coverage.person.birthdate == question.query.birthdate);
        let persons: BTreeSet<PersonId> = born.map(|m| m.person).collect();
        for person in persons {
            match at_hand.get(&(at, person)) {
                Some(records) => {
                    for record in records {
                        facts[at].others.push(read_record(person, record)?);
                    }
                }
                None => wanted.entry(person).or_default().push(at),
            }
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let persons: Vec<PersonId> = wanted.keys().copied().collect();
    for (person, record) in tx.coverages_of_persons(&persons).await? {
        let recorded = read_record(person, &record)?;
        for at in wanted.get(&person).into_iter().flatten() {
            facts[*at].others.push(recorded.clone());
        }
    }
    Ok(())
}

/// Cards of the same insurer and birth date, for those whose card is not known at all.
async fn gather_near(
    tx: &mut Tx,
    memory: &mut Memory,
    questions: &[(usize, &Question)],
    keys: &[CardAndBirth],
    facts: &mut [Facts],
    now: Timestamp,
) -> Result<()> {
    let nobody: Vec<usize> =
        (0..facts.len()).filter(|at| facts[*at].matched.iter().all(|m| is_deleted(&m.coverage))).collect();
    let insurer = |at: usize| &questions[at].1.query.insurer_number;
    let unknown: Vec<InsurerNumber> =
        nobody.iter().filter(|at| !facts[**at].insurer_known).map(|at| insurer(*at).clone()).collect();
    if !unknown.is_empty() {
        memory.look_again(tx, &unknown).await?;
    }
    let mut wanted: HashMap<i64, Vec<usize>> = HashMap::new();
    for at in nobody {
        let known = memory.facts(insurer(at), now);
        facts[at].insurer_known = known.insurer_known;
        facts[at].insurer_feed_age_days = known.insurer_feed_age_days;
        if known.insurer_known {
            wanted.entry(keys[at].near_key).or_default().push(at);
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let near_keys: Vec<i64> = wanted.keys().copied().collect();
    for (near_key, person, record) in tx.coverages_near(&near_keys).await? {
        let recorded = read_record(person, &record)?;
        for at in wanted.get(&near_key).into_iter().flatten() {
            facts[*at].near.push(recorded.clone());
        }
    }
    Ok(())
}

/// Whose coverage the answer is about.
pub(crate) fn whose(matched: &[Recorded], shown: &Coverage) -> Option<PersonId> {
    matched.iter().find(|m| std::ptr::eq(&raw const m.coverage, shown)).map(|m| m.person)
}

/// Never before 1970, however wrong the machine's clock is.
pub(super) fn since_1970(now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond()).unwrap_or(0)
}

/// The 照会番号 of those found, by place among the questions; asked for only where the facility has registered any.
async fn reference_numbers(tx: &mut Tx, memory: &Memory, decided: &[Decided<'_>]) -> Result<HashMap<usize, String>> {
    let mut places = Vec::new();
    let mut asked = Vec::new();
    for (at, decided) in decided.iter().enumerate() {
        let facility = decided.question.query.medical_institution_code;
        if let Some(person) = decided.person.filter(|_| memory.has_reference_numbers(facility)) {
            places.push(at);
            asked.push((facility, person));
        }
    }
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let numbers = tx.reference_numbers(&asked).await?;
    Ok(numbers.into_iter().map(|(at, number)| (places[at], number)).collect())
}

/// Keeps 照会番号, and tells what came of each.
async fn register(
    tx: &mut Tx,
    memory: &mut Memory,
    registrations: &[(usize, &Registration)],
    known_facilities: u64,
    now: Timestamp,
) -> Result<Vec<(Registered, Option<PersonId>)>> {
    if registrations.is_empty() {
        return Ok(Vec::new());
    }
    let cards: Vec<CardKey> = registrations.iter().map(|(_, r)| r.card_key()).collect();
    let mut facts: Vec<Facts> = Vec::new();
    facts.resize_with(registrations.len(), Facts::default);
    spread(&mut facts, tx.coverages_of_cards(&cards).await?)?;
    let mut outcomes = Vec::with_capacity(registrations.len());
    let mut facilities = known_facilities;
    for ((_, registration), facts) in registrations.iter().zip(&facts) {
        let outcome = person_of_card(registration, &facts.matched);
        if let (Registered::Kept, Some(person)) = outcome {
            let number = registration.reference_number.clone();
            tx.put_reference_number(
                &reference_number::Registration { facility: registration.facility, person, number },
                now,
            )
            .await?;
            if memory.note_reference_numbers(registration.facility) {
                facilities += 1;
            }
        }
        outcomes.push(outcome);
    }
    if facilities != known_facilities {
        tx.set_reference_facilities(memory.log_id, facilities).await?;
        memory.expect_reference_facilities(facilities);
    }
    Ok(outcomes)
}

/// The one person that a card belongs to, by the branch where it is given.
fn person_of_card(registration: &Registration, matched: &[Recorded]) -> (Registered, Option<PersonId>) {
    let fits = |m: &&Recorded| {
        let branch = match (registration.insured_branch_number, m.coverage.insured_branch_number) {
            (Some(asked), Some(held)) => asked == held,
            _ => true,
        };
        branch && !is_deleted(&m.coverage)
    };
    let mut persons = matched.iter().filter(fits).map(|m| m.person);
    match persons.next() {
        None => (Registered::NotFound, None),
        Some(person) if persons.all(|other| other == person) => (Registered::Kept, Some(person)),
        Some(_) => (Registered::SeveralPersons, None),
    }
}

fn registered(
    registration: &Registration,
    (outcome, person): (Registered, Option<PersonId>),
    now: Timestamp,
    salt: [u8; 16],
) -> (Made, Look) {
    let verdict = match outcome {
        Registered::Kept => domain::Verdict::Valid,
        Registered::NotFound => domain::Verdict::NotFound,
        Registered::SeveralPersons => domain::Verdict::Multiple,
    };
    let canonical = canonical_registration(registration);
    let event = AccessEvent {
        facility: registration.facility,
        query_hash: salted_hash(&salt, canonical.as_bytes()),
        verdict,
        // What is told back is whether it was kept.
        answer_hash: salted_hash(&salt, verdict.code().as_bytes()),
        as_of_ms: since_1970(now),
        purpose: domain::Purpose::ReferenceRegistration,
        request_id: *registration.request_id.as_bytes(),
        salt,
        presence: None,
        decided_at_ms: None,
    };
    let look = Look { facility: registration.facility, person, event: event.encode(), beside: None };
    (Made::Registered(outcome), look)
}
