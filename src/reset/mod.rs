//! One reset as facts: compact values, no words. The verdict is ranked from them when it is asked for.

mod company;
mod extra;
mod fault;
mod gather;
mod search;
mod series;
mod side;
mod silence;
mod traits;
mod trigger;

pub use extra::{Extra, Extras};
pub use fault::{Fault, Faulty};
pub use gather::{Applications, Gathered, gather};
pub use search::{Answerer, Found, passed_over};
pub use series::Series;
pub use side::Side;
pub use silence::Silence;
pub use traits::{Trait, Traits};
pub use trigger::{Kind, Trigger};

use crate::conversation::{Conversations, Direction, Identified, Silences};
use crate::host::Link;
use crate::segment::{Flags, Index, MILLISECOND, Milliseconds, Nanoseconds, Socket};
use crate::seq::Seq;
use extra::Chain;

/// How the TCP part of a reset was made (RFC 9293 3.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By a TCP that knows the connection: its own next number and its own acknowledgment.
    Active,
    /// As the answer to one segment, whose numbers it carries.
    Passive,
    /// Neither can be seen.
    Unclear,
}

/// Whether the receiver must take the reset (RFC 9293 3.5.3, RFC 5961 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The number is the one that the receiver expects next, or acknowledges its SYN.
    Exact,
    /// In the window, but not the next one: the receiver sends a challenge ACK.
    InWindow,
    /// Outside the window: the receiver drops it.
    Outside,
    /// The file does not show what the receiver expects.
    Unknown,
}

/// Its place in its series.
#[derive(Clone, Copy, Debug)]
enum Place {
    First {
        /// How long the peer's segments may still show that it had not arrived, in microseconds.
        grace_us: u32,
        cut: Seq,
        has_cut: bool,
    },
    Later {
        previous: Index,
        number: u32,
    },
}

/// One reset. In 200 bytes: a scan makes as many as it sends packets.
#[derive(Clone, Debug)]
pub struct Reset {
    /// When it was captured.
    pub time: Nanoseconds,
    /// Number of its frame.
    pub frame: u32,
    /// Its conversation, as an index.
    pub conversation: Index,
    /// SEG.SEQ.
    pub seq: Seq,
    /// Link-layer source.
    pub link: Link,
    /// Payload bytes of the peer that only the reset itself acknowledges.
    pub newly_acked: u32,
    own_next: Seq,
    silence: Milliseconds,
    age: Milliseconds,
    since_fin: Milliseconds,
    since_last: Milliseconds,
    /// The sender's host, as an index.
    pub host: Index,
    /// The host's reset before it, as an index.
    pub previous_of_host: Option<Index>,
    /// What is known of its series, as an index; none where it is a lone one, after which nothing came.
    pub series: Option<Index>,
    place: Place,
    /// What it was refused from, or whose handshake it gives up, or a proxy's other leg: as its traits say.
    company: Option<Index>,
    /// The refusal before it from the same distance or, of an abort, its burst.
    neighbours: Option<Index>,
    /// What few resets have.
    pub extras: Chain,
    /// The segment that provoked it, or, in the active form, the last that its sender had received.
    pub trigger: Option<Trigger>,
    /// What its sender had done.
    pub own: Side,
    /// What its receiver had done.
    pub peer: Side,
    traits: Traits,
    identification: u16,
    /// The silences before that, after which the connection went on.
    pub silences: Silences,
    /// The control bits.
    pub flags: Flags,
    /// TTL or hop limit.
    pub hop_limit: u8,
    usual_hop_limit: u8,
    /// How it was made.
    pub form: Form,
    /// Whether its receiver must take it.
    pub acceptance: Acceptance,
    /// How its IPv4 identification fits its sender's habit.
    pub identified: Identified,
    /// The cause that was reported last, by its place in the list of all.
    pub reported: u8,
}

impl Reset {
    /// Whether this holds of it.
    pub fn is(&self, it: Trait) -> bool {
        self.traits.has(it)
    }

    /// Whether its sender is the client.
    pub fn from_client(&self) -> bool {
        self.is(Trait::FROM_CLIENT)
    }

    /// The direction in which its sender sends.
    pub fn direction(&self) -> Direction {
        Direction::numbered(self.is(Trait::SECOND_DIRECTION).into())
    }

    /// Whose address it carries as source, and whose as destination.
    pub fn sockets(&self, conversations: &Conversations) -> [Socket; 2] {
        conversations.sockets_of(self.conversation, self.direction())
    }

    /// IPv4 identification.
    pub fn identification(&self) -> Option<u16> {
        self.is(Trait::IDENTIFICATION)
            .then_some(self.identification)
    }

    /// The hop limit of the sender's other packets in this connection, where they came the same way.
    pub fn usual_hop_limit(&self) -> Option<u8> {
        self.is(Trait::USUAL_HOP_LIMIT)
            .then_some(self.usual_hop_limit)
    }

    /// Whether its IPv6 flow label is set; none without IPv6.
    pub fn is_labelled(&self) -> Option<bool> {
        self.is(Trait::IPV6).then_some(self.is(Trait::LABELLED))
    }

    /// Silence of both sides before it.
    pub fn silence(&self) -> Nanoseconds {
        self.silence.get()
    }

    /// Time since the conversation's first segment.
    pub fn age(&self) -> Nanoseconds {
        self.age.get()
    }

