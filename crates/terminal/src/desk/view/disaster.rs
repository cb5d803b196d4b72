//! The page 災害・救急: whether people may be searched for, the form, and who was found.

use askama::Template;
use domain::{Sex, date};
use jiff::SignedDuration;
use kit::text::Text;
use serde::Deserialize;
use wire::api::{
    DisasterState, FoundPerson, PersonSearchAnswer, PersonSearchInfo, SearchOutcome, SearchPurpose, SearchStanding,
};

use super::answer::{self, AnswerView, HintView, RecordView, ShareView, Tone};
use super::check::{FieldView, Tick};
use super::dates;
use super::shell::{Notice, Shell};
use crate::asking::outcome::Outcome;
use crate::asking::search::SearchAnswered;
use crate::store::person_searches::SearchLine;

#[derive(Template)]
#[template(path = "disaster.html")]
pub(crate) struct DisasterPage {
    pub(crate) shell: Shell,
    pub(crate) standing: StandingView,
    pub(crate) purposes: Vec<Tick>,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) sexes: Vec<Tick>,
    pub(crate) sex_is_marked: bool,
    pub(crate) reason: String,
    pub(crate) reason_is_marked: bool,
    pub(crate) result: Option<SearchView>,
    pub(crate) lines: Vec<SearchLine>,
}

impl DisasterPage {
    /// When a search was made.
    pub(crate) fn time(line: &SearchLine) -> String {
        dates::day_and_time(line.at)
    }

    pub(crate) fn words(line: &SearchLine) -> Text {
        of_outcome(line.outcome.into()).1
    }

    pub(crate) fn purpose(line: &SearchLine) -> &'static str {
        purpose_name(line.purpose.into()).ja
    }
}

/// What the form sends; the names are those of the interface. Also what the form shows again.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SearchForm {
    purpose: String,
    name_kana: String,
    name: String,
    birthdate: String,
    sex1: String,
    address: String,
    pub(crate) search_reason: String,
}

impl std::fmt::Debug for SearchForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SearchForm(…)")
    }
}

impl SearchForm {
    pub(crate) fn purpose(&self) -> Option<SearchPurpose> {
        domain::SearchPurpose::parse(&self.purpose).map(SearchPurpose::from)
    }

    /// The search as typed; empty fields are absent.
    pub(crate) fn info(&self) -> PersonSearchInfo {
        let optional = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        PersonSearchInfo {
            name: optional(&self.name),
            name_kana: optional(&self.name_kana),
            birthdate: self.birthdate.trim().to_owned(),
            sex1: self.sex1.trim().to_owned(),
            address: optional(&self.address),
        }
    }

    /// The fields with what was typed. The cursor stands in the first that is marked, else in the first.
    pub(crate) fn fields(&self, result: Option<&SearchView>) -> Vec<FieldView> {
        let field = |element, label, value: &str, maxlength, note| FieldView {
            element,
            label,
            value: value.to_owned(),
            inputmode: "text",
            maxlength,
            marked: result.is_some_and(|result| result.marks(element)),
            note,
            autofocus: false,
        };
        let mut fields = vec![
            field("NameKana", Text::new("フリガナ", "Kana"), &self.name_kana, 200, ""),
            field("Name", Text::new("氏名", "Name"), &self.name, 200, ""),
            field("Birthdate", Text::new("生年月日", "Birth date"), &self.birthdate, 20, ""),
            field("Address", Text::new("住所", "Address"), &self.address, 400, ""),
        ];
        let others = result.is_some_and(|result| result.marks("Sex1") || result.marks("SearchReason"));
        match fields.iter().position(|field| field.marked) {
            Some(first) => fields[first].autofocus = true,
            None if !others => fields[0].autofocus = true,
            None => {}
        }
        fields
    }

    /// What may be chosen, with what was; where only one may be, it is chosen.
    pub(crate) fn purposes(&self, standing: Option<&SearchStanding>) -> Vec<Tick> {
        let may = |purpose| {
            standing.is_none_or(|standing| match purpose {
                SearchPurpose::DisasterSearch => is_open(standing.disaster),
                SearchPurpose::EmergencySearch => standing.emergency,
            })
        };
        let all = [SearchPurpose::DisasterSearch, SearchPurpose::EmergencySearch];
        let allowed: Vec<SearchPurpose> = all.into_iter().filter(|purpose| may(*purpose)).collect();
        allowed
            .iter()
            .map(|purpose| Tick {
                code: domain::SearchPurpose::from(*purpose).code(),
                name: purpose_name(*purpose),
                ticked: self.purpose() == Some(*purpose) || allowed.len() == 1,
            })
            .collect()
    }

