//! What both servers of this house, the center and the terminal, share: the plumbing of a network program, done once.
//!
//! | you want to | use |
//! |---|---|
//! | know the time, make an id | [`clock`], [`random`] |
//! | start tasks and end them in order | [`lifecycle`] |
//! | serve a router over TLS or on a loopback address | [`serve`] |
//! | ask such a server | [`client`] |
//! | refuse, in words and with a code | [`problem`] |
//! | serve FHIR: faults as `OperationOutcome`, JSON of its media type | [`fhir`] |
//! | read a request body within bounds, answer with JSON | [`mod@body`] |
//! | know which request this is and who asks | [`RequestId`], [`Peer`], [`PeerCertificate`] |
//! | keep one caller from taking the share of others | [`throttle`] |
//! | keep all callers together from taking too much | [`gate`] |
//! | show health, readiness and numbers | [`ops`], [`metrics`] |
//! | write the log | [`logging`], [`request_log`] |
//! | protect pages for a browser | [`pages`] |
//! | speak Japanese first and English beside | [`text`] |
//! | write files that are whole or absent | [`files`] |
//!
//! # A server in the order in which it is made
//!
//! ```no_run
//! use kit::serve::{HttpMetrics, Listener, Reach, Server, ServerTls};
//!
//! # async fn example(tls: ServerTls, api: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
//! let (clock, random) = (kit::clock::SystemClock::shared(), kit::random::SystemRandom::shared());
//! let _log = kit::logging::init(kit::logging::LogFormat::Json, "info", clock.clone())?;
//! let life = kit::lifecycle::Lifecycle::new();
//! let metrics = kit::metrics::Metrics::new("tashika_center");
//! let readiness = kit::ops::Readiness::new();
//! let http = HttpMetrics::new(&metrics);
//!
//! Server::new("api", clock.clone(), random.clone())
//!     .tls(tls)
//!     .identify(|certificate| Ok((certificate.len(), "facility".to_owned())))
//!     .measure(&http)
//!     .start(Listener::bind("0.0.0.0:8443".parse()?, Reach::Network)?, api, &life)?;
//! Server::new("ops", clock, random)
//!     .start(
//!         Listener::bind("127.0.0.1:9090".parse()?, Reach::Loopback)?,
//!         kit::ops::router(metrics, readiness, life.clone()),
//!         &life,
//!     )?;
//! life.run_to_the_end(kit::limits::GRACE_TIME).await;
//! # Ok(())
//! # }
//! ```
//!
//! # Rules of this room
//!
//! * It knows nothing about insurance: no rule of the domain, no name of a scheme.
//! * Time and randomness are read in two places, [`clock::SystemClock`] and [`random::SystemRandom`], and handed on.
//! * Every wait has an end and every buffer a size, all named in [`limits`].
//! * `rustls` is named here and in `trust` alone; the servers pass configurations through without looking inside.
//! * A request pays for what it uses: no layer, allocation, timer or lock that the smallest check does not need.

pub mod body;
pub mod client;
pub mod clock;
mod context;
pub mod fhir;
pub mod files;
pub mod gate;
pub mod lifecycle;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod ops;
pub mod pages;
pub mod problem;
pub mod random;
pub mod request_log;
pub mod serve;
#[cfg(test)]
mod testing;
pub mod text;
pub mod throttle;

pub use context::{Peer, PeerAddress, PeerCertificate, RequestContext, RequestId};
