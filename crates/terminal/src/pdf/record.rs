//! What a record says on paper: the parts in the order of the page, each with its reason where it may not be seen.

use domain::checkup::Side;
use domain::{Checkup, CheckupItem, CheckupValue, ConsentItem, Sex, date};
use wire::api::{RecordAnswer, RecordPatient};
use wire::oqs::record::{RecordKind, part_name};

use super::{Block, Document, Table};
use crate::asking::records::RecordAnswered;
use crate::desk::view::dates;
use crate::desk::view::records::findings::FindingsView;
use crate::desk::view::records::{diagnosis_row, drug_row, hidden, month, part_of, surgery_row, visit_row};

/// Which parts a document has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Contents<'a> {
    /// Those of a file: drugs with treatment (YZK), or checkups (TKK).
    File(RecordKind),
    /// All, with what matters first: the page of the desk.
    Page(&'a FindingsView),
}

/// Checkups that stand side by side in one table.
const REPORTS_BESIDE: usize = 4;

/// The document of a look.
pub(crate) fn document(looked: &RecordAnswered, contents: Contents<'_>, facility: &str) -> Document {
    let answer = &looked.answer;
    let mut blocks = vec![Block::Text(consents(answer))];
    if let Contents::Page(findings) = contents {
        blocks.extend(what_matters(findings));
    }
    if matches!(contents, Contents::Page(_) | Contents::File(RecordKind::Drugs)) {
        blocks.push(Block::Text(how_far(answer)));
        blocks.extend(drugs(answer));
        blocks.extend(diagnoses(answer));
        blocks.extend(surgery(answer));
    }
    if matches!(contents, Contents::Page(_) | Contents::File(RecordKind::Checkups)) {
        blocks.extend(checkups(answer));
    }
    if matches!(contents, Contents::Page(_) | Contents::File(RecordKind::Drugs)) {
        blocks.extend(visits(answer));
    }
    let title = match contents {
        Contents::Page(_) => "診療情報（薬剤・病名・手術・健診）",
        Contents::File(RecordKind::Drugs) => "薬剤情報・診療情報",
        Contents::File(RecordKind::Checkups) => "特定健診情報",
    };
    Document {
        title: title.to_owned(),
        person: answer.patient.as_ref().map(|patient| person(patient, answer)).unwrap_or_default(),
        foot: format!(
            "{}{} に {facility} が閲覧し、記録されました。証明番号 {}",
            year(answer),
            dates::day_and_time(answer.as_of),
            looked.proof_number
        ),
        blocks,
    }
}

fn year(answer: &RecordAnswer) -> String {
    format!("{}年", date::in_japan(answer.as_of).year())
}

/// `ヨシダ タカコ  吉田 髙子  女  1956年4月1日（昭和31年）生 70歳`.
fn person(patient: &RecordPatient, answer: &RecordAnswer) -> String {
    let sex = match Sex::parse(&patient.sex1) {
        Ok(Sex::Male) => "男",
        Ok(Sex::Female) => "女",
        Ok(_) | Err(_) => "",
    };
    let kana = patient.name_kana.as_deref().unwrap_or_default();
    let on = date::in_japan(answer.as_of).date();
    let age = dates::age(&patient.birthdate, on).map(|age| format!(" {age}歳")).unwrap_or_default();
    let born = dates::long_date(&patient.birthdate);
    let told = [patient.name.as_str(), kana, sex, &format!("{born}生{age}")];
    told.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("　")
}

fn consents(answer: &RecordAnswer) -> String {
    let each = answer.part_list.iter().filter_map(|part| {
        let (name, told) = (part_name(part.consent_item()?), part_of(part)?);
        let when = if told.when.is_empty() { String::new() } else { format!("（{}）", told.when) };
        Some(format!("{name} {}{when}", told.state.ja))
    });
    format!("同意: {}", each.collect::<Vec<_>>().join("、"))
}

