//! The virtual card beside the public descriptions of the real one, command by command, as bytes.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use card::virtual_card::{CardState, Form, Quirks, VirtualCard};
use proptest::prelude::*;

use crate::support::{PASSWORD, PIN, content};
use crate::{fresh, hex, is_signed};

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";
const SELECT_TEXT: &str = "00A4040C0AD3921000310001010408";
const SELECT_SURFACE: &str = "00A4040C0AD3921000310001010402";
const SELECT_RESIDENT: &str = "00A4040C0AD3921000310001010401";
const SELECT_COMMON: &str = "00A4040C0AD3921000310001010100";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Asks in hexadecimal; data and status.
fn ask(card: &mut VirtualCard, hex: &str) -> (Vec<u8>, String) {
    let mut answer = card.transmit(&bytes(hex));
    let status = answer.split_off(answer.len() - 2);
    (answer, format!("{:02X}{:02X}", status[0], status[1]))
}

fn status(card: &mut VirtualCard, hex: &str) -> String {
    ask(card, hex).1
}

/// Asks one after another and compares the status words.
fn expect(card: &mut VirtualCard, conversation: &[(&str, &str)]) {
    for (index, (command, expected)) in conversation.iter().enumerate() {
        assert_eq!(status(card, command), *expected, "step {index}: {command}");
    }
}

fn verify(secret: &str) -> String {
    format!("00200080{:02X}{}", secret.len(), hex(secret.as_bytes()))
}

#[test]
fn applications_are_selected_by_their_names_and_what_is_no_name_is_refused() {
    let mut card = fresh(Form::Card);
    expect(
        &mut card,
        &[
            ("00A40000", "6A86"),
            ("00A4020C020018", "6A82"),
            ("00B0000000", "6986"),
            (SELECT_JPKI, "9000"),
            ("00A40000", "9000"),
            ("00A40000023F00", "6A82"),
            ("00A4020C023F00", "6A82"),
            (SELECT_TEXT, "9000"),
            (SELECT_SURFACE, "9000"),
            (SELECT_RESIDENT, "9000"),
            (SELECT_COMMON, "9000"),
            ("00A4040C08A000000151000000", "9000"),
            // The beginning of a name is a name.
            ("00A4040C06D392F0002601", "9000"),
            ("00A4020C02000A", "9000"),
            // What other cards have.
            ("00A404000FA0000000790100000000000000000000", "6A82"),
            ("00A4040C07627601FF000000", "6A82"),
            ("00A4040C0CD23300000045737445494420763335", "6700"),
            ("00CADF3005", "6D00"),
            ("00CB3FFF035C017E08", "6D00"),
            ("00CA5F5100", "6A88"),
            ("80FC0000", "6700"),
            ("80A200C1", "6700"),
            ("80A20000", "6A86"),
            ("10A40000", "6E00"),
            ("00A4", "6700"),
        ],
    );
    // A name that is refused moves nothing.
    expect(&mut card, &[("00B0000004", "9000")]);
}

#[test]
fn tries_are_asked_for_without_cost_and_never_answered_with_9000() {
    let mut card = fresh(Form::Card);
    expect(
        &mut card,
        &[
            (SELECT_JPKI, "9000"),
            ("00200080", "6986"),
            ("00A4020C020018", "9000"),
            ("00200080", "63C3"),
            (&verify("0000"), "63C2"),
            ("00200080", "63C2"),
            (&verify(PIN), "9000"),
            ("00200080", "63C3"),
            (&verify("0000"), "63C2"),
            (&verify("0000"), "63C1"),
            (&verify("0000"), "63C0"),
            ("00200080", "63C0"),
            (&verify("0000"), "6984"),
            (&verify(PIN), "6984"),
            ("00200080", "63C0"),
            ("00A4020C02001B", "9000"),
            ("00200080", "63C5"),
            // The file named in short, whichever is selected.
            ("00200098", "63C0"),
            ("0020009B", "63C5"),
            ("00200097", "6A88"),
            ("00200198", "6A86"),
        ],
    );
}

#[test]
fn all_the_secrets_that_tools_ask_for_are_there() {
    let mut card = fresh(Form::Card);
    for (application, file, tries) in [
        (SELECT_TEXT, "0011", "63C3"),
        (SELECT_TEXT, "0012", "63C0"),
        (SELECT_TEXT, "0014", "63CA"),
        (SELECT_TEXT, "0015", "63CA"),
        (SELECT_SURFACE, "0011", "63CA"),
        (SELECT_SURFACE, "0012", "63CA"),
        (SELECT_SURFACE, "0013", "63CA"),
        (SELECT_RESIDENT, "001C", "63C3"),
        (SELECT_JPKI, "0018", "63C3"),
        (SELECT_JPKI, "001B", "63C5"),
    ] {
        let select = format!("00A4020C02{file}");
        expect(&mut card, &[(application, "9000"), (&select, "9000"), ("00200080", tries)]);
    }
}

