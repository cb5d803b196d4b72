//! The items of a report: one by one, or nested in a group.

use std::collections::HashSet;

use domain::checkup::{Decimal, ItemKind, Judged, ReferenceRange, Side, items};
use domain::{CheckupItem, CheckupValue, ItemCode};

use super::fault::FaultCode;
use super::tree::{Fail, NodeId, Tree};
use crate::limits;

/// What has been read of a report so far.
struct Reading<'t, 'a> {
    tree: &'t Tree<'a>,
    items: &'t mut Vec<CheckupItem>,
    faults: &'t mut Vec<Fail>,
    known: HashSet<ItemCode>,
    groups: u16,
}

/// Reads every item below `structuredBody`. An item that cannot be read is a fault by itself.
pub(super) fn read_all(
    tree: &Tree<'_>,
    body: NodeId,
    items: &mut Vec<CheckupItem>,
    faults: &mut Vec<Fail>,
) -> Result<(), Fail> {
    let mut reading = Reading { tree, items, faults, known: HashSet::with_capacity(128), groups: 0 };
    for component in tree.all(body, "component") {
        for section in tree.all(component, "section") {
            for entry in tree.all(section, "entry") {
                for observation in tree.all(entry, "observation") {
                    reading.observation(observation, None)?;
                }
            }
        }
    }
    Ok(())
}

/// A code of a few characters.
pub(super) fn short_code(tree: &Tree<'_>, node: NodeId, attribute: &str) -> Result<String, Fail> {
    let code = tree.need_attribute(node, attribute)?;
    if code.len() > limits::CHECKUP_MAX_CODE_BYTES {
        return Err(Fail::below(FaultCode::TextTooLong, node, &format!("@{attribute}")));
    }
    if code.chars().any(char::is_control) {
        return Err(Fail::below(FaultCode::Character, node, &format!("@{attribute}")));
    }
    Ok(code)
}

impl Reading<'_, '_> {
    /// One observation and those nested in it. The tree is no deeper than its limit.
    fn observation(&mut self, node: NodeId, group: Option<u16>) -> Result<(), Fail> {
        let has_members = self.tree.child(node, "entryRelationship").is_some();
        let group = if has_members && group.is_none() {
            self.groups = self.groups.saturating_add(1);
            Some(self.groups)
        } else {
            group
        };
        match self.item(node, has_members, group) {
            Ok(Some(item)) => {
                if self.items.len() >= limits::CHECKUP_MAX_ITEMS {
                    return Err(Fail::at(FaultCode::TooManyItems, node));
                }
                if self.known.insert(item.code) {
                    self.items.push(item);
                } else {
                    self.faults.push(Fail::below(FaultCode::DuplicateItem, node, "code"));
                }
            }
            Ok(None) => {}
            Err(fail) => self.faults.push(fail),
        }
        let tree = self.tree;
        for relation in tree.all(node, "entryRelationship") {
            for member in tree.all(relation, "observation") {
                self.observation(member, group)?;
            }
        }
        Ok(())
    }

    /// The item of an observation; none for the frame of a group and for a value that says that there is none.
    fn item(&mut self, node: NodeId, has_members: bool, group: Option<u16>) -> Result<Option<CheckupItem>, Fail> {
        let tree = self.tree;
        let code_node = tree.need(node, &["code"])?;
        let Some(raw) = tree.attribute(code_node, "code")? else {
            let is_frame = has_members && tree.child(node, "value").is_none();
            return if is_frame { Ok(None) } else { Err(Fail::below(FaultCode::Missing, code_node, "@code")) };
        };
        let mut values = tree.all(node, "value");
        let value = values.next();
        if let Some(second) = values.next() {
            return Err(Fail::at(FaultCode::DuplicateElement, second));
        }
        let is_not_done = tree.attribute(node, "negationInd")?.as_deref().is_some_and(|is| is == "true" || is == "1");
        if value.is_none() && has_members && !is_not_done {
            return Ok(None);
        }
        let code = ItemCode::parse(&raw).map_err(|_| Fail::below(FaultCode::ItemCode, code_node, "@code"))?;
        let value = match (value, is_not_done) {
            (None, true) => CheckupValue::NotDone,
            (None, false) => return Err(Fail::below(FaultCode::Missing, node, "value")),
            (Some(value), false) => match self.value(value, code)? {
                Some(value) => value,
                None => return Ok(None),
            },
            (Some(value), true) => match tree.attribute(value, "nullFlavor")? {
                Some(_) => CheckupValue::NotDone,
                None => return Err(Fail::at(FaultCode::NotDoneWithValue, value)),
            },
        };
        let range = self.range(node, &value)?;
        let judged = self.judged(node)?;
        let method = tree.child(node, "methodCode").map(|method| short_code(tree, method, "code"));
        let name = if code.item().is_some() { None } else { tree.attribute(code_node, "displayName")? };
        Ok(Some(CheckupItem {
            code,
            name: name.filter(|name| !name.trim().is_empty()).map(|name| name.trim().to_owned()),
            value,
            judged,
            range,
            method: method.and_then(Result::ok),
            group,
        }))
    }

