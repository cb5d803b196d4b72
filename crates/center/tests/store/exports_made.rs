//! Proves on both engines what an institution is told of the counts that have left: each file once, the newest first, and
//! nothing that was only asked for.

use center::operator_log::OperatorLog;
use center::store::Tx;
use center::store::operator_event::NewOperatorEvent;
use center::store::secondary_use::{ExportState, StoredExport};
use domain::record::Month;
use domain::secondary_use::{ExportPurpose, ExportRequest, ExportTable, LegalGround};
use trust::log::LogId;
use trust::operator_event::OperatorAction;
use uuid::Uuid;

use crate::on_both_engines;
use crate::world::World;

on_both_engines!(what_has_left_is_told_once_for_each_file,);

async fn what_has_left_is_told_once_for_each_file(world: World) {
    let store = world.store().await;
    let log = OperatorLog::new(LogId::FIRST, world.signer.public_key());
    let (log, random) = (&log, &*world.random);
    let asked = ExportRequest {
        purpose: ExportPurpose::DrugSafety,
        ground: LegalGround::ElderlyHealthcare16Of2,
        recipient: "確か大学".to_owned(),
        first: Month::parse("202512").unwrap(),
        last: Month::parse("202602").unwrap(),
        table: ExportTable::PrefectureClasses,
        k: 25,
    };
    for n in [1, 2] {
        let export = StoredExport {
            id: Uuid::from_u128(n),
            state: ExportState::Waiting,
            request: asked.clone(),
            requested_by: "山田".to_owned(),
            requested_at: world.now(),
            decided_by: None,
            decided_at: None,
            reasons: String::new(),
        };
        store.tx("put", async |mut tx| tx.put_export_request(&export).await).await.unwrap();
    }
    let put = async |action, n: u128, hours: i64| {
        let event = &NewOperatorEvent {
            action,
            about: Uuid::from_u128(n),
            operator: "山田".to_owned(),
            person: None,
            detail: "{}".to_owned(),
        };
        let now = world.now() + jiff::SignedDuration::from_hours(hours);
        store.operator_tx("put", async |mut tx: Tx| log.put(&mut tx, event, None, now, random).await).await.unwrap();
    };
    put(OperatorAction::ExportRequested, 1, 0).await;
    put(OperatorAction::ExportMade, 1, 1).await;
    put(OperatorAction::ExportRunDenied, 2, 2).await;
    put(OperatorAction::ExportMade, 1, 3).await;
    let made = async |most| store.read("made", async |mut tx: Tx| tx.exports_made(most).await).await.unwrap();
    let told = made(10).await;
    let hours: Vec<i64> = told.iter().map(|made| made.made_at.duration_since(world.now()).as_hours()).collect();
    assert_eq!(hours, [3, 1], "the newest first, and nothing that was only asked for");
    let first = &told[0];
    assert_eq!((first.purpose, first.ground, first.recipient.as_str()), (asked.purpose, asked.ground, "確か大学"));
    assert_eq!((first.first, first.last, first.k), (asked.first, asked.last, 25));
    assert_eq!(made(1).await.len(), 1);
}
