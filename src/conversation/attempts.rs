//! What one side repeats in vain: retransmissions, keep-alive and window probes, and their rhythm.
//!
//! The record outlives the other side's next segment: a TCP that gave up in silence is only found out
//! by what that segment draws.

use crate::segment::{MILLISECOND, Nanoseconds};

/// Hundredths of a second: fine enough for the shortest retransmission timeouts, and eleven minutes
/// fit in two bytes.
const UNIT: Nanoseconds = 10 * MILLISECOND;
/// Retransmission timeouts stop doubling somewhere: at 64 s on BSD, 120 s on Linux (TCP_RTO_MAX);
/// RFC 6298 2.5 allows no less than 60 s. In units, an eighth off for rounding.
const LEAST_CAP: u16 = 5300;
const HIGHEST_TIMEOUT: Nanoseconds = 120_000 * MILLISECOND;

/// What an attempt was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// No new data, one number below SND.NXT (RFC 9293 3.8.4; Linux probes closed windows so, too).
    Probe,
    /// A segment that was sent before, with so many bytes of payload.
    Retransmission(u32),
}

/// The attempts of one side. Seven bytes, since each endpoint has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    pub(super) count: u8,
    pub(super) stalled: u8,
    pub(super) traits: Traits,
    /// Between the last two, in units.
    pub(super) interval: [u8; 2],
    /// The smallest payload that is retransmitted.
    pub(super) stuck: [u8; 2],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits(pub(super) u8);

impl Traits {
    /// The other side has spoken since the last attempt.
    const ANSWERED: Traits = Traits(1);
    /// The side's latest segment was an attempt.
    const LATEST: Traits = Traits(2);
    /// All attempts were probes.
    const PROBES: Traits = Traits(4);
    const EQUAL: Traits = Traits(8);
    const DOUBLING: Traits = Traits(16);
    /// Smaller payloads had been acknowledged.
    const SMALLER_TAKEN: Traits = Traits(32);
    /// Payloads as large had been acknowledged.
    const AS_LARGE_TAKEN: Traits = Traits(64);

    fn has(self, other: Traits) -> bool {
        self.0 & other.0 != 0
    }

    fn set(&mut self, other: Traits, on: bool) {
        if on {
            self.0 |= other.0;
        } else {
            self.0 &= !other.0;
        }
    }
}

impl Attempts {
    /// Takes in one more, `elapsed` after the side's latest segment.
    pub fn add(&mut self, attempt: Attempt, elapsed: Nanoseconds) {
        if self.traits.has(Traits::ANSWERED) {
            self.count = 0;
        }
        if self.count == 0 {
            let kept = self.traits.0 & Traits::LATEST.0;
            self.traits = Traits(kept | Traits::PROBES.0 | Traits::EQUAL.0 | Traits::DOUBLING.0);
            self.stuck = [0; 2];
        }
        if self.traits.has(Traits::LATEST) {
            self.keep_rhythm(u16::try_from(elapsed / UNIT).unwrap_or(u16::MAX));
        }
        self.count = self.count.saturating_add(1);
        self.traits.set(Traits::LATEST, true);
        if let Attempt::Retransmission(payload) = attempt {
            let payload = u16::try_from(payload).unwrap_or(u16::MAX);
            if self.traits.has(Traits::PROBES) || payload < self.stuck() {
                self.stuck = payload.to_ne_bytes();
            }
            self.traits.set(Traits::PROBES, false);
        }
    }

    fn keep_rhythm(&mut self, interval: u16) {
        let before = std::mem::replace(&mut self.interval, interval.to_ne_bytes());
        let before = u16::from_ne_bytes(before);
        if self.count < 2 {
            return;
        }
        let same = is_about(interval, before);
        let capped = same && interval >= LEAST_CAP;
        let twice = (3..=5).contains(&(u32::from(interval) * 2 / u32::from(before.max(1))));
        let (equal, doubling) = (
            self.traits.has(Traits::EQUAL),
            self.traits.has(Traits::DOUBLING),
        );
        self.traits.set(Traits::EQUAL, equal && same);
        self.traits
            .set(Traits::DOUBLING, doubling && (twice || capped));
    }

    /// The last one met a closed window, for the answer to which it may be.
    pub fn meet_closed_window(&mut self) {
        self.stalled = self.stalled.saturating_add(1);
    }

    /// The other side spoke.
    pub fn answer(&mut self) {
        self.traits.set(Traits::ANSWERED, true);
    }

    /// The side sent something else than an attempt: new data end the story.
    pub fn interrupt(&mut self, new_data: bool) {
        if new_data {
            *self = Attempts::default();
        }
        self.traits.set(Traits::LATEST, false);
    }

    /// Notes the largest payload that had been acknowledged before.
    pub fn compare(&mut self, largest_taken: u32) {
        let as_large = largest_taken >= u32::from(self.stuck());
        self.traits.set(Traits::AS_LARGE_TAKEN, as_large);
        self.traits
            .set(Traits::SMALLER_TAKEN, !as_large && largest_taken > 0);
    }

