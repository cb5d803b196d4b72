//! Files of many questions, second step: 007 → 008 and 011 → 012.
//!
//! Results come as lines, are verified one by one, and go into the answer file one by one. The file is written aside at
//! once: no whole file is ever in memory or in the store.

use std::fs::File;
use std::io::{self, BufWriter};

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use tokio::runtime::Handle;
use tokio_util::io::StreamReader;
use uuid::Uuid;
use wire::api::{
    BulkReferenceUnit, BulkState, BulkStatus, BulkUnit, CheckRequest, ProblemCode, ProblemDocument, Purpose, japan_time,
};
use wire::oqs::{self, ApiId, Asked, BulkWriter, DownloadRequest, MessageHeader, OutputEncoding, Unit, codes};

use super::deliver::blocking;
use super::retry::told;
use super::single::facility_of;
use super::upload::reception_kind;
use super::{Bridge, BridgeError, Built, content};
use crate::asking::bulk::{BulkKind, BulkProgress};
use crate::asking::outcome::{Answered, CouldNotAsk, Outcome, Why};
use crate::checks::{self, Checks};
use crate::limits;
use crate::store::answers::Way;

/// Whether the interface is the second step of a bulk file.
pub(super) const fn is_download(api: ApiId) -> bool {
    matches!(api, ApiId::BulkCheckDownload | ApiId::BulkRegistrationDownload)
}

impl Bridge {
    /// 007 → 008.
    pub(super) async fn answer_check_download(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        self.download(request_id, BulkKind::Confirm).await
    }

    /// 011 → 012.
    pub(super) async fn answer_registration_download(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        self.download(request_id, BulkKind::Register).await
    }

    async fn download(&self, request_id: Uuid, kind: BulkKind) -> Result<Built, BridgeError> {
        let file = content::whole(&self.checks.store, request_id).await?;
        let message = match oqs::read::<DownloadRequest>(&file[..], self.policy) {
            Ok(message) => message,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let number = message.body.reception_number.unwrap_or_default().trim().to_owned();
        let header = self.result_header(kind, &number, message.header).await?;
        let time = japan_time(self.checks.center.hours().now());
        let asked = Asked { header: &header, process_execution_time: &time };
        let failure = |outcome: &Outcome| {
            Built::Answer(oqs::write_bulk_failure(&asked, Some(&number), &told(outcome), self.encoding).bytes)
        };
        if let Some(refused) = self.other_facility(&header) {
            return Ok(failure(&refused));
        }
        let mut patience = self.patience();
        loop {
            let could_not = match self.checks.center.bulk_status(kind, &number).await {
                BulkProgress::Known(status) if status.state == BulkState::Processing => {
                    return Ok(Built::Answer(oqs::write_bulk_processing(&asked, &number, self.encoding).bytes));
                }
                BulkProgress::Known(status) => match self.fetch(request_id, kind, &asked, &status).await? {
                    Ok(()) => return Ok(Built::Aside),
                    Err(Outcome::CouldNotAsk(why)) => why,
                    Err(other) => return Ok(failure(&other)),
                },
                BulkProgress::Unknown => return Ok(failure(&unknown_number())),
                BulkProgress::Not(Outcome::CouldNotAsk(why)) => why,
                BulkProgress::Not(other) => return Ok(failure(&other)),
            };
            if !self.once_more(&mut patience, &could_not).await? {
                return Ok(failure(&Outcome::CouldNotAsk(could_not)));
            }
        }
    }

    /// The header of the first step, which the second step gives back.
    async fn result_header(
        &self,
        kind: BulkKind,
        number: &str,
        asked: MessageHeader,
    ) -> Result<MessageHeader, BridgeError> {
        let known = self.checks.store.reception(number, reception_kind(kind)).await?.unwrap_or_default();
        Ok(MessageHeader {
            qualification_confirmation_date: known.day.or(asked.qualification_confirmation_date),
            arbitrary_file_identifier: known.file_identifier.or(asked.arbitrary_file_identifier),
            ..asked
        })
    }

    /// Fetches the results into the file aside. The inner error is for the answer file.
    async fn fetch(
        &self,
        request_id: Uuid,
        kind: BulkKind,
        asked: &Asked<'_>,
        status: &BulkStatus,
    ) -> Result<Result<(), Outcome>, BridgeError> {
        let stream = match self.checks.center.bulk_results(kind, &status.reception_number).await {
            Ok(stream) => stream,
            Err(error) => return Ok(Err(self.checks.center.failed(error))),
        };
        let lines = Lines { reader: StreamReader::new(Box::pin(stream.into_pieces())), runtime: Handle::current() };
        let work = Fetching {
            checks: self.checks.clone(),
            header: oqs::bulk_result_header(asked, status),
            units: status.number_of_processing_result,
            facility: facility_of(asked.header),
            day: asked.header.qualification_confirmation_date.clone(),
            encoding: self.encoding,
            runtime: Handle::current(),
        };
        let path = self.aside(request_id);
        let fetched = blocking(move || {
            let file = BufWriter::new(File::create(&path)?);
            let written = match kind {
                BulkKind::Confirm => work.confirmations(file, lines),
                BulkKind::Register => work.registrations(file, lines),
            };
            Ok(written.and_then(|file| file.sync_all().map_err(FetchError::File)))
        })
        .await
        .map_err(BridgeError::Res)?;
        match fetched {
            Ok(()) => Ok(Ok(())),
            Err(FetchError::File(error)) => Err(BridgeError::Res(error)),
            Err(FetchError::Store(error)) => Err(error.into()),
            Err(FetchError::Line(why)) => Ok(Err(Outcome::CouldNotAsk(CouldNotAsk::new(Why::NoAnswerInTime, why)))),
        }
    }
}

fn unknown_number() -> Outcome {
    Outcome::Refused(Box::new(ProblemDocument::new(ProblemCode::ReceptionNumberUnknown, "")))
}

/// Why the results are not in the file.
enum FetchError {
    /// The file aside could not be written.
    File(io::Error),
    /// Answers could not be kept.
    Store(crate::store::StoreError),
    /// The stream broke, or a line is not what it should be.
    Line(String),
}

/// What the thread that writes the file needs.
struct Fetching {
    checks: Checks,
    header: MessageHeader,
    units: u64,
    facility: String,
    day: Option<String>,
    encoding: OutputEncoding,
    runtime: Handle,
}

impl Fetching {
    fn confirmations<R: AsyncBufRead + Unpin>(mut self, file: BufWriter<File>, mut lines: Lines<R>) -> Fetched {
        let mut first: Option<BulkUnit> = lines.next()?;
        // Sent by another terminal of the house: the day stands in the answers.
        if self.day.is_none() {
            let answer = first.as_ref().and_then(|unit| unit.response.as_ref()?.parse_answer().ok());
            self.day = answer.map(|answer| answer.qualification_confirmation_date);
            self.header.qualification_confirmation_date.clone_from(&self.day);
        }
        let mut writer = BulkWriter::new(file, &self.header, self.encoding).map_err(FetchError::File)?;
        let mut keep = Vec::with_capacity(limits::BULK_KEEP_ANSWERS);
        let mut count = 0;
        while let Some(mut unit) = first.take().map_or_else(|| lines.next(), |unit| Ok(Some(unit)))? {
            keep.extend(self.prove(&mut unit));
            if keep.len() >= limits::BULK_KEEP_ANSWERS {
                self.keep(&mut keep)?;
            }
            let confirmed = oqs::confirm_unit(&unit, self.encoding)
                .map_err(|error| FetchError::Line(format!("column {} of an answer", error.column())))?;
            writer.unit(&confirmed).map_err(FetchError::File)?;
            count += 1;
        }
        self.keep(&mut keep)?;
        self.finish(writer, count)
    }

