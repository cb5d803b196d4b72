//! What came of a check, in words and colour.

use domain::{
    InsuredCardClassification, LimitClassification, LimitFlag, PersonalFamily, ReasonOfLoss, Sex, ShareReason, date,
};
use jiff::Timestamp;
use kit::text::Text;
use wire::api::{Answer, Basis, Hint, ResultOfQualificationConfirmation, Share, Verdict};

use super::consents::{self, ConsentsView};
use super::dates;
use crate::asking::outcome::{CouldNotAsk, Outcome};
use crate::offline;

/// Colour of the big words. The name is the CSS class; words and a sign say the same, for those who see no colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Valid,
    Unregistered,
    Invalid,
    NotFound,
    Multiple,
    Unreadable,
    /// From a kept answer, while the center cannot be asked.
    Kept,
    CannotTell,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Unregistered => "unregistered",
            Self::Invalid => "invalid",
            Self::NotFound => "notfound",
            Self::Multiple => "multiple",
            Self::Unreadable => "unreadable",
            Self::Kept => "kept",
            Self::CannotTell => "cannot",
        }
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Valid => "✓",
            Self::Unregistered => "△",
            Self::Invalid => "✕",
            Self::NotFound => "？",
            Self::Multiple => "⁇",
            Self::Unreadable => "✎",
            Self::Kept => "◷",
            Self::CannotTell => "…",
        }
    }
}

/// The tone and the words of a verdict.
pub(crate) const fn of_verdict(verdict: Verdict) -> (Tone, Text) {
    match verdict {
        Verdict::Valid => (Tone::Valid, Text::new("有効", "Insured")),
        Verdict::ValidUnregistered => {
            (Tone::Unregistered, Text::new("有効（医療券 未登録）", "Insured, no medical ticket on record"))
        }
        Verdict::Invalid => (Tone::Invalid, Text::new("無効", "Not insured on this day")),
        Verdict::InvalidNewCoverageExists => {
            (Tone::Invalid, Text::new("無効（新しい資格あり）", "Not valid: a newer insurance exists"))
        }
        Verdict::NotFound => (Tone::NotFound, Text::new("該当する資格なし", "No such card found")),
        Verdict::Multiple => (Tone::Multiple, Text::new("複数の人が該当", "Several people fit")),
        Verdict::Undetermined => (Tone::CannotTell, Text::new("判定できません", "Cannot tell")),
    }
}

/// The tone and the short words of an outcome in today's list.
pub(crate) fn of_word(word: &str) -> (Tone, Text) {
    match Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word) {
        Some(verdict) => of_verdict(verdict),
        None if word == "unreadable" => (Tone::Unreadable, Text::new("入力の誤り", "Unreadable")),
        None if word == offline::VALID_AS_OF => (Tone::Kept, Text::new("有効（控え）", "Insured, from a kept answer")),
        None if word == offline::LOST_SINCE => {
            (Tone::Kept, Text::new("資格喪失の記録（控え）", "Ended, says a kept answer"))
        }
        None if word == offline::CANNOT_TELL => (Tone::CannotTell, Text::new("判定できません", "Cannot tell")),
        None if word == "refused" => (Tone::CannotTell, Text::new("受け付けられません", "Refused")),
        None => (Tone::CannotTell, Text::new("確認できませんでした", "Could not ask")),
    }
}

/// A line "label: value".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) label: Text,
    pub(crate) value: String,
}

/// What to collect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShareView {
    pub(crate) big: String,
    pub(crate) percent: u8,
    pub(crate) reason: String,
}

/// One coverage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RecordView {
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) other_name: String,
    pub(crate) birth: String,
    pub(crate) age: Option<i16>,
    pub(crate) sex: &'static str,
    pub(crate) insurer: String,
    pub(crate) card: String,
    pub(crate) lines: Vec<Line>,
}

/// One hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HintView {
    pub(crate) ja: String,
    pub(crate) en: String,
    pub(crate) code: String,
}

