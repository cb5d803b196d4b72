//! Every limit of this crate, with its unit in its name.

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

/// Lines of a transcript.
pub const TRANSCRIPT_LINES_MAX: usize = 10_000;

/// Bytes of one line of a transcript: command and answer in hexadecimal, with room for the words around them.
pub const TRANSCRIPT_LINE_BYTES_MAX: usize = 2_048;
