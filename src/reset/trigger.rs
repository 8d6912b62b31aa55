//! Which segment provoked a reset.
//!
//! A passive reset answers one certain segment and carries its numbers (RFC 9293 3.10.7.1: seq =
//! SEG.ACK, or seq 0 and ack = SEG.SEQ + SEG.LEN). Several segments may carry the same numbers; the
//! round trip and the order of the answers tell which one is meant.

use crate::conversation::Endpoint;
use crate::recent::{Entry, Recent};
use crate::segment::{Flags, Nanoseconds, Segment};
use crate::seq::Seq;

/// How far back the peer's segments are searched. More than fit between a segment and its answer
/// in a 1 Gbit/s stream over 3 ms; further back the order of the answers is lost anyway.
const LONGEST_SEARCH: usize = 256;

/// What kind of segment it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection request.
    Syn,
    /// The answer to one.
    SynAck,
    /// Payload, with or without FIN.
    Data,
    /// A FIN without payload.
    Fin,
    /// A bare ACK.
    Ack,
}

/// The segment that a reset answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Number of its frame.
    pub frame: u32,
    /// When it was captured.
    pub time: Nanoseconds,
    /// Its kind.
    pub kind: Kind,
    /// Bytes of payload.
    pub payload_length: u32,
    /// The number after it.
    pub end: Seq,
    /// Its DSCP, which a kernel copies into its answer.
    pub dscp: u8,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// Whether its data had been sent before.
    pub retransmission: bool,
}

impl Trigger {
    fn of(entry: &Entry) -> Trigger {
        Trigger {
            frame: entry.frame,
            time: entry.time,
            kind: kind_of(entry),
            payload_length: entry.payload_length,
            end: entry.end(),
            dscp: entry.dscp,
            silence: entry.silence,
            retransmission: entry.retransmission,
        }
    }
}

fn kind_of(entry: &Entry) -> Kind {
    match entry.flags {
        flags if flags.has(Flags::SYN) && flags.has(Flags::ACK) => Kind::SynAck,
        flags if flags.has(Flags::SYN) => Kind::Syn,
        _ if entry.payload_length > 0 => Kind::Data,
        flags if flags.has(Flags::FIN) => Kind::Fin,
        _ => Kind::Ack,
    }
}

/// Whether the reset carries the numbers that RFC 9293 3.10.7.1 gives the answer to this segment.
fn is_answer(reset: &Segment, entry: &Entry) -> bool {
    if entry.flags.has(Flags::RST) {
        return false;
    }
    if entry.flags.has(Flags::ACK) {
        return entry.ack == reset.seq;
    }
    reset.flags.has(Flags::ACK) && entry.end() == reset.ack
}

/// The segment of `peer` that the reset answers, by its numbers; none where no recent one fits.
pub fn answered(
    reset: &Segment,
    sender: &Endpoint,
    peer: &Endpoint,
    recent: &Recent,
) -> Option<Trigger> {
    let candidates: Vec<&Entry> = recent
        .backwards(peer.ticket)
        .take(LONGEST_SEARCH)
        .map(|(_, entry)| entry)
        .filter(|entry| is_answer(reset, entry))
        .collect();
    // Each reset answers another segment, in order; the same one again only where all are taken.
    // What its sender has acknowledged it has taken, and one that waits in FIN-WAIT still takes bare
    // ACKs (RFC 9293 3.10.7.4); such segments come last.
    let waits = sender.fin.is_some() && sender.series.is_none();
    let refused = |entry: &&&Entry| match entry.length {
        0 => !waits,
        _ => sender.acked.is_none_or(|taken| entry.end().is_after(taken)),
    };
    let unanswered = || {
        candidates
            .iter()
            .filter(|entry| entry.frame > sender.answered)
    };
    let expected = sender.round_trip.estimate().unwrap_or(0);
    closest_in_time(unanswered().filter(refused), reset.time, expected)
        .or_else(|| closest_in_time(unanswered(), reset.time, expected))
        .or_else(|| candidates.first().copied())
        .map(Trigger::of)
}

