//! The desk over its real listener: signing in, forms, roles, the API token, and what never stands in an address.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::api::{CheckResponse, ProblemCode, ProblemDocument, Verdict};

use super::center::{Behaviour, FakeCenter};
use super::clinic::{Clinic, until};
use super::samples::{NAME, number_of, search};
use crate::health::Link;
use crate::users::{self, Role};

pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(super) async fn http(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Reply {
    let body = body.as_ref();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(name);
        request.push_str(": ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    let head = format!("{request}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}

/// A browser: one session.
pub(super) struct Browser {
    address: String,
    cookie: String,
    csrf: String,
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

impl Browser {
    pub(super) async fn sign_in(clinic: &Clinic, name: &str, password: &str) -> Self {
        let address = clinic.desk();
        let body = format!("name={name}&password={password}");
        let reply = http(&address, "POST", "/login", &[FORM], &body).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{}", reply.body);
        let set = reply.header("set-cookie").unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        let mut browser = Self { address, cookie, csrf: String::new() };
        let page = browser.get("/").await;
        assert_eq!(page.status, 200);
        let (_, rest) = page.body.split_once("name=\"csrf\" value=\"").unwrap();
        browser.csrf = rest.split('"').next().unwrap().to_owned();
        browser
    }

    pub(super) async fn admin(clinic: &Clinic) -> Self {
        Self::sign_in(clinic, "admin", &clinic.joined.admin_password).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        http(&self.address, "GET", path, &[("Cookie", &self.cookie)], "").await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Reply {
        let body = format!("csrf={}&{body}", self.csrf);
        http(&self.address, "POST", path, &[FORM, ("Cookie", &self.cookie)], &body).await
    }

    /// A file as it is, with its name in base64, as the script of the page of claims sends it.
    pub(super) async fn post_file(&self, path: &str, name: &str, content: &[u8]) -> Reply {
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("x-csrf", &self.csrf),
            ("x-file-name", name),
            ("Content-Type", "application/octet-stream"),
        ];
        http(&self.address, "POST", path, &headers, content).await
    }

    /// The same session with a form of another one.
    pub(super) fn with_other_token(&self) -> Self {
        Self { address: self.address.clone(), cookie: self.cookie.clone(), csrf: "0".repeat(self.csrf.len()) }
    }

    /// A picture, as the script of the page of codes sends it.
    pub(super) async fn post_picture(&self, from: &str, picture: &[u8]) -> Reply {
        let headers = [("Cookie", self.cookie.as_str()), ("x-csrf", &self.csrf), ("x-from", from)];
        http(&self.address, "POST", "/scan/picture", &headers, picture).await
    }
}

pub(super) fn check_form(number: &str) -> String {
    format!(
        "InsurerNumber=01130012&InsuredCardSymbol=1010&InsuredIdentificationNumber={number}&InsuredBranchNumber=01\
         &Birthdate=S55.4.1&QualificationConfirmationDate=&LimitApplicationCertificateRelatedConsFlg=1"
    )
}

async fn opened() -> (FakeCenter, Clinic) {
    let center = FakeCenter::start();
    let clinic = Clinic::open(&center).await;
    (center, clinic)
}

#[tokio::test]
async fn a_receptionist_checks_a_patient_and_finds_the_answer_in_the_list() {
    let (_center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    let page = browser.post("/check", &check_form("1")).await;
    assert_eq!(page.status, 200);
    for shown in [
        NAME,
        "有効",
        "3割",
        "全国健康保険協会東京支部",
        "ヨシダ　タカコ",
        "区分ウ",
        "いま確認",
        "1980年4月1日（昭和55年）",
        "証明番号",
    ] {
        assert!(page.body.contains(shown), "{shown} is missing in\n{}", page.body);
    }
    assert!(page.body.contains("value=\"S55.4.1\""), "the form keeps what was typed");
    let list = browser.get("/today").await;
    assert!(list.body.contains(NAME) && list.body.contains("有効") && list.body.contains("admin"));
    let (_, rest) = list.body.split_once("href=\"/answers/").unwrap();
    let id = rest.split('"').next().unwrap();
    let saved = browser.get(&format!("/answers/{id}")).await;
    assert!(saved.body.contains(NAME) && saved.body.contains("保存された回答です"));
    let proof = browser.get(&format!("/answers/{id}/proof")).await;
    assert!(proof.header("content-disposition").unwrap().contains("tashika-proof-01-"));
    assert!(trust::proof::verify(proof.body.as_bytes(), &clinic.running().log_key()).is_ok());
    clinic.stop().await;
}

#[tokio::test]
async fn a_misread_digit_is_marked_in_its_field_and_says_what_to_do() {
    let (center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    let page = browser.post("/check", &check_form("1").replace("01130012", "01130013")).await;
    assert!(page.body.contains("入力を読み取れません") && page.body.contains("検査番号が合いません"));
    assert!(page.body.contains("id=\"InsurerNumber\" name=\"InsurerNumber\" value=\"01130013\""));
    assert!(page.body.contains("aria-invalid=\"true\"") && page.body.contains("次にすること"));
    assert_eq!(center.answered(), 0, "nobody had to be asked");
    let page = browser.post("/check", &check_form(number_of(Verdict::NotFound))).await;
    let (_, after) = page.body.split_once("<div class=\"field marked\">").expect("a marked field");
    assert!(after[..400].contains("Birthdate"), "the hint names the birth date");
    clinic.stop().await;
}

#[tokio::test]
async fn a_center_that_cannot_be_asked_is_never_invalid() {
    let (mut center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    center.go_away().await;
    let page = browser.post("/check", &check_form("1")).await;
    assert!(page.body.contains("判定できません") && page.body.contains("無効という意味ではありません"));
    assert!(page.body.contains("センターに接続できません"), "it says why");
    assert!(page.body.contains("class=\"answer cannot\"") && !page.body.contains("class=\"answer invalid\""));
    until(|| matches!(clinic.running().health().link, Link::Down { .. })).await;
    let light = browser.get("/light").await.body;
    assert!(light.contains("light down") && light.contains("接続できません（センター）"), "{light}");
    let status = browser.get("/status").await.body;
    assert!(status.contains("接続を拒否") && status.contains("この端末と回線は正常です"), "{status}");
    center.come_back();
    clinic.stop().await;
}

#[tokio::test]
async fn what_has_left_for_secondary_use_is_listed_and_no_list_is_shown_when_the_center_is_away() {
    let (mut center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    let page = browser.get("/secondary-use").await.body;
    for told in ["学術研究", "第16条の2", "確か大学 &#60;公衆衛生&#62;", "2025年10月～2025年12月", "25人"]
    {
        assert!(page.contains(told), "{told} is missing: {page}");
    }
    center.go_away().await;
    let away = browser.get("/secondary-use").await;
    assert_eq!(away.status, 503);
    assert!(!away.body.contains("提供されたものはありません"), "not knowing is no empty list");
    center.come_back();
    clinic.stop().await;
}

#[tokio::test]
async fn nobody_gets_in_without_the_right_password() {
    let (_center, mut clinic) = opened().await;
    let address = clinic.desk();
    let answer = "/answers/01900000-0000-7000-8000-000000000001";
    for path in [
        "/",
        "/today",
        "/status",
        "/light",
        "/users",
        "/password",
        "/kiosk",
        "/open",
        "/disaster",
        "/secondary-use",
        answer,
    ] {
        let reply = http(&address, "GET", path, &[], "").await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/login")), "{path}");
    }
    let seen = "/open/01900000-0000-7000-8000-000000000001/seen".to_owned();
    let statement = seen.replace("seen", "statement");
    let changes =
        ["/check", "/logout", "/password", "/kiosk/staff", "/disaster", "/disaster/ask"].map(str::to_owned).into_iter();
    let users = ["add", "change", "password", "token", "facility-password"].map(|what| format!("/users/{what}"));
    for path in changes.chain(users).chain(["chart", "withdraw"].map(|what| format!("{answer}/{what}"))).chain([
        seen,
        statement,
        "/line".to_owned(),
    ]) {
        let reply = http(&address, "POST", &path, &[FORM], "name=x").await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/login")), "{path}");
    }
    let wrong = http(&address, "POST", "/login", &[FORM], "name=admin&password=wrong").await;
    assert_eq!(wrong.status, 401);
    let nobody = http(&address, "POST", "/login", &[FORM], "name=nobody&password=wrong").await;
    assert_eq!(nobody.status, 401);
    clinic.stop().await;
}

#[tokio::test]
async fn wrong_passwords_in_a_row_have_to_wait() {
    let (_center, mut clinic) = opened().await;
    for _ in 0..crate::limits::LOGIN_FAILURES_MAX {
        assert_eq!(http(&clinic.desk(), "POST", "/login", &[FORM], "name=admin&password=wrong").await.status, 401);
    }
    let body = format!("name=admin&password={}", clinic.joined.admin_password.as_str());
    let reply = http(&clinic.desk(), "POST", "/login", &[FORM], &body).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("60")));
    clinic.stop().await;
}

#[tokio::test]
async fn a_form_of_another_page_or_session_changes_nothing() {
    let (center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    let forged = http(
        &browser.address,
        "POST",
        "/check",
        &[FORM, ("Cookie", &browser.cookie)],
        &format!("csrf=wrong&{}", check_form("1")),
    )
    .await;
    assert_eq!(forged.status, 400);
    let foreign = http(
        &browser.address,
        "POST",
        "/check",
        &[FORM, ("Cookie", &browser.cookie), ("Origin", "http://evil.example")],
        &format!("csrf={}&{}", browser.csrf, check_form("1")),
    )
    .await;
    assert_eq!(foreign.status, 400);
    assert_eq!(center.answered(), 0);
    clinic.stop().await;
}

#[tokio::test]
async fn only_an_administrator_manages_users_and_never_loses_the_last_one() {
    let (_center, mut clinic) = opened().await;
    let clock: kit::clock::SharedClock = clinic.clock.clone();
    let password =
        users::add(&clinic.data(), "uketsuke", Role::Reception, None, &clock, &super::clinic::random()).await.unwrap();
    let reception = Browser::sign_in(&clinic, "uketsuke", &password).await;
    assert_eq!(reception.get("/users").await.status, 403);
    for path in ["records", "records.pdf"] {
        let path = format!("/answers/01900000-0000-7000-8000-000000000001/{path}");
        assert_eq!(reception.get(&path).await.status, 403, "{path}");
    }
    assert_eq!(reception.post("/users/add", "name=x&role=admin").await.status, 403);
    assert_eq!(reception.post("/users/facility-password", "password=sakura-no-ki-no-shita").await.status, 403);
    assert!(!reception.get("/").await.body.contains("href=\"/users\""));
    let headers = [("Cookie", reception.cookie.as_str()), ("Accept", "text/html,*/*")];
    let page = http(&reception.address, "GET", "/users", &headers, "").await;
    assert_eq!(page.status, 403);
    assert!(
        page.body.contains("管理者だけが使える画面です") && page.body.starts_with("<!doctype html>"),
        "{}",
        page.body
    );

    let admin = Browser::admin(&clinic).await;
    let page = admin.post("/users/add", "name=kusuri&role=records").await;
    assert!(page.body.contains("最初のパスワード") && page.body.contains("kusuri"));
    let page = admin.post("/users/change", "name=admin&role=reception").await;
    assert!(page.body.contains("管理者が一人もいなくなる"));
    let page = admin.post("/users/change", "name=uketsuke&role=reception&disabled=1").await;
    assert!(page.body.contains("利用停止中"));
    let out = reception.get("/").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/login")), "signed out at once");
    clinic.stop().await;
}

#[tokio::test]
async fn a_changed_password_ends_every_session() {
    let (_center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    let old = clinic.joined.admin_password.as_str();
    let wrong = browser.post("/password", "old=wrong&new=a-long-enough-one&again=a-long-enough-one").await;
    assert!(wrong.body.contains("いまのパスワードが違います"));
    let short = browser.post("/password", &format!("old={old}&new=short&again=short")).await;
    assert!(short.body.contains("10文字以上"));
    let done = browser.post("/password", &format!("old={old}&new=a-long-enough-one&again=a-long-enough-one")).await;
    assert_eq!(done.header("location"), Some("/login"));
    assert_eq!(browser.get("/").await.status, 303);
    Browser::sign_in(&clinic, "admin", "a-long-enough-one").await;
    clinic.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_on_this_side_too() {
    let (_center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    assert_eq!(browser.post("/logout", "").await.header("location"), Some("/login"));
    assert_eq!(browser.get("/").await.status, 303);
    clinic.stop().await;
}

/// A token for a vendor's program, as the page shows it once.
pub(super) async fn issue_token(admin: &Browser) -> String {
    let page = admin.post("/users/token", "name=admin&what=issue").await;
    let (_, rest) = page.body.split_once("<p><code>").unwrap();
    format!("Bearer {}", rest.split('<').next().unwrap())
}

#[tokio::test]
async fn a_vendors_program_gets_the_centers_answer_byte_by_byte() {
    let (center, mut clinic) = opened().await;
    let admin = Browser::admin(&clinic).await;
    let token = issue_token(&admin).await;
    let body = format!(
        "{{\"QualificationConfirmSearchInfo\":{}}}",
        serde_json::to_string(&search(number_of(Verdict::Valid))).unwrap()
    );
    let json = ("Content-Type", "application/json");
    let address = clinic.desk();
    let reply = http(&address, "POST", "/api/v1/check", &[json, ("Authorization", &token)], &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let response: CheckResponse = serde_json::from_str(&reply.body).unwrap();
    let file = trust::ProofFile::from_response(
        response.answer.get(),
        &response.proof.event,
        &response.proof.receipt,
        &response.proof.proof_number,
    );
    assert!(file.unwrap().verify(&clinic.running().log_key()).is_ok());

    let problem = async |headers: &[(&str, &str)], body: &str| {
        let reply = http(&address, "POST", "/api/v1/check", headers, body).await;
        (reply.status, serde_json::from_str::<ProblemDocument>(&reply.body).unwrap().code)
    };
    assert_eq!(problem(&[json], &body).await, (401, ProblemCode::SignInRequired));
    let authorized = [json, ("Authorization", token.as_str())];
    assert_eq!(problem(&authorized, "{}").await.0, 400);
    let unreadable = body.replace("01130012", "01130013");
    assert_eq!(problem(&authorized, &unreadable).await, (422, ProblemCode::UnreadableQuery));
    center.behave(Behaviour::ChangeAnswer);
    assert_eq!(problem(&authorized, &body).await, (422, ProblemCode::ProofInvalid));
    center.behave(Behaviour::Refuse(ProblemCode::Overloaded));
    assert_eq!(problem(&authorized, &body).await, (503, ProblemCode::Overloaded));
    let page = admin.post("/users/token", "name=admin&what=revoke").await;
    assert_eq!(page.status, 200);
    assert_eq!(problem(&authorized, &body).await, (401, ProblemCode::SignInRequired));
    clinic.stop().await;
}

#[tokio::test]
async fn a_vendors_program_brings_charts_and_all_or_none_are_taken() {
    let (_center, mut clinic) = opened().await;
    let token = issue_token(&Browser::admin(&clinic).await).await;
    let bring = async |headers: &[(&str, &str)], body: &str| {
        let reply = http(&clinic.desk(), "POST", "/api/v1/charts", headers, body).await;
        (reply.status, reply.body)
    };
    let json = ("Content-Type", "application/json");
    let two = r#"[{"ReferenceNumber":"7","Name":"見本　花子"},{"ReferenceNumber":"8"}]"#;
    assert_eq!(bring(&[json], two).await.0, 401);
    let authorized = [json, ("Authorization", token.as_str())];
    assert_eq!(bring(&authorized, two).await, (200, "{\"Taken\":2}".to_owned()));
    let (status, problem) = bring(&authorized, r#"[{"ReferenceNumber":"9"},{"Name":"見本　太郎"}]"#).await;
    let problem: ProblemDocument = serde_json::from_str(&problem).unwrap();
    assert_eq!((status, problem.code), (422, ProblemCode::UnreadableQuery));
    assert!(!format!("{problem:?}").contains("太郎"), "no patient stands in an error");
    assert_eq!(bring(&authorized, "{}").await.0, 400);
    clinic.stop().await;
}

#[tokio::test]
async fn a_vendors_program_brings_bookings_and_all_or_none_are_taken() {
    let (_center, mut clinic) = opened().await;
    let token = issue_token(&Browser::admin(&clinic).await).await;
    let authorized = [("Content-Type", "application/json"), ("Authorization", token.as_str())];
    let bring = async |headers: &[(&str, &str)], body: &str| {
        let reply = http(&clinic.desk(), "POST", "/api/v1/bookings", headers, body).await;
        (reply.status, reply.body)
    };
    let day = clinic.running().hours().today_text();
    let booking = |insurer: &str, number: &str| {
        format!(
            "{{\"QualificationConfirmationDate\":\"{day}\",\"InsurerNumber\":\"{insurer}\",\
             \"InsuredIdentificationNumber\":\"{number}\",\"Birthdate\":\"S55.4.1\",\"Name\":\"見本\"}}"
        )
    };
    let good = format!("[{},{}]", booking("01130012", "1"), booking("01130012", "2"));
    assert_eq!(bring(&authorized[..1], &good).await.0, 401);
    assert_eq!(bring(&authorized, &good).await, (200, "{\"Taken\":2}".to_owned()));
    assert_eq!(bring(&authorized, &good).await.0, 200, "the same again changes nothing");
    let bad = format!("[{},{}]", booking("01130012", "3"), booking("01130013", "4"));
    let (status, problem) = bring(&authorized, &bad).await;
    let problem: ProblemDocument = serde_json::from_str(&problem).unwrap();
    assert_eq!((status, problem.code), (422, ProblemCode::UnreadableQuery));
    assert_eq!(problem.errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["[1].InsurerNumber"]);
    assert_eq!(clinic.running().store().count_bookings_from(&day).await.unwrap(), 2);
    clinic.stop().await;
}

#[tokio::test]
async fn every_page_wears_a_strict_policy_and_another_host_gets_nothing() {
    let (_center, mut clinic) = opened().await;
    let browser = Browser::admin(&clinic).await;
    for path in [
        "/",
        "/today",
        "/disaster",
        "/status",
        "/users",
        "/password",
        "/assets/desk.css",
        "/assets/desk.js",
        "/nothing",
    ] {
        let reply = browser.get(path).await;
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert!(!reply.body.contains("style=\"") && !reply.body.contains("onclick"), "{path}: nothing inline");
    }
    let mut stream = TcpStream::connect(clinic.desk()).await.unwrap();
    stream.write_all(b"GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
    clinic.stop().await;
}