#[test]
fn files_are_read_in_any_pieces_up_to_their_end_and_hold_filler() {
    let mut card = fresh(Form::Card);
    let certificate = content(Form::Card).user.certificate;
    expect(&mut card, &[(SELECT_JPKI, "9000"), ("00A4020C02000A", "9000")]);
    let mut read = ask(&mut card, "00B0000007").0;
    loop {
        let (piece, status) = ask(&mut card, &format!("00B0{:04X}00", read.len()));
        if status == "6B00" {
            break;
        }
        assert_eq!(status, "9000");
        read.extend(piece);
    }
    assert!(read.starts_with(&certificate) && read.len() > certificate.len());
    assert_eq!(read.len() % 512, 0);
    assert!(read[certificate.len()..].iter().all(|byte| *byte == 0xFF));
    assert_eq!(ask(&mut card, &format!("00B0{:04X}20", read.len() - 1)), (vec![0xFF], "9000".to_owned()));
    // A short id selects the file, and has eight bits of offset.
    expect(&mut card, &[("00A4020C020006", "9000"), ("00B08A0104", "9000")]);
    assert_eq!(ask(&mut card, "00B0000104").0, certificate[1..5]);
    expect(
        &mut card,
        &[
            ("00B0FFFF04", "6A86"),
            ("00B09E0004", "6A82"),
            ("00B07FFF04", "6B00"),
            ("00B00000", "6700"),
            ("00A4020C020009", "9000"),
            ("00B0000004", "6982"),
            ("00A4020C020018", "9000"),
            ("00B0000004", "6981"),
        ],
    );
}

#[test]
fn what_a_token_says_about_itself_has_160_bytes_and_its_label() {
    for (form, label) in [
        (Form::Card, "JPKIAPICCTOKEN2"),
        (Form::OldCard, "JPKIAPICCTOKEN"),
        (Form::Android, "JPKIAPGPSETOKEN"),
        (Form::Iphone, "JPKIAPIOSTOKEN"),
    ] {
        let mut card = fresh(form);
        expect(&mut card, &[(SELECT_JPKI, "9000"), ("00A4020C020006", "9000")]);
        let (info, _) = ask(&mut card, "00B0000000");
        assert_eq!(info.len(), 160);
        assert_eq!(String::from_utf8_lossy(&info[..32]), format!("{label:<32}"));
        let finished = if form == Form::Iphone { "9000" } else { "6700" };
        expect(&mut card, &[("80FC0000", finished)]);
    }
}

#[test]
fn records_are_read_by_number() {
    let mut card = fresh(Form::Card);
    expect(&mut card, &[(SELECT_COMMON, "9000"), ("00A4020C020001", "9000")]);
    let (record, _) = ask(&mut card, "00B2010400");
    assert_eq!((record.len(), &record[..2]), (30, &[0x01, 0x1C][..]));
    assert!(record.ends_with(b"20350217"));
    assert_eq!(ask(&mut card, "00B2010C00").0, record);
    expect(
        &mut card,
        &[
            ("00B2020400", "6A83"),
            ("00B2000400", "6A83"),
            ("00B2010500", "6A86"),
            ("00B0000004", "6981"),
            ("008800990401020304", "6985"),
            ("00880099040102030400", "6985"),
        ],
    );
}

#[test]
fn the_key_signs_after_the_pin_whatever_it_is_given() {
    let mut card = fresh(Form::Card);
    let certificate = content(Form::Card).user.certificate;
    let info = "3031300D060960864801650304020105000420";
    // SHA-256 of the three bytes "abc", from FIPS 180-4.
    let abc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let sign_info = format!("802A008033{info}{abc}00");
    expect(
        &mut card,
        &[
            (SELECT_JPKI, "9000"),
            (&sign_info, "6986"),
            ("00A4020C020017", "9000"),
            (&sign_info, "6982"),
            (&format!("802A009733{info}{abc}00"), "6982"),
            ("00A4020C020018", "9000"),
            (&sign_info, "6985"),
            (&verify(PIN), "9000"),
            ("00A4020C020017", "9000"),
            ("802A06800101 00".replace(' ', "").as_str(), "6A86"),
            ("802A00800101", "6700"),
            (&format!("802A0080F6{}00", "00".repeat(246)), "6700"),
            ("802A028001 0100".replace(' ', "").as_str(), "6700"),
            // The other key has its own password.
            ("802A009A010100", "6982"),
        ],
    );
    let (signature, _) = ask(&mut card, &sign_info);
    assert!(is_signed(&certificate, b"abc", &signature));
    for same in [
        format!("802A009733{info}{abc}00"),
        format!("802A028020{abc}00"),
        "802A03800361626300".to_owned(),
        "802A03970361626300".to_owned(),
    ] {
        assert_eq!(ask(&mut card, &same).0, signature, "{same}");
    }
    for bare in ["802A00800161 00".replace(' ', ""), format!("802A0080F5{}00", "61".repeat(245))] {
        assert_eq!(ask(&mut card, &bare).0.len(), 256, "{bare}");
    }
    assert!(!is_signed(&certificate, b"abd", &signature));
}

