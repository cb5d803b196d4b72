//! A code in a photo (JPEG or PNG) or a frame of the camera. It is looked at in memory, in grey, and written nowhere.
//!
//! Photos are larger than their codes need, and noise hides small modules: a photo is looked at in the ways of [`LOOKS`], one
//! after another, until one shows a code.

use std::ops::Range;

use kit::text::Text;
use rqrr::PreparedImage;
use trust::personal_certificate::PREFIX;
use zeroize::Zeroizing;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_png::PngDecoder;

use crate::limits::{PHOTO_BYTES_MAX, PHOTO_PIXELS_MAX};

/// The longer side in pixels at which a photo is looked at, and whether it is smoothed before. A code has at most 81 modules and
/// a margin: at 900 it still has several pixels a module where it fills a third of the photo.
const LOOKS: [(usize, bool); 5] = [(1_600, false), (900, false), (1_600, true), (450, false), (3_200, false)];

/// Why a photo gives no code. Never about the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhotoError {
    /// More bytes or pixels than are looked at.
    TooLarge,
    /// Neither JPEG nor PNG, or damaged.
    NoPicture,
    /// No code in it.
    NoCode,
    /// A code that cannot be read: blurred, cut off, too small.
    Blurred,
    /// Codes, and none of them of a certificate.
    OtherCode,
    /// Certificates of two people.
    Several,
}

impl PhotoError {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "photo-too-large",
            Self::NoPicture => "photo-not-readable",
            Self::NoCode => "photo-without-code",
            Self::Blurred => "photo-blurred",
            Self::OtherCode => "certificate-other-code",
            Self::Several => "photo-several-codes",
        }
    }

    pub(crate) const fn text(self) -> Text {
        match self {
            Self::TooLarge => Text::new(
                "写真が大きすぎます。コードの部分だけを撮り直してください。",
                "The photo is too large. Take one of the code alone.",
            ),
            Self::NoPicture => Text::new(
                "写真を開けません。JPEG か PNG の写真にしてください（HEIC は読めません）。",
                "The photo cannot be opened. Use JPEG or PNG (HEIC cannot be read).",
            ),
            Self::NoCode => Text::new(
                "写真に二次元コードが見つかりません。コード全体を大きく撮り直してください。",
                "No code was found in the photo. Take one with the whole code, large.",
            ),
            Self::Blurred => Text::new(
                "二次元コードがぼやけているか、欠けていて読み取れません。明るい所で撮り直してください。",
                "The code is blurred or cut off. Take another photo in good light.",
            ),
            Self::OtherCode => {
                Text::new("資格確認書の二次元コードではありません。", "This is not the code of a certificate.")
            }
            Self::Several => Text::new(
                "2枚以上の資格確認書が写っています。1枚ずつ読み取ってください。",
                "There is more than one certificate in the photo. Scan one at a time.",
            ),
        }
    }
}

/// The text of the one certificate in a photo.
pub(crate) fn read(bytes: &[u8]) -> Result<String, PhotoError> {
    let photo = Grey::decode(bytes)?;
    let mut seen = PhotoError::NoCode;
    let mut looked = Vec::with_capacity(LOOKS.len());
    for (side, is_smoothed) in LOOKS {
        let step = photo.width.max(photo.height).div_ceil(side);
        if looked.contains(&(step, is_smoothed)) {
            continue;
        }
        looked.push((step, is_smoothed));
        let smaller = photo.smaller(step);
        match if is_smoothed { smaller.smoothed() } else { smaller }.code() {
            Ok(text) => return Ok(text),
            Err(PhotoError::Several) => return Err(PhotoError::Several),
            Err(PhotoError::NoCode) => {}
            Err(why) => seen = why,
        }
    }
    Err(seen)
}

/// A picture in grey. It may show a name, so it is wiped.
struct Grey {
    width: usize,
    height: usize,
    pixels: Zeroizing<Vec<u8>>,
}

impl Grey {
    fn decode(bytes: &[u8]) -> Result<Self, PhotoError> {
        if bytes.len() > PHOTO_BYTES_MAX {
            return Err(PhotoError::TooLarge);
        }
        if bytes.starts_with(&[0xff, 0xd8]) {
            Self::jpeg(bytes)
        } else if bytes.starts_with(b"\x89PNG") {
            Self::png(bytes)
        } else {
            Err(PhotoError::NoPicture)
        }
    }

    fn jpeg(bytes: &[u8]) -> Result<Self, PhotoError> {
        let mut decoder =
            JpegDecoder::new_with_options(ZCursor::new(bytes), options().jpeg_set_out_colorspace(ColorSpace::Luma));
        // Before anything is decoded: a small file may claim to be a huge picture.
        decoder.decode_headers().map_err(|_| PhotoError::NoPicture)?;
        let (width, height) = decoder.dimensions().ok_or(PhotoError::NoPicture)?;
        fits(width, height)?;
        let pixels = Zeroizing::new(decoder.decode().map_err(|_| PhotoError::NoPicture)?);
        Self::of(width, height, 1, &pixels)
    }

