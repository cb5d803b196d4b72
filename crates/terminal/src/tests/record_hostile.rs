//! Requests for records that no receipt computer should write: each comes back as an `.err` file, or as a result that shows nothing,
//! with a code of its own; none reaches the center that is no request, and the folder goes on with the next one.

use super::center::FakeCenter;
use super::clinic::{Clinic, element, until};
use super::samples::FACILITY;

const TEN_MIB: usize = 10 * 1024 * 1024;

/// A request about a card, with something put before its end, and something behind it.
fn request(number: &str, declared: &str, more_header: &str, more_body: &str, behind: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"{declared}\"?>\n<XmlMsg><MessageHeader>\
         <MedicalInstitutionCode>{FACILITY}</MedicalInstitutionCode><InsurerNumber>06139463</InsurerNumber>\
         <InsuranceCardSymbol>100</InsuranceCardSymbol>\
         <InsuredPersonIdentificationNumber>{number}</InsuredPersonIdentificationNumber>\
         <BranchNumber>00</BranchNumber>{more_header}</MessageHeader><MessageBody><FileCategory>2</FileCategory>\
         {more_body}</MessageBody></XmlMsg>{behind}"
    )
    .into_bytes()
}

fn plain(more_header: &str, more_body: &str, behind: &str) -> Vec<u8> {
    request("1", "UTF-8", more_header, more_body, behind)
}

fn bomb() -> Vec<u8> {
    let lol: Vec<String> =
        (1..10).map(|at| format!("<!ENTITY l{at} \"{}\">", format!("&l{};", at - 1).repeat(10))).collect();
    let lol = lol.concat();
    let dtd = format!("<!DOCTYPE XmlMsg [<!ENTITY l0 \"lol\">{lol}]>");
    let text = String::from_utf8(plain("<ArbitraryFileIdentifier>&l9;</ArbitraryFileIdentifier>", "", "")).unwrap();
    text.replace("<XmlMsg>", &format!("{dtd}<XmlMsg>")).into_bytes()
}

/// What no reader may take for a request, and the codes one of which it is refused with.
fn no_requests() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let external = String::from_utf8(plain("", "", "")).unwrap();
    let external = external.replace("<XmlMsg>", "<!DOCTYPE XmlMsg SYSTEM \"file:///etc/passwd\"><XmlMsg>").into_bytes();
    let deep = "<a>".repeat(100_000);
    let long = format!("<{}/>", "n".repeat(100_000));
    vec![
        ("bomb", bomb(), &["TSK-E-DOCTYPE"]),
        ("external", external, &["TSK-E-DOCTYPE"]),
        ("entity", plain("<ArbitraryFileIdentifier>&xxe;</ArbitraryFileIdentifier>", "", ""), &["TSK-E-ENTITY"]),
        ("large", plain("", &" ".repeat(TEN_MIB), ""), &["TSK-E-TOO-LARGE", "TSK-E-TOKEN-TOO-LONG"]),
        (
            "zeros",
            vec![0; TEN_MIB],
            &["TSK-E-TOO-LARGE", "TSK-E-CONTROL-CHARACTER", "TSK-E-ENCODING", "TSK-E-MALFORMED"],
        ),
        ("deep", plain("", &deep, ""), &["TSK-E-TOO-DEEP"]),
        ("long-name", plain("", &long, ""), &["TSK-E-NAME-TOO-LONG", "TSK-E-TOKEN-TOO-LONG"]),
        ("twice", plain("", "<FileCategory>1</FileCategory>", ""), &["TSK-E-DUPLICATE-ELEMENT"]),
        ("two-documents", plain("", "", "<XmlMsg></XmlMsg>"), &["TSK-E-MALFORMED", "TSK-E-UNEXPECTED"]),
        ("other-encoding", request("1", "EUC-JP", "", "", ""), &["TSK-E-ENCODING-UNKNOWN"]),
        (
            "not-utf-8",
            plain("<ArbitraryFileIdentifier>\u{1}</ArbitraryFileIdentifier>", "", ""),
            &["TSK-E-CONTROL-CHARACTER"],
        ),
        ("half", plain("", "", "")[..120].to_vec(), &["TSK-E-TRUNCATED", "TSK-E-MALFORMED"]),
    ]
}

#[tokio::test]
async fn a_hostile_file_is_refused_with_its_code_and_the_folder_goes_on() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let mut wrong = Vec::new();
    for kind in ["YZK", "TKK"] {
        for (name, content, codes) in no_requests() {
            clinic.drop_request(&format!("{kind}siquc01req_{name}.xml"), content);
            let (refused, answered) = (format!("{kind}siquc01req_{name}.err"), format!("{kind}siquc01res_{name}.xml"));
            until(|| [&refused, &answered].iter().any(|name| clinic.config.res().join(name).exists())).await;
            if clinic.config.res().join(&answered).exists() {
                wrong.push(format!("{kind} {name} was answered"));
                continue;
            }
            let text = clinic.answer_text(&refused).await;
            if !codes.iter().any(|code| text.contains(code)) {
                wrong.push(format!("{kind} {name}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(center.answered(), 0, "nothing of it went to the center");
    clinic.drop_request("YZKsiquc01req_good.xml", plain("", "", ""));
    assert_eq!(element(&clinic.answer_text("YZKsiquc01res_good.xml").await, "ResultCode"), Some("1"));
    assert!(clinic.requests_left().is_empty());
    clinic.stop().await;
}

#[tokio::test]
async fn a_request_with_more_or_other_values_shows_nothing_that_was_not_asked_for() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    // Elements that the layout does not have are passed over: a birth date in it opens nothing and closes nothing.
    let unknown = plain("<Birthdate>19000101</Birthdate><Colour>red</Colour>", "<Emergency>1</Emergency>", "");
    clinic.drop_request("YZKsiquc01req_unknown.xml", unknown);
    let text = clinic.answer_text("YZKsiquc01res_unknown.xml").await;
    assert_eq!(element(&text, "ResultCode"), Some("1"), "{text}");
    assert!(!text.contains("19000101"), "{text}");
    // The number of somebody else: whom the center does not find, or whom this institution has not asked.
    for (number, code) in [("5", "TSK-E-NOT-FOUND"), ("4", "TSK-E-CONSENT-NOT-ASKED")] {
        clinic.drop_request(&format!("YZKsiquc01req_{number}.xml"), request(number, "UTF-8", "", "", ""));
        let text = clinic.answer_text(&format!("YZKsiquc01res_{number}.xml")).await;
        assert!(element(&text, "MessageContents").unwrap().contains(code), "{text}");
        assert!(!text.contains("<DrugInf>") && !text.contains("<QuaInf>"), "{text}");
    }
    // In an emergency one looks on the terminal's own page, and months and numbers that there are not are named.
    for (name, header, body, field) in [
        ("flag", "", "<MedicalTreatmentFlag>4</MedicalTreatmentFlag>", "MedicalTreatmentFlag"),
        ("month", "", "<StartDate>202613</StartDate>", "StartDate"),
        ("order", "", "<StartDate>202604</StartDate><EndDate>202601</EndDate>", "EndDate"),
    ] {
        clinic.drop_request(&format!("YZKsiquc01req_{name}.xml"), plain(header, body, ""));
        let text = clinic.answer_text(&format!("YZKsiquc01res_{name}.xml")).await;
        assert_eq!(element(&text, "ResultCode"), Some("2"), "{text}");
        assert!(element(&text, "MessageContents").unwrap().contains(field), "{text}");
    }
    clinic.stop().await;
}