/// Everything on the right side of the check page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerView {
    pub(crate) tone: Tone,
    pub(crate) big: String,
    pub(crate) big_en: String,
    pub(crate) share: Option<ShareView>,
    pub(crate) records: Vec<RecordView>,
    pub(crate) hints: Vec<HintView>,
    pub(crate) next: Option<(String, String)>,
    pub(crate) basis: Option<(String, String)>,
    pub(crate) insurer_data: Option<String>,
    pub(crate) day: String,
    pub(crate) proof_number: Option<String>,
    /// Number of the question, where the saved answer can be opened again.
    pub(crate) saved: Option<String>,
    /// Names of elements to mark in the form.
    pub(crate) marked: Vec<String>,
    /// What the patient allows here.
    pub(crate) consents: Option<ConsentsView>,
    /// Number of the case for which the patient's statement can be taken down.
    pub(crate) statement: Option<String>,
}

impl AnswerView {
    /// What came of a check just now; `now` is the center's time.
    pub(crate) fn of(outcome: &Outcome, now: Timestamp) -> Self {
        match outcome {
            Outcome::Answered(answered) => Self::of_answer(&answered.answer, Some(answered.proof_number()), now),
            Outcome::Unreadable(errors) => Self {
                hints: errors
                    .iter()
                    .map(|e| HintView { ja: e.message.clone(), en: e.message_en.clone(), code: e.code.clone() })
                    .collect(),
                next: Some((
                    "印のついた欄を直して、もう一度「確認する」を押してください。".to_owned(),
                    "Correct the marked field and check again.".to_owned(),
                )),
                marked: errors.iter().map(|e| e.field.clone()).collect(),
                ..Self::empty(Tone::Unreadable, "入力を読み取れません", "The numbers cannot be read")
            },
            Outcome::Refused(problem) => Self {
                hints: vec![HintView {
                    ja: if problem.detail.is_empty() { problem.title.clone() } else { problem.detail.clone() },
                    en: problem.title_en.clone(),
                    code: problem.code.as_str().to_owned(),
                }],
                next: Some((
                    "資格が無効という意味ではありません。「状態」の画面を開き、管理者に知らせてください。".to_owned(),
                    "This does not mean that the patient is not insured. Open the status page and tell the administrator."
                        .to_owned(),
                )),
                ..Self::empty(Tone::CannotTell, "センターが受け付けません", &problem.title_en)
            },
            Outcome::CouldNotAsk(could_not) => Self::of_could_not_ask(could_not),
        }
    }

    fn of_could_not_ask(could_not: &CouldNotAsk) -> Self {
        let (text, next) = (could_not.why.text(), could_not.why.next_step());
        Self {
            hints: vec![HintView {
                ja: text.ja.to_owned(),
                en: text.en.to_owned(),
                code: could_not.why.code().to_owned(),
            }],
            next: Some((next.ja.to_owned(), next.en.to_owned())),
            ..Self::empty(Tone::CannotTell, "確認できませんでした", "Could not ask")
        }
    }

    pub(super) fn empty(tone: Tone, big: &str, big_en: &str) -> Self {
        Self {
            tone,
            big: big.to_owned(),
            big_en: big_en.to_owned(),
            share: None,
            records: Vec::new(),
            hints: Vec::new(),
            next: None,
            basis: None,
            insurer_data: None,
            day: String::new(),
            proof_number: None,
            saved: None,
            marked: Vec::new(),
            consents: None,
            statement: None,
        }
    }

    /// An answer, fresh or saved.
    pub(crate) fn of_answer(answer: &Answer, proof_number: Option<&str>, now: Timestamp) -> Self {
        let (tone, big) = of_verdict(answer.verdict);
        let on = date::parse(&answer.qualification_confirmation_date).ok();
        Self {
            share: answer.share.as_ref().map(share),
            records: answer.result_list.iter().map(|record| self::record(record, on)).collect(),
            hints: answer.hints.iter().map(hint).chain(card_ends_soon(answer)).collect(),
            consents: consents::of(answer, now),
            next: next_step(answer),
            basis: Some(basis(answer)),
            insurer_data: answer.insurer_data_as_of.map(dates::day_and_time),
            day: dates::plain_date(&answer.qualification_confirmation_date),
            proof_number: proof_number.map(str::to_owned),
            saved: proof_number.map(|_| answer.request_id.to_string()),
            marked: answer.hints.iter().filter_map(|hint| hint.field.clone()).collect(),
            ..Self::empty(tone, big.ja, big.en)
        }
    }

    pub(crate) fn marks(&self, element: &str) -> bool {
        self.marked.iter().any(|marked| marked == element)
    }
}

pub(super) fn hint(hint: &Hint) -> HintView {
    HintView { ja: hint.message.clone(), en: hint.message_en.clone(), code: hint.code.clone() }
}

