//! The health record of a person, put together when it is read.

use std::sync::Arc;

use domain::record::danger::RuleBook;
use domain::record::{History, Month};
use domain::{Date, PersonId};
use wire::master::{DrugCatalogue, IngredientTable, TermTable, starter_rules};

use super::stored;
use crate::limits;
use crate::store::record_read::Reach;
use crate::store::{Result, Store, StoreError};

/// What the codes mean, in memory. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Masters {
    /// Drugs.
    pub drugs: Arc<DrugCatalogue>,
    /// Diagnoses and procedures.
    pub terms: Arc<TermTable>,
    /// Rules about drugs.
    pub rules: Arc<RuleBook>,
}

impl Masters {
    /// What the store holds of drugs, with the tables and rules that ship with the program.
    ///
    /// # Errors
    /// The database.
    pub async fn load(store: &Store) -> Result<Self> {
        let rows = store.read("drugs", async |mut tx| tx.drugs().await).await?;
        Ok(Self {
            drugs: Arc::new(DrugCatalogue::new(rows, &IngredientTable::of_house())),
            terms: Arc::new(TermTable::of_house()),
            rules: Arc::new(starter_rules()),
        })
    }

    /// Fills in what the masters tell.
    pub fn name(&self, history: &mut History) {
        self.drugs.name_drugs(&mut history.medications);
        self.terms.name_diagnoses(&mut history.diagnoses);
        self.terms.name_procedures(&mut history.procedures, &mut history.visits);
    }
}

/// The record of a person: the months up to [`limits::RECORD_MONTHS`] before a day, named by the masters. One read of one
/// range.
///
/// Nobody's consent is asked here: whoever calls has to.
///
/// # Errors
/// The database.
pub async fn record_of(store: &Store, person: PersonId, on: Date, masters: &Masters) -> Result<History> {
    let since = Month::of(on).months_before(limits::RECORD_MONTHS);
    let reach = Reach { claims: Some(since), ..Reach::default() };
    let stored = store.read("record", async |mut tx| tx.stored_record(person, reach).await).await?;
    let (mut history, _) = put_together(stored.claims(), None)?;
    masters.name(&mut history);
    Ok(history)
}

/// The record out of the entries of stored claims up to a month, without names, and the newest month among them.
///
/// # Errors
/// A row that this program cannot have written.
pub fn put_together<'a>(
    claims: impl IntoIterator<Item = &'a str>,
    last: Option<Month>,
) -> Result<(History, Option<Month>)> {
    let mut newest = None;
    let mut parts = Vec::new();
    for entries in claims {
        let (source, history) = stored::read(entries).map_err(|error| StoreError::inconsistent("claim", error))?;
        if last.is_some_and(|last| source.month > last) {
            continue;
        }
        newest = newest.max(Some(source.month));
        parts.push(history);
    }
    Ok((History::assemble(parts), newest))
}
