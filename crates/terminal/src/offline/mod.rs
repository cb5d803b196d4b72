//! Care goes on while the center cannot be asked: from kept answers, and asked again when it is back.
//!
//! | page | what |
//! |---|---|
//! | [`recall`] | what may be said of a patient now, and how long a window waits before |
//! | [`certificate`] | the same from a certificate that the patient carries, and the list |
//! | [`settle`] | every case that was decided here is asked again, by importance, and differences are kept for staff |
//!
//! What may be said is decided in [`domain::offline`] from answers whose proof is verified again. Nothing here ever says
//! that somebody is not insured because nobody could be asked.

pub(crate) mod certificate;
pub(crate) mod recall;
pub(crate) mod settle;

use domain::offline::Standing;
use domain::{Share, personal_certificate};
use uuid::Uuid;
use wire::api::Answer;

use crate::asking::outcome::CouldNotAsk;

/// What is said of a patient without the center.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// Why the center was not asked.
    pub why: CouldNotAsk,
    /// How the patient stands, as far as can be told.
    pub standing: Standing,
    /// What was right last, where the share of the answer is open.
    pub last_share: Option<Share>,
    /// In the form of an answer, for the day asked and with what the patient allows now; its basis is the kept answer.
    pub answer: Box<Answer>,
    /// Number of the question whose answer it rests on; none where nothing fits.
    pub copy_of: Option<Uuid>,
    /// How the certificate stands that it rests on; none where it rests on a kept answer, or on nothing.
    pub certificate: Option<personal_certificate::Standing>,
}

impl Recalled {
    /// The word of the list and of the case.
    pub const fn word(&self) -> &'static str {
        if let Some(personal_certificate::Standing::TakenBack(_)) = self.certificate {
            return LOST_SINCE;
        }
        match self.standing {
            Standing::ValidAsOf(_) | Standing::ListedValid(_) => VALID_AS_OF,
            Standing::LostSince(_) | Standing::ListedLost(_) => LOST_SINCE,
            Standing::CannotTell(_) => CANNOT_TELL,
        }
    }

    /// What is asked first when the center is back: where nothing could be said, then where a loss was, then the rest.
    const fn importance(&self) -> u8 {
        match self.standing {
            Standing::CannotTell(_) => 0,
            Standing::LostSince(_) | Standing::ListedLost(_) => 1,
            Standing::ValidAsOf(_) | Standing::ListedValid(_) => 2,
        }
    }

    /// The share that staff see, be it the one that was right last.
    fn shown_percent(&self) -> Option<u8> {
        let share = self.answer.share.as_ref().map(|share| share.percent);
        share.or(self.last_share.map(|share| share.percent))
    }
}

/// Insured, as the center said on an earlier day.
pub(crate) const VALID_AS_OF: &str = "valid_as_of";
/// The center knew of the end of the coverage.
pub(crate) const LOST_SINCE: &str = "lost_since";
/// Nothing can be said.
pub(crate) const CANNOT_TELL: &str = "cannot_tell";