/// The insurance card (資格確認書) ends soon: worth saying before it has.
fn card_ends_soon(answer: &Answer) -> Option<HintView> {
    let last = answer.result_list.first()?.insured_card_expiration_date.as_deref()?;
    let (last, on) = (date::parse(last).ok()?, date::parse(&answer.qualification_confirmation_date).ok()?);
    domain::coverage::card_ends_soon(last, on).then(|| HintView {
        ja: format!(
            "資格確認書などの有効期限（{}）が近づいています。新しいものが届いているか、たずねてください。",
            dates::plain_date(&date::format(last))
        ),
        en: "The insurance card ends soon. Ask whether the new one has arrived.".to_owned(),
        code: "card_ends_soon".to_owned(),
    })
}

/// What to do when the answer is not simply "valid" and no hint says it.
fn next_step(answer: &Answer) -> Option<(String, String)> {
    if !answer.hints.is_empty() {
        return None;
    }
    let text = match answer.verdict {
        Verdict::Valid | Verdict::ValidUnregistered => return None,
        Verdict::Invalid | Verdict::InvalidNewCoverageExists => Text::new(
            "いまの保険を患者さんにたずね、新しい資格確認書などで、もう一度確認してください。",
            "Ask the patient about the present insurance and check the new card.",
        ),
        Verdict::NotFound => Text::new(
            "保険者番号・記号・番号・生年月日をカードと見くらべて、もう一度確認してください。",
            "Compare all numbers with the card and check again.",
        ),
        Verdict::Multiple => Text::new(
            "カードの2桁の枝番を入れて、もう一度確認してください。",
            "Enter the two-digit branch number of the card and check again.",
        ),
        Verdict::Undetermined => Text::new(
            "資格確認書などの紙で確認し、あとで再確認してください。",
            "Look at a paper certificate and check again later.",
        ),
    };
    Some((text.ja.to_owned(), text.en.to_owned()))
}

fn basis(answer: &Answer) -> (String, String) {
    let at = dates::day_and_time(answer.as_of);
    match answer.basis {
        Basis::Live => (format!("いま確認（{at}）"), "asked the center just now".to_owned()),
        Basis::SignedCopy => (format!("保存した回答（{at} 時点）"), "from a signed copy".to_owned()),
        Basis::Certificate => (format!("証明書による確認（{at} 時点）"), "from the patient's certificate".to_owned()),
    }
}

pub(super) fn share(share: &Share) -> ShareView {
    let big = match share.percent {
        0 => "0割".to_owned(),
        percent => format!("{}割", percent / 10),
    };
    let reason: Option<ShareReason> = serde_json::from_value(serde_json::Value::String(share.reason.clone())).ok();
    ShareView { big, percent: share.percent, reason: reason.map(ShareReason::label).unwrap_or_default().to_owned() }
}

pub(super) fn record(record: &ResultOfQualificationConfirmation, on: Option<domain::Date>) -> RecordView {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let birthdate = text(&record.birthdate);
    RecordView {
        name: text(&record.name),
        kana: wide_kana(&text(&record.name_kana)),
        other_name: text(&record.name_of_other),
        birth: if birthdate.is_empty() { String::new() } else { dates::long_date(&birthdate) },
        age: on.and_then(|on| dates::age(&birthdate, on)),
        sex: record.sex1.as_deref().and_then(|code| Sex::parse(code).ok()).map(Sex::label).unwrap_or_default(),
        insurer: text(&record.insurer_name),
        card: card(record),
        lines: lines(record),
    }
}

