//! What a receipt computer does with the folders of a terminal.

use crate::stack::TerminalProcess;
use anyhow::{Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

pub const LOOK: Duration = Duration::from_millis(50);
pub const LOOKS_MAX: usize = 1_200;

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
