//! What is wrong with a segment, so that its receiver may refuse it by a reset.

use crate::recent::{Entry, Recent, Ticket};
use crate::segment::{Flags, MILLISECOND, Nanoseconds};

/// How many segments of either side are compared with.
const LONGEST_SEARCH: usize = 32;
/// A timestamp clock ticks once a millisecond at the fastest (RFC 7323 5.4), so that is a second:
/// longer than a network keeps a segment that others overtake.
const OLD_TICKS: i32 = 1000;
/// A reset that a segment provoked follows it within the longest round trips.
const LONGEST_DELAY: Nanoseconds = 1000 * MILLISECOND;

/// Why the receiver need not accept a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An option, or the header itself, has a length that it can't have; a TCP should reset the
    /// connection then (RFC 9293 3.1, MUST-7).
    Length,
    /// SYN and FIN at once.
    SynFin,
    /// A SYN-ACK that echoes a timestamp which the SYN did not have; in SYN-SENT it is not acceptable
    /// (RFC 7323 3.2; Linux's reason TCP_RFC7323_PAWS).
    WrongEcho,
    /// Its timestamp is older than that of segments before it (RFC 7323 5.3, PAWS).
    OldTimestamp,
    /// Signed (RFC 2385, RFC 5925), and its receiver's own segments are not, or the reverse.
    Signature,
}

/// A segment that need not be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faulty {
    /// Number of its frame.
    pub frame: u32,
    /// What is wrong.
    pub fault: Fault,
}

/// The fault of the segment that provoked a reset: the trigger of a passive one (`trigger` is its frame),
/// else the last that reached its sender, unless that has gone on since.
pub fn provoking(
    time: Nanoseconds,
    trigger: Option<u32>,
    own: Ticket,
    peer: Ticket,
    recent: &Recent,
) -> Option<Faulty> {
    let own_last = recent.get(own);
    let own_frame = own_last.map_or(0, |entry| entry.frame);
    let mut entries = recent.backwards(peer).map(|(_, entry)| entry);
    let entry = match trigger {
        Some(frame) => entries.find(|entry| entry.frame <= frame)?,
        None => entries.next().filter(|entry| {
            entry.frame > own_frame && time.saturating_sub(entry.time) <= LONGEST_DELAY
        })?,
    };
    let fault = of(entry, own, recent)?;
    Some(Faulty {
        frame: entry.frame,
        fault,
    })
}

fn of(entry: &Entry, receiver: Ticket, recent: &Recent) -> Option<Fault> {
    let own = recent.get(receiver);
    match () {
        _ if entry.flags.has(Flags::RST) => None,
        _ if entry.options.illegal => Some(Fault::Length),
        _ if entry.flags.has(Flags::SYN) && entry.flags.has(Flags::FIN) => Some(Fault::SynFin),
        _ if has_wrong_echo(entry, receiver, recent) => Some(Fault::WrongEcho),
        _ if is_old(entry, recent) => Some(Fault::OldTimestamp),
        _ if own.is_some_and(|own| {
            !own.flags.has(Flags::RST) && own.options.signed != entry.options.signed
        }) =>
        {
            Some(Fault::Signature)
        }
        _ => None,
    }
}

/// Of a SYN-ACK whose numbers are right; an echo of 0 says nothing. Several SYNs may have been sent,
/// and the capture may lack some.
fn has_wrong_echo(entry: &Entry, receiver: Ticket, recent: &Recent) -> bool {
    let is_syn_ack = entry.flags.has(Flags::SYN) && entry.flags.has(Flags::ACK);
    let Some(echo) = entry.options.echo.filter(|echo| is_syn_ack && *echo != 0) else {
        return false;
    };
    let sent: Vec<u32> = recent
        .backwards(receiver)
        .take(LONGEST_SEARCH)
        .filter(|(_, own)| own.flags.has(Flags::SYN) && own.end() == entry.ack)
        .filter_map(|(_, own)| own.options.timestamp)
        .collect();
    match (sent.last(), sent.first()) {
        (Some(first), Some(last)) => echo.wrapping_sub(*first) > last.wrapping_sub(*first),
        _ => false,
    }
}

