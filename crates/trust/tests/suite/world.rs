//! A center's authority with a clinic and an insurer, all new for each test.

use domain::{InsurerNumber, MedicalInstitutionCode};
use jiff::Timestamp;
use trust::ca::{IssuingAuthority, Revoked, RootAuthority, ServerName};
use trust::tls::TlsClock;
use trust::{CertificateChain, CertificateRequest, Peer, PrivateKey, RevocationList, Serial, TerminalId};

use crate::sample::NOW;

pub const SERVER: &str = "center.example";

/// Somebody with a key and a certificate.
pub struct Holder {
    pub key: PrivateKey,
    pub chain: CertificateChain,
}

impl Holder {
    pub fn serial(&self) -> Serial {
        self.chain.leaf().serial().expect("a serial number")
    }
}

pub struct World {
    pub root: RootAuthority,
    pub authority: IssuingAuthority,
    pub server: Holder,
}

impl World {
    pub fn new() -> Self {
        let root = RootAuthority::create("Tashika root", serial(1), NOW).expect("a root");
        let key = PrivateKey::generate().expect("a key");
        let issuing = root.sign_issuing("Tashika issuing 1", key.public_key(), serial(2), NOW).expect("an issuing CA");
        let authority = IssuingAuthority::new(issuing, root.certificate().clone(), key).expect("an authority");
        let key = PrivateKey::generate().expect("a key");
        let names = [ServerName::parse(SERVER), ServerName::parse("127.0.0.1"), ServerName::parse("::1")];
        let chain = authority.issue_server(&names, key.public_key(), serial(3), NOW).expect("a server");
        Self { root, authority, server: Holder { key, chain } }
    }

    pub fn client(&self, peer: &Peer, number: u8) -> Holder {
        let key = PrivateKey::generate().expect("a key");
        let request = CertificateRequest::create(&key).expect("a request");
        let chain = self.authority.issue_client(peer, "たしか診療所", &request, serial(number), NOW).expect("a client");
        Holder { key, chain }
    }

    pub fn clinic(&self) -> Holder {
        self.client(&clinic(), 10)
    }

    pub fn crl(&self, revoked: &[Revoked]) -> RevocationList {
        self.authority.issue_crl(revoked, 1, NOW).expect("a list")
    }
}

pub fn serial(number: u8) -> Serial {
    Serial::from_random([number; 16])
}

pub fn clinic() -> Peer {
    Peer::Facility {
        code: MedicalInstitutionCode::parse("1310000017").expect("a code"),
        terminal_id: TerminalId::parse("desk-1").expect("an id"),
    }
}

pub fn insurer() -> Peer {
    Peer::Insurer(InsurerNumber::parse("138057").expect("a number"))
}

pub fn clock(at: Timestamp) -> TlsClock {
    TlsClock::new(move || at)
}
