//! What a kiosk asks about faces, whoever answers it.

use std::fmt;

use zeroize::Zeroizing;

use super::picture::{Picture, Point};

/// Why nothing can be said about a picture. Never about the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaceError {
    /// A model file cannot be used.
    #[error("{file}: {why}")]
    Model {
        /// Which one.
        file: String,
        /// Why.
        why: String,
    },
    /// A model that ran before did not run now.
    #[error("a model did not run: {0}")]
    Run(String),
}

/// A face in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// How sure the model is, 0 to 1.
    pub score: f32,
    /// Upper left corner.
    pub corner: Point,
    /// Width and height in pixels.
    pub size: Point,
    /// Right eye, left eye (as the person would say), tip of the nose, right and left corner of the mouth.
    pub marks: [Point; 5],
}

impl Face {
    /// How far the head is turned: the tip of the nose from the middle of the eyes, along the line between them, in
    /// distances of the eyes. 0 is straight, positive is towards the left edge of the person's world, which is the right
    /// one of the picture; a quarter is a head that is clearly turned.
    pub fn turn(&self) -> f32 {
        let [right_eye, left_eye, nose, ..] = self.marks;
        let (along_x, along_y) = (left_eye.x - right_eye.x, left_eye.y - right_eye.y);
        let apart = along_x * along_x + along_y * along_y;
        if apart <= f32::EPSILON {
            return 0.0;
        }
        let middle = Point { x: f32::midpoint(right_eye.x, left_eye.x), y: f32::midpoint(right_eye.y, left_eye.y) };
        ((nose.x - middle.x) * along_x + (nose.y - middle.y) * along_y) / apart
    }
}

/// What a model makes of a face: a direction in many dimensions. The same person's lie close together. It is a person's
/// biometric data: wiped when dropped, never shown.
#[derive(Clone, PartialEq)]
pub struct Embedding(Zeroizing<Vec<f32>>);

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedding({})", self.0.len())
    }
}

impl Embedding {
    /// From the numbers of a model, brought to length one. None when they have no direction.
    pub fn new(numbers: &[f32]) -> Option<Self> {
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        (length.is_finite() && length > f32::EPSILON)
            .then(|| Self(Zeroizing::new(numbers.iter().map(|number| number / length).collect())))
    }

    /// How alike two faces are: the cosine of the angle between them, −1 to 1.
    pub fn likeness(&self, other: &Self) -> f32 {
        self.0.iter().zip(other.0.iter()).map(|(one, other)| one * other).sum()
    }
}

/// Finds faces and tells what they look like. Calls may take a tenth of a second.
pub trait FaceMatcher: Send + Sync + fmt::Debug {
    /// The faces in a picture, the surest first.
    ///
    /// # Errors
    /// The model did not run.
    fn find(&self, picture: &Picture) -> Result<Vec<Face>, FaceError>;

    /// What a face looks like.
    ///
    /// # Errors
    /// The model did not run.
    fn embed(&self, picture: &Picture, face: &Face) -> Result<Embedding, FaceError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(nose_x: f32) -> Face {
        let at = |x, y| Point { x, y };
        let marks = [at(40.0, 50.0), at(80.0, 50.0), at(nose_x, 70.0), at(45.0, 90.0), at(75.0, 90.0)];
        Face { score: 1.0, corner: Point::default(), size: at(100.0, 100.0), marks }
    }

    #[test]
    fn a_head_is_straight_when_its_nose_is_between_its_eyes() {
        assert!(face(60.0).turn().abs() < 1e-6);
        assert!((face(70.0).turn() - 0.25).abs() < 1e-6);
        assert!((face(50.0).turn() + 0.25).abs() < 1e-6);
        let mut no_eyes = face(60.0);
        no_eyes.marks[1] = no_eyes.marks[0];
        assert!(no_eyes.turn().abs() < 1e-6);
    }

    #[test]
    fn likeness_is_an_angle_and_not_a_length() {
        let of = |numbers: &[f32]| Embedding::new(numbers).unwrap();
        assert!((of(&[1.0, 2.0]).likeness(&of(&[10.0, 20.0])) - 1.0).abs() < 1e-6);
        assert!(of(&[1.0, 0.0]).likeness(&of(&[0.0, 3.0])).abs() < 1e-6);
        assert!(Embedding::new(&[0.0, 0.0]).is_none() && Embedding::new(&[f32::NAN]).is_none());
        assert_eq!(format!("{:?}", of(&[1.0, 2.0])), "Embedding(2)");
    }
}
