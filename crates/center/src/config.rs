//! The settings of a center: one file, `center.toml`, in its data folder.
//!
//! The file is written by [`crate::init()`] with every field and its meaning; a field that is left out has the value
//! that stands here, and a field that does not exist is refused, so that a slip of the pen is never silently ignored.
//! Keys and secrets are never in it, with one exception: a PostgreSQL address may hold a password, which is why the
//! file is for its owner alone and why [`Database`] has a blank debug form.

use std::fmt::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use domain::presence::StaffWord;
use kit::files;
use kit::throttle::Rate;
use serde::Deserialize;

use crate::folder::DataFolder;
use crate::limits;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The data folder; it is where the file was found, never a field of it.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Where it listens.
    pub listen: Listen,
    /// How it is called from outside.
    pub public: Public,
    /// Where the register is.
    pub database: Database,
    /// The log of accesses.
    pub log: Log,
    /// Individual Number Cards.
    pub card: Card,
    /// What patients allow.
    pub consent: ConsentRules,
    /// What leaves for anything else than treatment.
    pub secondary_use: SecondaryUse,
    /// How fast and how much.
    pub limits: Limits,
}

/// Addresses to listen on. Port 0 takes a free one, which is printed at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Mutual TLS, for terminals and insurers.
    pub api: SocketAddr,
    /// TLS of the server only, for machines that have no certificate yet.
    pub enrol: SocketAddr,
    /// Plain HTTP for /health, /ready and /metrics. Only a loopback address is accepted.
    pub ops: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            api: (Ipv4Addr::UNSPECIFIED, 8443).into(),
            enrol: (Ipv4Addr::UNSPECIFIED, 8444).into(),
            ops: (Ipv4Addr::LOCALHOST, 9443).into(),
        }
    }
}

impl Listen {
    /// Free ports on loopback: for the demo and for tests.
    pub fn loopback() -> Self {
        let any = (Ipv4Addr::LOCALHOST, 0).into();
        Self { api: any, enrol: any, ops: any }
    }
}

/// How terminals find the center.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Public {
    /// DNS names and IP addresses that stand in the server certificate.
    pub names: Vec<String>,
    /// Addresses of the API that a new terminal is told, the preferred one first. Empty: made of the first name and the
    /// port of the API.
    pub api_urls: Vec<String>,
}

impl Default for Public {
    fn default() -> Self {
        Self { names: vec!["localhost".to_owned(), "127.0.0.1".to_owned()], api_urls: Vec::new() }
    }
}

/// Where the register is.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// Empty: a SQLite file in the data folder. `postgres://…`: PostgreSQL 15 or newer.
    pub url: String,
}

/// The address may hold a password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.url.is_empty() { "SQLite in the data folder" } else { "…" };
        f.debug_struct("Database").field("url", &kind).finish()
    }
}

/// The log of accesses, whose leaves the proofs are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Number of the log, 0 to 99: the first two digits of every proof number. Never changed after the first answer.
    pub id: u8,
}

impl Default for Log {
    fn default() -> Self {
        Self { id: 1 }
    }
}

/// Individual Number Cards: whose certificates are believed, and whom to ask whether they were given up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Card {
    /// Files with the certificates of the authority, PEM or DER, one or more generations. Empty: no card is taken.
    pub authorities: Vec<String>,
    /// Policies of the certificates that are accepted, as dotted numbers.
    pub policies: Vec<String>,
    /// Where the OCSP responder answers. Empty: only the lists are looked into.
    pub ocsp_url: String,
    /// Where the revocation lists are fetched.
    pub crl_urls: Vec<String>,
    /// Where the authority tells which certificate took the place of one that it issued anew. Empty: it is not asked, and
    /// who gets a new certificate registers it.
    pub successor_url: String,
}

impl Default for Card {
    fn default() -> Self {
        // 利用者証明用電子証明書 on a real card (trust::jpki::POLICY).
        let policies = vec!["1.2.392.200149.8.5.1.3.30".to_owned()];
        Self {
            authorities: Vec::new(),
            policies,
            ocsp_url: String::new(),
            crl_urls: Vec::new(),
            successor_url: String::new(),
        }
    }
}