    fn png(bytes: &[u8]) -> Result<Self, PhotoError> {
        let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options().png_set_strip_to_8bit(true));
        decoder.decode_headers().map_err(|_| PhotoError::NoPicture)?;
        let (width, height) = decoder.dimensions().ok_or(PhotoError::NoPicture)?;
        fits(width, height)?;
        let pixels = Zeroizing::new(decoder.decode_raw().map_err(|_| PhotoError::NoPicture)?);
        let channels = decoder.colorspace().ok_or(PhotoError::NoPicture)?.num_components();
        Self::of(width, height, channels, &pixels)
    }

    /// From pixels of so many channels; what is transparent is white.
    fn of(width: usize, height: usize, channels: usize, pixels: &[u8]) -> Result<Self, PhotoError> {
        if !(1..=4).contains(&channels) || pixels.len() != width * height * channels {
            return Err(PhotoError::NoPicture);
        }
        let grey = pixels.chunks_exact(channels).map(|pixel| match *pixel {
            [grey] => grey,
            [grey, alpha] => over_white(grey, alpha),
            [red, green, blue] => luma(red, green, blue),
            [red, green, blue, alpha] => over_white(luma(red, green, blue), alpha),
            _ => u8::MAX,
        });
        Ok(Self { width, height, pixels: Zeroizing::new(grey.collect()) })
    }

    /// Each pixel becomes the mean of itself and its neighbours.
    fn smoothed(&self) -> Self {
        let mut pixels = Zeroizing::new(Vec::with_capacity(self.pixels.len()));
        for y in 0..self.height {
            for x in 0..self.width {
                let columns = x.saturating_sub(1)..(x + 2).min(self.width);
                pixels.push(self.mean(y.saturating_sub(1)..(y + 2).min(self.height), columns));
            }
        }
        Self { width: self.width, height: self.height, pixels }
    }

    fn mean(&self, rows: Range<usize>, columns: Range<usize>) -> u8 {
        let count = (rows.len() * columns.len()).max(1);
        let row = |row: usize| &self.pixels[row * self.width + columns.start..row * self.width + columns.end];
        let sum: usize = rows.flat_map(|at| row(at).iter()).map(|pixel| usize::from(*pixel)).sum();
        u8::try_from(sum / count).unwrap_or(u8::MAX)
    }

    /// Squares of pixels become their mean.
    fn smaller(&self, step: usize) -> Self {
        let (width, height) = ((self.width / step).max(1), (self.height / step).max(1));
        let mut pixels = Zeroizing::new(Vec::with_capacity(width * height));
        for y in 0..height {
            for x in 0..width {
                let rows = y * step..((y + 1) * step).min(self.height);
                pixels.push(self.mean(rows, x * step..((x + 1) * step).min(self.width)));
            }
        }
        Self { width, height, pixels }
    }

    /// The one certificate in it.
    fn code(&self) -> Result<String, PhotoError> {
        let mut prepared =
            PreparedImage::prepare_from_greyscale(self.width, self.height, |x, y| self.pixels[y * self.width + x]);
        let grids = prepared.detect_grids();
        if grids.is_empty() {
            return Err(PhotoError::NoCode);
        }
        let mut texts: Vec<String> = grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
        if texts.is_empty() {
            return Err(PhotoError::Blurred);
        }
        texts.retain(|text| text.starts_with(PREFIX));
        texts.sort_unstable();
        texts.dedup();
        match texts.len() {
            0 => Err(PhotoError::OtherCode),
            1 => texts.pop().ok_or(PhotoError::NoCode),
            _ => Err(PhotoError::Several),
        }
    }
}

/// How many pixels there may be is our own limit, looked at between the headers and the rest.
fn options() -> DecoderOptions {
    DecoderOptions::default().set_max_width(usize::MAX).set_max_height(usize::MAX)
}

fn fits(width: usize, height: usize) -> Result<(), PhotoError> {
    let fits = width > 0 && height > 0 && width.saturating_mul(height) <= PHOTO_PIXELS_MAX;
    if fits { Ok(()) } else { Err(PhotoError::TooLarge) }
}

/// ITU-R BT.601, in 256ths.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    u8::try_from(sum / 256).unwrap_or(u8::MAX)
}