/// Of candidates (newest first), the one whose age fits the sender's round trip best; far from the
/// sender, where several are under way at once, the earliest that is no older than two round trips.
fn closest_in_time<'a>(
    candidates: impl Iterator<Item = &'a &'a Entry>,
    now: Nanoseconds,
    expected: Nanoseconds,
) -> Option<&'a Entry> {
    let candidates: Vec<&Entry> = candidates.copied().collect();
    let age = |entry: &Entry| now.saturating_sub(entry.time);
    let misfit = |entry: &Entry| age(entry).saturating_sub(expected).abs();
    let best = candidates.iter().map(|entry| misfit(entry)).min()?;
    let fits = |entry: &&Entry| {
        misfit(entry) == best || (expected / 2..=expected * 2).contains(&age(entry))
    };
    candidates.into_iter().rfind(fits)
}

/// The last segment with payload or FIN that the reset's ACK field covers: what its sender had just
/// received when it decided to abort.
pub fn last_received(reset: &Segment, peer: &Endpoint, recent: &Recent) -> Option<Trigger> {
    recent
        .backwards(peer.ticket)
        .take(LONGEST_SEARCH)
        .map(|(_, entry)| entry)
        .find(|entry| {
            entry.length > 0 && !entry.flags.has(Flags::RST) && !entry.end().is_after(reset.ack)
        })
        .map(Trigger::of)
}

#[cfg(test)]
#[allow(
    clippy::field_reassign_with_default,
    reason = "an endpoint has private fields"
)]
mod tests {
    use super::*;
    use crate::conversation::RoundTrip;
    use crate::recent::Ticket;
    use crate::segment::MILLISECOND;
    use crate::segment::tests::segment;

    /// A peer that sent data in frames 10, 20 and 30 (10 ms apart), all with ack 5000.
    fn peer_with_three_segments(recent: &mut Recent) -> Endpoint {
        let mut peer = Endpoint::default();
        for frame in [10, 20, 30] {
            let data = Segment {
                payload_length: 100,
                ..segment(frame)
            };
            peer.ticket = recent.push(&data, peer.ticket, false, 0);
        }
        peer
    }

    fn reset_at(millisecond: u32) -> Segment {
        let flags = Flags::RST;
        Segment {
            flags,
            seq: Seq(5000),
            ack: Seq(0),
            ..segment(millisecond)
        }
    }

    #[test]
    fn near_the_sender_it_is_the_newest_segment() {
        let mut recent = Recent::default();
        let peer = peer_with_three_segments(&mut recent);
        let found = answered(&reset_at(31), &Endpoint::default(), &peer, &recent).unwrap();
        assert_eq!(found.frame, 30);
        assert_eq!(found.kind, Kind::Data);
    }

    #[test]
    fn far_from_the_sender_it_is_the_one_a_round_trip_ago() {
        let mut recent = Recent::default();
        let peer = peer_with_three_segments(&mut recent);
        let mut sender = Endpoint::default();
        sender.round_trip = round_trip_of(80);
        for (arrival, expected) in [(90, 10), (100, 20), (110, 30)] {
            let found = answered(&reset_at(arrival), &sender, &peer, &recent).unwrap();
            assert_eq!(found.frame, expected);
            sender.answered = found.frame;
        }
    }

    fn round_trip_of(milliseconds: u32) -> RoundTrip {
        let mut round_trip = RoundTrip::default();
        let data = Segment {
            payload_length: 1,
            ..segment(1)
        };
        round_trip.sent(&data, false);
        round_trip.acknowledged(
            data.end(),
            data.time + i64::from(milliseconds) * MILLISECOND,
        );
        round_trip
    }

    #[test]
    fn other_numbers_are_no_trigger() {
        let mut recent = Recent::default();
        let peer = peer_with_three_segments(&mut recent);
        let reset = Segment {
            seq: Seq(5001),
            ..reset_at(31)
        };
        assert_eq!(answered(&reset, &Endpoint::default(), &peer, &recent), None);
    }

    #[test]
    fn syn_is_answered_by_its_end() {
        let mut recent = Recent::default();
        let syn = Segment {
            flags: Flags::SYN,
            ..segment(1)
        };
        let ticket = recent.push(&syn, Ticket::default(), false, 0);
        let mut peer = Endpoint::default();
        peer.ticket = ticket;
        let flags = Flags(Flags::RST.0 | Flags::ACK.0);
        let reset = Segment {
            flags,
            seq: Seq(0),
            ack: Seq(1001),
            ..segment(2)
        };
        let found = answered(&reset, &Endpoint::default(), &peer, &recent).unwrap();
        assert_eq!(found.kind, Kind::Syn);
        let wrong = Segment {
            ack: Seq(1002),
            ..reset
        };
        assert_eq!(answered(&wrong, &Endpoint::default(), &peer, &recent), None);
    }
}
