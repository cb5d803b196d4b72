//! A center just large enough to be asked: both ports, an authority, a log with real proofs, and faults on demand.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::MedicalInstitutionCode;
use jiff::{SignedDuration, Timestamp};
use kit::clock::{SharedClock, SystemClock};
use kit::lifecycle::Lifecycle;
use kit::problem::Problem;
use kit::random::{SharedRandom, SystemRandom};
use kit::serve::{Listener, Reach, Server, ServerTls};
use serde_json::value::RawValue;
use testkit::ca::ThrowawayCa;
use trust::ca::IssuingAuthority;
use trust::event::{AccessEvent, salted_hash};
use trust::log::opening_entry;
use trust::merkle::Frontier;
use trust::tls::{self, TlsClock};
use trust::{
    CertificateChain, CertificateRequest, LogId, LogSigner, OneTimeCode, Peer, PrivateKey, ProofNumber, Serial,
    TerminalId,
};
use uuid::Uuid;
use wire::api::{
    Answer, BulkHeader, BulkReception, BulkReferenceUnit, BulkState, BulkStatus, BulkUnit, CheckRequest, CheckResponse,
    Enrolled, EnrolmentRequest, LogKey, ProblemCode, Proof, Purpose, ReferenceNumberAnswer,
    ReferenceNumberRegistrationInfo, ReferenceNumberRequest, RenewalRequest, RenewalWithOldCertificate, SearchInfo,
    SearchStanding, SecondaryUseExport, SecondaryUseExports, TimeNow, Verdict, japan_time,
};

use super::samples::{self, FACILITY};

/// How the center behaves towards questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    Honest,
    /// Answers every question with a problem.
    Refuse(ProblemCode),
    /// A byte of the answer is changed after it was signed.
    ChangeAnswer,
    /// The proof is of another log.
    ForeignProof,
    /// A proven answer to another question.
    OtherQuestion,
    /// A proven answer about another day.
    OtherDay,
    /// Insured until yesterday, as a center knows once the insurer has told it.
    Lost,
    /// Knows nobody.
    Unknown,
    /// Takes this long to answer, and is honest.
    Slow(Duration),
}

pub(super) struct Inner {
    ca: ThrowawayCa,
    pub(super) clock: SharedClock,
    /// As of when certificates are issued: long ago, to play one that is about to end or has ended.
    issue_as_of: Mutex<Timestamp>,
    code_hash: [u8; 32],
    api_url: Mutex<String>,
    log: Mutex<Log>,
    foreign_log: Mutex<Log>,
    pub(super) behaviour: Mutex<Behaviour>,
    /// Whether people may be searched for by name.
    pub(super) standing: Mutex<SearchStanding>,
    /// How often each question was answered anew; a question asked again gets the answer that is there.
    answered: Mutex<HashMap<Uuid, CheckResponse>>,
    files: Mutex<HashMap<String, Vec<String>>>,
    bulk_requests: Mutex<HashMap<Uuid, String>>,
    pub(super) bulk_done: Mutex<bool>,
    pub(super) asked: AtomicU32,
    pub(super) renewed: AtomicU32,
    pub(super) renewed_late: AtomicU32,
    api_tls: Mutex<Option<ServerTls>>,
    server: testkit::ca::Identity,
    serials: testkit::SeededRandom,
}

struct Log {
    signer: LogSigner,
    frontier: Frontier,
}

impl Log {
    fn new() -> Self {
        let signer = LogSigner::new(LogId::FIRST, &PrivateKey::generate().unwrap()).unwrap();
        let frontier = Frontier::open(&opening_entry(LogId::FIRST, signer.public_key()));
        Self { signer, frontier }
    }
}

/// A center that runs.
pub(super) struct FakeCenter {
    pub(super) inner: Arc<Inner>,
    pub(super) enrol_url: String,
    pub(super) code: String,
    api: SocketAddr,
    life: Lifecycle,
}

