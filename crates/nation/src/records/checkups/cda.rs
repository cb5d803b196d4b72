//! One person's checkup as CDA XML (hc08), and the index of an archive (ix08).

use std::fmt::Write as _;

use super::items::Form;
use super::values::{Finding, Value};
use crate::day::Day;

/// Everything in the header.
pub(super) struct Header<'a> {
    pub(super) insurer: &'a str,
    pub(super) symbol: &'a str,
    pub(super) number: &'a str,
    pub(super) branch: &'a str,
    pub(super) kana: &'a str,
    pub(super) sex: &'a str,
    pub(super) birth: Day,
    pub(super) address: &'a str,
    pub(super) postal_code: &'a str,
    pub(super) institution: &'a str,
    pub(super) institution_name: &'a str,
    pub(super) institution_address: &'a str,
    pub(super) institution_postal_code: &'a str,
    pub(super) written: Day,
    pub(super) checked: Day,
    /// 010 特定健診, 020 広域連合.
    pub(super) program: &'a str,
    /// 受診券整理番号.
    pub(super) ticket: &'a str,
    pub(super) ticket_until: Day,
    /// The form before 2024: a byte order mark in front, no 枝番.
    pub(super) older: bool,
}

/// Root of the OIDs of checkups.
const OID: &str = "1.2.392.200119.6";

/// An XML text under way.
struct Xml(String);

impl Xml {
    fn put(&mut self, formatted: std::fmt::Arguments<'_>) {
        self.0.write_fmt(formatted).expect("a String takes any text");
    }
}

/// A text between tags or in an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The whole document.
pub(super) fn document(header: &Header<'_>, values: &[Value]) -> Vec<u8> {
    let mut xml = Xml(String::with_capacity(16 << 10));
    if header.older {
        xml.0.push('\u{FEFF}');
    }
    xml.0.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.0.push_str(
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n",
    );
    let written = header.written.text();
    xml.put(format_args!(
        "<typeId extension=\"POCD_HD000040\" root=\"2.16.840.1.113883.1.3\"/><id nullFlavor=\"NI\"/>"
    ));
    xml.put(format_args!("<code code=\"10\" codeSystem=\"{OID}.1001\"/><effectiveTime value=\"{written}\"/>"));
    xml.0.push_str("<confidentialityCode code=\"N\"/>\n");
    patient(&mut xml, header);
    author(&mut xml, header);
    event(&mut xml, header);
    xml.put(format_args!(
        "<component><structuredBody><component><section><code code=\"01010\" codeSystem=\"{OID}.1010\" \
         displayName=\"検査・問診結果セクション\"/><title>検査・問診結果</title><text/>\n"
    ));
    body(&mut xml, values);
    xml.0.push_str("</section></component></structuredBody></component>\n</ClinicalDocument>\n");
    xml.0.into_bytes()
}

fn patient(xml: &mut Xml, header: &Header<'_>) {
    xml.0.push_str("<recordTarget><patientRole>");
    let ids = [("101", header.insurer), ("204", header.symbol), ("205", header.number)];
    for (root, extension) in ids.into_iter().filter(|(_, extension)| !extension.is_empty()) {
        xml.put(format_args!("<id root=\"{OID}.{root}\" extension=\"{}\"/>", escaped(extension)));
    }
    if !header.older && !header.branch.is_empty() {
        xml.put(format_args!("<id root=\"{OID}.211\" extension=\"{}\"/>", header.branch));
    }
    let (address, postal_code) = (escaped(header.address), header.postal_code);
    xml.put(format_args!("<addr>{address}<postalCode>{postal_code}</postalCode></addr>"));
    let (kana, sex, birth) = (escaped(header.kana), header.sex, header.birth.text());
    xml.put(format_args!("<patient><name>{kana}</name>"));
    xml.put(format_args!("<administrativeGenderCode code=\"{sex}\" codeSystem=\"{OID}.1104\"/>"));
    xml.put(format_args!("<birthTime value=\"{birth}\"/></patient></patientRole></recordTarget>\n"));
}

fn organization(xml: &mut Xml, header: &Header<'_>) {
    let (code, name) = (header.institution, escaped(header.institution_name));
    let (address, postal_code) = (escaped(header.institution_address), header.institution_postal_code);
    xml.put(format_args!(
        "<representedOrganization><id root=\"{OID}.102\" extension=\"{code}\"/><name>{name}</name>\
         <telecom value=\"tel:0300000000\"/><addr>{address}<postalCode>{postal_code}</postalCode></addr>\
         </representedOrganization>"
    ));
}

fn author(xml: &mut Xml, header: &Header<'_>) {
    let written = header.written.text();
    xml.put(format_args!("<author><time value=\"{written}\"/><assignedAuthor><id nullFlavor=\"NI\"/>"));
    organization(xml, header);
    xml.0.push_str("</assignedAuthor></author>\n");
    xml.0.push_str("<custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor=\"NI\"/>");
    xml.0.push_str("</representedCustodianOrganization></assignedCustodian></custodian>\n");
    let (until, insurer, ticket) = (header.ticket_until.text(), header.insurer, header.ticket);
    xml.put(format_args!(
        "<participant typeCode=\"HLD\"><functionCode code=\"1\" codeSystem=\"{OID}.208\"/>\
         <time><high value=\"{until}\"/></time><associatedEntity classCode=\"IDENT\">\
         <id root=\"{OID}.209.1{insurer}\" extension=\"{ticket}\"/>\
         <scopingOrganization><id root=\"{OID}.101\" extension=\"{insurer}\"/></scopingOrganization>\
         </associatedEntity></participant>\n"
    ));
}

