//! The conversations of the file: one record per pair of sockets, one endpoint per direction.

mod attempts;
mod coder;
mod copy;
mod directory;
mod endpoint;
mod exchange;
mod frozen;
mod identification;
mod opening;
mod pair;
mod round_trip;
mod silences;
mod speaker;
mod store;
mod table;
mod tls;

pub use attempts::Attempts;
pub use endpoint::{Endpoint, Fin};
pub use exchange::{Exchange, Exchanges};
pub use identification::{Identification, Identified};
pub use opening::Opening;
pub use round_trip::{RoundTrip, UNKNOWN_ROUND_TRIP};
pub use silences::Silences;
pub use speaker::{Failure, Message, Speaker};
pub use table::{Conversations, Live};

use crate::recent::{Recent, Ticket};
use crate::segment::{Index, Nanoseconds, Segment, Tick};
use crate::seq::Seq;
use copy::copied;

/// Which of a pair's two sockets sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction(u8);

impl Direction {
    /// The other one.
    pub fn reverse(self) -> Direction {
        Direction(1 - self.0)
    }

    /// The one that [`Direction::number`] gave.
    pub(crate) fn numbered(number: u8) -> Direction {
        Direction(number & 1)
    }

    /// 0 or 1.
    pub(crate) fn number(self) -> u8 {
        self.0
    }

    fn index(self) -> usize {
        // So that the compiler knows that it is one of two.
        usize::from(self.0 & 1)
    }
}

/// How we know who the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// It sent the SYN, or was sent the SYN-ACK.
    Known(Direction),
    /// No SYN in the file: who owns the higher port.
    Guessed(Direction),
}

impl Default for Client {
    fn default() -> Client {
        Client::Guessed(Direction::default())
    }
}

impl Client {
    /// The direction in which the client sends.
    pub fn direction(self) -> Direction {
        match self {
            Client::Known(direction) | Client::Guessed(direction) => direction,
        }
    }
}

/// With the third attempt in a row it is no single loss any more, and worth the look at what had gone
/// through before.
const ATTEMPTS_TO_COMPARE: u8 = 3;
/// How many of the sender's last segments that look takes in.
const LONGEST_COMPARISON: usize = 64;

/// One connection of a pair of sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Who opened it.
    pub client: Client,
    endpoints: [Endpoint; 2],
    /// What its applications said, as an index into the session's exchanges.
    pub exchange: Option<Index>,
    opened: Tick,
    silences: Silences,
}

/// What [`Conversation::observe`] found in a segment.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// All of it had been sent before.
    pub retransmission: bool,
    /// The time that the sender took to answer, where the segment ends a timing.
    pub answer_time: Option<Nanoseconds>,
}

/// What [`Conversation::place`] says of a segment before it is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It belongs to the connection.
    Next,
    /// The same packet as an earlier frame, captured again.
    Copy {
        /// That frame.
        of: u32,
    },
    /// A SYN that opens another connection on the same pair of sockets.
    NewConnection,
}

impl Conversation {
    fn new(segment: &Segment, direction: Direction) -> Conversation {
        let client = if segment.is_syn() {
            Client::Known(direction)
        } else if segment.is_syn_ack() {
            Client::Known(direction.reverse())
        } else if segment.source.port >= segment.destination.port {
            Client::Guessed(direction)
        } else {
            Client::Guessed(direction.reverse())
        };
        Conversation::unseen(Tick::at(segment.time), client)
    }

    fn unseen(opened: Tick, client: Client) -> Conversation {
        Conversation {
            client,
            endpoints: Default::default(),
            exchange: None,
            opened,
            silences: Silences::default(),
        }
    }

    /// Time since the conversation's first segment, to the millisecond.
    pub fn age_at(&self, time: Nanoseconds) -> Nanoseconds {
        self.opened.until(Tick::at(time))
    }

    /// The endpoint that sends in this direction.
    pub fn endpoint(&self, direction: Direction) -> &Endpoint {
        &self.endpoints[direction.index()]
    }

    /// The endpoint that sends in this direction, to change it.
    pub fn endpoint_mut(&mut self, direction: Direction) -> &mut Endpoint {
        &mut self.endpoints[direction.index()]
    }

    /// Says how the segment relates to what the conversation holds.
    pub fn place(&self, segment: &Segment, direction: Direction, recent: &mut Recent) -> Placement {
        let (sender, peer) = (self.endpoint(direction), self.endpoint(direction.reverse()));
        if let Some(ticket) = copied(sender, peer, segment, recent) {
            return Placement::Copy {
                of: recent.count_copy(ticket),
            };
        }
        if !segment.is_syn() || !(sender.is_seen() || peer.is_seen()) {
            return Placement::Next;
        }
        // A repeated SYN keeps its number; the SYN-ACK of a reordered handshake acknowledges it.
        let repeated = sender.initial() == Some(segment.seq);
        let already_answered = peer.syn.is_answer()
            && sender.initial().is_none()
            && peer.acked() == Some(segment.end());
        match repeated || already_answered {
            true => Placement::Next,
            false => Placement::NewConnection,
        }
    }

