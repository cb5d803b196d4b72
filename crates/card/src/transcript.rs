//! Conversations with a card, kept as files, so that what a real card once said can be tested where there is none.
//!
//! A transcript is JSON lines. The first names the format and the card; each other one is a command with its answer or
//! its error, or one of the events `reset` and `release`:
//!
//! ```text
//! {"Transcript":"tashika-card-1","Card":"J-LIS test card, contact reader, 2026-11-02"}
//! {"Command":"00A4040C0AD392F000260100000001","Answer":"9000"}
//! {"Command":"00200080","Blanked":true,"Answer":"9000"}
//! {"Event":"release"}
//! ```
//!
//! **PINs are never written.** Of a command that carries one only the four header bytes are kept, with `"Blanked":true`:
//! not the PIN, and not its length. Played back, it matches that command with any PIN. Answers are kept as they are, so
//! record test cards only: a certificate is about a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::apdu::{Command, Response};
use crate::channel::{CardChannel, ChannelError};
use crate::limits::{TRANSCRIPT_LINE_BYTES_MAX, TRANSCRIPT_LINES_MAX};

/// Name of the format, in the first line.
pub const FORMAT: &str = "tashika-card-1";

/// Why a text is not a transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// No first line, or one of another format.
    #[error("the first line does not name the format {FORMAT}")]
    NotATranscript,
    /// A line that cannot be read.
    #[error("line {line}: {what}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// More lines than the limit.
    #[error("more than {TRANSCRIPT_LINES_MAX} lines")]
    TooLong,
}

/// A conversation with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    card: String,
    steps: Vec<Step>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Exchange { asked: Asked, outcome: Result<Response, String> },
    Reset,
    Release,
}

/// A command, as far as it may be written down.
#[derive(Clone, PartialEq, Eq)]
enum Asked {
    Whole(Command),
    Blanked([u8; 4]),
}

impl Asked {
    fn of(command: &Command) -> Self {
        if command.is_secret() { Self::Blanked(command.header()) } else { Self::Whole(command.clone()) }
    }

