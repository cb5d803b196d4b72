//! From the store to the answer folder, so that the file appears once and complete.

use std::io;
use std::path::PathBuf;

use uuid::Uuid;
use wire::oqs::FileName;

use super::{Bridge, BridgeError, Step, place};
use crate::health::Folder;
use crate::store::requests::{AnswerKind, OpenRequest, RequestState};

impl Bridge {
    /// Where an answer is written before it is renamed.
    pub(super) fn aside(&self, request_id: Uuid) -> PathBuf {
        place::aside(&self.res, request_id)
    }

    /// Writes the answer aside, flushed to the disk.
    pub(super) async fn write_aside(&self, request: &OpenRequest) -> Result<RequestState, BridgeError> {
        let Some(bytes) = self.checks.store.answer(request.request_id).await? else {
            // The constraint of the table forbids it; the request is worked on again rather than lost.
            return Ok(RequestState::Taken);
        };
        let path = self.aside(request.request_id);
        blocking(move || place::write(&path, &bytes)).await.map_err(BridgeError::Res)?;
        self.steps.done(Step::Aside)?;
        self.checks.store.mark_delivering(request.request_id).await?;
        self.steps.done(Step::Delivering)?;
        Ok(RequestState::Delivering)
    }

    /// Renames the answer to its place. A file aside that is gone was renamed before the power cut.
    pub(super) async fn put_in_place(
        &self,
        request: &OpenRequest,
        name: &FileName,
    ) -> Result<RequestState, BridgeError> {
        let aside = self.aside(request.request_id);
        let named = self.res.join(match request.kind {
            AnswerKind::Xml => name.response_name(),
            AnswerKind::Pdf => name.pdf_name(),
            AnswerKind::Error => name.error_name(),
        });
        let res = self.res.clone();
        blocking(move || place::rename(&res, &aside, &named)).await.map_err(BridgeError::Res)?;
        self.checks.health.folder_works(Folder::Res);
        self.steps.done(Step::Renamed)?;
        let now = self.checks.center.hours().local();
        self.checks.store.mark_delivered(request.request_id, now).await?;
        Ok(RequestState::Delivered)
    }
}

/// Runs what blocks on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