    fn registrations<R: AsyncBufRead + Unpin>(self, file: BufWriter<File>, mut lines: Lines<R>) -> Fetched {
        let mut writer = BulkWriter::new(file, &self.header, self.encoding).map_err(FetchError::File)?;
        let mut count = 0;
        while let Some(unit) = lines.next::<BulkReferenceUnit>()? {
            writer.unit(&oqs::registration_unit(&unit)).map_err(FetchError::File)?;
            count += 1;
        }
        self.finish(writer, count)
    }

    fn finish<U: Unit>(&self, writer: BulkWriter<BufWriter<File>, U>, count: u64) -> Fetched {
        if count != self.units {
            return Err(FetchError::Line(format!("{count} results came, {} were announced", self.units)));
        }
        let buffered = writer.finish().map_err(FetchError::File)?;
        buffered.into_inner().map_err(|error| FetchError::File(error.into_error()))
    }

    /// Verifies the answer of a unit. One that does not hold is taken out of it: it is never shown as an answer.
    fn prove(&self, unit: &mut BulkUnit) -> Option<Answered> {
        let response = unit.response.take()?;
        let request = CheckRequest {
            request_id: Uuid::nil(),
            qualification_confirmation_date: self.day.clone().unwrap_or_default(),
            medical_institution_code: self.facility.clone(),
            arbitrary_file_identifier: None,
            purpose: Some(Purpose::BulkCheck),
            qualification_confirm_search_info: unit.search_info.clone(),
            consents: None,
            decided_at: None,
        };
        match self.checks.center.verify(&request, response) {
            Ok(answered) => {
                unit.response = Some(answered.response.clone());
                Some(answered)
            }
            Err(could_not) => {
                tracing::error!(
                    why = could_not.why.code(),
                    inner = could_not.inner,
                    "an answer of a file was not shown"
                );
                "2".clone_into(&mut unit.processing_result_status);
                unit.processing_result_code = Some(codes::error_code(could_not.why.code()));
                unit.processing_result_message = Some(could_not.message());
                None
            }
        }
    }

    fn keep(&self, answers: &mut Vec<Answered>) -> Result<(), FetchError> {
        let kept: Vec<_> = answers.iter().map(|answered| checks::kept(answered, Way::Bulk)).collect();
        let now = self.checks.center.hours().now();
        self.runtime.block_on(self.checks.store.keep_answers(&kept, now)).map_err(FetchError::Store)?;
        answers.clear();
        Ok(())
    }
}

type Fetched = Result<File, FetchError>;

/// Lines of JSON out of a stream, read on a thread that may block.
struct Lines<R> {
    reader: R,
    runtime: Handle,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FetchError> {
        let line = self.runtime.block_on(async {
            let mut line = Vec::new();
            let mut limited = (&mut self.reader).take(limits::BULK_RESULT_LINE_BYTES_MAX);
            limited.read_until(b'\n', &mut line).await.map(|_| line)
        });
        let line = line.map_err(|error| FetchError::Line(error.to_string()))?;
        if line.is_empty() {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return Err(FetchError::Line("a line is cut off or too long".to_owned()));
        }
        serde_json::from_slice(&line)
            .map(Some)
            .map_err(|error| FetchError::Line(format!("a line cannot be read, column {}", error.column())))
    }
}