impl FakeCenter {
    pub(super) fn start() -> Self {
        let clock = SystemClock::shared();
        let now = clock.now();
        // Older than any certificate that a test wants to have been issued.
        let ca = ThrowawayCa::new(now - SignedDuration::from_hours(24 * 400)).unwrap();
        let code = OneTimeCode::new(kit::random::bytes(&SystemRandom), ca.root());
        let server = ca.server(now).unwrap();
        let inner = Arc::new(Inner {
            code_hash: code.secret_hash(),
            server,
            ca,
            clock,
            issue_as_of: Mutex::new(now),
            api_url: Mutex::default(),
            log: Mutex::new(Log::new()),
            foreign_log: Mutex::new(Log::new()),
            behaviour: Mutex::new(Behaviour::Honest),
            standing: Mutex::new(super::searching::closed()),
            answered: Mutex::default(),
            files: Mutex::default(),
            bulk_requests: Mutex::default(),
            bulk_done: Mutex::new(true),
            asked: AtomicU32::new(0),
            renewed: AtomicU32::new(0),
            renewed_late: AtomicU32::new(0),
            api_tls: Mutex::new(None),
            serials: testkit::SeededRandom::new(99),
        });
        let life = Lifecycle::new();
        let api = serve_api(&inner, "127.0.0.1:0".parse().unwrap(), &life);
        *inner.api_url.lock().unwrap() = format!("https://{api}");
        let enrol = serve_enrol(&inner, &life);
        Self { inner, enrol_url: format!("https://{enrol}"), code: code.to_string(), api, life }
    }

    pub(super) fn behave(&self, behaviour: Behaviour) {
        *self.inner.behaviour.lock().unwrap() = behaviour;
    }

    /// Certificates from now on look as if issued `days` ago.
    pub(super) fn issue_days_ago(&self, days: i64) {
        let then = self.inner.clock.now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
        *self.inner.issue_as_of.lock().unwrap() = then;
    }

    /// How many different questions were answered.
    pub(super) fn answered(&self) -> usize {
        self.inner.answered.lock().unwrap().len()
    }

    /// Refuses these certificates from now on, and ends their connections.
    pub(super) fn revoke(&self, serials: &[Serial]) {
        let inner = &self.inner;
        let list = inner.ca.revocations(serials, inner.clock.now()).unwrap();
        let (server, roots) = (&inner.server, [inner.ca.root().clone()]);
        let config = tls::server_config(&server.chain, &server.key, &roots, &[list], tls_clock(&inner.clock)).unwrap();
        inner.api_tls.lock().unwrap().as_ref().unwrap().replace_and_part(config);
    }

    /// The API port closes.
    pub(super) async fn go_away(&mut self) {
        self.life.shut_down(Duration::from_millis(200)).await;
        self.life = Lifecycle::new();
    }

    /// It opens again at the same address.
    pub(super) fn come_back(&self) {
        serve_api(&self.inner, self.api, &self.life);
    }
}

fn tls_clock(clock: &SharedClock) -> TlsClock {
    let clock = Arc::clone(clock);
    TlsClock::new(move || clock.now())
}

fn serve_api(inner: &Arc<Inner>, at: SocketAddr, life: &Lifecycle) -> SocketAddr {
    let list = inner.ca.revocations(&[], inner.clock.now()).unwrap();
    let roots = [inner.ca.root().clone()];
    let config =
        tls::server_config(&inner.server.chain, &inner.server.key, &roots, &[list], tls_clock(&inner.clock)).unwrap();
    let tls = ServerTls::new(config);
    *inner.api_tls.lock().unwrap() = Some(tls.clone());
    let router = Router::new()
        .route("/v1/time", get(time))
        .route("/v1/log/key", get(log_key))
        .route("/v1/eligibility-checks", post(check))
        .route("/v1/reference-numbers", post(register))
        .route("/v1/certificates/renew", post(renew))
        .route("/v1/bulk-eligibility-checks", post(bulk_upload))
        .route("/v1/bulk-eligibility-checks/{number}", get(bulk_status))
        .route("/v1/bulk-eligibility-checks/{number}/results", get(bulk_results))
        .route("/v1/bulk-reference-numbers", post(bulk_upload))
        .route("/v1/bulk-reference-numbers/{number}", get(bulk_status))
        .route("/v1/bulk-reference-numbers/{number}/results", get(registration_results))
        .route("/v1/secondary-use-exports", get(exports))
        .merge(super::searching::routes())
        .merge(super::record_files::routes())
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(Arc::clone(inner));
    let listener = Listener::bind(at, Reach::Loopback).unwrap();
    Server::new("fake_api", Arc::clone(&inner.clock), random()).tls(tls).start(listener, router, life).unwrap()
}

