//! One reset as facts: compact values, no words. The verdict is ranked from them when it is asked for.

mod series;
mod trigger;

pub use series::Series;
pub use trigger::{Kind, Trigger, answered, last_received};

use crate::conversation::{Client, Conversation, Direction, Endpoint, Fin};
use crate::recent::Recent;
use crate::segment::{Flags, Index, Moment, Nanoseconds, Segment, Socket};
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
    /// Frame of its last segment.
    pub last: u32,
    /// Its last new payload.
    pub last_data: Moment,
    /// Frame of the last segment with which an application message of it was complete.
    pub last_message: u32,
    /// Its data segments since the other side's last one.
    pub burst: u16,
    /// How often it took its turn to send data.
    pub turns: u16,
    /// Retransmissions and keep-alive probes since the other side's last segment.
    pub attempts: u8,
    /// Frame of its last ACK that stated more than the ones before.
    pub last_progress: u32,
    /// Time from the capture point to it and back, where measured.
    pub round_trip: Option<Nanoseconds>,
}

impl Side {
    fn of(endpoint: &Endpoint, other: &Endpoint) -> Side {
        Side {
            syn: endpoint.initial.is_some(),
            answered_syn: endpoint.answered_syn,
            seen: endpoint.is_seen(),
            fin: endpoint.fin.map(|fin| fin.moment).unwrap_or_default(),
            fin_acked: endpoint.fin_is_acked(other),
            bytes: endpoint.bytes,
            outstanding: endpoint.outstanding(other),
            last: endpoint.last.frame,
            last_data: endpoint.last_data,
            last_message: endpoint.last_message,
            burst: endpoint.burst,
            turns: endpoint.turns,
            attempts: endpoint.attempts,
            last_progress: endpoint.last_progress,
            round_trip: endpoint.round_trip.estimate(),
        }
    }
}

/// One reset.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Number of its frame.
    pub frame: u32,
    /// When it was captured.
    pub time: Nanoseconds,
    /// Which TCP layer of the frame.
    pub layer: u8,
    /// Whose address it carries as source.
    pub sender: Socket,
    /// Whose as destination.
    pub receiver: Socket,
    /// Whether the sender is the client.
    pub from_client: bool,
    /// Whether that is a guess, from the ports.
    pub client_guessed: bool,
    /// SEG.SEQ.
    pub seq: Seq,
    /// The control bits.
    pub flags: Flags,
    /// SEG.WND, unscaled.
    pub window: u16,
    /// TTL or hop limit.
    pub hop_limit: u8,
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
    /// Where its sender's payload ends.
    pub data_end: Option<Seq>,
    /// The trigger's data lie beyond what its sender had received when it sent its FIN.
    pub data_after_fin: bool,
    /// Its sender acknowledged data after its FIN: it was half-closed, not gone.
    pub took_data_after_fin: bool,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// What its sender had done.
    pub own: Side,
    /// What its receiver had done.
    pub peer: Side,
    /// The sender's host, as an index.
    pub host: Index,
    /// The host's reset before it, as an index.
    pub previous_of_host: Option<Index>,
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
    /// The cause that was reported last.
    pub reported: &'static str,
    /// The later frame that changed the verdict, 0 for none.
    pub revised_by: u32,
}

/// The parts of a reset that its own header and the connection before it give. `expected_delay` is
/// the time that an answer takes from the capture point to whoever made it and back.
pub fn gather(
    segment: &Segment,
    conversation: &Conversation,
    direction: Direction,
    expected_delay: Nanoseconds,
    recent: &Recent,
) -> Reset {
    let (own, peer) = (
        conversation.endpoint(direction),
        conversation.endpoint(direction.reverse()),
    );
    let answered = answered(segment, own, peer, expected_delay, recent);
    let form = form(segment, own, peer, answered.as_ref());
    let trigger = match form {
        Form::Active => last_received(segment, peer, recent),
        _ => answered,
    };
    Reset {
        frame: segment.frame,
        time: segment.time,
        layer: segment.layer,
        sender: segment.source,
        receiver: segment.destination,
        from_client: conversation.client.direction() == direction,
        client_guessed: matches!(conversation.client, Client::Guessed(_)),
        seq: segment.seq,
        flags: segment.flags,
        window: segment.window,
        hop_limit: segment.ip.hop_limit,
        dscp: segment.ip.dscp,
        flow_label: segment.ip.flow_label,
        link_source: segment.link_source,
        header_cut: segment.header_cut,
        form,
        acceptance: acceptance(segment, own, peer, trigger.as_ref()),
        trigger,
        newly_acked: newly_acked(segment, own, peer),
        data_end: own.is_seen().then(|| own.data_end()),
        data_after_fin: data_after_fin(own, trigger.as_ref()),
        took_data_after_fin: took_data_after_fin(own, peer),
        silence: conversation.silence_before(segment),
        own: Side::of(own, peer),
        peer: Side::of(peer, own),
        host: Index::new(0),
        previous_of_host: None,
        series: Index::new(0),
        number: 1,
        interval: 0,
        previous: None,
        ended_by: None,
        reported: "",
        revised_by: 0,
    }
}

