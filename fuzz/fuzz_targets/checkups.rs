//! Checkups: no archive and no report makes the reader fall, and a report that was read is stored and read the same.
#![no_main]

use std::io::Cursor;

use domain::Checkup;
use libfuzzer_sys::fuzz_target;
use wire::checkups::CheckupReader;

fn read(bytes: Vec<u8>) {
    let Ok(mut reader) = CheckupReader::open(Cursor::new(bytes), "x.zip") else { return };
    let mut people = 0;
    while let Some(file) = reader.next_file() {
        people += 1;
        match file.checkup {
            Some(checkup) => {
                let stored = serde_json::to_string(&checkup).expect("JSON");
                assert!(serde_json::from_str::<Checkup>(&stored).expect("our own JSON") == checkup);
                let _ = domain::checkup::trend(&[checkup]);
            }
            None => assert!(file.faults.first().is_some_and(|fault| !fault.code.is_empty())),
        }
        assert!(file.faults_total >= file.faults.len() as u64);
    }
    let report = reader.finish();
    assert_eq!(report.people, people);
    assert_eq!(report.people, report.accepted + report.set_aside);
}

fuzz_target!(|bytes: &[u8]| read(bytes.to_vec()));
