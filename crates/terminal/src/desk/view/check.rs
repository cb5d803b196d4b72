//! The form of the check page.

use domain::{ConsentChoice, ConsentItem, PrescriptionForm};
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
    /// The patient was asked what may be shown; what follows is the answer.
    #[serde(rename = "asked")]
    asked: String,
    #[serde(rename = "specific_disease")]
    specific_disease: String,
    #[serde(rename = "drugs")]
    drugs: String,
    #[serde(rename = "diagnosis")]
    diagnosis: String,
    #[serde(rename = "surgery")]
    surgery: String,
    #[serde(rename = "checkups")]
    checkups: String,
    #[serde(rename = "prescription")]
    prescription: String,
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

    fn consents(&self) -> bool {
        self.limit_application_certificate_related_cons_flg == "1"
    }

    /// What the patient allowed; none when they were not asked, which is something else than allowing nothing.
    pub(crate) fn choice(&self) -> Option<ConsentChoice> {
        if self.asked != "1" {
            return None;
        }
        let ticked = ConsentItem::ALL.iter().filter(|item| self.ticks(**item));
        let choice = ticked.fold(ConsentChoice::NOTHING, |choice, item| choice.with(*item));
        Some(match PrescriptionForm::parse(&self.prescription) {
            Some(form) => choice.with_prescription(form),
            None => choice,
        })
    }

    fn ticks(&self, item: ConsentItem) -> bool {
        let ticked = match item {
            ConsentItem::LimitCertificate => return self.consents(),
            ConsentItem::SpecificDisease => &self.specific_disease,
            ConsentItem::Drugs => &self.drugs,
            ConsentItem::Diagnosis => &self.diagnosis,
            ConsentItem::Surgery => &self.surgery,
            ConsentItem::Checkups => &self.checkups,
        };
        ticked == "1"
    }

    /// What the form shows of the questions about consents.
    pub(crate) fn asking(&self) -> Asking {
        let items = ConsentItem::ALL.iter().filter(|item| **item != ConsentItem::LimitCertificate);
        let tick = |code, name: domain::Spoken, ticked| Tick { code, name: Text::new(name.ja, name.en), ticked };
        let forms = [PrescriptionForm::Electronic, PrescriptionForm::Paper];
        Asking {
            limit: self.consents(),
            asked: self.asked == "1",
            items: items.map(|item| tick(item.code(), item.name(), self.ticks(*item))).collect(),
            forms: forms.map(|form| tick(form.code(), form.name(), self.prescription == form.code())).to_vec(),
        }
    }
}

/// The questions about consents, as a patient without a card is asked by staff. Nothing is ticked beforehand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asking {
    pub(crate) limit: bool,
    pub(crate) asked: bool,
    pub(crate) items: Vec<Tick>,
    pub(crate) forms: Vec<Tick>,
}

/// One thing to tick.
#[derive(Debug, Clone)]
pub(crate) struct Tick {
    pub(crate) code: &'static str,
    pub(crate) name: Text,
    pub(crate) ticked: bool,
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
