//! Proves that each request leaves one line, and that the line tells operators enough and outsiders nothing about persons.

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use kit::client::ClientOptions;
use kit::lifecycle::Lifecycle;
use kit::problem::{Problem, with_fallbacks};
use kit::serve::ServerTls;
use serde_json::Value;

use crate::common::{Ca, client, https, loopback, server};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn lines_of(filter: &str, paths: &[&str]) -> Vec<Value> {
    let written = Written::default();
    let output = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(move || output.clone())
        .json()
        .flatten_event(true)
        .finish();
    let (ca, life) = (Ca::new(), Lifecycle::new());
    let router = with_fallbacks(
        Router::new()
            .route("/v1/bulk/{number}", get(async || "done"))
            .route("/broken", get(async || Problem::internal("disk is full"))),
    );
    let _default = tracing::subscriber::set_default(subscriber);
    let address = server("api")
        .tls(ServerTls::new(ca.server_config()))
        .identify(|_| Ok(((), "facility 1310000001".to_owned())))
        .start(loopback(), router, &life)
        .unwrap();
    let client = client(&https(address), &ca.client_config("clinic"), ClientOptions::default());
    for path in paths {
        let _ = client.get(path).await;
    }
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["target"] == "request")
        .collect()
}

#[tokio::test]
async fn a_line_names_request_peer_and_outcome_and_no_person() {
    let lines = lines_of("info", &["/v1/bulk/123?name=%E5%B1%B1%E7%94%B0", "/%E5%B1%B1%E7%94%B0", "/broken"]).await;
    assert_eq!(lines.len(), 3);
    let all = format!("{lines:?}");
    assert!(!all.contains("%E5") && !all.contains("name="), "{all}");
    assert_eq!(lines[0]["path"], "/v1/bulk/123");
    assert_eq!(lines[0]["status"], 200);
    assert_eq!(lines[0]["peer"], "facility 1310000001");
    assert_eq!(lines[0]["request_id"].as_str().unwrap().len(), 36);
    assert!(lines[0]["ms"].as_f64().unwrap() >= 0.0);
    assert_eq!((&lines[1]["path"], &lines[1]["code"]), (&"-".into(), &"not-found".into()));
    assert_eq!(lines[2]["level"], "WARN");
    assert_eq!((&lines[2]["code"], &lines[2]["reason"]), (&"internal".into(), &"disk is full".into()));
}

#[tokio::test]
async fn the_line_can_be_turned_off() {
    assert!(lines_of("info,request=off", &["/v1/bulk/123", "/broken"]).await.is_empty());
    assert_eq!(lines_of("info,request=warn", &["/v1/bulk/123", "/broken"]).await.len(), 1);
}
