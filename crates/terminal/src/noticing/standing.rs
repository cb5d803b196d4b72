//! Up or down: decided from signs, so that one lost packet turns no light, and a line that comes and goes does not either.
//!
//! | it was | a question or look was answered | a question failed, or a look on a kept connection | a look over a new connection failed |
//! |---|---|---|---|
//! | unknown | up | in doubt | in doubt |
//! | up | up | in doubt: looked at again at once, over a new connection | in doubt |
//! | in doubt | up | in doubt | **down** |
//! | down | returning | down | down |
//! | returning | **up** after [`limits::BACK_SIGNS_MIN`] of them over [`limits::BACK_TIME`] | down | down |
//!
//! Questions alone never turn it down: sixteen that fail at once are one event. Doubt is not shown; it ends within one look.

use std::time::Duration;

use crate::limits;

/// What was seen of the center.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sign {
    /// Something came back from it.
    Answered,
    /// A question was not answered, or a look on a connection that may be dead.
    Failed,
    /// A look over new connections found no way to any of its addresses.
    NoWay,
}

/// What the light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    Unknown,
    Up,
    Down,
}

/// How to look next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Look {
    /// On the connection that is kept: costs one small answer.
    Kept,
    /// Over new connections: whether there is a way at all.
    Fresh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Unknown,
    Up,
    /// In doubt; what it was shows until then.
    Doubt {
        was_up: bool,
    },
    Down,
    /// It answers again, since then and this often.
    Returning {
        since: Duration,
        signs: u32,
    },
}

/// The machine. Times are monotonic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    state: State,
    /// When something was answered last.
    answered: Option<Duration>,
}

impl Standing {
    pub(crate) fn sign(&mut self, sign: Sign, now: Duration) {
        if sign == Sign::Answered {
            self.answered = Some(now);
        }
        self.state = match (self.state, sign) {
            (State::Unknown | State::Up | State::Doubt { .. }, Sign::Answered) => State::Up,
            (State::Unknown, Sign::Failed | Sign::NoWay) => State::Doubt { was_up: false },
            (State::Up, Sign::Failed | Sign::NoWay) => State::Doubt { was_up: true },
            (doubt @ State::Doubt { .. }, Sign::Failed) => doubt,
            (State::Down, Sign::Answered) => State::Returning { since: now, signs: 1 },
            (State::Returning { since, signs }, Sign::Answered) => {
                let signs = signs.saturating_add(1);
                let is_back = signs >= limits::BACK_SIGNS_MIN && now.saturating_sub(since) >= limits::BACK_TIME;
                if is_back { State::Up } else { State::Returning { since, signs } }
            }
            (State::Doubt { .. }, Sign::NoWay)
            | (State::Down | State::Returning { .. }, Sign::Failed | Sign::NoWay) => State::Down,
        };
    }

    /// Whether something was answered after a look began: then it says nothing that it failed. A line on which a question takes
    /// a little longer than a look is slow, not gone.
    pub(crate) fn is_overtaken(self, begun: Duration) -> bool {
        self.answered.is_some_and(|answered| answered > begun)
    }

    pub(crate) const fn seen(self) -> Seen {
        match self.state {
            State::Unknown | State::Doubt { was_up: false } => Seen::Unknown,
            State::Up | State::Doubt { was_up: true } => Seen::Up,
            State::Down | State::Returning { .. } => Seen::Down,
        }
    }

