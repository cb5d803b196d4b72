//! The tree is the one of RFC 9162: its heads, paths and stored edges agree with the recursive definitions there (2.1.1
//! and 2.1.3.1), written down again here word by word, for every size up to 300 and for random batches.

use proptest::prelude::*;
use trust::limits::{BATCH_LEAVES_MAX, LOG_LEAVES_MAX};
use trust::merkle::{Frontier, Hash, MerkleError, TreeHead, leaf_hash, root_from_path, verify_inclusion};

fn leaf(number: usize) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(leaf).collect()
}

fn node(left: Hash, right: Hash) -> Hash {
    let mut bytes = vec![1];
    bytes.extend(left);
    bytes.extend(right);
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes).as_ref().try_into().expect("32 bytes")
}

/// The largest power of two smaller than n.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// MTH(D[n]) of RFC 9162 2.1.1, over leaf hashes.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => unreachable!("no head is asked of an empty tree"),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node(naive_root(left), naive_root(right))
        }
    }
}

/// PATH(m, D[n]) of RFC 9162 2.1.3.1.
fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, other) =
        if m < k { (naive_path(m, left), naive_root(right)) } else { (naive_path(m - k, right), naive_root(left)) };
    path.push(other);
    path
}

/// Appends `new` leaves after `old` ones and compares everything with the naive tree.
fn check_batch(edge: &mut Frontier, all: &[Hash], old: usize, new: usize) {
    let so_far = &all[..old + new];
    let batch = edge.append_batch(&so_far[old..]).expect("a batch");
    let head = TreeHead { size: so_far.len() as u64, root: naive_root(so_far) };
    assert_eq!(batch.head(), head, "head after {old}+{new}");
    assert_eq!(edge.head(), Some(head), "head of the edge after {old}+{new}");
    assert_eq!((batch.first(), batch.len()), (old as u64, new as u64));
    for (index, leaf) in so_far.iter().enumerate().skip(old) {
        let path: Vec<Hash> = batch.path(index as u64).copied().collect();
        assert_eq!(path, naive_path(index, so_far), "path of leaf {index} after {old}+{new}");
        assert!(verify_inclusion(leaf, index as u64, &head, &path));
    }
}

#[test]
fn heads_and_paths_agree_with_the_definition_for_every_size_up_to_300_in_one_batch() {
    let all = leaves(300);
    for size in 1..=300 {
        check_batch(&mut Frontier::empty(), &all, 0, size);
    }
}

#[test]
fn heads_and_paths_agree_with_the_definition_for_every_split_into_two_batches_up_to_100() {
    let all = leaves(100);
    for old in 1..100 {
        let mut begun = Frontier::empty();
        begun.append_batch(&all[..old]).expect("a batch");
        for new in 1..=100 - old {
            check_batch(&mut begun.clone(), &all, old, new);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn heads_and_paths_agree_with_the_definition_however_the_batches_fall(sizes in prop::collection::vec(1usize..70, 1..12)) {
        let all = leaves(sizes.iter().sum());
        let (mut edge, mut old) = (Frontier::empty(), 0);
        for new in sizes {
            check_batch(&mut edge, &all, old, new);
            edge = Frontier::from_bytes(&edge.to_bytes()).expect("what was stored is read again");
            old += new;
        }
    }

    #[test]
    fn a_path_holds_for_no_other_leaf_place_or_root(size in 2usize..300, pick: prop::sample::Index, other: prop::sample::Index) {
        let all = leaves(size);
        let mut edge = Frontier::empty();
        let batch = edge.append_batch(&all).expect("a batch");
        let (index, wrong) = (pick.index(size), other.index(size));
        let path: Vec<Hash> = batch.path(index as u64).copied().collect();
        let head = batch.head();
        if wrong != index {
            prop_assert!(!verify_inclusion(&all[wrong], index as u64, &head, &path));
            prop_assert!(!verify_inclusion(&all[index], wrong as u64, &head, &path));
        }
        let mut longer = path.clone();
        longer.push([0; 32]);
        prop_assert!(!verify_inclusion(&all[index], index as u64, &head, &longer));
        prop_assert_eq!(
            root_from_path(&all[index], index as u64, head.size, &path[1..]),
            Err(MerkleError::PathLength)
        );
        let other_root = TreeHead { root: [7; 32], ..head };
        prop_assert!(!verify_inclusion(&all[index], index as u64, &other_root, &path));
        prop_assert_eq!(root_from_path(&all[index], head.size, head.size, &path), Err(MerkleError::Outside));
    }

    #[test]
    fn bytes_that_are_no_stored_edge_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(edge) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(edge.to_bytes(), bytes);
        }
    }
}

#[test]
fn long_entries_are_hashed_like_short_ones() {
    for length in [0, 1, 510, 511, 512, 513, 5000] {
        let entry = vec![0x5a; length];
        let mut bytes = vec![0];
        bytes.extend(&entry);
        let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        assert_eq!(leaf_hash(&entry), expected.as_ref(), "{length} bytes");
    }
}

#[test]
fn an_empty_batch_is_refused_and_changes_nothing() {
    let mut edge = Frontier::open(b"opening");
    let before = edge.clone();
    assert_eq!(edge.append_batch(&[]).expect_err("refused"), MerkleError::EmptyBatch);
    let many = vec![[0; 32]; BATCH_LEAVES_MAX + 1];
    assert_eq!(edge.append_batch(&many).expect_err("refused"), MerkleError::BatchTooLarge);
    assert_eq!(edge, before);
}

#[test]
fn a_full_log_takes_no_more_but_takes_the_very_last_leaf() {
    let last = LOG_LEAVES_MAX - 1;
    let mut stored = last.to_be_bytes().to_vec();
    for level in 0..last.count_ones() {
        stored.extend([u8::try_from(level).expect("few levels"); 32]);
    }
    let mut edge = Frontier::from_bytes(&stored).expect("an edge");
    assert_eq!(edge.append_batch(&leaves(2)).expect_err("refused"), MerkleError::Full);
    let batch = edge.append_batch(&leaves(1)).expect("the last leaf");
    let path: Vec<Hash> = batch.path(last).copied().collect();
    assert!(verify_inclusion(&leaf(0), last, &batch.head(), &path));
    assert_eq!(edge.append_batch(&leaves(1)).expect_err("refused"), MerkleError::Full);
}

#[test]
fn an_edge_with_more_leaves_than_a_log_holds_is_refused() {
    let mut stored = u64::MAX.to_be_bytes().to_vec();
    stored.extend([0; 64 * 32]);
    assert_eq!(Frontier::from_bytes(&stored), Err(MerkleError::Damaged));
}

#[test]
fn leaves_outside_the_batch_have_no_path_in_it() {
    let mut edge = Frontier::empty();
    edge.append_batch(&leaves(5)).expect("a batch");
    let batch = edge.append_batch(&leaves(3)).expect("a batch");
    assert_eq!(batch.path(4).count(), 0);
    assert_eq!(batch.path(8).count(), 0);
    assert_eq!(batch.path(u64::MAX).count(), 0);
}
