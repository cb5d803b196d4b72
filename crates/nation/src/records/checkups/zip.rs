//! ZIP archives whose entries are stored as they are.
//!
//! Not compressed: compressors choose other bytes on other processors, and the same seed must give the same archive
//! everywhere (`docs/decisions/0027-stored-archives.md`).

use std::io::{self, Write};

const LOCAL: u32 = 0x0403_4B50;
const CENTRAL: u32 = 0x0201_4B50;
const END: u32 = 0x0605_4B50;
/// Needs version 2.0: folders.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1 January 1980, midnight: an archive has no time of its own.
const DAY: u16 = 1 << 5 | 1;

struct Entry {
    name: String,
    crc: u32,
    size: u32,
    offset: u32,
}

/// An archive that is being written, entry by entry.
pub(super) struct Archive<W: Write> {
    out: W,
    offset: u32,
    entries: Vec<Entry>,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(out: W) -> Archive<W> {
        Archive { out, offset: 0, entries: Vec::new() }
    }

    /// Adds a file. Fails if the archive would need the 64-bit form.
    pub(super) fn add(&mut self, name: String, contents: &[u8]) -> io::Result<()> {
        let too_large = || io::Error::other("an archive of more than 4 GB");
        let size = u32::try_from(contents.len()).map_err(|_| too_large())?;
        let entry = Entry { crc: crc32(contents), size, offset: self.offset, name };
        let mut head = Vec::new();
        head.extend(LOCAL.to_le_bytes());
        common(&entry, &mut head);
        head.extend(0_u16.to_le_bytes());
        head.extend(entry.name.as_bytes());
        self.out.write_all(&head)?;
        self.out.write_all(contents)?;
        let length = u32::try_from(head.len()).map_err(|_| too_large())?;
        let end = self.offset.checked_add(length).and_then(|offset| offset.checked_add(size));
        self.offset = end.ok_or_else(too_large)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes the central directory.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        for entry in &self.entries {
            bytes.extend(CENTRAL.to_le_bytes());
            bytes.extend(VERSION.to_le_bytes());
            common(entry, &mut bytes);
            // No extra field, no comment, disk 0, no attributes.
            bytes.extend([0; 12]);
            bytes.extend(entry.offset.to_le_bytes());
            bytes.extend(entry.name.as_bytes());
        }
        let count = (self.entries.len() as u16).to_le_bytes();
        let length = (bytes.len() as u32).to_le_bytes();
        bytes.extend(END.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(count.into_iter().chain(count).chain(length));
        bytes.extend(self.offset.to_le_bytes());
        bytes.extend([0; 2]);
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

/// What the two headers of an entry share, up to the length of its name.
fn common(entry: &Entry, out: &mut Vec<u8>) {
    let stored = 0_u16;
    for part in [VERSION, UTF8, stored, 0, DAY] {
        out.extend(part.to_le_bytes());
    }
    for part in [entry.crc, entry.size, entry.size] {
        out.extend(part.to_le_bytes());
    }
    out.extend((entry.name.len() as u16).to_le_bytes());
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| CRC_TABLE[((crc ^ u32::from(*byte)) & 0xFF) as usize] ^ crc >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32_is_known() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
