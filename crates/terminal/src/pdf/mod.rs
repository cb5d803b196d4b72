//! Documents on paper: a record as a PDF file, for the folders (YZK and TKK in form 1) and for the desk.
//!
//! * [`record`] — what is told: an answer of the center becomes headings, notes and tables
//! * [`layout`] — where it stands: lines, pages, table heads that come again
//! * [`characters`] — with which characters, and what is said of those that a reader's font may lack
//! * [`file`] — the bytes
//!
//! The same answer gives the same bytes: there is no clock in here, and the file carries no date of its making. No font is
//! embedded; the file names one of the Japanese fonts that every reader of PDF knows how to replace
//! ([0030](../../../docs/decisions/0030-records-on-paper.md)). A part that may not be seen says so in its place.

mod characters;
mod file;
mod layout;
pub(crate) mod record;

/// What a document is made of, in order.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Title of the file, and of every page.
    pub(crate) title: String,
    /// Whose it is: at the head of every page.
    pub(crate) person: String,
    /// Who looked, when, and the number of the proof: at the foot of every page.
    pub(crate) foot: String,
    /// What is told.
    pub(crate) blocks: Vec<Block>,
}

/// One thing that is told.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// A heading of a part.
    Heading(String),
    /// A line or more of plain text.
    Text(String),
    /// Text that must not be passed over: it stands in a frame.
    Notice(String),
    /// A table.
    Table(Table),
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Title and share of the width; shares count against each other.
    pub(crate) columns: Vec<(String, f32)>,
    /// Cells, as many as there are columns.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Document {
    /// The file.
    pub(crate) fn to_pdf(&self) -> Vec<u8> {
        let mut notes = characters::Notes::default();
        let pages = layout::lay_out(self, &mut notes);
        file::write(&self.title, &pages)
    }
}
