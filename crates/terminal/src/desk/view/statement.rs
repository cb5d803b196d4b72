//! The page of 被保険者資格申立書.

use askama::Template;
use kit::text::Text;

use super::shell::Shell;
use crate::store::statements::Statement;

/// One line of the form.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) label: Text,
    pub(crate) value: String,
    /// Words to choose from; none is free text.
    pub(crate) choices: &'static [&'static str],
}

const KINDS: &[&str] = &["社保（会社など）", "国保", "後期高齢", "その他", "わからない"];
const SHARES: &[&str] = &["1割", "2割", "3割", "わからない"];

#[derive(Template)]
#[template(path = "statement.html")]
pub(crate) struct StatementPage {
    pub(crate) shell: Shell,
    pub(crate) request_id: String,
    /// When the patient was at the window.
    pub(crate) day: String,
    /// When it was taken down last, and by whom.
    pub(crate) kept: Option<(String, String)>,
    pub(crate) statement: Statement,
}

impl StatementPage {
    pub(crate) fn lines(&self) -> Vec<Line> {
        let said = &self.statement;
        let line = |name, ja, en, value: &String, choices| Line {
            name,
            label: Text::new(ja, en),
            value: value.clone(),
            choices,
        };
        vec![
            line("name", "氏名", "Name", &said.name, &[]),
            line("kana", "フリガナ", "Kana", &said.kana, &[]),
            line("birthdate", "生年月日", "Born", &said.birthdate, &[]),
            line("address", "住所", "Address", &said.address, &[]),
            line("telephone", "連絡先", "Telephone", &said.telephone, &[]),
            line("kind", "保険の種類", "Kind of insurance", &said.kind, KINDS),
            line("insurer", "保険者等の名称", "Insurer", &said.insurer, &[]),
            line("employer", "事業所名", "Employer", &said.employer, &[]),
            line("since", "いつから", "Since when", &said.since, &[]),
            line("share", "負担割合", "Share", &said.share, SHARES),
            line("note", "そのほか", "Anything else", &said.note, &[]),
        ]
    }
}
