//! What listeners count.

use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;

use crate::metrics::{Counter, Family, Gauge, Histogram, Metrics, SecondsFamily, seconds_histogram};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabel {
    listener: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    listener: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabel {
    listener: &'static str,
    end: &'static str,
}

/// Numbers of all listeners of a process; register once.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    open: Family<ListenerLabel, Gauge>,
    accepted: Family<ListenerLabel, Counter>,
    handshakes_failed: Family<ListenerLabel, Counter>,
    cut: Family<EndLabel, Counter>,
    requests: Family<StatusLabel, Counter>,
    seconds: SecondsFamily<ListenerLabel>,
}

impl HttpMetrics {
    /// Registers them.
    pub fn new(metrics: &Metrics) -> Self {
        let counted = Self::unregistered();
        metrics.register("http_connections_open", "Connections open", counted.open.clone());
        metrics.register("http_connections_accepted", "Connections accepted", counted.accepted.clone());
        metrics.register("http_handshakes_failed", "TLS handshakes that failed", counted.handshakes_failed.clone());
        metrics.register("http_connections_cut", "Connections cut by a limit", counted.cut.clone());
        metrics.register("http_requests", "Requests answered, by class of status", counted.requests.clone());
        metrics.register(
            "http_request_seconds",
            "Time from the head of a request to the head of its answer",
            counted.seconds.clone(),
        );
        counted
    }

    pub(super) fn unregistered() -> Self {
        Self {
            open: Family::default(),
            accepted: Family::default(),
            handshakes_failed: Family::default(),
            cut: Family::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds_histogram),
        }
    }

    /// The numbers of one listener, looked up once so that a request costs no look-up.
    pub(super) fn of(&self, listener: &'static str) -> ListenerMetrics {
        let label = ListenerLabel { listener };
        let requests = ["1xx", "2xx", "3xx", "4xx", "5xx"]
            .map(|status| self.requests.get_or_create_owned(&StatusLabel { listener, status }));
        ListenerMetrics {
            open: self.open.get_or_create_owned(&label),
            accepted: self.accepted.get_or_create_owned(&label),
            handshakes_failed: self.handshakes_failed.get_or_create_owned(&label),
            requests,
            seconds: self.seconds.get_or_create_owned(&label),
            cut: self.cut.clone(),
            listener,
        }
    }
}

/// Numbers of one listener.
pub(super) struct ListenerMetrics {
    pub(super) open: Gauge,
    pub(super) accepted: Counter,
    pub(super) handshakes_failed: Counter,
    requests: [Counter; 5],
    seconds: Histogram,
    cut: Family<EndLabel, Counter>,
    listener: &'static str,
}

impl ListenerMetrics {
    pub(super) fn answered(&self, status: StatusCode, time: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.requests[class].inc();
        self.seconds.observe(time.as_secs_f64());
    }

    pub(super) fn cut(&self, end: &'static str) {
        self.cut.get_or_create(&EndLabel { listener: self.listener, end }).inc();
    }
}
