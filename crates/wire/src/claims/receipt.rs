//! One レセプト: who, for whom, at whose expense, and what was done.

use std::fmt;

use domain::{Date, MedicalInstitutionCode, Sex};

use super::kind::{ClaimKind, Side};
use super::service::{CodingData, Comment, Group, Prescription};
use super::value::{Code, Month};

/// One patient's month at one institution. In pharmacy claims also of one prescribing institution.
///
/// A value that could not be read is none here and told among the findings; the rest of the receipt stands. Prints
/// without personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which specification it follows.
    pub kind: ClaimKind,
    /// From which side of the review and payment body.
    pub side: Side,
    /// First line of the receipt in the file.
    pub first_line: u64,
    /// Last line of the receipt in the file.
    pub last_line: u64,
    /// レセプト番号: the institution's running number in the file.
    pub number: Option<u32>,
    /// レセプト種別.
    pub receipt_type: Option<ReceiptType>,
    /// Who claims: institution, or pharmacy.
    pub institution: Institution,
    /// 請求年月.
    pub claim_month: Option<Month>,
    /// 診療年月, 調剤年月: the month that day cells count in.
    pub month: Option<Month>,
    /// Who was treated.
    pub patient: Patient,
    /// HO: the health insurance; none when public expense alone pays (公費単独). On the insurer side a corrected HO
    /// (`2,n,0,HO`) stands here, in place of the one it corrects.
    pub insurance: Option<Insurance>,
    /// KO: public expenses, first to fourth.
    pub public_expenses: Vec<PublicExpense>,
    /// SN: what was confirmed about each payer; the branch number (枝番) stands here.
    pub confirmations: Vec<Confirmation>,
    /// JD: days of visits, a row for each payer.
    pub visit_days: Vec<VisitDays>,
    /// 検索番号: of a claim that is made again, or on the insurer side of every claim.
    pub search_number: Option<String>,
    /// レセプト特記事項, two characters each, as `26` for 区ア.
    pub special_notes: Vec<String>,
    /// 入院年月日.
    pub admitted_on: Option<Date>,
    /// The institution that prescribed; pharmacy claims only.
    pub prescriber: Option<Institution>,
    /// Names of the doctors who prescribed, in the order that [`super::Dispensing::doctor`] counts; pharmacy claims only.
    pub doctors: Vec<String>,
    /// SY, HS, SB.
    pub diagnoses: Vec<Diagnosis>,
    /// Groups (剤) of SI, SS, IY, TO and CO, in the order of the file.
    pub groups: Vec<Group>,
    /// SH with its CZ, IY, TO and CO; pharmacy claims only.
    pub prescriptions: Vec<Prescription>,
    /// BU; DPC claims only.
    pub dpc: Option<DpcSummary>,
    /// CD; DPC claims only.
    pub coding_data: Vec<CodingData>,
    /// Comments that stand in no group: TK of pharmacy claims, CO before the first group.
    pub comments: Vec<Comment>,
    /// Whether it begins with what says whose it is. A receipt whose RE is lost keeps its rows and has no patient.
    pub has_head: bool,
    /// Records that could not be taken and are missing above.
    pub records_set_aside: u32,
    /// What a check found in this receipt, errors and warnings, each with its line.
    pub findings: Vec<super::Finding>,
}

impl Receipt {
    /// An empty receipt that begins at a line.
    pub(super) fn new(kind: ClaimKind, side: Side, line: u64) -> Self {
        Self {
            kind,
            side,
            first_line: line,
            last_line: line,
            number: None,
            receipt_type: None,
            institution: Institution::default(),
            claim_month: None,
            month: None,
            patient: Patient::default(),
            insurance: None,
            public_expenses: Vec::new(),
            confirmations: Vec::new(),
            visit_days: Vec::new(),
            search_number: None,
            special_notes: Vec::new(),
            admitted_on: None,
            prescriber: None,
            doctors: Vec::new(),
            diagnoses: Vec::new(),
            groups: Vec::new(),
            prescriptions: Vec::new(),
            dpc: None,
            coding_data: Vec::new(),
            comments: Vec::new(),
            has_head: true,
            records_set_aside: 0,
            findings: Vec::new(),
        }
    }

    /// Whether every record of it was taken, and it is known whose it is.
    pub const fn is_whole(&self) -> bool {
        self.records_set_aside == 0 && self.has_head
    }

    /// The branch number that was confirmed for the health insurance.
    pub fn branch(&self) -> Option<&str> {
        self.confirmations.iter().filter(|sn| sn.payer == 1).find_map(|sn| sn.branch.as_deref())
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("kind", &self.kind)
            .field("lines", &(self.first_line..=self.last_line))
            .field("month", &self.month)
            .field("diagnoses", &self.diagnoses.len())
            .field("groups", &self.groups.len())
            .field("prescriptions", &self.prescriptions.len())
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}

/// レセプト種別: four digits, each with its meaning (formats.md 1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReceiptType(pub Code<4>);

impl ReceiptType {
    /// Whether the patient was in hospital: the last digit is odd. Pharmacies have outpatients only.
    pub fn is_inpatient(self) -> bool {
        let digits = self.0.as_str().as_bytes();
        digits[0] != b'4' && matches!(digits[3], b'1' | b'3' | b'5' | b'7' | b'9')
    }