/// The form, from the numbers alone: window, options and identification differ between stacks.
fn form(segment: &Segment, own: &Endpoint, peer: &Endpoint, answered: Option<&Trigger>) -> Form {
    if !segment.flags.has(Flags::ACK) {
        return Form::Passive;
    }
    if answered.is_some_and(|trigger| trigger.kind == Kind::Syn) && !own.is_seen() {
        return Form::Passive;
    }
    let at_own_number = own.is_seen() && is_own_number(segment.seq, own, peer);
    let peer_expected = !peer.is_seen() || !segment.ack.is_after(peer.next);
    if at_own_number && peer_expected {
        Form::Active
    } else {
        Form::Unclear
    }
}

/// SND.NXT, or a number in flight, or the edge of the peer's window: with the window closed Linux
/// aborts at the edge, behind data that it already sent [measured, Linux 6.18].
fn is_own_number(seq: Seq, own: &Endpoint, peer: &Endpoint) -> bool {
    let oldest = peer.acked.unwrap_or(own.next);
    seq == own.next
        || Some(seq) == peer.window_edge
        || (!seq.is_before(oldest) && seq.is_before(own.next))
}

fn acceptance(
    segment: &Segment,
    own: &Endpoint,
    peer: &Endpoint,
    trigger: Option<&Trigger>,
) -> Acceptance {
    // In SYN-SENT the reset must acknowledge the SYN (RFC 9293 3.10.7.3).
    if !own.is_seen() && trigger.is_some_and(|trigger| trigger.kind == Kind::Syn) {
        return Acceptance::Exact;
    }
    let Some(expected) = peer.acked else {
        return Acceptance::Unknown;
    };
    if segment.seq == expected || (own.is_seen() && segment.seq == own.next) {
        return Acceptance::Exact;
    }
    let within = |edge| segment.seq.is_after(expected) && segment.seq.is_before(edge);
    let in_window = peer.window_edge.is_some_and(within);
    if in_window {
        Acceptance::InWindow
    } else {
        Acceptance::Outside
    }
}

fn newly_acked(segment: &Segment, own: &Endpoint, peer: &Endpoint) -> u32 {
    match own.acked {
        Some(acked) if segment.flags.has(Flags::ACK) && peer.last_data.happened() => {
            segment.ack.beyond(acked)
        }
        _ => 0,
    }
}

/// The file's order does not tell what crossed the FIN: far from its sender the data may be captured
/// before it. What the FIN acknowledges does.
fn data_after_fin(own: &Endpoint, trigger: Option<&Trigger>) -> bool {
    let (Some(fin), Some(trigger)) = (own.fin, trigger) else {
        return false;
    };
    let beyond = fin
        .received
        .map_or(trigger.frame > fin.moment.frame, |received| {
            trigger.end.is_after(received)
        });
    trigger.kind == Kind::Data && beyond
}

fn took_data_after_fin(own: &Endpoint, peer: &Endpoint) -> bool {
    let (
        Some(Fin {
            received: Some(at_fin),
            ..
        }),
        Some(acked),
    ) = (own.fin, own.acked)
    else {
        return false;
    };
    let peer_fin = peer.fin.is_some_and(|fin| fin.end == acked);
    acked.beyond(at_fin) > u32::from(peer_fin)
}
