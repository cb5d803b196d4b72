//! A center with clinics, set up through the command line in a folder of its own, and curl pointed at it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::value::RawValue;

use super::one_time_code;
use crate::run;
use crate::stopwatch::Stopwatch;
use crate::workspace::Workspace;

const READY_MAX: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(200);

/// What curl is told to say after the body, on a line of its own.
const WRITE_OUT: &str = "\n%{http_code} %{http_version}";

/// A running center. Dropping it ends the process.
pub struct Stage {
    pub folder: PathBuf,
    pub binary: PathBuf,
    ports: [u16; 3],
    center: Option<Child>,
}

/// A joined clinic: the file with its key and its chain.
pub struct Clinic {
    pub identity: PathBuf,
}

/// What curl saw. Status 0 means that no answer came.
pub struct Reply {
    pub exit: i32,
    pub status: u16,
    pub version: String,
    pub body: String,
}

impl Stage {
    pub fn set_up(workspace: &Workspace, folder: &Path) -> Result<Self> {
        let mut stage =
            Self { folder: folder.to_owned(), binary: workspace.binary()?, ports: free_ports()?, center: None };
        stage.tashika(&["center", "init"])?;
        stage.start()?;
        Ok(stage)
    }

    fn start(&mut self) -> Result<()> {
        let [api, enrol, ops] = self.ports.map(|port| format!("127.0.0.1:{port}"));
        let mut command =
            self.command(&["center", "run", "--listen", &api, "--enrol-listen", &enrol, "--ops-listen", &ops]);
        let log = std::fs::File::create(self.folder.join("center.log"))?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        self.center = Some(child);
        let ready = || {
            let url = format!("http://{ops}/ready");
            let asked = Command::new("curl").args(["-s", "-o", "/dev/null", "-w", "%{http_code}", &url]).output()?;
            Ok(String::from_utf8_lossy(&asked.stdout).trim() == "200")
        };
        self.until("the center is ready", ready, |ready| *ready).map(drop)
    }

    /// Repeats until it is as wanted.
    pub fn until<T>(&self, what: &str, ask: impl Fn() -> Result<T>, wanted: impl Fn(&T) -> bool) -> Result<T> {
        let stopwatch = Stopwatch::start();
        loop {
            let found = ask()?;
            if wanted(&found) {
                return Ok(found);
            }
            if stopwatch.elapsed() > READY_MAX {
                let log = std::fs::read_to_string(self.folder.join("center.log")).unwrap_or_default();
                bail!("waited in vain until {what}; the center says:\n{log}");
            }
            thread::sleep(POLL);
        }
    }

    /// Runs `tashika` on the center's data and gives what it prints.
    pub fn tashika(&self, words: &[&str]) -> Result<String> {
        run::output(&mut self.command(words))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = run::command(&self.folder, &self.binary, words);
        command.arg("--data").arg(self.folder.join("center"));
        command
    }

    /// Adds a clinic and lets a terminal of it join.
    pub fn join(&self, code: &str, name: &str) -> Result<Clinic> {
        self.tashika(&["facility", "add", code, name])?;
        let secret = one_time_code(&self.tashika(&["facility", "enrol", code])?)?;
        let data = self.folder.join(code);
        let url = format!("https://127.0.0.1:{}", self.ports[1]);
        let mut join = run::command(&self.folder, &self.binary, &["terminal", "join", &url, &secret, "--data"]);
        run::output(join.arg(&data))?;
        Ok(Clinic { identity: data.join("terminal.pem") })
    }

