//! The line between the clinic and the center, which demo and measurements can cut: a relay of bytes. What is cut is refused and
//! broken at once, as by a router that is switched off.

use anyhow::{Context as _, Result};
use kit::lifecycle::Lifecycle;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as Bound};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use terminal::LineSwitch;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The line. Clones are the same one.
#[derive(Clone)]
pub struct Line {
    inner: Arc<Inner>,
}

struct Inner {
    address: SocketAddr,
    center: OnceLock<SocketAddr>,
    life: Lifecycle,
    /// Ends what flows now; none while the line is cut.
    flowing: Mutex<Option<CancellationToken>>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({})", self.inner.address)
    }
}

impl Line {
    /// A line at a free address of this machine. Nothing flows before it leads anywhere.
    pub fn new() -> Result<Self> {
        let bound = Bound::bind((Ipv4Addr::LOCALHOST, 0)).context("an address for the line")?;
        let inner = Inner {
            address: bound.local_addr()?,
            center: OnceLock::new(),
            life: Lifecycle::new(),
            flowing: Mutex::new(None),
        };
        let line = Self { inner: Arc::new(inner) };
        line.flow(bound)?;
        Ok(line)
    }

    /// Where terminals call.
    pub fn url(&self) -> String {
        format!("https://{}", self.inner.address)
    }

    /// Where it leads.
    pub fn lead_to(&self, center: SocketAddr) {
        // A line leads to one place for good.
        let _ = self.inner.center.set(center);
    }

    /// Ends whatever flows.
    pub fn cut(&self) {
        if let Some(flowing) = self.lock().take() {
            flowing.cancel();
        }
    }

    /// Lets it flow again.
    ///
    /// # Errors
    /// Another program has taken the address meanwhile.
    pub fn mend(&self) -> Result<()> {
        if self.lock().is_some() {
            return Ok(());
        }
        self.flow(Bound::bind(self.inner.address).context("the address of the line")?)
    }

    fn flow(&self, bound: Bound) -> Result<()> {
        bound.set_nonblocking(true)?;
        let listener = TcpListener::from_std(bound)?;
        let cut = CancellationToken::new();
        *self.lock() = Some(cut.clone());
        let inner = Arc::clone(&self.inner);
        self.inner.life.spawn("line", async move { cut.run_until_cancelled(relay(listener, &inner)).await });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<CancellationToken>> {
        self.inner.flowing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LineSwitch for Line {
    fn is_cut(&self) -> bool {
        self.lock().is_none()
    }

    fn set_cut(&self, cut: bool) -> bool {
        if cut {
            self.cut();
            return true;
        }
        self.mend().inspect_err(|error| tracing::error!(%error, "the line stays cut")).is_ok()
    }
}

/// Takes connections; all of them end when this is dropped.
async fn relay(listener: TcpListener, inner: &Inner) {
    let mut connections = JoinSet::new();
    while let Ok((clinic, _)) = listener.accept().await {
        let Some(center) = inner.center.get().copied() else { continue };
        connections.spawn(carry(clinic, center));
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(mut clinic: TcpStream, center: SocketAddr) {
    let Ok(mut center) = TcpStream::connect(center).await else { return };
    let _ = (clinic.set_nodelay(true), center.set_nodelay(true));
    // Either side may break off; there is nobody to tell.
    let _ = tokio::io::copy_bidirectional(&mut clinic, &mut center).await;
}
