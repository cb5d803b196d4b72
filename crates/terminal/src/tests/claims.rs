//! Claims at the desk: who may, what a checked file says, that nothing is sent before somebody says so, that nothing of a
//! file lies open on the disk, and that a claim is taken back only when it is meant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::center::FakeCenter;
use super::clinic::{Clinic, random};
use super::desk::{Browser, Reply};
use crate::claims::ClaimFileState;
use crate::layout::Layout;
use crate::store::Store;
use crate::store::vault::Vault;
use crate::users::{self, Role};

/// A file of the clinic of these tests: one claim as it must be, one whose sum is wrong.
fn file(institution: &str) -> Vec<u8> {
    let (prefecture, table, code) = (&institution[..2], &institution[2..3], &institution[3..]);
    let claim = |n: u32, points: u32| {
        format!(
            "RE,{n},1112,202609,見本　花子,2,19800401\r\nHO,06139463,1010,{n},1,{points}\r\nSY,8833421,20240401,1\r\n\
             SI,11,1,111000110,,291,1,,,,,,,,,,,1\r\n"
        )
    };
    format!("IR,1,{prefecture},{table},{code},,x,202610,00,\r\n{}{}GO,2,582,99\r\n\u{1a}", claim(1, 291), claim(2, 999))
        .into_bytes()
}

async fn upload(browser: &Browser, name: &str, content: &[u8]) -> Reply {
    browser.post_file("/claims/file", &STANDARD.encode(name), content).await
}

async fn store(clinic: &Clinic) -> Store {
    let layout = Layout::new(&clinic.data());
    let vault = Vault::open_or_make(&layout.store_key(), random()).unwrap();
    Store::open(&layout.store(), vault).await.unwrap()
}

/// 控え番号 in the form that sends.
fn number(page: &str) -> i64 {
    let (_, rest) = page.split_once("name=\"number\" value=\"").expect("a file that may be sent");
    rest.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_file_is_checked_first_and_sent_when_somebody_says_so() {
    let mut center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let browser = Browser::admin(&clinic).await;
    center.go_away().await;
    let content = file(super::samples::FACILITY);
    let checked = upload(&browser, "RECEIPTC.UKE", &content).await;
    assert_eq!(checked.status, 200, "{}", checked.body);
    for shown in ["RECEIPTC.UKE", "センターに送る", "点数の合計が合計点数と合いません", "points_sum", "レセプト番号 2"]
    {
        assert!(checked.body.contains(shown), "{shown} is missing in\n{}", checked.body);
    }
    let first = number(&checked.body);
    assert!(browser.get("/claims").await.body.contains("まだありません"), "nothing is in the queue");
    nothing_lies_open(&clinic);

    let let_go = browser.post("/claims/drop", &format!("number={first}")).await;
    assert_eq!(let_go.header("location"), Some("/claims"));
    let gone = browser.post("/claims/send", &format!("number={first}")).await;
    assert!(gone.body.contains("取り消されています"), "{}", gone.body);

    let again = number(&upload(&browser, "RECEIPTC.UKE", &content).await.body);
    let sent = browser.post("/claims/send", &format!("number={again}")).await;
    assert_eq!(sent.header("location"), Some(format!("/claims/{again}").as_str()), "{}", sent.body);
    let list = browser.get("/claims").await.body;
    assert!(list.contains("RECEIPTC.UKE") && list.contains("送信待ち"), "{list}");
    assert_eq!(browser.get(&format!("/claims/{again}")).await.status, 200);
    let same = upload(&browser, "RECEIPTC.UKE", &content).await;
    assert!(same.body.contains(&format!("控え番号 {again}")) && !same.body.contains("センターに送る"), "{}", same.body);
    nothing_lies_open(&clinic);
    clinic.stop().await;
    let store = store(&clinic).await;
    let queued = store.newest_claims(10).await.unwrap();
    assert_eq!(
        queued.iter().map(|file| (file.number, file.state)).collect::<Vec<_>>(),
        [(again, ClaimFileState::Waiting)]
    );
    let kept = store.claim_piece(again, 0).await.unwrap().unwrap();
    assert!(kept[..] == content[..], "byte by byte");
    store.close().await;
}

fn nothing_lies_open(clinic: &Clinic) {
    for entry in std::fs::read_dir(clinic.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for open in [&b"06139463"[..], b"RECEIPTC.UKE", b"111000110"] {
                assert!(!bytes.windows(open.len()).any(|window| window == open), "{} shows it", path.display());
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_sent_says_why_and_nothing_of_it_stays() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let browser = Browser::admin(&clinic).await;
    let theirs = file("1340000015");
    for (content, words) in [
        (&b""[..], "送れません"),
        (b"PK\x03\x04 a ZIP archive", "圧縮ファイルです"),
        (&b"no claims\r\n".repeat(100), "送れません"),
        (&theirs, "送れません"),
    ] {
        let page = upload(&browser, "x", content).await;
        assert!(page.status == 200 && page.body.contains(words), "{words}: {}", page.body);
        assert!(!page.body.contains("センターに送る"), "{}", page.body);
    }
    let list = browser.get("/claims").await.body;
    assert!(list.contains("まだありません"), "{list}");
    clinic.stop().await;
}

#[tokio::test]
async fn only_who_may_see_records_sends_claims_and_takes_them_back() {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    let shared: kit::clock::SharedClock = clinic.clock.clone();
    let password = users::add(&clinic.data(), "hana", Role::Reception, None, &shared, &random()).await.unwrap();
    let reception = Browser::sign_in(&clinic, "hana", &password).await;
    assert!(!reception.get("/").await.body.contains("href=\"/claims\""), "the page is not offered");
    let claim = "0123456789abcdef0123456789ABCDEF";
    let taken_back = format!("ClaimNumber={claim}&Confirmed=1");
    for refused in [
        reception.get("/claims").await,
        reception.get("/claims/1").await,
        reception.get("/claims/1/outcomes.csv").await,
        upload(&reception, "x", &file(super::samples::FACILITY)).await,
        reception.post("/claims/send", "number=1").await,
        reception.post("/claims/drop", "number=1").await,
        reception.post("/claims/withdraw", &taken_back).await,
    ] {
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    let admin = Browser::admin(&clinic).await;
    assert_eq!(admin.with_other_token().post("/claims/withdraw", &taken_back).await.status, 400);
    assert_eq!(upload(&admin.with_other_token(), "x", &file(super::samples::FACILITY)).await.status, 400);
    let wrong = admin.post("/claims/withdraw", "ClaimNumber=12").await;
    assert!(wrong.body.contains("32 桁"), "{}", wrong.body);
    let asked = admin.post("/claims/withdraw", &format!("ClaimNumber={claim}")).await;
    assert!(asked.body.contains("取り下げますか"), "{}", asked.body);
    assert!(!admin.get("/claims").await.body.contains("取下げ済み"));
    let done = admin.post("/claims/withdraw", &taken_back).await;
    assert!(done.body.contains("取下げを受け付けました") && done.body.contains(&claim.to_lowercase()), "{}", done.body);
    assert_eq!(admin.get("/claims/77").await.status, 404);
    clinic.stop().await;
}
