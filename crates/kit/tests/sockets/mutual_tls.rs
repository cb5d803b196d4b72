//! Proves that client and server meet over mutual TLS, on both versions of HTTP, with real sockets: who the other side
//! is is found out once per connection, a certificate can be replaced while connections are open, and whoever shows no
//! certificate does not get in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{Ca, client, https, loopback, server, spawn, start_tls};
use axum::Router;
use axum::routing::{get, post};
use kit::body::{JsonAnswer, JsonBody};
use kit::client::{ClientError, ClientOptions, ClientTls, CouldNotAsk};
use kit::lifecycle::{Ending, Lifecycle};
use kit::problem::Problem;
use kit::serve::ServerTls;
use kit::{Peer, PeerAddress, PeerCertificate, RequestId};
use serde_json::{Value, json};
use wire::api::ProblemCode;

const H1: ClientOptions = ClientOptions {
    connect_time: Duration::from_secs(5),
    answer_time: Duration::from_secs(5),
    answer_bytes_max: 1 << 20,
    idle_time: Duration::from_secs(30),
    http1_only: true,
    plain_loopback: false,
};
const H2: ClientOptions = ClientOptions { http1_only: false, ..H1 };

fn router() -> Router {
    Router::new().route("/echo", post(async |JsonBody(value): JsonBody<Value>| JsonAnswer(value))).route(
        "/who",
        get(async |id: RequestId, address: PeerAddress, certificate: PeerCertificate, version: http::Version| {
            JsonAnswer(json!({
                "id": id.to_string(),
                "loopback": address.0.ip().is_loopback(),
                "certificate": certificate.0.to_vec(),
                "version": format!("{version:?}"),
            }))
        }),
    )
}

#[tokio::test]
async fn a_question_travels_over_mutual_tls_on_both_versions_of_http() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let address = start_tls(router(), &ca, &life);
    let config = ca.client_config("clinic");
    for (options, version) in [(H1, "HTTP/1.1"), (H2, "HTTP/2.0")] {
        let client = client(&https(address), &config, options);
        let echoed: Value = client.post_json("/echo", &json!({"記号": "１２"})).await.unwrap();
        assert_eq!(echoed, json!({"記号": "１２"}));

        let answer = client.get("/who").await.unwrap();
        let who: Value = answer.json().unwrap();
        assert_eq!(who["version"], version);
        assert_eq!(who["loopback"], true);
        assert!(who["certificate"].as_array().unwrap().len() > 200);
        assert_eq!(answer.headers["x-request-id"].to_str().unwrap(), who["id"]);
        let again = client.get("/who").await.unwrap();
        assert_ne!(again.headers["x-request-id"], answer.headers["x-request-id"]);
    }
    assert_eq!(life.shut_down(crate::common::SOON).await, Ending::Clean);
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let reached = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reached);
    let router = Router::new().route(
        "/",
        get(async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            "in"
        }),
    );
    let address = start_tls(router, &ca, &life);
    let error = client(&https(address), &ca.anonymous_config(), H1).get("/").await.unwrap_err();
    assert!(matches!(error, ClientError::CouldNotAsk(CouldNotAsk::CertificateRefused(_))), "{error:?}");
    for stranger in [Ca::named("Another CA"), Ca::named("Test CA")] {
        let mut config = ca.anonymous_config();
        config.client_auth_cert_resolver = stranger.client_config("stranger").client_auth_cert_resolver.clone();
        let error = client(&https(address), &config, H2).get("/").await.unwrap_err();
        assert!(matches!(error, ClientError::CouldNotAsk(CouldNotAsk::CertificateRefused(_))), "{error:?}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_that_is_not_the_one_meant_is_not_asked() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let address = start_tls(router(), &ca, &life);
    let other = Ca::new().client_config("clinic");
    let error = client(&https(address), &other, H1).get("/who").await.unwrap_err();
    let ClientError::CouldNotAsk(why) = error else { panic!("{error:?}") };
    assert!(matches!(why, CouldNotAsk::ServerNotTrusted(_)), "{why:?}");
    assert!(!why.may_have_arrived() && !why.is_temporary());
    // The right CA, but the certificate is for another name.
    let url = format!("https://127.0.0.1:{}", address.port());
    let error = client(&url, &ca.client_config("clinic"), H1).get("/who").await.unwrap_err();
    assert!(matches!(error, ClientError::CouldNotAsk(CouldNotAsk::ServerNotTrusted(_))), "{error:?}");
}

#[derive(Debug, Clone, PartialEq)]
struct Facility(String);

#[tokio::test]
async fn who_the_peer_is_is_found_out_once_per_connection() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let parsed = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&parsed);
    let router = Router::new()
        .route("/", get(async |Peer(Facility(code)): Peer<Facility>| code))
        .route("/other", get(async |_: Peer<u32>| "never"));
    let address = server("api")
        .tls(ServerTls::new(ca.server_config()))
        .identify(move |der| {
            counted.fetch_add(1, Ordering::SeqCst);
            assert!(der.len() > 200);
            Ok((Facility("1310000001".to_owned()), "facility 1310000001".to_owned()))
        })
        .start(loopback(), router, &life)
        .unwrap();
    let client = client(&https(address), &ca.client_config("clinic"), H1);
    for _ in 0..20 {
        assert_eq!(client.get("/").await.unwrap().body, "1310000001");
    }
    assert_eq!(parsed.load(Ordering::SeqCst), 1);
    let refused = client.get("/other").await.unwrap_err();
    assert_eq!(refused.problem_code(), Some(ProblemCode::RoleNotAllowed));
}

