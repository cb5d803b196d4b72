//! The pages of claims (レセプト): what was sent, what the check found in a file, what became of each claim.

use askama::Template;
use kit::text::Text;
use wire::api::{ClaimFileCounts, ClaimOutcome, ClaimResult};
use wire::claims::{CheckReport, Severity};

use super::dates;
use super::shell::Shell;
use crate::claims::{ClaimFileState, Inspected, QueuedClaims, QueuedWithdrawal, SaidOfClaims, WithdrawalState};
use crate::limits;

/// Words of somebody else, in two languages.
pub(crate) struct Words {
    pub(crate) ja: String,
    pub(crate) en: String,
}

/// A file in the list, and at the head of its own page.
pub(crate) struct FileRow {
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) claims: u64,
    pub(crate) state: Text,
    pub(crate) class: &'static str,
    /// 受付番号 of the file at the center.
    pub(crate) reception_number: Option<String>,
    /// Why it is where it is, where somebody has to know.
    pub(crate) why: Option<Words>,
    /// How many came out how, when it is done.
    pub(crate) counts: Option<ClaimFileCounts>,
}

impl FileRow {
    pub(crate) fn of(file: &QueuedClaims) -> Self {
        let why = match &file.said {
            Some(SaidOfClaims::Status(status)) => {
                status.refusal.as_ref().map(|why| Words { ja: why.message.clone(), en: why.message_en.clone() })
            }
            Some(SaidOfClaims::Refused(document)) => Some(Words {
                ja: format!("{} {} [{}]", document.title, document.detail, document.code),
                en: document.title_en.clone(),
            }),
            Some(SaidOfClaims::CouldNotAsk(code)) => Some(Words {
                ja: format!("センターに送れていません。つながると自動で送られます。 [{code}]"),
                en: "Not sent yet; it is sent when the center can be reached.".to_owned(),
            }),
            None => None,
        };
        Self {
            number: file.number,
            name: file.about.file_name.clone(),
            when: dates::day_and_time(file.queued_at),
            claims: file.about.claims,
            state: state_text(file.state),
            class: match file.state {
                ClaimFileState::Done => "done",
                ClaimFileState::Refused => "refused",
                ClaimFileState::Storing | ClaimFileState::Waiting | ClaimFileState::Sent => "under-way",
            },
            reception_number: file.status().map(|status| status.reception_number.clone()),
            why,
            counts: file.status().filter(|_| file.state == ClaimFileState::Done).map(|status| status.counts),
        }
    }

    /// How many of its claims somebody has to do something about.
    pub(crate) fn to_do(&self) -> u64 {
        self.counts.map_or(0, |counts| counts.set_aside + counts.unmatched + counts.not_insured)
    }
}

const fn state_text(state: ClaimFileState) -> Text {
    match state {
        ClaimFileState::Storing | ClaimFileState::Waiting => Text::new("送信待ち", "waiting for the line"),
        ClaimFileState::Sent => Text::new("センターで処理中", "at the center"),
        ClaimFileState::Done => Text::new("結果あり", "done"),
        ClaimFileState::Refused => Text::new("受付不可", "refused"),
    }
}

/// A claim that was taken back.
pub(crate) struct WithdrawalRow {
    pub(crate) claim_number: String,
    pub(crate) when: String,
    pub(crate) state: Text,
    pub(crate) said: String,
}

impl WithdrawalRow {
    pub(crate) fn of(withdrawal: &QueuedWithdrawal) -> Self {
        Self {
            claim_number: withdrawal.claim_number.clone(),
            when: dates::day_and_time(withdrawal.queued_at),
            state: match withdrawal.state {
                WithdrawalState::Waiting => Text::new("送信待ち", "waiting"),
                WithdrawalState::Done => Text::new("取下げ済み", "taken back"),
                WithdrawalState::Refused => Text::new("取下げ不可", "refused"),
            },
            said: withdrawal.said.clone(),
        }
    }
}

/// `/claims`
#[derive(Template)]
#[template(path = "claims.html")]
pub(crate) struct ClaimsPage {
    pub(crate) shell: Shell,
    pub(crate) files: Vec<FileRow>,
    pub(crate) withdrawals: Vec<WithdrawalRow>,
    /// Largest file that a browser may send, in bytes.
    pub(crate) bytes_max: u64,
    /// What was done just now.
    pub(crate) done: Option<Text>,
    /// Why nothing was done.
    pub(crate) error: Option<Words>,
}

