//! The pages of a personal certificate: for A6, for the size of a card, and for a phone. Each is one file that needs no
//! other, prints on white, and scales with the paper.

use std::fmt::Write as _;

use askama::Template;
use domain::{Coverage, Date};
use qrcode::{Color, EcLevel, QrCode};
use trust::personal_certificate::Issued;

/// White modules around a code (JIS X 0510).
const QUIET: usize = 4;
/// Names above this are printed small, so that no name pushes the code off the paper.
const LONG_NAME_CHARS: usize = 40;

/// What the page is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 105 × 148 mm.
    A6,
    /// 85.6 × 54 mm, as a bank card.
    Card,
    /// A phone's screen.
    Phone,
}

impl Paper {
    const fn class(self) -> &'static str {
        match self {
            Self::A6 => "a6",
            Self::Card => "card",
            Self::Phone => "phone",
        }
    }

    /// The size for the printer.
    const fn size(self) -> Option<&'static str> {
        match self {
            Self::A6 => Some("105mm 148mm"),
            Self::Card => Some("85.6mm 54mm"),
            Self::Phone => None,
        }
    }
}

/// The code as a picture: one black path on white, a unit a module.
///
/// # Errors
/// The text does not fit into a code. Those of [`trust::personal_certificate::issue`] do.
pub fn svg(text: &str) -> Result<String, NotDrawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(|_| NotDrawn)?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let dark = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if dark > 0 {
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET);
            }
            x += dark.max(1);
        }
    }
    let side = width + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" role=\"img\" \
         aria-label=\"二次元コード\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

/// The text is longer than any code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text does not fit into a code")]
pub struct NotDrawn;

/// A page. `whole` is the coverage as the register has it: what the code left out stands here.
///
/// # Errors
/// As [`svg`].
pub fn page(issued: &Issued, whole: &Coverage, paper: Paper) -> Result<String, NotDrawn> {
    let certificate = &issued.certificate;
    let told = &certificate.coverage;
    let percent = |ratio: &domain::coverage::ContributionRatio| {
        let until = ratio.end.map(|end| format!("（{}まで）", day(end))).unwrap_or_default();
        format!("{}{until}", domain::share::percent_label(ratio.percent))
    };
    let elderly = told.elderly_recipient_certificates.iter().map(|certificate| &certificate.ratio);
    let shares: Vec<String> = told.insured_partial_contribution_ratio.iter().chain(elderly).map(percent).collect();
    let limit = told.limit_application_certificates.first();
    let page = Page {
        class: paper.class(),
        is_long: whole.person.name.chars().count() > LONG_NAME_CHARS,
        size: paper.size(),
        code: svg(&issued.text)?,
        name: &whole.person.name,
        kana: whole.person.name_kana.as_deref().unwrap_or_default(),
        birthdate: day(told.person.birthdate),
        sex: told.person.sex1.label(),
        insurer_number: told.insurer_number.as_str(),
        insurer_name: &whole.insurer_name,
        symbol: told.insured_card_symbol.as_ref().map(domain::CardSymbol::as_str),
        number: told.insured_identification_number.as_str(),
        branch: told.insured_branch_number.as_ref().map(domain::BranchNumber::as_str),
        shares: shares.join("、"),
        limit: limit.map(|limit| limit.flag.label()),
        valid_from: day(certificate.valid_from),
        valid_until: day(certificate.valid_until),
    };
    // A template without files, networks or fallible filters does not fail.
    page.render().map_err(|_| NotDrawn)
}

fn day(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[derive(Template)]
#[template(path = "personal_certificate.html")]
struct Page<'a> {
    class: &'static str,
    is_long: bool,
    size: Option<&'static str>,
    code: String,
    name: &'a str,
    kana: &'a str,
    birthdate: String,
    sex: &'static str,
    insurer_number: &'a str,
    insurer_name: &'a str,
    symbol: Option<&'a str>,
    number: &'a str,
    branch: Option<&'a str>,
    shares: String,
    limit: Option<&'static str>,
    valid_from: String,
    valid_until: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::personal_certificate::Terms;
    use domain::{PersonalCertificate, Prefecture, StatusIndex};
    use trust::limits::CERTIFICATE_TEXT_CHARS_MAX;
    use trust::{CredentialSigner, PrivateKey, personal_certificate};

    fn coverage(name: &str) -> Coverage {
        serde_json::from_value(serde_json::json!({
            "InsurerNumber": "06139463", "InsurerName": "試験<健康保険>組合", "InsuredCardSymbol": "12-34",
            "InsuredIdentificationNumber": "4260", "InsuredBranchNumber": "01", "InsuredCardClassification": "01",
            "QualificationDate": "20200401", "Person": {
                "Name": name, "NameKana": "ヤマダ　タロウ", "Sex1": "1", "Birthdate": "19520505",
            },
            "ElderlyRecipientCertificates": [{ "Ratio": { "Percent": 20, "Start": "20260801", "End": "20270731" } }],
        }))
        .unwrap()
    }

    fn issued(coverage: &Coverage) -> Issued {
        let terms = Terms {
            issued_at: "2026-11-22T00:00:00Z".parse().unwrap(),
            valid_from: domain::date::parse("20261122").unwrap(),
            valid_until: domain::date::parse("20271121").unwrap(),
            place: StatusIndex::new(Prefecture::of(&coverage.insurer_number), 7),
            with_limit: true,
        };
        let signer = CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap();
        personal_certificate::issue(&signer, &PersonalCertificate::of(coverage, terms).unwrap()).unwrap()
    }

    #[test]
    fn the_longest_text_is_a_code_of_version_sixteen_at_level_q() {
        let longest = "TSK1:".to_owned() + &"A1:%".repeat(CERTIFICATE_TEXT_CHARS_MAX);
        let code = |length| QrCode::with_error_correction_level(&longest[..length], EcLevel::Q).unwrap().version();
        assert_eq!(code(CERTIFICATE_TEXT_CHARS_MAX), qrcode::Version::Normal(16));
        assert_eq!(code(CERTIFICATE_TEXT_CHARS_MAX + 1), qrcode::Version::Normal(17));
    }

    #[test]
    fn what_the_code_left_out_stands_on_every_page_and_no_text_becomes_markup() {
        let whole = coverage(&"山".repeat(100));
        let issued = issued(&whole);
        assert!(issued.certificate.name_is_shortened);
        for paper in [Paper::A6, Paper::Card, Paper::Phone] {
            let html = page(&issued, &whole, paper).unwrap();
            assert!(html.contains(&whole.person.name) && html.contains("<svg"), "{paper:?}");
            assert!(html.contains("&#60;健康保険&#62;") && html.contains("2割（2027年7月31日まで）"), "{paper:?}");
            assert!(!html.contains("http://") || html.matches("http://").count() == 1, "the name of SVG alone");
            assert!(html.contains("2027年11月21日"));
        }
    }
}