#[test]
fn the_signing_certificate_lies_behind_its_password() {
    let mut card = fresh(Form::Card);
    expect(
        &mut card,
        &[
            (SELECT_JPKI, "9000"),
            ("00A4020C020001", "9000"),
            ("00B0000004", "6982"),
            ("00A4020C02001B", "9000"),
            (&verify("abc123"), "63C4"),
            (&verify(PASSWORD), "9000"),
            ("00A4020C020001", "9000"),
            ("00B0000004", "9000"),
            ("802A009A010100", "9000"),
            ("802A0097010100", "6982"),
        ],
    );
}

#[test]
fn a_person_without_a_signing_certificate_has_no_such_file() {
    let mut content = content(Form::Card);
    content.signing = None;
    let mut card = VirtualCard::new(&content).unwrap();
    expect(&mut card, &[(SELECT_JPKI, "9000"), ("00A4020C020001", "6A82"), ("00A4020C020008", "9000")]);
    assert_eq!(ask(&mut card, "00B0000003").0, [0x00, 0x8F, 0x00]);
    expect(&mut card, &[("00A4020C02001B", "9000"), ("00200080", "63C5")]);
}

#[test]
fn what_was_shown_is_forgotten_with_another_application_or_without_power_and_not_by_a_reset() {
    let shown = |card: &mut VirtualCard| {
        expect(card, &[(SELECT_JPKI, "9000"), ("00A4020C020018", "9000"), (&verify(PIN), "9000")]);
        expect(card, &[("802A0097010100", "9000")]);
    };
    let is_open = |card: &mut VirtualCard| {
        expect(card, &[(SELECT_JPKI, "9000")]);
        status(card, "802A0097010100") == "9000"
    };
    let mut card = fresh(Form::Card);
    shown(&mut card);
    assert!(is_open(&mut card), "selecting the same application again is no way to forget");
    card.warm_reset();
    assert!(is_open(&mut card));
    expect(&mut card, &[("00A4040C0AFFFFFFFFFFFFFFFFFFFF", "6A82")]);
    assert!(is_open(&mut card), "a name that is refused moves nothing");
    for other in [SELECT_SURFACE, SELECT_COMMON, "00A4040C08A000000151000000"] {
        shown(&mut card);
        expect(&mut card, &[(other, "9000")]);
        assert!(!is_open(&mut card), "{other}");
    }
    shown(&mut card);
    expect(&mut card, &[("00A4020C020018", "9000"), (&verify("0000"), "63C2")]);
    assert!(!is_open(&mut card), "a wrong PIN takes the right one back");
    shown(&mut card);
    card.power_off();
    assert!(!is_open(&mut card));

    let mut card = fresh(Form::Card).with_quirks(Quirks { reset_forgets: true, ..Quirks::default() });
    shown(&mut card);
    card.warm_reset();
    assert!(!is_open(&mut card));
}

#[test]
fn a_card_that_stumbles_does_so_once_after_each_power_on() {
    let mut card = fresh(Form::Card).with_quirks(Quirks { first_command_fails: true, ..Quirks::default() });
    expect(&mut card, &[(SELECT_JPKI, "6F00"), (SELECT_JPKI, "9000")]);
    card.warm_reset();
    expect(&mut card, &[(SELECT_JPKI, "9000")]);
    card.power_off();
    card.power_on();
    expect(&mut card, &[(SELECT_JPKI, "6F00"), (SELECT_JPKI, "9000")]);
}

