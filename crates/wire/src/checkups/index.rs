//! The index of an archive (ix08): who sends what to whom, and how many files there should be.

use serde::Serialize;

use super::tree::{Fail, Tree};

/// What an index says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckupIndex {
    /// 送付元機関.
    pub sender: String,
    /// 送付先機関.
    pub receiver: String,
    /// 作成年月日, as written.
    pub created: String,
    /// 総ファイル数. Senders count the reports, or the reports and their claims.
    pub records: u64,
}

/// Reads an index. The namespace changed over the years and is not looked at.
pub(super) fn read(tree: &Tree<'_>) -> Result<CheckupIndex, Fail> {
    let root = 0;
    let attribute = |path: &[&str], name: &str| tree.need_attribute(tree.need(root, path)?, name);
    let count = tree.need(root, &["totalRecordCount"])?;
    let records = tree.need_attribute(count, "value")?;
    let records = records.parse().map_err(|_| Fail::below(super::FaultCode::NotANumber, count, "@value"))?;
    Ok(CheckupIndex {
        sender: attribute(&["sender", "id"], "extension")?,
        receiver: attribute(&["receiver", "id"], "extension")?,
        created: attribute(&["creationTime"], "value")?,
        records,
    })
}
