//! `tashika claims …`

use std::path::PathBuf;

use clap::Subcommand;

/// `tashika claims …`
#[derive(Debug, Subcommand)]
pub enum Claims {
    /// レセプトのファイルを点検する。Check claim files (UKE) of any of the four kinds, from either side: shape of every field, check
    /// digits, dates, day cells, points, order, totals, the same claim twice. Exit 1 if there are errors.
    Check {
        /// The files, such as RECEIPTC.UKE, RECEIPTY.CYO or 11_RECODEINFO_MED.CSV.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object a file, with every finding that is listed, for programs.
        #[arg(long)]
        json: bool,
    },
    /// レセプトを送る。Submit claim files: each is checked, kept sealed in the terminal's queue, and sent by the running terminal
    /// as soon as the center can be reached; the number (控え番号) comes at once. May be done while the line is down, and whether
    /// the terminal runs or not. Exit 1 if a file is not taken.
    Submit {
        /// The files, such as RECEIPTC.UKE or RECEIPTY.CYO.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Send a file again that the center has taken before. Claims that fitted nobody need no such thing: they are taken
        /// when their insurer tells of the person.
        #[arg(long)]
        again: bool,
        /// One JSON object a file, for programs.
        #[arg(long)]
        json: bool,
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// 送ったレセプトの状況。What became of submitted claims: all files, or one with each of its claims. Exit 1 if the file was
    /// refused.
    Status {
        /// 控え番号 of a file; without it the newest files are listed.
        number: Option<i64>,
        /// Every claim; without it only those that somebody has to look at.
        #[arg(long, requires = "number")]
        all: bool,
        /// One JSON object a line: the file, then each claim.
        #[arg(long)]
        json: bool,
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// レセプトを取り下げる。Take a claim back (取下げ): nothing of it stays in the record. Queued as files are.
    Withdraw {
        /// 受付番号 of the claim, 32 hexadecimal digits, as `claims status` shows it.
        claim_number: String,
        /// The terminal's data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}
