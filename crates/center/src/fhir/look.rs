//! A look at one patient: read what may be read, put it on record, and only then send it.
//!
//! A look that is refused for want of consent, role or purpose is on record too. One of ours (a terminal) gets the answer with
//! its proof, everybody else the resource, with the number of the proof in a header.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use domain::record::{LookWay, PatientResource, Readable};
use domain::{ConsentChoice, ConsentItem, Purpose, date};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use kit::body::json_bytes;
use kit::problem::Problem;
use serde_json::value::RawValue;
use trust::{LogId, ProofNumber};
use uuid::Uuid;
use wire::api::{FhirAnswer, ProblemCode};
use wire::fhir::convert::{self, Look};
use wire::fhir::serve::page::{self, Found};
use wire::fhir::serve::record::resources;
use wire::fhir::serve::search::{Search, takes_none};
use wire::fhir::serve::{self};
use wire::fhir::{OperationOutcome, Resource};

use super::keys::Grant;
use super::launch::{code_of, not_readable};
use super::read::{self, ReadPatient};
use crate::api::Api;
use crate::api::caller::FacilityCaller;
use crate::check::{AskedBeside, CheckError, LookBeside, LookNote};
use crate::limits;
use crate::store::record_look::StoredRecordLook;

/// The number of the proof of a look.
const PROOF_NUMBER: HeaderName = HeaderName::from_static("tashika-proof-number");

/// A query string.
pub(super) type Pairs = Vec<(String, String)>;

/// What a look shows.
enum Shown {
    /// The answer.
    All(Resource),
    /// There is no such entry among what may be seen, and what is said of the rest.
    NotThere(Vec<OperationOutcome>),
}

/// A look that is being made.
struct Looking<'a> {
    api: &'a Api,
    caller: &'a FacilityCaller,
    grant: Grant,
    kinds: Vec<PatientResource>,
    now: Timestamp,
    is_ours: bool,
}

/// `GET Patient/{id}`
pub(super) async fn patient(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<Pairs>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    takes_none(&pairs(query)?).map_err(kit::fhir::search_unreadable)?;
    let looking = Looking::begin(&api, &caller, &headers, Some(&of_path(id)?), vec![PatientResource::Patient])?;
    looking.look(|this, read| this.patient(read).map(|found| Shown::All(found.resource))).await
}

/// `GET Patient/{id}/$everything`: of every kind what the token covers and the consent opens, and of each other one why not.
pub(super) async fn everything(
    State(api): State<Arc<Api>>,
    caller: FacilityCaller,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<Pairs>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    takes_none(&pairs(query)?).map_err(kit::fhir::search_unreadable)?;
    let id = of_path(id)?;
    let looking = Looking::begin(&api, &caller, &headers, Some(&id), PatientResource::ALL.to_vec())?;
    looking
        .look(|this, read| {
            let (mut found, mut notes) = (Vec::new(), Vec::new());
            for (kind, may) in &read.kinds {
                match may {
                    Ok(_) if !this.covers(*kind) => notes.push(refused_kind(*kind, ProblemCode::ScopeNotGranted)),
                    Ok(readable) => {
                        found.extend(this.found(*kind, read)?);
                        notes.extend(hidden(readable));
                    }
                    Err(why) => notes.push(refused_kind(*kind, code_of(*why))),
                }
            }
            Ok(Shown::All(page::everything(&Search::everything(&id), this.now, found, notes).into()))
        })
        .await
}

/// The pairs of a query string.
pub(super) fn pairs(query: Result<Query<Pairs>, QueryRejection>) -> Result<Pairs, Problem> {
    let unreadable = |error| Problem::new(ProblemCode::BadRequest, "検索条件を読み取れません").because(error);
    query.map(|Query(pairs)| pairs).map_err(unreadable)
}

/// The pairs of a form.
pub(super) fn form_pairs(form: Result<Form<Pairs>, FormRejection>) -> Result<Pairs, Problem> {
    form.map(|Form(pairs)| pairs).map_err(|error| match &error {
        FormRejection::InvalidFormContentType(_) => {
            Problem::new(ProblemCode::UnsupportedMediaType, "application/x-www-form-urlencoded で送ってください")
        }
        _ => Problem::new(ProblemCode::BadRequest, "検索条件を読み取れません").because(error),
    })
}

/// `GET KIND?patient=ID`, and the same as a form.
pub(super) async fn search(
    kind: PatientResource,
    api: &Api,
    caller: &FacilityCaller,
    pairs: Pairs,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let search = Search::parse(kind, &pairs).map_err(kit::fhir::search_unreadable)?;
    let looking = Looking::begin(api, caller, headers, Some(&search.patient), vec![kind])?;
    // Days only: what stands behind them was not looked at.
    let days = pairs.iter().filter(|(name, _)| Some(name.as_str()) == serve::date_param(kind));
    let days: Vec<String> =
        days.map(|(name, value)| format!("{name}={}", value.split('T').next().unwrap_or_default())).collect();
    looking
        .look(|this, read| {
            let notes = read.kinds.iter().filter_map(|(_, may)| may.as_ref().ok()).flat_map(hidden).collect();
            let found = this.found(kind, read)?;
            Ok(Shown::All(page::searchset(kind.name(), &search, &days.join("&"), this.now, found, notes).into()))
        })
        .await
}

