//! Observations: one for each item of a checkup.

use domain::checkup::{Judged, Side};
use domain::{Checkup, CheckupItem, CheckupValue};

use super::{amount, coding, concept, day, meta, number, reference};
use crate::fhir::types::{CodeableConcept, Identifier, Quantity, Reference, ReferenceRange};
use crate::fhir::{Observation, system};

/// The items of a checkup of the person `Patient/{patient}`, with ids `{id}-1`, `{id}-2`, … in the order of the report.
pub fn observations(id: &str, patient: &str, checkup: &Checkup) -> Vec<Observation> {
    let made = checkup.items.iter().enumerate();
    made.map(|(place, item)| observation(&format!("{id}-{}", place + 1), patient, checkup, item)).collect()
}

fn observation(id: &str, patient: &str, checkup: &Checkup, item: &CheckupItem) -> Observation {
    let category = Category::of(item);
    let code = item.code.as_str();
    let mut codes = vec![coding(system::CHECKUP_ITEM, code, Some(item.name()))];
    if category == Category::Laboratory {
        codes.push(coding(system::JLAC10, code, None));
    }
    let institution = Reference {
        reference: None,
        identifier: Some(Identifier {
            system: Some(system::CHECKUP_INSTITUTION.to_owned()),
            value: Some(checkup.institution.code.clone()),
        }),
        display: Some(checkup.institution.name.clone()).filter(|name| !name.is_empty()),
    };
    let mut observation = Observation {
        id: Some(id.to_owned()),
        meta: Some(meta(category.profile())),
        status: "final".to_owned(),
        category: vec![CodeableConcept {
            coding: vec![coding(system::OBSERVATION_CATEGORY, category.code(), None)],
            text: None,
        }],
        code: CodeableConcept { coding: codes, text: Some(item.name().to_owned()) },
        subject: Some(reference("Patient", patient)),
        effective_date_time: Some(day(checkup.date)),
        performer: vec![institution],
        value_quantity: None,
        value_codeable_concept: None,
        value_string: None,
        data_absent_reason: None,
        interpretation: item.judged.map(judgement).into_iter().collect(),
        specimen: specimen(item),
        reference_range: range(item).into_iter().collect(),
    };
    put_value(&mut observation, item);
    observation
}

fn put_value(observation: &mut Observation, item: &CheckupItem) {
    match &item.value {
        CheckupValue::Quantity { value, unit } => observation.value_quantity = Some(quantity(&value.to_string(), unit)),
        CheckupValue::OutOfRange { side, limit: Some(limit), unit } => {
            let comparator = if *side == Side::Below { "<" } else { ">" };
            let limit = quantity(&limit.to_string(), unit);
            observation.value_quantity = Some(Quantity { comparator: Some(comparator.to_owned()), ..limit });
        }
        CheckupValue::OutOfRange { side, limit: None, .. } => {
            let words = if *side == Side::Below { "測定下限未満" } else { "測定上限超過" };
            observation.value_string = Some(words.to_owned());
        }
        CheckupValue::Coded { code, system, .. } => {
            let system = if system.is_empty() { None } else { Some(format!("urn:oid:{system}")) };
            let display = item.answer().map(str::to_owned);
            observation.value_codeable_concept = Some(CodeableConcept {
                coding: vec![crate::fhir::types::Coding { system, code: Some(code.clone()), display: display.clone() }],
                text: display,
            });
        }
        CheckupValue::Text { text } if text.is_empty() => {
            observation.data_absent_reason = Some(concept(system::DATA_ABSENT_REASON, "unknown", None));
        }
        CheckupValue::Text { text } => observation.value_string = Some(text.clone()),
        CheckupValue::NotDone => {
            observation.data_absent_reason = Some(concept(system::DATA_ABSENT_REASON, "not-performed", Some("未実施")));
        }
    }
}

/// Units of checkups are nearly UCUM; those that are not are translated.
fn quantity(value: &str, unit: &str) -> Quantity {
    let ucum = match unit {
        "10*4/mm3" => "10*4/mm3",
        "10*2/mm3" => "10*2/mm3",
        "ml/min/1.73m2" => "mL/min/{1.73_m2}",
        "" => return Quantity { value: number(value), ..Quantity::default() },
        other => other,
    };
    amount(value, unit, system::UCUM, ucum)
}

fn range(item: &CheckupItem) -> Option<ReferenceRange> {
    let unit = match &item.value {
        CheckupValue::Quantity { unit, .. } | CheckupValue::OutOfRange { unit, .. } => unit,
        CheckupValue::Coded { .. } | CheckupValue::Text { .. } | CheckupValue::NotDone => return None,
    };
    let range = item.range?;
    let bound = |bound: Option<domain::checkup::Decimal>| bound.map(|bound| quantity(&bound.to_string(), unit));
    Some(ReferenceRange { low: bound(range.low), high: bound(range.high) })
}

fn judgement(judged: Judged) -> CodeableConcept {
    let words = match judged {
        Judged::Low => "Low",
        Judged::Normal => "Normal",
        Judged::High => "High",
    };
    concept(system::INTERPRETATION, judged.code(), Some(words))
}

/// What was examined. The material is in the item code (材料, characters 10 to 12); its kind is told in words, since JP Core asks
/// for a specimen with every laboratory result and reports have none as a thing of its own.
fn specimen(item: &CheckupItem) -> Option<Reference> {
    if Category::of(item) != Category::Laboratory {
        return None;
    }
    let words = match item.code.key().as_bytes().first() {
        Some(b'1') => "尿",
        _ => "血液",
    };
    Some(Reference { display: Some(words.to_owned()), ..Reference::default() })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Category {
    Laboratory,
    VitalSigns,
    Exam,
    Survey,
}

impl Category {
    /// By the key: 1 to 5 and 8A are examinations of samples, 9A75 and 9A76 blood pressure, 9N7 to 9N9 questions.
    fn of(item: &CheckupItem) -> Self {
        let key = item.code.key();
        if matches!(item.value, CheckupValue::Text { .. }) {
            return Self::Exam;
        }
        match key.as_bytes() {
            [b'1'..=b'5', ..] | [b'8', b'A', ..] if !key.ends_with("16") && !key.contains("16161") => Self::Laboratory,
            [b'9', b'A', b'7', b'5' | b'6', ..] => Self::VitalSigns,
            [b'9', b'N', b'7'..=b'9', ..] => Self::Survey,
            _ => Self::Exam,
        }
    }

    const fn profile(self) -> &'static str {
        match self {
            Self::Laboratory => system::JP_OBSERVATION_LAB_RESULT,
            Self::VitalSigns => system::JP_OBSERVATION_VITAL_SIGNS,
            Self::Exam | Self::Survey => system::JP_OBSERVATION_COMMON,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Laboratory => "laboratory",
            Self::VitalSigns => "vital-signs",
            Self::Exam => "exam",
            Self::Survey => "survey",
        }
    }
}
