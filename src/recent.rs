//! The latest segments of the whole file, in one ring of fixed size.
//!
//! A passive reset answers one certain segment, and to find it the last few segments of its
//! conversation must still be at hand. Keeping them per conversation would cost memory for each
//! conversation of the file; one ring for all costs the same for any file.

use crate::segment::{Flags, Nanoseconds, Segment};
use crate::seq::Seq;

/// Segments kept. At 100,000 packets a second that is a third of a second, several round trips of
/// most networks; beyond it a trigger is reported as missing.
const CAPACITY: u32 = 1 << 15;

/// Where a segment stands in the ring; 0 is nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket(u32);

/// What is remembered of a segment.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The segment before it from the same sender in the same conversation.
    pub previous: Ticket,
    /// Number of its frame.
    pub frame: u32,
    /// Its time.
    pub time: Nanoseconds,
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK.
    pub ack: Seq,
    /// SEG.LEN.
    pub length: u32,
    /// Bytes of payload.
    pub payload_length: u32,
    /// The control bits.
    pub flags: Flags,
    /// SEG.WND, unscaled.
    pub window: u16,
    /// TSval, where it has one.
    pub timestamp: Option<u32>,
    /// TSecr, likewise.
    pub echo: Option<u32>,
    /// It carries an MPTCP option.
    pub multipath: bool,
    /// It is signed (MD5) or authenticated.
    pub signed: bool,
    /// Its header breaks RFC 9293 3.1.
    pub illegal: bool,
    /// IPv4 identification.
    pub identification: Option<u16>,
    /// DSCP, which a kernel copies into its answer.
    pub dscp: u8,
    /// TTL or hop limit.
    pub hop_limit: u8,
    /// Link-layer source.
    pub link_source: u64,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// How often the capture holds the same packet again.
    pub copies: u8,
}

impl Entry {
    /// Sequence number after the segment.
    pub fn end(&self) -> Seq {
        self.seq + self.length
    }

    /// Whether the TCP part is the same, bit for bit as far as it is kept.
    pub fn is_same_segment(&self, other: &Segment) -> bool {
        self.seq == other.seq
            && self.ack == other.ack
            && self.flags == other.flags
            && self.payload_length == other.payload_length
            && self.window == other.window
            && self.timestamp == other.options.timestamp
            && self.identification == other.ip.identification
    }
}

/// The ring.
#[derive(Debug, Default)]
pub struct Recent {
    entries: Vec<Entry>,
    written: u32,
}

impl Recent {
    /// Remembers `segment` as the newest of its sender, whose last one stands at `previous`.
    pub fn push(&mut self, segment: &Segment, previous: Ticket, silence: Nanoseconds) -> Ticket {
        let entry = Entry {
            previous,
            frame: segment.frame,
            time: segment.time,
            seq: segment.seq,
            ack: segment.ack,
            length: segment.length(),
            payload_length: segment.payload_length,
            flags: segment.flags,
            window: segment.window,
            timestamp: segment.options.timestamp,
            echo: segment.options.echo,
            multipath: segment.options.multipath,
            signed: segment.options.signed,
            illegal: segment.options.illegal,
            identification: segment.ip.identification,
            dscp: segment.ip.dscp,
            hop_limit: segment.ip.hop_limit,
            link_source: segment.link_source,
            silence,
            copies: 0,
        };
        let place = (self.written % CAPACITY) as usize;
        match self.entries.get_mut(place) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
        // After four thousand million segments the count starts anew, past the 0 of nowhere; the ring
        // is as long as a power of two, so places go on in order.
        self.written = self.written.checked_add(1).unwrap_or(CAPACITY);
        Ticket(self.written)
    }

    /// The segment at `ticket`, unless the ring has moved past it.
    pub fn get(&self, ticket: Ticket) -> Option<&Entry> {
        let number = ticket.0.checked_sub(1)?;
        if self.written.wrapping_sub(number) > CAPACITY {
            return None;
        }
        self.entries.get((number % CAPACITY) as usize)
    }

    /// From `newest` back to the oldest segment of the same sender that is still in the ring.
    pub fn backwards(&self, newest: Ticket) -> impl Iterator<Item = (Ticket, &Entry)> {
        let at = |ticket| self.get(ticket).map(|entry| (ticket, entry));
        std::iter::successors(at(newest), move |(_, entry)| at(entry.previous))
    }

    /// Notes that the segment at `ticket` was captured once more; returns its frame.
    pub fn count_copy(&mut self, ticket: Ticket) -> u32 {
        let place = (ticket.0.saturating_sub(1) % CAPACITY) as usize;
        self.entries.get_mut(place).map_or(0, |entry| {
            entry.copies = entry.copies.saturating_add(1);
            entry.frame
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn chain_ends_where_the_ring_has_moved_on() {
        let mut ring = Recent::default();
        let mut last = Ticket::default();
        assert!(ring.get(last).is_none());
        for frame in 1..=CAPACITY + 10 {
            last = ring.push(&segment(frame), last, 0);
        }
        let frames: Vec<u32> = ring.backwards(last).map(|(_, entry)| entry.frame).collect();
        assert_eq!(frames.len(), CAPACITY as usize);
        assert_eq!(frames.first(), Some(&(CAPACITY + 10)));
        assert_eq!(frames.last(), Some(&11));
    }
}