    /// Forgets the old connection: the segment opens another one.
    pub fn restart(&mut self, segment: &Segment, direction: Direction) {
        let hosts = self.endpoints.map(|endpoint| endpoint.host);
        *self = Conversation::new(segment, direction);
        self.keep_hosts(hosts);
    }

    fn keep_hosts(&mut self, hosts: [Option<Index>; 2]) {
        for (endpoint, host) in self.endpoints.iter_mut().zip(hosts) {
            endpoint.host = host;
        }
    }

    /// Time since the last segment of either side; 0 where there is none.
    pub fn silence_before(&self, segment: &Segment) -> Nanoseconds {
        self.last_activity().until(Tick::at(segment.time))
    }

    /// When either side last sent something but a reset; before, when the connection came into view.
    fn last_activity(&self) -> Tick {
        let [first, second] = self.endpoints.each_ref().map(|endpoint| endpoint.last);
        let last = if first.frame >= second.frame {
            first
        } else {
            second
        };
        if last.happened() {
            last.tick
        } else {
            self.opened
        }
    }

    /// What is known of the silences after which the connection went on.
    pub fn silences(&self) -> Silences {
        self.silences
    }

    /// Whether it has come to an end: one side reset it, or both closed it and know.
    pub fn is_over(&self) -> bool {
        let [first, second] = &self.endpoints;
        let reset = first.series.is_some() || second.series.is_some();
        reset || (first.fin_is_acked(second) && second.fin_is_acked(first))
    }

    /// Whether one of the file's latest segments belongs to it.
    fn is_active(&self, recent: &Recent) -> bool {
        let mut endpoints = self.endpoints.iter();
        endpoints.any(|endpoint| recent.since(endpoint.ticket) < table::REST)
    }

    /// Takes in a segment that is no reset.
    pub fn observe(
        &mut self,
        segment: &Segment,
        direction: Direction,
        recent: &mut Recent,
    ) -> Observed {
        if segment.is_syn() {
            self.client = Client::Known(direction);
        } else if segment.is_syn_ack() {
            self.client = Client::Known(direction.reverse());
        }
        let silence = self.silence_before(segment);
        self.silences.end(silence, direction.index() == 1);
        let [sender, peer] = self.sides_mut(direction);
        let retransmission = sender.is_retransmission(segment);
        let is_attempt = sender.send(segment, retransmission);
        sender.ticket = recent.push(segment, sender.ticket, silence);
        if is_attempt && peer.has_closed_window() {
            sender.attempts.meet_closed_window();
        }
        if retransmission && sender.attempts.unanswered() == ATTEMPTS_TO_COMPARE {
            let taken = peer.acked();
            let taken = taken.map_or(0, |acked| largest_taken(sender.ticket, acked, recent));
            sender.attempts.compare(taken);
        }
        let answer_time = sender
            .acked()
            .and_then(|acked| sender.round_trip.acknowledged(acked, segment.time));
        // The answer to repeated SYNs bounds the round trip, but tells no time of answering.
        let asked_again = segment.is_syn_ack() && peer.attempts.unanswered() > 0;
        peer.attempts.answer();
        peer.round_trip.sent(segment, retransmission);
        if segment.payload_length > 0 && !retransmission {
            peer.burst = 0;
        }
        Observed {
            retransmission,
            answer_time: answer_time.filter(|_| !asked_again),
        }
    }

    /// The endpoint that sends in this direction, and the other.
    fn sides_mut(&mut self, direction: Direction) -> [&mut Endpoint; 2] {
        let [first, second] = &mut self.endpoints;
        match direction.index() {
            0 => [first, second],
            _ => [second, first],
        }
    }
}

/// The largest payload that was acknowledged, of the sender's latest segments.
fn largest_taken(newest: Ticket, acked: Seq, recent: &Recent) -> u32 {
    recent
        .backwards(newest)
        .take(LONGEST_COMPARISON)
        .filter(|(_, entry)| !entry.end().is_after(acked))
        .map(|(_, entry)| entry.payload_length)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_conversation_takes_no_more_than_256_bytes() {
        let all = size_of::<Conversation>() + Conversations::BYTES_TO_FIND;
        assert!(all <= 256, "{all}, an endpoint {}", size_of::<Endpoint>());
    }

    #[test]
    fn a_finished_conversation_takes_no_more_than_128_bytes() {
        let all = size_of::<frozen::Frozen>() + Conversations::BYTES_TO_FIND;
        assert!(all <= 128, "{all}");
    }
}
