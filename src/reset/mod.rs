//! One reset as facts: compact values, no words. The verdict is ranked from them when it is asked for.

mod fault;
mod gather;
mod series;
mod silence;
mod trigger;

pub use fault::{Fault, Faulty};
pub use gather::{Applications, gather};
pub use series::Series;
pub use silence::Silence;
pub use trigger::{Answerer, Kind, Trigger, passed_over};

use crate::claim::Claim;
use crate::conversation::{Attempts, Direction, Identified, Message, Silences};
use crate::segment::{Flags, Index, MILLISECOND, Moment, Nanoseconds, Socket};
use crate::seq::Seq;

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

/// What one side had done when the reset came.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Its SYN is in the file.
    pub syn: bool,
    /// Its SYN answered another.
    pub answered_syn: bool,
    /// Its SYN offered no option of a usual TCP.
    pub bare_syn: bool,
    /// It sent an ACK at all.
    pub acknowledged: bool,
    /// It sent any segment but resets.
    pub seen: bool,
    /// Its FIN; never where it sent none.
    pub fin: Moment,
    /// Its FIN was acknowledged.
    pub fin_acked: bool,
    /// Payload bytes, sent for the first time.
    pub bytes: u64,
    /// Payload bytes not acknowledged by the other side's segments; its reset may do so.
    pub outstanding: u32,
    /// Its last segment.
    pub last: Moment,
    /// Its last new payload.
    pub last_data: Moment,
    /// How far its last application message had come.
    pub message: Message,
    /// Its data segments since the other side's last one.
    pub burst: u8,
    /// How often it took its turn to send data.
    pub turns: u8,
    /// What it repeated in vain.
    pub attempts: Attempts,
    /// It had acknowledged something and took no more.
    pub closed_window: bool,
    /// Time from the capture point to it and back, where measured.
    pub round_trip: Option<Nanoseconds>,
}

/// One reset.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Number of its frame.
    pub frame: u32,
    /// When it was captured.
    pub time: Nanoseconds,
    /// Whose address it carries as source.
    pub sender: Socket,
    /// Whose as destination.
    pub receiver: Socket,
    /// The direction in which its sender sends.
    pub direction: Direction,
    /// Whether the sender is the client.
    pub from_client: bool,
    /// Whether that is a guess, from the ports.
    pub client_guessed: bool,
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK; meaningless without the flag.
    pub ack: Seq,
    /// IPv4 identification.
    pub identification: Option<u16>,
    /// The control bits.
    pub flags: Flags,
    /// TTL or hop limit.
    pub hop_limit: u8,
    /// The hop limit of the sender's other packets in this connection, where they came the same way.
    pub usual_hop_limit: Option<u8>,
    /// DSCP.
    pub dscp: u8,
    /// IPv6 flow label.
    pub flow_label: Option<u32>,
    /// Link-layer source.
    pub link_source: u64,
    /// Whether the capture cut its header.
    pub header_cut: bool,
    /// How it was made.
    pub form: Form,
    /// Whether its receiver must take it.
    pub acceptance: Acceptance,
    /// The segment that provoked it, or, in the active form, the last that its sender had received.
    pub trigger: Option<Trigger>,
    /// Payload bytes of the peer that only the reset itself acknowledges.
    pub newly_acked: u32,
    /// Its sender's SND.NXT.
    pub own_next: Option<Seq>,
    /// Where its sender's payload ends.
    pub data_end: Option<Seq>,
    /// The trigger's data lie beyond what its sender had received when it sent its FIN.
    pub data_after_fin: bool,
    /// Its sender's FIN had been acknowledged by a segment before the trigger.
    pub fin_acked_before: bool,
    /// Its sender acknowledged data after its FIN: it was half-closed, not gone.
    pub took_data_after_fin: bool,
    /// What it says of itself.
    pub claim: Option<Box<Claim>>,
    /// A recent segment of either side carries an MPTCP option; only looked for where the reset does.
    pub multipath: bool,
    /// The segment that provoked it need not be accepted.
    pub faulty: Option<Faulty>,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// Time since the conversation's first segment.
    pub age: Nanoseconds,
    /// How far SEG.SEQ lies beyond all that its sender sent in the file.
    pub ahead: u32,
    /// SEG.SEQ is where one of its sender's recent segments begins or ends.
    pub at_boundary: bool,
    /// How its IPv4 identification fits its sender's habit.
    pub identified: Identified,
    /// The silences before that, after which the connection went on.
    pub silences: Silences,
    /// What its sender had done.
    pub own: Side,
    /// What its receiver had done.
    pub peer: Side,
    /// What the applications had said, as an index into the session's exchanges.
    pub exchange: Option<Index>,
    /// The sender's host, as an index.
    pub host: Index,
    /// The host's reset before it, as an index.
    pub previous_of_host: Option<Index>,
    /// The reset before it in the file that came after as long a silence, as an index.
    pub previous_of_gap: Option<Index>,
    /// Its series, as an index.
    pub series: Index,
    /// Its place in the series, from 1.
    pub number: u32,
    /// Time since the one before it in the series.
    pub interval: Nanoseconds,
    /// The reset before it in the series, as an index.
    pub previous: Option<Index>,
    /// An earlier reset of the other direction that its sender had to take, as an index.
    pub ended_by: Option<Index>,
    /// Frame of the segment whose numbers it gives back and that no earlier reset answered; 0 for none.
    pub answers: u32,
    /// Other aborts of its host at the same time, as an index.
    pub burst: Option<Index>,
    /// What its sender does to the connections that it opens, as an index.
    pub opener: Option<Index>,
    /// Other refusals from the same distance, as an index.
    pub distance: Option<Index>,
    /// The refusal before it from there, as an index.
    pub previous_of_distance: Option<Index>,
    /// The reset of a proxy's other leg just before, as an index.
    pub other_leg: Option<Index>,
    /// Frame in which its sender completed the handshake that replaced this connection; 0 for none.
    pub sibling: u32,
    /// Its receiver, as the same conversation knows it on the other side of a NAT.
    pub twin: Option<Box<Socket>>,
    /// The cause that was reported last.
    pub reported: &'static str,
    /// The later frame that changed the verdict, 0 for none.
    pub revised_by: u32,
}

