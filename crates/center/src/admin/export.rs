//! Secondary use: one officer asks for counts, another approves, and then they are made and let out. Every step, also each that
//! is refused, is on the access log before anything comes of it.
//!
//! Officers are known by name and a secret that they get once. It keeps one person from acting as two; who may write into
//! the data folder of the center can still make an officer of anybody, and that stands on the log as well.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use domain::person_search::read_reason;
use domain::record::Month;
use domain::secondary_use::{Circumstances, ExportRequest, GivenMonth, Refusal, decide, may_approve};
use jiff::{SignedDuration, Timestamp};
use kit::files::{Access, AtomicFile};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use trust::operator_event::OperatorAction;
use uuid::Uuid;

use super::looks::{LooksAsked, read_operator};
use super::{Admin, AdminError};
use crate::claims::records::Masters;
use crate::limits;
use crate::secondary_use::{CountError, WriteError, Written, count_month, write_table};
use crate::store::operator_event::NewOperatorEvent;
use crate::store::secondary_use::{ExportState, StoredExport};
use crate::store::{Result as StoreResult, StoreError, Tx};

/// Why something about an export was not done.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// As for every wish of an operator.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// No such officer, or another secret. Which of the two is not told.
    #[error("there is no such officer, or the secret is another")]
    Officer,
    /// The name was used before.
    #[error("an officer of this name is or was on record; take another name")]
    OfficerTaken,
    /// No such request.
    #[error("there is no request {0}")]
    Unknown(Uuid),
    /// It was decided before.
    #[error("the request was decided before: {}", .0.code())]
    Decided(ExportState),
    /// It is not approved, or was approved too long ago.
    #[error("the request is not approved, or was approved more than {} days ago", limits::EXPORT_APPROVAL_DAYS)]
    NotApproved,
    /// The rule refuses.
    #[error("refused: {}", codes(.0))]
    Refused(Vec<Refusal>),
    /// The numbers cannot be made.
    #[error(transparent)]
    Count(#[from] CountError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] WriteError),
    /// There is a file of this name.
    #[error("there is a file of this name; nothing is written over it")]
    FileExists,
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Admin(error.into())
    }
}

/// Reasons as words with commas.
pub fn codes(reasons: &[Refusal]) -> String {
    reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(",")
}

/// An officer who says who they are.
#[derive(Clone)]
pub struct OfficerSays {
    /// Their name.
    pub name: String,
    /// Their secret, as they were given it.
    pub secret: String,
}

/// What left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportMade {
    /// What was written.
    pub written: Written,
    /// Months whose numbers were made now; those of the others are the same as before.
    pub made_now: Vec<Month>,
    /// Place of its leaf in the access log.
    pub leaf: u64,
}

/// What came of leaving somebody out of counts, or of taking them in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptedOut {
    /// The numbers name nobody.
    Nobody,
    /// The numbers name several people.
    Several,
    /// It is so; whether it is new.
    Done {
        /// It was not so before.
        is_new: bool,
    },
}

fn hash(secret: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.trim().to_ascii_lowercase().as_bytes()).as_ref());
    hash
}

/// What is told of a request in its leaves.
fn told(request: &ExportRequest) -> Value {
    json!({
        "purpose": request.purpose.code(), "ground": request.ground.code(), "law": request.ground.law(),
        "recipient": request.recipient, "table": request.table.code(), "first": request.first.to_string(),
        "last": request.last.to_string(), "k": request.k,
    })
}

fn event(action: OperatorAction, about: Uuid, operator: &str, detail: &Value) -> NewOperatorEvent {
    NewOperatorEvent { action, about, operator: operator.to_owned(), person: None, detail: detail.to_string() }
}

