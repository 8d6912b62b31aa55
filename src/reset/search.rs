//! Which segment provoked a reset.
//!
//! A passive reset answers one certain segment and carries its numbers (RFC 9293 3.10.7.1: seq =
//! SEG.ACK, or seq 0 and ack = SEG.SEQ + SEG.LEN). Several segments may carry the same numbers; the
//! round trip and the order of the answers tell which one is meant.

use super::trigger::{Kind, Trigger, kind_of};
use crate::conversation::Endpoint;
use crate::recent::{Entry, Recent};
use crate::segment::{Flags, MILLISECOND, Nanoseconds, Segment};
use crate::seq::Seq;

/// How far back the peer's segments are searched. More than fit between a segment and its answer
/// in a 1 Gbit/s stream over 3 ms; further back the order of the answers is lost anyway.
const LONGEST_SEARCH: usize = 256;

/// A segment of the peer that a reset may answer.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What is still known of it.
    pub entry: &'a Entry,
    /// Whether an earlier reset of the same sender is its answer already.
    pub answered_before: bool,
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

/// The segment of `peer` that the reset answers, by its numbers; none where no recent one fits. Each reset
/// answers another segment; the same one again only where all are taken.
pub fn answered<'a>(
    reset: &Segment,
    sender: &Endpoint,
    peer: &Endpoint,
    answerer: Answerer,
    recent: &'a Recent,
) -> Option<Found<'a>> {
    let unanswered = || {
        let entries = latest(peer, recent).take_while(|entry| entry.frame > sender.answered);
        entries.filter(|entry| is_answer(reset, entry))
    };
    if let Some(entry) = choose(unanswered, reset.time, answerer, sender.acked()) {
        return Some(Found {
            entry,
            answered_before: false,
        });
    }
    let entry = latest(peer, recent).find(|entry| is_answer(reset, entry))?;
    Some(Found {
        entry,
        answered_before: true,
    })
}

/// The latest segments of the peer, the newest first.
fn latest<'a>(peer: &Endpoint, recent: &'a Recent) -> impl Iterator<Item = &'a Entry> {
    let entries = recent.backwards(peer.ticket).take(LONGEST_SEARCH);
    entries.map(|(_, entry)| entry)
}

/// A bare ACK before the `next` segment that the reset's numbers fit as well. [`answered`] passes it over, since
/// a living connection just takes it; but where there is one reset more than other segments, it drew one, too.
pub fn passed_over<'a>(
    reset: &Segment,
    next: &Trigger,
    peer: &Endpoint,
    answerer: Answerer,
    recent: &'a Recent,
) -> Option<Found<'a>> {
    let longest = answerer.delay.saturating_mul(2).saturating_add(SCHEDULING);
    let entry =
        latest(peer, recent).find(|entry| entry.frame < next.frame && is_answer(reset, entry))?;
    let timely = reset.time.saturating_sub(entry.time) <= longest;
    (timely && kind_of(entry) == Kind::Ack).then_some(Found {
        entry,
        answered_before: false,
    })
}

/// Below this a difference in time is made of scheduling, not of distance.
const SCHEDULING: Nanoseconds = MILLISECOND;

/// Of candidates (newest first) those that are about a round trip old; of these the earliest, since
/// answers come in order. Data that the sender has acknowledged, and a bare ACK before its first
/// reset, may just as well have been taken: such segments come last.
fn choose<'a, Candidates: Iterator<Item = &'a Entry>>(
    candidates: impl Fn() -> Candidates,
    now: Nanoseconds,
    answerer: Answerer,
    acked: Option<Seq>,
) -> Option<&'a Entry> {
    let expected = answerer.delay;
    let age = |entry: &Entry| now.saturating_sub(entry.time);
    let misfit = |entry: &Entry| age(entry).saturating_sub(expected).unsigned_abs();
    let mut all = candidates();
    let newest = all.next()?;
    let Some(second) = all.next() else {
        return Some(newest);
    };
    let others = std::iter::once(second).chain(all);
    let nearest = others.fold(newest, |nearest, entry| {
        match misfit(entry) < misfit(nearest) {
            true => entry,
            false => nearest,
        }
    });
    let close = misfit(nearest).saturating_add(SCHEDULING.unsigned_abs());
    let about = expected / 2 - SCHEDULING..=expected.saturating_mul(2).saturating_add(SCHEDULING);
    let timely = |entry: &Entry| misfit(entry) <= close || about.contains(&age(entry));
    let not_taken = |entry: &Entry| match entry.length() {
        0 => answerer.gone_since.is_some_and(|since| entry.time > since),
        _ => acked.is_none_or(|taken| entry.end().is_after(taken)),
    };
    let earliest = candidates().filter(|entry| timely(entry) && not_taken(entry));
    earliest.last().or(Some(nearest))
}

/// The last segment with payload or FIN that the reset's ACK field covers: what its sender had just
/// received when it decided to abort.
pub fn last_received<'a>(
    reset: &Segment,
    peer: &Endpoint,
    recent: &'a Recent,
) -> Option<Found<'a>> {
    let received = |entry: &&Entry| {
        entry.length() > 0 && !entry.flags.has(Flags::RST) && !entry.end().is_after(reset.ack)
    };
    let entry = latest(peer, recent).find(received)?;
    Some(Found {
        entry,
        answered_before: false,
    })
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

    /// What a reset answers whose sender had neither sent nor been reset before.
    fn answered_at_once<'a>(
        reset: &Segment,
        peer: &Endpoint,
        recent: &'a Recent,
    ) -> Option<Found<'a>> {
        answered(
            reset,
            &Endpoint::default(),
            peer,
            Answerer::default(),
            recent,
        )
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
        let found = answered_at_once(&reset_at(31), &peer, &recent).unwrap();
        assert_eq!(found.entry.frame, 30);
        assert_eq!(kind_of(found.entry), Kind::Data);
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
            assert_eq!(found.entry.frame, expected);
            sender.answered = found.entry.frame;
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
        let found = answered_at_once(&reset, &peer, &recent);
        assert!(found.is_none());
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
        let found = answered_at_once(&reset, &peer, &recent).unwrap();
        assert_eq!(kind_of(found.entry), Kind::Syn);
        let wrong = Segment {
            ack: Seq(1002),
            ..reset
        };
        let found = answered_at_once(&wrong, &peer, &recent);
        assert!(found.is_none());
    }
}
