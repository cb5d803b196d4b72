//! What of a claim file can be submitted: judged by the same function at the terminal, which tells it before anything is
//! sent, and at the center.

use domain::MedicalInstitutionCode;

use super::kind::Side;
use super::receipt::Receipt;

/// Why a claim of a submitted file is set aside. The claims beside it are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SetAside {
    /// Rows as insurers get them. An institution sends its own.
    InsurerSide,
    /// The head of the receipt (RE) is lost, so nobody knows whose rows these are.
    NoReceiptHead,
    /// Names no institution, or none that can be read.
    NoInstitution,
    /// Names an institution that is not the sender.
    OtherInstitution,
    /// Names no month, or none that can be read.
    NoMonth,
}

impl SetAside {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::InsurerSide, Self::NoReceiptHead, Self::NoInstitution, Self::OtherInstitution, Self::NoMonth];

    /// Whether and why a claim is set aside when this institution sends it.
    pub fn of(receipt: &Receipt, sender: MedicalInstitutionCode) -> Option<Self> {
        if receipt.side == Side::Insurer {
            return Some(Self::InsurerSide);
        }
        if !receipt.has_head {
            return Some(Self::NoReceiptHead);
        }
        match receipt.institution.code {
            None => return Some(Self::NoInstitution),
            Some(code) if code != sender => return Some(Self::OtherInstitution),
            Some(_) => {}
        }
        receipt.month.is_none().then_some(Self::NoMonth)
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InsurerSide => "insurer_side",
            Self::NoReceiptHead => "no_receipt_head",
            Self::NoInstitution => "no_institution",
            Self::OtherInstitution => "other_institution",
            Self::NoMonth => "no_month",
        }
    }

    /// What is wrong and what to do, in Japanese.
    pub const fn message(self) -> &'static str {
        match self {
            Self::InsurerSide => {
                "保険者向けの形式の行です。レセコンが請求用に作ったファイル（RECEIPTC.UKE など）を送ってください。"
            }
            Self::NoReceiptHead => {
                "レセプト共通レコード（RE）がないため、だれの請求か分かりません。作り直して、もう一度送ってください。"
            }
            Self::NoInstitution => {
                "医療機関コードが読めません。医療機関情報（IR・UK・YK）を直して、もう一度送ってください。"
            }
            Self::OtherInstitution => "ほかの医療機関の請求です。その医療機関の端末から送ってください。",
            Self::NoMonth => "診療年月が読めません。レセプト共通レコード（RE）を直して、もう一度送ってください。",
        }
    }

    /// The same in English.
    pub const fn message_en(self) -> &'static str {
        match self {
            Self::InsurerSide => "Rows in the insurer's form. Send the file that was made for claiming.",
            Self::NoReceiptHead => {
                "The receipt has no RE, so nobody knows whose it is. Make it again and send it again."
            }
            Self::NoInstitution => "The institution cannot be read. Mend IR, UK or YK and send it again.",
            Self::OtherInstitution => "A claim of another institution. Send it from a terminal of that institution.",
            Self::NoMonth => "The month cannot be read. Mend RE and send it again.",
        }
    }
}
