//! The bytes of a PDF file, version 1.7.
//!
//! Two fonts, named and not embedded: Helvetica for Latin letters and figures, which every reader of PDF has, and
//! `HeiseiKakuGo-W5` of the collection Adobe-Japan1 with the predefined CMap `UniJIS-UCS2-HW-H` for everything else. Every
//! reader knows both and puts a Japanese font of its machine in the place of the second; its characters are all as wide as
//! high, whichever font that is. A table of code points lies beside it, so that text is found and copied as it was written.

use std::fmt::Write as _;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::characters::is_latin;
use super::layout::{Item, PAGE, Page};

const JAPANESE: Name<'static> = Name(b"F1");
const LATIN: Name<'static> = Name(b"F2");
const BASE_FONT: Name<'static> = Name(b"HeiseiKakuGo-W5");
const CMAP: Name<'static> = Name(b"UniJIS-UCS2-HW-H");
const COLLECTION: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Japan1"), supplement: 4 };
/// The half-width glyphs of the collection, and their width in thousandths.
const HALF_WIDTH_CIDS: (u16, u16, f32) = (231, 632, 500.0);

/// References of what exists once; pages follow in pairs of page and content.
const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const INFO: i32 = 3;
const TYPE0: i32 = 4;
const CID_FONT: i32 = 5;
const DESCRIPTOR: i32 = 6;
const TYPE1: i32 = 7;
const TO_UNICODE: i32 = 8;
const FIRST_PAGE: i32 = 9;

/// Writes pages into a file.
pub(super) fn write(title: &str, pages: &[Page]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut catalog = pdf.catalog(Ref::new(CATALOG));
    catalog.pages(Ref::new(PAGES)).lang(TextStr("ja-JP"));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    pdf.document_info(Ref::new(INFO)).title(TextStr(title)).producer(TextStr("Tashika"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(Ref::new(PAGES)).kids((0..count).map(page_ref)).count(count);
    for (at, page) in (0..count).zip(pages) {
        let mut written = pdf.page(page_ref(at));
        written.parent(Ref::new(PAGES)).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(content_ref(at));
        written.resources().fonts().pair(JAPANESE, Ref::new(TYPE0)).pair(LATIN, Ref::new(TYPE1));
        written.finish();
        pdf.stream(content_ref(at), &content(page));
    }
    fonts(&mut pdf);
    pdf.finish()
}

const fn page_ref(at: i32) -> Ref {
    Ref::new(FIRST_PAGE + 2 * at)
}

const fn content_ref(at: i32) -> Ref {
    Ref::new(FIRST_PAGE + 2 * at + 1)
}

fn fonts(pdf: &mut Pdf) {
    pdf.type1_font(Ref::new(TYPE1)).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.stream(Ref::new(TO_UNICODE), to_unicode().as_bytes());
    pdf.type0_font(Ref::new(TYPE0))
        .base_font(Name(b"HeiseiKakuGo-W5-UniJIS-UCS2-HW-H"))
        .encoding_predefined(CMAP)
        .descendant_font(Ref::new(CID_FONT))
        .to_unicode(Ref::new(TO_UNICODE));
    let mut cid = pdf.cid_font(Ref::new(CID_FONT));
    cid.subtype(CidFontType::Type0)
        .base_font(BASE_FONT)
        .system_info(COLLECTION)
        .font_descriptor(Ref::new(DESCRIPTOR))
        .default_width(1000.0);
    let (first, last, width) = HALF_WIDTH_CIDS;
    cid.widths().same(first, last, width);
    cid.finish();
    pdf.font_descriptor(Ref::new(DESCRIPTOR))
        .name(BASE_FONT)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-92.0, -250.0, 1010.0, 922.0))
        .italic_angle(0.0)
        .ascent(752.0)
        .descent(-221.0)
        .cap_height(737.0)
        .stem_v(114.0);
}

fn content(page: &Page) -> Vec<u8> {
    let mut content = Content::new();
    // What is filled lies behind what is written on it.
    for item in &page.items {
        if let Item::Fill { x, y, width, height, gray } = item {
            content.set_fill_gray(*gray).rect(*x, *y, *width, *height).fill_nonzero();
        }
    }
    content.set_fill_gray(0.0);
    for item in &page.items {
        match item {
            Item::Fill { .. } => {}
            Item::Rule { x, y, to_x, to_y, width } => {
                content.set_line_width(*width).move_to(*x, *y).line_to(*to_x, *to_y).stroke();
            }
            Item::Text { x, y, size, text } => {
                content.begin_text().next_line(*x, *y);
                for run in runs(text) {
                    if run.starts_with(is_latin) {
                        content.set_font(LATIN, *size).show(Str(run.as_bytes()));
                    } else {
                        content.set_font(JAPANESE, *size).show(Str(&ucs2(run)));
                    }
                }
                content.end_text();
            }
        }
    }
    content.finish().into_vec()
}

/// Stretches of one font.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let latin = is_latin(rest.chars().next()?);
        let end = rest.find(|c| is_latin(c) != latin).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

/// A CMap that says of every code of UCS-2 that it is itself. A range must not leave its first byte, and a block holds a
/// hundred of them.
fn to_unicode() -> String {
    let mut cmap = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
        /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
        /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
        1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        .to_owned();
    let first_bytes: Vec<u8> = (0..=u8::MAX).collect();
    for block in first_bytes.chunks(100) {
        let _ = writeln!(cmap, "{} beginbfrange", block.len());
        for byte in block {
            let _ = writeln!(cmap, "<{byte:02X}00> <{byte:02X}FF> <{byte:02X}00>");
        }
        cmap.push_str("endbfrange\n");
    }
    cmap.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    cmap
}

/// Big-endian UCS-2. Nothing else comes this far ([`super::characters`]).
fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}