    fn hex(&self) -> String {
        match self {
            Self::Whole(command) => to_hex(&command.to_bytes()),
            Self::Blanked(header) => to_hex(header),
        }
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = if matches!(self, Self::Blanked(_)) { " (blanked)" } else { "" };
        write!(f, "{}{note}", self.hex())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Head {
    transcript: String,
    card: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    blanked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Transcript {
    /// An empty one. `card` says in free words which card and reader it is; no numbers of the card.
    pub fn new(card: impl Into<String>) -> Self {
        Self { card: card.into(), steps: Vec::new() }
    }

    /// Which card it was.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// How many things happened.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Reads the JSON lines. Empty lines are skipped.
    pub fn parse(text: &str) -> Result<Self, TranscriptError> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let head: Head = lines
            .next()
            .and_then(|(_, line)| serde_json::from_str(line).ok())
            .filter(|head: &Head| head.transcript == FORMAT)
            .ok_or(TranscriptError::NotATranscript)?;
        let mut transcript = Self::new(head.card);
        for (index, line) in lines {
            if transcript.steps.len() >= TRANSCRIPT_LINES_MAX {
                return Err(TranscriptError::TooLong);
            }
            let step = Step::parse(line).map_err(|what| TranscriptError::Line { line: index + 1, what })?;
            transcript.steps.push(step);
        }
        Ok(transcript)
    }

    /// The JSON lines, each ended by a line feed.
    pub fn to_json_lines(&self) -> String {
        let head = Head { transcript: FORMAT.to_owned(), card: self.card.clone() };
        let mut text = json(&head);
        for step in &self.steps {
            text.push('\n');
            text.push_str(&json(&step.to_line()));
        }
        text.push('\n');
        text
    }

    fn push(&mut self, step: Step) {
        // A recording that has grown beyond all measure is cut short; it will not play to its end, which says so.
        if self.steps.len() < TRANSCRIPT_LINES_MAX {
            self.steps.push(step);
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and truth values have a JSON form")
}

impl Step {
    fn parse(text: &str) -> Result<Self, String> {
        if text.len() > TRANSCRIPT_LINE_BYTES_MAX {
            return Err(format!("longer than {TRANSCRIPT_LINE_BYTES_MAX} bytes"));
        }
        let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match (line.event.as_deref(), line.command.as_deref(), line.answer, line.error) {
            (Some("reset"), None, None, None) if !line.blanked => Ok(Self::Reset),
            (Some("release"), None, None, None) if !line.blanked => Ok(Self::Release),
            (None, Some(command), Some(answer), None) => {
                let answer = Response::parse(&from_hex(&answer)?).map_err(|error| error.to_string())?;
                Ok(Self::Exchange { asked: parse_asked(command, line.blanked)?, outcome: Ok(answer) })
            }
            (None, Some(command), None, Some(error)) => {
                Ok(Self::Exchange { asked: parse_asked(command, line.blanked)?, outcome: Err(error) })
            }
            _ => Err("neither a command with its answer or error, nor a known event".to_owned()),
        }
    }

    fn to_line(&self) -> Line {
        let event = |name: &str| Line { event: Some(name.to_owned()), ..Line::default() };
        match self {
            Self::Reset => event("reset"),
            Self::Release => event("release"),
            Self::Exchange { asked, outcome } => Line {
                command: Some(asked.hex()),
                blanked: matches!(asked, Asked::Blanked(_)),
                answer: outcome.as_ref().ok().map(|answer| to_hex(&answer.to_bytes())),
                error: outcome.as_ref().err().cloned(),
                event: None,
            },
        }
    }
}

fn parse_asked(hex: &str, blanked: bool) -> Result<Asked, String> {
    let bytes = from_hex(hex)?;
    if blanked {
        let header = bytes.try_into().map_err(|_| "a blanked command holds its header alone".to_owned())?;
        return Ok(Asked::Blanked(header));
    }
    let command = Command::parse(&bytes).map_err(|error| error.to_string())?;
    // A hand-made transcript must not smuggle in a PIN either.
    if command.is_secret() {
        return Err("holds a PIN; keep the header alone and say \"Blanked\":true".to_owned());
    }
    Ok(Asked::Whole(command))
}

/// A channel that writes down what passes through it.
#[derive(Debug)]
pub struct Recorder<C> {
    inner: C,
    transcript: Transcript,
}

impl<C: CardChannel> Recorder<C> {
    /// Around a channel. `card` says in free words which card and reader it is.
    pub fn new(inner: C, card: impl Into<String>) -> Self {
        Self { inner, transcript: Transcript::new(card) }
    }

    /// What has been written down so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The channel and all that was written down.
    pub fn finish(self) -> (C, Transcript) {
        (self.inner, self.transcript)
    }
}

impl<C: CardChannel> CardChannel for Recorder<C> {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        let outcome = self.inner.transmit(command);
        let written = outcome.clone().map_err(|error| error.code().to_owned());
        self.transcript.push(Step::Exchange { asked: Asked::of(command), outcome: written });
        outcome
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.inner.reset()?;
        self.transcript.push(Step::Reset);
        Ok(())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        self.inner.release()?;
        self.transcript.push(Step::Release);
        Ok(())
    }
}

/// A card that says what a transcript says, in its order, and nothing else.
#[derive(Debug)]
pub struct Replay {
    transcript: Transcript,
    next: usize,
}

impl Replay {
    /// From the beginning of a transcript.
    pub fn new(transcript: Transcript) -> Self {
        Self { transcript, next: 0 }
    }

    /// Whether everything was asked.
    pub fn is_finished(&self) -> bool {
        self.next == self.transcript.steps.len()
    }

    /// Takes the next step if it is the one asked for.
    fn take(&mut self, asked: &str, fits: impl FnOnce(&Step) -> bool) -> Result<&Step, ChannelError> {
        let index = self.next;
        match self.transcript.steps.get(index) {
            Some(step) if fits(step) => {
                self.next += 1;
                Ok(step)
            }
            other => Err(ChannelError::NotInTranscript {
                // The head is line 1.
                line: index + 2,
                expected: other.map_or_else(|| "its end".to_owned(), Step::name),
                asked: asked.to_owned(),
            }),
        }
    }
}

impl Step {
    fn name(&self) -> String {
        match self {
            Self::Exchange { asked, .. } => format!("{asked:?}"),
            Self::Reset => "a reset".to_owned(),
            Self::Release => "a release".to_owned(),
        }
    }
}

impl CardChannel for Replay {
    fn transmit(&mut self, command: &Command) -> Result<Response, ChannelError> {
        let asked = Asked::of(command);
        let name = format!("{asked:?}");
        let step = self.take(&name, |step| matches!(step, Step::Exchange { asked: held, .. } if *held == asked))?;
        match step {
            Step::Exchange { outcome: Ok(answer), .. } => Ok(answer.clone()),
            Step::Exchange { outcome: Err(code), .. } => Err(error_of(code)),
            Step::Reset | Step::Release => unreachable!("only an exchange fits"),
        }
    }

    fn reset(&mut self) -> Result<(), ChannelError> {
        self.take("a reset", |step| *step == Step::Reset).map(|_| ())
    }

    fn release(&mut self) -> Result<(), ChannelError> {
        self.take("a release", |step| *step == Step::Release).map(|_| ())
    }
}

/// The error of a code, as far as a code tells it.
fn error_of(code: &str) -> ChannelError {
    [
        ChannelError::NoService,
        ChannelError::NoReader,
        ChannelError::NoCard,
        ChannelError::CardRemoved,
        ChannelError::Busy,
        ChannelError::TimedOut,
        ChannelError::Endless,
    ]
    .into_iter()
    .find(|error| error.code() == code)
    .unwrap_or_else(|| ChannelError::Reader(code.to_owned()))
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0x0F)]])
        .map(char::from)
        .collect()
}

