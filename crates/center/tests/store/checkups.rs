//! Proves what becomes of reports of checkups, on both engines: the same one again changes nothing, one of a newer file replaces
//! and one of an older does not, a deletion leaves nothing, what fits nobody is kept until it does or is taken back, and a
//! report moves when the register is corrected. A bad person in an archive, a cut archive and a bomb cost no more than they
//! must. Reports are written out as XML, as an institution sends them.

use std::io::Cursor;
use std::sync::Arc;

use center::checkups::{CheckupImporter, CheckupsError, CheckupsReport, unpack};
use center::store::Store;
use center::store::record_read::Reach;
use domain::{Checkup, Date};
use jiff::civil::date;
use kit::lifecycle::Lifecycle;

use crate::on_both_engines;
use crate::world::{SOCIETY, World, person, someone};

#[expect(dead_code, reason = "tests of the reader use more of this file")]
#[path = "../../../wire/tests/checkups/zip.rs"]
mod zip;

on_both_engines!(
    the_same_report_again_changes_nothing,
    a_newer_file_replaces_and_an_older_one_does_not,
    a_deletion_leaves_nothing_and_a_newer_report_may_come_again,
    a_report_that_fits_nobody_is_kept_until_it_does,
    a_report_with_one_wrong_mark_is_shown_to_nobody,
    a_deletion_takes_away_what_fits_nobody,
    a_report_moves_when_the_register_is_corrected,
    only_reports_of_the_days_that_are_asked_for_are_read,
    one_bad_person_of_a_hundred_holds_up_nobody,
    of_several_archives_each_is_told_and_one_that_is_cut_holds_up_nobody,
);

const ALL: (Date, Date) = (date(2000, 1, 1), date(2100, 1, 1));

/// One report: card number, branch, birth date, sex, name, 報告区分, day of the checkup, day of the file, weight.
#[derive(Clone, Copy)]
struct Report<'a> {
    number: u64,
    branch: &'a str,
    born_on: &'a str,
    sex: &'a str,
    kana: &'a str,
    kind: &'a str,
    checked_on: &'a str,
    written_on: &'a str,
    weight: &'a str,
}

const PLAIN: Report<'static> = Report {
    number: 1,
    branch: "01",
    born_on: "19800401",
    sex: "2",
    kana: "タカハシ　ハナコ",
    kind: "10",
    checked_on: "20240603",
    written_on: "20240710",
    weight: "62.4",
};

fn xml(report: Report<'_>) -> String {
    let Report { number, branch, born_on, sex, kana, kind, checked_on, written_on, weight } = report;
    let oid = "1.2.392.200119.6";
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<code code="{kind}" codeSystem="{oid}.1001"/><effectiveTime value="{written_on}"/>
<recordTarget><patientRole>
<id extension="{SOCIETY}" root="{oid}.101"/><id extension="12-34" root="{oid}.204"/>
<id extension="{number}" root="{oid}.205"/><id extension="{branch}" root="{oid}.211"/>
<patient><name>{kana}</name><administrativeGenderCode code="{sex}"/><birthTime value="{born_on}"/></patient>
</patientRole></recordTarget>
<author><time value="{written_on}"/><assignedAuthor><representedOrganization>
<id extension="1310000001" root="{oid}.102"/><name>試験健診センター</name>
</representedOrganization></assignedAuthor></author>
<documentationOf><serviceEvent><code code="010"/><effectiveTime value="{checked_on}"/></serviceEvent></documentationOf>
<component><structuredBody><component><section><entry><observation classCode="OBS" moodCode="EVN">
<code code="9N006000000000001"/><value xsi:type="PQ" value="{weight}" unit="kg"/>
</observation></entry></section></component></structuredBody></component>
</ClinicalDocument>"#
    )
}