fn serve_enrol(inner: &Arc<Inner>, life: &Lifecycle) -> SocketAddr {
    let chain = inner.server.chain.clone().with(inner.ca.root().clone());
    let config = tls::enrol_server_config(&chain, &inner.server.key, tls_clock(&inner.clock)).unwrap();
    let router = Router::new()
        .route("/v1/enrolments", post(enrol))
        .route("/v1/renewals", post(renew_late))
        .with_state(Arc::clone(inner));
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Reach::Loopback).unwrap();
    let server = Server::new("fake_enrol", Arc::clone(&inner.clock), random());
    server.tls(ServerTls::new(config)).start(listener, router, life).unwrap()
}

fn random() -> SharedRandom {
    SystemRandom::shared()
}

type Center = State<Arc<Inner>>;

async fn time(State(inner): Center) -> Json<TimeNow> {
    Json(TimeNow { now: inner.clock.now() })
}

/// One export, so that a page of them has something to show.
async fn exports(State(inner): Center) -> Json<SecondaryUseExports> {
    let month = |text| domain::record::Month::parse(text).unwrap();
    let export = SecondaryUseExport {
        exported_at: inner.clock.now(),
        purpose: "学術研究".to_owned(),
        ground: "高齢者の医療の確保に関する法律第16条の2".to_owned(),
        recipient: "確か大学 <公衆衛生>".to_owned(),
        first_month: month("202510"),
        last_month: month("202512"),
        k: 25,
    };
    Json(SecondaryUseExports { as_of: inner.clock.now(), export_list: vec![export], has_more: false })
}

async fn log_key(State(inner): Center) -> Json<LogKey> {
    let log_public_key = inner.log.lock().unwrap().signer.public_key().to_pem();
    Json(LogKey { log_id: "01".to_owned(), log_public_key })
}

impl Inner {
    fn issue(&self, csr: &str, as_of: Timestamp) -> Result<Enrolled, Problem> {
        let request = CertificateRequest::from_pem(csr).map_err(Problem::internal)?;
        let code = MedicalInstitutionCode::parse(FACILITY).unwrap();
        let peer = Peer::Facility { code, terminal_id: TerminalId::parse("desk-1").unwrap() };
        let authority: &IssuingAuthority = self.ca.issuing();
        let serial = Serial::from_random(kit::random::bytes(&self.serials));
        let chain: CertificateChain =
            authority.issue_client(&peer, "しんりょう内科", &request, serial, as_of).map_err(Problem::internal)?;
        Ok(Enrolled {
            certificate_chain: chain.to_pem(),
            root_certificate: self.ca.root().to_pem(),
            api_urls: vec![self.api_url.lock().unwrap().clone()],
            log_public_key: self.log.lock().unwrap().signer.public_key().to_pem(),
            log_id: "01".to_owned(),
            medical_institution_code: FACILITY.to_owned(),
            name: "しんりょう内科".to_owned(),
        })
    }

    /// Appends the event of an answer to a log and gives the response with its proof.
    fn prove(&self, answer: &Answer, purpose: Purpose, log: &Mutex<Log>) -> CheckResponse {
        let text = serde_json::to_string(answer).unwrap();
        let (text, proof) = self.proof_of(text, answer.verdict, answer.request_id, purpose.into(), log);
        CheckResponse { answer: text, proof }
    }

    /// The same for any answer.
    pub(super) fn proof_for(
        &self,
        text: String,
        verdict: Verdict,
        request_id: Uuid,
        purpose: domain::Purpose,
    ) -> (Box<RawValue>, Proof) {
        self.proof_of(text, verdict, request_id, purpose, &self.log)
    }

