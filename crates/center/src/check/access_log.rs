//! The access log as the engine holds it: the right edge of the tree, opened, checked, and kept in step with the database.

use jiff::Timestamp;
use trust::log::{LogSigner, opening_entry};
use trust::merkle::{Frontier, MerkleError, leaf_hash};

use super::error::StartError;
use crate::limits;
use crate::store::log::LogHead;
use crate::store::{Result, Store, StoreError, Tx};

/// The number of the log in the database.
pub(super) fn log_id(signer: &LogSigner) -> i64 {
    i64::from(signer.id().number())
}

/// The head that is stored for an edge.
pub(crate) fn head_of(frontier: &Frontier) -> Result<LogHead> {
    let head = frontier.head().ok_or_else(|| StoreError::inconsistent("log_head", "a log without leaves"))?;
    Ok(LogHead { tree_size: head.size, root: head.root, frontier: frontier.to_bytes() })
}

/// Reads the edge that is stored, inside the transaction that holds the log.
pub(super) async fn stored_edge(tx: &mut Tx, log_id: i64) -> Result<Frontier> {
    let head = tx
        .log_head(log_id)
        .await?
        .ok_or_else(|| StoreError::inconsistent("log_head", "the row of the log is missing"))?;
    read_edge(&head)
}

/// Reads the edge that is stored, inside the transaction that holds the log, and sees that it goes on from the edge that
/// was answered with last. Another center may have added leaves; but a database that has lost some (one restored from an old
/// backup, a standby that was behind) must not be gone on with, because receipts for them are in other hands.
pub(super) async fn grown_edge(tx: &mut Tx, log_id: i64, answered: &Frontier) -> Result<Frontier> {
    let lost = || StoreError::inconsistent("log_head", "the log has lost leaves that were answered with");
    let edge = stored_edge(tx, log_id).await?;
    let more = edge.size().checked_sub(answered.size()).ok_or_else(lost)?;
    if more > limits::LOG_VERIFY_LEAVES_MAX {
        return Ok(edge);
    }
    let mut grown = answered.clone();
    if more > 0 {
        let leaves = tx.events(log_id, answered.size(), more).await?;
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(&leaf.event)).collect();
        grown.append_batch(&hashes).map_err(|e| StoreError::inconsistent("log_head", e))?;
    }
    if grown.head() == edge.head() { Ok(edge) } else { Err(lost()) }
}

/// Whether a batch whose commit ended unknown is on record: whether its first leaf stands where it was put. Holds the log,
/// so whoever was still about to commit has ended.
pub(super) async fn is_on_record(tx: &mut Tx, log_id: i64, first: Option<&(u64, Vec<u8>)>) -> Result<bool> {
    tx.lock_log_and_look_up(log_id, &[]).await?;
    let Some((place, leaf)) = first else { return Ok(false) };
    let stored = tx.events(log_id, *place, 1).await?;
    Ok(stored.first().is_some_and(|stored| stored.leaf_index == *place && stored.event == *leaf))
}

/// The edge that a stored head holds.
pub(crate) fn read_edge(head: &LogHead) -> Result<Frontier> {
    let frontier = Frontier::from_bytes(&head.frontier).map_err(|e| StoreError::inconsistent("log_head", e))?;
    let fits = frontier.head().is_some_and(|h| h.size == head.tree_size && h.root == head.root);
    if fits { Ok(frontier) } else { Err(StoreError::inconsistent("log_head", "size, root and edge differ")) }
}

/// Opens the log, or finds it as it was left, and sees that head and leaves belong together.
pub(super) async fn open(store: &Store, signer: &LogSigner, now: Timestamp) -> Result<Frontier, StartError> {
    let id = log_id(signer);
    let opening = opening_entry(signer.id(), signer.public_key());
    let first = head_of(&Frontier::open(&opening))?;
    let (opened, first_leaf, last) = store
        .tx("log_open", async |mut tx| {
            tx.create_log(id, &opening, &first, now).await?;
            let edge = stored_edge(&mut tx, id).await?;
            let first_leaf = tx.events(id, 0, 1).await?.pop();
            Ok((edge, first_leaf, tx.last_event_index(id).await?))
        })
        .await?;
    if first_leaf.is_none_or(|leaf| leaf.event != opening) {
        return Err(StartError::OtherKey);
    }
    if last != Some(opened.size() - 1) {
        return Err(StartError::LogDamaged("the number of leaves and the head differ"));
    }
    verify_newest_leaves(store, id, &opened).await?;
    Ok(opened)
}

/// Hashes the newest leaves again and compares them with the edge: the perfect subtrees at its right end.
async fn verify_newest_leaves(store: &Store, id: i64, edge: &Frontier) -> Result<(), StartError> {
    let bytes = edge.to_bytes();
    let peaks = bytes[8..].chunks_exact(32);
    let mut end = edge.size();
    let levels = (0..u64::BITS).filter(|level| edge.size() >> level & 1 == 1);
    for (level, peak) in levels.zip(peaks) {
        let leaves = 1_u64 << level;
        if edge.size() - end + leaves > limits::LOG_VERIFY_LEAVES_MAX {
            break;
        }
        let stored = store.read("log_verify", async |mut tx| tx.events(id, end - leaves, leaves).await).await?;
        let hashes: Vec<_> = stored.iter().map(|leaf| leaf_hash(&leaf.event)).collect();
        if hashes.len() as u64 != leaves || subtree(&hashes)? != peak {
            return Err(StartError::LogDamaged("the newest leaves do not lead to the head"));
        }
        end -= leaves;
    }
    Ok(())
}

fn subtree(leaves: &[[u8; 32]]) -> Result<[u8; 32], MerkleError> {
    Frontier::empty().append_batch(leaves).map(|batch| batch.head().root)
}
