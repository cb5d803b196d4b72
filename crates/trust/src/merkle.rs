//! The Merkle tree of RFC 9162 with SHA-256, as a center needs it while it answers: only its right edge.
//!
//! A [`Frontier`] holds the roots of the perfect subtrees that the leaves so far fall into, at most 37 hashes. Appending
//! a batch needs nothing else, and gives for every leaf of the batch its inclusion path to the new head
//! ([`BatchProofs`]). The hashes are computed level by level and shared by all paths: about two hashes per leaf, one
//! allocation per batch, none per leaf.
//!
//! Old leaves are never needed here. Proofs for them (to a later head) and proofs that one head extends another are made
//! from the stored leaves, behind the answer.

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::limits::{BATCH_LEAVES_MAX, LOG_LEAVES_MAX, PATH_HASHES_MAX};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Levels of the tree, from the leaves (0) to a head over [`LOG_LEAVES_MAX`] leaves.
const LEVELS: usize = PATH_HASHES_MAX + 1;
const LEAF: u8 = 0;
const NODE: u8 = 1;
/// Entries up to this length are hashed without touching the heap.
const SHORT_ENTRY_BYTES: usize = 511;

/// Why nothing was appended, read or proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// A batch without leaves has no head of its own to sign.
    #[error("a batch needs at least one leaf")]
    EmptyBatch,
    /// More than [`BATCH_LEAVES_MAX`] leaves at once.
    #[error("a batch has at most {BATCH_LEAVES_MAX} leaves")]
    BatchTooLarge,
    /// The log is full: its proof numbers are used up and the next log must be opened.
    #[error("the log is full: it holds at most {LOG_LEAVES_MAX} leaves")]
    Full,
    /// Stored bytes that are no frontier.
    #[error("the stored right edge of the log is damaged")]
    Damaged,
    /// The leaf index is not below the tree size.
    #[error("the leaf lies outside the tree")]
    Outside,
    /// The path has too few or too many hashes for this leaf and tree.
    #[error("the path has the wrong length")]
    PathLength,
}

/// SHA-256 over a leaf's entry: `H(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    if entry.len() <= SHORT_ENTRY_BYTES {
        let mut buffer = [LEAF; SHORT_ENTRY_BYTES + 1];
        buffer[1..=entry.len()].copy_from_slice(entry);
        return sha256(&buffer[..=entry.len()]);
    }
    let mut context = Context::new(&SHA256);
    context.update(&[LEAF]);
    context.update(entry);
    to_hash(context.finish().as_ref())
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut buffer = [NODE; 65];
    buffer[1..33].copy_from_slice(left);
    buffer[33..].copy_from_slice(right);
    sha256(&buffer)
}

pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    to_hash(digest(&SHA256, bytes).as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut out = [0; 32];
    out.copy_from_slice(bytes);
    out
}

/// The head of a tree: what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// Merkle Tree Hash over them.
    pub root: Hash,
}

/// The right edge of a log. Cheap to clone (about 1.2 KB): append to a clone, commit it with the batch, then put it in
/// the old one's place, so that a failed commit leaves nothing behind.
#[derive(Clone, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// At level l the root of a perfect subtree of 2^l leaves, if bit l of `size` is set; else zeros.
    peaks: [Hash; LEVELS],
}

impl Frontier {
    /// A tree without leaves. A log is not made of it: see [`Frontier::open`].
    pub const fn empty() -> Self {
        Self { size: 0, peaks: [[0; 32]; LEVELS] }
    }

    /// A new log, whose first leaf says which log it is ([`crate::log::opening_entry`]).
    ///
    /// The first leaf is there because a receipt must carry a path of at least one hash (RFC 9942 5.2), which the only
    /// leaf of a tree has not.
    pub fn open(opening_entry: &[u8]) -> Self {
        let mut frontier = Self::empty();
        frontier.size = 1;
        frontier.peaks[0] = leaf_hash(opening_entry);
        frontier
    }

    /// Number of leaves; the index of the next one.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The head of the tree; none when it is empty.
    pub fn head(&self) -> Option<TreeHead> {
        let mut root: Option<Hash> = None;
        for level in levels_of(self.size) {
            root = Some(root.map_or(self.peaks[level], |right| node_hash(&self.peaks[level], &right)));
        }
        root.map(|root| TreeHead { size: self.size, root })
    }

    /// For storing: the size (8 bytes, big-endian), then the peaks from the smallest subtree to the largest.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + 32 * LEVELS);
        out.extend_from_slice(&self.size.to_be_bytes());
        for level in levels_of(self.size) {
            out.extend_from_slice(&self.peaks[level]);
        }
        out
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`MerkleError::Damaged`] when the length does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MerkleError> {
        let (size, mut rest) = bytes.split_first_chunk::<8>().ok_or(MerkleError::Damaged)?;
        let mut frontier = Self { size: u64::from_be_bytes(*size), peaks: [[0; 32]; LEVELS] };
        if frontier.size > LOG_LEAVES_MAX {
            return Err(MerkleError::Damaged);
        }
        for level in levels_of(frontier.size) {
            let (peak, tail) = rest.split_first_chunk::<32>().ok_or(MerkleError::Damaged)?;
            frontier.peaks[level] = *peak;
            rest = tail;
        }
        if rest.is_empty() { Ok(frontier) } else { Err(MerkleError::Damaged) }
    }

    /// Appends leaf hashes in order and gives their inclusion paths to the new head. On error nothing is changed.
    ///
    /// # Errors
    /// No leaf, too many at once, or the log is full.
    pub fn append_batch(&mut self, leaves: &[Hash]) -> Result<BatchProofs, MerkleError> {
        if leaves.is_empty() {
            return Err(MerkleError::EmptyBatch);
        }
        if leaves.len() > BATCH_LEAVES_MAX {
            return Err(MerkleError::BatchTooLarge);
        }
        let first = self.size;
        let size = first + u64::try_from(leaves.len()).map_err(|_| MerkleError::BatchTooLarge)?;
        if size > LOG_LEAVES_MAX {
            return Err(MerkleError::Full);
        }
        let mut batch = BatchProofs {
            first,
            head: TreeHead { size, root: [0; 32] },
            old_peaks: self.peaks,
            nodes: Vec::with_capacity(2 * leaves.len() + LEVELS),
            starts: [0; LEVELS],
            ragged: [None; LEVELS],
        };
        batch.nodes.extend_from_slice(leaves);
        batch.climb();
        for level in levels_of(size) {
            self.peaks[level] = batch.node(level, (size >> level) - 1);
        }
        for level in levels_of(!size & (first | size)) {
            self.peaks[level] = [0; 32];
        }
        self.size = size;
        Ok(batch)
    }
}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frontier({} leaves)", self.size)
    }
}

