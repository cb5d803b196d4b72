//! How the terminal is: what the link light and the status page show.
//!
//! Whatever changes is logged once, when it changes, not on every attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kit::client::CouldNotAsk;
use tokio::sync::watch;
use wire::api::ProblemCode;

use crate::hours::Moment;
use crate::limits;
use crate::noticing::diagnosis::{AddressLook, Came, Diagnosis, Evidence, diagnose};
use crate::noticing::local::Local;
use crate::noticing::standing::{Look, Seen, Sign, Standing};

/// Whether the center can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Link {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It answers.
    Up,
    /// It does not; why is [`Snapshot::diagnosis`].
    Down {
        /// Since when.
        since: Timestamp,
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
    Bookings,
}

impl Folder {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Req => "req",
            Self::Res => "res",
            Self::Face => "face",
            Self::Bookings => "bookings",
        }
    }
}

/// How a folder is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum FolderState {
    /// Not looked at yet.
    #[default]
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
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) link: Link,
    /// What came of each address when they were looked at last.
    pub(crate) addresses: Vec<AddressLook>,
    /// This machine's own network.
    pub(crate) local: Local,
    /// What the center said lately in place of an answer, and when.
    pub(crate) center_said: Option<(ProblemCode, Timestamp)>,
    /// The insurer whose data an answer said to be late, and when.
    pub(crate) late_feed: Option<(String, Timestamp)>,
    pub(crate) certificate: Option<CertificateState>,
    /// The center will not talk to us any more: revoked, unknown, renewal refused.
    pub(crate) refused: Option<ProblemCode>,
    /// The center says that our certificate has run out, whatever our clock says.
    pub(crate) expired_at_center: bool,
    pub(crate) req: FolderState,
    pub(crate) res: FolderState,
    pub(crate) face: FolderState,
    pub(crate) bookings: FolderState,
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
#[derive(Debug, Default)]
pub(crate) struct Health {
    now: Mutex<Snapshot>,
    standing: Mutex<Standing>,
    /// Whether it is down, for whoever waits for that.
    down: watch::Sender<bool>,
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// It did what was asked: whatever it had against this terminal is over.
    pub(crate) fn center_answered(&self, moment: Moment) {
        self.center_reached(moment);
        self.center_let_us_in();
        self.lock().center_said = None;
    }

    /// A look was answered: the certificate is accepted, whether questions are answered is not known by it.
    pub(crate) fn center_let_us_in(&self) {
        let mut now = self.lock();
        now.expired_at_center = false;
        if matches!(now.refused, Some(ProblemCode::CertificateRevoked | ProblemCode::FacilityUnknown)) {
            now.refused = None;
        }
    }

    /// Something came back, be it a refusal.
    pub(crate) fn center_reached(&self, moment: Moment) {
        self.sign(Sign::Answered, moment);
    }

    /// A question was not answered. One alone turns no light; a look follows.
    pub(crate) fn center_unreachable(&self, moment: Moment, why: &CouldNotAsk) {
        tracing::debug!(code = why.code(), %why, "a question was not answered");
        self.sign(Sign::Failed, moment);
    }

    /// What came of a look, at every address that was looked at. It began at `begun`, monotonic.
    pub(crate) fn looked(&self, look: Look, addresses: Vec<AddressLook>, begun: Duration, moment: Moment) {
        let is_there = addresses.iter().any(|look| match &look.came {
            Came::Answered | Came::Problem(_) => true,
            // It is there, and does not want us.
            Came::CouldNot(why) => matches!(why, CouldNotAsk::CertificateRefused(_)),
        });
        if !is_there && self.standing.lock().unwrap_or_else(PoisonError::into_inner).is_overtaken(begun) {
            return;
        }
        // What a look on a kept connection failed by says little: the next one tells why.
        if is_there || look == Look::Fresh {
            self.lock().addresses = addresses;
        }
        self.sign(
            match (is_there, look) {
                (true, _) => Sign::Answered,
                (false, Look::Kept) => Sign::Failed,
                (false, Look::Fresh) => Sign::NoWay,
            },
            moment,
        );
    }

