//! From frames of the camera to an answer.
//!
//! One face has to look straight and be like the photo; then the head has to turn to a side that is drawn by lot, which a
//! photo before the camera does not do; then it has to look straight and be like the photo again. A straight face that is
//! not like the photo costs a try, at most one in [`TRY_REST`]; after [`FACE_TRIES_MAX`](crate::limits::FACE_TRIES_MAX)
//! in a row the face is locked for this card, as in reality. Frames that show no face, or two, cost nothing.

use std::time::Duration;

use super::matcher::{Embedding, Face, FaceError, FaceMatcher};
use super::picture::Picture;
use crate::limits::{FACE_TRIES_MAX, FACE_TRY_REST as TRY_REST};

/// A head that is turned less than this looks straight ([`Face::turn`]).
const STRAIGHT_MAX: f32 = 0.15;
/// A head that is turned more than this is turned.
const TURNED_MIN: f32 = 0.22;
/// A face narrower than this share of the picture is too far away.
const WIDTH_MIN: f32 = 0.15;

/// To which side the head is to turn, as the person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The person's left.
    Left,
    /// The person's right.
    Right,
}

impl Side {
    /// By a bit of randomness.
    pub const fn drawn(bit: bool) -> Self {
        if bit { Self::Left } else { Self::Right }
    }

    /// Whether a head is turned to this side.
    fn is_turned(self, turn: f32) -> bool {
        match self {
            Self::Left => turn > TURNED_MIN,
            Self::Right => turn < -TURNED_MIN,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Left => "turn-left",
            Self::Right => "turn-right",
        }
    }
}

/// What came of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceStep {
    /// Nobody is there.
    NoFace,
    /// More than one is there: nobody is compared.
    TwoFaces,
    /// The face is too far away.
    ComeCloser,
    /// It has to look straight.
    LookStraight,
    /// It is like the photo; now the head has to turn.
    Turn(Side),
    /// It is not like the photo; so many tries are left.
    Differs {
        /// At least 1.
        left: u8,
    },
    /// It was not like the photo too often.
    Locked,
    /// It is the person on the photo, alive.
    Same,
}

impl FaceStep {
    /// The stable word, for the kiosk's page and for vendors.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoFace => "no-face",
            Self::TwoFaces => "two-faces",
            Self::ComeCloser => "come-closer",
            Self::LookStraight => "look-straight",
            Self::Turn(side) => side.code(),
            Self::Differs { .. } => "face-differs",
            Self::Locked => "face-locked",
            Self::Same => "same",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    First,
    Turning,
    Again,
    Done,
    Locked,
}

/// The check of one person against one photo.
#[derive(Debug)]
pub struct FaceCheck {
    photo: Embedding,
    threshold: f32,
    side: Side,
    phase: Phase,
    tries_left: u8,
    /// When the last try was counted.
    tried_at: Option<Duration>,
}

impl FaceCheck {
    /// Against a photo. `threshold` is the least likeness of two pictures of one person; `side` is drawn by lot.
    ///
    /// # Errors
    /// [`FaceStep::NoFace`] or [`FaceStep::TwoFaces`] when the photo does not show one face, or why the models did not
    /// run.
    pub fn new(
        matcher: &dyn FaceMatcher,
        photo: &Picture,
        threshold: f32,
        side: Side,
    ) -> Result<Result<Self, FaceStep>, FaceError> {
        let face = match one(matcher.find(photo)?) {
            Ok(face) => face,
            Err(step) => return Ok(Err(step)),
        };
        let photo = matcher.embed(photo, &face)?;
        Ok(Ok(Self { photo, threshold, side, phase: Phase::First, tries_left: FACE_TRIES_MAX, tried_at: None }))
    }

    /// The same with fewer tries: those of an earlier check against the same photo are counted. 0 is locked.
    #[must_use]
    pub fn with_tries(mut self, left: u8) -> Self {
        self.tries_left = self.tries_left.min(left);
        if self.tries_left == 0 {
            self.phase = Phase::Locked;
        }
        self
    }

    /// Looks at a frame; `now` is a time of the monotonic clock.
    ///
    /// # Errors
    /// The models did not run.
    pub fn look(&mut self, matcher: &dyn FaceMatcher, frame: &Picture, now: Duration) -> Result<FaceStep, FaceError> {
        match self.phase {
            Phase::Done => return Ok(FaceStep::Same),
            Phase::Locked => return Ok(FaceStep::Locked),
            Phase::First | Phase::Turning | Phase::Again => {}
        }
        let face = match one(matcher.find(frame)?) {
            Ok(face) => face,
            Err(step) => return Ok(step),
        };
        if face.size.x < WIDTH_MIN * frame.width() as f32 {
            return Ok(FaceStep::ComeCloser);
        }
        if self.phase == Phase::Turning {
            if !self.side.is_turned(face.turn()) {
                return Ok(FaceStep::Turn(self.side));
            }
            self.phase = Phase::Again;
            return Ok(FaceStep::LookStraight);
        }
        if face.turn().abs() > STRAIGHT_MAX {
            return Ok(FaceStep::LookStraight);
        }
        let likeness = matcher.embed(frame, &face)?.likeness(&self.photo);
        Ok(if likeness >= self.threshold { self.alike() } else { self.differs(now) })
    }

    fn alike(&mut self) -> FaceStep {
        if self.phase == Phase::First {
            self.phase = Phase::Turning;
            FaceStep::Turn(self.side)
        } else {
            self.phase = Phase::Done;
            FaceStep::Same
        }
    }

