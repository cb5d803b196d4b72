//! `tashika center claims …`, `tashika center checkups …` and `tashika master …`

use std::path::PathBuf;

use clap::Subcommand;
use domain::MedicalInstitutionCode;

use super::CenterData;

/// Claims, straight into the center's store.
#[derive(Debug, Subcommand)]
pub enum CenterClaims {
    /// Take files of claims (UKE) of any of the four kinds: each claim goes to its person's record. The same file again
    /// changes nothing; a changed claim replaces the earlier one.
    Import {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write the report as JSON to this file.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
    /// Withdraw a claim (取下げ): nothing of it stays in the record.
    Withdraw {
        /// 医療機関コード of who claimed, ten digits.
        #[arg(value_parser = MedicalInstitutionCode::parse)]
        institution: MedicalInstitutionCode,
        /// Its 受付番号, 32 hexadecimal digits.
        number: String,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// Checkups, straight into the center's store.
#[derive(Debug, Subcommand)]
pub enum CenterCheckups {
    /// 特定健診のアーカイブを取り込む。Take archives (ZIP) or single reports (XML): each report goes to the person whom its card,
    /// birth date, branch, sex and name fit; one that fits nobody is kept and shown to nobody. The same archive again
    /// changes nothing; a changed report replaces the earlier one. Exit 1 if an archive cannot be taken.
    Import {
        /// The archives.
        #[arg(required = true)]
        archives: Vec<PathBuf>,
        /// Write the reports as JSON to this file, one for each archive.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}

/// What the codes of claims mean.
#[derive(Debug, Subcommand)]
pub enum Master {
    /// Load a drug master (医薬品マスター `y_ALL.csv`). A newer one supersedes; drugs that it drops stay known.
    Load {
        /// The file.
        #[arg(required_unless_present = "synthetic")]
        file: Option<PathBuf>,
        /// Day of the master, such as 2026-11-01; today if not given.
        #[arg(long, value_name = "DAY")]
        date: Option<String>,
        /// The synthetic master that ships with the program, instead of a file.
        #[arg(long, conflicts_with_all = ["file", "date"])]
        synthetic: bool,
        /// The center.
        #[command(flatten)]
        center: CenterData,
    },
}
