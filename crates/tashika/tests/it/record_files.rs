//! What a receipt computer does to get a record through the folders of a terminal (YZK, TKK), and how it compares with what the
//! nation knows to be true.

use crate::receipt_computer::{LOOK, LOOKS_MAX};
use crate::stack::TerminalProcess;
use anyhow::{Result, ensure};
use nation::files;
use std::fs;
use std::path::Path;
use std::process::Command;
use tashika::check::truth::{Row, rows};

/// Drug, day, amount of a day or dose or in all, and days or times.
type Told = (String, String, String, String);

/// Drops a request about a card and waits for its answer, whatever it ends in: `xml`, `pdf` or `err`.
pub fn ask(
    terminal: &TerminalProcess,
    kind: &str,
    institution: &str,
    card: &Row,
    category: &str,
    suffix: &str,
) -> Result<(String, Vec<u8>)> {
    let request = format!(
        "<?xml version=\"1.0\" encoding=\"Shift_JIS\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>{institution}</MedicalInstitutionCode><InsurerNumber>{}</InsurerNumber>\
         <InsuranceCardSymbol>{}</InsuranceCardSymbol>\
         <InsuredPersonIdentificationNumber>{}</InsuredPersonIdentificationNumber><BranchNumber>{}</BranchNumber>\
         <ArbitraryFileIdentifier>{suffix}</ArbitraryFileIdentifier></MessageHeader><MessageBody>\
         <FileCategory>{category}</FileCategory><PrDiInfClassification>1</PrDiInfClassification>\
         <MedicalTreatmentFlag>1</MedicalTreatmentFlag></MessageBody></XmlMsg>",
        card["InsurerNumber"],
        card["InsuredCardSymbol"],
        card["InsuredIdentificationNumber"],
        card["InsuredBranchNumber"],
    );
    let request = wire::text::encode(&request, wire::text::Target::Cp932).bytes;
    let aside = terminal.req().join(format!(".{suffix}.tmp"));
    fs::write(&aside, request)?;
    fs::rename(&aside, terminal.req().join(format!("{kind}siquc01req_{suffix}.xml")))?;
    for _ in 0..LOOKS_MAX {
        for name in [
            format!("{kind}siquc01res_{suffix}.xml"),
            format!("{kind}siquc01res_{suffix}.pdf"),
            format!("{kind}siquc01req_{suffix}.err"),
        ] {
            if let Ok(bytes) = fs::read(terminal.res().join(&name)) {
                return Ok((name, bytes));
            }
        }
        std::thread::sleep(LOOK);
    }
    anyhow::bail!("{kind} {suffix} was not answered")
}

/// The same, of an answer that is XML in UTF-8.
pub fn ask_for_xml(
    terminal: &TerminalProcess,
    kind: &str,
    institution: &str,
    card: &Row,
    suffix: &str,
) -> Result<String> {
    let (name, bytes) = ask(terminal, kind, institution, card, "2", suffix)?;
    ensure!(name == format!("{kind}siquc01res_{suffix}.xml"), "{name}");
    Ok(String::from_utf8(bytes)?)
}

fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(open.as_str()).skip(1).filter_map(|rest| rest.split_once(close.as_str())).map(|(text, _)| text).collect()
}

fn text(xml: &str, name: &str) -> String {
    texts(xml, name).first().copied().unwrap_or_default().to_owned()
}

/// Every drug of a YZK result, in order.
fn drugs(xml: &str) -> Vec<Told> {
    let mut found = Vec::new();
    for day in texts(xml, "DiDateInf") {
        let on = text(day, "DiDate");
        for drug in texts(day, "DrugInf") {
            found.push((text(drug, "DrugC"), on.clone(), text(drug, "Qua1"), text(drug, "Times")));
        }
    }
    found.sort();
    found
}

/// What the nation knows of somebody's drugs.
fn truth(nation: &Path, person: &str) -> Result<Vec<Told>> {
    let mut rows = rows(&nation.join(files::RECORDS).join(files::DRUG_HISTORY))?;
    rows.retain(|row| row["PersonalNumber"] == person);
    let mut found: Vec<Told> = rows
        .into_iter()
        .map(|row| {
            let text = |column: &str| row[column].clone();
            (text("DrugCode"), text("DispensedOn").replace('-', ""), text("Amount"), text("Count"))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// A patient who did not allow drugs: the reason, and nothing else. A number that nobody has is another answer.
pub fn nothing_without_consent(terminal: &TerminalProcess, institution: &str, card: &Row) -> Result<()> {
    let text = ask_for_xml(terminal, "YZK", institution, card, "no-consent")?;
    ensure!(text.contains("<ResultCode>2<") && text.contains("TSK-E-NOT-CONSENTED"), "{text}");
    ensure!(!text.contains("<DrugInf>") && !text.contains("<QuaInf>"), "{text}");
    let mut nobody = card.clone();
    nobody.insert("InsuredIdentificationNumber".to_owned(), "99999999".to_owned());
    let text = ask_for_xml(terminal, "YZK", institution, &nobody, "nobody")?;
    ensure!(text.contains("<ResultCode>2<") && text.contains("TSK-E-NOT-FOUND"), "{text}");
    Ok(())
}

/// A patient who allowed all: the drugs are those of the nation, one by one, and the same comes on paper.
pub fn the_record_is_the_true_one(
    terminal: &TerminalProcess,
    institution: &str,
    card: &Row,
    nation: &Path,
) -> Result<()> {
    let xml = ask_for_xml(terminal, "YZK", institution, card, "allowed")?;
    ensure!(xml.contains("<ResultCode>1<"), "{xml}");
    ensure!(text(&xml, "Birth") == card["Birthdate"].replace('-', ""), "another person: {xml}");
    let (found, expected) = (drugs(&xml), truth(nation, &card["PersonalNumber"])?);
    ensure!(!found.is_empty() && found == expected, "{found:#?} is not {expected:#?}");
    let (name, pdf) = ask(terminal, "YZK", institution, card, "1", "paper")?;
    ensure!(name == "YZKsiquc01res_paper.pdf" && pdf.starts_with(b"%PDF-"), "{name}");
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), &pdf)?;
    let read = Command::new("pdftotext").args(["-enc", "UTF-8", "-layout"]).arg(file.path()).arg("-").output()?;
    let paper = String::from_utf8(read.stdout)?;
    ensure!(paper.contains("薬剤情報") && paper.contains("証明番号") && !paper.contains('●'), "{paper}");
    let checkups = ask_for_xml(terminal, "TKK", institution, card, "checkups")?;
    ensure!(checkups.contains("<ResultCode>1<") && checkups.contains("<QualificationsInfo>"), "{checkups}");
    let days = texts(&checkups, "EffectiveTime");
    ensure!(days.is_sorted_by(|a, b| a >= b), "the newest does not come first: {days:?}");
    Ok(())
}

/// A day later the consent has run out, of the folders too: the reason, since when, and nothing else.
pub fn nothing_when_the_consent_has_run_out(terminal: &TerminalProcess, institution: &str, card: &Row) -> Result<()> {
    for kind in ["YZK", "TKK"] {
        let text = ask_for_xml(terminal, kind, institution, card, "a-day-later")?;
        ensure!(text.contains("<ResultCode>2<") && text.contains("TSK-E-CONSENT-EXPIRED"), "{text}");
        for name in ["<DrugInf>", "<QuaInf>", "<QualificationsInfo>", "<SpecificHealthCheckupInfo>"] {
            ensure!(!text.contains(name), "{name}: {text}");
        }
    }
    Ok(())
}
