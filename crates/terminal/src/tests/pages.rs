//! Every page renders for every verdict and every way of not knowing, with Japanese and English words, and without a
//! character that was lost.

use askama::Template;
use kit::client::Stage;
use kit::text::Text;
use trust::{CwtError, ListName, StatusListError};
use wire::api::{CheckRequest, ProblemCode, ProblemDocument, Verdict};

use super::samples::{self, number_of, search};
use crate::asking::outcome::{CouldNotAsk, Outcome, Why};
use crate::desk::view::answer::{self, AnswerView};
use crate::desk::view::check::{CheckForm, fields};
use crate::desk::view::pages::{
    CheckPage, LightPart, LoginPage, MessagePage, PasswordPage, SavedPage, Secret, StatusPage, TodayPage, TodayRow,
    UsersPage,
};
use crate::desk::view::shell::{Badge, Shell, light, notices};
use crate::desk::view::status;
use crate::equipment::Missing;
use crate::health::{CertificateState, FolderState, Health, Link, Snapshot};
use crate::kiosk::screen::ReadersState;
use crate::limits;
use crate::lists::{ListState, Trouble};
use crate::noticing::diagnosis::{AddressLook, Came};
use crate::noticing::local::{Local, WayOut};
use crate::store::nights::NightReport;
use crate::store::users::{Role, User};

pub(super) fn now() -> jiff::Timestamp {
    "2026-04-07T10:31:00+09:00".parse().unwrap()
}

pub(super) fn shell() -> Shell {
    let health = Health::default().snapshot();
    Shell {
        facility_name: "しんりょう内科".to_owned(),
        facility_code: samples::FACILITY.to_owned(),
        user: Some(Badge::new("uketsuke", Role::Admin)),
        light: light(&health, None, now()),
        notices: notices(&health, None),
        csrf: "token".to_owned(),
        here: "check",
        open_cases: 0,
        line_is_cut: None,
    }
}

pub(super) fn request(verdict: Verdict) -> CheckRequest {
    CheckRequest {
        request_id: uuid::Uuid::nil(),
        qualification_confirmation_date: "20260407".to_owned(),
        medical_institution_code: samples::FACILITY.to_owned(),
        arbitrary_file_identifier: None,
        purpose: None,
        qualification_confirm_search_info: search(number_of(verdict)),
        consents: None,
        decided_at: None,
    }
}

fn html(page: &impl Template) -> String {
    let html = page.render().unwrap();
    assert!(!html.contains('●'), "{html}");
    assert!(html.contains("lang=\"en\""));
    html
}

fn check_page(answer: AnswerView) -> String {
    html(&CheckPage {
        shell: shell(),
        fields: fields(&CheckForm::default(), Some(&answer), "2026年4月7日"),
        asking: CheckForm::default().asking(),
        strip: None,
        answer: Some(answer),
    })
}

#[test]
fn every_verdict_has_its_colour_its_words_and_a_next_step() {
    for verdict in Verdict::ALL {
        let answered = samples::answer(&request(verdict), now());
        let page = check_page(AnswerView::of_answer(&answered, Some("01-00000000012-3"), now()));
        let (tone, words) = answer::of_verdict(verdict);
        assert!(page.contains(&format!("class=\"answer {}\"", tone.class())), "{verdict:?}");
        assert!(page.contains(words.ja) && page.contains(words.en), "{verdict:?}");
        assert!(page.contains("01-00000000012-3") && page.contains("いま確認（4月7日 10:31）"));
        let tells = page.contains("class=\"hints\"") || page.contains("次にすること");
        assert_eq!(tells, verdict != Verdict::Valid, "{verdict:?}");
        html(&SavedPage { shell: shell(), answer: AnswerView::of_answer(&answered, None, now()), chart: None });
    }
}

#[test]
fn every_way_of_not_knowing_says_that_it_is_not_invalid() {
    let refusals = ProblemCode::ALL.iter().map(|code| Outcome::Refused(Box::new(ProblemDocument::new(*code, ""))));
    let could_not = Why::ALL.into_iter().map(|why| Outcome::CouldNotAsk(CouldNotAsk::new(why, "inner words")));
    for outcome in refusals.chain(could_not) {
        let page = check_page(AnswerView::of(&outcome, now()));
        assert!(page.contains("class=\"answer cannot\""), "{outcome:?}");
        assert!(page.contains("資格が無効という意味ではありません"), "{outcome:?}");
        assert!(page.contains("This does not mean that the patient is not insured"));
        assert!(!page.contains("inner words"), "the inner words are for the log");
    }
}

