//! A small JPKI for the tests: three generations of one authority, and one card's key. RSA keys take a tenth of a second
//! each, so they are made once for the whole program.

use std::sync::LazyLock;

use jiff::Timestamp;
use trust::Validity;
use trust::jpki::issue::{self, Leaf};
use trust::jpki::{CaCertificate, CertificateSerial, JpkiTrust, PersonCertificate, RsaPrivateKey, TEST_POLICY};

/// Noon in Japan, in the middle of the life of generations 2 and 3.
pub const NOW: &str = "2026-11-22T03:00:00Z";

/// From when until when each generation is valid, and its serial number: as those of the real authority.
const GENERATIONS: [(&[u8], &str, &str); 3] = [
    (&[0x01], "2015-10-19T00:00:00Z", "2025-10-19T14:59:59Z"),
    (&[0x01, 0x33, 0xc3, 0x49], "2019-09-14T00:00:00Z", "2029-09-14T14:59:59Z"),
    (&[0x06, 0xd1, 0x80, 0x06], "2023-07-15T00:00:00Z", "2033-07-15T14:59:59Z"),
];

pub struct Generation {
    pub key: RsaPrivateKey,
    pub certificate: CaCertificate,
}

impl Generation {
    /// The certificate once more: some things want one of their own.
    pub fn certificate_again(&self) -> CaCertificate {
        CaCertificate::from_der(self.certificate.der()).expect("was read before")
    }

    /// The key once more.
    pub fn key_again(&self) -> RsaPrivateKey {
        RsaPrivateKey::from_pkcs8(self.key.to_pkcs8()).expect("was read before")
    }
}

pub struct JpkiWorld {
    pub generations: Vec<Generation>,
    pub card: RsaPrivateKey,
    pub card_spki: Vec<u8>,
    pub responder: RsaPrivateKey,
}

pub static WORLD: LazyLock<JpkiWorld> = LazyLock::new(|| {
    let generations = GENERATIONS.iter().map(|(serial_number, from, to)| {
        let key = RsaPrivateKey::generate().expect("randomness");
        let der = issue::ca(serial(serial_number), validity(from, to), &key).expect("signed");
        Generation { certificate: CaCertificate::from_der(&der).expect("an authority"), key }
    });
    let card = RsaPrivateKey::generate().expect("randomness");
    JpkiWorld {
        generations: generations.collect(),
        card_spki: card.public_spki().expect("written"),
        card,
        responder: RsaPrivateKey::generate().expect("randomness"),
    }
});

impl JpkiWorld {
    /// Generation 1, 2 or 3.
    pub fn generation(&self, number: usize) -> &Generation {
        &self.generations[number - 1]
    }

    /// Believes these generations and the test policy.
    pub fn trust(&self, numbers: &[usize]) -> JpkiTrust {
        let cas = numbers.iter().map(|number| self.generation(*number).certificate.der());
        JpkiTrust::new(cas, &[TEST_POLICY]).expect("authorities")
    }

    /// A certificate for the card by a generation.
    pub fn issue(&self, number: usize, leaf: &Leaf<'_>) -> Vec<u8> {
        let ca = self.generation(number);
        leaf.sign(&ca.certificate, &ca.key, &self.card_spki).expect("signed")
    }

    /// A good certificate of generation 3 with this serial number, read.
    pub fn person(&self, serial_number: &[u8]) -> PersonCertificate {
        let der = self.issue(3, &Leaf { serial: serial(serial_number), ..leaf() });
        self.trust(&[1, 2, 3]).verify(&der, now()).expect("a good certificate")
    }
}

pub fn now() -> Timestamp {
    at(NOW)
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn serial(bytes: &[u8]) -> CertificateSerial {
    CertificateSerial::from_bytes(bytes).expect("a serial number")
}

pub fn validity(from: &str, to: &str) -> Validity {
    Validity { not_before: at(from), not_after: at(to) }
}

/// A good certificate, valid [`NOW`].
pub fn leaf() -> Leaf<'static> {
    Leaf {
        serial: serial(&[0x2a, 0x7b, 0x13, 0x01]),
        subject_id: "2026112200000000000000A",
        validity: validity("2024-02-03T01:02:03Z", "2028-04-05T14:59:59Z"),
        policy: TEST_POLICY,
        place: ("東京都", "千代田区"),
        ocsp_url: "http://127.0.0.1:18080/ocsp",
        flaw: None,
    }
}
