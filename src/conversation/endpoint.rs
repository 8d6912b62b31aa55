//! What one side of a conversation has said so far (the send and receive variables of RFC 9293 3.3.1).

use super::attempts::{Attempt, Attempts};
use super::identification::Identification;
use super::opening::Opening;
use super::round_trip::RoundTrip;
use crate::lookup::spread;
use crate::recent::Ticket;
use crate::segment::{Flags, Index, Moment, Segment};
use crate::seq::Seq;

/// The end of one side's data.
#[derive(Clone, Copy, Debug)]
pub struct Fin {
    /// The segment.
    pub moment: Moment,
    /// The number after it.
    pub end: Seq,
    /// What its sender had received by then (RCV.NXT).
    pub received: Option<Seq>,
}

/// A number of bytes, where a record has no room for the alignment of eight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(Rust, packed(4))]
pub(super) struct Bytes(pub u64);

/// One side of a conversation, from the segments that it sent (resets do not count).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address, as an index into the hosts, where that was looked up already.
    pub host: Option<Index>,
    /// SND.NXT: the number after the highest that it sent.
    pub next: Seq,
    /// Options in parts, here and below, take four bytes less.
    pub(super) acked: Seq,
    pub(super) has_acked: bool,
    /// Bytes that it offers to take beyond RCV.NXT; 0 where only a reset stated that.
    pub(super) window: u32,
    pub(super) initial: Seq,
    pub(super) fin: Moment,
    pub(super) fin_end: Seq,
    pub(super) fin_received: Seq,
    pub(super) fin_has_received: bool,
    /// Its last segment.
    pub last: Moment,
    /// Its last segment, in the ring of recent ones.
    pub ticket: Ticket,
    /// Its last segment with new payload.
    pub last_data: Moment,
    pub(super) bytes: Bytes,
    /// Data segments it sent since the other side's last one, 255 for more.
    pub burst: u8,
    /// How often it took its turn to send data, 255 for more.
    pub turns: u8,
    /// What it repeats in vain.
    pub attempts: Attempts,
    pub(super) window_scale: u8,
    pub(super) hop_limit: u8,
    /// The link-layer source of its last segment, mixed into a byte.
    pub(super) link: u8,
    /// What its SYN was.
    pub syn: Opening,
    /// The habit of its IPv4 identification.
    pub identification: Identification,
    /// Time from the capture point to it and back.
    pub round_trip: RoundTrip,
    /// Its series of resets, as an index into the session's list.
    pub series: Option<Index>,
    /// The newest of the other side's segments that one of its resets answered.
    pub answered: u32,
}

impl Endpoint {
    /// RCV.NXT as its segments and its active resets state it, where one had an ACK at all.
    pub fn acked(&self) -> Option<Seq> {
        self.has_acked.then_some(self.acked)
    }

    /// Its first FIN.
    pub fn fin(&self) -> Option<Fin> {
        self.fin.happened().then_some(Fin {
            moment: self.fin,
            end: self.fin_end,
            received: self.fin_has_received.then_some(self.fin_received),
        })
    }

    /// Payload bytes sent for the first time.
    pub fn bytes(&self) -> u64 {
        self.bytes.0
    }

    /// Whether the file holds a segment of it that is no reset.
    pub fn is_seen(&self) -> bool {
        self.last.happened()
    }

    /// Whether the way (hop limit, link) differs from its last segment's, so that the host may have
    /// something to learn.
    pub fn takes_new_way(&mut self, segment: &Segment) -> bool {
        let way = (segment.ip.hop_limit, mix(segment.link_source));
        let new = !self.is_seen() || way != (self.hop_limit, self.link);
        (self.hop_limit, self.link) = way;
        new
    }

    /// The hop limit of its last segment, where that came over the same link as `segment`.
    pub fn usual_hop_limit(&self, segment: &Segment) -> Option<u8> {
        (self.is_seen() && self.link == mix(segment.link_source)).then_some(self.hop_limit)
    }

    /// Whether all sequence numbers of the segment were sent before.
    pub fn is_retransmission(&self, segment: &Segment) -> bool {
        segment.length() > 0 && self.is_seen() && !segment.end().is_after(self.next)
    }

    /// Whether the segment says anything that the ones before did not: new sequence numbers or a new
    /// acknowledgment.
    pub fn is_progress(&self, segment: &Segment) -> bool {
        let sends = segment.length() > 0 && segment.end().is_after(self.next);
        let acknowledges =
            segment.flags.has(Flags::ACK) && (!self.has_acked || segment.ack.is_after(self.acked));
        !self.is_seen() || sends || acknowledges
    }

    /// A keep-alive probe: no new data, one number below SND.NXT (RFC 9293 3.8.4).
    pub fn is_probe(&self, segment: &Segment) -> bool {
        self.is_seen()
            && segment.payload_length <= 1
            && segment.flags == Flags::ACK
            && segment.seq + 1 == self.next
    }

    /// What the segment repeats, where it says nothing new.
    pub fn attempt(&self, segment: &Segment, retransmission: bool) -> Option<Attempt> {
        if self.is_probe(segment) {
            return Some(Attempt::Probe);
        }
        retransmission.then_some(Attempt::Retransmission(segment.payload_length))
    }

