//! Faces with real models in ONNX, small ones made here, on drawings: the photo of a card goes through JPEG 2000, frames come
//! as a camera gives them.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use testkit::face::{self, Drawing, HEIGHT, WIDTH};

use crate::config::EmbeddingInput;
use crate::face::{FaceCheck, FaceError, FaceMatcher, FaceStep, OnnxFaces, Picture, Side};

struct Models {
    folder: TempDir,
    faces: OnnxFaces,
}

/// The two small models, in files.
pub(super) fn write_models(folder: &std::path::Path) -> (PathBuf, PathBuf) {
    let (detector, embedding) = (folder.join("detector.onnx"), folder.join("embedding.onnx"));
    std::fs::write(&detector, face::detector()).unwrap();
    std::fs::write(&embedding, face::embedding()).unwrap();
    (detector, embedding)
}

fn models() -> Models {
    let folder = tempfile::tempdir().unwrap();
    let (detector, embedding) = write_models(folder.path());
    let faces = OnnxFaces::load(&detector, &embedding, EmbeddingInput::ZeroTo255).unwrap();
    Models { folder, faces }
}

fn frame(faces: &[Drawing]) -> Picture {
    Picture::from_rgb(WIDTH, HEIGHT, face::rgb(faces)).unwrap()
}

impl Models {
    fn photo(&self, person: u64) -> Picture {
        Picture::from_jpeg2000(&face::jpeg2000(self.folder.path(), &[Drawing::of(person)]).unwrap()).unwrap()
    }

    fn likeness(&self, one: &Picture, other: &Picture) -> f32 {
        let of = |picture: &Picture| {
            let faces = self.faces.find(picture).unwrap();
            assert_eq!(faces.len(), 1);
            self.faces.embed(picture, &faces[0]).unwrap()
        };
        of(one).likeness(&of(other))
    }
}

#[test]
fn faces_are_found_with_their_marks_however_many() {
    let models = models();
    assert!(models.faces.find(&frame(&[])).unwrap().is_empty());
    let two = [Drawing::of(1).moved(-80.0), Drawing::of(2).moved(80.0)];
    assert_eq!(models.faces.find(&frame(&two)).unwrap().len(), 2);
    for turn in [-0.3, -0.1, 0.0, 0.1, 0.3] {
        for aside in [-40.0, 0.0, 25.0] {
            let found = models.faces.find(&frame(&[Drawing::of(3).turned(turn).moved(aside)])).unwrap();
            assert_eq!(found.len(), 1, "{turn} {aside}");
            assert!((found[0].turn() - turn).abs() < 0.03, "{turn} {aside}: {}", found[0].turn());
            let right_eye = found[0].marks[0];
            assert!((right_eye.x - (140.0 + aside)).abs() < 1.5 && (right_eye.y - 105.0).abs() < 1.5, "{right_eye:?}");
        }
    }
}

#[test]
fn a_photo_in_jpeg_2000_is_like_its_own_face_and_like_no_other() {
    let models = models();
    let photo = models.photo(1);
    assert_eq!((photo.width(), photo.height()), (WIDTH, HEIGHT));
    for aside in [-30.0, 0.0, 30.0] {
        let same = models.likeness(&photo, &frame(&[Drawing::of(1).moved(aside)]));
        assert!(same > face::THRESHOLD, "{aside}: {same}");
    }
    for other in 2..20 {
        let another = models.likeness(&photo, &frame(&[Drawing::of(other)]));
        assert!(another < face::THRESHOLD, "{other}: {another}");
    }
}

#[test]
fn a_living_face_passes_and_another_one_is_locked_out() {
    let models = models();
    let photo = models.photo(7);
    let check = || FaceCheck::new(&models.faces, &photo, face::THRESHOLD, Side::Left).unwrap().unwrap();
    let mut same = check();
    let mut see = |drawing: Drawing| same.look(&models.faces, &frame(&[drawing]), Duration::ZERO).unwrap();
    assert_eq!(see(Drawing::of(7)), FaceStep::Turn(Side::Left));
    assert_eq!(see(Drawing::of(7).turned(0.3)), FaceStep::LookStraight);
    assert_eq!(see(Drawing::of(7)), FaceStep::Same);
    let mut other = check();
    let mut steps = (1..=10)
        .map(|second| other.look(&models.faces, &frame(&[Drawing::of(8)]), Duration::from_secs(second)).unwrap());
    assert_eq!(steps.next(), Some(FaceStep::Differs { left: 9 }));
    assert_eq!(steps.last(), Some(FaceStep::Locked));
}

#[test]
fn models_that_do_not_fit_are_refused_at_the_start_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (detector, embedding) = write_models(folder.path());
    let broken = folder.path().join("broken.onnx");
    std::fs::write(&broken, b"not a model").unwrap();
    let missing = folder.path().join("missing.onnx");
    for (one, other, named) in [
        (&missing, &embedding, "missing.onnx"),
        (&broken, &embedding, "broken.onnx"),
        (&detector, &broken, "broken.onnx"),
        (&embedding, &embedding, "embedding.onnx"),
        (&detector, &detector, "detector.onnx"),
    ] {
        let error = OnnxFaces::load(one, other, EmbeddingInput::ZeroTo255).unwrap_err();
        assert!(matches!(&error, FaceError::Model { .. }) && error.to_string().contains(named), "{error}");
    }
}
