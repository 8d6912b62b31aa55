//! What one side of a conversation has said so far (the send and receive variables of RFC 9293 3.3.1).

use super::round_trip::RoundTrip;
use crate::recent::Ticket;
use crate::segment::{Flags, Nanoseconds, Segment};
use crate::seq::Seq;

/// A frame and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Number of the frame; 0 stands for never.
    pub frame: u32,
    /// Its time.
    pub time: Nanoseconds,
}

impl Moment {
    /// The moment of a segment.
    pub fn of(segment: &Segment) -> Moment {
        Moment {
            frame: segment.frame,
            time: segment.time,
        }
    }

    /// Whether it ever came.
    pub fn happened(self) -> bool {
        self.frame != 0
    }
}

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

/// One side of a conversation, from the segments that it sent (resets do not count).
#[derive(Clone, Copy, Debug, Default)]
pub struct Endpoint {
    /// Its address, as an index into the hosts; none before its first segment.
    pub host: Option<u32>,
    /// The way its last segment came: hop limit and link-layer source.
    arrival: (u8, u64),
    /// SND.NXT: the number after the highest that it sent.
    pub next: Seq,
    /// RCV.NXT as it last stated, where it sent an ACK at all.
    pub acked: Option<Seq>,
    /// Right edge of the window that it offers.
    pub window_edge: Seq,
    window_scale: u8,
    /// Its initial sequence number, where the file holds its SYN.
    pub initial: Option<Seq>,
    /// Whether its SYN acknowledged another (it was asked).
    pub answered_syn: bool,
    /// Its first FIN.
    pub fin: Option<Fin>,
    /// Its last segment.
    pub last: Moment,
    /// Its last segment, in the ring of recent ones.
    pub ticket: Ticket,
    /// Its last segment with new payload.
    pub last_data: Moment,
    /// Its last segment with which an application message was complete.
    pub last_message: Moment,
    /// The last one whose ACK stated more than those before.
    pub last_progress: Moment,
    /// Payload bytes sent for the first time.
    pub bytes: u64,
    /// Data segments it sent since the other side's last one.
    pub burst: u32,
    /// How often it took its turn to send data.
    pub turns: u32,
    /// Time from the capture point to it and back.
    pub round_trip: RoundTrip,
    /// Its series of resets, as an index into the session's list.
    pub series: Option<u32>,
    /// The newest of the other side's segments that one of its resets answered.
    pub answered: u32,
    /// What one of its resets acknowledged, where that was more than its other segments did.
    pub reset_acked: Option<Seq>,
}

impl Endpoint {
    /// Whether the file holds a segment of it that is no reset.
    pub fn is_seen(&self) -> bool {
        self.last.happened()
    }

    /// Whether the way (hop limit, link) differs from its last segment's, so that the host may have
    /// something to learn.
    pub fn takes_new_way(&mut self, segment: &Segment) -> bool {
        let arrival = (segment.ip.hop_limit, segment.link_source);
        let new = !self.is_seen() || arrival != self.arrival;
        self.arrival = arrival;
        new
    }

    /// Whether all sequence numbers of the segment were sent before.
    pub fn is_retransmission(&self, segment: &Segment) -> bool {
        segment.length() > 0 && self.is_seen() && !segment.end().is_after(self.next)
    }

    /// Whether the segment says anything that the ones before did not: new sequence numbers or a new
    /// acknowledgment.
    pub fn is_progress(&self, segment: &Segment) -> bool {
        let sends = segment.length() > 0 && segment.end().is_after(self.next);
        let acknowledges = segment.flags.has(Flags::ACK)
            && self.acked.is_none_or(|acked| segment.ack.is_after(acked));
        !self.is_seen() || sends || acknowledges
    }

    /// Takes in a segment that it sent.
    pub fn send(&mut self, segment: &Segment, retransmission: bool) {
        if segment.flags.has(Flags::SYN) {
            self.initial = Some(segment.seq);
            self.answered_syn = segment.flags.has(Flags::ACK);
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
            self.turns = self.turns.saturating_add(u32::from(self.burst == 0));
            self.last_data = Moment::of(segment);
            self.bytes += u64::from(segment.payload_length);
            self.burst = self.burst.saturating_add(1);
        }
        if segment.application.response_complete || segment.application.request_complete {
            self.last_message = Moment::of(segment);
        }
        if segment.flags.has(Flags::FIN) && self.fin.is_none() {
            let moment = Moment::of(segment);
            self.fin = Some(Fin {
                moment,
                end: segment.end(),
                received: self.acked,
            });
        }
        self.last = Moment::of(segment);
    }

    fn acknowledge(&mut self, segment: &Segment) {
        let progress = self.acked.is_none_or(|acked| segment.ack.is_after(acked));
        if progress {
            self.acked = Some(segment.ack);
            self.last_progress = Moment::of(segment);
        }
        // The window of a SYN is never scaled (RFC 7323 2.2).
        let shift = if segment.flags.has(Flags::SYN) {
            0
        } else {
            self.window_scale
        };
        let edge = segment.ack + (u32::from(segment.window) << shift);
        self.window_edge = if progress {
            edge
        } else {
            self.window_edge.later(edge)
        };
    }

    /// The number after its last payload byte: SND.NXT less a FIN.
    pub fn data_end(&self) -> Seq {
        match self.fin {
            Some(fin) if fin.end == self.next => Seq(self.next.0.wrapping_sub(1)),
            _ => self.next,
        }
    }

    /// Payload bytes that it sent and `peer` has not acknowledged.
    pub fn outstanding(&self, peer: &Endpoint) -> u32 {
        match peer.acked {
            Some(acked) if self.is_seen() => self.data_end().beyond(acked),
            _ => 0,
        }
    }

    /// RCV.NXT, as its segments and its resets state it.
    pub fn received(&self) -> Option<Seq> {
        match (self.acked, self.reset_acked) {
            (Some(acked), Some(last)) => Some(acked.later(last)),
            (acked, last) => acked.or(last),
        }
    }

    /// Whether `peer` acknowledged its FIN.
    pub fn fin_is_acked(&self, peer: &Endpoint) -> bool {
        match (self.fin, peer.acked) {
            (Some(fin), Some(acked)) => !acked.is_before(fin.end),
            _ => false,
        }
    }
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
        assert_eq!((endpoint.next, endpoint.bytes), (Seq(2100), 100));
        assert_eq!(endpoint.last.frame, 2);
        assert_eq!(endpoint.last_data.frame, 1);
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
    fn window_edge_scales_but_not_for_the_syn() {
        let mut endpoint = Endpoint::default();
        let mut syn = Segment {
            flags: Flags(Flags::SYN.0 | Flags::ACK.0),
            ..segment(1)
        };
        syn.options.window_scale = Some(2);
        endpoint.send(&syn, false);
        assert_eq!(endpoint.window_edge, Seq(5500));
        endpoint.send(
            &Segment {
                ack: Seq(5001),
                ..segment(2)
            },
            false,
        );
        assert_eq!(endpoint.window_edge, Seq(7001));
    }
}
