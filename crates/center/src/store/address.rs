//! Where the database is, and how safely it is reached.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::error::{Result, StoreError};

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    /// Reads `postgres://…`, `sqlite:PATH` or a plain path.
    ///
    /// A PostgreSQL that is neither on this machine's loopback nor on a Unix socket is reached over TLS with its
    /// certificate and name checked; `sslmode` may ask for more or for less, but never for a plain connection, and
    /// never for one that falls back to plain.
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text);
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        if path.is_empty() {
            return Err(StoreError::Address("the path is empty".to_owned()));
        }
        if path.contains("://") {
            return Err(StoreError::Address("only sqlite: and postgres:// are known".to_owned()));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }

    /// The SQLite file of a center that keeps its data in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self::Sqlite(folder.join("center.sqlite"))
    }
}

fn postgres(text: &str) -> Result<Address> {
    // The parser's own words may repeat the address, password included.
    let options = PgConnectOptions::from_str(text)
        .map_err(|_| StoreError::Address("it is no valid postgres:// address".to_owned()))?;
    let asked = text.contains("sslmode=") || text.contains("ssl-mode=");
    let options = if is_local(&options) {
        if asked { options } else { options.ssl_mode(PgSslMode::Disable) }
    } else if !asked {
        options.ssl_mode(PgSslMode::VerifyFull)
    } else {
        match options.get_ssl_mode() {
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => {
                return Err(StoreError::Address(
                    "a PostgreSQL on another machine is reached over TLS only (sslmode=require, verify-ca or verify-full)"
                        .to_owned(),
                ));
            }
            PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => options,
        }
    };
    Ok(Address::Postgres(Box::new(options)))
}

fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    //! Proves that no address leads to a plain connection over a network.
    use super::*;

    fn ssl(text: &str) -> PgSslMode {
        match Address::parse(text).unwrap() {
            Address::Postgres(options) => options.get_ssl_mode(),
            Address::Sqlite(_) => unreachable!("a postgres address"),
        }
    }

    #[test]
    fn another_machine_is_reached_over_tls_only() {
        assert!(matches!(ssl("postgres://u:p@db.example/x"), PgSslMode::VerifyFull));
        assert!(matches!(ssl("postgres://u:p@db.example/x?sslmode=require"), PgSslMode::Require));
        for weak in ["disable", "allow", "prefer"] {
            let error = Address::parse(&format!("postgres://u:secret@10.0.0.5/x?sslmode={weak}")).unwrap_err();
            assert!(matches!(error, StoreError::Address(_)));
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn this_machine_may_be_reached_plainly() {
        for local in ["postgres://u@127.0.0.1:5/x", "postgres://u@localhost/x", "postgres://u@%2Frun%2Fpostgresql/x"] {
            assert!(matches!(ssl(local), PgSslMode::Disable), "{local}");
        }
    }

    #[test]
    fn paths_are_sqlite() {
        for text in ["/data/center.sqlite", "sqlite:/data/center.sqlite", "sqlite:///data/center.sqlite"] {
            assert!(matches!(Address::parse(text), Ok(Address::Sqlite(p)) if p == Path::new("/data/center.sqlite")));
        }
        assert!(Address::parse("mysql://x/y").is_err());
        assert!(Address::parse("").is_err());
    }
}
