//! Which chart is the patient's: candidates, never a silent guess.

use kit::text::Text;

use super::dates;
use crate::store::arrivals::Arrival;
use crate::store::charts::{Chart, FoundBy};

/// A chart that may be the patient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) birth: String,
    pub(crate) by: Text,
}

/// The choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChartView {
    pub(crate) request_id: String,
    /// What was chosen, and by whom.
    pub(crate) chosen: Option<(String, String)>,
    pub(crate) candidates: Vec<Candidate>,
}

/// The candidates for somebody who arrived, the surest first. A 照会番号 that the center has for the patient is one even
/// where no list of charts was ever taken in.
pub(crate) fn of(arrival: &Arrival, like: &Chart, found: Vec<(Chart, FoundBy)>) -> ChartView {
    let mut candidates: Vec<Candidate> = found.into_iter().map(|(chart, by)| candidate(&chart, by)).collect();
    let is_known = candidates.iter().any(|candidate| candidate.number == like.reference_number);
    if !like.reference_number.is_empty() && !is_known {
        let only = Chart { reference_number: like.reference_number.clone(), ..Chart::default() };
        candidates.insert(0, candidate(&only, FoundBy::ReferenceNumber));
    }
    ChartView {
        request_id: arrival.request_id.to_string(),
        chosen: arrival.matched.as_ref().map(|(number, by)| (number.to_string(), by.clone())),
        candidates,
    }
}

fn candidate(chart: &Chart, by: FoundBy) -> Candidate {
    Candidate {
        number: chart.reference_number.clone(),
        name: chart.name.clone(),
        kana: wire::text::kana::to_full_width(&chart.name_kana),
        birth: if chart.birthdate.is_empty() { String::new() } else { dates::plain_date(&chart.birthdate) },
        by: match by {
            FoundBy::ReferenceNumber => Text::new("照会番号が登録済み", "registered number"),
            FoundBy::KanaAndBirthdate => Text::new("カナと生年月日が一致", "kana and birth date"),
            FoundBy::Insurance => Text::new("保険の番号が一致", "insurance numbers"),
        },
    }
}
