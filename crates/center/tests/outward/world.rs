//! A center of one's own, and members that have joined it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use center::config::{ConsentRules, Limits, Listen};
use center::{Admin, Center, Config, InitOptions, Running};
use domain::MedicalInstitutionCode;
use kit::client::{Client, ClientError, ClientOptions, ClientTls, CouldNotAsk};
use kit::clock::SharedClock;
use kit::random::SystemRandom;
use tempfile::TempDir;
use testkit::TestClock;
use trust::tls::TlsClock;
use trust::{Certificate, CertificateChain, CertificateRequest, OneTimeCode, PrivateKey};
use wire::api::{Enrolled, EnrolmentRequest, ProblemCode, ProblemDocument};
use wire::feed::{Facility, FacilityKind};

use crate::issuer::Issuer;
use crate::people;

/// A clinic in Tokyo.
pub const CLINIC: &str = "1312345679";
/// A pharmacy in Tokyo.
pub const PHARMACY: &str = "1340000015";

/// A center with its folder and clock.
pub struct World {
    pub clock: TestClock,
    pub running: Option<Running>,
    pub admin: Admin,
    pub folder: PathBuf,
    _dir: TempDir,
}

/// Where and with which limits a center is made.
#[derive(Default)]
pub struct Wish {
    pub database_url: String,
    pub limits: Limits,
    pub consent: ConsentRules,
}

/// Makes the settings of cards: with the clock of the test, and a folder for the authority's certificate.
type Settle<'a> = &'a dyn Fn(&TestClock, &Path) -> center::config::Card;

impl World {
    /// A center with the two facilities and nobody insured.
    pub async fn new() -> Self {
        Self::with(Wish::default()).await
    }

    /// The same where the database is asked of people 1 to `count`.
    pub async fn with_people(count: u32) -> Self {
        let world = Self::new().await;
        world.insure(count).await;
        world
    }

    pub async fn with(wish: Wish) -> Self {
        Self::made(wish, None).await
    }

    /// A center that takes the cards of an authority, where people 1 to `count` are insured.
    pub async fn with_cards(count: u32) -> (Self, Issuer) {
        Self::with_cards_and(Wish::default(), count).await
    }

    /// The same with other settings.
    pub async fn with_cards_and(wish: Wish, count: u32) -> (Self, Issuer) {
        let issuer = std::cell::OnceCell::new();
        let settle = |clock: &TestClock, folder: &Path| issuer.get_or_init(|| Issuer::start(clock)).settings(folder);
        let world = Self::made(wish, Some(&settle)).await;
        world.insure(count).await;
        (world, issuer.into_inner().expect("the settings were made"))
    }

    async fn made(wish: Wish, settle: Option<Settle<'_>>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("center");
        let clock = TestClock::default();
        let options = InitOptions {
            names: vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
            listen: Listen::loopback(),
            database_url: wish.database_url,
            limits: wish.limits,
            consent: wish.consent,
            card: settle.map(|settle| settle(&clock, dir.path())).unwrap_or_default(),
            ..InitOptions::default()
        };
        let made = center::init(&folder, options, shared(&clock), SystemRandom::shared()).await.unwrap();
        let running = start(made.config, &clock).await;
        let admin = running.admin();
        for (code, name, kind) in
            [(CLINIC, "確か診療所", FacilityKind::Clinic), (PHARMACY, "たしか薬局", FacilityKind::Pharmacy)]
        {
            admin.facility_add(&facility(code, name, kind)).await.unwrap();
        }
        admin.insurer_add(&people::INSURER.parse().unwrap(), "確か健康保険組合").await.unwrap();
        Self { clock, running: Some(running), admin, folder, _dir: dir }
    }

    /// Loads people 1 to `count` as the operator does.
    pub async fn insure(&self, count: u32) {
        let file = self.folder.with_extension("csv");
        std::fs::write(&file, people::feed(count)).unwrap();
        let report = self.admin.insurer_import(&file).await.unwrap();
        assert_eq!(report.rows_accepted, u64::from(count), "{report:?}");
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("running")
    }

    /// Stops the center and starts it again on the same folder.
    pub async fn restart(&mut self) {
        self.running.take().expect("running").shutdown().await;
        let config = Config::load(&self.folder).unwrap();
        let running = start(config, &self.clock).await;
        self.admin = running.admin();
        self.running = Some(running);
    }

    /// A terminal of a facility that has joined.
    pub async fn member(&self, facility: &str) -> Member {
        let ticket = self.admin.facility_enrol(code(facility)).await.unwrap();
        self.join(&ticket.code.to_string()).await.unwrap()
    }

    /// The insurer's machine.
    pub async fn insurer(&self) -> Member {
        let ticket = self.admin.insurer_enrol(&people::INSURER.parse().unwrap()).await.unwrap();
        self.join(&ticket.code.to_string()).await.unwrap()
    }

