//! 医薬品マスター (`y_ALL.csv`): quoted, no header, Shift_JIS, 35 columns in 2022 and more since (formats.md 1.10).

use std::io::{BufRead, BufReader, Read};

use domain::record::{DrugClass, DrugCode};
use domain::{Date, date};

use super::MasterForm;
use crate::api::Refusal;
use crate::feed::{CsvEncoding, RowFault, split};
use crate::limits;

/// 変更区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrugChange {
    /// 0: as before
    None,
    /// 1 抹消, 9 廃止: no longer claimed; claims of before still name it
    Gone,
    /// 3 新規, 5 変更
    Changed,
}

/// One drug of the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrugRow {
    /// 医薬品コード.
    pub code: DrugCode,
    /// 漢字名称.
    pub name: String,
    /// 単位名称; none where it has none.
    pub unit: Option<String>,
    /// 剤形; none in files that leave it blank.
    pub form: Option<MasterForm>,
    /// Whether it is a drug: rows with 金額種別 7 are deductions.
    pub is_drug: bool,
    /// 薬価基準収載医薬品コード.
    pub price_list_code: Option<String>,
    /// 変更区分.
    pub change: DrugChange,
    /// 変更年月日.
    pub changed_on: Option<Date>,
    /// 廃止年月日; none while it is not.
    pub abolished_on: Option<Date>,
}

impl DrugRow {
    /// 薬効分類, from the price list's code.
    pub fn class(&self) -> Option<DrugClass> {
        DrugClass::parse(self.price_list_code.as_deref()?.get(..4)?).ok()
    }
}

/// Columns from 0.
mod column {
    pub const CHANGE: usize = 0;
    pub const CODE: usize = 2;
    pub const NAME: usize = 4;
    pub const UNIT: usize = 9;
    pub const PRICE_KIND: usize = 10;
    pub const FORM: usize = 27;
    pub const CHANGED_ON: usize = 29;
    pub const ABOLISHED_ON: usize = 30;
    pub const PRICE_LIST_CODE: usize = 31;
}

/// Reads a drug master line by line. A line that cannot be taken is refused by itself, with line, field and words.
pub struct DrugMasterReader<R> {
    input: BufReader<R>,
    encoding: CsvEncoding,
    line: u64,
    raw: Vec<u8>,
    text: String,
    ranges: Vec<(u32, u32)>,
}

impl<R> std::fmt::Debug for DrugMasterReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DrugMasterReader").field("line", &self.line).finish_non_exhaustive()
    }
}

