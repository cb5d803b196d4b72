//! The form of the check page.

use kit::text::Text;
use serde::Deserialize;
use wire::api::SearchInfo;

use super::answer::AnswerView;

/// What the form sends; the names are those of the interface. Also what the form shows again after an answer.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct CheckForm {
    pub(crate) insurer_number: String,
    pub(crate) insured_card_symbol: String,
    pub(crate) insured_identification_number: String,
    pub(crate) insured_branch_number: String,
    pub(crate) birthdate: String,
    pub(crate) qualification_confirmation_date: String,
    pub(crate) limit_application_certificate_related_cons_flg: String,
}

impl std::fmt::Debug for CheckForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckForm(…)")
    }
}

impl CheckForm {
    /// The question as typed; empty fields are absent.
    pub(crate) fn search(&self) -> SearchInfo {
        let optional = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        SearchInfo {
            insurer_number: self.insurer_number.trim().to_owned(),
            insured_card_symbol: optional(&self.insured_card_symbol),
            insured_identification_number: self.insured_identification_number.trim().to_owned(),
            insured_branch_number: optional(&self.insured_branch_number),
            birthdate: self.birthdate.trim().to_owned(),
            limit_application_certificate_related_cons_flg: Some(if self.consents() { "1" } else { "0" }.to_owned()),
            arbitrary_identifier: None,
        }
    }

    pub(crate) fn consents(&self) -> bool {
        self.limit_application_certificate_related_cons_flg == "1"
    }
}

/// One field of the form.
#[derive(Debug, Clone)]
pub(crate) struct FieldView {
    pub(crate) element: &'static str,
    pub(crate) label: Text,
    pub(crate) value: String,
    pub(crate) inputmode: &'static str,
    pub(crate) maxlength: u32,
    pub(crate) marked: bool,
    pub(crate) note: &'static str,
    pub(crate) autofocus: bool,
}

/// The fields with what was typed, those marked that an answer speaks of. The cursor stands in the first marked field,
/// else in the first.
pub(crate) fn fields(form: &CheckForm, answer: Option<&AnswerView>, today: &str) -> Vec<FieldView> {
    let day = match form.qualification_confirmation_date.as_str() {
        "" => today,
        typed => typed,
    };
    let field = |element, label, value: &str, inputmode, maxlength| FieldView {
        element,
        label,
        value: value.to_owned(),
        inputmode,
        maxlength,
        marked: answer.is_some_and(|answer| answer.marks(element)),
        note: "",
        autofocus: false,
    };
    let mut fields = vec![
        field("InsurerNumber", Text::new("保険者番号", "Insurer"), &form.insurer_number, "numeric", 20),
        field("InsuredCardSymbol", Text::new("記号", "Symbol"), &form.insured_card_symbol, "text", 40),
        field(
            "InsuredIdentificationNumber",
            Text::new("番号", "Number"),
            &form.insured_identification_number,
            "text",
            40,
        ),
        field("InsuredBranchNumber", Text::new("枝番", "Branch"), &form.insured_branch_number, "numeric", 4),
        field("Birthdate", Text::new("生年月日", "Birth date"), &form.birthdate, "text", 20),
        field("QualificationConfirmationDate", Text::new("資格確認日", "Day"), day, "text", 20),
    ];
    for field in &mut fields {
        if field.marked {
            field.note = "ここをカードと見くらべてください。 Compare this with the card.";
        }
    }
    let first = fields.iter().position(|field| field.marked).unwrap_or(0);
    fields[first].autofocus = true;
    fields
}