impl Card {
    fn fields(&self) -> [(&'static str, &'static str, String); 5] {
        [
            (
                "authorities",
                "Files with the certificates of the authority of the cards, PEM or DER, from this folder.\nEmpty: no card \
                 is taken.",
                list(&self.authorities),
            ),
            ("policies", "Policies of the certificates that are accepted.", list(&self.policies)),
            (
                "ocsp_url",
                "OCSP responder of the authority, http on this machine or https. Empty: only the lists are looked into.",
                quoted(&self.ocsp_url),
            ),
            ("crl_urls", "Revocation lists of the authority, likewise.", list(&self.crl_urls)),
            (
                "successor_url",
                "Where the authority tells which certificate took the place of one on its lists, likewise.\nEmpty: who gets \
                 a new certificate registers it.",
                quoted(&self.successor_url),
            ),
        ]
    }
}

/// What patients allow, and on whose word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentRules {
    /// Whether the word of staff who made sure who a patient is, with a card or without, opens whatever the patient
    /// allows; else it opens eligibility only (decision 0018).
    pub staff_word_is_enough: bool,
}

impl Default for ConsentRules {
    fn default() -> Self {
        Self { staff_word_is_enough: true }
    }
}

impl ConsentRules {
    /// What the word of staff opens.
    pub const fn staff_word(self) -> StaffWord {
        if self.staff_word_is_enough { StaffWord::Enough } else { StaffWord::EligibilityOnly }
    }
}

/// 二次利用: what of people's records leaves for anything else than their treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondaryUse {
    /// Whether counts may leave at all. Nothing leaves before the operator has switched this on.
    pub allowed: bool,
}

/// How fast and how much. The defaults carry a prefecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Single checks that one facility may ask in a second, over time.
    pub single_checks_per_second: NonZeroU32,
    /// Single checks that one facility may ask at once after a rest.
    pub single_checks_burst: NonZeroU32,
    /// Requests about files of questions (sending, asking how far they are, fetching) that one facility may make in a
    /// second, over time.
    pub bulk_requests_per_second: NonZeroU32,
    /// Such requests that one facility may make at once after a rest.
    pub bulk_requests_burst: NonZeroU32,
    /// Files of one facility that may wait to be worked on.
    pub bulk_files_waiting_max: NonZeroU32,
    /// Attempts to enrol or to renew from one address in a second, over time.
    pub enrolment_attempts_per_second: NonZeroU32,
    /// Such attempts from one address at once after a rest.
    pub enrolment_attempts_burst: NonZeroU32,
    /// Open connections of the API port.
    pub api_connections_max: NonZeroU32,
    /// Days that a bulk result can be fetched.
    pub bulk_retention_days: NonZeroU32,
    /// Seconds that open requests are given when the center stops.
    pub shutdown_grace_seconds: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            single_checks_per_second: limits::SINGLE_CHECKS_PER_SECOND,
            single_checks_burst: limits::SINGLE_CHECKS_BURST,
            bulk_requests_per_second: limits::BULK_REQUESTS_PER_SECOND,
            bulk_requests_burst: limits::BULK_REQUESTS_BURST,
            bulk_files_waiting_max: limits::BULK_FILES_WAITING_MAX,
            enrolment_attempts_per_second: limits::ENROLMENT_ATTEMPTS_PER_SECOND,
            enrolment_attempts_burst: limits::ENROLMENT_ATTEMPTS_BURST,
            api_connections_max: limits::API_CONNECTIONS_MAX,
            bulk_retention_days: limits::BULK_RETENTION_DAYS,
            shutdown_grace_seconds: limits::SHUTDOWN_GRACE_SECONDS,
        }
    }
}

impl Limits {
    /// The share of one facility at the window.
    pub fn single_checks(&self) -> Rate {
        Rate { per_second: self.single_checks_per_second, burst: self.single_checks_burst }
    }

    /// How often one facility may do something about its files.
    pub fn bulk_requests(&self) -> Rate {
        Rate { per_second: self.bulk_requests_per_second, burst: self.bulk_requests_burst }
    }

    /// How often one address may try to enrol or to renew.
    pub fn enrolment_attempts(&self) -> Rate {
        Rate { per_second: self.enrolment_attempts_per_second, burst: self.enrolment_attempts_burst }
    }
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {message}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why, in the words of the TOML reader.
        message: String,
    },
    /// A value that cannot be used.
    #[error("{path}: {field}: {why}")]
    Value {
        /// Which file.
        path: PathBuf,
        /// Which field.
        field: &'static str,
        /// Why, and what to write instead.
        why: String,
    },
}

