//! Asking again at night: who is booked and who comes often, each once, planned once, whatever stops in between; and files of
//! bookings, however they come.

use std::time::Duration;

use domain::date;
use wire::feed::Booking;

use super::center::FakeCenter;
use super::clinic::{Clinic, random, until};
use super::desk::{Browser, check_form};
use super::samples::search;
use crate::health::Link;
use crate::night::{self, plan::Night};
use crate::store::nights::NightReport;

async fn opened() -> (FakeCenter, Clinic, Browser) {
    let center = FakeCenter::start();
    let clinic = Clinic::open(&center).await;
    let desk = Browser::admin(&clinic).await;
    until(|| clinic.running().health().link == Link::Up).await;
    (center, clinic, desk)
}

/// The night before today.
fn tonight(clinic: &Clinic) -> Night {
    Night { day: clinic.running().hours().today(), left: Duration::from_hours(3) }
}

async fn step(clinic: &Clinic) -> Duration {
    night::step(clinic.running().checks(), tonight(clinic), &random()).await.unwrap()
}

async fn report(clinic: &Clinic) -> NightReport {
    clinic.running().store().last_night().await.unwrap().unwrap()
}

async fn book(clinic: &Clinic, numbers: &[&str]) {
    let day = clinic.running().hours().today();
    let bookings: Vec<_> = numbers.iter().map(|number| Booking { day, search: search(number) }).collect();
    clinic.running().store().put_bookings(&bookings, clinic.running().hours().local()).await.unwrap();
}

#[tokio::test]
async fn booked_and_frequent_patients_are_asked_about_once_a_night_and_a_stop_in_between_changes_nothing() {
    let (mut center, mut clinic, desk) = opened().await;
    desk.post("/check", &check_form("1")).await;
    let now = clinic.running().hours().now();
    clinic.running().store().make_them_old(10, now).await;
    let lines = |page: &str| page.matches("href=\"/answers/").count();
    let before = lines(&desk.get("/today").await.body);
    book(&clinic, &["6", "9", "6"]).await;
    let asked = center.answered();

    let rest = step(&clinic).await;
    assert!(rest <= Duration::from_mins(90), "it does not begin at once everywhere: {rest:?}");
    assert_eq!(
        (report(&clinic).await.asked, center.answered()),
        (3, asked),
        "planned: two booked, one who comes often"
    );
    let rest = step(&clinic).await;
    assert!((Duration::from_secs(30)..=Duration::from_secs(90)).contains(&rest), "{rest:?}");
    clinic.stop().await;
    clinic.start().await;
    until(|| clinic.running().health().link == Link::Up).await;
    for _ in 0..4 {
        step(&clinic).await;
    }
    assert_eq!(center.answered(), asked + 3, "each once");
    let told = report(&clinic).await;
    assert_eq!((told.asked, told.fresh, told.could_not, told.goes_on), (3, 3, 0, true));
    clinic.running().store().end_nights(now).await.unwrap();
    // The same night is not run twice.
    step(&clinic).await;
    assert_eq!((center.answered(), report(&clinic).await.goes_on), (asked + 3, false));

    let desk = Browser::admin(&clinic).await;
    assert_eq!(lines(&desk.get("/today").await.body), before, "nobody was at the window");
    let status = desk.get("/status").await.body;
    assert!(status.contains("3件のうち3件が最新になり、0件は確認できませんでした"), "{status}");
    center.go_away().await;
    let page = desk.post("/check", &check_form("6")).await.body;
    assert!(page.contains("日の控え"), "a booked patient who never came before: {page}");
    clinic.stop().await;
}

#[tokio::test]
async fn who_was_asked_about_not_long_ago_is_left_alone() {
    let (center, mut clinic, desk) = opened().await;
    desk.post("/check", &check_form("1")).await;
    book(&clinic, &["1"]).await;
    let now = clinic.running().hours().now();
    let asked = center.answered();
    step(&clinic).await;
    assert_eq!((report(&clinic).await.asked, center.answered()), (0, asked), "known since a moment");
    // On the next day it is old for somebody who is booked, and new enough for somebody who comes often.
    clinic.running().store().make_them_old(1, now).await;
    let tomorrow = Night { day: tonight(&clinic).day.tomorrow().unwrap(), ..tonight(&clinic) };
    let checks = clinic.running().checks();
    night::step(checks, tomorrow, &random()).await.unwrap();
    assert_eq!(report(&clinic).await.asked, 0, "not booked for that day");
    clinic.stop().await;
}

#[tokio::test]
async fn fault_a_night_without_a_line_says_how_many_could_not_be_asked() {
    let (mut center, mut clinic, desk) = opened().await;
    book(&clinic, &["6", "9"]).await;
    step(&clinic).await;
    center.go_away().await;
    let asked = center.answered();
    for _ in 0..3 {
        step(&clinic).await;
    }
    until(|| matches!(clinic.running().health().link, Link::Down { .. })).await;
    step(&clinic).await;
    clinic.running().store().end_nights(clinic.running().hours().now()).await.unwrap();
    let told = report(&clinic).await;
    assert_eq!((told.asked, told.fresh, told.could_not, center.answered()), (2, 0, 2, asked));
    let status = desk.get("/status").await.body;
    assert!(status.contains("2件は確認できませんでした") && status.contains("通常どおり確認"), "{status}");
    clinic.stop().await;
}

#[tokio::test]
async fn a_file_of_bookings_is_taken_in_sealed_and_removed_and_bad_lines_are_named() {
    let (_center, mut clinic, _desk) = opened().await;
    let today = clinic.running().hours().today_text();
    let file = format!(
        "QualificationConfirmationDate,InsurerNumber,InsuredCardSymbol,InsuredIdentificationNumber,InsuredBranchNumber,\
         Birthdate,Name\r\n{today},01130012,見本記号,4260,,S55.4.1,見本\r\n{today},01130013,,1,,S55.4.1,\r\n"
    );
    let shift_jis = wire::text::encode(&file, wire::text::Target::Cp932).bytes;
    let folder = clinic.config.bookings();
    std::fs::write(folder.join("yoyaku.CSV"), &shift_jis).unwrap();
    std::fs::write(folder.join("other.csv"), "a,b\r\n1,2\r\n").unwrap();
    let result = folder.join("yoyaku.CSV.result.txt");
    until(|| result.exists() && folder.join("other.csv.unreadable").exists()).await;
    until(|| !folder.join("yoyaku.CSV").exists()).await;
    let told = std::fs::read_to_string(result).unwrap();
    assert!(told.contains("取り込み 1 件、取り込めない行 1 件") && told.contains("3行目 保険者番号"), "{told}");
    assert!(!told.contains("01130013") && !told.contains("見本"), "no value stands in it: {told}");
    let day = date::format(clinic.running().hours().today());
    assert_eq!(clinic.running().store().count_bookings_from(&day).await.unwrap(), 1);
    clinic.stop().await;
    for name in ["terminal.db", "terminal.db-wal"] {
        let bytes = std::fs::read(clinic.data().join(name)).unwrap_or_default();
        assert!(!bytes.windows("見本記号".len()).any(|at| at == "見本記号".as_bytes()), "it is sealed");
    }
}
