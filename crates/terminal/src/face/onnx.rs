//! Two models in ONNX, run in this process by `rten`: one finds faces and their marks, one tells what a face looks like.
//!
//! **Detector.** The outputs of YuNet (OpenCV Zoo, `face_detection_yunet`): for strides 8, 16 and 32 the planes `cls_`,
//! `obj_`, `bbox_` and `kps_` over a grid of cells, for a picture in blue, green, red from 0 to 255. A cell's score is the
//! root of class and objectness; its box is the offset of the center and the logarithm of the size, its marks are offsets,
//! all in cells.
//!
//! **Embedding.** Any model that makes one list of numbers of a face of 112 × 112 pixels, aligned by its five marks to the
//! places that ArcFace uses, as SFace and its relatives do. Red, green, blue, either from 0 to 255 or from −1 to 1.

use std::path::Path;

use rten::{Dimension, Model, NodeId, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use zeroize::Zeroizing;

use super::matcher::{Embedding, Face, FaceError, FaceMatcher};
use super::picture::{Picture, Point, Similarity};
use crate::config::EmbeddingInput;
use crate::limits::{FACE_MODEL_BYTES_MAX, FACES_MAX};

/// The strides of the detector's grids, in pixels.
const STRIDES: [usize; 3] = [8, 16, 32];
/// Side of the detector's picture where the model does not fix it, in pixels. A multiple of every stride.
const DETECTOR_SIDE_PIXELS: usize = 320;
/// A cell that is less sure than this holds no face.
const SCORE_MIN: f32 = 0.6;
/// Two boxes that overlap by more than this share of both together are one face.
const OVERLAP_MAX: f32 = 0.3;
/// Side of the picture of one face, in pixels.
const FACE_SIDE_PIXELS: usize = 112;
/// Where the marks of an aligned face lie.
const TEMPLATE: [Point; 5] = [
    Point { x: 38.294_6, y: 51.696_3 },
    Point { x: 73.531_8, y: 51.501_4 },
    Point { x: 56.025_2, y: 71.736_6 },
    Point { x: 41.549_3, y: 92.365_5 },
    Point { x: 70.729_9, y: 92.204_1 },
];

/// The two models.
pub struct OnnxFaces {
    detector: Detector,
    embedding: Model,
    input: EmbeddingInput,
}

impl std::fmt::Debug for OnnxFaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OnnxFaces")
            .field("side", &self.detector.side)
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

struct Detector {
    model: Model,
    input: NodeId,
    /// Class, objectness, box and marks of each stride.
    outputs: Vec<NodeId>,
    /// Width and height of its picture, in pixels.
    side: (usize, usize),
}

fn load(path: &Path) -> Result<Model, FaceError> {
    let wrong = |why: String| FaceError::Model { file: path.display().to_string(), why };
    let bytes = kit::files::read_limited(path, FACE_MODEL_BYTES_MAX).map_err(|error| wrong(error.to_string()))?;
    Model::load(bytes).map_err(|error| wrong(error.to_string()))
}

impl OnnxFaces {
    /// Loads both models and runs each once, so that one that does not fit is found at the start and not by a patient.
    ///
    /// # Errors
    /// A file that cannot be read, or a model that is not of its kind.
    pub fn load(detector: &Path, embedding: &Path, input: EmbeddingInput) -> Result<Self, FaceError> {
        let faces = Self { detector: Detector::load(detector)?, embedding: load(embedding)?, input };
        let wrong = |path: &Path, why: String| FaceError::Model { file: path.display().to_string(), why };
        let grey = Picture::from_rgb(
            DETECTOR_SIDE_PIXELS,
            DETECTOR_SIDE_PIXELS,
            vec![128; DETECTOR_SIDE_PIXELS * DETECTOR_SIDE_PIXELS * 3],
        )
        .map_err(|error| FaceError::Run(error.to_string()))?;
        faces.find(&grey).map_err(|error| wrong(detector, error.to_string()))?;
        let face = Face { score: 1.0, corner: Point::default(), size: Point { x: 112.0, y: 112.0 }, marks: TEMPLATE };
        faces.numbers(&grey, &face).map_err(|error| wrong(embedding, error.to_string()))?;
        Ok(faces)
    }

    fn numbers(&self, picture: &Picture, face: &Face) -> Result<Zeroizing<Vec<f32>>, FaceError> {
        let align = Similarity::between(&face.marks, &TEMPLATE)
            .ok_or_else(|| FaceError::Run("the marks of a face are one point".to_owned()))?;
        let mut planes = picture.planes(&align, FACE_SIDE_PIXELS, FACE_SIDE_PIXELS);
        if self.input == EmbeddingInput::MinusOneToOne {
            planes.iter_mut().for_each(|value| *value = (*value - 127.5) / 127.5);
        }
        let tensor = NdTensor::from_data([1, 3, FACE_SIDE_PIXELS, FACE_SIDE_PIXELS], planes.to_vec());
        let output = self.embedding.run_one(ValueOrView::from(Value::from(tensor)), None).map_err(run_failed)?;
        numbers_of(output)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn run_failed(error: rten::RunError) -> FaceError {
    FaceError::Run(error.to_string())
}

fn numbers_of(value: Value) -> Result<Zeroizing<Vec<f32>>, FaceError> {
    let tensor: Tensor<f32> =
        value.into_tensor().ok_or_else(|| FaceError::Run("an output is not made of numbers".to_owned()))?;
    Ok(Zeroizing::new(tensor.to_vec()))
}

impl Detector {
    fn load(path: &Path) -> Result<Self, FaceError> {
        let model = load(path)?;
        let wrong = |why: &str| FaceError::Model { file: path.display().to_string(), why: why.to_owned() };
        let input = *model.input_ids().first().ok_or_else(|| wrong("the model takes no picture"))?;
        let fixed = |dimension: Option<&Dimension>| match dimension {
            Some(Dimension::Fixed(pixels)) => *pixels,
            _ => DETECTOR_SIDE_PIXELS,
        };
        let shape = model.input_shape(0).unwrap_or_default();
        let side = (fixed(shape.get(3)), fixed(shape.get(2)));
        let is_fit = |pixels: usize| (32..=2_048).contains(&pixels) && pixels.is_multiple_of(32);
        if !is_fit(side.0) || !is_fit(side.1) {
            return Err(wrong("the sides of its picture are no multiples of 32"));
        }
        let mut outputs = Vec::with_capacity(4 * STRIDES.len());
        for stride in STRIDES {
            for plane in ["cls", "obj", "bbox", "kps"] {
                let name = format!("{plane}_{stride}");
                outputs.push(model.find_node(&name).ok_or_else(|| wrong(&format!("it has no output {name}")))?);
            }
        }
        Ok(Self { model, input, outputs, side })
    }

    fn find(&self, picture: &Picture) -> Result<Vec<Face>, FaceError> {
        let (width, height) = self.side;
        let scale = (width as f32 / picture.width() as f32).min(height as f32 / picture.height() as f32);
        let by = Similarity { a: scale, b: 0.0, dx: 0.0, dy: 0.0 };
        let rgb = picture.planes(&by, width, height);
        let plane = width * height;
        // This model is used to blue first.
        let bgr: Vec<f32> = [&rgb[2 * plane..], &rgb[plane..2 * plane], &rgb[..plane]].concat();
        let tensor = NdTensor::from_data([1, 3, height, width], bgr);
        let inputs = vec![(self.input, ValueOrView::from(Value::from(tensor)))];
        let planes = self.model.run(inputs, &self.outputs, None).map_err(run_failed)?;
        let planes = planes.into_iter().map(numbers_of).collect::<Result<Vec<_>, _>>()?;
        let mut faces = Vec::new();
        for (stride, planes) in STRIDES.into_iter().zip(planes.chunks_exact(4)) {
            let cells = (width / stride) * (height / stride);
            for (plane, numbers) in planes.iter().zip([1, 1, 4, 10]) {
                if plane.len() != cells * numbers {
                    return Err(FaceError::Run(format!("a plane of stride {stride} has another size")));
                }
            }
            faces.extend((0..cells).filter_map(|cell| in_cell(cell, width / stride, stride, planes, scale)));
        }
        Ok(apart(faces))
    }
}

/// The face in one cell of a grid, if there is one, in pixels of the picture.
fn in_cell(cell: usize, columns: usize, stride: usize, planes: &[Zeroizing<Vec<f32>>], scale: f32) -> Option<Face> {
    let [class, object, boxes, marks] = planes else { return None };
    let score = (class[cell].clamp(0.0, 1.0) * object[cell].clamp(0.0, 1.0)).sqrt();
    if score < SCORE_MIN {
        return None;
    }
    let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
    let unit = stride as f32 / scale;
    let point = |x: f32, y: f32| Point { x: (column + x) * unit, y: (row + y) * unit };
    let [x, y, wide, high] = [0, 1, 2, 3].map(|at| boxes[4 * cell + at]);
    let size = Point { x: wide.exp() * unit, y: high.exp() * unit };
    let center = point(x, y);
    let face = Face {
        score,
        corner: Point { x: center.x - size.x / 2.0, y: center.y - size.y / 2.0 },
        size,
        marks: [0, 1, 2, 3, 4].map(|mark| point(marks[10 * cell + 2 * mark], marks[10 * cell + 2 * mark + 1])),
    };
    let numbers = [face.corner.x, face.corner.y, face.size.x, face.size.y];
    let is_sound = numbers.into_iter().chain(face.marks.iter().flat_map(|p| [p.x, p.y])).all(f32::is_finite);
    is_sound.then_some(face)
}

/// The surest of those that overlap, the surest first.
fn apart(mut faces: Vec<Face>) -> Vec<Face> {
    faces.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept.len() < FACES_MAX && kept.iter().all(|known| overlap(known, &face) <= OVERLAP_MAX) {
            kept.push(face);
        }
    }
    kept
}

fn overlap(one: &Face, other: &Face) -> f32 {
    let shared = |a: f32, a_size: f32, b: f32, b_size: f32| ((a + a_size).min(b + b_size) - a.max(b)).max(0.0);
    let both = shared(one.corner.x, one.size.x, other.corner.x, other.size.x)
        * shared(one.corner.y, one.size.y, other.corner.y, other.size.y);
    let all = one.size.x * one.size.y + other.size.x * other.size.y - both;
    if all <= f32::EPSILON { 0.0 } else { both / all }
}

impl FaceMatcher for OnnxFaces {
    fn find(&self, picture: &Picture) -> Result<Vec<Face>, FaceError> {
        self.detector.find(picture)
    }

    fn embed(&self, picture: &Picture, face: &Face) -> Result<Embedding, FaceError> {
        let numbers = self.numbers(picture, face)?;
        Embedding::new(&numbers).ok_or_else(|| FaceError::Run("the numbers of a face have no direction".to_owned()))
    }
}
