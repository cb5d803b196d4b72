//! The templates.

use askama::Template;
use kit::text::Text;

use super::answer::{AnswerView, Tone};
use super::charts::ChartView;
use super::check::{Asking, FieldView};
use super::kiosk::Strip;
use super::shell::{Light, Shell};
use super::status::Item;
use crate::store::users::{Role, User};

#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    pub(crate) shell: Shell,
    pub(crate) name: String,
    pub(crate) error: Option<Text>,
}

#[derive(Template)]
#[template(path = "check.html")]
pub(crate) struct CheckPage {
    pub(crate) shell: Shell,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) asking: Asking,
    pub(crate) strip: Option<Strip>,
    pub(crate) answer: Option<AnswerView>,
}

#[derive(Template)]
#[template(path = "saved.html")]
pub(crate) struct SavedPage {
    pub(crate) shell: Shell,
    pub(crate) answer: AnswerView,
    /// Of a patient who was checked by card.
    pub(crate) chart: Option<ChartView>,
}

pub(crate) struct TodayRow {
    pub(crate) time: String,
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) folded_from: String,
    pub(crate) birth: String,
    pub(crate) insurer: String,
    pub(crate) tone: Tone,
    pub(crate) verdict: Text,
    pub(crate) share: String,
    pub(crate) way: &'static str,
    pub(crate) asked_by: String,
    pub(crate) proof_number: Option<String>,
    pub(crate) request_id: String,
}

#[derive(Template)]
#[template(path = "today.html")]
pub(crate) struct TodayPage {
    pub(crate) shell: Shell,
    pub(crate) day: String,
    pub(crate) day_label: String,
    pub(crate) total: i64,
    pub(crate) shown: i64,
    pub(crate) rows: Vec<TodayRow>,
}

#[derive(Template)]
#[template(path = "status.html")]
pub(crate) struct StatusPage {
    pub(crate) shell: Shell,
    pub(crate) items: Vec<Item>,
}

/// A secret that is shown once.
pub(crate) struct Secret {
    pub(crate) user: String,
    pub(crate) label: Text,
    pub(crate) words: zeroize::Zeroizing<String>,
}

#[derive(Template)]
#[template(path = "users.html")]
pub(crate) struct UsersPage {
    pub(crate) shell: Shell,
    pub(crate) users: Vec<User>,
    pub(crate) roles: [Role; 3],
    pub(crate) error: Option<String>,
    pub(crate) secret: Option<Secret>,
    /// Whether a facility password for 目視確認 at the kiosk is set.
    pub(crate) facility_password: bool,
}

#[derive(Template)]
#[template(path = "password.html")]
pub(crate) struct PasswordPage {
    pub(crate) shell: Shell,
    pub(crate) chars_min: usize,
    pub(crate) error: Option<String>,
}

#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage {
    pub(crate) shell: Shell,
    pub(crate) title: String,
    pub(crate) title_en: String,
    pub(crate) text: String,
}

#[derive(Template)]
#[template(path = "light.html")]
pub(crate) struct LightPart {
    pub(crate) light: Light,
}
