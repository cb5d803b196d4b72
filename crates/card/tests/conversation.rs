//! Proves that the commands read a card as it answers, from transcripts made by hand after the public descriptions of
//! the card. None of them holds anything of a real person.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use card::channel::{CardChannel, ChannelError};
use card::file::Want;
use card::jpki::{Jpki, JpkiFile, JpkiPin, TokenKind, Tries};
use card::transcript::{Recorder, Replay, Transcript};
use card::{CardError, Command, Response, StatusWord};

const TEST_CARD: &str = include_str!("transcripts/test-card.jsonl");

fn replay(lines: &[&str]) -> Replay {
    let head = r#"{"Transcript":"tashika-card-1","Card":"made by hand"}"#;
    Replay::new(Transcript::parse(&format!("{head}\n{}", lines.join("\n"))).unwrap())
}

const SELECT: &str = r#"{"Command":"00A4040C0AD392F000260100000001","Answer":"9000"}"#;
const SELECT_CERTIFICATE: &str = r#"{"Command":"00A4020C02000A","Answer":"9000"}"#;

#[test]
fn a_test_card_tells_its_kind_its_tries_and_its_certificate() {
    let mut card = Replay::new(Transcript::parse(TEST_CARD).unwrap());
    let mut jpki = Jpki::select(&mut card).unwrap();
    assert_eq!(jpki.token_label().unwrap(), "JPKIAPICCTOKEN2");
    assert_eq!(jpki.tries(JpkiPin::User).unwrap(), Tries::Left(3));
    assert_eq!(jpki.tries(JpkiPin::Signing).unwrap(), Tries::Locked);
    let certificate = jpki.user_certificate().unwrap();
    assert_eq!(certificate.len(), 4 + 0x0110);
    assert_eq!(certificate[..4], [0x30, 0x82, 0x01, 0x10]);
    card.release().unwrap();
    assert!(card.is_finished());
}

#[test]
fn a_recording_of_a_conversation_plays_the_same_again() {
    let converse = |card: &mut dyn CardChannel| {
        let mut jpki = Jpki::select(card).unwrap();
        let said = (
            jpki.token_kind().unwrap(),
            jpki.tries(JpkiPin::User).unwrap(),
            jpki.tries(JpkiPin::Signing).unwrap(),
            jpki.user_certificate().unwrap(),
        );
        card.release().unwrap();
        said
    };
    let mut recorder = Recorder::new(Replay::new(Transcript::parse(TEST_CARD).unwrap()), "copy");
    let first = converse(&mut recorder);
    let (_, transcript) = recorder.finish();
    let again = Transcript::parse(&transcript.to_json_lines()).unwrap();
    assert_eq!(converse(&mut Replay::new(again)), first);
}

