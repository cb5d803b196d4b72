//! An authority of cards of the test's own: it makes cards, and answers OCSP, gives out its list and tells successors over
//! plain HTTP on a loopback port. The responder can be told to say nothing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use center::config::Card as CardSettings;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kit::body::{JsonAnswer, JsonBody};
use kit::clock::Clock as _;
use kit::lifecycle::Lifecycle;
use kit::problem::Problem;
use kit::serve::{Listener, Reach, Server};
use serde_json::Value;
use testkit::TestClock;
use trust::Validity;
use trust::der::Oid;
use trust::jpki::crl::{self, Contents};
use trust::jpki::issue::{self, Flaw, Leaf};
use trust::jpki::ocsp::{Request, Responder, Status};
use trust::jpki::{CaCertificate, CertificateSerial, Revocation, RevocationReason, RsaPrivateKey, TEST_POLICY};
use wire::api::{CardMeans, CardPresence, PresenceChallenge, ProblemCode};

/// Keys of RSA take a moment to make, so all tests share a few.
static KEYS: LazyLock<[Vec<u8>; 4]> =
    LazyLock::new(|| [(); 4].map(|()| RsaPrivateKey::generate().unwrap().to_pkcs8().to_vec()));

fn key(number: usize) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8(&KEYS[number]).unwrap()
}

/// A card in somebody's hand.
pub struct Card {
    pub certificate: Vec<u8>,
    key: RsaPrivateKey,
}

impl Card {
    /// The card signs the challenge.
    pub fn signs(&self, challenge: &PresenceChallenge) -> CardPresence {
        CardPresence {
            challenge: challenge.challenge.clone(),
            certificate: STANDARD.encode(&self.certificate),
            signature: Some(STANDARD.encode(self.key.sign(challenge.challenge.as_bytes()).unwrap())),
            means: CardMeans::Pin,
        }
    }

    /// The card is only read.
    pub fn is_read(&self, challenge: &PresenceChallenge, means: CardMeans) -> CardPresence {
        CardPresence { signature: None, means, ..self.signs(challenge) }
    }
}

/// What is unusual about a card.
pub struct Odd {
    pub policy: Oid,
    pub flaw: Option<Flaw>,
    /// First and last moment, counted from the beginning of the test.
    pub days: (i64, i64),
}

impl Default for Odd {
    fn default() -> Self {
        Self { policy: TEST_POLICY, flaw: None, days: (-100, 1_000) }
    }
}

struct Inner {
    ca: CaCertificate,
    clock: TestClock,
    responder: Responder,
    says: Mutex<HashMap<CertificateSerial, Status>>,
    /// New serial numbers by the old ones, hexadecimal.
    successors: Mutex<HashMap<String, String>>,
    silent: AtomicBool,
    list_number: AtomicU32,
}

/// The authority.
pub struct Issuer {
    inner: Arc<Inner>,
    ca_key: RsaPrivateKey,
    began: Timestamp,
    address: SocketAddr,
    life: Lifecycle,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.life.stop_hard();
    }
}

impl Issuer {
    /// An authority whose clock is the test's.
    pub fn start(clock: &TestClock) -> Self {
        Self::with_key(clock, 0)
    }

