//! The one who holds the visit: hears readers, patient and staff, does one piece of work at a time, and shows what came
//! of it.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use card::terminal_model::TerminalKey;
use card::{Event, Reader};
use domain::{ConsentChoice, Tongue};
use kit::lifecycle::Lifecycle;
use tokio::sync::{mpsc, oneshot, watch};
use wire::api::SearchInfo;
use zeroize::Zeroizing;

use super::attempts::{FaceAttempts, PasswordGate};
use super::fault::{FaceFault, Fault, StaffFault, Way};
use super::means::Means;
use super::screen::{Calling, ReadersState, Screen, Stage};
use super::visit::{Task, Visit};
use super::work::{self, Done, Here, Recognised, Wish};
use crate::face::{Picture, Side};
use crate::limits;
use crate::password::{Passwords, Typed};
use crate::store::settings::Setting;

/// What the patient did.
pub(crate) enum Act {
    Speak(Tongue),
    Card,
    Phone,
    Call,
    Way(Way),
    Pin(Typed),
    Digits(Zeroizing<String>),
    CameraMissing,
    FacilityPassword(Typed),
    Register(SearchInfo),
    Choose(ConsentChoice),
    Keep,
    Change,
    More,
    Back,
    Withdraw,
    EndRegistration,
    AboutSecondaryUse,
    SecondaryUse { refuses: bool },
    GoOn,
    End,
}

/// What staff did on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaffAct {
    /// It is the person on the photo.
    Confirm,
    /// It is not.
    Decline,
    /// The kiosk is to be wiped.
    Wipe,
}

/// What reaches the kiosk. The answer says whether it fitted what was on the screen.
pub(super) enum Input {
    Reader(Event),
    Patient { visit: u64, step: u32, act: Act, heard: oneshot::Sender<bool> },
    Frame { visit: u64, frame: Picture, heard: oneshot::Sender<bool> },
    Staff { visit: u64, act: StaffAct, by: String, heard: oneshot::Sender<bool> },
}

type Work = Pin<Box<dyn Future<Output = Option<Done>> + Send>>;

pub(super) struct Actor {
    means: Means,
    passwords: Passwords,
    gate: PasswordGate,
    attempts: FaceAttempts,
    inputs: mpsc::Receiver<Input>,
    screen: watch::Sender<Arc<Screen>>,
    service_is_up: bool,
    connected: BTreeSet<Reader>,
    cards: BTreeSet<Reader>,
    visit: Visit,
    pad: [u8; 10],
    work: Option<Work>,
    /// Monotonic time at which the screen is wiped.
    wipe_at: Option<Duration>,
    /// For which step that was set.
    timed_step: u32,
}

impl Actor {
    /// An idle kiosk, and where to watch it.
    pub(super) fn new(means: Means, inputs: mpsc::Receiver<Input>) -> (Self, watch::Receiver<Arc<Screen>>) {
        let visit = Visit::new(means.draw(), means.offers());
        let pad = means.pad();
        let first = Screen {
            version: 1,
            visit: visit.token,
            step: 0,
            tongue: visit.tongue,
            stage: visit.stage.clone(),
            readers: if means.readers.is_some() { ReadersState::ServiceDown } else { ReadersState::None },
            card_lies: false,
            pad,
            compares_faces: means.faces.is_some(),
        };
        let (screen, seen) = watch::channel(Arc::new(first));
        let actor = Self {
            passwords: Passwords::new(Arc::clone(&means.random)),
            gate: PasswordGate::default(),
            attempts: FaceAttempts::default(),
            inputs,
            screen,
            service_is_up: false,
            connected: BTreeSet::new(),
            cards: BTreeSet::new(),
            visit,
            pad,
            work: None,
            wipe_at: None,
            timed_step: 0,
            means,
        };
        (actor, seen)
    }

