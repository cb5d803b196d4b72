//! The addresses of a server and which of them to ask first.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::CouldNotAsk;
use crate::clock::SharedClock;
use crate::limits;

/// Why an address of a server cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not an absolute URL.
    #[error("not an address of a server: {0}")]
    Malformed(String),
    /// Not `https://`.
    #[error("{0} is not https; only that is spoken over a network")]
    NotHttps(String),
    /// None was given.
    #[error("no address of the server was given")]
    None,
}

/// One base URL.
pub(super) struct Base {
    scheme: Scheme,
    authority: Authority,
    /// Without the slash at its end; usually empty.
    path: String,
}

impl Base {
    fn parse(url: &str, plain_loopback: bool) -> Result<Self, UrlError> {
        let malformed = || UrlError::Malformed(url.to_owned());
        let parts = url.trim().parse::<Uri>().map_err(|_| malformed())?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(malformed());
        };
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(malformed());
        }
        let path = match parts.path_and_query {
            Some(path) if path.query().is_some() => return Err(malformed()),
            Some(path) => path.path().trim_end_matches('/').to_owned(),
            None => String::new(),
        };
        let plain_allowed = plain_loopback && scheme == Scheme::HTTP && is_loopback(authority.host());
        if scheme != Scheme::HTTPS && !plain_allowed {
            return Err(UrlError::NotHttps(url.to_owned()));
        }
        Ok(Self { scheme, authority, path })
    }

    /// The address of a path, which begins with a slash and may have a query.
    pub(super) fn uri(&self, path: &str) -> Result<Uri, CouldNotAsk> {
        let path = if self.path.is_empty() {
            PathAndQuery::try_from(path)
        } else {
            PathAndQuery::try_from(format!("{}{path}", self.path))
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.map_err(CouldNotAsk::unwritable)?);
        Uri::from_parts(parts).map_err(CouldNotAsk::unwritable)
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// All base URLs, and the one that worked last.
pub(super) struct Bases {
    all: Vec<Base>,
    preferred: AtomicUsize,
    /// Monotonic milliseconds at which the first is to be tried first again.
    return_at_ms: AtomicU64,
    clock: SharedClock,
}

impl Bases {
    pub(super) fn parse(urls: &[String], plain_loopback: bool, clock: SharedClock) -> Result<Self, UrlError> {
        if urls.is_empty() {
            return Err(UrlError::None);
        }
        let all = urls.iter().map(|url| Base::parse(url, plain_loopback)).collect::<Result<_, _>>()?;
        Ok(Self { all, preferred: AtomicUsize::new(0), return_at_ms: AtomicU64::new(0), clock })
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Every base URL once, the preferred one first.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &Base)> {
        let mut first = self.preferred.load(Ordering::Relaxed);
        if first != 0 && self.now_ms() >= self.return_at_ms.load(Ordering::Relaxed) {
            first = 0;
        }
        let count = self.all.len();
        (0..count).map(move |step| {
            let index = (first + step) % count;
            (index, &self.all[index])
        })
    }

    pub(super) fn worked(&self, index: usize) {
        if self.preferred.load(Ordering::Relaxed) != index {
            self.preferred.store(index, Ordering::Relaxed);
        }
    }

    /// The first failed: others are preferred for a while.
    pub(super) fn failed(&self, index: usize) {
        if index == 0 {
            let later = self.now_ms() + millis(limits::CLIENT_RETURN_TIME);
            self.return_at_ms.store(later, Ordering::Relaxed);
        }
    }

    fn now_ms(&self) -> u64 {
        millis(self.clock.monotonic())
    }
}

impl fmt::Debug for Bases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|base| &base.authority)).finish()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::HandClock;

    fn bases(urls: &[&str], clock: Arc<HandClock>) -> Bases {
        let urls: Vec<_> = urls.iter().map(|url| (*url).to_owned()).collect();
        Bases::parse(&urls, false, clock).unwrap()
    }

    fn order(bases: &Bases) -> Vec<usize> {
        bases.in_order().map(|(index, _)| index).collect()
    }

    #[test]
    fn the_one_that_worked_is_asked_first_until_it_is_time_to_return() {
        let clock = Arc::new(HandClock::default());
        let bases = bases(&["https://a.example", "https://b.example"], clock.clone());
        assert_eq!(order(&bases), [0, 1]);
        bases.failed(0);
        bases.worked(1);
        assert_eq!(order(&bases), [1, 0]);
        clock.advance(limits::CLIENT_RETURN_TIME);
        assert_eq!(order(&bases), [0, 1]);
    }

    #[test]
    fn a_path_in_the_base_stands_before_the_path_asked() {
        let clock = Arc::new(HandClock::default());
        let bases = bases(&["https://a.example:8443/tashika/"], clock);
        let (_, base) = bases.in_order().next().unwrap();
        assert_eq!(base.uri("/v1/time?x=1").unwrap(), "https://a.example:8443/tashika/v1/time?x=1");
        assert!(base.uri("/v1/\u{0}").is_err());
    }

    #[test]
    fn only_https_is_spoken_unless_it_stays_on_this_machine() {
        let parse = |url: &str, plain| Base::parse(url, plain).map(|_| ());
        assert_eq!(parse("http://a.example", true), Err(UrlError::NotHttps("http://a.example".into())));
        assert!(parse("http://127.0.0.1:80", false).is_err());
        for url in ["http://127.0.0.1:80", "http://localhost", "http://[::1]:1", "https://a.example/x"] {
            assert_eq!(parse(url, true), Ok(()), "{url}");
        }
        for url in ["", "a.example", "/v1", "https://user:secret@a.example", "https://a.example?q"] {
            assert!(matches!(parse(url, true), Err(UrlError::Malformed(_))), "{url}");
        }
    }
}
