//! Real handshakes in memory: who gets a connection, and who does not.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection};
use trust::ca::{RevocationReason, Revoked};
use trust::tls::{self, TlsError};
use trust::{Peer, RootPin};

use crate::sample::NOW;
use crate::world::{Holder, SERVER, World, clinic, clock, insurer};

/// What a server knows after a handshake that succeeded.
struct Met {
    peer_der: Option<Vec<u8>>,
    alpn: Option<Vec<u8>>,
    version: Option<ProtocolVersion>,
}

/// Lets the two talk until both are done, and a little longer, so that late alerts arrive.
fn handshake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>, name: &str) -> Result<Met, rustls::Error> {
    let name = name.to_owned().try_into().expect("a server name");
    let mut client = ClientConnection::new(Arc::clone(client), name)?;
    let mut server = ServerConnection::new(Arc::clone(server))?;
    for _ in 0..8 {
        let mut sent = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut sent).expect("memory");
        }
        let mut rest = sent.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).expect("memory");
            server.process_new_packets()?;
        }
        let mut sent = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut sent).expect("memory");
        }
        let mut rest = sent.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).expect("memory");
            client.process_new_packets()?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking(), "both are done");
    Ok(Met {
        peer_der: server.peer_certificates().map(|chain| chain[0].to_vec()),
        alpn: server.alpn_protocol().map(<[u8]>::to_vec),
        version: server.protocol_version(),
    })
}

fn api(world: &World, revoked: &[Revoked], at: Timestamp) -> Arc<ServerConfig> {
    let roots = [world.root.certificate().clone()];
    tls::server_config(&world.server.chain, &world.server.key, &roots, &[world.crl(revoked)], clock(at))
        .expect("a server")
}

fn as_client(world: &World, holder: &Holder, at: Timestamp) -> Arc<ClientConfig> {
    tls::client_config(world.root.certificate(), &holder.chain, &holder.key, clock(at)).expect("a client")
}

#[test]
fn a_terminal_and_an_insurer_get_a_connection_and_are_known_by_name() {
    let world = World::new();
    for (peer, number) in [(clinic(), 20), (insurer(), 21)] {
        let holder = world.client(&peer, number);
        for name in [SERVER, "127.0.0.1", "::1"] {
            let met = handshake(&as_client(&world, &holder, NOW), &api(&world, &[], NOW), name).expect("a connection");
            assert_eq!(Peer::from_der(&met.peer_der.expect("a certificate")), Ok(peer.clone()));
            assert_eq!(met.alpn.as_deref(), Some(b"h2".as_slice()));
            assert_eq!(met.version, Some(ProtocolVersion::TLSv1_3));
        }
    }
}

#[test]
fn without_a_client_certificate_no_handshake_completes() {
    let world = World::new();
    let client = tls::anonymous_client_config(world.root.certificate(), clock(NOW)).expect("a client");
    let refused = handshake(&client, &api(&world, &[], NOW), SERVER);
    assert!(matches!(refused.err(), Some(rustls::Error::NoCertificatesPresented)));
}

#[test]
fn a_revoked_certificate_is_refused_and_others_are_not() {
    let world = World::new();
    let (lost, kept) = (world.client(&clinic(), 20), world.client(&clinic(), 21));
    let revoked = Revoked { serial: lost.serial(), at: NOW, reason: RevocationReason::KeyCompromise };
    let server = api(&world, &[revoked], NOW);
    let refused = handshake(&as_client(&world, &lost, NOW), &server, SERVER).err();
    assert_eq!(refused, Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Revoked)));
    handshake(&as_client(&world, &kept, NOW), &server, SERVER).expect("the other terminal still works");
}

