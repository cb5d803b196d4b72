//! How the terminal is: what the link light and the status page show.
//!
//! Whatever changes is logged once, when it changes, not on every attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kit::client::CouldNotAsk;
use kit::text::Text;
use wire::api::ProblemCode;

/// Whether the center can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// Not asked yet.
    Unknown,
    /// It answers.
    Up,
    /// It does not.
    Down {
        /// Since when.
        since: Timestamp,
        /// What is probably wrong.
        text: Text,
        /// Stable code.
        code: &'static str,
    },
}

/// The certificate of this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CertificateState {
    /// In time.
    Valid {
        /// Until when.
        until: Timestamp,
        /// Whole days left.
        days_left: i64,
    },
    /// It has run out; renewal by the old key is tried.
    Expired {
        /// Since when.
        since: Timestamp,
    },
}

/// A folder shared with the receipt computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Folder {
    Req,
    Res,
    Face,
}

impl Folder {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Req => "req",
            Self::Res => "res",
            Self::Face => "face",
        }
    }
}

/// How a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FolderState {
    /// Not looked at yet.
    Unknown,
    /// It can be read and written.
    Works,
    /// It cannot; tried again all the time.
    Fails {
        /// Since when.
        since: Timestamp,
        /// What the system says.
        why: String,
    },
}

/// Everything that the status page shows.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) link: Link,
    pub(crate) certificate: Option<CertificateState>,
    /// The center will not talk to us any more: revoked, unknown, renewal refused.
    pub(crate) refused: Option<ProblemCode>,
    /// The center says that our certificate has run out, whatever our clock says.
    pub(crate) expired_at_center: bool,
    pub(crate) req: FolderState,
    pub(crate) res: FolderState,
    pub(crate) face: FolderState,
    /// Files in the request folder that are not complete yet or cannot be opened.
    pub(crate) waiting_files: usize,
    /// Requests that are worked on.
    pub(crate) open_requests: usize,
    /// Cases that were decided here and wait for the center.
    pub(crate) waiting_cases: u32,
    /// Cases about which the center said something else, and that nobody has seen yet.
    pub(crate) cases_to_see: u32,
    /// The store refuses to take more.
    pub(crate) disk: Option<String>,
}

/// Shared by everything that runs.
#[derive(Debug)]
pub(crate) struct Health {
    now: Mutex<Snapshot>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            now: Mutex::new(Snapshot {
                link: Link::Unknown,
                certificate: None,
                refused: None,
                expired_at_center: false,
                req: FolderState::Unknown,
                res: FolderState::Unknown,
                face: FolderState::Unknown,
                waiting_files: 0,
                open_requests: 0,
                waiting_cases: 0,
                cases_to_see: 0,
                disk: None,
            }),
        }
    }
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// It did what was asked: whatever it had against this terminal is over.
    pub(crate) fn center_answered(&self, at: Timestamp) {
        self.center_reached(at);
        let mut now = self.lock();
        now.expired_at_center = false;
        if matches!(now.refused, Some(ProblemCode::CertificateRevoked | ProblemCode::FacilityUnknown)) {
            now.refused = None;
        }
    }

    /// Something came back, be it a refusal.
    pub(crate) fn center_reached(&self, at: Timestamp) {
        let mut now = self.lock();
        if let Link::Down { since, .. } = now.link {
            tracing::info!(away_seconds = at.duration_since(since).as_secs(), "the center answers again");
        }
        now.link = Link::Up;
    }

    pub(crate) fn center_unreachable(&self, at: Timestamp, why: &CouldNotAsk) {
        let mut now = self.lock();
        let since = match now.link {
            Link::Down { since, .. } => since,
            Link::Up | Link::Unknown => {
                tracing::warn!(code = why.code(), %why, "the center cannot be asked");
                at
            }
        };
        now.link = Link::Down { since, text: why.text(), code: why.code() };
    }

    pub(crate) fn center_refused(&self, code: ProblemCode) {
        // Of all refusals, these say that the terminal itself is not wanted any more.
        let about_us = matches!(
            code,
            ProblemCode::CertificateRevoked | ProblemCode::RenewalRefused | ProblemCode::FacilityUnknown
        );
        let mut now = self.lock();
        if about_us && now.refused != Some(code) {
            tracing::error!(%code, "the center refuses this terminal");
            now.refused = Some(code);
        }
    }

    pub(crate) fn certificate(&self, until: Timestamp, at: Timestamp) {
        let mut now = self.lock();
        let state = if at < until {
            CertificateState::Valid { until, days_left: until.duration_since(at).as_hours() / 24 }
        } else {
            CertificateState::Expired { since: until }
        };
        let renewed = matches!(
            (&now.certificate, &state),
            (Some(CertificateState::Expired { .. }), CertificateState::Valid { .. })
        );
        if renewed
            || now.refused == Some(ProblemCode::RenewalRefused) && matches!(state, CertificateState::Valid { .. })
        {
            now.refused = None;
        }
        now.certificate = Some(state);
    }

    pub(crate) fn expired_at_center(&self) {
        let mut now = self.lock();
        if !now.expired_at_center {
            tracing::warn!("the center says that the certificate of this terminal has run out");
            now.expired_at_center = true;
        }
    }

    pub(crate) fn is_expired_at_center(&self) -> bool {
        self.lock().expired_at_center
    }

    pub(crate) fn certificate_in_time(&self) -> bool {
        matches!(self.lock().certificate, Some(CertificateState::Valid { .. }))
    }

    pub(crate) fn folder_works(&self, folder: Folder) {
        let mut now = self.lock();
        let state = now.folder(folder);
        if matches!(state, FolderState::Fails { .. }) {
            tracing::info!(folder = folder.name(), "the folder works again");
        }
        *state = FolderState::Works;
    }

    pub(crate) fn folder_fails(&self, folder: Folder, at: Timestamp, why: &std::io::Error) {
        let mut now = self.lock();
        let state = now.folder(folder);
        let since = match state {
            FolderState::Fails { since, .. } => *since,
            FolderState::Works | FolderState::Unknown => {
                tracing::warn!(folder = folder.name(), %why, "the folder cannot be used; waiting for it");
                at
            }
        };
        *state = FolderState::Fails { since, why: why.to_string() };
    }

    pub(crate) fn files(&self, waiting: usize, open: usize) {
        let mut now = self.lock();
        now.waiting_files = waiting;
        now.open_requests = open;
    }

    pub(crate) fn cases(&self, waiting: u32, to_see: u32) {
        let mut now = self.lock();
        now.waiting_cases = waiting;
        now.cases_to_see = to_see;
    }

    pub(crate) fn waiting_cases(&self) -> u32 {
        self.lock().waiting_cases
    }

    /// Whether the last look found no center.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self.lock().link, Link::Down { .. })
    }

    pub(crate) fn disk_refuses(&self, why: &dyn std::fmt::Display) {
        let mut now = self.lock();
        if now.disk.is_none() {
            tracing::error!(%why, "the disk takes nothing more; requests wait");
        }
        now.disk = Some(why.to_string());
    }

    pub(crate) fn disk_works(&self) {
        let mut now = self.lock();
        if now.disk.take().is_some() {
            tracing::info!("the disk takes data again");
        }
    }
}

impl Snapshot {
    fn folder(&mut self, folder: Folder) -> &mut FolderState {
        match folder {
            Folder::Req => &mut self.req,
            Folder::Res => &mut self.res,
            Folder::Face => &mut self.face,
        }
    }
}
