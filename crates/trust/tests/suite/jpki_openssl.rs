//! OpenSSL as an outside judge of everything about cards: a table of good and bad certificates, on which it must agree with
//! us or be laxer for a reason that is named, and OCSP and revocation lists in both directions.

use std::path::Path;
use std::process::{Command, Output};
use std::time::UNIX_EPOCH;

use jiff::{SignedDuration, Timestamp};
use trust::jpki::crl::{self, Contents};
use trust::jpki::issue::{Flaw, Leaf};
use trust::jpki::ocsp::{Question, Request, Responder, Status};
use trust::jpki::{JpkiTrust, POLICY, Period, Revocation, RevocationReason, TEST_POLICY};

use crate::jpki_world::{WORLD, at, leaf, now, serial, validity};

const TEST_POLICY_TEXT: &str = "1.2.392.200149.8.5.1.0.30";

struct Bench(tempfile::TempDir);

impl Bench {
    /// A folder with the certificates of all generations in one file, and each in its own.
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().expect("a folder"));
        let pem: Vec<String> =
            (1..=3).map(|number| pem("CERTIFICATE", WORLD.generation(number).certificate.der())).collect();
        for (number, pem) in (1..).zip(&pem) {
            bench.write(&format!("ca{number}.pem"), pem.as_bytes());
        }
        bench.write("all.pem", pem.concat().as_bytes());
        bench
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).expect("written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).expect("read")
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command.current_dir(self.0.path()).args(arguments).output().expect("the openssl program (Debian: openssl)")
    }

    fn verify(&self, cas: &str, more: &[&str]) -> Output {
        let time = now().as_second().to_string();
        let mut arguments = vec!["verify", "-attime", &time, "-CAfile", cas, "-purpose", "sslclient"];
        arguments.extend(["-explicit_policy", "-policy", TEST_POLICY_TEXT]);
        arguments.extend(more);
        self.openssl(&arguments)
    }

    /// The machine's time, as the file system has it: `openssl ocsp` knows no other.
    fn time_of(&self, name: &str) -> Timestamp {
        let modified = Path::metadata(&self.0.path().join(name)).and_then(|held| held.modified()).expect("a time");
        let since = modified.duration_since(UNIX_EPOCH).expect("after 1970");
        Timestamp::from_second(i64::try_from(since.as_secs()).expect("fits")).expect("fits")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// One line of the table: what it is, the certificate, whether we take it for medical information today, whether OpenSSL
/// takes it.
type Line = (&'static str, Vec<u8>, bool, bool);

fn table() -> Vec<Line> {
    let good = leaf();
    let of = |leaf: Leaf<'static>| WORLD.issue(3, &leaf);
    let flawed = |flaw| of(Leaf { flaw: Some(flaw), ..good });
    let valid = |from, to| of(Leaf { validity: validity(from, to), ..good });
    let crossed = leaf().sign(&WORLD.generation(3).certificate, &WORLD.generation(2).key, &WORLD.card_spki);
    vec![
        ("good", of(good), true, true),
        ("good, by another generation", WORLD.issue(2, &good), true, true),
        ("by a generation that ended", WORLD.issue(1, &good), false, false),
        ("names one generation, signed by another", crossed.expect("signed"), false, false),
        ("wrong signature", flawed(Flaw::Signature), false, false),
        ("expired, in its grace", valid("2022-01-01T00:00:00Z", "2026-11-01T14:59:59Z"), false, false),
        ("expired for good", valid("2021-01-01T00:00:00Z", "2026-01-01T14:59:59Z"), false, false),
        ("not yet valid", valid("2026-12-01T00:00:00Z", "2031-01-01T14:59:59Z"), false, false),
        ("policy of production", of(Leaf { policy: POLICY, ..good }), false, false),
        ("a critical extension that nobody knows", flawed(Flaw::UnknownCriticalExtension), false, false),
        // RFC 5280 4.2.1.12: without the extension, any purpose is allowed. JPKI tells its two certificates apart by it.
        ("no extended key usage", flawed(Flaw::NoExtendedKeyUsage), false, true),
        // A certificate for signatures could also open a connection; here it must not stand for a person at a window.
        ("key usage of the certificate for signatures", flawed(Flaw::SigningKeyUsage), false, true),
        // The profile says critical; OpenSSL judges the policy either way.
        ("policies that are not critical", flawed(Flaw::PolicyNotCritical), false, true),
    ]
}

#[test]
fn openssl_agrees_on_good_and_bad_certificates() {
    let bench = Bench::new();
    let trust = WORLD.trust(&[1, 2, 3]);
    for (what, der, ours, theirs) in table() {
        let believed = trust.verify(&der, now()).is_ok_and(|read| read.period(now()) == Period::Within);
        assert_eq!(believed, ours, "{what}");
        bench.write("leaf.pem", pem("CERTIFICATE", &der).as_bytes());
        let output = bench.verify("all.pem", &["leaf.pem"]);
        assert_eq!(output.status.success(), theirs, "{what}: {}", said(&output));
    }
}

#[test]
fn openssl_too_needs_the_right_generation() {
    let bench = Bench::new();
    bench.write("leaf.pem", pem("CERTIFICATE", &WORLD.issue(3, &leaf())).as_bytes());
    for (cas, believed) in [("ca3.pem", true), ("ca2.pem", false), ("ca1.pem", false)] {
        let output = bench.verify(cas, &["leaf.pem"]);
        assert_eq!(output.status.success(), believed, "{cas}: {}", said(&output));
    }
}

#[test]
fn openssl_sees_the_profile_of_a_real_card() {
    let bench = Bench::new();
    bench.write("leaf.pem", pem("CERTIFICATE", &WORLD.issue(3, &leaf())).as_bytes());
    let shown = said(&bench.openssl(&["x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "utf8"]));
    for expected in [
        "Signature Algorithm: sha256WithRSAEncryption",
        "Public-Key: (2048 bit)",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "X509v3 Certificate Policies: critical\n                Policy: 1.2.392.200149.8.5.1.0.30\n",
        "CPS: http://www.jpki.go.jp/cps.html",
        "TLS Web Client Authentication",
        "DirName:C = JP, O = JPKI-TEST, OU = JPKI for user authentication, OU = CRL Distribution Points",
        "OCSP - URI:http://127.0.0.1:18080/ocsp",
        "X509v3 Issuer Alternative Name",
        "serial:06:D1:80:06",
        "X509v3 Subject Key Identifier",
        "Not After : Apr  5 14:59:59 2028 GMT",
    ] {
        assert!(shown.contains(expected), "{expected} is missing:\n{shown}");
    }
}

#[test]
fn openssl_finds_on_our_list_who_is_on_it() {
    let bench = Bench::new();
    let ca = WORLD.generation(3);
    let lost = (serial(&[5]), Revocation { at: at("2026-11-01T00:00:00Z"), reason: RevocationReason::Superseded });
    let city = trust::jpki::issue::distribution_point(leaf().place);
    for (point, with) in [(None, "complete"), (Some(city.as_slice()), "of the city")] {
        let contents = Contents {
            revoked: &[lost],
            number: 7,
            this_update: now(),
            next_update: now() + SignedDuration::from_hours(24),
            distribution_point: point,
        };
        let list = crl::issue(&ca.certificate, &ca.key, &contents).expect("signed");
        bench.write("crl.pem", pem("X509 CRL", &list).as_bytes());
        for (number, believed) in [([5_u8], false), ([6], true)] {
            let der = WORLD.issue(3, &Leaf { serial: serial(&number), ..leaf() });
            bench.write("leaf.pem", pem("CERTIFICATE", &der).as_bytes());
            let output = bench.verify("all.pem", &["-crl_check", "-CRLfile", "crl.pem", "leaf.pem"]);
            assert_eq!(output.status.success(), believed, "{with}, {number:?}: {}", said(&output));
            assert!(believed || said(&output).contains("revoked"), "{}", said(&output));
        }
    }
}

/// Asks about one serial number as `openssl ocsp` does, and lets our responder answer.
#[test]
fn openssl_asks_our_responder_and_believes_its_answers() {
    let bench = Bench::new();
    let ca = WORLD.generation(3);
    let responder = Responder::authority(ca.certificate_again(), ca.key_again()).expect("its own key");
    let revoked = Revocation { at: at("2026-01-01T00:00:00Z"), reason: RevocationReason::KeyCompromise };
    for (number, status, expected) in [
        ("0x05", Status::Revoked(revoked), "0x05: revoked"),
        ("0x06", Status::Good, "0x06: good"),
        ("0x07", Status::Unknown, "0x07: unknown"),
    ] {
        for hash in ["-sha1", "-sha256"] {
            let about = ["ocsp", hash, "-issuer", "ca3.pem", "-serial", number];
            let asked = bench.openssl(&[&about[..], &["-reqout", "req.der"]].concat());
            assert!(asked.status.success(), "{}", said(&asked));
            let request = Request::read(&bench.read("req.der")).expect("readable");
            assert!(request.is_about(&ca.certificate), "{number} {hash}");
            let time = bench.time_of("req.der");
            bench.write("resp.der", &responder.answer(&request, time, None, |_| status).expect("signed"));
            let believe = ["-respin", "resp.der", "-CAfile", "ca3.pem", "-VAfile", "ca3.pem"];
            // With the request read back in, it compares the nonces.
            let judged = said(&bench.openssl(&[&["ocsp", "-reqin", "req.der"], &believe[..]].concat()));
            assert!(judged.contains("Response verify OK") && !judged.contains("WARNING"), "{judged}");
            let told = said(&bench.openssl(&[&about[..], &["-no_nonce"], &believe].concat()));
            assert!(told.contains("Response verify OK") && told.contains(expected), "{told}");
        }
    }
}

/// `openssl ocsp` plays the authority's responder, once with the authority's key.
#[test]
fn we_ask_the_responder_of_openssl_and_believe_its_answers() {
    let bench = Bench::new();
    let ca = WORLD.generation(3);
    bench.write("ca3.key", pem("PRIVATE KEY", ca.key.to_pkcs8()).as_bytes());
    bench.write(
        "index.txt",
        b"V\t350101000000Z\t\t06\tunknown\t/C=JP/CN=kept\nR\t350101000000Z\t260101000000Z,superseded\t05\tunknown\t/C=JP/CN=lost\n",
    );
    let trust = JpkiTrust::new([ca.certificate.der()], &[TEST_POLICY]).expect("an authority");
    let superseded = Revocation { at: at("2026-01-01T00:00:00Z"), reason: RevocationReason::Superseded };
    for (number, expected) in [([5_u8], Status::Revoked(superseded)), ([6], Status::Good), ([7], Status::Unknown)] {
        let der = WORLD.issue(3, &Leaf { serial: serial(&number), ..leaf() });
        let person = trust.verify(&der, now()).expect("good");
        let question = Question::new(&person, [number[0]; 32]);
        bench.write("req.der", &question.to_der());
        let answered = bench.openssl(&[
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "ca3.pem",
            "-rsigner",
            "ca3.pem",
            "-rkey",
            "ca3.key",
            "-reqin",
            "req.der",
            "-respout",
            "resp.der",
            "-ndays",
            "1",
        ]);
        assert!(answered.status.success(), "{}", said(&answered));
        let answer = question.read_answer(&bench.read("resp.der"), bench.time_of("resp.der"));
        assert_eq!(answer.map(|answer| answer.status), Ok(expected), "{number:?}: {}", said(&answered));
    }
}
