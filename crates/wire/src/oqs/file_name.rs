//! Names of the files in `req`, `res` and `face`: `<API識別ID><req|res>_<suffix>.<extension>`.

use crate::limits;

/// API識別ID: which interface a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApiId {
    /// OQS-IF-001/002 資格確認 (単件).
    Check,
    /// OQS-IF-003/004 照会番号登録 (単件).
    Registration,
    /// OQS-IF-005/006 資格確認一括照会, upload.
    BulkCheckUpload,
    /// OQS-IF-007/008 資格確認一括照会, download.
    BulkCheckDownload,
    /// OQS-IF-009/010 照会番号一括登録, upload.
    BulkRegistrationUpload,
    /// OQS-IF-011/012 照会番号一括登録, download.
    BulkRegistrationDownload,
    /// YZK-IF-001/002 薬剤情報・診療情報 閲覧.
    DrugRecord,
    /// TKK-IF-001/002 特定健診情報 閲覧.
    CheckupRecord,
}

impl ApiId {
    /// Every interface that this program serves.
    pub const ALL: [Self; 8] = [
        Self::Check,
        Self::Registration,
        Self::BulkCheckUpload,
        Self::BulkCheckDownload,
        Self::BulkRegistrationUpload,
        Self::BulkRegistrationDownload,
        Self::DrugRecord,
        Self::CheckupRecord,
    ];

    /// The identifier, such as `OQSsiquc01`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Check => "OQSsiquc01",
            Self::Registration => "OQSsiimm01",
            Self::BulkCheckUpload => "OQSmuquc01",
            Self::BulkCheckDownload => "OQSmuquc02",
            Self::BulkRegistrationUpload => "OQSmuimm01",
            Self::BulkRegistrationDownload => "OQSmuimm02",
            Self::DrugRecord => "YZKsiquc01",
            Self::CheckupRecord => "TKKsiquc01",
        }
    }

    /// Whether the request carries many people.
    pub const fn is_bulk_upload(self) -> bool {
        matches!(self, Self::BulkCheckUpload | Self::BulkRegistrationUpload)
    }

    /// Whether an answer may be a PDF file.
    pub const fn may_be_pdf(self) -> bool {
        matches!(self, Self::DrugRecord | Self::CheckupRecord)
    }

    /// Longest request file, in bytes.
    pub const fn request_max_bytes(self) -> u64 {
        if self.is_bulk_upload() { limits::OQS_BULK_MAX_BYTES } else { limits::OQS_SINGLE_MAX_BYTES }
    }
}

/// Request or response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// `req`
    Request,
    /// `res`
    Response,
}

/// A file name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileName {
    api: ApiId,
    direction: Direction,
    suffix: String,
    extension: String,
}

/// Why a name is not that of a file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    /// Another program's file, a temporary file, a directory: to be left alone.
    #[error("not a file of this interface")]
    NotOurs,
    /// An interface of the national system that this program does not serve.
    #[error("an interface that is not served here")]
    OtherInterface,
    /// Nothing after the underscore.
    #[error("no suffix")]
    NoSuffix,
    /// Longer than the limit.
    #[error("too long")]
    TooLong,
    /// A character that no file name should have.
    #[error("a character that does not belong into a file name")]
    Character,
}

impl FileName {
    /// Makes a name; the suffix belongs to whoever asks.
    ///
    /// # Errors
    /// The suffix is empty, too long, or holds a character that no file name should have.
    pub fn request(api: ApiId, suffix: &str) -> Result<Self, FileNameError> {
        check_suffix(suffix)?;
        Ok(Self { api, direction: Direction::Request, suffix: suffix.to_owned(), extension: "xml".to_owned() })
    }

    /// Takes a name apart. The extension may be written in any case.
    ///
    /// # Errors
    /// The name is not one that this program acts upon.
    pub fn parse(name: &str) -> Result<Self, FileNameError> {
        let (base, extension) = name.rsplit_once('.').ok_or(FileNameError::NotOurs)?;
        let extension = extension.to_ascii_lowercase();
        if !matches!(extension.as_str(), "xml" | "err" | "zip" | "pdf") {
            return Err(FileNameError::NotOurs);
        }
        let (prefix, suffix) = base.split_once('_').ok_or(FileNameError::NotOurs)?;
        let (id, direction) = match (prefix.strip_suffix("req"), prefix.strip_suffix("res")) {
            (Some(id), _) => (id, Direction::Request),
            (_, Some(id)) => (id, Direction::Response),
            _ => return Err(FileNameError::NotOurs),
        };
        let Some(api) = ApiId::ALL.into_iter().find(|api| api.as_str() == id) else {
            let known = ["OQS", "TKK", "YZK", "CIP", "EPS", "PMH"].iter().any(|system| id.starts_with(system));
            return Err(if known { FileNameError::OtherInterface } else { FileNameError::NotOurs });
        };
        if name.len() > limits::OQS_MAX_FILE_NAME_BYTES {
            return Err(FileNameError::TooLong);
        }
        check_suffix(suffix)?;
        Ok(Self { api, direction, suffix: suffix.to_owned(), extension })
    }

    /// The interface.
    pub const fn api(&self) -> ApiId {
        self.api
    }

    /// Request or response.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// What the asking program put behind the underscore.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// The extension, in lower case.
    pub fn extension(&self) -> &str {
        &self.extension
    }

    /// Whether this is a request to take: `….xml` in the direction of requests.
    pub fn is_request(&self) -> bool {
        self.direction == Direction::Request && self.extension == "xml"
    }

    /// The name of the answer: the same base name with `res`.
    pub fn response_name(&self) -> String {
        format!("{}res_{}.xml", self.api.as_str(), self.suffix)
    }

    /// The name of an answer in the form of a PDF file.
    pub fn pdf_name(&self) -> String {
        format!("{}res_{}.pdf", self.api.as_str(), self.suffix)
    }

    /// The name of the request that this file answers, or is.
    pub fn request_name(&self) -> String {
        format!("{}req_{}.xml", self.api.as_str(), self.suffix)
    }

    /// The name of the error file that appears in `res` when the request cannot be processed as a file: the **request**
    /// name with `.err`.
    pub fn error_name(&self) -> String {
        format!("{}req_{}.err", self.api.as_str(), self.suffix)
    }
}

impl std::fmt::Display for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let direction = match self.direction {
            Direction::Request => "req",
            Direction::Response => "res",
        };
        write!(f, "{}{direction}_{}.{}", self.api.as_str(), self.suffix, self.extension)
    }
}

/// The name of the file that tells a check by card in the `face` folder: code of the institution, 20 hexadecimal digits,
/// and the time, as programs that read it know them from the official terminal. `token` is what makes it one of a kind;
/// `time` is 処理実行日時, `yyyyMMddHHmmss`, by which readers find the files of today.
pub fn face_file_name(institution: &str, token: [u8; 10], time: &str) -> String {
    let token = domain::hex::encode(&token);
    format!("{}res_face_{institution}{token}_{time}.xml", ApiId::Check.as_str())
}

fn check_suffix(suffix: &str) -> Result<(), FileNameError> {
    if suffix.is_empty() {
        return Err(FileNameError::NoSuffix);
    }
    if suffix.len() > limits::OQS_MAX_FILE_SUFFIX_BYTES {
        return Err(FileNameError::TooLong);
    }
    let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if suffix.chars().any(bad) || suffix.starts_with('.') || suffix.ends_with(['.', ' ']) {
        return Err(FileNameError::Character);
    }
    Ok(())
}