fn how_far(answer: &RecordAnswer) -> String {
    let newest = answer.newest_month.map_or_else(
        || "レセプトの記録はまだありません。".to_owned(),
        |newest| format!("レセプトは{}分まで届いています。", month(newest)),
    );
    format!("{newest}市販薬と、まだ請求されていない薬は含まれません。")
}

fn what_matters(findings: &FindingsView) -> Vec<Block> {
    let mut blocks = vec![Block::Heading("注意すること".to_owned())];
    if findings.rows.is_empty() && findings.looked {
        blocks
            .push(Block::Text("規則に当てはまるものは見つかりませんでした。安全という意味ではありません。".to_owned()));
    }
    for row in &findings.rows {
        blocks.push(Block::Notice(format!(
            "【{}】{}: {}（{}） {} {} 出典 {}",
            row.severity,
            row.kind,
            row.subject,
            row.days,
            row.message,
            row.entries.join("、"),
            row.source
        )));
    }
    blocks.extend(findings.gaps.iter().map(|gap| Block::Notice(gap.ja.to_owned())));
    blocks
}

/// A part: its heading, and its rows, or why there are none to see, or that there are none.
fn part(
    answer: &RecordAnswer,
    item: ConsentItem,
    heading: &str,
    empty: &str,
    columns: &[(&str, f32)],
    rows: impl FnOnce() -> Vec<Vec<String>>,
) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(heading.to_owned())];
    if let Some(why) = hidden(answer, item) {
        blocks.push(Block::Notice(why.ja.to_owned()));
        return blocks;
    }
    let rows = rows();
    blocks.push(if rows.is_empty() {
        Block::Text(empty.to_owned())
    } else {
        let columns = columns.iter().map(|(title, share)| ((*title).to_owned(), *share)).collect();
        Block::Table(Table { columns, rows })
    });
    blocks
}

fn drugs(answer: &RecordAnswer) -> Vec<Block> {
    let columns = [
        ("調剤日", 1.9),
        ("薬剤（成分）", 3.9),
        ("区分", 0.8),
        ("量", 2.1),
        ("用法", 1.9),
        ("処方", 1.9),
        ("調剤", 1.6),
    ];
    let rows = || {
        let each = answer.medication_list.iter().map(drug_row).map(|row| {
            let name = if row.ingredient.is_empty() || row.name.contains(&row.ingredient) {
                row.name
            } else {
                format!("{}（{}）", row.name, row.ingredient)
            };
            vec![row.day, name, row.form.to_owned(), row.amount, row.usage, row.prescriber, row.dispenser]
        });
        each.collect()
    };
    part(answer, ConsentItem::Drugs, "薬剤情報", "薬剤の記録はありません。", &columns, rows)
}

fn diagnoses(answer: &RecordAnswer) -> Vec<Block> {
    let columns = [("傷病名", 3.5), ("診療開始", 1.7), ("最終月", 1.2), ("状態", 1.0), ("医療機関", 2.4)];
    let rows = || {
        let each = answer.diagnosis_list.iter().map(diagnosis_row);
        each.map(|row| vec![row.name, row.started, row.last_month, row.state.ja.to_owned(), row.institution]).collect()
    };
    part(answer, ConsentItem::Diagnosis, "傷病名", "傷病名の記録はありません。", &columns, rows)
}

fn surgery(answer: &RecordAnswer) -> Vec<Block> {
    let columns = [("実施日", 1.5), ("手術", 4.5), ("医療機関", 2.6)];
    let rows = || {
        let each = answer.procedure_list.iter().filter(|done| done.kind.is_surgery()).map(surgery_row);
        each.map(|row| vec![row.day, row.name, row.institution]).collect()
    };
    part(answer, ConsentItem::Surgery, "手術情報", "手術の記録はありません。", &columns, rows)
}

