//! The face folder: what a check by card tells the receipt computer, which takes it from there without having asked.
//!
//! The bytes of a file follow from the signed answer that is in the store, so they are the same however often they are
//! made: a restart goes on where the power went.

use std::path::PathBuf;
use std::sync::Arc;

use kit::lifecycle::Lifecycle;
use tokio::sync::Notify;
use wire::oqs::{OutputEncoding, write_face_result};

use super::deliver::blocking;
use super::{BridgeError, Step, Steps, place};
use crate::checks::Checks;
use crate::config::Config;
use crate::health::Folder;
use crate::limits;
use crate::store::face_files::OpenFaceFile;

/// Writes the files of the face folder.
#[derive(Debug)]
pub(crate) struct FaceFolder {
    checks: Checks,
    folder: PathBuf,
    encoding: OutputEncoding,
    /// Told when another file waits.
    more: Arc<Notify>,
    steps: Steps,
}

impl FaceFolder {
    pub(crate) fn new(config: &Config, checks: Checks, more: Arc<Notify>, steps: Steps) -> Self {
        Self { checks, folder: config.face(), encoding: config.settings.bridge.encoding.output(), more, steps }
    }

    /// Writes what waits, and then whatever comes, until the terminal stops.
    pub(crate) async fn run(self, life: Lifecycle) {
        loop {
            let goes_on = match self.write_all().await {
                Ok(()) => tokio::select! {
                    () = self.more.notified() => true,
                    () = life.stopping() => false,
                },
                Err(BridgeError::Stopping) => false,
                Err(error) => {
                    match &error {
                        BridgeError::Face(why) => {
                            self.checks.health.folder_fails(Folder::Face, self.checks.center.hours().local(), why);
                        }
                        other => tracing::warn!(error = %other, "files of the face folder wait"),
                    }
                    life.rest(limits::BRIDGE_DISK_REST).await
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn write_all(&self) -> Result<(), BridgeError> {
        loop {
            let open = self.checks.store.open_face_files(limits::FACE_FILES_AT_ONCE).await?;
            if open.is_empty() {
                return Ok(());
            }
            for file in open {
                self.write(&file).await?;
            }
        }
    }

    async fn write(&self, file: &OpenFaceFile) -> Result<(), BridgeError> {
        let id = file.request_id;
        let aside = place::aside(&self.folder, id);
        if !file.is_delivering {
            let Some(bytes) = self.bytes(file).await? else {
                return Ok(self.checks.store.face_file_written(id).await?);
            };
            let (folder, at) = (self.folder.clone(), aside.clone());
            let write = move || {
                // A folder that was removed is made again; on a share that is away this fails and is tried again.
                std::fs::create_dir_all(folder)?;
                place::write(&at, &bytes)
            };
            blocking(write).await.map_err(BridgeError::Face)?;
            self.steps.done(Step::FaceAside)?;
            self.checks.store.face_file_delivering(id).await?;
            self.steps.done(Step::FaceDelivering)?;
        }
        let (folder, named) = (self.folder.clone(), self.folder.join(&file.file_name));
        blocking(move || place::rename(&folder, &aside, &named)).await.map_err(BridgeError::Face)?;
        self.checks.health.folder_works(Folder::Face);
        self.steps.done(Step::FaceRenamed)?;
        Ok(self.checks.store.face_file_written(id).await?)
    }

    /// The content. None where the kept answer was removed meanwhile, which is logged: a file that can never be written
    /// must not hold up the others.
    async fn bytes(&self, file: &OpenFaceFile) -> Result<Option<Vec<u8>>, BridgeError> {
        let answer = self.checks.kept_answer(file.request_id).await?;
        let written = answer.and_then(|answer| write_face_result(&answer, self.encoding));
        if written.is_none() {
            tracing::error!(request_id = %file.request_id, "a file of the face folder cannot be made");
        }
        Ok(written.map(|written| written.bytes))
    }
}
