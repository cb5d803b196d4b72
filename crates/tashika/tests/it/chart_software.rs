//! What the chart software of a clinic gets in FHIR from a terminal, and how it compares with what the nation knows to be true: it
//! knows HTTP and JSON and no word of ours. Each answer is kept where `cargo xtask fhir` judges it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use fantoccini::Client;
use nation::files;
use serde_json::{Value, json};

use crate::stack::TerminalProcess;
use tashika::check::truth::{Row, rows};

const KINDS: [&str; 8] = [
    "Coverage",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Condition",
    "Procedure",
    "Observation",
    "AuditEvent",
];
/// Those that need a consent.
const MEDICAL: std::ops::Range<usize> = 1..7;

/// A program with the token of a user.
pub struct ChartSoftware {
    address: String,
    user_token: String,
    answers: PathBuf,
}

/// Posts a form of the desk's pages, as whoever is signed in, and gives the page that came.
async fn desk_form(page: &Client, path: &str, form: &str) -> Result<String> {
    let post = "const [path, form, done] = arguments; const csrf = document.querySelector('input[name=csrf]').value; \
                fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, \
                body: form + '&csrf=' + encodeURIComponent(csrf) }).then(async r => done(await r.text()))";
    let text = page.execute_async(post, vec![json!(path), json!(form)]).await?;
    Ok(text.as_str().context("a page")?.to_owned())
}

