//! The resets of one sender in one connection, and what both sides did after the first of them.
//!
//! This is where hindsight lives: later segments change a series, and every verdict on its resets is
//! ranked anew from it. That of a lone reset after which nothing came says no more than the reset, and is
//! not kept.

use super::{Acceptance, Form, Place, Reset, Trait};
use crate::segment::{Flags, Index, Moment, Nanoseconds, Segment};
use crate::seq::Seq;

/// A run of resets and its aftermath.
#[derive(Clone, Copy, Debug)]
pub struct Series {
    /// The first reset, as an index into the session's list.
    pub first: Index,
    /// The newest one.
    pub last: Index,
    last_frame: u32,
    /// How many there are, copies not counted.
    pub count: u32,
    /// The first one that the peer must take (RFC 9293 3.5.3, RFC 5961 3), as an index.
    pub acceptable: Option<Index>,
    /// Sequence number of the first one.
    pub seq: Seq,
    /// Until when the peer's segments may have left it before the first reset could arrive.
    pub limit: Nanoseconds,
    /// Whether the first one means that its sender has no such connection (any more).
    ends: bool,
    /// The first series of the other direction, as an index.
    pub opposite: Option<Index>,
    /// Later resets, to none of which the peer gave reason, at numbers ahead of all that was sent.
    pub guesses: u8,
    /// Later resets to which the peer gave no reason.
    pub unprovoked: u8,
    last_numbers: (Seq, Option<u16>, u8),
    hop_limits: [u8; 3],
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
    /// The latest segment of the reset's own sender that an ended connection does not send.
    pub sender_spoke_on: Moment,
    /// Until when segments may arrive that its first active reset overtook: a quarter of the round trip
    /// (RFC 8985 6.2, reordering window).
    overtaken_until: Nanoseconds,
    /// What only a sender that lives on acknowledges: the end of the segment that the first reset
    /// answers, or more than the reset itself does.
    cut: Option<Seq>,
    /// The first segment of the reset's own sender that acknowledges that.
    pub sender_took: Moment,
    /// Its first segment after that time which still does not.
    pub sender_lacked: Moment,
}

impl Series {
    /// The series that begins with this reset, the one at `index`.
    pub fn new(index: Index, first: &Reset) -> Series {
        Series {
            first: index,
            last: index,
            last_frame: first.frame,
            acceptable: (first.acceptance == Acceptance::Exact).then_some(index),
            seq: first.seq,
            limit: first.limit(),
            ends: !first.leaves_handshake_open(),
            last_numbers: numbers(first),
            hop_limits: [first.hop_limit; 3],
            data_end: first.data_end(),
            overtaken_until: match first.form {
                Form::Active => first.time.saturating_add(first.reordering_window()),
                _ => first.time,
            },
            cut: first.cut(),
            count: 1,
            opposite: None,
            guesses: 0,
            unprovoked: 0,
            all_acked: Moment::NEVER,
            peer_under_way: Moment::NEVER,
            peer_went_on: Moment::NEVER,
            peer_latest: Moment::NEVER,
            peer_retransmitted: Moment::NEVER,
            sender_spoke_on: Moment::NEVER,
            sender_took: Moment::NEVER,
            sender_lacked: Moment::NEVER,
        }
    }

    /// Takes in one more reset, the one at `index`, and gives it its place; until `limit` the peer's segments
    /// may have left it before this reset could arrive. Returns whether that says something new of
    /// the ones before, where `storm` resets are a storm.
    pub fn take(&mut self, index: Index, reset: &mut Reset, storm: u32) -> bool {
        let before = self.character(storm);
        let limit = reset.limit();
        self.compare(reset);
        self.count = self.count.saturating_add(1);
        reset.place = Place::Later {
            previous: self.last,
            number: self.count,
        };
        (self.last, self.last_frame) = (index, reset.frame);
        if reset.acceptance == Acceptance::Exact && self.acceptable.is_none() {
            self.acceptable = Some(index);
            self.first_to_count(limit);
        }
        self.character(storm) != before
    }

    /// Before this one the peer had nothing to obey.
    fn first_to_count(&mut self, limit: Nanoseconds) {
        self.limit = limit;
        (self.peer_went_on, self.peer_retransmitted) = (Moment::NEVER, Moment::NEVER);
    }

    /// All that one more reset can change of what is known of the series, but for its length.
    fn character(&self, storm: u32) -> [bool; 5] {
        [
            self.count >= storm,
            self.acceptable.is_some(),
            self.guesses > 0,
            self.is_volley(storm),
            self.hop_limits_spread(),
        ]
    }

