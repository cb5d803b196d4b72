//! Every limit of this crate, with its unit in its name.

use std::time::Duration;

/// Bytes of data in a short command.
pub const COMMAND_DATA_BYTES_MAX: usize = 255;

/// Bytes of data in an answer to a short command.
pub const ANSWER_DATA_BYTES_MAX: usize = 256;

/// Bytes asked for in one READ BINARY.
pub const READ_PIECE_BYTES: u16 = 256;

/// Bytes of a transparent file: what a 15-bit offset can reach.
pub const FILE_BYTES_MAX: usize = 0x8000;

/// Continuations (`61xx`, `6Cxx`) that one command may lead to before the card is taken for broken.
pub const CONTINUATIONS_MAX: usize = 128;

/// Bytes of an RSA-2048 signature, which is the only kind that the card makes.
pub const SIGNATURE_BYTES: usize = 256;

/// Values that may stand before the photo in its file. A real file has six.
pub const VALUES_BEFORE_PHOTO_MAX: usize = 16;

/// Longest wait for one answer of a card or reader. A card needs about a second for its slowest work, a signature;
/// some readers add a second for powering the card.
pub const CALL_TIME: Duration = Duration::from_secs(5);

/// Lines of a transcript.
pub const TRANSCRIPT_LINES_MAX: usize = 10_000;

/// Bytes of one line of a transcript: command and answer in hexadecimal, with room for the words around them.
pub const TRANSCRIPT_LINE_BYTES_MAX: usize = 2_048;

/// Bytes of one message of the vpcd protocol: what its length field can say.
pub const VPCD_MESSAGE_BYTES_MAX: usize = 0xFFFF;

/// Longest wait for the driver of the virtual reader to take a connection.
pub const VPCD_CONNECT_TIME: Duration = Duration::from_secs(1);

/// Rest between two attempts to reach the driver of the virtual reader.
pub const VPCD_RETRY_TIME: Duration = Duration::from_millis(200);

/// Longest wait for a change at the readers before they are listed anew.
pub const MONITOR_WAIT_TIME: Duration = Duration::from_millis(500);

/// Rest between two attempts to reach the service for readers.
pub const SERVICE_RETRY_TIME: Duration = Duration::from_millis(500);

/// Events of the readers that wait for whoever listens; then the monitor waits too.
pub const MONITOR_EVENTS_MAX: usize = 64;
