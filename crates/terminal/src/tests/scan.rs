//! The code of a 資格確認書 at the desk: nothing is shown before the birth date was asked for, the check is an ordinary one
//! while the center answers, and without it code and list say together what can be said, in words of their own.

use std::fmt::Write as _;

use domain::personal_certificate::Terms;
use domain::{Coverage, Date, PersonalCertificate, Prefecture, Status, StatusIndex, date};
use fantoccini::Locator;
use fantoccini::key::Key;
use jiff::{SignedDuration, Span, Timestamp};
use kit::clock::Clock as _;
use qrcode::{Color, EcLevel, QrCode};
use trust::status_list::{self, Places, Times};
use trust::{CredentialSigner, PrivateKey, personal_certificate};
use wire::api::{CredentialKeyInfo, CredentialKeys};
use zune_core::bit_depth::BitDepth;
use zune_core::colorspace::ColorSpace;
use zune_core::options::EncoderOptions;
use zune_png::PngEncoder;

use super::center::FakeCenter;
use super::clinic::{Clinic, SOON, until};
use super::desk::Browser;
use super::samples::NAME;

const STRUCK: u32 = 3;
const CHANGED: u32 = 4;
const NOT_LISTED: u32 = 70_000;

/// A clinic with keys and a list, its desk, and whoever signs certificates.
struct Window {
    center: FakeCenter,
    clinic: Clinic,
    desk: Browser,
    signer: CredentialSigner,
    today: Date,
}

fn tokyo() -> Prefecture {
    Prefecture::new(13).unwrap()
}

/// Puts key and list where a terminal finds them when it starts.
fn hand_over(signer: &CredentialSigner, folder: &std::path::Path, now: Timestamp) {
    std::fs::create_dir_all(folder).unwrap();
    let key = CredentialKeyInfo { key_id: String::new(), public_key: signer.public_key().to_pem() };
    std::fs::write(folder.join("keys.json"), serde_json::to_vec(&CredentialKeys { keys: vec![key] }).unwrap()).unwrap();
    let mut places = Places::new(65_536);
    places.set(STRUCK, Status::Invalid);
    places.set(CHANGED, Status::Changed);
    let issued_at = Timestamp::from_second(now.as_second()).unwrap() - SignedDuration::from_mins(10);
    let times = Times { issued_at, expires_at: issued_at + SignedDuration::from_hours(72), ttl_s: 60 };
    let list = status_list::sign_whole(signer, &[(tokyo(), places)], times).unwrap();
    std::fs::write(folder.join("all.cwt"), list).unwrap();
}

impl Window {
    async fn open() -> Self {
        let center = FakeCenter::start();
        let mut clinic = Clinic::join(&center).await;
        let signer = CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap();
        let now = clinic.clock.now();
        hand_over(&signer, &clinic.data().join("status-lists"), now);
        clinic.start().await;
        let desk = Browser::admin(&clinic).await;
        Self { center, clinic, desk, signer, today: date::in_japan(now).date() }
    }

    /// A code for the person that the center knows as number 1, with this place, valid from and until so many days from today.
    fn code(&self, place: u32, from: i64, until: i64) -> String {
        let coverage: Coverage = serde_json::from_value(serde_json::json!({
            "InsurerNumber": "01130012", "InsurerName": "全国健康保険協会東京支部", "InsuredCardSymbol": "1010",
            "InsuredIdentificationNumber": "1", "InsuredBranchNumber": "01", "InsuredCardClassification": "01",
            "QualificationDate": "20200401",
            "Person": { "Name": NAME, "NameKana": "ヨシダ　タカコ", "Sex1": "2", "Birthdate": "19800401" },
        }))
        .unwrap();
        let day = |days: i64| self.today.saturating_add(Span::new().days(days));
        let terms = Terms {
            issued_at: Timestamp::from_second(1_767_225_600).unwrap(),
            valid_from: day(from),
            valid_until: day(until),
            place: StatusIndex::new(tokyo(), place),
            with_limit: false,
        };
        personal_certificate::issue(&self.signer, &PersonalCertificate::of(&coverage, terms).unwrap()).unwrap().text
    }

    /// What the desk says to a code, and to the birth date with it.
    async fn scan(&self, code: &str, birthdate: &str) -> String {
        let reply = self.desk.post("/scan", &format!("Text={}&Birthdate={birthdate}", escaped(code))).await;
        assert_eq!(reply.status, 200);
        reply.body
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "%{byte:02X}").unwrap();
        out
    })
}

