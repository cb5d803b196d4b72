//! The strip under the bar: what goes on at the kiosk, and who was checked there.

use std::collections::HashMap;

use askama::Template;
use domain::PresenceMeans;
use domain::presence::PresenceNote;
use kit::text::Text;
use uuid::Uuid;

use super::answer::{self, Tone};
use super::dates;
use crate::kiosk::screen::{Screen, Stage};
use crate::store::arrivals::Arrival;
use crate::store::visits::Visit;

/// Somebody who was checked at the kiosk.
#[derive(Debug, Clone)]
pub(crate) struct ArrivalView {
    pub(crate) request_id: String,
    pub(crate) time: String,
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) tone: Tone,
    pub(crate) verdict: Text,
    pub(crate) share: String,
    pub(crate) means: &'static str,
    /// What the desk is warned of, in short words.
    pub(crate) warns: Vec<Text>,
    /// The chart that was chosen; empty while none is.
    pub(crate) chart: String,
}

/// The strip.
#[derive(Debug, Clone)]
pub(crate) struct Strip {
    pub(crate) version: u64,
    pub(crate) visit: String,
    pub(crate) state: Text,
    pub(crate) language: &'static str,
    pub(crate) wants_staff: bool,
    pub(crate) asks_for_eyes: bool,
    pub(crate) is_busy: bool,
    /// What went wrong, for staff, and its code.
    pub(crate) fault: Option<(Text, &'static str)>,
    pub(crate) arrivals: Vec<ArrivalView>,
    pub(crate) csrf: String,
}

#[derive(Template)]
#[template(path = "kiosk_part.html")]
pub(crate) struct KioskPart {
    pub(crate) strip: Option<Strip>,
}

pub(crate) fn strip(screen: &Screen, arrivals: &[Arrival], visits: &HashMap<Uuid, Visit>, csrf: String) -> Strip {
    let fault = match &screen.stage {
        Stage::Trouble { fault, .. } => Some(fault),
        Stage::Prove { wrong, .. }
        | Stage::Digits { wrong }
        | Stage::Staff { wrong }
        | Stage::Register { wrong, .. } => wrong.as_ref(),
        _ => None,
    };
    Strip {
        version: screen.version,
        visit: format!("{:016x}", screen.visit),
        state: screen.stage.for_staff(),
        language: screen.tongue.own_name(),
        wants_staff: screen.stage.wants_staff(),
        asks_for_eyes: matches!(screen.stage, Stage::Staff { .. }),
        is_busy: !matches!(screen.stage, Stage::Welcome),
        fault: fault.map(|fault| (fault.telling().staff, fault.code())),
        arrivals: arrivals.iter().map(|arrival| arrived(arrival, visits.get(&arrival.request_id))).collect(),
        csrf,
    }
}

fn arrived(arrival: &Arrival, visit: Option<&Visit>) -> ArrivalView {
    let (tone, verdict) = answer::of_word(visit.map_or("could_not_ask", |visit| visit.outcome.as_str()));
    let person = visit.map(|visit| &visit.person);
    ArrivalView {
        request_id: arrival.request_id.to_string(),
        time: dates::clock_time(arrival.at),
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        kana: person.map(|person| wire::text::kana::to_full_width(&person.kana)).unwrap_or_default(),
        tone,
        verdict,
        share: visit.and_then(|visit| visit.share_percent).map(|p| format!("{}割", p / 10)).unwrap_or_default(),
        means: means(arrival.means),
        warns: arrival.warns.iter().filter_map(|code| warning(code)).collect(),
        chart: arrival.matched.as_ref().map(|(number, _)| number.to_string()).unwrap_or_default(),
    }
}

/// How somebody was recognised, in as few words as a line has room for.
const fn means(means: PresenceMeans) -> &'static str {
    match means {
        PresenceMeans::Pin => "暗証番号",
        PresenceMeans::Face => "顔認証",
        PresenceMeans::StaffEyes => "目視",
        PresenceMeans::Number => "番号",
    }
}

/// The short words of a warning; its sentence stands on the page of the answer.
fn warning(code: &str) -> Option<Text> {
    let note = PresenceNote::ALL.iter().find(|note| note.code() == code)?;
    Some(match note {
        PresenceNote::CertificateEndsSoon => Text::new("証明書の期限が近い", "certificate ends soon"),
        PresenceNote::CertificateInGrace => Text::new("証明書の期限切れ", "certificate expired"),
        PresenceNote::RevocationNotKnown => Text::new("失効を未確認", "revocation not known"),
        // Said by how the patient was recognised.
        PresenceNote::CardNotUnlocked => return None,
        PresenceNote::NoCardShown => Text::new("カードなし", "no card"),
        PresenceNote::StaffWordNotEnough => Text::new("資格のみ", "eligibility only"),
        PresenceNote::NoCoverage => Text::new("保険の登録なし", "no coverage"),
    })
}