    fn sign(&self, sign: Sign, moment: Moment) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.sign(sign, moment.passed);
        let mut now = self.lock();
        let was = std::mem::take(&mut now.link);
        now.link = match (standing.seen(), was) {
            (Seen::Unknown, _) => Link::Unknown,
            (Seen::Up, was) => {
                if let Link::Down { since } = was {
                    let away_seconds = moment.at.duration_since(since).as_secs();
                    tracing::info!(away_seconds, "the center answers again");
                }
                Link::Up
            }
            (Seen::Down, was @ Link::Down { .. }) => was,
            (Seen::Down, Link::Up | Link::Unknown) => {
                now.link = Link::Down { since: moment.at };
                let whose = now.diagnosis(moment.at, None).whose;
                tracing::warn!(?whose, addresses = ?now.addresses, "the center cannot be asked");
                Link::Down { since: moment.at }
            }
        };
        let is_down = matches!(now.link, Link::Down { .. });
        self.down.send_if_modified(|was_down| std::mem::replace(was_down, is_down) != is_down);
    }

    /// How to look at the center next, and after which rest.
    pub(crate) fn next_look(&self) -> (Look, Duration) {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).next_look()
    }

    /// Waits until it is down.
    pub(crate) async fn until_down(&self) {
        // The sender lives as long as this does.
        let _ = self.down.subscribe().wait_for(|is_down| *is_down).await;
    }

    /// Notes this machine's network; gives whether it is another than before.
    pub(crate) fn local(&self, local: Local) -> bool {
        let mut now = self.lock();
        let is_changed = now.local != local;
        now.local = local;
        is_changed
    }

    /// The center said that it cannot answer at the moment.
    pub(crate) fn center_said(&self, code: ProblemCode, at: Timestamp) {
        self.lock().center_said = Some((code, at));
    }

    /// An answer said that the data of its insurer is late, or not.
    pub(crate) fn insurer_feed(&self, insurer: &str, is_late: bool, at: Timestamp) {
        let mut now = self.lock();
        if is_late {
            now.late_feed = Some((insurer.to_owned(), at));
        } else if now.late_feed.as_ref().is_some_and(|(late, _)| late == insurer) {
            now.late_feed = None;
        }
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

    /// Whether it can be asked.
    pub(crate) fn is_up(&self) -> bool {
        self.lock().link == Link::Up
    }

    /// Whether it cannot be asked.
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
    /// Whose fault it is. `clock` is the difference to the center's clock, where that is worth a warning.
    pub(crate) fn diagnosis(&self, at: Timestamp, clock: Option<SignedDuration>) -> Diagnosis {
        let is_lately = |then: Timestamp, time: Duration| at.duration_since(then).unsigned_abs() <= time;
        let expired = matches!(self.certificate, Some(CertificateState::Expired { .. }));
        diagnose(&Evidence {
            seen: match self.link {
                Link::Unknown => Seen::Unknown,
                Link::Up => Seen::Up,
                Link::Down { .. } => Seen::Down,
            },
            addresses: &self.addresses,
            local: &self.local,
            is_expired: expired || self.expired_at_center,
            refused: self.refused,
            clock,
            center_says: self
                .center_said
                .filter(|(_, then)| is_lately(*then, limits::CENTER_SAID_TIME))
                .map(|said| said.0),
            late_feed: self
                .late_feed
                .as_ref()
                .filter(|(_, then)| is_lately(*then, limits::LATE_FEED_TIME))
                .map(|(insurer, _)| insurer.as_str()),
        })
    }

    fn folder(&mut self, folder: Folder) -> &mut FolderState {
        match folder {
            Folder::Req => &mut self.req,
            Folder::Res => &mut self.res,
            Folder::Face => &mut self.face,
            Folder::Bookings => &mut self.bookings,
        }
    }
}