/// A photo with a code in it, in grey.
fn photo(code: &str, width: usize, height: usize, module: usize) -> Vec<u8> {
    let mut pixels = vec![225; width * height];
    let drawn = QrCode::with_error_correction_level(code, EcLevel::Q).unwrap();
    for (at, color) in drawn.to_colors().into_iter().enumerate() {
        let (x, y) = (40 + at % drawn.width() * module, 40 + at / drawn.width() * module);
        for row in y..y + module {
            pixels[row * width + x..row * width + x + module].fill(if color == Color::Dark { 50 } else { 225 });
        }
    }
    pixels
}

fn png(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let options = EncoderOptions::new(width, height, ColorSpace::Luma, BitDepth::Eight);
    let mut out = Vec::new();
    PngEncoder::new(pixels, options).encode(&mut out).unwrap();
    out
}

#[tokio::test]
async fn a_code_shows_nobody_before_the_birth_date_was_asked_for() {
    let mut window = Window::open().await;
    let code = window.code(7, -10, 300);
    let page = window.scan(&code, "").await;
    assert!(page.contains("生年月日をたずねてください"), "{page}");
    assert!(!page.contains(NAME) && !page.contains("協会東京支部") && !page.contains("昭和55年4月1日（"), "{page}");
    let other = window.scan(&code, "S55.4.2").await;
    assert!(other.contains("certificate-birthdate-differs") && !other.contains(NAME) && !other.contains("1980年"));
    let unreadable = window.scan(&code, "きのう").await;
    assert!(unreadable.contains("birthdate-unreadable") && !unreadable.contains(NAME));
    assert_eq!(window.center.answered(), 0, "nobody was asked about");

    let answered = window.scan(&code, "S55.4.1").await;
    for shown in ["いま確認", "証明番号", NAME, "患者さんの名乗りと同じですか", "3割"] {
        assert!(answered.contains(shown), "{shown} is missing in\n{answered}");
    }
    assert_eq!(window.center.answered(), 1, "an ordinary check, so the access is on record");
    window.clinic.stop().await;
}

#[tokio::test]
async fn fault_without_the_center_each_way_to_stand_has_its_own_words() {
    let mut window = Window::open().await;
    window.center.go_away().await;
    for (place, from, until, shown) in [
        (7, -10, 300, "有効（資格確認書・"),
        (STRUCK, -10, 300, "この資格確認書は失効しています"),
        (CHANGED, -10, 300, "certificate_changed"),
        (NOT_LISTED, -10, 300, "certificate_not_listed"),
        (7, -30, -1, "資格確認書の期限切れ"),
        (7, 5, 300, "資格確認書はまだ使えません"),
    ] {
        let page = window.scan(&window.code(place, from, until), "19800401").await;
        assert!(page.contains(shown), "{shown} is missing in\n{page}");
        assert!(page.contains(NAME) && !page.contains("answer invalid") && !page.contains("10割"), "{page}");
    }
    let stranger = CredentialSigner::new(&PrivateKey::generate().unwrap()).unwrap();
    let ours = std::mem::replace(&mut window.signer, stranger);
    let foreign = window.code(7, -10, 300);
    window.signer = ours;
    let code = window.code(7, -10, 300);
    let mut changed = code.clone();
    changed.replace_range(100..101, if &code[100..101] == "A" { "B" } else { "A" });
    for (text, shown) in [
        (foreign.as_str(), "certificate-other-key"),
        (changed.as_str(), "certificate-"),
        (&code[..code.len() / 2], "certificate-damaged"),
        ("https://example.jp/", "certificate-other-code"),
    ] {
        let page = window.scan(text, "19800401").await;
        assert!(page.contains(shown) && page.contains("読み取れません"), "{shown} is missing in\n{page}");
        assert!(page.contains("資格が無効という意味ではありません") && !page.contains(NAME));
    }
    window.clinic.stop().await;
}

#[tokio::test]
async fn fault_what_was_decided_by_a_code_is_asked_again_when_the_line_is_back() {
    let mut window = Window::open().await;
    window.center.go_away().await;
    let page = window.scan(&window.code(7, -10, 300), "19800401").await;
    assert!(page.contains("有効（資格確認書・") && page.contains("3割"), "{page}");
    window.scan(&window.code(7, -10, 300), "19800401").await;
    let running = window.clinic.running();
    assert_eq!(running.store().count_cases().await.unwrap(), (1, 0), "the same patient is one case");
    window.center.come_back();
    until(|| window.clinic.running().health().waiting_cases == 0).await;
    assert_eq!(window.clinic.running().store().count_cases().await.unwrap(), (0, 0), "nothing was otherwise");
    assert!(window.desk.get("/today").await.body.contains("href=\"/answers/"));
    window.clinic.stop().await;
}

