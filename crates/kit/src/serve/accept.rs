//! Taking connections: the limit on their number, the handshake, and who is on the other side.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::connection::{self, Protocol};
use super::{House, tls};
use crate::context::{ConnectionFacts, PeerCertificate};
use crate::limits;

/// Accepts until the soft step. Room is taken before a connection is accepted, so those beyond the limit wait in the
/// kernel's queue and cost us nothing.
pub(super) async fn accept(tcp: TcpListener, house: Arc<House>) {
    let room = Arc::new(Semaphore::new(house.options.connections_max));
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            tcp.accept().await.map(|(stream, address)| (stream, address, permit))
        };
        let accepted = tokio::select! {
            biased;
            () = house.life.stopping() => break,
            accepted = next => accepted,
        };
        match accepted {
            Ok((stream, address, permit)) => {
                let house_of_task = Arc::clone(&house);
                house.life.spawn_one_of_many(async move {
                    let _permit = permit;
                    house_of_task.metrics.open.inc();
                    serve(stream, address, &house_of_task).await;
                    house_of_task.metrics.open.dec();
                });
            }
            Err(error) if concerns_one_connection(&error) => {
                debug!(%error, "a connection ended before it was accepted");
            }
            Err(error) => {
                // Out of file descriptors or memory: others must end first.
                warn!(listener = house.name, %error, "cannot accept connections");
                tokio::time::sleep(limits::ACCEPT_REST_TIME).await;
            }
        }
    }
    info!(listener = house.name, "no longer accepting");
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn serve(tcp: TcpStream, address: SocketAddr, house: &Arc<House>) {
    house.metrics.accepted.inc();
    // An answer is one small write; waiting for more to send with it would only make it late.
    if let Err(error) = tcp.set_nodelay(true) {
        debug!(%error, "a connection ended at once");
        return;
    }
    let Some(tls) = &house.tls else {
        let facts = ConnectionFacts { address, certificate: None, identity: None };
        return connection::run(tcp, Protocol::Http1, facts, CancellationToken::new(), house).await;
    };
    let generation = tls.current();
    let handshake = tokio::time::timeout(house.options.handshake_time, generation.acceptor().accept(tcp));
    let accepted = tokio::select! {
        biased;
        () = house.life.stopping() => return,
        accepted = handshake => accepted,
    };
    match accepted {
        Ok(Ok(stream)) => meet(stream, address, &generation, house).await,
        Ok(Err(error)) => {
            house.metrics.handshakes_failed.inc();
            debug!(listener = house.name, %address, %error, "a TLS handshake failed");
        }
        Err(_elapsed) => {
            house.metrics.handshakes_failed.inc();
            house.metrics.cut("handshake");
            debug!(listener = house.name, %address, "a TLS handshake took too long");
        }
    }
}

async fn meet(
    stream: tokio_rustls::server::TlsStream<TcpStream>,
    address: SocketAddr,
    generation: &tls::Generation,
    house: &Arc<House>,
) {
    let session = stream.get_ref().1;
    let protocol = if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
    let certificate = session
        .peer_certificates()
        .and_then(|chain| chain.first())
        .map(|certificate| PeerCertificate(Arc::from(certificate.as_ref())));
    let identity = match (&house.identify, &certificate) {
        (Some(identify), Some(certificate)) => Some(identify(certificate)),
        _ => None,
    };
    let facts = ConnectionFacts { address, certificate, identity };
    connection::run(stream, protocol, facts, generation.over.clone(), house).await;
}
