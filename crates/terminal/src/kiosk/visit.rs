//! One patient at the kiosk: where they are, and which step follows. Nothing here waits for anything; what takes time is
//! named as a [`Task`] and done by the one who holds the visit.

use card::jpki::Tries;
use card::{CardError, ChannelError, NumberB, Pin, Reader};
use domain::presence::{Extent, PresenceNote};
use domain::{ConsentChoice, Tongue};
use jiff::Timestamp;
use wire::api::{CardMeans, ConsentInfo, FieldError, SearchInfo};

use super::fault::{FaceFault, Fault, StaffFault, TypedFault, Way};
use super::screen::{Calling, Confirmed, Stage, Told};
use super::work::{Answer, CardFacts, Done, Held, Recognised, Wish};
use crate::asking::outcome::Answered;
use crate::face::{FaceCheck, FaceStep};

/// What this kiosk can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offers {
    /// Faces are compared.
    pub(super) faces: bool,
    /// This terminal holds a key of the model of 特定機関認証.
    pub(super) terminal_key: bool,
}

/// What takes time.
#[derive(Debug)]
pub(super) enum Task {
    /// Take up the card on this reader.
    Read(Reader),
    /// Show the PIN.
    ShowPin(Pin),
    /// Read the photo.
    Photo(NumberB),
    /// Open the key without PIN.
    Open(Recognised),
    /// Ask the center.
    Ask(Wish),
}

/// A patient at the kiosk.
pub(super) struct Visit {
    pub(super) token: u64,
    pub(super) step: u32,
    pub(super) tongue: Tongue,
    pub(super) stage: Stage,
    /// Where the card lies.
    pub(super) reader: Option<Reader>,
    pub(super) held: Option<Held>,
    pub(super) facts: Option<CardFacts>,
    pub(super) recognised: Option<Recognised>,
    pub(super) face: Option<FaceCheck>,
    /// What was asked last, for whoever tries again.
    wish: Option<Wish>,
    offers: Offers,
}

impl Visit {
    /// Nobody.
    pub(super) fn new(token: u64, offers: Offers) -> Self {
        Self {
            token,
            step: 0,
            tongue: Tongue::default(),
            stage: Stage::Welcome,
            reader: None,
            held: None,
            facts: None,
            recognised: None,
            face: None,
            wish: None,
            offers,
        }
    }

    /// Goes to a stage.
    pub(super) fn go(&mut self, stage: Stage) {
        self.stage = stage;
        self.step += 1;
    }

    /// Tells what went wrong, with those ways on that exist here.
    pub(super) fn trouble(&mut self, fault: Fault) {
        let ways = fault.ways().iter().copied().filter(|way| self.has(*way)).collect();
        tracing::info!(target: "audit", event = "kiosk.fault", code = fault.code(), "a patient was told of a fault");
        self.go(Stage::Trouble { fault, ways });
    }

    fn has(&self, way: Way) -> bool {
        let card = self.facts.as_ref();
        match way {
            Way::Again | Way::Number => true,
            Way::Pin => card.is_some_and(|card| card.tries != Tries::Locked) && self.held.is_some(),
            Way::Face => self.face_is_offered(),
            Way::Staff => card.is_some_and(|card| card.certificate.is_some()),
        }
    }

    fn face_is_offered(&self) -> bool {
        self.offers.faces && self.held.is_some() && self.facts.as_ref().is_some_and(|card| !card.is_phone)
    }

    /// Whether what comes next needs the card to lie there.
    fn needs_card(&self) -> bool {
        let by_eye = self.recognised.as_ref().is_some_and(|recognised| recognised.means == CardMeans::StaffEyes);
        match self.stage {
            Stage::Prove { .. } | Stage::Digits { .. } | Stage::Camera { .. } | Stage::Register { .. } => true,
            Stage::Kept(_) | Stage::Consents { .. } | Stage::More | Stage::SecondaryUse { .. } => !by_eye,
            // Whatever runs says for itself that the card is gone. Staff take the card into their hands to look at it.
            Stage::Reading
            | Stage::Working
            | Stage::Staff { .. }
            | Stage::Welcome
            | Stage::Insert { .. }
            | Stage::Done(_)
            | Stage::Confirmed(_)
            | Stage::Trouble { .. }
            | Stage::Called(_) => false,
        }
    }

    /// The card is not there any more.
    pub(super) fn card_gone(&mut self) {
        let needs_card = self.needs_card();
        self.reader = None;
        self.held = None;
        if needs_card {
            self.trouble(Fault::Card(CardError::Channel(ChannelError::CardRemoved)));
        }
    }