    /// Until the terminal stops; what is being asked then is asked to its end.
    pub(super) async fn run(mut self, life: Lifecycle) {
        loop {
            let (wipe_at, now) = (self.wipe_at, self.now());
            let stop = tokio::select! {
                biased;
                () = life.stopping() => true,
                done = running(&mut self.work) => {
                    self.work = None;
                    self.worked(done);
                    false
                }
                input = self.inputs.recv() => {
                    match input {
                        Some(input) => self.hear(input).await,
                        None => return,
                    }
                    false
                }
                () = sleep_until(wipe_at, now) => {
                    self.wipe();
                    false
                }
            };
            self.show();
            if stop {
                break;
            }
        }
        if self.work.is_some() {
            let done = running(&mut self.work).await;
            self.worked(done);
            self.show();
        }
    }

    fn now(&self) -> Duration {
        self.means.checks.center.hours().clock().monotonic()
    }

    /// Makes the screen what the visit says, if that changed.
    fn show(&mut self) {
        self.set_timer();
        let before = Arc::clone(&self.screen.borrow());
        let mut fresh = Screen {
            version: before.version,
            visit: self.visit.token,
            step: self.visit.step,
            tongue: self.visit.tongue,
            stage: self.visit.stage.clone(),
            readers: self.readers(),
            card_lies: !self.cards.is_empty(),
            pad: self.pad,
            compares_faces: self.means.faces.is_some(),
        };
        let same = (fresh.visit, fresh.step, fresh.tongue, fresh.readers, fresh.card_lies)
            == (before.visit, before.step, before.tongue, before.readers, before.card_lies)
            && fresh.stage == before.stage;
        if !same {
            fresh.version += 1;
            self.screen.send_replace(Arc::new(fresh));
        }
    }

    fn readers(&self) -> ReadersState {
        match (self.means.readers.is_some(), self.service_is_up, self.connected.len()) {
            (false, ..) => ReadersState::None,
            (true, false, _) => ReadersState::ServiceDown,
            (true, true, 0) => ReadersState::NoReader,
            (true, true, readers) => ReadersState::Ready(readers),
        }
    }

    /// A new step begins its time anew; while something runs, nobody is wiped away.
    fn set_timer(&mut self) {
        if self.work.is_some() && !matches!(self.visit.stage, Stage::Camera { .. }) {
            self.wipe_at = None;
            self.timed_step = u32::MAX;
        } else if self.timed_step != self.visit.step {
            self.timed_step = self.visit.step;
            self.touch();
        }
    }

    fn touch(&mut self) {
        let settings = &self.means.settings;
        let time = match self.visit.stage {
            // A language that somebody chose and left is no greeting for the next.
            Stage::Welcome if self.visit.tongue == Tongue::default() => None,
            Stage::Done(_) | Stage::Confirmed(_) => Some(settings.result_time()),
            Stage::Staff { .. } | Stage::Called(_) => Some(limits::KIOSK_STAFF_TIME),
            _ => Some(settings.idle_time()),
        };
        self.wipe_at = time.map(|time| self.now() + time);
    }

    /// Nothing of the patient is left.
    fn wipe(&mut self) {
        self.work = None;
        self.visit = Visit::new(self.means.draw(), self.means.offers());
        self.pad = self.means.pad();
        self.wipe_at = None;
        self.timed_step = 0;
    }

    async fn hear(&mut self, input: Input) {
        match input {
            Input::Reader(event) => self.reader(event),
            Input::Patient { visit, step, act, heard } => {
                // Language and end are a matter of the visit, everything else of what was on the screen.
                let fits =
                    visit == self.visit.token && (step == self.visit.step || matches!(act, Act::Speak(_) | Act::End));
                if fits {
                    self.act(act).await;
                    self.touch();
                    self.show();
                }
                let _ = heard.send(fits);
            }
            Input::Frame { visit, frame, heard } => {
                let fits = visit == self.visit.token && self.work.is_none();
                if fits {
                    self.frame(frame);
                }
                let _ = heard.send(fits);
            }
            Input::Staff { visit, act, by, heard } => {
                let fits = visit == self.visit.token;
                if fits {
                    self.staff(act, &by);
                    self.show();
                }
                let _ = heard.send(fits);
            }
        }
    }

