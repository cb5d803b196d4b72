//! The folder bridge: request files in, answer files out, each answered once whatever happens in between.
//!
//! A request goes through these steps; after each, a power cut loses nothing and answers nothing twice:
//!
//! 1. **seen** complete and unchanged between two looks ([`folder`]);
//! 2. **taken**: its content is in the store, committed; then the file is removed;
//! 3. **answered**: the center is asked under the request's own number, so asking again is harmless; the bytes of the
//!    answer file are in the store ([`single`], [`upload`], [`record`]; results of bulk files go straight to step 4, [`download`]);
//! 4. **delivering**: written aside in the answer folder under a name with a leading dot, flushed;
//! 5. renamed to its place, where it appears complete;
//! 6. **delivered**.
//!
//! A restart looks at the state in the store and goes on: before 4, the work is done again with the same number; in 4,
//! the file aside says whether the rename had happened ([`place`]).
//!
//! Checks by card come without a request; their files go to the face folder in the same way from step 3 on ([`face`]).

mod content;
mod deliver;
mod download;
pub(crate) mod face;
pub(crate) mod folder;
mod place;
mod record;
mod retry;
mod single;
mod step;
mod upload;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::lifecycle::Lifecycle;
use tokio::sync::Semaphore;
use uuid::Uuid;
use wire::oqs::record::RecordKind;
use wire::oqs::{ApiId, EncodingPolicy, FileName, OutputEncoding};

use crate::checks::Checks;
use crate::config::Config;
use crate::health::Folder;
use crate::limits;
use crate::store::StoreError;
use crate::store::requests::{AnswerKind, NewRequest, OpenRequest, RequestState};
use folder::{Candidate, RequestFolder};
pub(crate) use step::{Step, Steps};

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BridgeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the answer folder: {0}")]
    Res(io::Error),
    #[error("the face folder: {0}")]
    Face(io::Error),
    /// The center could not be asked, and there is still time to try again.
    #[error("the terminal is stopping")]
    Stopping,
}

/// The bridge. One for each terminal.
#[derive(Debug)]
pub(crate) struct Bridge {
    checks: Checks,
    req: PathBuf,
    res: PathBuf,
    encoding: OutputEncoding,
    policy: EncodingPolicy,
    config: Config,
    life: Lifecycle,
    single: Semaphore,
    bulk: Semaphore,
    open: AtomicUsize,
    steps: Steps,
}

impl Bridge {
    pub(crate) fn new(config: &Config, checks: Checks, life: Lifecycle, steps: Steps) -> Self {
        Self {
            checks,
            req: config.req(),
            res: config.res(),
            encoding: config.settings.bridge.encoding.output(),
            policy: config.settings.bridge.policy(),
            config: config.clone(),
            life,
            single: Semaphore::new(limits::BRIDGE_SINGLE_TASKS_MAX),
            bulk: Semaphore::new(limits::BRIDGE_BULK_TASKS_MAX),
            open: AtomicUsize::new(0),
            steps,
        }
    }

    /// Takes up what an earlier run left, then looks into the folder until the terminal stops.
    pub(crate) async fn run(self: Arc<Self>) {
        let Some(mut left) = self.recover().await else { return };
        let half_written = self.config.settings.bridge.half_written();
        let mut folder = RequestFolder::new(self.req.clone(), half_written);
        let poll = self.config.settings.bridge.poll_interval();
        loop {
            folder = match self.look(folder, &mut left).await {
                Ok(folder) => folder,
                Err(Stopped) => return,
            };
            if !self.life.rest(poll).await {
                return;
            }
        }
    }

    /// Starts the work on every request that is not delivered. Gives the hashes of taken files that may still lie in
    /// the folder; none when the terminal stops before the store can be read.
    async fn recover(self: &Arc<Self>) -> Option<HashSet<[u8; 32]>> {
        loop {
            let found = async {
                Ok::<_, StoreError>((self.checks.store.open_requests().await?, self.checks.store.sources_left().await?))
            };
            match found.await {
                Ok((open, left)) => {
                    if !open.is_empty() {
                        tracing::info!(requests = open.len(), "going on with requests of an earlier run");
                    }
                    for request in open {
                        self.start(request);
                    }
                    return Some(left.into_iter().collect());
                }
                Err(error) => {
                    tracing::error!(%error, "the store cannot be read");
                    if !self.life.rest(limits::BRIDGE_DISK_REST).await {
                        return None;
                    }
                }
            }
        }
    }

