//! The segment that a reset answers, as far as it is kept.

use super::search::Found;
use crate::recent::Entry;
use crate::segment::{Flags, Milliseconds, Nanoseconds};

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

/// The segment that a reset answers, in twenty bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Number of its frame.
    pub frame: u32,
    silence: Milliseconds,
    delay: [u8; 6],
    payload_length: [u8; 3],
    /// The control bits.
    pub flags: Flags,
    /// Its DSCP, and whether it was answered before.
    notes: u8,
    /// Its kind.
    pub kind: Kind,
}

const ANSWERED_BEFORE: u8 = 0x80;
/// 39 hours fit in six bytes; this stands for all that is longer.
const LONGEST_DELAY: Nanoseconds = (1 << 47) - 1;

impl Trigger {
    /// What is kept of the segment that was found for a reset, captured so long before it.
    pub fn new(found: Found<'_>, delay: Nanoseconds) -> Trigger {
        let entry = found.entry;
        let [payload_length @ .., _] = entry.payload_length.min((1 << 24) - 1).to_le_bytes();
        let answered_before = match found.answered_before {
            true => ANSWERED_BEFORE,
            false => 0,
        };
        Trigger {
            frame: entry.frame,
            silence: entry.silence,
            delay: six_bytes(delay),
            payload_length,
            flags: entry.flags,
            notes: entry.ip.dscp & !ANSWERED_BEFORE | answered_before,
            kind: kind_of(entry),
        }
    }

    /// The same as that of another reset, captured so long after it.
    pub fn after(self, delay: Nanoseconds) -> Trigger {
        let delay = six_bytes(delay);
        Trigger { delay, ..self }
    }

    /// How long before the reset it was captured; none where that is too long to be kept here.
    pub fn delay(&self) -> Option<Nanoseconds> {
        let [a, b, c, d, e, f] = self.delay;
        let delay = i64::from_le_bytes([0, 0, a, b, c, d, e, f]) >> 16;
        (delay.abs() < LONGEST_DELAY).then_some(delay)
    }

    /// Bytes of payload.
    pub fn payload_length(&self) -> u32 {
        let [a, b, c] = self.payload_length;
        u32::from_le_bytes([a, b, c, 0])
    }

    /// Its DSCP, which a kernel copies into its answer.
    pub fn dscp(&self) -> u8 {
        self.notes & !ANSWERED_BEFORE
    }

    /// Silence of both sides before it.
    pub fn silence(&self) -> Nanoseconds {
        self.silence.get()
    }

    /// Whether an earlier reset of the same sender is its answer already.
    pub fn answered_before(&self) -> bool {
        self.notes & ANSWERED_BEFORE != 0
    }
}

fn six_bytes(delay: Nanoseconds) -> [u8; 6] {
    let [bytes @ .., _, _] = delay.clamp(-LONGEST_DELAY, LONGEST_DELAY).to_le_bytes();
    bytes
}

pub(super) fn kind_of(entry: &Entry) -> Kind {
    match entry.flags {
        flags if flags.has(Flags::SYN) && flags.has(Flags::ACK) => Kind::SynAck,
        flags if flags.has(Flags::SYN) => Kind::Syn,
        _ if entry.payload_length > 0 => Kind::Data,
        flags if flags.has(Flags::FIN) => Kind::Fin,
        _ => Kind::Ack,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recent::{Recent, Ticket};
    use crate::segment::tests::segment;

    #[test]
    fn any_delay_is_kept_or_known_to_be_too_long() {
        let entry_of = |recent: &mut Recent| recent.push(&segment(7), Ticket::default(), 0);
        let mut recent = Recent::default();
        let ticket = entry_of(&mut recent);
        let entry = recent.get(ticket).unwrap();
        let answered_before = true;
        for (delay, kept) in [
            (0, true),
            (-1, true),
            (123_456_789_012_345, true),
            (-123_456_789_012_345, true),
            (140_737_488_355_328, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            let found = Found {
                entry,
                answered_before,
            };
            let trigger = Trigger::new(found, delay);
            assert_eq!(trigger.delay(), kept.then_some(delay));
            assert!(trigger.answered_before() && trigger.frame == 7);
        }
    }

    #[test]
    fn a_trigger_takes_twenty_bytes() {
        assert_eq!(size_of::<Option<Trigger>>(), 20);
    }
}
