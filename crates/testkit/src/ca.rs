//! Certificates that are made for one test and thrown away with it. No key is ever stored in the repository.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{InsurerNumber, MedicalInstitutionCode};
use jiff::Timestamp;
use kit::random::{self, Random};
use trust::ca::{CaError, IssuingAuthority, RevocationReason, Revoked, RootAuthority, ServerName};
use trust::{Certificate, CertificateChain, CertificateRequest, Peer, PrivateKey, RevocationList, Serial, TerminalId};

use crate::random::SeededRandom;

/// Key and certificate chain of one side of a connection, as `trust::tls` takes them.
#[derive(Debug)]
pub struct Identity {
    /// Leaf and issuing certificate.
    pub chain: CertificateChain,
    /// The key of the leaf.
    pub key: PrivateKey,
}

/// Root and issuing authority, both fresh, made by the product's own code in `trust`.
#[derive(Debug)]
pub struct ThrowawayCa {
    root: RootAuthority,
    issuing: IssuingAuthority,
    serials: SeededRandom,
    lists_made: AtomicU64,
}

impl ThrowawayCa {
    /// Makes both authorities as of this moment.
    pub fn new(now: Timestamp) -> Result<Self, CaError> {
        let serials = SeededRandom::default();
        let root = RootAuthority::create("Throwaway root", serial(&serials), now)?;
        let key = PrivateKey::generate()?;
        let certificate = root.sign_issuing("Throwaway issuing", key.public_key(), serial(&serials), now)?;
        let issuing = IssuingAuthority::new(certificate, root.certificate().clone(), key)?;
        Ok(Self { root, issuing, serials, lists_made: AtomicU64::new(0) })
    }

    /// The root that clients trust.
    pub fn root(&self) -> &Certificate {
        self.root.certificate()
    }

    /// The authority itself, for tests of what it refuses.
    pub const fn issuing(&self) -> &IssuingAuthority {
        &self.issuing
    }

    /// A server that answers to `localhost` and `127.0.0.1`.
    pub fn server(&self, now: Timestamp) -> Result<Identity, CaError> {
        let key = PrivateKey::generate()?;
        let names = ["localhost", "127.0.0.1"].map(ServerName::parse);
        let chain = self.issuing.issue_server(&names, key.public_key(), serial(&self.serials), now)?;
        Ok(Identity { chain, key })
    }

    /// A terminal of an institution.
    pub fn terminal(
        &self,
        code: &MedicalInstitutionCode,
        terminal_id: &TerminalId,
        now: Timestamp,
    ) -> Result<Identity, CaError> {
        self.client(&Peer::Facility { code: *code, terminal_id: terminal_id.clone() }, now)
    }

    /// An insurer that sends feeds.
    pub fn insurer(&self, number: &InsurerNumber, now: Timestamp) -> Result<Identity, CaError> {
        self.client(&Peer::Insurer(number.clone()), now)
    }

    /// The list of revoked certificates; each list has a higher number than the one before.
    pub fn revocations(&self, revoked: &[Serial], now: Timestamp) -> Result<RevocationList, CaError> {
        let rows =
            revoked.iter().map(|serial| Revoked { serial: *serial, at: now, reason: RevocationReason::KeyCompromise });
        let number = self.lists_made.fetch_add(1, Ordering::Relaxed) + 1;
        self.issuing.issue_crl(&rows.collect::<Vec<_>>(), number, now)
    }

    fn client(&self, peer: &Peer, now: Timestamp) -> Result<Identity, CaError> {
        let key = PrivateKey::generate()?;
        let request = CertificateRequest::create(&key)?;
        let chain = self.issuing.issue_client(peer, "Throwaway client", &request, serial(&self.serials), now)?;
        Ok(Identity { chain, key })
    }
}

fn serial(random: &dyn Random) -> Serial {
    Serial::from_random(random::bytes(random))
}

#[cfg(test)]
mod tests {
    use kit::clock::Clock as _;

    use super::*;
    use crate::clock::TestClock;

    #[test]
    fn it_makes_both_sides_and_a_list() {
        let now = TestClock::default().now();
        let ca = ThrowawayCa::new(now).expect("makes authorities");
        let code = MedicalInstitutionCode::parse("0110113719").expect("a real code");
        let terminal = TerminalId::parse("desk-1").expect("an id");
        let client = ca.terminal(&code, &terminal, now).expect("issues");
        let peer = Peer::from_der(client.chain.leaf().der()).expect("names a peer");
        assert!(peer.may_ask_as(&code));
        let server = ca.server(now).expect("issues");
        let (one, other) =
            (client.chain.leaf().serial().expect("serial"), server.chain.leaf().serial().expect("serial"));
        assert_ne!(one, other);
        ca.revocations(&[one], now).expect("signs a list");
    }
}
