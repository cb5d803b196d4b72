//! The content of a request: out of the folder in pieces, out of the store in pieces, or as a whole where it is small.

use std::io::{self, Read};

use tokio::io::AsyncReadExt;
use tokio::runtime::Handle;
use uuid::Uuid;
use wire::oqs::{ApiId, OqsErrorCode, OutputEncoding};
use zeroize::Zeroizing;

use super::folder::Candidate;
use crate::limits;
use crate::store::{Store, StoreError};

/// A file of the request folder, piece by piece.
pub(super) enum FileParts {
    /// Read as a whole; none when there is nothing or nothing left.
    Small(Option<Zeroizing<Vec<u8>>>),
    /// Read as it goes into the store.
    Large(tokio::io::Take<tokio::fs::File>),
}

impl FileParts {
    pub(super) async fn open(candidate: &Candidate) -> io::Result<Self> {
        if candidate.is_too_large() {
            return Ok(Self::Small(None));
        }
        let file = tokio::fs::File::open(&candidate.path).await?;
        // Never more than was seen: what a program appends now belongs to no request.
        let mut file = file.take(candidate.bytes);
        if candidate.bytes > limits::BRIDGE_PART_BYTES as u64 {
            return Ok(Self::Large(file));
        }
        let mut content = Zeroizing::new(Vec::with_capacity(limits::BRIDGE_PART_BYTES));
        file.read_to_end(&mut content).await?;
        Ok(Self::Small(Some(content).filter(|content| !content.is_empty())))
    }

    pub(super) async fn next(&mut self) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        match self {
            Self::Small(content) => Ok(content.take()),
            Self::Large(file) => {
                let mut part = Zeroizing::new(vec![0; limits::BRIDGE_PART_BYTES]);
                let mut filled = 0;
                while filled < part.len() {
                    match file.read(&mut part[filled..]).await? {
                        0 => break,
                        read => filled += read,
                    }
                }
                part.truncate(filled);
                Ok(Some(part).filter(|part| !part.is_empty()))
            }
        }
    }
}

/// The whole content of a request of one person.
pub(super) async fn whole(store: &Store, request_id: Uuid) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let mut content = Zeroizing::new(Vec::new());
    let mut part = 0;
    while let Some(piece) = store.request_part(request_id, part).await? {
        content.extend_from_slice(&piece);
        part += 1;
    }
    Ok(content)
}

/// Reads the content out of the store, one piece at a time, on a thread that may block.
pub(super) struct StoredContent {
    store: Store,
    runtime: Handle,
    request_id: Uuid,
    next_part: i64,
    piece: Zeroizing<Vec<u8>>,
    at: usize,
}

impl StoredContent {
    /// Must be made inside the runtime and used outside of its worker threads.
    pub(super) fn new(store: Store, request_id: Uuid) -> Self {
        Self { store, runtime: Handle::current(), request_id, next_part: 0, piece: Zeroizing::new(Vec::new()), at: 0 }
    }
}

impl Read for StoredContent {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            let next = self.runtime.block_on(self.store.request_part(self.request_id, self.next_part));
            match next.map_err(io::Error::other)? {
                Some(piece) => (self.piece, self.at) = (piece, 0),
                None => return Ok(0),
            }
            self.next_part += 1;
        }
        let count = out.len().min(self.piece.len() - self.at);
        out[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The `.err` file of a request that is larger than its kind may be.
pub(super) fn too_large(api: ApiId, encoding: OutputEncoding) -> Vec<u8> {
    let megabytes = api.request_max_bytes() / (1024 * 1024);
    wire::oqs::err_file(
        OqsErrorCode::TooLarge.as_str(),
        &format!("要求ファイルが大きすぎます（上限 {megabytes} MB）。"),
        &format!("the file is larger than {megabytes} MiB"),
        encoding,
    )
}