    pub(crate) fn sexes(&self) -> Vec<Tick> {
        [(Sex::Female, "Female"), (Sex::Male, "Male")]
            .map(|(sex, en)| Tick {
                code: sex.code(),
                name: Text::new(sex.label(), en),
                ticked: self.sex1 == sex.code(),
            })
            .to_vec()
    }
}

const fn is_open(state: DisasterState) -> bool {
    match state {
        DisasterState::Open | DisasterState::Granted => true,
        DisasterState::MayAsk | DisasterState::NotOpen => false,
    }
}

const fn purpose_name(purpose: SearchPurpose) -> Text {
    match purpose {
        SearchPurpose::DisasterSearch => Text::new("災害時", "Disaster"),
        SearchPurpose::EmergencySearch => Text::new("救急時", "Emergency"),
    }
}

/// Whether people may be searched for, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandingView {
    /// The CSS class: `open`, `closed` or `cannot`.
    pub(crate) class: &'static str,
    pub(crate) lines: Vec<(String, String)>,
    /// Whether anybody may be searched for, as far as is known.
    pub(crate) may_search: bool,
    /// Whether this institution would be granted it if it asked.
    pub(crate) may_ask: bool,
}

/// What the center says about this institution, or that it could not be asked.
pub(crate) fn standing(asked: &Result<SearchStanding, Outcome>) -> StandingView {
    let standing = match asked {
        Ok(standing) => standing,
        Err(outcome) => {
            let why = AnswerView::of(outcome, jiff::Timestamp::UNIX_EPOCH);
            let words = why.hints.into_iter().map(|hint| (hint.ja, hint.en));
            let known = (
                "照会が開かれているかを確かめられません。".to_owned(),
                "Whether searching is open could not be asked.".to_owned(),
            );
            let lines = std::iter::once(known).chain(words).collect();
            return StandingView { class: "cannot", lines, may_search: true, may_ask: false };
        }
    };
    // The last minute of a day and not the first of the next, which nobody reads as "until".
    let last = |until: jiff::Timestamp| until.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(until);
    let until = standing.until.map(|until| dates::day_and_time(last(until))).unwrap_or_default();
    let reason = standing.disaster_reason.as_deref().unwrap_or_default();
    let disaster = match standing.disaster {
        DisasterState::Open => {
            (format!("災害時: 開かれています（{reason}、{until} まで）"), "Disaster: open".to_owned())
        }
        DisasterState::Granted => {
            (format!("災害時: 申し出により使えます（{reason}、{until} まで）"), "Disaster: granted".to_owned())
        }
        DisasterState::MayAsk => (
            "災害時: ほかの地域で開かれています。申し出ると使えます。".to_owned(),
            "Disaster: open elsewhere; you may ask".to_owned(),
        ),
        DisasterState::NotOpen => ("災害時: 開かれていません。".to_owned(), "Disaster: not open here".to_owned()),
    };
    let emergency = if standing.emergency {
        ("救急時: 照会できます（病院）。", "Emergency: hospital")
    } else {
        ("救急時: 病院だけが照会できます。", "Emergency: hospitals only")
    };
    let may_search = standing.emergency || is_open(standing.disaster);
    StandingView {
        class: if may_search { "open" } else { "closed" },
        lines: vec![disaster, (emergency.0.to_owned(), emergency.1.to_owned())],
        may_search,
        may_ask: standing.disaster == DisasterState::MayAsk,
    }
}

/// Somebody who fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundView {
    pub(crate) tone: Tone,
    pub(crate) words: Text,
    pub(crate) share: Option<ShareView>,
    pub(crate) record: RecordView,
    pub(crate) address: String,
    pub(crate) hints: Vec<HintView>,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchView {
    pub(crate) tone: Tone,
    pub(crate) big: Text,
    pub(crate) hints: Vec<HintView>,
    pub(crate) next: Option<(String, String)>,
    pub(crate) found: Vec<FoundView>,
    pub(crate) proof_number: Option<String>,
    /// Number of the search, under which its proof is kept.
    pub(crate) request_id: String,
    pub(crate) marked: Vec<String>,
}

impl SearchView {
    pub(crate) fn of(came: &Result<SearchAnswered, Outcome>) -> Self {
        match came {
            Ok(answered) => Self::of_answer(&answered.answer, &answered.proof_number),
            Err(outcome) => Self::of_no_answer(outcome),
        }
    }

