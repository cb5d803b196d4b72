//! `tashika center looks`: its words.

use super::{CardNumbers, CenterData};
use clap::Args;

/// 閲覧履歴: who looked into a person's record, from when to when.
///
/// Each look with its time, the institution, who looked in which role, what for, what they wanted to see and what they were
/// shown, and which way. The question itself goes on the access log.
#[derive(Debug, Args)]
pub struct Looks {
    /// Whose record.
    #[command(flatten)]
    pub card: CardNumbers,
    /// 生年月日, where several people have the card and it has no 枝番.
    #[arg(long, value_name = "DAY")]
    pub birthdate: Option<String>,
    /// The first day, in Japan, such as 2026-04-01; from the beginning if absent.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// The last day, in Japan; to now if absent.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Who asks, for the access log.
    #[arg(long, value_name = "NAME")]
    pub asked_by: String,
    /// Why, 5 to 200 characters, for the access log.
    #[arg(long)]
    pub reason: String,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
    /// The center.
    #[command(flatten)]
    pub center: CenterData,
}
