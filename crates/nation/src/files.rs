//! The files of a nation: their names, and reading back those that a checker needs.
//!
//! | file | one row is |
//! |---|---|
//! | `insurer_feed.csv` | one coverage of one person, as an insurer sends it |
//! | `residents.csv` | one living person, as the residents register holds it |
//! | `facilities.csv` | one medical institution |
//! | `insurers.csv` | one insurer, with members or without |
//! | `oracle.csv` | one query with the right answer |
//! | `visits.csv` | one visit of the story: a query with the right answer, a name and a title |
//! | `nation.json` | options and counts; written last, so a folder without it is not complete |
//!
//! Tables are UTF-8 with a header line, RFC 4180 quoting and line feeds.
//!
//! If records are asked for, the folder `records` holds what institutions would send, and the truth about it:
//!
//! | file in `records` | what it is |
//! |---|---|
//! | `claims/YYYYMM/CODE/BODY/RECEIPTC.UKE`, `RECEIPTD.UKE`, `RECEIPTS.UKE`, `RECEIPTY.CYO` | claims sent in a month (for the month before) by an institution (ten digits) to a 審査支払機関 (1 支払基金, 2 国保連) |
//! | `claims_of_insurers/YYYYMM/INSURER/11_RECODEINFO_MED.CSV`, `12_…_DPC`, `13_…_DEN`, `14_…_PHA` | the same claims as some insurers get them, with three columns in front and the corrected HO behind |
//! | `claims.csv` | one claim in one of these files: whose it is, what becomes of it, who has to pay |
//! | `drug_history.csv` | one drug that somebody was given |
//! | `diagnoses.csv` | one diagnosis of a claim |
//! | `procedures.csv` | one procedure of one day |
//! | `treatment_days.csv` | one day on which an institution treated somebody |
//! | `dangers.csv` | one thing that must be told about somebody's drugs |
//! | `checkups/CODE_94899010_DATE0_1.zip` | checkups (特定健診) by one institution in a fiscal year |
//! | `checkups.csv` | one value of one checkup |
//! | `records.json` | what was asked for, and counts; written last |
//!
//! `claims.csv`: `File` and `ReceiptNumber` find the claim; a claim that is `repeated`, `corrected` or `withdrawn`
//! (`Fate`) stands in two files, or must not count: `Turn` says whether this is the `first`, the same `again` or the
//! `correction`, and `Counts` is 1 on the row whose contents the history must show. A `correction` names the
//! `SearchNumber` of the claim that it replaces. 取下げ is asked for outside of claim files. `Routing` is `stays`,
//! `reroute` (振替: all of it belongs to the insurer in the columns `Right…`) or `split` (分割: a part of it does).
//! People without coverage on a day pay themselves, and no claim tells of that day.
//!
//! `drug_history.csv`: `Prescriber` and `Dispenser` are institutions. `Form` is `oral` (`Amount` a day for `Count`
//! days), `as_needed` (a dose, doses), `external`, `self_injection` and `injection` (in all, 1). `Sources` says where it
//! stands: `medical`, `dpc`, `dental`, or `pharmacy`, with `+prescription` where the medical claim with the 処方箋料
//! counts too. Sorted by person, and by day within a person.
//!
//! `diagnoses.csv`: `Icd10` is what whoever reads can know: on claims by diagnosis group (`dpc`), and of diagnoses with a
//! code. Those claims tell neither `Since` nor `Outcome`. `procedures.csv`: `Group` is 診療識別, `Work` says what kind of work
//! it was: `surgery`, `treatment`, `examination` and so on.
//!
//! `dangers.csv`: what must be told on the nation's day has `Present` 1; pairs of drugs that were wrong before have 0. `Danger`
//! is `interaction`, `duplicate` (one substance), `same_class`, `contraindication` (with the disease in `Detail`), `kidney`
//! and `kidney_contraindication` (with the eGFR of the last checkup), `benzodiazepine` and `acid_blocker` (with the days),
//! `many_drugs` (with their number), `antibiotic` and `steroid`. What each word means and why stands in docs/FINDINGS.md.
//! `Ingredients` are substances.
//!
//! `checkups.csv`: `File` is the document within the archive. `Value` is empty where `NotDone` is 1, and where more was
//! found than can be measured (`Beyond` is `H`). `Flag` is H, L or N as in the document. `InsuredBranchNumber` is empty
//! where the institution's program is older than 枝番.

use std::path::Path;

use crate::error::{Error, Result};
use crate::nation::{Options, Summary};
use crate::oracle::{self, Case};
use crate::story::Visit;

/// Coverages, as insurers send them.
pub const INSURER_FEED: &str = "insurer_feed.csv";
/// The residents register.
pub const RESIDENTS: &str = "residents.csv";
/// Medical institutions.
pub const FACILITIES: &str = "facilities.csv";
/// Insurers.
pub const INSURERS: &str = "insurers.csv";
/// Queries with the right answers.
pub const ORACLE: &str = "oracle.csv";
/// The story.
pub const VISITS: &str = "visits.csv";
/// Folder of the medical records.
pub const RECORDS: &str = "records";
/// Folder of claim files within [`RECORDS`].
pub const CLAIM_FILES: &str = "claims";
/// Folder of claims as insurers get them, within [`RECORDS`].
pub const INSURER_SIDE: &str = "claims_of_insurers";
/// Claims in the files, within [`RECORDS`].
pub const CLAIMS: &str = "claims.csv";
/// Drugs that people were given, within [`RECORDS`].
pub const DRUG_HISTORY: &str = "drug_history.csv";
/// Diagnoses on claims, within [`RECORDS`].
pub const DIAGNOSES: &str = "diagnoses.csv";
/// Procedures on claims, within [`RECORDS`].
pub const PROCEDURES: &str = "procedures.csv";
/// Days on which institutions treated people, within [`RECORDS`].
pub const TREATMENT_DAYS: &str = "treatment_days.csv";
/// What must be told about people's drugs, within [`RECORDS`].
pub const DANGERS: &str = "dangers.csv";
/// Folder of checkup archives within [`RECORDS`].
pub const CHECKUP_FILES: &str = "checkups";
/// Values of checkups, within [`RECORDS`].
pub const CHECKUPS: &str = "checkups.csv";
/// Options and counts of the records, within [`RECORDS`].
pub const ABOUT_RECORDS: &str = "records.json";
/// Options and counts.
pub const ABOUT: &str = "nation.json";

/// Contents of `nation.json`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct About {
    /// What the nation was made from.
    #[serde(flatten)]
    pub options: Options,
    /// What is in the files.
    pub summary: Summary,
}

/// Reads `nation.json` of a folder.
pub fn read_about(dir: &Path) -> Result<About> {
    let path = dir.join(ABOUT);
    let bytes = std::fs::read(&path).map_err(|source| Error::File { path: path.clone(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| Error::About { path, source })
}

/// Reads `oracle.csv` of a folder.
pub fn read_oracle(dir: &Path) -> Result<Vec<Case>> {
    let rows = oracle::read(&dir.join(ORACLE), [])?;
    Ok(rows.into_iter().map(|(case, [])| case).collect())
}

/// Reads `visits.csv` of a folder.
pub fn read_visits(dir: &Path) -> Result<Vec<Visit>> {
    let rows = oracle::read(&dir.join(VISITS), Visit::COLUMNS)?;
    Ok(rows.into_iter().map(|(case, [name, title, patient])| Visit { name, title, patient, case }).collect())
}