    /// One look: everything that is ready is taken and started.
    async fn look(
        self: &Arc<Self>,
        folder: RequestFolder,
        left: &mut HashSet<[u8; 32]>,
    ) -> Result<RequestFolder, Stopped> {
        let now = self.checks.center.hours().clock().monotonic();
        let looked = tokio::task::spawn_blocking(move || {
            let mut folder = folder;
            let look = folder.look(now);
            (folder, look)
        });
        let Ok((mut folder, look)) = looked.await else { return Err(Stopped) };
        let open = self.open.load(Ordering::Relaxed);
        match look {
            Ok(look) => {
                self.checks.health.folder_works(Folder::Req);
                self.checks.health.files(look.waiting, open);
                let room = limits::BRIDGE_OPEN_MAX.saturating_sub(open).min(limits::BRIDGE_TAKE_FILES_MAX);
                let ready: Vec<Candidate> = look.ready.into_iter().take(room).collect();
                self.take(&mut folder, ready, left).await?;
            }
            Err(error) => {
                self.checks.health.folder_fails(Folder::Req, self.checks.center.hours().local(), &error);
                // A folder that was removed is made again; on a share that is away this fails and is tried again.
                let _ = fs::create_dir_all(folder.path());
            }
        }
        Ok(folder)
    }

