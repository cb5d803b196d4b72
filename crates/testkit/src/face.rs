//! Faces that nobody has: drawings in grey with a pattern of their own each, a small model that finds them and one that
//! tells them apart, and the formats in which a card and a camera show them.
//!
//! Eyes are dark discs, the tip of the nose is a bright one; nothing else in a drawing is as dark or as bright. The
//! detector looks for just that and says it the way YuNet does. It tells how many noses there are, and where the marks of
//! a single face lie; of two faces it mixes the marks up, which is no matter, for two are not compared.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "places in pictures of a few hundred pixels a side"
)]

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::onnx::{Attribute, OnnxModel};

/// Width of a drawing, in pixels.
pub const WIDTH: usize = 320;
/// Height of a drawing, in pixels.
pub const HEIGHT: usize = 240;
/// Likeness that two pictures of one drawing have at least, and of two drawings do not have, in the small model.
pub const THRESHOLD: f32 = 0.85;

const DARK: u8 = 24;
const BRIGHT: u8 = 250;
const GROUND: u8 = 150;
/// From the middle of the face to an eye, in pixels.
const EYE: f32 = 20.0;
const DISC: f32 = 6.0;
/// Half of width and height of the face.
const FACE: (f32, f32) = (60.0, 75.0);

/// A face: whose it is, and how it looks at us.
#[derive(Debug, Clone, Copy)]
pub struct Drawing {
    /// Whose face: faces of different numbers are told apart.
    pub person: u64,
    /// How far the head is turned, in distances of the eyes; positive is to the person's left.
    pub turn: f32,
    /// From the middle of the picture to the middle of the face, to the right, in pixels.
    pub aside: f32,
}

impl Drawing {
    /// A face that looks straight.
    pub const fn of(person: u64) -> Self {
        Self { person, turn: 0.0, aside: 0.0 }
    }

    /// The same, turned.
    #[must_use]
    pub const fn turned(self, turn: f32) -> Self {
        Self { turn, ..self }
    }

    /// The same, moved.
    #[must_use]
    pub const fn moved(self, aside: f32) -> Self {
        Self { aside, ..self }
    }

    fn draw(&self, grey: &mut [u8]) {
        let (middle_x, middle_y) = (WIDTH as f32 / 2.0 + self.aside, HEIGHT as f32 / 2.0);
        let near = |x: f32, y: f32, at_x: f32, at_y: f32| (x - at_x).hypot(y - at_y) <= DISC;
        for (at, pixel) in grey.iter_mut().enumerate() {
            let (x, y) = ((at % WIDTH) as f32 - middle_x, (at / WIDTH) as f32 - middle_y);
            if (x / FACE.0).hypot(y / FACE.1) > 1.0 {
                continue;
            }
            *pixel = if near(x, y, -EYE, -15.0) || near(x, y, EYE, -15.0) {
                DARK
            } else if near(x, y, self.turn * 2.0 * EYE, 8.0) {
                BRIGHT
            } else {
                self.pattern(((x + FACE.0) / 20.0) as u64, ((y + FACE.1) / 20.0) as u64)
            };
        }
    }

    /// A grey of its own for each part of each face, 70 to 220.
    fn pattern(&self, column: u64, row: u64) -> u8 {
        let mut mixed =
            self.person.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (column << 8 | row).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^= mixed >> 32;
        mixed = mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^= mixed >> 32;
        70 + (mixed % 151) as u8
    }
}

/// A picture of these faces, one byte a pixel.
pub fn grey(faces: &[Drawing]) -> Vec<u8> {
    let mut grey = vec![GROUND; WIDTH * HEIGHT];
    for face in faces {
        face.draw(&mut grey);
    }
    grey
}

/// The same with three bytes a pixel, as a camera's canvas gives it without its opacity.
pub fn rgb(faces: &[Drawing]) -> Vec<u8> {
    grey(faces).into_iter().flat_map(|value| [value; 3]).collect()
}

/// The picture as a card's photo, JPEG 2000, made by OpenJPEG's own program in `folder`.
pub fn jpeg2000(folder: &Path, faces: &[Drawing]) -> Result<Vec<u8>> {
    let (drawn, packed) = (folder.join("face.pgm"), folder.join("face.jp2"));
    let head = format!("P5\n{WIDTH} {HEIGHT}\n255\n");
    std::fs::write(&drawn, [head.as_bytes(), &grey(faces)].concat())?;
    // As small as a card has room for.
    let mut command = Command::new("opj_compress");
    command.arg("-i").arg(&drawn).arg("-o").arg(&packed).args(["-r", "8"]);
    let output = command.output().context("opj_compress: apt-get install libopenjp2-tools")?;
    ensure!(output.status.success(), "opj_compress: {}", String::from_utf8_lossy(&output.stderr));
    Ok(std::fs::read(&packed)?)
}

