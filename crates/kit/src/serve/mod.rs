//! The listening side: an axum router behind TLS or on a loopback address.
//!
//! # What a listener does for a router
//!
//! * takes connections up to a limit; more wait in the kernel's queue, none is refused;
//! * TLS with a certificate that can be replaced while it runs ([`ServerTls`]), HTTP/2 or 1.1 as agreed by ALPN;
//! * finds out once per connection who the other side is ([`Server::identify`]);
//! * cuts what holds a connection without using it: slow handshakes, heads that never end, bodies that trickle, answers
//!   that nobody reads, connections that nobody asks anything on;
//! * gives each request a number, a time limit and one log line, turns a panic into a problem document;
//! * at the soft step of the [`Lifecycle`] stops accepting, lets every request that was taken be answered, and closes.
//!
//! All of that is one function around the router (`exchange.rs`), not a tower of layers: a check of eligibility costs
//! some forty microseconds in all, of which each layer would take one or two.
//!
//! ```no_run
//! # async fn example(tls: kit::serve::ServerTls) -> Result<(), Box<dyn std::error::Error>> {
//! use kit::serve::{Listener, Reach, Server};
//!
//! let life = kit::lifecycle::Lifecycle::new();
//! let router = axum::Router::new().route("/v1/time", axum::routing::get(async || "now"));
//! let listener = Listener::bind("127.0.0.1:0".parse()?, Reach::Loopback)?;
//! let address = Server::new("api", kit::clock::SystemClock::shared(), kit::random::SystemRandom::shared())
//!     .tls(tls)
//!     .start(listener, router, &life)?;
//! # let _ = address;
//! # Ok(())
//! # }
//! ```

mod accept;
mod connection;
mod date;
mod exchange;
mod measure;
mod stream;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};

use crate::body::BodyRules;
use crate::clock::SharedClock;
use crate::context::{Identity, PeerCertificate};
use crate::lifecycle::Lifecycle;
use crate::limits;
use crate::problem::Problem;
use crate::random::SharedRandom;

pub use measure::HttpMetrics;
pub use tls::ServerTls;

/// From where a listener can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// From this machine alone. Binding any other address is refused.
    Loopback,
    /// From the network.
    Network,
}

/// Why a listener could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A loopback listener was given an address that others can reach.
    #[error("{0} can be reached from other machines; this listener is for this machine alone")]
    NotLoopback(SocketAddr),
    /// Without TLS on an address that others can reach.
    #[error("{0} can be reached from other machines and would speak without TLS")]
    PlainOnNetwork(SocketAddr),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// A bound address. Connections wait in the kernel's queue until a [`Server`] is started on it.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds; port 0 takes any free one.
    pub fn bind(address: SocketAddr, reach: Reach) -> Result<Self, ServeError> {
        if reach == Reach::Loopback && !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let bind = || {
            let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            // On Windows this option would let another program take over our port.
            #[cfg(unix)]
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let tcp = socket.listen(limits::LISTEN_BACKLOG_CONNECTIONS)?;
            let address = tcp.local_addr()?;
            Ok(Self { tcp, address })
        };
        bind().map_err(|source| ServeError::Bind { address, source })
    }

    /// The address, with the port that was taken.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

/// Limits of one listener. `ServeOptions { connections_max: 200, ..Default::default() }`
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// Open connections; more wait in the kernel's queue.
    pub connections_max: usize,
    /// For the TLS handshake.
    pub handshake_time: Duration,
    /// For the first request head of a connection.
    pub first_head_time: Duration,
    /// A connection on which no request is open or was begun is closed when this has passed, at the earliest after half
    /// of it. An answer that nobody reads is cut by the same measure.
    pub idle_time: Duration,
    /// For one request, from its head to the head of its answer.
    pub request_time: Duration,
    /// Other times for other paths: files that take minutes. None leaves `request_time`.
    pub request_time_of: Option<fn(path: &str) -> Option<Duration>>,
    /// For request bodies.
    pub body: BodyRules,
    /// Allows a listener without TLS on an address that others can reach, for instance behind a proxy.
    pub plain_on_network: bool,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            connections_max: limits::CONNECTIONS_MAX,
            handshake_time: limits::HANDSHAKE_TIME,
            first_head_time: limits::FIRST_HEAD_TIME,
            idle_time: limits::IDLE_TIME,
            request_time: limits::REQUEST_TIME,
            request_time_of: None,
            body: BodyRules::default(),
            plain_on_network: false,
        }
    }
}

type Identify = Arc<dyn Fn(&PeerCertificate) -> Result<Identity, Problem> + Send + Sync>;

/// A listener in the making.
#[must_use = "nothing listens before `start`"]
pub struct Server {
    name: &'static str,
    clock: SharedClock,
    random: SharedRandom,
    tls: Option<ServerTls>,
    identify: Option<Identify>,
    options: ServeOptions,
    metrics: Option<HttpMetrics>,
}

impl Server {
    /// `name` stands in log lines and metrics.
    pub fn new(name: &'static str, clock: SharedClock, random: SharedRandom) -> Self {
        Self { name, clock, random, tls: None, identify: None, options: ServeOptions::default(), metrics: None }
    }

    /// Speaks TLS. Without this, plain HTTP/1.1.
    pub fn tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Finds out, once per connection, who owns the certificate of the other side. Handlers take the result with
    /// [`crate::Peer<T>`]; the label names the peer in log lines (a facility, never a person). A refusal answers every
    /// request of that connection. Connections without a certificate have no peer.
    pub fn identify<T, F>(mut self, identify: F) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Fn(&[u8]) -> Result<(T, String), Problem> + Send + Sync + 'static,
    {
        self.identify = Some(Arc::new(move |certificate: &PeerCertificate| {
            let (value, label) = identify(&certificate.0)?;
            Ok(Identity { value: Box::new(value), label: label.into() })
        }));
        self
    }

    /// Other limits.
    pub fn options(mut self, options: ServeOptions) -> Self {
        self.options = options;
        self
    }

    /// Counts connections and requests.
    pub fn measure(mut self, metrics: &HttpMetrics) -> Self {
        self.metrics = Some(metrics.clone());
        self
    }

    /// Starts serving among the tasks of `life`, until its soft step. Gives the address.
    pub fn start(self, listener: Listener, router: Router, life: &Lifecycle) -> Result<SocketAddr, ServeError> {
        let address = listener.address;
        if self.tls.is_none() && !address.ip().is_loopback() && !self.options.plain_on_network {
            return Err(ServeError::PlainOnNetwork(address));
        }
        let metrics = self.metrics.unwrap_or_else(HttpMetrics::unregistered);
        let house = Arc::new(House {
            name: self.name,
            clock: self.clock,
            random: self.random,
            tls: self.tls,
            identify: self.identify,
            options: self.options,
            metrics: metrics.of(self.name),
            router: router.with_state(()),
            dates: date::Dates::default(),
            life: life.clone(),
        });
        tracing::info!(listener = self.name, %address, tls = house.tls.is_some(), "listening");
        life.spawn_vital(self.name, accept::accept(listener.tcp, house));
        Ok(address)
    }
}

/// What all connections of a listener share.
struct House {
    name: &'static str,
    clock: SharedClock,
    random: SharedRandom,
    tls: Option<ServerTls>,
    identify: Option<Identify>,
    options: ServeOptions,
    metrics: measure::ListenerMetrics,
    router: Router,
    dates: date::Dates,
    life: Lifecycle,
}
