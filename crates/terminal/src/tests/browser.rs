//! A real browser at the desk: signs in and checks patients with the keyboard alone. Pictures of what a receptionist
//! sees lie in `target/screenshots/` afterwards.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use testkit::Browser;
use wire::api::{DisasterState, Verdict};

use super::center::{Behaviour, FakeCenter};
use super::clinic::{Clinic, SOON, until};
use super::samples::{NAME, number_of};
use super::searching;

struct Desk {
    browser: Browser,
}

impl Desk {
    async fn sign_in(clinic: &Clinic) -> Self {
        let browser = Browser::start().await.unwrap();
        browser.client().set_window_size(1366, 768).await.unwrap();
        let desk = Self { browser };
        desk.client().goto(&format!("http://{}/", clinic.desk())).await.unwrap();
        desk.picture("1-login").await;
        desk.type_keys("admin").await;
        desk.type_keys(char::from(Key::Tab).to_string()).await;
        desk.type_keys(clinic.joined.admin_password.as_str()).await;
        desk.type_keys(char::from(Key::Enter).to_string()).await;
        desk.see(".ask").await;
        desk
    }

    fn client(&self) -> &Client {
        self.browser.client()
    }

    /// Keys go where the cursor is: a page that does not put it into the right field fails here.
    async fn type_keys(&self, keys: impl AsRef<str>) {
        self.client().active_element().await.unwrap().send_keys(keys.as_ref()).await.unwrap();
    }

    async fn see(&self, css: &str) -> String {
        let wait = self.client().wait().at_most(SOON).every(Duration::from_millis(20));
        wait.for_element(Locator::Css(css)).await.unwrap().text().await.unwrap()
    }

    /// Fills the form from its first field on and presses Enter.
    async fn check(&self, insurer: &str, number: &str) {
        let tab = char::from(Key::Tab);
        self.type_keys(format!("{insurer}{tab}1010{tab}{number}{tab}01{tab}S55.4.1{}", char::from(Key::Enter))).await;
    }

    async fn next_patient(&self) {
        self.client().find(Locator::Id("next-patient")).await.unwrap().click().await.unwrap();
        self.see(".told .empty").await;
    }

    async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        self.browser.screenshot(folder.join(format!("desk-{name}.png"))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receptionist_works_through_the_morning_with_the_keyboard() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    assert!(clinic.running().wait_until_connected(SOON).await);
    let desk = Desk::sign_in(&clinic).await;
    desk.picture("2-empty").await;

    desk.check("01130012", number_of(Verdict::Valid)).await;
    let valid = desk.see(".answer.valid").await;
    assert!(valid.contains("有効") && valid.contains(NAME) && valid.contains("3割"), "{valid}");
    desk.picture("3-valid").await;

    desk.next_patient().await;
    desk.check("01130013", "1").await;
    let misread = desk.see(".answer.unreadable").await;
    assert!(misread.contains("検査番号が合いません"), "{misread}");
    desk.see(".field.marked #InsurerNumber").await;
    desk.picture("4-misread-digit").await;
    // The cursor stands in the marked field with its text selected: typing replaces it.
    desk.type_keys(format!("01130012{}", char::from(Key::Enter))).await;
    desk.see(".answer.valid").await;

    for (name, verdict, class) in [
        ("5-new-insurer", Verdict::InvalidNewCoverageExists, ".answer.invalid"),
        ("6-not-found", Verdict::NotFound, ".answer.notfound"),
        ("7-several", Verdict::Multiple, ".answer.multiple"),
        ("8-no-ticket", Verdict::ValidUnregistered, ".answer.unregistered"),
    ] {
        desk.next_patient().await;
        desk.check("01130012", number_of(verdict)).await;
        desk.see(class).await;
        desk.picture(name).await;
    }

    center.go_away().await;
    desk.next_patient().await;
    desk.check("01130012", "1").await;
    let kept = desk.see(".answer.kept").await;
    assert!(kept.contains("日の控え") && kept.contains(NAME), "{kept}");
    desk.picture("13-kept-answer").await;
    desk.next_patient().await;
    desk.check("01130012", "8").await;
    let away = desk.see(".answer.cannot").await;
    assert!(away.contains("無効という意味ではありません"), "{away}");
    desk.picture("9-could-not-ask").await;
    desk.client().find(Locator::Css(".answer a[href$='/statement']")).await.unwrap().click().await.unwrap();
    desk.see(".statement").await;
    desk.type_keys(format!("見本　花子{}ミホン　ハナコ", char::from(Key::Tab))).await;
    desk.picture("15-statement").await;
    center.behave(Behaviour::Lost);
    center.come_back();
    until(|| clinic.running().health().waiting_cases == 0).await;

    for (name, path) in [("10-today", "/today"), ("11-status", "/status"), ("12-users", "/users"), ("14-open", "/open")]
    {
        desk.client().goto(&format!("http://{}{path}", clinic.desk())).await.unwrap();
        desk.see("h1").await;
        desk.picture(name).await;
    }
    let address = desk.client().current_url().await.unwrap();
    assert!(address.query().is_none());
    desk.browser.close().await.unwrap();
    clinic.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_without_a_card_is_searched_for_with_the_keyboard() {
    let mut center = FakeCenter::start();
    searching::opened(&center, DisasterState::Open, true);
    let mut clinic = Clinic::open(&center).await;
    assert!(clinic.running().wait_until_connected(SOON).await);
    let desk = Desk::sign_in(&clinic).await;
    let address = format!("http://{}/disaster", clinic.desk());
    let (tab, space, enter) = (char::from(Key::Tab), ' ', char::from(Key::Enter));
    for (picture, kana, css) in [
        ("16-disaster-found", "ヨシダ　タカコ", ".answer.valid .found.valid"),
        ("17-disaster-several", "ヨシダ", ".answer.multiple .found.invalid"),
        ("18-disaster-nobody", "ダレモ　イナイ", ".answer.notfound"),
    ] {
        desk.client().goto(&address).await.unwrap();
        desk.see("#search").await;
        // The cursor stands in the kana. The purpose lies before it.
        desk.type_keys(format!("{kana}{tab}{tab}S55.5.5{tab}{tab}{space}{tab}避難所で受診、保険証を流失")).await;
        desk.client().find(Locator::Css("input[value='disaster_search']")).await.unwrap().click().await.unwrap();
        desk.client().find(Locator::Id("SearchReason")).await.unwrap().send_keys(&enter.to_string()).await.unwrap();
        desk.see(css).await;
        desk.picture(picture).await;
    }
    let here = desk.client().current_url().await.unwrap();
    assert!(here.path() == "/disaster" && here.query().is_none());
    searching::opened(&center, DisasterState::MayAsk, false);
    desk.client().goto(&address).await.unwrap();
    desk.see("#ask-reason").await;
    desk.picture("19-disaster-may-ask").await;
    center.go_away().await;
    desk.client().goto(&address).await.unwrap();
    desk.see(".standing.cannot").await;
    desk.picture("20-disaster-could-not-ask").await;
    desk.browser.close().await.unwrap();
    clinic.stop().await;
}