#[test]
fn another_card_is_not_taken_for_this_one() {
    for status in ["6A82", "6D00", "6E00"] {
        let line = format!(r#"{{"Command":"00A4040C0AD392F000260100000001","Answer":"{status}"}}"#);
        let error = Jpki::select(&mut replay(&[&line])).unwrap_err();
        assert_eq!(error, CardError::NotThisCard);
        assert_eq!(error.code(), "not-an-individual-number-card");
        assert!(error.words().patient.ja.contains("マイナンバーカード"));
    }
}

#[test]
fn a_card_that_stumbles_over_its_first_command_gets_a_second_chance() {
    let stumble = r#"{"Command":"00A4040C0AD392F000260100000001","Answer":"6F00"}"#;
    assert!(Jpki::select(&mut replay(&[stumble, SELECT])).is_ok());
    let error = Jpki::select(&mut replay(&[stumble, stumble])).unwrap_err();
    assert!(matches!(error, CardError::Unexpected { .. }), "{error:?}");
}

#[test]
fn every_way_to_say_locked_is_understood() {
    for status in ["63C0", "6983", "6984"] {
        let tries = format!(r#"{{"Command":"00200080","Answer":"{status}"}}"#);
        let mut card = replay(&[SELECT, r#"{"Command":"00A4020C020018","Answer":"9000"}"#, &tries]);
        assert_eq!(Jpki::select(&mut card).unwrap().tries(JpkiPin::User).unwrap(), Tries::Locked);
    }
}

#[test]
fn labels_tell_card_and_phone_apart() {
    assert_eq!(TokenKind::from_label("JPKIAPICCTOKEN"), TokenKind::OldCard);
    assert_eq!(TokenKind::from_label("JPKIAPGPSETOKEN"), TokenKind::Android);
    assert_eq!(TokenKind::from_label("JPKIAPIOSTOKEN"), TokenKind::Iphone);
    assert_eq!(TokenKind::from_label("SOMETHING"), TokenKind::Unknown("SOMETHING".to_owned()));
    let noise = format!(r#"{{"Command":"00B0000020","Answer":"{}9000"}}"#, "FF".repeat(32));
    let mut card = replay(&[SELECT, r#"{"Command":"00A4020C020006","Answer":"9000"}"#, &noise]);
    let error = Jpki::select(&mut card).unwrap().token_label().unwrap_err();
    assert_eq!(error.code(), "card-file-unreadable");
}

#[test]
fn a_file_behind_a_pin_and_a_file_that_is_not_there_are_told_apart() {
    let mut phone = replay(&[SELECT, SELECT_CERTIFICATE, r#"{"Command":"00B0000004","Answer":"6982"}"#]);
    let error = Jpki::select(&mut phone).unwrap().user_certificate().unwrap_err();
    assert_eq!(error, CardError::NotAllowed { file: 0x000A });
    let mut empty = replay(&[SELECT, r#"{"Command":"00A4020C02000A","Answer":"6A82"}"#]);
    let error = Jpki::select(&mut empty).unwrap().user_certificate().unwrap_err();
    assert_eq!(error, CardError::FileNotFound { file: 0x000A });
    assert_eq!(error.code(), "card-file-not-found");
}

#[test]
fn a_certificate_that_breaks_off_is_an_error_and_not_a_certificate() {
    let head = r#"{"Command":"00B0000004","Answer":"308201109000"}"#;
    let piece = format!(r#"{{"Command":"00B0000400","Answer":"{}6282"}}"#, "AA".repeat(100));
    let mut card = replay(&[SELECT, SELECT_CERTIFICATE, head, &piece]);
    let error = Jpki::select(&mut card).unwrap().user_certificate().unwrap_err();
    assert_eq!(error, CardError::FileTooShort { file: 0x000A, bytes: 104 });
    let filler = r#"{"Command":"00B0000004","Answer":"FFFFFFFF9000"}"#;
    let mut card = replay(&[SELECT, SELECT_CERTIFICATE, filler]);
    let error = Jpki::select(&mut card).unwrap().user_certificate().unwrap_err();
    assert_eq!(error.code(), "card-file-unreadable");
    let huge = r#"{"Command":"00B0000004","Answer":"3082FFFF9000"}"#;
    let mut card = replay(&[SELECT, SELECT_CERTIFICATE, huge]);
    let error = Jpki::select(&mut card).unwrap().user_certificate().unwrap_err();
    assert_eq!(error, CardError::FileTooLarge { file: 0x000A, bytes: 0x1_0003 });
}

#[test]
fn readers_that_cut_answers_or_correct_lengths_are_followed() {
    let lines = [
        SELECT,
        r#"{"Command":"00A4020C020008","Answer":"9000"}"#,
        r#"{"Command":"00B0000003","Answer":"6C02"}"#,
        r#"{"Command":"00B0000002","Answer":"8F6101"}"#,
        r#"{"Command":"00C0000001","Answer":"8F9000"}"#,
        r#"{"Command":"00B0000201","Answer":"009000"}"#,
    ];
    let mut card = replay(&lines);
    let presence = Jpki::select(&mut card).unwrap().read(JpkiFile::Presence, Want::Exactly(3)).unwrap();
    assert_eq!(presence, [0x8F, 0x8F, 0x00]);
    assert!(card.is_finished());
}

/// A card whose file is as long as a file can be, and that counts what it is asked.
struct LongFile {
    content: Vec<u8>,
    reads: usize,
    piece_max: usize,
}

impl CardChannel for LongFile {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        if command.ins() != 0xB0 {
            return Ok(Response::new(Vec::new(), StatusWord::OK)?);
        }
        self.reads += 1;
        let offset = usize::from(u16::from_be_bytes([command.p1(), command.p2()]));
        let asked = usize::from(command.expected().unwrap()).min(self.piece_max);
        match self.content.get(offset..) {
            None | Some([]) => Ok(Response::new(Vec::new(), StatusWord::new(0x6B00))?),
            Some(rest) => Ok(Response::new(rest[..rest.len().min(asked)].to_vec(), StatusWord::OK)?),
        }
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }
}

#[test]
fn the_longest_file_is_read_to_its_last_byte_in_whatever_pieces_come() {
    let content: Vec<_> = (0..0x8000_usize).map(|index| u8::try_from(index % 251).unwrap()).collect();
    for piece_max in [256, 100, 1] {
        let mut card = LongFile { content: content.clone(), reads: 0, piece_max };
        let mut jpki = Jpki::select(&mut card).unwrap();
        let read = jpki.read(JpkiFile::UserCa, Want::UpTo(usize::MAX)).unwrap();
        assert_eq!(read, content);
        assert_eq!(card.reads, 0x8000_usize.div_ceil(piece_max));
    }
    let mut card = LongFile { content: content[..1_000].to_vec(), reads: 0, piece_max: 256 };
    let read = Jpki::select(&mut card).unwrap().read(JpkiFile::UserCa, Want::UpTo(usize::MAX)).unwrap();
    assert_eq!(read, content[..1_000]);
}

/// A card that always promises more.
struct Endless;

impl CardChannel for Endless {
    fn transmit(&mut self, _: &Command) -> Result<Response, ChannelError> {
        Ok(Response::new(vec![0; 256], StatusWord::new(0x6100))?)
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }
}

#[test]
fn a_card_that_never_comes_to_an_end_is_given_up() {
    let error = Jpki::select(&mut Endless).unwrap_err();
    assert_eq!(error, CardError::Channel(ChannelError::Endless));
}

#[test]
fn a_card_taken_away_in_the_middle_is_said_so() {
    let gone = r#"{"Command":"00B0000004","Error":"card-removed"}"#;
    let mut card = replay(&[SELECT, SELECT_CERTIFICATE, gone]);
    let error = Jpki::select(&mut card).unwrap().user_certificate().unwrap_err();
    assert_eq!(error, CardError::Channel(ChannelError::CardRemoved));
    assert!(error.words().patient.ja.contains("もう一度"));
}

#[test]
fn a_transcript_that_is_asked_something_else_names_its_line() {
    let mut card = replay(&[SELECT]);
    let error = card.reset().unwrap_err();
    assert!(matches!(error, ChannelError::NotInTranscript { line: 2, .. }), "{error}");
    assert!(Jpki::select(&mut card).is_ok());
    let mut again = card;
    assert!(Jpki::select(&mut again).is_err());
}