impl Admin {
    /// Adds an officer and gives the secret, which can be shown now and never again.
    ///
    /// # Errors
    /// The name was used before or cannot be taken, or the database.
    pub async fn officer_add(&self, name: &str, added_by: &str) -> Result<String, ExportError> {
        let (name, by) = (read_operator(name)?, read_operator(added_by)?);
        let secret = domain::hex::encode(&kit::random::bytes::<16>(&*self.random));
        let (hash, now) = (hash(&secret), self.clock.now());
        let about = kit::random::uuid_v7(now, &*self.random);
        let event = &event(OperatorAction::OfficerAdded, about, &by, &json!({ "officer": name }));
        let added = self
            .store
            .operator_tx("officer_add", async |mut tx| {
                let is_new = tx.put_officer(&name, &hash, now).await?;
                if is_new {
                    self.log.put(&mut tx, event, None, now, &*self.random).await?;
                }
                Ok(is_new)
            })
            .await?;
        if added { Ok(secret) } else { Err(ExportError::OfficerTaken) }
    }

    /// Takes the right away from an officer.
    ///
    /// # Errors
    /// There is no such officer, or the database.
    pub async fn officer_remove(&self, name: &str, removed_by: &str) -> Result<(), ExportError> {
        let (name, by) = (read_operator(name)?, read_operator(removed_by)?);
        let now = self.clock.now();
        let about = kit::random::uuid_v7(now, &*self.random);
        let event = &event(OperatorAction::OfficerRemoved, about, &by, &json!({ "officer": name }));
        let removed = self
            .store
            .operator_tx("officer_remove", async |mut tx| {
                let was = tx.remove_officer(&name, now).await?;
                if was {
                    self.log.put(&mut tx, event, None, now, &*self.random).await?;
                }
                Ok(was)
            })
            .await?;
        if removed { Ok(()) } else { Err(ExportError::Officer) }
    }

    /// The name under which an officer is on record, if they are who they say.
    async fn officer(&self, says: &OfficerSays) -> Result<String, ExportError> {
        let name = read_operator(&says.name)?;
        let kept = self.store.read("officer", async |mut tx| tx.officer_secret(&name).await).await?;
        let is_right = kept.is_some_and(|kept| bool::from(kept.ct_eq(&hash(&says.secret))));
        if is_right { Ok(name) } else { Err(ExportError::Officer) }
    }

    /// Asks for an export. What the rule refuses is on record as refused.
    ///
    /// # Errors
    /// The officer is not known, or the database.
    pub async fn export_request(
        &self,
        says: &OfficerSays,
        request: ExportRequest,
    ) -> Result<StoredExport, ExportError> {
        let officer = self.officer(says).await?;
        let now = self.clock.now();
        let id = kit::random::uuid_v7(now, &*self.random);
        let (officer, request) = (&officer, &request);
        let asked = self
            .store
            .operator_tx("export_request", async |mut tx| {
                let reasons = self.judge(&mut tx, request, now).await?.err().unwrap_or_default();
                let is_refused = !reasons.is_empty();
                let asked = StoredExport {
                    id,
                    state: if is_refused { ExportState::Refused } else { ExportState::Waiting },
                    request: request.clone(),
                    requested_by: officer.clone(),
                    requested_at: now,
                    decided_by: None,
                    decided_at: is_refused.then_some(now),
                    reasons: codes(&reasons),
                };
                tx.put_export_request(&asked).await?;
                let detail = json!({ "request": told(request), "refused": asked.reasons });
                let event = event(OperatorAction::ExportRequested, id, officer, &detail);
                self.log.put(&mut tx, &event, None, now, &*self.random).await?;
                Ok(asked)
            })
            .await?;
        Ok(asked)
    }

    /// Approves a request of another officer.
    ///
    /// # Errors
    /// The officer is not known, is who asked, or the rule refuses by now: then that is on record, and the request waits as
    /// before. There is no such request, it was decided before, or the database.
    pub async fn export_approve(&self, says: &OfficerSays, id: Uuid) -> Result<(), ExportError> {
        let officer = self.officer(says).await?;
        let now = self.clock.now();
        let officer = &officer;
        let asked = self.waiting(id).await?;
        let asked = &asked;
        let outcome = self
            .store
            .operator_tx("export_approve", async |mut tx| {
                let mut reasons = self.judge(&mut tx, &asked.request, now).await?.err().unwrap_or_default();
                reasons.extend(may_approve(&asked.requested_by, officer).err());
                let is_allowed = reasons.is_empty();
                if is_allowed && !tx.decide_export(id, ExportState::Approved, officer, "", now).await? {
                    return Ok(None);
                }
                let action =
                    if is_allowed { OperatorAction::ExportApproved } else { OperatorAction::ExportApprovalDenied };
                let detail = json!({ "request": told(&asked.request), "denied": codes(&reasons) });
                let event = event(action, id, officer, &detail);
                self.log.put(&mut tx, &event, None, now, &*self.random).await?;
                Ok(Some(reasons))
            })
            .await?;
        match outcome {
            None => Err(ExportError::Decided(self.stored(id).await?.state)),
            Some(reasons) if reasons.is_empty() => Ok(()),
            Some(reasons) => Err(ExportError::Refused(reasons)),
        }
    }