#[tokio::test]
async fn a_peer_that_is_not_accepted_is_told_so_in_words() {
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let address = server("api")
        .tls(ServerTls::new(ca.server_config()))
        .identify::<Facility, _>(|_| Err(Problem::new(ProblemCode::FacilityUnknown, "登録がありません")))
        .start(loopback(), router(), &life)
        .unwrap();
    let error = client(&https(address), &ca.client_config("clinic"), H2).get("/who").await.unwrap_err();
    let ClientError::Problem { document, .. } = error else { panic!("{error:?}") };
    assert_eq!(document.code, ProblemCode::FacilityUnknown);
    assert_eq!(document.detail, "登録がありません");
    assert!(document.request_id.is_some());
}

#[tokio::test]
async fn a_new_configuration_is_met_by_new_connections_while_old_ones_go_on() {
    let (old, new, life) = (Ca::new(), Ca::new(), Lifecycle::new());
    let tls = ServerTls::new(old.server_config());
    let address = server("api").tls(tls.clone()).start(loopback(), router(), &life).unwrap();
    let before = client(&https(address), &old.client_config("clinic"), H1);
    before.get("/who").await.unwrap();

    tls.replace(new.server_config());
    before.get("/who").await.expect("its connection was made before");
    let late = client(&https(address), &old.client_config("clinic"), H1).get("/who").await.unwrap_err();
    assert!(matches!(late, ClientError::CouldNotAsk(CouldNotAsk::ServerNotTrusted(_))), "{late:?}");
    let after = client(&https(address), &new.client_config("clinic"), H2);
    after.get("/who").await.unwrap();

    // The client that renewed its own side goes on too.
    before.replace_tls(&ClientTls::new(new.client_config("clinic")));
    before.get("/who").await.unwrap();
}

#[tokio::test]
async fn parting_with_a_configuration_ends_the_connections_made_under_it() {
    let (old, new, life) = (Ca::new(), Ca::new(), Lifecycle::new());
    let tls = ServerTls::new(old.server_config());
    let slow = Router::new().route(
        "/slow",
        get(async || {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        }),
    );
    let address = server("api").tls(tls.clone()).start(loopback(), slow.merge(router()), &life).unwrap();
    for options in [H1, H2] {
        tls.replace(old.server_config());
        let client = client(&https(address), &old.client_config("clinic"), options);
        client.get("/who").await.unwrap();
        let open = spawn({
            let client = client.clone();
            async move { client.get("/slow").await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        tls.replace_and_part(new.server_config());
        assert_eq!(open.await.unwrap().expect("what was open is answered").body, "done");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(client.get("/who").await.is_err(), "the old connection is gone and a new one is not trusted");
    }
}
