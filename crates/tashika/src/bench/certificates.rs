//! Cards' certificates checked a second on one core: what the center does for each card, without network and store.

use super::ceiling::rate;
use super::say;
use crate::check::private::World;
use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::time::Duration;
use trust::Validity;
use trust::jpki::crl::Crl;
use trust::jpki::issue::{self, Leaf};
use trust::jpki::ocsp::{Question, Request, Responder, Status};
use trust::jpki::{
    CaCertificate, CertificateSerial, JpkiTrust, PersonCertificate, Revocation, RevocationReason, RsaPrivateKey,
    TEST_POLICY,
};

/// Entries of the list that is searched: as many as a large prefecture revokes in a year.
const LIST_ENTRIES: u32 = 100_000;
/// Life of the authority and the card of the measurement.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// An authority, a card, and all that is sent back and forth about it.
struct Exchange {
    trust: JpkiTrust,
    certificate: Vec<u8>,
    challenge: [u8; 32],
    signature: Vec<u8>,
    question: Question,
    answer: Vec<u8>,
    list: Crl,
    now: Timestamp,
}

/// Measures and prints; the last line is JSON.
pub fn run(seconds: u64, world: &World) -> Result<()> {
    say("making an authority, a card and a revocation list")?;
    let exchange = Exchange::make(world.clock.now())?;
    let time = Duration::from_secs(seconds);
    let measure = |work: &dyn Fn() -> Result<()>| rate(time, &world.clock, work);
    let judged = measure(&|| exchange.judge().map(drop))?;
    let online = measure(&|| exchange.ask(&exchange.judge()?))?;
    let offline = measure(&|| exchange.look_up(&exchange.judge()?))?;
    say(&format!(
        "\n| on one core | per second |\n|---|---|\n| certificate and signature of the challenge | {judged:.0} |\n\
         | and the answer of OCSP | {online:.0} |\n| or a list of {LIST_ENTRIES} entries | {offline:.0} |\n"
    ))?;
    let line = json!({ "bench": "certificates", "judged_per_s": judged, "ocsp_per_s": online, "list_per_s": offline });
    crate::command::print(&line.to_string())
}

impl Exchange {
    fn make(now: Timestamp) -> Result<Self> {
        let now = Timestamp::from_second(now.as_second())?;
        let validity = Validity { not_before: now - LIFE, not_after: now + LIFE };
        let (ca_key, card) = (RsaPrivateKey::generate()?, RsaPrivateKey::generate()?);
        let ca_der = issue::ca(serial(1)?, validity, &ca_key)?;
        let leaf = Leaf {
            serial: serial(2)?,
            subject_id: "measurement",
            validity,
            policy: TEST_POLICY,
            place: ("東京都", "千代田区"),
            ocsp_url: "http://ocsp.jpki-test.invalid/",
            flaw: None,
        };
        let ca = CaCertificate::from_der(&ca_der)?;
        let certificate = leaf.sign(&ca, &ca_key, &card.public_spki()?)?;
        let trust = JpkiTrust::new([&ca_der], &[TEST_POLICY])?;
        let revocation = Revocation { at: now - LIFE, reason: RevocationReason::KeyCompromise };
        let revoked: Vec<_> =
            (0..LIST_ENTRIES).map(|nth| Ok((serial(1000 + 7 * nth)?, revocation))).collect::<Result<_>>()?;
        let contents = trust::jpki::crl::Contents {
            revoked: &revoked,
            number: 1,
            this_update: now,
            next_update: now + LIFE,
            distribution_point: None,
        };
        let list = Crl::read(&trust::jpki::crl::issue(&ca, &ca_key, &contents)?, &trust)?;
        let question = Question::new(&trust.verify(&certificate, now)?, [7; 32]);
        let request = Request::read(&question.to_der())?;
        let challenge = [9; 32];
        let signature = card.sign(&challenge)?;
        let responder = Responder::authority(ca, ca_key)?;
        let answer = responder.answer(&request, now, None, |_| Status::Good)?;
        Ok(Self { trust, certificate, challenge, signature, question, answer, list, now })
    }

    fn judge(&self) -> Result<PersonCertificate> {
        let read = self.trust.verify(&self.certificate, self.now)?;
        read.verify_signature(&self.challenge, &self.signature).then_some(read).context("the signature holds")
    }

    fn ask(&self, read: &PersonCertificate) -> Result<()> {
        // Making the request belongs to the work; the answer is the one to the first.
        let request = Question::new(read, [7; 32]).to_der();
        anyhow::ensure!(!request.is_empty());
        let answer = self.question.read_answer(&self.answer, self.now)?;
        anyhow::ensure!(answer.status == Status::Good);
        Ok(())
    }

    fn look_up(&self, read: &PersonCertificate) -> Result<()> {
        anyhow::ensure!(self.list.is_usable(self.now) && self.list.look_up(read)?.is_none());
        Ok(())
    }
}

fn serial(number: u32) -> Result<CertificateSerial> {
    CertificateSerial::from_bytes(&number.to_be_bytes()).context("numbers are positive")
}
