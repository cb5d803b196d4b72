//! What the kiosk shows. Nothing in it is a secret: PIN and digits never come this far.

use card::jpki::Tries;
use domain::Tongue;
use domain::presence::Extent;
use kit::text::Text;
use wire::api::{ConsentInfo, FieldError, SearchInfo, Verdict};

use super::fault::{Fault, Way};
use crate::face::FaceStep;

/// How the readers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadersState {
    /// By the settings there are none.
    None,
    /// The service does not run.
    ServiceDown,
    /// The service runs, and no reader is connected.
    NoReader,
    /// So many readers are connected.
    Ready(usize),
}

/// The whole screen, as the page and the desk see it.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    /// Goes up by one whenever anything changes.
    pub(crate) version: u64,
    /// Which visit this is: drawn by lot, so that a form of an earlier patient's page, or of another page, does nothing.
    pub(crate) visit: u64,
    /// Which step of the visit: a button pressed twice counts once.
    pub(crate) step: u32,
    /// Language of the patient.
    pub(crate) tongue: Tongue,
    /// What is going on.
    pub(crate) stage: Stage,
    /// How the readers are.
    pub(crate) readers: ReadersState,
    /// Whether a card lies on a reader.
    pub(crate) card_lies: bool,
    /// Where the digits of the pad stand.
    pub(crate) pad: [u8; 10],
    /// Whether faces can be compared at this kiosk.
    pub(crate) compares_faces: bool,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// Nobody is here: choose a language and a way.
    Welcome,
    /// A card, or a phone, is waited for.
    Insert {
        /// A phone.
        phone: bool,
    },
    /// The card is being read.
    Reading,
    /// The PIN pad, with the other ways beside it.
    Prove {
        /// How often the PIN may still be tried.
        tries: Tries,
        /// What was wrong with the last try.
        wrong: Option<Fault>,
        /// The face is offered too.
        face: bool,
        /// Staff's eyes are offered too.
        staff: bool,
    },
    /// The digits of the card that open the photo.
    Digits {
        /// What was wrong with the last try.
        wrong: Option<Fault>,
    },
    /// The camera.
    Camera {
        /// What the last picture showed.
        step: Option<FaceStep>,
    },
    /// Staff are to look at the photo of the card.
    Staff {
        /// What was wrong with the last facility password.
        wrong: Option<Fault>,
    },
    /// 利用登録: the numbers of the insurance card.
    Register {
        /// What was wrong with the last numbers.
        wrong: Option<Fault>,
        /// Which.
        errors: Vec<FieldError>,
        /// What was typed: nobody types all of it again for one wrong digit.
        typed: Box<SearchInfo>,
    },
    /// What was allowed at an earlier visit still holds.
    Kept(Box<ConsentInfo>),
    /// What may be shown, item by item.
    Consents {
        /// How much the card is enough for.
        extent: Extent,
    },
    /// 利用登録の解除, taking back consents, and secondary use.
    More,
    /// What secondary use is, and the wish not to be counted.
    SecondaryUse {
        /// Whether an earlier wish can be taken back here: the card has to sign for it.
        may_end: bool,
    },
    /// The center is being asked.
    Working,
    /// The check is done.
    Done(Told),
    /// Something else is done.
    Confirmed(Confirmed),
    /// Something went wrong.
    Trouble {
        /// What.
        fault: Fault,
        /// The ways on.
        ways: Vec<Way>,
    },
    /// Staff were called without a card.
    Called(Calling),
}

/// What a patient is told at the end of a check. No name: others may stand behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) verdict: Verdict,
    /// What is to be paid, percent.
    pub(crate) percent: Option<u8>,
    /// Nothing about the health can be shown with this card now.
    pub(crate) limited: bool,
    /// The certificate ends soon, or has ended.
    pub(crate) renew: bool,
    /// Staff vouched for the patient.
    pub(crate) by_staff: bool,
}

/// What else was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// Consents were taken back.
    Withdrawn,
    /// The registration was ended.
    RegistrationEnded,
    /// The patient is left out of counts; `new`: was not before.
    Refused {
        /// Was not before.
        new: bool,
    },
    /// The patient is counted again; `new`: was left out before.
    RefusalEnded {
        /// Was left out before.
        new: bool,
    },
    /// Whether the wish about secondary use arrived is not known. The check goes on.
    RefusalNotTaken,
}

/// Why staff were called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calling {
    /// To be checked by number.
    Number,
    /// For help.
    Help,
}

impl Stage {
    /// The stable word, for the page's script, for tests and for the desk's list.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Insert { .. } => "insert",
            Self::Reading => "reading",
            Self::Prove { .. } => "prove",
            Self::Digits { .. } => "digits",
            Self::Camera { .. } => "camera",
            Self::Staff { .. } => "staff",
            Self::Register { .. } => "register",
            Self::Kept(_) => "kept",
            Self::Consents { .. } => "consents",
            Self::More => "more",
            Self::SecondaryUse { .. } => "secondary-use",
            Self::Working => "working",
            Self::Done(_) => "done",
            Self::Confirmed(_) => "confirmed",
            Self::Trouble { .. } => "trouble",
            Self::Called(_) => "called",
        }
    }

    /// What the desk is told.
    pub(crate) const fn for_staff(&self) -> Text {
        match self {
            Self::Welcome => Text::new("待機中", "waiting for a patient"),
            Self::Insert { .. } => Text::new("カードを待っています", "waiting for a card"),
            Self::Reading => Text::new("カードを読み取り中", "reading the card"),
            Self::Prove { .. } => Text::new("本人確認中（暗証番号）", "the patient is entering the PIN"),
            Self::Digits { .. } | Self::Camera { .. } => Text::new("本人確認中（顔認証）", "comparing the face"),
            Self::Staff { .. } => Text::new("目視での確認を待っています", "please look at the photo of the card"),
            Self::Register { .. } => Text::new("利用登録の番号を入力中", "registering the card"),
            Self::Kept(_) | Self::Consents { .. } => Text::new("同意の選択中", "choosing what may be shown"),
            Self::More | Self::SecondaryUse { .. } => Text::new("ほかの手続き中", "other requests"),
            Self::Working => Text::new("センターに確認中", "asking the center"),
            Self::Done(_) => Text::new("確認が終わりました", "checked"),
            Self::Confirmed(_) => Text::new("手続きが終わりました", "done"),
            Self::Trouble { .. } => Text::new("問題が起きています", "something went wrong"),
            Self::Called(Calling::Number) => Text::new("番号での確認を希望しています", "wants to be checked by number"),
            Self::Called(Calling::Help) => Text::new("係員を呼んでいます", "calls for help"),
        }
    }

    /// Whether staff are wanted.
    pub(crate) const fn wants_staff(&self) -> bool {
        matches!(self, Self::Staff { .. } | Self::Called(_) | Self::Trouble { .. })
    }
}
