//! A clinic's booked patients, so that their answers can be asked for the night before.

use domain::{BranchNumber, CardNumber, CardSymbol, Date, InsurerNumber};

use super::fault::RowFault;
use super::fields::Fields;
use super::reader::CsvRow;
use crate::api::SearchInfo;

/// A row of a file of bookings. Personal data: blank in the log. A column `Name` may stand beside these for whoever reads the
/// file; it is not read.
#[derive(Clone, PartialEq, Eq)]
pub struct Booking {
    /// 資格確認日: the day on which the patient comes.
    pub day: Date,
    /// The numbers of the card, as they stand in the file.
    pub search: SearchInfo,
}

impl std::fmt::Debug for Booking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Booking(…)")
    }
}

impl CsvRow for Booking {
    const COLUMNS: &'static [&'static str] = &[
        "QualificationConfirmationDate",
        "InsurerNumber",
        "InsuredCardSymbol",
        "InsuredIdentificationNumber",
        "InsuredBranchNumber",
        "Birthdate",
    ];
    type Memo = ();

    fn read(fields: &Fields<'_>, (): &mut ()) -> Result<Self, (RowFault, &'static str)> {
        let day = fields.date(0)?;
        // Judged here, so that a wrong one is told while somebody is there to mend it; asked as it was written.
        fields.id(1, InsurerNumber::parse)?;
        fields.id_opt(2, CardSymbol::parse)?;
        fields.id(3, CardNumber::parse)?;
        fields.id_opt(4, BranchNumber::parse)?;
        fields.date(5)?;
        let optional = |column: usize| fields.optional(column).map(str::to_owned);
        Ok(Self {
            day,
            search: SearchInfo {
                insurer_number: fields.get(1).to_owned(),
                insured_card_symbol: optional(2),
                insured_identification_number: fields.get(3).to_owned(),
                insured_branch_number: optional(4),
                birthdate: fields.get(5).to_owned(),
                limit_application_certificate_related_cons_flg: None,
                arbitrary_identifier: None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    //! Proves that good lines are kept, and bad ones named by line and field without their values.
    use super::*;
    use crate::feed::{CsvEncoding, CsvReader};

    const FILE: &str = "Name,QualificationConfirmationDate,InsurerNumber,InsuredCardSymbol,InsuredIdentificationNumber,\
        InsuredBranchNumber,Birthdate\r\n\
        見本　髙子,20261129,01130012,１２,4260,01,S55.4.1\r\n\
        ,20261129,01130013,,4260,,19800401\r\n\
        ,,01130012,,4260,,19800401\r\n\
        ,20261129,01130012,,4260,,19800431\r\n\
        ,令和8年11月29日,01130012,,4261,,昭和55年4月1日\r\n";

    #[test]
    fn good_lines_are_kept_and_bad_ones_named_by_line_and_field() {
        let mut rows = CsvReader::<_, Booking>::new(FILE.as_bytes(), CsvEncoding::Utf8).unwrap();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next_row().unwrap() {
            match row {
                Ok(booking) => good.push(booking),
                Err(refusal) => bad.push((refusal.line, refusal.field, refusal.code)),
            }
        }
        assert_eq!(good.len(), 2);
        assert_eq!(good[0].day, domain::date::parse("20261129").unwrap());
        assert_eq!(good[0].search.insured_card_symbol.as_deref(), Some("１２"));
        assert_eq!(good[0].day, good[1].day);
        let named = |line: u64, field: &str, code: &str| (line, field.to_owned(), code.to_owned());
        assert_eq!(
            bad,
            [
                named(3, "InsurerNumber", "check_digit"),
                named(4, "QualificationConfirmationDate", "empty"),
                named(5, "Birthdate", "no_such_day"),
            ]
        );
        assert_eq!(format!("{:?}", good[0]), "Booking(…)");
        assert_eq!(rows.unknown_columns(), ["Name"]);
    }
}