/// `GET KIND/ID`: one entry of the token's patient, under the id that a search gave. Where it is not there, but a part of the kind
/// may not be seen, the answer says so: it may be in that part.
pub(super) async fn read_one(
    kind: PatientResource,
    api: &Api,
    caller: &FacilityCaller,
    id: &str,
    pairs: &Pairs,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    takes_none(pairs).map_err(kit::fhir::search_unreadable)?;
    let looking = Looking::begin(api, caller, headers, None, vec![kind])?;
    looking
        .look(|this, read| {
            let found = this.found(kind, read)?.into_iter().find(|one| one.id == id);
            Ok(match found {
                Some(found) => Shown::All(found.resource),
                None => Shown::NotThere(
                    read.kinds.iter().filter_map(|(_, may)| may.as_ref().ok()).flat_map(hidden).collect(),
                ),
            })
        })
        .await
}

pub(super) fn of_path(id: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    id.map(|Path(id)| id).map_err(|_| Problem::new(ProblemCode::NotFound, ""))
}

fn hidden(readable: &Readable) -> impl Iterator<Item = OperationOutcome> + '_ {
    readable.hidden.iter().map(|(item, state)| page::not_shown(*item, *state))
}

fn not_there(notes: Vec<OperationOutcome>) -> OperationOutcome {
    let code = ProblemCode::NotFound;
    let mut outcome = convert::operation_outcome("not-found", code.as_str(), code.title(), Some(code.title_en()));
    outcome.issue.extend(notes.into_iter().flat_map(|note| note.issue));
    outcome
}

fn refused_kind(kind: PatientResource, code: ProblemCode) -> OperationOutcome {
    let mut outcome = convert::operation_outcome("suppressed", code.as_str(), code.title(), Some(code.title_en()));
    "warning".clone_into(&mut outcome.issue[0].severity);
    outcome.issue[0].expression = vec![kind.name().to_owned()];
    outcome
}

impl<'a> Looking<'a> {
    /// Looks at the token, and that the patient who is named is the token's.
    fn begin(
        api: &'a Api,
        caller: &'a FacilityCaller,
        headers: &HeaderMap,
        patient: Option<&str>,
        kinds: Vec<PatientResource>,
    ) -> Result<Self, Problem> {
        api.single_checks.admit(&caller.code)?;
        let now = api.clock.now();
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let grant = token.and_then(|token| api.fhir.open(caller.code, token.trim(), now)).ok_or_else(|| {
            Problem::new(ProblemCode::AccessTokenInvalid, "auth/token でトークンを取り直してください")
        })?;
        if patient.is_some_and(|patient| patient != grant.patient.to_string()) {
            return Err(Problem::new(ProblemCode::PatientIdUnknown, ""));
        }
        Ok(Self { api, caller, grant, kinds, now, is_ours: kit::fhir::reads_problems(headers) })
    }

    /// Reads, puts it on record, answers.
    async fn look(self, make: impl FnOnce(&Self, &ReadPatient) -> Result<Shown, Problem>) -> Result<Response, Problem> {
        let Self { api, caller, .. } = self;
        let _turn = api.record_looks_at_once.try_acquire().map_err(|_| {
            Problem::from(CheckError::Overloaded { retry_after_seconds: limits::RETRY_AFTER_OVERLOAD_SECONDS })
        })?;
        let read = read::read(&api.store, &api.masters.now(), caller.code, &self.grant, &self.kinds, self.now)
            .await?
            .ok_or_else(|| Problem::new(ProblemCode::PatientIdUnknown, ""))?;
        let refusal = self.refusal(&read);
        let allowed: Vec<ConsentItem> = if refusal.is_some() {
            Vec::new()
        } else {
            let covered = read.kinds.iter().filter(|(kind, _)| self.covers(*kind));
            let readable = covered.filter_map(|(_, may)| may.as_ref().ok());
            readable.flat_map(|may| may.parts.iter().copied()).collect()
        };
        let (status, resource) = match refusal {
            Some(problem) => (problem.status(), convert::outcome_of_problem(problem.document()).into()),
            None => match make(&self, &read)? {
                Shown::All(resource) => (StatusCode::OK, resource),
                Shown::NotThere(notes) => (StatusCode::NOT_FOUND, not_there(notes).into()),
            },
        };
        let resource = serde_json::value::to_raw_value(&resource).map_err(Problem::internal)?;
        let answered = api.engine.look(self.on_record(&read, &allowed, status, resource.clone())?).await?;
        if self.is_ours {
            return Ok(json_bytes(answered.to_json()));
        }
        let mut response = kit::fhir::json(resource.get().to_owned());
        *response.status_mut() = status;
        let number = HeaderValue::from_str(&answered.proof_number().to_string()).map_err(Problem::internal)?;
        response.headers_mut().insert(PROOF_NUMBER, number);
        Ok(response)
    }

    /// Whether the token is for this kind.
    fn covers(&self, kind: PatientResource) -> bool {
        self.grant.kinds.contains(&kind)
    }

