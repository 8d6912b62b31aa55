//! Tells a packet that was captured twice from one that was sent twice.

use super::Endpoint;
use crate::recent::{Entry, Recent, Ticket};
use crate::segment::{MILLISECOND, Nanoseconds, Segment};

/// A copy of a segment seen within this time and with the same IP identification is the same packet,
/// captured twice. Above what a copy takes through one router or mirror port, below the shortest
/// retransmission timeouts (Linux: 200 ms).
const LONGEST_COPY_DELAY: Nanoseconds = 100 * MILLISECOND;
/// How many of the sender's last segments may stand between a packet and its copy.
const LONGEST_COPY_GAP: usize = 32;

/// The earlier segment that the new one is a copy of: a mirror port or a capture on "any" sees a
/// packet once per interface. The IP identification tells a copy from a retransmission; where it is
/// 0 or absent, another hop limit or link does; of a reset, another link, or that what it answers was
/// copied too.
pub(super) fn copied(
    sender: &Endpoint,
    peer: &Endpoint,
    segment: &Segment,
    recent: &Recent,
) -> Option<Ticket> {
    if !segment.is_reset() && sender.is_progress(segment) {
        return None;
    }
    let (ticket, entry) = recent
        .backwards(sender.ticket)
        .take(LONGEST_COPY_GAP)
        .take_while(|(_, entry)| segment.time.saturating_sub(entry.time) <= LONGEST_COPY_DELAY)
        .find(|(_, entry)| entry.is_same_segment(segment))?;
    let other_link = entry.link_source != segment.link_source;
    let other_way = other_link || entry.ip.hop_limit != segment.ip.hop_limit;
    let numbered = segment.ip.identification.is_some_and(|number| number != 0);
    // A forger sends the same reset several times, with many TTLs over one link; a capture that doubles
    // packets doubles all of them.
    let others_copied = || {
        let last = |ticket| recent.get(ticket).map_or(0, |other: &Entry| other.copies);
        let answered = recent
            .backwards(peer.ticket)
            .take(LONGEST_COPY_GAP)
            .find(|(_, asked)| asked.frame == sender.answered);
        let copies = answered.map_or_else(|| last(peer.ticket), |(_, asked)| asked.copies);
        copies > entry.copies
    };
    let same_packet = match segment.is_reset() {
        true => other_link || others_copied(),
        false => other_way || numbered,
    };
    same_packet.then_some(ticket)
}