fn visits(answer: &RecordAnswer) -> Vec<Block> {
    let columns = [("受診日", 1.5), ("医療機関", 2.0), ("内容", 6.0)];
    let rows = || {
        let each = answer.treatment_visit_list.iter().map(visit_row).map(|row| {
            let day = if row.inpatient { format!("{} 入院", row.day) } else { row.day };
            vec![day, row.institution, row.items]
        });
        each.collect()
    };
    part(answer, ConsentItem::Diagnosis, "診療情報（受診歴）", "受診の記録はありません。", &columns, rows)
}

/// Reports side by side, items below each other, so that a value is compared with the years before.
fn checkups(answer: &RecordAnswer) -> Vec<Block> {
    let mut blocks = vec![Block::Heading("特定健診情報".to_owned())];
    if let Some(why) = hidden(answer, ConsentItem::Checkups) {
        blocks.push(Block::Notice(why.ja.to_owned()));
        return blocks;
    }
    if answer.checkup_list.is_empty() {
        let empty = "健診の記録はありません。受けていないという意味ではありません。";
        blocks.push(Block::Text(empty.to_owned()));
        return blocks;
    }
    blocks.push(Block::Text(
        "H は基準値より高い、L は低い値です（健診機関の判定。判定がないときは基準値との比較）。".to_owned(),
    ));
    for reports in answer.checkup_list.chunks(REPORTS_BESIDE) {
        for report in reports {
            let told =
                format!("{} {} {}", dates::in_words(report.date), report.report_kind_label(), report.institution.name);
            blocks.push(Block::Text(told));
        }
        blocks.push(Block::Table(beside(reports)));
    }
    blocks
}

fn beside(reports: &[Checkup]) -> Table {
    let mut columns = vec![("項目".to_owned(), 3.2), ("基準値".to_owned(), 1.4)];
    columns.extend(reports.iter().map(|report| (dates::in_words(report.date), 1.8)));
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    for (at, report) in reports.iter().enumerate() {
        for item in &report.items {
            // By item and method: two methods of one item are two rows.
            let code = item.code.as_str();
            let row = rows.iter().position(|(found, cells)| *found == code && cells[at + 2].is_empty());
            let row = row.unwrap_or_else(|| {
                let mut cells = vec![String::new(); reports.len() + 2];
                item.name().clone_into(&mut cells[0]);
                rows.push((code, cells));
                rows.len() - 1
            });
            let cells = &mut rows[row].1;
            cells[at + 2] = shown(item);
            if cells[1].is_empty() {
                cells[1] = range(item);
            }
        }
    }
    Table { columns, rows: rows.into_iter().map(|(_, cells)| cells).collect() }
}

fn shown(item: &CheckupItem) -> String {
    let compared = || match &item.value {
        CheckupValue::Quantity { value, .. } => item.range.map(|range| range.judge(*value)),
        CheckupValue::OutOfRange { .. }
        | CheckupValue::Coded { .. }
        | CheckupValue::Text { .. }
        | CheckupValue::NotDone => None,
    };
    let judged = item.judged.or_else(compared).map(domain::checkup::Judged::code).filter(|code| *code != "N");
    let value = match &item.value {
        CheckupValue::Quantity { value, unit } => format!("{value} {unit}"),
        CheckupValue::OutOfRange { side, limit, unit } => match (side, limit) {
            (Side::Below, Some(limit)) => format!("{limit}未満 {unit}"),
            (Side::Above, Some(limit)) => format!("{limit}超 {unit}"),
            (Side::Below, None) => "測定下限未満".to_owned(),
            (Side::Above, None) => "測定上限超過".to_owned(),
        },
        CheckupValue::Coded { code, .. } => item.answer().unwrap_or(code).to_owned(),
        CheckupValue::Text { text } => text.clone(),
        CheckupValue::NotDone => "未実施".to_owned(),
    };
    match judged {
        Some(judged) => format!("{value} {judged}"),
        None => value,
    }
}

fn range(item: &CheckupItem) -> String {
    let Some(range) = item.range else { return String::new() };
    let bound = |value: Option<domain::checkup::Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
    format!("{}～{}", bound(range.low), bound(range.high))
}