    /// Refuses a request that waits.
    ///
    /// # Errors
    /// The officer is not known, the reason says nothing, there is no such request, it was decided before, or the database.
    pub async fn export_refuse(&self, says: &OfficerSays, id: Uuid, reason: &str) -> Result<(), ExportError> {
        let officer = self.officer(says).await?;
        let reason = read_reason(reason).map_err(|_| AdminError::Reason)?;
        let now = self.clock.now();
        let asked = self.waiting(id).await?;
        let detail = json!({ "request": told(&asked.request), "reason": reason });
        let event = &event(OperatorAction::ExportRefused, id, &officer, &detail);
        let refused = self
            .store
            .operator_tx("export_refuse", async |mut tx| {
                let refused = tx.decide_export(id, ExportState::Refused, &officer, &reason, now).await?;
                if refused {
                    self.log.put(&mut tx, event, None, now, &*self.random).await?;
                }
                Ok(refused)
            })
            .await?;
        if refused { Ok(()) } else { Err(ExportError::Decided(self.stored(id).await?.state)) }
    }

    /// Requests, the newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn exports(&self) -> Result<Vec<StoredExport>, ExportError> {
        let listed = async |mut tx: Tx| tx.export_requests(limits::EXPORTS_LISTED_MAX).await;
        Ok(self.store.read("exports", listed).await?)
    }

    /// Makes the file of an approved request. The numbers of months that left before are those that left; the file appears
    /// only when it is whole and its digest is on the access log. It writes to the disk of this machine: for the operator's
    /// own process, and not for one that answers.
    ///
    /// # Errors
    /// The officer is not known, the request is not approved (any more), the rule refuses by now, or something was in the
    /// way; then there is no file.
    pub async fn export_run(&self, says: &OfficerSays, id: Uuid, to: &Path) -> Result<ExportMade, ExportError> {
        let officer = self.officer(says).await?;
        let asked = self.approved(id).await?;
        let request = &asked.request;
        if to.exists() {
            return Err(ExportError::FileExists);
        }
        let now = self.clock.now();
        let judged = self.store.read("export_judge", async |mut tx| self.judge(&mut tx, request, now).await).await?;
        if let Err(reasons) = judged {
            let detail = json!({ "request": told(request), "denied": codes(&reasons) });
            self.put_on_record(&event(OperatorAction::ExportRunDenied, id, &officer, &detail), None).await?;
            return Err(ExportError::Refused(reasons));
        }
        let made_now = self.make_months(&asked).await?;
        let mut file = AtomicFile::create(to, Access::Private).map_err(WriteError::Io)?;
        let written = write_table(&self.store, request.months(), &mut file).await?;
        file.sync().map_err(WriteError::Io)?;
        let months: Vec<String> = made_now.iter().map(ToString::to_string).collect();
        let detail = json!({
            "request": told(request), "rows": written.rows, "bytes": written.bytes, "made_now": months,
            "sha256": domain::hex::encode(&written.digest),
        });
        let event = event(OperatorAction::ExportMade, id, &officer, &detail);
        let leaf = self.put_on_record(&event, Some(written.digest)).await?;
        file.finish().map_err(WriteError::Io)?;
        tracing::info!(target: "audit", event = "center.export_made", officer, request = %id, rows = written.rows, leaf, "counts have left");
        Ok(ExportMade { written, made_now, leaf })
    }

    /// Counts the months of a request that have no numbers yet, and keeps them.
    async fn make_months(&self, asked: &StoredExport) -> Result<Vec<Month>, ExportError> {
        let request = &asked.request;
        let (first, last) = (request.first, request.last);
        let given = self.store.read("export_given", async |mut tx| tx.given_months(first, last).await).await?;
        let masters = Masters::load(&self.store).await?;
        let mut made = Vec::new();
        for month in request.months().filter(|month| !given.iter().any(|given| given.month == *month)) {
            let wanted = &GivenMonth { month, table: request.table, k: request.k };
            let cells = &count_month(&self.store, &masters, wanted).await?;
            let now = self.clock.now();
            let put = async |mut tx: Tx| tx.put_export_month(wanted, asked.id, cells, now).await;
            self.store.tx("export_month", put).await?;
            made.push(month);
        }
        Ok(made)
    }

    /// Leaves the person of these numbers out of every count from now on, or takes them in again. Numbers that have left stay
    /// as they are: another set of the same month would tell them apart.
    ///
    /// # Errors
    /// Name or reason cannot be taken, or the database.
    pub async fn export_opt_out(&self, asked: &LooksAsked, out: bool) -> Result<OptedOut, ExportError> {
        let operator = read_operator(&asked.asked_by)?;
        let reason = read_reason(&asked.reason).map_err(|_| AdminError::Reason)?;
        let now = self.clock.now();
        let about = kit::random::uuid_v7(now, &*self.random);
        let action = if out { OperatorAction::ExportOptOut } else { OperatorAction::ExportOptIn };
        let done = self
            .store
            .operator_tx("export_opt_out", async |mut tx| {
                let person = match tx.persons_of_card(asked).await?.as_slice() {
                    [] => return Ok(OptedOut::Nobody),
                    [person] => *person,
                    _ => return Ok(OptedOut::Several),
                };
                let is_new = tx.put_export_opt_out(person, out, now).await?;
                let detail = json!({ "reason": reason, "is_new": is_new });
                let event = NewOperatorEvent { person: Some(person), ..event(action, about, &operator, &detail) };
                self.log.put(&mut tx, &event, None, now, &*self.random).await?;
                Ok(OptedOut::Done { is_new })
            })
            .await?;
        Ok(done)
    }

    async fn put_on_record(&self, event: &NewOperatorEvent, digest: Option<[u8; 32]>) -> Result<u64, ExportError> {
        let now = self.clock.now();
        let put = async |mut tx: Tx| self.log.put(&mut tx, event, digest, now, &*self.random).await;
        Ok(self.store.operator_tx("operator_event", put).await?)
    }

    /// What the rule says, with the months that have left.
    async fn judge(
        &self,
        tx: &mut Tx,
        request: &ExportRequest,
        now: Timestamp,
    ) -> StoreResult<Result<(), Vec<Refusal>>> {
        let given = tx.given_months(request.first, request.last).await?;
        let this_month = Month::of(domain::date::in_japan(now).date());
        Ok(decide(request, &Circumstances { switched_on: self.exports_allowed, this_month, given: &given }))
    }

    async fn stored(&self, id: Uuid) -> Result<StoredExport, ExportError> {
        let found = self.store.read("export", async |mut tx| tx.export_request(id).await).await?;
        found.ok_or(ExportError::Unknown(id))
    }

    async fn waiting(&self, id: Uuid) -> Result<StoredExport, ExportError> {
        let asked = self.stored(id).await?;
        if asked.state == ExportState::Waiting { Ok(asked) } else { Err(ExportError::Decided(asked.state)) }
    }

    async fn approved(&self, id: Uuid) -> Result<StoredExport, ExportError> {
        let asked = self.stored(id).await?;
        let most = SignedDuration::from_hours(24 * limits::EXPORT_APPROVAL_DAYS);
        let fresh = asked.decided_at.is_some_and(|at| self.clock.now().duration_since(at) <= most);
        if asked.state == ExportState::Approved && fresh { Ok(asked) } else { Err(ExportError::NotApproved) }
    }
}

impl std::fmt::Debug for OfficerSays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfficerSays({})", self.name)
    }
}