type FieldFault = (RowFault, &'static str);

impl<R: Read> DrugMasterReader<R> {
    /// Reads a file in this encoding; the master comes in Shift_JIS.
    pub fn new(input: R, encoding: CsvEncoding) -> Self {
        Self {
            input: BufReader::new(input),
            encoding,
            line: 0,
            raw: Vec::new(),
            text: String::new(),
            ranges: Vec::new(),
        }
    }

    /// The next drug: read, or refused with the reason. `None` at the end.
    ///
    /// # Errors
    /// Only when the file itself cannot be read on.
    pub fn next_row(&mut self) -> std::io::Result<Option<Result<DrugRow, Refusal>>> {
        loop {
            let Some(fits) = self.read_line()? else { return Ok(None) };
            // An empty line, or the end mark of older files.
            if fits && matches!(self.raw.as_slice(), [] | [0x1A]) {
                continue;
            }
            let row = if fits { self.read_row() } else { Err((RowFault::LineTooLong, "")) };
            return Ok(Some(row.map_err(|(fault, field)| fault.refusal(self.line, field))));
        }
    }

    /// Reads one line without its end; false when it is too long and was skipped, none at the end.
    fn read_line(&mut self) -> std::io::Result<Option<bool>> {
        self.raw.clear();
        let most = limits::MASTER_MAX_LINE_BYTES as u64;
        if self.input.by_ref().take(most).read_until(b'\n', &mut self.raw)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if !self.raw.ends_with(b"\n") && self.raw.len() as u64 == most {
            while !self.raw.ends_with(b"\n") {
                self.raw.clear();
                if self.input.by_ref().take(most).read_until(b'\n', &mut self.raw)? == 0 {
                    break;
                }
            }
            return Ok(Some(false));
        }
        while matches!(self.raw.last(), Some(b'\n' | b'\r')) {
            self.raw.pop();
        }
        Ok(Some(true))
    }

    fn field(&self, column: usize) -> &str {
        self.ranges.get(column).map_or("", |&(from, to)| self.text[from as usize..to as usize].trim())
    }

    fn read_row(&mut self) -> Result<DrugRow, FieldFault> {
        let line = match self.encoding {
            CsvEncoding::Utf8 => {
                let text = std::str::from_utf8(&self.raw).map_err(|_| (RowFault::Undecodable, ""))?;
                std::borrow::Cow::Borrowed(text.trim_start_matches('\u{FEFF}'))
            }
            CsvEncoding::ShiftJis => encoding_rs::SHIFT_JIS
                .decode_without_bom_handling_and_without_replacement(&self.raw)
                .ok_or((RowFault::Undecodable, ""))?,
        };
        if line.bytes().any(|byte| byte < 0x20 && byte != b'\t') {
            return Err((RowFault::ControlCharacter, ""));
        }
        split(&line, &mut self.text, &mut self.ranges).map_err(|fault| (fault, ""))?;
        let code = DrugCode::parse(self.field(column::CODE)).map_err(|error| (error.into(), "DrugCode"))?;
        let name = self.field(column::NAME);
        if name.is_empty() {
            return Err((RowFault::Empty, "DrugName"));
        }
        if name.chars().count() > limits::MASTER_MAX_NAME_CHARS {
            return Err((RowFault::TooLong, "DrugName"));
        }
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(DrugRow {
            code,
            name: name.to_owned(),
            unit: some(self.field(column::UNIT)),
            form: MasterForm::parse(self.field(column::FORM)),
            is_drug: self.field(column::PRICE_KIND) != "7",
            price_list_code: some(self.field(column::PRICE_LIST_CODE)),
            change: match self.field(column::CHANGE) {
                "1" | "9" => DrugChange::Gone,
                "3" | "5" => DrugChange::Changed,
                _ => DrugChange::None,
            },
            changed_on: self.day(column::CHANGED_ON, "ChangedOn")?,
            abolished_on: self.day(column::ABOLISHED_ON, "AbolishedOn")?,
        })
    }

    /// A day; `99999999` and `00000000` are none.
    fn day(&self, column: usize, name: &'static str) -> Result<Option<Date>, FieldFault> {
        match self.field(column) {
            "" | "0" | "00000000" | "99999999" => Ok(None),
            text => date::parse(text).map(Some).map_err(|error| (error.into(), name)),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Proves that masters of other lengths are read, and that a bad line is named and costs no other.
    use super::*;

    const SAMPLE: &str = "\"0\",\"Y\",\"610406079\",\"7\",\"ガスター散２％\",\"09\",\"ｶﾞｽﾀｰｻﾝ2%\",\"33\",\"1\",\"ｇ\",\"1\",\"26.00\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"1\",\"0\",\"1\",\"34.90\",\"0\",\"0\",\"1\",\"\",\"20220401\",\"99999999\",\"2325003B2029\",\"002908000\",\"0\",\"ガスター散２％\"";

    fn read(file: &[u8], encoding: CsvEncoding) -> (Vec<DrugRow>, Vec<(u64, String, String)>) {
        let mut reader = DrugMasterReader::new(file, encoding);
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        while let Some(row) = reader.next_row().unwrap() {
            match row {
                Ok(row) => rows.push(row),
                Err(refusal) => refused.push((refusal.line, refusal.field, refusal.code)),
            }
        }
        (rows, refused)
    }

    #[test]
    fn a_line_of_any_length_is_read() {
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(SAMPLE);
        let longer = format!("{SAMPLE},\"\",\"【般】ファモチジン散２％\"");
        let (longer, _, _) = encoding_rs::SHIFT_JIS.encode(&longer);
        let short = ",,610406079,,ガスター散２％,,,,,ｇ";
        let (short, _, _) = encoding_rs::SHIFT_JIS.encode(short);
        let file = [&sjis[..], &longer[..], &short[..], b"\x1A"].join(&b"\r\n"[..]);
        let (rows, refused) = read(&file, CsvEncoding::ShiftJis);
        assert_eq!(refused, []);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], rows[1]);
        assert_eq!((rows[2].name.as_str(), rows[2].unit.as_deref()), ("ガスター散２％", Some("ｇ")));
        assert_eq!(rows[0].class(), DrugClass::parse("2325").ok());
        assert_eq!((rows[0].form, rows[0].abolished_on), (Some(MasterForm::Oral), None));
    }

    #[test]
    fn a_bad_line_is_named_and_costs_no_other() {
        let file = format!(
            "{SAMPLE}\r\n\"0\",\"Y\",\"110406079\",\"7\",\"x\"\n\"0\",\"Y\n,,610406079,,\n{}\n\n{SAMPLE}",
            "9".repeat(20_000)
        );
        let (rows, refused) = read(file.as_bytes(), CsvEncoding::Utf8);
        assert_eq!(rows.len(), 2);
        let named = |line: u64, field: &str, code: &str| (line, field.to_owned(), code.to_owned());
        assert_eq!(
            refused,
            [
                named(2, "DrugCode", "kind"),
                named(3, "", "quoting"),
                named(4, "DrugName", "empty"),
                named(5, "", "line_too_long")
            ]
        );
    }

    #[test]
    fn the_synthetic_master_is_whole() {
        let (rows, refused) = read(crate::master::SYNTHETIC_DRUG_MASTER, CsvEncoding::ShiftJis);
        assert_eq!(refused, []);
        assert_eq!(rows.len(), 356);
        assert_eq!(rows.iter().filter(|row| !row.is_drug).count(), 1);
        assert!(rows.iter().filter(|row| row.is_drug).all(|row| row.class().is_some() && row.form.is_some()));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            read(&bytes, CsvEncoding::ShiftJis);
            read(&bytes, CsvEncoding::Utf8);
        }
    }
}