    fn reader(&mut self, event: Event) {
        match event {
            Event::ServiceUp => self.service_is_up = true,
            Event::ServiceDown => {
                self.service_is_up = false;
                self.connected.clear();
                for reader in std::mem::take(&mut self.cards) {
                    self.removed(&reader);
                }
            }
            Event::ReaderConnected(reader) => {
                self.connected.insert(reader);
            }
            Event::ReaderGone(reader) => {
                self.connected.remove(&reader);
                if self.cards.remove(&reader) {
                    self.removed(&reader);
                }
            }
            Event::CardInserted(reader) => {
                self.cards.insert(reader.clone());
                self.inserted(reader);
            }
            Event::CardRemoved(reader) => {
                self.cards.remove(&reader);
                self.removed(&reader);
            }
        }
    }

    fn inserted(&mut self, reader: Reader) {
        let stage = &self.visit.stage;
        if matches!(stage, Stage::Done(_) | Stage::Confirmed(_)) {
            if self.visit.reader.is_none() {
                // The next patient.
                self.wipe();
                self.begin(reader);
            }
            return;
        }
        if matches!(stage, Stage::Working | Stage::Staff { .. }) {
            // Staff put the card back after looking at it; or the check is being made, and its answer belongs to the
            // card that signed.
            return;
        }
        if self.cards.len() > 1 {
            self.work = None;
            self.visit.held = None;
            self.visit.reader = None;
            self.visit.recognised = None;
            self.visit.facts = None;
            self.visit.trouble(Fault::TwoCards);
        } else if !matches!(stage, Stage::Kept(_) | Stage::Consents { .. } | Stage::More) {
            self.begin(reader);
        }
    }

    fn removed(&mut self, reader: &Reader) {
        if self.visit.reader.as_ref() == Some(reader) {
            self.visit.card_gone();
            if matches!(self.visit.stage, Stage::Done(_) | Stage::Confirmed(_)) {
                let soon = self.now() + limits::KIOSK_CARD_TAKEN_TIME;
                self.wipe_at = Some(self.wipe_at.map_or(soon, |at| at.min(soon)));
            }
        }
        let two = matches!(&self.visit.stage, Stage::Trouble { fault: Fault::TwoCards, .. });
        if let (true, 1, Some(left)) = (two, self.cards.len(), self.cards.first().cloned()) {
            self.begin(left);
        }
    }

    fn begin(&mut self, reader: Reader) {
        self.pad = self.means.pad();
        let task = self.visit.begin(reader);
        self.start(Some(task));
    }

    async fn act(&mut self, act: Act) {
        if self.work.is_some() && !matches!(act, Act::Speak(_) | Act::End | Act::Way(_) | Act::CameraMissing) {
            return;
        }
        let visit = &mut self.visit;
        let task = match act {
            Act::Speak(tongue) => {
                visit.tongue = tongue;
                None
            }
            Act::End => {
                self.wipe();
                None
            }
            Act::Card => return self.wants_card(false),
            Act::Phone => return self.wants_card(true),
            Act::Call => {
                visit.call(Calling::Help);
                None
            }
            Act::Way(way) => self.way(way),
            Act::Pin(typed) if matches!(visit.stage, Stage::Prove { .. }) => visit.pin(&typed),
            Act::Digits(typed) if matches!(visit.stage, Stage::Digits { .. }) => visit.digits(&typed),
            Act::CameraMissing if matches!(visit.stage, Stage::Camera { .. }) => {
                visit.face = None;
                visit.trouble(Fault::Face(FaceFault::CameraMissing));
                None
            }
            Act::FacilityPassword(typed) => return self.facility_password(typed).await,
            Act::Register(search) => visit.register(search),
            Act::Choose(choice) => visit.chose(choice),
            Act::Keep => visit.keep(),
            Act::Change if matches!(visit.stage, Stage::Kept(_)) => {
                visit.ask_consents();
                None
            }
            Act::More if matches!(visit.stage, Stage::Kept(_) | Stage::Consents { .. }) => {
                visit.go(Stage::More);
                None
            }
            Act::Withdraw if matches!(visit.stage, Stage::Kept(_) | Stage::More) => visit.ask(Wish::Withdraw),
            Act::EndRegistration if matches!(visit.stage, Stage::More) => visit.ask(Wish::EndRegistration),
            Act::AboutSecondaryUse if matches!(visit.stage, Stage::More) => {
                visit.about_secondary_use();
                None
            }
            Act::SecondaryUse { refuses } => visit.secondary_use(refuses),
            Act::Back if matches!(visit.stage, Stage::Digits { .. } | Stage::Staff { .. } | Stage::Camera { .. }) => {
                visit.face = None;
                visit.prove(None);
                None
            }
            Act::Back | Act::GoOn
                if matches!(visit.stage, Stage::More | Stage::SecondaryUse { .. } | Stage::Confirmed(_)) =>
            {
                visit.go_on(self.means.checks.center.hours().now());
                None
            }
            _ => None,
        };
        self.start(task);
    }

