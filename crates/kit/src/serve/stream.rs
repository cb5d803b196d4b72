//! The bytes of a connection: whether any moved, and a polite end while the other side is still sending.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;

use super::connection::{Activity, Protocol};
use crate::limits;

/// The socket below a stream.
pub(super) trait Socket {
    fn socket(&mut self) -> &mut TcpStream;
}

impl Socket for TcpStream {
    fn socket(&mut self) -> &mut TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn socket(&mut self) -> &mut TcpStream {
        self.get_mut().0
    }
}

/// A stream that notes when bytes move.
pub(super) struct Watched<S> {
    inner: S,
    protocol: Protocol,
    activity: Arc<Activity>,
    lingering: Option<Lingering>,
}

/// After we refused a body, and at the end of every HTTP/2 connection: our side is closed, and what the other side still
/// sends is thrown away for a while. If we closed both sides at once, its unread bytes (the rest of the body, requests
/// that crossed our GOAWAY) would make the kernel reset the connection, and the other side, on noticing that as it
/// writes, would often not read our last answers any more.
struct Lingering {
    alarm: Pin<Box<Sleep>>,
    swallowed_bytes: u64,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, protocol: Protocol, activity: Arc<Activity>) -> Self {
        Self { inner, protocol, activity, lingering: None }
    }

    /// Whether the other side may be sending something that we shall never read.
    fn may_leave_bytes_unread(&self) -> bool {
        self.protocol == Protocol::Http2 || self.activity.left_body_unread()
    }
}

impl<S: Socket> Watched<S> {
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(lingering) = &mut self.lingering else {
            return Poll::Ready(());
        };
        let mut thrown_away = [0_u8; 8 * 1024];
        while lingering.swallowed_bytes < limits::LINGER_BYTES_MAX {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match Pin::new(self.inner.socket()).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    lingering.swallowed_bytes += buffer.filled().len() as u64;
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return lingering.alarm.as_mut().poll(cx),
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        self.activity.bytes_moved();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Socket + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        self.activity.bytes_moved();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bytes))?;
        self.activity.bytes_moved();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.inner).poll_shutdown(cx))?;
            if !self.may_leave_bytes_unread() {
                return Poll::Ready(Ok(()));
            }
            let alarm = Box::pin(tokio::time::sleep(limits::LINGER_TIME));
            self.lingering = Some(Lingering { alarm, swallowed_bytes: 0 });
        }
        self.poll_linger(cx).map(Ok)
    }
}