    /// A value by the type that it says it has, checked against the item's.
    fn value(&mut self, node: NodeId, code: ItemCode) -> Result<Option<CheckupValue>, Fail> {
        let tree = self.tree;
        let item = code.item();
        let unit = item.map_or("", |item| item.unit);
        if let Some(null) = tree.attribute(node, "nullFlavor")? {
            let beyond = |side| CheckupValue::OutOfRange { side, limit: None, unit: unit.to_owned() };
            return match null.as_ref() {
                "PINF" => Ok(Some(beyond(Side::Above))),
                "NINF" => Ok(Some(beyond(Side::Below))),
                _ => {
                    self.faults.push(Fail::at(FaultCode::NoValue, node));
                    Ok(None)
                }
            };
        }
        let type_name = tree.attribute(node, "type")?;
        let type_name = type_name.as_deref().map(|name| name.rsplit(':').next().unwrap_or(name));
        let expected = item.map(|item| item.kind);
        let value = match type_name {
            Some("PQ" | "INT" | "REAL") => self.quantity(node, unit)?,
            Some("CD" | "CO" | "CE" | "CV") => self.coded(node, type_name == Some("CO"), item)?,
            Some("ST") if expected == Some(ItemKind::Quantity) => {
                beyond(tree.text(node), unit).ok_or_else(|| Fail::below(FaultCode::ValueType, node, "@xsi:type"))?
            }
            Some("ST" | "ED") => CheckupValue::Text { text: tree.text(node).to_owned() },
            Some("IVL_PQ") => self.interval(node, unit)?,
            Some(_) => return Err(Fail::below(FaultCode::ValueType, node, "@xsi:type")),
            None => return Err(Fail::below(FaultCode::Missing, node, "@xsi:type")),
        };
        let fits = match (&value, expected) {
            (_, None) | (CheckupValue::NotDone, Some(_)) => true,
            (CheckupValue::Quantity { .. } | CheckupValue::OutOfRange { .. }, Some(kind)) => kind == ItemKind::Quantity,
            (CheckupValue::Coded { .. }, Some(kind)) => kind == ItemKind::Coded,
            (CheckupValue::Text { .. }, Some(kind)) => kind == ItemKind::Text,
        };
        if fits { Ok(Some(value)) } else { Err(Fail::below(FaultCode::ValueType, node, "@xsi:type")) }
    }

    fn quantity(&self, node: NodeId, expected_unit: &str) -> Result<CheckupValue, Fail> {
        let raw = self.tree.need_attribute(node, "value")?;
        let unit = self.unit(node, expected_unit)?;
        if let Some(value) = beyond(&raw, &unit) {
            return Ok(value);
        }
        let value = Decimal::parse(&raw).ok_or_else(|| Fail::below(FaultCode::NotANumber, node, "@value"))?;
        // Nothing in the table can be below zero; of items that it does not know we cannot tell.
        if value.is_negative() && !expected_unit.is_empty() {
            return Err(Fail::below(FaultCode::Negative, node, "@value"));
        }
        Ok(CheckupValue::Quantity { value, unit })
    }

    /// The unit as the table writes it. A number in another unit is refused, never converted: what is meant cannot be known.
    fn unit(&self, node: NodeId, expected: &str) -> Result<String, Fail> {
        let raw = self.tree.attribute(node, "unit")?;
        let raw = raw.as_deref().map_or("", str::trim);
        if raw.len() > limits::CHECKUP_MAX_UNIT_BYTES {
            return Err(Fail::below(FaultCode::TextTooLong, node, "@unit"));
        }
        let unit = items::canonical_unit(raw);
        match (expected, unit) {
            ("", unit) => Ok(unit.to_owned()),
            (_, "") => Err(Fail::below(FaultCode::UnitMissing, node, "@unit")),
            (expected, unit) if expected == unit => Ok(unit.to_owned()),
            _ => Err(Fail::below(FaultCode::UnitDiffers, node, "@unit")),
        }
    }