fn archive(reports: &[Report<'_>]) -> Vec<u8> {
    let file =
        |(at, report): (usize, &Report<'_>)| zip::deflated(&format!("DATA/h{at:06}.xml"), xml(*report).as_bytes());
    zip::archive(&reports.iter().enumerate().map(file).collect::<Vec<_>>(), false)
}

async fn take(world: &World, store: &Store, archive: Vec<u8>) -> Result<CheckupsReport, CheckupsError> {
    let importer =
        CheckupImporter { store: store.clone(), clock: Arc::new(world.clock.clone()), life: Lifecycle::new() };
    importer.import(Cursor::new(archive), "test.zip").await
}

async fn of_several_archives_each_is_told_and_one_that_is_cut_holds_up_nobody(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    let second = Report { number: 2, ..PLAIN };
    let cut = archive(&[PLAIN, second])[..40].to_vec();
    // The last corrects the first: they are stored in their order, whatever is read ahead.
    let corrected = Report { weight: "61.0", ..PLAIN };
    let archives = [archive(&[PLAIN]), cut, archive(&[second]), archive(&[corrected])];
    let named = archives.into_iter().enumerate().map(|(at, bytes)| (format!("{at}.zip"), Ok(Cursor::new(bytes))));
    let importer =
        CheckupImporter { store: store.clone(), clock: Arc::new(world.clock.clone()), life: Lifecycle::new() };
    let mut told = Vec::new();
    importer.import_each(named, |at, outcome| told.push((at, outcome))).await.unwrap();
    let counts: Vec<_> = told
        .iter()
        .map(|(at, one)| (*at, one.as_ref().ok().map(|one| (one.new, one.replaced, one.read.people))))
        .collect();
    assert_eq!(counts, [(0, Some((1, 0, 1))), (1, None), (2, Some((1, 0, 1))), (3, Some((0, 1, 1)))]);
    let [_, (_, Err(CheckupsError::Archive(fault))), ..] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(fault.file, "1.zip");
    assert_eq!((weights(&store, 1).await, weights(&store, 2).await), (vec!["61.0".into()], vec!["62.4".into()]));
}

/// New, replaced, known, fitting nobody.
async fn import(world: &World, store: &Store, reports: &[Report<'_>]) -> (u64, u64, u64, u64) {
    let report = take(world, store, archive(reports)).await.unwrap();
    (report.new, report.replaced, report.known, report.unmatched_total())
}

async fn checkups(store: &Store, number: u64, (first, last): (Date, Date)) -> Vec<Checkup> {
    let reach = Reach { checkups: Some((first, last)), ..Reach::default() };
    let read = store.read("checkups", async |mut tx| tx.stored_record(person(number), reach).await).await.unwrap();
    assert_eq!(read.claims().count(), 0);
    unpack(&read.checkups).unwrap()
}

async fn weights(store: &Store, number: u64) -> Vec<String> {
    let weight = |checkup: &Checkup| checkup.quantity("9N0060000").unwrap().to_string();
    checkups(store, number, ALL).await.iter().map(weight).collect()
}

async fn reasons(store: &Store) -> Vec<(String, u64)> {
    store.read("kept", async |mut tx| tx.unmatched_checkups_by_reason().await).await.unwrap()
}

async fn the_same_report_again_changes_nothing(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    let both = [PLAIN, Report { number: 2, weight: "70.1", ..PLAIN }];
    assert_eq!(import(&world, &store, &both).await, (2, 0, 0, 0));
    assert_eq!(import(&world, &store, &both).await, (0, 0, 2, 0));
    assert_eq!((weights(&store, 1).await, weights(&store, 2).await), (vec!["62.4".into()], vec!["70.1".into()]));
    // Both people of a card number share birthday, sex and name here: their numbers keep them apart.
    let kept = &checkups(&store, 1, ALL).await[0];
    assert_eq!((kept.institution.name.as_str(), kept.patient.name_kana.as_str()), ("試験健診センター", PLAIN.kana));
}

async fn a_newer_file_replaces_and_an_older_one_does_not(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    let newer = Report { written_on: "20240801", weight: "61.0", ..PLAIN };
    assert_eq!(import(&world, &store, &[PLAIN]).await, (1, 0, 0, 0));
    assert_eq!(import(&world, &store, &[newer]).await, (0, 1, 0, 0));
    assert_eq!(import(&world, &store, &[PLAIN]).await, (0, 0, 1, 0));
    assert_eq!(weights(&store, 1).await, ["61.0"]);
    // A report and the deletion of an earlier one in one archive: the order of the files does not matter.
    let deletion = Report { kind: "19", written_on: "20240805", ..PLAIN };
    let latest = Report { written_on: "20240901", weight: "60.5", ..PLAIN };
    assert_eq!(import(&world, &store, &[latest, deletion]).await, (0, 1, 1, 0));
    assert_eq!(weights(&store, 1).await, ["60.5"]);
}

async fn a_deletion_leaves_nothing_and_a_newer_report_may_come_again(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[PLAIN]).await;
    let deletion = Report { kind: "19", written_on: "20240801", ..PLAIN };
    assert_eq!(import(&world, &store, &[deletion]).await, (0, 1, 0, 0));
    assert!(checkups(&store, 1, ALL).await.is_empty());
    assert_eq!(import(&world, &store, &[PLAIN]).await, (0, 0, 1, 0), "the older file does not bring it back");
    assert!(checkups(&store, 1, ALL).await.is_empty());
    assert_eq!(import(&world, &store, &[Report { written_on: "20240901", ..PLAIN }]).await, (0, 1, 0, 0));
    assert_eq!(weights(&store, 1).await, ["62.4"]);
}

async fn a_report_that_fits_nobody_is_kept_until_it_does(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    let (stranger, unknown) = (Report { kana: "サトウ　ハナコ", ..PLAIN }, Report { number: 9, ..PLAIN });
    let report = take(&world, &store, archive(&[stranger, unknown])).await.unwrap();
    assert_eq!((report.new, report.unmatched_total()), (0, 2));
    let told: Vec<_> = report.notes.iter().map(|note| (note.file.as_str(), note.code)).collect();
    assert_eq!(told, [("DATA/h000000.xml", "name_differs"), ("DATA/h000001.xml", "no_such_card")]);
    assert!(checkups(&store, 1, ALL).await.is_empty(), "nobody is shown what is a stranger's");
    world.put(&store, &[someone(9)]).await;
    assert_eq!(import(&world, &store, &[stranger, unknown]).await, (1, 0, 0, 1));
    assert_eq!(weights(&store, 9).await, ["62.4"]);
    assert_eq!(reasons(&store).await, [("name_differs".to_owned(), 1)]);
}

/// Somebody mistyped one of the five marks, or the report is of another person of the family: it is nobody's, whoever has
/// the rest of the marks.
async fn a_report_with_one_wrong_mark_is_shown_to_nobody(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1), someone(2)]).await;
    let wrong = [
        (Report { number: 7, ..PLAIN }, "no_such_card"),
        (Report { born_on: "19800402", ..PLAIN }, "birthdate_differs"),
        (Report { branch: "02", ..PLAIN }, "branch_differs"),
        (Report { sex: "1", ..PLAIN }, "sex_differs"),
        (Report { kana: "タカハシ　ハルコ", ..PLAIN }, "name_differs"),
    ];
    for (report, reason) in wrong {
        let told = take(&world, &store, archive(&[report])).await.unwrap();
        assert_eq!((told.new, told.replaced, told.unmatched_total()), (0, 0, 1), "{reason}");
        assert_eq!(told.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [reason]);
        for number in [1, 2, 7] {
            assert!(checkups(&store, number, ALL).await.is_empty(), "{reason}: {number} is shown it");
        }
    }
    assert_eq!(import(&world, &store, &[PLAIN]).await, (1, 0, 0, 0), "the same report without a fault is found");
    assert_eq!(weights(&store, 1).await, ["62.4"]);
}

