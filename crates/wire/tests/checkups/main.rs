//! Checkups, from outside: that what a report says is read as it stands, that one bad person or item costs nobody else
//! anything, and that files made to hurt are refused by name. Reports and archives are written here, by code that shares
//! nothing with the reader.

mod archives;
mod hostile;
mod person;
mod reports;
mod zip;

use std::io::Cursor;

use wire::checkups::{CheckupFault, CheckupFile, CheckupReader, CheckupReport};

/// Reads all of a file.
fn read(bytes: Vec<u8>) -> Result<(Vec<CheckupFile>, CheckupReport), Box<CheckupFault>> {
    let mut reader = CheckupReader::open(Cursor::new(bytes), "試験.zip")?;
    let mut files = Vec::new();
    while let Some(file) = reader.next_file() {
        files.push(file);
    }
    Ok((files, reader.finish()))
}

/// Reads one report that is a file of its own.
fn read_one(text: &str) -> CheckupFile {
    let (mut files, _) = read(text.as_bytes().to_vec()).expect("a report");
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// Code and path of every fault.
fn codes(file: &CheckupFile) -> Vec<(&str, &str)> {
    file.faults.iter().map(|fault| (fault.code, fault.path.as_str())).collect()
}