#[test]
fn a_revocation_list_that_was_not_renewed_in_time_still_refuses_and_still_admits() {
    let world = World::new();
    let (lost, kept) = (world.client(&clinic(), 20), world.client(&clinic(), 21));
    let revoked = Revoked { serial: lost.serial(), at: NOW, reason: RevocationReason::Unspecified };
    let month_later = NOW + SignedDuration::from_hours(30 * 24);
    let server = api(&world, &[revoked], month_later);
    assert!(handshake(&as_client(&world, &lost, month_later), &server, SERVER).is_err());
    handshake(&as_client(&world, &kept, month_later), &server, SERVER).expect("windows stay open");
}

#[test]
fn an_expired_certificate_is_refused_by_either_side() {
    let world = World::new();
    let clinic = world.clinic();
    let late = NOW + SignedDuration::from_hours(90 * 24 + 1);
    let by_server = handshake(&as_client(&world, &clinic, NOW), &api(&world, &[], late), SERVER).err();
    assert!(matches!(by_server, Some(rustls::Error::InvalidCertificate(_))), "{by_server:?}");
    let by_client = handshake(&as_client(&world, &clinic, late), &api(&world, &[], NOW), SERVER).err();
    assert!(matches!(by_client, Some(rustls::Error::InvalidCertificate(_))), "{by_client:?}");
}

#[test]
fn a_clinic_whose_clock_is_a_day_behind_or_an_hour_off_still_connects() {
    let world = World::new();
    let clinic = world.clinic();
    for hours in [-26, -1, 1, 24] {
        let wrong = NOW + SignedDuration::from_hours(hours);
        handshake(&as_client(&world, &clinic, wrong), &api(&world, &[], NOW), SERVER)
            .unwrap_or_else(|error| panic!("{hours} h off: {error}"));
    }
}

#[test]
fn a_certificate_of_another_center_is_refused_by_either_side() {
    let (here, there) = (World::new(), World::new());
    let stranger = there.clinic();
    let client =
        tls::client_config(here.root.certificate(), &stranger.chain, &stranger.key, clock(NOW)).expect("a client");
    assert!(handshake(&client, &api(&here, &[], NOW), SERVER).is_err());
    let own = here.clinic();
    assert!(handshake(&as_client(&here, &own, NOW), &api(&there, &[], NOW), SERVER).is_err());
}

#[test]
fn a_terminal_cannot_stand_in_for_the_center_nor_the_center_s_key_for_a_terminal() {
    let world = World::new();
    let clinic = world.clinic();
    let roots = [world.root.certificate().clone()];
    let impostor =
        tls::server_config(&clinic.chain, &clinic.key, &roots, &[world.crl(&[])], clock(NOW)).expect("a server");
    assert!(handshake(&as_client(&world, &clinic, NOW), &impostor, SERVER).is_err());
    let as_terminal = as_client(&world, &world.server, NOW);
    assert!(handshake(&as_terminal, &api(&world, &[], NOW), SERVER).is_err());
}

#[test]
fn a_server_of_another_name_is_refused() {
    let world = World::new();
    let client = as_client(&world, &world.clinic(), NOW);
    assert!(handshake(&client, &api(&world, &[], NOW), "other.example").is_err());
    assert!(handshake(&client, &api(&world, &[], NOW), "127.0.0.2").is_err());
}

#[test]
fn tls_1_2_is_refused_in_both_directions() {
    let world = World::new();
    let clinic = world.clinic();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificates = |holder: &Holder| -> Vec<rustls::pki_types::CertificateDer<'static>> {
        holder.chain.iter().map(|c| c.der().to_vec().into()).collect()
    };
    let key = |holder: &Holder| {
        use rustls::pki_types::pem::PemObject as _;
        rustls::pki_types::PrivateKeyDer::from_pem_slice(holder.key.to_pem().as_bytes()).expect("a key")
    };
    let mut roots = RootCertStore::empty();
    roots.add(world.root.certificate().der().to_vec().into()).expect("a root");
    let details = Arc::new(clock(NOW));
    let old_client = ClientConfig::builder_with_details(Arc::clone(&provider), details.clone())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("TLS 1.2")
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&clinic), key(&clinic))
        .expect("a client");
    let refused = handshake(&Arc::new(old_client), &api(&world, &[], NOW), SERVER).err();
    assert!(matches!(refused, Some(rustls::Error::PeerIncompatible(_))), "{refused:?}");
    let old_server = ServerConfig::builder_with_details(provider, details)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("TLS 1.2")
        .with_no_client_auth()
        .with_single_cert(certificates(&world.server), key(&world.server))
        .expect("a server");
    assert!(handshake(&as_client(&world, &clinic, NOW), &Arc::new(old_server), SERVER).is_err());
}

