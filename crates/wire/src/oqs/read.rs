//! Reads a message of one person as a whole.

use std::io::Read;

use super::error::{OqsError, OqsErrorCode, Warning};
use super::message::{Body, MessageHeader};
use super::source::{Encoding, EncodingPolicy};
use super::tree::{Group, List, Slot};
use super::xml::Xml;
use crate::limits;

pub(super) const ROOT: &str = "XmlMsg";
pub(super) const HEADER: &str = "MessageHeader";
pub(super) const BODY: &str = "MessageBody";

/// A message, read. YZK and TKK have headers of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<B, H = MessageHeader> {
    /// `MessageHeader`.
    pub header: H,
    /// `MessageBody`.
    pub body: B,
    /// The encoding of the file. An answer is best written in the same.
    pub encoding: Encoding,
    /// What was left aside, the first hundred.
    pub warnings: Vec<Warning>,
    /// How much was left aside in all.
    pub warning_count: u64,
}

/// Reads a message of one person, at most 4 MiB.
///
/// Elements may stand in any order. Elements that the interface does not have are left aside. Anything doubtful — the same
/// element twice, a DTD, an entity, a processing instruction, too much of anything — is refused with its place.
///
/// # Errors
/// What is wrong, and where.
pub fn read<B: Body>(input: impl Read, policy: EncodingPolicy) -> Result<Message<B>, OqsError> {
    read_with(input, policy, B::REQUIRED)
}

/// Reads a message with a header of any layout.
pub(super) fn read_with<H: Group + Default, B: Group + Default>(
    input: impl Read,
    policy: EncodingPolicy,
    required: Option<&'static str>,
) -> Result<Message<B, H>, OqsError> {
    let mut xml = Xml::new(input, policy, limits::OQS_SINGLE_MAX_BYTES)?;
    let (mut header, mut body) = (None, None);
    xml.root(ROOT)?;
    while xml.child()? {
        match xml.name() {
            HEADER if header.is_none() => {
                let mut found = H::default();
                read_group(&mut xml, &mut found)?;
                header = Some(found);
            }
            BODY if body.is_none() => {
                let mut found = B::default();
                let seen = read_group(&mut xml, &mut found)?;
                let has =
                    |name: &str| found.names().iter().position(|n| *n == name).is_some_and(|i| seen & (1 << i) != 0);
                if let Some(name) = required.filter(|name| !has(name)) {
                    return Err(xml.missing(&format!("{BODY}/{name}")));
                }
                body = Some(found);
            }
            HEADER | BODY => return Err(xml.error(OqsErrorCode::DuplicateElement)),
            _ => xml.skip_unknown()?,
        }
    }
    xml.end()?;
    let header = header.ok_or_else(|| xml.missing(&format!("{ROOT}/{HEADER}")))?;
    let body = body.ok_or_else(|| xml.missing(&format!("{ROOT}/{BODY}")))?;
    let (warnings, warning_count) = xml.take_warnings();
    Ok(Message { header, body, encoding: xml.encoding(), warnings, warning_count })
}

/// Which elements of a group were there, a bit for each place in its names.
type Seen = u64;

/// Reads the children of the current element, which closes.
pub(super) fn read_group<R: Read>(xml: &mut Xml<R>, group: &mut dyn Group) -> Result<Seen, OqsError> {
    let names = group.names();
    let mut seen: Seen = 0;
    while xml.child()? {
        match names.iter().position(|name| *name == xml.name()) {
            Some(index) => read_element(xml, group, index, &mut seen)?,
            None => xml.skip_unknown()?,
        }
    }
    Ok(seen)
}

fn read_element<R: Read>(
    xml: &mut Xml<R>,
    group: &mut dyn Group,
    index: usize,
    seen: &mut Seen,
) -> Result<(), OqsError> {
    let bit = 1 << index;
    let again = *seen & bit != 0;
    *seen |= bit;
    match group.slot(index) {
        Slot::Repeated(list) => {
            read_group(xml, add(xml, list)?)?;
        }
        Slot::List(list, item) => read_list(xml, list, item, again)?,
        _ if again => return Err(xml.error(OqsErrorCode::DuplicateElement)),
        Slot::Text(text) => *text = xml.leaf()?,
        // An empty tag says the same as none.
        Slot::Optional(text) => *text = Some(xml.leaf()?).filter(|text| !text.is_empty()),
        Slot::Group(inner) => {
            read_group(xml, inner)?;
        }
        Slot::None => xml.skip_unknown()?,
    }
    Ok(())
}

/// Reads a list in either of its two shapes: items inside the list element, or — as one client expects 特定疾病 — the list
/// element itself repeated with the members of an item directly inside. Only the second may be repeated.
fn read_list<R: Read>(xml: &mut Xml<R>, list: &mut dyn List, item: &'static str, again: bool) -> Result<(), OqsError> {
    let mut flat: Option<Seen> = None;
    let mut wrapped = false;
    while xml.child()? {
        if xml.name() == item {
            if flat.is_some() || again {
                return Err(xml.error(OqsErrorCode::DuplicateElement));
            }
            wrapped = true;
            read_group(xml, add(xml, list)?)?;
            continue;
        }
        let place = list.item_names().iter().position(|name| *name == xml.name());
        let Some(index) = place.filter(|_| !wrapped) else {
            xml.skip_unknown()?;
            continue;
        };
        if flat.is_none() {
            add(xml, list)?;
        }
        let seen = flat.get_or_insert(0);
        if let Some(entry) = list.newest() {
            read_element(xml, entry, index, seen)?;
        }
    }
    Ok(())
}

fn add<'a, R: Read>(xml: &Xml<R>, list: &'a mut dyn List) -> Result<&'a mut dyn Group, OqsError> {
    if list.count() >= limits::OQS_MAX_LIST_ENTRIES {
        return Err(xml.error(OqsErrorCode::TooManyEntries));
    }
    Ok(list.add())
}
