//! From a base URL to a connection: name, TCP, TLS, within a time.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::Service;

use super::ClientOptions;
use super::error::{ConnectError, Stage};

/// What a client trusts and what it shows. Clones are the same one.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
}

impl ClientTls {
    /// Takes what `trust::tls` makes.
    pub fn new(config: impl Into<Arc<ClientConfig>>) -> Self {
        Self { config: config.into() }
    }

    /// Opens one bare connection on which HTTP/1.1 is spoken: for a program that writes its requests itself, as a load
    /// generator does so that it costs less than what it measures.
    ///
    /// # Errors
    /// No connection, or no handshake. `name` is what the server's certificate must be for.
    pub async fn open(
        &self,
        address: SocketAddr,
        name: &str,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>> {
        let mut config = Arc::clone(&self.config);
        Arc::make_mut(&mut config).alpn_protocols = vec![b"http/1.1".to_vec()];
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        TlsConnector::from(config).connect(name, tcp).await
    }
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientTls")
    }
}

/// Makes connections for the pool.
#[derive(Clone)]
pub(super) struct Connector {
    tls: Option<TlsConnector>,
    time: Duration,
}

impl Connector {
    pub(super) fn new(tls: Option<&ClientTls>, options: &ClientOptions) -> Self {
        let tls = tls.map(|tls| {
            let mut config = Arc::clone(&tls.config);
            if options.http1_only {
                Arc::make_mut(&mut config).alpn_protocols = vec![b"http/1.1".to_vec()];
            }
            TlsConnector::from(config)
        });
        Self { tls, time: options.connect_time }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<Link>, ConnectError> {
        let time = self.time;
        let at = Reached::default();
        match tokio::time::timeout(time, self.connect_in_time(&uri, &at)).await {
            Ok(connected) => connected.map(TokioIo::new),
            Err(_elapsed) => Err(ConnectError::TimedOut(time, at.stage())),
        }
    }

    async fn connect_in_time(&self, uri: &Uri, at: &Reached) -> Result<Link, ConnectError> {
        let plain = uri.scheme() == Some(&Scheme::HTTP);
        // The brackets of an IPv6 address belong to the URL, not to the name.
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if plain { 80 } else { 443 });
        let tcp = self.open(host, port, at).await?;
        at.reach(Stage::Tls);
        if plain {
            return Ok(Link::Plain(tcp));
        }
        let Some(tls) = &self.tls else {
            return Err(ConnectError::Tls(io::Error::other("this client has no TLS configuration")));
        };
        let name =
            ServerName::try_from(host.to_owned()).map_err(|error| ConnectError::Name(io::Error::other(error)))?;
        let stream = tls.connect(name, tcp).await.map_err(ConnectError::Tls)?;
        Ok(Link::Tls(Box::new(stream)))
    }

    /// Tries the addresses of a name in turn; while there are more, none gets more than its share of the time.
    async fn open(&self, host: &str, port: u16, at: &Reached) -> Result<TcpStream, ConnectError> {
        let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(ConnectError::Name)?.collect();
        at.reach(Stage::Tcp);
        let share = self.time / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        let mut last = ConnectError::Name(io::Error::other("the name has no address"));
        for address in addresses {
            match tokio::time::timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    tcp.set_nodelay(true).map_err(ConnectError::Tcp)?;
                    return Ok(tcp);
                }
                Ok(Err(error)) => last = ConnectError::Tcp(error),
                Err(_elapsed) => last = ConnectError::TimedOut(self.time, Stage::Tcp),
            }
        }
        Err(last)
    }
}

/// How far connecting has come.
#[derive(Default)]
struct Reached(AtomicU8);

impl Reached {
    fn reach(&self, stage: Stage) {
        self.0.store(stage as u8, Ordering::Relaxed);
    }

    fn stage(&self) -> Stage {
        let reached = self.0.load(Ordering::Relaxed);
        [Stage::Name, Stage::Tcp].into_iter().find(|stage| *stage as u8 == reached).unwrap_or(Stage::Tls)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Link>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Link>, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// A connection to the server.
pub(super) enum Link {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

// Trait and type are both foreign to each other's crates, so the pool learns about ALPN through this wrapper.
impl Connection for Link {
    fn connected(&self) -> Connected {
        match self {
            Self::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => Connected::new().negotiated_h2(),
            Self::Plain(_) | Self::Tls(_) => Connected::new(),
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