fn event(xml: &mut Xml, header: &Header<'_>) {
    let (program, checked) = (header.program, header.checked.text());
    xml.put(format_args!(
        "<documentationOf><serviceEvent><code code=\"{program}\" codeSystem=\"{OID}.1002\"/>\
         <effectiveTime value=\"{checked}\"/><performer typeCode=\"PRF\"><assignedEntity><id nullFlavor=\"NI\"/>"
    ));
    organization(xml, header);
    xml.0.push_str("</assignedEntity></performer></serviceEvent></documentationOf>\n");
}

/// One entry for each value, or for a whole group.
fn body(xml: &mut Xml, values: &[Value]) {
    for members in values.chunk_by(|one, other| one.group.is_some() && one.group == other.group) {
        xml.0.push_str("<entry>");
        match members {
            [Value { group: None, .. }] | [] => members.iter().for_each(|value| observation(xml, value)),
            _ => {
                xml.0.push_str("<observation classCode=\"OBS\" moodCode=\"EVN\"><code nullFlavor=\"NA\"/>");
                for value in members {
                    // The reason for a test stands beside its results.
                    let reason = value.item.name.contains("理由") || value.item.name.contains("対象者");
                    let kind = if reason { "RSON" } else { "COMP" };
                    xml.put(format_args!("<entryRelationship typeCode=\"{kind}\">"));
                    observation(xml, value);
                    xml.0.push_str("</entryRelationship>");
                }
                xml.0.push_str("</observation>");
            }
        }
        xml.0.push_str("</entry>\n");
    }
}

fn observation(xml: &mut Xml, value: &Value) {
    let (code, name) = (value.item.code, value.item.name);
    let not_done = if value.finding == Finding::NotDone { " negationInd=\"true\"" } else { "" };
    xml.put(format_args!("<observation classCode=\"OBS\" moodCode=\"EVN\"{not_done}>"));
    xml.put(format_args!("<code code=\"{code}\" displayName=\"{name}\"/>"));
    if value.finding == Finding::NotDone {
        xml.0.push_str("</observation>");
        return;
    }
    let text = escaped(&value.text());
    match (value.item.form, &value.finding) {
        (Form::Quantity(_, unit), Finding::Beyond) => {
            xml.put(format_args!("<value xsi:type=\"PQ\" nullFlavor=\"PINF\" unit=\"{unit}\"/>"));
        }
        (Form::Quantity(_, unit), _) => {
            xml.put(format_args!("<value xsi:type=\"PQ\" value=\"{text}\" unit=\"{unit}\"/>"));
        }
        (Form::Coded(list), _) => coded(xml, "CD", &text, list),
        (Form::Ordered(list), _) => coded(xml, "CO", &text, list),
        (Form::Text, _) => xml.put(format_args!("<value xsi:type=\"ST\">{text}</value>")),
    }
    interpretation(xml, value);
    xml.0.push_str("</observation>");
}

fn coded(xml: &mut Xml, kind: &str, code: &str, list: &str) {
    if list.is_empty() {
        xml.put(format_args!("<value xsi:type=\"{kind}\" code=\"{code}\"/>"));
    } else {
        xml.put(format_args!("<value xsi:type=\"{kind}\" code=\"{code}\" codeSystem=\"{OID}.{list}\"/>"));
    }
}

/// H, L or N, and the usual values.
fn interpretation(xml: &mut Xml, value: &Value) {
    let (flag, Form::Quantity(decimals, unit)) = (value.flag(), value.item.form) else {
        return;
    };
    if flag.is_empty() {
        return;
    }
    xml.put(format_args!("<interpretationCode code=\"{flag}\"/>"));
    xml.0.push_str("<referenceRange><observationRange><value xsi:type=\"IVL_PQ\">");
    let (low, high) = value.item.usual;
    for (tag, bound) in [("low", low), ("high", high)] {
        if let Some(bound) = bound {
            let bound = super::values::decimal(bound, decimals);
            xml.put(format_args!("<{tag} value=\"{bound}\" unit=\"{unit}\"/>"));
        }
    }
    xml.0.push_str("</value></observationRange></referenceRange>");
}

/// The index of an archive.
pub(super) fn index(institution: &str, receiver: &str, written: Day, count: usize, older: bool) -> Vec<u8> {
    let namespace =
        if older { "http://tokuteikenshin.jp/checkup/2007" } else { "http://www.mhlw.go.jp/tokuteikenshin" };
    let written = written.text();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<index xmlns=\"{namespace}\"><interactionType code=\"1\"/>\
         <creationTime value=\"{written}\"/><sender><id root=\"{OID}.102\" extension=\"{institution}\"/></sender>\
         <receiver><id root=\"{OID}.103\" extension=\"{receiver}\"/></receiver><serviceEventType code=\"1\"/>\
         <totalRecordCount value=\"{count}\"/></index>\n"
    );
    text.into_bytes()
}
