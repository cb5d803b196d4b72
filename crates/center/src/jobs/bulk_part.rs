//! One part of a bulk file: from its lines to chunks for the engine, and from outcomes to result lines, in order.

use aws_lc_rs::digest::{SHA256, digest};
use domain::Purpose;
use serde::Serialize;
use uuid::Uuid;
use wire::api::{BulkHeader, BulkReferenceUnit, ProblemCode, ReferenceNumberRegistrationInfo, SearchInfo};
use wire::limits::ARBITRARY_IDENTIFIER_MAX_CHARS;
use wire::oqs::{Told, codes, unreadable};

use crate::api::bulk::TOO_LONG_MARK;
use crate::api::refuse::too_long;
use crate::check::{Answered, CheckError, Engine, Question, Registered, Registration};
use crate::limits;
use crate::registration;
use crate::store::bulk::{BulkJob, BulkKind};

/// What the engine said to one line.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer.
    Answered(Answered),
    /// What came of a registration.
    Registered(Registered),
    /// A fault of ours with this line alone.
    Failed,
}

/// Lines for the engine, of one kind.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Questions.
    Questions(Vec<Question>),
    /// Registrations.
    Registrations(Vec<Registration>),
}

impl Chunk {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Questions(questions) => questions.len(),
            Self::Registrations(registrations) => registrations.len(),
        }
    }

    /// Asks the engine, behind the windows.
    pub(crate) async fn ask(&self, engine: &Engine) -> Result<Vec<Outcome>, CheckError> {
        Ok(match self {
            Self::Questions(questions) => {
                engine.check_many(questions.clone()).await?.into_iter().map(Outcome::Answered).collect()
            }
            Self::Registrations(registrations) => {
                engine.register_many(registrations.clone()).await?.into_iter().map(Outcome::Registered).collect()
            }
        })
    }

    /// The same, in chunks of one.
    pub(crate) fn singles(&self) -> Vec<Self> {
        match self {
            Self::Questions(questions) => questions.iter().map(|one| Self::Questions(vec![one.clone()])).collect(),
            Self::Registrations(registrations) => {
                registrations.iter().map(|one| Self::Registrations(vec![one.clone()])).collect()
            }
        }
    }
}

/// A line of the part.
enum Unit {
    /// For the engine, in the order of the lines.
    Check(SearchInfo),
    /// For the engine, in the order of the lines.
    Reference(ReferenceNumberRegistrationInfo),
    /// Cannot be read.
    BadCheck(SearchInfo, Told),
    /// Cannot be read.
    BadReference(ReferenceNumberRegistrationInfo, Told),
}

/// The results of a part in the making.
pub(crate) struct Results {
    /// NDJSON, one line a unit.
    pub(crate) bytes: Vec<u8>,
    /// Lines that were answered.
    pub(crate) normal: u64,
    /// Lines that were not.
    pub(crate) errors: u64,
    units: std::vec::IntoIter<Unit>,
    asked: std::vec::IntoIter<Asked>,
    kind: BulkKind,
}

#[expect(clippy::large_enum_variant, reason = "nearly all are the large one, and a box costs each of them")]
enum Asked {
    Check(Question),
    Reference(Registration),
}

/// A result line of a check. The answer is put into it as the bytes that its proof covers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CheckLine<'a> {
    search_info: &'a SearchInfo,
    processing_result_status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_result_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_result_message: Option<&'a str>,
}

const ANSWERED: &str = "1";
const NOT_ANSWERED: &str = "2";