impl Config {
    /// Reads the settings of a data folder.
    ///
    /// # Errors
    /// The file is missing, is not TOML, holds an unknown field or a value that cannot be used.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = DataFolder::new(folder).config();
        let bytes = files::read_limited(&path, limits::CONFIG_FILE_BYTES_MAX)
            .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ConfigError::Parse { path: path.clone(), message: "the file is not UTF-8".to_owned() })?;
        Self::parse(folder, &text).map_err(|error| error.at(path))
    }

    /// Reads settings from text; `folder` is the data folder they are for.
    ///
    /// # Errors
    /// As [`Self::load`], with the name `center.toml` for the file.
    pub fn parse(folder: &Path, text: &str) -> Result<Self, ConfigError> {
        let path = || PathBuf::from("center.toml");
        let mut config: Self = toml::from_str(text)
            .map_err(|error| ConfigError::Parse { path: path(), message: error.to_string().trim_end().to_owned() })?;
        folder.clone_into(&mut config.folder);
        let wrong = |field, why: &str| Err(ConfigError::Value { path: path(), field, why: why.to_owned() });
        if !config.listen.ops.ip().is_loopback() {
            return wrong("listen.ops", "must be a loopback address: metrics and health are not for the outside");
        }
        if config.public.names.is_empty() {
            return wrong("public.names", "needs at least one DNS name or IP address for the server certificate");
        }
        if config.log.id > 99 {
            return wrong("log.id", "has two digits: 0 to 99");
        }
        if let Err(error) = DataFolder::new(folder).database(&config.database.url) {
            return wrong("database.url", &error.to_string());
        }
        if let Some(url) = config.public.api_urls.iter().find(|url| !url.starts_with("https://")) {
            return wrong("public.api_urls", &format!("{url} does not begin with https://"));
        }
        Ok(config)
    }

    /// The file, with every field, its value and what it means.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEAD);
        let l = &self.limits;
        let mut section = |name: &str, fields: &[(&str, &str, String)]| {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\n[{name}]\n");
            for (field, meaning, value) in fields {
                for line in meaning.lines() {
                    let _ = writeln!(out, "# {line}");
                }
                let _ = writeln!(out, "{field} = {value}");
            }
        };
        section(
            "listen",
            &[
                (
                    "api",
                    "Mutual TLS 1.3, for terminals and insurers. Port 0 takes a free one.",
                    quoted(self.listen.api),
                ),
                ("enrol", "TLS 1.3 of the server only, for machines that join.", quoted(self.listen.enrol)),
                ("ops", "/health, /ready and /metrics. Loopback only.", quoted(self.listen.ops)),
            ],
        );
        section(
            "public",
            &[
                ("names", "DNS names and IP addresses of the server certificate.", list(&self.public.names)),
                (
                    "api_urls",
                    "Addresses of the API that a new terminal is told, the preferred one first.\nEmpty: made of the \
                     first name and the port of the API.",
                    list(&self.public.api_urls),
                ),
            ],
        );
        section(
            "database",
            &[(
                "url",
                "Empty: a SQLite file in this folder. PostgreSQL 15 or newer: postgres://user:password@host/name\n\
                 Several servers that replicate: postgres://user:password@host1:5432,host2:5432/name",
                quoted(&self.database.url),
            )],
        );
        section(
            "log",
            &[(
                "id",
                "Number of the access log, 0 to 99: the first two digits of every proof number.\nNever change it after \
                 the first answer.",
                self.log.id.to_string(),
            )],
        );
        section("card", &self.card.fields());
        section(
            "consent",
            &[(
                "staff_word_is_enough",
                "Whether staff who make sure who a patient is, by card or by number, open whatever the patient allows.\n\
                 false: they open eligibility only.",
                self.consent.staff_word_is_enough.to_string(),
            )],
        );
        section(
            "secondary_use",
            &[(
                "allowed",
                "Whether counts of records may leave for research and planning, asked for by one officer and approved by\n\
                 another. Have the legal grounds reviewed before it is switched on.",
                self.secondary_use.allowed.to_string(),
            )],
        );
        section("limits", &l.fields());
        out
    }
}

