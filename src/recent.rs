//! The latest segments of the whole file, in one ring of fixed size.
//!
//! A passive reset answers one certain segment, and to find it the last few segments of its
//! conversation must still be at hand. Keeping them per conversation would cost memory for each
//! conversation of the file; one ring for all costs the same for any file.

use crate::segment::{Flags, IpHeader, Milliseconds, Nanoseconds, Options, Segment};
use crate::seq::Seq;

/// Segments kept. At 100,000 packets a second that is a third of a second, several round trips of
/// most networks; beyond it a trigger is reported as missing.
const CAPACITY: u32 = 1 << 15;

/// Where a segment stands in the ring; 0 is nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket(pub(crate) u32);

/// What is remembered of a segment. Each segment writes one, so what can be is copied as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry {
    /// The segment before it from the same sender in the same conversation.
    pub previous: Ticket,
    /// Number of its frame.
    pub frame: u32,
    /// Its time.
    pub time: Nanoseconds,
    /// Link-layer source.
    pub link_source: u64,
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK.
    pub ack: Seq,
    /// Bytes of payload.
    pub payload_length: u32,
    /// SEG.WND, unscaled.
    pub window: u16,
    /// The control bits.
    pub flags: Flags,
    /// How often the capture holds the same packet again.
    pub copies: u8,
    /// Its options.
    pub options: Options,
    /// Silence of both sides before it.
    pub silence: Milliseconds,
    /// The IP header before it.
    pub ip: IpHeader,
}

impl Entry {
    #[inline]
    fn of(segment: &Segment, previous: Ticket, silence: Nanoseconds) -> Entry {
        Entry {
            previous,
            frame: segment.frame,
            time: segment.time,
            link_source: segment.link_source,
            seq: segment.seq,
            ack: segment.ack,
            payload_length: segment.payload_length,
            window: segment.window,
            flags: segment.flags,
            copies: 0,
            options: segment.options,
            silence: Milliseconds::from(silence),
            ip: segment.ip,
        }
    }

    /// SEG.LEN.
    pub fn length(&self) -> u32 {
        self.flags.length_with(self.payload_length)
    }

    /// Sequence number after the segment.
    pub fn end(&self) -> Seq {
        self.seq + self.length()
    }

    /// Whether the TCP part is the same, bit for bit as far as it is kept.
    pub fn is_same_segment(&self, other: &Segment) -> bool {
        self.seq == other.seq
            && self.ack == other.ack
            && self.flags == other.flags
            && self.payload_length == other.payload_length
            && self.window == other.window
            && self.options.timestamp == other.options.timestamp
            && self.ip.identification == other.ip.identification
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
    #[inline(always)]
    pub fn push(&mut self, segment: &Segment, previous: Ticket, silence: Nanoseconds) -> Ticket {
        let place = (self.written % CAPACITY) as usize;
        match self.entries.get_mut(place) {
            Some(slot) => *slot = Entry::of(segment, previous, silence),
            None => {
                // All at once, as to grow would copy; what is not written to takes no memory.
                self.entries
                    .reserve_exact(CAPACITY as usize - self.entries.len());
                self.entries.push(Entry::of(segment, previous, silence));
            }
        }
        // After four thousand million segments the count starts anew, past the 0 of nowhere; the ring
        // is as long as a power of two, so places go on in order.
        self.written = self.written.checked_add(1).unwrap_or(CAPACITY);
        Ticket(self.written)
    }

    /// Where the newest segment stands.
    pub fn newest(&self) -> Ticket {
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

    /// How many segments came since the one at `ticket`; all that can be counted where it is nowhere.
    pub fn since(&self, ticket: Ticket) -> u32 {
        match ticket.0 {
            0 => u32::MAX,
            number => self.written.wrapping_sub(number),
        }
    }

    /// From `newest` back to the oldest segment of the same sender that is still in the ring.
    pub fn backwards(&self, newest: Ticket) -> Backwards<'_> {
        Backwards {
            recent: self,
            next: newest,
        }
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

/// The segments of one sender, the newest first. No entry is touched before it is asked for: it may have left
/// the processor's cache long ago.
#[derive(Clone, Debug)]
pub struct Backwards<'a> {
    recent: &'a Recent,
    next: Ticket,
}

impl<'a> Iterator for Backwards<'a> {
    type Item = (Ticket, &'a Entry);

    #[inline]
    fn next(&mut self) -> Option<(Ticket, &'a Entry)> {
        let ticket = self.next;
        let entry = self.recent.get(ticket)?;
        self.next = entry.previous;
        Some((ticket, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MILLISECOND;
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

    #[test]
    fn an_entry_keeps_what_the_segment_says() {
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
        let syn = Segment {
            flags: Flags::SYN,
            ..segment(1)
        };
        let mut ring = Recent::default();
        let ticket = ring.push(&syn, Ticket::default(), 7 * MILLISECOND);
        let entry = ring.get(ticket).unwrap();
        assert_eq!((entry.length(), entry.silence.get()), (1, 7 * MILLISECOND));
        assert!(entry.is_same_segment(&syn));
        let mut stamped = syn;
        stamped.options.timestamp = Some(0);
        assert!(!entry.is_same_segment(&stamped));
    }
}
