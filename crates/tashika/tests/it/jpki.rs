//! The authority's model as a server of the real binary: `openssl ocsp` asks it over HTTP, its lists are fetched, and what
//! another process revokes or issues anew is answered by the next request.

use crate::stack::{START, output, tashika};
use anyhow::{Context as _, Result, ensure};
use kit::client::{Client, ClientOptions};
use nation::jpki::{Authority, Register};
use nation::{Nation, files};
use std::path::{Path, PathBuf};
use std::process::Command;
use tashika::check::private::World;
use tashika::jpki::CertificateName;
use testkit::Process;
use trust::jpki::crl::Crl;
use trust::jpki::ocsp::{Question, Status};
use trust::jpki::{JpkiTrust, PersonCertificate, TEST_POLICY};

/// Person whose card is tried.
const PERSON: u32 = 5;

struct Office {
    folder: tempfile::TempDir,
    url: String,
    client: Client,
    trust: JpkiTrust,
    certificate: PersonCertificate,
    /// Ends with the test.
    _process: Process,
}

impl Office {
    fn open(world: &World) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let nation = folder.path().join("nation");
        output(tashika(&["nation", "--people", "1000", "--out"]).arg(&nation))?;
        let authority = Authority::open(&nation)?;
        let built = Nation::build(&files::read_about(&nation)?.options)?;
        let holder = built.holder(PERSON).context("alive")?;
        let card = authority.card(&Register::open(&nation)?, &holder)?;
        let trust = JpkiTrust::new(authority.ca_certificates().map(|ca| ca.der().to_vec()), &[TEST_POLICY])?;
        let certificate = trust.verify(&card.certificate, world.clock.now())?;
        std::fs::write(folder.path().join("card.der"), &card.certificate)?;
        std::fs::write(folder.path().join("ca.der"), &card.ca)?;
        for name in ["card", "ca"] {
            let (from, to) = (format!("{name}.der"), format!("{name}.pem"));
            output(openssl(folder.path()).args(["x509", "-inform", "DER", "-in", &from, "-out", &to]))?;
        }
        let port = testkit::free_port();
        let mut run = tashika(&["jpki", "run", "--listen", &format!("127.0.0.1:{port}"), "--nation"]);
        run.arg(&nation);
        let process = Process::start(run, "ready ocsp=", START)?;
        let url = format!("http://127.0.0.1:{port}");
        let options = ClientOptions { plain_loopback: true, ..ClientOptions::default() };
        let client = Client::builder(world.clock.clone()).base_urls([url.as_str()])?.options(options).build()?;
        Ok(Self { folder, url, client, trust, certificate, _process: process })
    }

    fn nation(&self) -> PathBuf {
        self.folder.path().join("nation")
    }

    /// What `openssl ocsp` prints about the card.
    fn openssl_asks(&self) -> Result<String> {
        let mut command = openssl(self.folder.path());
        command.args(["ocsp", "-issuer", "ca.pem", "-cert", "card.pem", "-CAfile", "ca.pem", "-VAfile", "ca.pem"]);
        let asked = command.args(["-url", &format!("{}/ocsp", self.url)]).output()?;
        Ok(String::from_utf8_lossy(&[asked.stdout, asked.stderr].concat()).into_owned())
    }

    /// What we are told when we ask.
    async fn we_ask(&self, nonce: u8, world: &World) -> Result<Status> {
        let question = Question::new(&self.certificate, [nonce; 32]);
        let answer = self.client.post("/ocsp", "application/ocsp-request", question.to_der()).await?;
        Ok(question.read_answer(&answer.body, world.clock.now())?.status)
    }

    async fn list(&self) -> Result<Crl> {
        let path = format!("/crl/{}.crl", self.certificate.ca_key_id().to_hex());
        Ok(Crl::read(&self.client.get(&path).await?.body, &self.trust)?)
    }

    async fn successor(&self) -> Result<CertificateName> {
        let (ca_key_id, serial) = (self.certificate.ca_key_id().to_hex(), self.certificate.serial().to_hex());
        Ok(self.client.post_json("/successors", &CertificateName { ca_key_id, serial }).await?)
    }
}

fn openssl(folder: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.current_dir(folder);
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_good_until_it_is_issued_anew() -> Result<()> {
    let world = World::real();
    let office = Office::open(&world)?;
    let told = office.openssl_asks()?;
    ensure!(told.contains("Response verify OK") && told.contains("card.pem: good"), "{told}");
    ensure!(office.we_ask(1, &world).await? == Status::Good, "good");
    ensure!(office.list().await?.look_up(&office.certificate)?.is_none(), "on no list");
    ensure!(office.successor().await.is_err(), "nothing took its place");

    output(tashika(&["jpki", "reissue", &PERSON.to_string(), "--nation"]).arg(office.nation()))?;
    let told = office.openssl_asks()?;
    ensure!(told.contains("card.pem: revoked") && told.contains("Reason: superseded"), "{told}");
    ensure!(matches!(office.we_ask(2, &world).await?, Status::Revoked(_)), "revoked");
    ensure!(office.list().await?.look_up(&office.certificate)?.is_some(), "on the list");
    let newest = office.successor().await?;
    ensure!(newest.serial != office.certificate.serial().to_hex(), "a new number");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_a_card_is_revoked_while_it_is_in_use() -> Result<()> {
    let world = World::real();
    let office = Office::open(&world)?;
    ensure!(office.we_ask(1, &world).await? == Status::Good, "good");
    output(tashika(&["jpki", "revoke", &PERSON.to_string(), "--reason", "lost", "--nation"]).arg(office.nation()))?;
    ensure!(matches!(office.we_ask(2, &world).await?, Status::Revoked(_)), "revoked");
    let told = office.openssl_asks()?;
    ensure!(told.contains("card.pem: revoked") && told.contains("Reason: keyCompromise"), "{told}");
    // What makes no sense is refused in the words of OCSP, and what is not there is not found.
    let answer = office.client.post("/ocsp", "application/ocsp-request", "no request").await?;
    ensure!(answer.body.as_ref() == [0x30, 3, 0x0a, 1, 1], "malformedRequest: {:?}", answer.body);
    ensure!(office.client.get("/crl/00.crl").await.is_err(), "no such generation");
    Ok(())
}