    fn differs(&mut self, now: Duration) -> FaceStep {
        if self.tried_at.is_none_or(|at| now.saturating_sub(at) >= TRY_REST) {
            self.tried_at = Some(now);
            self.tries_left = self.tries_left.saturating_sub(1);
        }
        // Somebody else came before the camera after the first look: it begins anew.
        self.phase = if self.tries_left == 0 { Phase::Locked } else { Phase::First };
        if self.tries_left == 0 { FaceStep::Locked } else { FaceStep::Differs { left: self.tries_left } }
    }
}

/// The only face, or why there is none.
fn one(mut faces: Vec<Face>) -> Result<Face, FaceStep> {
    match faces.len() {
        0 => Err(FaceStep::NoFace),
        1 => Ok(faces.swap_remove(0)),
        _ => Err(FaceStep::TwoFaces),
    }
}

#[cfg(test)]
mod tests {
    //! Proves the way from frames to an answer with a matcher that says what the test wants.
    use std::sync::Mutex;

    use super::super::picture::Point;
    use super::*;

    /// What a frame shows: how far the head is turned, and how like the photo it is.
    type Shown = (f32, f32);

    #[derive(Debug, Default)]
    struct Says {
        next: Mutex<Vec<Shown>>,
        wide: f32,
    }

    fn face(turn: f32, wide: f32) -> Face {
        let at = |x, y| Point { x, y };
        let marks = [at(0.0, 0.0), at(10.0, 0.0), at(5.0 + 10.0 * turn, 5.0), at(2.0, 9.0), at(8.0, 9.0)];
        Face { score: 1.0, corner: Point::default(), size: at(wide, wide), marks }
    }

    impl FaceMatcher for Says {
        fn find(&self, _: &Picture) -> Result<Vec<Face>, FaceError> {
            Ok(self.next.lock().unwrap().iter().map(|(turn, _)| face(*turn, self.wide)).collect())
        }

        fn embed(&self, _: &Picture, _: &Face) -> Result<Embedding, FaceError> {
            let (_, like) = self.next.lock().unwrap()[0];
            Ok(Embedding::new(&[like, (1.0 - like * like).sqrt()]).unwrap())
        }
    }

    fn frame() -> Picture {
        Picture::from_rgb(100, 100, vec![0; 30_000]).unwrap()
    }

    struct Camera {
        says: Says,
        check: FaceCheck,
        now: Duration,
    }

    impl Camera {
        fn new(side: Side) -> Self {
            let says = Says { next: Mutex::new(vec![(0.0, 1.0)]), wide: 40.0 };
            let check = FaceCheck::new(&says, &frame(), 0.5, side).unwrap().unwrap();
            Self { says, check, now: Duration::ZERO }
        }

        fn shows(&mut self, faces: &[Shown]) -> FaceStep {
            *self.says.next.lock().unwrap() = faces.to_vec();
            self.now += Duration::from_secs(1);
            self.check.look(&self.says, &frame(), self.now).unwrap()
        }
    }

    #[test]
    fn a_living_person_like_the_photo_is_the_same() {
        for (side, turned, wrong) in [(Side::Left, 0.3, -0.3), (Side::Right, -0.3, 0.3)] {
            let mut camera = Camera::new(side);
            assert_eq!(camera.shows(&[]), FaceStep::NoFace);
            assert_eq!(camera.shows(&[(0.0, 0.9), (0.0, 0.9)]), FaceStep::TwoFaces);
            assert_eq!(camera.shows(&[(0.3, 0.9)]), FaceStep::LookStraight);
            assert_eq!(camera.shows(&[(0.0, 0.9)]), FaceStep::Turn(side));
            assert_eq!(camera.shows(&[(0.0, 0.9)]), FaceStep::Turn(side), "a photo does not turn");
            assert_eq!(camera.shows(&[(wrong, 0.9)]), FaceStep::Turn(side));
            assert_eq!(camera.shows(&[(turned, 0.1)]), FaceStep::LookStraight);
            assert_eq!(camera.shows(&[(0.0, 0.9)]), FaceStep::Same);
            assert_eq!(camera.shows(&[]), FaceStep::Same);
        }
    }

    #[test]
    fn somebody_else_after_the_turn_begins_anew() {
        let mut camera = Camera::new(Side::Left);
        camera.shows(&[(0.0, 0.9)]);
        camera.shows(&[(0.3, 0.9)]);
        assert_eq!(camera.shows(&[(0.0, 0.2)]), FaceStep::Differs { left: FACE_TRIES_MAX - 1 });
        assert_eq!(camera.shows(&[(0.0, 0.9)]), FaceStep::Turn(Side::Left));
    }

    #[test]
    fn ten_different_faces_lock_and_frames_in_quick_succession_count_once() {
        let mut camera = Camera::new(Side::Left);
        for left in (1..FACE_TRIES_MAX).rev() {
            assert_eq!(camera.shows(&[(0.0, 0.2)]), FaceStep::Differs { left });
            let at_once = camera.check.look(&camera.says, &frame(), camera.now + TRY_REST / 10).unwrap();
            assert_eq!(at_once, FaceStep::Differs { left });
        }
        assert_eq!(camera.shows(&[(0.0, 0.2)]), FaceStep::Locked);
        assert_eq!(camera.shows(&[(0.0, 1.0)]), FaceStep::Locked, "the right one comes too late");
    }

    #[test]
    fn a_face_far_away_is_asked_closer_and_a_photo_must_show_one() {
        let mut camera = Camera::new(Side::Left);
        camera.says.wide = 10.0;
        assert_eq!(camera.shows(&[(0.0, 0.9)]), FaceStep::ComeCloser);
        for (faces, step) in [(vec![], FaceStep::NoFace), (vec![(0.0, 1.0); 2], FaceStep::TwoFaces)] {
            *camera.says.next.lock().unwrap() = faces;
            assert_eq!(FaceCheck::new(&camera.says, &frame(), 0.5, Side::Left).unwrap().unwrap_err(), step);
        }
    }
}