/// Findings of one code.
pub(crate) struct FaultGroup {
    pub(crate) code: &'static str,
    pub(crate) is_error: bool,
    pub(crate) what: Text,
    pub(crate) way_out: &'static str,
    pub(crate) count: u64,
    /// The first of them: where.
    pub(crate) places: Vec<String>,
}

/// What the check found in a file.
pub(crate) struct Checked {
    pub(crate) kind: &'static str,
    pub(crate) claims: u64,
    pub(crate) claims_with_errors: u64,
    pub(crate) set_aside: u64,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    pub(crate) groups: Vec<FaultGroup>,
    /// Claims that the center will set aside: line, レセプト番号, why.
    pub(crate) aside: Vec<(u64, Option<u32>, Text)>,
}

impl Checked {
    pub(crate) fn of(inspected: &Inspected) -> Self {
        let report = &inspected.report;
        Self {
            kind: report.kind.label(),
            claims: inspected.claims,
            claims_with_errors: report.receipts_with_errors,
            set_aside: inspected.set_aside_count,
            errors: report.errors,
            warnings: report.warnings,
            groups: groups(report),
            aside: inspected
                .set_aside
                .iter()
                .take(limits::CLAIM_ROWS_SHOWN)
                .map(|claim| (claim.line, claim.number, Text::new(claim.why.message(), claim.why.message_en())))
                .collect(),
        }
    }
}

/// Errors first, the most frequent first among them.
fn groups(report: &CheckReport) -> Vec<FaultGroup> {
    let mut groups: Vec<FaultGroup> = report
        .by_fault
        .iter()
        .map(|(fault, count)| FaultGroup {
            code: fault.code(),
            is_error: fault.severity() == Severity::Error,
            what: Text::new(fault.ja(), fault.en()),
            way_out: fault.way_out_ja(),
            count: *count,
            places: report
                .findings
                .iter()
                .filter(|finding| finding.fault == *fault)
                .take(limits::CLAIM_PLACES_SHOWN)
                .map(place)
                .collect(),
        })
        .collect();
    groups.sort_by_key(|group| (!group.is_error, std::cmp::Reverse(group.count)));
    groups
}

/// Line, レセプト番号, record and field.
fn place(finding: &wire::claims::Finding) -> String {
    let mut place = if finding.line == 0 { "ファイル全体".to_owned() } else { format!("{}行目", finding.line) };
    if let Some(number) = finding.receipt {
        place = format!("{place}（レセプト番号 {number}）");
    }
    if let Some(tag) = finding.tag {
        place = format!("{place} {tag}");
    }
    if finding.field > 0 {
        place = format!("{place} 項目{} {}", finding.field, finding.field_name);
    }
    place
}

/// What came of reading a file.
pub(crate) enum Outcome {
    /// It may be sent under this number.
    Ready(i64),
    /// It cannot be sent.
    NotToSend(Words),
    /// It was sent before.
    Same(Box<FileRow>),
}

/// What the check found, and whether it is to be sent.
#[derive(Template)]
#[template(path = "claims_checked.html")]
pub(crate) struct CheckedPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    pub(crate) checked: Option<Checked>,
}

/// A claim on the page of its file.
pub(crate) struct OutcomeRow {
    pub(crate) line: u64,
    pub(crate) number: Option<u32>,
    /// 受付番号, where it stands in a record or waits.
    pub(crate) claim_number: Option<String>,
    pub(crate) words: Option<Words>,
    pub(crate) code: String,
    /// What the check found in it.
    pub(crate) findings: Vec<String>,
}

/// Claims that the same is to be done about.
pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) name: Text,
    pub(crate) to_do: Text,
    pub(crate) class: &'static str,
    pub(crate) count: u64,
    pub(crate) rows: Vec<OutcomeRow>,
}

/// In which group of [`Groups`] a claim is.
pub(crate) fn group_of(outcome: &ClaimOutcome) -> &'static str {
    match outcome.result {
        ClaimResult::SetAside => "set_aside",
        ClaimResult::Unmatched => "unmatched",
        ClaimResult::Repeated => "repeated",
        ClaimResult::Accepted | ClaimResult::Replaced | ClaimResult::SameAgain => {
            match (outcome.routing.as_deref(), outcome.result) {
                (Some("not_insured"), _) => "not_insured",
                (Some("redirected"), _) => "redirected",
                (Some("split"), _) => "split",
                (_, ClaimResult::Replaced) => "replaced",
                (_, ClaimResult::SameAgain) => "same_again",
                _ => "accepted",
            }
        }
    }
}

/// The claims of a file by what is to be done about them, the most urgent first.
pub(crate) struct Groups(pub(crate) Vec<Group>);

