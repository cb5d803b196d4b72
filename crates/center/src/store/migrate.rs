//! Brings the schema up to date, one numbered file after the other.
//!
//! Files are embedded and only ever added. Each runs in a transaction of its own together with the row that says so. Two
//! programs that start at once wait for each other. A database that knows more than this program is refused, and so is one
//! whose migrations are not ours.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::error::{Result, StoreError};
use super::tx::{Raw, execute_on_both, on_both};
use super::{Engine, Store, Tx, time};

/// One step of the schema.
struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const fn shared(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration { version, name, sqlite: sql, postgres: sql }
}

const MIGRATIONS: &[Migration] = &[
    shared(1, "register", include_str!("../../migrations/0001_register.sql")),
    Migration {
        version: 2,
        name: "access_log",
        sqlite: include_str!("../../migrations/sqlite/0002_access_log.sql"),
        postgres: include_str!("../../migrations/postgres/0002_access_log.sql"),
    },
    shared(3, "facility", include_str!("../../migrations/0003_facility.sql")),
    shared(4, "bulk", include_str!("../../migrations/0004_bulk.sql")),
    shared(5, "presence", include_str!("../../migrations/0005_presence.sql")),
    shared(6, "consent_facility", include_str!("../../migrations/0006_consent_facility.sql")),
    Migration {
        version: 7,
        name: "status",
        sqlite: include_str!("../../migrations/sqlite/0007_status.sql"),
        postgres: include_str!("../../migrations/postgres/0007_status.sql"),
    },
    shared(8, "disaster", include_str!("../../migrations/0008_disaster.sql")),
    Migration {
        version: 9,
        name: "personal_certificate",
        sqlite: include_str!("../../migrations/sqlite/0009_personal_certificate.sql"),
        postgres: include_str!("../../migrations/postgres/0009_personal_certificate.sql"),
    },
    shared(10, "claims", include_str!("../../migrations/0010_claims.sql")),
    shared(11, "record_look", include_str!("../../migrations/0011_record_look.sql")),
    shared(12, "claim_file", include_str!("../../migrations/0012_claim_file.sql")),
    shared(13, "record_look_role", include_str!("../../migrations/0013_record_look_role.sql")),
    shared(14, "checkups", include_str!("../../migrations/0014_checkups.sql")),
    shared(15, "operator_event", include_str!("../../migrations/0015_operator_event.sql")),
    shared(16, "secondary_use", include_str!("../../migrations/0016_secondary_use.sql")),
    shared(17, "claim_again", include_str!("../../migrations/0017_claim_again.sql")),
    shared(18, "master_version", include_str!("../../migrations/0018_master_version.sql")),
    shared(19, "claim_file_lease", include_str!("../../migrations/0019_claim_file_lease.sql")),
    shared(20, "claim_by_institution", include_str!("../../migrations/0020_claim_by_institution.sql")),
];

/// The newest schema that this program knows.
pub const SCHEMA_VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version    BIGINT NOT NULL, -- number of the file
    name       TEXT   NOT NULL, -- name of the file
    checksum   TEXT   NOT NULL, -- of its text
    applied_at BIGINT NOT NULL, -- when, milliseconds since 1970
    CONSTRAINT schema_migration_pk PRIMARY KEY (version)
)";

/// Any number, as long as nobody else on the server uses it: \"tashika\" in ASCII.
const ADVISORY_LOCK: i64 = 0x0074_6173_6869_6b61;

/// Applies what is missing.
pub(super) async fn migrate(store: &Store, now: Timestamp) -> Result<()> {
    store.migration_tx("migrate_begin", async |mut tx| tx.bookkeeping().await).await?;
    for migration in MIGRATIONS {
        store.migration_tx("migrate", async |mut tx| tx.apply(migration, now).await).await?;
    }
    Ok(())
}

impl Migration {
    fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

/// FNV-1a: it guards against mistakes, not against people.
fn checksum(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

impl Tx {
    fn engine(&mut self) -> Engine {
        match self.raw() {
            Raw::Sqlite(_) => Engine::Sqlite,
            Raw::Postgres(_) => Engine::Postgres,
        }
    }

    /// Waits for another program that migrates. SQLite needs nothing: a writing transaction is alone.
    async fn migration_lock(&mut self) -> Result<()> {
        if let Raw::Postgres(c) = self.raw() {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(ADVISORY_LOCK).execute(&mut *c).await?;
        }
        Ok(())
    }

    async fn bookkeeping(&mut self) -> Result<()> {
        self.migration_lock().await?;
        execute_on_both!(self, |c| sqlx::query(BOOKKEEPING).execute(&mut *c).await)?;
        let applied: Vec<(i64, String)> = on_both!(self, |c| {
            sqlx::query_as("SELECT version, checksum FROM schema_migration ORDER BY version").fetch_all(&mut *c).await
        })?;
        let engine = self.engine();
        for (version, found) in applied {
            let Some(migration) = MIGRATIONS.iter().find(|m| m.version == version) else {
                return Err(StoreError::SchemaUnknown { found: version, known: SCHEMA_VERSION });
            };
            if checksum(migration.sql(engine)) != found {
                return Err(StoreError::SchemaChanged { version });
            }
        }
        Ok(())
    }

    async fn apply(&mut self, migration: &Migration, now: Timestamp) -> Result<()> {
        self.migration_lock().await?;
        let there: Option<(i64,)> = on_both!(self, |c| {
            sqlx::query_as("SELECT version FROM schema_migration WHERE version = $1")
                .bind(migration.version)
                .fetch_optional(&mut *c)
                .await
        })?;
        if there.is_some() {
            return Ok(());
        }
        let sql = migration.sql(self.engine());
        execute_on_both!(self, |c| sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await)?;
        execute_on_both!(self, |c| {
            sqlx::query("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)")
                .bind(migration.version)
                .bind(migration.name)
                .bind(checksum(sql))
                .bind(time::ms(now))
                .execute(&mut *c)
                .await
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    //! Proves that the files are numbered without gaps and written as the rules say.
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps() {
        for (at, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version, i64::try_from(at).unwrap() + 1, "{}", migration.name);
        }
    }

    #[test]
    fn every_column_has_its_comment_and_every_rule_its_name() {
        for sql in MIGRATIONS.iter().flat_map(|m| [m.sqlite, m.postgres]) {
            for line in sql.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                if line.starts_with("    ") && matches!(words.get(1), Some(&("TEXT" | "BIGINT" | "BYTEA"))) {
                    assert!(line.contains("-- "), "no comment: {line}");
                }
                if matches!(words.first(), Some(&("CHECK" | "PRIMARY" | "UNIQUE" | "FOREIGN"))) {
                    panic!("a rule without a name: {line}");
                }
            }
        }
    }
}
