//! The head of a report: who, where, when, of which kind.

use domain::checkup::{CheckupInstitution, CheckupTicket};
use domain::{BranchNumber, CardNumber, CardSymbol, Checkup, CheckupPatient, Date, IdError, InsurerNumber, Sex, date};

use super::fault::FaultCode;
use super::observation;
use super::tree::{Fail, NodeId, Tree};

const HL7: &str = "urn:hl7-org:v3";
/// All names of the layout lie below this arc.
const INSURER: &str = "1.2.392.200119.6.101";
const INSTITUTION: &str = "1.2.392.200119.6.102";
const SYMBOL: &str = "1.2.392.200119.6.204";
const NUMBER: &str = "1.2.392.200119.6.205";
const BRANCH: &str = "1.2.392.200119.6.211";
/// The arc of 整理番号 goes on with `1` and the insurer's number.
const TICKET_ARC: &str = "1.2.392.200119.6.209.";
/// 保健指導, by 報告区分.
const GUIDANCE_KINDS: std::ops::RangeInclusive<&str> = "21"..="29";

/// Reads a report. Faults that cost an item or nothing go into `faults`.
pub(super) fn read(tree: &Tree<'_>, faults: &mut Vec<Fail>) -> Result<Checkup, Fail> {
    let root = 0;
    if tree.name(root) != "ClinicalDocument" || !tree.declares(root, HL7) {
        return Err(Fail::at(FaultCode::WrongRoot, root));
    }
    let kind = tree.need(root, &["code"])?;
    let report_kind = code(tree, kind)?;
    if GUIDANCE_KINDS.contains(&report_kind.as_str()) {
        return Err(Fail::at(FaultCode::NotACheckup, kind));
    }
    let written_on = day(tree, tree.need(root, &["effectiveTime"])?)?;
    let event = tree.need(root, &["documentationOf", "serviceEvent"])?;
    let on = tree.need(event, &["effectiveTime"])?;
    let date = day(tree, on)?;
    let patient = patient(tree, tree.need(root, &["recordTarget", "patientRole"])?)?;
    if patient.birthdate > date {
        return Err(Fail::at(FaultCode::BornLater, on));
    }
    let mut checkup = Checkup {
        report_kind,
        program: tree.child(event, "code").map(|node| code(tree, node)).transpose()?.unwrap_or_default(),
        date,
        written_on,
        patient,
        institution: institution(tree, root, event)?,
        ticket: ticket(tree, root)?,
        items: Vec::with_capacity(96),
    };
    if let Some(body) = tree.descend(root, &["component", "structuredBody"]) {
        observation::read_all(tree, body, &mut checkup.items, faults)?;
    }
    if checkup.items.is_empty() {
        faults.push(Fail::at(FaultCode::NoItems, root));
    }
    Ok(checkup)
}

fn patient(tree: &Tree<'_>, role: NodeId) -> Result<CheckupPatient, Fail> {
    let insurer = identifier(tree, role, INSURER, InsurerNumber::parse)?;
    let number = identifier(tree, role, NUMBER, CardNumber::parse)?;
    let patient = tree.need(role, &["patient"])?;
    let name = tree.need(patient, &["name"])?;
    let name_kana = tree.text(name);
    if name_kana.is_empty() {
        return Err(Fail::at(FaultCode::Empty, name));
    }
    if name_kana.chars().count() > domain::limits::NAME_CHARS_MAX {
        return Err(Fail::at(FaultCode::TextTooLong, name));
    }
    let gender = tree.need(patient, &["administrativeGenderCode"])?;
    let sex = match code(tree, gender)?.as_str() {
        "1" => Sex::Male,
        "2" => Sex::Female,
        _ => return Err(Fail::below(FaultCode::UnknownCode, gender, "@code")),
    };
    let (address, post_number) = address(tree, role)?;
    Ok(CheckupPatient {
        insurer_number: insurer.ok_or_else(|| missing_id(role, INSURER))?,
        insured_card_symbol: identifier(tree, role, SYMBOL, CardSymbol::parse)?,
        insured_identification_number: number.ok_or_else(|| missing_id(role, NUMBER))?,
        insured_branch_number: identifier(tree, role, BRANCH, BranchNumber::parse)?,
        name_kana: name_kana.to_owned(),
        birthdate: day(tree, tree.need(patient, &["birthTime"])?)?,
        sex,
        address,
        post_number,
    })
}