    fn proof_of(
        &self,
        text: String,
        verdict: Verdict,
        request_id: Uuid,
        purpose: domain::Purpose,
        log: &Mutex<Log>,
    ) -> (Box<RawValue>, Proof) {
        let salt: [u8; 16] = kit::random::bytes(&SystemRandom);
        let event = AccessEvent {
            facility: MedicalInstitutionCode::parse(FACILITY).unwrap(),
            query_hash: salted_hash(&salt, b"query"),
            verdict: verdict.into(),
            answer_hash: salted_hash(&salt, text.as_bytes()),
            as_of_ms: 1,
            purpose,
            request_id: *request_id.as_bytes(),
            salt,
            presence: None,
            decided_at_ms: None,
        };
        let mut log = log.lock().unwrap();
        let index = log.frontier.size();
        let batch = log.frontier.append_batch(&[event.leaf_hash()]).unwrap();
        let head = log.signer.sign_head(batch.head(), self.clock.now()).unwrap();
        let proof = Proof {
            proof_number: ProofNumber::new(LogId::FIRST, index).unwrap().to_string(),
            event: URL_SAFE_NO_PAD.encode(event.encode()),
            receipt: URL_SAFE_NO_PAD.encode(head.receipt(&batch, index).unwrap()),
        };
        (RawValue::from_string(text).unwrap(), proof)
    }

    fn answer(&self, request: &CheckRequest, behaviour: Behaviour) -> CheckResponse {
        let mut answer = samples::answer(request, self.clock.now());
        let purpose = request.purpose.unwrap_or_default();
        match behaviour {
            Behaviour::OtherQuestion => answer.qualification_confirm_search_info.birthdate = "19990101".to_owned(),
            Behaviour::OtherDay => answer.qualification_confirmation_date = "20200101".to_owned(),
            Behaviour::Lost => samples::lose(&mut answer),
            Behaviour::Unknown => samples::forget(&mut answer),
            _ => {}
        }
        let log = if behaviour == Behaviour::ForeignProof { &self.foreign_log } else { &self.log };
        let mut response = self.prove(&answer, purpose, log);
        if behaviour == Behaviour::ChangeAnswer {
            let changed = response.answer.get().replace("\"Percent\":30", "\"Percent\":10");
            response.answer = RawValue::from_string(changed).unwrap();
        }
        response
    }
}

async fn enrol(State(inner): Center, Json(request): Json<EnrolmentRequest>) -> Result<Json<Enrolled>, Problem> {
    let known = OneTimeCode::parse(&request.code).is_ok_and(|code| code.secret_hash() == inner.code_hash);
    if !known {
        return Err(Problem::new(ProblemCode::EnrolmentCodeInvalid, ""));
    }
    let as_of = *inner.issue_as_of.lock().unwrap();
    inner.issue(&request.csr, as_of).map(Json)
}

async fn renew(State(inner): Center, Json(request): Json<RenewalRequest>) -> Result<Json<Enrolled>, Problem> {
    inner.renewed.fetch_add(1, Ordering::Relaxed);
    inner.issue(&request.csr, inner.clock.now()).map(Json)
}

async fn renew_late(
    State(inner): Center,
    Json(request): Json<RenewalWithOldCertificate>,
) -> Result<Json<Enrolled>, Problem> {
    let old = trust::Certificate::from_pem(&request.old_certificate).unwrap();
    let csr = CertificateRequest::from_pem(&request.csr).unwrap();
    let signature = base64::engine::general_purpose::STANDARD.decode(&request.signature).unwrap();
    let now = inner.clock.now();
    let list = inner.ca.revocations(&[], now).unwrap();
    trust::renewal::check(inner.ca.issuing(), &list, &old, &csr, &signature, now)
        .map_err(|error| Problem::new(ProblemCode::RenewalRefused, "").because(error))?;
    inner.renewed_late.fetch_add(1, Ordering::Relaxed);
    inner.issue(&request.csr, now).map(Json)
}

async fn check(State(inner): Center, Json(request): Json<CheckRequest>) -> Result<Json<CheckResponse>, Problem> {
    inner.asked.fetch_add(1, Ordering::Relaxed);
    let behaviour = *inner.behaviour.lock().unwrap();
    if let Behaviour::Refuse(code) = behaviour {
        return Err(Problem::new(code, ""));
    }
    if let Behaviour::Slow(time) = behaviour {
        tokio::time::sleep(time).await;
    }
    let known = inner.answered.lock().unwrap().get(&request.request_id).cloned();
    let response = known.unwrap_or_else(|| inner.answer(&request, behaviour));
    inner.answered.lock().unwrap().insert(request.request_id, response.clone());
    Ok(Json(response))
}

