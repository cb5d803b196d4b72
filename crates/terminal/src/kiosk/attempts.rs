//! Tries that are counted beyond one visit: faces unlike the photo of a card, and wrong facility passwords. In memory
//! only, and bounded.

use std::collections::HashMap;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};

use super::work::CardFacts;
use crate::face::{FaceCheck, FaceStep};
use crate::limits;

/// Faces that were unlike the photo, by card. A card is known by a hash of its certificate.
#[derive(Debug, Default)]
pub(super) struct FaceAttempts {
    by_card: HashMap<[u8; 32], Attempt>,
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    left: u8,
    last: Duration,
}

fn key(card: Option<&CardFacts>) -> Option<[u8; 32]> {
    let certificate = card?.certificate.as_ref()?;
    digest(&SHA256, certificate).as_ref().try_into().ok()
}

impl FaceAttempts {
    /// Whether the face is locked for this card.
    pub(super) fn is_locked(&mut self, card: Option<&CardFacts>, now: Duration) -> bool {
        self.left(card, now) == 0
    }

    /// The check with as many tries as are left.
    pub(super) fn limit(&mut self, card: Option<&CardFacts>, check: FaceCheck, now: Duration) -> FaceCheck {
        check.with_tries(self.left(card, now))
    }

    /// Remembers what a picture showed.
    pub(super) fn saw(&mut self, card: Option<&CardFacts>, step: FaceStep, now: Duration) {
        let Some(key) = key(card) else { return };
        match step {
            FaceStep::Differs { left } => self.remember(key, left, now),
            FaceStep::Locked => self.remember(key, 0, now),
            FaceStep::Same => {
                self.by_card.remove(&key);
            }
            FaceStep::NoFace
            | FaceStep::TwoFaces
            | FaceStep::ComeCloser
            | FaceStep::LookStraight
            | FaceStep::Turn(_) => {}
        }
    }

    fn remember(&mut self, key: [u8; 32], left: u8, now: Duration) {
        self.forget_old(now);
        if self.by_card.len() >= limits::FACE_LOCKS_MAX && !self.by_card.contains_key(&key) {
            // The one that would be forgotten first makes room.
            let oldest = self.by_card.iter().min_by_key(|(_, attempt)| attempt.last).map(|(key, _)| *key);
            oldest.map(|key| self.by_card.remove(&key));
        }
        self.by_card.insert(key, Attempt { left, last: now });
    }

    fn left(&mut self, card: Option<&CardFacts>, now: Duration) -> u8 {
        self.forget_old(now);
        key(card).and_then(|key| self.by_card.get(&key)).map_or(limits::FACE_TRIES_MAX, |attempt| attempt.left)
    }

    fn forget_old(&mut self, now: Duration) {
        self.by_card.retain(|_, attempt| now.saturating_sub(attempt.last) < limits::FACE_LOCK_TIME);
    }
}

/// Wrong facility passwords: after some in a row everybody waits.
#[derive(Debug, Default)]
pub(super) struct PasswordGate {
    wrong: u32,
    last: Duration,
}

impl PasswordGate {
    pub(super) fn may_try(&mut self, now: Duration) -> bool {
        if self.wrong >= limits::FACILITY_FAILURES_MAX && now.saturating_sub(self.last) >= limits::LOGIN_WAIT_TIME {
            self.wrong = 0;
        }
        self.wrong < limits::FACILITY_FAILURES_MAX
    }

    pub(super) fn wrong(&mut self, now: Duration) {
        self.wrong += 1;
        self.last = now;
    }

    pub(super) fn right(&mut self) {
        self.wrong = 0;
    }
}

#[cfg(test)]
mod tests {
    use card::jpki::Tries;

    use super::*;

    fn card(of: &[u8]) -> CardFacts {
        CardFacts {
            is_phone: false,
            tries: Tries::Left(3),
            knows_terminals: true,
            certificate: Some(of.to_vec()),
            state: None,
        }
    }

    #[test]
    fn a_face_that_was_unlike_stays_counted_when_the_card_is_put_down_again() {
        let (mut attempts, now) = (FaceAttempts::default(), Duration::from_secs(5));
        let (a, b) = (card(b"a"), card(b"b"));
        attempts.saw(Some(&a), FaceStep::Differs { left: 4 }, now);
        assert_eq!((attempts.left(Some(&a), now), attempts.left(Some(&b), now)), (4, limits::FACE_TRIES_MAX));
        attempts.saw(Some(&a), FaceStep::Locked, now);
        assert!(attempts.is_locked(Some(&a), now) && !attempts.is_locked(Some(&b), now));
        assert!(!attempts.is_locked(Some(&a), now + limits::FACE_LOCK_TIME));
    }

    #[test]
    fn a_crowd_of_cards_takes_no_more_memory() {
        let mut attempts = FaceAttempts::default();
        for number in 0..limits::FACE_LOCKS_MAX * 2 {
            let now = Duration::from_millis(number as u64);
            attempts.saw(Some(&card(&number.to_be_bytes())), FaceStep::Locked, now);
        }
        assert_eq!(attempts.by_card.len(), limits::FACE_LOCKS_MAX);
    }

    #[test]
    fn wrong_facility_passwords_in_a_row_make_everybody_wait() {
        let (mut gate, now) = (PasswordGate::default(), Duration::from_secs(100));
        for _ in 0..limits::FACILITY_FAILURES_MAX {
            assert!(gate.may_try(now));
            gate.wrong(now);
        }
        assert!(!gate.may_try(now));
        assert!(gate.may_try(now + limits::LOGIN_WAIT_TIME));
    }
}
