//! Requests for a record: YZK 薬剤情報・診療情報 and TKK 特定健診情報.
//!
//! Each is a look on record at the center, in the name of the folder: a file does not say who sits before it. Nothing is
//! answered from copies, and nothing of a record is kept here beyond the answer file. Whatever stands in the way of showing
//! something — nobody found, no consent, consent run out, no line — is an answer of its own with its words, never an empty list.

use uuid::Uuid;
use wire::api::{RecordRequest, japan_time};
use wire::oqs::codes::{FileCategory, RecordResultCode};
use wire::oqs::record::{
    AskedRecord, RecordAsked, RecordHeader, RecordKind, read_record_request, why_not_shown, write_checkup_result,
    write_drug_result, write_record_failure,
};
use wire::oqs::{self, MessageHeader};

use super::retry::told;
use super::single::facility_of;
use super::{Bridge, BridgeError, Built, content};
use crate::asking::outcome::Outcome;
use crate::asking::records::RecordAnswered;
use crate::pdf::record::{Contents, document};

/// Who looks, on record at the center, where a file asks. The patient reads it too.
const FOLDER_USER: &str = "レセコン連携フォルダー";

impl Bridge {
    /// YZK or TKK request → result, as XML or PDF.
    pub(super) async fn answer_record(&self, request_id: Uuid, kind: RecordKind) -> Result<Built, BridgeError> {
        let file = content::whole(&self.checks.store, request_id).await?;
        let message = match read_record_request(&file[..], self.policy) {
            Ok(message) => message,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let time = japan_time(self.checks.center.hours().now());
        let asked = AskedRecord { header: &message.header, process_execution_time: &time, kind };
        let wanted = match RecordAsked::parse(kind, &message.body) {
            Ok(wanted) => wanted,
            Err(errors) => return Ok(self.no_record(&asked, &Outcome::Unreadable(errors))),
        };
        let looked = match self.ask_record(request_id, &message.header, &wanted).await? {
            Ok(looked) => looked,
            Err(outcome) => return Ok(self.no_record(&asked, &outcome)),
        };
        let user = FOLDER_USER;
        let word = looked.answer.verdict.as_str();
        tracing::info!(target: "audit", event = "bridge.record_asked", user, %request_id, outcome = word, "a record was asked for through the folder");
        Ok(self.record_file(&asked, &wanted, &looked))
    }

    async fn ask_record(
        &self,
        request_id: Uuid,
        header: &RecordHeader,
        wanted: &RecordAsked,
    ) -> Result<Result<RecordAnswered, Outcome>, BridgeError> {
        let oqs_header = MessageHeader {
            medical_institution_code: header.medical_institution_code.clone(),
            ..MessageHeader::default()
        };
        if let Some(refused) = self.other_facility(&oqs_header) {
            return Ok(Err(refused));
        }
        let request = wanted.request(header, request_id, &facility_of(&oqs_header), FOLDER_USER);
        self.look_with_patience(&request).await
    }

    async fn look_with_patience(
        &self,
        request: &RecordRequest,
    ) -> Result<Result<RecordAnswered, Outcome>, BridgeError> {
        let mut patience = self.patience();
        loop {
            match self.checks.center.look_into_record(request).await {
                Err(Outcome::CouldNotAsk(why)) => {
                    if !self.once_more(&mut patience, &why).await? {
                        return Ok(Err(Outcome::CouldNotAsk(why)));
                    }
                }
                other => return Ok(other),
            }
        }
    }

    fn record_file(&self, asked: &AskedRecord<'_>, wanted: &RecordAsked, looked: &RecordAnswered) -> Built {
        let answer = &looked.answer;
        match wanted.file {
            FileCategory::Xml => Built::Answer(match wanted.kind {
                RecordKind::Drugs => write_drug_result(asked, answer, self.encoding).bytes,
                RecordKind::Checkups => write_checkup_result(asked, answer, self.encoding).bytes,
            }),
            // Paper has a place to say what was left out, so that one part that may be seen is enough.
            FileCategory::Pdf => {
                if let Some(why) = why_not_shown(answer, wanted.kind.items()) {
                    let written = write_record_failure(asked, RecordResultCode::Error, &why, self.encoding);
                    return Built::Answer(written.bytes);
                }
                let facility = &self.checks.center.facts().record.name;
                Built::Pdf(document(looked, Contents::File(wanted.kind), facility).to_pdf())
            }
        }
    }

    /// The result that says why there is none. Also where a PDF was asked for it is XML: programs look for the base name, and
    /// read the reason in MessageContents.
    fn no_record(&self, asked: &AskedRecord<'_>, outcome: &Outcome) -> Built {
        let code = match outcome {
            Outcome::Unreadable(_) => RecordResultCode::Error,
            Outcome::Refused(_) | Outcome::CouldNotAsk(_) | Outcome::Answered(_) => RecordResultCode::Failed,
        };
        let told = match outcome {
            // What the other files say about papers and the insurance has no place here.
            Outcome::CouldNotAsk(could_not) => oqs::Told {
                message: format!(
                    "センターに問い合わせできませんでした。{}記録がないという意味ではありません。少し待って、新しいファイル名でもう一度要求してください。",
                    could_not.why.text().ja
                ),
                ..told(outcome)
            },
            Outcome::Unreadable(_) | Outcome::Refused(_) | Outcome::Answered(_) => told(outcome),
        };
        Built::Answer(write_record_failure(asked, code, &told, self.encoding).bytes)
    }
}
