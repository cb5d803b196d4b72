//! How drugs are to be taken, in words: what a claim's comment says, and what the history should show.

use super::drugs;
use super::month::{Form, Prescription};

/// Text of a 用法コード (別表12).
fn of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "001" => "１日３回食前服用",
        "003" => "１日３回食後服用",
        "004" => "１日１回朝服用",
        "005" => "１日１回朝食前服用",
        "006" => "１日１回朝食後服用",
        "012" => "１日１回夕食後服用",
        "013" => "１日１回就寝前服用",
        "018" => "１日２回朝夕食後服用",
        "021" => "１日４回食後と就寝前服用",
        _ => return None,
    })
}

/// What the patient is told.
pub(crate) fn text(prescription: &Prescription) -> String {
    if let Some(text) = of_code(prescription.usage) {
        return text.to_owned();
    }
    let drug = prescription.drugs.first().map(|(drug, _)| drugs::get(*drug));
    let (class, unit) = drug.map_or(("", ""), |drug| (drug.class, drug.unit));
    let text = match (prescription.form, class) {
        (Form::AsNeeded, "prokinetic") => "吐き気のあるとき服用",
        (Form::AsNeeded, _) => "疼痛時、発熱時服用",
        (Form::SelfInjection, _) => "１日１回皮下注射",
        (Form::Injection, _) => "",
        (Form::Oral, "bisphosphonate") => "週１回起床時服用",
        (Form::Oral, "adsorbent") => "１日３回食間服用",
        (Form::Oral, _) => "医師の指示どおり服用",
        (_, "nsaid_topical" | "beta2_topical") if unit == "枚" => "１日１回貼付",
        (_, "ics_laba" | "saba" | "lama") => "１日２回吸入",
        (_, "nasal_steroid") => "１日１回点鼻",
        (_, "eye_allergy" | "eye_lubricant" | "eye_glaucoma" | "eye_antibiotic") => "１日４回点眼",
        (_, "nitrate") => "胸痛時舌下",
        _ => "１日２回塗布",
    };
    text.to_owned()
}