/// A film for a browser's false camera (y4m), ten pictures a second: each of `scenes` for this many pictures, and all over
/// again.
pub fn film(scenes: &[(Vec<Drawing>, usize)]) -> Vec<u8> {
    let mut film = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\n").into_bytes();
    for (faces, pictures) in scenes {
        // Video keeps grey between 16 and 235.
        let luma: Vec<u8> = grey(faces).iter().map(|value| (16 + u32::from(*value) * 219 / 255) as u8).collect();
        for _ in 0..*pictures {
            film.extend_from_slice(b"FRAME\n");
            film.extend_from_slice(&luma);
            film.extend(std::iter::repeat_n(128, WIDTH * HEIGHT / 2));
        }
    }
    film
}

/// Side of the detector's picture.
const SIDE: usize = 320;
/// Its one grid in use: 10 × 10 cells of 32 pixels.
const CELLS: usize = 10;
const CELL: usize = 32;

/// The model that finds drawings, with the outputs of YuNet.
pub fn detector() -> Vec<u8> {
    let mut model = OnnxModel::new();
    model.input("input", &[1, 3, SIDE, SIDE]);
    let scalars = [
        ("bright_from", 232.0),
        ("bright_by", 1.0 / 18.0),
        ("dark_at", f32::from(DARK)),
        ("dark_by", 1.0 / 12.0),
        ("one", 1.0),
        ("tiny", 1e-3),
        ("enough", 1.0 / 20.0),
        ("steep", 4.0),
        ("a_cell", 1.0 / CELL as f32),
        // Every drawing is as wide as every other.
        ("box_size", (2.0 * FACE.0 / CELL as f32).ln()),
        ("nothing", 0.0),
        ("mouth_in", 0.1),
        ("mouth_down", 1.1),
    ];
    for (name, value) in scalars {
        model.constant(name, &[1], &[value]);
    }
    masks(&mut model);
    noses(&mut model);
    marks(&mut model);
    outputs(&mut model);
    model.to_bytes()
}

/// Where it is as bright as a nose and as dark as an eye.
fn masks(model: &mut OnnxModel) {
    let over_colours = [("axes", Attribute::Ints(vec![1])), ("keepdims", Attribute::Int(1))];
    model
        .node_with("grey", "ReduceMean", &["input"], &over_colours)
        .node("brighter", "Sub", &["grey", "bright_from"])
        .node("bright_share", "Mul", &["brighter", "bright_by"])
        .node("nose", "Relu", &["bright_share"])
        .node("darker", "Sub", &["grey", "dark_at"])
        .node("off_dark", "Abs", &["darker"])
        .node("off_share", "Mul", &["off_dark", "dark_by"])
        .node("dark_share", "Sub", &["one", "off_share"])
        .node("eye", "Relu", &["dark_share"]);
}

/// How much of a nose each cell holds, and where in it.
fn noses(model: &mut OnnxModel) {
    let kernel =
        |of: fn(usize, usize) -> f32| -> Vec<f32> { (0..CELL * CELL).map(|at| of(at % CELL, at / CELL)).collect() };
    let shape = [1, 1, CELL, CELL];
    model
        .constant("all", &shape, &kernel(|_, _| 1.0))
        .constant("rightward", &shape, &kernel(|x, _| x as f32 / CELL as f32))
        .constant("downward", &shape, &kernel(|_, y| y as f32 / CELL as f32));
    let side = CELL as i64;
    let cells = [("kernel_shape", Attribute::Ints(vec![side, side])), ("strides", Attribute::Ints(vec![side, side]))];
    model
        .node_with("nose_sum", "Conv", &["nose", "all"], &cells)
        .node_with("nose_right", "Conv", &["nose", "rightward"], &cells)
        .node_with("nose_down", "Conv", &["nose", "downward"], &cells)
        .node("nose_weight", "Add", &["nose_sum", "tiny"])
        .node("box_x", "Div", &["nose_right", "nose_weight"])
        .node("box_y", "Div", &["nose_down", "nose_weight"])
        .node("nose_share", "Mul", &["nose_sum", "enough"])
        .node("score", "Min", &["nose_share", "one"]);
}

/// The middle of all that `mask` marks, as two values named after it.
fn middle(model: &mut OnnxModel, mask: &str) {
    let everywhere = [("axes", Attribute::Ints(vec![2, 3])), ("keepdims", Attribute::Int(1))];
    let of = |what: &str| format!("{mask}_{what}");
    model.node_with(&of("all"), "ReduceSum", &[mask], &everywhere).node(&of("weight"), "Add", &[&of("all"), "tiny"]);
    for (axis, places) in [("x", "columns"), ("y", "rows")] {
        model
            .node(&of(&format!("{axis}_each")), "Mul", &[mask, places])
            .node_with(&of(&format!("{axis}_sum")), "ReduceSum", &[&of(&format!("{axis}_each"))], &everywhere)
            .node(&of(axis), "Div", &[&of(&format!("{axis}_sum")), &of("weight")]);
    }
}