impl Results {
    /// Reads the lines of a part.
    pub(crate) fn new(job: &BulkJob, part: u64, lines: &[u8]) -> Self {
        let mut units = Vec::new();
        let mut asked = Vec::new();
        let header = BulkFileHeader::of(job);
        for (line, number) in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).zip(0_u64..) {
            let request_id = unit_id(job, part, number);
            match job.kind {
                BulkKind::Check => match read_check(&header, job, line, request_id) {
                    Ok(question) => {
                        units.push(Unit::Check(question.search.clone()));
                        asked.push(Asked::Check(question));
                    }
                    Err(bad) => units.push(Unit::BadCheck(bad.0, bad.1)),
                },
                BulkKind::Reference => match read_reference(job, line, request_id) {
                    Ok((info, registration)) => {
                        units.push(Unit::Reference(info));
                        asked.push(Asked::Reference(registration));
                    }
                    Err(bad) => units.push(Unit::BadReference(bad.0, bad.1)),
                },
            }
        }
        let mut results = Self {
            bytes: Vec::new(),
            normal: 0,
            errors: 0,
            units: units.into_iter(),
            asked: asked.into_iter(),
            kind: job.kind,
        };
        results.write_until_asked();
        results
    }

    /// The next lines for the engine; nothing when every line has its result.
    pub(crate) fn next_chunk(&mut self) -> Option<Chunk> {
        let asked: Vec<Asked> = self.asked.by_ref().take(limits::BATCH_BULK_QUESTIONS_MAX).collect();
        if asked.is_empty() {
            return None;
        }
        let mut questions = Vec::new();
        let mut registrations = Vec::new();
        for one in asked {
            match one {
                Asked::Check(question) => questions.push(question),
                Asked::Reference(registration) => registrations.push(registration),
            }
        }
        Some(match self.kind {
            BulkKind::Check => Chunk::Questions(questions),
            BulkKind::Reference => Chunk::Registrations(registrations),
        })
    }

    /// Writes the results of a chunk.
    pub(crate) fn take(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if let Some(unit) = self.units.next() {
                self.write_asked(&unit, &outcome);
            }
            self.write_until_asked();
        }
    }

    /// Writes bad lines, up to the next that the engine must answer.
    fn write_until_asked(&mut self) {
        while let Some(Unit::BadCheck(..) | Unit::BadReference(..)) = self.units.as_slice().first() {
            match self.units.next() {
                Some(Unit::BadCheck(search, told)) => self.write_check(&search, None, Some(&told)),
                Some(Unit::BadReference(info, told)) => self.write_reference(&info, Some(&told)),
                Some(Unit::Check(_) | Unit::Reference(_)) | None => {}
            }
        }
    }

    fn write_asked(&mut self, unit: &Unit, outcome: &Outcome) {
        match (unit, outcome) {
            (Unit::Check(search), Outcome::Answered(answered)) => self.write_check(search, Some(answered), None),
            (Unit::Reference(info), Outcome::Registered(registered)) => {
                self.write_reference(info, refusal_of(*registered).as_ref());
            }
            (Unit::Check(search) | Unit::BadCheck(search, _), _) => {
                self.write_check(search, None, Some(&told_of(ProblemCode::Internal)));
            }
            (Unit::Reference(info) | Unit::BadReference(info, _), _) => {
                self.write_reference(info, Some(&told_of(ProblemCode::Internal)));
            }
        }
    }

    fn write_check(&mut self, search: &SearchInfo, answered: Option<&Answered>, told: Option<&Told>) {
        let line = CheckLine {
            search_info: search,
            processing_result_status: if answered.is_some() { ANSWERED } else { NOT_ANSWERED },
            processing_result_code: told.map(|told| told.code.as_str()),
            processing_result_message: told.map(|told| told.message.as_str()),
        };
        self.write_line(&line);
        if let Some(answered) = answered {
            // The closing brace makes room for one more member.
            self.bytes.pop();
            self.bytes.extend_from_slice(b",\"Response\":");
            answered.write_json(&mut self.bytes);
            self.bytes.push(b'}');
        }
        self.bytes.push(b'\n');
        self.count(answered.is_some());
    }

    fn write_reference(&mut self, info: &ReferenceNumberRegistrationInfo, told: Option<&Told>) {
        let line = BulkReferenceUnit {
            reference_number_registration_info: info.clone(),
            processing_result_status: if told.is_none() { ANSWERED } else { NOT_ANSWERED }.to_owned(),
            processing_result_code: told.map(|told| told.code.clone()),
            processing_result_message: told.map(|told| told.message.clone()),
        };
        self.write_line(&line);
        self.bytes.push(b'\n');
        self.count(told.is_none());
    }

    fn write_line<T: Serialize>(&mut self, line: &T) {
        // Structs of strings always have a JSON form, and a `Vec` takes every byte.
        let _ = serde_json::to_writer(&mut self.bytes, line);
    }

    fn count(&mut self, normal: bool) {
        *if normal { &mut self.normal } else { &mut self.errors } += 1;
    }
}

/// What all lines of a file share.
struct BulkFileHeader {
    date: String,
    file: Option<String>,
}

impl BulkFileHeader {
    fn of(job: &BulkJob) -> Self {
        // Written by the intake; a header of the other kind has no date and needs none.
        let header: Option<BulkHeader> = serde_json::from_str(&job.header).ok();
        header.map_or_else(
            || Self { date: String::new(), file: None },
            |header| Self { date: header.qualification_confirmation_date, file: header.arbitrary_file_identifier },
        )
    }
}

fn read_check(
    header: &BulkFileHeader,
    job: &BulkJob,
    line: &[u8],
    request_id: Uuid,
) -> Result<Question, Box<(SearchInfo, Told)>> {
    let search: SearchInfo = parse(line).map_err(|told| Box::new((SearchInfo::default(), told)))?;
    let long = too_long("ArbitraryIdentifier", search.arbitrary_identifier.as_deref(), ARBITRARY_IDENTIFIER_MAX_CHARS);
    match search.parse(&header.date, job.facility.as_str()) {
        Ok(query) if long.is_none() => Ok(Question {
            query,
            search,
            request_id,
            arbitrary_file_identifier: header.file.clone(),
            purpose: Purpose::BulkCheck,
            by_staff: None,
            withdraws: false,
            decided_at: None,
        }),
        Ok(_) => Err(Box::new((search, unreadable(&long.into_iter().collect::<Vec<_>>())))),
        Err(errors) => Err(Box::new((search, unreadable(&errors)))),
    }
}