#[test]
fn who_joins_trusts_the_pinned_root_and_no_other() {
    let (world, other) = (World::new(), World::new());
    let chain = world.server.chain.clone().with(world.root.certificate().clone());
    let server = tls::enrol_server_config(&chain, &world.server.key, clock(NOW)).expect("a server");
    let pinned = |root| tls::pinned_client_config(RootPin::of(root), clock(NOW)).expect("a client");
    let met = handshake(&pinned(world.root.certificate()), &server, SERVER).expect("joins");
    assert_eq!(met.peer_der, None);
    assert!(handshake(&pinned(other.root.certificate()), &server, SERVER).is_err(), "another root");
    assert!(handshake(&pinned(world.root.certificate()), &server, "other.example").is_err(), "another name");
    // Showing the pinned root is not enough: the chain must end there.
    let mixed = other.server.chain.clone().with(world.root.certificate().clone());
    let impostor = tls::enrol_server_config(&mixed, &other.server.key, clock(NOW)).expect("a server");
    assert!(handshake(&pinned(world.root.certificate()), &impostor, SERVER).is_err(), "a root shown by a stranger");
    // Nor can a terminal, whose certificate does end there, pose as the center.
    let clinic = world.clinic();
    let chain = clinic.chain.clone().with(world.root.certificate().clone());
    let impostor = tls::enrol_server_config(&chain, &clinic.key, clock(NOW)).expect("a server");
    assert!(handshake(&pinned(world.root.certificate()), &impostor, SERVER).is_err(), "a terminal as center");
}

#[test]
fn who_knows_the_root_reaches_the_enrolment_port_without_a_certificate() {
    let world = World::new();
    let server = tls::enrol_server_config(&world.server.chain, &world.server.key, clock(NOW)).expect("a server");
    let client = tls::anonymous_client_config(world.root.certificate(), clock(NOW)).expect("a client");
    handshake(&client, &server, SERVER).expect("a connection");
}

#[test]
fn a_session_is_never_resumed_because_revocation_would_not_be_looked_at() {
    let world = World::new();
    let clinic = world.clinic();
    let client = as_client(&world, &clinic, NOW);
    handshake(&client, &api(&world, &[], NOW), SERVER).expect("a connection");
    let revoked = Revoked { serial: clinic.serial(), at: NOW, reason: RevocationReason::KeyCompromise };
    assert!(handshake(&client, &api(&world, &[revoked], NOW), SERVER).is_err());
    let config = api(&world, &[], NOW);
    assert!(!config.session_storage.can_cache());
    assert_eq!((config.send_tls13_tickets, config.max_early_data_size), (0, 0));
}

#[test]
fn a_server_without_revocation_list_or_root_is_not_made() {
    let world = World::new();
    let (chain, key) = (&world.server.chain, &world.server.key);
    let roots = [world.root.certificate().clone()];
    let without_list = tls::server_config(chain, key, &roots, &[], clock(NOW));
    assert_eq!(without_list.err(), Some(TlsError::NoRevocationList));
    let without_root = tls::server_config(chain, key, &[], &[world.crl(&[])], clock(NOW));
    assert_eq!(without_root.err(), Some(TlsError::NoRoot));
    let wrong_key = tls::enrol_server_config(chain, &world.clinic().key, clock(NOW));
    assert!(matches!(wrong_key.err(), Some(TlsError::Rustls(_))));
}
