//! The TLS side of a listener, replaceable while it runs.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Certificate, key, trusted roots and revocation lists of a listener. Clones are the same one; whoever keeps a clone
/// can replace what all connections from then on are met with.
#[derive(Clone)]
pub struct ServerTls {
    current: Arc<ArcSwap<Generation>>,
}

/// One configuration, and the end of the connections that were made under it.
pub(super) struct Generation {
    config: Arc<ServerConfig>,
    pub(super) over: CancellationToken,
}

impl ServerTls {
    /// Takes what `trust::tls` makes.
    pub fn new(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self { current: Arc::new(ArcSwap::from_pointee(Generation::new(config.into()))) }
    }

    /// New connections meet the new configuration; those that are open go on. For a renewed server certificate.
    pub fn replace(&self, config: impl Into<Arc<ServerConfig>>) {
        let before = self.current.load();
        // The old connections stay tied to the token they have, which the new generation carries on, so that a later
        // `replace_and_part` ends them too.
        let over = before.over.clone();
        self.current.store(Arc::new(Generation { config: config.into(), over }));
    }

    /// As [`Self::replace`], and every open connection ends as soon as what is open on it is answered. For a new
    /// revocation list: a certificate that was just revoked must not live on in a connection made before.
    pub fn replace_and_part(&self, config: impl Into<Arc<ServerConfig>>) {
        let before = self.current.swap(Arc::new(Generation::new(config.into())));
        before.over.cancel();
    }

    pub(super) fn current(&self) -> Arc<Generation> {
        self.current.load_full()
    }
}

impl Generation {
    fn new(config: Arc<ServerConfig>) -> Self {
        Self { config, over: CancellationToken::new() }
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTls")
    }
}