    /// Joins with a code and a new key.
    pub async fn join(&self, code: &str) -> Result<Member, ClientError> {
        let key = PrivateKey::generate().unwrap();
        let enrolled = self.enrol(code, &CertificateRequest::create(&key).unwrap().to_pem()).await?;
        Ok(Member { enrolled, key })
    }

    /// Sends a code and a request.
    pub async fn enrol(&self, code: &str, csr: &str) -> Result<Enrolled, ClientError> {
        let body = EnrolmentRequest { code: code.to_owned(), csr: csr.to_owned() };
        self.enrol_client(code).post_json("/v1/enrolments", &body).await
    }

    /// A client of the enrolment port that trusts the root that the code names; an unreadable code trusts that of the
    /// folder.
    pub fn enrol_client(&self, code: &str) -> Client {
        let tls = match OneTimeCode::parse(code) {
            Ok(code) => trust::tls::pinned_client_config(code.root_pin(), self.tls_clock()).unwrap(),
            Err(_) => trust::tls::anonymous_client_config(&self.root(), self.tls_clock()).unwrap(),
        };
        self.client_of(ClientTls::new(tls), &format!("https://{}", self.running().enrol_addr), false)
    }

    /// A client of the API port that shows the member's certificate.
    pub fn client(&self, member: &Member) -> Client {
        self.client_of(member.tls(self.tls_clock()), &self.api_url(), false)
    }

    /// The same over HTTP/1.1.
    pub fn http1_client(&self, member: &Member) -> Client {
        self.client_of(member.tls(self.tls_clock()), &self.api_url(), true)
    }

    /// A client of the API port that shows no certificate.
    pub fn client_without_certificate(&self) -> Client {
        let tls = trust::tls::anonymous_client_config(&self.root(), self.tls_clock()).unwrap();
        self.client_of(ClientTls::new(tls), &self.api_url(), false)
    }

    fn client_of(&self, tls: ClientTls, url: &str, http1_only: bool) -> Client {
        let options = ClientOptions { answer_bytes_max: 256 * 1024 * 1024, http1_only, ..ClientOptions::default() };
        Client::builder(shared(&self.clock)).base_urls([url]).unwrap().tls(tls).options(options).build().unwrap()
    }

    /// GET on the ops port: status and text.
    pub async fn ops(&self, path: &str) -> Result<String, ClientError> {
        let url = format!("http://{}", self.running().ops_addr);
        let options = ClientOptions { plain_loopback: true, ..ClientOptions::default() };
        let client = Client::builder(shared(&self.clock)).base_urls([url]).unwrap().options(options).build().unwrap();
        let answer = client.get(path).await?;
        Ok(String::from_utf8(answer.body.to_vec()).unwrap())
    }

    pub fn api_url(&self) -> String {
        format!("https://{}", self.running().api_addr)
    }

    pub fn root(&self) -> Certificate {
        read_certificate(&self.folder.join("certs/root.pem"))
    }

    pub fn tls_clock(&self) -> TlsClock {
        let clock = shared(&self.clock);
        TlsClock::new(move || clock.now())
    }
}

pub async fn start(config: Config, clock: &TestClock) -> Running {
    Center::start(config, shared(clock), SystemRandom::shared()).await.unwrap()
}

pub fn shared(clock: &TestClock) -> SharedClock {
    Arc::new(clock.clone())
}

pub fn code(facility: &str) -> MedicalInstitutionCode {
    MedicalInstitutionCode::parse(facility).unwrap()
}

pub fn facility(code_text: &str, name: &str, kind: FacilityKind) -> Facility {
    Facility {
        medical_institution_code: code(code_text),
        name: name.to_owned(),
        kind,
        address: String::new(),
        post_number: String::new(),
    }
}

fn read_certificate(path: &Path) -> Certificate {
    Certificate::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Somebody with a certificate.
pub struct Member {
    pub enrolled: Enrolled,
    pub key: PrivateKey,
}

impl Member {
    pub fn chain(&self) -> CertificateChain {
        CertificateChain::from_pem(&self.enrolled.certificate_chain).unwrap()
    }

    pub fn tls(&self, clock: TlsClock) -> ClientTls {
        let root = Certificate::from_pem(&self.enrolled.root_certificate).unwrap();
        ClientTls::new(trust::tls::client_config(&root, &self.chain(), &self.key, clock).unwrap())
    }

    pub fn serial(&self) -> String {
        self.chain().leaf().serial().unwrap().to_string()
    }
}

/// The problem that the center answered with.
pub fn problem<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> ProblemDocument {
    match answer {
        Err(ClientError::Problem { document, .. }) => *document,
        other => panic!("a problem was expected: {other:?}"),
    }
}

/// The code of the problem that the center answered with.
pub fn problem_code<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> ProblemCode {
    problem(answer).code
}

/// Why nobody answered.
pub fn could_not_ask<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> CouldNotAsk {
    match answer {
        Err(ClientError::CouldNotAsk(why)) => why,
        other => panic!("no answer was expected: {other:?}"),
    }
}

/// Tries again and again until it is so; real time, because the jobs of the center rest in real time.
pub async fn until<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    for _ in 0..600 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not happen");
}
