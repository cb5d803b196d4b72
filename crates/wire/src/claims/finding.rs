//! What can be wrong with a claim file, and the words for it.

use serde::Serialize;

use super::kind::Tag;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Works, and somebody should know.
    Warning,
    /// The review and payment body would send it back, or the value cannot be used.
    Error,
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident, $ja:literal, $way:literal, $en:literal;)+) => {
        /// What is wrong. The code never changes its meaning; each has a row in docs/CLAIMS.md.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ClaimFault { $($(#[$doc])* $name,)+ }

        impl ClaimFault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code,)+ } }

            /// Error or warning.
            pub const fn severity(self) -> Severity { match self { $(Self::$name => Severity::$severity,)+ } }

            /// What is wrong, in Japanese.
            pub const fn ja(self) -> &'static str { match self { $(Self::$name => $ja,)+ } }

            /// What to do, in Japanese.
            pub const fn way_out_ja(self) -> &'static str { match self { $(Self::$name => $way,)+ } }

            /// What is wrong, in English.
            pub const fn en(self) -> &'static str { match self { $(Self::$name => $en,)+ } }
        }
    };
}

faults! {
    // The line. The record is set aside.
    /// Longer than the limit; never held in memory.
    LineTooLong = "line_too_long", Error, "行が長すぎます", "改行が失われていないか確かめ、作り直してください",
        "the line is longer than the limit";
    /// More fields than the limit.
    TooManyFields = "too_many_fields", Error, "項目の数が多すぎます", "改行が失われていないか確かめてください",
        "more fields than the limit";
    /// Neither two capital letters, nor three columns and two capital letters.
    NoTag = "no_tag", Error, "レコード識別情報がありません", "行の先頭がレコード識別情報（2文字）か確かめてください",
        "the line does not begin with a record tag";
    /// No specification has such a record.
    UnknownTag = "unknown_tag", Error, "定義のないレコード識別情報です", "記録条件仕様にあるレコードか確かめてください",
        "no specification has this record";
    /// A record of another kind of claim.
    ForeignTag = "foreign_tag", Error, "この種類のレセプトにはないレコードです", "医科・DPC・歯科・調剤の別を確かめてください",
        "this record belongs to another kind of claim";
    /// NUL, escape and the like.
    ControlCharacter = "control_character", Error, "制御文字が入っています", "その文字を取り除いてください",
        "there is a control character";
    /// More rows or bytes in one receipt than the limit; the rest of it is set aside.
    ReceiptTooLong = "receipt_too_long", Error, "1件のレセプトの行数が上限を超えています", "レセプトの区切り（RE）が失われていないか確かめてください",
        "a receipt has more rows than the limit";

    // Characters of a field.
    /// The bytes are no characters of the file's charset: half of a double byte, mostly.
    Undecodable = "undecodable", Error, "文字として読めないバイトがあります", "文字が途中で切れていないか、文字コードを確かめてください",
        "bytes that are no character";
    /// 外字 of the private area.
    Gaiji = "gaiji", Error, "外字が入っています", "JIS第1・第2水準の文字に置き換えてください",
        "a character of the private area, which means something only where it was written";
    /// Readable, but outside of JIS X 0208.
    OutsideJis = "outside_jis", Warning, "JIS第1・第2水準にない文字です", "標準の文字（髙→高 など）に置き換えるか、「？」とします",
        "a character outside of JIS X 0208";
    /// Full and half width in one field.
    MixedWidth = "mixed_width", Error, "全角と半角が混在しています", "全角か半角のどちらかに揃えてください",
        "full width and half width in one field";
    /// A double quote.
    Quote = "quote", Error, "引用符（\"）が入っています", "引用符を取り除いてください。項目を引用符で囲むことはできません",
        "double quotes are not used in claim files";

    // The value of a field.
    /// Must be there and is not.
    Empty = "empty", Error, "値がありません", "値を記録してください", "the value is missing";
    /// A character that cannot stand there.
    Character = "character", Error, "使えない文字が入っています", "決められた種類の文字（数字など）か確かめてください",
        "a character that does not belong there";
    /// Fixed fields: not the length that it must have.
    Length = "length", Error, "桁数がちがいます", "決められた桁数で記録してください", "wrong length";
    /// Longer than the maximum.
    TooLong = "too_long", Error, "長すぎます", "決められたバイト数に収めてください", "longer than the maximum";
    /// Leading zeros, trailing zeros or spaces that a variable field drops.
    NotTrimmed = "not_trimmed", Warning, "不要な0またはスペースがあります", "有効桁だけを記録してください",
        "zeros or spaces that a field of variable length leaves out";
    /// More fields than the record has, and they are not empty.
    ExtraFields = "extra_fields", Warning, "項目の数が仕様より多くあります", "記録条件仕様の版を確かめてください",
        "more fields than the record has";
    /// No such day, month or year.
    NoSuchDay = "no_such_day", Error, "ない日付です", "年月日を確かめてください", "no such day";
    /// 平成31年5月1日 and the like.
    OutsideEra = "outside_era", Warning, "元号の期間にない日付です", "元号を確かめてください", "the day lies outside of its era";
    /// Not of the code table.
    UnknownCode = "unknown_code", Error, "コード表にない値です", "コードを確かめてください", "not a code of the table";
    /// Not in the master that was given; masters drop old codes.
    UnknownInMaster = "unknown_in_master", Warning, "マスターにないコードです", "廃止されたコードでないか、マスターの版を確かめてください",
        "the master has no such code; it may be an old one";
    /// Of insurer, payer or recipient.
    CheckDigit = "check_digit", Error, "検証番号が合いません", "番号の読み違い・打ち間違いがないか確かめてください",
        "the check digit does not fit";
    /// Of an institution; sample data carries dummies.
    FacilityCheckDigit = "facility_check_digit", Warning, "医療機関コードの検証番号が合いません", "医療機関コードを確かめてください",
        "the check digit of the institution does not fit";

    // Rows of a receipt.
    /// Day cells do not add up to 回数.
    DaySum = "day_sum", Error, "算定日の合計が回数と合いません", "算定日ごとの回数か、回数を直してください",
        "the cells of the days do not add up to the count";
    /// No day cell although there is a count.
    NoDays = "no_days", Warning, "算定日の記録がありません", "算定日を記録してください", "there is a count and no day";
    /// A cell of a day that the month does not have.
    DayOutsideMonth = "day_outside_month", Error, "その月にない日に記録があります", "算定日を確かめてください",
        "a day that the month does not have";
    /// Another 回数 than the other rows of the unit.
    UnitTimes = "unit_times", Error, "同じ算定単位の中で回数がちがいます", "算定単位の中の回数を揃えてください",
        "rows of one unit have different counts";
    /// The group ends before points were given.
    UnitOpen = "unit_open", Warning, "点数のないまま剤が終わっています", "算定単位の最後の行に点数を記録してください",
        "a group ends without points";
    /// The first row of a receipt has no 診療識別.
    NoSection = "no_section", Error, "最初の行に診療識別がありません", "剤の最初の行に診療識別を記録してください",
        "the first row has no section code";
    /// 負担区分 names a payer that the receipt does not have.
    BurdenWithoutPayer = "burden_without_payer", Error, "負担区分に当たる保険者・公費がありません", "負担区分か、HO・KOレコードを確かめてください",
        "the burden code names a payer that the receipt does not have";
    /// The points do not add up to what HO or KO says.
    PointsSum = "points_sum", Error, "点数の合計が合計点数と合いません", "明細の点数×回数の合計と、合計点数を確かめてください",
        "the points of the rows do not add up to the total of the payer";

    // Order and completeness.
    /// A record at a place where it cannot stand.
    Order = "order", Error, "レコードの順番がちがいます", "記録条件仕様の順に並べてください", "the record stands in the wrong place";
    /// The RE of the receipt is lost or unreadable, so nobody knows whose rows these are.
    NoReceiptHead = "no_receipt_head", Error, "レセプト共通レコード（RE）がありません", "REの行が失われていないか確かめてください",
        "the receipt has no RE, so that nobody knows whose it is";
    /// More HO or KO than a receipt can have.
    TooManyPayers = "too_many_payers", Error, "保険者・公費のレコードが多すぎます", "HOは1つ、KOは4つまでです", "too many payers";
    /// Neither HO nor KO.
    NoPayer = "no_payer", Error, "保険者・公費のレコードがありません", "HOまたはKOを記録してください", "the receipt has no payer";
    /// No diagnosis.
    NoDiagnosis = "no_diagnosis", Warning, "傷病名のレコードがありません", "傷病名を記録してください", "the receipt has no diagnosis";
    /// No row that says what was done.
    NoService = "no_service", Error, "診療・調剤の明細がありません", "明細を記録してください", "the receipt has no row of services";
    /// 診療年月 after 請求年月, or of a receipt none.
    MonthAfterClaim = "month_after_claim", Error, "診療年月が請求年月より後です", "診療年月と請求年月を確かめてください",
        "the month of treatment lies after the month of the claim";
    /// レセプト番号 does not ascend.
    NumberOrder = "number_order", Warning, "レセプト番号が昇順ではありません", "レセプト番号を1から順に振ってください",
        "receipt numbers do not ascend";
    /// The same rows as an earlier receipt of the file.
    SameClaim = "same_claim", Error, "同じレセプトがファイルの中に2回あります", "片方を取り除いてください",
        "the file holds the same receipt twice";
    /// Same person, month and type as an earlier receipt, other rows.
    SamePatientMonth = "same_patient_month", Warning, "同じ患者・同じ月・同じ種別のレセプトがほかにもあります", "1件にまとめるべきでないか確かめてください",
        "another receipt of the same person, month and type";

    // The file.
    /// Does not begin with IR, UK, YK (or a receipt, on the insurer side).
    NoHead = "no_head", Error, "先頭に医療機関情報（IR・UK・YK）がありません", "ファイルの先頭のレコードを確かめてください",
        "the file does not begin with the record of the institution";
    /// Ends without GO.
    NoTotal = "no_total", Error, "最後に診療報酬請求書レコード（GO）がありません", "ファイルが途中で切れていないか確かめてください",
        "the file ends without the record of totals";
    /// 総件数 is not the number of HO and KO.
    TotalCount = "total_count", Error, "総件数が合いません", "HOとKOのレコードの数を総件数に記録してください",
        "the total count is not the number of HO and KO records";
    /// 総合計点数 is not the sum of the receipts.
    TotalPoints = "total_points", Error, "総合計点数が合いません", "各レセプトの合計点数の和を記録してください",
        "the total of points is not the sum of the receipts";
    /// No 0x1A at the end.
    NoEndMark = "no_end_mark", Warning, "ファイルの終わりの記号（1A）がありません", "最後の改行の後に1Aを付けてください",
        "the file does not end with 0x1A";
    /// Bytes after 0x1A.
    AfterEndMark = "after_end_mark", Warning, "ファイルの終わりの記号（1A）の後にデータがあります", "1Aより後を取り除いてください",
        "there is data after 0x1A";
    /// LF without CR.
    LineFeedOnly = "line_feed_only", Warning, "改行がLFだけです", "改行をCR LFにしてください", "lines end with LF alone";
    /// UTF-8 instead of Shift_JIS.
    Utf8 = "utf8", Warning, "文字コードがUTF-8です", "シフトJISで出力してください", "the file is UTF-8, not Shift_JIS";
    /// Dates of an edition before 2020.
    EraDates = "era_dates", Warning, "年月日が和暦です", "現在の記録条件仕様では西暦で記録します", "dates are written with eras";
    /// Rows of both sides in one file.
    SidesMixed = "sides_mixed", Error, "医療機関側と保険者側の形式が混在しています", "ファイルの出どころを確かめてください",
        "rows of the provider's and the insurer's form in one file";
}