#[tokio::test]
async fn fault_a_scanner_with_another_keyboard_is_understood_and_told() {
    let mut window = Window::open().await;
    let code = window.code(7, -10, 300);
    let japanese: String = code
        .chars()
        .map(|c| match c {
            ':' => '+',
            '+' => '~',
            '*' => '(',
            other => other,
        })
        .collect();
    for (typed, told) in [(japanese.as_str(), "scanner-layout"), (&code.to_lowercase(), "scanner-caps-lock")] {
        let page = window.scan(typed, "").await;
        assert!(page.contains("生年月日をたずねてください") && page.contains(told), "{page}");
    }
    window.clinic.stop().await;
}

#[tokio::test]
async fn a_photo_is_read_and_fault_one_without_a_code_says_so() {
    let mut window = Window::open().await;
    let sharp = png(&photo(&window.code(7, -10, 300), 800, 600, 6), 800, 600);
    let page = window.desk.post_picture("file", &sharp).await;
    assert!(page.status == 200 && page.body.contains("生年月日をたずねてください"), "{}", page.body);
    assert!(!page.body.contains(NAME));
    let white = png(&vec![255; 400 * 300], 400, 300);
    assert!(window.desk.post_picture("file", &white).await.body.contains("photo-without-code"));
    assert_eq!(window.desk.post_picture("camera", &white).await.status, 204, "the next frame may show it");
    assert!(window.desk.post_picture("file", b"not a picture").await.body.contains("photo-not-readable"));
    let large = vec![0; crate::limits::PHOTO_BYTES_MAX + 1];
    assert_eq!(window.desk.post_picture("file", &large).await.status, 413);
    window.clinic.stop().await;
}

#[tokio::test]
async fn a_camera_and_a_photo_are_read_in_a_real_browser() {
    let mut window = Window::open().await;
    let code = window.code(7, -10, 300);
    let folder = tempfile::tempdir().unwrap();
    let (width, height) = (1280, 720);
    let grey = photo(&code, width, height, 7);
    let film = folder.path().join("code.y4m");
    let head = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\nFRAME\n");
    std::fs::write(&film, [head.as_bytes(), &grey, &vec![128; width * height / 2]].concat()).unwrap();
    let file = folder.path().join("code.png");
    std::fs::write(&file, png(&grey, width, height)).unwrap();

    let browser = testkit::Browser::start_with_camera(&film).await.unwrap();
    let client = browser.client();
    client.set_window_size(1366, 768).await.unwrap();
    let keys = async |text: &str| client.active_element().await.unwrap().send_keys(text).await.unwrap();
    let see = async |css: &str| {
        let wait = client.wait().at_most(SOON).every(std::time::Duration::from_millis(20));
        wait.for_element(Locator::Css(css)).await.unwrap()
    };
    let (tab, enter) = (char::from(Key::Tab), char::from(Key::Enter));
    client.goto(&format!("http://{}/", window.clinic.desk())).await.unwrap();
    keys(&format!("admin{tab}{}{enter}", window.clinic.joined.admin_password.as_str())).await;
    see(".ask").await;
    let picture = |name: &str| std::path::Path::new("../../target/screenshots").join(format!("desk-scan-{name}.png"));
    for way in ["scanner", "camera", "photo"] {
        client.goto(&format!("http://{}/scan", window.clinic.desk())).await.unwrap();
        see("#Text").await;
        browser.screenshot(picture(&format!("{way}-1"))).await.unwrap();
        match way {
            "scanner" => keys(&format!("{code}{enter}")).await,
            "camera" => see("#camera-start").await.click().await.unwrap(),
            _ => see("#photo").await.send_keys(file.to_str().unwrap()).await.unwrap(),
        }
        see("#Birthdate").await;
        browser.screenshot(picture(&format!("{way}-2"))).await.unwrap();
        keys(&format!("S55.4.1{enter}")).await;
        assert!(see(".compare").await.text().await.unwrap().contains(NAME), "{way}");
        browser.screenshot(picture(&format!("{way}-3"))).await.unwrap();
    }
    window.center.go_away().await;
    client.goto(&format!("http://{}/scan", window.clinic.desk())).await.unwrap();
    see("#Text").await;
    keys(&format!("{code}{enter}")).await;
    see("#Birthdate").await;
    keys(&format!("S55.4.1{enter}")).await;
    see(".answer.kept").await;
    browser.screenshot(picture("offline")).await.unwrap();
    browser.close().await.unwrap();
    window.clinic.stop().await;
}
