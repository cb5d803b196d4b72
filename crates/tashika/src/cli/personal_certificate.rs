//! `tashika personal-certificate …`: its words.

use super::CenterData;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The numbers on a card.
#[derive(Debug, Args)]
pub struct CardNumbers {
    /// 保険者番号, 6 or 8 digits.
    #[arg(long, value_name = "NUMBER")]
    pub insurer: String,
    /// 記号, where the card has one.
    #[arg(long, value_name = "TEXT")]
    pub symbol: Option<String>,
    /// 番号.
    #[arg(long, value_name = "TEXT")]
    pub number: String,
    /// 枝番, where several people have the card.
    #[arg(long, value_name = "DIGITS")]
    pub branch: Option<String>,
}

/// The paper of a certificate.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Paper {
    /// 105 × 148 mm.
    A6,
    /// 85.6 × 54 mm.
    Card,
}

/// `tashika personal-certificate …`
#[derive(Debug, Subcommand)]
pub enum PersonalCertificateCommand {
    /// Make one. Without a file the text of the code is printed.
    Issue {
        /// Whose.
        #[command(flatten)]
        card: CardNumbers,
        /// 生年月日.
        #[arg(long, value_name = "DAY")]
        birthdate: String,
        /// The first day; today if absent.
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day; a year if absent, or as long as the coverage allows.
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
        /// The insured asked that the limit classification be written in.
        #[arg(long)]
        limit: bool,
        /// The paper of --html.
        #[arg(long, value_enum, default_value = "a6")]
        paper: Paper,
        /// Write the text of the code to this file.
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
        /// Write the code as a picture to this file.
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Write the page for printing to this file.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write the page for a phone to this file.
        #[arg(long, value_name = "FILE")]
        phone: Option<PathBuf>,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Take one back: the next status list says so.
    Revoke {
        /// Its place, such as 13-40312, as `issue` and `list` name it.
        place: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// What was given out for a card.
    List {
        /// Whose.
        #[command(flatten)]
        card: CardNumbers,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}
