//! Numbers about the process, in the text format that Prometheus reads.
//!
//! A [`Metrics`] is made once, and handed to whoever has something to count; they register what they count and keep the
//! handle. Labels are always drawn from a short fixed list: never a facility, never a person, never a path.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::{Metric, Registry, Unit};

pub use prometheus_client::encoding::{EncodeLabelSet as Labels, EncodeLabelValue as LabelValue};
pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::family::Family;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;

/// Upper edges, in seconds, of the classes that durations of requests and transactions are counted in.
const SECONDS_EDGES: [f64; 14] =
    [0.000_5, 0.001, 0.002, 0.004, 0.008, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Upper edges of the classes that sizes of batches are counted in.
const COUNT_EDGES: [f64; 12] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0, 4_096.0];

/// A histogram for durations in seconds.
pub fn seconds_histogram() -> Histogram {
    Histogram::new(SECONDS_EDGES)
}

/// A histogram for numbers of things.
pub fn count_histogram() -> Histogram {
    Histogram::new(COUNT_EDGES)
}

/// A family of [`seconds_histogram`]s.
pub type SecondsFamily<L> = Family<L, Histogram, fn() -> Histogram>;

/// All the numbers of a process. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
}

impl Metrics {
    /// `prefix` stands before every name: `tashika_center`, `tashika_terminal`.
    pub fn new(prefix: &str) -> Self {
        Self { registry: Arc::new(Mutex::new(Registry::with_prefix(prefix))) }
    }

    /// Registers anything that can be counted. Each name once: a name registered twice appears twice.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        self.lock().register(name, help, metric.clone());
        metric
    }

    /// A counter; `_total` is added to its name.
    pub fn counter(&self, name: &str, help: &str) -> Counter {
        self.register(name, help, Counter::default())
    }

    /// A number that goes up and down.
    pub fn gauge(&self, name: &str, help: &str) -> Gauge {
        self.register(name, help, Gauge::default())
    }

    /// Durations; `_seconds` is added to its name. Feed it with `observe(duration.as_secs_f64())`.
    pub fn seconds(&self, name: &str, help: &str) -> Histogram {
        let metric = seconds_histogram();
        self.lock().register_with_unit(name, help, Unit::Seconds, metric.clone());
        metric
    }

    /// Sizes of batches and the like.
    pub fn counts(&self, name: &str, help: &str) -> Histogram {
        self.register(name, help, count_histogram())
    }

    /// Counters by label.
    pub fn counters<L>(&self, name: &str, help: &str) -> Family<L, Counter>
    where
        L: LabelSet,
    {
        self.register(name, help, Family::default())
    }

    /// Numbers that go up and down, by label.
    pub fn gauges<L>(&self, name: &str, help: &str) -> Family<L, Gauge>
    where
        L: LabelSet,
    {
        self.register(name, help, Family::default())
    }

    /// Durations by label; `_seconds` is added to the name.
    pub fn seconds_by<L>(&self, name: &str, help: &str) -> SecondsFamily<L>
    where
        L: LabelSet,
    {
        let metric: SecondsFamily<L> = Family::new_with_constructor(seconds_histogram);
        self.lock().register_with_unit(name, help, Unit::Seconds, metric.clone());
        metric
    }

    /// Everything, in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` cannot fail; if it ever did, half a page is better than none.
        let _ = encode(&mut text, &self.lock());
        text
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What labels must be able to do; every `#[derive(Labels)]` struct that is `Clone + Debug + Hash + Eq` can.
pub trait LabelSet: Clone + std::fmt::Debug + std::hash::Hash + Eq + EncodeLabelSet + Send + Sync + 'static {}

impl<L> LabelSet for L where L: Clone + std::fmt::Debug + std::hash::Hash + Eq + EncodeLabelSet + Send + Sync + 'static {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_on_the_page_with_prefix_and_unit() {
        let metrics = Metrics::new("tashika_test");
        metrics.counter("checks", "Checks answered").inc_by(3);
        metrics.seconds("check", "Time of a check").observe(0.003);
        metrics
            .gauges::<[(&'static str, &'static str); 1]>("open", "Open things")
            .get_or_create(&[("kind", "a")])
            .set(7);
        let page = metrics.encode();
        assert!(page.contains("tashika_test_checks_total 3"), "{page}");
        assert!(page.contains("tashika_test_check_seconds_bucket{le=\"0.004\"} 1"), "{page}");
        assert!(page.contains("tashika_test_open{kind=\"a\"} 7"), "{page}");
        assert!(page.ends_with("# EOF\n"));
    }
}
