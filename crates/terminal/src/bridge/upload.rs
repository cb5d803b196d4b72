//! Files of many questions, first step: 005 資格確認一括照会 and 009 照会番号一括登録.
//!
//! The file is read twice, a piece at a time: once to be sure that it can be read to its end, once to send it. Neither
//! pass holds more than one person.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::mpsc;
use uuid::Uuid;
use wire::api::{
    BulkHeader, BulkReception, BulkReferenceHeader, ReferenceNumberRegistrationInfo, SearchInfo, japan_time,
};
use wire::oqs::{self, Asked, BulkItem, BulkReader, EncodingPolicy, MessageHeader, OqsError, Unit};

use super::content::StoredContent;
use super::deliver::blocking;
use super::retry::told;
use super::single::facility_of;
use super::{Bridge, BridgeError, Built};
use crate::asking::bulk::BulkKind;
use crate::asking::outcome::Outcome;
use crate::limits;
use crate::store::Store;
use crate::store::receptions::{Reception, ReceptionKind};

impl Bridge {
    /// 005 → 006.
    pub(super) async fn answer_check_upload(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        let header = match self.first_pass::<SearchInfo>(request_id).await? {
            Ok(header) => header,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let line = BulkHeader {
            qualification_confirmation_date: header.qualification_confirmation_date.clone().unwrap_or_default(),
            medical_institution_code: facility_of(&header),
            arbitrary_file_identifier: header.arbitrary_file_identifier.clone(),
            request_id,
        };
        self.upload::<SearchInfo, _>(request_id, BulkKind::Confirm, header, line).await
    }

    /// 009 → 010.
    pub(super) async fn answer_registration_upload(&self, request_id: Uuid) -> Result<Built, BridgeError> {
        let header = match self.first_pass::<ReferenceNumberRegistrationInfo>(request_id).await? {
            Ok(header) => header,
            Err(error) => return Ok(Built::Error(error.err_file(self.encoding))),
        };
        let line = BulkReferenceHeader {
            medical_institution_code: facility_of(&header),
            arbitrary_file_identifier: header.arbitrary_file_identifier.clone(),
            request_id,
        };
        self.upload::<ReferenceNumberRegistrationInfo, _>(request_id, BulkKind::Register, header, line).await
    }

    /// Reads to the end. A fault of the file is the inner error.
    async fn first_pass<U: Unit>(&self, request_id: Uuid) -> Result<Result<MessageHeader, OqsError>, BridgeError> {
        let (store, policy) = (self.checks.store.clone(), self.policy);
        let content = StoredContent::new(store, request_id);
        blocking(move || Ok(read_to_the_end::<U>(content, policy))).await.map_err(BridgeError::Res)
    }

    async fn upload<U, H>(
        &self,
        request_id: Uuid,
        kind: BulkKind,
        header: MessageHeader,
        line: H,
    ) -> Result<Built, BridgeError>
    where
        U: Unit + Serialize + Send + 'static,
        H: Serialize,
    {
        let line = json_line(&line).map_err(BridgeError::Res)?;
        let received = match self.other_facility(&header) {
            Some(refused) => Err(refused),
            None => self.send::<U>(request_id, kind, &line).await?,
        };
        let time = japan_time(self.checks.center.hours().now());
        let asked = Asked { header: &header, process_execution_time: &time };
        let written = match received {
            Ok(reception) => {
                self.remember(kind, &header, &reception).await?;
                oqs::write_reception(&asked, &reception, self.encoding)
            }
            Err(outcome) => oqs::write_reception_failure(&asked, &told(&outcome), self.encoding),
        };
        Ok(Built::Answer(written.bytes))
    }

    async fn send<U>(
        &self,
        request_id: Uuid,
        kind: BulkKind,
        header: &Bytes,
    ) -> Result<Result<BulkReception, Outcome>, BridgeError>
    where
        U: Unit + Serialize + Send + 'static,
    {
        let mut patience = self.patience();
        loop {
            let lines = lines::<U>(self.checks.store.clone(), request_id, self.policy, header.clone());
            match self.checks.center.send_bulk(kind, lines).await {
                Err(Outcome::CouldNotAsk(why)) => {
                    if !self.once_more(&mut patience, &why).await? {
                        return Ok(Err(Outcome::CouldNotAsk(why)));
                    }
                }
                other => return Ok(other),
            }
        }
    }

    async fn remember(
        &self,
        kind: BulkKind,
        header: &MessageHeader,
        reception: &BulkReception,
    ) -> Result<(), BridgeError> {
        let kept = Reception {
            day: header.qualification_confirmation_date.clone(),
            file_identifier: header.arbitrary_file_identifier.clone(),
        };
        let now = self.checks.center.hours().local();
        let kind = reception_kind(kind);
        Ok(self.checks.store.put_reception(&reception.reception_number, kind, &kept, now).await?)
    }
}

pub(super) const fn reception_kind(kind: BulkKind) -> ReceptionKind {
    match kind {
        BulkKind::Confirm => ReceptionKind::Confirm,
        BulkKind::Register => ReceptionKind::Register,
    }
}

fn read_to_the_end<U: Unit>(content: StoredContent, policy: EncodingPolicy) -> Result<MessageHeader, OqsError> {
    let mut reader = BulkReader::<_, U>::new(content, policy)?;
    while reader.next_unit()?.is_some() {}
    reader.into_header()
}

fn json_line(value: &impl Serialize) -> io::Result<Bytes> {
    let mut line = serde_json::to_vec(value).map_err(io::Error::other)?;
    line.push(b'\n');
    Ok(line.into())
}

/// The lines of the file, made on a thread that may block while the network takes them.
fn lines<U>(
    store: Store,
    request_id: Uuid,
    policy: EncodingPolicy,
    header: Bytes,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static
where
    U: Unit + Serialize + Send + 'static,
{
    let (send, receive) = mpsc::channel(limits::BULK_LINES_WAITING_MAX);
    let content = StoredContent::new(store, request_id);
    tokio::task::spawn_blocking(move || {
        if send.blocking_send(Ok(header)).is_err() {
            return;
        }
        if let Err(error) = send_units::<U>(content, policy, &send) {
            // The stream breaks, so the center takes nothing of a file that was not sent to its end.
            let _ = send.blocking_send(Err(error));
        }
    });
    let receive = Arc::new(tokio::sync::Mutex::new(receive));
    futures_util::stream::unfold(receive, async |receive| {
        let next = receive.lock().await.recv().await?;
        Some((next, receive))
    })
}

fn send_units<U: Unit + Serialize>(
    content: StoredContent,
    policy: EncodingPolicy,
    send: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut reader = BulkReader::<_, U>::new(content, policy).map_err(io::Error::other)?;
    while let Some(item) = reader.next_unit().map_err(io::Error::other)? {
        let unit = match item {
            BulkItem::Good(unit) => unit,
            // Sent as far as it could be read, so that every person keeps their place and gets an answer of their own:
            // the center names what is missing.
            BulkItem::Bad { partial, .. } => partial,
        };
        if send.blocking_send(Ok(json_line(&unit)?)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