async fn register(
    State(inner): Center,
    Json(request): Json<ReferenceNumberRequest>,
) -> Result<Json<ReferenceNumberAnswer>, Problem> {
    if request.reference_number_registration_info.insured_identification_number == "4" {
        return Err(Problem::new(ProblemCode::PatientNotFound, ""));
    }
    Ok(Json(ReferenceNumberAnswer {
        process_execution_time: japan_time(inner.clock.now()),
        medical_institution_code: request.medical_institution_code,
        arbitrary_file_identifier: request.arbitrary_file_identifier,
        request_id: request.request_id,
        reference_number_registration_info: request.reference_number_registration_info,
    }))
}

async fn bulk_upload(State(inner): Center, body: String) -> Result<Response, Problem> {
    let behaviour = *inner.behaviour.lock().unwrap();
    if let Behaviour::Refuse(code) = behaviour {
        return Err(Problem::new(code, ""));
    }
    let mut lines = body.lines().map(str::to_owned);
    let header: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let id: Uuid = header["RequestId"].as_str().unwrap().parse().unwrap();
    let mut known = inner.bulk_requests.lock().unwrap();
    let next = format!("R{:06}", known.len() + 1);
    let number = known.entry(id).or_insert(next).clone();
    let mut kept = vec![header.to_string()];
    kept.extend(lines);
    inner.files.lock().unwrap().insert(number.clone(), kept);
    let reception = BulkReception { reception_number: number, reception_date_time: japan_time(inner.clock.now()) };
    Ok((http::StatusCode::ACCEPTED, Json(reception)).into_response())
}

async fn bulk_status(State(inner): Center, Path(number): Path<String>) -> Result<Json<BulkStatus>, Problem> {
    let files = inner.files.lock().unwrap();
    let file = files.get(&number).ok_or_else(|| Problem::new(ProblemCode::ReceptionNumberUnknown, ""))?;
    let count = file.len() as u64 - 1;
    let done = *inner.bulk_done.lock().unwrap();
    Ok(Json(BulkStatus {
        reception_number: number,
        state: if done { BulkState::Done } else { BulkState::Processing },
        number_of_processing_result: count,
        number_of_normal_processing: count,
        number_of_error: 0,
    }))
}

async fn bulk_results(State(inner): Center, Path(number): Path<String>) -> String {
    let file = inner.files.lock().unwrap()[&number].clone();
    let header: BulkHeader = serde_json::from_str(&file[0]).unwrap();
    let behaviour = *inner.behaviour.lock().unwrap();
    let mut out = String::new();
    for line in &file[1..] {
        let search: SearchInfo = serde_json::from_str(line).unwrap();
        let request = CheckRequest {
            request_id: kit::random::uuid_v7(inner.clock.now(), &SystemRandom),
            qualification_confirmation_date: header.qualification_confirmation_date.clone(),
            medical_institution_code: header.medical_institution_code.clone(),
            arbitrary_file_identifier: None,
            purpose: Some(Purpose::BulkCheck),
            qualification_confirm_search_info: search.clone(),
            consents: None,
            decided_at: None,
        };
        let unit = if search.insurer_number.is_empty() {
            BulkUnit {
                search_info: search,
                processing_result_status: "2".to_owned(),
                processing_result_code: Some("TSK-E-EMPTY".to_owned()),
                processing_result_message: Some("保険者番号が入っていません。".to_owned()),
                response: None,
            }
        } else {
            BulkUnit {
                search_info: search,
                processing_result_status: "1".to_owned(),
                processing_result_code: None,
                processing_result_message: None,
                response: Some(inner.answer(&request, behaviour)),
            }
        };
        out.push_str(&serde_json::to_string(&unit).unwrap());
        out.push('\n');
    }
    out
}

async fn registration_results(State(inner): Center, Path(number): Path<String>) -> String {
    let file = inner.files.lock().unwrap()[&number].clone();
    let lines = file[1..].iter().map(|line| {
        let info: ReferenceNumberRegistrationInfo = serde_json::from_str(line).unwrap();
        let unit = BulkReferenceUnit {
            reference_number_registration_info: info,
            processing_result_status: "1".to_owned(),
            processing_result_code: None,
            processing_result_message: None,
        };
        serde_json::to_string(&unit).unwrap() + "\n"
    });
    lines.collect()
}