    fn coded(&self, node: NodeId, ordinal: bool, item: Option<&items::Item>) -> Result<CheckupValue, Fail> {
        let code = short_code(self.tree, node, "code")?;
        let system = self.tree.attribute(node, "codeSystem")?.unwrap_or_default();
        if system.len() > limits::CHECKUP_MAX_CODE_BYTES {
            return Err(Fail::below(FaultCode::TextTooLong, node, "@codeSystem"));
        }
        let is_known = item.is_none_or(|item| {
            item.answers.is_empty()
                || item.answers.iter().any(|(known, _)| *known == code)
                || items::answer_label(item, &system, &code).is_some()
        });
        if !is_known {
            return Err(Fail::below(FaultCode::UnknownAnswer, node, "@code"));
        }
        Ok(CheckupValue::Coded { code, system: system.into_owned(), ordinal })
    }

    /// An interval with one open side: beyond what can be measured.
    fn interval(&self, node: NodeId, expected_unit: &str) -> Result<CheckupValue, Fail> {
        let (low, high) = (self.tree.child(node, "low"), self.tree.child(node, "high"));
        let (side, bound) = match (low, high) {
            (Some(bound), None) => (Side::Above, bound),
            (None, Some(bound)) => (Side::Below, bound),
            _ => return Err(Fail::below(FaultCode::ValueType, node, "@xsi:type")),
        };
        let raw = self.tree.need_attribute(bound, "value")?;
        let limit = Decimal::parse(&raw).ok_or_else(|| Fail::below(FaultCode::NotANumber, bound, "@value"))?;
        Ok(CheckupValue::OutOfRange { side, limit: Some(limit), unit: self.unit(bound, expected_unit)? })
    }

    fn judged(&mut self, node: NodeId) -> Result<Option<Judged>, Fail> {
        let Some(node) = self.tree.child(node, "interpretationCode") else { return Ok(None) };
        let Some(raw) = self.tree.attribute(node, "code")? else { return Ok(None) };
        let judged = Judged::parse(raw.trim());
        if judged.is_none() {
            self.faults.push(Fail::below(FaultCode::UnknownJudgement, node, "@code"));
        }
        Ok(judged)
    }

    /// The reference range of a quantity; ranges of other values are words and are left out.
    fn range(&mut self, node: NodeId, value: &CheckupValue) -> Result<Option<ReferenceRange>, Fail> {
        let tree = self.tree;
        let unit = match value {
            CheckupValue::Quantity { unit, .. } | CheckupValue::OutOfRange { unit, .. } => unit,
            CheckupValue::Coded { .. } | CheckupValue::Text { .. } | CheckupValue::NotDone => return Ok(None),
        };
        let Some(range) = tree.descend(node, &["referenceRange", "observationRange", "value"]) else { return Ok(None) };
        let mut bounds = [None, None];
        for (bound, name) in bounds.iter_mut().zip(["low", "high"]) {
            let Some(node) = tree.child(range, name) else { continue };
            let Some(raw) = tree.attribute(node, "value")? else { continue };
            let own_unit = tree.attribute(node, "unit")?.unwrap_or_default();
            let same_unit = own_unit.trim().is_empty() || items::canonical_unit(own_unit.trim()) == unit;
            match Decimal::parse(raw.trim()) {
                Some(number) if same_unit => *bound = Some(number),
                _ => {
                    self.faults.push(Fail::at(FaultCode::RangeUnreadable, node));
                    return Ok(None);
                }
            }
        }
        let [low, high] = bounds;
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            self.faults.push(Fail::at(FaultCode::RangeUnreadable, range));
            return Ok(None);
        }
        Ok((low.is_some() || high.is_some()).then_some(ReferenceRange { low, high }))
    }
}

/// Ways of writing that a value lies beyond what can be measured: the letters L and H, or a sign before the limit.
fn beyond(raw: &str, unit: &str) -> Option<CheckupValue> {
    let raw = raw.trim();
    let value = |side, limit| CheckupValue::OutOfRange { side, limit, unit: unit.to_owned() };
    match raw {
        "L" | "Ｌ" => return Some(value(Side::Below, None)),
        "H" | "Ｈ" => return Some(value(Side::Above, None)),
        _ => {}
    }
    let signs: [(&[char], Side); 2] = [(&['<', '＜', '≦', '≤'], Side::Below), (&['>', '＞', '≧', '≥'], Side::Above)];
    signs.into_iter().find_map(|(signs, side)| {
        let rest = raw.strip_prefix(signs)?;
        let limit = Decimal::parse(rest.trim_start_matches('=').trim())?;
        Some(value(side, Some(limit)))
    })
}