/// The bits that are set, smallest first.
fn levels_of(bits: u64) -> impl Iterator<Item = usize> {
    (0..LEVELS).filter(move |level| bits >> level & 1 == 1)
}

/// The inclusion paths of a batch of new leaves to the head that they made.
///
/// At every level the *whole* nodes (perfect subtrees) that hold a new leaf stand side by side, from index
/// `first >> level` up to `size >> level`. To their left at most one old node is ever a sibling, and that is a peak of
/// the frontier before the batch. To their right stands at most one *ragged* node, over the leaves that fill no whole
/// one.
#[derive(Clone)]
pub struct BatchProofs {
    first: u64,
    head: TreeHead,
    old_peaks: [Hash; LEVELS],
    nodes: Vec<Hash>,
    /// Where in `nodes` each level begins.
    starts: [usize; LEVELS],
    ragged: [Option<Hash>; LEVELS],
}

impl BatchProofs {
    /// Index of the first leaf of the batch.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// Number of leaves in the batch.
    pub const fn len(&self) -> u64 {
        self.head.size - self.first
    }

    /// Never: a batch has at least one leaf.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The head that all paths lead to.
    pub const fn head(&self) -> TreeHead {
        self.head
    }

    /// The inclusion path of a leaf of this batch, from the leaf upwards (RFC 9162 2.1.3). `index` counts from the
    /// beginning of the log; a leaf outside the batch has no path here and gives an empty one.
    pub fn path(&self, index: u64) -> impl Iterator<Item = &Hash> {
        let inside = (self.first..self.head.size).contains(&index);
        let height = if inside { self.height() } else { 0 };
        (0..height).filter_map(move |level| self.sibling(level, index >> level))
    }

    /// Levels below the root.
    fn height(&self) -> usize {
        (0..LEVELS).find(|level| (self.head.size - 1) >> level == 0).unwrap_or(LEVELS)
    }

    fn sibling(&self, level: usize, index: u64) -> Option<&Hash> {
        let other = index ^ 1;
        match other.cmp(&(self.head.size >> level)) {
            std::cmp::Ordering::Less => Some(self.node_ref(level, other)),
            std::cmp::Ordering::Equal => self.ragged[level].as_ref(),
            // The last node of its level: it has no sibling and rises as it is.
            std::cmp::Ordering::Greater => None,
        }
    }

    fn climb(&mut self) {
        let height = self.height();
        for level in 0..height {
            let whole = self.head.size >> level;
            self.starts[level + 1] = self.nodes.len();
            for parent in self.first >> (level + 1)..self.head.size >> (level + 1) {
                let hash = node_hash(self.node_ref(level, 2 * parent), self.node_ref(level, 2 * parent + 1));
                self.nodes.push(hash);
            }
            self.ragged[level + 1] = if whole & 1 == 1 {
                // The last whole node has no whole partner: it pairs with the ragged one, or is ragged itself.
                let last = self.node_ref(level, whole - 1);
                Some(self.ragged[level].map_or(*last, |ragged| node_hash(last, &ragged)))
            } else {
                self.ragged[level]
            };
        }
        self.head.root = match self.ragged[height] {
            Some(root) => root,
            None => self.node(height, 0),
        };
    }

    fn node(&self, level: usize, index: u64) -> Hash {
        *self.node_ref(level, index)
    }

    /// A whole node that holds a new leaf, or the old peak just left of those.
    fn node_ref(&self, level: usize, index: u64) -> &Hash {
        match index.checked_sub(self.first >> level) {
            Some(offset) => {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                &self.nodes[self.starts[level].saturating_add(offset)]
            }
            None => &self.old_peaks[level],
        }
    }
}

impl std::fmt::Debug for BatchProofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BatchProofs({}..{})", self.first, self.head.size)
    }
}

/// The root that a leaf and its path lead to (RFC 9162 2.1.3.2, up to the comparison in the last step).
///
/// # Errors
/// [`MerkleError::Outside`] or [`MerkleError::PathLength`].
pub fn root_from_path(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, MerkleError> {
    if index >= size {
        return Err(MerkleError::Outside);
    }
    // fn and sn in the RFC: the node on the way up, and the last node of the level.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(MerkleError::PathLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last == 0 { Ok(hash) } else { Err(MerkleError::PathLength) }
}

/// Whether a leaf is at this place of the tree with this head.
pub fn verify_inclusion(leaf: &Hash, index: u64, head: &TreeHead, path: &[Hash]) -> bool {
    root_from_path(leaf, index, head.size, path) == Ok(head.root)
}