    /// How the next look is made, and how long to rest before it.
    pub(crate) const fn next_look(self) -> (Look, Duration) {
        match self.state {
            State::Unknown | State::Doubt { .. } => (Look::Fresh, Duration::ZERO),
            State::Up => (Look::Kept, limits::PROBE_INTERVAL),
            State::Down => (Look::Fresh, limits::PROBE_INTERVAL_DOWN),
            State::Returning { .. } => (Look::Kept, limits::PROBE_INTERVAL_RETURNING),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Proves the table above, row by row.
    use super::Seen::{Down, Unknown, Up};
    use super::Sign::{Answered, Failed, NoWay};
    use super::*;

    /// Signs with the seconds at which they came, and what the light shows after each.
    fn shown(signs: &[(u64, Sign)]) -> Vec<Seen> {
        let mut standing = Standing::default();
        let mut seen = Vec::new();
        for (second, sign) in signs {
            standing.sign(*sign, Duration::from_secs(*second));
            seen.push(standing.seen());
        }
        seen
    }

    #[test]
    fn the_light_follows_the_table() {
        type Case = (&'static str, &'static [(u64, Sign)], &'static [Seen]);
        let cases: &[Case] = &[
            ("the first answer is enough", &[(0, Answered)], &[Up]),
            ("at the start nothing is down before a second look", &[(0, NoWay), (1, NoWay)], &[Unknown, Down]),
            ("one failure is looked at again", &[(0, Answered), (1, Failed), (2, Answered)], &[Up, Up, Up]),
            ("a look confirms", &[(0, Answered), (1, Failed), (2, NoWay)], &[Up, Up, Down]),
            ("two looks", &[(0, Answered), (1, NoWay), (2, NoWay)], &[Up, Up, Down]),
            ("questions alone do not", &[(0, Answered), (1, Failed), (1, Failed), (1, Failed)], &[Up, Up, Up, Up]),
            (
                "back after three answers over three seconds",
                &[(0, NoWay), (0, NoWay), (3, Answered), (4, Answered), (5, Answered), (6, Answered)],
                &[Unknown, Down, Down, Down, Down, Up],
            ),
            (
                "not after many answers in one moment",
                &[(0, NoWay), (0, NoWay), (3, Answered), (3, Answered), (3, Answered), (4, Answered)],
                &[Unknown, Down, Down, Down, Down, Down],
            ),
            (
                "nor after few over a long time",
                &[(0, NoWay), (0, NoWay), (3, Answered), (60, Answered), (61, Answered)],
                &[Unknown, Down, Down, Down, Up],
            ),
            (
                "a line that comes and goes stays down, and one good look of two does not turn it",
                &[(0, NoWay), (0, NoWay), (3, Answered), (4, Failed), (7, Answered), (8, NoWay), (11, Answered)],
                &[Unknown, Down, Down, Down, Down, Down, Down],
            ),
        ];
        for (name, signs, seen) in cases {
            assert_eq!(shown(signs), *seen, "{name}");
        }
    }

    #[test]
    fn a_look_that_was_overtaken_by_an_answer_says_nothing() {
        let mut standing = Standing::default();
        assert!(!standing.is_overtaken(Duration::ZERO));
        standing.sign(Answered, Duration::from_secs(5));
        assert!(standing.is_overtaken(Duration::from_secs(4)));
        assert!(!standing.is_overtaken(Duration::from_secs(5)) && !standing.is_overtaken(Duration::from_secs(6)));
        standing.sign(Failed, Duration::from_secs(7));
        assert!(standing.is_overtaken(Duration::from_secs(4)));
    }

    #[test]
    fn doubt_is_looked_into_at_once_and_over_a_new_connection() {
        let mut standing = Standing::default();
        standing.sign(Answered, Duration::ZERO);
        assert_eq!(standing.next_look(), (Look::Kept, limits::PROBE_INTERVAL));
        standing.sign(Failed, Duration::ZERO);
        assert_eq!(standing.next_look(), (Look::Fresh, Duration::ZERO));
        standing.sign(NoWay, Duration::ZERO);
        assert_eq!(standing.next_look(), (Look::Fresh, limits::PROBE_INTERVAL_DOWN));
    }

    #[test]
    fn down_is_decided_within_two_seconds_of_a_question_that_waits() {
        let longest = limits::SUSPECT_TIME + limits::KEPT_LOOK_TIME + limits::FRESH_LOOK_TIME;
        assert!(longest <= limits::WINDOW_PATIENCE, "{longest:?}");
        assert!(limits::CONNECT_TIME < limits::FRESH_LOOK_TIME, "a look hears how far connecting came");
    }
}
