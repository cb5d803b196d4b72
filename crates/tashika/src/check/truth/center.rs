//! A center's store without a center around it: it takes register and claims by the center's own code.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use center::checkups::CheckupImporter;
use center::claims::records::Masters;
use center::claims::{ClaimImporter, Outcome, Preparer, Preparing};
use center::feed::{Importer, PersonKey, Source};
use center::store::claim::ClaimKey;
use center::store::claim_search::Withdrawal;
use center::store::{Address, NoObserver, Store};
use domain::MedicalInstitutionCode;
use kit::clock::SharedClock;
use kit::lifecycle::Lifecycle;
use nation::files;
use trust::PlaceKey;
use wire::claims::{ClaimReader, ReadOptions};
use wire::feed::CsvEncoding;
use wire::master::{DrugCatalogue, TermTable, starter_rules};

use super::{Row, files_below, rows};

/// A center's store with the register of a nation.
pub struct TruthCenter {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// Makes the id of a person.
    pub person_key: PersonKey,
}

/// What became of the claims of a nation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// Claims in all files.
    pub claims: u64,
    /// Those that fit nobody.
    pub unmatched: u64,
    /// Those that were taken back.
    pub withdrawn: u64,
}

impl TruthCenter {
    /// A new store, in a folder or in an empty PostgreSQL database, with the register of a nation.
    ///
    /// # Errors
    /// The feed cannot be taken, or the database.
    pub async fn with(feed: &Path, folder: &Path, database: Option<&str>, clock: &SharedClock) -> Result<Self> {
        let address = match database {
            Some(url) => Address::parse(url)?,
            None => Address::in_folder(folder),
        };
        let store = Store::open(&address, Arc::clone(clock), Box::new(NoObserver)).await?;
        let person_key = PersonKey::new(&[1; 32]);
        let importer = Importer {
            store: store.clone(),
            person_key: person_key.clone(),
            place_key: PlaceKey::new(&[2; 32]),
            clock: Arc::clone(clock),
            life: Lifecycle::new(),
        };
        importer.import(File::open(feed)?, CsvEncoding::Utf8, &Source::Operator).await?;
        Ok(Self { store, clock: Arc::clone(clock), person_key })
    }

    /// What codes mean: the synthetic drug master and what ships with the program.
    pub fn masters() -> Masters {
        Masters {
            drugs: Arc::new(DrugCatalogue::synthetic()),
            terms: Arc::new(TermTable::of_house()),
            rules: Arc::new(starter_rules()),
        }
    }

    /// Takes every claim file of a nation month by month, and withdraws what was taken back.
    ///
    /// # Errors
    /// A file cannot be taken, or the database.
    pub async fn take_all(&self, records: &Path) -> Result<Taken> {
        let mut taken = self.take(&files_below(&records.join(files::CLAIM_FILES))?).await?;
        for row in rows(&records.join(files::CLAIMS))?.iter().filter(|row| row["Fate"] == "withdrawn") {
            self.withdraw(records, row).await?;
            taken.withdrawn += 1;
        }
        Ok(taken)
    }

    /// Takes every archive of checkups; gives how many reports there were.
    ///
    /// # Errors
    /// An archive cannot be taken, a report fits nobody, or the database.
    pub async fn take_checkups(&self, records: &Path) -> Result<u64> {
        let importer =
            CheckupImporter { store: self.store.clone(), clock: Arc::clone(&self.clock), life: Lifecycle::new() };
        let mut taken = 0;
        for path in files_below(&records.join(files::CHECKUP_FILES))? {
            let report = importer.import(File::open(&path)?, &path.display().to_string()).await?;
            ensure!(report.unmatched.is_empty(), "{}: {:?}", path.display(), report.unmatched);
            taken += report.new;
        }
        Ok(taken)
    }

    async fn take(&self, files: &[PathBuf]) -> Result<Taken> {
        let importer =
            ClaimImporter { store: self.store.clone(), clock: Arc::clone(&self.clock), life: Lifecycle::new() };
        let mut taken = Taken::default();
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let report = importer
                .import(File::open(path)?, ReadOptions::kind_of_name(&name))
                .await
                .with_context(|| path.display().to_string())?;
            taken.claims += report.claims;
            taken.unmatched += report.of(Outcome::Unmatched) + report.of(Outcome::WithoutSource);
        }
        Ok(taken)
    }

    async fn withdraw(&self, records: &Path, row: &Row) -> Result<()> {
        let path = records.join(&row["File"]);
        let key = key_in(&path, row["ReceiptNumber"].parse()?)?.context("the claim stands in its file")?;
        let now = self.clock.now();
        let institution = MedicalInstitutionCode::parse(&row["MedicalInstitutionCode"])?;
        let withdrawn =
            self.store.tx("withdraw", async |mut tx| tx.withdraw_claim_of(institution, key, now).await).await?;
        ensure!(withdrawn == Withdrawal::Done, "{}: {withdrawn:?}", path.display());
        Ok(())
    }
}

/// The 受付番号 of a claim of a file, by its レセプト番号; none where the file has no such claim.
///
/// # Errors
/// The file cannot be read.
pub fn key_in(path: &Path, number: u32) -> Result<Option<ClaimKey>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = ReadOptions { kind: ReadOptions::kind_of_name(&name), master: None };
    let mut claims = ClaimReader::new(File::open(path)?, options)?;
    let mut preparer = Preparer::default();
    while let Some(receipt) = claims.next_receipt()? {
        if let (Preparing::Ready(claim), Some(found)) = (preparer.prepare(&receipt), receipt.number)
            && found == number
        {
            return Ok(Some(claim.row.key));
        }
    }
    Ok(None)
}