/// One finding. Never holds the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line in the file, from 1; 0 when the file as a whole is meant.
    pub line: u64,
    /// レセプト番号 of the receipt, when it has one.
    pub receipt: Option<u32>,
    /// The record; none when the line has no tag.
    pub tag: Option<Tag>,
    /// Number of the field as in the specification, 1 the tag; 0 when the whole record is meant.
    pub field: u16,
    /// Japanese name of the field; empty when the whole record is meant.
    pub field_name: &'static str,
    /// What is wrong.
    pub fault: ClaimFault,
}

impl Finding {
    /// For the window, in Japanese, with the way out.
    pub fn message(&self) -> String {
        let place = self.place("行目", "項目", "（", "）");
        format!("{place}: {}。{}。", self.fault.ja(), self.fault.way_out_ja())
    }

    /// For vendors, in English.
    pub fn message_en(&self) -> String {
        let mut place = if self.line == 0 { "file".to_owned() } else { format!("line {}", self.line) };
        if let Some(tag) = self.tag {
            place.push_str(&format!(", {tag}"));
        }
        if self.field > 0 {
            place.push_str(&format!(" field {}", self.field));
        }
        format!("{place}: {}", self.fault.en())
    }

    fn place(&self, line: &str, field: &str, open: &str, close: &str) -> String {
        let mut place = if self.line == 0 { "ファイル全体".to_owned() } else { format!("{}{line}", self.line) };
        if let Some(tag) = self.tag {
            place.push_str(&format!(" {tag}"));
        }
        if self.field > 0 {
            place.push_str(&format!(" {field}{}", self.field));
        }
        if !self.field_name.is_empty() {
            place.push_str(&format!("{open}{}{close}", self.field_name));
        }
        place
    }
}