    /// Takes in a segment that it sent. Returns whether that repeats something in vain.
    pub fn send(&mut self, segment: &Segment, retransmission: bool) -> bool {
        let now = Moment::of(segment);
        let attempt = self.attempt(segment, retransmission);
        match attempt {
            Some(attempt) => self.attempts.add(attempt, self.last.until(segment.time)),
            None => self.attempts.interrupt(segment.length() > 0),
        }
        if segment.flags.has(Flags::SYN) {
            self.initial = segment.seq;
            self.syn = Opening::of(segment);
            self.window_scale = segment.options.window_scale.unwrap_or(0);
        }
        self.next = if self.is_seen() {
            self.next.later(segment.end())
        } else {
            segment.end()
        };
        if segment.flags.has(Flags::ACK) {
            self.acknowledge(segment);
        }
        if segment.payload_length > 0 && !retransmission {
            self.turns = self.turns.saturating_add(u8::from(self.burst == 0));
            self.last_data = now;
            self.bytes = Bytes(self.bytes.0 + u64::from(segment.payload_length));
            self.burst = self.burst.saturating_add(1);
        }
        if segment.flags.has(Flags::FIN) && !self.fin.happened() {
            self.fin = now;
            self.fin_end = segment.end();
            (self.fin_received, self.fin_has_received) = (self.acked, self.has_acked);
        }
        self.identification.observe(segment);
        self.last = now;
        attempt.is_some()
    }

    fn acknowledge(&mut self, segment: &Segment) {
        let progress = !self.has_acked || segment.ack.is_after(self.acked);
        if progress {
            (self.acked, self.has_acked) = (segment.ack, true);
        }
        // The window of a SYN is never scaled (RFC 7323 2.2).
        let shift = if segment.flags.has(Flags::SYN) {
            0
        } else {
            self.window_scale
        };
        let window = u32::from(segment.window) << shift;
        let older_by = self.acked.beyond(segment.ack);
        self.window = if progress {
            window
        } else {
            self.window.max(window.saturating_sub(older_by))
        };
    }

    /// Takes in what an active reset of it acknowledges; an older number takes nothing back.
    pub fn acknowledge_by_reset(&mut self, ack: Seq) {
        self.acked = self.acked().map_or(ack, |acked| acked.later(ack));
        self.has_acked = true;
    }

    /// Its initial sequence number, where the file holds its SYN.
    pub fn initial(&self) -> Option<Seq> {
        self.syn.is_seen().then_some(self.initial)
    }

    /// Whether it has acknowledged something and takes no more.
    pub fn has_closed_window(&self) -> bool {
        self.is_seen() && self.has_acked && self.window == 0
    }

    /// Right edge of the window that it offers, where it has acknowledged anything.
    pub fn window_edge(&self) -> Option<Seq> {
        self.acked().map(|acked| acked + self.window)
    }

    /// The number after its last payload byte: SND.NXT less a FIN.
    pub fn data_end(&self) -> Seq {
        match self.fin() {
            Some(fin) if fin.end == self.next => Seq(self.next.0.wrapping_sub(1)),
            _ => self.next,
        }
    }

    /// Payload bytes that it sent and `peer` has not acknowledged.
    pub fn outstanding(&self, peer: &Endpoint) -> u32 {
        match peer.acked() {
            Some(acked) if self.is_seen() => self.data_end().beyond(acked),
            _ => 0,
        }
    }

    /// Whether `peer` acknowledged its FIN.
    pub fn fin_is_acked(&self, peer: &Endpoint) -> bool {
        match (self.fin(), peer.acked()) {
            (Some(fin), Some(acked)) => !acked.is_before(fin.end),
            _ => false,
        }
    }
}

fn mix(link_source: u64) -> u8 {
    (spread(link_source) >> 56) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn send_variables_follow_the_highest_number() {
        let mut endpoint = Endpoint::default();
        let late = Segment {
            seq: Seq(2000),
            payload_length: 100,
            ..segment(1)
        };
        let early = Segment {
            payload_length: 100,
            ..segment(2)
        };
        assert!(!endpoint.is_retransmission(&late));
        endpoint.send(&late, false);
        assert!(endpoint.is_retransmission(&early));
        endpoint.send(&early, true);
        assert_eq!((endpoint.next, endpoint.bytes()), (Seq(2100), 100));
        assert_eq!(endpoint.last.frame, 2);
        assert_eq!(endpoint.last_data.frame, 1);
        assert_eq!(endpoint.attempts.unanswered(), 1);
    }

    #[test]
    fn outstanding_is_what_the_peer_has_not_acknowledged() {
        let (mut sender, mut peer) = (Endpoint::default(), Endpoint::default());
        sender.send(
            &Segment {
                payload_length: 100,
                ..segment(1)
            },
            false,
        );
        assert_eq!(sender.outstanding(&peer), 0, "nothing known of the peer");
        peer.send(
            &Segment {
                ack: Seq(1040),
                ..segment(2)
            },
            false,
        );
        assert_eq!(sender.outstanding(&peer), 60);
        peer.send(
            &Segment {
                ack: Seq(1100),
                ..segment(3)
            },
            false,
        );
        assert_eq!(sender.outstanding(&peer), 0);
    }

    #[test]
    fn reset_with_an_older_acknowledgment_takes_nothing_back() {
        let mut endpoint = Endpoint::default();
        endpoint.send(&segment(1), false);
        endpoint.acknowledge_by_reset(Seq(4000));
        assert_eq!(endpoint.acked(), Some(Seq(5000)));
        endpoint.acknowledge_by_reset(Seq(6000));
        assert_eq!(endpoint.acked(), Some(Seq(6000)));
    }

    #[test]
    fn window_edge_scales_but_not_for_the_syn() {
        let mut endpoint = Endpoint::default();
        let mut syn = Segment {
            flags: Flags(Flags::SYN.0 | Flags::ACK.0),
            ..segment(1)
        };
        syn.options.window_scale = Some(2);
        endpoint.send(&syn, false);
        assert_eq!(endpoint.window_edge(), Some(Seq(5500)));
        endpoint.send(
            &Segment {
                ack: Seq(5001),
                ..segment(2)
            },
            false,
        );
        assert_eq!(endpoint.window_edge(), Some(Seq(7001)));
    }
}
