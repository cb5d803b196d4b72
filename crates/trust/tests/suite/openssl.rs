//! OpenSSL, which everybody has, accepts our chains in its strict mode, sees a revocation, and reads our keys.

use std::path::Path;
use std::process::{Command, Output};

use trust::ca::{RevocationReason, Revoked};

use crate::sample::{Log, NOW};
use crate::world::World;

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl").current_dir(folder).args(arguments).output().expect("the openssl program (Debian: openssl)")
}

/// A folder with the certificates of a new world, and `openssl verify` over it.
struct Bench {
    folder: tempfile::TempDir,
    world: World,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder"), world: World::new() };
        bench.write("root.pem", &bench.world.root.certificate().to_pem());
        bench.write("issuing.pem", &bench.world.authority.certificate().to_pem());
        bench.write("server.pem", &bench.world.server.chain.leaf().to_pem());
        bench
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    fn verify(&self, more: &[&str]) -> Output {
        let at = NOW.as_second().to_string();
        let mut arguments =
            vec!["verify", "-x509_strict", "-attime", &at, "-CAfile", "root.pem", "-untrusted", "issuing.pem"];
        arguments.extend(more);
        openssl(self.folder.path(), &arguments)
    }
}

fn accepted(output: &Output) -> bool {
    output.status.success()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn openssl_accepts_the_chains_for_their_purpose_and_for_no_other() {
    let bench = Bench::new();
    let clinic = bench.world.clinic();
    bench.write("clinic.pem", &clinic.chain.leaf().to_pem());
    for (purpose, file, good) in [
        ("sslclient", "clinic.pem", true),
        ("sslserver", "clinic.pem", false),
        ("sslserver", "server.pem", true),
        ("sslclient", "server.pem", false),
    ] {
        let output = bench.verify(&["-purpose", purpose, file]);
        assert_eq!(accepted(&output), good, "{file} as {purpose}: {}", said(&output));
    }
    let named = bench.verify(&["-verify_hostname", "center.example", "-verify_ip", "127.0.0.1", "server.pem"]);
    assert!(accepted(&named), "{}", said(&named));
}

#[test]
fn openssl_refuses_a_revoked_certificate_and_accepts_its_neighbour() {
    let bench = Bench::new();
    let (lost, kept) =
        (bench.world.client(&crate::world::clinic(), 30), bench.world.client(&crate::world::clinic(), 31));
    let revoked = Revoked { serial: lost.serial(), at: NOW, reason: RevocationReason::CessationOfOperation };
    bench.write("lost.pem", &lost.chain.leaf().to_pem());
    bench.write("kept.pem", &kept.chain.leaf().to_pem());
    bench.write("crl.pem", &bench.world.crl(&[revoked]).to_pem());
    let check = |file| bench.verify(&["-crl_check", "-CRLfile", "crl.pem", file]);
    let (lost, kept) = (check("lost.pem"), check("kept.pem"));
    assert!(!accepted(&lost) && said(&lost).contains("revoked"), "{}", said(&lost));
    assert!(accepted(&kept), "{}", said(&kept));
}

#[test]
fn openssl_refuses_a_chain_without_its_issuing_certificate() {
    let bench = Bench::new();
    let at = NOW.as_second().to_string();
    let output = openssl(bench.folder.path(), &["verify", "-attime", &at, "-CAfile", "root.pem", "server.pem"]);
    assert!(!accepted(&output));
}

#[test]
fn openssl_reads_our_keys_and_requests() {
    let bench = Bench::new();
    bench.write("key.pem", &bench.world.server.key.to_pem());
    bench.write("log.pem", &Log::open().signer.public_key().to_pem());
    let request = trust::CertificateRequest::create(&bench.world.server.key).expect("a request");
    bench.write("request.pem", &request.to_pem());
    for arguments in [
        &["pkey", "-in", "key.pem", "-check", "-noout"][..],
        &["pkey", "-pubin", "-in", "log.pem", "-pubcheck", "-noout"],
        &["req", "-in", "request.pem", "-verify", "-noout"],
    ] {
        let output = openssl(bench.folder.path(), arguments);
        assert!(accepted(&output), "{arguments:?}: {}", said(&output));
    }
}