    /// Another one that calls itself the same.
    pub fn with_key(clock: &TestClock, number: usize) -> Self {
        let began = clock.now();
        let ca = issue::ca(serial(1), validity(began, (-1_000, 3_000)), &key(number)).unwrap();
        let ca = || CaCertificate::from_der(&ca).unwrap();
        let inner = Arc::new(Inner {
            ca: ca(),
            clock: clock.clone(),
            responder: Responder::authority(ca(), key(number)).unwrap(),
            says: Mutex::default(),
            successors: Mutex::default(),
            silent: AtomicBool::new(false),
            list_number: AtomicU32::new(0),
        });
        let router = Router::new()
            .route("/ocsp", post(ocsp))
            .route("/crl", get(list))
            .route("/successors", post(successor))
            .with_state((Arc::clone(&inner), Arc::new(key(number))));
        let life = Lifecycle::new();
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Reach::Loopback).unwrap();
        let (time, random) = (kit::clock::SystemClock::shared(), kit::random::SystemRandom::shared());
        let address = Server::new("issuer", time, random).start(listener, router, &life).unwrap();
        Self { inner, ca_key: key(number), began, address, life }
    }

    /// The settings of a center that believes this authority; its certificate lies in that folder.
    pub fn settings(&self, folder: &std::path::Path) -> CardSettings {
        let path = folder.join("card-authority.der");
        std::fs::write(&path, self.inner.ca.der()).unwrap();
        CardSettings {
            authorities: vec![path.to_str().unwrap().to_owned()],
            policies: vec!["1.2.392.200149.8.5.1.0.30".to_owned()],
            ocsp_url: format!("http://{}/ocsp", self.address),
            crl_urls: vec![format!("http://{}/crl", self.address)],
            successor_url: format!("http://{}/successors", self.address),
        }
    }

    /// Makes a card; `number` is part of its serial number, and which key it has.
    pub fn card(&self, number: u32) -> Card {
        self.odd_card(number, &Odd::default())
    }

    pub fn odd_card(&self, number: u32, odd: &Odd) -> Card {
        let key = key(2 + usize::try_from(number % 2).unwrap());
        let leaf = Leaf {
            serial: serial(number),
            subject_id: "2026AAAAAAAAAAAAAAAAAAA",
            validity: validity(self.began, odd.days),
            policy: odd.policy,
            place: ("Tokyo-to", "Chiyoda-ku"),
            ocsp_url: "http://127.0.0.1/",
            flaw: odd.flaw,
        };
        let certificate = leaf.sign(&self.inner.ca, &self.ca_key, &key.public_spki().unwrap()).unwrap();
        self.says(number, Status::Good);
        Card { certificate, key }
    }

    /// What it says of a card from now on.
    pub fn says(&self, number: u32, status: Status) {
        self.inner.says.lock().unwrap().insert(serial(number), status);
    }

    /// Revokes a card.
    pub fn revokes(&self, number: u32) {
        let revocation = Revocation { at: self.inner.clock.now(), reason: RevocationReason::KeyCompromise };
        self.says(number, Status::Revoked(revocation));
    }

    /// Issues a card anew: the old one is revoked, and the new one takes its place.
    pub fn reissues(&self, old: u32, new: u32) -> Card {
        let revocation = Revocation { at: self.inner.clock.now(), reason: RevocationReason::Superseded };
        self.says(old, Status::Revoked(revocation));
        self.inner.successors.lock().unwrap().insert(serial(old).to_hex(), serial(new).to_hex());
        self.card(new)
    }

    /// The responder answers nobody from now on, or answers again. The list is always given out.
    pub fn is_silent(&self, silent: bool) {
        self.inner.silent.store(silent, Ordering::Relaxed);
    }
}

type Served = State<(Arc<Inner>, Arc<RsaPrivateKey>)>;

async fn ocsp(State((inner, _)): Served, body: Bytes) -> Result<Vec<u8>, StatusCode> {
    if inner.silent.load(Ordering::Relaxed) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let request = Request::read(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let says = |serial| inner.says.lock().unwrap().get(&serial).copied().unwrap_or(Status::Unknown);
    inner.responder.answer(&request, inner.clock.now(), None, says).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn list(State((inner, key)): Served) -> Result<Vec<u8>, StatusCode> {
    let now = inner.clock.now();
    let mut revoked = Vec::new();
    for (serial, status) in inner.says.lock().unwrap().iter() {
        if let Status::Revoked(revocation) = status {
            revoked.push((*serial, *revocation));
        }
    }
    let contents = Contents {
        revoked: &revoked,
        number: u64::from(inner.list_number.fetch_add(1, Ordering::Relaxed)) + 1,
        this_update: now,
        next_update: now + SignedDuration::from_hours(48),
        distribution_point: None,
    };
    crl::issue(&inner.ca, &key, &contents).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn successor(
    State((inner, _)): Served,
    JsonBody(mut asked): JsonBody<Value>,
) -> Result<JsonAnswer<Value>, Problem> {
    let not_found = || Problem::new(ProblemCode::NotFound, "");
    assert_eq!(asked["CaKeyId"], inner.ca.key_id().to_hex());
    let new = inner.successors.lock().unwrap().get(asked["Serial"].as_str().unwrap()).cloned();
    asked["Serial"] = new.ok_or_else(not_found)?.into();
    Ok(JsonAnswer(asked))
}

fn serial(number: u32) -> CertificateSerial {
    CertificateSerial::from_bytes(&(0x0022_7b00 + number).to_be_bytes()).unwrap()
}

fn validity(began: Timestamp, (first, last): (i64, i64)) -> Validity {
    let day = |days: i64| began + SignedDuration::from_hours(days * 24);
    Validity { not_before: day(first), not_after: day(last) }
}