    /// A card was put down. Forgets what an earlier one said.
    pub(super) fn begin(&mut self, reader: Reader) -> Task {
        self.held = None;
        self.facts = None;
        self.recognised = None;
        self.face = None;
        self.wish = None;
        self.reader = Some(reader.clone());
        self.go(Stage::Reading);
        Task::Read(reader)
    }

    /// The PIN pad, unless the PIN is locked.
    pub(super) fn prove(&mut self, wrong: Option<Fault>) {
        let Some(tries) = self.facts.as_ref().map(|card| card.tries) else { return self.insert(false) };
        if tries == Tries::Locked {
            return self.trouble(Fault::Card(CardError::PinLocked));
        }
        let (face, staff) = (self.face_is_offered(), self.has(Way::Staff));
        self.go(Stage::Prove { tries, wrong, face, staff });
    }

    pub(super) fn insert(&mut self, phone: bool) {
        self.go(Stage::Insert { phone });
    }

    pub(super) fn call(&mut self, calling: Calling) {
        self.go(Stage::Called(calling));
    }

    pub(super) fn pin(&mut self, typed: &str) -> Option<Task> {
        match (Pin::new(typed), self.held.is_some()) {
            (Ok(pin), true) => {
                self.go(Stage::Working);
                Some(Task::ShowPin(pin))
            }
            (Err(_), true) => {
                self.prove(Some(Fault::Typed(TypedFault::Pin)));
                None
            }
            (_, false) => {
                self.trouble(Fault::Card(CardError::Channel(ChannelError::CardRemoved)));
                None
            }
        }
    }

    /// The face is wanted: the digits of the card come first. `is_locked`: too many faces were unlike this photo.
    pub(super) fn choose_face(&mut self, is_locked: bool) {
        let Some(card) = self.facts.as_ref().filter(|_| self.face_is_offered()) else { return };
        let fault = if is_locked {
            Some(Fault::Face(FaceFault::Locked))
        } else if !card.knows_terminals || !self.offers.terminal_key {
            Some(Fault::Card(CardError::MakersReaderNeeded))
        } else {
            None
        };
        match fault {
            Some(fault) => self.trouble(fault),
            None => self.go(Stage::Digits { wrong: None }),
        }
    }

    pub(super) fn digits(&mut self, typed: &str) -> Option<Task> {
        if let (Ok(number), true) = (NumberB::new(typed), self.held.is_some()) {
            self.go(Stage::Working);
            return Some(Task::Photo(number));
        }
        self.go(Stage::Digits { wrong: Some(Fault::Typed(TypedFault::Digits)) });
        None
    }

    /// Staff are wanted: to look at the photo where a certificate was read, otherwise to help.
    pub(super) fn choose_staff(&mut self) {
        if self.has(Way::Staff) {
            self.go(Stage::Staff { wrong: None });
        } else {
            self.call(Calling::Help);
        }
    }

    /// Staff looked at the photo.
    pub(super) fn seen(&mut self, by: &str) -> Option<Task> {
        if !matches!(self.stage, Stage::Staff { .. }) {
            return None;
        }
        let recognised = Recognised { means: CardMeans::StaffEyes, seen_by: by.to_owned(), signs: false };
        self.go(Stage::Working);
        Some(Task::Open(recognised))
    }

    /// Staff looked at the photo, and it is somebody else.
    pub(super) fn declined(&mut self) {
        if matches!(self.stage, Stage::Staff { .. }) {
            self.trouble(Fault::Staff(StaffFault::Declined));
        }
    }

    /// What the center is to be asked.
    pub(super) fn ask(&mut self, wish: Wish) -> Option<Task> {
        self.recognised.as_ref()?;
        self.wish = Some(wish.clone());
        self.go(Stage::Working);
        Some(Task::Ask(wish))
    }

    /// Once more: the last question where the holder is recognised and still here, else from the card on.
    pub(super) fn again(&mut self) -> Option<Task> {
        let still_here = self.recognised.as_ref().is_some_and(|recognised| self.held.is_some() || !recognised.signs);
        match (self.wish.clone().filter(|_| still_here), self.reader.clone()) {
            (Some(wish), _) => self.ask(wish),
            (None, Some(reader)) => Some(self.begin(reader)),
            (None, None) => {
                self.insert(false);
                None
            }
        }
    }