/// The marks of the one face: eyes on either side of the nose, and a mouth where it has to be.
fn marks(model: &mut OnnxModel) {
    let places = |of: fn(usize) -> usize| -> Vec<f32> { (0..SIDE * SIDE).map(|at| of(at) as f32).collect() };
    let shape = [1, 1, SIDE, SIDE];
    model.constant("columns", &shape, &places(|at| at % SIDE)).constant("rows", &shape, &places(|at| at / SIDE));
    middle(model, "nose");
    for (eye, one, other) in [("right_eye", "nose_x", "columns"), ("left_eye", "columns", "nose_x")] {
        let of = |what: &str| format!("{eye}_{what}");
        model
            .node(&of("beyond"), "Sub", &[one, other])
            .node(&of("steep"), "Mul", &[&of("beyond"), "steep"])
            .node(&of("side"), "Sigmoid", &[&of("steep")])
            .node(eye, "Mul", &["eye", &of("side")]);
        middle(model, eye);
    }
    model
        .node("apart", "Sub", &["left_eye_x", "right_eye_x"])
        .node("in", "Mul", &["apart", "mouth_in"])
        .node("down", "Mul", &["apart", "mouth_down"])
        .node("right_mouth_x", "Add", &["right_eye_x", "in"])
        .node("left_mouth_x", "Sub", &["left_eye_x", "in"])
        .node("right_mouth_y", "Add", &["right_eye_y", "down"])
        .node("left_mouth_y", "Add", &["left_eye_y", "down"]);
}

/// The planes of the three strides; those of 8 and 16 see nothing.
fn outputs(model: &mut OnnxModel) {
    let corners =
        |of: fn(usize) -> usize| -> Vec<f32> { (0..CELLS * CELLS).map(|at| (of(at) * CELL) as f32).collect() };
    let shape = [1, 1, CELLS, CELLS];
    model
        .constant("lefts", &shape, &corners(|at| at % CELLS))
        .constant("tops", &shape, &corners(|at| at / CELLS))
        .constant("empty", &shape, &[0.0; CELLS * CELLS])
        .node("box_sizes", "Add", &["empty", "box_size"]);
    let mut planes = Vec::new();
    for mark in ["right_eye", "left_eye", "nose", "right_mouth", "left_mouth"] {
        for (axis, start) in [("x", "lefts"), ("y", "tops")] {
            let (value, offset, plane) =
                (format!("{mark}_{axis}"), format!("{mark}_{axis}_off"), format!("{mark}_{axis}_plane"));
            model.node(&offset, "Sub", &[&value, start]).node(&plane, "Mul", &[&offset, "a_cell"]);
            planes.push(plane);
        }
    }
    let planes: Vec<&str> = planes.iter().map(String::as_str).collect();
    let beside = [("axis", Attribute::Int(1))];
    model.node_with("all_marks", "Concat", &planes, &beside).node_with(
        "all_boxes",
        "Concat",
        &["box_x", "box_y", "box_sizes", "box_sizes"],
        &beside,
    );
    for (name, from, numbers) in
        [("cls_32", "score", 1), ("obj_32", "score", 1), ("bbox_32", "all_boxes", 4), ("kps_32", "all_marks", 10)]
    {
        let (turned, sides) = (format!("{name}_turned"), format!("{name}_sides"));
        let last = [("perm", Attribute::Ints(vec![0, 2, 3, 1]))];
        model
            .whole_constant(&sides, &[1, (CELLS * CELLS) as i64, numbers])
            .node_with(&turned, "Transpose", &[from], &last)
            .node(name, "Reshape", &[&turned, &sides])
            .output(name, &[1, CELLS * CELLS, numbers as usize]);
    }
    model.whole_constant("one_number", &[1, 1, 1]).node("zero", "Mul", &["nose_all", "nothing"]);
    model.node("zero_alone", "Reshape", &["zero", "one_number"]);
    for stride in [8, 16] {
        let cells = (SIDE / stride) * (SIDE / stride);
        for (plane, numbers) in [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)] {
            let (name, empty) = (format!("{plane}_{stride}"), format!("{plane}_{stride}_empty"));
            model
                .constant(&empty, &[1, cells, numbers], &vec![0.0; cells * numbers])
                .node(&name, "Add", &[&empty, "zero_alone"])
                .output(&name, &[1, cells, numbers]);
        }
    }
}

/// The model that tells drawings apart: 8 × 8 mean greys, from which the mean of all is taken.
pub fn embedding() -> Vec<u8> {
    let mut model = OnnxModel::new();
    model.input("data", &[1, 3, 112, 112]);
    let pool = [("kernel_shape", Attribute::Ints(vec![14, 14])), ("strides", Attribute::Ints(vec![14, 14]))];
    let over = |axis| [("axes", Attribute::Ints(vec![axis])), ("keepdims", Attribute::Int(1))];
    model
        .node_with("grey", "ReduceMean", &["data"], &over(1))
        .node_with("parts", "AveragePool", &["grey"], &pool)
        .node("list", "Flatten", &["parts"])
        .node_with("mean", "ReduceMean", &["list"], &over(1))
        .node("fc1", "Sub", &["list", "mean"])
        .output("fc1", &[1, 64]);
    model.to_bytes()
}