impl Limits {
    fn fields(&self) -> [(&'static str, &'static str, String); 10] {
        let s = |n: NonZeroU32| n.to_string();
        [
            (
                "single_checks_per_second",
                "Single checks that one facility may ask in a second, over time.",
                s(self.single_checks_per_second),
            ),
            ("single_checks_burst", "… and at once after a rest.", s(self.single_checks_burst)),
            (
                "bulk_requests_per_second",
                "Requests about files of questions that one facility may make in a second, over time.",
                s(self.bulk_requests_per_second),
            ),
            ("bulk_requests_burst", "… and at once after a rest.", s(self.bulk_requests_burst)),
            (
                "bulk_files_waiting_max",
                "Files of one facility that may wait to be worked on.",
                s(self.bulk_files_waiting_max),
            ),
            (
                "enrolment_attempts_per_second",
                "Attempts to enrol or to renew from one address in a second, over time.",
                s(self.enrolment_attempts_per_second),
            ),
            ("enrolment_attempts_burst", "… and at once after a rest.", s(self.enrolment_attempts_burst)),
            ("api_connections_max", "Open connections of the API port.", s(self.api_connections_max)),
            ("bulk_retention_days", "Days that a bulk result can be fetched.", s(self.bulk_retention_days)),
            (
                "shutdown_grace_seconds",
                "Seconds that open requests are given when the center stops.",
                s(self.shutdown_grace_seconds),
            ),
        ]
    }
}

impl ConfigError {
    fn at(self, path: PathBuf) -> Self {
        match self {
            Self::Read { source, .. } => Self::Read { path, source },
            Self::Parse { message, .. } => Self::Parse { path, message },
            Self::Value { field, why, .. } => Self::Value { path, field, why },
        }
    }
}

const HEAD: &str = "\
# Settings of this center. Read at start; a field that is left out has the value that `tashika center init` writes,
# and a field that does not exist is refused. Keys are not here but in keys/ and root/.
";

fn quoted(value: impl fmt::Display) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(quoted).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    //! Proves that the written file says what the settings are, and that slips are refused with their place.
    use super::*;

    #[test]
    fn the_written_file_reads_back_as_the_same_settings() {
        let config = Config {
            folder: PathBuf::from("/data"),
            listen: Listen::loopback(),
            public: Public {
                names: vec!["center.example".to_owned(), "10.1.2.3".to_owned()],
                api_urls: vec!["https://a.example:8443".to_owned()],
            },
            database: Database { url: "postgres://u:p\"w@db/center".to_owned() },
            log: Log { id: 42 },
            card: Card {
                authorities: vec!["card/ca3.pem".to_owned()],
                policies: vec!["1.2.392.200149.8.5.1.0.30".to_owned()],
                ocsp_url: "http://127.0.0.1:8900/ocsp".to_owned(),
                crl_urls: vec!["http://127.0.0.1:8900/crl".to_owned()],
                successor_url: "http://127.0.0.1:8900/successors".to_owned(),
            },
            consent: ConsentRules { staff_word_is_enough: false },
            secondary_use: SecondaryUse { allowed: true },
            limits: Limits { single_checks_burst: NonZeroU32::new(7).unwrap(), ..Limits::default() },
        };
        let text = config.to_toml();
        assert_eq!(Config::parse(Path::new("/data"), &text).unwrap(), config, "{text}");
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        let config = Config::parse(Path::new("/data"), "").unwrap();
        assert_eq!(config, Config { folder: PathBuf::from("/data"), ..Config::default() });
    }

    #[test]
    fn a_field_that_does_not_exist_is_refused_with_its_place() {
        let error = Config::parse(Path::new("/"), "[limits]\nsingle_check_per_second = 5\n").unwrap_err().to_string();
        assert!(error.contains("single_check_per_second") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn values_that_cannot_be_used_are_refused_by_name() {
        for (text, field) in [
            ("[listen]\nops = \"0.0.0.0:9443\"", "listen.ops"),
            ("[public]\nnames = []", "public.names"),
            ("[log]\nid = 100", "log.id"),
            ("[database]\nurl = \"mysql://x\"", "database.url"),
            ("[public]\napi_urls = [\"http://x\"]", "public.api_urls"),
        ] {
            let error = Config::parse(Path::new("/"), text).unwrap_err().to_string();
            assert!(error.contains(field), "{error}");
        }
    }

    #[test]
    fn a_password_of_the_database_is_not_in_the_debug_form() {
        let config = Config { database: Database { url: "postgres://u:secret@db".to_owned() }, ..Config::default() };
        assert!(!format!("{config:?}").contains("secret"));
    }
}