    /// The holder is recognised: registration, earlier consents, or the questions.
    pub(super) fn go_on(&mut self, now: Timestamp) {
        let Some(state) = self.facts.as_ref().and_then(|card| card.state.clone()) else {
            return self.insert(false);
        };
        let signs = self.recognised.as_ref().is_some_and(|recognised| recognised.signs);
        if !state.registered {
            if signs {
                return self.go(Stage::Register { wrong: None, errors: Vec::new(), typed: Box::default() });
            }
            return self.trouble(Fault::Center(wire::api::ProblemCode::CardNotRegistered));
        }
        match state.consent.filter(|consent| holds(consent, now)) {
            Some(consent) => self.go(Stage::Kept(Box::new(consent))),
            None => self.ask_consents(),
        }
    }

    /// Asks what may be shown. Nothing is ticked.
    pub(super) fn ask_consents(&mut self) {
        let extent = self.facts.as_ref().and_then(|card| card.state.as_ref()).map(|state| state.extent.as_str());
        let extent = match extent {
            Some("everything") => Extent::Everything,
            _ => Extent::EligibilityOnly,
        };
        self.go(Stage::Consents { extent });
    }

    /// What the patient chose.
    pub(super) fn chose(&mut self, choice: ConsentChoice) -> Option<Task> {
        matches!(self.stage, Stage::Consents { .. }).then(|| self.ask(Wish::Check(Some(choice)))).flatten()
    }

    /// What secondary use is. To take a refusal back gives away again, so the card has to sign for it.
    pub(super) fn about_secondary_use(&mut self) {
        let may_end = self.recognised.as_ref().is_some_and(|recognised| recognised.signs);
        self.go(Stage::SecondaryUse { may_end });
    }

    /// What the patient wishes about secondary use.
    pub(super) fn secondary_use(&mut self, refuses: bool) -> Option<Task> {
        let Stage::SecondaryUse { may_end } = self.stage else { return None };
        (refuses || may_end).then(|| self.ask(Wish::SecondaryUse { refuses })).flatten()
    }

    /// What was allowed before stays as it is.
    pub(super) fn keep(&mut self) -> Option<Task> {
        matches!(self.stage, Stage::Kept(_)).then(|| self.ask(Wish::Check(None))).flatten()
    }

    pub(super) fn register(&mut self, search: SearchInfo) -> Option<Task> {
        matches!(self.stage, Stage::Register { .. }).then(|| self.ask(Wish::Register(search))).flatten()
    }

    /// What came of a piece of work; the card is back in our hands, unless it was taken away meanwhile.
    pub(super) fn done(&mut self, done: Done, now: Timestamp) -> Option<Task> {
        match done {
            Done::Read(Ok(read)) => {
                let (held, facts) = *read;
                self.facts = Some(facts);
                self.take_back(Some(held));
                if self.held.is_none() {
                    self.trouble(Fault::Card(CardError::Channel(ChannelError::CardRemoved)));
                } else {
                    self.prove(None);
                }
            }
            // It was taken away before anybody looked: nothing went wrong yet.
            Done::Read(Err(Fault::Card(CardError::Channel(ChannelError::NoCard)))) => self.insert(false),
            Done::Read(Err(fault)) => self.trouble(fault),
            Done::PinShown { held, came } => {
                self.take_back(held);
                self.pin_shown(came.map(|facts| *facts), now);
            }
            Done::Photo { held, came } => {
                self.take_back(held);
                self.photo_read(came);
            }
            Done::Looked { check, came } => return self.looked(check, came),
            Done::Opened { held, recognised, came } => {
                self.take_back(held);
                self.opened(recognised, came, now);
            }
            Done::Answered { held, came, errors } => {
                self.take_back(held);
                self.answered(came, errors, now);
            }
            Done::Password(_) => {}
        }
        None
    }

    /// Takes the card back; one that was removed meanwhile is let go of.
    fn take_back(&mut self, held: Option<Held>) {
        self.held = held.filter(|_| self.reader.is_some());
    }

    fn pin_shown(&mut self, came: Result<CardFacts, Fault>, now: Timestamp) {
        match came {
            Ok(facts) => {
                self.facts = Some(facts);
                self.recognised = Some(Recognised { means: CardMeans::Pin, seen_by: String::new(), signs: true });
                self.go_on(now);
            }
            Err(Fault::Card(CardError::PinWrong { left })) => {
                self.set_tries(Tries::Left(left));
                self.prove(Some(Fault::Card(CardError::PinWrong { left })));
            }
            Err(fault) => {
                if fault == Fault::Card(CardError::PinLocked) {
                    self.set_tries(Tries::Locked);
                }
                self.trouble(fault);
            }
        }
    }

    fn set_tries(&mut self, tries: Tries) {
        if let Some(card) = &mut self.facts {
            card.tries = tries;
        }
    }

