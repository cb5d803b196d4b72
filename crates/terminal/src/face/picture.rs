//! A picture in memory: eight bits a channel, red, green, blue. It is a person's face, so it is wiped when it is dropped,
//! shows nothing in `Debug`, and is written nowhere.

use std::fmt;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use zeroize::Zeroizing;

use crate::limits::{PICTURE_BYTES_MAX, PICTURE_SIDE_PIXELS_MAX, PICTURE_SIDE_PIXELS_MIN};

/// Why bytes are no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Too small, too large, or not as many bytes as its size says.
    #[error("not a picture of that size")]
    Size,
    /// Not JPEG 2000, or damaged.
    #[error("not a JPEG 2000 picture")]
    Format,
}

/// A picture.
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

/// A point of a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// Turns, scales and moves: `x' = a·x − b·y + dx`, `y' = b·x + a·y + dy`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Similarity {
    pub(super) a: f32,
    pub(super) b: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
}

impl Similarity {
    /// The one that brings the points of `from` as near as possible to those of `to` (least squares). None when all
    /// points of `from` are one.
    pub(super) fn between(from: &[Point], to: &[Point]) -> Option<Self> {
        let count = from.len().min(to.len()) as f32;
        let mean = |points: &[Point]| {
            let sum = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.x, y + point.y));
            Point { x: sum.0 / count, y: sum.1 / count }
        };
        let (center_from, center_to) = (mean(from), mean(to));
        let (mut same, mut across, mut size) = (0.0, 0.0, 0.0);
        for (one, other) in from.iter().zip(to) {
            let (x, y) = (one.x - center_from.x, one.y - center_from.y);
            let (u, v) = (other.x - center_to.x, other.y - center_to.y);
            same += x * u + y * v;
            across += x * v - y * u;
            size += x * x + y * y;
        }
        if size <= f32::EPSILON {
            return None;
        }
        let (a, b) = (same / size, across / size);
        let dx = center_to.x - a * center_from.x + b * center_from.y;
        let dy = center_to.y - b * center_from.x - a * center_from.y;
        Some(Self { a, b, dx, dy })
    }

    pub(super) fn of(&self, point: Point) -> Point {
        Point { x: self.a * point.x - self.b * point.y + self.dx, y: self.b * point.x + self.a * point.y + self.dy }
    }

    /// The way back; none when it makes everything one point.
    fn inverse(&self) -> Option<Self> {
        let size = self.a * self.a + self.b * self.b;
        if size <= f32::EPSILON {
            return None;
        }
        let (a, b) = (self.a / size, -self.b / size);
        Some(Self { a, b, dx: -(a * self.dx - b * self.dy), dy: -(b * self.dx + a * self.dy) })
    }
}

