//! Lines out of a body that arrives in pieces, with memory for one line.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use kit::body::BodyError;

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// As sent.
    Text(Bytes),
    /// Longer than the limit; its text is gone.
    TooLong,
}

/// Splits a body into lines. Blank lines are left out; so is the mark of byte order that some editors put first.
pub(super) struct Lines<S> {
    pieces: S,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of line.
    searched: usize,
    line_bytes_max: usize,
    /// Inside a line that is too long.
    skipping: bool,
    ended: bool,
    at_start: bool,
    digest: Context,
}

impl<S> Lines<S>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    pub(super) fn new(pieces: S, line_bytes_max: usize) -> Self {
        Self {
            pieces,
            buffer: BytesMut::new(),
            searched: 0,
            line_bytes_max,
            skipping: false,
            ended: false,
            at_start: true,
            digest: Context::new(&SHA256),
        }
    }

    /// The next line that is not blank.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, BodyError> {
        loop {
            match self.take_line() {
                Some(Line::Text(line)) if line.is_empty() => {}
                Some(line) => return Ok(Some(line)),
                None if self.ended => return Ok(None),
                None => self.read_piece().await?,
            }
        }
    }

    /// Reads the rest without looking at it.
    pub(super) async fn drain(&mut self) -> Result<(), BodyError> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// SHA-256 of all that was read.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.digest.clone().finish().as_ref());
        out
    }

    async fn read_piece(&mut self) -> Result<(), BodyError> {
        match self.pieces.next().await {
            Some(piece) => {
                let piece = piece?;
                self.digest.update(&piece);
                self.buffer.extend_from_slice(&piece);
            }
            None => self.ended = true,
        }
        Ok(())
    }

    fn take_line(&mut self) -> Option<Line> {
        match self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                let line = self.buffer.split_to(self.searched + at).freeze();
                self.buffer.advance(1);
                self.searched = 0;
                Some(self.finished(&line))
            }
            None if self.ended && (self.skipping || !self.buffer.is_empty()) => {
                let line = self.buffer.split().freeze();
                self.searched = 0;
                Some(self.finished(&line))
            }
            None => {
                self.searched = self.buffer.len();
                if self.searched > self.line_bytes_max {
                    self.skipping = true;
                    self.buffer.clear();
                    self.searched = 0;
                }
                None
            }
        }
    }

    fn finished(&mut self, line: &Bytes) -> Line {
        let at_start = std::mem::take(&mut self.at_start);
        if std::mem::take(&mut self.skipping) || line.len() > self.line_bytes_max {
            return Line::TooLong;
        }
        let start = if at_start && line.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        let text = line[start..].trim_ascii();
        Line::Text(line.slice_ref(text))
    }
}

#[cfg(test)]
mod tests {
    //! Proves that lines come out the same however the body is cut into pieces.
    use super::*;

    async fn lines_of(pieces: &[&'static str], line_bytes_max: usize) -> Vec<Line> {
        let pieces: Vec<Result<Bytes, BodyError>> =
            pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
        let mut lines = Lines::new(futures_util::stream::iter(pieces), line_bytes_max);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        all
    }

    fn text(line: &'static str) -> Line {
        Line::Text(Bytes::from_static(line.as_bytes()))
    }

    #[tokio::test]
    async fn lines_are_the_same_however_the_body_is_cut() {
        let expected = vec![text("{\"a\":1}"), text("b"), text("c")];
        assert_eq!(lines_of(&["\u{feff}{\"a\":1}\r\n\n  \nb\nc"], 100).await, expected);
        assert_eq!(lines_of(&["\u{feff}{\"a\"", ":1}\r", "\n\n  \n", "b", "\n", "", "c\n"], 100).await, expected);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_told_and_the_next_is_read() {
        let found = lines_of(&["ok\n123456", "789", "0\nok\n12345678"], 5).await;
        assert_eq!(found, [text("ok"), Line::TooLong, text("ok"), Line::TooLong]);
    }

    #[tokio::test]
    async fn the_digest_is_that_of_the_whole_body() {
        let digest = async |pieces: &'static [&'static str]| {
            let pieces: Vec<Result<Bytes, BodyError>> =
                pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
            let mut lines = Lines::new(futures_util::stream::iter(pieces), 100);
            lines.drain().await.unwrap();
            lines.digest()
        };
        assert_eq!(digest(&["a\nb\n"]).await, digest(&["a", "\nb", "\n"]).await);
        assert_ne!(digest(&["a\nb\n"]).await, digest(&["a\nb"]).await);
    }
}