    fn photo_read(&mut self, came: Result<FaceCheck, Fault>) {
        match came {
            Ok(check) => {
                self.face = Some(check);
                self.go(Stage::Camera { step: None });
            }
            Err(Fault::Card(error @ CardError::NumberBWrong { .. })) => {
                self.go(Stage::Digits { wrong: Some(Fault::Card(error)) });
            }
            Err(fault) => self.trouble(fault),
        }
    }

    fn looked(&mut self, check: FaceCheck, came: Result<FaceStep, Fault>) -> Option<Task> {
        let Stage::Camera { step: before } = self.stage else { return None };
        match came {
            Ok(FaceStep::Same) => {
                self.face = None;
                self.go(Stage::Working);
                Some(Task::Open(Recognised { means: CardMeans::Face, seen_by: String::new(), signs: false }))
            }
            Ok(FaceStep::Locked) => {
                self.face = None;
                self.trouble(Fault::Face(FaceFault::Locked));
                None
            }
            Ok(step) => {
                self.face = Some(check);
                // The form of this stage does not change with a frame, so the step of the visit stays.
                if before != Some(step) {
                    self.stage = Stage::Camera { step: Some(step) };
                }
                None
            }
            Err(fault) => {
                self.face = None;
                self.trouble(fault);
                None
            }
        }
    }

    fn opened(&mut self, recognised: Recognised, came: Result<(), Fault>, now: Timestamp) {
        match came {
            // Staff's word counts with a closed card too.
            Err(fault) if recognised.means != CardMeans::StaffEyes => self.trouble(fault),
            Err(_) | Ok(()) => {
                self.recognised = Some(recognised);
                self.go_on(now);
            }
        }
    }

    fn answered(&mut self, came: Result<Answer, Fault>, errors: Vec<FieldError>, now: Timestamp) {
        match came {
            Ok(Answer::Checked { answered }) => {
                self.let_go();
                let by_staff = self.recognised.as_ref().is_some_and(|who| who.means == CardMeans::StaffEyes);
                self.go(Stage::Done(told(&answered, by_staff)));
            }
            Ok(Answer::Registered) => {
                if let Some(state) = self.state_mut() {
                    state.registered = true;
                }
                self.go_on(now);
            }
            Ok(Answer::RegistrationEnded) => {
                self.let_go();
                self.go(Stage::Confirmed(Confirmed::RegistrationEnded));
            }
            Ok(Answer::Withdrawn) => {
                if let Some(state) = self.state_mut() {
                    state.consent = None;
                }
                self.go(Stage::Confirmed(Confirmed::Withdrawn));
            }
            Ok(Answer::SecondaryUse { refuses, new }) => {
                let done = if refuses { Confirmed::Refused { new } } else { Confirmed::RefusalEnded { new } };
                self.go(Stage::Confirmed(done));
            }
            Err(fault) => self.refused(fault, errors),
        }
    }

    fn refused(&mut self, fault: Fault, errors: Vec<FieldError>) {
        use wire::api::ProblemCode::PatientNotFound;
        match (fault, &self.wish) {
            (
                fault @ (Fault::Typed(TypedFault::Numbers) | Fault::Center(PatientNotFound)),
                Some(Wish::Register(typed)),
            ) => {
                let typed = Box::new(typed.clone());
                self.go(Stage::Register { wrong: Some(fault), errors, typed });
            }
            // It must not stand in the way of the check; without the card that cannot go on either.
            (fault, Some(Wish::SecondaryUse { .. })) if !matches!(fault, Fault::Card(_)) => {
                let code = fault.code();
                tracing::info!(target: "audit", event = "kiosk.fault", code, "a wish about secondary use was not taken");
                self.go(Stage::Confirmed(Confirmed::RefusalNotTaken));
            }
            (fault, _) => self.trouble(fault),
        }
    }

    fn state_mut(&mut self) -> Option<&mut wire::api::CardState> {
        self.facts.as_mut().and_then(|card| card.state.as_mut())
    }

    /// The card may be taken.
    fn let_go(&mut self) {
        self.held = None;
        self.face = None;
        self.wish = None;
    }
}

fn holds(consent: &ConsentInfo, now: Timestamp) -> bool {
    !consent.terms().is_over(now)
}

fn told(answered: &Answered, by_staff: bool) -> Told {
    let answer = &answered.answer;
    let says = |note: PresenceNote| answer.hints.iter().any(|hint| hint.code == note.code());
    Told {
        verdict: answer.verdict,
        percent: answer.share.as_ref().map(|share| share.percent),
        limited: answer.presence.as_ref().is_some_and(|presence| presence.extent != Extent::Everything.code()),
        renew: says(PresenceNote::CertificateEndsSoon) || says(PresenceNote::CertificateInGrace),
        by_staff,
    }
}