    /// How many there were without a word of the other side in between, 255 for more.
    pub fn in_a_row(self) -> u8 {
        self.count
    }

    /// The same, but none where the other side has spoken since.
    pub fn unanswered(self) -> u8 {
        if self.traits.has(Traits::ANSWERED) {
            0
        } else {
            self.count
        }
    }

    /// How many met a closed window, answered or not, since the side's last new data.
    pub fn stalled(self) -> u8 {
        self.stalled
    }

    /// Whether the side has sent nothing since the last one.
    pub fn is_latest(self) -> bool {
        self.traits.has(Traits::LATEST)
    }

    /// Whether all of the row were probes.
    pub fn are_probes(self) -> bool {
        self.count > 0 && self.traits.has(Traits::PROBES)
    }

    /// Whether they came at equal intervals, at least two of them.
    pub fn are_equal(self) -> bool {
        self.count >= 3 && self.traits.has(Traits::EQUAL)
    }

    /// Whether each interval was twice the one before, up to the highest timeout; at least two of them.
    pub fn are_doubling(self) -> bool {
        self.count >= 3 && self.traits.has(Traits::DOUBLING)
    }

    /// The smallest payload that is retransmitted, where only smaller ones had been acknowledged.
    pub fn stuck_above_smaller(self) -> Option<u16> {
        (self.count >= 3 && self.traits.has(Traits::SMALLER_TAKEN)).then_some(self.stuck())
    }

    fn stuck(self) -> u16 {
        u16::from_ne_bytes(self.stuck)
    }

    /// Whether payloads as large as what is retransmitted had been acknowledged.
    pub fn had_taken_as_large(self) -> bool {
        self.traits.has(Traits::AS_LARGE_TAKEN)
    }

    /// Time between the last two.
    pub fn interval(self) -> Nanoseconds {
        i64::from(u16::from_ne_bytes(self.interval)) * UNIT
    }

    /// When the next one is due, after the last: keep-alive probes keep their interval, all else doubles
    /// it (RFC 9293 3.8.6.1, RFC 6298 5.5). None before there was an interval.
    pub fn next_due(self) -> Option<Nanoseconds> {
        let interval = self.interval();
        let next = if self.are_probes() && self.stalled == 0 {
            interval
        } else {
            (interval * 2).min(interval.max(HIGHEST_TIMEOUT))
        };
        (next > 0).then_some(next)
    }
}

/// Linux's timers fire up to an eighth late (kernel/time/timer.c: the wheel's levels grow by eight), so
/// that two intervals of one timer differ by as much, and by a unit where they are short.
fn is_about(interval: u16, other: u16) -> bool {
    interval.abs_diff(other) <= interval.max(other) / 7 + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: Attempt, intervals: &[i64]) -> Attempts {
        let mut attempts = Attempts::default();
        attempts.add(kind, 0);
        for milliseconds in intervals {
            attempts.add(kind, milliseconds * MILLISECOND);
        }
        attempts
    }

    #[test]
    fn linux_retransmissions_double() {
        // Measured, Linux 6.18: the first is the tail loss probe.
        let attempts = row(Attempt::Retransmission(28), &[208, 428, 832, 1664]);
        assert!(attempts.are_doubling() && !attempts.are_equal() && !attempts.are_probes());
        assert_eq!(attempts.next_due(), Some(3320 * MILLISECOND));
        assert_eq!(attempts.unanswered(), 5);
    }

    #[test]
    fn doubling_ends_at_the_highest_timeout() {
        let attempts = row(
            Attempt::Retransmission(28),
            &[30_000, 60_000, 120_000, 122_000],
        );
        assert!(attempts.are_doubling());
        assert_eq!(attempts.next_due(), Some(122_000 * MILLISECOND));
    }

    #[test]
    fn keep_alive_probes_are_equal_within_the_timer_wheel() {
        let attempts = row(Attempt::Probe, &[1024, 1000]);
        assert!(attempts.are_equal() && attempts.are_probes() && !attempts.are_doubling());
        assert!(!row(Attempt::Probe, &[1000, 1300]).are_equal());
    }

    #[test]
    fn an_answer_ends_the_row_when_the_next_one_comes() {
        let mut attempts = row(Attempt::Probe, &[1000, 1000]);
        attempts.answer();
        assert_eq!((attempts.in_a_row(), attempts.unanswered()), (3, 0));
        attempts.add(Attempt::Probe, 2000 * MILLISECOND);
        assert_eq!((attempts.in_a_row(), attempts.unanswered()), (1, 1));
    }

    #[test]
    fn sizes_are_compared_with_what_was_taken() {
        let mut attempts = row(Attempt::Retransmission(1448), &[200, 400]);
        attempts.compare(517);
        assert_eq!(attempts.stuck_above_smaller(), Some(1448));
        attempts.compare(1448);
        assert_eq!(attempts.stuck_above_smaller(), None);
        assert!(attempts.had_taken_as_large());
    }
}
