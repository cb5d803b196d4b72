//! The command line: what can be said, with its help. What is done about it lives in `command/`.

mod bench;
mod checkups;
mod claims;
mod disaster;
mod export;
mod looks;
mod personal_certificate;
mod record;
mod truth;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

pub use bench::{Bench, BenchCheck, BenchCheckups, BenchClaims, BenchRecords};
pub use checkups::Checkups;
pub use claims::Claims;
pub use disaster::Disaster;
pub use export::{Export, ExportAsk, ExportGround, ExportKind, ExportOptOut, ExportReason, OfficerCommand};
pub use looks::Looks;
pub use personal_certificate::{CardNumbers, Paper, PersonalCertificateCommand};
pub use record::{CenterCheckups, CenterClaims, Master};
pub use truth::NationTruth;

/// Tashika 確か: online health-insurance eligibility for clinics, hospitals, dental clinics and pharmacies.
#[derive(Debug, Parser)]
#[command(name = "tashika", version, propagate_version = true, max_term_width = 110)]
pub struct Cli {
    /// How the program writes its log.
    #[arg(long, global = true, value_enum, default_value_t = LogStyle::Text)]
    pub log: LogStyle,
    /// What is logged, such as `info`, `debug` or `center=debug,info`; `info` for servers and `warn` for the rest if not
    /// given.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log_filter: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Shape of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogStyle {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// Everything that the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A whole system on this machine in one process: center, terminal and a synthetic nation, with a story of visits.
    Demo(Demo),
    /// The national side.
    #[command(subcommand)]
    Center(Center),
    /// Institutions: add, invite, revoke.
    #[command(subcommand)]
    Facility(Facility),
    /// Insurers: invite, import what they send.
    #[command(subcommand)]
    Insurer(Insurer),
    /// What the codes of claims mean.
    #[command(subcommand)]
    Master(Master),
    /// The window side.
    #[command(subcommand)]
    Terminal(Terminal),
    /// A synthetic nation: insurers, people, institutions and an oracle that knows every answer.
    Nation(Nation),
    /// The authority behind the nation's Individual Number Cards: a model that answers OCSP and publishes revocation lists.
    #[command(subcommand)]
    Jpki(Jpki),
    /// A person's card or phone in a virtual reader, for every program that speaks PC/SC.
    Card(Card),
    /// Reports of checkups (特定健診).
    #[command(subcommand)]
    Checkups(Checkups),
    /// Proofs of answers.
    #[command(subcommand)]
    Proof(Proof),
    /// Status lists: whether what was said earlier still stands.
    #[command(subcommand)]
    StatusList(StatusListCommand),
    /// 資格確認書 with a code: give out, take back, list.
    #[command(subcommand)]
    PersonalCertificate(PersonalCertificateCommand),
    /// Claims (レセプト): check what a receipt computer wrote, submit it, see what became of each, take one back.
    #[command(subcommand)]
    Claims(Claims),
    /// Measurements of this program on this machine.
    #[command(subcommand)]
    Bench(Bench),
    /// Print the OpenAPI document of the center.
    Openapi,
}

/// `tashika demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// End after the story; exit 0 only if every visit came out as the oracle says.
    #[arg(long)]
    pub once: bool,
    /// Print one JSON object a visit instead of the story.
    #[arg(long)]
    pub json: bool,
    /// People of the nation.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub people: u32,
    /// Seed of the nation.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder for everything that the demo makes; a new one under the system's folder for temporary files if not given.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Address of the desk page; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub desk: SocketAddr,
    /// Address of the kiosk page; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub kiosk: SocketAddr,
}

