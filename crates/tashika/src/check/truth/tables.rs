//! What the nation knows of people's histories, read from its tables person by person: all of them name people in one order.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use nation::files;

use super::{Entries, Part, Row};

/// A table that is read one person at a time.
pub(super) struct Table {
    rows: csv::DeserializeRecordsIntoIter<File, Row>,
    next: Option<Row>,
}

impl Table {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
        let mut rows = reader.into_deserialize();
        let next = rows.next().transpose()?;
        Ok(Self { rows, next })
    }

    /// The rows of a person, who is the next one or has none.
    pub(super) fn of(&mut self, number: &str) -> Result<Vec<Row>> {
        let mut found = Vec::new();
        while let Some(row) = self.next.take_if(|row| row["PersonalNumber"] == number) {
            found.push(row);
            self.next = self.rows.next().transpose()?;
        }
        Ok(found)
    }
}

/// Every table of histories.
pub(super) struct Tables {
    drugs: Table,
    diagnoses: Table,
    procedures: Table,
    days: Table,
}

impl Tables {
    pub(super) fn open(records: &Path) -> Result<Self> {
        Ok(Self {
            drugs: Table::open(&records.join(files::DRUG_HISTORY))?,
            diagnoses: Table::open(&records.join(files::DIAGNOSES))?,
            procedures: Table::open(&records.join(files::PROCEDURES))?,
            days: Table::open(&records.join(files::TREATMENT_DAYS))?,
        })
    }

    /// What must be found of the next person.
    pub(super) fn of(&mut self, number: &str) -> Result<Entries> {
        let mut entries = Entries::default();
        for row in self.drugs.of(number)? {
            drug(&row, &mut entries);
        }
        diagnoses(&self.diagnoses.of(number)?, &mut entries);
        procedures(&self.procedures.of(number)?, &mut entries);
        for row in self.days.of(number)? {
            let inpatient = if row["Inpatient"] == "1" { "inpatient" } else { "" };
            entries.add(Part::Day, &[&day(&row, "Day"), &row["MedicalInstitutionCode"], inpatient]);
        }
        Ok(entries)
    }

    /// Nobody is left over: a person whom the loop did not know would have been compared with nothing.
    pub(super) fn must_be_at_their_end(&self) -> Result<()> {
        let all = [&self.drugs, &self.diagnoses, &self.procedures, &self.days];
        ensure!(all.iter().all(|table| table.next.is_none()), "a table names people that the nation does not know");
        Ok(())
    }
}

/// A day without hyphens.
fn day(row: &Row, column: &str) -> String {
    row[column].replace('-', "")
}

fn drug(row: &Row, entries: &mut Entries) {
    // A claim with 処方箋料 says that something was prescribed, and not what: it is no second source.
    let source = row["Sources"].trim_end_matches("+prescription");
    // A 用法コード says all; where the usage was written out, its words count.
    let (usage_code, usage) = match row["UsageCode"].as_str() {
        code @ ("" | "900") => (code, row["Usage"].as_str()),
        code => (code, ""),
    };
    let inpatient = if row["Inpatient"] == "1" { "inpatient" } else { "" };
    let (dispensed, prescribed) = (day(row, "DispensedOn"), day(row, "PrescribedOn"));
    entries.add(
        Part::Drug,
        &[
            &dispensed,
            &prescribed,
            &row["Prescriber"],
            &row["Dispenser"],
            &row["Form"],
            &row["DrugCode"],
            &row["DrugName"],
            &row["Amount"],
            &row["Unit"],
            &row["Count"],
            usage_code,
            usage,
            inpatient,
            source,
        ],
    );
}

/// The table has a row for each claim; a history has one entry for each diagnosis, as it stands in its last month. Of several
/// claims of that month one that says it has ended is right, and it is the main one if one of them says so.
fn diagnoses(rows: &[Row], entries: &mut Entries) {
    #[derive(Default)]
    struct Standing {
        month: String,
        outcome: String,
        main: bool,
    }
    let mut all: BTreeMap<[&str; 5], Standing> = BTreeMap::new();
    for row in rows {
        let key = ["MedicalInstitutionCode", "Code", "Name", "Icd10", "Since"].map(|column| row[column].as_str());
        let standing = all.entry(key).or_default();
        if row["Month"] > standing.month {
            *standing = Standing { month: row["Month"].clone(), ..Standing::default() };
        }
        if row["Month"] == standing.month {
            standing.outcome = row["Outcome"].clone().max(std::mem::take(&mut standing.outcome));
            standing.main |= row["Main"] == "1";
        }
    }
    for ([institution, code, name, icd10, since], Standing { month, outcome, main }) in all {
        let main = if main { "main" } else { "" };
        let fields = [&month, institution, code, name, icd10, &since.replace('-', ""), &outcome, main];
        entries.add(Part::Diagnosis, &fields);
    }
}

/// One row of the table is one time.
fn procedures(rows: &[Row], entries: &mut Entries) {
    let mut times: BTreeMap<[String; 5], u32> = BTreeMap::new();
    for row in rows {
        let [institution, code, name, work] =
            ["MedicalInstitutionCode", "Code", "Name", "Work"].map(|column| row[column].clone());
        *times.entry([day(row, "Day"), institution, code, name, work]).or_default() += 1;
    }
    for ([day, institution, code, name, work], times) in times {
        let times = times.to_string();
        entries.add(Part::Procedure, &[&day, &institution, &code, &name, &work, &times]);
        if work == "surgery" {
            entries.add(Part::Surgery, &[&day, &institution, &code, &name, &times]);
        }
    }
}
