//! From the store to the answer folder, so that the file appears once and complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use uuid::Uuid;
use wire::oqs::FileName;

use super::{Bridge, BridgeError, Step};
use crate::health::Folder;
use crate::store::requests::{OpenRequest, RequestState};

impl Bridge {
    /// Where an answer is written before it is renamed. The leading dot and the ending keep every program away from it;
    /// one name per request, so a second attempt writes over the first.
    pub(super) fn aside(&self, request_id: Uuid) -> PathBuf {
        self.res.join(format!(".tashika-{request_id}.tmp"))
    }

    /// Writes the answer aside, flushed to the disk.
    pub(super) async fn write_aside(&self, request: &OpenRequest) -> Result<RequestState, BridgeError> {
        let Some(bytes) = self.checks.store.answer(request.request_id).await? else {
            // The constraint of the table forbids it; the request is worked on again rather than lost.
            return Ok(RequestState::Taken);
        };
        let path = self.aside(request.request_id);
        blocking(move || {
            let mut file = File::create(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()
        })
        .await
        .map_err(BridgeError::Res)?;
        self.steps.done(Step::Aside)?;
        self.checks.store.mark_delivering(request.request_id, request.is_error).await?;
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
        let place = self.res.join(if request.is_error { name.error_name() } else { name.response_name() });
        let res = self.res.clone();
        blocking(move || {
            // Without the folder nothing can be said about the file in it: a share that is away for a while.
            fs::metadata(&res)?;
            match fs::rename(&aside, &place) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !aside.exists() => Ok(()),
                other => other,
            }?;
            kit::files::sync_folder(&res)
        })
        .await
        .map_err(BridgeError::Res)?;
        self.checks.health.folder_works(Folder::Res);
        self.steps.done(Step::Renamed)?;
        let now = self.checks.center.hours().local();
        self.checks.store.mark_delivered(request.request_id, request.is_error, now).await?;
        Ok(RequestState::Delivered)
    }
}

/// Runs what blocks on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