fn is_old(entry: &Entry, recent: &Recent) -> bool {
    let Some(own) = entry.options.timestamp else {
        return false;
    };
    let before = recent.backwards(entry.previous).take(LONGEST_SEARCH);
    let older_by = before
        .filter_map(|(_, other)| other.options.timestamp)
        .map(|other| other.wrapping_sub(own) as i32);
    older_by.max().is_some_and(|ticks| ticks >= OLD_TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;
    use crate::segment::{Options, Segment};
    use crate::seq::Seq;

    struct Exchange {
        recent: Recent,
        own: Ticket,
        peer: Ticket,
    }

    impl Exchange {
        fn new() -> Exchange {
            Exchange {
                recent: Recent::default(),
                own: Ticket::default(),
                peer: Ticket::default(),
            }
        }

        fn own(&mut self, frame: u32, flags: u8, options: Options) {
            let flags = Flags(flags);
            let sent = Segment {
                flags,
                options,
                ..segment(frame)
            };
            self.own = self.recent.push(&sent, self.own, 0);
        }

        fn peer(&mut self, frame: u32, flags: u8, options: Options) {
            let flags = Flags(flags);
            let sent = Segment {
                flags,
                options,
                ack: Seq(1001),
                ..segment(frame)
            };
            self.peer = self.recent.push(&sent, self.peer, 0);
        }

        fn fault(&self, frame: u32, trigger: Option<u32>) -> Option<Fault> {
            let time = i64::from(frame) * MILLISECOND;
            provoking(time, trigger, self.own, self.peer, &self.recent).map(|found| found.fault)
        }
    }

    fn stamped(timestamp: u32, echo: u32) -> Options {
        Options {
            timestamp: Some(timestamp),
            echo: Some(echo),
            ..Options::default()
        }
    }

    fn illegal() -> Options {
        Options {
            illegal: true,
            ..Options::default()
        }
    }

    #[test]
    fn clean_segments_have_no_fault() {
        let mut exchange = Exchange::new();
        exchange.own(1, 0x02, stamped(100, 0));
        exchange.peer(2, 0x12, stamped(7, 100));
        exchange.peer(3, 0x10, stamped(8, 100));
        assert_eq!(exchange.fault(4, Some(2)), None);
        assert_eq!(exchange.fault(4, None), None);
    }

    #[test]
    fn illegal_trigger_counts_and_its_neighbours_do_not() {
        let mut exchange = Exchange::new();
        exchange.peer(1, 0x10, illegal());
        exchange.peer(2, 0x10, Options::default());
        assert_eq!(exchange.fault(3, Some(1)), Some(Fault::Length));
        assert_eq!(exchange.fault(3, Some(2)), None);
        assert_eq!(exchange.fault(3, None), None);
    }

    #[test]
    fn last_segment_counts_unless_it_was_answered_or_is_long_ago() {
        let mut exchange = Exchange::new();
        exchange.peer(5, 0x10, illegal());
        assert_eq!(exchange.fault(6, None), Some(Fault::Length));
        assert_eq!(exchange.fault(5000, None), None);
        exchange.own(6, 0x10, Options::default());
        assert_eq!(exchange.fault(7, None), None);
    }

    #[test]
    fn echo_of_any_syn_is_right() {
        let mut exchange = Exchange::new();
        exchange.own(1, 0x02, stamped(100, 0));
        exchange.own(2, 0x02, stamped(1100, 0));
        for (echo, fault) in [
            (100, None),
            (1100, None),
            (0, None),
            (99, Some(Fault::WrongEcho)),
            (1101, Some(Fault::WrongEcho)),
        ] {
            exchange.peer(3, 0x12, stamped(7, echo));
            assert_eq!(exchange.fault(4, Some(3)), fault, "{echo}");
        }
    }

    #[test]
    fn timestamp_is_old_beyond_what_reordering_does() {
        for (timestamp, fault) in [
            (9_500, None),
            (9_000, Some(Fault::OldTimestamp)),
            (10_001, None),
            (3_000_000_000, Some(Fault::OldTimestamp)),
        ] {
            let mut exchange = Exchange::new();
            exchange.peer(1, 0x10, stamped(10_000, 1));
            exchange.peer(2, 0x10, stamped(timestamp, 1));
            assert_eq!(exchange.fault(3, Some(2)), fault, "{timestamp}");
        }
    }

    #[test]
    fn signature_of_one_side_only_is_a_fault() {
        let signed = Options {
            signed: true,
            ..Options::default()
        };
        let mut exchange = Exchange::new();
        exchange.peer(1, 0x10, signed);
        assert_eq!(exchange.fault(2, Some(1)), None, "nothing to compare with");
        exchange.own(0, 0x10, signed);
        assert_eq!(exchange.fault(2, Some(1)), None);
        exchange.own(0, 0x10, Options::default());
        assert_eq!(exchange.fault(2, Some(1)), Some(Fault::Signature));
    }
}
