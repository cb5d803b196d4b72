//! The addresses of a server and which of them to ask first.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
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

    /// Host and port, as it was given.
    pub(super) fn address(&self) -> &str {
        self.authority.as_str()
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

/// All base URLs, and which of them failed not long ago.
pub(super) struct Bases {
    all: Vec<Base>,
    /// For each, the monotonic millisecond until which it is tried last; 0 where nothing is wrong with it.
    last_until_ms: Vec<AtomicU64>,
    clock: SharedClock,
}

impl Bases {
    pub(super) fn parse(urls: &[String], plain_loopback: bool, clock: SharedClock) -> Result<Self, UrlError> {
        if urls.is_empty() {
            return Err(UrlError::None);
        }
        let all: Vec<_> = urls.iter().map(|url| Base::parse(url, plain_loopback)).collect::<Result<_, _>>()?;
        let last_until_ms = all.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Self { all, last_until_ms, clock })
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Every base URL once: those with which nothing is wrong in the order given, then those that failed, the one that failed
    /// longest ago first.
    ///
    /// Of one whose time is over, one caller tries whether it works again; the others go on as before meanwhile, so that an
    /// address behind which nothing answers costs one request a minute its time to connect, not all.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &Base)> {
        let now = self.now_ms();
        let mut order: Vec<(u64, usize)> = Vec::with_capacity(self.all.len());
        for (index, mark) in self.last_until_ms.iter().enumerate() {
            let until = mark.load(Ordering::Relaxed);
            let is_mine = until != 0
                && until <= now
                && mark.compare_exchange(until, later(now), Ordering::Relaxed, Ordering::Relaxed).is_ok();
            order.push((if until == 0 || is_mine { 0 } else { until }, index));
        }
        order.sort_unstable();
        order.into_iter().map(|(_, index)| (index, &self.all[index]))
    }

    /// Those that failed not long ago, and the first of the others.
    pub(super) fn to_look_at(&self) -> Vec<(usize, &Base)> {
        let is_well = |index: &usize| self.last_until_ms[*index].load(Ordering::Relaxed) == 0;
        let first_well = (0..self.all.len()).find(is_well);
        let looked_at = (0..self.all.len()).filter(|index| !is_well(index) || Some(*index) == first_well);
        looked_at.map(|index| (index, &self.all[index])).collect()
    }

    pub(super) fn worked(&self, index: usize) {
        if self.last_until_ms[index].load(Ordering::Relaxed) != 0 {
            self.last_until_ms[index].store(0, Ordering::Relaxed);
        }
    }

    /// It is tried last for a while.
    pub(super) fn failed(&self, index: usize) {
        self.last_until_ms[index].store(later(self.now_ms()), Ordering::Relaxed);
    }

    fn now_ms(&self) -> u64 {
        millis(self.clock.monotonic())
    }
}

/// When one that fails now is tried first again. Never 0.
fn later(now_ms: u64) -> u64 {
    now_ms + millis(limits::CLIENT_RETURN_TIME)
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
    fn one_that_failed_is_tried_last_until_it_works_or_its_time_is_over() {
        let clock = Arc::new(HandClock::default());
        let bases = bases(&["https://a.example", "https://b.example", "https://c.example"], clock.clone());
        assert_eq!(order(&bases), [0, 1, 2]);
        bases.failed(0);
        assert_eq!(order(&bases), [1, 2, 0]);
        clock.advance(Duration::from_secs(1));
        bases.failed(1);
        assert_eq!(order(&bases), [2, 0, 1], "the one that failed longest ago comes before the other");
        bases.worked(0);
        assert_eq!(order(&bases), [0, 2, 1]);
        clock.advance(limits::CLIENT_RETURN_TIME);
        assert_eq!(order(&bases), [0, 1, 2], "its time is over");
    }

    #[test]
    fn whether_one_works_again_is_tried_by_one_request_alone() {
        let clock = Arc::new(HandClock::default());
        let bases = bases(&["https://a.example", "https://b.example"], clock.clone());
        bases.failed(0);
        clock.advance(limits::CLIENT_RETURN_TIME);
        assert_eq!(order(&bases), [0, 1]);
        assert_eq!(order(&bases), [1, 0], "the second goes where it is answered");
        bases.worked(0);
        assert_eq!(order(&bases), [0, 1]);
    }

    #[test]
    fn a_look_is_at_one_that_works_and_at_all_that_failed() {
        let clock = Arc::new(HandClock::default());
        let bases = bases(&["https://a.example", "https://b.example", "https://c.example"], clock);
        let looked_at = |bases: &Bases| bases.to_look_at().iter().map(|(index, _)| *index).collect::<Vec<_>>();
        assert_eq!(looked_at(&bases), [0]);
        bases.failed(0);
        assert_eq!(looked_at(&bases), [0, 1]);
        bases.failed(1);
        bases.failed(2);
        assert_eq!(looked_at(&bases), [0, 1, 2]);
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