    /// A card that lies there already is read at once.
    fn wants_card(&mut self, phone: bool) {
        if !matches!(self.visit.stage, Stage::Welcome | Stage::Called(_)) {
            return;
        }
        match self.cards.first().cloned() {
            Some(reader) => self.begin(reader),
            None => self.visit.insert(phone),
        }
    }

    fn way(&mut self, way: Way) -> Option<Task> {
        let works = self.work.is_some();
        match way {
            // Frames of the camera do not hold up another way.
            _ if works && !matches!(self.visit.stage, Stage::Camera { .. }) => return None,
            Way::Again => return self.visit.again(),
            Way::Pin => self.visit.prove(None),
            Way::Face => {
                let locked = self.attempts.is_locked(self.visit.facts.as_ref(), self.now());
                self.visit.choose_face(locked);
            }
            Way::Staff => self.visit.choose_staff(),
            Way::Number => {
                self.visit.held = None;
                self.visit.call(Calling::Number);
            }
        }
        None
    }

    async fn facility_password(&mut self, typed: Typed) {
        if !matches!(self.visit.stage, Stage::Staff { .. }) {
            return;
        }
        if !self.gate.may_try(self.now()) {
            return self.visit.go(Stage::Staff { wrong: Some(Fault::Staff(StaffFault::PasswordWait)) });
        }
        let hash = self.means.checks.store.setting(Setting::FacilityPassword).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the facility password cannot be read");
            None
        });
        if hash.is_none() {
            return self.visit.go(Stage::Staff { wrong: Some(Fault::Staff(StaffFault::PasswordNotSet)) });
        }
        let work = work::password(self.passwords.clone(), Zeroizing::new(typed.to_string()), hash);
        self.work = Some(Box::pin(async { Some(work.await) }));
    }

    fn frame(&mut self, frame: Picture) {
        let (Stage::Camera { step }, Some(faces)) = (&self.visit.stage, self.means.faces.clone()) else { return };
        // A camera before an empty chair is no sign that somebody is there.
        let somebody = !matches!(step, None | Some(crate::face::FaceStep::NoFace));
        let Some(check) = self.visit.face.take() else { return };
        if somebody {
            self.touch();
        }
        self.work = Some(Box::pin(work::look(check, faces.matcher, frame, self.now())));
    }

    fn staff(&mut self, act: StaffAct, by: &str) {
        tracing::info!(target: "audit", event = "kiosk.staff", user = by, act = ?act, "staff acted on the kiosk");
        match act {
            StaffAct::Confirm => {
                let task = self.visit.seen(by);
                self.start(task);
            }
            StaffAct::Decline => self.visit.declined(),
            StaffAct::Wipe => self.wipe(),
        }
    }

    /// Starts what takes time.
    fn start(&mut self, task: Option<Task>) {
        let Some(task) = task else { return };
        let means = &self.means;
        let visit = &mut self.visit;
        let checks = means.checks.clone();
        let work: Option<Work> = match (task, visit.facts.clone()) {
            (Task::Read(reader), _) => {
                means.readers.clone().map(|readers| some(work::read(readers, reader, means.faces.is_some(), checks)))
            }
            (Task::ShowPin(pin), Some(facts)) => {
                visit.held.take().map(|held| some(work::show_pin(held, pin, facts, checks)))
            }
            (Task::Photo(number), _) => match (visit.held.take(), means.faces.clone()) {
                (Some(held), Some(faces)) => {
                    let side = Side::drawn(kit::random::bytes::<1>(&*means.random)[0] & 1 == 1);
                    Some(some(work::photo(held, number, faces.matcher, faces.threshold, side)))
                }
                _ => None,
            },
            (Task::Open(recognised), Some(facts)) => {
                let key = means.terminal_key.clone().filter(|_| facts.knows_terminals);
                Some(some(open(visit.held.take(), key, recognised)))
            }
            (Task::Ask(wish), Some(facts)) => match (visit.recognised.clone(), facts.certificate) {
                (Some(recognised), Some(certificate)) => {
                    let here = Here { held: visit.held.take(), certificate, recognised };
                    Some(some(work::ask(here, wish, checks)))
                }
                _ => None,
            },
            (Task::ShowPin(_) | Task::Open(_) | Task::Ask(_), None) => None,
        };
        match work {
            Some(work) => self.work = Some(work),
            // What was needed is gone; from the beginning.
            None => self.visit.insert(false),
        }
    }

    fn worked(&mut self, done: Option<Done>) {
        let now = self.now();
        match done {
            None => {
                self.visit.face = None;
                self.visit.trouble(Fault::Face(FaceFault::ModelFailed));
            }
            Some(Done::Password(right)) => self.password(right),
            Some(Done::Photo { held, came: Ok(check) }) => {
                let check = self.attempts.limit(self.visit.facts.as_ref(), check, now);
                let done = Done::Photo { held, came: Ok(check) };
                self.visit.done(done, self.means.checks.center.hours().now());
            }
            Some(done) => {
                if let Done::Looked { came: Ok(step), .. } = &done {
                    self.attempts.saw(self.visit.facts.as_ref(), *step, now);
                }
                let task = self.visit.done(done, self.means.checks.center.hours().now());
                self.start(task);
            }
        }
    }

    fn password(&mut self, right: bool) {
        if !matches!(self.visit.stage, Stage::Staff { .. }) {
            return;
        }
        if right {
            self.gate.right();
            tracing::info!(target: "audit", event = "kiosk.facility_password", "staff confirmed a patient at the kiosk");
            let task = self.visit.seen(FACILITY_PASSWORD);
            self.start(task);
        } else {
            self.gate.wrong(self.now());
            tracing::warn!(target: "audit", event = "kiosk.facility_password_wrong", "a facility password was wrong");
            self.visit.go(Stage::Staff { wrong: Some(Fault::Staff(StaffFault::PasswordWrong)) });
        }
    }
}

/// Who looked at the photo, where the facility's password was typed at the kiosk: no name of a person is known then.
pub(super) const FACILITY_PASSWORD: &str = "施設パスワード";

async fn open(held: Option<work::Held>, key: Option<Arc<TerminalKey>>, recognised: Recognised) -> Done {
    // Without a key the card stays with the visit: a patient may still type the PIN.
    match key {
        None => Done::Opened { held, recognised, came: Ok(()) },
        key => work::open(held, key, recognised).await,
    }
}

fn some(work: impl Future<Output = Done> + Send + 'static) -> Work {
    Box::pin(async { Some(work.await) })
}

async fn running(work: &mut Option<Work>) -> Option<Done> {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Duration>, now: Duration) {
    match at {
        Some(at) => tokio::time::sleep(at.saturating_sub(now)).await,
        None => std::future::pending().await,
    }
}