impl ChartSoftware {
    /// Makes a user of its own, who may open records, with a token.
    pub async fn of(page: &Client, terminal: &TerminalProcess) -> Result<Self> {
        page.goto(&format!("{}/users", terminal.desk_url)).await?;
        desk_form(page, "/users/add", "name=chart&role=records").await?;
        let shown = desk_form(page, "/users/token", "name=chart&what=issue").await?;
        let (_, rest) = shown.split_once("<p><code>").context("a token is shown once")?;
        let user_token = rest.split('<').next().unwrap_or_default().to_owned();
        let address = terminal.desk_url.strip_prefix("http://").context("an address")?.to_owned();
        let answers = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fhir-live");
        std::fs::create_dir_all(&answers)?;
        // What an earlier run was told says nothing about this one.
        for entry in std::fs::read_dir(&answers)? {
            let path = entry?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("terminal-")) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self { address, user_token, answers })
    }

    /// Takes its user the right to do anything.
    pub async fn is_disabled(&self, page: &Client) -> Result<()> {
        page.goto(&format!("http://{}/users", self.address)).await?;
        desk_form(page, "/users/change", "name=chart&role=records&disabled=1").await?;
        let (status, outcome) =
            self.send("POST", "CoverageEligibilityRequest/$submit", &self.user_token, &json!({}).to_string())?;
        ensure!((status, code(&outcome)) == (401, "sign-in-required"), "{status} {outcome}");
        let (status, outcome) = self.send("POST", "auth/token", &self.user_token, "scope=patient%2F*.rs")?;
        ensure!((status, code(&outcome)) == (401, "sign-in-required"), "{status} {outcome}");
        Ok(())
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &str) -> Result<(u16, Value)> {
        let kind = if body.starts_with('{') { "application/fhir+json" } else { "application/x-www-form-urlencoded" };
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{method} /fhir/r4/{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: application/fhir+json\r\n\
             Authorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        let reply = String::from_utf8(reply)?;
        let (head, body) = reply.split_once("\r\n\r\n").context("an answer")?;
        let status = head.split(' ').nth(1).context("a status")?.parse()?;
        Ok((status, serde_json::from_str(body).with_context(|| format!("{path}: {body}"))?))
    }

    /// Asks, and keeps what came for the validator.
    fn get(&self, path: &str, token: &str, name: &str) -> Result<(u16, Value)> {
        let (status, told) = self.send("GET", path, token, "")?;
        std::fs::write(self.answers.join(format!("terminal-{name}.json")), serde_json::to_vec_pretty(&told)?)?;
        Ok((status, told))
    }

    /// Checks a card and asks for a token about whom it names. Gives the id of the patient and the answer to the launch.
    pub fn opens(&self, card: &Row) -> Result<(String, Value)> {
        let key = format!(
            "{}:{}:{}:{}",
            card["InsurerNumber"],
            card["InsuredCardSymbol"],
            card["InsuredIdentificationNumber"],
            card["InsuredBranchNumber"]
        );
        let day = |digits: &str| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
        let request = json!({
            "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["validation"],
            "created": "2026-04-07", "patient": { "reference": "#p" }, "insurer": { "display": "x" },
            "contained": [{
                "resourceType": "Patient", "id": "p", "birthDate": day(&card["Birthdate"].replace('-', "")),
                "identifier": [{ "system": "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID", "value": key }]
            }]
        });
        let path = "CoverageEligibilityRequest/$submit";
        let (status, answer) = self.send("POST", path, &self.user_token, &request.to_string())?;
        ensure!((status, &answer["insurance"][0]["inforce"]) == (200, &true.into()), "{status} {answer}");
        std::fs::write(self.answers.join("terminal-submit.json"), serde_json::to_vec_pretty(&answer)?)?;
        let id = answer["patient"]["reference"].as_str().and_then(|text| text.strip_prefix("Patient/"));
        let id = id.with_context(|| answer.to_string())?.to_owned();
        let form = format!(
            "grant_type=client_credentials&launch={id}&scope=patient%2F*.rs&user_role=doctor&purpose_of_use=TREAT"
        );
        let (status, granted) = self.send("POST", "auth/token", &self.user_token, &form)?;
        ensure!(status == 200, "{status} {granted}");
        Ok((id, granted))
    }

    /// A patient who allowed everything: drugs, diagnoses, treatments and values are those of the nation, one by one.
    pub fn sees_the_truth(&self, card: &Row, nation: &Path) -> Result<(String, String)> {
        let (id, granted) = self.opens(card)?;
        ensure!(granted["refused_scopes"].is_null(), "{granted}");
        let token = granted["access_token"].as_str().context("a token")?;
        let truth = Truth { records: nation.join(files::RECORDS), person: &card["PersonalNumber"] };
        let (status, patient) = self.get(&format!("Patient/{id}"), token, "Patient")?;
        let born = patient["birthDate"].as_str().unwrap_or_default().replace('-', "");
        ensure!((status, &born) == (200, &card["Birthdate"].replace('-', "")), "another person: {patient}");
        for kind in KINDS {
            let found = self.all(kind, &id, token)?;
            ensure!(!found.is_empty() || kind == "Observation", "{kind} is empty");
            let (told, expected) = match kind {
                "MedicationDispense" => (found.iter().map(drug).collect::<BTreeSet<_>>(), truth.drugs()?),
                "Condition" => (found.iter().map(condition).collect(), truth.diagnoses()?),
                "Procedure" => (found.iter().map(procedure).collect(), truth.procedures()?),
                "Observation" => (found.iter().map(observation).collect(), truth.values()?),
                _ => continue,
            };
            let (told, expected) = (without_dashes(told), without_dashes(expected));
            ensure!(told == expected, "{kind}: {:#?}", told.symmetric_difference(&expected).collect::<Vec<_>>());
            if let Some(first) = found.first() {
                let one = format!("{kind}/{}", first["id"].as_str().unwrap_or_default());
                let (status, alone) = self.get(&one, token, &format!("{kind}-read"))?;
                ensure!((status, &alone) == (200, first), "{one}: {alone}");
                let form = format!("patient={id}&_count=1000");
                let (status, page) = self.send("POST", &format!("{kind}/_search"), token, &form)?;
                ensure!((status, &page["entry"][0]["resource"]) == (200, first), "{kind} asked for with a form");
            }
        }
        self.get(&format!("Patient/{id}/$everything"), token, "everything")?;
        self.get("metadata", token, "metadata")?;
        let looks = self.all("AuditEvent", &id, token)?;
        for kind in ["Patient", "MedicationDispense", "Condition", "Procedure", "Observation"] {
            let is_of = |look: &&Value| look["entity"].to_string().contains(&format!("\"{kind}\""));
            let look = looks.iter().find(is_of).with_context(|| format!("no look at {kind} is on record"))?;
            ensure!(look["agent"][0]["altId"] == "chart" && look["outcome"] == "0", "{look}");
        }
        Ok((id, token.to_owned()))
    }

    /// The patient took everything back: the token of before opens nothing, and each refusal is on record.
    pub fn sees_nothing(&self, card: &Row, (id, token): &(String, String)) -> Result<()> {
        for kind in &KINDS[MEDICAL] {
            let (status, outcome) = self.get(&format!("{kind}?patient={id}"), token, &format!("{kind}-refused"))?;
            ensure!((status, code(&outcome)) == (403, "consent-missing"), "{kind}: {status} {outcome}");
        }
        let (status, whole) = self.get(&format!("Patient/{id}/$everything"), token, "everything-refused")?;
        let refused = whole["entry"].as_array().into_iter().flatten();
        let refused = refused.filter(|entry| entry["search"]["mode"] == "outcome").count();
        ensure!((status, refused) == (200, MEDICAL.len()), "each kind says why it is not there: {whole}");
        let looks = self.all("AuditEvent", id, token)?;
        let refused = looks.iter().filter(|look| look["outcome"] == "4").count();
        ensure!(refused >= MEDICAL.len(), "{refused} refusals are on record");
        let (_, granted) = self.opens(card)?;
        ensure!(granted["refused_scopes"].as_array().map(Vec::len) == Some(MEDICAL.len()), "{granted}");
        let (status, outcome) = self.send("GET", &format!("Condition?patient={id}"), "x", "")?;
        ensure!((status, code(&outcome)) == (401, "access-token-invalid"), "{status} {outcome}");
        Ok(())
    }

    /// Every resource of a kind; more than a page is a fault of this test.
    fn all(&self, kind: &str, id: &str, token: &str) -> Result<Vec<Value>> {
        let (status, bundle) = self.get(&format!("{kind}?patient={id}&_count=1000"), token, kind)?;
        ensure!(status == 200 && bundle["link"].as_array().map(Vec::len) == Some(1), "{kind}: {status} {bundle}");
        let entries = bundle["entry"].as_array().into_iter().flatten();
        Ok(entries.map(|entry| entry["resource"].clone()).collect())
    }
}

