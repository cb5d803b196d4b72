//! What the center looks like from outside, to programs that share no line with it: curl, openssl, and a COSE and a
//! Merkle library of another language.
//!
//! A center is made with the command line, as an operator would; two clinics join; then curl asks with and without
//! certificates, openssl judges the chain, and the answer is saved and judged.

mod stage;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use self::stage::{Clinic, Reply, Stage};
use crate::interop;
use crate::run;
use crate::workspace::Workspace;

/// Two institution codes with valid check digits.
const CLINIC_A: &str = "1310000017";
const CLINIC_B: &str = "0110113719";

/// What curl ends with when TLS refuses it: in the handshake, while sending, or while waiting for the answer. In TLS 1.3
/// a client has finished its own half before the server has judged its certificate.
const CURL_TLS_FAILED: &[i32] = &[35, 55, 56];

pub fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.fresh_scratch("outside")?;
    let mut stage = Stage::set_up(workspace, &folder)?;
    let a = stage.join(CLINIC_A, "みほん診療所")?;
    let b = stage.join(CLINIC_B, "見本薬局")?;

    let answer = clinic_is_answered(&stage, &a)?;
    other_clinics_name_is_refused(&stage, &a, &b)?;
    nobody_comes_in_without_certificate(&stage, &a)?;
    openssl_accepts_the_chain(&stage, &a)?;
    saved_answer_proves_itself(workspace, &stage, &answer)?;
    revoked_clinic_is_refused(&mut stage, &a, &b)
}

fn clinic_is_answered(stage: &Stage, clinic: &Clinic) -> Result<String> {
    let answer = stage.ask(clinic, CLINIC_A, &["--http2"])?;
    expect("over HTTP/2, A as A", &answer, 200, "2")?;
    expect("over HTTP/1.1, A as A", &stage.ask(clinic, CLINIC_A, &["--http1.1"])?, 200, "1.1")?;
    Ok(answer.body)
}

fn other_clinics_name_is_refused(stage: &Stage, a: &Clinic, b: &Clinic) -> Result<()> {
    for (clinic, name) in [(a, CLINIC_B), (b, CLINIC_A)] {
        let reply = stage.ask(clinic, name, &[])?;
        expect("in the name of another clinic", &reply, 403, "")?;
        ensure!(reply.body.contains("\"facility-mismatch\""), "expected `facility-mismatch`: {}", reply.body);
    }
    Ok(())
}

fn nobody_comes_in_without_certificate(stage: &Stage, a: &Clinic) -> Result<()> {
    let without = stage.curl(None, CLINIC_A, &[])?;
    expect_no_connection("without a certificate", &without)?;
    expect_no_connection("with TLS 1.2", &stage.ask(a, CLINIC_A, &["--tls-max", "1.2"])?)?;
    let own = stage.self_signed()?;
    expect_no_connection("with a certificate of its own making", &stage.ask(&own, CLINIC_A, &[])?)
}

fn openssl_accepts_the_chain(stage: &Stage, a: &Clinic) -> Result<()> {
    let (root, issuing) = (stage.certificate("root.pem"), stage.certificate("issuing.pem"));
    let verify = |purpose: &str, leaf: &Path| {
        let mut openssl =
            run::command(&stage.folder, "openssl", &["verify", "-x509_strict", "-purpose", purpose, "-CAfile"]);
        openssl.arg(&root).arg("-untrusted").arg(&issuing).arg(leaf);
        run::output(&mut openssl)
    };
    println!("openssl: {}", verify("sslclient", &a.identity)?.trim());
    println!("openssl: {}", verify("sslserver", &stage.server_certificate()?)?.trim());
    let as_server = verify("sslserver", &a.identity);
    ensure!(as_server.is_err(), "a terminal's certificate must not serve as a server's");
    Ok(())
}

/// The answer that curl got, saved in the form of a proof file.
fn saved_answer_proves_itself(workspace: &Workspace, stage: &Stage, answer: &str) -> Result<()> {
    let file = stage.folder.join("proof.json");
    let saved = stage::proof_file(answer)?;
    std::fs::write(&file, &saved)?;
    let key = stage.certificate("log.pub.pem");
    let verify = |file: &Path| {
        let mut command = run::command(&stage.folder, &stage.binary, &["proof", "verify"]);
        run::output(command.arg(file).arg("--key").arg(&key))
    };
    println!("{}", verify(&file)?.trim());

    let changed = stage.folder.join("changed.json");
    std::fs::write(&changed, saved.replacen("not_found", "not_fount", 1))?;
    ensure!(verify(&changed).is_err(), "a changed answer must not verify");
    interop::judge(workspace, Some((&file, &key)))
}

fn revoked_clinic_is_refused(stage: &mut Stage, a: &Clinic, b: &Clinic) -> Result<()> {
    stage.tashika(&["facility", "revoke", CLINIC_A])?;
    let refused = |reply: &Reply| reply.status != 200;
    let reply = stage.until("the revocation has reached the center", || stage.ask(a, CLINIC_A, &[]), refused)?;
    println!("revoked clinic: status {}, curl {}", reply.status, reply.exit);
    expect("a clinic that was not revoked", &stage.ask(b, CLINIC_B, &[])?, 200, "")
}

fn expect(what: &str, reply: &Reply, status: u16, version: &str) -> Result<()> {
    ensure!(
        reply.status == status,
        "{what}: expected {status}, got {} (curl {}): {}",
        reply.status,
        reply.exit,
        reply.body
    );
    ensure!(version.is_empty() || reply.version == version, "{what}: HTTP {} instead of {version}", reply.version);
    println!("{what}: {status} over HTTP {}", reply.version);
    Ok(())
}

fn expect_no_connection(what: &str, reply: &Reply) -> Result<()> {
    ensure!(CURL_TLS_FAILED.contains(&reply.exit), "{what}: curl ended with {}, status {}", reply.exit, reply.status);
    ensure!(reply.status == 0, "{what}: an answer came: {}", reply.status);
    println!("{what}: no connection (curl {})", reply.exit);
    Ok(())
}

/// First match of a pattern that marks a one-time code: 32 letters of Crockford's alphabet, dashes aside.
fn one_time_code(printed: &str) -> Result<String> {
    let is_code = |word: &&str| {
        let letters: Vec<char> = word.chars().filter(|c| *c != '-').collect();
        letters.len() == 32 && letters.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
    };
    printed
        .split_whitespace()
        .find(is_code)
        .map(str::to_owned)
        .with_context(|| format!("no one-time code in: {printed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_code_is_found_among_words() {
        let printed = "登録コード / one-time code:\n  ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789\nvalid for 10 days\n";
        assert_eq!(one_time_code(printed).expect("found"), "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789");
        assert!(one_time_code("NO CODE").is_err());
    }
}
