//! The content of an `.err` file. The interface fixes only its name; programs look for it, people open it.

use super::error::OqsError;
use super::source::Encoding;
use super::write::OutputEncoding;
use crate::text::encode;

/// A small text that says what is wrong with a request and what to do, in the encoding configured for answers, with the
/// line ends of Windows.
pub fn err_file(code: &str, message: &str, message_en: &str, encoding: OutputEncoding) -> Vec<u8> {
    let text = format!(
        "エラーコード: {code}\r\n内容: {message}\r\n対応: この要求ファイルは処理されていません。内容を直して、新しいファイル名で出力し直してください。\r\n\
         detail: {message_en}\r\n"
    );
    match encoding {
        OutputEncoding::ShiftJis(target) => encode(&text, target).bytes,
        OutputEncoding::Utf8WithBom => [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        OutputEncoding::Utf8 => {
            debug_assert_eq!(encoding.encoding(), Encoding::Utf8);
            text.into_bytes()
        }
    }
}

impl OqsError {
    /// The content of the `.err` file for a request that cannot be read.
    pub fn err_file(&self, encoding: OutputEncoding) -> Vec<u8> {
        err_file(self.code.as_str(), &self.message(), &self.message_en(), encoding)
    }
}
