//! From blocks to pages: A4, lines broken, rows that go over a page, the head of a table on each page that it reaches.

use super::characters::{Notes, lines, width};
use super::{Block, Document, Table};
use crate::limits::PDF_PAGES_MAX;

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 36.0;
/// Left and right end of what is printed.
const LEFT: f32 = MARGIN;
const RIGHT: f32 = PAGE.0 - MARGIN;
/// Where blocks begin and end, below the head and above the foot.
const TOP: f32 = PAGE.1 - 92.0;
const BOTTOM: f32 = 58.0;
const TEXT_SIZE: f32 = 8.5;
const LINE: f32 = 12.0;
const HEADING_SIZE: f32 = 11.5;
const CELL_GAP: f32 = 4.0;

/// What stands on a page, in points from its lower left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// Text on its base line.
    Text { x: f32, y: f32, size: f32, text: String },
    /// A straight line.
    Rule { x: f32, y: f32, to_x: f32, to_y: f32, width: f32 },
    /// A filled box, `gray` from 0 black to 1 white.
    Fill { x: f32, y: f32, width: f32, height: f32, gray: f32 },
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Page {
    pub(super) items: Vec<Item>,
}

/// Lays a document out.
pub(super) fn lay_out(document: &Document, notes: &mut Notes) -> Vec<Page> {
    let title = notes.printable(&document.title);
    let person = notes.printable(&document.person);
    let foot = notes.printable(&document.foot);
    let mut paper = Paper { pages: vec![Page::default()], y: TOP, cut: false };
    // Whose it is must not be mistaken, so what is said about a name stands first.
    if let Some(told) = notes.take_told() {
        paper.notice(&told);
    }
    for block in &document.blocks {
        paper.block(block, notes);
    }
    if paper.cut {
        paper.cut = false;
        paper.new_page();
        paper
            .notice("ページ数の上限を超えたため、ここまでを出力しました。全体は資格確認端末の画面で確認してください。");
    }
    if let Some(told) = notes.take_told() {
        paper.notice(&told);
    }
    let count = paper.pages.len();
    for (at, page) in paper.pages.iter_mut().enumerate() {
        head_and_foot(page, &title, &person, &foot, &format!("{} / {count} ページ", at + 1));
    }
    paper.pages
}

fn head_and_foot(page: &mut Page, title: &str, person: &str, foot: &str, number: &str) {
    let text = |x: f32, y: f32, size: f32, text: &str| Item::Text { x, y, size, text: text.to_owned() };
    let rule = |y: f32| Item::Rule { x: LEFT, y, to_x: RIGHT, to_y: y, width: 0.8 };
    page.items.push(text(LEFT, PAGE.1 - 50.0, 14.0, title));
    page.items.push(text(RIGHT - points(number, TEXT_SIZE), PAGE.1 - 50.0, TEXT_SIZE, number));
    for (at, line) in lines(person, room(RIGHT - LEFT, 10.0)).iter().take(1).enumerate() {
        page.items.push(text(LEFT, PAGE.1 - 70.0 - 12.0 * rows(at), 10.0, line));
    }
    page.items.push(rule(PAGE.1 - 78.0));
    page.items.push(rule(48.0));
    for (at, line) in lines(foot, room(RIGHT - LEFT, 7.5)).iter().take(2).enumerate() {
        page.items.push(text(LEFT, 37.0 - 10.0 * rows(at), 7.5, line));
    }
}

