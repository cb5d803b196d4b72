//! Reads a 照会番号 registration, for the single message and for a line of a file.

use domain::query::UnreadableField;
use domain::{
    BranchNumber, CardNumber, CardSymbol, Field, IdError, InsurerNumber, MedicalInstitutionCode, ReferenceNumber,
};
use uuid::Uuid;
use wire::api::{FieldError, ReferenceNumberRegistrationInfo};

use crate::check::Registration;

/// Reads every field and tells about every one that cannot be read, not only the first.
///
/// # Errors
/// One entry per unreadable field, in the order of the interface; never empty.
pub fn read(
    info: &ReferenceNumberRegistrationInfo,
    facility: MedicalInstitutionCode,
    request_id: Uuid,
) -> Result<Registration, Vec<FieldError>> {
    let mut bad = Vec::new();
    let reference_number = match ReferenceNumber::parse(&info.reference_number) {
        Ok(number) => Some(number),
        Err(error) => {
            bad.push(reference_number_error(error));
            None
        }
    };
    let insurer = take(&mut bad, Field::InsurerNumber, InsurerNumber::parse(&info.insurer_number));
    let symbol =
        take(&mut bad, Field::InsuredCardSymbol, optional(info.insured_card_symbol.as_deref(), CardSymbol::parse));
    let number =
        take(&mut bad, Field::InsuredIdentificationNumber, CardNumber::parse(&info.insured_identification_number));
    let branch = take(
        &mut bad,
        Field::InsuredBranchNumber,
        optional(info.insured_branch_number.as_deref(), BranchNumber::parse),
    );
    match (reference_number, insurer, symbol, number, branch) {
        (Some(reference_number), Some(insurer_number), Some(symbol), Some(number), Some(branch)) => Ok(Registration {
            facility,
            request_id,
            insurer_number,
            insured_card_symbol: symbol,
            insured_identification_number: number,
            insured_branch_number: branch,
            reference_number,
        }),
        _ => Err(bad),
    }
}

fn take<T>(bad: &mut Vec<FieldError>, field: Field, read: Result<T, IdError>) -> Option<T> {
    read.map_err(|error| bad.push(FieldError::from(&UnreadableField { field, code: error.code() }))).ok()
}

fn optional<T>(raw: Option<&str>, parse: impl Fn(&str) -> Result<T, IdError>) -> Result<Option<T>, IdError> {
    match raw.map(parse) {
        None | Some(Err(IdError::Empty)) => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(error),
    }
}

fn reference_number_error(error: IdError) -> FieldError {
    let (message, message_en) = match error {
        IdError::Empty => ("照会番号が入っていません。", "ReferenceNumber is empty."),
        IdError::Length(_) => ("照会番号は50文字までです。", "ReferenceNumber has at most 50 characters."),
        IdError::Character | IdError::CheckDigit | IdError::Kind => {
            ("照会番号に使えない文字があります。", "ReferenceNumber has a character that does not belong there.")
        }
    };
    FieldError {
        field: "ReferenceNumber".to_owned(),
        code: error.code().to_owned(),
        message: message.to_owned(),
        message_en: message_en.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    //! Proves that every wrong field is named, and that what may be missing may be missing.
    use super::*;

    fn facility() -> MedicalInstitutionCode {
        MedicalInstitutionCode::parse("1310000017").unwrap()
    }

    #[test]
    fn every_wrong_field_is_named_in_the_order_of_the_interface() {
        let info = ReferenceNumberRegistrationInfo { insurer_number: "06139460".to_owned(), ..Default::default() };
        let errors = read(&info, facility(), Uuid::nil()).unwrap_err();
        let named: Vec<(&str, &str)> = errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect();
        assert_eq!(
            named,
            [
                ("ReferenceNumber", "empty"),
                ("InsurerNumber", "insurer_check_digit"),
                ("InsuredIdentificationNumber", "empty")
            ]
        );
    }

    #[test]
    fn symbol_and_branch_may_be_missing_or_empty() {
        let info = ReferenceNumberRegistrationInfo {
            reference_number: "24434".to_owned(),
            insurer_number: "06139463".to_owned(),
            insured_identification_number: "1".to_owned(),
            insured_card_symbol: Some(String::new()),
            insured_branch_number: None,
        };
        let registration = read(&info, facility(), Uuid::nil()).unwrap();
        assert!(registration.insured_card_symbol.is_none() && registration.insured_branch_number.is_none());
    }
}