fn code(outcome: &Value) -> &str {
    outcome["issue"][0]["details"]["coding"][0]["code"].as_str().unwrap_or_default()
}

/// What is compared of an entry, in words.
type Told = Vec<String>;

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number as it is compared, whatever its zeros; anything else as it is.
fn plain(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| format!("{number:.3}"))
}

/// A day is written in two ways.
fn without_dashes(told: BTreeSet<Told>) -> BTreeSet<Told> {
    told.into_iter().map(|one| one.iter().map(|field| field.replace('-', "")).collect()).collect()
}

fn drug(one: &Value) -> Told {
    let code = &one["medicationCodeableConcept"]["coding"][0]["code"];
    vec![text(code), text(&one["whenHandedOver"]), plain(&text(&one["quantity"]["value"]))]
}

fn condition(one: &Value) -> Told {
    vec![text(&one["code"]["coding"][0]["code"]), text(&one["onsetDateTime"])]
}

fn procedure(one: &Value) -> Told {
    vec![text(&one["code"]["coding"][0]["code"]), text(&one["performedDateTime"])]
}

fn observation(one: &Value) -> Told {
    let quantity = &one["valueQuantity"];
    let value = if quantity["comparator"].is_string() || one["valueString"] == "測定上限超過" {
        // More than can be measured: the nation tells no value.
        String::new()
    } else if quantity.is_object() {
        plain(&text(&quantity["value"]))
    } else if one["valueCodeableConcept"].is_object() {
        plain(&text(&one["valueCodeableConcept"]["coding"][0]["code"]))
    } else {
        plain(one["valueString"].as_str().unwrap_or_default())
    };
    vec![text(&one["code"]["coding"][0]["code"]), text(&one["effectiveDateTime"]), value]
}

/// What the nation knows of somebody.
struct Truth<'a> {
    records: PathBuf,
    person: &'a str,
}

impl Truth<'_> {
    fn of(&self, file: &str, told: impl Fn(&Row) -> Told) -> Result<BTreeSet<Told>> {
        let rows = rows(&self.records.join(file))?;
        Ok(rows.iter().filter(|row| row["PersonalNumber"] == self.person).map(told).collect())
    }

    fn drugs(&self) -> Result<BTreeSet<Told>> {
        self.of(files::DRUG_HISTORY, |row| {
            let number = |column: &str| row[column].parse::<f64>().unwrap_or(f64::NAN);
            let total = format!("{:.3}", number("Amount") * number("Count"));
            vec![row["DrugCode"].clone(), row["DispensedOn"].clone(), total]
        })
    }

    fn diagnoses(&self) -> Result<BTreeSet<Told>> {
        self.of(files::DIAGNOSES, |row| vec![row["Code"].clone(), row["Since"].clone()])
    }

    fn procedures(&self) -> Result<BTreeSet<Told>> {
        self.of(files::PROCEDURES, |row| vec![row["Code"].clone(), row["Day"].clone()])
    }

    fn values(&self) -> Result<BTreeSet<Told>> {
        self.of(files::CHECKUPS, |row| vec![row["ItemCode"].clone(), row["CheckedOn"].clone(), plain(&row["Value"])])
    }
}
