//! The file of an export: CSV, streamed from the numbers that are kept, with the digest that the access log holds.

use std::io::Write;

use aws_lc_rs::digest::{Context, SHA256};
use domain::record::Month;
use domain::secondary_use::AgeClass;

use crate::limits;
use crate::store::secondary_use::ExportCell;
use crate::store::{Store, StoreError};

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Rows of numbers.
    pub rows: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of all bytes.
    pub digest: [u8; 32],
}

/// Why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

const HEAD: &str = "Month,PrefectureCode,AgeClass,Sex,Atc,Name,Persons\n";

/// Writes the kept numbers of these months: UTF-8, a header, RFC 4180 quoting, line feeds. What was withheld has no row.
///
/// # Errors
/// See [`WriteError`].
pub async fn write_table(
    store: &Store,
    months: impl Iterator<Item = Month>,
    out: &mut impl Write,
) -> Result<Written, WriteError> {
    let mut context = Context::new(&SHA256);
    let mut written = Written { rows: 0, bytes: 0, digest: [0; 32] };
    let mut put = |text: &str| {
        context.update(text.as_bytes());
        written.bytes += text.len() as u64;
        out.write_all(text.as_bytes())
    };
    put(HEAD)?;
    let mut rows = 0;
    for month in months {
        let mut after: Option<ExportCell> = None;
        loop {
            let most = limits::EXPORT_CELLS_PER_PAGE;
            let cells = async |mut tx: crate::store::Tx| tx.export_cells(month, after.as_ref(), most).await;
            let cells = store.read("export_cells", cells).await?;
            rows += cells.len() as u64;
            for cell in &cells {
                put(&line(month, cell))?;
            }
            let is_last = cells.len() < most as usize;
            after = cells.into_iter().next_back();
            if is_last {
                break;
            }
        }
    }
    written.rows = rows;
    written.digest.copy_from_slice(context.finish().as_ref());
    Ok(written)
}

fn line(month: Month, cell: &ExportCell) -> String {
    let prefecture = if cell.prefecture == 0 { String::new() } else { format!("{:02}", cell.prefecture) };
    let age = AgeClass::new(cell.age_class).map(|class| class.to_string()).unwrap_or_default();
    let name = quoted(&cell.drug_name);
    format!("{month},{prefecture},{age},{},{},{name},{}\n", cell.sex, cell.atc, cell.persons)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    //! Proves how a row is written.
    use super::*;

    #[test]
    fn a_row_names_its_cell_and_quotes_what_needs_it() {
        let cell = ExportCell {
            prefecture: 1,
            age_class: 90,
            sex: "2".to_owned(),
            atc: "C08CA01".to_owned(),
            drug_name: "一, \"二\"".to_owned(),
            persons: 12,
        };
        let month = Month::parse("202602").unwrap();
        assert_eq!(line(month, &cell), "202602,01,90+,2,C08CA01,\"一, \"\"二\"\"\",12\n");
        let country = ExportCell { prefecture: 0, age_class: 0, drug_name: String::new(), ..cell };
        assert_eq!(line(month, &country), "202602,,0-9,2,C08CA01,,12\n");
    }
}
