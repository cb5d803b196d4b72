//! What can go wrong in the model of the authority.

use std::path::PathBuf;

use trust::jpki::JpkiError;

/// Something could not be made, kept or found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The nation itself cannot be read.
    #[error(transparent)]
    Nation(#[from] crate::Error),
    /// A file of the authority cannot be made, written or read.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `state.json` is not what this crate writes.
    #[error("{}: {source}", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A key or certificate could not be made or read.
    #[error("a key or certificate of the authority: {0}")]
    Jpki(#[from] JpkiError),
    /// A key of the model of 特定機関認証 could not be made or read.
    #[error("a key of the model of terminals: {0}")]
    Terminal(#[from] card::terminal_model::ModelError),
    /// Something in the nation is not what this crate writes.
    #[error("{0} is not what a nation holds")]
    Damaged(&'static str),
    /// There is no such person in the nation.
    #[error("the nation has no person {0}")]
    NoPerson(u32),
    /// The person holds no card, or holds one no more.
    #[error("person {0} holds no card")]
    NoCard(u32),
    /// The person had all the certificates that the model can number.
    #[error("person {0} was issued as many certificates as the model can number")]
    TooManyIssues(u32),
}

/// Result of the model of the authority.
pub type Result<T> = std::result::Result<T, Error>;