/// 住所 and 郵便番号: free text around an element.
fn address(tree: &Tree<'_>, role: NodeId) -> Result<(Option<String>, Option<String>), Fail> {
    let Some(node) = tree.child(role, "addr") else { return Ok((None, None)) };
    let text = tree.text(node);
    if text.chars().count() > domain::limits::ADDRESS_CHARS_MAX {
        return Err(Fail::at(FaultCode::TextTooLong, node));
    }
    let shown = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok((shown(text), tree.child(node, "postalCode").and_then(|code| shown(tree.text(code)))))
}

/// The `id` of this root; none when there is none, or only an empty one.
fn identifier<T>(
    tree: &Tree<'_>,
    role: NodeId,
    root: &str,
    parse: impl Fn(&str) -> Result<T, IdError>,
) -> Result<Option<T>, Fail> {
    let mut found = None;
    for node in tree.all(role, "id") {
        if tree.attribute(node, "root")?.as_deref() != Some(root) {
            continue;
        }
        if found.is_some() {
            return Err(Fail::at(FaultCode::DuplicateElement, node));
        }
        let raw = tree.attribute(node, "extension")?.unwrap_or_default();
        if !raw.trim().is_empty() {
            let parsed = parse(&raw).map_err(|error| Fail::below(code_of_id(error), node, "@extension"))?;
            found = Some(parsed);
        }
    }
    Ok(found)
}

fn missing_id(role: NodeId, root: &str) -> Fail {
    Fail::below(FaultCode::Missing, role, &format!("id[@root='{root}']"))
}

const fn code_of_id(error: IdError) -> FaultCode {
    match error {
        IdError::Empty => FaultCode::Empty,
        IdError::Character => FaultCode::Character,
        IdError::Length(_) => FaultCode::Length,
        IdError::CheckDigit => FaultCode::CheckDigit,
        IdError::Kind => FaultCode::Kind,
    }
}

fn code(tree: &Tree<'_>, node: NodeId) -> Result<String, Fail> {
    observation::short_code(tree, node, "code")
}

/// The day of a point in time: `yyyyMMdd`, with or without a time behind it.
fn day(tree: &Tree<'_>, node: NodeId) -> Result<Date, Fail> {
    let raw = tree.need_attribute(node, "value")?;
    let is_long = raw.len() > 8 && raw.bytes().take(8).all(|byte| byte.is_ascii_digit());
    let shown = if is_long { &raw[..8] } else { raw.as_str() };
    date::parse(shown).map_err(|error| {
        let code = match error {
            date::DateError::Empty => FaultCode::Empty,
            date::DateError::NotDigits => FaultCode::Character,
            date::DateError::Length(_) => FaultCode::Length,
            date::DateError::NoSuchDay | date::DateError::Era => FaultCode::NoSuchDay,
        };
        Fail::below(code, node, "@value")
    })
}

/// Who did the checkup; in files that do not say so, who made the file.
fn institution(tree: &Tree<'_>, root: NodeId, event: NodeId) -> Result<CheckupInstitution, Fail> {
    let done_by = tree.descend(event, &["performer", "assignedEntity", "representedOrganization"]);
    let made_by = || tree.need(root, &["author", "assignedAuthor", "representedOrganization"]);
    let node = done_by.map_or_else(made_by, Ok)?;
    let mut number = None;
    for id in tree.all(node, "id") {
        if tree.attribute(id, "root")?.as_deref() == Some(INSTITUTION) {
            number = Some(observation::short_code(tree, id, "extension")?);
        }
    }
    let name = tree.child(node, "name").map(|name| tree.text(name)).unwrap_or_default();
    if name.chars().count() > domain::limits::NAME_CHARS_MAX {
        return Err(Fail::below(FaultCode::TextTooLong, node, "name"));
    }
    let code = number.ok_or_else(|| Fail::below(FaultCode::Missing, node, &format!("id[@root='{INSTITUTION}']")))?;
    Ok(CheckupInstitution { code, name: name.to_owned() })
}

/// 受診券: the participant of type HLD with a number below [`TICKET_ARC`].
fn ticket(tree: &Tree<'_>, root: NodeId) -> Result<Option<CheckupTicket>, Fail> {
    for participant in tree.all(root, "participant") {
        let Some(entity) = tree.child(participant, "associatedEntity") else { continue };
        for id in tree.all(entity, "id") {
            if !tree.attribute(id, "root")?.unwrap_or_default().starts_with(TICKET_ARC) {
                continue;
            }
            let expires = tree.descend(participant, &["time", "high"]).map(|high| day(tree, high)).transpose()?;
            return Ok(Some(CheckupTicket { reference: observation::short_code(tree, id, "extension")?, expires }));
        }
    }
    Ok(None)
}