async fn a_deletion_takes_away_what_fits_nobody(world: World) {
    let store = world.store().await;
    assert_eq!(import(&world, &store, &[PLAIN]).await, (0, 0, 0, 1));
    assert_eq!(reasons(&store).await, [("no_such_card".to_owned(), 1)]);
    import(&world, &store, &[Report { kind: "19", ..PLAIN }]).await;
    assert!(reasons(&store).await.is_empty());
}

async fn a_report_moves_when_the_register_is_corrected(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    import(&world, &store, &[PLAIN]).await;
    world.put(&store, &[(someone(1).0, person(5))]).await;
    assert_eq!(import(&world, &store, &[PLAIN]).await, (1, 0, 0, 0));
    assert!(checkups(&store, 1, ALL).await.is_empty());
    assert_eq!(weights(&store, 5).await, ["62.4"]);
}

async fn only_reports_of_the_days_that_are_asked_for_are_read(world: World) {
    let store = world.store().await;
    world.put(&store, &[someone(1)]).await;
    let on = |checked_on, weight| Report { checked_on, written_on: "20260101", weight, ..PLAIN };
    import(&world, &store, &[on("20250601", "63.0"), on("20230601", "61.0"), on("20240601", "62.0")]).await;
    assert_eq!(weights(&store, 1).await, ["61.0", "62.0", "63.0"], "the oldest first");
    let some = checkups(&store, 1, (date(2024, 6, 1), date(2025, 5, 31))).await;
    assert_eq!(some.iter().map(|checkup| checkup.date).collect::<Vec<_>>(), [date(2024, 6, 1)]);
}

async fn one_bad_person_of_a_hundred_holds_up_nobody(world: World) {
    let store = world.store().await;
    let people: Vec<_> = (1..=100).map(someone).collect();
    world.put(&store, &people).await;
    let mut files: Vec<_> = (1..=100)
        .map(|number| (number, xml(Report { number, ..PLAIN })))
        .map(|(number, text)| {
            let text = if number == 50 { text.replace("19800401", "19800431") } else { text };
            zip::deflated(&format!("DATA/h{number:06}.xml"), text.as_bytes())
        })
        .collect();
    let bomb = vec![b' '; 4 << 20];
    files.push(zip::deflated("DATA/h000999.xml", &bomb));
    let whole = zip::archive(&files, false);
    let report = take(&world, &store, whole.clone()).await.unwrap();
    assert_eq!((report.read.people, report.new, report.read.set_aside), (101, 99, 2));
    let told = |code: &str| report.read.faults.iter().find(|fault| fault.code == code).cloned().unwrap();
    let day = told("no_such_day");
    assert_eq!(day.file, "DATA/h000050.xml");
    assert!(day.path.ends_with("/patient/birthTime/@value"), "{}", day.path);
    assert_eq!(told("zip_bomb").file, "DATA/h000999.xml");
    assert!(checkups(&store, 50, ALL).await.is_empty());
    assert_eq!(weights(&store, 51).await, ["62.4"]);
    // Half an archive has no directory: nothing of it is taken, and the words say so.
    let cut = whole[..whole.len() / 2].to_vec();
    let Err(CheckupsError::Archive(fault)) = take(&world, &store, cut).await else {
        panic!("half an archive is taken")
    };
    assert_eq!(fault.code, "archive_truncated");
}