fn from_hex(hex: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<_>>()
        .ok_or_else(|| "not hexadecimal".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::apdu::ins;
    use crate::status::StatusWord;

    /// Answers every command with 9000.
    struct Agreeable;

    impl CardChannel for Agreeable {
        fn transmit(&mut self, _: &Command) -> Result<Response, ChannelError> {
            Response::new(Vec::new(), StatusWord::OK).map_err(ChannelError::from)
        }

        fn reset(&mut self) -> Result<(), ChannelError> {
            Ok(())
        }

        fn release(&mut self) -> Result<(), ChannelError> {
            Ok(())
        }
    }

    fn with_pin(instruction: u8, pin: &[u8]) -> Command {
        Command::new(0x00, instruction, 0x00, 0x80).with_data(pin).unwrap()
    }

    #[test]
    fn a_pin_is_never_written_down() {
        let mut recorder = Recorder::new(Agreeable, "test");
        for instruction in
            [ins::VERIFY, ins::CHANGE_REFERENCE_DATA, ins::RESET_RETRY_COUNTER, ins::CHANGE_PIN_PROPRIETARY]
        {
            recorder.transmit(&with_pin(instruction, b"8642")).unwrap();
        }
        recorder.transmit(&Command::ask_tries()).unwrap();
        recorder.release().unwrap();
        let (_, transcript) = recorder.finish();
        let text = transcript.to_json_lines();
        assert!(!text.contains("38363432") && !text.contains("8642"), "{text}");
        assert!(!format!("{transcript:?}").contains("38363432"));
        assert_eq!(text.matches("\"Blanked\":true").count(), 4);
        assert_eq!(Transcript::parse(&text).unwrap(), transcript);
    }

    #[test]
    fn a_blanked_command_matches_any_pin_but_not_the_question_for_tries() {
        let lines = "{\"Transcript\":\"tashika-card-1\",\"Card\":\"t\"}\n\
                     {\"Command\":\"00200080\",\"Blanked\":true,\"Answer\":\"63C2\"}\n";
        let mut replay = Replay::new(Transcript::parse(lines).unwrap());
        assert!(replay.transmit(&Command::ask_tries()).is_err());
        let answer = replay.transmit(&with_pin(ins::VERIFY, b"0000")).unwrap();
        assert_eq!(answer.status(), StatusWord::new(0x63C2));
        assert!(replay.is_finished());
        let error = replay.transmit(&with_pin(ins::VERIFY, b"1234")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("31323334"), "{error}");
    }

    #[test]
    fn a_transcript_with_a_pin_in_it_is_refused() {
        let lines = "{\"Transcript\":\"tashika-card-1\",\"Card\":\"t\"}\n\
                     {\"Command\":\"002000800431323334\",\"Answer\":\"9000\"}\n";
        assert!(matches!(Transcript::parse(lines), Err(TranscriptError::Line { line: 2, .. })));
    }

    #[test]
    fn what_is_no_transcript_is_refused_with_its_line() {
        let parse =
            |line: &str| Transcript::parse(&format!("{{\"Transcript\":\"tashika-card-1\",\"Card\":\"t\"}}\n\n{line}"));
        for line in [
            "nonsense",
            "{}",
            r#"{"Command":"00A4","Answer":"9000"}"#,
            r#"{"Command":"00A4040C","Answer":"90"}"#,
            r#"{"Command":"00A4040G","Answer":"9000"}"#,
            r#"{"Command":"00A4040","Answer":"9000"}"#,
            r#"{"Command":"00A4040C"}"#,
            r#"{"Command":"00A4040C","Answer":"9000","Error":"no-card"}"#,
            r#"{"Command":"0020008004","Blanked":true,"Answer":"9000"}"#,
            r#"{"Event":"dance"}"#,
            r#"{"Event":"reset","More":1}"#,
            r#"{"Command":"é04A","Answer":"9000"}"#,
        ] {
            assert!(matches!(parse(line), Err(TranscriptError::Line { line: 3, .. })), "{line}");
        }
        assert_eq!(Transcript::parse(""), Err(TranscriptError::NotATranscript));
        assert_eq!(
            Transcript::parse("{\"Transcript\":\"other\",\"Card\":\"t\"}"),
            Err(TranscriptError::NotATranscript)
        );
        assert!(parse(&format!(r#"{{"Command":"{}","Answer":"9000"}}"#, "00".repeat(2_000))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in ".{0,200}") {
            let _ = Transcript::parse(&text);
            let _ = Transcript::parse(&format!("{{\"Transcript\":\"tashika-card-1\",\"Card\":\"t\"}}\n{text}"));
        }

        #[test]
        fn hexadecimal_survives_both_ways(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(from_hex(&to_hex(&bytes)).unwrap(), bytes);
        }
    }
}