    pub fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join("center/certs").join(name)
    }

    /// The certificate that the enrolment port shows.
    pub fn server_certificate(&self) -> Result<PathBuf> {
        let address = format!("127.0.0.1:{}", self.ports[1]);
        let shown = Command::new("openssl").args(["s_client", "-connect", &address]).stdin(Stdio::null()).output()?;
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        let start = shown.find("-----BEGIN CERTIFICATE").context("openssl shows the server's certificate")?;
        let file = self.folder.join("server.pem");
        std::fs::write(&file, &shown[start..])?;
        Ok(file)
    }

    /// A key and certificate that anybody can make, with the right words in it.
    pub fn self_signed(&self) -> Result<Clinic> {
        let (key, leaf) = (self.folder.join("own.key.pem"), self.folder.join("own.pem"));
        let mut openssl =
            run::command(&self.folder, "openssl", &["req", "-x509", "-newkey", "ec", "-nodes", "-days", "7"]);
        openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=own"]);
        openssl.args(["-addext", "subjectAltName=URI:urn:tashika:facility:1310000017:own", "-keyout"]);
        run::output(openssl.arg(&key).arg("-out").arg(&leaf))?;
        let identity = self.folder.join("own-identity.pem");
        std::fs::write(&identity, std::fs::read_to_string(key)? + &std::fs::read_to_string(leaf)?)?;
        Ok(Clinic { identity })
    }

    /// Asks for an unknown patient, with the clinic's certificate, in the name of `code`.
    pub fn ask(&self, clinic: &Clinic, code: &str, options: &[&str]) -> Result<Reply> {
        self.curl(Some(&clinic.identity), code, options)
    }

    pub fn curl(&self, identity: Option<&Path>, code: &str, options: &[&str]) -> Result<Reply> {
        let url = format!("https://127.0.0.1:{}/v1/eligibility-checks", self.ports[0]);
        let mut curl = run::command(&self.folder, "curl", &["-sS", "--max-time", "20", "-w", WRITE_OUT]);
        curl.args(options).arg("--cacert").arg(self.certificate("root.pem"));
        if let Some(identity) = identity {
            curl.arg("--cert").arg(identity).arg("--key").arg(identity);
        }
        curl.args(["-H", "Content-Type: application/json", "--data-binary", &question(code)?, &url]);
        let output = curl.stdin(Stdio::null()).output().context("curl")?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, said) = printed.rsplit_once('\n').unwrap_or_default();
        let (status, version) = said.split_once(' ').unwrap_or_default();
        Ok(Reply {
            exit: output.status.code().unwrap_or(-1),
            status: status.parse().unwrap_or(0),
            version: version.to_owned(),
            body: body.to_owned(),
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(center) = &mut self.center {
            run::kill_tree(center);
        }
    }
}

/// A question about a card that nobody has, with a request id of its own.
fn question(code: &str) -> Result<String> {
    let request_id = std::fs::read_to_string("/proc/sys/kernel/random/uuid")?;
    let question = serde_json::json!({
        "RequestId": version_7(request_id.trim()),
        "QualificationConfirmationDate": "20260401",
        "MedicalInstitutionCode": code,
        "QualificationConfirmSearchInfo": {
            "InsurerNumber": "06139463",
            "InsuredCardSymbol": "記号",
            "InsuredIdentificationNumber": "987654",
            "Birthdate": "19800401",
        },
    });
    Ok(question.to_string())
}

/// The kernel makes ids of version 4; only the digit that names the version differs from a random one of version 7.
fn version_7(uuid: &str) -> String {
    let mut digits: Vec<char> = uuid.chars().collect();
    if let Some(version) = digits.get_mut(14) {
        *version = '7';
    }
    digits.into_iter().collect()
}

/// The file that `tashika proof verify` reads, made from an answer as it came over the line: the answer keeps its bytes.
pub fn proof_file(answer: &str) -> Result<String> {
    let response: BTreeMap<String, Box<RawValue>> = serde_json::from_str(answer).context("the answer is JSON")?;
    let proof: BTreeMap<String, String> = serde_json::from_str(response.get("Proof").context("a proof")?.get())?;
    let text = response.get("Answer").context("an answer")?.get();
    let part =
        |name: &str| proof.get(name).map(|value| format!("\"{name}\":\"{value}\"")).with_context(|| name.to_owned());
    let parts = [part("Event")?, part("Receipt")?, part("ProofNumber")?].join(",");
    Ok(format!("{{\"Format\":\"tashika-proof-1\",\"Answer\":{},{parts}}}\n", serde_json::to_string(text)?))
}

/// Three ports that nobody uses at the moment, held together so that they differ.
fn free_ports() -> Result<[u16; 3]> {
    let listeners = [0; 3].map(|_| TcpListener::bind(("127.0.0.1", 0)));
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        *port = listener?.local_addr()?.port();
    }
    ensure!(ports[0] != ports[1], "the system gave one port twice");
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_file_keeps_the_bytes_of_the_answer() {
        let answer =
            r#"{"Answer":{"Verdict": "not_found"},"Proof":{"ProofNumber":"01-1","Event":"ZQ","Receipt":"cg"}}"#;
        let file = proof_file(answer).expect("has all parts");
        let expected = "{\"Format\":\"tashika-proof-1\",\"Answer\":\"{\\\"Verdict\\\": \\\"not_found\\\"}\",\"Event\":\"ZQ\",\"Receipt\":\"cg\",\"ProofNumber\":\"01-1\"}\n";
        assert_eq!(file, expected);
    }

    #[test]
    fn an_id_becomes_one_of_version_7() {
        assert_eq!(version_7("12345678-1234-4234-8234-123456789abc"), "12345678-1234-7234-8234-123456789abc");
    }
}
