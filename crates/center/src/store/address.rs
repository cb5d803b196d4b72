//! Where the database is, and how safely it is reached.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::error::{Result, StoreError};
use crate::limits;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// One PostgreSQL server, or several that replicate; one of them takes writes. Never empty.
    Postgres(Vec<PgConnectOptions>),
}

impl Address {
    /// Reads `postgres://…`, `sqlite:PATH` or a plain path.
    ///
    /// Several servers of one database stand in the place of the host, as libpq writes it:
    /// `postgres://user:password@db1:5432,db2:5432/name`. Which of them takes writes is found out.
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
    let places = one_by_one(text)?;
    if places.len() > limits::DATABASE_SERVERS_MAX {
        return Err(StoreError::Address(format!("at most {} servers", limits::DATABASE_SERVERS_MAX)));
    }
    Ok(Address::Postgres(places.iter().map(|place| server(place)).collect::<Result<_>>()?))
}

/// The same address with one server at a time.
fn one_by_one(text: &str) -> Result<Vec<String>> {
    let wrong = || StoreError::Address("it is no valid postgres:// address".to_owned());
    let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
    let at = if authority.contains('@') { "@" } else { "" };
    let hosts: Vec<&str> = hosts.split(',').collect();
    // A server that stands in the parameters would take the place of every one of them.
    let elsewhere = ["?host", "&host", "?port=", "&port="].iter().any(|name| path.contains(name));
    if hosts.len() > 1 && (elsewhere || hosts.iter().any(|host| host.is_empty())) {
        return Err(wrong());
    }
    Ok(hosts.into_iter().map(|host| format!("{scheme}://{user}{at}{host}{path}")).collect())
}

fn server(text: &str) -> Result<PgConnectOptions> {
    // The parser's own words may repeat the address, password included.
    let options = PgConnectOptions::from_str(text)
        .map_err(|_| StoreError::Address("it is no valid postgres:// address".to_owned()))?;
    let asked = text.contains("sslmode=") || text.contains("ssl-mode=");
    if is_local(&options) {
        return Ok(if asked { options } else { options.ssl_mode(PgSslMode::Disable) });
    }
    if !asked {
        return Ok(options.ssl_mode(PgSslMode::VerifyFull));
    }
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => Err(StoreError::Address(
            "a PostgreSQL on another machine is reached over TLS only (sslmode=require, verify-ca or verify-full)"
                .to_owned(),
        )),
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(options),
    }
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
            Address::Postgres(servers) => servers[0].get_ssl_mode(),
            Address::Sqlite(_) => unreachable!("a postgres address"),
        }
    }

    #[test]
    fn several_servers_stand_in_the_place_of_the_host_and_each_keeps_the_rest() {
        let text = "postgres://u:s%2Cecret@db1.example:5433,10.0.0.5,[::1]:7/x?sslmode=require&application_name=a,b";
        let Address::Postgres(servers) = Address::parse(text).unwrap() else { unreachable!("a postgres address") };
        let places: Vec<(&str, u16)> = servers.iter().map(|s| (s.get_host(), s.get_port())).collect();
        assert_eq!(places, [("db1.example", 5433), ("10.0.0.5", 5432), ("[::1]", 7)]);
        for server in &servers {
            assert_eq!((server.get_username(), server.get_database()), ("u", Some("x")));
            assert!(matches!(server.get_ssl_mode(), PgSslMode::Require));
        }
    }

    #[test]
    fn several_servers_are_named_in_one_way_and_none_of_them_is_reached_plainly() {
        let many = ["db"; limits::DATABASE_SERVERS_MAX + 1].join(",");
        for wrong in [
            "postgres://u:secret@a,/x".to_owned(),
            "postgres://u:secret@a,b/x?host=c".to_owned(),
            "postgres://u:secret@a,b?port=5".to_owned(),
            "postgres://u:secret@127.0.0.1,10.0.0.5/x?sslmode=disable".to_owned(),
            format!("postgres://u:secret@{many}/x"),
        ] {
            let error = Address::parse(&wrong).unwrap_err();
            assert!(
                matches!(error, StoreError::Address(_)) && !error.to_string().contains("secret"),
                "{wrong}: {error}"
            );
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
