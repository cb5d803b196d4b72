//! What every page for a browser wears, and who may send a form.
//!
//! The desk page lives at a loopback address of a clinic's PC, beside a browser that also visits the rest of the world.
//! So three things are checked that have nothing to do with passwords: no other page may frame, script or read ours
//! ([`SECURITY_HEADERS`]); a request must name us as its host, or a foreign name that resolves to 127.0.0.1 would share
//! our origin ([`Guard::hosts`]); and what changes something must come from our own pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::uri::Authority;
use http::{HeaderMap, Method};
use wire::api::ProblemCode;

use crate::problem::Problem;

/// Set on every page unless the handler has set the same field itself.
pub const SECURITY_HEADERS: [(HeaderName, HeaderValue); 8] = [
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // `no-referrer` would make browsers send `Origin: null` with our own forms, which the guard below has to refuse.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    // What stands on a page is about persons: no copy of it on a disk.
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
    ),
];

/// Adds [`SECURITY_HEADERS`] to every answer of these routes.
pub fn with_security_headers<S>(router: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    router.layer(from_fn(async |request: Request, next: Next| -> Response {
        let mut response = next.run(request).await;
        let headers = response.headers_mut();
        for (name, value) in &SECURITY_HEADERS {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        response
    }))
}

/// Who may ask a page, and who may send it a form.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Names of the host, without port, that a request may ask for.
    hosts: Arc<[String]>,
}

impl Guard {
    /// The names under which this machine's own browser knows it.
    pub fn loopback() -> Self {
        Self::hosts(["localhost", "127.0.0.1", "[::1]"])
    }

    /// These names, without ports.
    pub fn hosts<I>(hosts: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self { hosts: hosts.into_iter().map(Into::into).collect() }
    }

    /// Refuses requests for another host, and changes (anything but GET and HEAD) that another site's page started.
    pub fn around<S>(self, router: Router<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        router.layer(from_fn(move |request: Request, next: Next| {
            let checked = self.check_request(&request);
            async move {
                match checked {
                    Ok(()) => next.run(request).await,
                    Err(why) => Problem::new(ProblemCode::BadRequest, "この画面からの要求ではありません")
                        .because(why)
                        .into_response(),
                }
            }
        }))
    }

    fn check_request(&self, request: &Request) -> Result<(), &'static str> {
        // HTTP/2 carries the host in the address.
        let authority = request.uri().authority().map(Authority::as_str);
        let host = authority.or_else(|| text(request.headers(), &HOST));
        self.check(request.method(), host, request.headers())
    }

    fn check(&self, method: &Method, host: Option<&str>, headers: &HeaderMap) -> Result<(), &'static str> {
        let host = host.ok_or("the request names no host")?;
        if !self.knows(host) {
            return Err("the request is for another host");
        }
        if matches!(*method, Method::GET | Method::HEAD) {
            return Ok(());
        }
        // Browsers set these fields themselves; no script can change them. A program that sets neither is not a
        // browser, and has no cookies of ours to abuse.
        if let Some(site) = text(headers, &HeaderName::from_static("sec-fetch-site"))
            && !matches!(site, "same-origin" | "none")
        {
            return Err("another site's page started the change");
        }
        if let Some(origin) = text(headers, &ORIGIN) {
            let ours = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
            if !ours {
                return Err("the change comes from another origin");
            }
        }
        Ok(())
    }

    fn knows(&self, host: &str) -> bool {
        let name = match host.rfind(':') {
            // The colons inside the brackets of an IPv6 address are not the one before the port.
            Some(at) if !host[at..].contains(']') => &host[..at],
            _ => host,
        };
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let guard = Guard::loopback();
        for host in ["localhost:8080", "LOCALHOST", "127.0.0.1:1", "[::1]:8080", "[::1]"] {
            assert_eq!(guard.check(&Method::GET, Some(host), &HeaderMap::new()), Ok(()), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8080", "[::1].evil.example", "", ":80"] {
            assert!(guard.check(&Method::GET, Some(host), &HeaderMap::new()).is_err(), "{host}");
        }
        assert!(guard.check(&Method::GET, None, &HeaderMap::new()).is_err());
    }

    #[test]
    fn another_sites_page_changes_nothing() {
        let guard = Guard::loopback();
        let post = |pairs: &[(&'static str, &'static str)]| {
            guard.check(&Method::POST, Some("localhost:8080"), &headers(pairs)).is_ok()
        };
        assert!(post(&[]));
        assert!(post(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(!post(&[("origin", "http://evil.example")]));
        assert!(!post(&[("origin", "http://localhost:9999")]));
        assert!(!post(&[("origin", "null")]));
        assert!(!post(&[("sec-fetch-site", "cross-site")]));
    }

    #[tokio::test]
    async fn every_page_wears_the_headers_and_may_set_its_own() {
        let router = Router::new()
            .route("/", get(async || "page"))
            .route("/script.js", get(async || ([(CACHE_CONTROL, "max-age=60")], "script")));
        let router = Guard::loopback().around(with_security_headers(router));
        let ask = async |path: &str, host: &str| {
            let request = Request::get(path).header(HOST, host).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap()
        };
        let page = ask("/", "localhost").await;
        for (name, value) in &SECURITY_HEADERS {
            assert_eq!(page.headers()[name], value);
        }
        assert_eq!(ask("/script.js", "localhost").await.headers()[CACHE_CONTROL], "max-age=60");
        assert_eq!(ask("/", "evil.example").await.status(), StatusCode::BAD_REQUEST);
    }
}
