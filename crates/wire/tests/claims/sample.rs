//! Proves the reader against a free sample that others made (ORIGIN.md beside it names source and licence), with counts that
//! were taken from the file by other means. Where the samples are not at hand there is nothing to prove.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wire::claims::{ClaimFault, ClaimKind, ClaimReader, ReadOptions, Receipt, Row, Side, Tag, Totals, check};

fn sample() -> Option<Vec<u8>> {
    let file = "../shared/samples/receiptisan_RECEIPTC_GAIRAI_SAMPLE.UKE";
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).ok()
}

fn receipts(file: &[u8]) -> Vec<Receipt> {
    let mut reader = ClaimReader::new(file, ReadOptions::default()).unwrap();
    std::iter::from_fn(|| reader.next_receipt().unwrap()).collect()
}

#[test]
fn the_free_sample_has_the_counts_that_were_counted_by_hand() {
    let Some(file) = sample() else { return };
    let report = check(file.as_slice(), ReadOptions::default()).unwrap();
    for f in &report.findings {
        println!("{} {:?} {}", f.message(), f.receipt, f.message_en());
    }
    println!("{:?}", report.by_fault);
    assert_eq!((report.kind, report.side), (ClaimKind::Medical, Some(Side::Provider)));
    assert_eq!((report.records, report.records_set_aside, report.receipts), (636, 0, 75));
    let totals = Totals { count: 140, points: 86_392 };
    assert_eq!((report.declared, report.computed), (Some(totals), totals));
    let receipts = receipts(&file);
    assert_eq!(receipts.len(), 75);
    assert!(receipts.iter().all(Receipt::is_whole));
    assert_eq!(receipts.iter().filter(|it| it.insurance.is_some()).count(), 69);
    assert_eq!(receipts.iter().map(|it| it.public_expenses.len()).sum::<usize>(), 71);
    assert_eq!(receipts.iter().map(|it| it.confirmations.len()).sum::<usize>(), 2);
}

#[test]
fn its_drugs_stand_under_the_section_that_a_comment_row_opened() {
    let Some(file) = sample() else { return };
    let mut sections = BTreeMap::new();
    let mut pairs = 0;
    for receipt in receipts(&file) {
        for group in &receipt.groups {
            for row in group.units.iter().flat_map(|unit| &unit.rows) {
                let Row::Drug(drug) = row else { continue };
                *sections.entry(group.section.unwrap().0).or_insert(0) += 1;
                let sum: u32 = drug.service.days.iter().map(|day| u32::from(day.count)).sum();
                assert_eq!(Some(sum), drug.service.times, "line {}", drug.service.line);
                pairs += drug.service.days.len();
            }
        }
        assert_eq!(
            receipt.drug_uses().len(),
            receipt
                .groups
                .iter()
                .flat_map(|group| &group.units)
                .flat_map(|unit| &unit.rows)
                .map(|row| if let Row::Drug(drug) = row { drug.service.days.len() } else { 0 })
                .sum::<usize>()
        );
    }
    assert_eq!(sections, BTreeMap::from([(22, 2), (23, 6), (31, 10), (33, 1), (40, 5), (50, 8)]));
    assert_eq!(pairs, 32);
}

#[test]
fn what_is_known_to_be_wrong_in_it_is_found_and_the_sums_are_right() {
    let Some(file) = sample() else { return };
    let report = check(file.as_slice(), ReadOptions::default()).unwrap();
    let count = |fault| report.by_fault.get(&fault).copied().unwrap_or(0);
    // 83136019, the one payer whose check digit fails.
    assert_eq!(count(ClaimFault::CheckDigit), 1);
    let payer = report.findings.iter().find(|finding| finding.fault == ClaimFault::CheckDigit).unwrap();
    assert_eq!((payer.line, payer.tag, payer.field, payer.field_name), (4, Some(Tag::KO), 2, "公費負担者番号"));
    // The institution is a dummy, and there is no 0x1A.
    assert_eq!((count(ClaimFault::FacilityCheckDigit), count(ClaimFault::NoEndMark)), (1, 1));
    for fault in
        [ClaimFault::PointsSum, ClaimFault::DaySum, ClaimFault::TotalCount, ClaimFault::TotalPoints, ClaimFault::Order]
    {
        assert_eq!(count(fault), 0, "{fault:?}");
    }
}