    fn of_answer(answer: &PersonSearchAnswer, proof_number: &str) -> Self {
        let (tone, big) = of_outcome(answer.outcome);
        let next = match answer.outcome {
            SearchOutcome::Found => Text::new(
                "氏名・生年月日・住所を、本人か付き添いの方に確かめてください。照会したことは本人に知らされます。",
                "Confirm name, birth date and address. The person will be told of this search.",
            ),
            SearchOutcome::Several => Text::new(
                "住所と氏名の字で見分けてください。決められないときは、分かることを足して照会し直してください。",
                "Tell them apart by address and name. If you cannot, add what is known and search again.",
            ),
            SearchOutcome::NotFound => Text::new(
                "無保険という意味ではありません。生年月日と読みを確かめ、氏名か住所だけでも照会してみてください。",
                "This does not mean that the person is not insured. Confirm birth date and reading; try name or address alone.",
            ),
            SearchOutcome::TooMany => Text::new(
                "だれも表示していません。氏名・フリガナ・住所を足して照会し直してください。",
                "Nobody is shown. Add name, kana or address and search again.",
            ),
        };
        let on = date::parse(&answer.qualification_confirmation_date).ok();
        Self {
            tone,
            big,
            hints: Vec::new(),
            next: Some((next.ja.to_owned(), next.en.to_owned())),
            found: answer.found_list.iter().map(|person| found(person, on)).collect(),
            proof_number: Some(proof_number.to_owned()),
            request_id: answer.request_id.to_string(),
            marked: Vec::new(),
        }
    }

    fn of_no_answer(outcome: &Outcome) -> Self {
        // The words of a check, but for its headline: a field is named, a refusal and a broken line say why.
        let words = AnswerView::of(outcome, jiff::Timestamp::UNIX_EPOCH);
        let (big, next) = match outcome {
            Outcome::Unreadable(_) => (Text::new("入力が足りないか、誤りがあります", "The search cannot be made"), words.next),
            Outcome::Refused(_) => (
                Text::new("この照会はできません", "This search is refused"),
                Some((
                    "だれも照会していません。番号が分かれば、資格確認の画面で確認してください。".to_owned(),
                    "Nobody was looked up. Where numbers are known, check by number.".to_owned(),
                )),
            ),
            Outcome::CouldNotAsk(_) | Outcome::Answered(_) => (
                Text::new("照会できませんでした", "Could not ask"),
                Some((
                    "見つからないという意味ではありません。急ぐときは聞き取った内容で診療を進め、つながってからもう一度照会してください。".to_owned(),
                    "This does not mean that nobody was found. If urgent, go on with what you were told, and search again later.".to_owned(),
                )),
            ),
        };
        Self {
            tone: words.tone,
            big,
            hints: words.hints,
            next,
            found: Vec::new(),
            proof_number: None,
            request_id: String::new(),
            marked: words.marked,
        }
    }

    pub(crate) fn marks(&self, element: &str) -> bool {
        self.marked.iter().any(|marked| marked == element)
    }
}

fn found(person: &FoundPerson, on: Option<domain::Date>) -> FoundView {
    let record = &person.result_of_qualification_confirmation;
    let (tone, words) = answer::of_verdict(person.verdict);
    FoundView {
        tone,
        words,
        share: person.share.as_ref().map(answer::share),
        record: answer::record(record, on),
        address: record.address.clone().unwrap_or_default(),
        hints: person.hints.iter().map(answer::hint).collect(),
    }
}

const fn of_outcome(outcome: SearchOutcome) -> (Tone, Text) {
    match outcome {
        SearchOutcome::Found => (Tone::Valid, Text::new("1人が該当しました", "One person fits")),
        SearchOutcome::Several => (Tone::Multiple, Text::new("複数の人が該当しました", "Several people fit")),
        SearchOutcome::NotFound => (Tone::NotFound, Text::new("該当する人がいません", "Nobody fits")),
        SearchOutcome::TooMany => {
            (Tone::Unreadable, Text::new("該当が多すぎて表示できません", "Too many fit to be shown"))
        }
    }
}

/// The disk took nothing: the proof is on this page only.
pub(crate) fn not_kept() -> Notice {
    Notice {
        class: "bad",
        ja: "この照会は保存できませんでした。証明番号を書き留めてください。".to_owned(),
        en: "This search could not be kept. Please note the proof number.".to_owned(),
    }
}
