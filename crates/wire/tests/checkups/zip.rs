//! Writes ZIP archives as the specification says, and, where a test asks for it, as it does not.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// One file to be written, with everything that its headers claim.
#[derive(Clone)]
pub struct File {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    pub crc: u32,
    pub unpacked: u32,
    pub mode: u32,
    /// Where the directory says that it begins, if not there.
    pub at: Option<u32>,
}

/// A deflated file.
pub fn deflated(name: &str, text: &[u8]) -> File {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory");
    file(name, text, encoder.finish().expect("memory"), 8)
}

/// A stored file.
pub fn stored(name: &str, text: &[u8]) -> File {
    file(name, text, text.to_vec(), 0)
}

fn file(name: &str, text: &[u8], data: Vec<u8>, method: u16) -> File {
    let mut crc = Crc::new();
    crc.update(text);
    let unpacked = u32::try_from(text.len()).expect("small");
    File { name: name.into(), data, method, flags: 1 << 11, crc: crc.sum(), unpacked, mode: 0o100_644, at: None }
}

fn put(into: &mut Vec<u8>, number: usize, bytes: usize) {
    into.extend_from_slice(&number.to_le_bytes()[..bytes]);
}

/// The archive of these files; `wide` writes the end records of ZIP64.
pub fn archive(files: &[File], wide: bool) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let at = file.at.map_or(out.len(), |at| at as usize);
        let common = |into: &mut Vec<u8>| {
            put(into, 20, 2);
            put(into, file.flags.into(), 2);
            put(into, file.method.into(), 2);
            put(into, 0, 4);
            put(into, file.crc as usize, 4);
            put(into, file.data.len(), 4);
            put(into, file.unpacked as usize, 4);
            put(into, file.name.len(), 2);
            put(into, 0, 2);
        };
        put(&mut out, 0x0403_4b50, 4);
        common(&mut out);
        out.extend_from_slice(&file.name);
        out.extend_from_slice(&file.data);
        put(&mut directory, 0x0201_4b50, 4);
        put(&mut directory, 0x0314, 2);
        common(&mut directory);
        put(&mut directory, 0, 2 + 2 + 2);
        put(&mut directory, (file.mode << 16) as usize, 4);
        put(&mut directory, at, 4);
        directory.extend_from_slice(&file.name);
    }
    let at = out.len();
    out.extend_from_slice(&directory);
    end(&mut out, at, directory.len(), files.len(), wide);
    out
}

fn end(out: &mut Vec<u8>, at: usize, bytes: usize, count: usize, wide: bool) {
    if wide {
        let record_at = out.len();
        put(out, 0x0606_4b50, 4);
        put(out, 44, 8);
        put(out, 0x002D_002D, 4);
        put(out, 0, 8);
        for number in [count, count, bytes, at] {
            put(out, number, 8);
        }
        put(out, 0x0706_4b50, 4);
        put(out, 0, 4);
        put(out, record_at, 8);
        put(out, 1, 4);
    }
    let capped = |number: usize, most: usize| if wide { most } else { number };
    put(out, 0x0605_4b50, 4);
    put(out, 0, 4);
    put(out, capped(count, 0xFFFF), 2);
    put(out, capped(count, 0xFFFF), 2);
    put(out, capped(bytes, 0xFFFF_FFFF), 4);
    put(out, capped(at, 0xFFFF_FFFF), 4);
    put(out, 0, 2);
}
