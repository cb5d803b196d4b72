//! A copied disk shows nothing about a patient, and nothing sealed can be moved or changed.

use sqlx::Row;

use super::center::FakeCenter;
use super::clinic::{Clinic, random};
use super::samples::{NAME, question_file};
use crate::layout::Layout;
use crate::store::vault::{Place, Vault};
use crate::store::{Store, StoreError};

/// A terminal that has answered two checks and was stopped.
async fn used() -> Clinic {
    let center = FakeCenter::start();
    let mut clinic = Clinic::open(&center).await;
    for number in ["1", "2"] {
        clinic.drop_request(&format!("OQSsiquc01req_patient4711-{number}.xml"), question_file(number));
        clinic.answer(&format!("OQSsiquc01res_patient4711-{number}.xml")).await;
    }
    clinic.stop().await;
    clinic
}

async fn open(clinic: &Clinic) -> Store {
    let layout = Layout::new(&clinic.data());
    let vault = Vault::open_or_make(&layout.store_key(), random()).unwrap();
    Store::open(&layout.store(), vault).await.unwrap()
}

#[tokio::test]
async fn the_raw_file_holds_no_name_no_number_and_no_birth_date() {
    let clinic = used().await;
    let mut raw = Vec::new();
    for entry in std::fs::read_dir(clinic.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.file_name().unwrap().to_str().unwrap().starts_with("terminal.db") {
            raw.extend(std::fs::read(path).unwrap());
        }
    }
    assert!(raw.len() > 10_000);
    for secret in [NAME, "髙子", "ﾖｼﾀﾞ", "19800401", "01130012", "全国健康保険協会", "patient4711", "file-7"]
    {
        let found = raw.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} stands in the file");
    }
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_row_does_not_open() {
    let clinic = used().await;
    let store = open(&clinic).await;
    let rows =
        sqlx::query("SELECT request_id, person FROM visit ORDER BY request_id").fetch_all(store.pool()).await.unwrap();
    let (first, second): (String, String) = (rows[0].get("request_id"), rows[1].get("request_id"));
    let person: Vec<u8> = rows[0].get("person");
    sqlx::query("UPDATE visit SET person = ?1 WHERE request_id = ?2")
        .bind(&person)
        .bind(&second)
        .execute(store.pool())
        .await
        .unwrap();
    let day: String = sqlx::query_scalar("SELECT day FROM visit LIMIT 1").fetch_one(store.pool()).await.unwrap();
    assert!(matches!(store.visits(&day, 10).await, Err(StoreError::Sealed(_))));
    let place = |row, column| Place { table: "visit", row, column };
    assert!(store.vault().open(place(&first, "person"), &person).is_ok());
    assert!(store.vault().open(place(&second, "person"), &person).is_err());
    assert!(store.vault().open(place(&first, "other"), &person).is_err());
}

#[tokio::test]
async fn another_key_opens_nothing() {
    let clinic = used().await;
    let layout = Layout::new(&clinic.data());
    std::fs::remove_file(layout.store_key()).unwrap();
    let store = open(&clinic).await;
    let day: String = sqlx::query_scalar("SELECT day FROM visit LIMIT 1").fetch_one(store.pool()).await.unwrap();
    assert!(matches!(store.visits(&day, 10).await, Err(StoreError::Sealed(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let clinic = used().await;
    let key = Layout::new(&clinic.data()).store_key();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Vault::open_or_make(&key, random()).unwrap_err();
    assert!(error.to_string().contains("0600"), "{error}");
}

#[tokio::test]
async fn what_is_delivered_leaves_no_content_and_old_things_go() {
    let clinic = used().await;
    let store = open(&clinic).await;
    let parts: i64 = sqlx::query_scalar("SELECT count(*) FROM bridge_part").fetch_one(store.pool()).await.unwrap();
    let answers: i64 = sqlx::query_scalar("SELECT count(*) FROM bridge_request WHERE answer IS NOT NULL")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!((parts, answers), (0, 0));
    let keep = &clinic.config.settings.retention;
    let in_days =
        |days: i64| jiff::Timestamp::from_second(4_000_000_000).unwrap() + jiff::SignedDuration::from_hours(24 * days);
    assert_eq!(store.count_answers().await.unwrap(), 2);
    let removed = store.clean_up(keep, in_days(0)).await.unwrap();
    assert_eq!((removed.answers, removed.visits, removed.requests), (2, 2, 2));
    assert_eq!(store.count_answers().await.unwrap(), 0);
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused() {
    let clinic = used().await;
    let store = open(&clinic).await;
    sqlx::query("UPDATE _sqlx_migrations SET version = version + 9998").execute(store.pool()).await.unwrap();
    store.close().await;
    let layout = Layout::new(&clinic.data());
    let vault = Vault::open_or_make(&layout.store_key(), random()).unwrap();
    assert!(matches!(Store::open(&layout.store(), vault).await, Err(StoreError::Schema(_))));
}