    async fn take(
        self: &Arc<Self>,
        folder: &mut RequestFolder,
        ready: Vec<Candidate>,
        left: &mut HashSet<[u8; 32]>,
    ) -> Result<(), Stopped> {
        let (known, new): (Vec<_>, Vec<_>) = ready
            .into_iter()
            .map(|candidate| (self.mac(&candidate), candidate))
            .partition(|(mac, _)| left.contains(mac));
        self.remove(folder, &known, left).await?;
        let (large, small): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|(_, candidate)| candidate.bytes > limits::BRIDGE_PART_BYTES as u64);
        for group in std::iter::once(small).chain(large.into_iter().map(|one| vec![one])) {
            if group.is_empty() {
                continue;
            }
            match self.take_group(group).await {
                Ok((taken, requests)) => {
                    self.checks.health.disk_works();
                    self.steps.done(Step::Taken).map_err(|_| Stopped)?;
                    left.extend(taken.iter().map(|(mac, _)| *mac));
                    self.remove(folder, &taken, left).await?;
                    for request in requests {
                        self.start(request);
                    }
                }
                // Nothing was taken: the files lie where they are and are taken at a later look.
                Err(error) => {
                    tracing::warn!(%error, "requests could not be taken; they wait in the folder");
                    self.checks.health.disk_refuses(&error);
                }
            }
        }
        Ok(())
    }

    /// Brings files into the store, in one transaction. Files that cannot be read are left for the next look.
    async fn take_group(
        &self,
        group: Vec<(Mac, Candidate)>,
    ) -> Result<(Vec<(Mac, Candidate)>, Vec<OpenRequest>), StoreError> {
        let now = self.checks.center.hours().local();
        let mut taking = self.checks.store.begin_taking(now).await?;
        let (mut taken, mut requests) = (Vec::new(), Vec::new());
        for (mac, candidate) in group {
            // A small file is read before anything is written about it, so that one that cannot be read leaves nothing
            // behind; a large one is alone in its transaction.
            let Ok(mut content) = content::FileParts::open(&candidate).await else { continue };
            let request_id = self.checks.center.new_request_id();
            let file_name = candidate.name.to_string();
            taking
                .request(NewRequest {
                    request_id,
                    kind: candidate.name.api().as_str(),
                    file_name: &file_name,
                    source_mac: &mac,
                    too_large: candidate.is_too_large(),
                })
                .await?;
            let mut part = 0;
            while let Some(body) = content.next().await.map_err(|error| StoreError::Disk(error.to_string()))? {
                taking.part(request_id, part, &body).await?;
                part += 1;
            }
            requests.push(OpenRequest {
                request_id,
                file_name,
                state: RequestState::Taken,
                kind: AnswerKind::Xml,
                too_large: candidate.is_too_large(),
            });
            taken.push((mac, candidate));
        }
        taking.commit().await?;
        Ok((taken, requests))
    }

    /// Removes files that are in the store. One that cannot be removed stays in `left` and is tried at every look.
    async fn remove(
        &self,
        folder: &mut RequestFolder,
        taken: &[(Mac, Candidate)],
        left: &mut HashSet<Mac>,
    ) -> Result<(), Stopped> {
        if taken.is_empty() {
            return Ok(());
        }
        let mut gone = Vec::with_capacity(taken.len());
        for (mac, candidate) in taken {
            match fs::remove_file(&candidate.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(api = candidate.name.api().as_str(), %error, "a taken file cannot be removed yet");
                }
                Ok(()) | Err(_) => {
                    folder.forget(candidate);
                    gone.push(*mac);
                }
            }
        }
        self.steps.done(Step::Removed).map_err(|_| Stopped)?;
        match self.checks.store.sources_gone(&gone).await {
            Ok(()) => left.retain(|mac| !gone.contains(mac)),
            Err(error) => tracing::warn!(%error, "the removal of files could not be noted yet"),
        }
        Ok(())
    }

    fn mac(&self, candidate: &Candidate) -> Mac {
        let name = candidate.path.file_name().unwrap_or_default().to_string_lossy();
        self.checks.store.vault().mac(&[
            b"bridge source",
            name.as_bytes(),
            &candidate.bytes.to_be_bytes(),
            &candidate.modified.to_be_bytes(),
        ])
    }

    fn start(self: &Arc<Self>, request: OpenRequest) {
        let bridge = Arc::clone(self);
        self.open.fetch_add(1, Ordering::Relaxed);
        self.life.spawn("bridge_request", async move {
            bridge.finish(request).await;
            bridge.open.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Works on one request until its answer is delivered, or the terminal stops; then a restart goes on.
    async fn finish(&self, mut request: OpenRequest) {
        let Ok(name) = FileName::parse(&request.file_name) else {
            tracing::error!(request_id = %request.request_id, "a taken request has a name that is not known");
            return;
        };
        let api = name.api();
        let room = if api.is_bulk_upload() || download::is_download(api) { &self.bulk } else { &self.single };
        let Ok(_permit) = room.acquire().await else { return };
        loop {
            match self.advance(&mut request, &name).await {
                Ok(RequestState::Delivered) | Err(BridgeError::Stopping) => return,
                Ok(RequestState::Taken | RequestState::Answered | RequestState::Delivering) => {}
                Err(error) => {
                    self.tell(&error, request.request_id);
                    if !self.life.rest(limits::BRIDGE_DISK_REST).await {
                        return;
                    }
                }
            }
        }
    }

    /// Says why a step has to wait.
    fn tell(&self, error: &BridgeError, request_id: Uuid) {
        match error {
            BridgeError::Res(why) => {
                self.checks.health.folder_fails(Folder::Res, self.checks.center.hours().local(), why);
                if let Some(folder) = self.res.parent().filter(|folder| folder.exists()) {
                    // As with the request folder: made again where it can be.
                    let _ = fs::create_dir_all(folder.join(self.res.file_name().unwrap_or_default()));
                }
            }
            BridgeError::Store(why) if why.may_pass() => self.checks.health.disk_refuses(why),
            BridgeError::Store(_) | BridgeError::Face(_) | BridgeError::Stopping => {
                tracing::error!(%request_id, %error, "a request could not be worked on; trying again");
            }
        }
    }

    /// The next step of a request; its new state.
    async fn advance(&self, request: &mut OpenRequest, name: &FileName) -> Result<RequestState, BridgeError> {
        request.state = match request.state {
            RequestState::Taken => self.answer(request, name).await?,
            RequestState::Answered => self.write_aside(request).await?,
            RequestState::Delivering => self.put_in_place(request, name).await?,
            RequestState::Delivered => RequestState::Delivered,
        };
        Ok(request.state)
    }

    /// Makes the answer, whatever it is.
    async fn answer(&self, request: &mut OpenRequest, name: &FileName) -> Result<RequestState, BridgeError> {
        let built = if request.too_large {
            Built::Error(content::too_large(name.api(), self.encoding))
        } else {
            let id = request.request_id;
            match name.api() {
                ApiId::Check => self.answer_check(id).await?,
                ApiId::Registration => self.answer_registration(id).await?,
                ApiId::BulkCheckUpload => self.answer_check_upload(id).await?,
                ApiId::BulkRegistrationUpload => self.answer_registration_upload(id).await?,
                ApiId::BulkCheckDownload => self.answer_check_download(id).await?,
                ApiId::BulkRegistrationDownload => self.answer_registration_download(id).await?,
                ApiId::DrugRecord => self.answer_record(id, RecordKind::Drugs).await?,
                ApiId::CheckupRecord => self.answer_record(id, RecordKind::Checkups).await?,
            }
        };
        let (bytes, kind) = match built {
            Built::Aside => {
                self.steps.done(Step::Aside)?;
                self.checks.store.mark_delivering(request.request_id).await?;
                self.steps.done(Step::Delivering)?;
                return Ok(RequestState::Delivering);
            }
            Built::Answer(bytes) => (bytes, AnswerKind::Xml),
            Built::Pdf(bytes) => (bytes, AnswerKind::Pdf),
            Built::Error(bytes) => (bytes, AnswerKind::Error),
        };
        request.kind = kind;
        self.steps.done(Step::Built)?;
        self.checks.store.put_answer(request.request_id, &bytes, kind).await?;
        self.checks.health.disk_works();
        self.steps.done(Step::Answered)?;
        Ok(RequestState::Answered)
    }
}

/// Keyed hash of name, size and time of a file.
type Mac = [u8; 32];

/// What was made for a request.
pub(crate) enum Built {
    /// Bytes of an answer file.
    Answer(Vec<u8>),
    /// Bytes of a PDF file in its place.
    Pdf(Vec<u8>),
    /// Bytes of an `.err` file.
    Error(Vec<u8>),
    /// The answer file is written aside already, complete and flushed.
    Aside,
}

/// The test's kill, or the runtime's end.
struct Stopped;