    /// Why a look is refused: nothing of what the token covers may be read. Where something may, `$everything` says of each
    /// other kind in its place why not.
    fn refusal(&self, read: &ReadPatient) -> Option<Problem> {
        if read.kinds.iter().any(|(kind, may)| self.covers(*kind) && may.is_ok()) {
            return None;
        }
        let mut asked = read.kinds.iter().filter(|(kind, _)| read.kinds.len() == 1 || self.covers(*kind));
        match asked.find_map(|(_, may)| may.as_ref().err()) {
            Some(why) => Some(not_readable(*why)),
            None => Some(Problem::new(ProblemCode::ScopeNotGranted, "必要な scope でトークンを取り直してください")),
        }
    }

    fn on_record(
        &self,
        read: &ReadPatient,
        allowed: &[ConsentItem],
        status: StatusCode,
        resource: Box<RawValue>,
    ) -> Result<LookBeside, Problem> {
        let request_id: Uuid = kit::random::uuid_v7(self.now, &*self.api.random);
        let facility = self.caller.code;
        // `$everything` is a look at what the token covers.
        let kinds = || self.kinds.iter().filter(|kind| self.kinds.len() == 1 || self.covers(**kind));
        let names = kinds().map(|kind| kind.name()).collect::<Vec<_>>().join(",");
        let answer = FhirAnswer {
            verdict: read.known.verdict.into(),
            medical_institution_code: facility.to_string(),
            request_id,
            status: status.as_u16(),
            resource,
        };
        let wanted = kinds().flat_map(|kind| kind.needs().iter().copied());
        Ok(LookBeside {
            asked: AskedBeside {
                facility,
                request_id,
                canonical: [&self.grant.patient.to_string(), self.grant.user.as_str(), &names].join("\n"),
            },
            shown: vec![read.known.person],
            verdict: read.known.verdict,
            answer: serde_json::to_string(&answer).map_err(Problem::internal)?,
            as_of: self.now,
            note: LookNote::Record {
                user_identifier: self.grant.user.clone(),
                role: self.grant.role,
                purpose: self.grant.purpose,
                way: LookWay::Fhir,
                resources: names,
                wanted: wanted.fold(ConsentChoice::NOTHING, ConsentChoice::with),
                allowed: allowed.iter().copied().fold(ConsentChoice::NOTHING, ConsentChoice::with),
            },
        })
    }

    fn found(&self, kind: PatientResource, read: &ReadPatient) -> Result<Vec<Found>, Problem> {
        let patient = self.grant.patient.to_string();
        let id = |entry: &[u8]| self.api.fhir.entry_id(self.caller.code, read.known.person, entry);
        Ok(match kind {
            PatientResource::Patient => vec![self.patient(read)?],
            PatientResource::Coverage => read
                .coverages
                .iter()
                .map(|coverage| {
                    let id = id(&serde_json::to_vec(coverage).unwrap_or_default()).to_string();
                    let resource = convert::coverage(&id, &patient, coverage).into();
                    Found { day: None, full_url: Some(format!("urn:uuid:{id}")), id, resource }
                })
                .collect(),
            PatientResource::AuditEvent => read.looks.iter().filter_map(|look| audit(look, &patient)).collect(),
            PatientResource::MedicationDispense
            | PatientResource::MedicationRequest
            | PatientResource::MedicationStatement
            | PatientResource::Condition
            | PatientResource::Procedure
            | PatientResource::Observation => {
                resources(kind, &patient, &read.record, date::in_japan(self.now).date(), &id)
            }
        })
    }

    fn patient(&self, read: &ReadPatient) -> Result<Found, Problem> {
        let coverage = read.coverages.first().ok_or_else(|| {
            Problem::new(
                ProblemCode::PatientNotFound,
                "確認のときの資格が登録簿にありません。資格を確認し直してください",
            )
        })?;
        let id = self.grant.patient.to_string();
        let resource = convert::patient(&id, coverage).into();
        Ok(Found { day: None, full_url: None, id, resource })
    }
}

/// A look on record as an event. One of a log that cannot be is left out.
fn audit(look: &StoredRecordLook, patient: &str) -> Option<Found> {
    let log = u8::try_from(look.log_id).ok().and_then(LogId::new)?;
    let id = ProofNumber::new(log, look.leaf)?.to_string();
    let parts = ConsentItem::ALL.iter().filter(|item| look.wanted.allows(**item)).map(|item| item.code());
    let items: Vec<&str> = look.resources.split(',').filter(|name| !name.is_empty()).chain(parts).collect();
    let event = convert::audit_event(&Look {
        id: &id,
        at: look.looked_at,
        institution: look.facility,
        user: &look.user_identifier,
        role: look.role,
        purpose: Purpose::RecordLook,
        purpose_of_use: look.purpose,
        patient,
        items: &items,
        refused: look.wanted != ConsentChoice::NOTHING && look.allowed == ConsentChoice::NOTHING,
        observer: "Tashika center",
    });
    Some(Found { day: Some(date::in_japan(look.looked_at).date()), full_url: None, id, resource: event.into() })
}
