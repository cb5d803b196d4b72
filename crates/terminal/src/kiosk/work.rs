//! What takes time: the card, the center, the models, a password. Each piece takes the card along and gives it back, and
//! ends by itself: the card by its watchdog, the center by the time of a question.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use card::jpki::Tries;
use card::terminal_model::TerminalKey;
use card::{CardError, CardReaders, NumberB, Pin, Reader, Session, Watched};
use domain::ConsentChoice;
use wire::api::{
    CardCheckRequest, CardMeans, CardPresence, CardRegistrationEndRequest, CardRegistrationRequest, CardState,
    ConsentWithdrawalRequest, Consents, SearchInfo, SecondaryUseRefusalRequest,
};
use zeroize::Zeroizing;

use super::fault::{FaceFault, Fault};
use crate::asking::cards::file_identifier;
use crate::asking::outcome::Outcome;
use crate::checks::Checks;
use crate::face::{FaceCheck, FaceMatcher, FaceStep, Picture, Side};

/// A card that was taken up.
pub(super) type Held = Session<Watched>;

/// What is known about a card.
#[derive(Debug, Clone)]
pub(super) struct CardFacts {
    /// It is a phone: its certificate is behind the PIN, and it has no photo.
    pub(super) is_phone: bool,
    /// How often the PIN may be tried.
    pub(super) tries: Tries,
    /// It opens its key for a terminal without PIN: a card of the model.
    pub(super) knows_terminals: bool,
    /// 利用者証明用電子証明書.
    pub(super) certificate: Option<Vec<u8>>,
    /// What the center says of it.
    pub(super) state: Option<CardState>,
}

/// How the holder was recognised.
#[derive(Debug, Clone)]
pub(super) struct Recognised {
    pub(super) means: CardMeans,
    /// Who looked at the photo; empty otherwise.
    pub(super) seen_by: String,
    /// Whether the card is open and signs.
    pub(super) signs: bool,
}

/// What the center is asked once the holder is recognised.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    /// The check, with what was chosen just now, or with what holds from before.
    Check(Option<ConsentChoice>),
    /// 利用登録.
    Register(SearchInfo),
    /// 解除.
    EndRegistration,
    /// Consents are taken back.
    Withdraw,
    /// Not to be counted for secondary use, or to take that back.
    SecondaryUse {
        /// Not to be counted.
        refuses: bool,
    },
}

/// What came of a piece of work.
pub(super) enum Done {
    Read(Result<Box<(Held, CardFacts)>, Fault>),
    PinShown { held: Option<Held>, came: Result<Box<CardFacts>, Fault> },
    Photo { held: Option<Held>, came: Result<FaceCheck, Fault> },
    Looked { check: FaceCheck, came: Result<FaceStep, Fault> },
    Opened { held: Option<Held>, recognised: Recognised, came: Result<(), Fault> },
    Answered { held: Option<Held>, came: Result<Answer, Fault>, errors: Vec<wire::api::FieldError> },
    Password(bool),
}

/// What the center answered.
pub(super) enum Answer {
    Checked { answered: Box<crate::asking::outcome::Answered> },
    Registered,
    RegistrationEnded,
    Withdrawn,
    SecondaryUse { refuses: bool, new: bool },
}

/// Runs on a thread that may block. A panic there is a fault of ours, not the end of the kiosk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

const fn lost() -> Fault {
    Fault::Card(CardError::Channel(card::ChannelError::Endless))
}

/// Takes up a card and reads what it says without PIN; then asks the center how it stands.
pub(super) async fn read(readers: Arc<dyn CardReaders>, reader: Reader, faces: bool, checks: Checks) -> Done {
    let taken = blocking(move || take_up(&*readers, &reader, faces)).await;
    let (held, mut facts) = match taken.ok_or_else(lost).and_then(|taken| taken.map_err(Fault::Card)) {
        Ok(taken) => taken,
        Err(fault) => return Done::Read(Err(fault)),
    };
    match ask_state(&checks, &mut facts).await {
        Ok(()) => Done::Read(Ok(Box::new((held, facts)))),
        Err(fault) => Done::Read(Err(fault)),
    }
}