/// Width of a text in points.
#[expect(clippy::cast_precision_loss, reason = "a line has some hundred characters at most")]
fn points(text: &str, size: f32) -> f32 {
    width(text) as f32 * size / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines on a page")]
const fn rows(count: usize) -> f32 {
    count as f32
}

/// How many thousandths of the height of the font fit into a width.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width on a page is small and positive")]
fn room(width: f32, size: f32) -> usize {
    (width * 1_000.0 / size) as usize
}

struct Paper {
    pages: Vec<Page>,
    /// The upper edge of what comes next.
    y: f32,
    /// There was more than fits into the most pages.
    cut: bool,
}

impl Paper {
    fn new_page(&mut self) {
        if self.pages.len() >= PDF_PAGES_MAX {
            self.cut = true;
            return;
        }
        self.pages.push(Page::default());
        self.y = TOP;
    }

    fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut().filter(|_| !self.cut) {
            page.items.push(item);
        }
    }

    fn has_room(&self, height: f32) -> bool {
        self.y - height >= BOTTOM
    }

    /// Whole lines that still fit.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a height on a page is small")]
    fn lines_left(&self) -> usize {
        ((self.y - BOTTOM) / LINE).max(0.0) as usize
    }

    fn block(&mut self, block: &Block, notes: &mut Notes) {
        if self.cut {
            return;
        }
        match block {
            Block::Heading(text) => self.heading(&notes.printable(text)),
            Block::Text(text) => self.text(&notes.printable(text)),
            Block::Notice(text) => self.notice(&notes.printable(text)),
            Block::Table(table) => self.table(table, notes),
        }
    }

    /// A heading stays with what follows it.
    fn heading(&mut self, text: &str) {
        if !self.has_room(24.0 + 4.0 * LINE) {
            self.new_page();
        }
        if self.y < TOP {
            self.y -= 10.0;
        }
        self.put(Item::Fill { x: LEFT, y: self.y - 15.0, width: 4.0, height: 14.0, gray: 0.25 });
        self.put(Item::Text { x: LEFT + 9.0, y: self.y - 12.0, size: HEADING_SIZE, text: text.to_owned() });
        self.y -= 21.0;
    }

    fn text(&mut self, text: &str) {
        for line in lines(text, room(RIGHT - LEFT, TEXT_SIZE)) {
            if !self.has_room(LINE) {
                self.new_page();
            }
            self.put(Item::Text { x: LEFT, y: self.y - 9.0, size: TEXT_SIZE, text: line });
            self.y -= LINE;
        }
        self.y -= 2.0;
    }

    fn notice(&mut self, text: &str) {
        let broken = lines(text, room(RIGHT - LEFT - 12.0 - TEXT_SIZE, TEXT_SIZE));
        let height = LINE * rows(broken.len()) + 6.0;
        if !self.has_room(height + 6.0) {
            self.new_page();
        }
        self.y -= 2.0;
        let (top, bottom) = (self.y, self.y - height);
        for (x, y, to_x, to_y) in [
            (LEFT, top, RIGHT, top),
            (LEFT, bottom, RIGHT, bottom),
            (LEFT, bottom, LEFT, top),
            (RIGHT, bottom, RIGHT, top),
        ] {
            self.put(Item::Rule { x, y, to_x, to_y, width: 0.8 });
        }
        for (at, line) in broken.into_iter().enumerate() {
            let y = top - 12.0 - LINE * rows(at);
            self.put(Item::Text { x: LEFT + 6.0, y, size: TEXT_SIZE, text: line });
        }
        self.y = bottom - 5.0;
    }

    fn table(&mut self, table: &Table, notes: &mut Notes) {
        let shares: f32 = table.columns.iter().map(|(_, share)| share).sum();
        let mut at = LEFT;
        let columns: Vec<(f32, f32)> = table
            .columns
            .iter()
            .map(|(_, share)| {
                let wide = (RIGHT - LEFT) * share / shares;
                at += wide;
                (at - wide, wide)
            })
            .collect();
        let broken = |cells: &[String], notes: &mut Notes| -> Vec<Vec<String>> {
            let cells = cells.iter().zip(&columns);
            cells
                .map(|(cell, (_, wide))| lines(&notes.printable(cell), room(wide - 1.25 * CELL_GAP, TEXT_SIZE)))
                .collect()
        };
        let titles: Vec<String> = table.columns.iter().map(|(title, _)| title.clone()).collect();
        let head = broken(&titles, notes);
        if !self.has_room(LINE * 4.0) {
            self.new_page();
        }
        self.table_head(&columns, &head);
        for row in &table.rows {
            let cells = broken(row, notes);
            self.row(&columns, &head, &cells);
            if self.cut {
                return;
            }
        }
        self.y -= 4.0;
    }

    fn table_head(&mut self, columns: &[(f32, f32)], head: &[Vec<String>]) {
        let height = LINE * rows(tallest(head)) + 3.0;
        self.put(Item::Fill { x: LEFT, y: self.y - height, width: RIGHT - LEFT, height, gray: 0.9 });
        self.cells(columns, head, 0, tallest(head));
        self.y -= 3.0;
    }

    /// One row. A row that is longer than what is left goes on after the turn of the page; a short one moves as a whole.
    fn row(&mut self, columns: &[(f32, f32)], head: &[Vec<String>], cells: &[Vec<String>]) {
        let height = tallest(cells);
        let mut done = 0;
        while done < height {
            let left = self.lines_left();
            let wanted = height - done;
            if wanted > left && (wanted <= WHOLE_ROW_LINES_MAX || left < WHOLE_ROW_LINES_MAX) {
                self.new_page();
                if self.cut {
                    return;
                }
                self.table_head(columns, head);
                if wanted <= self.lines_left() {
                    self.cells(columns, cells, done, wanted);
                    break;
                }
                continue;
            }
            let now = wanted.min(left);
            self.cells(columns, cells, done, now);
            done += now;
        }
        self.put(Item::Rule { x: LEFT, y: self.y - 1.5, to_x: RIGHT, to_y: self.y - 1.5, width: 0.3 });
        self.y -= 3.0;
    }

    /// Some lines of every cell, side by side.
    fn cells(&mut self, columns: &[(f32, f32)], cells: &[Vec<String>], first: usize, count: usize) {
        for ((x, _), cell) in columns.iter().zip(cells) {
            for (at, line) in cell.iter().skip(first).take(count).enumerate() {
                let y = self.y - 9.5 - LINE * rows(at);
                self.put(Item::Text { x: x + CELL_GAP / 2.0, y, size: TEXT_SIZE, text: line.clone() });
            }
        }
        self.y -= LINE * rows(count);
    }
}

/// A row of so few lines is not torn apart.
const WHOLE_ROW_LINES_MAX: usize = 6;

fn tallest(cells: &[Vec<String>]) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(1)
}