    /// An endpoint repeats a reset only as the answer to another segment (RFC 9293 3.10.7.1).
    fn compare(&mut self, reset: &Reset) {
        let numbers = numbers(reset);
        if !reset.is(Trait::ANSWERS) {
            // Who guesses tries one number after the other; a box that only counts wrongly repeats itself.
            let guess = reset.ahead() > 0 && numbers.0 != self.last_numbers.0;
            self.guesses = self.guesses.saturating_add(u8::from(guess));
            // A line that doubles packets doubles these, too; without a number nothing tells.
            let may_be_doubled =
                numbers == self.last_numbers && reset.identification().unwrap_or(0) == 0;
            self.unprovoked = self.unprovoked.saturating_add(u8::from(!may_be_doubled));
        }
        self.last_numbers = numbers;
        if !self.hop_limits[..2].contains(&reset.hop_limit) {
            let place = usize::from(self.hop_limits[0] != self.hop_limits[1]) + 1;
            self.hop_limits[place] = reset.hop_limit;
        }
    }

    /// Whether the first reset and those to which the peer gave no reason are so many.
    pub fn is_volley(&self, storm: u32) -> bool {
        u32::from(self.unprovoked) + 1 >= storm
    }

    /// Whether the resets came with three or more hop limits.
    pub fn hop_limits_spread(&self) -> bool {
        let [first, second, third] = self.hop_limits;
        first != second && second != third && first != third
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

    /// Takes in a segment of the reset's own sender, captured after the first reset. Returns the frame
    /// since which it contradicts resets for the first time. What lies before the reset in sequence space may
    /// just have been overtaken by it; a reset that answers a segment without ACK has no place there.
    pub fn sender_spoke(&mut self, segment: &Segment) -> Option<u32> {
        let moment = Moment::of(segment);
        let sent_before = self.was_sent_before(segment);
        let known = match self.is_taken_by(segment) {
            // What only arrives late was sent before the reset.
            Some(true) if sent_before => false,
            Some(true) if segment.time <= self.overtaken_until => false,
            Some(true) => note(&mut self.sender_took, moment),
            Some(false) if segment.time > self.limit => note(&mut self.sender_lacked, moment),
            _ => false,
        };
        let beyond = self.ends
            && segment.length() > 0
            && !self.accepts_what_was_asked_again(segment)
            && (!sent_before || segment.is_syn());
        let before = self.sender_spoke_on.frame;
        if beyond {
            self.sender_spoke_on = moment;
        }
        match known {
            true => Some(0),
            false => (beyond && before <= self.last_frame).then_some(before),
        }
    }

    /// Whether the segment accepts a SYN that was sent again after a reset that had refused it, as Windows does.
    /// What follows is another connection.
    pub fn is_over_with(&self, segment: &Segment) -> bool {
        self.acceptable.is_some() && self.accepts_what_was_asked_again(segment)
    }

    /// Who sends its SYN again still wants the connection; another SYN may have another answer.
    fn accepts_what_was_asked_again(&self, segment: &Segment) -> bool {
        segment.is_syn_ack() && self.peer_latest.happened()
    }

    /// What lies before a reset in sequence space was sent before it: payload always, an ACK alone if it
    /// comes within a round trip (later it shows that the reset's number was only a guess). The reset that
    /// answers a segment without ACK, at number 0, has no place there.
    fn was_sent_before(&self, segment: &Segment) -> bool {
        let end = segment.end();
        let earlier = match segment.length() {
            0 => end.is_before(self.seq) && segment.time <= self.limit,
            _ => !end.is_after(self.seq),
        };
        earlier && self.seq != Seq(0)
    }

    /// Whether the segment acknowledges what only a living sender does; none where it acknowledges nothing.
    fn is_taken_by(&self, segment: &Segment) -> Option<bool> {
        let cut = self.cut.filter(|_| segment.flags.has(Flags::ACK));
        cut.map(|cut| !segment.ack.is_before(cut))
    }
}

fn numbers(reset: &Reset) -> (Seq, Option<u16>, u8) {
    (reset.seq, reset.identification(), reset.hop_limit)
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
    use crate::segment::tests::segment;

    fn series() -> Series {
        let mut first = crate::reset::tests::reset();
        first.seq = Seq(1000);
        first.time = 0;
        first.place = Place::First {
            grace_us: 100_000,
            cut: Seq(0),
            has_cut: false,
        };
        Series::new(Index::new(0), &first)
    }

    #[test]
    fn lone_reset_counts_where_its_number_is_exact() {
        let index = Index::new(7);
        let mut reset = crate::reset::tests::reset();
        for (acceptance, acceptable) in [
            (Acceptance::Exact, Some(index)),
            (Acceptance::InWindow, None),
        ] {
            reset.acceptance = acceptance;
            let lone = Series::new(index, &reset);
            assert_eq!((lone.acceptable, lone.count), (acceptable, 1));
            assert_eq!((lone.first, lone.last), (index, index));
        }
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
        assert_eq!(series.sender_spoke(&overtaken), None);
        assert!(
            series.sender_spoke(&segment(3)).is_none(),
            "a bare ACK may be older too"
        );
        let beyond = Segment {
            payload_length: 1,
            ..segment(4)
        };
        assert_eq!(series.sender_spoke(&beyond), Some(0));
    }
}