type BadReference = Box<(ReferenceNumberRegistrationInfo, Told)>;

fn read_reference(
    job: &BulkJob,
    line: &[u8],
    request_id: Uuid,
) -> Result<(ReferenceNumberRegistrationInfo, Registration), BadReference> {
    let info: ReferenceNumberRegistrationInfo =
        parse(line).map_err(|told| Box::new((ReferenceNumberRegistrationInfo::default(), told)))?;
    match registration::read(&info, job.facility, request_id) {
        Ok(registration) => Ok((info, registration)),
        Err(errors) => Err(Box::new((info, unreadable(&errors)))),
    }
}

fn parse<T: serde::de::DeserializeOwned>(line: &[u8]) -> Result<T, Told> {
    if line == TOO_LONG_MARK {
        return Err(told_of(ProblemCode::BodyTooLarge));
    }
    serde_json::from_slice(line).map_err(|_| told_of(ProblemCode::MalformedJson))
}

fn told_of(code: ProblemCode) -> Told {
    Told { code: codes::problem_code(code), message: code.title().to_owned() }
}

fn refusal_of(registered: Registered) -> Option<Told> {
    match registered {
        Registered::Kept => None,
        Registered::NotFound => Some(told_of(ProblemCode::PatientNotFound)),
        Registered::SeveralPersons => Some(Told {
            code: codes::problem_code(ProblemCode::PatientNotFound),
            message: "複数の方に該当します。枝番を入力してください。".to_owned(),
        }),
    }
}

/// The number of a line, the same whenever it is asked: made from the number of the file and the place of the line.
fn unit_id(job: &BulkJob, part: u64, line: u64) -> Uuid {
    let mut text = Vec::with_capacity(32);
    text.extend_from_slice(job.request_id.as_bytes());
    text.extend_from_slice(&part.to_be_bytes());
    text.extend_from_slice(&line.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(&SHA256, &text).as_ref()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    //! Proves that bad lines stand where they stood, between answered ones, and that numbers of lines do not change.
    use super::*;
    use crate::store::bulk::BulkJobState;

    fn job(kind: BulkKind) -> BulkJob {
        BulkJob {
            facility: domain::MedicalInstitutionCode::parse("1310000017").unwrap(),
            reception_number: "R".to_owned(),
            kind,
            request_id: Uuid::from_u128(7),
            header: r#"{"QualificationConfirmationDate":"20260701","MedicalInstitutionCode":"1310000017","RequestId":"00000000-0000-0000-0000-000000000007"}"#.to_owned(),
            state: BulkJobState::Processing,
            parts: 1,
            units: 1,
            units_normal: 0,
            units_error: 0,
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    use jiff::Timestamp;

    fn registration_line(number: &str) -> String {
        format!(r#"{{"ReferenceNumber":"{number}","InsurerNumber":"06139463","InsuredIdentificationNumber":"1"}}"#)
    }

    #[test]
    fn bad_lines_stand_where_they_stood() {
        let lines = format!("nonsense\n{}\n!too-long\n{}\n{{}}\n", registration_line("A"), registration_line("B"));
        let mut results = Results::new(&job(BulkKind::Reference), 0, lines.as_bytes());
        let chunk = results.next_chunk().unwrap();
        assert_eq!(chunk.len(), 2);
        results.take(vec![Outcome::Registered(Registered::Kept), Outcome::Registered(Registered::NotFound)]);
        assert!(results.next_chunk().is_none());
        assert_eq!((results.normal, results.errors), (1, 4));
        let units: Vec<BulkReferenceUnit> =
            String::from_utf8(results.bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<(&str, &str)> = units
            .iter()
            .map(|unit| {
                let number = unit.reference_number_registration_info.reference_number.as_str();
                (number, unit.processing_result_code.as_deref().unwrap_or("kept"))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("", "TSK-E-MALFORMED-JSON"),
                ("A", "kept"),
                ("", "TSK-E-BODY-TOO-LARGE"),
                ("B", "TSK-E-PATIENT-NOT-FOUND"),
                ("", "TSK-E-EMPTY"),
            ]
        );
    }

    #[test]
    fn a_part_of_bad_lines_only_needs_no_engine() {
        let mut results = Results::new(&job(BulkKind::Check), 0, b"x\n{}\n");
        assert!(results.next_chunk().is_none());
        assert_eq!((results.normal, results.errors), (0, 2));
        assert_eq!(String::from_utf8(results.bytes).unwrap().lines().count(), 2);
    }

    #[test]
    fn the_number_of_a_line_is_the_same_whenever_it_is_asked() {
        let job = job(BulkKind::Check);
        assert_eq!(unit_id(&job, 1, 2), unit_id(&job, 1, 2));
        assert_ne!(unit_id(&job, 1, 2), unit_id(&job, 2, 1));
    }
}
