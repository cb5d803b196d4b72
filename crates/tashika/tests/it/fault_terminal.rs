//! Proves that a terminal loses no request and answers each exactly once: killed under load, its answer folder gone and
//! back, the center away and back.

use crate::stack::{CenterProcess, TerminalProcess};
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

const REQUESTS: usize = 300;
const LOOK: Duration = Duration::from_millis(50);
const LOOKS_MAX: usize = 1_200;

fn request(case: &nation::Case, number: usize) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader>\
         <QualificationConfirmationDate>{}</QualificationConfirmationDate>\
         <MedicalInstitutionCode>{}</MedicalInstitutionCode><ArbitraryFileIdentifier>{number}</ArbitraryFileIdentifier>\
         </MessageHeader><MessageBody><QualificationConfirmSearchInfo><InsurerNumber>{}</InsurerNumber>\
         <InsuredCardSymbol>{}</InsuredCardSymbol><InsuredIdentificationNumber>{}</InsuredIdentificationNumber>\
         <InsuredBranchNumber>{}</InsuredBranchNumber><Birthdate>{}</Birthdate>\
         <LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg>\
         </QualificationConfirmSearchInfo></MessageBody></XmlMsg>",
        case.qualification_confirmation_date,
        case.medical_institution_code,
        case.insurer_number,
        case.insured_card_symbol,
        case.insured_identification_number,
        case.insured_branch_number,
        case.birthdate,
    )
}

/// Drops a request for each case and gives the answers, by the number of the case.
pub fn answers_through_folders(terminal: &TerminalProcess, cases: &[nation::Case]) -> Result<Vec<String>> {
    drop_requests(&terminal.req(), cases, 0..cases.len())?;
    let answer = |number: usize| fs::read_to_string(terminal.res().join(format!("OQSsiquc01res_{number:05}.xml")));
    for _ in 0..LOOKS_MAX {
        if (0..cases.len()).all(|number| answer(number).is_ok()) {
            break;
        }
        std::thread::sleep(LOOK);
    }
    (0..cases.len()).map(|number| Ok(answer(number)?)).collect()
}

pub fn drop_requests(req: &Path, cases: &[nation::Case], numbers: std::ops::Range<usize>) -> Result<()> {
    for number in numbers {
        let aside = req.join(format!(".{number}.tmp"));
        fs::write(&aside, request(&cases[number % cases.len()], number))?;
        fs::rename(&aside, req.join(format!("OQSsiquc01req_{number:05}.xml")))?;
    }
    Ok(())
}

/// Takes every answer that lies in `res` as a receipt computer does, and counts how often each came.
pub fn take_answers(res: &Path, taken: &mut BTreeMap<String, usize>) -> Result<()> {
    for entry in fs::read_dir(res)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("OQSsiquc01res_") {
            let text = fs::read_to_string(entry.path())?;
            ensure!(text.ends_with("</XmlMsg>") || text.trim_end().ends_with("</XmlMsg>"), "{name} is not complete");
            ensure!(text.contains("<SegmentOfResult>1<"), "{name} is no answer: {text}");
            fs::remove_file(entry.path())?;
            *taken.entry(name).or_default() += 1;
        }
    }
    Ok(())
}

fn wait_for_all(terminal: &TerminalProcess, taken: &mut BTreeMap<String, usize>, count: usize) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        take_answers(&terminal.res(), taken)?;
        if taken.len() == count {
            break;
        }
        std::thread::sleep(LOOK);
    }
    // Whatever would come twice comes now.
    std::thread::sleep(Duration::from_secs(1));
    take_answers(&terminal.res(), taken)?;
    ensure!(taken.len() == count, "{} of {count} requests were answered", taken.len());
    let twice: Vec<_> = taken.iter().filter(|(_, times)| **times != 1).collect();
    ensure!(twice.is_empty(), "answered more than once: {twice:?}");
    ensure!(fs::read_dir(terminal.req())?.count() == 0, "requests were left");
    Ok(())
}

#[test]
fn fault_a_terminal_killed_under_load_answers_every_request_once() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let mut terminal = center.terminal(&institution)?;
    let mut taken = BTreeMap::new();
    drop_requests(&terminal.req(), &cases, 0..REQUESTS)?;
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(350));
        terminal.process.kill();
        take_answers(&terminal.res(), &mut taken)?;
        terminal.again()?;
    }
    wait_for_all(&terminal, &mut taken, REQUESTS)
}

#[test]
fn fault_a_center_killed_under_load_delays_the_folders_and_loses_nothing() -> Result<()> {
    let mut center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let terminal = center.terminal(&institution)?;
    let mut taken = BTreeMap::new();
    drop_requests(&terminal.req(), &cases, 0..REQUESTS)?;
    std::thread::sleep(Duration::from_millis(300));
    center.process.kill();
    std::thread::sleep(Duration::from_secs(2));
    center.again()?;
    wait_for_all(&terminal, &mut taken, REQUESTS)
}

#[test]
fn fault_an_answer_folder_that_goes_away_comes_back_without_a_person() -> Result<()> {
    let center = CenterProcess::start(None)?;
    let (institution, cases) = center.cases_of_one()?;
    let terminal = center.terminal(&institution)?;
    let away = terminal.data().join("OQS/res-away");
    fs::rename(terminal.res(), &away)?;
    // A file in its place: the terminal can neither write into it nor make the folder again.
    fs::write(terminal.res(), "")?;
    drop_requests(&terminal.req(), &cases, 0..20)?;
    std::thread::sleep(Duration::from_secs(2));
    fs::remove_file(terminal.res())?;
    fs::rename(&away, terminal.res())?;
    let mut taken = BTreeMap::new();
    wait_for_all(&terminal, &mut taken, 20)
}