impl Groups {
    pub(crate) fn new() -> Self {
        let group = |id, class, name: Text, to_do: Text| Group { id, name, to_do, class, count: 0, rows: Vec::new() };
        Self(vec![
            group(
                "set_aside",
                "bad",
                Text::new("取り込めない", "set aside"),
                Text::new("直して、もう一度送ってください。", "Mend them and send them again."),
            ),
            group(
                "unmatched",
                "bad",
                Text::new("該当者なし", "fits nobody"),
                Text::new(
                    "番号を確かめてください。保険者の登録が遅れているだけなら、登録されると自動で受け付けます。",
                    "Check the numbers. If the insurer is only late, they are taken by themselves.",
                ),
            ),
            group(
                "not_insured",
                "bad",
                Text::new("資格なし", "not insured"),
                Text::new(
                    "資格のない日があります。患者さんの保険を確かめてください。",
                    "Some days are insured by nobody.",
                ),
            ),
            group(
                "redirected",
                "warn",
                Text::new("振替", "redirected"),
                Text::new(
                    "別の保険者に振り替えて受け付けました。次の請求から直してください。",
                    "Another insurer pays; change it from the next claim on.",
                ),
            ),
            group(
                "split",
                "warn",
                Text::new("分割", "split"),
                Text::new(
                    "保険者ごとに分けて受け付けました。次の請求から直してください。",
                    "Several insurers pay; change it from the next claim on.",
                ),
            ),
            group(
                "repeated",
                "warn",
                Text::new("重複", "twice in the file"),
                Text::new(
                    "同じ請求が2回ありました。1件として受け付けました。",
                    "They stood in the file twice and count once.",
                ),
            ),
            group(
                "replaced",
                "good",
                Text::new("差替え", "replaced"),
                Text::new("前の請求と差し替えました。", "In place of earlier ones."),
            ),
            group("accepted", "good", Text::new("受付", "accepted"), Text::new("受け付けました。", "Taken.")),
            group(
                "same_again",
                "good",
                Text::new("変更なし", "same again"),
                Text::new("前に受け付けたものと同じです。", "Known already."),
            ),
        ])
    }

    pub(crate) fn add(&mut self, outcome: ClaimOutcome) {
        let id = group_of(&outcome);
        let Some(group) = self.0.iter_mut().find(|group| group.id == id) else { return };
        group.count += 1;
        if group.rows.len() >= limits::CLAIM_ROWS_SHOWN {
            return;
        }
        let words = outcome.message.zip(outcome.message_en).map(|(ja, en)| Words { ja, en });
        group.rows.push(OutcomeRow {
            line: outcome.line,
            number: outcome.receipt_number,
            claim_number: outcome.claim_number,
            words,
            code: outcome.code.or(outcome.routing).unwrap_or_default(),
            findings: outcome.finding_list.into_iter().map(|finding| finding.message).collect(),
        });
    }
}

/// `/claims/{number}`
#[derive(Template)]
#[template(path = "claim_file.html")]
pub(crate) struct ClaimFilePage {
    pub(crate) shell: Shell,
    pub(crate) file: FileRow,
    pub(crate) groups: Groups,
}

/// Whether a claim is really to be taken back.
#[derive(Template)]
#[template(path = "claim_withdrawal.html")]
pub(crate) struct WithdrawalPage {
    pub(crate) shell: Shell,
    pub(crate) claim_number: String,
}

#[cfg(test)]
mod tests {
    //! Proves that every outcome falls into one group.
    use super::*;

    #[test]
    fn every_outcome_has_its_group() {
        use ClaimResult::{Accepted, Repeated, Replaced, SameAgain, SetAside, Unmatched};
        for (result, routing, group) in [
            (SetAside, None, "set_aside"),
            (Unmatched, None, "unmatched"),
            (Repeated, None, "repeated"),
            (Accepted, Some("as_claimed"), "accepted"),
            (Replaced, Some("as_claimed"), "replaced"),
            (SameAgain, Some("as_claimed"), "same_again"),
            (SameAgain, Some("redirected"), "redirected"),
            (Accepted, Some("split"), "split"),
            (Replaced, Some("not_insured"), "not_insured"),
        ] {
            let outcome: ClaimOutcome = serde_json::from_value(serde_json::json!({
                "Line": 2, "Result": result, "Routing": routing,
            }))
            .unwrap();
            assert_eq!(group_of(&outcome), group);
            let mut groups = Groups::new();
            groups.add(outcome);
            assert_eq!(groups.0.iter().map(|group| group.count).sum::<u64>(), 1);
        }
    }
}