impl Picture {
    /// From its pixels, row by row, red, green and blue of each.
    pub fn from_rgb(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, PictureError> {
        let rgb = Zeroizing::new(rgb);
        let sides = PICTURE_SIDE_PIXELS_MIN..=PICTURE_SIDE_PIXELS_MAX;
        let fits = sides.contains(&width) && sides.contains(&height) && rgb.len() == width * height * 3;
        if fits { Ok(Self { width, height, rgb }) } else { Err(PictureError::Size) }
    }

    /// From JPEG 2000, grey or in colour: the photo of a card.
    pub fn from_jpeg2000(bytes: &[u8]) -> Result<Self, PictureError> {
        if bytes.len() > PICTURE_BYTES_MAX {
            return Err(PictureError::Size);
        }
        let image = Image::new(bytes, &DecodeSettings::default()).map_err(|_| PictureError::Format)?;
        let (width, height) = (image.width() as usize, image.height() as usize);
        // Before anything is decoded: a small file may claim to be a huge picture.
        let sides = PICTURE_SIDE_PIXELS_MIN..=PICTURE_SIDE_PIXELS_MAX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(PictureError::Size);
        }
        let (is_grey, alpha) = (matches!(image.color_space(), ColorSpace::Gray), usize::from(image.has_alpha()));
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(|_| PictureError::Format)?;
        let data = Zeroizing::new(decoded.data_u8());
        let channels = if is_grey { 1 } else { 3 } + alpha;
        if data.len() != width * height * channels {
            return Err(PictureError::Format);
        }
        let rgb = data
            .chunks_exact(channels)
            .flat_map(|pixel| if is_grey { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] })
            .collect();
        Self::from_rgb(width, height, rgb)
    }

    /// In pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    fn pixel(&self, x: usize, y: usize) -> [f32; 3] {
        let at = (y * self.width + x) * 3;
        [f32::from(self.rgb[at]), f32::from(self.rgb[at + 1]), f32::from(self.rgb[at + 2])]
    }

    /// The colour at a point between pixels; black outside.
    fn sample(&self, point: Point) -> [f32; 3] {
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        if !(point.x >= 0.0 && point.y >= 0.0 && point.x <= right && point.y <= bottom) {
            return [0.0; 3];
        }
        let (left, top) = (point.x.floor(), point.y.floor());
        let (along, down) = (point.x - left, point.y - top);
        // In bounds, as was just seen.
        let (x, y) = (left as usize, top as usize);
        let (next_x, next_y) = ((x + 1).min(self.width - 1), (y + 1).min(self.height - 1));
        let mix = |one: [f32; 3], other: [f32; 3], share: f32| {
            [0, 1, 2].map(|channel| one[channel] * (1.0 - share) + other[channel] * share)
        };
        let above = mix(self.pixel(x, y), self.pixel(next_x, y), along);
        let below = mix(self.pixel(x, next_y), self.pixel(next_x, next_y), along);
        mix(above, below, down)
    }

    /// The picture as seen after `by`, as planes of red, green and blue with values from 0 to 255.
    pub(super) fn planes(&self, by: &Similarity, width: usize, height: usize) -> Zeroizing<Vec<f32>> {
        let mut planes = Zeroizing::new(vec![0.0; 3 * width * height]);
        let Some(back) = by.inverse() else { return planes };
        for y in 0..height {
            for x in 0..width {
                let colour = self.sample(back.of(Point { x: x as f32, y: y as f32 }));
                for (channel, value) in colour.into_iter().enumerate() {
                    planes[channel * width * height + y * width + x] = value;
                }
            }
        }
        planes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: Point, other: Point) -> bool {
        (one.x - other.x).abs() < 1e-3 && (one.y - other.y).abs() < 1e-3
    }

    #[test]
    fn points_that_were_turned_scaled_and_moved_are_found_again() {
        let from = [(0.0, 0.0), (10.0, 0.0), (4.0, 7.0)].map(|(x, y)| Point { x, y });
        let by = Similarity { a: 1.5, b: -0.7, dx: 20.0, dy: -3.0 };
        let found = Similarity::between(&from, &from.map(|point| by.of(point))).unwrap();
        for point in from {
            assert!(near(found.of(point), by.of(point)));
            assert!(near(found.inverse().unwrap().of(by.of(point)), point));
        }
        assert!(Similarity::between(&[from[0]; 3], &from).is_none());
    }

    #[expect(clippy::float_cmp, reason = "halves and sums of small whole numbers are exact")]
    #[test]
    fn what_lies_outside_is_black_and_what_lies_between_is_mixed() {
        let mut rgb = vec![0; 32 * 32 * 3];
        rgb[..3].copy_from_slice(&[100, 200, 40]);
        let picture = Picture::from_rgb(32, 32, rgb).unwrap();
        assert_eq!(picture.sample(Point { x: 0.0, y: 0.0 }), [100.0, 200.0, 40.0]);
        assert_eq!(picture.sample(Point { x: 0.5, y: 0.0 }), [50.0, 100.0, 20.0]);
        for outside in [Point { x: -0.1, y: 0.0 }, Point { x: 0.0, y: 31.5 }, Point { x: f32::NAN, y: 0.0 }] {
            assert_eq!(picture.sample(outside), [0.0; 3]);
        }
        assert_eq!(format!("{picture:?}"), "Picture(32×32)");
    }

    #[test]
    fn bytes_that_are_no_picture_are_refused() {
        assert_eq!(Picture::from_rgb(32, 32, vec![0; 5]).unwrap_err(), PictureError::Size);
        assert_eq!(Picture::from_rgb(1, 1, vec![0; 3]).unwrap_err(), PictureError::Size);
        for bytes in [&b""[..], b"JPEG", &[0xFF; 400]] {
            assert_eq!(Picture::from_jpeg2000(bytes).unwrap_err(), PictureError::Format);
        }
        assert_eq!(Picture::from_jpeg2000(&vec![0; PICTURE_BYTES_MAX + 1]).unwrap_err(), PictureError::Size);
    }
}
