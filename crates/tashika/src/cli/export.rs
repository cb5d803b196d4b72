//! `tashika center export …`: its words.

use super::{CardNumbers, CenterData};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `tashika center export …`
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Who may ask for exports and approve them.
    #[command(subcommand)]
    Officer(OfficerCommand),
    /// Ask for an export. Prints its number, or why the rule refuses. The officer's secret is read from standard input, here and
    /// below.
    Request(ExportAsk),
    /// Approve what another officer asked for.
    Approve {
        /// Number of the request.
        id: String,
        /// Who approves.
        #[arg(long, value_name = "NAME")]
        officer: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Refuse what was asked for.
    Refuse {
        /// Number of the request.
        id: String,
        /// Why, 5 to 200 characters.
        #[arg(long)]
        reason: String,
        /// Who refuses.
        #[arg(long, value_name = "NAME")]
        officer: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Show what was asked for, and what became of it.
    List {
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Count, and write the file of an approved request: CSV with one row for each number that may leave. Months that left
    /// before have the same numbers again.
    Run {
        /// Number of the request.
        id: String,
        /// The file; there must be none.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Who does it.
        #[arg(long, value_name = "NAME")]
        officer: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Leave a person who wishes so out of every count from now on.
    OptOut(ExportOptOut),
}

/// `tashika center export officer …`
#[derive(Debug, Subcommand)]
pub enum OfficerCommand {
    /// Put an officer on record. Prints the secret, once.
    Add {
        /// The name, as it stands on record; it is never given again.
        name: String,
        /// Who puts them on record, for the access log.
        #[arg(long, value_name = "NAME")]
        asked_by: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Take the right away.
    Remove {
        /// The name.
        name: String,
        /// Who takes it away, for the access log.
        #[arg(long, value_name = "NAME")]
        asked_by: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// `tashika center export request …`
#[derive(Debug, Args)]
pub struct ExportAsk {
    /// 利用目的: what for.
    #[arg(long, value_enum)]
    pub purpose: ExportReason,
    /// 法的根拠: on which legal ground.
    #[arg(long, value_enum)]
    pub ground: ExportGround,
    /// 提供先: who gets it.
    #[arg(long, value_name = "TEXT")]
    pub recipient: String,
    /// The first month, such as 202601.
    #[arg(long, value_name = "MONTH")]
    pub from: String,
    /// The last month; two months before this one at the latest.
    #[arg(long, value_name = "MONTH")]
    pub until: String,
    /// Which table.
    #[arg(long, value_enum)]
    pub table: ExportKind,
    /// The fewest persons of a number that leaves, 10 at least.
    #[arg(long, default_value_t = 10)]
    pub k: u32,
    /// Who asks.
    #[arg(long, value_name = "NAME")]
    pub officer: String,
    /// The center.
    #[command(flatten)]
    pub center: CenterData,
}

/// `tashika center export opt-out …`
#[derive(Debug, Args)]
pub struct ExportOptOut {
    /// Whose.
    #[command(flatten)]
    pub card: CardNumbers,
    /// 生年月日, where several people have the card and it has no 枝番.
    #[arg(long, value_name = "DAY")]
    pub birthdate: Option<String>,
    /// They changed their mind: they are counted again.
    #[arg(long)]
    pub undo: bool,
    /// Who does it, for the access log.
    #[arg(long, value_name = "NAME")]
    pub asked_by: String,
    /// Why, 5 to 200 characters, for the access log.
    #[arg(long)]
    pub reason: String,
    /// The center.
    #[command(flatten)]
    pub center: CenterData,
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportReason {
    /// 学術研究
    Research,
    /// 保健医療施策の企画・立案
    HealthPlanning,
    /// 医薬品等の安全対策・研究開発
    DrugSafety,
    /// 統計の作成
    Statistics,
}

/// On which legal ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportGround {
    /// 高齢者の医療の確保に関する法律 第16条の2
    #[value(name = "elderly-healthcare-act-16-2")]
    ElderlyHealthcare16Of2,
    /// 高齢者の医療の確保に関する法律 第16条
    #[value(name = "elderly-healthcare-act-16")]
    ElderlyHealthcare16,
    /// 個人情報の保護に関する法律 第69条第2項第4号
    #[value(name = "personal-information-act-69-2-4")]
    PersonalInformation69,
}

/// Which table: persons by month, class of age, sex and drug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportKind {
    /// Of the whole country, by ingredient.
    Ingredients,
    /// Of the whole country, by class (five characters of the ATC code).
    Classes,
    /// By prefecture and ingredient.
    PrefectureIngredients,
    /// By prefecture and class.
    PrefectureClasses,
}