/// Numbers of the card as staff compare them with it.
fn card(record: &ResultOfQualificationConfirmation) -> String {
    let part = |label: &str, value: &Option<String>| {
        value.as_deref().filter(|v| !v.is_empty()).map(|v| format!("{label} {v}"))
    };
    [
        part("保険者番号", &record.insurer_number),
        part("記号", &record.insured_card_symbol),
        part("番号", &record.insured_identification_number),
        part("枝番", &record.insured_branch_number),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("　")
}

fn lines(record: &ResultOfQualificationConfirmation) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |ja, en, value: String| {
        if !value.trim().is_empty() {
            lines.push(Line { label: Text::new(ja, en), value });
        }
    };
    let label = |code: &Option<String>, of: fn(&str) -> Option<&'static str>| {
        code.as_deref().map(|code| of(code).map_or_else(|| code.to_owned(), str::to_owned)).unwrap_or_default()
    };
    let day = |value: &Option<String>| value.as_deref().map(dates::plain_date).unwrap_or_default();
    add("区分", "Kind", kind(record));
    add("資格取得日", "Insured from", day(&record.qualification_date));
    add("資格喪失日", "Lost on", day(&record.disqualification_date));
    add(
        "喪失の理由",
        "Reason",
        label(&record.reason_of_loss, |c| ReasonOfLoss::parse(c).ok().map(ReasonOfLoss::label)),
    );
    add(
        "有効期間",
        "Valid",
        dates::period(record.insured_card_valid_date.as_deref(), record.insured_card_expiration_date.as_deref()),
    );
    if let Some(elderly) = &record.elderly_recipient_certificate_info {
        let ratio = ratio(elderly.elderly_recipient_contribution_ratio.as_deref());
        let when = dates::period(
            elderly.elderly_recipient_valid_start_date.as_deref(),
            elderly.elderly_recipient_valid_end_date.as_deref(),
        );
        add("高齢受給者証", "Elderly certificate", format!("{ratio} {when}"));
    }
    if let Some(limit) = &record.limit_application_certificate_related_info {
        let class = label(&limit.limit_application_certificate_classification, |c| {
            LimitClassification::parse(c).ok().map(LimitClassification::label)
        });
        let flag = label(&limit.limit_application_certificate_classification_flag, |c| {
            LimitFlag::parse(c).ok().map(LimitFlag::label)
        });
        let when = dates::period(
            limit.limit_application_certificate_valid_start_date.as_deref(),
            limit.limit_application_certificate_valid_end_date.as_deref(),
        );
        add("限度額", "Limit certificate", format!("{flag}　{class}　{when}"));
        add("長期入院該当", "Long-term stay", day(&limit.limit_application_certificate_long_term_date));
    }
    more_lines(record, &mut add);
    lines
}

fn more_lines(record: &ResultOfQualificationConfirmation, add: &mut impl FnMut(&'static str, &'static str, String)) {
    for disease in &record.specific_diseases_certificate_list {
        let name = disease
            .specific_diseases_disease_category
            .as_deref()
            .and_then(|code| domain::code::SpecificDiseaseCategory::parse(code).ok())
            .map(domain::code::SpecificDiseaseCategory::label)
            .unwrap_or_default();
        let pay =
            disease.specific_diseases_self_pay.as_deref().map(|yen| format!("　月 {yen}円まで")).unwrap_or_default();
        add("特定疾病", "Specific disease", format!("{name}{pay}"));
    }
    for ticket in &record.public_expense_result_list {
        let kind = ticket
            .ticket_type
            .as_deref()
            .and_then(|code| domain::code::TicketType::parse(code).ok())
            .map(domain::code::TicketType::label)
            .unwrap_or_default();
        let month = ticket.medical_treatment_month.as_deref().unwrap_or_default();
        let month = month.get(..4).zip(month.get(4..6)).map(|(y, m)| format!("{y}年{m}月")).unwrap_or_default();
        let pay = ticket.self_pay_amount.as_deref().map(|yen| format!("　本人支払額 {yen}円")).unwrap_or_default();
        add("医療券", "Medical ticket", format!("{kind}　{month}{pay}"));
    }
    if let Some(number) = &record.reference_number {
        add("照会番号", "Reference number", number.clone());
    }
}

fn kind(record: &ResultOfQualificationConfirmation) -> String {
    let card = record
        .insured_card_classification
        .as_deref()
        .and_then(|code| InsuredCardClassification::parse(code).ok())
        .map(InsuredCardClassification::label)
        .unwrap_or_default();
    let family = record
        .personal_family_classification
        .as_deref()
        .and_then(|code| PersonalFamily::parse(code).ok())
        .map(PersonalFamily::label)
        .unwrap_or_default();
    match (card.is_empty(), family.is_empty()) {
        (false, false) => format!("{card}・{family}"),
        _ => format!("{card}{family}"),
    }
}

/// `020` is 2割.
fn ratio(code: Option<&str>) -> String {
    code.and_then(|code| code.parse::<u32>().ok()).map(|ratio| format!("{}割", ratio / 10)).unwrap_or_default()
}

/// Kana as a person reads them: full width.
fn wide_kana(kana: &str) -> String {
    wire::text::kana::to_full_width(kana)
}
