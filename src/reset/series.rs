//! The resets of one sender in one connection, and what both sides did after the first of them.
//!
//! This is where hindsight lives: later segments change a series, and every verdict on its resets is
//! ranked anew from it.

use super::{Acceptance, Reset};
use crate::segment::{Flags, Index, Moment, Nanoseconds, Segment};
use crate::seq::Seq;

/// A run of resets and its aftermath.
#[derive(Clone, Copy, Debug)]
pub struct Series {
    /// The first reset, as an index into the session's list.
    pub first: Index,
    /// The newest one.
    pub last: Index,
    last_time: Nanoseconds,
    /// How many there are, copies not counted.
    pub count: u32,
    /// The first one that the peer must take (RFC 9293 3.5.3, RFC 5961 3), as an index.
    pub acceptable: Option<Index>,
    /// Sequence number of the first one.
    pub seq: Seq,
    /// Until when the peer's segments may have left it before the first reset could arrive.
    pub limit: Nanoseconds,
    /// Where the payload of the reset's sender ends.
    data_end: Option<Seq>,
    /// The peer's first segment that acknowledges all of it.
    pub all_acked: Moment,
    /// The peer's first new data that was still under way.
    pub peer_under_way: Moment,
    /// The peer's first segment that left it after the first reset should have arrived.
    pub peer_went_on: Moment,
    /// The peer's latest segment.
    pub peer_latest: Moment,
    /// The peer's first retransmission after that time.
    pub peer_retransmitted: Moment,
    /// The other side's first reset.
    pub opposite: Moment,
    /// The first segment of the reset's own sender that an ended connection does not send.
    pub sender_spoke_on: Moment,
}

impl Series {
    /// A series that is about to take its first reset, the one at index `first`.
    pub fn new(first: Index, seq: Seq, data_end: Option<Seq>, limit: Nanoseconds) -> Series {
        let never = Moment::default();
        Series {
            first,
            last: first,
            last_time: 0,
            count: 0,
            acceptable: None,
            seq,
            limit,
            data_end,
            all_acked: never,
            peer_under_way: never,
            peer_went_on: never,
            peer_latest: never,
            peer_retransmitted: never,
            opposite: never,
            sender_spoke_on: never,
        }
    }

    /// Takes in the reset at `index` and gives it its place.
    pub fn take(&mut self, index: Index, reset: &mut Reset) {
        if self.count > 0 {
            reset.previous = Some(self.last);
            reset.interval = reset.time.saturating_sub(self.last_time);
        }
        self.count = self.count.saturating_add(1);
        reset.number = self.count;
        (self.last, self.last_time) = (index, reset.time);
        if reset.acceptance == Acceptance::Exact {
            self.acceptable.get_or_insert(index);
        }
    }

    /// Takes in a segment of the peer, captured after the first reset. Returns whether it says
    /// something that none said before.
    pub fn peer_spoke(&mut self, segment: &Segment, retransmission: bool) -> bool {
        let moment = Moment::of(segment);
        self.peer_latest = moment;
        let acked = segment.flags.has(Flags::ACK)
            && self.data_end.is_some_and(|end| !segment.ack.is_before(end))
            && note(&mut self.all_acked, moment);
        if segment.time <= self.limit {
            let new_data = segment.payload_length > 0 && !retransmission;
            return new_data && note(&mut self.peer_under_way, moment) || acked;
        }
        let went_on = note(&mut self.peer_went_on, moment);
        let retransmitted = retransmission && note(&mut self.peer_retransmitted, moment);
        went_on || retransmitted || acked
    }

    /// Takes in a segment of the reset's own sender, captured after the first reset. Returns whether
    /// it contradicts the reset for the first time. What lies before the reset in sequence space may
    /// just have been overtaken by it; a reset that answers a segment without ACK has no place there.
    pub fn sender_spoke(&mut self, segment: &Segment) -> bool {
        let behind = self.seq != Seq(0) && !segment.end().is_after(self.seq);
        let beyond = segment.length() > 0 && !behind;
        beyond && note(&mut self.sender_spoke_on, Moment::of(segment))
    }
}

fn note(place: &mut Moment, moment: Moment) -> bool {
    let first = !place.happened();
    if first {
        *place = moment;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MILLISECOND;
    use crate::segment::tests::segment;

    fn series() -> Series {
        Series::new(Index::new(0), Seq(1000), Some(Seq(6000)), 100 * MILLISECOND)
    }

    #[test]
    fn peer_within_the_round_trip_is_under_way() {
        let mut series = series();
        let data = Segment {
            payload_length: 10,
            ..segment(50)
        };
        assert!(series.peer_spoke(&data, false));
        assert!(!series.peer_spoke(&data, false), "said once");
        assert_eq!(series.peer_under_way.frame, 50);
        assert!(!series.peer_went_on.happened());
    }

    #[test]
    fn peer_beyond_the_round_trip_goes_on() {
        let mut series = series();
        assert!(series.peer_spoke(&segment(101), false));
        assert!(series.peer_spoke(&segment(400), true));
        assert_eq!(
            (series.peer_went_on.frame, series.peer_retransmitted.frame),
            (101, 400)
        );
    }

    #[test]
    fn sender_data_behind_the_reset_was_only_overtaken() {
        let mut series = series();
        let overtaken = Segment {
            seq: Seq(900),
            payload_length: 100,
            ..segment(2)
        };
        assert!(!series.sender_spoke(&overtaken));
        assert!(
            !series.sender_spoke(&segment(3)),
            "a bare ACK may be older too"
        );
        let beyond = Segment {
            payload_length: 1,
            ..segment(4)
        };
        assert!(series.sender_spoke(&beyond));
    }
}
