//! The steps of the schema, inside the program. Named one by one and not by sqlx's macro, which would have both of its
//! database drivers built a second time, for the compiler.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name and text of a step, as its file is called: `NNNN_name.sql`.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("../../migrations/0001_start.sql")),
    (2, "kiosk", include_str!("../../migrations/0002_kiosk.sql")),
    (3, "offline", include_str!("../../migrations/0003_offline.sql")),
    (4, "statement", include_str!("../../migrations/0004_statement.sql")),
    (5, "person_search", include_str!("../../migrations/0005_person_search.sql")),
    (6, "night", include_str!("../../migrations/0006_night.sql")),
    (7, "claims", include_str!("../../migrations/0007_claims.sql")),
    (8, "pdf_answer", include_str!("../../migrations/0008_pdf_answer.sql")),
    (9, "claims_again", include_str!("../../migrations/0009_claims_again.sql")),
];

/// Brings a store up to date, step by step.
pub(super) fn migrator() -> Migrator {
    let step = |(number, name, text): &(i64, &'static str, &'static str)| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(step).collect())
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    #[test]
    fn every_file_is_a_step() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = names.filter(|name| name.rsplit('.').next() == Some("sql")).collect();
        files.sort();
        let steps: Vec<String> = STEPS.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
        assert_eq!(files, steps);
    }
}
