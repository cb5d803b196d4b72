//! Small pieces sent together.
//!
//! A file of many lines is most easily made line by line, but a frame per line costs more than the line, and an HTTP/2
//! peer takes a flood of tiny frames for an attack and hangs up (`ENHANCE_YOUR_CALM`). So every body that we send, as
//! server or client, passes through here.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::limits::GATHERED_BYTES;

/// A body whose small pieces are joined as long as the next one is already there. It never waits for more, and a body
/// of one piece, which is nearly every one, passes through untouched.
#[derive(Debug)]
pub(crate) struct Gathered<B: HttpBody> {
    inner: B,
    held: BytesMut,
    /// What came after the bytes that are held: trailers, an error, or the end.
    after: After<B::Error>,
}

/// What follows the bytes that are held.
#[derive(Debug)]
enum After<E> {
    Unknown,
    Frame(Result<Frame<Bytes>, E>),
    End,
}

impl<B: HttpBody> Gathered<B> {
    pub(crate) fn new(inner: B) -> Self {
        Self { inner, held: BytesMut::new(), after: After::Unknown }
    }
}

impl<B> HttpBody for Gathered<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match std::mem::replace(&mut self.after, After::Unknown) {
            After::Unknown => {}
            After::Frame(frame) => return Poll::Ready(Some(frame)),
            After::End => return Poll::Ready(None),
        }
        loop {
            let next = match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Ready(next) => next,
                Poll::Pending if self.held.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Some(Ok(self.take_held()))),
            };
            let after = match next {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data)
                        if self.held.is_empty() && (data.len() >= GATHERED_BYTES || self.inner.is_end_stream()) =>
                    {
                        return Poll::Ready(Some(Ok(Frame::data(data))));
                    }
                    Ok(data) => {
                        self.held.extend_from_slice(&data);
                        if self.held.len() >= GATHERED_BYTES {
                            return Poll::Ready(Some(Ok(self.take_held())));
                        }
                        continue;
                    }
                    Err(trailers) => Some(Ok(trailers)),
                },
                Some(Err(error)) => Some(Err(error)),
                None => None,
            };
            if self.held.is_empty() {
                return Poll::Ready(after);
            }
            self.after = after.map_or(After::End, After::Frame);
            return Poll::Ready(Some(Ok(self.take_held())));
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.after {
            After::Unknown => self.held.is_empty() && self.inner.is_end_stream(),
            After::Frame(_) => false,
            After::End => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        // Asked before the first piece is taken, when nothing is held.
        if self.held.is_empty() && matches!(self.after, After::Unknown) {
            self.inner.size_hint()
        } else {
            SizeHint::default()
        }
    }
}

impl<B: HttpBody> Gathered<B> {
    fn take_held(&mut self) -> Frame<Bytes> {
        Frame::data(self.held.split().freeze())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::{StreamExt, stream};
    use http_body_util::{BodyExt, Full, StreamBody};

    use super::*;

    async fn frames(pieces: Vec<io::Result<Bytes>>) -> Vec<Result<usize, io::ErrorKind>> {
        let mut body = Gathered::new(StreamBody::new(stream::iter(pieces).map(|piece| piece.map(Frame::data))));
        let mut frames = Vec::new();
        while let Some(frame) = body.frame().await {
            frames.push(frame.map(|frame| frame.into_data().unwrap().len()).map_err(|error| error.kind()));
        }
        frames
    }

    #[tokio::test]
    async fn small_pieces_travel_together_and_none_is_lost() {
        let lines = || (0..10_000).map(|_| Ok(Bytes::from_static(b"0123456789"))).collect::<Vec<_>>();
        let sizes = frames(lines()).await;
        assert!(sizes.len() <= 8, "{sizes:?}");
        assert_eq!(sizes.iter().map(|size| *size.as_ref().unwrap()).sum::<usize>(), 100_000);
        let mut broken = lines();
        broken.truncate(5);
        broken.push(Err(io::Error::from(io::ErrorKind::ConnectionReset)));
        assert_eq!(frames(broken).await, [Ok(50), Err(io::ErrorKind::ConnectionReset)]);
        assert!(frames(Vec::new()).await.is_empty());
    }

    #[tokio::test]
    async fn a_piece_is_not_held_back_for_one_that_is_not_there() {
        let slow = stream::iter([Ok::<_, io::Error>(Frame::data(Bytes::from_static(b"now")))]).chain(stream::pending());
        let mut body = Gathered::new(StreamBody::new(Box::pin(slow)));
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "now");
    }

    #[tokio::test]
    async fn a_body_of_one_piece_passes_untouched() {
        let bytes = Bytes::from_static(b"answer");
        let mut body = Gathered::new(Full::new(bytes.clone()));
        assert_eq!(body.size_hint().exact(), Some(6));
        let out = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(out.as_ptr(), bytes.as_ptr(), "not copied");
        assert!(body.is_end_stream());
    }
}