    /// Whether public expense alone pays.
    pub fn is_public_alone(self) -> bool {
        self.0.as_str().as_bytes()[1] == b'2'
    }
}

/// An institution or pharmacy, as a claim names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Institution {
    /// Prefecture, 点数表 and code, ten digits; none when they make no code.
    pub code: Option<MedicalInstitutionCode>,
    /// 名称.
    pub name: String,
}

/// Who was treated. Only a cross-check: the insurance numbers say whose claim it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Patient {
    /// 氏名.
    pub name: String,
    /// カタカナ氏名, full width, without a space between the names.
    pub kana: String,
    /// 男女区分.
    pub sex: Option<Sex>,
    /// 生年月日.
    pub birth_date: Option<Date>,
    /// カルテ番号等: the institution's own number.
    pub chart_number: String,
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(…)")
    }
}

/// HO.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Insurance {
    /// 保険者番号 as digits without padding; its check digit may be wrong, which is a finding.
    pub insurer_number: String,
    /// 記号, as written.
    pub symbol: String,
    /// 番号, as written; 被保険者番号 of 後期高齢者.
    pub number: String,
    /// 診療実日数; in pharmacy claims 処方箋受付回数.
    pub days: Option<u32>,
    /// 合計点数.
    pub points: Option<u32>,
    /// Line in the file.
    pub line: u64,
}

impl fmt::Debug for Insurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Insurance").field("line", &self.line).field("points", &self.points).finish_non_exhaustive()
    }
}

/// KO.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PublicExpense {
    /// 公費負担者番号.
    pub payer_number: String,
    /// 受給者番号.
    pub recipient_number: String,
    /// 診療実日数; in pharmacy claims 処方箋受付回数.
    pub days: Option<u32>,
    /// 合計点数.
    pub points: Option<u32>,
    /// Line in the file.
    pub line: u64,
}

impl fmt::Debug for PublicExpense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicExpense").field("line", &self.line).field("points", &self.points).finish_non_exhaustive()
    }
}

/// SN: what was confirmed about a payer.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// 負担者種別: 1 the health insurance, 2 to 5 the first to fourth public expense.
    pub payer: u8,
    /// 確認区分, such as `01` confirmed at the window, `04` 振替, `05` 分割.
    pub state: String,
    /// 保険者番号等, when it differs from HO or KO.
    pub insurer_number: String,
    /// 記号.
    pub symbol: String,
    /// 番号.
    pub number: String,
    /// 枝番, two digits.
    pub branch: Option<String>,
    /// 受給者番号.
    pub recipient_number: String,
    /// Line in the file.
    pub line: u64,
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation").field("payer", &self.payer).field("state", &self.state).finish_non_exhaustive()
    }
}

/// JD: on which days the patient came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitDays {
    /// As in [`Confirmation::payer`].
    pub payer: u8,
    /// Days that count (1), ascending.
    pub days: Vec<u8>,
}

/// 転帰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// 1: none of the others.
    Other,
    /// 2: 治ゆ.
    Cured,
    /// 3: 死亡.
    Died,
    /// 4: 中止.
    Stopped,
}

/// SY, HS or SB. What a person suffers from is as personal as the name: prints without it.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// 傷病名コード; `0000999` when there is none and the name is written out.
    pub code: Option<Code<7>>,
    /// 修飾語コード, in order.
    pub modifiers: Vec<Code<4>>,
    /// 傷病名称, of those without a code.
    pub name: String,
    /// 診療開始日; SB has none.
    pub from: Option<Date>,
    /// 転帰; SB has none.
    pub outcome: Option<Outcome>,
    /// Whether it is the main one (主傷病; SB: 最も医療資源を投入した傷病, 傷病名区分 11).
    pub is_main: bool,
    /// 傷病名区分 of SB.
    pub class: Option<String>,
    /// ICD-10 of SB.
    pub icd10: Option<String>,
    /// 歯式 of HS, six characters a tooth, as written.
    pub teeth: Option<String>,
    /// 補足コメント.
    pub comment: String,
    /// Line in the file.
    pub line: u64,
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnosis").field("line", &self.line).finish_non_exhaustive()
    }
}

/// BU.
#[derive(Clone, PartialEq, Eq)]
pub struct DpcSummary {
    /// 診断群分類番号, 14 characters.
    pub group: String,
    /// 今回入院年月日.
    pub admitted_on: Option<Date>,
    /// 今回退院年月日.
    pub discharged_on: Option<Date>,
    /// DPC転帰区分.
    pub outcome: String,
    /// Line in the file.
    pub line: u64,
}

impl fmt::Debug for DpcSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpcSummary").field("line", &self.line).finish_non_exhaustive()
    }
}
