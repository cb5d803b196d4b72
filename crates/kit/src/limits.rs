//! Every limit of this crate, with its unit in its name. A listener or a client may be given other values; these are
//! what it gets when nobody says otherwise.

use std::time::Duration;

/// A client that has not finished the TLS handshake by then is cut.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(5);

/// A connection whose first request head has not arrived complete by then is cut. It is also how long a half-sent
/// head may last on a connection that is being drained.
pub const FIRST_HEAD_TIME: Duration = Duration::from_secs(10);

/// A connection on which nothing was asked for this long is closed (some time between half of it and all of it).
/// Longer than [`CLIENT_IDLE_TIME`], so that it is our own client who hangs up first and no request meets a closing line.
pub const IDLE_TIME: Duration = Duration::from_secs(90);

/// A request that was not answered by then gets a problem document `timeout`.
pub const REQUEST_TIME: Duration = Duration::from_secs(30);

/// How long a listener may wait for a request body before the least rate below starts to count.
pub const BODY_PATIENCE_TIME: Duration = Duration::from_secs(10);

/// The slowest request body that is worth a connection: about a quarter of an ISDN channel.
pub const BODY_BYTES_PER_SECOND_MIN: u64 = 2_000;

/// Size of a request body where a route says nothing else.
pub const BODY_BYTES_MAX: u64 = 64 * 1024;

/// Largest body that any listener reads, however much a route asks for: a national insurer's feed.
pub const LISTENER_BODY_BYTES_MAX: u64 = 8 * 1024 * 1024 * 1024;

/// Open connections of one listener. More wait in the kernel's queue, which holds [`LISTEN_BACKLOG_CONNECTIONS`].
pub const CONNECTIONS_MAX: usize = 10_000;

/// Connections that the kernel keeps for us until we accept them.
pub const LISTEN_BACKLOG_CONNECTIONS: u32 = 1_024;

/// Rest after an accept that failed for want of file descriptors or memory.
pub const ACCEPT_REST_TIME: Duration = Duration::from_millis(50);

/// Bytes of all header fields of a request together.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// Header fields of a request.
pub const HEADERS_MAX: usize = 64;

/// Requests that may be open at the same time on one HTTP/2 connection.
pub const H2_STREAMS_MAX: u32 = 250;

/// Bytes that the other side may send before we have read them: one HTTP/2 request, and one HTTP/2 connection.
pub const H2_STREAM_WINDOW_BYTES: u32 = 256 * 1024;
/// See [`H2_STREAM_WINDOW_BYTES`].
pub const H2_CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes that we hold for a slow reader on one HTTP/2 stream.
pub const H2_SEND_BUFFER_BYTES: usize = 256 * 1024;

/// Pieces of a body smaller than this are sent together when the next one is already there.
pub const GATHERED_BYTES: usize = 16 * 1024;

/// While draining, a connection with nothing open that has not moved a byte for this long is dropped.
pub const DRAIN_QUIET_TIME: Duration = Duration::from_secs(1);

/// How long, and for how many bytes, we go on swallowing what will not be read, so that its sender can read our last words.
pub const LINGER_TIME: Duration = Duration::from_secs(2);
/// See [`LINGER_TIME`].
pub const LINGER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// From the wish to stop until what is still open is cut.
pub const GRACE_TIME: Duration = Duration::from_secs(20);

/// From the hard stop until the process gives up waiting for its tasks.
pub const HARD_STOP_TIME: Duration = Duration::from_secs(3);

/// A client gives up connecting to one address of the server after this.
pub const CLIENT_CONNECT_TIME: Duration = Duration::from_millis(1_500);

/// A client gives up waiting for an answer after this.
pub const CLIENT_ANSWER_TIME: Duration = Duration::from_secs(10);

/// A client keeps an unused connection this long.
pub const CLIENT_IDLE_TIME: Duration = Duration::from_secs(40);

/// A request that was waited for this long and then given up is taken for one whose connection leads nowhere any more.
pub const CLIENT_HANG_TIME: Duration = Duration::from_secs(1);

/// After a base URL failed, how long it is tried last before one request finds out whether it works again.
pub const CLIENT_RETURN_TIME: Duration = Duration::from_mins(1);

/// Largest answer that a client reads into memory.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Idle connections a client keeps to one server.
pub const CLIENT_IDLE_CONNECTIONS_MAX: usize = 64;

/// Keys that one set of token buckets remembers.
pub const THROTTLE_KEYS_MAX: usize = 200_000;

/// Characters of a path that a log line shows.
pub const LOG_PATH_CHARACTERS_MAX: usize = 120;

/// Log lines that wait for the writing thread; more are counted and dropped, for a stuck disk must not stop a window.
pub const LOG_LINES_WAITING_MAX: usize = 8_192;

/// How long ending the log waits for the last lines to be written.
pub const LOG_FLUSH_TIME: Duration = Duration::from_secs(2);
