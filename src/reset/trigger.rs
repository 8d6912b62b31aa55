//! Which segment provoked a reset.
//!
//! A passive reset answers one certain segment and carries its numbers (RFC 9293 3.10.7.1: seq =
//! SEG.ACK, or seq 0 and ack = SEG.SEQ + SEG.LEN). Several segments may carry the same numbers; the
//! round trip and the order of the answers tell which one is meant.

use crate::conversation::Endpoint;
use crate::recent::{Entry, Recent};
use crate::segment::{Flags, MILLISECOND, Nanoseconds, Segment};
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
    /// The control bits.
    pub flags: Flags,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// Whether an earlier reset of the same sender is its answer already.
    pub answered_before: bool,
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
            flags: entry.flags,
            silence: entry.silence,
            answered_before: false,
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

/// What is known of whoever made a reset, as to when it answers what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answerer {
    /// The time that an answer takes from the capture point to it and back.
    pub delay: Nanoseconds,
    /// What was captured later than this found it gone: its first reset had left it.
    pub gone_since: Option<Nanoseconds>,
}

/// The segment of `peer` that the reset answers, by its numbers; none where no recent one fits.
pub fn answered(
    reset: &Segment,
    sender: &Endpoint,
    peer: &Endpoint,
    answerer: Answerer,
    recent: &Recent,
) -> Option<Trigger> {
    let candidates: Vec<&Entry> = recent
        .backwards(peer.ticket)
        .take(LONGEST_SEARCH)
        .map(|(_, entry)| entry)
        .filter(|entry| is_answer(reset, entry))
        .collect();
    // Each reset answers another segment; the same one again only where all are taken.
    let unanswered = candidates
        .iter()
        .copied()
        .filter(|entry| entry.frame > sender.answered)
        .collect();
    let again = |entry: &&Entry| Trigger {
        answered_before: true,
        ..Trigger::of(entry)
    };
    choose(unanswered, reset.time, answerer, sender.acked())
        .map(Trigger::of)
        .or_else(|| candidates.first().map(again))
}

/// A bare ACK before the `next` segment that the reset's numbers fit as well. [`answered`] passes it over, since
/// a living connection just takes it; but where there is one reset more than other segments, it drew one, too.
pub fn passed_over(
    reset: &Segment,
    next: &Trigger,
    peer: &Endpoint,
    answerer: Answerer,
    recent: &Recent,
) -> Option<Trigger> {
    let longest = answerer.delay.saturating_mul(2).saturating_add(SCHEDULING);
    let earlier = recent
        .backwards(peer.ticket)
        .take(LONGEST_SEARCH)
        .map(|(_, entry)| entry)
        .find(|entry| entry.frame < next.frame && is_answer(reset, entry))?;
    let timely = reset.time.saturating_sub(earlier.time) <= longest;
    (timely && kind_of(earlier) == Kind::Ack).then(|| Trigger::of(earlier))
}

/// Below this a difference in time is made of scheduling, not of distance.
const SCHEDULING: Nanoseconds = MILLISECOND;

/// Of candidates (newest first) those that are about a round trip old; of these the earliest, since
/// answers come in order. Data that the sender has acknowledged, and a bare ACK before its first
/// reset, may just as well have been taken: such segments come last.
fn choose(
    candidates: Vec<&Entry>,
    now: Nanoseconds,
    answerer: Answerer,
    acked: Option<Seq>,
) -> Option<&Entry> {
    let expected = answerer.delay;
    let age = |entry: &Entry| now.saturating_sub(entry.time);
    let misfit = |entry: &Entry| age(entry).saturating_sub(expected).unsigned_abs();
    let best = candidates.iter().map(|entry| misfit(entry)).min()?;
    let about = expected / 2 - SCHEDULING..=expected.saturating_mul(2).saturating_add(SCHEDULING);
    let timely: Vec<&Entry> = candidates
        .into_iter()
        .filter(|entry| {
            misfit(entry) <= best.saturating_add(SCHEDULING.unsigned_abs())
                || about.contains(&age(entry))
        })
        .collect();
    let not_taken = |entry: &&&Entry| match entry.length {
        0 => answerer.gone_since.is_some_and(|since| entry.time > since),
        _ => acked.is_none_or(|taken| entry.end().is_after(taken)),
    };
    let earliest = timely.iter().rfind(not_taken).copied();
    earliest.or_else(|| timely.into_iter().min_by_key(|entry| misfit(entry)))
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
    use crate::recent::Ticket;
    use crate::segment::tests::segment;

    /// A peer that sent data in frames 10, 20 and 30 (10 ms apart), all with ack 5000.
    fn peer_with_three_segments(recent: &mut Recent) -> Endpoint {
        let mut peer = Endpoint::default();
        for frame in [10, 20, 30] {
            let data = Segment {
                payload_length: 100,
                ..segment(frame)
            };
            peer.ticket = recent.push(&data, peer.ticket, 0);
        }
        peer
    }

    fn reset_at(millisecond: u32) -> Segment<'static> {
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
        let found = answered(
            &reset_at(31),
            &Endpoint::default(),
            &peer,
            Answerer::default(),
            &recent,
        )
        .unwrap();
        assert_eq!(found.frame, 30);
        assert_eq!(found.kind, Kind::Data);
    }

    #[test]
    fn far_from_the_sender_it_is_the_one_a_round_trip_ago() {
        let mut recent = Recent::default();
        let peer = peer_with_three_segments(&mut recent);
        let mut sender = Endpoint::default();
        for (arrival, expected) in [(90, 10), (100, 20), (110, 30)] {
            let found = answered(
                &reset_at(arrival),
                &sender,
                &peer,
                Answerer {
                    delay: 80 * MILLISECOND,
                    gone_since: None,
                },
                &recent,
            )
            .unwrap();
            assert_eq!(found.frame, expected);
            sender.answered = found.frame;
        }
    }

    #[test]
    fn other_numbers_are_no_trigger() {
        let mut recent = Recent::default();
        let peer = peer_with_three_segments(&mut recent);
        let reset = Segment {
            seq: Seq(5001),
            ..reset_at(31)
        };
        assert_eq!(
            answered(
                &reset,
                &Endpoint::default(),
                &peer,
                Answerer::default(),
                &recent
            ),
            None
        );
    }

    #[test]
    fn syn_is_answered_by_its_end() {
        let mut recent = Recent::default();
        let syn = Segment {
            flags: Flags::SYN,
            ..segment(1)
        };
        let ticket = recent.push(&syn, Ticket::default(), 0);
        let mut peer = Endpoint::default();
        peer.ticket = ticket;
        let flags = Flags(Flags::RST.0 | Flags::ACK.0);
        let reset = Segment {
            flags,
            seq: Seq(0),
            ack: Seq(1001),
            ..segment(2)
        };
        let found = answered(
            &reset,
            &Endpoint::default(),
            &peer,
            Answerer::default(),
            &recent,
        )
        .unwrap();
        assert_eq!(found.kind, Kind::Syn);
        let wrong = Segment {
            ack: Seq(1002),
            ..reset
        };
        assert_eq!(
            answered(
                &wrong,
                &Endpoint::default(),
                &peer,
                Answerer::default(),
                &recent
            ),
            None
        );
    }
}