#[test]
fn counters_survive_in_the_state_and_are_kept_before_the_answer_leaves() {
    let kept = Arc::<Mutex<Vec<CardState>>>::default();
    let into = Arc::clone(&kept);
    let mut card = fresh(Form::Card).keep_with(move |state| {
        into.lock().unwrap().push(state.clone());
        Ok(())
    });
    expect(&mut card, &[(SELECT_JPKI, "9000"), ("00A4020C020018", "9000"), (&verify("0000"), "63C2")]);
    let text = serde_json::to_string(kept.lock().unwrap().last().unwrap()).unwrap();
    assert_eq!(text, r#"{"TriesLeft":{"jpki-0018":2}}"#);
    let mut later = fresh(Form::Card).with_state(serde_json::from_str(&text).unwrap());
    expect(&mut later, &[(SELECT_JPKI, "9000"), ("00A4020C020018", "9000"), ("00200080", "63C2")]);
    expect(&mut card, &[(&verify(PIN), "9000"), (&verify(PIN), "9000")]);
    assert_eq!(kept.lock().unwrap().len(), 2, "what does not change is not written again");
    assert!(serde_json::from_str::<CardState>(r#"{"TriesLeft":{},"Pin":"1"}"#).is_err());
}

#[test]
fn fault_a_memory_that_cannot_be_written_costs_no_try_and_opens_nothing() {
    let written = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&written);
    let mut card = fresh(Form::Card).keep_with(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Err(io::Error::other("full"))
    });
    expect(
        &mut card,
        &[
            (SELECT_JPKI, "9000"),
            ("00A4020C020018", "9000"),
            (&verify("0000"), "6581"),
            ("00200080", "63C3"),
            (&verify(PIN), "9000"),
        ],
    );
    assert_eq!(written.load(Ordering::SeqCst), 1);
}

#[test]
fn a_challenge_has_the_length_that_was_asked_for() {
    let mut card = fresh(Form::Card).with_random(|bytes| bytes.fill(0x5A));
    assert_eq!(ask(&mut card, "0084000008"), (vec![0x5A; 8], "9000".to_owned()));
    assert_eq!(ask(&mut card, "0084000000").0.len(), 256);
    expect(&mut card, &[("00840000", "6700"), ("0084010008", "6A86")]);
    expect(&mut fresh(Form::Card), &[("0084000008", "6D00")]);
}

#[test]
fn the_texts_of_the_face_lie_where_their_index_says() {
    let mut card = fresh(Form::Card);
    expect(
        &mut card,
        &[
            (SELECT_TEXT, "9000"),
            ("00A4020C020002", "9000"),
            ("00B0000000", "6982"),
            ("00A4020C020011", "9000"),
            (&verify("5678"), "9000"),
            ("00A4020C020002", "9000"),
        ],
    );
    let (texts, _) = ask(&mut card, "00B0000000");
    assert_eq!(texts[..2], [0xFF, 0x20]);
    let index = texts.windows(3).position(|window| window == [0xDF, 0x21, 0x08]).unwrap();
    let at = |part: usize| usize::from(u16::from_be_bytes([texts[index + 3 + 2 * part], texts[index + 4 + 2 * part]]));
    let name = &texts[at(0)..];
    assert_eq!(name[..2], [0xDF, 0x22]);
    assert_eq!(&name[3..3 + usize::from(name[2])], "見本　花子".as_bytes());
    assert_eq!(&texts[at(2)..at(2) + 11], b"\xDF\x24\x0819800217");
    assert_eq!(&texts[at(3)..at(3) + 4], b"\xDF\x25\x012");
    // The file of the number has its length, and no number in it.
    expect(&mut card, &[("00A4020C020001", "9000")]);
    assert_eq!(ask(&mut card, "00B0000011").0, b"\xFF\x10\x0C000000000000\xFF\xFF");
}

#[test]
fn a_face_opens_with_its_own_digits() {
    let content = content(Form::Card);
    assert_eq!(content.number_b(), "55021720352285");
    let mut card = VirtualCard::new(&content).unwrap();
    expect(
        &mut card,
        &[
            (SELECT_SURFACE, "9000"),
            ("00A4020C020012", "9000"),
            (&verify("55021720352286"), "63C9"),
            (&verify("55021720352285"), "9000"),
            ("00A4020C020002", "9000"),
            ("00B0000004", "9000"),
            ("00A4020C020005", "9000"),
            ("00B0000004", "6982"),
            ("00A4020C020001", "9000"),
            ("00B0000004", "6982"),
            ("00A4020C020011", "9000"),
            (&verify("550217"), "9000"),
            ("00A4020C020001", "9000"),
            ("00B0000004", "9000"),
        ],
    );
}

#[test]
fn a_phone_holds_one_application_and_its_certificate_behind_the_pin() {
    let mut phone = fresh(Form::Android);
    expect(
        &mut phone,
        &[
            (SELECT_SURFACE, "6A82"),
            (SELECT_TEXT, "6A82"),
            (SELECT_JPKI, "9000"),
            ("00A4020C02000A", "9000"),
            ("00B0000004", "6982"),
            ("00A4020C020018", "9000"),
            (&verify(PIN), "9000"),
            ("00A4020C02000A", "9000"),
            ("00B0000004", "9000"),
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_get_an_answer_and_only_the_pin_makes_the_key_sign(
        commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..24), 1..200),
    ) {
        let mut card = fresh(Form::Card);
        card.transmit(&bytes(SELECT_JPKI));
        for command in &commands {
            let answer = card.transmit(command);
            prop_assert!((2..=258).contains(&answer.len()));
        }
        prop_assert_ne!(status(&mut card, "802A0097010100"), "9000");
    }
}
