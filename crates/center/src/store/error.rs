//! What can go wrong with the store, sorted by what its reader has to do.

/// Why a transaction came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is gone, locked by somebody else, or slower than we wait. Nothing was changed as far as we know;
    /// the same call may succeed in a moment, without anybody's help.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The connection broke while the database was committing: whether the change stands is not known.
    #[error("the connection broke during commit: {0}")]
    CommitUnknown(String),
    /// The transaction collided with others on every attempt.
    #[error("transaction {name} collided with others {attempts} times")]
    Collided {
        /// Name of the transaction.
        name: &'static str,
        /// How often it was tried.
        attempts: u32,
    },
    /// No room is left on the disk. Recovers by itself once there is.
    #[error("no room is left for the database: {0}")]
    Full(String),
    /// A row that must be unique is there already.
    #[error("already there: {0}")]
    Exists(String),
    /// A row says something that no code of ours could have written.
    #[error("inconsistent row in {table}: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong, without personal data.
        what: String,
    },
    /// A statement changed another number of rows than it must.
    #[error("{what}: {found} rows were changed instead of {expected}")]
    RowsAffected {
        /// What was to be done.
        what: &'static str,
        /// How many rows it should have been.
        expected: u64,
        /// How many it was.
        found: u64,
    },
    /// The database was made by a newer program.
    #[error("the database has schema {found}, this program knows up to {known}; use the newer program")]
    SchemaUnknown {
        /// Newest migration found in the database.
        found: i64,
        /// Newest migration in this program.
        known: i64,
    },
    /// A migration that was applied is not the one in this program.
    #[error("migration {version} of the database is not the one in this program")]
    SchemaChanged {
        /// Which migration.
        version: i64,
    },
    /// The address of the database is not one that can be used.
    #[error("the address of the database cannot be used: {0}")]
    Address(String),
    /// The database file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The door to the database was used in a way that it cannot serve.
    #[error("misused: {0}")]
    Misused(&'static str),
    /// Everything else that a database says: a fault in this program. Its words only, not the driver's error: that one
    /// carries details which can repeat a row.
    #[error("statement failed: {0}")]
    Statement(String),
}

/// The result of everything that talks to the database.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    /// Whether the same call may succeed later without a change to program or data.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::CommitUnknown(_) | Self::Collided { .. } | Self::Full(_) => true,
            Self::Exists(_)
            | Self::Inconsistent { .. }
            | Self::RowsAffected { .. }
            | Self::SchemaUnknown { .. }
            | Self::SchemaChanged { .. }
            | Self::Address(_)
            | Self::Damaged(_)
            | Self::Misused(_)
            | Self::Statement(_) => false,
        }
    }

    /// Whether the database is away, perhaps only while another server takes its place.
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::CommitUnknown(_))
    }

    /// A short stable word for metrics and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::CommitUnknown(_) => "commit_unknown",
            Self::Collided { .. } => "collided",
            Self::Full(_) => "full",
            Self::Exists(_) => "exists",
            Self::Inconsistent { .. } => "inconsistent",
            Self::RowsAffected { .. } => "rows_affected",
            Self::SchemaUnknown { .. } => "schema_unknown",
            Self::SchemaChanged { .. } => "schema_changed",
            Self::Address(_) => "address",
            Self::Damaged(_) => "damaged",
            Self::Misused(_) => "misused",
            Self::Statement(_) => "statement",
        }
    }

    /// A row that cannot be what it is.
    pub fn inconsistent(table: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Inconsistent { table, what: what.to_string() }
    }

    /// Whether the transaction merely collided with another one and should be tried again at once.
    pub(super) fn is_collision(&self) -> bool {
        match self {
            Self::Collided { .. } => true,
            Self::Unavailable(_)
            | Self::CommitUnknown(_)
            | Self::Full(_)
            | Self::Exists(_)
            | Self::Inconsistent { .. }
            | Self::RowsAffected { .. }
            | Self::SchemaUnknown { .. }
            | Self::SchemaChanged { .. }
            | Self::Address(_)
            | Self::Damaged(_)
            | Self::Misused(_)
            | Self::Statement(_) => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let words = database.message().to_owned();
                if database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
                    of_postgres(&code, words)
                } else {
                    of_sqlite(&code, words)
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Statement(error.to_string()),
        }
    }
}

/// By SQLSTATE (PostgreSQL, appendix A).
fn of_postgres(code: &str, words: String) -> StoreError {
    match code {
        "40001" | "40P01" => StoreError::Collided { name: "", attempts: 1 },
        "53100" => StoreError::Full(words),
        "23505" => StoreError::Exists(words),
        // Lock or statement given up, being shut down or started, standby, no more connections, connection failures.
        "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "57P05" | "25006" | "53300" | "53200" => {
            StoreError::Unavailable(words)
        }
        _ if code.starts_with("08") => StoreError::Unavailable(words),
        "XX001" | "XX002" => StoreError::Damaged(words),
        _ => StoreError::Statement(format!("{words} ({code})")),
    }
}

/// By result code (SQLite, rescode.html): the low byte is the primary code.
fn of_sqlite(code: &str, words: String) -> StoreError {
    let extended: i32 = code.parse().unwrap_or(0);
    match (extended & 0xff, extended) {
        // Locked inside the same process, or by a writer who came between reading and writing.
        (6, _) | (_, 517) => StoreError::Collided { name: "", attempts: 1 },
        // SQLITE_BUSY after its own patience, NOMEM, READONLY, IOERR, CANTOPEN, PROTOCOL.
        (5 | 7 | 8 | 10 | 14 | 15, _) => StoreError::Unavailable(format!("{words} ({extended})")),
        (13, _) => StoreError::Full(words),
        // UNIQUE, PRIMARY KEY.
        (_, 2067 | 1555) => StoreError::Exists(words),
        (11 | 26, _) => StoreError::Damaged(words),
        _ => StoreError::Statement(format!("{words} ({extended})")),
    }
}