#[test]
fn an_unreadable_field_is_marked_and_gets_the_cursor() {
    let errors = search("1").parse("20260431", samples::FACILITY).unwrap_err();
    let page = check_page(AnswerView::of(&Outcome::Unreadable(errors), now()));
    let (before, after) = page.split_once("<div class=\"field marked\">").unwrap();
    assert!(after.starts_with("\n      <label for=\"QualificationConfirmationDate\">"));
    assert!(!before.contains("autofocus") && after.contains("autofocus"));
    assert!(page.contains("class=\"answer unreadable\""));
}

#[test]
fn what_a_patient_is_called_cannot_become_a_tag() {
    let mut answered = samples::answer(&request(Verdict::Valid), now());
    answered.result_list[0].name = Some("<script>alert(1)</script>".to_owned());
    let page = check_page(AnswerView::of_answer(&answered, None, now()));
    assert!(!page.contains("<script>alert"));
}

#[test]
fn the_list_the_status_and_the_accounts_render() {
    let verdicts = Verdict::ALL.map(Verdict::as_str);
    let words = verdicts.into_iter().chain([
        "unreadable",
        "refused",
        "could_not_ask",
        "valid_as_of",
        "lost_since",
        "cannot_tell",
    ]);
    let rows: Vec<_> = words.map(today_row).collect();
    let page = html(&TodayPage {
        shell: shell(),
        day: "2026年4月7日".to_owned(),
        day_label: "本日".to_owned(),
        total: 999,
        shown: 10,
        rows,
    });
    for shown in ["該当する資格なし", "確認できませんでした", "Could not ask", "元の字: 𠮷田", "999 件"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    for role in Role::ALL {
        let user =
            User { name: "u".to_owned(), role, disabled: true, has_token: true, created_at: now(), password_at: now() };
        let secret = Secret {
            user: "u".to_owned(),
            label: Text::new("新しいパスワード", "new password"),
            words: zeroize::Zeroizing::new("abcd-efgh".to_owned()),
        };
        let page = html(&UsersPage {
            shell: shell(),
            users: vec![user],
            roles: Role::ALL,
            error: Some("誤り".to_owned()),
            secret: Some(secret),
            facility_password: true,
        });
        assert!(page.contains(role.label()) && page.contains("abcd-efgh"));
    }
    html(&LoginPage {
        shell: Shell { user: None, ..shell() },
        name: String::new(),
        error: Some(Text::new("誤り", "error")),
    });
    html(&PasswordPage { shell: shell(), chars_min: 10, error: None });
    html(&MessagePage {
        shell: shell(), title: "題".to_owned(), title_en: "title".to_owned(), text: "文".to_owned()
    });
}

fn today_row(word: &str) -> TodayRow {
    let (tone, verdict) = answer::of_word(word);
    TodayRow {
        time: "10:31".to_owned(),
        name: "吉田".to_owned(),
        kana: "ヨシダ".to_owned(),
        folded_from: "𠮷田".to_owned(),
        birth: "1980年4月1日".to_owned(),
        insurer: "協会けんぽ".to_owned(),
        tone,
        verdict,
        share: "3割".to_owned(),
        way: "画面",
        asked_by: "uketsuke".to_owned(),
        proof_number: Some("01-00000000012-3".to_owned()),
        request_id: uuid::Uuid::nil().to_string(),
    }
}

#[test]
fn a_cut_line_is_told_with_its_evidence_and_the_next_step() {
    let silent = kit::client::CouldNotAsk::ConnectTimedOut { after: limits::CONNECT_TIME, at: Stage::Tcp };
    let look = AddressLook { address: "center.example:8443".to_owned(), came: Came::CouldNot(silent) };
    let way_out = WayOut::Router { address: "192.168.1.1".to_owned(), answers: Some(true) };
    let cut = Snapshot {
        link: Link::Down { since: now() },
        addresses: vec![look],
        local: Local { interfaces: Some(vec!["eth0".to_owned()]), unplugged: Vec::new(), way_out },
        ..Snapshot::default()
    };
    let light = light(&cut, None, now());
    assert_eq!((light.class, light.ja.as_str()), ("down", "接続できません（回線）"));
    let page = html(&StatusPage { shell: Shell { light, ..shell() }, items: status::items(&facts(&cut)) });
    for shown in [
        "回線: 回線がセンターまで届いていません",
        "center.example:8443: 接続に応答なし",
        "ルーター 192.168.1.1: 応答あり",
        "モデム",
    ] {
        assert!(page.contains(shown), "{shown} is missing in\n{page}");
    }
}

fn night_facts() -> status::NightFacts {
    let day = domain::date::parse("20260407").unwrap();
    let last = NightReport { day, goes_on: false, asked: 40, fresh: 30, could_not: 10 };
    status::NightFacts { is_on: true, folder: "/bookings".to_owned(), last: Some(last), booked: 12 }
}

fn facts(health: &Snapshot) -> status::Facts<'_> {
    status::Facts {
        health,
        now: now(),
        ahead: None,
        warning: None,
        answers: 5,
        req: "/req".to_owned(),
        res: "/res".to_owned(),
        face: "/face".to_owned(),
        lists: ListState { held: Vec::new(), over: Vec::new(), trouble: None },
        night: night_facts(),
        kiosk: status::KioskFacts { address: None, readers: None, compares_faces: false, missing: &[] },
    }
}

