//! What stands around every page: whose terminal, who is signed in, the link light, and what is wrong.

use jiff::{SignedDuration, Timestamp};
use kit::text::Text;
use wire::api::ProblemCode;

use crate::health::{CertificateState, FolderState, Link, Snapshot};
use crate::noticing::diagnosis::Whose;
use crate::store::users::Role;

/// Days before the end of the certificate at which a warning begins: renewal has been tried for weeks by then.
const CERTIFICATE_WARN_DAYS: i64 = 7;

#[derive(Debug, Clone)]
pub(crate) struct Badge {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) is_admin: bool,
    pub(crate) sees_records: bool,
}

impl Badge {
    pub(crate) fn new(name: &str, role: Role) -> Self {
        Self {
            name: name.to_owned(),
            role: role.label(),
            is_admin: role == Role::Admin,
            sees_records: role.sees_records(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Light {
    pub(crate) class: &'static str,
    pub(crate) ja: String,
    pub(crate) en: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) class: &'static str,
    pub(crate) ja: String,
    pub(crate) en: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Shell {
    pub(crate) facility_name: String,
    pub(crate) facility_code: String,
    pub(crate) user: Option<Badge>,
    pub(crate) light: Light,
    pub(crate) notices: Vec<Notice>,
    pub(crate) csrf: String,
    pub(crate) here: &'static str,
    /// Cases that wait for the center or are to be seen.
    pub(crate) open_cases: u32,
    /// Whether the line is cut, where it can be cut: in the demo.
    pub(crate) line_is_cut: Option<bool>,
}

impl Shell {
    /// Whether who is signed in may open medical information.
    pub(crate) fn sees_records(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.sees_records)
    }
}

/// The link light: the worst thing that is so, and whose fault it is.
pub(crate) fn light(health: &Snapshot, skew: Option<SignedDuration>, now: Timestamp) -> Light {
    let make = |class, text: Text| Light { class, ja: text.ja.to_owned(), en: text.en.to_owned() };
    let at_fault = |class, text: Text, whose: Text| Light {
        class,
        ja: format!("{}（{}）", text.ja, whose.ja),
        en: format!("{}: {}", text.en, whose.en),
    };
    if health.refused.is_some() {
        return make("down", Text::new("センターが拒否", "refused"));
    }
    let whose = health.diagnosis(now, skew).whose;
    match (&health.link, whose) {
        (Link::Down { .. }, _) => at_fault("down", Text::new("接続できません", "not connected"), whose.short()),
        (Link::Unknown, _) => make("unknown", Text::new("確認中", "connecting")),
        (Link::Up, Whose::Nobody) if notices(health, skew).is_empty() => make("up", Text::new("接続中", "connected")),
        (Link::Up, Whose::Nobody) => make("warn", Text::new("接続中・要確認", "connected, see status")),
        (Link::Up, _) => at_fault("warn", Text::new("接続中・要確認", "connected, see status"), whose.short()),
    }
}

/// What somebody should know whatever page they look at.
pub(crate) fn notices(health: &Snapshot, skew: Option<SignedDuration>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut add = |class, ja: String, en: &str| notices.push(Notice { class, ja, en: en.to_owned() });
    if let Some(code) = health.refused {
        let (ja, en) = refused(code);
        add("bad", ja.to_owned(), en);
    }
    match &health.certificate {
        Some(CertificateState::Expired { .. }) => add(
            "bad",
            "端末の証明書の有効期限が切れています。自動で更新を試みています。".to_owned(),
            "The certificate of this terminal has expired; renewal is being tried.",
        ),
        Some(CertificateState::Valid { days_left, .. }) if *days_left < CERTIFICATE_WARN_DAYS => add(
            "warn",
            format!("端末の証明書はあと{days_left}日で切れます。自動更新ができていません。"),
            "The certificate ends soon and could not be renewed yet.",
        ),
        Some(CertificateState::Valid { .. }) | None => {}
    }
    if let Some(ahead) = skew {
        add("warn", skew_words(ahead), "The clock of this terminal is wrong; the center's day is used. Please set it.");
    }
    for (folder, state) in [("req", &health.req), ("res", &health.res), ("face", &health.face)] {
        if matches!(state, FolderState::Fails { .. }) {
            add(
                "warn",
                format!("{folder} フォルダを使えません。使えるようになるまで待っています。"),
                "A folder cannot be used; waiting for it.",
            );
        }
    }
    if health.cases_to_see > 0 {
        add(
            "warn",
            format!(
                "つながらない間の判定と、センターの回答がちがうものが{}件あります。「保留」を見てください。",
                health.cases_to_see
            ),
            "The center said otherwise about cases that were decided here. See Open.",
        );
    }
    if health.disk.is_some() {
        add(
            "bad",
            "ディスクに書き込めません。空きを作ってください。要求ファイルは失われません。".to_owned(),
            "The disk takes nothing more. Requests wait; nothing is lost.",
        );
    }
    notices
}

/// What a refusal of the terminal itself means, and what to do.
pub(crate) const fn refused(code: ProblemCode) -> (&'static str, &'static str) {
    match code {
        ProblemCode::CertificateRevoked => (
            "この端末の証明書は失効しています。資格確認はできません。実施機関に連絡し、新しい登録コードで登録し直してください。",
            "The certificate of this terminal was revoked. Ask for a new enrolment code.",
        ),
        ProblemCode::RenewalRefused => (
            "証明書を更新できません。新しい登録コードで登録し直してください。",
            "The certificate cannot be renewed. Enrol again with a new code.",
        ),
        _ => (
            "センターがこの端末を受け付けません。実施機関に連絡してください。",
            "The center does not accept this terminal. Contact the operator.",
        ),
    }
}

fn skew_words(ahead: SignedDuration) -> String {
    let minutes = (ahead.unsigned_abs().as_secs() + 30) / 60;
    let direction = if ahead.is_positive() { "遅れて" } else { "進んで" };
    format!(
        "この端末の時計がセンターより約{minutes}分{direction}います。日付はセンターに合わせています。時計を直してください。"
    )
}