/// `tashika center …`
#[derive(Debug, Subcommand)]
pub enum Center {
    /// Make the data folder: certificate authority, log key, configuration, database.
    Init {
        /// The data folder; it must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// DNS names and IP addresses under which terminals reach the center.
        #[arg(long = "name", value_name = "HOST", default_values_t = ["localhost".to_owned(), "127.0.0.1".to_owned()])]
        names: Vec<String>,
        /// PostgreSQL instead of a SQLite file in the data folder.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// Revoke one certificate, of a terminal or an insurer; connections that show it are refused within seconds.
    Revoke {
        /// Its serial number in hexadecimal digits, as `tashika facility show` prints it.
        serial: String,
        /// Why.
        #[arg(long, value_enum, default_value_t = RevokeReason::Unspecified)]
        reason: RevokeReason,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Searches for people by name in a disaster: open, close, see who looked and why.
    #[command(subcommand)]
    Disaster(Disaster),
    /// 二次利用: counts of records that leave, asked for by one officer and approved by another. Off until switched on.
    #[command(subcommand)]
    Export(Box<Export>),
    /// 閲覧履歴: who looked into a person's record, from when to when.
    Looks(Looks),
    /// Claims, straight into the center's store.
    #[command(subcommand)]
    Claims(CenterClaims),
    /// Checkups (特定健診), straight into the center's store.
    #[command(subcommand)]
    Checkups(CenterCheckups),
    /// Serve terminals and insurers until SIGINT or SIGTERM.
    Run {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Address of the API (mutual TLS), instead of the configured one.
        #[arg(long, value_name = "ADDR")]
        listen: Option<SocketAddr>,
        /// Address of the enrolment port, instead of the configured one.
        #[arg(long, value_name = "ADDR")]
        enrol_listen: Option<SocketAddr>,
        /// Loopback address of health, readiness and metrics, instead of the configured one.
        #[arg(long, value_name = "ADDR")]
        ops_listen: Option<SocketAddr>,
    },
}

/// Why a certificate of a terminal or an insurer is revoked (RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RevokeReason {
    /// Nothing is said.
    Unspecified,
    /// The key may be in other hands: a stolen terminal.
    KeyCompromise,
    /// A newer certificate took its place.
    Superseded,
    /// The facility or the terminal is closed.
    CessationOfOperation,
    /// The operator took the right away.
    PrivilegeWithdrawn,
}

/// The center whose data is meant.
#[derive(Debug, Args)]
pub struct CenterData {
    /// The center's data folder.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// `tashika facility …`
#[derive(Debug, Subcommand)]
pub enum Facility {
    /// Record an institution.
    Add {
        /// 医療機関コード, 10 digits.
        code: String,
        /// Its name.
        name: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Record many institutions from a CSV file (MedicalInstitutionCode, Name, Kind, …).
    Import {
        /// The file.
        file: PathBuf,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Show what is on record of an institution, and every certificate of its terminals.
    Show {
        /// 医療機関コード, 10 digits.
        code: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Print a one-time code with which a terminal of the institution joins.
    Enrol {
        /// 医療機関コード, 10 digits.
        code: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Revoke every certificate of the institution at once.
    Revoke {
        /// 医療機関コード, 10 digits.
        code: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// `tashika insurer …`
#[derive(Debug, Subcommand)]
pub enum Insurer {
    /// Load an insurer feed (CSV): good rows are loaded, bad ones are reported with line, field and reason.
    Import {
        /// The file.
        file: PathBuf,
        /// Write the report as JSON to this file.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Record many insurers from a CSV file (InsurerNumber, InsurerName, …).
    Register {
        /// The file.
        file: PathBuf,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Print a one-time code with which an insurer gets its certificate.
    Enrol {
        /// 保険者番号, 6 or 8 digits.
        number: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// `tashika terminal …`
#[derive(Debug, Subcommand)]
pub enum Terminal {
    /// Join a center with a one-time code: key, certificate, configuration and the first login.
    Join {
        /// Address of the center's enrolment port, `https://host:port`.
        url: String,
        /// The one-time code.
        code: String,
        /// The data folder; it must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Serve the desk page and the folders until SIGINT or SIGTERM.
    Run {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Loopback address of the desk page, instead of the configured one.
        #[arg(long, value_name = "ADDR")]
        desk: Option<SocketAddr>,
        /// Loopback address of the kiosk page, instead of the configured one.
        #[arg(long, value_name = "ADDR")]
        kiosk: Option<SocketAddr>,
    },
    /// Logins of the desk page.
    #[command(subcommand)]
    User(TerminalUser),
    /// Take in the institution's charts, to match patients who are checked by card with: UTF-8 CSV with the columns
    /// ReferenceNumber (needed), Name, NameKana, Birthdate, InsurerNumber, InsuredCardSymbol, InsuredIdentificationNumber,
    /// InsuredBranchNumber.
    Charts {
        /// The file.
        file: PathBuf,
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Take in who is booked, so that they are asked about in the night before; may be done while the terminal runs. CSV whose
    /// first line names the columns: QualificationConfirmationDate (day of the visit), InsurerNumber, InsuredCardSymbol,
    /// InsuredIdentificationNumber, InsuredBranchNumber, Birthdate; others are left aside. UTF-8 or Shift_JIS.
    Bookings {
        /// The file.
        file: PathBuf,
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Set the facility's password for 目視確認 at the kiosk, read from standard input; or remove it.
    FacilityPassword {
        /// Remove it: staff confirm on the desk page alone.
        #[arg(long)]
        remove: bool,
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

/// `tashika terminal user …`
#[derive(Debug, Subcommand)]
pub enum TerminalUser {
    /// Add a login; the password is printed once.
    Add {
        /// Login name.
        name: String,
        /// What the person may do.
        #[arg(long, value_enum, default_value_t = UserRole::Reception)]
        role: UserRole,
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// List the logins.
    List {
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Give a login a new password; it is printed once.
    Password {
        /// Login name.
        name: String,
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

/// What a login may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UserRole {
    /// Checks patients.
    Reception,
    /// Sees the records that patients agreed to show.
    Records,
    /// Manages logins and the terminal.
    Admin,
}

/// `tashika nation …`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Nation {
    /// Number of people.
    #[arg(long, required = true, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    pub people: Option<u32>,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder to write into.
    #[arg(long, required = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Months of claims before this month, with the truth about the drugs, diagnoses and procedures in them.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=60))]
    pub claims_months: u32,
    /// Fiscal years of checkups, with the truth about their values.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub checkup_years: u32,
    /// Ask a nation's oracle instead.
    #[command(subcommand)]
    pub command: Option<NationCommand>,
}

/// `tashika nation check …`
#[derive(Debug, Subcommand)]
pub enum NationCommand {
    /// Start a private center and terminals, load the nation, ask every question of its oracle and compare.
    Check(NationCheck),
    /// Make a nation with its claims, take them into a center's store, and compare everybody's history with the truth.
    Truth(NationTruth),
}

/// `tashika nation check DIR --through WAY`
#[derive(Debug, Args)]
pub struct NationCheck {
    /// Folder that `tashika nation` wrote.
    pub dir: PathBuf,
    /// Which way the questions go.
    #[arg(long, value_enum)]
    pub through: Through,
    /// PostgreSQL database for the private center, instead of SQLite. It should be empty.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Ask only the first N questions.
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
}

/// Ways from a question to its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Through {
    /// One HTTPS request a question.
    Api,
    /// One uploaded file an institution and date.
    Bulk,
    /// `req` and `res` folders of a terminal.
    Folders,
}

/// The nation whose cards are meant.
#[derive(Debug, Args)]
pub struct NationFolder {
    /// Folder that `tashika nation` wrote.
    #[arg(long, value_name = "DIR")]
    pub nation: PathBuf,
}

/// `tashika jpki …`
#[derive(Debug, Subcommand)]
pub enum Jpki {
    /// Answer OCSP, publish revocation lists and look up new serial numbers until SIGINT or SIGTERM. Plain HTTP: what is
    /// said is signed.
    Run {
        /// The nation.
        #[command(flatten)]
        nation: NationFolder,
        /// Loopback address; port 0 takes any free one.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Revoke the certificate on a person's card.
    Revoke {
        /// The person's place in the nation, from 0.
        person: u32,
        /// Why.
        #[arg(long, value_enum, default_value_t = Reason::Lost)]
        reason: Reason,
        /// The nation.
        #[command(flatten)]
        nation: NationFolder,
    },
    /// Issue the certificate on a person's card anew; the old one is revoked.
    Reissue {
        /// The person's place in the nation, from 0.
        person: u32,
        /// The nation.
        #[command(flatten)]
        nation: NationFolder,
    },
    /// Admit a terminal to open keys without PIN behind a face, in the model of 特定機関認証: writes the key file for
    /// `[face] terminal_key` in terminal.toml. Real cards know nothing of it.
    Terminal {
        /// Name of the terminal, at most 16 letters.
        name: String,
        /// The file; it must not exist.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The nation.
        #[command(flatten)]
        nation: NationFolder,
    },
    /// Name people whose card is valid, expired or revoked.
    List {
        /// How many of each.
        #[arg(long, value_name = "N", default_value_t = 3)]
        first: usize,
        /// The nation.
        #[command(flatten)]
        nation: NationFolder,
    },
}

/// Why a card's certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reason {
    /// The card was lost or stolen.
    Lost,
    /// Something that stands in it changed.
    Moved,
    /// The person gave it up, moved abroad or died.
    GivenUp,
}

/// `tashika card`
#[derive(Debug, Args)]
pub struct Card {
    /// Folder that `tashika nation` wrote.
    #[arg(long, value_name = "DIR")]
    pub nation: PathBuf,
    /// The person's place in the nation, from 0.
    #[arg(long, value_name = "ID")]
    pub person: u32,
    /// The person's phone instead: its certificate is behind the PIN, and it has no photo.
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "android")]
    pub phone: Option<Phone>,
    /// Where the driver of the virtual reader (vpcd) listens. It may come later, and go and come back.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963")]
    pub reader: SocketAddr,
    /// File that keeps the tries left for its PINs; one in the nation's folder if not given.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Picture for the card, JPEG 2000; without it the card has no photo.
    #[arg(long, value_name = "FILE")]
    pub photo: Option<PathBuf>,
}

/// Kinds of phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Phone {
    /// Android.
    Android,
    /// iPhone.
    Iphone,
}

/// `tashika status-list …`
#[derive(Debug, Subcommand)]
pub enum StatusListCommand {
    /// Verify a list that was fetched or lies in a terminal's folder status-lists, offline. Exit 1 if it is not to be believed.
    Verify {
        /// The list (.cwt).
        file: PathBuf,
        /// The center's credential key: certs/credential.pub.pem of its data folder.
        #[arg(long, value_name = "PEM")]
        key: PathBuf,
        /// Which list it has to be: 01 to 47 for the insurers of a prefecture, or all.
        #[arg(long)]
        name: Option<String>,
    },
    /// Make the lists anew and publish them now, beside the hours at which a running center does so.
    Publish {
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// `tashika proof …`
#[derive(Debug, Subcommand)]
pub enum Proof {
    /// Check a saved answer offline: nothing in it has changed, and the access is on record.
    Verify {
        /// The saved answer.
        file: PathBuf,
        /// Public key of the log (PEM). Every terminal keeps one in its data folder.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Look up a proof number on record: who asked, when, and what they were told.
    Find {
        /// The number, such as 01-00000012345-7.
        number: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}
