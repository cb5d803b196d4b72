//! Admission: how much work may be open at once, and who is sent away first.
//!
//! Bulk work is shed before single checks, and nothing is ever queued without an end: whoever cannot be taken is told
//! at once when to try again. A clinic with a patient at the window is better served by an honest second than by
//! silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::problem::Problem;

/// Kinds of work, first to be shed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// Nobody stands and waits: files of many questions, feeds, reports. Admitted up to half of the room.
    Bulk,
    /// Somebody stands at a window.
    Single,
}

/// How much may be open at once. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    open: AtomicUsize,
    open_max: usize,
    wait: Duration,
}

/// Leave to do one piece of work; give it back by dropping it.
#[derive(Debug)]
pub struct Leave {
    inner: Arc<Inner>,
}

impl Gate {
    /// At most `open_max` pieces of work at once. `wait` is what those sent away are told.
    pub fn new(open_max: usize, wait: Duration) -> Self {
        Self { inner: Arc::new(Inner { open: AtomicUsize::new(0), open_max, wait }) }
    }

    /// Takes the work or refuses it with `overloaded` and `Retry-After`; never waits.
    pub fn enter(&self, work: Work) -> Result<Leave, Problem> {
        let room = match work {
            Work::Bulk => self.inner.open_max.div_ceil(2),
            Work::Single => self.inner.open_max,
        };
        let taken =
            self.inner.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < room).then_some(open + 1));
        match taken {
            Ok(_) => Ok(Leave { inner: Arc::clone(&self.inner) }),
            Err(open) => {
                Err(Problem::overloaded(self.inner.wait).because(format_args!("{open} open, room for {room}")))
            }
        }
    }

    /// How much is open.
    pub fn open(&self) -> usize {
        self.inner.open.load(Ordering::Acquire)
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.inner.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use wire::api::ProblemCode;

    use super::*;

    #[test]
    fn bulk_is_shed_before_single_checks_and_told_when_to_come_back() {
        let gate = Gate::new(4, Duration::from_secs(7));
        let first = gate.enter(Work::Bulk).unwrap();
        let _second = gate.enter(Work::Bulk).unwrap();
        let refused = gate.enter(Work::Bulk).unwrap_err();
        assert_eq!(refused.code(), ProblemCode::Overloaded);
        assert_eq!(refused.document().retry_after_seconds, Some(7));
        let _single = (gate.enter(Work::Single).unwrap(), gate.enter(Work::Single).unwrap());
        assert!(gate.enter(Work::Single).is_err());
        drop(first);
        assert_eq!(gate.open(), 3);
        assert!(gate.enter(Work::Bulk).is_err(), "the room of bulk is still taken by single checks");
        drop(gate.enter(Work::Single).unwrap());
    }
}
