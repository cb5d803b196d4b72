//! Programs that ask as terminals do: a question that was refused or lost is asked again under its number until it is
//! answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use kit::client::{Client, ClientError};
use tashika::check::api;
use tashika::check::private::World;
use tokio::task::JoinSet;
use trust::event::AccessEvent;
use trust::{LogPublicKey, ProofFile};
use wire::api::{CheckResponse, ProblemCode};

/// Terminals at each center.
const AT_EACH: usize = 6;
/// Rest between two questions of a terminal.
const REST: Duration = Duration::from_millis(15);

/// Terminals that ask.
pub struct Terminals {
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicU64>,
    /// When each of them got an answer, by the monotonic clock.
    answered_at: Vec<Arc<Mutex<Vec<Duration>>>>,
    asking: JoinSet<Result<Vec<CheckResponse>>>,
}

/// What came of it.
pub struct Asked {
    /// Every answer that came.
    pub answers: Vec<CheckResponse>,
    /// Questions that were told to ask again, or heard nothing.
    pub refused: u64,
}

impl Terminals {
    /// Starts as many at each center.
    pub fn start(centers: &[Client], cases: &[nation::Case], world: &World) -> Self {
        let mut this =
            Self { stop: Arc::default(), refused: Arc::default(), answered_at: Vec::new(), asking: JoinSet::new() };
        for (number, client) in centers.iter().flat_map(|client| std::iter::repeat_n(client, AT_EACH)).enumerate() {
            let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
            let terminal = Terminal {
                client: client.clone(),
                world: world.clone(),
                stop: Arc::clone(&this.stop),
                refused: Arc::clone(&this.refused),
                times: Arc::clone(&times),
            };
            this.answered_at.push(times);
            this.asking.spawn(terminal.run(cases.to_vec(), number));
        }
        this
    }

    /// The longest time in which one of them got no answer.
    pub fn longest_gap(&self, from: Duration, to: Duration) -> Duration {
        let gap_of = |times: &Mutex<Vec<Duration>>| {
            let times = times.lock().unwrap_or_else(PoisonError::into_inner);
            let inside = times.iter().copied().filter(|at| (from..to).contains(at));
            let edges: Vec<Duration> = std::iter::once(from).chain(inside).chain([to]).collect();
            edges.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or_default()
        };
        self.answered_at.iter().map(|times| gap_of(times)).max().unwrap_or_default()
    }

    /// Lets each finish its question.
    pub async fn stop(mut self) -> Result<Asked> {
        self.stop.store(true, Ordering::Relaxed);
        let mut answers = Vec::new();
        while let Some(mine) = self.asking.join_next().await {
            answers.extend(mine??);
        }
        Ok(Asked { answers, refused: self.refused.load(Ordering::Relaxed) })
    }
}

struct Terminal {
    client: Client,
    world: World,
    stop: Arc<AtomicBool>,
    refused: Arc<AtomicU64>,
    times: Arc<Mutex<Vec<Duration>>>,
}

impl Terminal {
    async fn run(self, cases: Vec<nation::Case>, first: usize) -> Result<Vec<CheckResponse>> {
        let mut answers = Vec::new();
        for case in cases.iter().cycle().skip(first) {
            let request = api::request(case, &self.world);
            loop {
                match self.client.post_json("/v1/eligibility-checks", &request).await {
                    Ok(answer) => {
                        answers.push(answer);
                        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
                        times.push(self.world.clock.monotonic());
                        break;
                    }
                    Err(error) => self.must_be_honest(&error)?,
                }
                tokio::time::sleep(REST).await;
            }
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            tokio::time::sleep(REST).await;
        }
        Ok(answers)
    }

    /// A database that is away is told as that, with a time to try again, and as nothing else.
    fn must_be_honest(&self, error: &ClientError) -> Result<()> {
        self.refused.fetch_add(1, Ordering::Relaxed);
        match error {
            ClientError::Problem { retry_after: Some(_), .. }
                if error.problem_code() == Some(ProblemCode::StoreUnavailable) =>
            {
                Ok(())
            }
            other => bail!("a terminal was told: {other}"),
        }
    }
}

impl Asked {
    /// Every answer verifies and its event is on record, as it was given; the log has no gap. Gives the figures as members
    /// of a JSON object.
    pub fn judge(&self, record: &str, key: &LogPublicKey) -> Result<String> {
        let record: BTreeMap<u64, &str> = record
            .lines()
            .map(|line| {
                let (place, event) = line.split_once(' ').context("a line of the record")?;
                Ok((place.parse()?, event))
            })
            .collect::<Result<_>>()?;
        let last = record.last_key_value().map_or(0, |(place, _)| *place);
        ensure!(record.len() as u64 == last + 1, "{} leaves up to number {last}", record.len());
        let mut lost = 0;
        let mut requests: HashMap<[u8; 16], u64> = HashMap::new();
        for response in &self.answers {
            let proof = &response.proof;
            let file =
                ProofFile::from_response(response.answer.get(), &proof.event, &proof.receipt, &proof.proof_number)?;
            let verified = file.verify(key)?;
            *requests.entry(verified.event.request_id).or_default() += 1;
            let given = domain::hex::encode(&verified.event.encode());
            if record.get(&verified.number.leaf_index()).is_none_or(|stored| **stored != *given) {
                lost += 1;
            }
        }
        let looks = record.values().skip(1).filter_map(|event| domain::hex::decode_any(event));
        let looks: Vec<AccessEvent> = looks.filter_map(|event| AccessEvent::decode(&event).ok()).collect();
        let without_answer = looks.len() - self.answers.len();
        ensure!(lost == 0, "{lost} of {} given answers are not on record", self.answers.len());
        ensure!(requests.values().all(|times| *times == 1), "a question was answered twice");
        Ok(format!(
            "\"answers\":{},\"on_record\":{},\"lost\":{lost},\"looks_without_answer\":{without_answer},\"asked_again\":{}",
            self.answers.len(),
            self.answers.len() - lost,
            self.refused
        ))
    }
}
