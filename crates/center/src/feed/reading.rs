//! The reading thread: bytes in, chunks of ready rows out.

use std::io::{Read, Seek, SeekFrom};

use aws_lc_rs::digest::{Context, SHA256};
use tokio::sync::mpsc;
use wire::api::Refusal;
use wire::feed::{CsvEncoding, FeedReader, FeedRecord};

use super::chunk::Chunk;
use super::{ImportError, PersonKey, Source};
use crate::limits;
use crate::store::coverage::CoverageRow;

/// Bytes that are hashed at a time.
const DIGEST_BUFFER_BYTES: usize = 256 * 1024;

/// SHA-256 of the whole file; the file is given back at its beginning.
pub(super) fn digest<R: Read + Seek>(mut file: R) -> Result<([u8; 32], R), ImportError> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; DIGEST_BUFFER_BYTES];
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => context.update(&buffer[..read]),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Ok((digest, file))
}

/// What the reading thread needs.
pub(super) struct Reading {
    pub(super) next_line: u64,
    pub(super) source: Source,
    pub(super) person_key: PersonKey,
    pub(super) chunks: mpsc::Sender<Chunk>,
}

impl Reading {
    /// Reads to the end, or until nobody takes the chunks any more.
    pub(super) fn run<R: Read>(self, file: R, encoding: CsvEncoding) -> Result<(), ImportError> {
        let mut feed = FeedReader::new(file, encoding)?;
        let mut chunk = Chunk::default();
        let mut read = 0;
        while let Some(row) = feed.next_row()? {
            if feed.line() < self.next_line {
                continue;
            }
            read += 1;
            match row {
                Ok(record) => self.take(&mut chunk, &record, feed.line())?,
                Err(refusal) => chunk.refuse(refusal),
            }
            if read >= limits::FEED_CHUNK_ROWS {
                read = 0;
                if !self.hand_over(&mut chunk, feed.line() + 1) {
                    return Ok(());
                }
            }
        }
        if read > 0 {
            self.hand_over(&mut chunk, feed.line() + 1);
        }
        Ok(())
    }

    fn take(&self, chunk: &mut Chunk, record: &FeedRecord, line: u64) -> Result<(), ImportError> {
        let coverage = &record.coverage;
        if let Source::Insurer(own) = &self.source
            && *own != coverage.insurer_number
        {
            chunk.refuse(other_insurer(line));
            return Ok(());
        }
        let person = self.person_key.person_id(&record.personal_number);
        chunk.note_insurer(&coverage.insurer_number, &coverage.insurer_name);
        chunk.rows.push(CoverageRow::new(coverage, person)?);
        Ok(())
    }

    fn hand_over(&self, chunk: &mut Chunk, next_line: u64) -> bool {
        let mut full = std::mem::take(chunk);
        full.next_line = next_line;
        full.put_in_order();
        self.chunks.blocking_send(full).is_ok()
    }
}

fn other_insurer(line: u64) -> Refusal {
    Refusal {
        line,
        field: "InsurerNumber".to_owned(),
        code: "other_insurer".to_owned(),
        message: format!("{line}行目 保険者番号（InsurerNumber）: 証明書の保険者とちがう保険者の行は登録できません。"),
        message_en: format!("line {line}, InsurerNumber: the row belongs to another insurer than the certificate"),
    }
}