#[test]
fn whatever_is_wrong_with_the_terminal_is_shown_with_what_to_do() {
    let link = Link::Down { since: now() };
    let fails = FolderState::Fails { since: now(), why: "permission denied".to_owned() };
    let bad = Snapshot {
        link,
        certificate: Some(CertificateState::Expired { since: now() }),
        refused: Some(ProblemCode::CertificateRevoked),
        expired_at_center: true,
        req: fails.clone(),
        res: fails.clone(),
        face: fails.clone(),
        bookings: fails,
        waiting_files: 3,
        open_requests: 2,
        waiting_cases: 4,
        cases_to_see: 3,
        disk: Some("disk full".to_owned()),
        ..Snapshot::default()
    };
    let ahead = Some(jiff::SignedDuration::from_hours(1));
    let tokyo = ListName::parse("13").unwrap();
    let missing = [Missing { setting: "face", why: "no such file".to_owned() }];
    let facts = status::Facts {
        health: &bad,
        now: now(),
        ahead,
        warning: ahead,
        answers: 5,
        req: "/req".to_owned(),
        res: "/res".to_owned(),
        face: "/face".to_owned(),
        night: night_facts(),
        kiosk: status::KioskFacts {
            address: Some("http://127.0.0.1:8462/".to_owned()),
            readers: Some(ReadersState::ServiceDown),
            compares_faces: false,
            missing: &missing,
        },
        lists: ListState {
            held: vec![(ListName::Whole, None), (tokyo, Some(now()))],
            over: vec![tokyo],
            trouble: Some(Trouble { name: tokyo, why: StatusListError::Token(CwtError::OtherKey) }),
        },
    };
    let items = status::items(&facts);
    assert!(items.iter().filter(|item| item.class == "bad").all(|item| !item.todo.is_empty()));
    let told = Shell { notices: notices(&bad, ahead), light: light(&bad, ahead, now()), ..shell() };
    let page = html(&StatusPage { shell: told, items });
    for shown in [
        "失効しています",
        "約60分遅れて",
        "permission denied",
        "disk full",
        "light down",
        "証明書の有効期限が切れています",
        "3件あります",
        "全国: まだありません",
        "期限切れのため使っていません",
        "知らない鍵で署名されています",
        "40件のうち30件が最新になり、10件は確認できませんでした",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    html(&LightPart { light: light(&bad, None, now()) });
    let well = Snapshot {
        link: Link::Up,
        certificate: Some(CertificateState::Valid { until: now(), days_left: 60 }),
        refused: None,
        expired_at_center: false,
        req: FolderState::Works,
        res: FolderState::Works,
        face: FolderState::Works,
        waiting_files: 0,
        open_requests: 0,
        waiting_cases: 0,
        cases_to_see: 0,
        disk: None,
        ..Snapshot::default()
    };
    assert_eq!(light(&well, None, now()).class, "up");
    assert!(notices(&well, None).is_empty());
}