    /// Time since its sender's FIN.
    pub fn since_fin(&self) -> Nanoseconds {
        self.since_fin.get()
    }

    /// Time since its sender's last segment.
    pub fn since_last(&self) -> Nanoseconds {
        self.since_last.get()
    }

    /// Its sender's SND.NXT.
    pub fn own_next(&self) -> Option<Seq> {
        self.own.seen().then_some(self.own_next)
    }

    /// Where its sender's payload ends.
    fn data_end(&self) -> Option<Seq> {
        let fin = u32::from(self.is(Trait::ENDS_BY_FIN));
        self.own_next().map(|next| Seq(next.0.wrapping_sub(fin)))
    }

    /// How far SEG.SEQ lies beyond all that its sender sent in the file.
    pub fn ahead(&self) -> u32 {
        self.own_next().map_or(0, |next| self.seq.beyond(next))
    }

    /// Its place in its series, from 1.
    pub fn number(&self) -> u32 {
        match self.place {
            Place::First { .. } => 1,
            Place::Later { number, .. } => number,
        }
    }

    /// The reset before it in the series, as an index.
    pub fn previous(&self) -> Option<Index> {
        match self.place {
            Place::First { .. } => None,
            Place::Later { previous, .. } => Some(previous),
        }
    }

    /// Of the first of a series: until when the peer's segments may have left it before this one could arrive.
    pub fn limit(&self) -> Nanoseconds {
        let grace = match self.place {
            Place::First { grace_us, .. } => i64::from(grace_us) * 1000,
            Place::Later { .. } => 0,
        };
        self.time.saturating_add(grace)
    }

    /// Of the first of a series: see [`Series`].
    fn cut(&self) -> Option<Seq> {
        match self.place {
            Place::First { cut, has_cut, .. } => has_cut.then_some(cut),
            Place::Later { .. } => None,
        }
    }

    /// No earlier reset answered its trigger.
    pub fn answers_anew(&mut self) {
        self.traits.set(Trait::ANSWERS, true);
    }

    /// The analysis failed on its frame: that is reported in its place.
    pub fn fail(&mut self) {
        self.traits.set(Trait::FAILED, true);
    }

    /// How long after its trigger it came.
    pub fn delay(&self, extras: &Extras) -> Option<Nanoseconds> {
        self.trigger?.delay().or_else(|| extras.delay(self.extras))
    }

    /// Has it answer a segment, captured so long before it.
    pub fn answer(&mut self, trigger: Trigger, delay: Nanoseconds, extras: &mut Extras) {
        let trigger = trigger.after(delay);
        if trigger.delay().is_none() {
            extras.add_delay(&mut self.extras, delay);
        }
        self.trigger = Some(trigger);
    }

    /// The trigger, where the reset has its numbers from it and it is of this kind.
    pub fn answered(&self, kind: Kind) -> Option<&Trigger> {
        let trigger = self.trigger.as_ref().filter(|trigger| trigger.kind == kind);
        trigger.filter(|_| self.form == Form::Passive)
    }

    /// Whether `other` came over the same link from another distance: then two senders made them.
    pub fn is_of_another_maker(&self, other: &Reset) -> bool {
        self.link == other.link && self.hop_limit != other.hop_limit
    }

    /// The opener resets what it opened, before any payload.
    pub fn gave_up_handshake(&self) -> bool {
        let gives_up = self.form == Form::Active || self.answered(Kind::SynAck).is_some();
        let no_payload = self.own.bytes() + self.peer.bytes() == 0;
        self.from_client() && self.own.syn() && gives_up && no_payload
    }

    /// In SYN-SENT a reset only refuses a wrong acknowledgment: its sender goes on with its SYN
    /// (RFC 9293 3.10.7.3).
    pub fn leaves_handshake_open(&self) -> bool {
        let in_syn_sent = self.own.syn() && !self.own.answered_syn() && !self.own.acknowledged();
        self.form == Form::Passive
            && in_syn_sent
            && self.own_next().is_some_and(|next| next != self.seq)
    }

    /// How long a segment may arrive after another that was sent later: a quarter of the round trip
    /// (RFC 8985 6.2), and no less than a busy host needs.
    fn reordering_window(&self) -> Nanoseconds {
        let known = |side: &Side| side.round_trip().unwrap_or(0);
        ((known(&self.own) + known(&self.peer)) / 4).max(MILLISECOND / 2)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::conversation::{Conversations, Exchange};
    use crate::recent::Recent;
    use crate::segment::Segment;
    use crate::segment::tests::segment;

    /// A lone reset in an unknown conversation.
    pub(crate) fn reset() -> Reset {
        let segment = Segment {
            flags: Flags::RST,
            ..segment(1)
        };
        let mut conversations = Conversations::default();
        let (index, direction) = conversations.index(&segment);
        let conversation = conversations.get(index);
        gather(
            &segment,
            (index, &conversation),
            direction,
            Answerer::default(),
            &Recent::default(),
            Applications {
                exchange: &Exchange::default(),
                cut: false,
            },
            &mut Extras::default(),
        )
        .reset
    }

    #[test]
    fn a_reset_fits_in_200_bytes_and_a_lone_one_has_nothing_else() {
        assert_eq!((size_of::<Side>(), size_of::<Place>()), (40, 12));
        assert!(size_of::<Reset>() <= 200, "{}", size_of::<Reset>());
    }
}