fn take_up(readers: &dyn CardReaders, reader: &Reader, faces: bool) -> Result<(Held, CardFacts), CardError> {
    let mut held = Session::open(readers.open(reader)?)?;
    let is_phone = held.kind().is_phone();
    let tries = held.tries_left()?;
    let certificate = if is_phone { None } else { Some(held.authentication_certificate()?) };
    let knows_terminals = faces && !is_phone && held.knows_terminals()?;
    Ok((held, CardFacts { is_phone, tries, knows_terminals, certificate, state: None }))
}

async fn ask_state(checks: &Checks, facts: &mut CardFacts) -> Result<(), Fault> {
    let Some(certificate) = &facts.certificate else { return Ok(()) };
    facts.state = Some(checks.center.card_state(certificate).await.map_err(of_outcome)?);
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn of_outcome(outcome: Outcome) -> Fault {
    Fault::of(&outcome).unwrap_or_else(lost)
}

/// Shows the PIN to the card, once. A phone gives its certificate now.
pub(super) async fn show_pin(held: Held, pin: Pin, mut facts: CardFacts, checks: Checks) -> Done {
    let shown = blocking(move || {
        let mut held = held;
        let came = held.verify_pin(&pin).and_then(|()| match facts.certificate {
            Some(_) => Ok(()),
            None => held.authentication_certificate().map(|der| facts.certificate = Some(der)),
        });
        (held, came, facts)
    });
    let Some((held, came, mut facts)) = shown.await else {
        return Done::PinShown { held: None, came: Err(lost()) };
    };
    let came = match came {
        Err(error) => Err(Fault::Card(error)),
        Ok(()) if facts.state.is_some() => Ok(facts),
        Ok(()) => ask_state(&checks, &mut facts).await.map(|()| facts),
    };
    Done::PinShown { held: Some(held), came: came.map(Box::new) }
}

/// Reads the photo with the digits of the card, and makes it ready to be compared.
pub(super) async fn photo(
    held: Held,
    number: NumberB,
    matcher: Arc<dyn FaceMatcher>,
    threshold: f32,
    side: Side,
) -> Done {
    let read = blocking(move || {
        let mut held = held;
        let came = held.photo(&number).map_err(Fault::Card).and_then(|photo| {
            let unusable = Fault::Face(FaceFault::PhotoUnusable);
            let picture = Picture::from_jpeg2000(photo.bytes()).map_err(|_| unusable.clone())?;
            let check = FaceCheck::new(&*matcher, &picture, threshold, side).map_err(|error| model(&error))?;
            check.map_err(|_| unusable)
        });
        (held, came)
    });
    match read.await {
        Some((held, came)) => Done::Photo { held: Some(held), came },
        None => Done::Photo { held: None, came: Err(Fault::Face(FaceFault::ModelFailed)) },
    }
}

fn model(error: &crate::face::FaceError) -> Fault {
    tracing::error!(%error, "the face model did not run");
    Fault::Face(FaceFault::ModelFailed)
}

/// Looks at a frame of the camera. None when the model fell over, and the check with it.
pub(super) async fn look(
    mut check: FaceCheck,
    matcher: Arc<dyn FaceMatcher>,
    frame: Picture,
    now: std::time::Duration,
) -> Option<Done> {
    blocking(move || {
        let came = check.look(&*matcher, &frame, now).map_err(|error| model(&error));
        Done::Looked { check, came }
    })
    .await
}

/// Opens the key without PIN where the card knows terminals; otherwise the card stays closed and does not sign.
pub(super) async fn open(held: Option<Held>, key: Option<Arc<TerminalKey>>, recognised: Recognised) -> Done {
    let (Some(held), Some(key)) = (held, key) else {
        return Done::Opened { held: None, recognised, came: Ok(()) };
    };
    let opened = blocking(move || {
        let mut held = held;
        let came = held.open_by_terminal(&key);
        (held, came)
    });
    let Some((held, came)) = opened.await else { return Done::Opened { held: None, recognised, came: Err(lost()) } };
    let recognised = Recognised { signs: came.is_ok(), ..recognised };
    Done::Opened { held: Some(held), recognised, came: came.map_err(Fault::Card) }
}

/// A password of the facility.
pub(super) async fn password(
    passwords: crate::password::Passwords,
    typed: Zeroizing<String>,
    hash: Option<String>,
) -> Done {
    Done::Password(passwords.verify(&typed, hash.as_deref()).await)
}

/// What every question about a card that is here needs.
pub(super) struct Here {
    pub(super) held: Option<Held>,
    pub(super) certificate: Vec<u8>,
    pub(super) recognised: Recognised,
}

/// Asks the center: a challenge, the card's signature, the question.
pub(super) async fn ask(here: Here, wish: Wish, checks: Checks) -> Done {
    let Here { held, certificate, recognised } = here;
    let (held, presence) = sign(held, &certificate, &recognised, &checks).await;
    let presence = match presence {
        Ok(presence) => presence,
        Err(fault) => return Done::Answered { held, came: Err(fault), errors: Vec::new() },
    };
    let (came, errors) = match put(presence, wish, &recognised.seen_by, &checks).await {
        Ok(answer) => (Ok(answer), Vec::new()),
        Err(outcome) => {
            let errors = match &outcome {
                Outcome::Unreadable(errors) => errors.clone(),
                Outcome::Refused(document) => document.errors.clone(),
                Outcome::Answered(_) | Outcome::CouldNotAsk(_) => Vec::new(),
            };
            (Err(of_outcome(outcome)), errors)
        }
    };
    Done::Answered { held, came, errors }
}

async fn sign(
    held: Option<Held>,
    certificate: &[u8],
    recognised: &Recognised,
    checks: &Checks,
) -> (Option<Held>, Result<CardPresence, Fault>) {
    let challenge = match checks.center.challenge().await {
        Ok(challenge) => challenge.challenge,
        Err(outcome) => return (held, Err(of_outcome(outcome))),
    };
    let presence = |challenge, signature: Option<Vec<u8>>| CardPresence {
        challenge,
        certificate: STANDARD.encode(certificate),
        signature: signature.map(|signature| STANDARD.encode(signature)),
        means: recognised.means,
    };
    let Some(held) = held.filter(|_| recognised.signs) else {
        // Only staff's eyes do without a signature; the center refuses anything else by name.
        return (None, Ok(presence(challenge, None)));
    };
    let signed = blocking(move || {
        let mut held = held;
        let signature = held.sign(challenge.as_bytes());
        (held, challenge, signature)
    });
    match signed.await {
        Some((held, challenge, Ok(signature))) => (Some(held), Ok(presence(challenge, Some(signature)))),
        Some((held, _, Err(error))) => (Some(held), Err(Fault::Card(error))),
        None => (None, Err(lost())),
    }
}

async fn put(presence: CardPresence, wish: Wish, seen_by: &str, checks: &Checks) -> Result<Answer, Outcome> {
    let center = &checks.center;
    let request_id = center.new_request_id();
    let (medical_institution_code, today) = (center.facility(), center.hours().today_text());
    match wish {
        Wish::Check(choice) => {
            let request = CardCheckRequest {
                request_id,
                qualification_confirmation_date: today,
                medical_institution_code,
                arbitrary_file_identifier: Some(file_identifier(request_id)),
                presence,
                consents: choice.map(Consents::of),
            };
            match checks.check_card(&request, seen_by).await.outcome {
                Outcome::Answered(answered) => Ok(Answer::Checked { answered }),
                other => Err(other),
            }
        }
        Wish::Register(search) => {
            let request = CardRegistrationRequest {
                request_id,
                qualification_confirmation_date: today,
                medical_institution_code,
                presence,
                qualification_confirm_search_info: search,
            };
            center.register_card(&request).await.map(|_| Answer::Registered)
        }
        Wish::EndRegistration => {
            let request = CardRegistrationEndRequest { request_id, medical_institution_code, presence };
            center.end_card_registration(&request).await.map(|_| Answer::RegistrationEnded)
        }
        Wish::Withdraw => {
            let request = ConsentWithdrawalRequest { request_id, medical_institution_code, presence };
            center.withdraw_consents(&request).await.map(|_| Answer::Withdrawn)
        }
        Wish::SecondaryUse { refuses } => {
            let request = SecondaryUseRefusalRequest { request_id, medical_institution_code, refuses, presence };
            let answer = center.refuse_secondary_use(&request).await?;
            Ok(Answer::SecondaryUse { refuses, new: answer.is_new })
        }
    }
}
