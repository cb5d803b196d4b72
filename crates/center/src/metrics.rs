//! What a center counts. Names begin with `tashika_center_`.
//!
//! | name | what |
//! |---|---|
//! | `requests_total{route,status}` | requests of the API and of enrolment, by route and status |
//! | `batch_size` | questions answered in one transaction |
//! | `batch_seconds` | time of such a transaction |
//! | `batches_failed_total` | such transactions that came to nothing |
//! | `queue_depth{queue}` | what waits for the engine: questions of windows, chunks of files |
//! | `bulk_units_waiting` | lines of bulk files that are not answered yet |
//! | `store_seconds{transaction}` | time of a transaction, by name |
//! | `store_errors_total{transaction,error}` | transactions that failed, by name and kind |
//! | `certificates_expiring` | client certificates that end within two weeks |
//! | `server_certificate_renewals_total` | how often the center renewed its own |
//!
//! Beside them stand those of kit's listeners (`http_…`).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use kit::metrics::{Counter, Family, Gauge, Histogram, Labels, Metrics, SecondsFamily};

use crate::check::{BatchObserver, Waiting};
use crate::store::TxObserver;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Labels)]
struct RouteLabels {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Labels)]
struct QueueLabel {
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Labels)]
struct TransactionLabel {
    transaction: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Labels)]
struct StoreErrorLabels {
    transaction: &'static str,
    error: &'static str,
}

/// The numbers of one center. Clones are the same.
#[derive(Debug, Clone)]
pub struct CenterMetrics {
    requests: Family<RouteLabels, Counter>,
    batch_size: Histogram,
    batch_seconds: Histogram,
    batches_failed: Counter,
    queue_depth: Family<QueueLabel, Gauge>,
    bulk_units_waiting: Gauge,
    store_seconds: SecondsFamily<TransactionLabel>,
    store_errors: Family<StoreErrorLabels, Counter>,
    certificates_expiring: Gauge,
    server_certificate_renewals: Counter,
}

impl CenterMetrics {
    /// Registers all of them.
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            requests: metrics.counters("requests", "Requests answered, by route and status"),
            batch_size: metrics.counts("batch_size", "Questions answered in one transaction"),
            batch_seconds: metrics.seconds("batch", "Time of a transaction that answers"),
            batches_failed: metrics.counter("batches_failed", "Transactions that answer which came to nothing"),
            queue_depth: metrics.gauges("queue_depth", "What waits for the engine"),
            bulk_units_waiting: metrics.gauge("bulk_units_waiting", "Lines of bulk files not answered yet"),
            store_seconds: metrics.seconds_by("store", "Time of a transaction, by its name"),
            store_errors: metrics.counters("store_errors", "Transactions that failed, by name and kind of error"),
            certificates_expiring: metrics
                .gauge("certificates_expiring", "Client certificates that end within 14 days"),
            server_certificate_renewals: metrics
                .counter("server_certificate_renewals", "Times that the center renewed its own certificate"),
        }
    }

    pub(crate) fn waiting(&self, waiting: Waiting) {
        let depth = |queue, size: usize| {
            self.queue_depth.get_or_create(&QueueLabel { queue }).set(i64::try_from(size).unwrap_or(i64::MAX));
        };
        depth("single", waiting.singles);
        depth("bulk", waiting.chunks);
    }

    pub(crate) fn bulk_units_waiting(&self, units: u64) {
        self.bulk_units_waiting.set(i64::try_from(units).unwrap_or(i64::MAX));
    }

    pub(crate) fn certificates_expiring(&self, count: u64) {
        self.certificates_expiring.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    pub(crate) fn server_certificate_renewed(&self) {
        self.server_certificate_renewals.inc();
    }
}

impl BatchObserver for CenterMetrics {
    fn batch(&self, questions: usize, took: Duration, outcome: &'static str) {
        // A batch holds some hundreds at most, which a float holds exactly.
        self.batch_size.observe(f64::from(u32::try_from(questions).unwrap_or(u32::MAX)));
        self.batch_seconds.observe(took.as_secs_f64());
        if outcome != "ok" {
            self.batches_failed.inc();
        }
    }
}

impl TxObserver for CenterMetrics {
    fn finished(&self, name: &'static str, outcome: &'static str, _attempts: u32, took: Duration) {
        self.store_seconds.get_or_create(&TransactionLabel { transaction: name }).observe(took.as_secs_f64());
        if outcome != "ok" {
            self.store_errors.get_or_create(&StoreErrorLabels { transaction: name, error: outcome }).inc();
        }
    }
}

/// Counts a request under its route. A layer of every route.
pub(crate) async fn count(State(metrics): State<Arc<CenterMetrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", |path| known(path.as_str()));
    let response = next.run(request).await;
    let labels = RouteLabels { route, status: response.status().as_u16() };
    metrics.requests.get_or_create(&labels).inc();
    response
}

/// Labels come from a fixed list, so that nobody outside can make them grow.
fn known(path: &str) -> &'static str {
    crate::api::ROUTES.iter().chain(&crate::fhir::ROUTES).find(|route| **route == path).copied().unwrap_or("other")
}