fn over_white(grey: u8, alpha: u8) -> u8 {
    let mixed = u32::from(grey) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from(mixed / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    //! Photos are drawn here: a code of a certificate's size, scaled, blurred, with noise, as PNG.
    use qrcode::{Color, EcLevel, QrCode};
    use zune_core::bit_depth::BitDepth;
    use zune_core::options::EncoderOptions;
    use zune_png::PngEncoder;

    use super::*;

    /// As long as a certificate is.
    fn text(of: char) -> String {
        let mut text = PREFIX.to_owned();
        text.extend(std::iter::repeat_n(of, 450));
        text
    }

    /// A white photo.
    fn paper(width: usize, height: usize) -> Grey {
        Grey { width, height, pixels: Zeroizing::new(vec![235; width * height]) }
    }

    fn draw(on: &mut Grey, text: &str, left: usize, top: usize, module: usize) {
        let code = QrCode::with_error_correction_level(text, EcLevel::Q).unwrap();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = (left + at % code.width() * module, top + at / code.width() * module);
            for row in y..y + module {
                on.pixels[row * on.width + x..row * on.width + x + module].fill(if color == Color::Dark {
                    40
                } else {
                    235
                });
            }
        }
    }

    /// Each pixel the mean of its neighbours, and a little off.
    fn blurred(photo: &Grey, noise: u8) -> Grey {
        let mut out = paper(photo.width, photo.height);
        let mut chance = 1_u32;
        for y in 1..photo.height - 1 {
            for x in 1..photo.width - 1 {
                let sum: u32 = (y - 1..=y + 1)
                    .flat_map(|row| &photo.pixels[row * photo.width + x - 1..=row * photo.width + x + 1])
                    .map(|pixel| u32::from(*pixel))
                    .sum();
                chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let off = u8::try_from(chance >> 24).unwrap() % noise.max(1);
                out.pixels[y * photo.width + x] = u8::try_from(sum / 9).unwrap().saturating_sub(off);
            }
        }
        out
    }

    fn png(photo: &Grey) -> Vec<u8> {
        let options = EncoderOptions::new(photo.width, photo.height, ColorSpace::Luma, BitDepth::Eight);
        let mut out = Vec::new();
        PngEncoder::new(&photo.pixels, options).encode(&mut out).unwrap();
        out
    }

    #[test]
    fn a_code_is_read_from_a_sharp_a_blurred_and_a_large_photo() {
        let text = text('7');
        for (side, module) in [(400, 4), (700, 6), (2_400, 20), (4_000, 12)] {
            let mut photo = paper(side, side * 3 / 4 + 100);
            draw(&mut photo, &text, side / 20 + 8, 30, module);
            assert_eq!(read(&png(&photo)).as_deref(), Ok(text.as_str()), "{side}");
            assert_eq!(read(&png(&blurred(&photo, 30))).as_deref(), Ok(text.as_str()), "{side}, blurred");
        }
    }

    #[test]
    fn fault_a_photo_that_gives_no_code_says_why() {
        assert_eq!(read(&png(&paper(600, 400))), Err(PhotoError::NoCode));
        let mut two = paper(1_000, 500);
        draw(&mut two, &text('7'), 20, 20, 5);
        draw(&mut two, &text('8'), 520, 20, 5);
        assert_eq!(read(&png(&two)), Err(PhotoError::Several));
        let mut shop = paper(400, 400);
        draw(&mut shop, "https://example.jp/", 40, 40, 8);
        assert_eq!(read(&png(&shop)), Err(PhotoError::OtherCode));
        let mut torn = paper(500, 500);
        draw(&mut torn, &text('7'), 20, 20, 5);
        for row in 150..280 {
            torn.pixels[row * 500 + 60..row * 500 + 380].fill(235);
        }
        assert_eq!(read(&png(&torn)), Err(PhotoError::Blurred));
        // Twice the same certificate is one certificate, with the code of a shop beside it too.
        let mut same = paper(1_000, 1_000);
        draw(&mut same, &text('7'), 20, 20, 5);
        draw(&mut same, &text('7'), 520, 20, 5);
        draw(&mut same, "https://example.jp/", 20, 620, 8);
        assert_eq!(read(&png(&same)), Ok(text('7')));
    }

    #[test]
    fn fault_what_is_no_picture_or_claims_to_be_huge_is_refused_before_it_is_unpacked() {
        let small = png(&paper(64, 64));
        for bytes in [&b""[..], b"GIF89a", &[0xff, 0xd8, 0xff], b"\x89PNG\r\n", &small[..small.len() / 2]] {
            assert!(matches!(read(bytes), Err(PhotoError::NoPicture | PhotoError::NoCode)), "{} bytes", bytes.len());
        }
        assert_eq!(read(&vec![0xff; PHOTO_BYTES_MAX + 1]), Err(PhotoError::TooLarge));
        // The size stands in bytes 16 to 24 of a PNG; its check sum is not looked at before the size.
        let mut huge = small;
        huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let why = read(&huge);
        assert!(matches!(why, Err(PhotoError::TooLarge | PhotoError::NoPicture)), "{why:?}");
    }

    #[test]
    fn no_words_about_a_photo_are_words_about_a_patient() {
        use PhotoError::{Blurred, NoCode, NoPicture, OtherCode, Several, TooLarge};
        for why in [TooLarge, NoPicture, NoCode, Blurred, OtherCode, Several] {
            let text = why.text();
            assert!(!text.ja.contains("無効") && !text.en.contains("invalid") && !why.code().is_empty());
        }
    }
}