impl Reset {
    /// The client's address and port.
    pub fn client(&self) -> Socket {
        match self.from_client {
            true => self.sender,
            false => self.receiver,
        }
    }

    /// The server's address and port.
    pub fn server(&self) -> Socket {
        match self.from_client {
            true => self.receiver,
            false => self.sender,
        }
    }

    /// The trigger, where the reset has its numbers from it and it is of this kind.
    pub fn answered(&self, kind: Kind) -> Option<&Trigger> {
        let trigger = self.trigger.as_ref().filter(|trigger| trigger.kind == kind);
        trigger.filter(|_| self.form == Form::Passive)
    }

    /// Whether `other` came over the same link from another distance: then two senders made them.
    pub fn is_of_another_maker(&self, other: &Reset) -> bool {
        self.link_source == other.link_source && self.hop_limit != other.hop_limit
    }

    /// The opener resets what it opened, before any payload.
    pub fn gave_up_handshake(&self) -> bool {
        let gives_up = self.form == Form::Active || self.answered(Kind::SynAck).is_some();
        let no_payload = self.own.bytes + self.peer.bytes == 0;
        self.from_client && self.own.syn && gives_up && no_payload
    }

    /// In SYN-SENT a reset only refuses a wrong acknowledgment: its sender goes on with its SYN
    /// (RFC 9293 3.10.7.3).
    pub fn leaves_handshake_open(&self) -> bool {
        let in_syn_sent = self.own.syn && !self.own.answered_syn && !self.own.acknowledged;
        self.form == Form::Passive
            && in_syn_sent
            && self.own_next.is_some_and(|next| next != self.seq)
    }

    /// How long a segment may arrive after another that was sent later: a quarter of the round trip
    /// (RFC 8985 6.2), and no less than a busy host needs.
    fn reordering_window(&self) -> Nanoseconds {
        let known = |side: &Side| side.round_trip.unwrap_or(0);
        ((known(&self.own) + known(&self.peer)) / 4).max(MILLISECOND / 2)
    }

    /// See [`Series`]: what its sender, had it sent this reset, would not acknowledge any more.
    fn cut(&self) -> Option<Seq> {
        match self.form {
            Form::Active => Some(self.ack),
            _ => self
                .trigger
                .filter(|trigger| trigger.kind == Kind::Data)
                .map(|trigger| trigger.end),
        }
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
            conversation,
            direction,
            Answerer::default(),
            &Recent::default(),
            Applications {
                exchange: &Exchange::default(),
                cut: false,
            },
        )
    }
}
