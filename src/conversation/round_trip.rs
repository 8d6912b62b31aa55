//! Round trip between the capture point and one endpoint, as RFC 6298 estimates it.
//!
//! The time from a segment towards the endpoint to the acknowledgment that comes back. It is not the
//! sender's round trip: at the endpoint's own machine it is close to zero.

use std::num::NonZeroU32;

use crate::segment::{MILLISECOND, Nanoseconds, Segment};
use crate::seq::Seq;

/// Without a single sample: the least retransmission timeout in wide use (Linux, 200 ms), so that
/// what a peer sends within it may always have been under way.
pub const UNKNOWN_ROUND_TRIP: Nanoseconds = 200 * MILLISECOND;
/// Least allowance for a busy host, one tick of a 100 Hz kernel (RFC 6298 2.3: clock granularity).
const GRANULARITY: Nanoseconds = 10 * MILLISECOND;

/// The estimate and the one segment that is being timed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundTrip {
    pub(super) smoothed_us: u32,
    pub(super) variation_us: u32,
    /// The number after the timed segment, and when it passed, in microseconds that wrap and skip 0.
    pub(super) timed: Option<(Seq, NonZeroU32)>,
}

fn microseconds(time: Nanoseconds) -> NonZeroU32 {
    NonZeroU32::new(time.div_euclid(1000) as u32).unwrap_or(NonZeroU32::MIN)
}

impl RoundTrip {
    /// A segment went to the endpoint. Retransmissions are not timed (RFC 6298 3, Karn), but the time since
    /// the first of repeated SYNs is at least an upper bound.
    pub fn sent(&mut self, segment: &Segment, retransmission: bool) {
        if retransmission && segment.is_syn() {
            return;
        }
        if retransmission {
            self.timed = None;
        } else if self.timed.is_none() && segment.length() > 0 {
            self.timed = Some((segment.end(), microseconds(segment.time)));
        }
    }

    /// The endpoint acknowledged up to `ack`. Returns the sample, where this ends a timing.
    pub fn acknowledged(&mut self, ack: Seq, time: Nanoseconds) -> Option<Nanoseconds> {
        let (end, sent) = self.timed?;
        if ack.is_before(end) {
            return None;
        }
        self.timed = None;
        // Backwards, or more than half an hour: no round trip.
        let sample = microseconds(time).get().wrapping_sub(sent.get());
        if sample as i32 >= 0 {
            self.update(sample);
            return Some(i64::from(sample) * 1000);
        }
        None
    }

    fn update(&mut self, sample: u32) {
        if self.smoothed_us == 0 {
            (self.smoothed_us, self.variation_us) = (sample.max(1), sample / 2);
            return;
        }
        let error = u64::from(self.smoothed_us.abs_diff(sample));
        self.variation_us = ((3 * u64::from(self.variation_us) + error) / 4) as u32;
        self.smoothed_us =
            ((7 * u64::from(self.smoothed_us) + u64::from(sample)) / 8).max(1) as u32;
    }

    /// The smoothed estimate in microseconds; 0 without a sample.
    pub fn estimate_us(&self) -> u32 {
        self.smoothed_us
    }

    /// The smoothed estimate, where there was a sample.
    pub fn estimate(&self) -> Option<Nanoseconds> {
        (self.smoothed_us != 0).then_some(i64::from(self.smoothed_us) * 1000)
    }

    /// How long after something passed towards the endpoint its answers may still show that it had
    /// not arrived: SRTT + max(G, 4 RTTVAR), RFC 6298 2.3.
    pub fn longest(&self) -> Nanoseconds {
        match self.estimate() {
            Some(smoothed) => smoothed + (i64::from(self.variation_us) * 4000).max(GRANULARITY),
            None => UNKNOWN_ROUND_TRIP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    fn data(frame: u32) -> Segment<'static> {
        Segment {
            payload_length: 100,
            ..segment(frame)
        }
    }

    #[test]
    fn sample_is_from_data_to_the_ack_that_covers_it() {
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.longest(), UNKNOWN_ROUND_TRIP);
        round_trip.sent(&data(1), false);
        assert_eq!(round_trip.acknowledged(Seq(1050), 5 * MILLISECOND), None);
        assert_eq!(
            round_trip.acknowledged(Seq(1100), 41 * MILLISECOND),
            Some(40 * MILLISECOND)
        );
        assert_eq!(round_trip.estimate(), Some(40 * MILLISECOND));
        assert_eq!(round_trip.longest(), 120 * MILLISECOND);
    }

    #[test]
    fn retransmissions_and_backward_clocks_give_no_sample() {
        let mut round_trip = RoundTrip::default();
        round_trip.sent(&data(1), false);
        round_trip.sent(&data(300), true);
        assert_eq!(round_trip.acknowledged(Seq(1100), 310 * MILLISECOND), None);
        round_trip.sent(&data(400), false);
        assert_eq!(round_trip.acknowledged(Seq(1100), 0), None);
        assert_eq!(round_trip.acknowledged(Seq(1100), i64::MIN), None);
        assert_eq!(round_trip.estimate(), None);
    }
}
